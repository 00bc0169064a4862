//! The devices of a person: certificates and revocations only ever come in addition, and what is revoked never comes
//! back. Whoever hides one is found out by the hash, which every event carries.

use super::certificate::DeviceCertificate;
use super::hash::sha256;
use crate::cbor::{Reader, WireError, Writer};

const VERSION: u64 = 1;

/// How many devices a person may have at once.
pub const MAX_DEVICES: usize = 8;
/// How many revocations are kept; whoever has more of them gets no new devices.
const MAX_REVOKED: usize = 1_024;

/// A certificate is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceSetError {
    /// It was revoked.
    #[error("the device was revoked")]
    Revoked,
    /// A person has at most eight, and has had at most 1,024.
    #[error("there are too many devices")]
    TooMany,
    /// Another device has these keys, or this device had others.
    #[error("a device's keys cannot change, nor be another's")]
    Keys,
}

/// The devices of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceSet {
    live: Vec<DeviceCertificate>,
    revoked: Vec<[u8; 8]>,
}

impl DeviceSet {
    /// That of a person with one device.
    #[must_use]
    pub fn of(device: DeviceCertificate, revoked: impl IntoIterator<Item = [u8; 8]>) -> Self {
        let mut set = Self { live: vec![device], revoked: Vec::new() };
        revoked.into_iter().filter(|revoked| *revoked != device.device).for_each(|revoked| {
            set.revoke(revoked);
        });
        set
    }

    /// Takes in a certificate that was verified.
    ///
    /// # Errors
    /// When the device was revoked, when its keys were others or are another's, when there are eight already.
    pub fn certify(&mut self, certificate: DeviceCertificate) -> Result<(), DeviceSetError> {
        if self.is_revoked(&certificate.device) {
            return Err(DeviceSetError::Revoked);
        }
        let shares = |known: &DeviceCertificate| {
            let same_device = known.device == certificate.device;
            let same_keys =
                known.ed25519 == certificate.ed25519 && known.curve25519 == certificate.curve25519;
            let any_key = known.ed25519 == certificate.ed25519 || known.curve25519 == certificate.curve25519;
            if same_device { !same_keys } else { any_key }
        };
        if self.live.iter().any(shares) {
            return Err(DeviceSetError::Keys);
        }
        match self.live.binary_search_by_key(&certificate.device, |known| known.device) {
            Ok(at) => self.live[at] = certificate,
            Err(_) if self.live.len() >= MAX_DEVICES || self.revoked.len() >= MAX_REVOKED => {
                return Err(DeviceSetError::TooMany);
            }
            Err(at) => self.live.insert(at, certificate),
        }
        Ok(())
    }

    /// Takes in a revocation that was verified. It holds also for a device that was never seen. False where nothing has
    /// changed by that.
    pub fn revoke(&mut self, device: [u8; 8]) -> bool {
        let before = self.live.len();
        self.live.retain(|known| known.device != device);
        let at = self.revoked.binary_search(&device).err().filter(|_| self.revoked.len() < MAX_REVOKED);
        if let Some(at) = at {
            self.revoked.insert(at, device);
        }
        at.is_some() || self.live.len() < before
    }

    /// The devices to write to.
    #[must_use]
    pub fn live(&self) -> &[DeviceCertificate] {
        &self.live
    }

    /// The device with this id.
    #[must_use]
    pub fn find(&self, device: &[u8; 8]) -> Option<&DeviceCertificate> {
        self.live.iter().find(|known| known.device == *device)
    }

    /// Whether a device was taken out for ever.
    #[must_use]
    pub fn is_revoked(&self, device: &[u8; 8]) -> bool {
        self.revoked.binary_search(device).is_ok()
    }

    /// The set as it would be if nothing were known of some devices.
    #[must_use]
    pub fn without(&self, is_left_out: impl Fn(&[u8; 8]) -> bool) -> Self {
        let live = self.live.iter().filter(|known| !is_left_out(&known.device)).copied().collect();
        Self { live, revoked: self.revoked.clone() }
    }

    /// The device with this Olm identity key.
    #[must_use]
    pub fn by_identity(&self, curve25519: &vodozemac::Curve25519PublicKey) -> Option<&DeviceCertificate> {
        self.live.iter().find(|known| known.curve25519 == *curve25519)
    }

    /// The set for storage.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::array(3);
        writer.number(VERSION).bytes(self.revoked.as_flattened()).open(self.live.len() as u64);
        self.live.iter().for_each(|certificate| {
            writer.bytes(&certificate.to_bytes());
        });
        writer.into_bytes()
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken or of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredDeviceSetError> {
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(StoredDeviceSetError);
        }
        let (revoked, rest) = reader.bytes()?.as_chunks();
        let certificate = |bytes| DeviceCertificate::from_bytes(bytes).map_err(|_| WireError::Malformed);
        let live = reader.list(|reader| certificate(reader.bytes()?))?;
        let whole = rest.is_empty() && revoked.is_sorted() && live.is_sorted_by_key(|known| known.device);
        if whole { Ok(Self { live, revoked: revoked.to_vec() }) } else { Err(StoredDeviceSetError) }
    }

    /// Two who know the same devices and revocations have the same hash.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut bytes = (self.live.len() as u64).to_be_bytes().to_vec();
        for known in &self.live {
            bytes.extend_from_slice(&known.device);
            bytes.extend_from_slice(known.ed25519.as_bytes());
            bytes.extend_from_slice(known.curve25519.as_bytes());
        }
        sha256(&[b"kith/1/devices", &bytes, self.revoked.as_flattened()])
    }
}

/// A stored set of devices cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored devices are broken or of a later version")]
pub struct StoredDeviceSetError;

impl From<WireError> for StoredDeviceSetError {
    fn from(_: WireError) -> Self {
        Self
    }
}
