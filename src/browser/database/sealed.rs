//! Records as they lie there: sealed, each for its place. And the store of the key that they are sealed with.

use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use idb::request::{CountStoreRequest, GetStoreRequest};
use js_sys::Array;
use web_sys::wasm_bindgen::JsValue;
use web_sys::{IdbTransaction, IdbTransactionMode};

use super::{Database, Ending, begin_strict, bytes, read, schema, storage_error};
use crate::chat::input::StorageError;
use crate::chat::record::{Batch, Query, Record, Table, Write};
use crate::e2ee::vault::StoreKey;

/// The key of the key's record.
const KEY: &str = "key";

/// There while the records of an earlier layout are not sealed yet.
pub(super) const PLAIN: &str = "plain";

/// The key of the store, as it lies there.
pub struct KeyRecord {
    /// A passphrase has wrapped it first.
    pub locked: bool,
    /// The browser's key that has wrapped it then, and its nonce.
    pub wrapping: Option<(JsValue, [u8; 12])>,
    /// The key, or what has become of it.
    pub bytes: Vec<u8>,
}

/// What the store of the key holds.
pub enum Vault {
    /// The key.
    Key(KeyRecord),
    /// No key yet, and records from before there was one.
    Plain,
    /// No key yet, and no records.
    Empty,
    /// No key that can be read, though there are records.
    Lost,
}

/// Tables whose records are sealed. Clones are the same tables.
#[derive(Clone)]
pub struct Sealed {
    database: Rc<Database>,
    key: StoreKey,
}

impl Sealed {
    /// Tables of which [`Database::seal_all`] has seen to it that every record is sealed with this key.
    #[must_use]
    pub fn new(database: Rc<Database>, key: StoreKey) -> Self {
        Self { database, key }
    }

    /// Where they lie.
    #[must_use]
    pub fn database(&self) -> &Rc<Database> {
        &self.database
    }

    /// What they are sealed with.
    #[must_use]
    pub fn key(&self) -> &StoreKey {
        &self.key
    }

    /// As [`Database::save`].
    pub fn save(&self, batch: Batch) -> impl Future<Output = Result<(), StorageError>> + 'static + use<> {
        self.database.save(&self.sealed(batch))
    }

    /// As it is to lie there.
    pub(super) fn sealed(&self, batch: Batch) -> Batch {
        let sealed = batch.into_iter().map(|write| match write {
            Write::Put(record) => Write::Put(seal(&self.key, record)),
            delete @ Write::Delete(..) => delete,
        });
        sealed.collect()
    }

    /// As [`Database::load`]. A record that cannot be opened is told as an empty one: what cannot be read is the core's
    /// to judge, and none of ours is empty.
    pub fn load(
        &self,
        query: &Query,
    ) -> impl Future<Output = Result<Vec<Record>, StorageError>> + 'static + use<> {
        let (loaded, key) = (self.database.load(query), self.key.clone());
        async move {
            let mut records = loaded.await?;
            for record in &mut records {
                let opened = key.open(&place(record), &record.value);
                record.value = opened.map_or_else(|_| Arc::default(), |value| Arc::from(value.as_slice()));
            }
            Ok(records)
        }
    }
}

/// What a record is sealed for: the name of its table, and its key.
fn place(record: &Record) -> Vec<u8> {
    [schema::store(record.table).as_bytes(), b"/", &record.key].concat()
}

fn seal(key: &StoreKey, mut record: Record) -> Record {
    record.value = key.seal(&place(&record), &record.value).into();
    record
}

impl Database {
    /// Looks for the key.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn vault(&self) -> Result<Vault, StorageError> {
        let mut names = all_stores();
        names.push(schema::VAULT);
        let transaction = self.begin(&names, IdbTransactionMode::Readonly)?;
        let asked = ask_vault(&transaction).map_err(|error| storage_error(&error))?;
        let (key, plain) = (asked.0.await, asked.1.await);
        let (key, plain) = (key.map_err(read::idb_error)?, plain.map_err(read::idb_error)?);
        let mut records = 0;
        for count in asked.2 {
            records += count.await.map_err(read::idb_error)?;
        }
        Ok(match (key, plain, records) {
            (Some(key), ..) => KeyRecord::from_js(&key).map_or(Vault::Lost, Vault::Key),
            (None, Some(_), _) => Vault::Plain,
            (None, None, 0) => Vault::Empty,
            (None, None, _) => Vault::Lost,
        })
    }

    /// Seals every record, and keeps the key: all of it, or nothing.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn seal_all(&self, record: &KeyRecord, key: &StoreKey) -> Result<(), StorageError> {
        let (transaction, ending) = self.begin_write()?;
        let plain = match read::load_within(&transaction, &Table::ALL).await {
            Ok(plain) => plain,
            // Why the transaction has ended says more.
            Err(error) => return Err(ending.wait().await.err().unwrap_or(error)),
        };
        let written = plain.into_iter().try_for_each(|record| {
            let sealed = seal(key, record);
            let store = transaction.object_store(schema::store(sealed.table))?;
            store.put_with_key(&bytes(&sealed.value), &bytes(&sealed.key)).map(drop)
        });
        let written = written.and_then(|()| {
            let vault = transaction.object_store(schema::VAULT)?;
            vault.delete(&PLAIN.into())?;
            vault.put_with_key(&record.to_js(), &KEY.into()).map(drop)
        });
        self.end_write(&transaction, ending, written).await
    }

    /// Puts another record of the same key in the place of the one that is there.
    ///
    /// # Errors
    /// When storage fails; then the old one is there.
    pub async fn put_key(&self, record: &KeyRecord) -> Result<(), StorageError> {
        let (transaction, ending) = self.begin_write()?;
        let vault = transaction.object_store(schema::VAULT);
        let written = vault.and_then(|vault| vault.put_with_key(&record.to_js(), &KEY.into()).map(drop));
        self.end_write(&transaction, ending, written).await
    }

    /// Deletes every record, and the key.
    ///
    /// # Errors
    /// When storage fails; then all is there.
    pub async fn erase(&self) -> Result<(), StorageError> {
        // What was here is not missed.
        self.forget_journal();
        let epoch = self.seat.advance();
        let (transaction, ending) = self.begin_write()?;
        let mut names = all_stores();
        names.push(schema::VAULT);
        let cleared = names.iter().try_for_each(|name| transaction.object_store(name)?.clear().map(drop));
        self.end_write(&transaction, ending, cleared).await?;
        self.seat.saved(epoch);
        Ok(())
    }

    fn begin_write(&self) -> Result<(IdbTransaction, Ending), StorageError> {
        let stores = all_stores().into_iter().chain([schema::VAULT, schema::SEAT]);
        let transaction = begin_strict(&self.raw, stores)?;
        let ending = Ending::of(&transaction);
        if let Err(error) = self.seat.write(&transaction) {
            let _ = transaction.abort();
            return Err(storage_error(&error));
        }
        Ok((transaction, ending))
    }

    async fn end_write(
        &self,
        transaction: &IdbTransaction,
        ending: Ending,
        written: Result<(), JsValue>,
    ) -> Result<(), StorageError> {
        if let Err(error) = written {
            let _ = transaction.abort();
            return Err(storage_error(&error));
        }
        ending.wait().await
    }

    pub(super) fn begin(
        &self,
        names: &[&str],
        mode: IdbTransactionMode,
    ) -> Result<IdbTransaction, StorageError> {
        let names: Array = names.iter().map(|name| JsValue::from_str(name)).collect();
        let begun = self.raw.transaction_with_str_sequence_and_mode(&names, mode);
        begun.map_err(|error| storage_error(&error))
    }
}

type Found = (
    idb::request::futures::GetStoreRequestFuture,
    idb::request::futures::GetStoreRequestFuture,
    Vec<idb::request::futures::CountStoreRequestFuture>,
);

fn ask_vault(transaction: &IdbTransaction) -> Result<Found, JsValue> {
    let vault = transaction.object_store(schema::VAULT)?;
    let get = |key: &str| Ok::<_, JsValue>(GetStoreRequest::from(vault.get(&key.into())?).into_future());
    let (key, plain) = (get(KEY)?, get(PLAIN)?);
    let count = |table: Table| {
        let count = transaction.object_store(schema::store(table))?.count()?;
        Ok::<_, JsValue>(CountStoreRequest::from(count).into_future())
    };
    Ok((key, plain, Table::ALL.into_iter().map(count).collect::<Result<_, _>>()?))
}

fn all_stores() -> Vec<&'static str> {
    Table::ALL.into_iter().map(schema::store).collect()
}
