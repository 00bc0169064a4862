//! People: what they tell of themselves, and how they stand to this person.

use std::sync::Arc;

use super::id::UserId;
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
}
