//! How often the session may be woken.

use std::time::Duration;

use crate::time::Instant;

/// Once in this time: some brokers punish more than one attempt to connect in a second (R18).
const INTERVAL: Duration = Duration::from_secs(1);

/// What comes too soon after the last time is made up for.
#[derive(Debug, Default)]
pub(super) struct Waking {
    last: Option<Instant>,
    pub(super) due: Option<Instant>,
    /// The person wants it: also where the session has stopped.
    pub(super) wanted: bool,
}

impl Waking {
    /// Whether the session may be woken now, and whether the person wants it; if not now, then a little later.
    pub(super) fn admit(&mut self, now: Instant) -> Option<bool> {
        let earliest = self.last.map_or(now, |last| last + INTERVAL);
        if earliest > now {
            self.due = Some(earliest);
            return None;
        }
        let Self { wanted, .. } = std::mem::take(self);
        self.last = Some(now);
        Some(wanted)
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }
}
