//! Model crypto: stand-ins for what costs most, where the simulator runs many seeds. They fail as the real ones do (replays,
//! gaps, wrong keys, altered bytes, states that were rolled back), and **keep nothing secret**: a signature is a hash of what
//! was signed and the *public* key, a seal is encrypted with a key that anybody can derive, and a ratchet steps by hashing.
//! So whoever would forge by computing is not modelled, nor are weak keys, nor what an Ed25519 or X25519 point may be. Only
//! a build with `--cfg sim` has it; the shipped page cannot.
#[cfg(not(sim))]
compile_error!(
    "model crypto keeps nothing secret: it is for simulations alone (`cargo xtask sim --model-crypto`)"
);

pub(super) mod olm;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::hash::sha256;
use super::rng;

/// The "signature" by the key with this public half.
pub(super) fn signature(public: &[u8; 32], bytes: &[u8]) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&sha256(&[b"signature", public, bytes]));
    signature[32..].copy_from_slice(public);
    signature
}

/// Seals to a public key: 32 bytes that are new, then the ciphertext.
pub(super) fn seal(to: &[u8; 32], info: &[u8], aad: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
    let fresh: [u8; 32] = rng::bytes();
    Some([fresh.to_vec(), encrypt(&sha256(&[b"seal", to, info, &fresh]), aad, plaintext)?].concat())
}

/// Opens what [`seal`] made.
pub(super) fn open(to: &[u8; 32], info: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (fresh, ciphertext) = sealed.split_at_checked(32)?;
    decrypt(&sha256(&[b"seal", to, info, fresh]), aad, ciphertext)
}

/// Each key encrypts one thing.
fn encrypt(key: &[u8; 32], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::default(), Payload { msg, aad }).ok()
}

fn decrypt(key: &[u8; 32], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::default(), Payload { msg, aad }).ok()
}
