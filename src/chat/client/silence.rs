//! Those who do not answer: events for them get no receipt, a request gets no yes and no no. Nearly always they are away. But
//! it may be that one of the two has not heard which devices the other has by now: brokers lose what they retain, and whom
//! they were to tell of it. So all that they publish of their keys is asked for anew, ever more rarely; and a friend is told
//! by which keys this device writes, in a sealed request that asks for nothing but a session.

use std::time::Duration;

use litemap::LiteMap;

use super::super::contact::{Presence, Relation};
use super::super::id::UserId;
use super::super::outbox::AWAY;
use super::super::wire::EventBody;
use super::Client;
use super::commits::Then;
use crate::e2ee::nak::{Nak, NakReason};
use crate::mqtt::{Publish, QoS};
use crate::time::Instant;

/// How long it takes nobody by surprise.
const PATIENCE: Duration = Duration::from_secs(30);

/// How soon after a connection was made anything is asked for because of it.
const SOON: Duration = Duration::from_secs(5);

/// At most one person is looked for in this time: all of their documents come again.
const PACE: Duration = Duration::from_secs(2);

/// Of whom an answer is waited for.
#[derive(Debug, Default)]
pub(super) struct Silences {
    of: LiteMap<UserId, Silence>,
    /// When somebody was looked for last.
    looked: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Silence {
    /// When they are looked for (again).
    due: Instant,
    times: u32,
}

impl Client {
    /// Something that they would answer leaves, or waits to.
    pub(super) fn note_silence(&mut self, of: UserId) {
        let due = self.now.instant + PATIENCE;
        self.silences.of.entry(of).or_insert(Silence { due, times: 0 });
    }

    /// They have answered.
    pub(super) fn end_silence(&mut self, of: UserId) {
        self.silences.of.remove(&of);
        if self.is_unanswered(of) {
            self.note_silence(of);
        }
    }

    /// There is a connection: whoever did not answer before has a little time.
    pub(super) fn note_silences(&mut self) {
        let now = self.now.instant;
        for id in self.people.keys().copied().collect::<Vec<_>>() {
            if self.is_unanswered(id) {
                self.note_silence(id);
            }
        }
        for (_, silence) in self.silences.of.iter_mut() {
            silence.due = silence.due.min(now + PATIENCE).max(now + SOON);
        }
    }

    fn is_unanswered(&self, of: UserId) -> bool {
        self.people.get(&of).is_some_and(|person| {
            let waits = person.relation == Relation::Friend && self.outbox.has_hope(of);
            waits || person.waits_for().is_some()
        })
    }

    pub(super) fn silence_deadline(&self) -> Option<Instant> {
        let due = self.silences.of.values().map(|silence| silence.due).min().filter(|_| self.link.is_live());
        due.map(|due| self.silences.looked.map_or(due, |looked| due.max(looked + PACE)))
    }

    pub(super) fn handle_silences(&mut self) {
        let now = self.now;
        while self.silence_deadline().is_some_and(|due| due <= now.instant) {
            let first = self.silences.of.iter().min_by_key(|(_, silence)| silence.due).map(|(id, _)| *id);
            let Some((id, silence)) = first.and_then(|id| Some((id, self.silences.of.remove(&id)?))) else {
                return;
            };
            if !self.is_unanswered(id) {
                continue;
            }
            self.silences.looked = Some(now.instant);
            let seen = self.sightings.get(&id).map(|sighting| sighting.presence(now.timestamp));
            let is_away = matches!(seen, Some(Presence::Offline(_))) && self.can_seal(id);
            let pause = if is_away { AWAY } else { PATIENCE * (2 << silence.times.min(7)) };
            let spread = u32::try_from(70 + self.entropy.number() % 61).unwrap_or(100);
            let due = now.instant + pause.min(AWAY) * spread / 100;
            self.silences.of.insert(id, Silence { due, times: silence.times + 1 });
            self.look_for_devices(id);
        }
    }

    fn look_for_devices(&mut self, of: UserId) {
        self.renew_keys(of);
        match self.people.get(&of).and_then(|person| person.waits_for()) {
            Some(request) => self.send_request(of, request),
            None => self.introduce_device(of),
        }
    }

    /// Tells a friend by which keys this device writes, and asks for all that has no receipt.
    fn introduce_device(&mut self, to: UserId) {
        let papers = self.ready().and_then(|ready| ready.keys.papers.as_ref());
        let Some(bundle) = papers.map(|papers| papers.documents[2].encode()) else { return };
        let nak = Nak { reason: NakReason::NoSession, session: None, bundle };
        let event = self.passing(to, EventBody::Nak(nak));
        // Where the topic does not tell everybody who is there who writes.
        let Some(topic) = self.ready().map(|ready| ready.root.inbox(to)) else { return };
        if let Some(envelope) = self.seal_request(to, &event).filter(|_| self.may_reach(to)) {
            let publish = Publish { topic, payload: envelope.into(), qos: QoS::AtLeastOnce, retain: false };
            self.commits.then(Then::Publish(publish));
        }
    }
}
