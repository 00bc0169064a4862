//! What a backup holds: who somebody is, whom they know, what was said. No device's keys and no ratchets: whoever goes on
//! from it is a new device. PROTOCOL.md says the same in prose.

use super::contact::Profile;
use super::id::{ConversationId, DeviceId, MessageId, UserId};
use super::keyring::Keyring;
use super::message::{Body, Message};
use super::outbox::MAX_EVENTS;
use super::outgoing::Outgoing;

use super::parked::Rewrite;
use super::picture::is_picture;
use super::record::{Record, Table};
use super::secret::Content;
use super::stored::{self, Asked, Me, Person};
use super::text::{MAX_ABOUT, MAX_NAME, MAX_STATUS, clean_line, clean_text};
use super::thread::{MAX_SEQ, Thread};
use super::timeline::Entry;
use super::topics::Root;
use super::wire::{EventBody, WireError};
use crate::cbor::{Reader, Writer};
use crate::e2ee::seed::Seed;
use crate::time::Timestamp;

/// The version of the content.
const VERSION: u64 = 1;

/// The largest file that is looked at, in bytes.
pub const MAX_FILE: u64 = 128 * 1024 * 1024;

/// How many former devices are listened to.
pub(crate) const MAX_FORMER: usize = 16;

/// What no clock of anybody reaches, nor a counter that follows one; and how much nobody leaves unread.
const MAX_HLC: u64 = u64::MAX >> 1;
const MAX_UNREAD: u32 = u32::MAX >> 1;

/// The tables whose records go along; their numbers in a backup are their places here, from 1.
pub(crate) const TABLES: [Table; 7] = [
    Table::Contacts,
    Table::Requests,
    Table::Conversations,
    Table::Messages,
    Table::Outbox,
    Table::Parked,
    Table::Keyrings,
];

/// What a backup says, and every bit of it read.
#[derive(Debug)]
pub(crate) struct Backup {
    pub(crate) made: Timestamp,
    pub(crate) seed: Seed,
    /// Whose device this was, and what they had chosen for it.
    pub(crate) me: Me,
    /// Devices of theirs that had been replaced before.
    pub(crate) former: Vec<DeviceId>,
    pub(crate) people: Vec<Person>,
    pub(crate) asked: Vec<Asked>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) outgoing: Vec<(u64, Outgoing)>,
    pub(crate) parked: Vec<(ConversationId, MessageId, Rewrite)>,
    pub(crate) keyrings: Vec<(UserId, Keyring)>,
}

/// Writes a backup of what the tables hold.
pub(crate) fn encode(
    made: Timestamp,
    seed: &Seed,
    me: &Me,
    former: &[DeviceId],
    records: &[Record],
) -> Content {
    let mut content = Writer::array(6);
    content.number(VERSION).number(made.0).bytes(seed.as_bytes());
    // The Client Identifier is the old device's alone: whoever has it can take its session over.
    content.bytes(&Me { client_id: String::new(), ..me.clone() }.value());
    content.open(former.len() as u64);
    for device in former {
        content.bytes(&device.0);
    }
    let number = |record: &Record| TABLES.iter().position(|table| *table == record.table);
    let records: Vec<_> = records.iter().filter_map(|record| Some((number(record)? + 1, record))).collect();
    content.open(records.len() as u64);
    for (number, record) in records {
        content.open(3).number(number as u64).bytes(&record.key).bytes(&record.value);
    }
    Content::new(content.into_bytes().into())
}

impl Backup {
    /// Reads a backup: all of it, or nothing.
    pub(crate) fn decode(content: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(content)?;
        if reader.number()? != VERSION {
            return Err(WireError::Unknown);
        }
        let (made, seed) = (Timestamp(reader.number()?), Seed::from_bytes(reader.id()?));
        let mut me = Me::read(reader.bytes()?)?;
        Root::parse(&me.server.root).map_err(|_| WireError::Malformed)?;
        clean_profile(&mut me.info.profile);
        if me.info.profile.name.is_empty() {
            return Err(WireError::Malformed);
        }
        let former = reader.list(|reader| reader.id().map(DeviceId))?;
        let (people, asked, threads, entries, outgoing, parked, keyrings) = Default::default();
        let mut backup =
            Self { made, seed, me, former, people, asked, threads, entries, outgoing, parked, keyrings };
        let records = reader.list(|reader| reader.array(read_record))?;
        records.iter().try_for_each(|record| backup.take(record))?;
        backup.check()
    }

    fn take(&mut self, record: &Record) -> Result<(), WireError> {
        match record.table {
            Table::Contacts => {
                let mut person = Person::read(record)?;
                clean_profile(&mut person.info.profile);
                self.people.push(person);
            }
            Table::Requests => {
                let mut asked = Asked::read(record)?;
                asked.request.name = clean_line(&asked.request.name, MAX_NAME);
                for rival in &mut asked.rivals {
                    rival.name = clean_line(&rival.name, MAX_NAME);
                }
                self.asked.push(asked);
            }
            Table::Conversations => {
                let mut thread = Thread::read(record)?;
                thread.latest.iter_mut().for_each(clean_message);
                self.threads.push(thread);
            }
            Table::Messages => {
                let mut entry = Entry::read(record)?;
                clean_message(&mut entry.message);
                self.entries.push(entry);
            }
            Table::Outbox => {
                let waiting = stored::read_outgoing(record)?;
                // Contacts are told a profile anew at its next change; an old one is nothing to send by hand.
                if !matches!(waiting.1.body, EventBody::Profile(_)) {
                    self.outgoing.push(waiting);
                }
            }
            Table::Parked => {
                let (conversation, message, mut rewrite) = stored::read_parked(record)?;
                rewrite.text = rewrite.text.map(|text| clean_text(&text));
                self.parked.push((conversation, message, rewrite));
            }
            Table::Keyrings => self.keyrings.push(stored::read_keyring(record)?),
            Table::Account | Table::Keys | Table::Sessions | Table::Arrivals => {
                return Err(WireError::Malformed);
            }
        }
        Ok(())
    }

    /// What is said in one record must fit what is said in another.
    fn check(self) -> Result<Self, WireError> {
        let theirs = |id: UserId| id != self.me.id && self.people.iter().any(|person| person.id == id);
        // The numbers outlive who was removed.
        let gone = |thread: &Thread| thread.id.0 != self.me.id && thread.is_forgotten();
        let whole = self.threads.iter().all(|thread| theirs(thread.id.0) || gone(thread))
            && self.outgoing.iter().all(|(_, outgoing)| theirs(outgoing.to));
        let own_id = self.seed.identity().key().fingerprint().0 == self.me.id.0;
        if whole && self.is_bounded() && (own_id || self.me.handle.is_some()) {
            Ok(self)
        } else {
            Err(WireError::Malformed)
        }
    }

    /// No clock and no counter overflows, whoever wrote them.
    fn is_bounded(&self) -> bool {
        let thread = |thread: &Thread| {
            (1..=MAX_SEQ).contains(&thread.next_seq)
                && thread.latest_hlc() <= MAX_HLC
                && thread.unread <= MAX_UNREAD
        };
        // How late others have changed what is theirs is for them to say, and is reckoned with nowhere.
        let changed = |entry: &Entry| entry.message.delivery.is_none() || entry.changed <= MAX_HLC;
        self.threads.iter().all(thread)
            && self.entries.iter().all(|entry| entry.message.position.hlc <= MAX_HLC && changed(entry))
            && self.outgoing.iter().all(|(key, _)| *key <= MAX_SEQ)
            && self.outgoing.len() <= MAX_EVENTS
            && self.me.counter.max(self.me.info.rev) <= MAX_HLC
    }
}

fn read_record(reader: &mut Reader) -> Result<Record, WireError> {
    let number: usize = reader.small()?;
    let table = *number.checked_sub(1).and_then(|at| TABLES.get(at)).ok_or(WireError::Unknown)?;
    Ok(Record { table, key: reader.bytes()?.to_vec(), value: reader.bytes()?.into() })
}

fn clean_profile(profile: &mut Profile) {
    profile.name = clean_line(&profile.name, MAX_NAME);
    profile.about = clean_line(&profile.about, MAX_ABOUT);
    profile.status = clean_line(&profile.status, MAX_STATUS);
    profile.picture.take_if(|picture| !is_picture(picture));
}

fn clean_message(message: &mut Message) {
    if let Body::Text(text) = &message.body {
        message.body = Body::Text(clean_text(text));
    }
}
