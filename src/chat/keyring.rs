//! The keys behind somebody's address: which claim it, which one is used, and the devices below each.

use super::contact::Claimant;
use super::holder::Holder;
use super::id::{DeviceId, UserId};
use crate::e2ee::bundle::Bundle;
use crate::e2ee::certificate::{DeviceCertificate, verify_claim, verify_revocation};
use crate::e2ee::document::{Document, Kind};
use crate::e2ee::key::{Fingerprint, IdentityKey, UserKey};
use crate::e2ee::place::Owner;
use crate::e2ee::trust::{Pin, Standing, Trust};
use crate::time::Timestamp;

/// How many keys of one address are looked at: whoever claims more fills no memory.
pub(crate) const MAX_CLAIMANTS: usize = 8;

/// What is known of one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keyring {
    /// The key in use, once there is one.
    pub(crate) pin: Option<Pin>,
    /// The key that an invite named, or the person among several: no other will do.
    pub(crate) wanted: Option<Fingerprint>,
    pub(crate) holders: Vec<Holder>,
    /// Keys that came instead of the one in use, and were not what the person went on with; the newest last.
    pub(crate) refused: Vec<Fingerprint>,
}

/// A document as it was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) document: &'a Document,
    pub(crate) root: &'a str,
    pub(crate) id: UserId,
    pub(crate) key: Fingerprint,
    pub(crate) now: Timestamp,
}

impl Found<'_> {
    fn owner(&self) -> Owner<'_> {
        Owner { root: self.root, id: self.id.0, key: self.key }
    }
}

impl Keyring {
    /// The holder of the key in use.
    pub(crate) fn in_use(&self) -> Option<&Holder> {
        let key = self.pin.as_ref()?.key();
        self.holders.iter().find(|holder| holder.key == *key)
    }

    pub(crate) fn in_use_mut(&mut self) -> Option<&mut Holder> {
        let key = *self.pin.as_ref()?.key();
        self.holders.iter_mut().find(|holder| holder.key == key)
    }

    /// Whether the key in use can be no other: the address is made of it, or it was named.
    pub(crate) fn is_sure(&self, id: UserId) -> bool {
        self.is_made_of_key(id) || self.is_named()
    }

    /// Whether an invite, or the person, has named the key in use.
    pub(crate) fn is_named(&self) -> bool {
        self.pin.is_some_and(|pin| self.wanted == Some(pin.key().fingerprint()))
    }

    /// Whether the address is made of the key in use, so that nobody else can have it.
    pub(crate) fn is_made_of_key(&self, id: UserId) -> bool {
        self.pin.is_some_and(|pin| pin.key().fingerprint().0 == id.0)
    }

    /// Whether nobody else can be meant by this person: the key in use is sure, or they have chosen or verified it.
    pub(crate) fn is_settled(&self, id: UserId) -> bool {
        self.is_sure(id) || self.pin.is_some_and(|pin| pin.trust() == Trust::Verified)
    }

    /// Stays with the key in use; the one that came instead is not asked about again.
    pub(crate) fn keep(&mut self) -> bool {
        let Some(pin) = self.pin.as_mut() else { return false };
        let (key, Some(refused)) = (*pin.key(), pin.keep()) else { return false };
        self.refuse(refused.fingerprint());
        self.wanted.take_if(|wanted| *wanted == refused.fingerprint());
        self.holders.retain(|holder| holder.key == key);
        true
    }

    /// Nobody is asked about this key again.
    pub(crate) fn refuse(&mut self, key: Fingerprint) {
        self.refused.push(key);
        if self.refused.len() > MAX_CLAIMANTS {
            self.refused.remove(0);
        }
    }

    /// Whether messages may leave to the key in use.
    pub(crate) fn is_open(&self) -> bool {
        self.pin.is_some_and(|pin| pin.standing() == Standing::Open)
    }

    pub(crate) fn holder(&self, key: Fingerprint) -> Option<&Holder> {
        self.holders.iter().find(|holder| holder.key.fingerprint() == key)
    }

    /// The device with this Olm identity key, below the key in use.
    pub(crate) fn device(&self, curve25519: &IdentityKey) -> Option<&DeviceCertificate> {
        self.in_use()?.set.by_identity(curve25519)
    }

    /// Uses a key from now on. The others are of no further interest.
    pub(crate) fn choose(&mut self, key: Fingerprint) -> bool {
        let Some(holder) = self.holder(key).cloned() else { return false };
        self.pin = Some(Pin::claimed(holder.key));
        self.holders = vec![holder];
        true
    }

    /// Which key may be taken without a question: the one that an invite names, the one that the address is made of, or
    /// (`alone`: all have had time to come) the only one.
    pub(crate) fn obvious(&self, id: UserId, alone: bool) -> Option<Fingerprint> {
        let named = self.wanted.unwrap_or(Fingerprint(id.0));
        if let Some(holder) = self.holder(named) {
            return holder.is_complete().then_some(named);
        }
        let only = |holder: &&Holder| alone && self.wanted.is_none() && holder.is_complete();
        match self.holders.as_slice() {
            [holder] => Some(holder).filter(only).map(|holder| holder.key.fingerprint()),
            _ => None,
        }
    }

    /// The keys among which the person has to choose; empty where they need not, or cannot yet.
    pub(crate) fn claimants(&self) -> Vec<Claimant> {
        if self.pin.is_some() || self.holders.len() < 2 {
            return Vec::new();
        }
        let complete = |holder: &Holder| {
            Claimant::of(holder.key.fingerprint(), holder.name.clone(), holder.is_complete())
        };
        self.holders.iter().map(complete).collect()
    }

    /// Takes a document in; true where it brings something new. None of it is believed before it is verified.
    pub(crate) fn take(&mut self, found: &Found<'_>, device: Option<DeviceId>) -> bool {
        if !self.cares_for(found) {
            return false;
        }
        match (found.document.kind(), device) {
            (Kind::Claim, None) => self.take_claim(found),
            (Kind::Certificate, Some(device)) => self.take_certificate(found, device),
            (Kind::Revocation, Some(device)) => self.take_revocation(found, device),
            (Kind::Bundle, Some(device)) => self.take_bundle(found, device),
            (
                Kind::Claim
                | Kind::Certificate
                | Kind::Revocation
                | Kind::Bundle
                | Kind::Profile
                | Kind::Online
                | Kind::Offline,
                _,
            ) => false,
        }
    }

    /// Whether a key's documents are looked at: once one is in use, only its own.
    fn cares_for(&self, found: &Found<'_>) -> bool {
        let named = self.wanted == Some(found.key) || found.key.0 == found.id.0;
        match &self.pin {
            Some(pin) => {
                let mut keys = [Some(pin.key()), pin.changed()].into_iter().flatten();
                keys.any(|key| key.fingerprint() == found.key)
            }
            None if self.wanted.is_some() => named,
            None => named || self.holder(found.key).is_some() || self.holders.len() < MAX_CLAIMANTS,
        }
    }

    fn take_claim(&mut self, found: &Found<'_>) -> bool {
        let newest = self.holder(found.key).map(|holder| holder.claim);
        match verify_claim(found.document, &found.owner(), newest, found.now) {
            Ok(key) => {
                self.holder_mut(key).claim = found.document.rev();
                true
            }
            Err(_) => false,
        }
    }

    fn take_certificate(&mut self, found: &Found<'_>, device: DeviceId) -> bool {
        let known = self.holder(found.key).and_then(|holder| holder.devices.get(&device));
        let newest = known.map(|papers| papers.certificate);
        let verified =
            DeviceCertificate::verify(found.document, &found.owner(), &device.0, newest, found.now);
        let Ok(certificate) = verified else { return false };
        let holder = self.holder_mut(certificate.user);
        let taken = holder.set.certify(certificate).is_ok();
        if taken {
            holder.devices.entry(device).or_default().certificate = found.document.rev();
        }
        taken
    }

    fn take_revocation(&mut self, found: &Found<'_>, device: DeviceId) -> bool {
        // Of somebody whose key is not known there is nothing to take back.
        let known = self.holders.iter_mut().find(|holder| holder.key.fingerprint() == found.key);
        let Some(holder) = known else { return false };
        let valid = verify_revocation(found.document, &found.owner(), &device.0, found.now).is_ok();
        let news = valid && holder.set.revoke(device.0);
        if news {
            holder.devices.remove(&device);
        }
        news
    }

    fn take_bundle(&mut self, found: &Found<'_>, device: DeviceId) -> bool {
        let Some(holder) = self.holder(found.key) else { return false };
        let Some(certificate) = holder.set.find(&device.0).copied() else { return false };
        let newest = holder.devices.get(&device).map(|papers| papers.rev).filter(|rev| *rev > 0);
        let verified = Bundle::verify(found.document, &found.owner(), &certificate, newest, found.now);
        let Ok(bundle) = verified else { return false };
        let papers = self.holder_mut(certificate.user).devices.entry(device).or_default();
        papers.renew(found.document.rev(), bundle)
    }

    /// Whatever they publish for first contact is taken once more, but nothing older: what was kept in a backup may have
    /// been forgotten by its device.
    pub(crate) fn forget_bundles(&mut self) {
        let devices = self.holders.iter_mut().flat_map(|holder| holder.devices.iter_mut());
        for (_, papers) in devices {
            if papers.bundle.take().is_some() {
                papers.rev = papers.rev.saturating_sub(1);
            }
        }
    }

    /// Puts what is known of a key in the place of what was.
    pub(crate) fn put(&mut self, holder: Holder) {
        match self.holders.iter_mut().find(|known| known.key == holder.key) {
            Some(known) => *known = holder,
            None => self.holders.push(holder),
        }
    }

    pub(crate) fn holder_mut(&mut self, key: UserKey) -> &mut Holder {
        let at = self.holders.iter().position(|holder| holder.key == key).unwrap_or_else(|| {
            self.holders.push(Holder::new(key));
            self.holders.len() - 1
        });
        &mut self.holders[at]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chat::keys::{Keys, Paper};
    use crate::chat::record::{Record, Write};
    use crate::chat::stored;
    use crate::e2ee::seed::Seed;

    const NOW: Timestamp = Timestamp(1_795_176_000_000);

    /// As after a restart.
    fn reload(id: UserId, keyring: &Keyring) -> Keyring {
        let Write::Put(Record { table, key, value }) = stored::write_keyring(id, keyring) else {
            unreachable!("a keyring is kept")
        };
        stored::read_keyring(&Record { table, key, value }).unwrap().1
    }

    #[test]
    fn a_bundle_that_speaks_less_than_one_before_is_refused() {
        let mut keys = Keys::generate(Seed::from_bytes([7; 32]), NOW);
        let (id, device) = (keys.user_id(), keys.device_id());
        keys.renew("kith", id, NOW);
        let (owner, mut keyring) = (keys.owner("kith", id), Keyring::default());
        let take = |keyring: &mut Keyring, document: &Document, of| {
            keyring.take(&Found { document, root: "kith", id, key: owner.key, now: NOW }, of)
        };
        for (paper, of) in [(Paper::Claim, None), (Paper::Certificate, Some(device))] {
            assert!(take(&mut keyring, keys.paper(paper).unwrap(), of));
        }
        let said = [
            ((1, 1), true),
            ((1, 3), true),
            ((1, 2), false),
            ((1, 1), false),
            ((2, 4), false),
            ((1, 3), true),
        ];
        for (rev, (versions, believed)) in (1..).zip(said) {
            let document = Bundle::issue_for(versions, &keys.device, &owner, rev, NOW);
            assert_eq!(take(&mut keyring, &document, Some(device)), believed, "{rev}: {versions:?}");
            keyring = reload(id, &keyring);
        }
        assert_eq!(keyring.holders[0].bundle(&device.0).unwrap().versions, (1, 3));
    }
}
