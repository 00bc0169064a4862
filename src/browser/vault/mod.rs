//! The key that all records are sealed with, and how it lies beside them.
//!
//! It is wrapped by a passphrase, where one is set, and the outcome by a key of the browser's, where the browser has
//! such keys. Without either it lies there as it is, and the screens say so.

mod wrapping;

use js_sys::Uint8Array;
use web_sys::wasm_bindgen::JsValue;
use zeroize::Zeroizing;

use self::wrapping::Wrapped;
use super::database::{Database, KeyRecord, Sealed, Vault};
use super::js;
use crate::chat::input::StorageError;
use crate::chat::secret::{Passphrase, PassphraseError, Protection};
use crate::e2ee::vault::{self, BackupError, Cost, StoreKey};

/// What was found.
pub enum Opened {
    /// The key, and what protects it.
    Open(StoreKey, Protection),
    /// A passphrase is needed: [`unlock`].
    Locked,
}

/// Finds the key; makes one for a database that is new, and seals what lies in one from before there were keys.
///
/// # Errors
/// When the key is missing though there are records, or damaged; when storage fails. Nothing is written then.
pub async fn open(database: &Database) -> Result<Opened, StorageError> {
    match database.vault().await? {
        Vault::Key(record) => match content(&record).await? {
            _ if record.locked => Ok(Opened::Locked),
            key => Ok(Opened::Open(store_key(&key)?, protection(&record))),
        },
        Vault::Plain | Vault::Empty => {
            let key = StoreKey::generate();
            let record = key_record(&key, None).await?;
            let protection = protection(&record);
            database.seal_all(&record, &key).await?;
            Ok(Opened::Open(key, protection))
        }
        Vault::Lost => Err(StorageError::KeyLost),
    }
}

/// Opens what a passphrase keeps closed.
///
/// # Errors
/// When the passphrase is wrong, the key is damaged or gone, or storage fails.
pub async fn unlock(database: &Database, passphrase: &Passphrase) -> Result<StoreKey, PassphraseError> {
    let Vault::Key(record) = database.vault().await? else { return Err(StorageError::KeyLost.into()) };
    let content = content(&record).await?;
    if !record.locked {
        return Ok(store_key(&content)?);
    }
    js::drawn().await;
    vault::unwrap(&content, passphrase.as_str()).map_err(|error| match error {
        BackupError::Passphrase => PassphraseError::Wrong,
        BackupError::Malformed | BackupError::Unknown | BackupError::Cost => StorageError::KeyLost.into(),
    })
}

/// Puts another passphrase, or none, in the place of the one that is set, if one is. The key stays the same.
///
/// # Errors
/// When the current passphrase is wrong, or storage fails; then all is as it was.
pub async fn change(
    sealed: &Sealed,
    current: Option<&Passphrase>,
    next: Option<&Passphrase>,
) -> Result<Protection, PassphraseError> {
    let database = sealed.database();
    let Vault::Key(record) = database.vault().await? else { return Err(StorageError::KeyLost.into()) };
    if record.locked {
        unlock(database, current.ok_or(PassphraseError::Wrong)?).await?;
    }
    if next.is_some() {
        js::drawn().await;
    }
    // The one that is in use, whatever lies there.
    let record = key_record(sealed.key(), next).await?;
    database.put_key(&record).await?;
    Ok(protection(&record))
}

/// What keeps the key in this record.
fn protection(record: &KeyRecord) -> Protection {
    match (record.locked, &record.wrapping) {
        (true, _) => Protection::Passphrase,
        (false, Some(_)) => Protection::Browser,
        (false, None) => Protection::Nothing,
    }
}

/// The key as it is stored.
async fn key_record(key: &StoreKey, passphrase: Option<&Passphrase>) -> Result<KeyRecord, StorageError> {
    let content = match passphrase {
        Some(passphrase) => {
            let wrapped = vault::wrap(key, passphrase.as_str(), Cost::default());
            Zeroizing::new(wrapped.map_err(|_| StorageError::Failed)?)
        }
        None => Zeroizing::new(key.as_bytes().to_vec()),
    };
    let locked = passphrase.is_some();
    Ok(match wrapping::wrap(&content).await.map_err(|_| StorageError::Failed)? {
        Some(Wrapped { wrapping, nonce, bytes }) => {
            KeyRecord { locked, wrapping: Some((wrapping, nonce)), bytes }
        }
        None => KeyRecord { locked, wrapping: None, bytes: content.to_vec() },
    })
}

/// What the browser's key has wrapped.
async fn content(record: &KeyRecord) -> Result<Zeroizing<Vec<u8>>, StorageError> {
    let bytes = match &record.wrapping {
        Some((wrapping, nonce)) => {
            let (wrapping, bytes) = (wrapping.clone(), record.bytes.clone());
            wrapping::unwrap(&Wrapped { wrapping, nonce: *nonce, bytes }).await
        }
        None => Some(record.bytes.clone()),
    };
    bytes.map(Zeroizing::new).ok_or(StorageError::KeyLost)
}

fn store_key(bytes: &[u8]) -> Result<StoreKey, StorageError> {
    bytes.try_into().map(StoreKey::from_bytes).map_err(|_| StorageError::KeyLost)
}

impl KeyRecord {
    /// As IndexedDB keeps it; the browser's key is one of its own values.
    pub(super) fn to_js(&self) -> JsValue {
        let (wrapping, nonce) = match &self.wrapping {
            Some((wrapping, nonce)) => (wrapping.clone(), Uint8Array::from(nonce.as_slice()).into()),
            None => (JsValue::UNDEFINED, JsValue::UNDEFINED),
        };
        let bytes = Uint8Array::from(self.bytes.as_slice()).into();
        js::object(&[
            ("locked", self.locked.into()),
            ("wrapping", wrapping),
            ("nonce", nonce),
            ("bytes", bytes),
        ])
        .into()
    }

    /// None where it is no such record.
    pub(super) fn from_js(value: &JsValue) -> Option<Self> {
        let bytes = |name| js::property(value, name).map(|bytes| Uint8Array::new(&bytes).to_vec());
        let wrapping = match js::property(value, "wrapping") {
            Some(wrapping) => Some((wrapping, bytes("nonce")?.try_into().ok()?)),
            None => None,
        };
        let locked = js::property(value, "locked")?.as_bool()?;
        Some(Self { locked, wrapping, bytes: bytes("bytes")? })
    }
}
