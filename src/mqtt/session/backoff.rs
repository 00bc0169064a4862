//! When to try again: full jitter, 1 s to 60 s.

use std::time::Duration;

const SHORTEST: u64 = 1_000;
const LONGEST: u64 = 60_000;

/// How long to wait before the next attempt.
#[derive(Debug)]
pub(super) struct Backoff {
    attempts: u32,
    random: u64,
}

impl Backoff {
    pub(super) fn new(seed: u64) -> Self {
        Self { attempts: 0, random: seed }
    }

    pub(super) fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Between one second and a ceiling that doubles with each attempt.
    pub(super) fn next(&mut self) -> Duration {
        self.attempts = (self.attempts + 1).min(16);
        let ceiling = (SHORTEST << self.attempts).min(LONGEST);
        let span = ceiling - SHORTEST + 1;
        Duration::from_millis(SHORTEST + self.random() % span)
    }

    /// splitmix64.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
