//! What came and cannot be decrypted, where it stays so. Nearly always a new session cures it within moments, and nobody
//! is told.
//!
//! What cannot be decrypted is not authenticated either: anybody on the broker can alter a copy of an envelope. So it
//! only makes us ask its author, ever more rarely while the answer is that nothing is missing; and the person is told only
//! where the author is there, and neither says so nor sends anything that can be read.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::contact::Presence;
use super::super::id::{ConversationId, DeviceId, UserId};
use super::super::presence::Sighting;
use super::super::thread::Thread;
use super::super::wire::{Event, EventBody};
use super::Client;
use crate::e2ee::nak::{Nak, NakReason};
use crate::mqtt::QoS;
use crate::time::Instant;

/// How long a cure is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many envelopes are known again.
const MAX_MIDS: usize = 512;

/// The names of the envelopes that came last.
#[derive(Debug, Default)]
pub(super) struct Mids(VecDeque<[u8; 16]>);

impl Mids {
    /// Remembers an envelope; false where it is known.
    pub(super) fn note(&mut self, mid: [u8; 16]) -> bool {
        let new = !self.0.contains(&mid);
        if new {
            self.0.push_back(mid);
            if self.0.len() > MAX_MIDS {
                self.0.pop_front();
            }
        }
        new
    }
}

impl Client {
    /// Whether the person is to be told: the author is there, and has had time for a cure.
    pub(super) fn is_lasting(&self, thread: &Thread) -> bool {
        let now = self.now.timestamp;
        let author = self.sightings.get(&thread.id.0).map(|sighting: &Sighting| sighting.presence(now));
        let waited = thread.unreadable.is_some_and(|since| since + PATIENCE <= now);
        waited && author == Some(Presence::Online)
    }

    pub(super) fn note_unreadable(&mut self, from: UserId) {
        let now = self.now.timestamp;
        let conversation = ConversationId(from);
        if let Some(thread) = self.threads.get_mut(&conversation).filter(|thread| thread.unreadable.is_none())
        {
            thread.unreadable = Some(now);
            self.commits.touch(conversation);
        }
    }

    /// The author is there again, and gets time for the cure from now on.
    pub(super) fn await_cure(&mut self, from: UserId) {
        let now = self.now.timestamp;
        let conversation = ConversationId(from);
        if let Some(since) = self.threads.get_mut(&conversation).and_then(|thread| thread.unreadable.as_mut())
        {
            *since = now;
            self.commits.touch(conversation);
            self.screen.touch(conversation);
            self.ask_all(from, false);
        }
    }

    /// Something of theirs was read. What has a number comes with all that has no receipt; and they may say that nothing
    /// is missing.
    pub(super) fn note_understood(&mut self, event: &Event) {
        let conversation = ConversationId(event.from);
        match &event.body {
            EventBody::Nak(Nak { reason, .. }) if *reason != NakReason::Nothing => {}
            EventBody::Receipt(_)
            | EventBody::Typing
            | EventBody::Request(_)
            | EventBody::Accept(..)
            | EventBody::Decline(_)
            | EventBody::Compare(_)
            | EventBody::Want(..)
            | EventBody::Missing(_)
            | EventBody::Doubt
            | EventBody::Devices(_) => {}
            EventBody::Nak(_)
            | EventBody::Text(_)
            | EventBody::Edit(..)
            | EventBody::Delete(_)
            | EventBody::Profile(_)
            | EventBody::Unknown => self.note_readable(conversation),
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

    /// Answers those who could not read something, where it was nothing of ours.
    pub(super) fn tell_nothing_is_missing(&mut self, to: UserId) {
        if self.may_reach(to) && !self.outbox.has_any(to) {
            let nak = Nak { reason: NakReason::Nothing, session: None, bundle: Vec::new() };
            let event = self.passing(to, EventBody::Nak(nak));
            self.emit(to, &event, QoS::AtLeastOnce);
        }
    }

    /// The person wants it sent again.
    pub(super) fn ask_again(&mut self, conversation: ConversationId) {
        self.ask_all(conversation.0, true);
    }

    fn ask_all(&mut self, to: UserId, asked: bool) {
        let holder = self.keyrings.get(&to).and_then(|keyring| keyring.in_use());
        let devices = holder.iter().flat_map(|holder| holder.reached());
        let devices: Vec<_> = devices.map(|live| DeviceId(live.device)).collect();
        if self.may_reach(to) {
            devices.into_iter().for_each(|device| self.send_nak(to, device, NakReason::NoSession, asked));
        }
    }

    pub(super) fn unreadable_deadline(&self) -> Option<Instant> {
        let now = self.now;
        let due = self.threads.values().filter_map(|thread| Some(thread.unreadable? + PATIENCE));
        let next = due.filter(|due| *due > now.timestamp).min()?;
        Some(now.instant + next.since(now.timestamp))
    }

    pub(super) fn show_unreadable(&mut self) {
        let lasting = self.threads.values().filter(|thread| self.is_lasting(thread));
        for conversation in lasting.map(|thread| thread.id).collect::<Vec<_>>() {
            self.screen.touch(conversation);
        }
    }
}
