//! How old connections get. Somebody on the way may close each of them at the same age (R23): then the person can do
//! something about it, and is told.

use std::time::Duration;

use super::super::change::Change;
use super::Client;
use crate::time::Instant;

/// How far apart two ages may be and still count as the same.
const SPREAD: Duration = Duration::from_secs(2);
/// What closes younger than this closes for other reasons.
const YOUNG: Duration = Duration::from_secs(20);
/// After so many of the same age it is no accident.
const ALIKE: u8 = 3;

/// The ages of the last connections.
#[derive(Debug, Default)]
pub(super) struct Ages {
    since: Option<Instant>,
    last: Duration,
    /// How many in a row were of that age.
    alike: u8,
    /// What the screens know.
    pub(super) told: Option<u64>,
}

impl Ages {
    pub(super) fn opened(&mut self, now: Instant) {
        self.since = Some(now);
    }

    fn closed(&mut self, now: Instant) {
        let Some(age) = self.since.take().map(|since| now.since(since)) else { return };
        let same = age.abs_diff(self.last) <= SPREAD;
        self.alike = if age <= YOUNG { 0 } else { self.alike * u8::from(same) + 1 };
        self.alike = self.alike.min(ALIKE);
        self.last = age;
    }

    fn outlived(&self, now: Instant) -> bool {
        self.since.is_some_and(|since| now.since(since) > self.last + SPREAD)
    }
}

impl Client {
    /// The other side closed the connection that was open.
    pub(super) fn note_age(&mut self) {
        self.link.ages.closed(self.now.instant);
        self.tell_age();
    }

    /// The connection that is open may be older than any before by now.
    pub(super) fn check_age(&mut self) {
        if self.link.ages.told.is_some() && self.link.ages.outlived(self.now.instant) {
            self.forget_ages();
        }
    }

    /// Something else is tried: nothing is known of its ages.
    pub(super) fn forget_ages(&mut self) {
        self.link.ages.alike = 0;
        self.tell_age();
    }

    fn tell_age(&mut self) {
        let ages = &mut self.link.ages;
        let age = (ages.alike == ALIKE).then(|| (ages.last + Duration::from_millis(500)).as_secs());
        if ages.told != age {
            ages.told = age;
            self.show(Change::ClosesAfter(age));
        }
    }
}
