//! What was shown so far: what a tab that comes later has to be told.

use litemap::LiteMap;

use crate::chat::change::Change;
use crate::chat::id::{ConversationId, UserId};

/// What a change is about. A later one about the same takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Account,
    Connection,
    Age,
    Contact(UserId),
    Request(UserId),
    Conversation(ConversationId),
    Comparing,
    Protection,
    Health,
    Backup,
    Alert,
}

impl About {
    /// None for what is said once, or in one tab.
    const fn of(change: &Change) -> Option<Self> {
        Some(match change {
            Change::Account(_) => Self::Account,
            Change::Connection(_) => Self::Connection,
            Change::ClosesAfter(_) => Self::Age,
            Change::Contact(contact) => Self::Contact(contact.id),
            Change::ContactGone(id) => Self::Contact(*id),
            Change::Request(request) => Self::Request(request.from),
            Change::RequestGone(id) => Self::Request(*id),
            Change::Conversation(conversation) => Self::Conversation(conversation.id),
            Change::ConversationGone(id) => Self::Conversation(*id),
            Change::Comparing(_) => Self::Comparing,
            Change::Protection(_) => Self::Protection,
            Change::Health(_) => Self::Health,
            Change::BackedUp(_) => Self::Backup,
            Change::Alert(_) => Self::Alert,
            Change::Phase(_)
            | Change::Page(_)
            | Change::Message(_)
            | Change::Opened(_)
            | Change::Invite(_)
            | Change::InviteMade(_)
            | Change::InviteUsed
            | Change::Safety(_)
            | Change::Compared(..)
            | Change::NoCamera(_)
            | Change::Words(_)
            | Change::Done(_)
            | Change::Rejected(..) => return None,
        })
    }

    /// What says that it is no more.
    const fn gone(self) -> Option<Change> {
        match self {
            Self::Contact(id) => Some(Change::ContactGone(id)),
            Self::Request(id) => Some(Change::RequestGone(id)),
            Self::Conversation(id) => Some(Change::ConversationGone(id)),
            Self::Comparing => Some(Change::Comparing(None)),
            Self::Alert => Some(Change::Alert(None)),
            Self::Age => Some(Change::ClosesAfter(None)),
            Self::Account | Self::Connection | Self::Protection | Self::Health | Self::Backup => None,
        }
    }
}

/// What is shown, but for what each tab has for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown(LiteMap<About, Change>);

impl Shown {
    /// Folds a change in; false where it is about nothing that stays.
    pub(super) fn fold(&mut self, change: &Change) -> bool {
        let Some(about) = About::of(change) else { return false };
        if about.gone().as_ref() == Some(change) {
            self.0.remove(&about);
        } else {
            self.0.insert(about, change.clone());
        }
        true
    }

    /// All of it.
    pub(super) fn changes(&self) -> Vec<Change> {
        self.0.values().cloned().collect()
    }

    pub(super) fn has(&self, conversation: ConversationId) -> bool {
        self.0.contains_key(&About::Conversation(conversation))
    }

    /// Takes the place of what was shown, and gives what is different.
    pub(super) fn turn_into(&mut self, next: Self) -> Vec<Change> {
        let before = std::mem::replace(self, next);
        let gone = before.0.keys().filter(|about| !self.0.contains_key(about));
        let mut changes: Vec<_> = gone.filter_map(|about| about.gone()).collect();
        let is_new = |(about, change): &(&About, &Change)| before.0.get(about) != Some(change);
        changes.extend(self.0.iter().filter(is_new).map(|(_, change)| change.clone()));
        changes
    }
}

impl FromIterator<Change> for Shown {
    fn from_iter<T: IntoIterator<Item = Change>>(changes: T) -> Self {
        let mut shown = Self::default();
        for change in changes {
            shown.fold(&change);
        }
        shown
    }
}
