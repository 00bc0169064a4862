//! What others' devices tell this person in the inbox.

use std::time::Duration;

use super::super::arrivals::Look;
use super::super::contact::Relation;
use super::super::guards::{self, Guard};
use super::super::heard::Taken;
use super::super::hlc;
use super::super::id::ConversationId;
use super::super::message::{Body, Message, Position};
use super::super::parked::Rewrite;

use super::super::record::Table;
use super::super::retained::Info;
use super::super::stored;
use super::super::timeline::Entry;
use super::super::wire::{Event, EventBody, Target};
use super::commits::Then;
use super::{Client, Thread};
use crate::mqtt::PacketId;

/// How long "typing…" stays without news. They are told every 3 s while it lasts.
const TYPING: Duration = Duration::from_secs(5);

impl Client {
    /// An event came. Strangers and the blocked get no answer of any kind, not even a receipt.
    pub(super) fn handle_inbox(&mut self, event: Event, packet: Option<PacketId>) {
        let me = self.ready().map(|ready| ready.me.id);
        let ours = Some(event.conversation) == me && Some(event.from) != me;
        let relation = self.people.get(&event.from).map(|person| person.relation).filter(|_| ours);
        let conversation = ConversationId(event.from);
        if let (Some(Relation::Friend), Some(ack)) = (relation, &event.ack) {
            self.take_receipt(event.from, ack);
        }
        match (relation, &event.body) {
            (Some(Relation::Friend), EventBody::Receipt(receipt)) => self.take_receipt(event.from, receipt),
            (Some(Relation::Friend), EventBody::Typing) => self.take_typing(conversation),
            (Some(Relation::Friend), EventBody::Nak(nak)) => self.take_nak(event.from, event.device, nak),
            (Some(Relation::Friend), EventBody::Compare(message)) => {
                self.take_comparison(event.from, *message)
            }
            (Some(Relation::Friend), EventBody::Want(device, numbers, succession)) => {
                self.take_want(&event, *device, numbers, succession.as_deref())
            }
            (Some(Relation::Friend), EventBody::Missing(numbers)) => self.take_missing(&event, numbers),
            (Some(Relation::Friend), EventBody::Doubt) => self.name_devices(event.from, event.device),
            (Some(Relation::Friend), EventBody::Devices(named)) => self.take_devices(&event, named),
            (
                Some(Relation::Friend | Relation::Requested),
                EventBody::Text(_)
                | EventBody::Unknown
                | EventBody::Edit(..)
                | EventBody::Delete(_)
                | EventBody::Profile(_),
            ) => {
                if self.people.get(&event.from).is_some_and(|person| person.waits_for().is_some()) {
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
        let position = thread.place(&event, now);
        // They have not got our receipt. Or else they have forgotten that they used the number, and this is new; or it came
        // under another number, or by the device whose place this one has taken.
        let repeated = thread.may_have(&event) && !guards::is_off(Guard::Dedupe);
        if repeated {
            thread.repeat_receipt(event.device);
        }
        let change = Rewrite::of(&event).filter(|_| !repeated);
        let look = match change {
            // Of a device that was silent for too long nothing is known, nor by which number a device has told what
            // another has taken over: their messages may be here.
            Some((target, rewrite)) if thread.lacks(&event, target.seq) => {
                self.park(&event, target, rewrite);
                return self.acknowledge(packet);
            }
            Some(_) => Some(Look::Onwards(None)),
            None if repeated => Some(Look::Onwards(None)),
            // Only what is not newer than all else could meet a message that is there already.
            None if thread.latest.as_ref().is_some_and(|latest| position <= latest.position) => {
                Some(Look::Here)
            }
            None => None,
        };
        match look {
            Some(look) => self.arrive(event, position, look),
            None => self.take_message(&event, position),
        }
        self.acknowledge(packet);
    }

    /// Keeps a change until what it changes comes. Where there is no room it is not taken in, and will be sent again.
    pub(super) fn park(&mut self, event: &Event, target: Target, rewrite: Rewrite) {
        let conversation = ConversationId(event.from);
        if self.parked.has_room(conversation, target.id) && self.takes(event) {
            let stands = self.parked.put(conversation, target.id, rewrite);
            self.commits.write(stored::write_parked(conversation, target.id, stands));
        }
    }

    /// Changes a stored message, unless a later change is there already.
    pub(super) fn rewrite(&mut self, event: &Event, entry: Entry, rewrite: Rewrite) {
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
    pub(super) fn has_heard(&self, event: &Event, seq: u64) -> bool {
        let thread = self.threads.get(&ConversationId(event.from));
        thread.is_none_or(|thread| thread.has_heard(event.device, seq))
    }

    /// Takes an event's number in, if it was not used before; false where that cannot be.
    fn takes(&mut self, event: &Event) -> bool {
        match self.hear(event) {
            Taken::New | Taken::Torn => true,
            Taken::No => self.has_heard(event, event.seq),
        }
    }

    /// Whether a message is on its way to its place in storage.
    fn is_unsaved(&self, conversation: ConversationId, position: Position) -> bool {
        self.commits.unsaved(Table::Messages, &stored::message_key(conversation, position)).is_some()
    }

    /// Takes an event's number in, if it is new and can be taken.
    pub(super) fn hear(&mut self, event: &Event) -> Taken {
        let conversation = ConversationId(event.from);
        let thread = self.threads.get_mut(&conversation);
        let taken = thread.map_or(Taken::No, |thread| thread.hear(event));
        if taken != Taken::No {
            self.note_readable(conversation);
            self.commits.touch(conversation);
            self.commits.receipt(conversation);
            self.note_gap(conversation, event.device);
        }
        if taken == Taken::Torn {
            self.note_split(event);
        }
        taken
    }

    pub(super) fn take_message(&mut self, event: &Event, position: Position) {
        let now = self.now.timestamp;
        let conversation = ConversationId(event.from);
        let seen = self.tabs.see_latest(conversation);
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
        let mut entry = Entry { message, seq: event.seq, changed: 0, change: 0 };
        if let Some(rewrite) = self.parked.take(conversation, event.id) {
            entry.rewrite(rewrite);
            self.commits.write(stored::delete_parked(conversation, event.id));
        }
        thread.note(&entry.message, event.seq);
        if seen {
            thread.mark_read();
        } else {
            thread.note_unread(position);
            for timeline in self.tabs.of(conversation) {
                timeline.divider = timeline.divider.or(Some(position));
            }
        }
        self.arrivals.overtake(conversation, event.id);
        self.commits.write(entry.write());
        self.commits.then(Then::Insert(entry));
        self.typing.remove(&conversation);
    }

    /// The profile of somebody who tells it to their contacts alone.
    fn take_profile(&mut self, event: &Event, info: &Info) {
        if self.hear(event) == Taken::No
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

    fn take_typing(&mut self, conversation: ConversationId) {
        self.typing.insert(conversation, self.now.instant + TYPING);
        self.screen.touch(conversation);
    }
}
