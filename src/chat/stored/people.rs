//! The roster and the requests for contact.

use std::sync::Arc;

use super::{fields, key16, put, record};
use crate::cbor::{Reader, Writer};
use crate::chat::contact::{Profile, Relation, Request};
use crate::chat::id::{MessageId, UserId};
use crate::chat::record::{Record, Table, Write};
use crate::chat::retained::Info;
use crate::chat::wire::WireError;
use crate::e2ee::key::Fingerprint;
use crate::e2ee::presence::Presence;
use crate::time::Timestamp;

/// A roster entry, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) info: Info,
    pub(crate) relation: Relation,
    pub(crate) last_seen: Option<Timestamp>,
    /// What they said last of their connection.
    pub(crate) statement: Presence,
    /// Our request to them, while it waits for an answer; a friend gets one who has begun anew.
    pub(crate) request: Option<MessageId>,
    /// What they were before they were blocked; none where they had only asked, or were put away since.
    pub(crate) before_block: Option<Relation>,
}

/// A request, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) request: Request,
    pub(crate) id: MessageId,
    /// Said no to: kept so that a repetition of the same request is not shown again.
    pub(crate) declined: bool,
    /// Who asks under the same address by other keys, in the order in which they came.
    pub(crate) rivals: Vec<Rival>,
    /// By which key they ask, where this person has asked another one under that address, whose key is in use there.
    pub(crate) key: Option<Fingerprint>,
}

/// Somebody who asks under an address from which another one's request waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rival {
    pub(crate) key: Fingerprint,
    pub(crate) name: Arc<str>,
    pub(crate) received_at: Timestamp,
    pub(crate) id: MessageId,
}

impl Person {
    /// Our request, where their answer is waited for. (Of whom this person blocks nothing is.)
    pub(crate) fn waits_for(&self) -> Option<MessageId> {
        self.request.filter(|_| matches!(self.relation, Relation::Requested | Relation::Friend))
    }

    /// How they stand to this person, or stood when they were blocked; nothing where a block is all that there is.
    pub(crate) fn beneath(&self) -> Option<Relation> {
        match self.relation {
            Relation::Blocked => self.before_block,
            Relation::Requested | Relation::Declined | Relation::Friend => Some(self.relation),
        }
    }

    pub(crate) fn write(&self) -> Write {
        let mut value = record(7);
        write_info(&mut value, &self.info).number(relation_number(self.relation));
        value.maybe(self.last_seen, |value, at| value.number(at.0));
        value.maybe(self.request, |value, id| value.bytes(&id.0));
        value.maybe(self.before_block.map(relation_number), Writer::number);
        value.bytes(&self.statement.to_bytes());
        put(Table::Contacts, self.id.0, value)
    }

    pub(crate) fn delete(id: UserId) -> Write {
        Write::Delete(Table::Contacts, id.0.into())
    }

    pub(crate) fn read(stored: &Record) -> Result<Self, WireError> {
        let mut value = fields(&stored.value)?;
        Ok(Self {
            id: UserId(key16(&stored.key)?),
            info: value.array(read_info)?,
            relation: relation(value.number()?),
            last_seen: value.maybe(Reader::number)?.map(Timestamp),
            request: value.maybe(Reader::id)?.map(MessageId),
            before_block: value.maybe(Reader::number)?.map(relation),
            // Records from before there were signed statements have none.
            statement: value.maybe(Reader::bytes)?.map_or_else(
                || Ok(Presence::default()),
                |bytes| Presence::from_bytes(bytes).map_err(|_| WireError::Malformed),
            )?,
        })
    }
}

impl Asked {
    pub(crate) fn write(&self) -> Write {
        let mut value = record(7);
        value.text(&self.request.name).number(self.request.received_at.0);
        value.bytes(&self.id.0).flag(self.declined).open(self.rivals.len() as u64);
        for rival in &self.rivals {
            value
                .open(4)
                .bytes(&rival.key.0)
                .text(&rival.name)
                .number(rival.received_at.0)
                .bytes(&rival.id.0);
        }
        value.maybe(self.key, |value, key| value.bytes(&key.0));
        put(Table::Requests, self.request.from.0, value)
    }

    pub(crate) fn delete(from: UserId) -> Write {
        Write::Delete(Table::Requests, from.0.into())
    }

    pub(crate) fn read(stored: &Record) -> Result<Self, WireError> {
        let mut value = fields(&stored.value)?;
        Ok(Self {
            request: Request {
                from: UserId(key16(&stored.key)?),
                name: value.text()?.into(),
                received_at: Timestamp(value.number()?),
                askers: Vec::new(),
            },
            id: MessageId(value.id()?),
            declined: value.flag()?,
            rivals: value.list(|value| value.array(read_rival))?,
            key: value.maybe(Reader::id)?.map(Fingerprint),
        })
    }
}

fn read_rival(value: &mut Reader) -> Result<Rival, WireError> {
    Ok(Rival {
        key: Fingerprint(value.id()?),
        name: value.text()?.into(),
        received_at: Timestamp(value.number()?),
        id: MessageId(value.id()?),
    })
}

pub(super) fn write_info<'w>(value: &'w mut Writer, info: &Info) -> &'w mut Writer {
    let Profile { name, about, status, picture } = &info.profile;
    value.open(5).text(name).text(about).text(status);
    value.maybe(picture.as_deref(), Writer::bytes).number(info.rev)
}

pub(super) fn read_info(value: &mut Reader) -> Result<Info, WireError> {
    Ok(Info {
        profile: Profile {
            name: value.text()?.into(),
            about: value.text()?.into(),
            status: value.text()?.into(),
            picture: value.maybe(Reader::bytes)?.map(Into::into),
        },
        rev: value.number()?,
    })
}

fn relation_number(relation: Relation) -> u64 {
    match relation {
        Relation::Requested => 0,
        Relation::Declined => 1,
        Relation::Friend => 2,
        Relation::Blocked => 3,
    }
}

fn relation(number: u64) -> Relation {
    match number {
        0 => Relation::Requested,
        1 => Relation::Declined,
        2 => Relation::Friend,
        _ => Relation::Blocked,
    }
}
