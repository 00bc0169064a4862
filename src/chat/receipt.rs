//! Which sequence numbers have come: what a receipt says, and what tells a repeated event from a new one.

/// How many separate runs are kept; beyond that the sender is told nothing and sends again later.
const MAX_RUNS: usize = 256;

/// How far beyond the highest known number the next one may be: a sender has at most 5,000 events on their way.
const MAX_JUMP: u64 = 1 << 20;

/// A set of sequence numbers from 1, as sorted runs that neither touch nor overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeqSet {
    runs: Vec<(u64, u64)>,
}

impl SeqSet {
    /// Takes runs in any order, as a peer or a record tells them; nonsense runs are dropped.
    pub(crate) fn from_runs(runs: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut runs: Vec<_> =
            runs.into_iter().filter(|&(first, last)| first >= 1 && first <= last).collect();
        runs.sort_unstable();
        let mut set = Self::default();
        for (first, last) in runs {
            match set.runs.last_mut() {
                Some(end) if first <= end.1.saturating_add(1) => end.1 = end.1.max(last),
                _ => set.runs.push((first, last)),
            }
        }
        set.runs.truncate(MAX_RUNS);
        set
    }

    pub(crate) fn runs(&self) -> &[(u64, u64)] {
        &self.runs
    }

    pub(crate) fn contains(&self, seq: u64) -> bool {
        let after = self.runs.partition_point(|run| run.0 <= seq);
        after > 0 && self.runs[after - 1].1 >= seq
    }

    /// The highest number in the set, 0 where it is empty.
    pub(crate) fn highest(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.1)
    }

    /// Adds a number; false where it was in the set already, or cannot be taken in.
    pub(crate) fn insert(&mut self, seq: u64) -> bool {
        if seq == 0 || self.contains(seq) || !self.admits(seq) {
            return false;
        }
        let at = self.runs.partition_point(|run| run.0 <= seq);
        let joins_before = at > 0 && self.runs[at - 1].1 + 1 == seq;
        let joins_after = self.runs.get(at).is_some_and(|run| run.0 == seq + 1);
        match (joins_before, joins_after) {
            (true, true) => {
                self.runs[at - 1].1 = self.runs[at].1;
                self.runs.remove(at);
            }
            (true, false) => self.runs[at - 1].1 = seq,
            (false, true) => self.runs[at].0 = seq,
            (false, false) => self.runs.insert(at, (seq, seq)),
        }
        true
    }

    /// Whether a number could be added: known ones could, and new ones that are not absurdly far ahead.
    pub(crate) fn admits(&self, seq: u64) -> bool {
        seq >= 1 && seq <= self.highest().saturating_add(MAX_JUMP) && self.runs.len() < MAX_RUNS
    }

    /// Adds all numbers of another set.
    pub(crate) fn merge(&mut self, other: &Self) {
        *self = Self::from_runs(self.runs.iter().chain(&other.runs).copied());
    }
}
