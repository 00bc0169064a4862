//! The one pool of Packet Identifiers \[MQTT-2.3.1-2\].

const WORDS: usize = 1024;

/// Which identifiers are in use, one bit each.
#[derive(Debug)]
pub(super) struct Ids {
    used: Vec<u64>,
    last: u16,
    free: usize,
}

impl Ids {
    pub(super) fn new() -> Self {
        let mut used = vec![0; WORDS];
        // 0 is no Packet Identifier.
        used[0] = 1;
        Self { used, last: 0, free: usize::from(u16::MAX) }
    }

    pub(super) fn free(&self) -> usize {
        self.free
    }

    /// The next unused identifier after the last one handed out; none when all are in use.
    pub(super) fn take(&mut self) -> Option<u16> {
        let start = self.last.wrapping_add(1);
        let first = usize::from(start) / 64;
        // The first word is looked at twice: from `start` on, and in the end as a whole.
        let mut mask = u64::MAX << (start % 64);
        for step in 0..=WORDS {
            let word = (first + step) % WORDS;
            let open = !self.used[word] & mask;
            if open != 0 {
                let bit = open.trailing_zeros();
                self.used[word] |= 1 << bit;
                self.free -= 1;
                self.last = (word * 64) as u16 + bit as u16;
                return Some(self.last);
            }
            mask = u64::MAX;
        }
        None
    }

    pub(super) fn release(&mut self, id: u16) {
        let (word, bit) = (usize::from(id) / 64, 1 << (id % 64));
        if id != 0 && self.used[word] & bit != 0 {
            self.used[word] &= !bit;
            self.free += 1;
        }
    }
}
