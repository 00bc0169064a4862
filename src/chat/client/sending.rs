//! What this person says, on its way out: outbox, receipts, typing.

use std::sync::Arc;
use std::time::Duration;

use super::super::change::{Change, Form, Rejection};
use super::super::contact::{Presence, Relation};
use super::super::id::{ConversationId, MessageId, UserId};
use super::super::message::{Body, Delivery, MAX_TEXT, Message, Position};
use super::super::outbox::{MAX_EVENTS, Outgoing, Taken};
use super::super::record::Record;
use super::super::stored;
use super::super::text::clean_text;
use super::super::timeline::Entry;
use super::super::wire::{self, Event, EventBody, Receipt, Target};
use super::commits::Then;
use super::stored::{Loading, range};
use super::{Client, Ready, Thread};
use crate::mqtt::{Publish, QoS, Token};
use crate::time::{Instant, Timestamp};

/// How often a peer is told that typing goes on.
const TYPING: Duration = Duration::from_secs(3);

/// What is said to somebody: an event but for its author.
struct Statement {
    to: UserId,
    id: MessageId,
    seq: u64,
    hlc: u64,
    dep: Option<MessageId>,
    body: EventBody,
}

impl Client {
    pub(super) fn send(&mut self, id: MessageId, conversation: ConversationId, text: &str) {
        let text = clean_text(text.trim());
        let Some(me) = self.ready().map(|ready| ready.me.id) else { return };
        if text.trim().is_empty() || self.outbox.find(id).is_some() {
            return;
        }
        if let Err(rejection) = self.may_send(conversation, &text) {
            return self.show(Change::Rejected(Form::Composer, rejection));
        }
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        let dep = thread.latest.as_ref().map(|latest| latest.id);
        let entry = write_down(thread, me, id, &text, self.now.timestamp);
        let (to, seq, hlc) = (conversation.0, entry.seq, entry.message.position.hlc);
        let body = EventBody::Text(text);
        self.post(Outgoing { to, id, seq, hlc, dep, body, sent: false, failed: false });
        self.commits.write(entry.write());
        // Shown when it is stored, a few milliseconds later: whatever is drawn before would hold up the storing, and
        // with it the sending.
        self.commits.then(Then::Insert(entry));
        self.commits.then(Then::Done(Form::Composer));
        if let Some(timeline) = self.timeline.as_mut().filter(|t| t.conversation == conversation) {
            timeline.divider = None;
        }
        self.typed_at = None;
    }

    fn may_send(&self, conversation: ConversationId, text: &str) -> Result<(), Rejection> {
        if text.len() > MAX_TEXT {
            return Err(Rejection::TooLong(MAX_TEXT));
        }
        if self.outbox.len() >= MAX_EVENTS {
            return Err(Rejection::OutboxFull);
        }
        match self.people.get(&conversation.0).map(|person| person.relation) {
            Some(Relation::Blocked) | None => Err(Rejection::Blocked),
            Some(Relation::Friend | Relation::Requested | Relation::Declined) => Ok(()),
        }
    }

    /// Puts an event into the outbox; it leaves when that is stored.
    fn post(&mut self, outgoing: Outgoing) {
        let conversation = ConversationId(outgoing.to);
        let key = self.outbox.push(outgoing);
        if let Some(outgoing) = self.outbox.get(key) {
            self.commits.write(stored::write_outgoing(key, outgoing));
        }
        self.commits.touch(conversation);
        self.commits.then(Then::Release(key));
        self.commits.receipt(conversation);
    }

    /// Replaces (or takes back, without a text) an own message of the open conversation.
    pub(super) fn change(&mut self, id: MessageId, message: MessageId, text: Option<Arc<str>>) {
        let entry = self.timeline.as_ref().and_then(|timeline| timeline.find(message)).cloned();
        let Some(mut entry) = entry else {
            return self.show(Change::Rejected(Form::Composer, Rejection::OutOfSight));
        };
        if entry.message.delivery.is_none() || !matches!(entry.message.body, Body::Text(_)) {
            return;
        }
        let conversation = entry.message.conversation;
        let text = text.map(|text| clean_text(text.trim())).filter(|text| !text.is_empty());
        if let Err(rejection) = self.may_send(conversation, text.as_deref().unwrap_or_default()) {
            return self.show(Change::Rejected(Form::Composer, rejection));
        }
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        let target = Target { id: message, seq: entry.seq, hlc: entry.message.position.hlc };
        let hlc = thread.tick(self.now.timestamp, entry.message.author, id).hlc.max(entry.changed + 1);
        let seq = thread.take_seq();
        entry.changed = hlc;
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
        self.post(Outgoing { to: conversation.0, id, seq, hlc, dep: None, body, sent: false, failed: false });
        self.replace(entry);
        self.commits.then(Then::Done(Form::Composer));
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
        if let Some(timeline) = self.timeline.as_mut().filter(|t| t.conversation == conversation) {
            timeline.remove(id);
        }
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
            self.forget(token);
            self.commits.touch(ConversationId(outgoing.to));
            self.screen.touch(ConversationId(outgoing.to));
        }
    }

    pub(super) fn typing(&mut self) {
        let now = self.now.instant;
        let Some(conversation) = self.timeline.as_ref().map(|timeline| timeline.conversation) else { return };
        let told = self.typed_at.is_some_and(|(of, at)| of == conversation && now.since(at) < TYPING);
        let online = self.sightings.get(&conversation.0).is_some_and(|s| s.presence() == Presence::Online);
        if told || !online || !self.may_reach(conversation.0) || !self.link.is_live() {
            return;
        }
        self.typed_at = Some((conversation, now));
        let typing = self.passing(conversation.0, EventBody::Typing);
        self.emit(typing, QoS::AtMostOnce);
    }

    pub(super) fn may_reach(&self, to: UserId) -> bool {
        self.people.get(&to).is_some_and(|person| person.relation == Relation::Friend)
    }

    /// Hands over to the session what is due: events that are stored, receipts for events that are stored.
    pub(super) fn send_due(&mut self) {
        if !self.link.is_live() {
            return;
        }
        let now = self.now.instant;
        for (conversation, receipt) in self.link.take_owed() {
            self.send_receipt(conversation, receipt);
        }
        let due = self.outbox.due(now, |to| self.may_reach(to));
        for key in due {
            let Some(outgoing) = self.outbox.get(key).cloned() else { continue };
            let Outgoing { to, id, seq, hlc, dep, body, .. } = outgoing;
            let statement = Statement { to, id, seq, hlc, dep, body };
            if let Some(token) = self.emit(statement, QoS::AtLeastOnce) {
                self.outbox.handed_over(key, token);
            }
        }
    }

    pub(super) fn outbox_deadline(&self) -> Option<Instant> {
        if self.link.is_live() { self.outbox.deadline(|to| self.may_reach(to)) } else { None }
    }

    fn send_receipt(&mut self, conversation: ConversationId, receipt: Receipt) {
        if !self.may_reach(conversation.0) {
            return;
        }
        let statement = self.passing(conversation.0, EventBody::Receipt(receipt.clone()));
        if let Some(token) = self.emit(statement, QoS::AtLeastOnce) {
            let earlier = self.link.receipt_sent(token, conversation, receipt);
            self.forget(earlier);
        }
    }

    /// Something that has no number: nobody acknowledges it by a receipt.
    fn passing(&mut self, to: UserId, body: EventBody) -> Statement {
        let hlc = self.now.timestamp.0 << 16;
        Statement { to, id: self.entropy.message_id(), seq: 0, hlc, dep: None, body }
    }

    fn emit(&mut self, statement: Statement, qos: QoS) -> Option<Token> {
        let Statement { to, id, seq, hlc, dep, body } = statement;
        let Ready { me, root } = self.ready()?;
        let deps = dep.into_iter().collect();
        let event = Event { from: me.id, device: me.device, id, conversation: to, seq, hlc, deps, body };
        let topic = root.inbox(to);
        let mid = self.entropy.message_id();
        self.publish(Publish { topic, payload: wire::encode(&event, mid).into(), qos, retain: false })
    }

    /// The session need not send this any more.
    pub(super) fn forget(&mut self, token: Option<Token>) {
        if let Some((session, token)) = self.link.session.as_mut().zip(token) {
            session.forget(token);
        }
    }
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
    Entry { message, seq, changed: 0 }
}
