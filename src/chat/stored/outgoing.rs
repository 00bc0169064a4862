//! The outbox, in the order in which its events were made.

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use super::{VERSION, id16, known, record};
use crate::chat::id::{MessageId, UserId};
use crate::chat::outbox::Outgoing;
use crate::chat::record::{Record, Table, Write};
use crate::chat::wire::{self, WireError, from_slice};

#[derive(Encode, Decode)]
#[cbor(array)]
struct OutgoingRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    to: ByteArray<16>,
    #[n(2)]
    id: ByteArray<16>,
    #[n(3)]
    seq: u64,
    #[n(4)]
    hlc: u64,
    #[n(5)]
    dep: Option<ByteArray<16>>,
    #[n(6)]
    kind: u16,
    #[n(7)]
    body: ByteVec,
    #[n(8)]
    sent: bool,
    #[n(9)]
    failed: bool,
}

pub(crate) fn write_outgoing(key: u64, outgoing: &Outgoing) -> Write {
    let (kind, body) = wire::encode_body(&outgoing.body);
    let value = OutgoingRecord {
        version: VERSION,
        to: outgoing.to.0.into(),
        id: outgoing.id.0.into(),
        seq: outgoing.seq,
        hlc: outgoing.hlc,
        dep: outgoing.dep.map(|id| id.0.into()),
        kind,
        body: body.into(),
        sent: outgoing.sent,
        failed: outgoing.failed,
    };
    record(Table::Outbox, key.to_be_bytes(), &value)
}

pub(crate) fn delete_outgoing(key: u64) -> Write {
    Write::Delete(Table::Outbox, key.to_be_bytes().into())
}

pub(crate) fn read_outgoing(stored: &Record) -> Result<(u64, Outgoing), WireError> {
    let key = stored.key.as_slice().try_into().map_err(|_| WireError::Malformed)?;
    let outgoing: OutgoingRecord = from_slice(&stored.value)?;
    known(outgoing.version)?;
    Ok((
        u64::from_be_bytes(key),
        Outgoing {
            to: UserId(id16(outgoing.to)),
            id: MessageId(id16(outgoing.id)),
            seq: outgoing.seq,
            hlc: outgoing.hlc,
            dep: outgoing.dep.map(|id| MessageId(id16(id))),
            body: wire::decode_body(outgoing.kind, &outgoing.body)?,
            sent: outgoing.sent,
            failed: outgoing.failed,
        },
    ))
}
