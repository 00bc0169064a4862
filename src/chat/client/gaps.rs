//! What has not come though later events have: it is asked for. Nearly always it is merely late.

use std::time::Duration;

use litemap::LiteMap;

use super::super::contact::Presence;
use super::super::heard::Heard;
use super::super::id::{ConversationId, DeviceId, UserId};
use super::super::outbox::{AWAY, resend_after};
use super::super::receipt::SeqSet;
use super::super::wire::{Event, EventBody};
use super::Client;
use crate::mqtt::QoS;
use crate::time::Instant;

/// How long it is only late.
const PATIENCE: Duration = Duration::from_secs(3);

/// How soon it is asked for when they, or we, are there again.
const SOON: Duration = Duration::from_secs(1);

/// Where something is missing, by the device that it is missing from.
pub(super) type Gaps = LiteMap<(ConversationId, DeviceId), Gap>;

#[derive(Debug)]
pub(super) struct Gap {
    since: Instant,
    /// When it is asked for (again).
    due: Instant,
    attempts: u32,
    missing: SeqSet,
}

impl Client {
    /// Something came, or will never come, from a device: notes what of it is missing by now.
    pub(super) fn note_gap(&mut self, conversation: ConversationId, device: DeviceId) {
        let now = self.now.instant;
        let heard = self.threads.get(&conversation).and_then(|thread| thread.heard(device));
        let missing = heard.map(Heard::wanted).unwrap_or_default();
        let behind = heard.is_some_and(|heard| heard.behind);
        if missing.is_empty() {
            if self.gaps.remove(&(conversation, device)).is_some() {
                self.screen.touch(conversation);
            }
            return;
        }
        // What an older copy of storage does not hold is not merely late.
        let due = if behind { now } else { now + PATIENCE };
        let fresh = || Gap { since: now, due, attempts: 0, missing: SeqSet::default() };
        let gap = self.gaps.entry((conversation, device)).or_insert_with(fresh);
        // Where some of it has come, the rest is asked for anew.
        if !gap.missing.without(&missing).is_empty() {
            (gap.attempts, gap.due) = (0, gap.due.min(due));
        }
        gap.missing = missing;
    }

    /// At the start.
    pub(super) fn note_gaps(&mut self) {
        let devices = self.threads.values().flat_map(|thread| {
            let id = thread.id;
            thread.heard.iter().map(move |heard| (id, heard.device))
        });
        for (conversation, device) in devices.collect::<Vec<_>>() {
            self.note_gap(conversation, device);
        }
    }

    /// They are there (again), or we are.
    pub(super) fn hurry(&mut self, to: Option<UserId>) {
        let now = self.now.instant;
        self.outbox.hurry(to, now);
        for (_, gap) in self.gaps.iter_mut().filter(|((of, _), _)| to.is_none_or(|to| to == of.0)) {
            gap.due = gap.due.min((now + SOON).max(gap.since + PATIENCE));
        }
    }

    /// Whether the person is to be told that something is missing.
    pub(super) fn is_waiting(&self, conversation: ConversationId) -> bool {
        let now = self.now.instant;
        let thread = self.threads.get(&conversation);
        let gap = |device| thread.and_then(|thread| thread.heard(device)).is_some_and(Heard::has_gap);
        self.gaps.iter().any(|((of, device), found)| {
            let lasting = *of == conversation && found.since + PATIENCE <= now;
            lasting && self.is_live_device(*of, *device) && gap(*device)
        })
    }

    /// Who speaks for somebody no more is not asked.
    fn is_live_device(&self, of: ConversationId, device: DeviceId) -> bool {
        let holder = self.keyrings.get(&of.0).and_then(|keyring| keyring.in_use());
        holder.is_some_and(|holder| holder.reached().any(|live| live.device == device.0))
    }

    fn may_ask(&self, (of, device): (ConversationId, DeviceId)) -> bool {
        self.link.is_live() && self.may_reach(of.0) && self.is_live_device(of, device)
    }

    pub(super) fn gap_deadline(&self) -> Option<Instant> {
        let now = self.now.instant;
        let shown = self.gaps.values().map(|gap| gap.since + PATIENCE).filter(|at| *at > now);
        let asked = self.gaps.iter().filter(|(of, _)| self.may_ask(**of)).map(|(_, gap)| gap.due);
        shown.chain(asked).min()
    }

    /// Asks for what is missing, and has it shown that it is.
    pub(super) fn handle_gaps(&mut self) {
        let now = self.now;
        let shown = self.gaps.iter().filter(|(_, gap)| gap.since + PATIENCE <= now.instant);
        for conversation in shown.map(|((of, _), _)| *of).collect::<Vec<_>>() {
            self.screen.touch(conversation);
        }
        let due = self.gaps.iter().filter(|(of, gap)| gap.due <= now.instant && self.may_ask(**of));
        for (conversation, device) in due.map(|(of, _)| *of).collect::<Vec<_>>() {
            let to = conversation.0;
            let jitter = self.entropy.number();
            let seen = self.sightings.get(&to).map(|sighting| sighting.presence(now.timestamp));
            let least = if matches!(seen, Some(Presence::Offline(_))) { AWAY } else { Duration::ZERO };
            let Some(gap) = self.gaps.get_mut(&(conversation, device)) else { continue };
            gap.attempts += 1;
            gap.due = now.instant + resend_after(gap.attempts, least, jitter);
            let missing = gap.missing.clone();
            let succession = self.ready().and_then(|ready| ready.keys.succession.clone()).map(Box::new);
            let body = EventBody::Want(device, missing, succession);
            let want = self.passing(to, body);
            self.emit(to, &want, QoS::AtLeastOnce);
        }
    }

    /// They have no more what was missing; or there is nothing beyond what came.
    pub(super) fn take_missing(&mut self, event: &Event, numbers: &SeqSet) {
        let conversation = ConversationId(event.from);
        if self.threads.get_mut(&conversation).is_some_and(|thread| thread.fill(event.device, numbers)) {
            self.commits.touch(conversation);
            self.note_gap(conversation, event.device);
        }
    }
}
