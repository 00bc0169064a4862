//! Room that is kept for a full disk: one record of bytes that mean nothing. It is deleted where something cannot be
//! saved for lack of room, so that what the person has just done can be.

use idb::Transaction;
use idb::request::CountStoreRequest;
use js_sys::Uint8Array;
use web_sys::wasm_bindgen::JsValue;
use web_sys::{IdbTransaction, IdbTransactionMode};

use super::{Database, finished, read, schema, storage_error};
use crate::browser::random_bytes;
use crate::chat::input::StorageError;

/// How many bytes.
pub const RESERVE: usize = 2 * 1024 * 1024;

/// The key of the record.
const KEY: &str = "reserve";

impl Database {
    /// Keeps room free, where none is yet.
    ///
    /// # Errors
    /// When there is no room, or storage fails.
    pub async fn fill_reserve(&self) -> Result<(), StorageError> {
        let transaction = self.begin(&[schema::RESERVE], IdbTransactionMode::Readwrite)?;
        // It listens from now on, also for an end that comes by itself.
        let done = Transaction::from(transaction.clone()).into_future();
        if !holds(&transaction).await? {
            // Nothing that a browser could compress. 64 KiB are as much as it gives at once.
            let bytes = Uint8Array::new_with_length(u32::try_from(RESERVE).unwrap_or_default());
            for at in (0..RESERVE).step_by(CHUNK) {
                bytes.set(
                    &Uint8Array::from(random_bytes::<CHUNK>().as_slice()),
                    u32::try_from(at).unwrap_or_default(),
                );
            }
            let put = |store: web_sys::IdbObjectStore| store.put_with_key(&bytes, &KEY.into()).map(drop);
            transaction.object_store(schema::RESERVE).and_then(put).map_err(|error| storage_error(&error))?;
        }
        finished(&transaction, done).await?;
        self.spent.set(false);
        Ok(())
    }

    /// Whether it was given away, and there is no room to keep it again.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// Gives the room away; false where it is gone already.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn free_reserve(&self) -> Result<bool, StorageError> {
        let transaction = self.begin(&[schema::RESERVE], IdbTransactionMode::Readwrite)?;
        let done = Transaction::from(transaction.clone()).into_future();
        let held = holds(&transaction).await?;
        let cleared = transaction.object_store(schema::RESERVE).and_then(|store| store.clear());
        cleared.map_err(|error| storage_error(&error))?;
        finished(&transaction, done).await?;
        if held {
            self.spent.set(true);
        }
        Ok(held)
    }
}

const CHUNK: usize = 64 * 1024;

async fn holds(transaction: &IdbTransaction) -> Result<bool, StorageError> {
    let ask = || Ok::<_, JsValue>(transaction.object_store(schema::RESERVE)?.count()?);
    let count = CountStoreRequest::from(ask().map_err(|error| storage_error(&error))?);
    Ok(count.into_future().await.map_err(read::idb_error)? > 0)
}
