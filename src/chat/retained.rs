//! The two retained documents of a person: `info` (profile) and `isConnected` (presence). JSON, so that plain tools can
//! read them; what is believed of them is the signed document in their member `kith`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::contact::Profile;
use super::json::Object;
use super::keys::Keys;
use super::picture::is_picture;
use super::text::{MAX_ABOUT, MAX_NAME, MAX_STATUS, clean_line};
use super::wire::WireError;
use crate::cbor::{Reader, Writer};
use crate::e2ee::certificate::{profile, verify_profile};
use crate::e2ee::document::Document;
use crate::e2ee::place::Owner;
use crate::e2ee::presence::{offline, online};
use crate::time::Timestamp;

/// The largest document that is looked at, in bytes: a picture in base64 and room for the texts.
const MAX_DOCUMENT: usize = 128 * 1024;

/// A profile and how often it was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Info {
    pub(crate) profile: Profile,
    /// Counts the changes, so that an older copy never replaces a newer one.
    pub(crate) rev: u64,
}

/// What a person's device says of its connection, itself or through its Last Will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beacon {
    pub(crate) online: bool,
    /// Counts this person's statements: an earlier one changes nothing.
    pub(crate) counter: u64,
    /// Names the connection: a will is believed only for the connection that is known to be the newest.
    pub(crate) nonce: u64,
    /// When it was said; a will was written when its connection was made.
    pub(crate) at: Timestamp,
}

#[derive(Serialize)]
struct InfoDocument<'a> {
    v: u8,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    about: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    status: &'a str,
    /// Base64 of a PNG, JPEG or WebP file.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    rev: u64,
    /// Base64 of the signed profile.
    kith: String,
}

#[derive(Serialize)]
struct BeaconDocument {
    v: u8,
    online: bool,
    counter: u64,
    /// 16 hexadecimal digits: JSON numbers are exact only to 53 bits.
    nonce: String,
    /// Milliseconds since 1970.
    at: u64,
    /// Base64 of the signed statement.
    kith: String,
}

impl Info {
    /// The profile as it travels, signed at its owner's place.
    pub(crate) fn encode(&self, keys: &Keys, owner: &Owner<'_>, now: Timestamp) -> Vec<u8> {
        let signed = profile(&keys.identity, &self.content(), owner, self.rev, now);
        json(&InfoDocument {
            v: 1,
            name: &self.profile.name,
            about: &self.profile.about,
            status: &self.profile.status,
            picture: self.profile.picture.as_deref().map(|bytes| STANDARD.encode(bytes)),
            rev: self.rev,
            kith: STANDARD.encode(signed.encode()),
        })
    }

    /// Reads a document; what is not one, or not signed by its owner's key, tells nothing. The texts are those that are
    /// signed; the picture is too large for that, and must be the one whose hash is.
    pub(crate) fn decode(payload: &[u8], owner: &Owner<'_>, now: Timestamp) -> Option<(Self, Document)> {
        let object = read(payload)?;
        let document = signed(&object)?;
        let content = verify_profile(&document, owner, None, now).ok()?;
        let (mut profile, hash) = read_content(content).ok()?;
        let picture = object.text("picture").ok()?.and_then(|text| STANDARD.decode(text).ok());
        if picture.as_deref().map(sha256) != hash {
            return None;
        }
        profile.picture = picture.filter(|bytes| is_picture(bytes)).map(Arc::from);
        Some((Self { profile, rev: document.rev() }, document))
    }

    /// What everybody is told by those whose profile is for contacts only: that there is somebody.
    #[must_use]
    pub(crate) fn hidden(&self) -> Self {
        Self { profile: Profile::default(), rev: self.rev }
    }

    /// The profile as contacts are told it: `[rev, name, about, status, picture or null]`.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let Profile { name, about, status, picture } = &self.profile;
        let mut writer = Writer::array(5);
        writer.number(self.rev).text(name).text(about).text(status);
        writer.maybe(picture.as_deref(), Writer::bytes);
        writer.into_bytes()
    }

    /// Reads what [`Self::to_bytes`] gave.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes)?;
        let rev = reader.number()?;
        let mut profile = read_texts(&mut reader)?;
        profile.picture = reader.maybe(Reader::bytes)?.filter(|bytes| is_picture(bytes)).map(Arc::from);
        Ok(Self { profile, rev })
    }

    /// What is signed: `[name, about, status, SHA-256 of the picture or null]`.
    fn content(&self) -> Vec<u8> {
        let Profile { name, about, status, picture } = &self.profile;
        let mut content = Writer::array(4);
        content.text(name).text(about).text(status);
        content.maybe(picture.as_deref().map(sha256), |content, hash| content.bytes(&hash));
        content.into_bytes()
    }
}

impl Beacon {
    /// The statement as it travels, signed by the device.
    pub(crate) fn encode(&self, keys: &Keys, owner: &Owner<'_>) -> Vec<u8> {
        let issue = if self.online { online } else { offline };
        let signed = issue(&keys.device, &self.nonce.to_be_bytes(), owner, self.counter, self.at);
        json(&BeaconDocument {
            v: 1,
            online: self.online,
            counter: self.counter,
            nonce: format!("{:016x}", self.nonce),
            at: self.at.0,
            kith: STANDARD.encode(signed.encode()),
        })
    }
}

/// The signed statement in somebody's presence document; nothing of it is verified.
pub(crate) fn statement(payload: &[u8]) -> Option<Document> {
    signed(&read(payload)?)
}

fn signed(object: &Object) -> Option<Document> {
    Document::decode(&STANDARD.decode(object.text("kith").ok()??).ok()?).ok()
}

fn read_content(content: &[u8]) -> Result<(Profile, Option<[u8; 32]>), WireError> {
    let mut content = Reader::new(content)?;
    let profile = read_texts(&mut content)?;
    Ok((profile, content.maybe(Reader::id)?))
}

fn read_texts(reader: &mut Reader<'_>) -> Result<Profile, WireError> {
    Ok(Profile {
        name: clean_line(reader.text()?, MAX_NAME),
        about: clean_line(reader.text()?, MAX_ABOUT),
        status: clean_line(reader.text()?, MAX_STATUS),
        picture: None,
    })
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[expect(clippy::expect_used, reason = "texts and numbers always have a JSON form")]
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers have a JSON form")
}

/// A document of the version that is known.
fn read(payload: &[u8]) -> Option<Object> {
    if payload.len() > MAX_DOCUMENT {
        return None;
    }
    let document = Object::parse(payload).ok()?;
    (document.number("v").ok()? == 1).then_some(document)
}
