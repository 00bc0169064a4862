//! What is kept of one conversation besides its messages: clocks, counters, receipts both ways, what is unread.

use std::sync::Arc;

use super::chain::{EventHash, Link, Links};
use super::conversation::{Conversation, Latest};
use super::heard::{Heard, Taken};
use super::hlc;
use super::id::{ConversationId, DeviceId, MessageId, UserId};
use super::message::{Message, Position};
use super::noted::Noted;
use super::receipt::SeqSet;
use super::wire::{Event, Receipt};
use crate::time::Timestamp;

/// What no number of an own event reaches: so many nobody sends.
pub(crate) const MAX_SEQ: u64 = 1 << 40;

/// How many devices of the other person receipts are kept for; beyond that the longest unheard one is forgotten.
pub(super) const MAX_DEVICES: usize = 16;

/// The state of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) id: ConversationId,
    /// The sequence number of the next own event.
    pub(crate) next_seq: u64,
    /// The numbers up to this one were given by devices whose place this one has taken.
    pub(crate) before: u64,
    /// The hash of the last own event that has a number; none where the next one begins a chain.
    pub(crate) chain: Option<EventHash>,
    /// Where that chain began because they had events under our numbers that are not ours, until a receipt proves that
    /// they have gone on with it; 0 otherwise.
    pub(crate) disputed: u64,
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
    /// The own events at the ends of its runs.
    pub(crate) links: Links,
    pub(crate) read: SeqSet,
    /// When that was.
    pub(crate) delivered_at: Noted,
    pub(crate) read_at: Noted,
    /// The first own number that was encrypted for each of their devices: what is older is not told again to it.
    pub(crate) reached: Vec<(DeviceId, u64)>,
    /// What came from each of the other person's devices, the longest unheard one first.
    pub(crate) heard: Vec<Heard>,
    /// Since when there is something of theirs that cannot be decrypted.
    pub(crate) unreadable: Option<Timestamp>,
}

fn link(event: &Event) -> Link {
    Link { seq: event.seq, hash: event.hash, prev: event.prev }
}

impl Thread {
    pub(crate) fn new(id: ConversationId, now: Timestamp) -> Self {
        Self {
            id,
            next_seq: 1,
            before: 0,
            chain: None,
            disputed: 0,
            latest: None,
            latest_seq: 0,
            unread: 0,
            unread_from: None,
            draft: "".into(),
            activity: now,
            pinned: false,
            muted_until: None,
            delivered: SeqSet::default(),
            links: Links::default(),
            read: SeqSet::default(),
            delivered_at: Noted::default(),
            read_at: Noted::default(),
            reached: Vec::new(),
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
        let heard = heard.into_iter().map(Heard::forget).collect();
        let Self { next_seq, before, chain, disputed, .. } = *self;
        // What they were told is gone, so nobody is told it again.
        *self = Self { next_seq, before, chain, disputed, heard, ..fresh };
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

    /// Whether an event may be here already, though its number tells nothing: it was used before, or another device's
    /// before, or does not follow those that came before it.
    pub(crate) fn may_have(&self, event: &Event) -> bool {
        let fits = self.heard(event.device).is_none_or(|heard| heard.links.fits(&link(event)));
        self.has_heard(event.device, event.seq) || event.origin.is_some() || !fits
    }

    pub(crate) fn heard(&self, device: DeviceId) -> Option<&Heard> {
        self.heard.iter().find(|heard| heard.device == device)
    }

    /// Takes an event's number in, and that by which another device of theirs has told it first.
    pub(crate) fn hear(&mut self, event: &Event) -> Taken {
        let device = event.device;
        let mut heard = match self.heard.iter().position(|heard| heard.device == device) {
            Some(at) => self.heard.remove(at),
            None => Heard::new(device),
        };
        let taken = heard.take(link(event));
        self.heard.push(heard);
        if self.heard.len() > MAX_DEVICES {
            self.heard.remove(0);
        }
        if let Some(origin) = event.origin.filter(|_| taken == Taken::New) {
            self.hear_origin(device, event.seq, origin);
        }
        taken
    }

    /// An event that has come from one device was another's first: it is the same one, also where that one comes later.
    fn hear_origin(&mut self, device: DeviceId, seq: u64, (former, number): (DeviceId, u64)) {
        let mut seen = false;
        if let Some(heard) = self.heard.iter_mut().find(|heard| heard.device == former) {
            heard.close(number);
            seen = heard.read.contains(number);
        } else if self.heard.len() < MAX_DEVICES {
            let mut heard = Heard::new(former);
            heard.close(number);
            self.heard.insert(0, heard);
        }
        if let Some(heard) = self.heard.iter_mut().find(|heard| seen && heard.device == device) {
            heard.read.insert(seq);
        }
    }

    /// A device of theirs has gone on from an earlier state of its own; false where the person knows.
    pub(crate) fn note_split(&mut self, event: &Event) -> bool {
        let heard = self.heard.iter_mut().find(|heard| heard.device == event.device);
        // Whether the person has removed what stood there, nobody can tell.
        let known = |heard: &&mut Heard| !heard.split && event.seq > heard.forgotten;
        heard.filter(known).is_some_and(|heard| {
            heard.split = true;
            true
        })
    }

    /// They have not got our receipt: it is due again.
    pub(crate) fn repeat_receipt(&mut self, device: DeviceId) {
        for heard in self.heard.iter_mut().filter(|heard| heard.device == device) {
            heard.due = true;
        }
    }

    pub(crate) fn due_receipts(&self) -> impl Iterator<Item = Receipt> {
        self.heard.iter().filter(|heard| heard.due).map(Heard::receipt)
    }

    /// The broker took a receipt: it is no longer due, unless there is more to say by now.
    pub(crate) fn receipt_sent(&mut self, receipt: &Receipt) {
        for heard in self.heard.iter_mut().filter(|heard| heard.device == receipt.device) {
            heard.due = heard.stored != receipt.stored || heard.read != receipt.read;
        }
    }

    /// Storage was older than what was written there last: more may have come from these devices.
    pub(crate) fn fall_behind(&mut self, devices: impl Iterator<Item = DeviceId>) {
        for device in devices {
            match self.heard.iter().position(|heard| heard.device == device) {
                Some(at) => self.heard[at].behind = true,
                None if self.heard.len() < MAX_DEVICES => {
                    self.heard.insert(0, Heard { behind: true, ..Heard::new(device) });
                }
                None => {}
            }
        }
    }

    /// A device has these no more.
    pub(crate) fn fill(&mut self, device: DeviceId, numbers: &SeqSet) -> bool {
        self.heard.iter_mut().find(|heard| heard.device == device).is_some_and(|heard| heard.fill(numbers))
    }

    /// The line of the list of chats.
    pub(crate) fn summary(
        &self,
        title: Arc<str>,
        picture: Option<Arc<[u8]>>,
        typing: bool,
        failed: bool,
        unreadable: bool,
        waiting: bool,
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
            waiting,
            pinned: self.pinned,
            muted: self.muted_until,
            activity: self.activity,
        }
    }
}
