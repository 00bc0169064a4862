//! What others' devices tell this person in the inbox.

use std::time::Duration;

use super::super::contact::Relation;
use super::super::hlc;
use super::super::id::{ConversationId, UserId};
use super::super::message::{Body, Message};
use super::super::stored;
use super::super::timeline::Entry;
use super::super::wire::{Event, EventBody, Receipt};
use super::Client;
use super::commits::Then;
use super::stored::Rewrite;
use crate::mqtt::PacketId;

/// How long "typing…" stays without news. They are told every 3 s while it lasts.
const TYPING: Duration = Duration::from_secs(5);

impl Client {
    /// An event came. Strangers and the blocked get no answer of any kind, not even a receipt.
    pub(super) fn handle_inbox(&mut self, event: &Event, packet: Option<PacketId>) {
        let me = self.ready().map(|ready| ready.me.id);
        let relation = self.people.get(&event.from).map(|person| person.relation);
        let welcome = match relation {
            Some(Relation::Friend) => true,
            // They answer before their "yes" came: nobody but the asked knows of the request.
            Some(Relation::Requested) => self.befriend(event.from),
            Some(Relation::Declined | Relation::Blocked) | None => false,
        };
        if welcome && Some(event.conversation) == me && Some(event.from) != me {
            let conversation = ConversationId(event.from);
            match &event.body {
                EventBody::Receipt(receipt) => self.take_receipt(event.from, receipt),
                EventBody::Typing => self.take_typing(conversation),
                EventBody::Request(_) | EventBody::Accept(_) | EventBody::Decline(_) => {}
                EventBody::Text(_) | EventBody::Unknown | EventBody::Edit(..) | EventBody::Delete(_) => {
                    return self.take_numbered(event, conversation, packet);
                }
            }
        }
        if let Some(packet) = packet {
            self.commits.then(Then::Ack(packet));
        }
    }

    /// An event that has a number and gets a receipt.
    fn take_numbered(&mut self, event: &Event, conversation: ConversationId, packet: Option<PacketId>) {
        let now = self.now.timestamp;
        let thread =
            self.threads.entry(conversation).or_insert_with(|| super::Thread::new(conversation, now));
        let known = thread.has_heard(event.device, event.seq);
        let change = match &event.body {
            EventBody::Edit(target, text) => Some((*target, Body::Text(text.clone()))),
            EventBody::Delete(target) => Some((*target, Body::Deleted)),
            EventBody::Text(_)
            | EventBody::Unknown
            | EventBody::Receipt(_)
            | EventBody::Typing
            | EventBody::Request(_)
            | EventBody::Accept(_)
            | EventBody::Decline(_) => None,
        };
        // A change to a message that has not come yet is not taken in: it is sent again, and then finds it.
        let early = change.as_ref().is_some_and(|(target, _)| !thread.has_heard(event.device, target.seq));
        if known {
            thread.repeat_receipt(event.device);
        } else if !early && thread.hear(event.device, event.seq) {
            self.commits.touch(conversation);
            match change {
                Some((target, body)) => {
                    let rewrite = Rewrite { conversation, target, author: event.from, body, packet };
                    return self.commits.then(Then::Seek(Box::new(rewrite)));
                }
                None => self.take_message(event, conversation),
            }
        }
        if let Some(packet) = packet {
            self.commits.then(Then::Ack(packet));
        }
        self.commits.then(Then::Receipt(conversation));
    }

    fn take_message(&mut self, event: &Event, conversation: ConversationId) {
        let now = self.now.timestamp;
        let seen = self.sees_latest(conversation);
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        let position = thread.place(event, now);
        let message = Message {
            id: event.id,
            conversation,
            author: event.from,
            position,
            sent_at: hlc::written_at(event.hlc, now),
            body: if let EventBody::Text(text) = &event.body {
                Body::Text(text.clone())
            } else {
                Body::Unknown
            },
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
        let entry = Entry { message, seq: event.seq };
        self.commits.write(entry.write());
        self.commits.then(Then::Insert(entry));
        self.typing.remove(&conversation);
    }

    /// Whether the person looks at the newest message of a conversation right now.
    pub(super) fn sees_latest(&self, conversation: ConversationId) -> bool {
        let open = self.timeline.as_ref().filter(|timeline| timeline.conversation == conversation);
        self.visible && open.is_some_and(|timeline| timeline.at_latest && !timeline.newer)
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
