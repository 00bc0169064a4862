//! The clocks of this machine.

use std::time::SystemTime;

use kith::time::{Instant, Now, Timestamp};

/// The clocks of this machine.
#[derive(Clone, Copy)]
pub(crate) struct Clock(std::time::Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub(crate) fn instant(self) -> Instant {
        Instant::default() + self.0.elapsed()
    }

    pub(crate) fn now(self) -> Now {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Now { instant: self.instant(), timestamp: Timestamp::default() + since_1970 }
    }
}
