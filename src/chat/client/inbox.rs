//! What others' devices tell this person in the inbox.

use std::time::Duration;

use super::super::contact::Relation;
use super::super::hlc;
use super::super::id::{ConversationId, UserId};
use super::super::message::{Body, Message, Position};
use super::super::record::Record;
use super::super::stored;
use super::super::timeline::Entry;
use super::super::wire::{Event, EventBody, Receipt, Target};
use super::commits::Then;
use super::stored::{Loading, range, read_page};
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
}

/// Where an event's place is looked for.
#[derive(Debug)]
enum Look {
    /// At its own position: is somebody there already?
    Here,
    /// From the target's clock value on.
    Onwards,
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
            (
                Some(Relation::Friend | Relation::Requested),
                EventBody::Text(_) | EventBody::Unknown | EventBody::Edit(..) | EventBody::Delete(_),
            ) => {
                if relation == Some(Relation::Requested) {
                    // They write before their "yes" came: nobody but the asked knows of the request.
                    self.befriend(event.from);
                }
                return self.take_numbered(event, packet);
            }
            (Some(_) | None, _) => {}
        }
        self.acknowledge(packet);
    }

    /// Lets the broker know, once all that was written so far is stored.
    pub(super) fn acknowledge(&mut self, packet: Option<PacketId>) {
        if let Some(packet) = packet {
            self.commits.then(Then::Ack(packet));
        }
    }

    /// An event that has a number and gets a receipt.
    fn take_numbered(&mut self, event: Event, packet: Option<PacketId>) {
        let now = self.now.timestamp;
        let conversation = ConversationId(event.from);
        let thread = self.threads.entry(conversation).or_insert_with(|| Thread::new(conversation, now));
        if thread.has_heard(event.device, event.seq) {
            // They have not got our receipt.
            thread.repeat_receipt(event.device);
            self.commits.receipt(conversation);
            return self.acknowledge(packet);
        }
        let position = thread.place(&event, now);
        let look = match target(&event.body) {
            // A change to a message that has not come yet is not taken in: it is sent again, and then finds it.
            Some(target) if !thread.has_heard(event.device, target.seq) => return self.acknowledge(packet),
            Some(_) => Some(Look::Onwards),
            // Only what is not newer than all else could meet a message that is there already.
            None if thread.latest.as_ref().is_some_and(|latest| position <= latest.position) => {
                Some(Look::Here)
            }
            None => None,
        };
        match look {
            Some(look) => self.commits.then(Then::Seek(Box::new(Arrival { event, packet, position, look }))),
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
        let hint = target(&arrival.event.body).map_or(0, |target| hlc::clamp(target.hlc, self.now.timestamp));
        let query = match &arrival.look {
            Look::Here => {
                let key = stored::message_key(conversation, arrival.position);
                let after = [key.as_slice(), &[0]].concat();
                range(key, after, 1, false)
            }
            Look::Onwards => range(stored::clock_key(conversation, hint), end, SEARCH, false),
            Look::Before(None) => range(begin, stored::clock_key(conversation, hint), SEARCH, true),
            Look::Before(Some(key)) => range(begin, key.clone(), SEARCH, true),
        };
        self.load(Loading::Place(arrival), query);
    }

    /// What storage has where an event belongs.
    pub(super) fn handle_place(&mut self, mut arrival: Arrival, records: &[Record]) {
        let conversation = ConversationId(arrival.event.from);
        let heard = |thread: &Thread| thread.has_heard(arrival.event.device, arrival.event.seq);
        let repeated = self.threads.get(&conversation).is_none_or(heard);
        match target(&arrival.event.body) {
            _ if repeated => {}
            None if records.is_empty() => self.take_message(&arrival.event, arrival.position),
            // They used a place twice: the first message stays.
            None => drop(self.hear(&arrival.event)),
            Some(target) => {
                let backwards = matches!(arrival.look, Look::Before(_));
                let (entries, more) = read_page(records, SEARCH, backwards);
                let first =
                    entries.first().map(|entry| stored::message_key(conversation, entry.message.position));
                match entries.into_iter().find(|entry| entry.message.id == target.id) {
                    Some(entry) => self.rewrite(&arrival.event, entry),
                    // A clock that was far ahead has its messages stored before their clock value.
                    None if !backwards || more => {
                        arrival.look = Look::Before(first.filter(|_| backwards));
                        return self.seek(Box::new(arrival));
                    }
                    None => drop(self.hear(&arrival.event)),
                }
            }
        }
        self.commits.receipt(conversation);
        self.acknowledge(arrival.packet);
    }

    /// Changes a stored message, if its author says so, and no later change is there already.
    fn rewrite(&mut self, event: &Event, mut entry: Entry) {
        self.hear(event);
        let edit = if let EventBody::Edit(_, text) = &event.body { Some(text.clone()) } else { None };
        let stale = edit.is_some() && event.hlc <= entry.changed;
        if entry.message.author != event.from || entry.message.body == Body::Deleted || stale {
            return;
        }
        entry.changed = event.hlc;
        entry.message.edited = edit.is_some();
        entry.message.body = edit.map_or(Body::Deleted, Body::Text);
        self.replace(entry);
    }

    /// Takes an event's number in; false where that cannot be.
    fn hear(&mut self, event: &Event) -> bool {
        let conversation = ConversationId(event.from);
        let thread = self.threads.get_mut(&conversation);
        let heard = thread.is_some_and(|thread| thread.hear(event.device, event.seq));
        if heard {
            self.commits.touch(conversation);
            self.commits.receipt(conversation);
        }
        heard
    }

    fn take_message(&mut self, event: &Event, position: Position) {
        let now = self.now.timestamp;
        let conversation = ConversationId(event.from);
        let seen = self.sees_latest(conversation);
        if !self.hear(event) {
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
        thread.note(&message, event.seq);
        if seen {
            thread.mark_read();
        } else {
            thread.note_unread(position);
            if let Some(timeline) = self.timeline.as_mut().filter(|t| t.conversation == conversation) {
                timeline.divider = timeline.divider.or(Some(position));
            }
        }
        let entry = Entry { message, seq: event.seq, changed: 0 };
        self.commits.write(entry.write());
        self.commits.then(Then::Insert(entry));
        self.typing.remove(&conversation);
    }

    /// Whether the person looks at the newest message of a conversation right now.
    pub(super) fn sees_latest(&self, conversation: ConversationId) -> bool {
        let open = self.timeline.as_ref().filter(|timeline| timeline.conversation == conversation);
        self.visible && open.is_some_and(|timeline| timeline.loaded && timeline.at_latest && !timeline.newer)
    }

    fn take_receipt(&mut self, from: UserId, receipt: &Receipt) {
        let conversation = ConversationId(from);
        let ours = self.ready().is_some_and(|ready| ready.me.device == receipt.device);
        let Some(thread) = self.threads.get_mut(&conversation).filter(|_| ours) else { return };
        if !thread.acknowledged(receipt) {
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

/// The message that an event changes.
fn target(body: &EventBody) -> Option<Target> {
    match body {
        EventBody::Edit(target, _) | EventBody::Delete(target) => Some(*target),
        EventBody::Text(_)
        | EventBody::Unknown
        | EventBody::Receipt(_)
        | EventBody::Typing
        | EventBody::Request(_)
        | EventBody::Accept(_)
        | EventBody::Decline(_) => None,
    }
}
