//! What is kept of one conversation besides its messages: clocks, counters, receipts both ways, what is unread.

use std::sync::Arc;

use super::conversation::{Conversation, Latest};
use super::hlc;
use super::id::{ConversationId, DeviceId, MessageId, UserId};
use super::message::{Delivery, Message, Position};
use super::noted::Noted;
use super::receipt::{MAX_JUMP, SeqSet};
use super::wire::{Event, Receipt};
use crate::time::Timestamp;

/// What no number of an own event reaches: so many nobody sends.
pub(crate) const MAX_SEQ: u64 = 1 << 40;

/// How many devices of the other person receipts are kept for; beyond that the longest unheard one is forgotten.
const MAX_DEVICES: usize = 16;

/// The state of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) id: ConversationId,
    /// The sequence number of the next own event.
    pub(crate) next_seq: u64,
    /// The numbers up to this one were given by devices whose place this one has taken.
    pub(crate) before: u64,
    /// The newest message.
    pub(crate) latest: Option<Message>,
    /// The sequence number of the newest message, where it is an own one.
    pub(crate) latest_seq: u64,
    pub(crate) unread: u32,
    /// The first message that is not read.
    pub(crate) unread_from: Option<Position>,
    pub(crate) draft: Arc<str>,
    pub(crate) activity: Timestamp,
    pub(crate) pinned: bool,
    pub(crate) muted_until: Option<Timestamp>,
    /// Which own events the other person's device has stored, and which were seen.
    pub(crate) delivered: SeqSet,
    pub(crate) read: SeqSet,
    /// When that was.
    pub(crate) delivered_at: Noted,
    pub(crate) read_at: Noted,
    /// What came from each of the other person's devices, the longest unheard one first.
    pub(crate) heard: Vec<Heard>,
    /// Since when there is something of theirs that cannot be decrypted.
    pub(crate) unreadable: Option<Timestamp>,
}

/// What came from one device of the other person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) device: DeviceId,
    pub(crate) stored: SeqSet,
    pub(crate) read: SeqSet,
    /// The broker has not yet acknowledged a receipt that says all this.
    pub(crate) due: bool,
}

impl Thread {
    pub(crate) fn new(id: ConversationId, now: Timestamp) -> Self {
        Self {
            id,
            next_seq: 1,
            before: 0,
            latest: None,
            latest_seq: 0,
            unread: 0,
            unread_from: None,
            draft: "".into(),
            activity: now,
            pinned: false,
            muted_until: None,
            delivered: SeqSet::default(),
            read: SeqSet::default(),
            delivered_at: Noted::default(),
            read_at: Noted::default(),
            heard: Vec::new(),
            unreadable: None,
        }
    }

    /// The position of an event made here and now.
    pub(crate) fn tick(&self, now: Timestamp, author: UserId, id: MessageId) -> Position {
        Position { hlc: hlc::tick(now, self.latest_hlc()), author, id }
    }

    /// The position of an event of theirs: by their clock within limits, and never before a message that it answers,
    /// however wrong their clock is.
    pub(crate) fn place(&self, event: &Event, now: Timestamp) -> Position {
        let plain = hlc::clamp(event.hlc, now);
        let answered = self.latest.as_ref().filter(|latest| event.deps.contains(&latest.id));
        let after = answered.map_or(0, |latest| latest.position.hlc + 1);
        Position { hlc: plain.max(after), author: event.from, id: event.id }
    }

    pub(crate) fn is_latest(&self, id: MessageId) -> bool {
        self.latest.as_ref().is_some_and(|latest| latest.id == id)
    }

    pub(crate) fn latest_hlc(&self) -> u64 {
        self.latest.as_ref().map_or(0, |latest| latest.position.hlc)
    }

    pub(crate) fn take_seq(&mut self) -> u64 {
        self.next_seq += 1;
        self.next_seq - 1
    }

    /// A message is new here.
    pub(crate) fn note(&mut self, message: &Message, seq: u64) {
        if self.latest.as_ref().is_none_or(|latest| latest.position < message.position) {
            self.latest = Some(message.clone());
            self.latest_seq = seq;
        }
        self.activity = self.activity.max(message.sent_at);
    }

    /// A message of theirs waits to be read.
    pub(crate) fn note_unread(&mut self, position: Position) {
        self.unread += 1;
        self.unread_from = Some(self.unread_from.map_or(position, |first| first.min(position)));
    }

    /// All that came is seen; false where it was already.
    pub(crate) fn mark_read(&mut self) -> bool {
        let mut news = self.unread > 0;
        self.unread = 0;
        self.unread_from = None;
        for heard in &mut self.heard {
            if heard.read != heard.stored {
                heard.read.clone_from(&heard.stored);
                heard.due = true;
                news = true;
            }
        }
        news
    }

    /// Nothing is left but the numbers, both ways.
    pub(crate) fn forget_history(&mut self) {
        let fresh = Self::new(self.id, Timestamp(0));
        let heard = std::mem::take(&mut self.heard);
        let heard = heard.into_iter().map(|heard| Heard { read: heard.stored.clone(), due: false, ..heard });
        *self = Self { next_seq: self.next_seq, before: self.before, heard: heard.collect(), ..fresh };
    }

    /// Whether nothing is left but the numbers.
    pub(crate) fn is_forgotten(&self) -> bool {
        let mut forgotten = self.clone();
        forgotten.forget_history();
        forgotten == *self
    }

    /// Whether anything is known of a device of theirs.
    fn knows(&self, device: DeviceId) -> bool {
        self.heard.iter().any(|heard| heard.device == device)
    }

    /// Whether an event of theirs has come before.
    pub(crate) fn has_heard(&self, device: DeviceId, seq: u64) -> bool {
        self.heard.iter().any(|heard| heard.device == device && heard.stored.contains(seq))
    }

    /// Whether what an event changes, by its number, is still to come: as far as can be known.
    pub(crate) fn lacks(&self, event: &Event, target: u64) -> bool {
        target > 0 && self.knows(event.device) && !self.has_heard(event.device, target)
    }

    /// Takes an event's number in, so that a receipt is due; false where that cannot be.
    pub(crate) fn hear(&mut self, device: DeviceId, seq: u64) -> bool {
        let mut heard = match self.heard.iter().position(|heard| heard.device == device) {
            Some(at) => self.heard.remove(at),
            None => Heard { device, stored: SeqSet::default(), read: SeqSet::default(), due: false },
        };
        let taken = heard.stored.insert(seq);
        heard.due = heard.due || taken;
        self.heard.push(heard);
        if self.heard.len() > MAX_DEVICES {
            self.heard.remove(0);
        }
        taken
    }

    /// An event that has come from one device was another's first: it is the same one, also where that one comes later.
    pub(crate) fn hear_origin(&mut self, device: DeviceId, seq: u64, (former, number): (DeviceId, u64)) {
        let is_former = |heard: &&mut Heard| heard.device == former;
        let mut seen = false;
        if let Some(heard) = self.heard.iter_mut().find(is_former) {
            heard.stored.insert(number);
            seen = heard.read.contains(number);
        } else if self.heard.len() < MAX_DEVICES {
            let mut stored = SeqSet::default();
            stored.insert(number);
            let read = SeqSet::default();
            self.heard.insert(0, Heard { device: former, stored, read, due: false });
        }
        if let Some(heard) = self.heard.iter_mut().find(|heard| seen && heard.device == device) {
            heard.read.insert(seq);
        }
    }

    /// They have not got our receipt: it is due again.
    pub(crate) fn repeat_receipt(&mut self, device: DeviceId) {
        for heard in self.heard.iter_mut().filter(|heard| heard.device == device) {
            heard.due = true;
        }
    }

    pub(crate) fn due_receipts(&self) -> impl Iterator<Item = Receipt> {
        self.heard.iter().filter(|heard| heard.due).map(|heard| Receipt {
            device: heard.device,
            stored: heard.stored.clone(),
            read: heard.read.clone(),
        })
    }

    /// The broker took a receipt: it is no longer due, unless there is more to say by now.
    pub(crate) fn receipt_sent(&mut self, receipt: &Receipt) {
        for heard in self.heard.iter_mut().filter(|heard| heard.device == receipt.device) {
            heard.due = heard.stored != receipt.stored || heard.read != receipt.read;
        }
    }

    /// As [`Self::acknowledged`], and notes the time.
    pub(crate) fn acknowledged_at(&mut self, receipt: &Receipt, now: Timestamp) -> bool {
        let (delivered, read) = (self.delivered.highest(), self.read.highest());
        let news = self.acknowledged(receipt);
        self.delivered_at.note(delivered, self.delivered.highest(), now);
        self.read_at.note(read, self.read.highest(), now);
        news
    }

    /// Takes a receipt of theirs in, for no more than was ever sent; false where it tells nothing new.
    pub(crate) fn acknowledged(&mut self, receipt: &Receipt) -> bool {
        let before = (self.delivered.clone(), self.read.clone());
        let made = self.next_seq - 1;
        let made = |set: &SeqSet| {
            SeqSet::from_runs(set.runs().iter().map(|(first, last)| (*first, (*last).min(made))))
        };
        self.delivered.merge(&made(&receipt.stored));
        self.read.merge(&made(&receipt.read));
        before != (self.delivered.clone(), self.read.clone())
    }

    /// They have had more of us than we know of: our storage was rolled back. What they have had, has its numbers. However
    /// much they claim to have had, half of all numbers is left.
    pub(crate) fn catch_up(&mut self, receipt: &Receipt) -> bool {
        let had = receipt.stored.highest();
        let behind = had >= self.next_seq && had - self.next_seq < MAX_JUMP && had < MAX_SEQ / 2;
        if behind {
            self.next_seq = had + 1;
        }
        behind
    }

    /// How far an own event has come that is no longer in the outbox.
    pub(crate) fn delivery(&self, seq: u64) -> Delivery {
        match (self.delivered.contains(seq), self.read.contains(seq)) {
            (true, true) => Delivery::Read,
            (true, false) => Delivery::Delivered,
            (false, _) => Delivery::Sent,
        }
    }

    /// The line of the list of chats.
    pub(crate) fn summary(
        &self,
        title: Arc<str>,
        picture: Option<Arc<[u8]>>,
        typing: bool,
        failed: bool,
        unreadable: bool,
    ) -> Conversation {
        Conversation {
            id: self.id,
            title,
            picture,
            latest: self.latest.as_ref().map(|message| Latest {
                body: message.body.clone(),
                sent_at: message.sent_at,
                delivery: message.delivery,
            }),
            unread: self.unread,
            draft: self.draft.clone(),
            typing,
            failed,
            unreadable,
            pinned: self.pinned,
            muted: self.muted_until,
            activity: self.activity,
        }
    }
}
