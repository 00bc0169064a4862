//! What the screens of a tab were told of: when somebody else tells everything anew, what is missing there is gone.

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

/// What is shown, in order; and whether it was told since everything is being told anew.
#[derive(Debug, Default)]
pub(super) struct Shown(Vec<(About, bool)>);

impl Shown {
    /// Something is told.
    pub(super) fn note(&mut self, change: &Change) {
        let Some((about, is_there)) = About::of(change) else { return };
        match (self.find(about), is_there) {
            (Ok(at), true) => self.0[at].1 = true,
            (Err(at), true) => self.0.insert(at, (about, true)),
            (Ok(at), false) => drop(self.0.remove(at)),
            (Err(_), false) => {}
        }
    }

    /// From here on everything is told anew.
    pub(super) fn begin(&mut self) {
        self.0.iter_mut().for_each(|(_, told)| *told = false);
    }

    /// That was all: gives what is gone.
    pub(super) fn end(&mut self) -> impl Iterator<Item = Change> + use<> {
        let (told, gone) = std::mem::take(&mut self.0).into_iter().partition::<Vec<_>, _>(|(_, told)| *told);
        self.0 = told;
        gone.into_iter().map(|(about, _)| about.gone())
    }

    pub(super) fn has(&self, conversation: ConversationId) -> bool {
        self.find(About::Conversation(conversation)).is_ok()
    }

    fn find(&self, about: About) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(&about))
    }
}
