//! What others' devices say that they have of ours.

use super::super::id::{ConversationId, UserId};
use super::super::message::Body;
use super::super::stored;
use super::super::wire::{Event, Receipt};
use super::Client;
use super::sending::author;

impl Client {
    /// Takes a receipt in: for events that are ours, as the hash at the end of each run proves.
    pub(super) fn take_receipt(&mut self, from: UserId, receipt: &Receipt) {
        let conversation = ConversationId(from);
        let now = self.now.timestamp;
        let Some(author) = author(&self.stage).filter(|author| author.device == receipt.device) else {
            return;
        };
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        let verdict = thread.judge(receipt, |seq| self.outbox.hash(from, seq, author));
        let was_disputed = thread.disputed > 0;
        let news = thread.acknowledged(receipt, &verdict.proven, now);
        let begins = verdict.foreign.is_some_and(|foreign| thread.begin_anew(foreign));
        for (key, _, token) in self.outbox.acknowledge(from, &verdict.proven) {
            self.commits.write(stored::delete_outgoing(key));
            self.carried_over(key);
            self.forget(token);
        }
        if news {
            self.end_silence(from);
        }
        if begins {
            self.number_anew(conversation);
            if !was_disputed {
                self.note_in_conversation(from, Body::Disputed);
            }
        }
        if begins || news {
            self.commits.touch(conversation);
            self.screen.touch(conversation);
        }
    }

    /// A receipt that is to be told to somebody, and could travel with something else.
    pub(super) fn due_receipt(&self, to: UserId) -> Option<Receipt> {
        self.threads.get(&ConversationId(to))?.due_receipts().next()
    }

    /// A receipt travels with an event: it need not go by itself.
    pub(super) fn carry(&mut self, key: u64, conversation: ConversationId, ack: Option<Receipt>) {
        if let Some(ack) = ack {
            self.carried.insert(key, (conversation, ack));
        }
    }

    /// Whether a receipt travels with an event already.
    pub(super) fn is_carried(&self, conversation: ConversationId, receipt: &Receipt) -> bool {
        self.carried.values().any(|(of, carried)| *of == conversation && carried == receipt)
    }

    /// The broker, or they themselves, have got what a receipt went with.
    pub(super) fn carried_over(&mut self, key: u64) {
        let Some((conversation, receipt)) = self.carried.remove(&key) else { return };
        if let Some(thread) = self.threads.get_mut(&conversation) {
            thread.receipt_sent(&receipt);
            self.commits.touch_later(conversation, self.now.instant);
        }
    }

    /// What a receipt was to go with does not leave: it goes by itself.
    pub(super) fn put_down(&mut self, key: u64) {
        if let Some((conversation, _)) = self.carried.remove(&key) {
            self.commits.receipt(conversation);
        }
    }

    /// What has no receipt goes under numbers that nobody has used.
    fn number_anew(&mut self, conversation: ConversationId) {
        let now = self.now.instant;
        let Some(author) = author(&self.stage) else { return };
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        for (key, outgoing, token) in self.outbox.number_anew(thread, author, now) {
            self.commits.write(stored::write_outgoing(key, &outgoing));
            self.forget(token);
        }
    }

    /// One of their devices has gone on from an earlier state of its own. Both stories are kept.
    pub(super) fn note_split(&mut self, event: &Event) {
        let thread = self.threads.get_mut(&ConversationId(event.from));
        if thread.is_some_and(|thread| thread.note_split(event)) {
            self.commits.touch(ConversationId(event.from));
            self.note_in_conversation(event.from, Body::Split);
        }
    }
}
