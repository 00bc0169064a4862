//! What the screens of a tab were told of: when somebody else tells everything anew, what is missing there is gone.

use litemap::LiteMap;

use crate::chat::change::Change;
use crate::chat::id::{ConversationId, UserId};

/// What a change is about, where that can be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Contact(UserId),
    Request(UserId),
    Conversation(ConversationId),
    Comparing,
    Alert,
    Age,
}

impl About {
    /// And whether it is there.
    const fn of(change: &Change) -> Option<(Self, bool)> {
        Some(match change {
            Change::Contact(contact) => (Self::Contact(contact.id), true),
            Change::ContactGone(id) => (Self::Contact(*id), false),
            Change::Request(request) => (Self::Request(request.from), true),
            Change::RequestGone(id) => (Self::Request(*id), false),
            Change::Conversation(conversation) => (Self::Conversation(conversation.id), true),
            Change::ConversationGone(id) => (Self::Conversation(*id), false),
            Change::Comparing(comparing) => (Self::Comparing, comparing.is_some()),
            Change::Alert(alert) => (Self::Alert, alert.is_some()),
            Change::ClosesAfter(age) => (Self::Age, age.is_some()),
            Change::Phase(_)
            | Change::Account(_)
            | Change::Connection(_)
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
            | Change::Protection(_)
            | Change::Health(_)
            | Change::BackedUp(_)
            | Change::Done(_)
            | Change::Rejected(..) => return None,
        })
    }

    const fn gone(self) -> Change {
        match self {
            Self::Contact(id) => Change::ContactGone(id),
            Self::Request(id) => Change::RequestGone(id),
            Self::Conversation(id) => Change::ConversationGone(id),
            Self::Comparing => Change::Comparing(None),
            Self::Alert => Change::Alert(None),
            Self::Age => Change::ClosesAfter(None),
        }
    }
}

/// What is shown; and whether it was told since everything is being told anew.
#[derive(Debug, Default)]
pub(super) struct Shown(LiteMap<About, bool>);

impl Shown {
    /// Something is told.
    pub(super) fn note(&mut self, change: &Change) {
        match About::of(change) {
            Some((about, true)) => drop(self.0.insert(about, true)),
            Some((about, false)) => drop(self.0.remove(&about)),
            None => {}
        }
    }

    /// From here on everything is told anew.
    pub(super) fn begin(&mut self) {
        self.0.iter_mut().for_each(|(_, told)| *told = false);
    }

    /// That was all: gives what is gone.
    pub(super) fn end(&mut self) -> Vec<Change> {
        let gone: Vec<_> = self.0.iter().filter(|(_, told)| !**told).map(|(about, _)| *about).collect();
        self.0.retain(|_, told| *told);
        gone.into_iter().map(About::gone).collect()
    }

    pub(super) fn has(&self, conversation: ConversationId) -> bool {
        self.0.contains_key(&About::Conversation(conversation))
    }
}
