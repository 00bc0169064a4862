//! People: what they tell of themselves, and how they stand to this person.

use std::sync::Arc;

use super::id::UserId;
use crate::e2ee::key::Fingerprint;
use crate::e2ee::trust::{Standing, Trust};
use crate::time::Timestamp;

/// What somebody tells everybody of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Their name, cleaned of control and direction characters, at most 64 characters.
    pub name: Arc<str>,
    /// A few words about them, at most 280 characters.
    pub about: Arc<str>,
    /// What they are up to, at most 80 characters.
    pub status: Arc<str>,
    /// A PNG, JPEG or WebP picture of at most 64 kB.
    pub picture: Option<Arc<[u8]>>,
}

/// How a contact stands to this person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// This person asked and waits for the answer.
    Requested,
    /// They said no.
    Declined,
    /// Both agreed.
    Friend,
    /// Nothing of theirs gets through.
    Blocked,
}

/// Whether somebody is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Nothing was heard.
    #[default]
    Unknown,
    /// Connected now.
    Online,
    /// Not connected; when they were last seen, where that is known.
    Offline(Option<Timestamp>),
}

/// A person on the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Their address.
    pub id: UserId,
    /// What they tell of themselves.
    pub profile: Profile,
    /// How they stand to this person.
    pub relation: Relation,
    /// Whether they are there.
    pub presence: Presence,
    /// What is known of their keys.
    pub keys: Keys,
    /// Their address is made of the key in use. A phone number or an e-mail address is not: that it is theirs is what they
    /// say, however well the key is known.
    pub is_proved: bool,
}

/// What is known of a contact's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// None have come that can be used; what is written waits.
    Waiting,
    /// Several keys claim the address, and one at most is right: the person chooses (`Command::Choose`), or nobody does.
    Several(Vec<Claimant>),
    /// One is in use.
    Known {
        /// How well it is known.
        trust: Trust,
        /// Whether messages may leave.
        standing: Standing,
    },
}

/// One of several keys that claim an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// Which key.
    pub key: Fingerprint,
    /// The key's short code, to be compared with what its owner's screen says.
    pub code: Arc<str>,
    /// What whoever holds it calls themselves; empty where that is not known. Anybody can take any name.
    pub name: Arc<str>,
    /// Whether all of its documents are there: only then can it be chosen.
    pub usable: bool,
}

impl Claimant {
    pub(crate) fn of(key: Fingerprint, name: Arc<str>, usable: bool) -> Self {
        Self { key, code: short_code(key), name, usable }
    }
}

/// The beginning of a key's fingerprint, as a person reads it: twenty digits in five groups. With fewer somebody else could
/// make keys until one has the same beginning; 80 bits are beyond that.
#[must_use]
pub fn short_code(key: Fingerprint) -> Arc<str> {
    let (pairs, _) = key.0.as_chunks();
    let groups: Vec<_> = pairs.iter().take(5).map(|[a, b]| format!("{a:02X}{b:02X}")).collect();
    groups.join(" ").into()
}

/// Somebody asks to become a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks: as they say, nobody has proved it.
    pub from: UserId,
    /// The name they give.
    pub name: Arc<str>,
    /// When it came.
    pub received_at: Timestamp,
    /// Where several keys ask under this address: all of them, and one at most is right. Empty where there is one.
    pub askers: Vec<Asker>,
}

/// One of several who ask under one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// By which key.
    pub key: Fingerprint,
    /// The key's short code, to be compared with what its owner's screen says.
    pub code: Arc<str>,
    /// The name that this one gives.
    pub name: Arc<str>,
}

impl Asker {
    pub(crate) fn of(key: Fingerprint, name: Arc<str>) -> Self {
        Self { key, code: short_code(key), name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_eighty_bits() {
        let key =
            |last| Fingerprint([0xC2, 0xF1, 8, 0x1E, 0xF6, 0x77, 0x1F, 0xB0, 0xEB, last, 1, 2, 3, 4, 5, 6]);
        assert_eq!(&*short_code(key(0xCE)), "C2F1 081E F677 1FB0 EBCE");
        assert_ne!(short_code(key(0xCE)), short_code(key(0xCF)));
    }
}
