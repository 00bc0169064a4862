//! Who writes, and how much was written: one record, which every transaction writes anew.
//!
//! Its key is the number of the connection that writes. A connection takes the seat when it is opened; whoever had it
//! before, and does not know (a tab that was frozen and thaws), would then put a second record beside it. An index that
//! has room for one fails that, and with it all of the transaction: no answer has to be awaited for it.
//!
//! The epoch in it counts saves. Behind what the [marker](super::super::marker) remembers, the database is an older copy,
//! or a new one in the place of one that is gone. It stays behind until something is saved.

use std::cell::Cell;

use idb::request::{GetAllKeysStoreRequest, GetAllStoreRequest};
use web_sys::wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbTransaction};

use super::{Ending, begin_strict, read, schema, storage_error};
use crate::browser::{js, marker};
use crate::chat::input::StorageError;

const EPOCH: &str = "epoch";
const WRITER: &str = "writer";

/// How many saves may be forgotten without a notice: to note each would cost something.
const STRIDE: f64 = 16.0;

/// A connection's right to write.
pub(super) struct Seat {
    profile: Box<str>,
    number: f64,
    /// The number of the connection that has saved last before this one, and the epoch of that.
    found: (f64, f64),
    /// The number of the connection that has saved last.
    writer: Cell<f64>,
    /// The record is ours. It is not yet, where the disk was full at the start: then the next save takes it.
    taken: Cell<bool>,
    epoch: Cell<f64>,
    /// What was known to have been written.
    marked: f64,
    behind: Cell<bool>,
    /// From which epoch on it is noted again.
    due: Cell<f64>,
}

impl Seat {
    /// Takes the seat from whoever has it.
    pub(super) async fn take(database: &IdbDatabase, profile: &str) -> Result<Self, StorageError> {
        let transaction = begin_strict(database, [schema::SEAT])?;
        let ending = Ending::of(&transaction);
        let Found { last, writer, epoch } = found(&transaction).await?;
        let marked = marker::read(profile).unwrap_or_default();
        let seat = Self {
            profile: profile.into(),
            number: last + 1.0,
            found: (writer, epoch),
            writer: Cell::new(writer),
            taken: Cell::new(false),
            epoch: Cell::new(epoch),
            marked,
            behind: Cell::new(epoch < marked),
            due: Cell::new(0.0),
        };
        let written = match seat.write(&transaction) {
            Ok(()) => ending.wait().await,
            Err(error) => {
                let _ = transaction.abort();
                Err(storage_error(&error))
            }
        };
        match written {
            Ok(()) => seat.taken.set(true),
            // What is there can be read.
            Err(StorageError::Full) => {}
            Err(error) => return Err(error),
        }
        Ok(seat)
    }

    /// Of this connection.
    pub(super) fn number(&self) -> f64 {
        self.number
    }

    /// The number of the connection that has saved last before this one, and the epoch of that.
    pub(super) fn found(&self) -> (f64, f64) {
        self.found
    }

    pub(super) fn epoch(&self) -> f64 {
        self.epoch.get()
    }

    /// Whether the database is older than what was written to it.
    pub(super) fn is_behind(&self) -> bool {
        self.behind.get()
    }

    /// Something is saved: what it leaves is newer than anything before.
    pub(super) fn advance(&self) -> f64 {
        self.writer.set(self.number);
        self.epoch.set(self.epoch.get().max(self.marked) + 1.0);
        self.epoch.get()
    }

    /// Writes the record within a transaction, which fails where somebody else has the seat by now.
    pub(super) fn write(&self, transaction: &IdbTransaction) -> Result<(), JsValue> {
        let store = transaction.object_store(schema::SEAT)?;
        if !self.taken.get() {
            store.clear()?;
        }
        let figures = [(EPOCH, self.epoch.get().into()), (WRITER, self.writer.get().into())];
        let record = js::object(&[[(schema::PLACE, JsValue::from(0))].as_slice(), &figures].concat());
        store.put_with_key(&record, &self.number.into()).map(drop)
    }

    /// What was saved with this epoch is on disk.
    pub(super) fn saved(&self, epoch: f64) {
        self.taken.set(true);
        self.behind.set(false);
        if epoch >= self.due.get() {
            marker::write(&self.profile, epoch);
            self.due.set(epoch + STRIDE);
        }
    }
}

/// What the record says; zeros where there is none.
struct Found {
    /// Who had the seat last.
    last: f64,
    writer: f64,
    epoch: f64,
}

async fn found(transaction: &IdbTransaction) -> Result<Found, StorageError> {
    let ask = || {
        let store = transaction.object_store(schema::SEAT)?;
        let keys = GetAllKeysStoreRequest::from(store.get_all_keys()?).into_future();
        Ok::<_, JsValue>((keys, GetAllStoreRequest::from(store.get_all()?).into_future()))
    };
    let (keys, records) = ask().map_err(|error| storage_error(&error))?;
    let keys = keys.await.map_err(read::idb_error)?;
    let records = records.await.map_err(read::idb_error)?;
    let figure = |name| records.first().and_then(|record| js::property(record, name)?.as_f64());
    let last = keys.first().and_then(JsValue::as_f64).unwrap_or_default();
    Ok(Found { last, writer: figure(WRITER).unwrap_or_default(), epoch: figure(EPOCH).unwrap_or_default() })
}
