//! A device's keys for first contact, in a document that the device signs.

use vodozemac::Curve25519PublicKey;

use super::certificate::DeviceCertificate;
use super::device::Device;
use super::document::{Document, DocumentError, Draft, Expected, Kind};
use super::place::Owner;
use crate::cbor::{Reader, WireError, Writer};
use crate::time::Timestamp;

/// The handshakes that this client knows.
pub const HANDSHAKES: [u64; 1] = [1];
/// The first and the last version of the protocol that this client speaks.
pub const VERSIONS: (u64, u64) = (1, 1);

/// Why a bundle is not believed or cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The document around it is not believed.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A body of another shape.
    #[error("the bundle is malformed")]
    Malformed,
    /// For another device or another identity key than the certificate's.
    #[error("the bundle does not belong to the device")]
    Device,
    /// No version in common, or none as high as was agreed before.
    #[error("there is no common version that is high enough")]
    Downgrade,
}

impl From<WireError> for BundleError {
    fn from(_: WireError) -> Self {
        Self::Malformed
    }
}

/// What somebody needs to write to a device for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Which device.
    pub device: [u8; 8],
    /// Its Olm identity key.
    pub curve25519: Curve25519PublicKey,
    /// Counts the device's fallback keys.
    pub fallback_id: u32,
    /// The fallback key that a session begins with.
    pub fallback: Curve25519PublicKey,
    /// What first messages are sealed to.
    pub seal: Curve25519PublicKey,
    /// The fallback key before, which still opens.
    pub previous: Option<u32>,
    /// The handshakes that the device knows.
    pub handshakes: Vec<u64>,
    /// The first and the last version of the protocol that the device speaks.
    pub versions: (u64, u64),
}

impl Bundle {
    /// Signs the device's bundle.
    #[must_use]
    pub fn issue(device: &Device, owner: &Owner<'_>, rev: u64, now: Timestamp) -> Document {
        device.bundle().sign(device, owner, rev, now)
    }

    fn sign(&self, device: &Device, owner: &Owner<'_>, rev: u64, now: Timestamp) -> Document {
        let draft = Draft::new(Kind::Bundle, owner.key, rev, now, self.encode());
        draft.sign(&owner.bundle(device.id()), device)
    }

    /// For the tests: the bundle of a device that speaks these versions.
    #[cfg(test)]
    pub(crate) fn issue_for(
        versions: (u64, u64),
        device: &Device,
        owner: &Owner<'_>,
        rev: u64,
        now: Timestamp,
    ) -> Document {
        Self { versions, ..device.bundle() }.sign(device, owner, rev, now)
    }

    /// Believes the bundle of a certified device, or not.
    ///
    /// # Errors
    /// Says why not.
    pub fn verify(
        document: &Document,
        owner: &Owner<'_>,
        certificate: &DeviceCertificate,
        newest: Option<u64>,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        let expected = Expected {
            place: &owner.bundle(&certificate.device),
            kind: Kind::Bundle,
            signer: owner.key,
            key: &certificate.ed25519,
            newest,
            now,
        };
        let bundle = Self::read(document.verify(&expected)?)?;
        let same = bundle.device == certificate.device && bundle.curve25519 == certificate.curve25519;
        if same { Ok(bundle) } else { Err(BundleError::Device) }
    }

    /// The version to speak with this device: the highest that both know. `floor` is the highest that was ever agreed
    /// with it, and nobody may bring it down again.
    ///
    /// # Errors
    /// When there is no common version or handshake, or none as high as the floor.
    pub fn version(&self, floor: u64) -> Result<u64, BundleError> {
        let version = self.versions.1.min(VERSIONS.1);
        let common = version >= self.versions.0.max(VERSIONS.0).max(floor);
        let handshake = self.handshakes.iter().any(|handshake| HANDSHAKES.contains(handshake));
        if common && handshake { Ok(version) } else { Err(BundleError::Downgrade) }
    }

    /// A bundle that was verified, for storage.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode()
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        Ok(Self::read(bytes)?)
    }

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::array(9);
        writer.bytes(&self.device).bytes(self.curve25519.as_bytes());
        writer.number(self.fallback_id.into()).bytes(self.fallback.as_bytes()).bytes(self.seal.as_bytes());
        writer.maybe(self.previous, |writer, id| writer.number(id.into()));
        writer.open(self.handshakes.len() as u64);
        self.handshakes.iter().for_each(|handshake| {
            writer.number(*handshake);
        });
        writer.number(self.versions.0).number(self.versions.1);
        writer.into_bytes()
    }

    fn read(body: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(body)?;
        let key = |reader: &mut Reader<'_>| reader.id().map(Curve25519PublicKey::from_bytes);
        Ok(Self {
            device: reader.id()?,
            curve25519: key(&mut reader)?,
            fallback_id: reader.small()?,
            fallback: key(&mut reader)?,
            seal: key(&mut reader)?,
            previous: reader.maybe(Reader::small)?,
            handshakes: reader.list(Reader::number)?,
            versions: (reader.number()?, reader.number()?),
        })
    }
}
