//! Events whose place is looked for.

use super::{fields, put, record};
use crate::chat::arrivals::{Arrival, ArrivalKey, Look};
use crate::chat::chain::EventHash;
use crate::chat::id::{DeviceId, UserId};
use crate::chat::message::Position;
use crate::chat::record::{Record, Table, Write};
use crate::chat::wire::{self, Event, WireError};

fn key(of: &ArrivalKey) -> Vec<u8> {
    [&of.conversation.0.0[..], &of.device.0, &of.seq.to_be_bytes(), &of.id.0].concat()
}

pub(crate) fn write_arrival(arrival: &Arrival) -> Write {
    // The receipt that came with it has been taken in.
    let event = Event { ack: None, ..arrival.event.clone() };
    let mut value = record(4);
    value.number(arrival.position.hlc).bytes(&arrival.event.hash.0).bytes(&wire::encode(&event));
    put(Table::Arrivals, key(&arrival.key()), value)
}

pub(crate) fn delete_arrival(of: &ArrivalKey) -> Write {
    Write::Delete(Table::Arrivals, key(of))
}

/// Nothing has been asked for it yet.
pub(crate) fn read_arrival(stored: &Record) -> Result<Arrival, WireError> {
    let (from, rest) = stored.key.split_first_chunk().ok_or(WireError::Malformed)?;
    let (device, _) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
    let mut value = fields(&stored.value)?;
    let (hlc, hash, from) = (value.number()?, EventHash(value.id()?), UserId(*from));
    let event = wire::decode(value.bytes()?, from, DeviceId(*device))?;
    // Of what it said, not everything was kept.
    let event = Event { hash, ..event };
    let position = Position { hlc, author: from, id: event.id };
    Ok(Arrival { event, position, look: Look::Here, there: false, stuck: true, overtaken: false })
}
