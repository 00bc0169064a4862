//! What others' devices tell this person in the inbox.

use std::time::Duration;

use super::super::contact::Relation;
use super::super::guards::{self, Guard};
use super::super::hlc;
use super::super::id::{ConversationId, UserId};
use super::super::message::{Body, Message, Position};
use super::super::parked::Rewrite;
use super::super::record::{Record, Table};
use super::super::retained::Info;
use super::super::stored;
use super::super::timeline::Entry;
use super::super::wire::{Event, EventBody, Receipt, Target};
use super::commits::Then;
use super::stored::{Loading, range};
use super::{Client, Thread};
use crate::mqtt::PacketId;

/// How long "typing…" stays without news. They are told every 3 s while it lasts.
const TYPING: Duration = Duration::from_secs(5);

/// How many records one look brings.
const SEARCH: u32 = 200;

/// An event whose place in storage has to be looked at before it is taken in. Until then it counts as not heard, so
/// that a reload loses nothing.
#[derive(Debug)]
pub(super) struct Arrival {
    event: Event,
    /// What to acknowledge once it is taken in.
    pub(super) packet: Option<PacketId>,
    /// Where it belongs, if it is a message.
    position: Position,
    look: Look,
    /// What it changes has come from the same device, as far as is known: otherwise it may wait for it.
    there: bool,
}

/// What became of looking.
enum Found {
    There(Box<Entry>),
    /// Not among these.
    Next(Look),
    Nowhere,
}

/// Where an event's place is looked for.
#[derive(Debug)]
enum Look {
    /// At its own position: is somebody there already?
    Here,
    /// From the given key on, or from the target's clock value on.
    Onwards(Option<Vec<u8>>),
    /// Before the given key, or before the target's clock value.
    Before(Option<Vec<u8>>),
}

impl Client {
    /// An event came. Strangers and the blocked get no answer of any kind, not even a receipt.
    pub(super) fn handle_inbox(&mut self, event: Event, packet: Option<PacketId>) {
        let me = self.ready().map(|ready| ready.me.id);
        let ours = Some(event.conversation) == me && Some(event.from) != me;
        let relation = self.people.get(&event.from).map(|person| person.relation).filter(|_| ours);
        let conversation = ConversationId(event.from);
        match (relation, &event.body) {
            (Some(Relation::Friend), EventBody::Receipt(receipt)) => self.take_receipt(event.from, receipt),
            (Some(Relation::Friend), EventBody::Typing) => self.take_typing(conversation),
            (Some(Relation::Friend), EventBody::Nak(nak)) => self.take_nak(event.from, event.device, nak),
            (Some(Relation::Friend), EventBody::Compare(message)) => {
                self.take_comparison(event.from, *message)
            }
            (
                Some(Relation::Friend | Relation::Requested),
                EventBody::Text(_)
                | EventBody::Unknown
                | EventBody::Edit(..)
                | EventBody::Delete(_)
                | EventBody::Profile(_),
            ) => {
                if relation == Some(Relation::Requested) {
                    // They write before their "yes" came: nobody but the asked knows of the request.
                    self.befriend(event.from, &"".into());
                }
                return self.take_numbered(event, packet);
            }
            (Some(_) | None, _) => {}
        }
        self.acknowledge(packet);
    }

    /// Lets the broker know, once all that was written so far is stored.
    pub(super) fn acknowledge(&mut self, packet: Option<PacketId>) {
        match packet {
            Some(packet) if guards::is_off(Guard::AckAfterSave) => self.link.ack(packet),
            Some(packet) => self.commits.then(Then::Ack(packet)),
            None => {}
        }
    }

    /// An event that has a number and gets a receipt.
    fn take_numbered(&mut self, event: Event, packet: Option<PacketId>) {
        let now = self.now.timestamp;
        let conversation = ConversationId(event.from);
        let thread = self.threads.entry(conversation).or_insert_with(|| Thread::new(conversation, now));
        if let EventBody::Profile(info) = &event.body {
            self.take_profile(&event, info);
            return self.acknowledge(packet);
        }
        if event.origin.is_some_and(|(device, seq)| thread.has_heard(device, seq)) {
            // It came from the device whose place this one has taken.
            self.hear(&event);
            return self.acknowledge(packet);
        }
        let position = thread.place(&event, now);
        if thread.has_heard(event.device, event.seq) && !guards::is_off(Guard::Dedupe) {
            // They have not got our receipt; or else they have forgotten that they used the number, and this is new.
            thread.repeat_receipt(event.device);
            let look = Look::Onwards(None);
            let arrival = Arrival { event, packet, position, look, there: true };
            return self.commits.then(Then::Seek(Box::new(arrival)));
        }
        let change = Rewrite::of(&event);
        let there = change.as_ref().is_some_and(|(target, _)| thread.has_heard(event.device, target.seq));
        let look = match change {
            // Of a device that was silent for too long nothing is known, nor by which number a device has told what
            // another has taken over: their messages may be here.
            Some((target, rewrite)) if !there && target.seq > 0 && thread.knows(event.device) => {
                self.park(&event, target, rewrite);
                return self.acknowledge(packet);
            }
            Some(_) => Some(Look::Onwards(None)),
            // Only what is not newer than all else could meet a message that is there already.
            None if thread.latest.as_ref().is_some_and(|latest| position <= latest.position) => {
                Some(Look::Here)
            }
            None => None,
        };
        match look {
            Some(look) => {
                self.commits.then(Then::Seek(Box::new(Arrival { event, packet, position, look, there })))
            }
            None => {
                self.take_message(&event, position);
                self.acknowledge(packet);
            }
        }
    }

    /// Looks into storage for what the event is about.
    pub(super) fn seek(&mut self, arrival: Box<Arrival>) {
        let conversation = ConversationId(arrival.event.from);
        let (begin, end) = stored::conversation_keys(conversation);
        let hint = arrival.event.body.target().map_or(arrival.event.hlc, |target| target.hlc);
        let hint = stored::clock_key(conversation, hlc::clamp(hint, self.now.timestamp));
        let query = match &arrival.look {
            Look::Here => {
                let key = stored::message_key(conversation, arrival.position);
                let after = [key.as_slice(), &[0]].concat();
                range(key, after, 1, false)
            }
            Look::Onwards(from) => range(from.clone().unwrap_or(hint), end, SEARCH, false),
            Look::Before(to) => range(begin, to.clone().unwrap_or(hint), SEARCH, true),
        };
        self.load(Loading::Place(arrival), query);
    }

    /// What storage has where an event belongs.
    pub(super) fn handle_place(&mut self, mut arrival: Arrival, records: &[Record]) {
        let conversation = ConversationId(arrival.event.from);
        // They may have been removed while storage was asked.
        if !self.people.contains_key(&conversation.0) {
            return self.acknowledge(arrival.packet);
        }
        match (Rewrite::of(&arrival.event), self.find(&arrival, records)) {
            (_, Found::Next(look)) => {
                arrival.look = look;
                return self.seek(Box::new(arrival));
            }
            (Some((_, rewrite)), Found::There(entry)) => self.rewrite(&arrival.event, *entry, rewrite),
            (Some((target, rewrite)), Found::Nowhere) => {
                let heard = self.has_heard(&arrival.event, target.seq);
                match (std::mem::replace(&mut arrival.there, true), heard) {
                    (_, false) => self.park(&arrival.event, target, rewrite),
                    // It came while it was looked for.
                    (false, true) => {
                        arrival.look = Look::Onwards(None);
                        return self.seek(Box::new(arrival));
                    }
                    (true, true) => drop(self.hear(&arrival.event)),
                }
            }
            // They used a place twice: the first message stays. Or it came twice.
            (None, Found::There(_)) if !guards::is_off(Guard::Dedupe) => drop(self.hear(&arrival.event)),
            // A copy came while it was looked for, and may stand elsewhere: this clock has gone on.
            (None, Found::Nowhere) if !arrival.there && self.has_heard(&arrival.event, arrival.event.seq) => {
                (arrival.there, arrival.look) = (true, Look::Onwards(None));
                return self.seek(Box::new(arrival));
            }
            (None, Found::There(_) | Found::Nowhere) => self.take_message(&arrival.event, arrival.position),
        }
        self.commits.receipt(conversation);
        self.acknowledge(arrival.packet);
    }

    /// Finds the message that an event is, or changes, among these records; or tells where to look next: first from where
    /// its author's clock says that it is, then before, so that no clock hides it.
    fn find(&self, arrival: &Arrival, records: &[Record]) -> Found {
        let event = &arrival.event;
        let id = event.body.target().map_or(event.id, |target| target.id);
        let mut entries = records.iter().filter_map(|record| Entry::read(record).ok());
        let meant = |entry: &Entry| entry.message.id == id && entry.message.author == event.from;
        if let Some(entry) = entries.find(meant) {
            return Found::There(Box::new(entry));
        }
        let more = records.len() > SEARCH as usize;
        match &arrival.look {
            Look::Onwards(_) if more => records.last().map_or(Found::Nowhere, |record| {
                Found::Next(Look::Onwards(Some([&record.key[..], &[0]].concat())))
            }),
            Look::Onwards(_) => Found::Next(Look::Before(None)),
            Look::Before(_) if more => records
                .first()
                .map_or(Found::Nowhere, |record| Found::Next(Look::Before(Some(record.key.clone())))),
            Look::Before(_) | Look::Here => Found::Nowhere,
        }
    }

    /// Keeps a change until what it changes comes. Where there is no room it is not taken in, and will be sent again.
    fn park(&mut self, event: &Event, target: Target, rewrite: Rewrite) {
        let conversation = ConversationId(event.from);
        if self.parked.has_room(conversation, target.id) && self.takes(event) {
            let stands = self.parked.put(conversation, target.id, rewrite);
            self.commits.write(stored::write_parked(conversation, target.id, stands));
        }
    }

    /// Changes a stored message, unless a later change is there already.
    fn rewrite(&mut self, event: &Event, entry: Entry, rewrite: Rewrite) {
        self.hear(event);
        // Another change may have come since storage was asked.
        let key = stored::message_key(entry.message.conversation, entry.message.position);
        let newest = self.commits.unsaved(Table::Messages, &key);
        let mut entry = newest.and_then(|record| Entry::read(&record).ok()).unwrap_or(entry);
        if entry.rewrite(rewrite) {
            self.replace(entry);
        }
    }

    /// Whether a number has come from the device of this event.
    fn has_heard(&self, event: &Event, seq: u64) -> bool {
        let thread = self.threads.get(&ConversationId(event.from));
        thread.is_none_or(|thread| thread.has_heard(event.device, seq))
    }

    /// Takes an event's number in, if it was not used before; false where that cannot be.
    fn takes(&mut self, event: &Event) -> bool {
        self.hear(event) || self.has_heard(event, event.seq)
    }

    /// Whether a message is on its way to its place in storage.
    fn is_unsaved(&self, conversation: ConversationId, position: Position) -> bool {
        self.commits.unsaved(Table::Messages, &stored::message_key(conversation, position)).is_some()
    }

    /// Takes an event's number in; false where it is not new, or cannot be taken.
    fn hear(&mut self, event: &Event) -> bool {
        let conversation = ConversationId(event.from);
        let thread = self.threads.get_mut(&conversation);
        let heard = thread.is_some_and(|thread| {
            let heard = thread.hear(event.device, event.seq);
            if let Some(origin) = event.origin.filter(|_| heard) {
                thread.hear_origin(event.device, event.seq, origin);
            }
            heard
        });
        if heard {
            self.note_readable(conversation);
            self.commits.touch(conversation);
            self.commits.receipt(conversation);
        }
        heard
    }

    fn take_message(&mut self, event: &Event, position: Position) {
        let now = self.now.timestamp;
        let conversation = ConversationId(event.from);
        let seen = self.sees_latest(conversation);
        if !self.takes(event) || self.is_unsaved(conversation, position) {
            return;
        }
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        let text = if let EventBody::Text(text) = &event.body { Some(text.clone()) } else { None };
        let message = Message {
            id: event.id,
            conversation,
            author: event.from,
            position,
            sent_at: hlc::written_at(event.hlc, now),
            body: text.map_or(Body::Unknown, Body::Text),
            edited: false,
            delivery: None,
        };
        let mut entry = Entry { message, seq: event.seq, changed: 0 };
        if let Some(rewrite) = self.parked.take(conversation, event.id) {
            entry.rewrite(rewrite);
            self.commits.write(stored::delete_parked(conversation, event.id));
        }
        thread.note(&entry.message, event.seq);
        if seen {
            thread.mark_read();
        } else {
            thread.note_unread(position);
            if let Some(timeline) = self.timeline.as_mut().filter(|t| t.conversation == conversation) {
                timeline.divider = timeline.divider.or(Some(position));
            }
        }
        self.commits.write(entry.write());
        self.commits.then(Then::Insert(entry));
        self.typing.remove(&conversation);
    }

    /// Whether the person looks at the newest message of a conversation right now.
    pub(super) fn sees_latest(&self, conversation: ConversationId) -> bool {
        let open = self.timeline.as_ref().filter(|timeline| timeline.conversation == conversation);
        self.visible && open.is_some_and(|timeline| timeline.loaded && timeline.at_latest && !timeline.newer)
    }

    /// The profile of somebody who tells it to their contacts alone.
    fn take_profile(&mut self, event: &Event, info: &Info) {
        if !self.hear(event)
            && let Some(thread) = self.threads.get_mut(&ConversationId(event.from))
        {
            thread.repeat_receipt(event.device);
            self.commits.receipt(thread.id);
        }
        let person = self.people.get_mut(&event.from).filter(|person| info.rev > person.info.rev);
        if let Some(person) = person.filter(|_| !info.profile.name.is_empty()) {
            person.info = info.clone();
            self.commits.write(person.write());
            self.screen.touch_person(event.from);
        }
    }

    fn take_receipt(&mut self, from: UserId, receipt: &Receipt) {
        let conversation = ConversationId(from);
        let ours = self.ready().is_some_and(|ready| ready.me.device == receipt.device);
        let now = self.now.timestamp;
        let Some(thread) = self.threads.get_mut(&conversation).filter(|_| ours) else { return };
        let news = thread.acknowledged_at(receipt, now);
        if !thread.catch_up(receipt) && !news {
            return;
        }
        for (key, _, token) in self.outbox.acknowledge(from, &receipt.stored) {
            self.commits.write(stored::delete_outgoing(key));
            self.forget(token);
        }
        self.commits.touch(conversation);
        self.screen.touch(conversation);
    }

    fn take_typing(&mut self, conversation: ConversationId) {
        self.typing.insert(conversation, self.now.instant + TYPING);
        self.screen.touch(conversation);
    }
}
