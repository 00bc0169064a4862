//! Room that is kept for a full disk: one record of bytes that mean nothing. It is deleted where something cannot be
//! saved for lack of room, so that what the person has just done can be.

use idb::request::CountStoreRequest;
use js_sys::Uint8Array;
use web_sys::{IdbTransaction, IdbTransactionMode};

use super::{Database, Ending, read, schema, storage_error};
use crate::browser::random_bytes;
use crate::chat::input::StorageError;

/// How many bytes.
pub const RESERVE: usize = 2 * 1024 * 1024;

/// The key of the record.
const KEY: &str = "reserve";

/// What is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reserve {
    /// None was looked for, or found.
    #[default]
    None,
    /// It is there.
    Kept,
    /// It was given away, and is not there again yet.
    Spent,
}

impl Database {
    /// Looks for the reserve; where there is `plenty` of room, keeps some if there is none.
    ///
    /// # Errors
    /// When there is no room, or storage fails.
    pub async fn keep_reserve(&self, plenty: bool) -> Result<(), StorageError> {
        let transaction = self.begin(&[schema::RESERVE], IdbTransactionMode::Readwrite)?;
        let ending = Ending::of(&transaction);
        let held = holds(&transaction).await?;
        if plenty && !held {
            let store = transaction.object_store(schema::RESERVE);
            let put = store.and_then(|store| store.put_with_key(&bytes_of_no_meaning(), &KEY.into()));
            put.map_err(|error| storage_error(&error))?;
        }
        ending.wait().await?;
        if plenty || held {
            self.reserve.set(Reserve::Kept);
        }
        Ok(())
    }

    /// Whether there is one, as far as is known.
    #[must_use]
    pub fn has_reserve(&self) -> bool {
        self.reserve.get() == Reserve::Kept
    }

    /// Whether it was given away, and there is no room to keep it again.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.reserve.get() == Reserve::Spent
    }

    /// Gives the room away; false where it is gone already.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn free_reserve(&self) -> Result<bool, StorageError> {
        let transaction = self.begin(&[schema::RESERVE], IdbTransactionMode::Readwrite)?;
        let ending = Ending::of(&transaction);
        let held = holds(&transaction).await?;
        let cleared = transaction.object_store(schema::RESERVE).and_then(|store| store.clear());
        cleared.map_err(|error| storage_error(&error))?;
        ending.wait().await?;
        self.reserve.set(Reserve::Spent);
        Ok(held)
    }
}

/// How many of them are drawn at once.
const CHUNK: usize = 64 * 1024;

/// Nothing that a browser could compress. It draws no more than 64 KiB at once.
fn bytes_of_no_meaning() -> Uint8Array {
    let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let bytes = Uint8Array::new_with_length(at(RESERVE));
    for from in (0..RESERVE).step_by(CHUNK) {
        bytes.set(&Uint8Array::from(random_bytes::<CHUNK>().as_slice()), at(from));
    }
    bytes
}

async fn holds(transaction: &IdbTransaction) -> Result<bool, StorageError> {
    let asked = transaction.object_store(schema::RESERVE).and_then(|store| store.count());
    let count = CountStoreRequest::from(asked.map_err(|error| storage_error(&error))?);
    Ok(count.into_future().await.map_err(read::idb_error)? > 0)
}
