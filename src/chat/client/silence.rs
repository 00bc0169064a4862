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

/// Of whom an answer is waited for.
pub(super) type Silences = LiteMap<UserId, Silence>;

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
        self.silences.entry(of).or_insert(Silence { due, times: 0 });
    }

    /// They have answered.
    pub(super) fn end_silence(&mut self, of: UserId) {
        self.silences.remove(&of);
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
        for (_, silence) in self.silences.iter_mut() {
            *silence = Silence { due: silence.due.min(now + PATIENCE).max(now + SOON), times: 0 };
        }
    }

    fn is_unanswered(&self, of: UserId) -> bool {
        self.people.get(&of).is_some_and(|person| {
            let waits = person.relation == Relation::Friend && self.outbox.has_hope(of);
            waits || person.waits_for().is_some()
        })
    }

    pub(super) fn silence_deadline(&self) -> Option<Instant> {
        self.silences.values().map(|silence| silence.due).min().filter(|_| self.link.is_live())
    }

    pub(super) fn handle_silences(&mut self) {
        let now = self.now;
        let due = self.silences.iter().filter(|(_, silence)| silence.due <= now.instant);
        let due: Vec<_> = due.map(|(id, _)| *id).filter(|_| self.link.is_live()).collect();
        for id in due {
            let Some(silence) = self.silences.remove(&id).filter(|_| self.is_unanswered(id)) else {
                continue;
            };
            let seen = self.sightings.get(&id).map(|sighting| sighting.presence(now.timestamp));
            let is_away = matches!(seen, Some(Presence::Offline(_))) && self.can_seal(id);
            let pause = if is_away { AWAY } else { PATIENCE * (2 << silence.times.min(7)) };
            let spread = u32::try_from(70 + self.entropy.number() % 61).unwrap_or(100);
            let due = now.instant + pause.min(AWAY) * spread / 100;
            self.silences.insert(id, Silence { due, times: silence.times + 1 });
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
        let Some(topic) = self.ready().map(|ready| ready.root.request(to, ready.me.id)) else { return };
        if let Some(envelope) = self.seal_request(to, &event).filter(|_| self.may_reach(to)) {
            let publish = Publish { topic, payload: envelope.into(), qos: QoS::AtLeastOnce, retain: false };
            self.commits.then(Then::Publish(publish));
        }
    }
}
