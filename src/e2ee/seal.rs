//! Sealing to a public key without saying who seals: HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256),
//! HKDF-SHA256 and ChaCha20-Poly1305. What comes out is the encapsulated key (32 bytes) and the ciphertext.

#[cfg(not(feature = "model-crypto"))]
use hpke::aead::ChaCha20Poly1305;
#[cfg(not(feature = "model-crypto"))]
use hpke::kdf::HkdfSha256;
#[cfg(not(feature = "model-crypto"))]
use hpke::kem::X25519HkdfSha256;
#[cfg(not(feature = "model-crypto"))]
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use vodozemac::{Curve25519PublicKey, Curve25519SecretKey};
use zeroize::Zeroizing;

use super::hash::Secret;
use super::rng;

/// What is sealed here, as HPKE's `info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A contact request.
    Request,
    /// A row of an envelope, on a session that was not answered yet.
    Row,
}

impl Purpose {
    fn info(self) -> &'static [u8] {
        match self {
            Self::Request => b"kith/1/seal/request",
            Self::Row => b"kith/1/seal/row",
        }
    }
}

/// Not sealed to this key, for this purpose, with this associated data; or the key is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the seal cannot be made or opened")]
pub(super) struct SealError;

/// The secret key of a bundle's `seal` field.
#[derive(Clone)]
pub(super) struct SealKey {
    secret: Secret,
    public: Curve25519PublicKey,
}

impl SealKey {
    pub(super) fn generate() -> Self {
        Self::from_bytes(rng::bytes().into())
    }

    pub(super) fn from_bytes(secret: Secret) -> Self {
        let public = Curve25519PublicKey::from(&Curve25519SecretKey::from_slice(&secret));
        Self { secret, public }
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.secret
    }

    pub(super) fn public(&self) -> &Curve25519PublicKey {
        &self.public
    }

    #[cfg(feature = "model-crypto")]
    pub(super) fn open(
        &self,
        purpose: Purpose,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let opened = super::model::open(self.public.as_bytes(), purpose.info(), aad, sealed);
        opened.map(Zeroizing::new).ok_or(SealError)
    }

    #[cfg(not(feature = "model-crypto"))]
    pub(super) fn open(
        &self,
        purpose: Purpose,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (encapsulated, ciphertext) = sealed.split_at_checked(32).ok_or(SealError)?;
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(self.as_bytes());
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated);
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret.map_err(|_| SealError)?,
            &encapsulated.map_err(|_| SealError)?,
            purpose.info(),
            ciphertext,
            aad,
        )
        .map(Zeroizing::new)
        .map_err(|_| SealError)
    }
}

#[cfg(feature = "model-crypto")]
pub(super) fn seal(
    purpose: Purpose,
    to: &Curve25519PublicKey,
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    super::model::seal(to.as_bytes(), purpose.info(), aad, plaintext).ok_or(SealError)
}

#[cfg(not(feature = "model-crypto"))]
pub(super) fn seal(
    purpose: Purpose,
    to: &Curve25519PublicKey,
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    let to = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to.as_bytes()).map_err(|_| SealError)?;
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &to,
            purpose.info(),
            plaintext,
            aad,
        )
        .map_err(|_| SealError)?;
    Ok([&encapsulated.to_bytes()[..], &ciphertext].concat())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_with_the_same_purpose_and_data_opens() {
        let key = SealKey::generate();
        let sealed = seal(Purpose::Row, key.public(), b"mid", b"secret").unwrap();
        assert_eq!(sealed.len(), 6 + 48);
        assert_eq!(key.open(Purpose::Row, b"mid", &sealed).unwrap().as_slice(), b"secret");
        assert!(key.open(Purpose::Request, b"mid", &sealed).is_err());
        assert!(key.open(Purpose::Row, b"mad", &sealed).is_err());
        assert!(SealKey::generate().open(Purpose::Row, b"mid", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert!(key.open(Purpose::Row, b"mid", &broken).is_err(), "byte {at}");
            assert!(key.open(Purpose::Row, b"mid", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_key_of_zeros_is_refused() {
        assert!(seal(Purpose::Row, &Curve25519PublicKey::from_bytes([0; 32]), b"", b"a").is_err());
        assert!(SealKey::generate().open(Purpose::Row, b"", &[0; 64]).is_err());
    }

    #[test]
    fn a_stored_key_is_the_same() {
        let key = SealKey::generate();
        let stored = SealKey::from_bytes((*key.as_bytes()).into());
        assert_eq!(stored.public(), key.public());
        let sealed = seal(Purpose::Request, key.public(), b"", b"a").unwrap();
        assert_eq!(stored.open(Purpose::Request, b"", &sealed).unwrap().as_slice(), b"a");
    }
}
