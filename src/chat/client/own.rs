//! This person's own two retained documents: published, and put right when somebody else has overwritten them.

use std::time::Duration;

use super::super::retained::Beacon;
use super::packet::is_sane;
use super::{Client, Ready};
use crate::mqtt::{Publish, QoS};
use crate::time::{Instant, Timestamp};

/// At most one repair of a document in this time: whoever overwrites it could otherwise make us publish without end.
const INTERVAL: Duration = Duration::from_secs(10);
/// The interval doubles with each repair up to this one, and begins anew when nobody has overwritten for as long.
const LAST_INTERVAL: Duration = Duration::from_secs(10 * 60);
/// How long after connecting the broker's retained copies are waited for.
pub(super) const SETTLE: Duration = Duration::from_secs(2);

/// When a retained document of our own is published again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heal {
    pub(super) due: Option<Instant>,
    last: Option<Instant>,
    /// When it was last found overwritten, and whether that is not mended yet.
    overwritten: Option<Instant>,
    broken: bool,
    repairs: u32,
}

impl Heal {
    /// Publish soon, but not more often than the interval allows.
    pub(super) fn ask(&mut self, wait: Duration, now: Instant) {
        let doubled = INTERVAL.saturating_mul(1 << self.repairs.saturating_sub(1).min(8));
        let earliest = self.last.map_or(now, |last| last + doubled.min(LAST_INTERVAL));
        let due = earliest.max(now + wait);
        self.due = Some(self.due.map_or(due, |before| before.min(due)));
    }

    /// Somebody has overwritten it.
    fn repair(&mut self, wait: Duration, now: Instant) {
        if self.overwritten.is_some_and(|last| now.since(last) >= LAST_INTERVAL) {
            self.repairs = 0;
        }
        self.overwritten = Some(now);
        self.broken = true;
        self.ask(wait, now);
    }

    fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    fn done(&mut self, now: Instant) {
        let repairs = self.repairs + u32::from(self.broken);
        *self = Self { due: None, last: Some(now), broken: false, repairs, ..*self };
    }

    fn well(&mut self) {
        self.due = None;
        self.broken = false;
    }
}

impl Client {
    /// Says that this device is here, or is leaving.
    pub(super) fn publish_beacon(&mut self, online: bool) {
        let at: Timestamp = self.now.timestamp;
        let Some((beacon, Ready { me, root })) = self.link.beacon.zip(self.ready()) else { return };
        let topic = root.presence(me.id);
        let payload = Beacon { online, at, ..beacon }.encode();
        // A goodbye has no time for an acknowledgement, nor for a place in the window.
        let qos = if online { QoS::AtLeastOnce } else { QoS::AtMostOnce };
        self.publish_latest(Publish { topic, payload: payload.into(), qos, retain: true });
    }

    /// Publishes this person's profile.
    pub(super) fn publish_info(&mut self) {
        let Some(Ready { me, root }) = self.ready() else { return };
        let publish = Publish {
            topic: root.info(me.id),
            payload: me.info.encode().into(),
            qos: QoS::AtLeastOnce,
            retain: true,
        };
        self.publish_latest(publish);
        self.link.info_heal.done(self.now.instant);
    }

    /// Our own presence came back from the broker; where it is not what we say, it is said again.
    pub(super) fn handle_own_beacon(&mut self, beacon: Option<&Beacon>) {
        let ours = |ours: &Beacon| {
            beacon.is_some_and(|b| b.online && b.nonce == ours.nonce && b.counter == ours.counter)
        };
        if self.link.beacon.as_ref().is_some_and(ours) {
            self.link.beacon_heal.well();
        } else {
            self.outbid(beacon);
            self.link.beacon_heal.repair(SETTLE, self.now.instant);
        }
    }

    /// Somebody spoke in our name of a later connection than ours: ours becomes the later one. It keeps its nonce, so
    /// that its will is still understood.
    fn outbid(&mut self, forged: Option<&Beacon>) {
        let now = self.now.timestamp;
        let Some((forged, ours)) = forged.zip(self.link.beacon) else { return };
        if forged.counter < ours.counter || !is_sane(forged.counter, now) {
            return;
        }
        let counter = forged.counter + 1;
        self.link.beacon = Some(Beacon { counter, ..ours });
        if let Some(ready) = self.ready_mut() {
            ready.me.counter = counter;
            let write = ready.me.write();
            self.commits.write(write);
        }
    }

    /// Our own profile came back from the broker: as we know it, or not.
    pub(super) fn handle_own_info(&mut self, ours: bool) {
        if ours {
            self.link.info_heal.well();
        } else {
            self.link.info_heal.repair(Duration::ZERO, self.now.instant);
        }
    }

    /// Publishes again what is due.
    pub(super) fn heal_own(&mut self, now: Instant) {
        if self.link.beacon_heal.is_due(now) {
            self.publish_beacon(true);
            self.link.beacon_heal.done(now);
        }
        if self.link.info_heal.is_due(now) {
            self.publish_info();
        }
    }
}
