//! First contact: the sealed envelope `[1, 0, mid, tag, sealed]`. What is sealed is an Olm pre-key message, so that the
//! answer can already be encrypted to fresh keys; what that encrypts says who asks.

use zeroize::Zeroizing;

use super::bundle::{Bundle, BundleError};
use super::certificate::{CertificateError, DeviceCertificate, named_key};
use super::device::Device;
use super::document::{Document, DocumentError};
use super::envelope::{MAX_ENVELOPE, OpenError, Party, SealError, VERSION, open_kind, tag};
use super::key::{KeyError, UserKey};
use super::olm::{OlmMessage, PreKeyMessage};
use super::padding::{pad, unpad};
use super::pairwise::{DecryptError, EncryptError, Peer};
use super::place::Owner;
use super::seal::{Purpose, seal as seal_to};
use super::seen::Began;
use crate::cbor::{Reader, WireError, Writer};
use crate::time::Timestamp;

const KIND: u64 = 0;
/// The longest note, in characters.
pub const MAX_NOTE: usize = 280;

/// Why a request is not believed. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not a request, or not one for this device.
    #[error(transparent)]
    Envelope(#[from] OpenError),
    /// It cannot be decrypted, or came before.
    #[error(transparent)]
    Decrypt(#[from] DecryptError),
    /// What was decrypted is of another shape.
    #[error("the request is malformed")]
    Malformed,
    /// Written for another person or device.
    #[error("the request was written for somebody else")]
    Recipient,
    /// The asker's certificate is not believed.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The asker's bundle is not believed.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Sent by another device than the one that the certificate is for, or found where another asks.
    #[error("the request bears another's name")]
    Sender,
    /// A note beyond the limit.
    #[error("the note is too long")]
    Note,
}

impl From<WireError> for RequestError {
    fn from(_: WireError) -> Self {
        Self::Malformed
    }
}

impl From<KeyError> for RequestError {
    fn from(_: KeyError) -> Self {
        Self::Malformed
    }
}

impl From<DocumentError> for RequestError {
    fn from(error: DocumentError) -> Self {
        CertificateError::Document(error).into()
    }
}

/// What the asker says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The asker's user id.
    pub from: [u8; 16],
    /// The asker's certificate.
    pub certificate: Document,
    /// The asker's bundle: what to answer to, and to begin anew with.
    pub bundle: Document,
    /// Proves that the asker holds an invite, by [`super::invite`].
    pub proof: Option<[u8; 32]>,
    /// A word to the person who is asked.
    pub note: String,
    /// The event, for `chat`.
    pub inner: Vec<u8>,
}

/// A request that is believed: whoever sent it holds the keys that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What was said.
    pub request: Request,
    /// The device that asks, and whose it is.
    pub certificate: DeviceCertificate,
    /// Its keys for first contact.
    pub bundle: Bundle,
    /// The session that it has begun, if it is a new one.
    pub began: Option<Began>,
}

/// The one that is asked.
#[derive(Debug)]
pub struct Receiver<'a> {
    /// This device.
    pub device: &'a mut Device,
    /// Whose it is.
    pub me: Party,
    /// Whom the topic names as the asker; none where it names nobody.
    pub asker: Option<[u8; 16]>,
    /// The root that everybody here shares.
    pub root: &'a str,
    /// The time.
    pub now: Timestamp,
}

impl Request {
    /// Seals the request on a session that was begun with the other's bundle. Nothing changes on an error.
    ///
    /// # Errors
    /// When there is no such session, when the other has answered on it already, or when it is too large.
    pub fn seal(&self, mid: &[u8; 16], to: &Party, peer: &mut Peer) -> Result<Vec<u8>, SealError> {
        let mut advanced = peer.clone();
        let outgoing = advanced.encrypt(&pad(&self.encode(to)))?;
        let (OlmMessage::PreKey(message), Some(key)) = (outgoing.message, outgoing.seal) else {
            return Err(EncryptError::NoSession.into());
        };
        let sealed =
            seal_to(Purpose::Request, &key, mid, &message.to_bytes()).map_err(|_| EncryptError::Key)?;
        let mut envelope = Writer::array(5);
        envelope.number(VERSION).number(KIND).bytes(mid).bytes(&tag(key.as_bytes(), mid)).bytes(&sealed);
        let envelope = envelope.into_bytes();
        if envelope.len() > MAX_ENVELOPE {
            return Err(SealError::TooLarge);
        }
        *peer = advanced;
        Ok(envelope)
    }

    fn encode(&self, to: &Party) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::array(9);
        writer.number(VERSION).bytes(&self.from);
        writer.bytes(&self.certificate.encode()).bytes(&self.bundle.encode());
        writer.bytes(to.user.as_bytes()).bytes(&to.device);
        writer.maybe(self.proof, |writer, proof| writer.bytes(&proof));
        writer.text(&self.note).bytes(&self.inner);
        Zeroizing::new(writer.into_bytes())
    }

    pub(super) fn read(plaintext: &[u8]) -> Result<(Self, Party), RequestError> {
        let mut reader = Reader::new(plaintext)?;
        if reader.number()? != VERSION {
            return Err(OpenError::Unknown.into());
        }
        let from = reader.id()?;
        let (certificate, bundle) = (Document::decode(reader.bytes()?)?, Document::decode(reader.bytes()?)?);
        let to = Party { user: UserKey::from_bytes(&reader.id()?)?, device: reader.id()? };
        let proof = reader.maybe(Reader::id)?;
        let (note, inner) = (reader.text()?.into(), reader.bytes()?.to_vec());
        Ok((Self { from, certificate, bundle, proof, note, inner }, to))
    }
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRequest {
    mid: [u8; 16],
    tag: [u8; 4],
    sealed: Vec<u8>,
}

impl SealedRequest {
    /// Reads the envelope.
    ///
    /// # Errors
    /// When it is none of this kind and version.
    pub fn decode(payload: &[u8]) -> Result<Self, OpenError> {
        let mut reader = open_kind(payload, KIND)?;
        Ok(Self { mid: reader.id()?, tag: reader.id()?, sealed: reader.bytes()?.to_vec() })
    }

    /// The pre-key message, if it is sealed for this device. Its identity key says which peer it belongs to: one that
    /// is known, for a request may be repeated, or a new one.
    #[must_use]
    pub fn unseal(&self, device: &Device) -> Option<PreKeyMessage> {
        let message = device.unseal(
            Purpose::Request,
            &self.mid,
            |key| tag(key.as_bytes(), &self.mid) == self.tag,
            &self.sealed,
        )?;
        PreKeyMessage::from_bytes(&message).ok()
    }
}

/// Believes a request that was unsealed, or not. A session that it has begun must be admitted to the device before the
/// peer is kept: of what is turned away nothing need be remembered.
///
/// # Errors
/// Says why not, and then peer and device are as they were.
pub fn receive(
    message: &PreKeyMessage,
    peer: &mut Peer,
    receiver: &mut Receiver<'_>,
) -> Result<Asked, RequestError> {
    let mut advanced = peer.clone();
    let (plaintext, began) = advanced.decrypt_first(receiver.device, message)?;
    let (request, to) = Request::read(unpad(&plaintext).map_err(|_| RequestError::Malformed)?)?;
    if to != receiver.me {
        return Err(RequestError::Recipient);
    }
    if receiver.asker.is_some_and(|asker| asker != request.from) {
        return Err(RequestError::Sender);
    }
    if request.note.chars().count() > MAX_NOTE {
        return Err(RequestError::Note);
    }
    let asked = believe(request, receiver)?;
    if asked.certificate.curve25519 != message.identity_key() {
        return Err(RequestError::Sender);
    }
    *peer = advanced;
    Ok(Asked { began, ..asked })
}

/// Checks certificate and bundle as they would have to stand below the asker's id.
pub(super) fn believe(request: Request, receiver: &Receiver<'_>) -> Result<Asked, RequestError> {
    let key = named_key(&request.certificate)?;
    let owner = Owner { root: receiver.root, id: request.from, key: key.fingerprint() };
    let device = DeviceCertificate::named_device(&request.certificate)?;
    let certificate = DeviceCertificate::verify(&request.certificate, &owner, &device, None, receiver.now)?;
    let bundle = Bundle::verify(&request.bundle, &owner, &certificate, None, receiver.now)?;
    Ok(Asked { request, certificate, bundle, began: None })
}
