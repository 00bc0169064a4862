//! The roster and the requests for contact.

use std::sync::Arc;

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use super::{VERSION, id16, key16, known, record};
use crate::chat::contact::{Profile, Relation, Request};
use crate::chat::id::{MessageId, UserId};
use crate::chat::record::{Record, Table, Write};
use crate::chat::retained::Info;
use crate::chat::wire::{WireError, from_slice};
use crate::time::Timestamp;

/// A roster entry, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) info: Info,
    pub(crate) relation: Relation,
    pub(crate) last_seen: Option<Timestamp>,
    /// Our request to them, while it waits for an answer.
    pub(crate) request: Option<MessageId>,
    /// What they were before they were blocked; none where they had only asked.
    pub(crate) before_block: Option<Relation>,
}

/// A request, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) request: Request,
    pub(crate) id: MessageId,
    /// Said no to: kept so that a repetition of the same request is not shown again.
    pub(crate) declined: bool,
}

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct InfoRecord {
    #[n(0)]
    name: String,
    #[n(1)]
    about: String,
    #[n(2)]
    status: String,
    #[n(3)]
    picture: Option<ByteVec>,
    #[n(4)]
    rev: u64,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PersonRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    info: InfoRecord,
    #[n(2)]
    relation: u8,
    #[n(3)]
    last_seen: Option<u64>,
    #[n(4)]
    request: Option<ByteArray<16>>,
    #[n(5)]
    before_block: Option<u8>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct AskedRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    name: String,
    #[n(2)]
    received_at: u64,
    #[n(3)]
    id: ByteArray<16>,
    #[n(4)]
    declined: bool,
}

impl Person {
    pub(crate) fn write(&self) -> Write {
        let value = PersonRecord {
            version: VERSION,
            info: InfoRecord::of(&self.info),
            relation: write_relation(self.relation),
            last_seen: self.last_seen.map(|at| at.0),
            request: self.request.map(|id| id.0.into()),
            before_block: self.before_block.map(write_relation),
        };
        record(Table::Contacts, self.id.0, &value)
    }

    pub(crate) fn delete(id: UserId) -> Write {
        Write::Delete(Table::Contacts, id.0.into())
    }

    pub(crate) fn read(stored: &Record) -> Result<Self, WireError> {
        let person: PersonRecord = from_slice(&stored.value)?;
        known(person.version)?;
        Ok(Self {
            id: UserId(key16(&stored.key)?),
            info: person.info.into(),
            relation: read_relation(person.relation),
            last_seen: person.last_seen.map(Timestamp),
            request: person.request.map(|id| MessageId(id16(id))),
            before_block: person.before_block.map(read_relation),
        })
    }
}

impl Asked {
    pub(crate) fn write(&self) -> Write {
        let value = AskedRecord {
            version: VERSION,
            name: self.request.name.as_ref().into(),
            received_at: self.request.received_at.0,
            id: self.id.0.into(),
            declined: self.declined,
        };
        record(Table::Requests, self.request.from.0, &value)
    }

    pub(crate) fn delete(from: UserId) -> Write {
        Write::Delete(Table::Requests, from.0.into())
    }

    pub(crate) fn read(stored: &Record) -> Result<Self, WireError> {
        let asked: AskedRecord = from_slice(&stored.value)?;
        known(asked.version)?;
        Ok(Self {
            request: Request {
                from: UserId(key16(&stored.key)?),
                name: asked.name.into(),
                received_at: Timestamp(asked.received_at),
            },
            id: MessageId(id16(asked.id)),
            declined: asked.declined,
        })
    }
}

impl InfoRecord {
    pub(super) fn of(info: &Info) -> Self {
        Self {
            name: info.profile.name.as_ref().into(),
            about: info.profile.about.as_ref().into(),
            status: info.profile.status.as_ref().into(),
            picture: info.profile.picture.as_deref().map(|bytes| bytes.to_vec().into()),
            rev: info.rev,
        }
    }
}

impl From<InfoRecord> for Info {
    fn from(stored: InfoRecord) -> Self {
        let profile = Profile {
            name: stored.name.into(),
            about: stored.about.into(),
            status: stored.status.into(),
            picture: stored.picture.map(|bytes| Arc::from(bytes.as_slice())),
        };
        Self { profile, rev: stored.rev }
    }
}

fn write_relation(relation: Relation) -> u8 {
    match relation {
        Relation::Requested => 0,
        Relation::Declined => 1,
        Relation::Friend => 2,
        Relation::Blocked => 3,
    }
}

fn read_relation(stored: u8) -> Relation {
    match stored {
        0 => Relation::Requested,
        1 => Relation::Declined,
        2 => Relation::Friend,
        _ => Relation::Blocked,
    }
}
