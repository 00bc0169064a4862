//! A key that claims an address, and the devices below it: which of them are written to.

use std::sync::Arc;

use litemap::LiteMap;

use super::id::DeviceId;
use crate::e2ee::bundle::Bundle;
use crate::e2ee::certificate::DeviceCertificate;
use crate::e2ee::device_set::DeviceSet;
use crate::e2ee::key::UserKey;
use crate::e2ee::request::Asked;

/// A key that claims an address, by documents of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) key: UserKey,
    /// What they call themselves, where the person has to choose among several. It is not stored.
    pub(crate) name: Arc<str>,
    /// The number of the claim that is believed; 0 where only devices were seen.
    pub(crate) claim: u64,
    pub(crate) set: DeviceSet,
    pub(crate) devices: LiteMap<DeviceId, Papers>,
}

/// What is believed of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Papers {
    /// The highest number of a certificate.
    pub(crate) certificate: u64,
    /// The highest number of a bundle.
    pub(crate) rev: u64,
    /// The highest version of the protocol that it ever spoke: it does not unlearn one.
    pub(crate) version: u64,
    pub(crate) bundle: Option<Bundle>,
    /// A device that was certified after this one does not name it among its person's: it is not written to.
    pub(crate) held: bool,
}

impl Holder {
    pub(crate) fn new(key: UserKey) -> Self {
        Self { key, name: "".into(), claim: 0, set: DeviceSet::default(), devices: LiteMap::new() }
    }

    pub(crate) fn bundle(&self, device: &[u8; 8]) -> Option<&Bundle> {
        self.devices.get(&DeviceId(*device))?.bundle.as_ref()
    }

    /// Claim, certificate and bundle are there: it can be written to.
    pub(crate) fn is_complete(&self) -> bool {
        self.claim > 0 && self.set.live().iter().any(|device| self.bundle(&device.device).is_some())
    }

    /// Takes in what a request has brought and proved.
    pub(crate) fn introduce(&mut self, asked: &Asked) {
        let device = DeviceId(asked.certificate.device);
        if self.set.certify(asked.certificate).is_ok() {
            let papers = self.devices.entry(device).or_default();
            papers.certificate = papers.certificate.max(asked.request.certificate.rev());
            let rev = asked.request.bundle.rev();
            if papers.rev <= rev {
                papers.renew(rev, asked.bundle.clone());
            }
        }
    }

    /// The devices that are written to. There is always one: where none is left but those that are held, it is they.
    pub(crate) fn reached(&self) -> impl Iterator<Item = &DeviceCertificate> {
        let is_held = |live: &&DeviceCertificate| {
            self.devices.get(&DeviceId(live.device)).is_some_and(|papers| papers.held)
        };
        let all = self.set.live().iter().all(|live| is_held(&live));
        self.set.live().iter().filter(move |live| all || !is_held(live))
    }

    /// The devices that were certified before this one. Of them it knows whether they are its person's.
    fn before(&self, device: DeviceId) -> Vec<DeviceId> {
        let since = self.devices.get(&device).map_or(0, |papers| papers.certificate);
        let earlier = self.devices.iter().filter(|(_, papers)| papers.certificate < since);
        earlier.map(|(device, _)| *device).collect()
    }

    /// One of the devices has said which there are, by their hash: whether that is what is known here. Those that were
    /// certified before it and that it may not mean are held.
    pub(crate) fn compare(&mut self, device: DeviceId, said: &[u8; 32]) -> Compared {
        let named = self.set.hash() == *said;
        let before = self.before(device);
        let changed = self.hold(&before, |_| !named);
        let agrees = named
            || (!before.is_empty()
                && self.set.without(|device| before.contains(&DeviceId(*device))).hash() == *said);
        Compared { agrees, changed }
    }

    /// One of the devices has named all that there are: those that were certified before it and that it does not name
    /// are held. Whether anything has changed by that.
    pub(crate) fn hold_unnamed(&mut self, device: DeviceId, named: &DeviceSet) -> bool {
        let before = self.before(device);
        self.hold(&before, |device| named.find(&device.0).is_none())
    }

    fn hold(&mut self, which: &[DeviceId], holds: impl Fn(DeviceId) -> bool) -> bool {
        let mut changed = false;
        for (device, papers) in self.devices.iter_mut().filter(|(device, _)| which.contains(device)) {
            changed |= papers.held != holds(*device);
            papers.held = holds(*device);
        }
        changed
    }
}

/// What became of a device's word on which devices there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    /// It means those that are known, or all of them but some that are held now.
    pub(crate) agrees: bool,
    /// Others are written to than before.
    pub(crate) changed: bool,
}

impl Papers {
    /// Takes a later bundle in, unless it speaks less than the one before, or nothing that we do.
    pub(crate) fn renew(&mut self, rev: u64, bundle: Bundle) -> bool {
        let usable = bundle.version(0).is_ok() && bundle.versions.1 >= self.version;
        if usable {
            *self = Self { rev, version: bundle.versions.1, bundle: Some(bundle), ..*self };
        }
        usable
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chat::keys::Keys;
    use crate::e2ee::seed::Seed;
    use crate::time::Timestamp;

    fn device() -> DeviceCertificate {
        Keys::generate(Seed::from_bytes([7; 32]), Timestamp(0)).certificate()
    }

    /// What is known of one person's devices, certified under these numbers.
    fn holder(devices: &[(DeviceCertificate, u64)]) -> Holder {
        let mut holder = Holder::new(devices[0].0.user);
        for (live, certificate) in devices {
            holder.set.certify(*live).unwrap();
            let papers = Papers { certificate: *certificate, ..Papers::default() };
            holder.devices.insert(DeviceId(live.device), papers);
        }
        holder
    }

    fn reached(holder: &Holder) -> Vec<[u8; 8]> {
        holder.reached().map(|live| live.device).collect()
    }

    #[test]
    fn a_device_speaks_for_those_that_were_certified_before_it_and_for_no_others() {
        let (old, new, last) = (device(), device(), device());
        let mut known = holder(&[(old, 1), (new, 2), (last, 3)]);
        let id = |device: DeviceCertificate| DeviceId(device.device);
        let only = |device| DeviceSet::of(device, []).hash();
        assert!(!known.compare(id(old), &only(old)).agrees);
        assert_eq!(known.reached().count(), 3, "the oldest one holds nobody");
        assert!(!known.compare(id(new), &only(new)).agrees, "it does not name the last one");
        assert!(!reached(&known).contains(&old.device) && known.reached().count() == 2);
        assert!(known.compare(id(last), &only(last)).agrees, "it means all but those that are held");
        assert_eq!(reached(&known), [last.device]);
        assert!(known.compare(id(last), &known.set.hash()).agrees);
        assert_eq!(known.reached().count(), 3, "it has named all of them");
    }

    #[test]
    fn what_is_not_named_is_held_until_it_is() {
        let (old, new) = (device(), device());
        let (mut known, id) = (holder(&[(old, 1), (new, 2)]), DeviceId(new.device));
        assert!(known.hold_unnamed(id, &DeviceSet::of(new, [])));
        assert_eq!(reached(&known), [new.device]);
        assert!(!known.hold_unnamed(id, &DeviceSet::of(new, [])), "nothing new");
        let both = known.set.clone();
        assert!(known.hold_unnamed(id, &both));
        assert_eq!(known.reached().count(), 2);
        known.hold_unnamed(id, &DeviceSet::of(new, []));
        known.set.revoke(new.device);
        assert_eq!(reached(&known), [old.device], "somebody has to be written to");
    }
}
