//! Which pre-key messages began a session already. vodozemac begins a second session from the same message when it was
//! made with a fallback key, so every (identity key, base key) is kept for as long as the fallback key lives.
//!
//! So that nobody fills this memory, and with it the way to a new session for everybody else, each contact may begin so
//! many in the life of a key, and all strangers together so many. How many have begun is all that is remembered of whom:
//! the longer the key lives, the more may have.

use std::time::Duration;

use litemap::LiteMap;
use vodozemac::Curve25519PublicKey;

use super::device::ROTATION;
use super::hash::short;
use super::key::Fingerprint;
use super::olm::PreKeyMessage;
use crate::cbor::{Reader, WireError, Writer};

/// Who has begun a session: for whom it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A person that this one has to do with, by their key. What others do takes nothing of theirs away.
    Contact(Fingerprint),
    /// Anybody else: one allowance for all, since keys cost nothing.
    Stranger,
}

/// A session has begun from these keys; it must not be kept before [`super::device::Device::admit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Began {
    pub(super) fallback: Curve25519PublicKey,
    name: [u8; 16],
}

impl Began {
    pub(super) fn by(message: &PreKeyMessage) -> Self {
        let keys = message.session_keys();
        let name = short(&[b"kith/1/seen", keys.identity_key.as_bytes(), keys.base_key.as_bytes()]);
        Self { fallback: message.one_time_key(), name }
    }
}

/// No session may begin from these keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeenError {
    /// One began already.
    #[error("the pre-key message was used before")]
    Replay,
    /// The sender has begun too many.
    #[error("too many sessions have begun")]
    Full,
}

/// How many sessions may begin from one fallback key: some at once, and one more whenever it is so much older.
struct Allowance {
    at_once: u64,
    every: Duration,
}

impl Allowance {
    /// In all of a key's life, two rotations, some 2,000 for a contact (32 KiB) and 21,000 for strangers (330 KiB).
    fn of(sender: Sender) -> Self {
        match sender {
            Sender::Contact(_) => Self { at_once: 30, every: Duration::from_secs(10 * 60) },
            Sender::Stranger => Self { at_once: 1_000, every: Duration::from_secs(60) },
        }
    }

    fn at(&self, age: Duration) -> u64 {
        // A clock that is wrong makes no key older than it can be.
        self.at_once + age.min(2 * ROTATION).as_secs() / self.every.as_secs()
    }
}

/// The base keys that came for one fallback key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    names: Vec<[u8; 16]>,
    /// How many of them by whom; strangers have no fingerprint.
    begun: LiteMap<Option<Fingerprint>, u64>,
}

impl Seen {
    /// Where the name belongs, if it is new.
    fn place(&self, began: &Began) -> Result<usize, SeenError> {
        self.names.binary_search(&began.name).map_or_else(Ok, |_| Err(SeenError::Replay))
    }

    pub(super) fn check(&self, began: &Began) -> Result<(), SeenError> {
        self.place(began).map(drop)
    }

    /// Remembers what began, unless it is known or the sender has begun too many. `age` is the fallback key's.
    pub(super) fn insert(&mut self, began: &Began, sender: Sender, age: Duration) -> Result<(), SeenError> {
        let at = self.place(began)?;
        let whose = match sender {
            Sender::Contact(key) => Some(key),
            Sender::Stranger => None,
        };
        let begun = self.begun.get(&whose).copied().unwrap_or_default();
        if begun >= Allowance::of(sender).at(age) {
            return Err(SeenError::Full);
        }
        self.begun.insert(whose, begun + 1);
        self.names.insert(at, began.name);
        Ok(())
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.bytes(self.names.as_flattened()).open(self.begun.len() as u64);
        for (whose, begun) in &self.begun {
            writer.open(2).maybe(*whose, |writer, key| writer.bytes(&key.0)).number(*begun);
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let (names, rest) = reader.bytes()?.as_chunks();
        let sorted = rest.is_empty() && names.is_sorted();
        let one =
            |reader: &mut Reader<'_>| Ok((reader.maybe(Reader::id)?.map(Fingerprint), reader.number()?));
        let begun = reader.list(|reader| reader.array(one))?.into_iter().collect();
        if sorted { Ok(Self { names: names.to_vec(), begun }) } else { Err(WireError::Malformed) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const ADA: Sender = Sender::Contact(Fingerprint([1; 16]));
    const BOB: Sender = Sender::Contact(Fingerprint([2; 16]));

    fn began(number: u32) -> Began {
        let mut name = [1; 16];
        name[..4].copy_from_slice(&number.to_be_bytes());
        Began { fallback: Curve25519PublicKey::from_bytes([3; 32]), name }
    }

    /// How many of these begin.
    fn fill(seen: &mut Seen, sender: Sender, age: Duration, numbers: std::ops::Range<u32>) -> usize {
        numbers.filter(|number| seen.insert(&began(*number), sender, age).is_ok()).count()
    }

    #[test]
    fn each_base_key_is_taken_once_also_after_a_restart() {
        let mut seen = Seen::default();
        for (number, sender) in [(5, ADA), (1, BOB), (9, Sender::Stranger), (3, ADA)] {
            assert_eq!(seen.check(&began(number)), Ok(()));
            assert_eq!(seen.insert(&began(number), sender, DAY), Ok(()));
            for again in [ADA, BOB, Sender::Stranger] {
                assert_eq!(seen.insert(&began(number), again, DAY), Err(SeenError::Replay));
            }
        }
        let mut writer = Writer::array(2);
        seen.write(&mut writer);
        let bytes = writer.into_bytes();
        let stored = Seen::read(&mut Reader::new(&bytes).unwrap()).unwrap();
        assert_eq!(stored.names.len(), 4);
        assert_eq!(stored, seen);
        for number in [1, 3, 5, 9] {
            assert_eq!(stored.check(&began(number)), Err(SeenError::Replay));
        }
        assert_eq!(stored.check(&began(2)), Ok(()));
    }

    #[test]
    fn nobody_takes_the_room_of_another() {
        let mut seen = Seen::default();
        assert_eq!(fill(&mut seen, Sender::Stranger, Duration::ZERO, 0..70_000), 1_000);
        assert_eq!(fill(&mut seen, ADA, Duration::ZERO, 100_000..100_100), 30);
        assert_eq!(fill(&mut seen, BOB, Duration::ZERO, 200_000..200_100), 30, "Bob's is his own");
        assert_eq!(seen.check(&began(0)), Err(SeenError::Replay), "and what began stays known");
        assert_eq!(seen.insert(&began(0), BOB, DAY), Err(SeenError::Replay));
    }

    #[test]
    fn with_time_everybody_may_begin_more_and_never_without_end() {
        let mut seen = Seen::default();
        assert_eq!(fill(&mut seen, ADA, Duration::ZERO, 0..40), 30);
        assert_eq!(fill(&mut seen, ADA, Duration::from_secs(599), 40..50), 0);
        assert_eq!(fill(&mut seen, ADA, Duration::from_secs(600), 50..60), 1);
        assert_eq!(fill(&mut seen, ADA, DAY, 60..1_000), 143, "144 a day");
        assert_eq!(fill(&mut seen, ADA, 3_650 * DAY, 1_000..10_000), 30 + 14 * 144 - 174);
        assert_eq!(fill(&mut seen, Sender::Stranger, 3_650 * DAY, 10_000..50_000), 1_000 + 14 * 1_440);
    }
}
