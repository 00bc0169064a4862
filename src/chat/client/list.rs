//! What the person says of a whole conversation: pinned, muted.

use super::super::conversation::FOREVER;
use super::super::id::ConversationId;
use super::super::thread::Thread;
use super::Client;
use crate::time::{Instant, Timestamp};

impl Client {
    pub(super) fn pin(&mut self, conversation: ConversationId, pinned: bool) {
        self.rearrange(conversation, |thread| thread.pinned = pinned);
    }

    pub(super) fn mute(&mut self, conversation: ConversationId, until: Option<Timestamp>) {
        self.rearrange(conversation, |thread| thread.muted_until = until);
    }

    fn rearrange(&mut self, conversation: ConversationId, change: impl FnOnce(&mut Thread)) {
        let known = self.people.contains_key(&conversation.0);
        let Some(thread) = self.threads.get_mut(&conversation).filter(|_| known) else { return };
        change(thread);
        self.commits.touch(conversation);
        self.screen.touch(conversation);
    }

    /// When the next mute is over, by the clock as it is now.
    pub(super) fn mute_deadline(&self) -> Option<Instant> {
        let ends = self.threads.values().filter_map(|thread| thread.muted_until);
        let next = ends.filter(|until| *until != FOREVER).min()?;
        Some(self.now.instant + next.since(self.now.timestamp))
    }

    pub(super) fn end_mutes(&mut self) {
        let now = self.now.timestamp;
        let over = |thread: &&Thread| thread.muted_until.is_some_and(|until| until <= now);
        let over: Vec<_> = self.threads.values().filter(over).map(|thread| thread.id).collect();
        for conversation in over {
            self.mute(conversation, None);
        }
    }
}
