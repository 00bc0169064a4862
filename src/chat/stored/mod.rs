//! Records to domain types and back: what lies in storage. Each record begins with the version of its shape; a new
//! shape reads the old ones.

mod account;
mod message;
mod outgoing;
mod people;
mod thread;

use minicbor::Encode;
use minicbor::bytes::ByteArray;

use super::record::{Record, Table, Write};
use super::wire::{WireError, to_vec};

pub(crate) use account::{Me, delete_welcome, read_account, write_welcome};
pub(crate) use message::{clock_key, conversation_keys, delete_message, message_key};
pub(crate) use outgoing::{delete_outgoing, read_outgoing, write_outgoing};
pub(crate) use people::{Asked, Person};

const VERSION: u8 = 1;

fn record(table: Table, key: impl Into<Vec<u8>>, value: &impl Encode<()>) -> Write {
    Write::Put(Record { table, key: key.into(), value: to_vec(value).into() })
}

fn id16(bytes: ByteArray<16>) -> [u8; 16] {
    bytes.into()
}

fn key16(key: &[u8]) -> Result<[u8; 16], WireError> {
    key.try_into().map_err(|_| WireError::Malformed)
}

fn known(version: u8) -> Result<(), WireError> {
    if version == VERSION { Ok(()) } else { Err(WireError::Unknown) }
}
