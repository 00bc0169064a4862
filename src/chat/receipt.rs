//! Which sequence numbers have come: what a receipt says, and what tells a repeated event from a new one.

/// How many separate runs are kept; beyond that the sender is told nothing and sends again later.
const MAX_RUNS: usize = 256;

/// How far beyond the highest known number the next one may be: a sender has at most 5,000 events on their way.
pub(crate) const MAX_JUMP: u64 = 1 << 20;

/// A set of sequence numbers from 1, as sorted runs that neither touch nor overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeqSet {
    runs: Vec<(u64, u64)>,
}

impl SeqSet {
    /// Takes runs in any order, as a peer or a record tells them; nonsense runs are dropped, and so are more than any
    /// two sets together have.
    pub(crate) fn from_runs(runs: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut sorted = Vec::new();
        let sane = runs.into_iter().filter(|&(first, last)| first >= 1 && first <= last);
        for run in sane.take(2 * MAX_RUNS) {
            // Mostly they come in order.
            let at = sorted.partition_point(|before| *before <= run);
            sorted.insert(at, run);
        }
        let mut set = Self::default();
        for (first, last) in sorted {
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

    /// Whether a number stands at the beginning or the end of a run.
    pub(crate) fn is_end(&self, seq: u64) -> bool {
        let after = self.runs.partition_point(|run| run.0 <= seq);
        after > 0 && (self.runs[after - 1].0 == seq || self.runs[after - 1].1 == seq)
    }

    /// The highest number in the set, 0 where it is empty.
    pub(crate) fn highest(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.1)
    }

    /// Adds a number; false where it was in the set already, or cannot be taken in.
    pub(crate) fn insert(&mut self, seq: u64) -> bool {
        let known_or_absurd = seq == 0 || self.contains(seq) || seq > self.highest().saturating_add(MAX_JUMP);
        if known_or_absurd {
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
            (false, false) if self.runs.len() >= MAX_RUNS => return false,
            (false, false) => self.runs.insert(at, (seq, seq)),
        }
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// What is in both sets.
    pub(crate) fn within(&self, other: &Self) -> Self {
        let cut = |run: &(u64, u64), of: &(u64, u64)| (run.0.max(of.0), run.1.min(of.1));
        let common = self.runs.iter().flat_map(|run| other.runs.iter().map(move |of| cut(run, of)));
        Self::from_runs(common)
    }

    /// What is in this set and not in another.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let starts = [0].into_iter().chain(other.runs.iter().map(|run| run.1.saturating_add(1)));
        let ends = other.runs.iter().map(|run| run.0 - 1).chain([u64::MAX]);
        self.within(&Self { runs: starts.zip(ends).collect() })
    }

    /// Adds all numbers of another set.
    pub(crate) fn merge(&mut self, other: &Self) {
        *self = Self::from_runs(self.runs.iter().chain(&other.runs).copied());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_one_set_and_not_in_another_is_told_apart() {
        let set = |runs: &[(u64, u64)]| SeqSet::from_runs(runs.iter().copied());
        let (some, others) = (set(&[(1, 5), (8, 20)]), set(&[(3, 9), (12, 12)]));
        assert_eq!(some.within(&others), set(&[(3, 5), (8, 9), (12, 12)]));
        assert_eq!(some.without(&others), set(&[(1, 2), (10, 11), (13, 20)]));
        assert_eq!(some.without(&set(&[])), some);
        assert!(some.without(&set(&[(1, u64::MAX)])).is_empty());
    }

    #[test]
    fn a_full_set_still_closes_its_gaps() {
        let mut set = SeqSet::default();
        for n in 1..=MAX_RUNS as u64 {
            assert!(set.insert(2 * n));
        }
        assert!(!set.insert(1_000), "there is no room for another run");
        assert!(set.insert(3), "a number that joins two runs makes room");
        assert!(set.insert(1_000));
        assert!(!set.insert(0) && !set.insert(u64::MAX));
    }
}
