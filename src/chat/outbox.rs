//! What must reach somebody and is not yet acknowledged by a receipt of theirs. A broker's PUBACK promises nothing, so
//! only the receipt empties it.

use std::time::Duration;

use bytes::Bytes;
use litemap::LiteMap;

use super::chain::EventHash;
use super::id::{DeviceId, MessageId, UserId};
use super::message::Delivery;
use super::outgoing::{Author, Outgoing, number_anew};
use super::receipt::SeqSet;
use super::thread::Thread;
use super::wire::EventBody;
use crate::mqtt::Token;
use crate::time::Instant;

/// How many events may wait.
pub(crate) const MAX_EVENTS: usize = 5_000;

/// How many of them may be on their way to one person: a session bears no larger gap than twice that.
const MAX_UNACKNOWLEDGED: usize = 1_000;

/// The first wait for a receipt before an event is sent again; it doubles each time.
const FIRST_RESEND: Duration = Duration::from_secs(2);
const LAST_RESEND: Duration = Duration::from_secs(5 * 60);
/// To somebody who is away it is sent again when they come. A broker keeps each copy for them, and may have no room for
/// all; so this is only for the case that what is known of them is wrong.
pub(crate) const AWAY: Duration = Duration::from_secs(60 * 60);

/// What was taken out: its key in storage, itself, and the token that the session need not send.
pub(crate) type Taken = (u64, Outgoing, Option<Token>);

#[derive(Clone, Debug)]
struct Entry {
    outgoing: Outgoing,
    /// Whether it is durably stored: nothing leaves before.
    stored: bool,
    /// It may have left, in this life or an earlier one: a receipt may be on its way.
    left: bool,
    attempts: u32,
    /// As it leaves next: encrypted when it was made, or for this resend, and good for one sending.
    envelope: Option<Bytes>,
    /// When it is sent (again); nothing while the session has it.
    due: Instant,
    token: Option<Token>,
}

/// Events in the order they were made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    entries: LiteMap<u64, Entry>,
    /// By the message that events are or change, in the order they were made.
    about: LiteMap<MessageId, Vec<u64>>,
    by_token: LiteMap<Token, u64>,
}

impl Outbox {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds an event that is not stored yet; returns its key in storage.
    pub(crate) fn push(&mut self, outgoing: Outgoing, envelope: Option<Bytes>) -> u64 {
        let key = self.entries.last().map_or(0, |(key, _)| key + 1);
        self.insert(key, outgoing, envelope, false);
        key
    }

    /// Puts a stored event back in its place.
    pub(crate) fn restore(&mut self, key: u64, outgoing: Outgoing) {
        self.insert(key, outgoing, None, true);
    }

    fn insert(&mut self, key: u64, outgoing: Outgoing, envelope: Option<Bytes>, stored: bool) {
        self.about.entry(outgoing.subject()).or_default().push(key);
        let (left, due) = (stored, Instant(0));
        let entry = Entry { outgoing, stored, left, attempts: 0, envelope, due, token: None };
        self.entries.insert(key, entry);
    }

    fn about(&self, message: MessageId) -> impl Iterator<Item = (u64, &Outgoing)> {
        let keys = self.about.get(&message).into_iter().flatten();
        keys.filter_map(|key| Some((*key, &self.entries.get(key)?.outgoing)))
    }

    /// A message itself.
    pub(crate) fn find(&self, id: MessageId) -> Option<(u64, &Outgoing)> {
        self.about(id).find(|(_, outgoing)| outgoing.id == id)
    }

    /// How far a message has come, as long as it is here. A change to it that was given up counts as well.
    pub(crate) fn delivery(&self, id: MessageId) -> Option<Delivery> {
        if self.about(id).any(|(_, outgoing)| outgoing.failed) {
            return Some(Delivery::Failed);
        }
        self.find(id).map(|(_, outgoing)| if outgoing.sent { Delivery::Sent } else { Delivery::Queued })
    }

    /// The event, and the ratchet that its envelope was made with, are on disk: it may leave.
    pub(crate) fn stored(&mut self, key: u64) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.stored = true;
        }
    }

    pub(crate) fn get(&self, key: u64) -> Option<&Outgoing> {
        self.entries.get(&key).map(|entry| &entry.outgoing)
    }

    /// It was encrypted for another sending: the ratchet is to be stored first.
    pub(crate) fn sealed(&mut self, key: u64, envelope: Bytes) {
        if let Some(entry) = self.entries.get_mut(&key) {
            (entry.envelope, entry.stored) = (Some(envelope), false);
        }
    }

    /// The hash of an event to somebody.
    pub(crate) fn hash(&self, to: UserId, seq: u64, author: Author) -> Option<EventHash> {
        let mut outgoing = self.entries.values().map(|entry| &entry.outgoing);
        let found = outgoing.find(|outgoing| outgoing.to == to && outgoing.seq == seq)?;
        Some(found.event(author).hash)
    }

    /// Puts a later profile in the place of one that waits for somebody, where neither it nor anything that was made after
    /// it has left: gives its key.
    pub(crate) fn replace_profile(&mut self, to: UserId, profile: &EventBody) -> Option<u64> {
        let theirs = self.entries.iter_mut().rev().filter(|(_, entry)| entry.outgoing.to == to);
        let mut waiting = theirs.take_while(|(_, entry)| !entry.left);
        let (key, entry) = waiting.find(|(_, entry)| entry.outgoing.is_profile_for(to))?;
        entry.outgoing.body = profile.clone();
        Some(*key)
    }

    /// Chains those to somebody anew, from this one on, for it has become another. None of them has left.
    pub(crate) fn chain_anew(
        &mut self,
        thread: &mut Thread,
        from: u64,
        author: Author,
    ) -> Vec<(u64, Outgoing)> {
        let to = thread.id.0;
        let later = self.entries.iter_mut().filter(|(key, entry)| **key >= from && entry.outgoing.to == to);
        let mut prev = None;
        let mut changed = Vec::new();
        for (key, entry) in later {
            entry.outgoing.prev = if *key == from { entry.outgoing.prev } else { prev };
            entry.envelope = None;
            prev = Some(entry.outgoing.event(author).hash);
            changed.push((*key, entry.outgoing.clone()));
        }
        thread.chain = prev.or(thread.chain);
        changed
    }

    /// Gives all that waits for somebody new numbers, for those that it had are somebody else's.
    pub(crate) fn number_anew(
        &mut self,
        thread: &mut Thread,
        author: Author,
        now: Instant,
    ) -> Vec<(u64, Outgoing, Option<Token>)> {
        let theirs = self.entries.iter_mut().filter(|(_, entry)| entry.outgoing.to == thread.id.0);
        let mut theirs: Vec<_> = theirs.filter(|(_, entry)| entry.outgoing.seq > 0).collect();
        let outgoing = theirs.iter_mut().map(|(_, entry)| &mut entry.outgoing);
        number_anew(thread, author.device, author, outgoing);
        let changed = theirs.into_iter().map(|(key, entry)| {
            (entry.envelope, entry.due, entry.attempts) = (None, now, 0);
            (*key, entry.outgoing.clone(), entry.token.take())
        });
        let changed: Vec<_> = changed.collect();
        for token in changed.iter().filter_map(|(.., token)| *token) {
            self.by_token.remove(&token);
        }
        changed
    }

    /// Takes out the profiles for somebody before this one.
    pub(crate) fn take_older_profiles(&mut self, to: UserId, newest: MessageId) -> Vec<Taken> {
        self.take(|outgoing| outgoing.is_profile_for(to) && outgoing.id != newest)
    }

    /// What leaves, where it is encrypted already.
    pub(crate) fn take_envelope(&mut self, key: u64) -> Option<Bytes> {
        self.entries.get_mut(&key)?.envelope.take()
    }

    /// Nothing can be encrypted for them just now.
    pub(crate) fn postpone(&mut self, key: u64, now: Instant) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.due = now + LAST_RESEND;
        }
    }

    /// There is a new session with them: what has no receipt is encrypted by it and sent at once.
    pub(crate) fn reseal(&mut self, to: UserId, now: Instant) {
        for (_, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.outgoing.to == to) {
            (entry.envelope, entry.due) = (None, now);
        }
    }

    /// The events that are to be sent now, in order, of those that go to somebody whom `may` allows.
    pub(crate) fn due(&self, now: Instant, may: impl Fn(UserId) -> bool) -> Vec<u64> {
        let due = self.may_leave().filter(|(_, entry)| entry.due <= now && may(entry.outgoing.to));
        due.map(|(key, _)| key).collect()
    }

    /// When [`Self::due`] will have something.
    pub(crate) fn deadline(&self, may: impl Fn(UserId) -> bool) -> Option<Instant> {
        let waiting = self.may_leave().filter(|(_, entry)| may(entry.outgoing.to));
        waiting.map(|(_, entry)| entry.due).min()
    }

    /// How much waits for somebody that was told before.
    pub(crate) fn told_again(&self, to: UserId) -> usize {
        let told = self.entries.values().map(|entry| &entry.outgoing);
        told.filter(|outgoing| outgoing.to == to && outgoing.origin.is_some()).count()
    }

    /// Whether one more to somebody could leave at once.
    pub(crate) fn has_room(&self, to: UserId) -> bool {
        let theirs = self.entries.values().filter(|entry| entry.outgoing.to == to && !entry.outgoing.failed);
        theirs.count() < MAX_UNACKNOWLEDGED
    }

    /// What waits to leave, as far as nothing has to come back before it.
    fn may_leave(&self) -> impl Iterator<Item = (u64, &Entry)> {
        let mut before = LiteMap::<UserId, usize>::new();
        let hopeful = self.entries.iter().filter(|(_, entry)| !entry.outgoing.failed);
        let near = hopeful.filter(move |(_, entry)| {
            let count = before.entry(entry.outgoing.to).or_default();
            *count += 1;
            *count <= MAX_UNACKNOWLEDGED
        });
        near.filter(|(_, entry)| entry.is_waiting()).map(|(key, entry)| (*key, entry))
    }

    /// The session has taken it.
    pub(crate) fn handed_over(&mut self, key: u64, token: Token) {
        if let Some(entry) = self.entries.get_mut(&key) {
            (entry.token, entry.left) = (Some(token), true);
            entry.attempts += 1;
            self.by_token.insert(token, key);
        }
    }

    /// The broker acknowledged it. From now on the receipt is waited for, longer where it goes to somebody who is `away`;
    /// `jitter` spreads the wait by 30 % either way.
    pub(crate) fn completed(
        &mut self,
        token: Token,
        now: Instant,
        jitter: u64,
        away: impl Fn(UserId) -> bool,
    ) -> Option<(u64, &Outgoing)> {
        let key = self.by_token.remove(&token)?;
        let entry = self.entries.get_mut(&key)?;
        entry.token = None;
        entry.outgoing.sent = true;
        let least = if away(entry.outgoing.to) { AWAY } else { Duration::ZERO };
        entry.due = now + resend_after(entry.attempts, least, jitter);
        Some((key, &entry.outgoing))
    }

    /// The session gave it up.
    pub(crate) fn quarantined(&mut self, token: Token) -> Option<(u64, &Outgoing)> {
        let key = self.by_token.remove(&token)?;
        let entry = self.entries.get_mut(&key)?;
        entry.token = None;
        entry.outgoing.failed = true;
        Some((key, &entry.outgoing))
    }

    /// The person wants sent again what was given up of a message: itself, changes to it.
    pub(crate) fn retry(&mut self, message: MessageId, now: Instant) -> Vec<(u64, Outgoing)> {
        let mut again = Vec::new();
        for key in self.about.get(&message).into_iter().flatten() {
            let Some(entry) = self.entries.get_mut(key).filter(|entry| entry.outgoing.failed) else {
                continue;
            };
            entry.outgoing.failed = false;
            entry.attempts = 0;
            entry.due = now;
            again.push((*key, entry.outgoing.clone()));
        }
        again
    }

    /// They are there (again), or we are: what they may have missed is sent soon, though not before receipts that are
    /// on their way had time to come.
    pub(crate) fn hurry(&mut self, to: Option<UserId>, now: Instant) {
        for (_, entry) in self.entries.iter_mut() {
            if entry.is_waiting() && to.is_none_or(|to| to == entry.outgoing.to) {
                entry.attempts = entry.attempts.min(1);
                entry.due = entry.due.min(now + FIRST_RESEND);
            }
        }
    }

    /// They have not got these numbers: those that are here, or were made of one of them, are sent at once.
    pub(crate) fn recall(&mut self, to: UserId, numbers: &SeqSet, device: DeviceId, now: Instant) -> SeqSet {
        let mut here = Vec::new();
        for (_, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.outgoing.to == to) {
            let former = entry.outgoing.origin.filter(|(of, _)| *of == device).map(|(_, seq)| seq);
            let meant = [Some(entry.outgoing.seq), former].into_iter().flatten();
            let meant: Vec<_> = meant.filter(|seq| numbers.contains(*seq)).collect();
            if !meant.is_empty() {
                entry.due = entry.due.min(now);
                here.extend(meant.into_iter().map(|seq| (seq, seq)));
            }
        }
        SeqSet::from_runs(here)
    }

    /// Nothing more is to go to somebody: gives the tokens that the session need not send.
    pub(crate) fn take_back(&mut self, to: UserId, now: Instant) -> Vec<Token> {
        let mut tokens = Vec::new();
        for (_, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.outgoing.to == to) {
            if let Some(token) = entry.token.take() {
                self.by_token.remove(&token);
                entry.due = now;
                tokens.push(token);
            }
        }
        tokens
    }

    /// A new session knows none of the earlier one's tokens.
    pub(crate) fn forget_tokens(&mut self, now: Instant) {
        self.by_token.clear();
        for (_, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.token.is_some()) {
            entry.token = None;
            entry.due = now;
        }
    }

    /// Takes out what a receipt of theirs names.
    pub(crate) fn acknowledge(&mut self, from: UserId, stored: &SeqSet) -> Vec<Taken> {
        let gone = |outgoing: &Outgoing| outgoing.to == from && stored.contains(outgoing.seq);
        self.take(gone)
    }

    /// Takes out a message that was given up, with all changes to it; or, where it has left, the changes that were.
    pub(crate) fn discard(&mut self, message: MessageId) -> Vec<Taken> {
        let whole = self.find(message).is_some_and(|(_, outgoing)| outgoing.failed);
        self.take(|outgoing| outgoing.subject() == message && (whole || outgoing.failed))
    }

    /// Takes out all that waits for somebody.
    pub(crate) fn give_up(&mut self, to: UserId) -> Vec<Taken> {
        self.take(|outgoing| outgoing.to == to)
    }

    /// Whether anything for somebody has no receipt.
    pub(crate) fn has_any(&self, to: UserId) -> bool {
        self.entries.values().any(|entry| entry.outgoing.to == to)
    }

    /// Whether anything for somebody has no receipt, and was not given up.
    pub(crate) fn has_hope(&self, to: UserId) -> bool {
        self.entries.values().any(|entry| entry.outgoing.to == to && !entry.outgoing.failed)
    }

    /// Whether any event to somebody was given up.
    pub(crate) fn has_failed(&self, to: UserId) -> bool {
        self.entries.values().any(|entry| entry.outgoing.to == to && entry.outgoing.failed)
    }

    fn take(&mut self, gone: impl Fn(&Outgoing) -> bool) -> Vec<Taken> {
        let mut taken = Vec::new();
        self.entries.retain(|key, entry| {
            let goes = gone(&entry.outgoing);
            if goes {
                taken.push((*key, entry.outgoing.clone(), entry.token));
                if let Some(keys) = self.about.get_mut(&entry.outgoing.subject()) {
                    keys.retain(|about| about != key);
                }
            }
            !goes
        });
        if !taken.is_empty() {
            self.about.retain(|_, keys| !keys.is_empty());
        }
        for token in taken.iter().filter_map(|(.., token)| *token) {
            self.by_token.remove(&token);
        }
        taken
    }
}

impl Entry {
    fn is_waiting(&self) -> bool {
        self.stored && self.token.is_none() && !self.outgoing.failed
    }
}

/// 2 s, doubling up to 5 min, or the least if that is more; spread by 30 % either way.
pub(crate) fn resend_after(attempts: u32, least: Duration, jitter: u64) -> Duration {
    let plain =
        FIRST_RESEND.saturating_mul(1 << attempts.saturating_sub(1).min(10)).min(LAST_RESEND).max(least);
    plain * u32::try_from(70 + jitter % 61).unwrap_or(100) / 100
}
