//! When receipts came: at which time own events up to a number had been delivered, or read.

use crate::time::Timestamp;

/// How many times are kept: older messages than these cover have none.
const MAX: usize = 64;

/// Numbers in ascending order, each with the time, in milliseconds since 1970, at which a receipt first named it and
/// all since the one before. Time 0: nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Noted(Vec<(u64, u64)>);

impl Noted {
    pub(crate) fn from_pairs(pairs: Vec<(u64, u64)>) -> Self {
        Self(pairs)
    }

    pub(crate) fn pairs(&self) -> &[(u64, u64)] {
        &self.0
    }

    /// A receipt has brought the highest number from one to another.
    pub(crate) fn note(&mut self, from: u64, to: u64, now: Timestamp) {
        if to <= from {
            return;
        }
        if self.0.is_empty() && from > 0 {
            self.0.push((from, 0));
        }
        self.0.push((to, now.0));
        if self.0.len() > MAX {
            self.0.remove(0);
            // What it covers reached down to the one that is gone.
            self.0[0].1 = 0;
        }
    }

    /// When the event with this number was.
    pub(crate) fn at(&self, seq: u64) -> Option<Timestamp> {
        let at = self.0.partition_point(|(number, _)| *number < seq);
        self.0.get(at).map(|(_, time)| Timestamp(*time)).filter(|time| time.0 > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_time_of_the_receipt_that_first_named_it() {
        let mut noted = Noted::default();
        noted.note(0, 3, Timestamp(10));
        noted.note(3, 3, Timestamp(15));
        noted.note(3, 4, Timestamp(20));
        let times = [1, 3, 4, 5].map(|seq| noted.at(seq).map(|time| time.0));
        assert_eq!(times, [Some(10), Some(10), Some(20), None]);
    }

    #[test]
    fn what_nobody_noted_has_no_time_and_the_newest_are_kept() {
        let mut noted = Noted::default();
        noted.note(7, 8, Timestamp(10));
        assert_eq!((noted.at(7), noted.at(8)), (None, Some(Timestamp(10))));
        (8..108).for_each(|seq| noted.note(seq, seq + 1, Timestamp(seq)));
        assert_eq!(noted.pairs().len(), MAX);
        assert_eq!((noted.at(8), noted.at(40), noted.at(108)), (None, None, Some(Timestamp(107))));
    }
}
