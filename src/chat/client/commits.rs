//! Group commit: a few `Save`s are on their way at the most, and everything that happens meanwhile is gathered into the
//! next. What a person does waits for none: the page may be closed in the next moment, and a transaction that is only
//! begun then is the browser's to drop.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use litemap::LiteMap;

use super::super::arrivals::ArrivalKey;
use super::super::change::{Change, Form};
use super::super::command::Origin;
use super::super::id::{ConversationId, TabId, Ticket, UserId};
use super::super::record::{Record, Table, Write};
use super::super::stored::SessionsOf;
use super::super::timeline::Entry;
use super::super::wire::Receipt;
use crate::mqtt::{PacketId, Publish};
use crate::time::Instant;

/// How many saves may be on their way: few enough that a burst is gathered.
const MAX_ON_THE_WAY: usize = 3;

/// How long to wait before a failed save is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// How long what may wait is kept back: drafts for more keys, what is only for show for the next save.
const PATIENCE: Duration = Duration::from_millis(500);

/// The last write to each record: its value, or none where it is deleted.
type Writes = LiteMap<(Table, Vec<u8>), Option<Arc<[u8]>>>;

/// Writes that become durable together, and what may follow only then.
#[derive(Debug, Default)]
pub(super) struct Step {
    writes: Writes,
    /// Conversations whose record is written in its state at the time of the save.
    threads: LiteMap<ConversationId, ()>,
    /// Conversations whose receipts follow.
    receipts: LiteMap<ConversationId, ()>,
    /// What else is written in its state at the time of the save.
    keys: TouchedKeys,
    then: Vec<Then>,
}

/// Keys that have changed.
#[derive(Debug, Default)]
pub(super) struct TouchedKeys {
    pub(super) device: bool,
    pub(super) keyrings: LiteMap<UserId, ()>,
    pub(super) sessions: LiteMap<SessionsOf, ()>,
}

/// What follows a save.
#[derive(Debug)]
pub(super) enum Then {
    /// Acknowledge to the broker.
    Ack(PacketId),
    /// Show in the timeline.
    Insert(Entry),
    /// The outbox row may leave.
    Release(u64),
    /// Publish a request or an answer.
    Publish(Publish),
    /// Publish what is said besides.
    Emit(Publish),
    /// Tell the screens.
    Show(Change),
    /// A form's command is carried out.
    Done(Form),
    /// So is the composer's, in this tab.
    Composed(TabId),
    /// A tab's command is carried out.
    Took(Origin),
    /// The account exists: go to work.
    Begin,
    /// A backup is in its place: take it up as if it had always been here.
    TakeUp,
    /// This receipt is due: it says what is stored by now, and no more. Where it can leave at once it is sealed.
    Owe(ConversationId, Receipt, Option<Bytes>),
    /// Look into storage for what an event is about: not before it is stored, with what came with it.
    Seek(ArrivalKey),
    /// The profile is to be told.
    Info,
    /// The documents about our keys are to be told.
    Papers,
}

/// The queue of steps: some on their way, one gathering.
#[derive(Debug, Default)]
pub(super) struct Commits {
    gathering: Step,
    /// In order.
    on_the_way: VecDeque<(Ticket, Step)>,
    retry_at: Option<Instant>,
    /// Goes with the next save, or after a while with one of its own. Nothing that was lost with it would be missed.
    later: Step,
    later_due: Option<Instant>,
}

impl Step {
    fn is_empty(&self) -> bool {
        let keys = &self.keys;
        let touched = keys.device || !keys.keyrings.is_empty() || !keys.sessions.is_empty();
        let touched = touched || !self.threads.is_empty() || !self.receipts.is_empty();
        self.writes.is_empty() && !touched && self.then.is_empty()
    }

    fn write(&mut self, write: Write) {
        match write {
            Write::Put(record) => self.writes.insert((record.table, record.key), Some(record.value)),
            Write::Delete(table, key) => self.writes.insert((table, key), None),
        };
    }

    /// Puts a failed step before what was gathered meanwhile: later writes to the same record win.
    fn prepend(&mut self, failed: Self) {
        let later = std::mem::replace(self, failed);
        for (key, value) in later.writes {
            self.writes.insert(key, value);
        }
        for (thread, ()) in later.threads {
            self.threads.insert(thread, ());
        }
        for (thread, ()) in later.receipts {
            self.receipts.insert(thread, ());
        }
        self.keys.device |= later.keys.device;
        for (id, ()) in later.keys.keyrings {
            self.keys.keyrings.insert(id, ());
        }
        for (of, ()) in later.keys.sessions {
            self.keys.sessions.insert(of, ());
        }
        self.then.extend(later.then);
    }
}

impl Commits {
    pub(super) fn write(&mut self, write: Write) {
        self.gathering.write(write);
    }

    /// The last write to a record, where it is not known to be durable yet: what it will hold, if anything.
    fn pending(&self, place: &(Table, Vec<u8>)) -> Option<&Option<Arc<[u8]>>> {
        let steps = self.on_the_way.iter().map(|(_, step)| step).chain([&self.later, &self.gathering]);
        steps.rev().find_map(|step| step.writes.get(place))
    }

    /// What a record will hold, where its last write is not known to be durable yet.
    pub(super) fn unsaved(&self, table: Table, key: &[u8]) -> Option<Record> {
        let place = (table, key.to_vec());
        let value = self.pending(&place)?.clone()?;
        Some(Record { table, key: place.1, value })
    }

    /// The keys of a table within bounds that are written and not known to be durable yet.
    pub(super) fn unsaved_keys(&self, table: Table, from: &[u8], to: &[u8]) -> Vec<Vec<u8>> {
        let steps = self.on_the_way.iter().map(|(_, step)| step).chain([&self.later, &self.gathering]);
        let keys = steps.flat_map(|step| step.writes.keys());
        let within = |key: &&(Table, Vec<u8>)| key.0 == table && (from..to).contains(&key.1.as_slice());
        keys.filter(within).map(|(_, key)| key.clone()).collect()
    }

    /// Whether a record that storage still told is to be deleted.
    pub(super) fn deletes(&self, record: &Record) -> bool {
        self.pending(&(record.table, record.key.clone())).is_some_and(Option::is_none)
    }

    pub(super) fn touch(&mut self, thread: ConversationId) {
        self.gathering.threads.insert(thread, ());
    }

    /// This device's keys, or the documents about them, have changed.
    pub(super) fn touch_device(&mut self) {
        self.gathering.keys.device = true;
    }

    /// What is known of somebody's keys has changed.
    pub(super) fn touch_keyring(&mut self, of: UserId) {
        self.gathering.keys.keyrings.insert(of, ());
    }

    /// A session has moved on.
    pub(super) fn touch_sessions(&mut self, of: SessionsOf) {
        self.gathering.keys.sessions.insert(of, ());
    }

    /// The keys that the next save holds.
    pub(super) fn take_keys(&mut self) -> TouchedKeys {
        std::mem::take(&mut self.gathering.keys)
    }

    /// As [`Self::write`], without haste.
    pub(super) fn write_later(&mut self, record: Write, now: Instant) {
        if !self.gathering.is_empty() {
            return self.write(record);
        }
        self.later.write(record);
        self.later_due = self.later_due.or(Some(now + PATIENCE));
    }

    /// As [`Self::touch`], without haste.
    pub(super) fn touch_later(&mut self, thread: ConversationId, now: Instant) {
        self.later.threads.insert(thread, ());
        self.later_due = self.later_due.or(Some(now + PATIENCE));
    }

    /// What waits goes with the next save.
    pub(super) fn gather_later(&mut self) {
        self.later_due = None;
        self.gathering.prepend(std::mem::take(&mut self.later));
    }

    /// The other person is to be told what is stored of theirs, and what was seen.
    pub(super) fn receipt(&mut self, thread: ConversationId) {
        self.gathering.receipts.insert(thread, ());
    }

    pub(super) fn then(&mut self, then: Then) {
        self.gathering.then.push(then);
    }

    /// Whether there is something to save, and not too much on its way or no time to wait for that.
    pub(super) fn may_issue(&self, urgent: bool) -> bool {
        let room = urgent || self.on_the_way.len() < MAX_ON_THE_WAY;
        room && self.retry_at.is_none() && self.has_gathered()
    }

    /// Whether there is something to save.
    pub(super) fn has_gathered(&self) -> bool {
        !self.gathering.is_empty()
    }

    /// The conversations whose records the next save holds, and those whose receipts follow it.
    pub(super) fn take_touched(&mut self) -> [Vec<ConversationId>; 2] {
        let gathering = &mut self.gathering;
        [&mut gathering.threads, &mut gathering.receipts]
            .map(|touched| std::mem::take(touched).into_iter().map(|(id, ())| id).collect())
    }

    /// Sends the gathered step on its way.
    pub(super) fn issue(&mut self, ticket: Ticket) -> Vec<Write> {
        let step = std::mem::take(&mut self.gathering);
        let mut batch = Vec::with_capacity(step.writes.len());
        for ((table, key), value) in &step.writes {
            batch.push(match value {
                Some(value) => Write::Put(Record { table: *table, key: key.clone(), value: value.clone() }),
                None => Write::Delete(*table, key.clone()),
            });
        }
        self.on_the_way.push_back((ticket, step));
        batch
    }

    /// The step is durable: gives what may follow now.
    pub(super) fn saved(&mut self, ticket: Ticket) -> Vec<Then> {
        match self.on_the_way.pop_front_if(|(expected, _)| *expected == ticket) {
            Some((_, step)) => step.then,
            None => Vec::new(),
        }
    }

    /// The step is not durable: it goes first in the next one, after a while or at once. False where nobody
    /// waits for it any more.
    pub(super) fn failed(&mut self, ticket: Ticket, now: Instant, at_once: bool) -> bool {
        let Some(at) = self.on_the_way.iter().position(|(expected, _)| *expected == ticket) else {
            return false;
        };
        self.gather_later();
        // Those behind it are saved again after it, whatever becomes of them: the last write must be the last.
        for (_, step) in self.on_the_way.drain(at..).rev() {
            self.gathering.prepend(step);
        }
        self.retry_at = (!at_once).then(|| now + RETRY);
        true
    }

    /// What would be shown if only storage worked: the person's own words must not vanish.
    pub(super) fn own_unsaved(&self) -> Vec<Entry> {
        let inserted = |then: &Then| if let Then::Insert(entry) = then { Some(entry.clone()) } else { None };
        let own = |entry: &Entry| entry.message.delivery.is_some();
        self.gathering.then.iter().filter_map(inserted).filter(own).collect()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.retry_at.into_iter().chain(self.later_due).min()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
        }
        if self.later_due.is_some_and(|at| at <= now) {
            self.gather_later();
        }
    }
}
