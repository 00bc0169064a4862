//! Records to domain types and back: what lies in storage. Each record begins with the version of its shape; a new
//! shape reads the old ones.

mod account;
mod arrival;
mod keys;
mod message;
mod outgoing;
mod parked;
mod people;
mod thread;

use super::record::{Record, Table, Write};
use super::wire::WireError;
use crate::cbor::{Reader, Writer};

pub(crate) use account::{
    Me, delete_welcome, read_account, read_backed_up, read_claims_seen, read_keeping_asked, read_taken,
    write_backed_up, write_claims_seen, write_keeping_asked, write_taken, write_welcome,
};
pub(crate) use arrival::{delete_arrival, read_arrival, write_arrival};
pub(crate) use keys::{
    SessionsOf, StoredInvite, delete_invite, delete_joining, delete_keyring, delete_sessions, read_followed,
    read_invite, read_keyring, read_keys, read_sessions, write_device, write_followed, write_invite,
    write_joining, write_keyring, write_seed, write_sessions,
};
pub(crate) use message::{clock_key, conversation_keys, delete_message, message_key};
pub(crate) use outgoing::{delete_outgoing, read_outgoing, write_outgoing};
pub(crate) use parked::{delete_parked, read_parked, write_parked};
pub(crate) use people::{Asked, Person, Rival};

const VERSION: u64 = 2;

fn put(table: Table, key: impl Into<Vec<u8>>, value: Writer) -> Write {
    Write::Put(Record { table, key: key.into(), value: value.into_bytes().into() })
}

/// Begins a record of so many fields, of which the version is the first.
fn record(fields: u64) -> Writer {
    let mut writer = Writer::array(fields);
    writer.number(VERSION);
    writer
}

/// Begins to read a record.
fn fields(value: &[u8]) -> Result<Reader<'_>, WireError> {
    let mut reader = Reader::new(value)?;
    known(&mut reader)?;
    Ok(reader)
}

fn known(reader: &mut Reader) -> Result<(), WireError> {
    // What the second version added stands at the end, and may be missing.
    if (1..=VERSION).contains(&reader.number()?) { Ok(()) } else { Err(WireError::Unknown) }
}

fn key16(key: &[u8]) -> Result<[u8; 16], WireError> {
    key.try_into().map_err(|_| WireError::Malformed)
}
