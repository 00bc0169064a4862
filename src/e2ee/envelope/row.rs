//! The rows of an envelope: for each device the key of the ciphertext, and what the ciphertext is bound to.

use zeroize::Zeroizing;

use super::{OpenError, Party};
use crate::e2ee::hash::{Secret, sha256, short};
use crate::e2ee::olm::OlmMessage;
use crate::e2ee::pairwise::{EncryptError, Outgoing};
use crate::e2ee::seal::{Purpose, seal};

pub(super) const PRE_KEY: u64 = 0;
pub(super) const NORMAL: u64 = 1;

/// What Olm encrypts for each device: fields of fixed length in a row.
pub(super) struct Row<'a> {
    pub(super) key: &'a Secret,
    pub(super) ciphertext: &'a [u8],
    pub(super) inner: &'a [u8],
    pub(super) mid: &'a [u8; 16],
    pub(super) to: &'a Party,
    pub(super) from: &'a Party,
    pub(super) conversation: &'a [u8; 16],
}

impl Row<'_> {
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let (ciphertext, inner) = (sha256(&[self.ciphertext]), sha256(&[self.inner]));
        let fields: [&[u8]; 9] = [
            self.key.as_slice(),
            &ciphertext,
            &inner,
            self.mid,
            self.to.user.as_bytes(),
            &self.to.device,
            self.from.user.as_bytes(),
            &self.from.device,
            self.conversation,
        ];
        Zeroizing::new(fields.concat())
    }
}

/// A row's tag, type and bytes. A pre-key message would show its sender's identity key, so it is sealed.
pub(super) fn conceal(outgoing: Outgoing, mid: &[u8; 16]) -> Result<([u8; 4], u64, Vec<u8>), EncryptError> {
    match (outgoing.message, outgoing.seal) {
        (OlmMessage::Normal(message), _) => Ok((tag(&outgoing.session.0, mid), NORMAL, message.to_bytes())),
        (OlmMessage::PreKey(message), Some(to)) => {
            let sealed = seal(Purpose::Row, &to, mid, &message.to_bytes()).map_err(|_| EncryptError::Key)?;
            Ok((tag(to.as_bytes(), mid), PRE_KEY, sealed))
        }
        (OlmMessage::PreKey(_), None) => Err(EncryptError::Key),
    }
}

/// By which a receiver finds its row: of the session's id, or of the seal key for a pre-key message.
pub(in crate::e2ee) fn tag(name: &[u8; 32], mid: &[u8; 16]) -> [u8; 4] {
    short(&[name, mid])
}

/// Where a row differs from what it must be, if it does.
pub(super) fn compare(row: &[u8], expected: &[u8]) -> Result<(), OpenError> {
    let differs = |from: usize, to: usize| row.get(from..to) != expected.get(from..to);
    if row.len() != expected.len() {
        Err(OpenError::Malformed)
    } else if differs(32, 96) {
        Err(OpenError::Ciphertext)
    } else if differs(96, 112) {
        Err(OpenError::Row)
    } else if differs(112, 152) {
        Err(OpenError::Recipient)
    } else if differs(152, 192) {
        Err(OpenError::Author)
    } else {
        Ok(())
    }
}
