//! The database's layout. Each version is made of the one before it by one step, and steps never change.

use idb::{Database, Error, ObjectStoreParams};

use crate::chat::record::Table;

/// Makes one version of the one before it.
type Step = fn(&Database) -> Result<(), Error>;

const STEPS: &[Step] = &[step_1, step_2, step_3];

/// The version that this code knows.
#[expect(clippy::cast_possible_truncation, reason = "a handful of steps")]
pub const VERSION: u32 = STEPS.len() as u32;

/// Brings a database of version `old` (0: new) to [`VERSION`].
pub(super) fn upgrade(database: &Database, old: u32) -> Result<(), Error> {
    STEPS.iter().skip(old as usize).try_for_each(|step| step(database))
}

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
