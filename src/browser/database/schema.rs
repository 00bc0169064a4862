//! The database's layout. Each version is made of the one before it by one step, and steps never change.

use idb::{Database, Error, IndexParams, KeyPath, ObjectStoreParams, Transaction};
use web_sys::wasm_bindgen::JsValue;

use super::sealed::PLAIN;
use crate::chat::record::Table;

/// Makes one version of the one before it.
type Step = fn(&Database) -> Result<(), Error>;

const STEPS: &[Step] = &[step_1, step_2, step_3, step_4, step_5, step_6];

/// The version that this code knows.
#[expect(clippy::cast_possible_truncation, reason = "a handful of steps")]
pub const VERSION: u32 = STEPS.len() as u32;

/// Brings a database of version `old` (0: new) to [`VERSION`].
pub(super) fn upgrade(database: &Database, transaction: &Transaction, old: u32) -> Result<(), Error> {
    STEPS.iter().skip(old as usize).try_for_each(|step| step(database))?;
    if (1..=LAST_PLAIN).contains(&old) {
        transaction.object_store(VAULT)?.put(&JsValue::TRUE, Some(&JsValue::from_str(PLAIN)))?;
    }
    Ok(())
}

/// The store of the key that all records are sealed with.
pub(super) const VAULT: &str = "vault";

/// The store of who writes, and the field of its record in which no two may have the same.
pub(super) const SEAT: &str = "seat";
pub(super) const PLACE: &str = "place";

/// The store of what is kept free for a full disk.
pub(super) const RESERVE: &str = "reserve";

/// The last version whose records are not sealed.
const LAST_PLAIN: u32 = 3;

/// The store of a table.
pub(super) fn store(table: Table) -> &'static str {
    match table {
        Table::Account => "account",
        Table::Contacts => "contacts",
        Table::Requests => "requests",
        Table::Conversations => "conversations",
        Table::Messages => "messages",
        Table::Outbox => "outbox",
        Table::Parked => "parked",
        Table::Keys => "keys",
        Table::Keyrings => "keyrings",
        Table::Sessions => "sessions",
        Table::Arrivals => "arrivals",
    }
}

/// One store a table; keys and values are bytes, and keys stand beside their values.
fn step_1(database: &Database) -> Result<(), Error> {
    for name in ["account", "contacts", "requests", "conversations", "messages", "outbox"] {
        database.create_object_store(name, ObjectStoreParams::new())?;
    }
    Ok(())
}

/// Changes that wait for their message.
fn step_2(database: &Database) -> Result<(), Error> {
    database.create_object_store("parked", ObjectStoreParams::new()).map(drop)
}

/// Keys, whose they are, and sessions.
fn step_3(database: &Database) -> Result<(), Error> {
    for name in ["keys", "keyrings", "sessions"] {
        database.create_object_store(name, ObjectStoreParams::new())?;
    }
    Ok(())
}

/// The key that records are sealed with from now on.
fn step_4(database: &Database) -> Result<(), Error> {
    database.create_object_store(VAULT, ObjectStoreParams::new()).map(drop)
}

/// Events that have not taken their place yet.
fn step_5(database: &Database) -> Result<(), Error> {
    database.create_object_store("arrivals", ObjectStoreParams::new()).map(drop)
}

/// Who writes, and how much was written; and what is kept free for a full disk.
fn step_6(database: &Database) -> Result<(), Error> {
    database.create_object_store(RESERVE, ObjectStoreParams::new())?;
    let store = database.create_object_store(SEAT, ObjectStoreParams::new())?;
    let mut unique = IndexParams::new();
    unique.unique(true);
    store.create_index(PLACE, KeyPath::new_single(PLACE), Some(unique)).map(drop)
}
