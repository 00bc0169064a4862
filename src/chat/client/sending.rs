//! What this person says, on its way out: outbox, receipts, typing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::super::change::{Change, Form, Rejection};
use super::super::contact::{Presence, Relation};
use super::super::heard::Heard;
use super::super::id::{ConversationId, DeviceId, MessageId, UserId};
use super::super::message::{Body, Delivery, MAX_TEXT, Message, Position};
use super::super::outbox::{MAX_EVENTS, Taken};
use super::super::outgoing::{Author, Outgoing};
use super::super::record::Record;
use super::super::stored;
use super::super::text::clean_text;
use super::super::timeline::Entry;
use super::super::wire::{Event, EventBody, Receipt, Target};
use super::commits::Then;
use super::stored::{Loading, range};
use super::{Client, Stage, Thread};
use crate::mqtt::{Publish, QoS, Token};
use crate::time::{Instant, Timestamp};

/// How often a peer is told that typing goes on.
const TYPING: Duration = Duration::from_secs(3);

impl Client {
    pub(super) fn send(&mut self, id: MessageId, conversation: ConversationId, text: &str) {
        let text = clean_text(text.trim());
        let Some(me) = self.ready().map(|ready| ready.me.id) else { return };
        if text.trim().is_empty() || self.outbox.find(id).is_some() {
            return;
        }
        if let Err(rejection) = self.may_send(conversation, &text) {
            return self.reply(Change::Rejected(Form::Composer, rejection));
        }
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        let dep = thread.latest.as_ref().map(|latest| latest.id);
        let entry = write_down(thread, me, id, &text, self.now.timestamp);
        let (to, seq, hlc) = (conversation.0, entry.seq, entry.message.position.hlc);
        let body = EventBody::Text(text);
        self.post(Outgoing {
            to,
            id,
            seq,
            hlc,
            dep,
            body,
            sent: false,
            failed: false,
            origin: None,
            prev: None,
        });
        self.commits.write(entry.write());
        // Shown when it is stored, a few milliseconds later: whatever is drawn before would hold up the storing, and
        // with it the sending.
        self.commits.then(Then::Insert(entry));
        self.commits.then(Then::Composed(self.tabs.active));
        self.tabs.of(conversation).for_each(|timeline| timeline.divider = None);
        self.typed_at = None;
    }

    fn may_send(&self, conversation: ConversationId, text: &str) -> Result<(), Rejection> {
        if text.len() > MAX_TEXT {
            return Err(Rejection::TooLong(MAX_TEXT));
        }
        if self.outbox.len() >= MAX_EVENTS {
            return Err(Rejection::OutboxFull);
        }
        if self.ready().is_some_and(|ready| ready.keys.is_revoked) {
            return Err(Rejection::Revoked);
        }
        match self.people.get(&conversation.0).map(|person| person.relation) {
            Some(Relation::Blocked) | None => Err(Rejection::Blocked),
            Some(Relation::Friend | Relation::Requested | Relation::Declined) => Ok(()),
        }
    }

    /// Puts an event into the outbox; it leaves when that is stored.
    pub(super) fn post(&mut self, mut outgoing: Outgoing) {
        let conversation = ConversationId(outgoing.to);
        if let Some((thread, author)) = self.threads.get_mut(&conversation).zip(author(&self.stage)) {
            outgoing.prev = thread.chain;
            thread.chain = Some(outgoing.event(author).hash);
        }
        // Encrypted here, so that all of it is one save; where it cannot leave now, when it can.
        let live = self.link.is_live() && self.may_reach(outgoing.to);
        let ack = self.due_receipt(outgoing.to).filter(|_| self.outbox.has_room(outgoing.to));
        let envelope = if live { self.seal_outgoing(&outgoing, ack.clone()) } else { None };
        let ack = ack.filter(|_| envelope.is_some());
        let key = self.outbox.push(outgoing, envelope);
        self.carry(key, conversation, ack);
        if let Some(outgoing) = self.outbox.get(key) {
            self.commits.write(stored::write_outgoing(key, outgoing));
        }
        self.commits.touch(conversation);
        self.note_silence(conversation.0);
        self.commits.then(Then::Release(key));
        self.commits.receipt(conversation);
    }

    /// Replaces (or takes back, without a text) an own message of the open conversation.
    pub(super) fn change(&mut self, id: MessageId, message: MessageId, text: Option<Arc<str>>) {
        let entry = self.tabs.timeline().and_then(|timeline| timeline.find(message).cloned());
        let Some(mut entry) = entry else {
            return self.reply(Change::Rejected(Form::Composer, Rejection::OutOfSight));
        };
        if entry.message.delivery.is_none() || !matches!(entry.message.body, Body::Text(_)) {
            return;
        }
        let conversation = entry.message.conversation;
        let text = text.map(|text| clean_text(text.trim())).filter(|text| !text.is_empty());
        if let Err(rejection) = self.may_send(conversation, text.as_deref().unwrap_or_default()) {
            return self.reply(Change::Rejected(Form::Composer, rejection));
        }
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        // Another device has counted it: by which number nobody there could tell.
        let counted = if entry.seq > thread.before { entry.seq } else { 0 };
        let target = Target { id: message, seq: counted, hlc: entry.message.position.hlc };
        let hlc = thread.tick(self.now.timestamp, entry.message.author, id).hlc.max(entry.changed + 1);
        let seq = thread.take_seq();
        (entry.changed, entry.change) = (hlc, seq);
        entry.message.edited = text.is_some();
        let body = match text {
            Some(text) => {
                entry.message.body = Body::Text(text.clone());
                EventBody::Edit(target, text)
            }
            None => {
                entry.message.body = Body::Deleted;
                EventBody::Delete(target)
            }
        };
        let to = conversation.0;
        let (sent, failed) = (false, false);
        self.post(Outgoing { to, id, seq, hlc, dep: None, body, sent, failed, origin: None, prev: None });
        self.replace(entry);
        self.commits.then(Then::Composed(self.tabs.active));
    }

    pub(super) fn retry(&mut self, id: MessageId) {
        let now = self.now.instant;
        for (key, outgoing) in self.outbox.retry(id, now) {
            self.commits.write(stored::write_outgoing(key, &outgoing));
            self.screen.touch(ConversationId(outgoing.to));
        }
    }

    /// Forgets what was given up of a message. The message itself goes here alone: it has reached nobody. A refused
    /// change to a message that has is told to nobody any more.
    pub(super) fn discard(&mut self, id: MessageId) {
        match self.outbox.find(id) {
            Some((_, outgoing)) if outgoing.failed => {
                // What is the newest message then is not known before storage has told.
                self.look_for_newest(id, ConversationId(outgoing.to), 1);
            }
            Some(_) | None => self.give_up(id),
        }
    }

    fn look_for_newest(&mut self, message: MessageId, conversation: ConversationId, limit: u32) {
        let (first, end) = stored::conversation_keys(conversation);
        self.load(Loading::Discard { message, limit }, range(first, end, limit, true));
    }

    /// Storage has told the newest messages of the conversation, and one more than `limit` where it has more.
    pub(super) fn handle_discard(&mut self, id: MessageId, limit: u32, newest: &[Record]) {
        let Some(author) = self.ready().map(|ready| ready.me.id) else { return };
        // It may have been sent again meanwhile.
        let Some((_, outgoing)) = self.outbox.find(id).filter(|(_, outgoing)| outgoing.failed) else {
            return;
        };
        let conversation = ConversationId(outgoing.to);
        let position = Position { hlc: outgoing.hlc, author, id };
        let is_latest = self.threads.get(&conversation).is_some_and(|thread| thread.is_latest(id));
        // Storage may not know yet what was discarded a moment ago.
        let left = newest.iter().rev().filter(|record| !self.commits.deletes(record));
        let left = left.filter_map(|record| Entry::read(record).ok()).find(|entry| entry.message.id != id);
        if is_latest && left.is_none() && newest.len() > limit as usize {
            return self.look_for_newest(id, conversation, limit.saturating_mul(2));
        }
        self.commits.write(stored::delete_message(conversation, position));
        self.tabs.of(conversation).for_each(|timeline| timeline.remove(id));
        if let Some(thread) = self.threads.get_mut(&conversation).filter(|_| is_latest) {
            thread.latest_seq = left.as_ref().map_or(0, |entry| entry.seq);
            thread.latest = left.map(|entry| entry.message);
        }
        self.give_up(id);
    }

    fn give_up(&mut self, id: MessageId) {
        let taken = self.outbox.discard(id);
        self.drop_outgoing(taken);
    }

    /// What was taken out of the outbox goes for good.
    pub(super) fn drop_outgoing(&mut self, taken: Vec<Taken>) {
        for (key, outgoing, token) in taken {
            self.commits.write(stored::delete_outgoing(key));
            self.put_down(key);
            self.forget(token);
            self.commits.touch(ConversationId(outgoing.to));
            self.screen.touch(ConversationId(outgoing.to));
        }
    }

    pub(super) fn typing(&mut self) {
        let now = self.now.instant;
        let Some(conversation) = self.tabs.timeline().map(|timeline| timeline.conversation) else { return };
        let told = self.typed_at.is_some_and(|(of, at)| of == conversation && now.since(at) < TYPING);
        let online = self
            .sightings
            .get(&conversation.0)
            .is_some_and(|s| s.presence(self.now.timestamp) == Presence::Online);
        if told || !online || !self.may_reach(conversation.0) || !self.link.is_live() {
            return;
        }
        self.typed_at = Some((conversation, now));
        let typing = self.passing(conversation.0, EventBody::Typing);
        self.emit(conversation.0, &typing, QoS::AtMostOnce);
    }

    /// Whether something may leave for somebody, and can.
    pub(super) fn may_reach(&self, to: UserId) -> bool {
        self.people.get(&to).is_some_and(|person| person.relation == Relation::Friend) && self.can_seal(to)
    }

    /// Hands over to the session what is due: events that are stored, receipts for events that are stored.
    pub(super) fn send_due(&mut self) {
        if !self.link.is_live() {
            return;
        }
        let now = self.now.instant;
        for (conversation, receipt, envelope) in self.link.take_owed() {
            self.send_receipt(conversation, receipt, envelope);
        }
        let due = self.outbox.due(now, |to| self.may_reach(to));
        for key in due {
            let Some(outgoing) = self.outbox.get(key).cloned() else { continue };
            match self.outbox.take_envelope(key) {
                Some(envelope) => self.hand_over(key, outgoing.to, envelope),
                None => self.seal_again(key, &outgoing),
            }
        }
    }

    fn hand_over(&mut self, key: u64, to: UserId, payload: Bytes) {
        let Some(topic) = self.ready().map(|ready| ready.root.inbox(to)) else { return };
        let publish = Publish { topic, payload, qos: QoS::AtLeastOnce, retain: false };
        if let Some(token) = self.publish(publish) {
            self.outbox.handed_over(key, token);
        }
    }

    /// Encrypts an event once more, by whichever session encrypts now. It leaves when that is stored.
    fn seal_again(&mut self, key: u64, outgoing: &Outgoing) {
        // Whoever has not got it may not have got the last receipt either.
        let thread = self.threads.get(&ConversationId(outgoing.to));
        let ack = thread.and_then(|thread| thread.heard.last()).map(Heard::receipt);
        match self.seal_outgoing(outgoing, ack.clone()) {
            Some(envelope) => {
                self.outbox.sealed(key, envelope);
                self.carry(key, ConversationId(outgoing.to), ack);
                self.commits.then(Then::Release(key));
            }
            None => self.outbox.postpone(key, self.now.instant),
        }
    }

    fn seal_outgoing(&mut self, outgoing: &Outgoing, ack: Option<Receipt>) -> Option<Bytes> {
        let event = Event { ack, ..outgoing.event(author(&self.stage)?) };
        self.seal(outgoing.to, &event).map(Bytes::from)
    }

    pub(super) fn outbox_deadline(&self) -> Option<Instant> {
        if self.link.is_live() { self.outbox.deadline(|to| self.may_reach(to)) } else { None }
    }

    /// Encrypts a receipt into the save that stores what it names, so that it can leave right after it.
    pub(super) fn seal_receipt(&mut self, conversation: ConversationId, receipt: &Receipt) -> Option<Bytes> {
        if !self.link.is_live() || !self.may_reach(conversation.0) {
            return None;
        }
        let event = self.passing(conversation.0, EventBody::Receipt(receipt.clone()));
        self.seal(conversation.0, &event).map(Bytes::from)
    }

    fn send_receipt(&mut self, conversation: ConversationId, receipt: Receipt, envelope: Option<Bytes>) {
        let Some(topic) = self.ready().map(|ready| ready.root.inbox(conversation.0)) else { return };
        if !self.may_reach(conversation.0) {
            return;
        }
        let Some(payload) = envelope else {
            // It was owed while it could not leave. What is told is what there is by now: a later receipt says no less.
            let thread = self.threads.get(&conversation);
            let due =
                thread.and_then(|thread| thread.due_receipts().find(|due| due.device == receipt.device));
            let sealed = due.and_then(|due| Some((self.seal_receipt(conversation, &due)?, due)));
            if let Some((envelope, due)) = sealed {
                self.commits.then(Then::Owe(conversation, due, Some(envelope)));
            }
            return;
        };
        let publish = Publish { topic, payload, qos: QoS::AtLeastOnce, retain: false };
        if let Some(token) = self.publish(publish) {
            let earlier = self.link.receipt_sent(token, conversation, receipt);
            self.forget(earlier);
        }
    }

    /// Something that has no number: nobody acknowledges it by a receipt.
    pub(super) fn passing(&mut self, to: UserId, body: EventBody) -> Event {
        let id = self.entropy.message_id();
        self.unnumbered(to, id, body)
    }

    /// As [`Self::passing`], with an id that was made before.
    pub(super) fn unnumbered(&self, to: UserId, id: MessageId, body: EventBody) -> Event {
        let (from, device) =
            self.ready().map_or((to, DeviceId([0; 8])), |ready| (ready.me.id, ready.me.device));
        let hlc = self.now.timestamp.0 << 16;
        let (prev, hash, ack, devices, deps, origin) = Default::default();
        Event {
            from,
            device,
            id,
            conversation: to,
            seq: 0,
            hlc,
            prev,
            hash,
            ack,
            devices,
            deps,
            body,
            origin,
        }
    }

    /// The session need not send this any more.
    pub(super) fn forget(&mut self, token: Option<Token>) {
        if let Some((session, token)) = self.link.session.as_mut().zip(token) {
            session.forget(token);
        }
    }
}

/// Who makes events here.
pub(super) fn author(stage: &Stage) -> Option<Author> {
    let Stage::Ready(ready) = stage else { return None };
    Some(Author { id: ready.me.id, device: ready.me.device })
}

/// A new own message, the newest of its conversation.
fn write_down(thread: &mut Thread, author: UserId, id: MessageId, text: &Arc<str>, now: Timestamp) -> Entry {
    let message = Message {
        id,
        conversation: thread.id,
        author,
        position: thread.tick(now, author, id),
        sent_at: now,
        body: Body::Text(text.clone()),
        edited: false,
        delivery: Some(Delivery::Queued),
    };
    let seq = thread.take_seq();
    thread.note(&message, seq);
    thread.draft = "".into();
    thread.mark_read();
    Entry { message, seq, changed: 0, change: 0 }
}
