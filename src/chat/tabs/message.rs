//! What tabs say to each other.

use super::carry::Carry;
use super::shapes::VERSION;
use crate::chat::id::TabId;

/// One time of being in charge: whose, and which of theirs it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Term(pub(super) [u64; 2]);

/// What tabs say to each other. All of it is heard by all.
#[derive(Clone, Copy, Debug)]
pub(super) enum Message {
    /// "I am in charge from now on."
    Lead(Term),
    /// "I am here: tell me everything."
    Hello { tab: TabId, visible: bool },
    /// "I am in charge, and there is nothing to be seen": nobody has begun, or the passphrase is still to come.
    Closed,
    /// What is different, which follows; in this tab, or in all of them.
    Change { term: Term, to: Option<TabId> },
    /// What the person wants, which follows.
    Command { term: Term, tab: TabId, number: u64 },
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
#[derive(Debug)]
pub(super) enum Heard<'b> {
    /// With what follows.
    Message(Message, &'b [u8]),
    /// The tab is of another build, and, where it says so, in charge.
    Foreign { leads: bool },
}

impl Message {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        VERSION.put(&mut bytes);
        self.put(&mut bytes);
        bytes
    }
}

/// Reads what came. Every build begins its messages like this one: with the version, and with 0
/// for `Lead`.
pub(super) fn decode(mut bytes: &[u8]) -> Heard<'_> {
    if u64::take(&mut bytes) != VERSION {
        return Heard::Foreign { leads: bytes.first() == Some(&0) };
    }
    let message = Message::take(&mut bytes);
    Heard::Message(message, bytes)
}
