//! Which pre-key messages began a session already. vodozemac begins a second session from the same message when it was
//! made with a fallback key, so every (identity key, base key) is kept for as long as the fallback key lives.

use super::hash::short;
use super::olm::SessionKeys;
use crate::cbor::{Reader, WireError, Writer};

/// How many are kept for one fallback key: 1 MiB of them. When it is full nobody begins a session until the key is
/// rotated; `chat` takes strangers' requests in so slowly that they cannot fill it.
const MAX_SEEN: usize = 64 * 1024;

/// No session may begin from these keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SeenError {
    /// One began already.
    Replay,
    /// Too many began.
    Full,
}

/// The base keys that came for one fallback key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen(Vec<[u8; 16]>);

impl Seen {
    /// Where the keys belong, if they are new.
    fn place(&self, keys: &SessionKeys) -> Result<(usize, [u8; 16]), SeenError> {
        let name = short(&[b"kith/1/seen", keys.identity_key.as_bytes(), keys.base_key.as_bytes()]);
        match self.0.binary_search(&name) {
            Ok(_) => Err(SeenError::Replay),
            Err(_) if self.0.len() >= MAX_SEEN => Err(SeenError::Full),
            Err(at) => Ok((at, name)),
        }
    }

    pub(super) fn check(&self, keys: &SessionKeys) -> Result<(), SeenError> {
        self.place(keys).map(|_| ())
    }

    pub(super) fn insert(&mut self, keys: &SessionKeys) {
        if let Ok((at, name)) = self.place(keys) {
            self.0.insert(at, name);
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.bytes(self.0.as_flattened());
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let (names, rest) = reader.bytes()?.as_chunks();
        let sorted = rest.is_empty() && names.is_sorted();
        if sorted { Ok(Self(names.to_vec())) } else { Err(WireError::Malformed) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use vodozemac::Curve25519PublicKey;

    use super::*;

    fn keys(number: u32) -> SessionKeys {
        let mut base = [1; 32];
        base[..4].copy_from_slice(&number.to_be_bytes());
        let key = Curve25519PublicKey::from_bytes;
        SessionKeys { identity_key: key([2; 32]), base_key: key(base), one_time_key: key([3; 32]) }
    }

    #[test]
    fn each_base_key_is_taken_once_also_after_a_restart() {
        let mut seen = Seen::default();
        for number in [5, 1, 9, 3] {
            assert_eq!(seen.check(&keys(number)), Ok(()));
            seen.insert(&keys(number));
            seen.insert(&keys(number));
        }
        let mut writer = Writer::array(1);
        seen.write(&mut writer);
        let bytes = writer.into_bytes();
        let stored = Seen::read(&mut Reader::new(&bytes).unwrap()).unwrap();
        assert_eq!(stored.0.len(), 4);
        assert_eq!(stored, seen);
        for number in [1, 3, 5, 9] {
            assert_eq!(stored.check(&keys(number)), Err(SeenError::Replay));
        }
        assert_eq!(stored.check(&keys(2)), Ok(()));
    }

    #[test]
    fn a_flood_ends_at_the_limit_and_replays_are_still_known() {
        let mut seen = Seen::default();
        (0..70_000).for_each(|number| seen.insert(&keys(number)));
        assert_eq!(seen.0.len(), MAX_SEEN);
        assert_eq!(seen.check(&keys(0)), Err(SeenError::Replay));
        assert_eq!(seen.check(&keys(69_999)), Err(SeenError::Full));
    }
}
