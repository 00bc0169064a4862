//! The negative acknowledgement: a message came that could not be decrypted. It travels inside an envelope like any
//! event, so only a certified device can send one.

use super::device::InboundError;
use super::pairwise::{DecryptError, SessionId};
use crate::cbor::{Reader, WireError, Writer};

const VERSION: u64 = 1;

/// Bytes are not a negative acknowledgement of a version that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the negative acknowledgement is malformed")]
pub struct NakError;

impl From<WireError> for NakError {
    fn from(_: WireError) -> Self {
        Self
    }
}

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NakReason {
    /// Nothing: the answer to one, where all that was ever sent has a receipt. Whatever could not be read was not ours.
    Nothing = 0,
    /// No session of that name.
    NoSession = 1,
    /// The message could not be authenticated.
    BadMac = 2,
    /// The session was begun from keys that are gone.
    OldBundle = 3,
    /// Too much is missing before the message, or its key is gone.
    Gap = 4,
}

impl NakReason {
    /// What to tell the sender; none where a new session would cure nothing, or the message was there before.
    #[must_use]
    pub fn of(error: DecryptError) -> Option<Self> {
        match error {
            DecryptError::NoSession => Some(Self::NoSession),
            DecryptError::BadMac => Some(Self::BadMac),
            DecryptError::KeyGone | DecryptError::Gap => Some(Self::Gap),
            DecryptError::Inbound(InboundError::OldBundle) => Some(Self::OldBundle),
            DecryptError::Inbound(InboundError::Undecryptable) => Some(Self::BadMac),
            DecryptError::Inbound(InboundError::Seen(_)) | DecryptError::Key | DecryptError::Identity => None,
        }
    }

    fn parse(number: u64) -> Option<Self> {
        Some(match number {
            0 => Self::Nothing,
            1 => Self::NoSession,
            2 => Self::BadMac,
            3 => Self::OldBundle,
            4 => Self::Gap,
            _ => return None,
        })
    }
}

/// Asks for a new session and for everything again that has no receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nak {
    /// What was wrong.
    pub reason: NakReason,
    /// With which session, where that is known.
    pub session: Option<SessionId>,
    /// The device's bundle, as a signed document.
    pub bundle: Vec<u8>,
}

impl Nak {
    /// The content of the event.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::array(4);
        writer.number(VERSION).number(self.reason as u64);
        writer.maybe(self.session, |writer, session| writer.bytes(&session.0));
        writer.bytes(&self.bundle);
        writer.into_bytes()
    }

    /// Reads the content of the event.
    ///
    /// # Errors
    /// When it is malformed or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, NakError> {
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(NakError);
        }
        let reason = NakReason::parse(reader.number()?).ok_or(NakError)?;
        let session = reader.maybe(Reader::id)?.map(SessionId);
        Ok(Self { reason, session, bundle: reader.bytes()?.to_vec() })
    }
}
