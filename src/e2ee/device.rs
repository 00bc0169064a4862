//! One device: its vodozemac account, the rotating keys for first contact, and what came for them.

use std::fmt;
use std::time::Duration;

use vodozemac::{Curve25519PublicKey, Ed25519PublicKey};
use zeroize::Zeroizing;

use super::bundle::{Bundle, HANDSHAKES, VERSIONS};
use super::key::{Signature, Signer};
use super::olm::{Account, AccountPickle, PreKeyMessage, Session, SessionConfig, SessionCreationError};
use super::rng;
use super::seal::{Purpose, SealKey};
use super::seen::{Began, Seen, SeenError, Sender};
use crate::cbor::{Reader, WireError, Writer};
use crate::time::Timestamp;

const VERSION: u64 = 1;
/// How long keys for first contact are handed out; they stay usable as long again.
pub const ROTATION: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A stored device cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored device is broken or of a later version")]
pub struct StoredDeviceError;

impl From<WireError> for StoredDeviceError {
    fn from(_: WireError) -> Self {
        Self
    }
}

/// Why a pre-key message begins no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InboundError {
    /// One began from it already, or its sender has begun too many.
    #[error(transparent)]
    Seen(#[from] SeenError),
    /// Made for a fallback key that this device has forgotten, or never had.
    #[error("the pre-key message is for an old bundle")]
    OldBundle,
    /// It cannot be decrypted.
    #[error("the pre-key message cannot be decrypted")]
    Undecryptable,
}

/// Keys for first contact: one generation of them.
struct Prekeys {
    id: u32,
    fallback: Curve25519PublicKey,
    seal: SealKey,
    since: Timestamp,
    seen: Seen,
}

impl Prekeys {
    #[expect(clippy::expect_used, reason = "vodozemac has the fallback key that it has just generated")]
    fn generate(account: &mut Account, id: u32, now: Timestamp) -> Self {
        account.generate_fallback_key();
        let fallback = account.fallback_key().into_values().next().expect("a fallback key");
        account.mark_keys_as_published();
        Self { id, fallback, seal: SealKey::generate(), since: now, seen: Seen::default() }
    }

    fn write(&self, writer: &mut Writer) {
        writer.open(6).number(self.id.into()).bytes(self.fallback.as_bytes()).bytes(self.seal.as_bytes());
        writer.number(self.since.0);
        self.seen.write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        reader.array(|reader| {
            Ok(Self {
                id: reader.small()?,
                fallback: Curve25519PublicKey::from_bytes(reader.id()?),
                seal: SealKey::from_bytes(Zeroizing::new(reader.id()?)),
                since: Timestamp(reader.number()?),
                seen: Seen::read(reader)?,
            })
        })
    }
}

/// This device.
pub struct Device {
    id: [u8; 8],
    account: Account,
    current: Prekeys,
    previous: Option<Prekeys>,
}

impl Device {
    /// A new device with new keys.
    #[must_use]
    pub fn generate(now: Timestamp) -> Self {
        let mut account = Account::new();
        let current = Prekeys::generate(&mut account, 0, now);
        Self { id: rng::bytes(), account, current, previous: None }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &[u8; 8] {
        &self.id
    }

    /// What it signs with.
    #[must_use]
    pub fn ed25519(&self) -> Ed25519PublicKey {
        self.account.ed25519_key()
    }

    /// Its Olm identity key.
    #[must_use]
    pub fn curve25519(&self) -> Curve25519PublicKey {
        self.account.curve25519_key()
    }

    /// What others need for first contact.
    #[must_use]
    pub fn bundle(&self) -> Bundle {
        Bundle {
            device: self.id,
            curve25519: self.curve25519(),
            fallback_id: self.current.id,
            fallback: self.current.fallback,
            seal: *self.current.seal.public(),
            previous: self.previous.as_ref().map(|previous| previous.id),
            handshakes: HANDSHAKES.to_vec(),
            versions: VERSIONS,
        }
    }

    /// When the keys for first contact are to be changed.
    #[must_use]
    pub fn rotation_due(&self) -> Timestamp {
        self.current.since + ROTATION
    }

    /// Changes the keys for first contact when they are due, and tells whether: the new bundle is then to be published.
    /// Exactly one generation before is kept. (Keys that seem to be from the future, by a clock that was wrong, are due.)
    pub fn rotate_if_due(&mut self, now: Timestamp) -> bool {
        let due = now >= self.rotation_due() || now + ROTATION < self.current.since;
        if due {
            let next = Prekeys::generate(&mut self.account, self.current.id.wrapping_add(1), now);
            self.previous = Some(std::mem::replace(&mut self.current, next));
        }
        due
    }

    /// The device for storage. Plain: it must be sealed there.
    #[must_use]
    #[expect(clippy::expect_used, reason = "an account always has a JSON form")]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let pickle =
            Zeroizing::new(serde_json::to_vec(&self.account.pickle()).expect("an account has a JSON form"));
        let mut writer = Writer::array(5);
        writer.number(VERSION).bytes(&self.id).bytes(&pickle);
        self.current.write(&mut writer);
        writer.maybe(self.previous.as_ref(), |writer, previous| {
            previous.write(writer);
            writer
        });
        Zeroizing::new(writer.into_bytes())
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken or of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredDeviceError> {
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(StoredDeviceError);
        }
        let id = reader.id()?;
        let pickle: AccountPickle = serde_json::from_slice(reader.bytes()?).map_err(|_| StoredDeviceError)?;
        let (current, previous) = (Prekeys::read(&mut reader)?, reader.maybe(Prekeys::read)?);
        Ok(Self { id, account: pickle.into(), current, previous })
    }

    pub(super) fn outbound(&self, bundle: &Bundle) -> Result<Session, SessionCreationError> {
        self.account.create_outbound_session(SessionConfig::version_1(), bundle.curve25519, bundle.fallback)
    }

    /// Begins a session from a pre-key message. Nothing of the device changes (there are no one-time keys that
    /// vodozemac could take away) before [`Self::admit`].
    pub(super) fn inbound(&mut self, message: &PreKeyMessage) -> Result<(Session, Vec<u8>), InboundError> {
        let prekeys = self.generation(&message.one_time_key()).ok_or(InboundError::OldBundle)?;
        prekeys.seen.check(&Began::by(message))?;
        let (config, identity) = (SessionConfig::version_1(), message.identity_key());
        let inbound = self
            .account
            .create_inbound_session(config, identity, message)
            .map_err(|_| InboundError::Undecryptable)?;
        Ok((inbound.session, inbound.plaintext))
    }

    /// Remembers that somebody has begun a session.
    ///
    /// # Errors
    /// When they must not: then nothing has changed, and the session must not be kept.
    pub fn admit(&mut self, began: &Began, sender: Sender, now: Timestamp) -> Result<(), InboundError> {
        let prekeys = self.generation(&began.fallback).ok_or(InboundError::OldBundle)?;
        let age = now.since(prekeys.since);
        Ok(prekeys.seen.insert(began, sender, age)?)
    }

    /// Opens what is sealed to one of our seal keys; `tag` says which one by its public key.
    pub(super) fn unseal(
        &self,
        purpose: Purpose,
        aad: &[u8],
        is_ours: impl Fn(&Curve25519PublicKey) -> bool,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut keys = [Some(&self.current), self.previous.as_ref()].into_iter().flatten();
        keys.find(|prekeys| is_ours(prekeys.seal.public()))?.seal.open(purpose, aad, sealed).ok()
    }

    fn generation(&mut self, fallback: &Curve25519PublicKey) -> Option<&mut Prekeys> {
        let generations = [Some(&mut self.current), self.previous.as_mut()];
        generations.into_iter().flatten().find(|prekeys| prekeys.fallback == *fallback)
    }
}

impl Signer for Device {
    fn sign(&self, bytes: &[u8]) -> Signature {
        self.account.sign(bytes).to_bytes()
    }
}

/// Secrets are never printed.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({})", self.curve25519())
    }
}
