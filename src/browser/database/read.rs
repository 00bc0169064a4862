//! Queries.

use std::future::Future;
use std::sync::Arc;

use idb::request::futures::{
    GetAllKeysStoreRequestFuture as Keys, GetAllStoreRequestFuture as Values, OpenCursorStoreRequestFuture,
};
use idb::request::{GetAllKeysStoreRequest, GetAllStoreRequest, OpenCursorStoreRequest};
use idb::{Error, ManagedCursor};
use js_sys::{Array, Uint8Array};
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    IdbCursorDirection, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction,
    IdbTransactionMode,
};

use super::{bytes, schema, storage_error};
use crate::browser::js::{self, DirectedStore};
use crate::chat::input::StorageError;
use crate::chat::record::{Query, Record, Table};

/// What was asked of one store. It listens for its answer already, which may come before it is awaited.
enum Asked {
    Nothing,
    All(Keys, Values),
    /// The last ones first.
    Reversed(Keys, Values),
    /// The last ones first, one by one, where the browser cannot do better.
    Cursor(OpenCursorStoreRequestFuture, u32),
}

/// Asks everything before it returns.
pub(super) fn load(
    database: &IdbDatabase,
    query: &Query,
) -> impl Future<Output = Result<Vec<Record>, StorageError>> + 'static + use<> {
    let asked = ask(database, query).map_err(|error| storage_error(&error));
    async move {
        let mut records = Vec::new();
        for (table, asked) in asked? {
            answer(table, asked, &mut records).await.map_err(idb_error)?;
        }
        Ok(records)
    }
}

/// Everything in these tables, within a transaction that is to go on.
pub(super) async fn load_within(
    transaction: &IdbTransaction,
    tables: &[Table],
) -> Result<Vec<Record>, StorageError> {
    let mut records = Vec::new();
    for (table, asked) in ask_tables(transaction, tables).map_err(|error| storage_error(&error))? {
        answer(table, asked, &mut records).await.map_err(idb_error)?;
    }
    Ok(records)
}

fn ask_tables(transaction: &IdbTransaction, tables: &[Table]) -> Result<Vec<(Table, Asked)>, JsValue> {
    let ask = |table: &Table| {
        let store = transaction.object_store(schema::store(*table))?;
        Ok((*table, Asked::All(keys(store.get_all_keys()?), values(store.get_all()?))))
    };
    tables.iter().map(ask).collect()
}

fn ask(database: &IdbDatabase, query: &Query) -> Result<Vec<(Table, Asked)>, JsValue> {
    match query {
        Query::Tables(tables) if tables.is_empty() => Ok(Vec::new()),
        Query::Tables(tables) => {
            let names: Array = tables.iter().map(|table| JsValue::from_str(schema::store(*table))).collect();
            let transaction =
                database.transaction_with_str_sequence_and_mode(&names, IdbTransactionMode::Readonly)?;
            ask_tables(&transaction, tables)
        }
        Query::Range { table, from, to, limit, last } => {
            // To IndexedDB an empty range is an error, and a limit of 0 none at all.
            if to <= from || *limit == 0 {
                return Ok(vec![(*table, Asked::Nothing)]);
            }
            let name = schema::store(*table);
            let transaction = database.transaction_with_str_and_mode(name, IdbTransactionMode::Readonly)?;
            let store = transaction.object_store(name)?;
            let range =
                IdbKeyRange::bound_with_lower_open_and_upper_open(&bytes(from), &bytes(to), false, true)?;
            let asked = if *last {
                ask_last(&store, &range, *limit)?
            } else {
                let asked = store.get_all_keys_with_key_and_limit(&range, *limit)?;
                Asked::All(keys(asked), values(store.get_all_with_key_and_limit(&range, *limit)?))
            };
            Ok(vec![(*table, asked)])
        }
    }
}

fn ask_last(store: &IdbObjectStore, range: &IdbKeyRange, limit: u32) -> Result<Asked, JsValue> {
    // It came together with the direction of `getAll`, which alone cannot be detected.
    if js::property(store, "getAllRecords").is_none() {
        let cursor = store.open_cursor_with_range_and_direction(range, IdbCursorDirection::Prev)?;
        return Ok(Asked::Cursor(OpenCursorStoreRequest::from(cursor).into_future(), limit));
    }
    let options = js::object(&[
        ("query", range.into()),
        ("count", limit.into()),
        ("direction", JsValue::from_str("prev")),
    ]);
    let store = store.unchecked_ref::<DirectedStore>();
    Ok(Asked::Reversed(keys(store.get_all_keys(&options)?), values(store.get_all(&options)?)))
}

async fn answer(table: Table, asked: Asked, records: &mut Vec<Record>) -> Result<(), Error> {
    let before = records.len();
    let reversed = match asked {
        Asked::Nothing => false,
        Asked::All(keys, values) => {
            zip(table, keys, values, records).await?;
            false
        }
        Asked::Reversed(keys, values) => {
            zip(table, keys, values, records).await?;
            true
        }
        Asked::Cursor(cursor, limit) => {
            if let Some(cursor) = cursor.await? {
                walk(table, cursor.into(), limit, records).await?;
            }
            true
        }
    };
    if reversed {
        records[before..].reverse();
    }
    Ok(())
}

fn keys(request: IdbRequest) -> Keys {
    GetAllKeysStoreRequest::from(request).into_future()
}

fn values(request: IdbRequest) -> Values {
    GetAllStoreRequest::from(request).into_future()
}

async fn zip(table: Table, keys: Keys, values: Values, records: &mut Vec<Record>) -> Result<(), Error> {
    let keys = keys.await?;
    let values = values.await?;
    records.extend(keys.iter().zip(&values).map(|(key, value)| record(table, key, value)));
    Ok(())
}

async fn walk(
    table: Table,
    mut cursor: ManagedCursor,
    limit: u32,
    records: &mut Vec<Record>,
) -> Result<(), Error> {
    for _ in 0..limit {
        let (Some(key), Some(value)) = (cursor.key()?, cursor.value()?) else { break };
        records.push(record(table, &key, &value));
        cursor.next(None).await?;
    }
    Ok(())
}

fn record(table: Table, key: &JsValue, value: &JsValue) -> Record {
    Record { table, key: Uint8Array::new(key).to_vec(), value: Arc::from(Uint8Array::new(value).to_vec()) }
}

pub(super) fn idb_error(error: Error) -> StorageError {
    if let Error::DomException(error) = error { storage_error(&error) } else { StorageError::Failed }
}
