//! Conversations.

use super::message::{MESSAGE_FIELDS, read_message, read_position, write_message, write_position};
use super::{fields, key16, put, record};
use crate::cbor::{Reader, Writer};
use crate::chat::id::{ConversationId, DeviceId, UserId};
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Record, Table, Write};
use crate::chat::thread::{Heard, Thread};
use crate::chat::timeline::Entry;
use crate::chat::wire::WireError;
use crate::time::Timestamp;

impl Thread {
    pub(crate) fn write(&self) -> Write {
        let mut value = record(11);
        value.number(self.next_seq).maybe(self.latest.as_ref(), |value, message| {
            write_position(value.open(2), message.position);
            write_message(value.open(MESSAGE_FIELDS), message, self.latest_seq, 0)
        });
        value.number(self.unread.into()).maybe(self.unread_from, write_position);
        value.text(&self.draft).number(self.activity.0).pairs(self.delivered.runs()).pairs(self.read.runs());
        value.open(self.heard.len() as u64);
        for heard in &self.heard {
            write_heard(&mut value, heard);
        }
        value.maybe(self.unreadable, |value, since| value.number(since.0));
        put(Table::Conversations, self.id.0.0, value)
    }

    pub(crate) fn delete(id: ConversationId) -> Write {
        Write::Delete(Table::Conversations, id.0.0.into())
    }

    pub(crate) fn read(stored: &Record) -> Result<Self, WireError> {
        let id = ConversationId(UserId(key16(&stored.key)?));
        let mut value = fields(&stored.value)?;
        let next_seq = value.number()?;
        let latest = value.maybe(|value| value.array(|latest| read_latest(latest, id)))?;
        Ok(Self {
            id,
            next_seq,
            latest_seq: latest.as_ref().map_or(0, |entry| entry.seq),
            latest: latest.map(|entry| entry.message),
            unread: value.small()?,
            unread_from: value.maybe(|value| value.array(read_position))?,
            draft: value.text()?.into(),
            activity: Timestamp(value.number()?),
            delivered: SeqSet::from_runs(value.pairs()?),
            read: SeqSet::from_runs(value.pairs()?),
            heard: value.list(|value| value.array(read_heard))?,
            unreadable: value.maybe(Reader::number)?.map(Timestamp),
        })
    }
}

fn read_latest(value: &mut Reader, id: ConversationId) -> Result<Entry, WireError> {
    let position = value.array(read_position)?;
    value.array(|message| read_message(message, id, position))
}

fn write_heard(value: &mut Writer, heard: &Heard) {
    value.open(4).bytes(&heard.device.0).pairs(heard.stored.runs()).pairs(heard.read.runs()).flag(heard.due);
}

fn read_heard(value: &mut Reader) -> Result<Heard, WireError> {
    Ok(Heard {
        device: DeviceId(value.id()?),
        stored: SeqSet::from_runs(value.pairs()?),
        read: SeqSet::from_runs(value.pairs()?),
        due: value.flag()?,
    })
}
