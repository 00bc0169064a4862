//! What must hold at each step, and what was seen on the way: by what devices were told, have sent and have on disk.

use std::collections::{BTreeMap, BTreeSet};

use super::super::broker::mid;
use super::super::world::{Happened, World};
use super::packets::{Packet, read};
use super::tally::Tally;
use crate::cbor::Reader;
use crate::chat::change::{Change, Connection, Trouble};
use crate::chat::contact::Keys;
use crate::chat::id::{ConversationId, MessageId, UserId};
use crate::chat::message::Body;
use crate::chat::record::{Batch, Query, Record, Table, Write};
use crate::chat::stored;
use crate::chat::thread::Thread;
use crate::chat::timeline::Entry;
use crate::chat::wire::{Event, EventBody};
use crate::chat::{Command, Effect, Input};
use crate::e2ee::envelope::row_keys;
use crate::e2ee::nak::{Nak, NakReason};
use crate::e2ee::request::SealedRequest;
use crate::e2ee::trust::Trust;

/// Stands in every text, and in nothing else.
pub(super) const CANARY: &str = "k4n4ri";

/// What somebody has said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) by: usize,
    pub(super) from: UserId,
    pub(super) to: UserId,
    /// As it was said, and each time that it was changed.
    pub(super) texts: Vec<String>,
}

/// What a device was brought and has not stored.
#[derive(Debug, Default)]
struct Arrival {
    /// The packets that are not acknowledged.
    open: BTreeSet<u16>,
    times: u32,
}

/// Sees everything.
#[derive(Default)]
pub(super) struct Oracle {
    pub(super) said: BTreeMap<MessageId, Said>,
    /// Which messages each person has ever had on a disk of theirs, where they belong.
    pub(super) had: BTreeSet<(UserId, MessageId)>,
    /// The same, and those whose place was still looked for.
    kept: BTreeSet<(UserId, MessageId)>,
    /// Devices whose storage has forgotten something; and what each of them has forgotten.
    pub(super) forgetful: BTreeSet<usize>,
    pub(super) forgotten: BTreeSet<(usize, MessageId)>,
    /// What a person has put away with the whole conversation, or given up.
    pub(super) deleted: BTreeSet<(usize, MessageId)>,
    arrivals: BTreeMap<(usize, MessageId), Arrival>,
    /// Which message keys were used, and by which envelope.
    keys: BTreeMap<([u8; 32], u64), [u8; 16]>,
    /// Who has asked whom anew for what could not be read, and has read nothing of theirs since.
    unread: BTreeSet<(UserId, UserId)>,
    /// Who has compared keys, and with whom.
    pub(super) compared: BTreeSet<(UserId, UserId)>,
    /// Who has told what their client would not, behind its back.
    pub(super) liars: BTreeSet<usize>,
    /// How often each event was encrypted.
    sealed: BTreeMap<MessageId, BTreeSet<[u8; 16]>>,
    sessions: BTreeSet<usize>,
    pub(super) tally: Tally,
    pub(super) violations: Vec<String>,
}

impl Oracle {
    pub(super) fn accuse(&mut self, rule: &str, what: &str) {
        if self.violations.len() < 20 {
            self.violations.push(format!("{rule}: {what}"));
        }
    }

    /// One thing has happened.
    pub(super) fn see(&mut self, world: &World, happened: &Happened) {
        match happened {
            Happened::Input(who, Input::Received(bytes)) => self.see_received(world, *who, bytes),
            Happened::Input(who, Input::Command(command)) => self.see_command(world, *who, command),
            Happened::Input(_, Input::SaveFailed(..)) => self.tally.count("save failed"),
            Happened::Input(..) => {}
            Happened::Effect(who, Effect::Transmit(bytes)) => self.see_sent(world, *who, bytes),
            Happened::Effect(who, Effect::Show(change) | Effect::ShowIn(_, change)) => {
                self.see_change(world, *who, change)
            }
            Happened::Effect(..) => {}
            // What it acknowledges to the broker is of another connection, and was stored before.
            Happened::OldTab(who, Effect::Transmit(bytes)) => {
                if !matches!(read(bytes), Packet::Ack { .. }) {
                    self.see_sent(world, *who, bytes);
                }
            }
            Happened::OldTab(_, effect) => {
                if matches!(effect, Effect::Save(..)) {
                    self.tally.count("save of an old tab refused");
                }
            }
            Happened::Landed(who, batch) => self.see_landed(world, *who, batch),
            Happened::Crashed(who) => self.arrivals.retain(|(at, _), _| at != who),
        }
    }

    fn see_command(&mut self, world: &World, who: usize, command: &Command) {
        // Whose tab has crashed in the middle of it has an empty screen.
        let own = world.screen(who).account.as_ref().map(|account| account.id);
        let Some(own) = own.or_else(|| owner(world, who)) else { return };
        match command {
            Command::Send { id, conversation, text } => {
                let said = Said { by: who, from: own, to: conversation.0, texts: vec![text.to_string()] };
                self.said.insert(*id, said);
                self.tally.messages += 1;
            }
            Command::Verify { contact, .. } => {
                self.compared.insert((own, *contact));
                self.tally.count("keys compared");
            }
            Command::Edit { message, text, .. } => {
                if let Some(said) = self.said.get_mut(message) {
                    said.texts.push(text.to_string());
                }
            }
            Command::Delete { message, .. } => {
                if let Some(said) = self.said.get_mut(message) {
                    said.texts.push(String::new());
                }
            }
            _ => {}
        }
    }

    fn see_change(&mut self, world: &World, who: usize, change: &Change) {
        match change {
            Change::Connection(Connection::Stopped(Trouble::TakenOver)) => self.tally.count("taken over"),
            Change::Connection(Connection::Stopped(Trouble::Revoked)) => self.tally.count("revoked"),
            Change::Connection(Connection::Reconnecting { trouble: Some(Trouble::Silent), .. }) => {
                self.tally.count("silence noticed");
            }
            Change::Conversation(conversation) if conversation.unreadable => {
                self.tally.count("unreadable told")
            }
            Change::Conversation(conversation) if conversation.failed => self.tally.count("message given up"),
            Change::Contact(contact) => {
                let own = world.screen(who).account.as_ref().map(|own| own.id).or_else(|| owner(world, who));
                let compared = own.is_some_and(|own| self.compared.contains(&(own, contact.id)));
                if matches!(contact.keys, Keys::Known { trust: Trust::Verified, .. }) && !compared {
                    self.accuse("I12", &format!("{} is verified, and nobody has compared", contact.id));
                }
            }
            Change::Alert(Some(alert)) => self.tally.count(match alert {
                crate::chat::change::Alert::StorageFull => "full storage told",
                _ => "alert",
            }),
            _ => {}
        }
    }

    fn see_received(&mut self, world: &World, who: usize, bytes: &[u8]) {
        match read(bytes) {
            Packet::Connack { present } => {
                if !self.sessions.insert(who) {
                    self.tally.count(if present { "session resumed" } else { "session lost" });
                }
            }
            Packet::Publish { id: Some(id), payload, .. } => {
                let Some(event) = mid(payload).and_then(|mid| world.broker.sealed.get(&mid)) else { return };
                let ours = world.screen(who).account.as_ref().is_some_and(|own| own.id == event.conversation);
                if !ours || !matches!(event.body, EventBody::Text(_)) {
                    return;
                }
                let arrival = self.arrivals.entry((who, event.id)).or_default();
                arrival.open.insert(id);
                arrival.times += 1;
                if arrival.times > 1 || self.kept.contains(&(event.conversation, event.id)) {
                    self.tally.count("repetition arrived");
                }
            }
            Packet::Publish { .. } | Packet::Ack { .. } | Packet::Other(_) => {}
        }
    }

    fn see_sent(&mut self, world: &World, who: usize, bytes: &[u8]) {
        self.tally.packets += 1;
        if bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()) {
            self.accuse("I5", &format!("device {who} sends a text in the open"));
        }
        match read(bytes) {
            Packet::Ack { kind: "PUBACK" | "PUBREC", id } => {
                for ((_, _), arrival) in self.arrivals.iter_mut().filter(|((at, _), _)| *at == who) {
                    arrival.open.remove(&id);
                }
            }
            Packet::Publish { payload, duplicate, .. } => {
                if duplicate {
                    self.tally.count("sent with DUP");
                }
                let Some(mid) = mid(payload) else { return };
                let Some(event) = world.broker.sealed.get(&mid) else { return };
                if SealedRequest::decode(payload).is_ok() {
                    let introduces = matches!(event.body, EventBody::Nak(_));
                    self.tally.count(if introduces { "device introduced" } else { "request sent" });
                    return self.see_keys(who, mid, payload);
                }
                self.see_keys(who, mid, payload);
                self.see_event(world, who, mid, event);
            }
            Packet::Ack { .. } | Packet::Connack { .. } | Packet::Other(_) => {}
        }
    }

    /// No two ciphertexts by one message key; but whoever has forgotten which keys were used cannot know.
    fn see_keys(&mut self, who: usize, mid: [u8; 16], payload: &[u8]) {
        for row in rows(payload) {
            let Some(key) = row_keys(&row) else { continue };
            let before = self.keys.insert(key, mid);
            let excused = self.forgetful.contains(&who) || self.liars.contains(&who);
            if before.is_some_and(|before| before != mid) && !excused {
                self.accuse("I8", &format!("device {who} encrypts twice by one message key"));
            }
        }
    }

    fn see_event(&mut self, world: &World, who: usize, mid: [u8; 16], event: &Event) {
        match &event.body {
            EventBody::Receipt(receipt) => {
                let stored = thread(world, who, event.conversation);
                let heard = stored.as_ref().map(|thread| {
                    let known = |seq: &u64| thread.has_heard(receipt.device, *seq);
                    receipt.stored.runs().iter().all(|(first, last)| (*first..=*last).all(|seq| known(&seq)))
                });
                self.tally.count("receipt sent");
                if heard != Some(true) {
                    self.accuse("I7", &format!("device {who} sends a receipt for what is not on its disk"));
                }
            }
            EventBody::Nak(Nak { reason: NakReason::Nothing, .. }) => {
                self.tally.count("nothing missing told")
            }
            EventBody::Nak(_) => {
                self.tally.count("nak sent");
                self.unread.insert((event.from, event.conversation));
            }
            EventBody::Want(..) => self.tally.count("want sent"),
            EventBody::Missing(_) => self.tally.count("missing told"),
            EventBody::Text(_) => {
                if event.origin.is_some() {
                    self.tally.count("told again under another number");
                }
                let times = self.sealed.entry(event.id).or_default();
                if times.insert(mid) && times.len() > 1 {
                    self.tally.count("message encrypted anew");
                }
            }
            EventBody::Edit(..) | EventBody::Delete(_) => self.tally.count("change sent"),
            EventBody::Accept(..) => self.tally.count("request accepted"),
            EventBody::Decline(_) => self.tally.count("request declined"),
            EventBody::Profile(_) => self.tally.count("profile sent"),
            _ => {}
        }
    }

    fn see_landed(&mut self, world: &World, who: usize, batch: &Batch) {
        let own = world.screen(who).account.as_ref().map(|account| account.id);
        for write in batch {
            match write {
                Write::Put(record) if record.table == Table::Messages => {
                    let Ok(entry) = Entry::read(record) else { continue };
                    let Some(own) = own.or_else(|| owner(world, who)) else { continue };
                    self.see_message(who, own, entry.message.id, entry.message.author);
                    self.had.insert((own, entry.message.id));
                    self.see_line(&entry.message.body);
                }
                // It is stored, though its place is still looked for.
                Write::Put(record) if record.table == Table::Arrivals => {
                    self.tally.count("place looked for");
                    let Ok(arrival) = stored::read_arrival(record) else { continue };
                    let Some(own) = own.or_else(|| owner(world, who)) else { continue };
                    self.see_message(who, own, arrival.event.id, arrival.event.from);
                }
                Write::Put(record) if record.table == Table::Parked => self.tally.count("change parked"),
                Write::Delete(Table::Parked, _) => self.tally.count("parked change applied"),
                Write::Delete(Table::Messages, key) => {
                    let id = MessageId(key[key.len() - 16..].try_into().unwrap());
                    self.deleted.insert((who, id));
                }
                Write::Put(_) | Write::Delete(..) => {}
            }
        }
    }

    fn see_line(&mut self, body: &Body) {
        match body {
            Body::Split => self.tally.count("fork seen"),
            Body::Disputed => self.tally.count("dispute seen"),
            Body::KeyChanged => self.tally.count("changed key seen"),
            Body::WentOn => self.tally.count("gone on from a backup"),
            Body::Text(_) | Body::Deleted | Body::Differed | Body::SpentLink | Body::Unknown => {}
        }
    }

    fn see_message(&mut self, who: usize, own: UserId, id: MessageId, author: UserId) {
        if author != own && self.unread.remove(&(own, author)) {
            self.tally.count("unwedged");
        }
        if author != own
            && let Some(arrival) = self.arrivals.remove(&(who, id))
            && arrival.open.is_empty()
            && !self.kept.contains(&(own, id))
        {
            self.accuse("I7", &format!("device {who} has acknowledged message {id} before it was stored"));
        }
        self.kept.insert((own, id));
    }

    /// A device's storage loses what it had stored; `lost` is what of the messages is gone.
    pub(super) fn see_forgotten(&mut self, who: usize, lost: &BTreeSet<MessageId>) {
        self.forgetful.insert(who);
        self.forgotten.extend(lost.iter().map(|id| (who, *id)));
        self.arrivals.retain(|(at, _), _| *at != who);
    }
}

/// Who a device belongs to, by its disk.
fn owner(world: &World, who: usize) -> Option<UserId> {
    let records = world.devices[who].disk.load(&Query::Tables(vec![Table::Account]));
    Some(stored::read_account(&records).ok()?.0?.id)
}

/// What a device has stored of a conversation.
pub(super) fn thread(world: &World, who: usize, with: UserId) -> Option<Thread> {
    let key = with.0.to_vec();
    let to = [key.as_slice(), &[0]].concat();
    let query = Query::Range { table: Table::Conversations, from: key, to, limit: 1, last: false };
    let record: Record = world.devices[who].disk.load(&query).pop()?;
    debug_assert_eq!(ConversationId(with).0.0.to_vec(), record.key);
    Thread::read(&record).ok()
}

/// The rows of a fan-out envelope that are plain Olm messages.
fn rows(payload: &[u8]) -> Vec<Vec<u8>> {
    let read = || {
        let mut envelope = Reader::new(payload).ok()?;
        let kind = (envelope.number().ok()?, envelope.number().ok()?);
        let _: ([u8; 16], &[u8]) = (envelope.id().ok()?, envelope.bytes().ok()?);
        let row = |reader: &mut Reader<'_>| {
            let _tag: [u8; 4] = reader.id()?;
            Ok((reader.number()?, reader.bytes()?.to_vec()))
        };
        envelope.list(|reader| reader.array(row)).ok().filter(|_| kind == (1, 1))
    };
    read().into_iter().flatten().filter(|(kind, _)| *kind == 1).map(|(_, row)| row).collect()
}
