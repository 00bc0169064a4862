//! Olm's state machine (triple handshake, double ratchet) with hashes in the place of Diffie-Hellman, and vodozemac's limits:
//! five receiving chains, forty skipped keys in each, gaps of two thousand.

use std::collections::{BTreeMap, HashMap, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use vodozemac::olm::SessionKeys;
pub(in crate::e2ee) use vodozemac::olm::{
    AccountPickle, DecryptionError, SessionConfig, SessionCreationError,
};
use vodozemac::{Curve25519PublicKey, Ed25519PublicKey, KeyId};

use super::{decrypt, encrypt, signature};
use crate::cbor::{Reader, WireError, Writer};
use crate::e2ee::hash::sha256;
use crate::e2ee::rng;

type Key = [u8; 32];

const MAX_CHAINS: usize = 5;
const MAX_SKIPPED: usize = 40;
const MAX_GAP: u64 = 2_000;

/// The keys are vodozemac's.
pub(in crate::e2ee) struct Account(vodozemac::olm::Account);

impl From<AccountPickle> for Account {
    fn from(pickle: AccountPickle) -> Self {
        Self(pickle.into())
    }
}

/// What a device has signed.
pub(in crate::e2ee) struct Signed([u8; 64]);

impl Signed {
    pub(in crate::e2ee) fn to_bytes(&self) -> [u8; 64] {
        self.0
    }
}

/// A session that somebody else has begun.
pub(in crate::e2ee) struct Inbound {
    pub(in crate::e2ee) session: Session,
    pub(in crate::e2ee) plaintext: Vec<u8>,
}

impl Account {
    pub(in crate::e2ee) fn new() -> Self {
        Self(vodozemac::olm::Account::new())
    }

    pub(in crate::e2ee) fn generate_fallback_key(&mut self) {
        self.0.generate_fallback_key();
    }

    pub(in crate::e2ee) fn fallback_key(&self) -> HashMap<KeyId, Curve25519PublicKey> {
        self.0.fallback_key()
    }

    pub(in crate::e2ee) fn mark_keys_as_published(&mut self) {
        self.0.mark_keys_as_published();
    }

    pub(in crate::e2ee) fn ed25519_key(&self) -> Ed25519PublicKey {
        self.0.ed25519_key()
    }

    pub(in crate::e2ee) fn curve25519_key(&self) -> Curve25519PublicKey {
        self.0.curve25519_key()
    }

    pub(in crate::e2ee) fn sign(&self, bytes: &[u8]) -> Signed {
        Signed(signature(self.ed25519_key().as_bytes(), bytes))
    }

    pub(in crate::e2ee) fn pickle(&self) -> AccountPickle {
        self.0.pickle()
    }

    #[expect(clippy::unnecessary_wraps, reason = "vodozemac refuses some keys")]
    pub(in crate::e2ee) fn create_outbound_session(
        &self,
        _: SessionConfig,
        identity: Curve25519PublicKey,
        fallback: Curve25519PublicKey,
    ) -> Result<Session, SessionCreationError> {
        let base_key = Curve25519PublicKey::from_bytes(rng::bytes());
        let keys = SessionKeys { identity_key: self.curve25519_key(), base_key, one_time_key: fallback };
        let (root, chain) = handshake(&keys, &identity);
        let sending = Chain { ratchet: rng::bytes(), chain, index: 0, skipped: BTreeMap::new() };
        Ok(Session {
            keys,
            root,
            sending: Some(sending),
            last: [0; 32],
            receiving: VecDeque::new(),
            begun: true,
        })
    }

    pub(in crate::e2ee) fn create_inbound_session(
        &mut self,
        _: SessionConfig,
        _: Curve25519PublicKey,
        first: &PreKeyMessage,
    ) -> Result<Inbound, DecryptionError> {
        let keys = first.session_keys();
        let (root, chain) = handshake(&keys, &self.curve25519_key());
        let receiving = Chain { ratchet: first.message.ratchet, chain, index: 0, skipped: BTreeMap::new() };
        let receiving = VecDeque::from([receiving]);
        let mut session = Session { keys, root, sending: None, last: [0; 32], receiving, begun: false };
        let plaintext = session.decrypt(&OlmMessage::Normal(first.message.clone()))?;
        Ok(Inbound { session, plaintext })
    }
}

fn handshake(keys: &SessionKeys, receiver: &Curve25519PublicKey) -> (Key, Key) {
    let SessionKeys { identity_key, base_key, one_time_key } = keys;
    let shared = [identity_key, base_key, one_time_key, receiver].map(|key| key.to_bytes()).concat();
    (sha256(&[b"root", &shared]), sha256(&[b"chain", &shared]))
}

/// Messages in one direction, from one change of it to the next.
#[derive(Clone)]
struct Chain {
    ratchet: Key,
    chain: Key,
    index: u64,
    /// Keys of messages that have not come.
    skipped: BTreeMap<u64, Key>,
}

impl Chain {
    /// The next message's key; whoever has it has none of those before.
    fn step(&mut self) -> Key {
        let key = sha256(&[b"message", &self.chain]);
        self.chain = sha256(&[b"next", &self.chain]);
        self.index += 1;
        key
    }

    /// The key of a message.
    fn key(&mut self, index: u64) -> Result<Key, DecryptionError> {
        if index < self.index {
            return self.skipped.remove(&index).ok_or(DecryptionError::MissingMessageKey(index));
        }
        if index - self.index > MAX_GAP {
            return Err(DecryptionError::TooBigMessageGap(index - self.index, MAX_GAP));
        }
        while self.index < index {
            let (at, key) = (self.index, self.step());
            self.skipped.insert(at, key);
            if self.skipped.len() > MAX_SKIPPED {
                self.skipped.pop_first();
            }
        }
        Ok(self.step())
    }

    fn write(&self, writer: &mut Writer) {
        writer.open(4).bytes(&self.ratchet).bytes(&self.chain).number(self.index);
        writer.open(self.skipped.len() as u64);
        for (index, key) in &self.skipped {
            writer.open(2).number(*index).bytes(key);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            ratchet: reader.id()?,
            chain: reader.id()?,
            index: reader.number()?,
            skipped: reader
                .list(|reader| reader.array(|skipped| Ok((skipped.number()?, skipped.id()?))))?
                .into_iter()
                .collect(),
        })
    }
}

/// A session.
pub(in crate::e2ee) struct Session {
    keys: SessionKeys,
    root: Key,
    sending: Option<Chain>,
    /// The ratchet key that was sent by last.
    last: Key,
    receiving: VecDeque<Chain>,
    /// We have begun it, and nothing has come.
    begun: bool,
}

/// As it is stored.
pub(in crate::e2ee) type SessionPickle = String;

impl Session {
    pub(in crate::e2ee) fn session_keys(&self) -> SessionKeys {
        self.keys
    }

    fn turn(root: &Key, ratchet: &Key, other: &Key) -> (Key, Key) {
        (sha256(&[b"root", root, ratchet, other]), sha256(&[b"chain", root, ratchet, other]))
    }

    pub(in crate::e2ee) fn encrypt(&mut self, plaintext: &[u8]) -> Result<OlmMessage, DecryptionError> {
        let theirs = self.receiving.back().map_or([0; 32], |chain| chain.ratchet);
        let sending = self.sending.get_or_insert_with(|| {
            let ratchet = rng::bytes();
            let (root, chain) = Self::turn(&self.root, &ratchet, &theirs);
            self.root = root;
            Chain { ratchet, chain, index: 0, skipped: BTreeMap::new() }
        });
        self.last = sending.ratchet;
        let (ratchet, index) = (sending.ratchet, sending.index);
        let ciphertext =
            encrypt(&sending.step(), &ratchet, plaintext).ok_or(DecryptionError::NonContributoryKey)?;
        let message = Message { ratchet, index, ciphertext };
        let first = |message| OlmMessage::PreKey(PreKeyMessage { keys: self.keys, message });
        Ok(if self.begun { first(message) } else { OlmMessage::Normal(message) })
    }

    pub(in crate::e2ee) fn decrypt(&mut self, message: &OlmMessage) -> Result<Vec<u8>, DecryptionError> {
        let (OlmMessage::Normal(message) | OlmMessage::PreKey(PreKeyMessage { message, .. })) = message;
        let wrong = DecryptionError::InvalidMACLength(0, 0);
        let open = |key: &Key| decrypt(key, &message.ratchet, &message.ciphertext);
        if let Some(chain) = self.receiving.iter_mut().find(|chain| chain.ratchet == message.ratchet) {
            let mut advanced = chain.clone();
            let plaintext = open(&advanced.key(message.index)?).ok_or(wrong)?;
            *chain = advanced;
            self.begun = false;
            return Ok(plaintext);
        }
        let (root, chain) = Self::turn(&self.root, &message.ratchet, &self.last);
        let mut chain = Chain { ratchet: message.ratchet, chain, index: 0, skipped: BTreeMap::new() };
        let plaintext = open(&chain.key(message.index)?).ok_or(wrong)?;
        (self.root, self.sending, self.begun) = (root, None, false);
        self.receiving.push_back(chain);
        if self.receiving.len() > MAX_CHAINS {
            self.receiving.pop_front();
        }
        Ok(plaintext)
    }

    pub(in crate::e2ee) fn pickle(&self) -> SessionPickle {
        let mut writer = Writer::array(8);
        for key in [self.keys.identity_key, self.keys.base_key, self.keys.one_time_key] {
            writer.bytes(key.as_bytes());
        }
        writer.bytes(&self.root).bytes(&self.last).flag(self.begun);
        writer.maybe(self.sending.as_ref(), |writer, chain| {
            chain.write(writer);
            writer
        });
        writer.open(self.receiving.len() as u64);
        self.receiving.iter().for_each(|chain| chain.write(&mut writer));
        STANDARD_NO_PAD.encode(writer.into_bytes())
    }

    #[expect(clippy::expect_used, reason = "a pickle that is broken was checked when it was read")]
    pub(in crate::e2ee) fn from_pickle(pickle: SessionPickle) -> Self {
        let bytes = STANDARD_NO_PAD.decode(pickle).expect("its own digits");
        Self::read(&bytes).expect("a session's own bytes")
    }

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes)?;
        let mut key = || reader.id().map(Curve25519PublicKey::from_bytes);
        let keys = SessionKeys { identity_key: key()?, base_key: key()?, one_time_key: key()? };
        Ok(Self {
            keys,
            root: reader.id()?,
            last: reader.id()?,
            begun: reader.flag()?,
            sending: reader.maybe(|reader| reader.array(Chain::read))?,
            receiving: reader.list(|reader| reader.array(Chain::read))?.into(),
        })
    }
}

/// Bytes that are no message.
#[derive(Debug)]
pub(in crate::e2ee) struct NoMessage;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::e2ee) struct Message {
    ratchet: Key,
    index: u64,
    ciphertext: Vec<u8>,
}

impl Message {
    pub(in crate::e2ee) fn from_bytes(bytes: &[u8]) -> Result<Self, NoMessage> {
        let (ratchet, rest) = bytes.split_first_chunk().ok_or(NoMessage)?;
        let (index, ciphertext) = rest.split_first_chunk().ok_or(NoMessage)?;
        let ciphertext = ciphertext.to_vec();
        Ok(Self { ratchet: *ratchet, index: u64::from_be_bytes(*index), ciphertext })
    }

    pub(in crate::e2ee) fn to_bytes(&self) -> Vec<u8> {
        [&self.ratchet[..], &self.index.to_be_bytes(), &self.ciphertext].concat()
    }

    pub(in crate::e2ee) fn ratchet_key(&self) -> Curve25519PublicKey {
        Curve25519PublicKey::from_bytes(self.ratchet)
    }

    pub(in crate::e2ee) fn chain_index(&self) -> u64 {
        self.index
    }
}

/// A message by which a session begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreKeyMessage {
    keys: SessionKeys,
    message: Message,
}

impl PreKeyMessage {
    pub(in crate::e2ee) fn from_bytes(bytes: &[u8]) -> Result<Self, NoMessage> {
        let (keys, rest) = bytes.split_first_chunk::<96>().ok_or(NoMessage)?;
        let key = |at: usize| Curve25519PublicKey::from_slice(&keys[at..at + 32]).map_err(|_| NoMessage);
        let keys = SessionKeys { identity_key: key(0)?, base_key: key(32)?, one_time_key: key(64)? };
        Ok(Self { keys, message: Message::from_bytes(rest)? })
    }

    pub(in crate::e2ee) fn to_bytes(&self) -> Vec<u8> {
        let SessionKeys { identity_key, base_key, one_time_key } = &self.keys;
        let keys = [identity_key, base_key, one_time_key].map(|key| key.to_bytes()).concat();
        [keys, self.message.to_bytes()].concat()
    }

    /// Who has begun.
    #[must_use]
    pub fn identity_key(&self) -> Curve25519PublicKey {
        self.keys.identity_key
    }

    pub(in crate::e2ee) fn one_time_key(&self) -> Curve25519PublicKey {
        self.keys.one_time_key
    }

    pub(in crate::e2ee) fn session_keys(&self) -> SessionKeys {
        self.keys
    }
}

/// Either.
pub(in crate::e2ee) enum OlmMessage {
    Normal(Message),
    PreKey(PreKeyMessage),
}
