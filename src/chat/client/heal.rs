//! Putting right what others can spoil as often as they like: soon, but ever more rarely while they go on.

use std::time::Duration;

use crate::time::Instant;

/// At most one repair in this time: whoever spoils it could otherwise make us mend without end.
const INTERVAL: Duration = Duration::from_secs(10);
/// The interval doubles with each repair up to this one, and begins anew when one has held for as long.
const LAST_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// When something is put right again: a retained document of our own, by publishing it; what is known of somebody's
/// devices, by asking.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heal {
    pub(super) due: Option<Instant>,
    last: Option<Instant>,
    /// It was found spoiled, and is not mended yet.
    broken: bool,
    repairs: u32,
}

impl Heal {
    /// Soon, but not more often than the interval allows.
    pub(super) fn ask(&mut self, wait: Duration, now: Instant) {
        let doubled = INTERVAL.saturating_mul(1 << self.repairs.saturating_sub(1).min(8));
        let earliest = self.last.map_or(now, |last| last + doubled.min(LAST_INTERVAL));
        let due = earliest.max(now + wait);
        self.due = Some(self.due.map_or(due, |before| before.min(due)));
    }

    /// Somebody has spoiled it.
    pub(super) fn repair(&mut self, wait: Duration, now: Instant) {
        let held = self.last.is_some_and(|last| now.since(last) >= LAST_INTERVAL);
        if held && !self.broken {
            self.repairs = 0;
        }
        self.broken = true;
        self.ask(wait, now);
    }

    /// Somebody has spoiled it: whether it may be put right at once.
    pub(super) fn may_mend(&mut self, now: Instant) -> bool {
        self.repair(Duration::ZERO, now);
        let is_due = self.is_due(now);
        if is_due {
            self.done(now);
        }
        is_due
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    pub(super) fn done(&mut self, now: Instant) {
        let repairs = self.repairs + u32::from(self.broken);
        *self = Self { due: None, last: Some(now), broken: false, repairs };
    }

    pub(super) fn well(&mut self) {
        self.due = None;
        self.broken = false;
    }
}
