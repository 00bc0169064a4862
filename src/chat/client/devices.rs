//! Which devices somebody has. Each event of theirs says it, by a hash: where that is not what is known here, somebody
//! hides a document from us, or shows us one that should be gone. What is retained is asked for once more, and then the
//! device that has said so, which names them all, end to end. Nothing of it is told to the person.

use std::time::Duration;

use litemap::LiteMap;

use super::super::contact::Relation;
use super::super::holder::{Compared, Holder};
use super::super::id::{DeviceId, UserId};
use super::super::keyring::Found;
use super::super::wire::{Event, EventBody};
use super::again::Answered;
use super::heal::Heal;
use super::own::SETTLE;
use super::{Client, Ready};
use crate::e2ee::certificate::{DeviceCertificate, verify_revocation};
use crate::e2ee::device_set::DeviceSet;
use crate::e2ee::document::{Document, Kind};
use crate::e2ee::place::Owner;
use crate::time::{Instant, Timestamp};

/// How many documents of devices are looked at: their hash would be another one if there were more.
const MAX_NAMED: usize = 64;

/// How often a device is told which devices there are, at the most.
const PAUSE: Duration = Duration::from_secs(60);

/// Whose word on their devices is looked into, and who was told of ours.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    open: LiteMap<(UserId, DeviceId), Doubt>,
    told: Answered,
    /// Of whom what is retained was asked for once more. Nothing that they say makes that more frequent.
    retained: LiteMap<UserId, Heal>,
}

#[derive(Debug, Default)]
struct Doubt {
    /// What the device has said last.
    said: [u8; 32],
    /// What it has said, and what was known here, when it had named all of them and nothing more could be done.
    settled: Option<[[u8; 32]; 2]>,
    /// The device was asked, and has not answered yet.
    asked: bool,
    heal: Heal,
}

impl Client {
    /// An event says which devices its author has.
    pub(super) fn compare_devices(&mut self, event: &Event) {
        let (of, device, now) = (event.from, event.device, self.now.instant);
        let Some(known) = self.holder_of(of).map(|holder| holder.set.hash()) else { return };
        let doubt = self.doubts.open.get(&(of, device));
        if doubt.is_some_and(|doubt| doubt.settled == Some([event.devices, known])) {
            return;
        }
        let Some(agrees) = self.compare(of, device, &event.devices) else { return };
        let doubts = &mut self.doubts.open;
        if agrees {
            doubts.entry((of, device)).and_modify(|doubt| doubt.heal.well());
            return;
        }
        let doubt = doubts.entry((of, device)).or_default();
        doubt.said = event.devices;
        if doubt.heal.due.is_none() {
            doubt.heal.repair(SETTLE, now);
            self.ask_retained(of);
        }
    }

    fn ask_retained(&mut self, of: UserId) {
        if self.doubts.retained.entry(of).or_default().may_mend(self.now.instant) {
            self.ask_keys(of);
        }
    }

    /// A device has said in its person's name that it is here, or is gone. Where it cannot be written to, what it has
    /// published has not come, and will not come by itself.
    pub(super) fn note_device(&mut self, of: UserId, device: DeviceId, said: &Document) {
        let Some(holder) = self.holder_of(of).filter(|holder| holder.key.fingerprint() == said.signer())
        else {
            return;
        };
        let is_known = holder.bundle(&device.0).is_some() || holder.set.is_revoked(&device.0);
        if !is_known {
            self.ask_retained(of);
        }
    }

    /// Whether what a device says of its person's devices is what is known here. Who is no contact says nothing.
    fn compare(&mut self, of: UserId, device: DeviceId, said: &[u8; 32]) -> Option<bool> {
        let relation = self.people.get(&of).map(|person| person.relation);
        relation.filter(|relation| matches!(relation, Relation::Friend | Relation::Requested))?;
        let holder = self.keyrings.get_mut(&of)?.in_use_mut()?;
        holder.set.find(&device.0)?;
        let Compared { agrees, changed } = holder.compare(device, said);
        if changed {
            self.commits.touch_keyring(of);
        }
        Some(agrees)
    }

    fn holder_of(&self, of: UserId) -> Option<&Holder> {
        self.keyrings.get(&of)?.in_use()
    }

    fn may_doubt(&self, (of, device): (UserId, DeviceId)) -> bool {
        let is_live = self.holder_of(of).is_some_and(|holder| holder.set.find(&device.0).is_some());
        self.link.is_live() && is_live && self.may_reach(of)
    }

    pub(super) fn doubts_deadline(&self) -> Option<Instant> {
        let doubts = self.doubts.open.iter().filter(|(of, _)| self.may_doubt(**of));
        doubts.filter_map(|(_, doubt)| doubt.heal.due).min()
    }

    /// Asks those whose word is still not what is known here.
    pub(super) fn handle_doubts(&mut self) {
        let now = self.now.instant;
        let due =
            self.doubts.open.iter().filter(|(of, doubt)| doubt.heal.is_due(now) && self.may_doubt(**of));
        for ((of, device), said) in due.map(|(of, doubt)| (*of, doubt.said)).collect::<Vec<_>>() {
            let agrees = self.compare(of, device, &said) == Some(true);
            let Some(doubt) = self.doubts.open.get_mut(&(of, device)) else { continue };
            if agrees {
                doubt.heal.well();
                continue;
            }
            doubt.asked = true;
            doubt.heal.done(now);
            doubt.heal.repair(SETTLE, now);
            let ask = self.passing(of, EventBody::Doubt);
            self.emit_to(of, device, &ask);
        }
    }

    /// Somebody's device knows others for ours than we do: it gets them named, each by its document.
    pub(super) fn name_devices(&mut self, to: UserId, device: DeviceId) {
        let now = self.now;
        if !self.doubts.told.admit((to, device), PAUSE, now.instant) {
            return;
        }
        let Some(Ready { me, keys, .. }) = self.ready() else { return };
        let named = keys.named_devices(me.id, now.timestamp);
        let named = self.passing(to, EventBody::Devices(named));
        self.emit_to(to, device, &named);
    }

    /// A device names all that there are, as it was asked to. What its documents prove is taken in, and which of the
    /// others are still written to is settled by it.
    pub(super) fn take_devices(&mut self, event: &Event, named: &[(DeviceId, Document)]) {
        let (of, device, now) = (event.from, event.device, self.now.timestamp);
        // One answer to each question: to look at it has its price.
        let asked = self.doubts.open.get_mut(&(of, device)).filter(|doubt| doubt.heal.due.is_some());
        if !asked.is_some_and(|doubt| std::mem::take(&mut doubt.asked)) {
            return;
        }
        let Some(root) = self.ready().map(|ready| ready.root.as_str().to_owned()) else { return };
        let Some(keyring) = self.keyrings.get_mut(&of) else { return };
        let Some(key) = keyring.pin.map(|pin| pin.key().fingerprint()) else { return };
        let owner = Owner { root: &root, id: of.0, key };
        let named = &named[..named.len().min(MAX_NAMED)];
        let set = proven(named, &owner, now);
        if set.hash() != event.devices {
            return;
        }
        for (device, document) in named {
            keyring.take(&Found { document, root: &root, id: of, key, now }, Some(*device));
        }
        let Some(holder) = keyring.in_use_mut() else { return };
        holder.hold_unnamed(device, &set);
        let known = holder.set.hash();
        self.commits.touch_keyring(of);
        if let Some(doubt) = self.doubts.open.get_mut(&(of, device)) {
            doubt.settled = Some([event.devices, known]);
            doubt.heal.well();
        }
        self.outbox.hurry(Some(of), self.now.instant);
    }
}

/// The devices that documents prove to be somebody's, or not to be any more.
fn proven(named: &[(DeviceId, Document)], owner: &Owner<'_>, now: Timestamp) -> DeviceSet {
    let mut set = DeviceSet::default();
    for (device, document) in named {
        match document.kind() {
            Kind::Certificate => {
                if let Ok(live) = DeviceCertificate::verify(document, owner, &device.0, None, now) {
                    // Without one that cannot be, the hash will be another.
                    let _ = set.certify(live);
                }
            }
            Kind::Revocation => {
                if verify_revocation(document, owner, &device.0, now).is_ok() {
                    set.revoke(device.0);
                }
            }
            Kind::Profile | Kind::Claim | Kind::Bundle | Kind::Online | Kind::Offline => {}
        }
    }
    set
}
