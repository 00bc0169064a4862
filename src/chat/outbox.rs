//! What must reach somebody and is not yet acknowledged by a receipt of theirs. A broker's PUBACK promises nothing, so
//! only the receipt empties it.

use std::time::Duration;

use litemap::LiteMap;

use super::id::{MessageId, UserId};
use super::message::Delivery;
use super::receipt::SeqSet;
use super::wire::EventBody;
use crate::mqtt::Token;
use crate::time::Instant;

/// How many events may wait.
pub(crate) const MAX_EVENTS: usize = 5_000;

/// The first wait for a receipt before an event is sent again; it doubles each time.
const FIRST_RESEND: Duration = Duration::from_secs(2);
const LAST_RESEND: Duration = Duration::from_secs(5 * 60);

/// An event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) to: UserId,
    pub(crate) id: MessageId,
    pub(crate) seq: u64,
    pub(crate) hlc: u64,
    pub(crate) dep: Option<MessageId>,
    pub(crate) body: EventBody,
    /// A broker has acknowledged it.
    pub(crate) sent: bool,
    /// Given up until the person says otherwise.
    pub(crate) failed: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    outgoing: Outgoing,
    /// Whether it is durably stored: nothing leaves before.
    stored: bool,
    attempts: u32,
    /// When it is sent (again); nothing while the session has it.
    due: Instant,
    token: Option<Token>,
}

/// Events in the order they were made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    entries: LiteMap<u64, Entry>,
    by_id: LiteMap<MessageId, u64>,
    by_token: LiteMap<Token, u64>,
}

impl Outbox {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds an event that is not stored yet; returns its key in storage.
    pub(crate) fn push(&mut self, outgoing: Outgoing) -> u64 {
        let key = self.entries.last().map_or(0, |(key, _)| key + 1);
        self.insert(key, outgoing, false);
        key
    }

    /// Puts a stored event back in its place.
    pub(crate) fn restore(&mut self, key: u64, outgoing: Outgoing) {
        self.insert(key, outgoing, true);
    }

    fn insert(&mut self, key: u64, outgoing: Outgoing, stored: bool) {
        self.by_id.insert(outgoing.id, key);
        let entry = Entry { outgoing, stored, attempts: 0, due: Instant(0), token: None };
        self.entries.insert(key, entry);
    }

    pub(crate) fn find(&self, id: MessageId) -> Option<(u64, &Outgoing)> {
        let key = *self.by_id.get(&id)?;
        Some((key, &self.entries.get(&key)?.outgoing))
    }

    /// How far an event has come, as long as it is here.
    pub(crate) fn delivery(&self, id: MessageId) -> Option<Delivery> {
        self.find(id).map(|(_, outgoing)| match outgoing {
            Outgoing { failed: true, .. } => Delivery::Failed,
            Outgoing { sent: true, .. } => Delivery::Sent,
            Outgoing { .. } => Delivery::Queued,
        })
    }

    /// The event is on disk: it may leave.
    pub(crate) fn stored(&mut self, key: u64) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.stored = true;
        }
    }

    pub(crate) fn get(&self, key: u64) -> Option<&Outgoing> {
        self.entries.get(&key).map(|entry| &entry.outgoing)
    }

    /// The events that are to be sent now, in order, of those that go to somebody whom `may` allows.
    pub(crate) fn due(&self, now: Instant, may: impl Fn(UserId) -> bool) -> Vec<u64> {
        let due = |entry: &Entry| entry.is_waiting() && entry.due <= now && may(entry.outgoing.to);
        self.entries.iter().filter(|(_, entry)| due(entry)).map(|(key, _)| *key).collect()
    }

    /// When [`Self::due`] will have something.
    pub(crate) fn deadline(&self, may: impl Fn(UserId) -> bool) -> Option<Instant> {
        let waiting = self.entries.values().filter(|entry| entry.is_waiting() && may(entry.outgoing.to));
        waiting.map(|entry| entry.due).min()
    }

    /// The session has taken it.
    pub(crate) fn handed_over(&mut self, key: u64, token: Token) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.token = Some(token);
            entry.attempts += 1;
            self.by_token.insert(token, key);
        }
    }

    /// The broker acknowledged it. From now on the receipt is waited for; `jitter` spreads the wait by 30 % either way.
    pub(crate) fn completed(&mut self, token: Token, now: Instant, jitter: u64) -> Option<(u64, &Outgoing)> {
        let key = self.by_token.remove(&token)?;
        let entry = self.entries.get_mut(&key)?;
        entry.token = None;
        entry.outgoing.sent = true;
        entry.due = now + resend_after(entry.attempts, jitter);
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

    /// The person wants it sent again.
    pub(crate) fn retry(&mut self, id: MessageId, now: Instant) -> Option<(u64, &Outgoing)> {
        let key = *self.by_id.get(&id)?;
        let entry = self.entries.get_mut(&key)?;
        entry.outgoing.failed = false;
        entry.attempts = 0;
        entry.due = now;
        Some((key, &entry.outgoing))
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

    /// A new session knows none of the earlier one's tokens.
    pub(crate) fn forget_tokens(&mut self, now: Instant) {
        self.by_token.clear();
        for (_, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.token.is_some()) {
            entry.token = None;
            entry.due = now;
        }
    }

    /// Takes out what a receipt of theirs names. Gives the keys in storage, and tokens the session need not send.
    pub(crate) fn acknowledge(
        &mut self,
        from: UserId,
        stored: &SeqSet,
    ) -> Vec<(u64, MessageId, Option<Token>)> {
        let gone = |outgoing: &Outgoing| outgoing.to == from && stored.contains(outgoing.seq);
        self.take(gone)
    }

    /// Takes out one event.
    pub(crate) fn discard(&mut self, id: MessageId) -> Vec<(u64, MessageId, Option<Token>)> {
        self.take(|outgoing| outgoing.id == id)
    }

    /// Whether any event to somebody was given up.
    pub(crate) fn has_failed(&self, to: UserId) -> bool {
        self.entries.values().any(|entry| entry.outgoing.to == to && entry.outgoing.failed)
    }

    fn take(&mut self, gone: impl Fn(&Outgoing) -> bool) -> Vec<(u64, MessageId, Option<Token>)> {
        let mut taken = Vec::new();
        self.entries.retain(|key, entry| {
            let goes = gone(&entry.outgoing);
            if goes {
                taken.push((*key, entry.outgoing.id, entry.token));
            }
            !goes
        });
        for (_, id, token) in &taken {
            self.by_id.remove(id);
            if let Some(token) = token {
                self.by_token.remove(token);
            }
        }
        taken
    }
}

impl Entry {
    fn is_waiting(&self) -> bool {
        self.stored && self.token.is_none() && !self.outgoing.failed
    }
}

/// 2 s, doubling up to 5 min, spread by 30 % either way.
fn resend_after(attempts: u32, jitter: u64) -> Duration {
    let plain = FIRST_RESEND.saturating_mul(1 << attempts.saturating_sub(1).min(10)).min(LAST_RESEND);
    plain * u32::try_from(70 + jitter % 61).unwrap_or(100) / 100
}
