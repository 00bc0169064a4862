//! Records to domain types and back: what lies in storage. Each record begins with the version of its shape; a new
//! shape reads the old ones.

use std::sync::Arc;

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use super::account::{Invite, Preferences, Server, Theme, Welcome};
use super::contact::{Profile, Relation, Request};
use super::id::{ConversationId, DeviceId, MessageId, UserId};
use super::message::{Body, Delivery, Message, Position};
use super::outbox::Outgoing;
use super::receipt::SeqSet;
use super::record::{Record, Table, Write};
use super::retained::Info;
use super::thread::{Heard, Thread};
use super::timeline::Entry;
use super::wire::{self, WireError, from_slice, to_vec};
use crate::time::Timestamp;

/// The key of this person's own record.
const ME: &[u8] = b"me";
/// The key of the welcome screen's fields.
const WELCOME: &[u8] = b"welcome";

/// This person and this device, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Me {
    pub(crate) id: UserId,
    pub(crate) device: DeviceId,
    pub(crate) client_id: String,
    pub(crate) handle: Option<Arc<str>>,
    pub(crate) info: Info,
    /// Counts this person's connections.
    pub(crate) counter: u64,
    pub(crate) server: Server,
    pub(crate) preferences: Preferences,
}

/// A roster entry, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) info: Info,
    pub(crate) relation: Relation,
    pub(crate) last_seen: Option<Timestamp>,
    /// Our request to them, while it waits for an answer.
    pub(crate) request: Option<MessageId>,
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
struct InfoRecord {
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
struct ServerRecord {
    #[n(0)]
    address: String,
    #[n(1)]
    user_name: String,
    #[n(2)]
    password: String,
    #[n(3)]
    root: String,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct MeRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    id: ByteArray<16>,
    #[n(2)]
    device: ByteArray<8>,
    #[n(3)]
    client_id: String,
    #[n(4)]
    handle: Option<String>,
    #[n(5)]
    info: InfoRecord,
    #[n(6)]
    counter: u64,
    #[n(7)]
    server: ServerRecord,
    #[n(8)]
    theme: u8,
    #[n(9)]
    enter_sends: bool,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct WelcomeRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    name: String,
    #[n(2)]
    handle: String,
    #[n(3)]
    server: ServerRecord,
    #[n(4)]
    invite: Option<InviteRecord>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct InviteRecord {
    #[n(0)]
    from: ByteArray<16>,
    #[n(1)]
    name: String,
    #[n(2)]
    broker: String,
    #[n(3)]
    root: String,
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

#[derive(Encode, Decode)]
#[cbor(array)]
struct MessageRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    author: ByteArray<16>,
    #[n(2)]
    own: bool,
    #[n(3)]
    seq: u64,
    #[n(4)]
    sent_at: u64,
    #[n(5)]
    kind: u8,
    #[n(6)]
    text: String,
    #[n(7)]
    edited: bool,
}

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

#[derive(Encode, Decode)]
#[cbor(array)]
struct ThreadRecord {
    #[n(0)]
    version: u8,
    #[n(1)]
    next_seq: u64,
    #[n(2)]
    latest: Option<LatestRecord>,
    #[n(3)]
    unread: u32,
    #[n(4)]
    unread_from: Option<PositionRecord>,
    #[n(5)]
    draft: String,
    #[n(6)]
    activity: u64,
    #[n(7)]
    delivered: Vec<(u64, u64)>,
    #[n(8)]
    read: u64,
    #[n(9)]
    heard: Vec<HeardRecord>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct LatestRecord {
    #[n(0)]
    position: PositionRecord,
    #[n(1)]
    message: MessageRecord,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PositionRecord {
    #[n(0)]
    hlc: u64,
    #[n(1)]
    id: ByteArray<16>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct HeardRecord {
    #[n(0)]
    device: ByteArray<8>,
    #[n(1)]
    stored: Vec<(u64, u64)>,
    #[n(2)]
    read: u64,
    #[n(3)]
    due: bool,
}

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

impl Me {
    pub(crate) fn write(&self) -> Write {
        let value = MeRecord {
            version: VERSION,
            id: self.id.0.into(),
            device: self.device.0.into(),
            client_id: self.client_id.clone(),
            handle: self.handle.as_deref().map(Into::into),
            info: InfoRecord::of(&self.info),
            counter: self.counter,
            server: ServerRecord::of(&self.server),
            theme: match self.preferences.theme {
                Theme::System => 0,
                Theme::Light => 1,
                Theme::Dark => 2,
            },
            enter_sends: self.preferences.enter_sends,
        };
        record(Table::Account, ME, &value)
    }

    fn read(value: &[u8]) -> Result<Self, WireError> {
        let me: MeRecord = from_slice(value)?;
        known(me.version)?;
        let theme = match me.theme {
            1 => Theme::Light,
            2 => Theme::Dark,
            _ => Theme::System,
        };
        Ok(Self {
            id: UserId(id16(me.id)),
            device: DeviceId(me.device.into()),
            client_id: me.client_id,
            handle: me.handle.map(Into::into),
            info: me.info.into(),
            counter: me.counter,
            server: me.server.into(),
            preferences: Preferences { theme, enter_sends: me.enter_sends },
        })
    }
}

/// The account table: this person, where somebody has begun, else what the welcome screen's fields hold.
pub(crate) fn read_account(records: &[Record]) -> Result<(Option<Me>, Welcome), WireError> {
    let find = |key: &[u8]| records.iter().find(|r| r.table == Table::Account && r.key == key);
    let me = find(ME).map(|record| Me::read(&record.value)).transpose()?;
    let welcome = find(WELCOME).map(|record| read_welcome(&record.value)).transpose()?;
    Ok((me, welcome.unwrap_or_default()))
}

pub(crate) fn write_welcome(welcome: &Welcome) -> Write {
    let value = WelcomeRecord {
        version: VERSION,
        name: welcome.name.as_ref().into(),
        handle: welcome.handle.as_ref().into(),
        server: ServerRecord::of(&welcome.server),
        invite: welcome.invite.as_ref().map(|invite| InviteRecord {
            from: invite.from.0.into(),
            name: invite.name.as_ref().into(),
            broker: invite.broker.as_ref().into(),
            root: invite.root.as_ref().into(),
        }),
    };
    record(Table::Account, WELCOME, &value)
}

pub(crate) fn delete_welcome() -> Write {
    Write::Delete(Table::Account, WELCOME.into())
}

fn read_welcome(value: &[u8]) -> Result<Welcome, WireError> {
    let welcome: WelcomeRecord = from_slice(value)?;
    known(welcome.version)?;
    Ok(Welcome {
        name: welcome.name.into(),
        handle: welcome.handle.into(),
        server: welcome.server.into(),
        invite: welcome.invite.map(|invite| Invite {
            from: UserId(id16(invite.from)),
            name: invite.name.into(),
            broker: invite.broker.into(),
            root: invite.root.into(),
        }),
    })
}

impl Person {
    pub(crate) fn write(&self) -> Write {
        let value = PersonRecord {
            version: VERSION,
            info: InfoRecord::of(&self.info),
            relation: match self.relation {
                Relation::Requested => 0,
                Relation::Declined => 1,
                Relation::Friend => 2,
                Relation::Blocked => 3,
            },
            last_seen: self.last_seen.map(|at| at.0),
            request: self.request.map(|id| id.0.into()),
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
            relation: match person.relation {
                0 => Relation::Requested,
                1 => Relation::Declined,
                2 => Relation::Friend,
                _ => Relation::Blocked,
            },
            last_seen: person.last_seen.map(Timestamp),
            request: person.request.map(|id| MessageId(id16(id))),
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

/// The key of a message: its conversation, then its position, so that a conversation's messages lie in order.
pub(crate) fn message_key(conversation: ConversationId, position: Position) -> Vec<u8> {
    let mut key = conversation.0.0.to_vec();
    key.extend(position.hlc.to_be_bytes());
    key.extend(position.id.0);
    key
}

/// The keys between which all messages of a conversation lie.
pub(crate) fn conversation_keys(conversation: ConversationId) -> (Vec<u8>, Vec<u8>) {
    let first = Position { hlc: 0, id: MessageId([0; 16]) };
    let last = Position { hlc: u64::MAX, id: MessageId([0xFF; 16]) };
    (message_key(conversation, first), message_key(conversation, last))
}

pub(crate) fn delete_message(conversation: ConversationId, position: Position) -> Write {
    Write::Delete(Table::Messages, message_key(conversation, position))
}

impl Entry {
    pub(crate) fn write(&self) -> Write {
        let key = message_key(self.message.conversation, self.message.position);
        record(Table::Messages, key, &MessageRecord::of(&self.message, self.seq))
    }

    pub(crate) fn read(stored: &Record) -> Result<Self, WireError> {
        let (conversation, rest) = stored.key.split_at_checked(16).ok_or(WireError::Malformed)?;
        let (hlc, id) = rest.split_at_checked(8).ok_or(WireError::Malformed)?;
        let position = Position {
            hlc: u64::from_be_bytes(hlc.try_into().map_err(|_| WireError::Malformed)?),
            id: MessageId(key16(id)?),
        };
        let conversation = ConversationId(UserId(key16(conversation)?));
        from_slice::<MessageRecord>(&stored.value)?.entry(conversation, position)
    }
}

impl MessageRecord {
    fn of(message: &Message, seq: u64) -> Self {
        let (kind, text) = match &message.body {
            Body::Text(text) => (0, text.as_ref().into()),
            Body::Deleted => (1, String::new()),
            Body::Unknown => (2, String::new()),
        };
        Self {
            version: VERSION,
            author: message.author.0.into(),
            own: message.delivery.is_some(),
            seq,
            sent_at: message.sent_at.0,
            kind,
            text,
            edited: message.edited,
        }
    }

    fn entry(self, conversation: ConversationId, position: Position) -> Result<Entry, WireError> {
        known(self.version)?;
        let body = match self.kind {
            0 => Body::Text(self.text.into()),
            1 => Body::Deleted,
            _ => Body::Unknown,
        };
        let message = Message {
            id: position.id,
            conversation,
            author: UserId(id16(self.author)),
            position,
            sent_at: Timestamp(self.sent_at),
            body,
            edited: self.edited,
            // How far it has come is told by the outbox and the receipts.
            delivery: self.own.then_some(Delivery::Queued),
        };
        Ok(Entry { message, seq: self.seq })
    }
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

impl Thread {
    pub(crate) fn write(&self) -> Write {
        let value = ThreadRecord {
            version: VERSION,
            next_seq: self.next_seq,
            latest: self.latest.as_ref().map(|message| LatestRecord {
                position: PositionRecord::of(message.position),
                message: MessageRecord::of(message, self.latest_seq),
            }),
            unread: self.unread,
            unread_from: self.unread_from.map(PositionRecord::of),
            draft: self.draft.as_ref().into(),
            activity: self.activity.0,
            delivered: self.delivered.runs().to_vec(),
            read: self.read,
            heard: self.heard.iter().map(HeardRecord::of).collect(),
        };
        record(Table::Conversations, self.id.0.0, &value)
    }

    pub(crate) fn delete(id: ConversationId) -> Write {
        Write::Delete(Table::Conversations, id.0.0.into())
    }

    pub(crate) fn read(stored: &Record) -> Result<Self, WireError> {
        let id = ConversationId(UserId(key16(&stored.key)?));
        let thread: ThreadRecord = from_slice(&stored.value)?;
        known(thread.version)?;
        let latest =
            thread.latest.map(|latest| latest.message.entry(id, latest.position.into())).transpose()?;
        Ok(Self {
            id,
            next_seq: thread.next_seq,
            latest_seq: latest.as_ref().map_or(0, |entry| entry.seq),
            latest: latest.map(|entry| entry.message),
            unread: thread.unread,
            unread_from: thread.unread_from.map(Into::into),
            draft: thread.draft.into(),
            activity: Timestamp(thread.activity),
            delivered: SeqSet::from_runs(thread.delivered),
            read: thread.read,
            heard: thread.heard.into_iter().map(Into::into).collect(),
        })
    }
}

impl PositionRecord {
    fn of(position: Position) -> Self {
        Self { hlc: position.hlc, id: position.id.0.into() }
    }
}

impl From<PositionRecord> for Position {
    fn from(stored: PositionRecord) -> Self {
        Self { hlc: stored.hlc, id: MessageId(id16(stored.id)) }
    }
}

impl HeardRecord {
    fn of(heard: &Heard) -> Self {
        Self {
            device: heard.device.0.into(),
            stored: heard.stored.runs().to_vec(),
            read: heard.read,
            due: heard.due,
        }
    }
}

impl From<HeardRecord> for Heard {
    fn from(stored: HeardRecord) -> Self {
        Self {
            device: DeviceId(stored.device.into()),
            stored: SeqSet::from_runs(stored.stored),
            read: stored.read,
            due: stored.due,
        }
    }
}

impl InfoRecord {
    fn of(info: &Info) -> Self {
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

impl ServerRecord {
    fn of(server: &Server) -> Self {
        Self {
            address: server.address.as_ref().into(),
            user_name: server.user_name.as_ref().into(),
            password: server.password.as_ref().into(),
            root: server.root.as_ref().into(),
        }
    }
}

impl From<ServerRecord> for Server {
    fn from(stored: ServerRecord) -> Self {
        Self {
            address: stored.address.into(),
            user_name: stored.user_name.into(),
            password: stored.password.into(),
            root: stored.root.into(),
        }
    }
}
