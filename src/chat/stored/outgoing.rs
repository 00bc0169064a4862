//! The outbox, in the order in which its events were made.

use super::{fields, put, record};
use crate::cbor::Reader;
use crate::chat::chain::EventHash;
use crate::chat::id::{DeviceId, MessageId, UserId};
use crate::chat::outgoing::Outgoing;
use crate::chat::record::{Record, Table, Write};
use crate::chat::wire::{self, WireError};

pub(crate) fn write_outgoing(key: u64, outgoing: &Outgoing) -> Write {
    let (kind, body) = wire::encode_body(&outgoing.body);
    let mut value = record(12);
    value.bytes(&outgoing.to.0).bytes(&outgoing.id.0).number(outgoing.seq).number(outgoing.hlc);
    value.maybe(outgoing.dep, |value, id| value.bytes(&id.0));
    value.number(kind.into()).bytes(&body).flag(outgoing.sent).flag(outgoing.failed);
    value.maybe(outgoing.origin, |value, (device, seq)| value.open(2).bytes(&device.0).number(seq));
    value.maybe(outgoing.prev, |value, prev| value.bytes(&prev.0));
    put(Table::Outbox, key.to_be_bytes(), value)
}

pub(crate) fn delete_outgoing(key: u64) -> Write {
    Write::Delete(Table::Outbox, key.to_be_bytes().into())
}

pub(crate) fn read_outgoing(stored: &Record) -> Result<(u64, Outgoing), WireError> {
    let key = stored.key.as_slice().try_into().map_err(|_| WireError::Malformed)?;
    let mut value = fields(&stored.value)?;
    let outgoing = Outgoing {
        to: UserId(value.id()?),
        id: MessageId(value.id()?),
        seq: value.number()?,
        hlc: value.number()?,
        dep: value.maybe(Reader::id)?.map(MessageId),
        body: wire::decode_body(value.small()?, value.bytes()?)?,
        sent: value.flag()?,
        failed: value.flag()?,
        origin: value.maybe(|value| value.array(|origin| Ok((DeviceId(origin.id()?), origin.number()?))))?,
        prev: value.maybe(Reader::id)?.map(EventHash),
    };
    Ok((u64::from_be_bytes(key), outgoing))
}
