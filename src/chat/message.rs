//! A message, and how far it has come.

use std::sync::Arc;

use super::id::{ConversationId, MessageId, UserId};
use crate::time::{Day, Timestamp};

/// The longest text of a message, in bytes of UTF-8.
pub const MAX_TEXT: usize = 8 * 1024;

/// How far an own message has come. It only ever rises, so order and repetition of the news do not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// Written here, not yet taken by the broker.
    Queued,
    /// The broker has acknowledged it, which promises nothing.
    Sent,
    /// A device of theirs has stored it.
    Delivered,
    /// They have seen it.
    Read,
    /// It was given up; the person may retry.
    Failed,
}

/// Where a message stands in its conversation: sorted by clock, then by author and id, which break ties the same way on
/// both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Hybrid logical clock: 48 bits of milliseconds since 1970, 16 bits of counter.
    pub hlc: u64,
    /// Who wrote it: part of the place, so that nobody can take the place of another's message.
    pub author: UserId,
    /// The message's own id.
    pub id: MessageId,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Plain text, at most [`MAX_TEXT`] bytes, never blank.
    Text(Arc<str>),
    /// Its author took it back.
    Deleted,
    /// No message, but a line that stays: another key has shown up at this person's address. See `contact::Keys`.
    KeyChanged,
    /// No message, but a line that stays: one of the other person's devices has gone on from an earlier state of its own.
    Split,
    /// No message, but a line that stays: what they say that they have of ours is not what was sent from here.
    Disputed,
    /// No message, but a line that stays: the two have compared emoji, and they were not the same.
    Differed,
    /// No message, but a line that stays: the link for one person that this person followed had been used before.
    SpentLink,
    /// No message, but a line that stays: here this device went on from a backup, and what was said since it was made may
    /// be missing.
    WentOn,
    /// A kind of a later version: kept, acknowledged, shown as "update to see this".
    Unknown,
}

impl Body {
    /// What its author wrote, where there is such a thing.
    #[must_use]
    pub const fn text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Deleted
            | Self::KeyChanged
            | Self::Split
            | Self::Disputed
            | Self::Differed
            | Self::SpentLink
            | Self::WentOn
            | Self::Unknown => None,
        }
    }
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Made by the author.
    pub id: MessageId,
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Who wrote it.
    pub author: UserId,
    /// Where it stands.
    pub position: Position,
    /// When it was written, as far as that can be believed: never later than its arrival.
    pub sent_at: Timestamp,
    /// What it says.
    pub body: Body,
    /// Whether the author changed it.
    pub edited: bool,
    /// Only own messages have one.
    pub delivery: Option<Delivery>,
}

/// A message as a row of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The message.
    pub message: Message,
    /// Set on the first message of a calendar day: a separator stands above it.
    pub day: Option<Day>,
    /// The "New messages" line stands above it.
    pub first_unread: bool,
    /// It begins a group: another author before it, a separator, or more than two minutes.
    pub starts_group: bool,
    /// It ends a group.
    pub ends_group: bool,
    /// When an own message was delivered, and when it was read, as far as that was noted.
    pub delivered_at: Option<Timestamp>,
    /// See there.
    pub read_at: Option<Timestamp>,
}

impl Row {
    /// A message by itself, in a group of its own.
    #[must_use]
    pub fn alone(message: Message) -> Self {
        Self {
            message,
            day: None,
            first_unread: false,
            starts_group: true,
            ends_group: true,
            delivered_at: None,
            read_at: None,
        }
    }

    /// Whether this person wrote it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.message.delivery.is_some()
    }
}
