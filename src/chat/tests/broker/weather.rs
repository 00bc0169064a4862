//! What goes wrong at a broker by chance.

use std::collections::BTreeMap;

use super::super::dice::Dice;
use super::{Broker, Connection, Held, Session};

/// How often in a thousand what goes wrong, by the dice.
#[derive(Debug)]
pub(in crate::chat::tests) struct Weather {
    pub(in crate::chat::tests) dice: Dice,
    /// A QoS 1 message to a subscriber is lost after PUBACK.
    pub(in crate::chat::tests) loses: u32,
    /// A message to a subscriber comes twice or three times.
    pub(in crate::chat::tests) doubles: u32,
    /// A message is altered on its way to a subscriber.
    pub(in crate::chat::tests) spoils: u32,
    /// A backlog comes in any order.
    pub(in crate::chat::tests) shuffles: u32,
    /// What is to be retained is not.
    pub(in crate::chat::tests) forgets_retained: u32,
    /// A kept session is told to be a new one.
    pub(in crate::chat::tests) denies_session: u32,
    /// A session is told to be kept whose queue is lost.
    pub(in crate::chat::tests) empties_session: u32,
    /// A session is told to be kept whose subscriptions are lost.
    pub(in crate::chat::tests) deafens_session: u32,
    /// DUP stands where it means nothing, or is missing.
    pub(in crate::chat::tests) marks_at_random: u32,
    /// How often each went wrong.
    pub(in crate::chat::tests) counts: BTreeMap<&'static str, u64>,
}

impl Weather {
    /// Nothing goes wrong.
    pub(in crate::chat::tests) fn fair(dice: Dice) -> Self {
        Self {
            dice,
            loses: 0,
            doubles: 0,
            spoils: 0,
            shuffles: 0,
            forgets_retained: 0,
            denies_session: 0,
            empties_session: 0,
            deafens_session: 0,
            marks_at_random: 0,
            counts: BTreeMap::new(),
        }
    }

    /// All goes well from now on.
    pub(in crate::chat::tests) fn clear_up(&mut self) {
        let Self { dice, counts, .. } = std::mem::replace(self, Self::fair(Dice::new(0, 0)));
        *self = Self { counts, ..Self::fair(dice) };
    }

    fn strikes(&mut self, what: &'static str, often: u32) -> bool {
        let strikes = self.dice.permille(often);
        if strikes {
            *self.counts.entry(what).or_default() += 1;
        }
        strikes
    }

    pub(super) fn loses(&mut self) -> bool {
        self.strikes("message lost", self.loses)
    }

    pub(super) fn copies(&mut self) -> usize {
        if self.strikes("message doubled", self.doubles) { 2 + self.dice.index(2) } else { 1 }
    }

    pub(super) fn spoil(&mut self, held: &mut Held) {
        if !held.payload.is_empty() && self.strikes("message altered", self.spoils) {
            let at = self.dice.index(held.payload.len());
            held.payload[at] ^= 1 << self.dice.below(8);
        }
    }

    pub(super) fn shuffle(&mut self, backlog: &mut [Held]) {
        if backlog.len() > 1 && self.strikes("backlog shuffled", self.shuffles) {
            self.dice.shuffle(backlog);
        }
    }

    pub(super) fn forgets_retained(&mut self) -> bool {
        self.strikes("retained lost", self.forgets_retained)
    }

    pub(super) fn denies_session(&mut self) -> bool {
        self.strikes("session denied", self.denies_session)
    }

    pub(super) fn mark(&mut self, duplicate: bool) -> bool {
        if self.strikes("DUP at random", self.marks_at_random) { !duplicate } else { duplicate }
    }

    pub(super) fn empty(&mut self, session: &mut Session) {
        if self.strikes("queue of a kept session lost", self.empties_session) {
            session.queue.clear();
            session.unacked.clear();
        }
        if self.strikes("subscriptions of a kept session lost", self.deafens_session) {
            session.filters.clear();
        }
    }
}

/// What of a broker is on its disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Autosave {
    sessions: BTreeMap<String, Session>,
    retained: BTreeMap<String, Held>,
}

/// What a broker comes back with after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat::tests) enum Remembers {
    Nothing,
    /// What it had at the last autosave.
    Autosave,
    Everything,
}

impl Broker {
    /// Writes to disk what there is.
    pub(in crate::chat::tests) fn autosave(&mut self) {
        self.saved = Autosave { sessions: self.sessions.clone(), retained: self.retained.clone() };
    }

    /// Another client with this one's Client Identifier connects, takes what waits, and goes.
    pub(in crate::chat::tests) fn usurp(&mut self, connection: Connection) {
        let Some(name) = self.clients.get(&connection).map(|client| client.name.clone()) else { return };
        self.close(connection);
        if let Some(session) = self.sessions.get_mut(&name) {
            session.queue.clear();
            session.unacked.clear();
        }
    }

    /// Killed and started again.
    pub(in crate::chat::tests) fn crash(&mut self, remembers: Remembers) {
        match remembers {
            Remembers::Nothing => self.restart(false),
            Remembers::Everything => self.restart(true),
            Remembers::Autosave => {
                self.restart(false);
                self.sessions = self.saved.sessions.clone();
                self.retained = self.saved.retained.clone();
                for session in self.sessions.values_mut() {
                    session.offline();
                }
            }
        }
    }
}
