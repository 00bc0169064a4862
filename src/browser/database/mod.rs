//! The tables in IndexedDB.
//!
//! Through the crate `idb`: of the maintained ones it is the thinnest and gives and takes `web-sys` handles, so that
//! what it lacks can be passed beside it: the durability of a transaction, the direction of `getAll`, and the error
//! that aborted a transaction.

mod read;
mod schema;
mod sealed;

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use gloo::events::EventListener;
use idb::{DatabaseEvent, Factory, Transaction, TransactionFuture, TransactionResult};
use js_sys::{Array, Uint8Array};
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbRequest, IdbTransaction};

pub use schema::VERSION;
pub use sealed::{KeyRecord, Sealed, Vault};

use super::js::{self, DurableDatabase};
use crate::chat::input::StorageError;
use crate::chat::record::{Batch, Query, Record, Table, Write};

/// Why there is no database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The browser has none for this page, or will not open it.
    Denied,
    /// It is there and must not be touched.
    Unusable(StorageError),
}

/// Why an open connection is closed without our doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Somebody else needs the database, to delete it or to bring it to a newer layout.
    Wanted,
    /// The browser closed it: its disk failed, or the site's data was cleared.
    Closed,
}

/// An open connection; closes when dropped, after the transactions that are under way.
pub struct Database {
    raw: IdbDatabase,
    new: bool,
    _listeners: [EventListener; 2],
}

impl Database {
    /// Opens, and brings to the newest layout. `on_gone` is called when the connection is closed from elsewhere; it is
    /// by then.
    ///
    /// # Errors
    /// When there is no database here, it is from a newer version, or the disk is full.
    pub async fn open(name: &str, on_gone: impl Fn(Gone) + 'static) -> Result<Self, OpenError> {
        let factory = Factory::new().map_err(open_error)?;
        let mut request = factory.open(name, Some(VERSION)).map_err(open_error)?;
        let new = Rc::new(Cell::new(false));
        let made = new.clone();
        request.on_upgrade_needed(move |event| {
            let old = event.old_version();
            made.set(old.as_ref().is_ok_and(|old| *old == 0));
            let transaction = idb::Event::target(&event).map(|request| idb::Request::transaction(&request));
            let Ok(Some(transaction)) = transaction else { return };
            if old.and_then(|old| schema::upgrade(&event.database()?, &transaction, old)).is_err() {
                // Then opening fails, and the layout stays as it was.
                let _ = transaction.abort();
            }
        });
        let raw = IdbDatabase::from(request.await.map_err(open_error)?);
        let on_gone = Rc::new(on_gone);
        let (closing, wanted) = (raw.clone(), on_gone.clone());
        let version_change = EventListener::new(&raw, "versionchange", move |_| {
            closing.close();
            wanted(Gone::Wanted);
        });
        let close = EventListener::new(&raw, "close", move |_| on_gone(Gone::Closed));
        Ok(Self { raw, new: new.get(), _listeners: [version_change, close] })
    }

    /// Whether there was none before it was opened.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.new
    }

    /// Writes all of the batch or nothing. Everything is handed to the browser within this call; the future waits for
    /// the disk. Writes become durable in the order of their calls: all of them lock one table in common.
    pub fn save(&self, batch: &Batch) -> impl Future<Output = Result<(), StorageError>> + 'static + use<> {
        let begun = self.begin_save(batch);
        async move {
            let (raw, done) = begun?;
            finished(&raw, done).await
        }
    }

    /// Answers a query. Everything is asked within this call; what was saved before it is seen.
    pub fn load(
        &self,
        query: &Query,
    ) -> impl Future<Output = Result<Vec<Record>, StorageError>> + 'static + use<> {
        read::load(&self.raw, query)
    }

    fn begin_save(&self, batch: &Batch) -> Result<(IdbTransaction, TransactionFuture), StorageError> {
        let touched =
            |table: &Table| *table == Table::Account || batch.iter().any(|write| table_of(write) == *table);
        let tables = Table::ALL.into_iter().filter(touched);
        let names: Array = tables.map(|table| JsValue::from_str(schema::store(table))).collect();
        let transaction = self.begin_strict(&names)?;
        if let Err(error) = write_all(&transaction, batch) {
            // Nothing of a batch that could not be handed over whole may stay.
            let _ = transaction.abort();
            return Err(storage_error(&error));
        }
        // Else the browser would wait until all requests are answered before it begins to commit.
        let committed = Transaction::from(transaction.clone()).commit().map_err(|_| StorageError::Failed)?;
        Ok((transaction, committed.into_future()))
    }

    fn begin_strict(&self, names: &Array) -> Result<IdbTransaction, StorageError> {
        let options = js::object(&[("durability", JsValue::from_str("strict"))]);
        let begun = self.raw.unchecked_ref::<DurableDatabase>().transaction(names, "readwrite", &options);
        begun.map_err(|error| storage_error(&error))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.raw.close();
    }
}

fn table_of(write: &Write) -> Table {
    match write {
        Write::Put(record) => record.table,
        Write::Delete(table, _) => *table,
    }
}

fn write_all(transaction: &IdbTransaction, batch: &Batch) -> Result<(), JsValue> {
    let mut open = None;
    for write in batch {
        let table = table_of(write);
        let store = match open.take() {
            Some((same, store)) if same == table => store,
            _ => transaction.object_store(schema::store(table))?,
        };
        match write {
            Write::Put(record) => store.put_with_key(&bytes(&record.value), &bytes(&record.key))?,
            Write::Delete(_, key) => store.delete(&bytes(key))?,
        };
        open = Some((table, store));
    }
    Ok(())
}

/// Waits until the transaction is complete: on disk, not only done.
async fn finished(raw: &IdbTransaction, done: TransactionFuture) -> Result<(), StorageError> {
    match done.await {
        Ok(TransactionResult::Committed) => Ok(()),
        // The error of a request bubbles to its transaction, where `idb` hands on the request.
        Err(idb::Error::UnexpectedJsType(_, request)) => {
            let error =
                request.dyn_into::<IdbRequest>().ok().and_then(|request| request.error().ok().flatten());
            Err(error.map_or(StorageError::Failed, |error| storage_error(&error)))
        }
        Ok(TransactionResult::Aborted) | Err(_) => {
            Err(raw.error().map_or(StorageError::Failed, |error| storage_error(&error)))
        }
    }
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn storage_error(error: &JsValue) -> StorageError {
    match js::error_name(error).as_str() {
        "QuotaExceededError" => StorageError::Full,
        "VersionError" => StorageError::Newer,
        _ => StorageError::Failed,
    }
}

fn open_error(error: idb::Error) -> OpenError {
    let error: JsValue = if let idb::Error::DomException(error) = error {
        error.into()
    } else if let idb::Error::IndexedDbOpenFailed(error) = error {
        error
    } else {
        return OpenError::Denied;
    };
    // Only a browser that will not store anything may be taken for one: whoever has a profile on a disk that fails
    // for the moment must not be welcomed as somebody new.
    let name = error.dyn_ref::<web_sys::DomException>().map(web_sys::DomException::name);
    match name.as_deref() {
        Some("SecurityError" | "NotAllowedError" | "InvalidStateError") | None => OpenError::Denied,
        Some(_) => OpenError::Unusable(storage_error(&error)),
    }
}
