//! Who a document's key belongs to: profiles and claims of a person, certificates and revocations of devices. The body
//! of each begins with the person's key, so that whoever reads it learns the key and the fingerprint proves it.

use vodozemac::{Curve25519PublicKey, Ed25519PublicKey};

use super::device::Device;
use super::document::{Document, DocumentError, Draft, Expected, Kind};
use super::key::{KeyError, Signature, Signer, UserIdentity, UserKey, is_signed};
use super::place::{Owner, Place};
use crate::cbor::{Reader, WireError, Writer};
use crate::time::Timestamp;

/// Why a certificate is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The document around it is not believed.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A body of another shape.
    #[error("the certificate is malformed")]
    Malformed,
    /// For another device than the one it is found at.
    #[error("the certificate is another device's")]
    Device,
    /// The device itself did not agree to belong to this person.
    #[error("the device has not signed its certificate")]
    Countersignature,
}

impl From<WireError> for CertificateError {
    fn from(_: WireError) -> Self {
        Self::Malformed
    }
}

impl From<KeyError> for CertificateError {
    fn from(_: KeyError) -> Self {
        Self::Malformed
    }
}

/// What sort of device it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// A person's browser profile.
    Browser = 1,
    /// A machine that takes commands.
    Robot = 2,
    /// A machine that keeps messages.
    Mailbox = 3,
}

impl DeviceKind {
    fn parse(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Browser,
            2 => Self::Robot,
            3 => Self::Mailbox,
            _ => return None,
        })
    }
}

/// A device that belongs to a person, by the word of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceCertificate {
    /// Whose.
    pub user: UserKey,
    /// Which device.
    pub device: [u8; 8],
    /// What it signs with.
    pub ed25519: Ed25519PublicKey,
    /// Its Olm identity key.
    pub curve25519: Curve25519PublicKey,
    /// What sort of device.
    pub kind: DeviceKind,
}

impl DeviceCertificate {
    /// Makes a certificate; the device must be here to sign it, too.
    #[must_use]
    pub fn issue(
        identity: &UserIdentity,
        device: &Device,
        kind: DeviceKind,
        owner: &Owner<'_>,
        rev: u64,
        now: Timestamp,
    ) -> Document {
        let place = owner.certificate(device.id());
        let certificate = Self {
            user: *identity.key(),
            device: *device.id(),
            ed25519: device.ed25519(),
            curve25519: device.curve25519(),
            kind,
        };
        let signature = device.sign(&certificate.countersigned_bytes(&place));
        let mut body = certificate.fields(6);
        body.bytes(&signature);
        let signer = identity.key().fingerprint();
        Draft::new(Kind::Certificate, signer, rev, now, body.into_bytes()).sign(&place, identity)
    }

    /// Believes a certificate that was found at a device's place, or not.
    ///
    /// # Errors
    /// Says why not.
    pub fn verify(
        document: &Document,
        owner: &Owner<'_>,
        device: &[u8; 8],
        newest: Option<u64>,
        now: Timestamp,
    ) -> Result<Self, CertificateError> {
        let place = owner.certificate(device);
        let (_, body) = verify_own(document, Kind::Certificate, owner, &place, newest, now)?;
        let (certificate, signature) = Self::read_signed(body)?;
        if certificate.device != *device {
            return Err(CertificateError::Device);
        }
        if !is_signed(&certificate.ed25519, &certificate.countersigned_bytes(&place), &signature) {
            return Err(CertificateError::Countersignature);
        }
        Ok(certificate)
    }

    /// The device that a certificate names, before anything is checked.
    pub(super) fn named_device(document: &Document) -> Result<[u8; 8], CertificateError> {
        Self::read_signed(document.unverified_body()).map(|(certificate, _)| certificate.device)
    }

    fn read_signed(body: &[u8]) -> Result<(Self, Signature), CertificateError> {
        let mut reader = Reader::new(body)?;
        Ok((Self::read(&mut reader)?, reader.id()?))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, CertificateError> {
        let user = UserKey::from_bytes(&reader.id()?)?;
        let device = reader.id()?;
        let ed25519 = Ed25519PublicKey::from_slice(&reader.id()?).map_err(|_| CertificateError::Malformed)?;
        let curve25519 = Curve25519PublicKey::from_bytes(reader.id()?);
        let kind = DeviceKind::parse(reader.number()?).ok_or(CertificateError::Malformed)?;
        Ok(Self { user, device, ed25519, curve25519, kind })
    }

    /// A certificate that was verified, for storage.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.fields(5).into_bytes()
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CertificateError> {
        Self::read(&mut Reader::new(bytes)?)
    }

    fn fields(&self, count: u64) -> Writer {
        let mut writer = Writer::array(count);
        writer.bytes(self.user.as_bytes()).bytes(&self.device);
        writer.bytes(self.ed25519.as_bytes()).bytes(self.curve25519.as_bytes()).number(self.kind as u64);
        writer
    }

    fn countersigned_bytes(&self, place: &Place) -> Vec<u8> {
        place.bind("device", &self.to_bytes())
    }
}

/// Makes the document that takes a device out for ever.
#[must_use]
pub fn revoke(
    identity: &UserIdentity,
    device: &[u8; 8],
    owner: &Owner<'_>,
    rev: u64,
    now: Timestamp,
) -> Document {
    let mut body = Writer::array(2);
    body.bytes(identity.key().as_bytes()).bytes(device);
    let draft = Draft::new(Kind::Revocation, identity.key().fingerprint(), rev, now, body.into_bytes());
    draft.sign(&owner.certificate(device), identity)
}

/// Believes a revocation that was found at a device's place, or not. What is revoked never comes back, so there is no
/// older one to fear.
///
/// # Errors
/// Says why not.
pub fn verify_revocation(
    document: &Document,
    owner: &Owner<'_>,
    device: &[u8; 8],
    now: Timestamp,
) -> Result<(), CertificateError> {
    let place = owner.certificate(device);
    let (_, body) = verify_own(document, Kind::Revocation, owner, &place, None, now)?;
    let mut reader = Reader::new(body)?;
    let (_, named): ([u8; 32], [u8; 8]) = (reader.id()?, reader.id()?);
    if named == *device { Ok(()) } else { Err(CertificateError::Device) }
}

/// Makes the document by which a key claims an address.
#[must_use]
pub fn claim(identity: &UserIdentity, owner: &Owner<'_>, rev: u64, now: Timestamp) -> Document {
    let mut body = Writer::array(1);
    body.bytes(identity.key().as_bytes());
    let draft = Draft::new(Kind::Claim, identity.key().fingerprint(), rev, now, body.into_bytes());
    draft.sign(&owner.claim(), identity)
}

/// Believes that the key claims the address, or not. Whether the address is the key's nobody can tell from it.
///
/// # Errors
/// Says why not.
pub fn verify_claim(
    document: &Document,
    owner: &Owner<'_>,
    newest: Option<u64>,
    now: Timestamp,
) -> Result<UserKey, CertificateError> {
    verify_own(document, Kind::Claim, owner, &owner.claim(), newest, now).map(|(key, _)| key)
}

/// Makes a signed profile; what it says is the caller's.
#[must_use]
pub fn profile(
    identity: &UserIdentity,
    content: &[u8],
    owner: &Owner<'_>,
    rev: u64,
    now: Timestamp,
) -> Document {
    let mut body = Writer::array(2);
    body.bytes(identity.key().as_bytes()).bytes(content);
    let draft = Draft::new(Kind::Profile, identity.key().fingerprint(), rev, now, body.into_bytes());
    draft.sign(&owner.profile(), identity)
}

/// Believes a profile, or not, and gives what it says.
///
/// # Errors
/// Says why not.
pub fn verify_profile<'d>(
    document: &'d Document,
    owner: &Owner<'_>,
    newest: Option<u64>,
    now: Timestamp,
) -> Result<&'d [u8], CertificateError> {
    let (_, body) = verify_own(document, Kind::Profile, owner, &owner.profile(), newest, now)?;
    let mut reader = Reader::new(body)?;
    let _user: [u8; 32] = reader.id()?;
    Ok(reader.bytes()?)
}

/// The key that a person's document names, if it is the one that the document says it is signed by. Nothing else of the
/// document is checked: this is how somebody unknown is first looked at.
///
/// # Errors
/// When there is no such key in it.
pub fn named_key(document: &Document) -> Result<UserKey, CertificateError> {
    let key = UserKey::from_bytes(&Reader::new(document.unverified_body())?.id()?)?;
    if key.fingerprint() == document.signer() { Ok(key) } else { Err(DocumentError::Signer.into()) }
}

/// Checks a document whose body begins with the key that signed it.
fn verify_own<'d>(
    document: &'d Document,
    kind: Kind,
    owner: &Owner<'_>,
    place: &Place,
    newest: Option<u64>,
    now: Timestamp,
) -> Result<(UserKey, &'d [u8]), CertificateError> {
    let key = named_key(document)?;
    let expected = Expected { place, kind, signer: owner.key, key: key.verifying(), newest, now };
    Ok((key, document.verify(&expected)?))
}
