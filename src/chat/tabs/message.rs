//! What tabs say to each other.

use std::sync::Arc;

use super::carry::Carry;
use super::shapes::VERSION;
use crate::chat::Command;
use crate::chat::change::Change;
use crate::chat::id::TabId;

/// One time of being in charge: whose, and which of theirs it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Term(pub(super) [u64; 2]);

/// What tabs say to each other. All of it is heard by all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// "I am in charge from now on."
    Lead(Term),
    /// "I am here: tell me everything."
    Hello { tab: TabId, visible: bool },
    /// Everything that is shown.
    Snapshot { term: Term, to: TabId, changes: Vec<Change> },
    /// "I am in charge, and there is nothing to be seen": nobody has begun, or the passphrase is still to come.
    Closed,
    /// What is different; in this tab, or in all of them.
    Change { term: Term, to: Option<TabId>, change: Change },
    /// What the person wants.
    Command { term: Term, tab: TabId, number: u64, command: Command },
    /// It is done, and stored.
    Took { term: Term, tab: TabId, number: u64 },
    /// A tab came into view, or went out of it.
    Visible { tab: TabId, visible: bool },
    /// A tab is gone.
    Left(TabId),
    /// "Is anybody in charge?"
    Ping(TabId),
    /// "I am", in this term; none: "I am about to be", or there is nothing to be seen.
    Pong(Option<Term>),
    /// "Forget everything": the person has locked the app.
    Reload,
}

/// What came from another tab.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Message(Box<Message>),
    /// The tab is of another build, and, where it says so, in charge.
    Foreign {
        leads: bool,
    },
}

impl Message {
    pub(super) fn encode(&self) -> Arc<[u8]> {
        let mut bytes = Vec::new();
        VERSION.put(&mut bytes);
        self.put(&mut bytes);
        bytes.into()
    }
}

/// Reads what came; nothing where it is damaged. Every build begins its messages like this one: with the version, and with 0
/// for `Lead`.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Heard> {
    if u64::take(&mut bytes)? != VERSION {
        return Some(Heard::Foreign { leads: bytes.first() == Some(&0) });
    }
    Message::take(&mut bytes).map(|message| Heard::Message(Box::new(message)))
}
