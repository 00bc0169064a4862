//! Hashes, MACs and derived keys. Each begins with a label of its own, so that none can stand for another.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A key that is wiped when it is dropped.
pub(super) type Secret = Zeroizing<[u8; 32]>;

/// SHA-256 of the parts in a row.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().into()
}

/// Hexadecimal digits, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first bytes of [`sha256`].
pub(super) fn short<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let hash = sha256(parts);
    std::array::from_fn(|at| hash[at])
}

/// HKDF-SHA256 to 32 bytes.
#[expect(clippy::expect_used, reason = "RFC 5869: 32 bytes are fewer than 255 hashes")]
pub(super) fn derive(secret: &[u8], salt: &[u8], info: &[u8]) -> Secret {
    let mut key = Secret::default();
    Hkdf::<Sha256>::new(Some(salt), secret).expand(info, key.as_mut()).expect("32 bytes can be derived");
    key
}

/// HMAC-SHA256 of the parts in a row.
pub(super) fn mac(key: &Secret, parts: &[&[u8]]) -> [u8; 32] {
    keyed(key, parts).finalize().into_bytes().into()
}

/// Whether the MAC is right, in constant time.
pub(super) fn mac_is(key: &Secret, parts: &[&[u8]], mac: &[u8; 32]) -> bool {
    keyed(key, parts).verify_slice(mac).is_ok()
}

#[expect(clippy::expect_used, reason = "RFC 2104: a key of any length")]
fn keyed(key: &Secret, parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).expect("a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac
}
