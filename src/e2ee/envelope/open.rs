//! Opening an envelope: find the row, decrypt it on a copy, check all that it binds, and only then take the copy.

use vodozemac::Curve25519PublicKey;

use super::row::{NORMAL, PRE_KEY, Row, compare, tag};
use super::{KIND, MAX_ROWS, OpenError, Opened, Party, decrypt, open_kind};
use crate::cbor::Reader;
use crate::e2ee::device::Device;
use crate::e2ee::hash::Secret;
use crate::e2ee::olm::{Message, OlmMessage, PreKeyMessage};
use crate::e2ee::pairwise::{DecryptError, Peer, SessionId};
use crate::e2ee::seal::Purpose;
use crate::e2ee::seen::Sender;
use crate::time::Timestamp;

/// An envelope as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FanOut {
    mid: [u8; 16],
    ciphertext: Vec<u8>,
    rows: Vec<([u8; 4], u64, Vec<u8>)>,
}

impl FanOut {
    /// Reads an envelope, and believes nothing of it.
    ///
    /// # Errors
    /// When it is none, too large, or of a version or kind that is not known.
    pub fn decode(payload: &[u8]) -> Result<Self, OpenError> {
        let mut reader = open_kind(payload, KIND)?;
        let (mid, ciphertext) = (reader.id()?, reader.bytes()?.to_vec());
        let row = |reader: &mut Reader<'_>| Ok((reader.id()?, reader.number()?, reader.bytes()?.to_vec()));
        let rows = reader.list(|reader| reader.array(row))?;
        if rows.len() > MAX_ROWS { Err(OpenError::Malformed) } else { Ok(Self { mid, ciphertext, rows }) }
    }

    /// Names this sending.
    #[must_use]
    pub fn mid(&self) -> &[u8; 16] {
        &self.mid
    }

    /// Whether a row seems to be for a session with this device. (One in four thousand million times it only seems so.)
    #[must_use]
    pub fn is_from(&self, peer: &Peer) -> bool {
        self.row_of(peer).is_some()
    }

    /// Opens the row of a session with this device, which is `from`; `me` is this device.
    ///
    /// # Errors
    /// Says why not, and then the peer is as it was.
    pub fn open(&self, peer: &mut Peer, from: &Party, me: &Party) -> Result<Opened, OpenError> {
        let (session, row) = self.row_of(peer).ok_or(OpenError::NotForUs)?;
        let message = Message::from_bytes(row).map_err(|_| OpenError::Malformed)?;
        // The MAC is of what was understood: what vodozemac passes over must not be there.
        if message.to_bytes() != row {
            return Err(OpenError::Malformed);
        }
        let mut advanced = peer.clone();
        let plaintext = advanced.decrypt(&session, &OlmMessage::Normal(message))?;
        let opened = self.check(&plaintext, from, me)?;
        *peer = advanced;
        Ok(opened)
    }

    /// The pre-key message that is sealed for this device, if there is one. Its identity key says which peer it belongs
    /// to.
    #[must_use]
    pub fn unseal(&self, device: &Device) -> Option<PreKeyMessage> {
        let mut rows = self.rows.iter().filter(|(_, kind, _)| *kind == PRE_KEY);
        rows.find_map(|(wanted, _, sealed)| {
            let ours = |key: &Curve25519PublicKey| tag(key.as_bytes(), &self.mid) == *wanted;
            let message = device.unseal(Purpose::Row, &self.mid, ours, sealed)?;
            PreKeyMessage::from_bytes(&message).ok()
        })
    }

    /// Opens by a pre-key message that was unsealed: on its session where that is known, else on a new one, which counts
    /// as one of its author's.
    ///
    /// # Errors
    /// Says why not, and then peer and device are as they were.
    pub fn open_first(
        &self,
        message: &PreKeyMessage,
        device: &mut Device,
        peer: &mut Peer,
        from: &Party,
        me: &Party,
        now: Timestamp,
    ) -> Result<Opened, OpenError> {
        let mut advanced = peer.clone();
        let (plaintext, began) = advanced.decrypt_first(device, message)?;
        let opened = self.check(&plaintext, from, me)?;
        if let Some(began) = began {
            let author = Sender::Contact(from.user.fingerprint());
            device.admit(&began, author, now).map_err(DecryptError::from)?;
        }
        *peer = advanced;
        Ok(opened)
    }

    fn row_of(&self, peer: &Peer) -> Option<(SessionId, &[u8])> {
        let rows = || self.rows.iter().filter(|(_, kind, _)| *kind == NORMAL);
        peer.sessions().find_map(|session| {
            let wanted = tag(&session.0, &self.mid);
            rows().find(|(tag, ..)| *tag == wanted).map(|(.., bytes)| (*session, bytes.as_slice()))
        })
    }

    /// Opens the ciphertext with the key of a row that was decrypted, if everything in the row is right.
    fn check(&self, row: &[u8], from: &Party, me: &Party) -> Result<Opened, OpenError> {
        let (key, rest) = row.split_first_chunk::<32>().ok_or(OpenError::Malformed)?;
        let key = Secret::new(*key);
        let inner = decrypt(&key, &self.mid, &self.ciphertext).ok_or(OpenError::Ciphertext)?;
        let (_, conversation) = rest.split_last_chunk().ok_or(OpenError::Malformed)?;
        let expected = Row {
            key: &key,
            ciphertext: &self.ciphertext,
            inner: &inner,
            mid: &self.mid,
            to: me,
            from,
            conversation,
        };
        compare(row, &expected.encode())?;
        Ok(Opened { conversation: *conversation, inner })
    }
}
