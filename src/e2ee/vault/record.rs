//! Records: XChaCha20-Poly1305 with the place of the record as associated data, so that none can be put in the place of
//! another.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::e2ee::hash::Secret;
use crate::e2ee::rng;

const VERSION: u8 = 1;
const LABEL: &[u8] = b"kith/1/record\0";

/// A record cannot be opened: it is broken, of another place, or sealed with another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Of a version that this client does not know.
    #[error("the record is of a later version")]
    Unknown,
    /// Altered, moved or sealed with another key.
    #[error("the record cannot be opened")]
    Broken,
}

/// The key of all that is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreKey(Secret);

impl StoreKey {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Secret::new(rng::bytes()))
    }

    /// Takes up one that was unwrapped.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The key itself, to be wrapped.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals a record: version, nonce, ciphertext. `place` is the table and the key under which it will be stored.
    #[must_use]
    #[expect(clippy::expect_used, reason = "XChaCha20-Poly1305 takes 256 GB, and no memory here is as large")]
    pub fn seal(&self, place: &[u8], record: &[u8]) -> Vec<u8> {
        let nonce: [u8; 24] = rng::bytes();
        let payload = Payload { msg: record, aad: &[LABEL, place].concat() };
        let ciphertext = self.cipher().encrypt(&nonce.into(), payload).expect("less than 256 GB");
        [&[VERSION], &nonce[..], &ciphertext].concat()
    }

    /// Opens a record.
    ///
    /// # Errors
    /// When it is not what was sealed for this place with this key.
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, RecordError> {
        let (version, rest) = sealed.split_first().ok_or(RecordError::Broken)?;
        if *version != VERSION {
            return Err(RecordError::Unknown);
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<24>().ok_or(RecordError::Broken)?;
        let payload = Payload { msg: ciphertext, aad: &[LABEL, place].concat() };
        let record =
            self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| RecordError::Broken)?;
        Ok(Zeroizing::new(record))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// A secret is never printed.
impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_record_opens_only_in_its_place_and_whole() {
        let key = StoreKey::generate();
        let sealed = key.seal(b"messages/1", b"text");
        assert_eq!(key.open(b"messages/1", &sealed).unwrap().as_slice(), b"text");
        assert_eq!(key.open(b"messages/2", &sealed), Err(RecordError::Broken));
        assert_eq!(StoreKey::generate().open(b"messages/1", &sealed), Err(RecordError::Broken));
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 0x80;
            assert!(key.open(b"messages/1", &broken).is_err(), "byte {at}");
            assert!(key.open(b"messages/1", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_later_version_says_so() {
        let key = StoreKey::generate();
        let mut sealed = key.seal(b"", b"");
        sealed[0] = 2;
        assert_eq!(key.open(b"", &sealed), Err(RecordError::Unknown));
    }

    #[test]
    fn the_same_record_never_looks_the_same() {
        let key = StoreKey::generate();
        assert_ne!(key.seal(b"a", b"text"), key.seal(b"a", b"text"));
        assert_eq!(format!("{key:?}"), "StoreKey");
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(place: Vec<u8>, record: Vec<u8>) {
            let key = StoreKey::from_bytes([3; 32]);
            let sealed = key.seal(&place, &record);
            prop_assert_eq!(sealed.len(), record.len() + 41);
            let opened = key.open(&place, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), record);
        }
    }
}
