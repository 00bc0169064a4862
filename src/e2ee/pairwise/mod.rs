//! Olm sessions with one device of somebody. There can be several at once: both may begin one at the same time (glare),
//! and one that has broken is replaced by a new one. All of them open; the newest that was begun or has opened something
//! encrypts.

use std::fmt;
use std::time::Duration;

use vodozemac::Curve25519PublicKey;
use zeroize::Zeroizing;

use super::bundle::Bundle;
use super::device::{Device, InboundError};
use super::hash::sha256;
use super::olm::{DecryptionError, OlmMessage, PreKeyMessage, Session};
use super::seen::Began;
use crate::time::Timestamp;

mod stored;

pub use stored::StoredPeerError;

/// How many sessions are kept with one device.
const MAX_SESSIONS: usize = 4;
/// How many messages a session encrypts without hearing anything: beyond twice as many the other side could not follow.
pub const MAX_UNANSWERED: u32 = 1_000;
/// How far apart negative acknowledgements of one device are.
const NAK_PAUSE: Duration = Duration::from_secs(60);
/// And how far at most: the pause doubles with each. Whoever alters copies could otherwise make us begin sessions without
/// end.
const LAST_NAK_PAUSE: Duration = Duration::from_secs(10 * 60);
/// After so long without one the pause is the first again.
const NAK_MEMORY: Duration = Duration::from_secs(60 * 60);

/// Names a session: SHA-256 of the initiator's identity key, the base key and the fallback key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId(pub [u8; 32]);

impl SessionId {
    fn of(session: &Session) -> Self {
        let keys = session.session_keys();
        Self(sha256(&[keys.identity_key.as_bytes(), keys.base_key.as_bytes(), keys.one_time_key.as_bytes()]))
    }
}

/// Why nothing can be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptError {
    /// No session was begun.
    #[error("there is no session")]
    NoSession,
    /// The other side has been silent for too long: a new session must begin, or the message wait.
    #[error("too many messages without an answer")]
    Unanswered,
    /// The other side's key is no good, or the bundle is another device's.
    #[error("the key cannot be used")]
    Key,
}

/// Why a message cannot be decrypted. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// None of our sessions.
    #[error("there is no such session")]
    NoSession,
    /// Altered, of a ratchet that is long gone, or of a sender whose state was rolled back.
    #[error("the message cannot be authenticated")]
    BadMac,
    /// Decrypted before, or so late that its key is gone.
    #[error("the message's key was used or is gone")]
    KeyGone,
    /// Too far ahead of what came before.
    #[error("too many messages are missing before this one")]
    Gap,
    /// A key in it that no honest device makes.
    #[error("the message has an unusable key")]
    Key,
    /// By another device than this peer.
    #[error("the message is another device's")]
    Identity,
    /// A first message that begins no session.
    #[error(transparent)]
    Inbound(#[from] InboundError),
}

impl From<DecryptionError> for DecryptError {
    fn from(error: DecryptionError) -> Self {
        match error {
            DecryptionError::InvalidMAC(_)
            | DecryptionError::InvalidMACLength(..)
            | DecryptionError::InvalidPadding(_) => Self::BadMac,
            DecryptionError::NonContributoryKey => Self::Key,
            DecryptionError::MissingMessageKey(_) => Self::KeyGone,
            DecryptionError::TooBigMessageGap(..) => Self::Gap,
        }
    }
}

/// What one encryption gives.
pub(super) struct Outgoing {
    pub(super) session: SessionId,
    pub(super) message: OlmMessage,
    /// What a pre-key message must be sealed to.
    pub(super) seal: Option<Curve25519PublicKey>,
}

struct Live {
    id: SessionId,
    session: Session,
    /// Where we began it: what its pre-key messages are sealed to.
    seal: Option<Curve25519PublicKey>,
    /// When it was begun or last decrypted something, by the peer's counter.
    recency: u64,
    /// How much was encrypted since then.
    unanswered: u32,
}

impl Clone for Live {
    fn clone(&self) -> Self {
        Self { session: Session::from_pickle(self.session.pickle()), ..*self }
    }
}

/// A device of somebody, and the sessions with it.
#[derive(Clone)]
pub struct Peer {
    identity: Curve25519PublicKey,
    sessions: Vec<Live>,
    counter: u64,
    nak_sent: Option<Timestamp>,
    /// How many were sent without an hour between them.
    naks: u32,
    nak_taken: Option<Timestamp>,
}

impl Peer {
    /// A device without sessions.
    #[must_use]
    pub fn new(identity: Curve25519PublicKey) -> Self {
        Self { identity, sessions: Vec::new(), counter: 0, nak_sent: None, naks: 0, nak_taken: None }
    }

    /// Its Olm identity key.
    #[must_use]
    pub fn identity(&self) -> &Curve25519PublicKey {
        &self.identity
    }

    /// The session that encrypts.
    #[must_use]
    pub fn active(&self) -> Option<SessionId> {
        self.sessions.iter().max_by_key(|live| live.recency).map(|live| live.id)
    }

    /// The sessions that decrypt.
    pub fn sessions(&self) -> impl Iterator<Item = &SessionId> {
        self.sessions.iter().map(|live| &live.id)
    }

    /// After both have begun a session at once: whether this side sends first, for its session's id is the lower one.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.sessions.iter().min_by_key(|live| live.id).is_some_and(|live| live.seal.is_some())
    }

    /// Begins a session from the device's bundle, which encrypts from now on.
    ///
    /// # Errors
    /// When the bundle is another device's or has an unusable key.
    pub fn begin(&mut self, device: &Device, bundle: &Bundle) -> Result<(), EncryptError> {
        if bundle.curve25519 != self.identity {
            return Err(EncryptError::Key);
        }
        let session = device.outbound(bundle).map_err(|_| EncryptError::Key)?;
        self.add(session, Some(bundle.seal));
        Ok(())
    }

    pub(super) fn encrypt(&mut self, plaintext: &[u8]) -> Result<Outgoing, EncryptError> {
        let live = self.sessions.iter_mut().max_by_key(|live| live.recency).ok_or(EncryptError::NoSession)?;
        if live.unanswered >= MAX_UNANSWERED {
            return Err(EncryptError::Unanswered);
        }
        let message = live.session.encrypt(plaintext).map_err(|_| EncryptError::Key)?;
        live.unanswered += 1;
        Ok(Outgoing { session: live.id, message, seal: live.seal })
    }

    /// Decrypts on a session. On an error the peer is as it may be: work on a copy.
    pub(super) fn decrypt(
        &mut self,
        id: &SessionId,
        message: &OlmMessage,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        self.counter += 1;
        let live = self.sessions.iter_mut().find(|live| live.id == *id).ok_or(DecryptError::NoSession)?;
        let plaintext = live.session.decrypt(message)?;
        (live.recency, live.unanswered) = (self.counter, 0);
        Ok(Zeroizing::new(plaintext))
    }

    /// Decrypts a pre-key message, on its session where that is known, else on a new one, which must then be admitted to
    /// the device. On an error the peer is as it may be: work on a copy.
    pub(super) fn decrypt_first(
        &mut self,
        device: &mut Device,
        message: &PreKeyMessage,
    ) -> Result<(Zeroizing<Vec<u8>>, Option<Began>), DecryptError> {
        if message.identity_key() != self.identity {
            return Err(DecryptError::Identity);
        }
        let keys = message.session_keys();
        if let Some(known) = self.sessions.iter().find(|live| live.session.session_keys() == keys) {
            let id = known.id;
            return Ok((self.decrypt(&id, &OlmMessage::PreKey(message.clone()))?, None));
        }
        let (session, plaintext) = device.inbound(message)?;
        self.add(session, None);
        Ok((Zeroizing::new(plaintext), Some(Began::by(message))))
    }

    /// Whether a negative acknowledgement may be sent to this device now; it then counts as sent. (`asked`: the person
    /// wants it, and does not wait longer than the first pause.)
    pub fn may_nak(&mut self, asked: bool, now: Timestamp) -> bool {
        if self.nak_sent.is_some_and(|last| now.since(last) >= NAK_MEMORY) {
            self.naks = 0;
        }
        let doubled = if asked { NAK_PAUSE } else { NAK_PAUSE * (1 << self.naks.saturating_sub(1).min(4)) };
        let may = paused(&mut self.nak_sent, doubled.min(LAST_NAK_PAUSE), now);
        self.naks += u32::from(may);
        may
    }

    /// Whether a negative acknowledgement of this device is followed now; it then counts as followed. (Else whoever
    /// sends a thousand would have us begin a thousand sessions.)
    pub fn takes_nak(&mut self, now: Timestamp) -> bool {
        paused(&mut self.nak_taken, NAK_PAUSE, now)
    }

    fn add(&mut self, session: Session, seal: Option<Curve25519PublicKey>) {
        self.counter += 1;
        let id = SessionId::of(&session);
        self.sessions.push(Live { id, session, seal, recency: self.counter, unanswered: 0 });
        if self.sessions.len() > MAX_SESSIONS {
            let oldest = (0..self.sessions.len()).min_by_key(|at| self.sessions[*at].recency);
            oldest.map(|at| self.sessions.remove(at));
        }
    }
}

/// Whether the pause since the last time is over, and then it begins anew. A last time in the future is a clock that
/// was wrong, and does not hold anything up.
fn paused(last: &mut Option<Timestamp>, pause: Duration, now: Timestamp) -> bool {
    let over = last.is_none_or(|last| now < last || now.since(last) >= pause);
    if over {
        *last = Some(now);
    }
    over
}

/// Secrets are never printed.
impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Peer({}, {} sessions)", self.identity, self.sessions.len())
    }
}
