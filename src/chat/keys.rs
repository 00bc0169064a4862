//! This person's keys, and the signed documents that tell others of them.

use super::id::{DeviceId, UserId};
use crate::e2ee::bundle::Bundle;
use crate::e2ee::certificate::{DeviceCertificate, DeviceKind, claim, revoke, verify_claim};
use crate::e2ee::device::Device;
use crate::e2ee::device_set::DeviceSet;
use crate::e2ee::document::Document;
use crate::e2ee::envelope::Party;
use crate::e2ee::key::{Fingerprint, UserIdentity};
use crate::e2ee::place::Owner;
use crate::e2ee::seed::Seed;
use crate::e2ee::succession::Succession;
use crate::time::Timestamp;

/// One of the documents that stand below this person's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paper {
    /// The key claims the address.
    Claim,
    /// The device belongs to the key.
    Certificate,
    /// The device's keys for first contact.
    Bundle,
}

impl Paper {
    pub(crate) const ALL: [Self; 3] = [Self::Claim, Self::Certificate, Self::Bundle];
}

/// The documents as they were last signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Papers {
    /// Below which root: they hold for no other.
    pub(crate) root: String,
    /// In the order of [`Paper::ALL`].
    pub(crate) documents: [Document; 3],
}

/// Everything secret that this person and this device have, but for the sessions.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) seed: Seed,
    pub(crate) identity: UserIdentity,
    pub(crate) device: Device,
    /// The highest number that one of the documents ever had.
    pub(crate) rev: u64,
    pub(crate) papers: Option<Papers>,
    /// Another device has taken this one's place.
    pub(crate) is_revoked: bool,
    /// The devices whose place this one has taken, the newest first.
    pub(crate) former: Vec<DeviceId>,
    /// What was certified under a lower number than this one, this device has replaced by going on from a backup or from
    /// the recovery words. 0 where it has begun by itself. No own document is ever below it, so no two devices replace each other.
    pub(crate) since: u64,
    /// Where this device was made in the place of one whose keys it found in older storage: the proof of that.
    pub(crate) succession: Option<Succession>,
}

impl Keys {
    /// New keys for somebody who begins, or who began before there were any.
    pub(crate) fn generate(seed: Seed, now: Timestamp) -> Self {
        let identity = seed.identity();
        Self {
            seed,
            identity,
            device: Device::generate(now),
            rev: 0,
            papers: None,
            is_revoked: false,
            former: Vec::new(),
            since: 0,
            succession: None,
        }
    }

    /// Keys for a device that goes on from a backup, or from the recovery words.
    pub(crate) fn stand_in(seed: Seed, former: Vec<DeviceId>, now: Timestamp) -> Self {
        Self { rev: now.0, former, since: now.0, ..Self::generate(seed, now) }
    }

    /// New keys for a device that takes the place of this one, whose keys lay in storage that is older than it was.
    pub(crate) fn succeeded(self, former: Vec<DeviceId>, id: UserId, now: Timestamp) -> Self {
        let Self { seed, device, papers, .. } = self;
        let new = Self::stand_in(seed, former, now);
        let succession = papers.map(|Papers { root, documents: [_, certificate, _] }| {
            Succession::of(&device, certificate, new.device.id(), &new.owner(&root, id))
        });
        Self { succession, ..new }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.identity.key().fingerprint()
    }

    /// The user id of somebody who gives neither number nor address.
    pub(crate) fn user_id(&self) -> UserId {
        UserId(self.fingerprint().0)
    }

    pub(crate) fn device_id(&self) -> DeviceId {
        DeviceId(*self.device.id())
    }

    pub(crate) fn party(&self) -> Party {
        Party { user: *self.identity.key(), device: *self.device.id() }
    }

    pub(crate) fn owner<'r>(&self, root: &'r str, id: UserId) -> Owner<'r> {
        Owner { root, id: id.0, key: self.fingerprint() }
    }

    pub(crate) fn paper(&self, paper: Paper) -> Option<&Document> {
        let [claim, certificate, bundle] = &self.papers.as_ref()?.documents;
        Some(match paper {
            Paper::Claim => claim,
            Paper::Certificate => certificate,
            Paper::Bundle => bundle,
        })
    }

    /// This device's certificate, as others see it.
    pub(crate) fn certificate(&self) -> DeviceCertificate {
        DeviceCertificate {
            user: *self.identity.key(),
            device: *self.device.id(),
            ed25519: self.device.ed25519(),
            curve25519: self.device.curve25519(),
            kind: DeviceKind::Browser,
        }
    }

    /// The devices of this person that this one knows of: itself, and those that it has replaced.
    pub(crate) fn devices(&self) -> DeviceSet {
        DeviceSet::of(self.certificate(), self.former.iter().map(|device| device.0))
    }

    /// The same, each by its document, for those who do not believe what they find at the broker.
    pub(crate) fn named_devices(&self, id: UserId, now: Timestamp) -> Vec<(DeviceId, Document)> {
        let Some(papers) = &self.papers else { return Vec::new() };
        let [_, certificate, _] = &papers.documents;
        let revoked = |device: &DeviceId| (*device, self.revocation(*device, &papers.root, id, now));
        let own = (self.device_id(), certificate.clone());
        [own].into_iter().chain(self.former.iter().map(revoked)).collect()
    }

    /// The document by which a device whose place this one has taken is revoked.
    pub(crate) fn revocation(&self, device: DeviceId, root: &str, id: UserId, now: Timestamp) -> Document {
        revoke(&self.identity, &device.0, &self.owner(root, id), self.rev, now)
    }

    /// Whether a document certifies a device of this person's that this one has replaced.
    pub(crate) fn has_replaced(
        &self,
        shown: &Document,
        device: DeviceId,
        owner: &Owner<'_>,
        now: Timestamp,
    ) -> bool {
        shown.rev() < self.since && DeviceCertificate::verify(shown, owner, &device.0, None, now).is_ok()
    }

    /// Rotates and signs what is due; true where anything is new, and then it must be stored and published.
    pub(crate) fn renew(&mut self, root: &str, id: UserId, now: Timestamp) -> bool {
        let rotated = self.device.rotate_if_due(now);
        let good = |papers: &Papers| papers.root == root && papers.documents.iter().all(|d| is_fresh(d, now));
        if !rotated && self.papers.as_ref().is_some_and(good) {
            return false;
        }
        // Never below the wall clock: keys that were restored from an old copy do not fall behind.
        self.rev = (self.rev + 1).max(now.0);
        let (owner, rev) = (self.owner(root, id), self.rev);
        let documents = [
            claim(&self.identity, &owner, rev, now),
            DeviceCertificate::issue(&self.identity, &self.device, DeviceKind::Browser, &owner, rev, now),
            Bundle::issue(&self.device, &owner, rev, now),
        ];
        self.papers = Some(Papers { root: root.into(), documents });
        true
    }

    /// When [`Self::renew`] has something to do again.
    pub(crate) fn renewal_due(&self) -> Timestamp {
        let papers = self.papers.iter().flat_map(|papers| &papers.documents).map(half_life);
        papers.chain([self.device.rotation_due()]).min().unwrap_or_default()
    }

    /// Somebody has published a document of ours. Where it is a true one of a later number (by a copy of these keys, or
    /// from before they were restored), ours get a higher one.
    pub(crate) fn outbid(&mut self, paper: Paper, shown: &Document, id: UserId, now: Timestamp) -> bool {
        let Some(root) = self.papers.as_ref().map(|papers| papers.root.clone()) else { return false };
        let (owner, device) = (self.owner(&root, id), *self.device.id());
        let newest = Some(self.rev);
        let true_one = match paper {
            Paper::Claim => verify_claim(shown, &owner, newest, now).is_ok(),
            Paper::Certificate => DeviceCertificate::verify(shown, &owner, &device, newest, now).is_ok(),
            Paper::Bundle => Bundle::verify(shown, &owner, &self.certificate(), newest, now).is_ok(),
        };
        if true_one {
            self.rev = shown.rev();
            self.papers = None;
            self.renew(&root, id, now);
        }
        true_one
    }
}

/// Whether a document still has more than half of its time. (One from the future, by a clock that was wrong, is renewed.)
fn is_fresh(document: &Document, now: Timestamp) -> bool {
    document.iat() <= now && now < half_life(document)
}

/// When half of a document's time is over.
pub(crate) fn half_life(document: &Document) -> Timestamp {
    let (from, to) = (document.iat().0, document.exp().0);
    Timestamp(from + to.saturating_sub(from) / 2)
}
