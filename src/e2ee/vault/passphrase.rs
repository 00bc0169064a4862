//! What a passphrase locks: the store key, and the backup file. Argon2id makes a key of the passphrase; how hard it
//! worked stands in the header, which is authenticated.
//!
//! ```text
//!   magic (8) | memory KiB (4) | passes (4) | salt (16) | nonce (24) | ciphertext
//! ```

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::record::StoreKey;
use crate::e2ee::hash::Secret;
use crate::e2ee::rng;

const STORE_KEY: &[u8; 8] = b"kithkey\x01";
const BACKUP: &[u8; 8] = b"kithbak\x01";
const HEADER: usize = 56;

/// How hard Argon2id works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// 19 MiB and two passes: the second recommendation of OWASP's password storage cheat sheet.
    fn default() -> Self {
        Self { memory: 19 * 1024, passes: 2 }
    }
}

/// The hardest work that a header may ask for: a hostile file must not hold up the page.
pub const MAX_BACKUP_COST: Cost = Cost { memory: 64 * 1024, passes: 4 };

/// Why a wrapped key or a backup does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// Not such a file at all.
    #[error("this is not a file of Kith")]
    Malformed,
    /// Of a version that this client does not know.
    #[error("the file is of a later version")]
    Unknown,
    /// It asks for more work, or less, than any client does.
    #[error("the file asks for an unreasonable amount of work")]
    Cost,
    /// The passphrase is another one, or the file was altered.
    #[error("the passphrase is wrong, or the file is broken")]
    Passphrase,
}

/// Wraps the store key. The passphrase is taken byte by byte: whoever asks for it normalises it first.
///
/// # Errors
/// When the cost is out of bounds.
pub fn wrap(key: &StoreKey, passphrase: &str, cost: Cost) -> Result<Vec<u8>, BackupError> {
    lock(STORE_KEY, key.as_bytes(), passphrase, cost)
}

/// Unwraps the store key.
///
/// # Errors
/// When the passphrase is wrong or the bytes are not a wrapped key.
pub fn unwrap(wrapped: &[u8], passphrase: &str) -> Result<StoreKey, BackupError> {
    let key = unlock(STORE_KEY, wrapped, passphrase)?;
    key.as_slice().try_into().map(StoreKey::from_bytes).map_err(|_| BackupError::Malformed)
}

/// Makes a backup file.
///
/// # Errors
/// When the cost is out of bounds.
pub fn seal_backup(content: &[u8], passphrase: &str, cost: Cost) -> Result<Vec<u8>, BackupError> {
    lock(BACKUP, content, passphrase, cost)
}

/// Opens a backup file. Nothing of it is looked at before the passphrase has proved right.
///
/// # Errors
/// When the passphrase is wrong or it is not a backup.
pub fn open_backup(file: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, BackupError> {
    unlock(BACKUP, file, passphrase)
}

fn lock(magic: &[u8; 8], content: &[u8], passphrase: &str, cost: Cost) -> Result<Vec<u8>, BackupError> {
    let (salt, nonce): ([u8; 16], [u8; 24]) = (rng::bytes(), rng::bytes());
    let mut file = magic.to_vec();
    file.extend_from_slice(&cost.memory.to_be_bytes());
    file.extend_from_slice(&cost.passes.to_be_bytes());
    file.extend_from_slice(&salt);
    file.extend_from_slice(&nonce);
    let payload = Payload { msg: content, aad: &file };
    let ciphertext = cipher(passphrase, &salt, cost)?.encrypt(&nonce.into(), payload);
    file.extend_from_slice(&ciphertext.map_err(|_| BackupError::Malformed)?);
    Ok(file)
}

fn unlock(magic: &[u8; 8], file: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, BackupError> {
    let (header, ciphertext) = file.split_at_checked(HEADER).ok_or(BackupError::Malformed)?;
    let mut rest = header;
    let begins: [u8; 8] = take(&mut rest)?;
    if begins[..7] != magic[..7] {
        return Err(BackupError::Malformed);
    }
    if begins != *magic {
        return Err(BackupError::Unknown);
    }
    let memory = u32::from_be_bytes(take(&mut rest)?);
    let passes = u32::from_be_bytes(take(&mut rest)?);
    let (salt, nonce): ([u8; 16], [u8; 24]) = (take(&mut rest)?, take(&mut rest)?);
    let payload = Payload { msg: ciphertext, aad: header };
    let cipher = cipher(passphrase, &salt, Cost { memory, passes })?;
    cipher.decrypt(&XNonce::from(nonce), payload).map(Zeroizing::new).map_err(|_| BackupError::Passphrase)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], BackupError> {
    let (taken, left) = rest.split_first_chunk().ok_or(BackupError::Malformed)?;
    *rest = left;
    Ok(*taken)
}

fn cipher(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Result<XChaCha20Poly1305, BackupError> {
    let most = MAX_BACKUP_COST;
    if !(8..=most.memory).contains(&cost.memory) || !(1..=most.passes).contains(&cost.passes) {
        return Err(BackupError::Cost);
    }
    let params = Params::new(cost.memory, cost.passes, 1, None).map_err(|_| BackupError::Cost)?;
    let mut key = Secret::default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| BackupError::Cost)?;
    Ok(XChaCha20Poly1305::new((&*key).into()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// As little work as there can be: the tests are about the format.
    const QUICK: Cost = Cost { memory: 8, passes: 1 };

    #[test]
    fn only_the_passphrase_unwraps_the_store_key() {
        let key = StoreKey::generate();
        let wrapped = wrap(&key, "correct horse", QUICK).unwrap();
        assert_eq!(unwrap(&wrapped, "correct horse"), Ok(key));
        assert_eq!(unwrap(&wrapped, "correct house"), Err(BackupError::Passphrase));
    }

    #[test]
    fn a_backup_is_no_store_key() {
        let backup = seal_backup(&[1; 32], "p", QUICK).unwrap();
        assert_eq!(unwrap(&backup, "p"), Err(BackupError::Malformed));
        let mut disguised = backup;
        disguised[..8].copy_from_slice(STORE_KEY);
        assert_eq!(unwrap(&disguised, "p"), Err(BackupError::Passphrase), "the header is authenticated");
    }

    #[test]
    fn a_broken_backup_never_opens() {
        let backup = seal_backup(b"contacts", "p", QUICK).unwrap();
        assert_eq!(open_backup(&backup, "p").unwrap().as_slice(), b"contacts");
        for at in 0..backup.len() {
            let mut broken = backup.clone();
            broken[at] ^= 1;
            assert!(open_backup(&broken, "p").is_err(), "byte {at}");
            assert!(open_backup(&backup[..at], "p").is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_hostile_header_costs_nothing() {
        let backup = seal_backup(b"", "p", QUICK).unwrap();
        for (memory, passes) in
            [(u32::MAX, 1), (64 * 1024 + 1, 1), (7, 1), (0, 1), (8, 0), (8, 5), (8, u32::MAX)]
        {
            let mut hostile = backup.clone();
            hostile[8..12].copy_from_slice(&u32::to_be_bytes(memory));
            hostile[12..16].copy_from_slice(&u32::to_be_bytes(passes));
            assert_eq!(open_backup(&hostile, "p"), Err(BackupError::Cost), "{memory} {passes}");
            assert_eq!(seal_backup(b"", "p", Cost { memory, passes }), Err(BackupError::Cost));
        }
        let mut later = backup;
        later[7] = 2;
        assert_eq!(open_backup(&later, "p"), Err(BackupError::Unknown));
    }

    #[test]
    fn the_usual_cost_opens_again() {
        let backup = seal_backup(b"contacts", "p", Cost::default()).unwrap();
        assert_eq!(open_backup(&backup, "p").unwrap().as_slice(), b"contacts");
    }
}
