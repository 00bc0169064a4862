//! The entry points of the fuzz targets for events, retained documents and links (see [`crate::fuzz`]).
#![allow(clippy::missing_panics_doc)]

use std::sync::LazyLock;

use super::id::{DeviceId, UserId};
use super::keys::Keys;
use super::retained::{Info, statement};
use super::{invite as link, wire};
use crate::e2ee::safety::Code;
use crate::e2ee::seed::Seed;
use crate::time::Timestamp;

static ADA: LazyLock<Keys> = LazyLock::new(|| Keys::generate(Seed::from_bytes([0x0A; 32]), NOW));

const NOW: Timestamp = Timestamp(1_795_176_000_000);

/// An inner event.
pub fn event(bytes: &[u8]) {
    let decode = |bytes: &[u8]| wire::decode(bytes, UserId([1; 16]), DeviceId([2; 8]));
    if let Ok(event) = decode(bytes) {
        // Its hash is that of all that it said, and of more than was read.
        let again = decode(&wire::encode(&event)).map(|again| wire::Event { hash: event.hash, ..again });
        assert_eq!(again, Ok(event), "what was read reads the same again");
    }
}

/// `info` and `isConnected`, as they lie at the broker.
pub fn retained(bytes: &[u8]) {
    let owner = ADA.owner("kith", UserId::of_phone("+48555555555"));
    if let Some((info, _)) = Info::decode(bytes, &owner, NOW) {
        let again = Info::decode(&info.encode(&ADA, &owner, NOW), &owner, NOW);
        assert_eq!(again.map(|(info, _)| info), Some(info), "what was read reads the same again");
    }
    let _ = statement(bytes);
}

/// What is pasted or scanned: an invite link, a code, the words of a seed.
pub fn invite(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(invite) = link::decode(&text) {
        assert_eq!(link::decode(&link::encode(&invite)), Some(invite), "what was read reads the same again");
    }
    let _ = link::is_invite(&text);
    if let Ok(code) = Code::parse(&text) {
        assert_eq!(Code::parse(&code.encode()), Ok(code));
    }
    if let Ok(seed) = Seed::parse(&text) {
        assert_eq!(Seed::parse(&seed.words().join(" ")), Ok(seed));
    }
}
