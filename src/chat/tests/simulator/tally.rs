//! How often what was done, found and recovered.

use std::collections::BTreeMap;

/// Counts of a run, or of many.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By what happened.
    pub counts: BTreeMap<String, u64>,
    /// How many messages people have written.
    pub messages: u64,
    /// How many of them were looked for at the other side.
    pub checked: u64,
    /// How many faults were thrown.
    pub faults: u64,
    /// How many packets devices have sent.
    pub packets: u64,
    /// How many things were handed over.
    pub steps: u64,
    /// How many runs that was.
    pub runs: u64,
}

impl Tally {
    pub(super) fn count(&mut self, what: &str) {
        self.add(what, 1);
    }

    pub(super) fn add(&mut self, what: &str, times: u64) {
        match self.counts.get_mut(what) {
            Some(count) => *count += times,
            None => drop(self.counts.insert(what.into(), times)),
        }
    }

    /// Adds another run, or many of them.
    pub fn join(&mut self, other: &Self) {
        for (what, times) in &other.counts {
            self.add(what, *times);
        }
        self.messages += other.messages;
        self.checked += other.checked;
        self.faults += other.faults;
        self.packets += other.packets;
        self.steps += other.steps;
        self.runs += other.runs;
    }
}
