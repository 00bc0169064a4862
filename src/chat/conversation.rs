//! A conversation as the list of chats shows it.

use std::sync::Arc;

use super::id::ConversationId;
use super::message::{Body, Delivery};
use crate::time::Timestamp;

/// One line of the list of chats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Which one.
    pub id: ConversationId,
    /// The contact's name; empty where they have not told one.
    pub title: Arc<str>,
    /// The contact's picture.
    pub picture: Option<Arc<[u8]>>,
    /// The newest message.
    pub latest: Option<Latest>,
    /// How many messages wait to be read.
    pub unread: u32,
    /// What was typed and not sent.
    pub draft: Arc<str>,
    /// Whether the other person types right now.
    pub typing: bool,
    /// Whether an own message could not be sent.
    pub failed: bool,
    /// Whether something of theirs came that cannot be read, and stays so: `Command::AskAgain`.
    pub unreadable: bool,
    /// Whether something that they wrote before what is here has not come, and was asked for again.
    pub waiting: bool,
    /// Whether it stands before the others.
    pub pinned: bool,
    /// Until when it is muted; [`FOREVER`] where nobody said when.
    pub muted: Option<Timestamp>,
    /// What the list is sorted by, newest first: the newest message, draft or acceptance.
    pub activity: Timestamp,
}

/// Muted until the person says otherwise.
pub const FOREVER: Timestamp = Timestamp(u64::MAX);

/// The newest message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// What it says.
    pub body: Body,
    /// When it was written.
    pub sent_at: Timestamp,
    /// How far it has come, where this person wrote it.
    pub delivery: Option<Delivery>,
}
