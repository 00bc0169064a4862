//! Changes to messages, and those among them whose message has not come yet: they wait, here and in storage, until it
//! does.

use std::sync::Arc;

use litemap::LiteMap;

use super::id::{ConversationId, MessageId};
use super::wire::{Event, EventBody, Target};

/// How many messages of one conversation may have changes that wait for them.
const MAX_PARKED: usize = 1_000;

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rewrite {
    /// The change's clock value: of several edits the latest stands.
    pub(crate) hlc: u64,
    /// Its new text; none where its author took it back.
    pub(crate) text: Option<Arc<str>>,
}

/// The changes that wait, one for each message: only the one that will stand.
#[derive(Debug, Default)]
pub(crate) struct Parked {
    waiting: LiteMap<(ConversationId, MessageId), Rewrite>,
}

impl Rewrite {
    /// What an event changes, and how.
    pub(crate) fn of(event: &Event) -> Option<(Target, Self)> {
        let text = if let EventBody::Edit(_, text) = &event.body { Some(text.clone()) } else { None };
        Some((event.body.target()?, Self { hlc: event.hlc, text }))
    }
}

impl Parked {
    /// Whether a change to this message can be kept.
    pub(crate) fn has_room(&self, conversation: ConversationId, message: MessageId) -> bool {
        let here = self.waiting.keys().filter(|(of, _)| *of == conversation).count();
        here < MAX_PARKED || self.waiting.contains_key(&(conversation, message))
    }

    /// Keeps a change; a deletion outdoes every edit, a later edit an earlier one. Gives the one that stands.
    pub(crate) fn put(
        &mut self,
        conversation: ConversationId,
        message: MessageId,
        rewrite: Rewrite,
    ) -> &Rewrite {
        let rank = |rewrite: &Rewrite| (rewrite.text.is_none(), rewrite.hlc);
        let stands = self.waiting.entry((conversation, message)).or_insert_with(|| rewrite.clone());
        if rank(stands) < rank(&rewrite) {
            *stands = rewrite;
        }
        stands
    }

    /// The message is there: what waited for it.
    pub(crate) fn take(&mut self, conversation: ConversationId, message: MessageId) -> Option<Rewrite> {
        self.waiting.remove(&(conversation, message))
    }

    /// The conversation is gone: tells what waited in it.
    pub(crate) fn forget(&mut self, conversation: ConversationId) -> Vec<MessageId> {
        let gone = self.waiting.keys().filter(|(of, _)| *of == conversation).map(|(_, message)| *message);
        let gone: Vec<_> = gone.collect();
        self.waiting.retain(|(of, _), _| *of != conversation);
        gone
    }
}
