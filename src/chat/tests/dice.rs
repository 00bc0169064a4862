//! Dice of a seed: equal seeds throw alike.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Dice.
#[derive(Debug)]
pub(super) struct Dice(ChaCha20Rng);

impl Dice {
    /// Dice for one purpose: what is thrown for one changes nothing for another.
    pub(super) fn new(seed: u64, purpose: u8) -> Self {
        let mut bytes = [purpose; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        Self(ChaCha20Rng::from_seed(bytes))
    }

    /// A number below `end`; 0 where there is none.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        let thrown = self.0.next_u64();
        if end == 0 { 0 } else { thrown % end }
    }

    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }

    pub(super) fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// Whether something happens that happens so often in a thousand.
    pub(super) fn permille(&mut self, often: u32) -> bool {
        often > 0 && self.below(1_000) < u64::from(often)
    }

    pub(super) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(self.index(among.len()))
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.index(end + 1));
        }
    }
}
