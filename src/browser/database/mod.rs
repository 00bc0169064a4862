//! The tables in IndexedDB.
//!
//! Through the crate `idb`: of the maintained ones it is the thinnest and gives and takes `web-sys` handles, so that
//! what it lacks can be passed beside it: the durability of a transaction, the direction of `getAll`, and the error
//! that aborted a transaction.

mod ending;
mod journal;
mod read;
mod reserve;
mod schema;
mod sealed;
mod seat;

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use gloo::events::EventListener;
use idb::{DatabaseEvent, Factory, Transaction};
use js_sys::{Array, Uint8Array};
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbTransaction};

pub use reserve::RESERVE;
pub use schema::VERSION;
pub use sealed::{KeyRecord, Sealed, Vault};

use self::ending::Ending;
use self::journal::UnderWay;
use self::reserve::Reserve;
use self::seat::Seat;
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
    name: Box<str>,
    new: bool,
    seat: Rc<Seat>,
    under_way: Rc<UnderWay>,
    reserve: Cell<Reserve>,
    _listeners: [EventListener; 2],
}

/// An open connection that may not write yet.
struct Connected {
    raw: IdbDatabase,
    new: bool,
    listeners: [EventListener; 2],
}

impl Database {
    /// Opens, brings to the newest layout, and takes the right to write from every earlier connection. `on_gone` is
    /// called when the connection is closed from elsewhere; it is by then.
    ///
    /// # Errors
    /// When there is no database here, it is from a newer version, or it fails.
    pub async fn open(name: &str, on_gone: impl Fn(Gone) + 'static) -> Result<Self, OpenError> {
        let connected = connect(name, on_gone).await?;
        let seat = Seat::take(&connected.raw, name).await.map_err(OpenError::Unusable)?;
        let found = seat.epoch();
        Ok(Self::of(connected, name, Rc::new(seat), found))
    }

    /// Opens again what the browser has closed. It may write if no later connection was opened meanwhile.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn reopen(&self, on_gone: impl Fn(Gone) + 'static) -> Result<Self, OpenError> {
        let connected = connect(&self.name, on_gone).await?;
        Ok(Self::of(connected, &self.name, self.seat.clone(), self.under_way.on_disk()))
    }

    fn of(Connected { raw, new, listeners }: Connected, name: &str, seat: Rc<Seat>, on_disk: f64) -> Self {
        let under_way = UnderWay::after(on_disk);
        Self { raw, name: name.into(), new, seat, under_way, reserve: Cell::default(), _listeners: listeners }
    }

    /// Whether it is older than what was written to it last, until something is saved.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.seat.is_behind()
    }

    /// Whether there was none before it was opened.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.new
    }

    /// Writes all of the batch or nothing. Everything is handed to the browser within this call; the future waits for
    /// the disk. Writes become durable in the order of their calls: all of them lock one store in common.
    pub fn save(&self, batch: &Batch) -> impl Future<Output = Result<(), StorageError>> + 'static + use<> {
        let (begun, seat, under_way) = (self.begin_save(batch), self.seat.clone(), self.under_way.clone());
        if let Ok((_, epoch)) = &begun {
            under_way.begun(*epoch, batch.clone());
        }
        async move {
            let (ending, epoch) = begun?;
            let outcome = ending.wait().await;
            under_way.ended(epoch, &outcome);
            outcome?;
            seat.saved(epoch);
            Ok(())
        }
    }

    /// Answers a query. Everything is asked within this call; what was saved before it is seen.
    pub fn load(
        &self,
        query: &Query,
    ) -> impl Future<Output = Result<Vec<Record>, StorageError>> + 'static + use<> {
        read::load(&self.raw, query)
    }

    /// Hands all over: gives the end of it, and the epoch that it brings.
    fn begin_save(&self, batch: &Batch) -> Result<(Ending, f64), StorageError> {
        let touched = |table: &Table| batch.iter().any(|write| table_of(write) == *table);
        let tables = Table::ALL.into_iter().filter(touched).map(schema::store);
        let transaction = begin_strict(&self.raw, tables.chain([schema::SEAT]))?;
        let epoch = self.seat.advance();
        if let Err(error) = self.seat.write(&transaction).and_then(|()| write_all(&transaction, batch)) {
            // Nothing of a batch that could not be handed over whole may stay.
            let _ = transaction.abort();
            return Err(storage_error(&error));
        }
        let ending = Ending::of(&transaction);
        // Else the browser would wait until all requests are answered before it begins to commit.
        Transaction::from(transaction).commit().map_err(|_| StorageError::Failed)?;
        Ok((ending, epoch))
    }
}

fn begin_strict<'n>(
    database: &IdbDatabase,
    stores: impl IntoIterator<Item = &'n str>,
) -> Result<IdbTransaction, StorageError> {
    let names: Array = stores.into_iter().map(JsValue::from_str).collect();
    let options = js::object(&[("durability", JsValue::from_str("strict"))]);
    let begun = database.unchecked_ref::<DurableDatabase>().transaction(&names, "readwrite", &options);
    begun.map_err(|error| storage_error(&error))
}

/// Opens, and brings to the newest layout.
async fn connect(name: &str, on_gone: impl Fn(Gone) + 'static) -> Result<Connected, OpenError> {
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
    Ok(Connected { raw, new: new.get(), listeners: [version_change, close] })
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
