//! The two retained documents of a person: `info` (profile) and `isConnected` (presence). JSON, so that plain tools can
//! read them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::contact::Profile;
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

#[derive(Serialize, Deserialize)]
struct InfoDocument {
    v: u8,
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    about: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    status: String,
    /// Base64 of a PNG, JPEG or WebP file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    rev: u64,
}

#[derive(Serialize, Deserialize)]
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
            name: self.profile.name.to_string(),
            about: self.profile.about.to_string(),
            status: self.profile.status.to_string(),
            picture: self.profile.picture.as_deref().map(base64),
            rev: self.rev,
        })
    }

    /// Reads a document; what is not one tells nothing.
    pub(crate) fn decode(payload: &[u8]) -> Option<Self> {
        let document: InfoDocument = read(payload)?;
        let picture = document.picture.and_then(|text| unbase64(&text)).filter(|bytes| is_picture(bytes));
        (document.v == 1).then(|| Self {
            profile: Profile {
                name: clean_line(&document.name, MAX_NAME),
                about: clean_line(&document.about, MAX_ABOUT),
                status: clean_line(&document.status, MAX_STATUS),
                picture: picture.map(Arc::from),
            },
            rev: document.rev,
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
        let document: BeaconDocument = read(payload)?;
        let plain =
            document.nonce.len() == 16 && document.nonce.bytes().all(|digit| digit.is_ascii_hexdigit());
        let nonce = u64::from_str_radix(&document.nonce, 16).ok().filter(|_| plain)?;
        (document.v == 1).then_some(Self {
            online: document.online,
            counter: document.counter,
            nonce,
            at: Timestamp(document.at),
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

fn read<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Option<T> {
    // serde would take an array for an object with its fields in order.
    if payload.len() > MAX_DOCUMENT || !payload.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(payload).ok()
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
