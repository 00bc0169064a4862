//! The person: an Ed25519 key (UIK) and its fingerprint.

use std::fmt;

pub use vodozemac::Curve25519PublicKey as IdentityKey;
#[cfg(not(feature = "model-crypto"))]
use vodozemac::Ed25519Signature;
use vodozemac::{Ed25519PublicKey, Ed25519SecretKey};
use zeroize::Zeroizing;

use super::hash::{Secret, short};

/// An Ed25519 signature.
pub type Signature = [u8; 64];

/// Bytes are not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not a public key")]
pub struct KeyError;

/// Whatever signs: a person or a device.
pub trait Signer {
    /// Signs the bytes.
    fn sign(&self, bytes: &[u8]) -> Signature;
}

/// What names a key: `SHA-256("kith/1/uik" ‖ UIK)`, the first 16 bytes. It is the user id of new people, too, and is
/// shown like every id as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

/// Lower-case hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A person's public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserKey(Ed25519PublicKey);

impl UserKey {
    /// Reads a key.
    ///
    /// # Errors
    /// When the bytes are no point of the curve.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        Ed25519PublicKey::from_slice(bytes).map(Self).map_err(|_| KeyError)
    }

    /// The key as it travels.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// What names it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(short(&[b"kith/1/uik", self.as_bytes()]))
    }

    /// The same key for checking signatures.
    #[must_use]
    pub fn verifying(&self) -> &Ed25519PublicKey {
        &self.0
    }
}

/// A person's key pair: what makes certificates and profiles. Every linked device has a copy.
pub struct UserIdentity {
    secret: Ed25519SecretKey,
    public: UserKey,
}

impl UserIdentity {
    /// Takes up what [`Self::to_bytes`] gave.
    #[must_use]
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        let secret = Ed25519SecretKey::from_slice(secret);
        let public = UserKey(secret.public_key());
        Self { secret, public }
    }

    /// The secret key, for storage and for a device that is being linked.
    #[must_use]
    pub fn to_bytes(&self) -> Secret {
        Zeroizing::new(*self.secret.to_bytes())
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> &UserKey {
        &self.public
    }
}

impl Signer for UserIdentity {
    #[cfg(not(feature = "model-crypto"))]
    fn sign(&self, bytes: &[u8]) -> Signature {
        self.secret.sign(bytes).to_bytes()
    }

    #[cfg(feature = "model-crypto")]
    fn sign(&self, bytes: &[u8]) -> Signature {
        super::model::signature(self.public.as_bytes(), bytes)
    }
}

/// A secret is never printed.
impl fmt::Debug for UserIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserIdentity({})", self.public.fingerprint())
    }
}

/// Whether the signature is the key's; weak keys have none (`verify_strict`).
#[cfg(not(feature = "model-crypto"))]
pub(super) fn is_signed(key: &Ed25519PublicKey, bytes: &[u8], signature: &Signature) -> bool {
    Ed25519Signature::from_slice(signature).is_ok_and(|signature| key.verify(bytes, &signature).is_ok())
}

/// See there.
#[cfg(feature = "model-crypto")]
pub(super) fn is_signed(key: &Ed25519PublicKey, bytes: &[u8], signature: &Signature) -> bool {
    super::model::signature(key.as_bytes(), bytes) == *signature
}
