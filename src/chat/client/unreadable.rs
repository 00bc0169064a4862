//! What came and cannot be decrypted, where it stays so. Nearly always a new session cures it within moments, and nobody
//! is told.

use std::time::Duration;

use super::super::id::{ConversationId, DeviceId, UserId};
use super::super::thread::Thread;
use super::Client;
use crate::e2ee::nak::NakReason;
use crate::time::{Instant, Timestamp};

/// How long a cure is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether the person is to be told.
pub(super) fn is_lasting(thread: &Thread, now: Timestamp) -> bool {
    thread.unreadable.is_some_and(|since| since + PATIENCE <= now)
}

impl Client {
    pub(super) fn note_unreadable(&mut self, from: UserId) {
        let now = self.now.timestamp;
        let conversation = ConversationId(from);
        if let Some(thread) = self.threads.get_mut(&conversation).filter(|thread| thread.unreadable.is_none())
        {
            thread.unreadable = Some(now);
            self.commits.touch(conversation);
        }
    }

    /// Something new of theirs was read: what has no receipt comes with it.
    pub(super) fn note_readable(&mut self, conversation: ConversationId) {
        if let Some(thread) = self.threads.get_mut(&conversation)
            && thread.unreadable.take().is_some()
        {
            self.commits.touch(conversation);
            self.screen.touch(conversation);
        }
    }

    /// The person wants it sent again.
    pub(super) fn ask_again(&mut self, conversation: ConversationId) {
        let to = conversation.0;
        let holder = self.keyrings.get(&to).and_then(|keyring| keyring.in_use());
        let devices = holder.iter().flat_map(|holder| holder.set.live());
        let devices: Vec<_> = devices.map(|live| DeviceId(live.device)).collect();
        if self.may_reach(to) {
            devices.into_iter().for_each(|device| self.send_nak(to, device, NakReason::NoSession));
        }
    }

    pub(super) fn unreadable_deadline(&self) -> Option<Instant> {
        let now = self.now;
        let due = self.threads.values().filter_map(|thread| Some(thread.unreadable? + PATIENCE));
        let next = due.filter(|due| *due > now.timestamp).min()?;
        Some(now.instant + next.since(now.timestamp))
    }

    pub(super) fn show_unreadable(&mut self) {
        let now = self.now.timestamp;
        for thread in self.threads.values().filter(|thread| is_lasting(thread, now)) {
            self.screen.touch(thread.id);
        }
    }
}
