//! This person's own retained documents: signed, published, and put right when somebody else has overwritten them.

use std::time::Duration;

use bytes::Bytes;

use super::super::change::{Change, Connection, Trouble, Words};
use super::super::id::DeviceId;
use super::super::keys::Paper;
#[cfg(test)]
use super::super::retained::Info;
use super::super::retained::{Beacon, statement};
use super::backup::former;
use super::commits::Then;
use super::link::Goodbye;
use super::{Client, Ready, ready_mut};
use crate::e2ee::certificate::verify_revocation;
use crate::e2ee::document::Document;
use crate::e2ee::presence::Presence;
use crate::mqtt::{Publish, QoS};
use crate::time::Instant;
#[cfg(test)]
use crate::time::Timestamp;

/// Presence is said again after half of the time that it holds.
const REFRESH: Duration = Duration::from_secs(5 * 60);
/// How long after connecting the broker's retained copies are waited for.
pub(super) const SETTLE: Duration = Duration::from_secs(2);

impl Client {
    /// Says that this device is here, or is leaving. Each time that it says to be here counts one more: what is older is
    /// not believed.
    pub(super) fn publish_beacon(&mut self, online: bool) {
        let now = self.now;
        let again = online && self.link.told_beacon.is_some();
        let Some((beacon, ready)) = self.link.beacon.as_mut().zip(ready_mut(&mut self.stage)) else { return };
        let Ready { me, root, keys } = ready;
        if again {
            beacon.counter += 1;
            me.counter = beacon.counter;
            self.commits.write_later(me.write(), now.instant);
        }
        let owner = keys.owner(root.as_str(), me.id);
        let said = Beacon { online, at: now.timestamp, ..*beacon };
        let topics = [root.presence_for_tools(me.id), root.presence(me.id, keys.device_id())];
        let payload = Bytes::from(said.encode(keys, &owner));
        self.link.told_beacon = Some(payload.clone());
        self.link.refresh = online.then(|| now.instant + REFRESH);
        // A goodbye has no time for an acknowledgement, nor for a place in the window.
        let qos = if online { QoS::AtLeastOnce } else { QoS::AtMostOnce };
        for topic in topics {
            self.publish_latest(Publish { topic, payload: payload.clone(), qos, retain: true });
        }
    }

    /// Publishes this person's profile.
    pub(super) fn publish_info(&mut self) {
        let now = self.now;
        let Some(Ready { me, root, keys }) = self.ready() else { return };
        let owner = keys.owner(root.as_str(), me.id);
        let publish = Publish {
            topic: root.info(me.id),
            payload: me.public_info().encode(keys, &owner, now.timestamp).into(),
            qos: QoS::AtLeastOnce,
            retain: true,
        };
        self.publish_latest(publish);
        self.link.info_heal.done(now.instant);
    }

    /// For the tests: whatever this person's key can be made to sign.
    #[cfg(test)]
    pub(in crate::chat) fn sign_info(&self, info: &Info, now: Timestamp) -> Option<Vec<u8>> {
        let Ready { me, root, keys } = self.ready()?;
        Some(info.encode(keys, &keys.owner(root.as_str(), me.id), now))
    }

    /// Tells the words that the person's key can be made from again.
    pub(super) fn show_words(&mut self) {
        if let Some(words) = self.ready().map(|ready| ready.keys.seed.words()) {
            self.show(Change::Words(Words(words.into())));
        }
    }

    /// Publishes the documents about this person's keys.
    pub(super) fn publish_papers(&mut self) {
        Paper::ALL.into_iter().for_each(|paper| self.publish_paper(paper));
        self.publish_revocations();
    }

    /// Revokes the devices whose place this one has taken. It comes after our own certificate: nobody shall see this
    /// person without a device.
    fn publish_revocations(&mut self) {
        let now = self.now;
        let Some(Ready { me, root, keys }) = self.ready() else { return };
        let revoked: Vec<_> = keys
            .former
            .iter()
            .map(|device| Publish {
                topic: root.certificate(me.id, keys.fingerprint(), *device),
                payload: keys.revocation(*device, root.as_str(), me.id, now.timestamp).encode().into(),
                qos: QoS::AtLeastOnce,
                retain: true,
            })
            .collect();
        revoked.into_iter().for_each(|publish| self.publish_latest(publish));
        self.link.former_heal.done(now.instant);
    }

    /// A device below our own key is certified. Where it has gone on from a backup before us (the same one, as a rule), or
    /// was there before we began from the recovery words, we have taken its place as well.
    pub(super) fn note_replaced(&mut self, device: DeviceId, payload: &[u8]) {
        let now = self.now.timestamp;
        let (Ok(shown), Some(ready)) = (Document::decode(payload), ready_mut(&mut self.stage)) else {
            return;
        };
        let Ready { me, root, keys } = ready;
        let known = device == keys.device_id() || keys.former.contains(&device);
        if !known && keys.has_replaced(&shown, device, &keys.owner(root.as_str(), me.id), now) {
            keys.former = former(device, &keys.former);
            self.commits.touch_device();
        }
    }

    /// What stands at the place of a device that this one has replaced. Such a device may still run, and not know it yet.
    pub(super) fn handle_former(&mut self, device: DeviceId, payload: Option<&[u8]>) {
        let now = self.now;
        let Some(Ready { me, root, keys }) = self.ready() else { return };
        let shown = payload.and_then(|payload| Document::decode(payload).ok());
        let owner = keys.owner(root.as_str(), me.id);
        let revoked =
            shown.is_some_and(|shown| verify_revocation(&shown, &owner, &device.0, now.timestamp).is_ok());
        if !revoked {
            self.link.former_heal.repair(Duration::ZERO, now.instant);
        }
    }

    /// Another device of this person has taken our place. We stop, and keep what we have.
    fn stop_as_revoked(&mut self) {
        if let Some(ready) = self.ready_mut() {
            ready.keys.is_revoked = true;
            self.commits.touch_device();
        }
        // The other one speaks in our name now.
        self.part(Goodbye::Silent);
        self.touch_presences();
        self.show_connection(Connection::Stopped(Trouble::Revoked));
    }

    fn publish_paper(&mut self, paper: Paper) {
        let now = self.now.instant;
        let Some(Ready { me, root, keys }) = self.ready() else { return };
        let Some(document) = keys.paper(paper) else { return };
        let (id, key, device) = (me.id, keys.fingerprint(), keys.device_id());
        let topic = match paper {
            Paper::Claim => root.claim(id, key),
            Paper::Certificate => root.certificate(id, key, device),
            Paper::Bundle => root.bundle(id, key, device),
        };
        let payload = document.encode().into();
        self.publish_latest(Publish { topic, payload, qos: QoS::AtLeastOnce, retain: true });
        self.link.paper_heals[paper as usize].done(now);
    }

    /// Rotates and signs what is due, and tells whether. It is stored before it is published: what it promises to open
    /// must not be forgotten.
    pub(super) fn renew_papers(&mut self) -> bool {
        let now = self.now;
        let Some(ready) = ready_mut(&mut self.stage) else { return false };
        let renewed = ready.keys.renew(ready.root.as_str(), ready.me.id, now.timestamp);
        if renewed {
            self.commits.touch_device();
            self.commits.then(Then::Papers);
        }
        let wait = ready.keys.renewal_due().since(now.timestamp);
        self.link.renewal = Some(now.instant + wait);
        renewed
    }

    /// Our own presence came back from the broker; where it is not what we say, it is said again.
    pub(super) fn handle_own_beacon(&mut self, payload: Option<&Bytes>) {
        if payload.is_some() && payload == self.link.told_beacon.as_ref() {
            return self.link.beacon_heal.well();
        }
        self.outbid(payload.and_then(|payload| statement(payload)).as_ref());
        self.link.beacon_heal.repair(SETTLE, self.now.instant);
    }

    /// Our own device has said something of a later number (before its storage was restored): ours becomes the later one.
    /// The connection keeps its name, so that its will is still understood.
    fn outbid(&mut self, said: Option<&Document>) {
        let now = self.now;
        let (Some(said), Some(beacon)) = (said, self.link.beacon.as_mut()) else { return };
        let Some(Ready { me, root, keys }) = ready_mut(&mut self.stage) else { return };
        let owner = keys.owner(root.as_str(), me.id);
        let ours = Presence::default().apply(said, &owner, &keys.certificate(), false, now.timestamp).is_ok();
        if ours && said.rev() > beacon.counter {
            beacon.counter = said.rev();
            me.counter = said.rev();
            self.commits.write(me.write());
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

    /// A document about our own keys came back from the broker; where it is another, ours is published again.
    pub(super) fn handle_own_paper(&mut self, paper: Paper, payload: Option<&[u8]>) {
        let now = self.now;
        let Some(ready) = ready_mut(&mut self.stage) else { return };
        let (ours, id) = (ready.keys.paper(paper).map(Document::encode), ready.me.id);
        let shown = payload.and_then(|payload| Document::decode(payload).ok());
        let (device, owner) = (ready.keys.device_id(), ready.keys.owner(ready.root.as_str(), id));
        let revokes = |shown: &Document| verify_revocation(shown, &owner, &device.0, now.timestamp).is_ok();
        if paper == Paper::Certificate && shown.as_ref().is_some_and(revokes) {
            return self.stop_as_revoked();
        }
        let heal = &mut self.link.paper_heals[paper as usize];
        if ours.as_deref() == payload {
            return heal.well();
        }
        heal.repair(Duration::ZERO, now.instant);
        if shown.is_some_and(|shown| ready.keys.outbid(paper, &shown, id, now.timestamp)) {
            self.commits.touch_device();
        }
    }

    /// Asks the broker for what others need to write to this device: it may have lost what it retained. What it does not
    /// bring in a moment is published again.
    pub(super) fn check_papers(&mut self) {
        let now = self.now.instant;
        let Some(Ready { me, root, keys }) = self.ready() else { return };
        let [_, certificate, bundle, ..] = root.own_filters(me.id, keys.fingerprint(), keys.device_id());
        let Some(session) = &mut self.link.session else { return };
        for (paper, filter) in [(Paper::Certificate, certificate), (Paper::Bundle, bundle)] {
            session.renew(&filter, now);
            self.link.paper_heals[paper as usize].ask(SETTLE, now);
        }
    }

    /// Publishes again what is due.
    pub(super) fn heal_own(&mut self, now: Instant) {
        let refresh = self.link.refresh.is_some_and(|due| due <= now);
        if self.link.beacon_heal.is_due(now) {
            self.publish_beacon(true);
            self.link.beacon_heal.done(now);
        } else if refresh {
            self.publish_beacon(true);
        }
        if refresh {
            self.check_papers();
        }
        if self.link.info_heal.is_due(now) {
            self.publish_info();
        }
        if self.link.renewal.is_some_and(|due| due <= now) {
            self.renew_papers();
        }
        if self.link.former_heal.is_due(now) {
            self.publish_revocations();
        }
        let due = |paper: &Paper| self.link.paper_heals[*paper as usize].is_due(now);
        for paper in Paper::ALL.into_iter().filter(due).collect::<Vec<_>>() {
            self.publish_paper(paper);
        }
    }
}
