//! Signed documents `[1, kind, signer, rev, iat, exp, body, signature]`: what is retained on the broker about people and
//! devices. Anybody may overwrite, clear, copy or restore one there; none of it is believed.

use std::time::Duration;

use vodozemac::Ed25519PublicKey;

use super::key::{Fingerprint, Signature, Signer, is_signed};
use super::place::Place;
use crate::cbor::{Reader, WireError, Writer};
use crate::time::Timestamp;

const VERSION: u64 = 1;
/// The largest document that is looked at, in bytes.
pub const MAX_DOCUMENT: usize = 8 * 1024;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Who a person says to be; signed by the person.
    Profile = 1,
    /// A key claims an address; signed by the person.
    Claim = 2,
    /// A device belongs to a person; signed by both.
    Certificate = 3,
    /// A device does not belong to a person any more, for ever; signed by the person.
    Revocation = 4,
    /// A device's keys for first contact; signed by the device.
    Bundle = 5,
    /// A device is connected; signed by the device.
    Online = 6,
    /// A connection of a device is over; signed by the device, before the connection begins.
    Offline = 7,
}

impl Kind {
    fn parse(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Profile,
            2 => Self::Claim,
            3 => Self::Certificate,
            4 => Self::Revocation,
            5 => Self::Bundle,
            6 => Self::Online,
            7 => Self::Offline,
            _ => return None,
        })
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Claim => "claim",
            Self::Certificate => "certificate",
            Self::Revocation => "revocation",
            Self::Bundle => "bundle",
            Self::Online => "online",
            Self::Offline => "offline",
        }
    }

    /// How long a document may be valid.
    fn lifetime(self) -> Duration {
        match self {
            Self::Profile => 180 * DAY,
            Self::Claim | Self::Certificate => 365 * DAY,
            Self::Revocation => Duration::MAX,
            Self::Bundle | Self::Offline => 30 * DAY,
            Self::Online => Duration::from_secs(10 * 60),
        }
    }
}

/// Why a document is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not a document, or too large for one.
    #[error("the document is malformed")]
    Malformed,
    /// A version or kind that this client does not know.
    #[error("the document is of a later version")]
    Unknown,
    /// Another kind than is expected here.
    #[error("the document is of another kind")]
    Kind,
    /// By another key than is expected here.
    #[error("the document is somebody else's")]
    Signer,
    /// Not signed by that key, for this place.
    #[error("the signature is wrong")]
    Signature,
    /// Older than one that was seen before: somebody restored it.
    #[error("the document is older than the one that is known")]
    Rollback,
    /// As old as the one that was seen before.
    #[error("the document is known already")]
    Known,
    /// Its time is over.
    #[error("the document has expired")]
    Expired,
    /// Made to last longer than its kind may.
    #[error("the document would be valid for too long")]
    Lifetime,
}

impl From<WireError> for DocumentError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Malformed => Self::Malformed,
            WireError::Unknown => Self::Unknown,
        }
    }
}

/// A document before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    kind: Kind,
    signer: Fingerprint,
    rev: u64,
    iat: Timestamp,
    exp: Timestamp,
    body: Vec<u8>,
}

impl Draft {
    /// A document that is valid from now for as long as its kind may be. `signer` is always the person, also where the
    /// device signs; `rev` must be higher than that of every document of this kind at this place before.
    #[must_use]
    pub fn new(kind: Kind, signer: Fingerprint, rev: u64, now: Timestamp, body: Vec<u8>) -> Self {
        Self { kind, signer, rev, iat: now, exp: now + kind.lifetime(), body }
    }

    /// Signs it for a place.
    #[must_use]
    pub fn sign(self, place: &Place, signer: &impl Signer) -> Document {
        let signature = signer.sign(&self.signed_bytes(place));
        Document { draft: self, signature }
    }

    fn signed_bytes(&self, place: &Place) -> Vec<u8> {
        let mut fields = Writer::array(7);
        self.write(&mut fields);
        place.bind(self.kind.purpose(), &fields.into_bytes())
    }

    fn write(&self, writer: &mut Writer) {
        writer.number(VERSION).number(self.kind as u64).bytes(&self.signer.0).number(self.rev);
        writer.number(self.iat.0).number(self.exp.0).bytes(&self.body);
    }
}

/// What a document must be to be believed.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Where it was found.
    pub place: &'a Place,
    /// What is looked for.
    pub kind: Kind,
    /// Whose it must be.
    pub signer: Fingerprint,
    /// The key that must have signed: the person's or the device's.
    pub key: &'a Ed25519PublicKey,
    /// The highest `rev` of this kind that was ever believed at this place.
    pub newest: Option<u64>,
    /// The time.
    pub now: Timestamp,
}

/// A document as it travels: nothing in it is true before [`Document::verify`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    draft: Draft,
    signature: Signature,
}

impl Document {
    /// The document as it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::array(8);
        self.draft.write(&mut writer);
        writer.bytes(&self.signature);
        writer.into_bytes()
    }

    /// Reads a document, and believes nothing of it.
    ///
    /// # Errors
    /// When it is none, not in its shortest form, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, DocumentError> {
        if bytes.len() > MAX_DOCUMENT {
            return Err(DocumentError::Malformed);
        }
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(DocumentError::Unknown);
        }
        let kind = Kind::parse(reader.number()?).ok_or(DocumentError::Unknown)?;
        let (signer, rev) = (Fingerprint(reader.id()?), reader.number()?);
        let (iat, exp) = (Timestamp(reader.number()?), Timestamp(reader.number()?));
        let body = reader.bytes()?.to_vec();
        let document = Self { draft: Draft { kind, signer, rev, iat, exp, body }, signature: reader.id()? };
        // One document has one form: nothing can be added to it that is not signed.
        if document.encode() == bytes { Ok(document) } else { Err(DocumentError::Malformed) }
    }

    /// Checks everything there is to check, and only then gives the body.
    ///
    /// # Errors
    /// Says why the document is not believed.
    pub fn verify(&self, expected: &Expected<'_>) -> Result<&[u8], DocumentError> {
        let draft = &self.draft;
        if draft.kind != expected.kind {
            return Err(DocumentError::Kind);
        }
        if draft.signer != expected.signer {
            return Err(DocumentError::Signer);
        }
        if !is_signed(expected.key, &draft.signed_bytes(expected.place), &self.signature) {
            return Err(DocumentError::Signature);
        }
        if draft.exp > draft.iat + draft.kind.lifetime() {
            return Err(DocumentError::Lifetime);
        }
        match expected.newest {
            Some(newest) if draft.rev < newest => return Err(DocumentError::Rollback),
            Some(newest) if draft.rev == newest => return Err(DocumentError::Known),
            Some(_) | None => {}
        }
        if draft.exp <= expected.now {
            return Err(DocumentError::Expired);
        }
        Ok(&draft.body)
    }

    /// What it says to be.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.draft.kind
    }

    /// Whose it says to be.
    #[must_use]
    pub fn signer(&self) -> Fingerprint {
        self.draft.signer
    }

    /// Its number.
    #[must_use]
    pub fn rev(&self) -> u64 {
        self.draft.rev
    }

    /// When it was made, by its signer's clock.
    #[must_use]
    pub fn iat(&self) -> Timestamp {
        self.draft.iat
    }

    /// When its time is over.
    #[must_use]
    pub fn exp(&self) -> Timestamp {
        self.draft.exp
    }

    /// The body before anything is checked: enough to learn which key to check with.
    pub(super) fn unverified_body(&self) -> &[u8] {
        &self.draft.body
    }
}
