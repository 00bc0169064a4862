//! The fan-out envelope `[1, 1, mid, ciphertext, [[tag, type, bytes], …]]`: the event is encrypted once, and for each
//! device there is a row with the key. The ciphertext is not signed; the rows bind it to a pair of devices each, and
//! prove to the receiver, and to nobody else, who wrote it.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::hash::Secret;
use super::key::UserKey;
use super::padding::{pad, unpad};
use super::pairwise::{DecryptError, EncryptError, Peer};
use super::rng;
use crate::cbor::{Reader, WireError, Writer};
use row::{Row, conceal};

mod open;
mod row;

pub use super::olm::PreKeyMessage;
pub use open::FanOut;
pub(super) use row::tag;

pub(super) const VERSION: u64 = 1;
const KIND: u64 = 1;
/// The largest envelope that is looked at, in bytes.
pub const MAX_ENVELOPE: usize = 80 * 1024;
/// The most devices that one envelope is for.
pub const MAX_ROWS: usize = 16;

/// Why an envelope cannot be made. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// For nobody, or for more devices than one envelope holds.
    #[error("an envelope is for one to 16 devices")]
    Recipients,
    /// The envelope would be larger than anybody reads.
    #[error("the message is too large")]
    TooLarge,
    /// For one of the devices nothing can be encrypted.
    #[error(transparent)]
    Encrypt(#[from] EncryptError),
}

/// Why an envelope cannot be opened. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not an envelope, or too large for one.
    #[error("the envelope is malformed")]
    Malformed,
    /// A version or kind that this client does not know.
    #[error("the envelope is of a later version")]
    Unknown,
    /// No row in it can be opened here.
    #[error("the envelope is not for this device")]
    NotForUs,
    /// The row cannot be decrypted.
    #[error(transparent)]
    Decrypt(#[from] DecryptError),
    /// The row belongs to another envelope.
    #[error("the row was taken from another envelope")]
    Row,
    /// Written for another person or device than the one that holds the key.
    #[error("the message was written for somebody else")]
    Recipient,
    /// Written in another name than that of the device whose session it came by.
    #[error("the message bears another author's name")]
    Author,
    /// The ciphertext or what it holds is not what the row says.
    #[error("the ciphertext is not the author's")]
    Ciphertext,
}

impl From<WireError> for OpenError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Malformed => Self::Malformed,
            WireError::Unknown => Self::Unknown,
        }
    }
}

/// A device of a person, as it stands in its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// Whose.
    pub user: UserKey,
    /// Which device.
    pub device: [u8; 8],
}

/// A device that an envelope is for.
#[derive(Debug)]
pub struct Recipient<'a> {
    /// The sessions with it.
    pub peer: &'a mut Peer,
    /// Who it is.
    pub party: Party,
}

/// What an envelope held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The conversation that its author meant. The event names it, too: the caller must compare.
    pub conversation: [u8; 16],
    /// The event.
    pub inner: Vec<u8>,
}

/// Encrypts an event for several devices: all of them, or none.
///
/// # Errors
/// When there are too few or too many, when it is too large, or when one of them has no session that can be used.
pub fn seal(
    mid: &[u8; 16],
    from: &Party,
    conversation: &[u8; 16],
    inner: &[u8],
    recipients: &mut [Recipient<'_>],
) -> Result<Vec<u8>, SealError> {
    if recipients.is_empty() || recipients.len() > MAX_ROWS {
        return Err(SealError::Recipients);
    }
    let key = Secret::new(rng::bytes());
    let ciphertext = encrypt(&key, mid, inner).ok_or(SealError::TooLarge)?;
    let mut envelope = Writer::array(5);
    envelope.number(VERSION).number(KIND).bytes(mid).bytes(&ciphertext).open(recipients.len() as u64);
    let mut advanced = Vec::with_capacity(recipients.len());
    for recipient in recipients.iter() {
        let row =
            Row { key: &key, ciphertext: &ciphertext, inner, mid, to: &recipient.party, from, conversation };
        let mut peer = recipient.peer.clone();
        let (tag, kind, bytes) = conceal(peer.encrypt(&row.encode())?, mid)?;
        envelope.open(3).bytes(&tag).number(kind).bytes(&bytes);
        advanced.push(peer);
    }
    let envelope = envelope.into_bytes();
    if envelope.len() > MAX_ENVELOPE {
        return Err(SealError::TooLarge);
    }
    for (recipient, peer) in recipients.iter_mut().zip(advanced) {
        *recipient.peer = peer;
    }
    Ok(envelope)
}

pub(super) fn encrypt(key: &Secret, mid: &[u8; 16], inner: &[u8]) -> Option<Vec<u8>> {
    if inner.len() > MAX_ENVELOPE {
        return None;
    }
    let padded = Zeroizing::new(pad(inner));
    cipher(key).encrypt(&nonce(mid), Payload { msg: &padded, aad: b"kith/1/envelope" }).ok()
}

fn decrypt(key: &Secret, mid: &[u8; 16], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload { msg: ciphertext, aad: b"kith/1/envelope" };
    let padded = Zeroizing::new(cipher(key).decrypt(&nonce(mid), payload).ok()?);
    unpad(&padded).ok().map(Into::into)
}

fn cipher(key: &Secret) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&**key).into())
}

/// The mid and eight zeros. The key is new for each envelope, so no nonce could come twice under one key.
fn nonce(mid: &[u8; 16]) -> XNonce {
    let mut nonce = XNonce::default();
    nonce[..16].copy_from_slice(mid);
    nonce
}

/// Which message key a row's Olm message was encrypted with, as anybody can see: for tests that none is used twice.
#[cfg(any(test, sim))]
pub(crate) fn row_keys(row: &[u8]) -> Option<([u8; 32], u64)> {
    let message = super::olm::Message::from_bytes(row).ok()?;
    Some((message.ratchet_key().to_bytes(), message.chain_index()))
}

/// Begins to read an envelope of this kind, after its version and kind.
pub(super) fn open_kind(payload: &[u8], kind: u64) -> Result<Reader<'_>, OpenError> {
    if payload.len() > MAX_ENVELOPE {
        return Err(OpenError::Malformed);
    }
    let mut reader = Reader::new(payload)?;
    let known = (reader.number()?, reader.number()?) == (VERSION, kind);
    if known { Ok(reader) } else { Err(OpenError::Unknown) }
}
