//! The two retained documents of a person: `info` (profile) and `isConnected` (presence). JSON, so that plain tools can
//! read them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::contact::Profile;
use super::json::Object;
use super::text::{MAX_ABOUT, MAX_NAME, MAX_STATUS, clean_line};
use crate::time::Timestamp;

/// The largest picture, in bytes.
pub const MAX_PICTURE: usize = 64 * 1000;

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
    /// Counts this person's connections; a statement about an earlier one changes nothing.
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
}

impl Info {
    pub(crate) fn encode(&self) -> Vec<u8> {
        json(&InfoDocument {
            v: 1,
            name: &self.profile.name,
            about: &self.profile.about,
            status: &self.profile.status,
            picture: self.profile.picture.as_deref().map(|bytes| STANDARD.encode(bytes)),
            rev: self.rev,
        })
    }

    /// Reads a document; what is not one tells nothing.
    pub(crate) fn decode(payload: &[u8]) -> Option<Self> {
        let document = read(payload)?;
        let text = |name| document.text(name).ok();
        let picture = text("picture")?.and_then(|text| STANDARD.decode(text).ok());
        Some(Self {
            profile: Profile {
                name: clean_line(text("name")??, MAX_NAME),
                about: clean_line(text("about")?.unwrap_or_default(), MAX_ABOUT),
                status: clean_line(text("status")?.unwrap_or_default(), MAX_STATUS),
                picture: picture.filter(|bytes| is_picture(bytes)).map(Arc::from),
            },
            rev: document.number("rev").ok()?,
        })
    }
}

impl Beacon {
    pub(crate) fn encode(&self) -> Vec<u8> {
        json(&BeaconDocument {
            v: 1,
            online: self.online,
            counter: self.counter,
            nonce: format!("{:016x}", self.nonce),
            at: self.at.0,
        })
    }

    /// Reads a document; what is not one tells nothing.
    pub(crate) fn decode(payload: &[u8]) -> Option<Self> {
        let document = read(payload)?;
        let nonce = document.text("nonce").ok()??;
        let plain = nonce.len() == 16 && nonce.bytes().all(|digit| digit.is_ascii_hexdigit());
        Some(Self {
            online: document.flag("online").ok()?,
            counter: document.number("counter").ok()?,
            nonce: u64::from_str_radix(nonce, 16).ok().filter(|_| plain)?,
            at: Timestamp(document.number("at").ok()?),
        })
    }
}

/// Whether bytes are a small picture of a kind that browsers decode without running anything.
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let known = bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xff\xd8\xff") || webp;
    known && bytes.len() <= MAX_PICTURE
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
