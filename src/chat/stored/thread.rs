//! Conversations.

use super::message::{MESSAGE_FIELDS, read_message, read_position, write_message, write_position};
use super::{fields, key16, put, record};
use crate::cbor::{Reader, Writer};
use crate::chat::chain::{EventHash, Link, Links};
use crate::chat::heard::Heard;
use crate::chat::id::{ConversationId, DeviceId, UserId};
use crate::chat::noted::Noted;
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Record, Table, Write};
use crate::chat::thread::Thread;
use crate::chat::timeline::Entry;
use crate::chat::wire::WireError;
use crate::time::Timestamp;

impl Thread {
    pub(crate) fn write(&self) -> Write {
        let mut value = record(20);
        value.number(self.next_seq).maybe(self.latest.as_ref(), |value, message| {
            write_position(value.open(2), message.position);
            write_message(value.open(MESSAGE_FIELDS), message, self.latest_seq, [0; 2])
        });
        value.number(self.unread.into()).maybe(self.unread_from, write_position);
        value.text(&self.draft).number(self.activity.0).pairs(self.delivered.runs()).pairs(self.read.runs());
        value.open(self.heard.len() as u64);
        for heard in &self.heard {
            write_heard(&mut value, heard);
        }
        value.flag(self.pinned).maybe(self.muted_until, |value, until| value.number(until.0));
        value.pairs(self.delivered_at.pairs()).pairs(self.read_at.pairs());
        value.maybe(self.unreadable, |value, since| value.number(since.0)).number(self.before);
        write_links(&mut value, &self.links);
        value.maybe(self.chain, |value, hash| value.bytes(&hash.0)).number(self.disputed);
        value.open(self.reached.len() as u64);
        for (device, first) in &self.reached {
            value.open(2).bytes(&device.0).number(*first);
        }
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
            pinned: value.maybe(Reader::flag)?.unwrap_or_default(),
            muted_until: value.maybe(Reader::number)?.map(Timestamp),
            delivered_at: Noted::from_pairs(value.maybe(Reader::pairs)?.unwrap_or_default()),
            read_at: Noted::from_pairs(value.maybe(Reader::pairs)?.unwrap_or_default()),
            unreadable: value.maybe(Reader::number)?.map(Timestamp),
            before: value.maybe(Reader::number)?.unwrap_or_default(),
            links: value.maybe(read_links)?.unwrap_or_default(),
            chain: value.maybe(Reader::id)?.map(EventHash),
            disputed: value.maybe(Reader::number)?.unwrap_or_default(),
            reached: value.maybe(read_reached)?.unwrap_or_default(),
        })
    }
}

fn read_latest(value: &mut Reader, id: ConversationId) -> Result<Entry, WireError> {
    let position = value.array(read_position)?;
    value.array(|message| read_message(message, id, position))
}

fn write_heard(value: &mut Writer, heard: &Heard) {
    value.open(8).bytes(&heard.device.0).pairs(heard.stored.runs()).pairs(heard.read.runs()).flag(heard.due);
    write_links(value, &heard.links);
    value.number(heard.forgotten).flag(heard.split).flag(heard.behind);
}

fn read_heard(value: &mut Reader) -> Result<Heard, WireError> {
    Ok(Heard {
        device: DeviceId(value.id()?),
        stored: SeqSet::from_runs(value.pairs()?),
        read: SeqSet::from_runs(value.pairs()?),
        due: value.flag()?,
        links: value.maybe(read_links)?.unwrap_or_default(),
        forgotten: value.maybe(Reader::number)?.unwrap_or_default(),
        split: value.maybe(Reader::flag)?.unwrap_or_default(),
        behind: value.maybe(Reader::flag)?.unwrap_or_default(),
    })
}

fn read_reached(value: &mut Reader) -> Result<Vec<(DeviceId, u64)>, WireError> {
    value.list(|value| value.array(|reached| Ok((DeviceId(reached.id()?), reached.number()?))))
}

fn write_links(value: &mut Writer, links: &Links) {
    value.open(links.iter().len() as u64);
    for link in links.iter() {
        value.open(3).number(link.seq).bytes(&link.hash.0);
        value.maybe(link.prev, |value, prev| value.bytes(&prev.0));
    }
}

fn read_links(value: &mut Reader) -> Result<Links, WireError> {
    let link = |link: &mut Reader| {
        let (seq, hash) = (link.number()?, EventHash(link.id()?));
        Ok(Link { seq, hash, prev: link.maybe(Reader::id)?.map(EventHash) })
    };
    Ok(Links::from_links(value.list(|value| value.array(link))?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_of_the_first_version_is_read() {
        let mut value = Writer::array(10);
        value.number(1).number(7).nothing().number(0).nothing().text("a draft").number(5);
        value.pairs(&[]).pairs(&[]).pairs(&[]);
        let record =
            Record { table: Table::Conversations, key: vec![3; 16], value: value.into_bytes().into() };
        let id = ConversationId(UserId([3; 16]));
        let expected = Thread { next_seq: 7, draft: "a draft".into(), ..Thread::new(id, Timestamp(5)) };
        assert_eq!(Thread::read(&record).unwrap(), expected);
    }
}
