//! Conversations.

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::message::{MessageRecord, PositionRecord};
use super::{VERSION, key16, known, record};
use crate::chat::id::{ConversationId, DeviceId, UserId};
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Record, Table, Write};
use crate::chat::thread::{Heard, Thread};
use crate::chat::wire::{WireError, from_slice};
use crate::time::Timestamp;

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
    read: Vec<(u64, u64)>,
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
struct HeardRecord {
    #[n(0)]
    device: ByteArray<8>,
    #[n(1)]
    stored: Vec<(u64, u64)>,
    #[n(2)]
    read: Vec<(u64, u64)>,
    #[n(3)]
    due: bool,
}

impl Thread {
    pub(crate) fn write(&self) -> Write {
        let value = ThreadRecord {
            version: VERSION,
            next_seq: self.next_seq,
            latest: self.latest.as_ref().map(|message| LatestRecord {
                position: PositionRecord::of(message.position),
                message: MessageRecord::of(message, self.latest_seq, 0),
            }),
            unread: self.unread,
            unread_from: self.unread_from.map(PositionRecord::of),
            draft: self.draft.as_ref().into(),
            activity: self.activity.0,
            delivered: self.delivered.runs().to_vec(),
            read: self.read.runs().to_vec(),
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
            read: SeqSet::from_runs(thread.read),
            heard: thread.heard.into_iter().map(Into::into).collect(),
        })
    }
}

impl HeardRecord {
    fn of(heard: &Heard) -> Self {
        Self {
            device: heard.device.0.into(),
            stored: heard.stored.runs().to_vec(),
            read: heard.read.runs().to_vec(),
            due: heard.due,
        }
    }
}

impl From<HeardRecord> for Heard {
    fn from(stored: HeardRecord) -> Self {
        Self {
            device: DeviceId(stored.device.into()),
            stored: SeqSet::from_runs(stored.stored),
            read: SeqSet::from_runs(stored.read),
            due: stored.due,
        }
    }
}
