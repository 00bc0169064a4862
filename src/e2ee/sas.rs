//! Comparing seven emoji: a short authentication string with a commitment, as vodozemac has it. One side asks and the
//! other answers; the four messages travel as events. It lives in memory only: after a reload it begins anew.
//!
//! ```text
//!   asker: Ask::begin     -- commitment -->   Answer::begin
//!                         <-- its key ------
//!   Ask::reveal           -- its key ------>  Answer::check
//!   Comparing             <-- MACs -------->  Comparing       once both people have said that the emoji are the same
//! ```

use vodozemac::Curve25519PublicKey;
use vodozemac::sas::{EstablishedSas, Mac, Sas};

use super::hash::{hex, sha256};
use super::key::UserKey;
use crate::cbor::{Reader, WireError, Writer};

/// The emoji, by number. Chosen to look like nothing else in the table, on any system.
#[rustfmt::skip]
pub const EMOJI: [&str; 64] = [
    "🐸", "🦊", "🐻", "🐝", "🐌", "🦉", "🐬", "🐫",
    "🦔", "🐭", "🦆", "🐍", "🦀", "🐞", "🦋", "🦈",
    "🌻", "🌵", "🌴", "🍀", "🍎", "🍋", "🍇", "🥕",
    "🌽", "🍞", "🧀", "🥚", "🍩", "🍵", "⛄", "🌈",
    "🌞", "🌙", "⭐", "⚡", "🔥", "🌊", "🌋", "🏠",
    "⛺", "🏰", "🚗", "🚲", "🚂", "⛵", "🎈", "🚀",
    "🎸", "🥁", "🎺", "⚽", "🎲", "🎁", "🔑", "🔨",
    "✂️", "☂️", "⏰", "💡", "📖", "✏️", "🎩", "👢",
];

/// The comparison cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SasError {
    /// A key that no honest device makes.
    #[error("the key cannot be used")]
    Key,
    /// The asker had committed to another key: somebody is in the middle.
    #[error("the key is not the one that was promised")]
    Commitment,
    /// The MAC is not by somebody who shares the secret and has these keys.
    #[error("the keys are not the same on both sides")]
    Mac,
}

/// One of the messages of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SasMessage {
    /// Names the comparison.
    pub transaction: [u8; 16],
    /// What it says.
    pub step: Step,
}

/// What a message of a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Shall we compare? Promises a key.
    Ask([u8; 32]),
    /// The answerer's key.
    Answer([u8; 32]),
    /// The asker's key, as promised.
    Reveal([u8; 32]),
    /// The emoji are the same, says this side's person: the MAC.
    Agree([u8; 32]),
    /// It goes no further.
    Stop,
    /// It goes no further, for the emoji or the keys are not the same on this side.
    Differ,
}

impl SasMessage {
    /// The message's bytes: `[transaction, step, key or MAC]`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let (step, bytes) = match &self.step {
            Step::Ask(bytes) => (1, Some(bytes)),
            Step::Answer(bytes) => (2, Some(bytes)),
            Step::Reveal(bytes) => (3, Some(bytes)),
            Step::Agree(bytes) => (4, Some(bytes)),
            Step::Stop => (5, None),
            Step::Differ => (6, None),
        };
        let mut writer = Writer::array(3);
        writer.bytes(&self.transaction).number(step).maybe(bytes, |writer, bytes| writer.bytes(bytes));
        writer.into_bytes()
    }

    /// Reads a message; an error where it is malformed, or a step of a later version.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes)?;
        let (transaction, step) = (reader.id()?, reader.number()?);
        let bytes = reader.maybe(Reader::id)?;
        let step = match (step, bytes) {
            (1, Some(bytes)) => Step::Ask(bytes),
            (2, Some(bytes)) => Step::Answer(bytes),
            (3, Some(bytes)) => Step::Reveal(bytes),
            (4, Some(bytes)) => Step::Agree(bytes),
            (5, None) => Step::Stop,
            (6, None) => Step::Differ,
            _ => return Err(WireError::Malformed),
        };
        Ok(Self { transaction, step })
    }
}

/// Who compares with whom, the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Names this comparison; drawn by the asker.
    pub transaction: [u8; 16],
    /// The key of the one who asks.
    pub asker: UserKey,
    /// The key of the one who answers.
    pub answerer: UserKey,
}

impl Parties {
    /// Everything that both sides must have the same, as text: vodozemac takes no bytes.
    pub(super) fn info(
        &self,
        purpose: &str,
        asks: Curve25519PublicKey,
        answers: Curve25519PublicKey,
    ) -> String {
        let transaction = hex(&self.transaction);
        let (asker, answerer) = (self.asker.verifying(), self.answerer.verifying());
        format!("kith/1/sas/{purpose}|{transaction}|{asker}|{answerer}|{asks}|{answers}")
    }

    /// The key of whoever makes the MAC, and of the other.
    pub(super) fn macced(&self, asker: bool) -> String {
        let (asks, answers) = (self.asker.fingerprint(), self.answerer.fingerprint());
        if asker { format!("{asks}{answers}") } else { format!("{answers}{asks}") }
    }

    pub(super) fn commitment(&self, key: &Curve25519PublicKey) -> [u8; 32] {
        let (asker, answerer) = (self.asker.as_bytes(), self.answerer.as_bytes());
        sha256(&[b"kith/1/sas/commitment", &self.transaction, asker, answerer, key.as_bytes()])
    }
}

/// The asker, waiting for the answerer's key.
pub struct Ask {
    sas: Sas,
    parties: Parties,
}

impl Ask {
    /// Begins; gives the commitment for the other side.
    #[must_use]
    pub fn begin(parties: Parties) -> (Self, [u8; 32]) {
        let sas = Sas::new();
        let commitment = parties.commitment(&sas.public_key());
        (Self { sas, parties }, commitment)
    }

    /// The answerer's key has come; gives the asker's key for the other side.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn reveal(self, answerers: [u8; 32]) -> Result<(Comparing, [u8; 32]), SasError> {
        let key = self.sas.public_key().to_bytes();
        Ok((Comparing::new(self.sas, self.parties, answerers, true)?, key))
    }
}

/// The answerer, waiting for the asker's key.
pub struct Answer {
    sas: Sas,
    parties: Parties,
    commitment: [u8; 32],
}

impl Answer {
    /// A commitment has come; gives the answerer's key for the other side.
    #[must_use]
    pub fn begin(parties: Parties, commitment: [u8; 32]) -> (Self, [u8; 32]) {
        let sas = Sas::new();
        let key = sas.public_key().to_bytes();
        (Self { sas, parties, commitment }, key)
    }

    /// The asker's key has come.
    ///
    /// # Errors
    /// When it is not the one that the asker had committed to, or cannot be used.
    pub fn check(self, askers: [u8; 32]) -> Result<Comparing, SasError> {
        if self.parties.commitment(&Curve25519PublicKey::from_bytes(askers)) != self.commitment {
            return Err(SasError::Commitment);
        }
        Comparing::new(self.sas, self.parties, askers, false)
    }
}

/// The people look at the emoji; then MACs make sure that it was about these keys.
pub struct Comparing {
    sas: EstablishedSas,
    parties: Parties,
    asked: bool,
}

impl Comparing {
    fn new(sas: Sas, parties: Parties, theirs: [u8; 32], asked: bool) -> Result<Self, SasError> {
        let sas = sas.diffie_hellman(Curve25519PublicKey::from_bytes(theirs)).map_err(|_| SasError::Key)?;
        Ok(Self { sas, parties, asked })
    }

    /// Seven numbers below 64, each for an emoji of the table in PROTOCOL.md.
    #[must_use]
    pub fn emoji(&self) -> [u8; 7] {
        self.sas.bytes(&self.info("emoji")).emoji_indices()
    }

    /// Our MAC, to be sent once our person has said that the emoji are the same.
    #[must_use]
    pub fn mac(&self) -> [u8; 32] {
        let mac = self.sas.calculate_mac(&self.parties.macced(self.asked), &self.mac_info(self.asked));
        std::array::from_fn(|at| mac.as_bytes().get(at).copied().unwrap_or_default())
    }

    /// Checks the other side's MAC. When both have said that the emoji are the same, their key is verified.
    ///
    /// # Errors
    /// When it is not theirs, or about other keys.
    pub fn verify(&self, theirs: &[u8; 32]) -> Result<(), SasError> {
        let (input, info) = (self.parties.macced(!self.asked), self.mac_info(!self.asked));
        self.sas.verify_mac(&input, &info, &Mac::from_slice(theirs)).map_err(|_| SasError::Mac)
    }

    fn mac_info(&self, asker: bool) -> String {
        self.info(if asker { "mac/asker" } else { "mac/answerer" })
    }

    fn info(&self, purpose: &str) -> String {
        let (ours, theirs) = (self.sas.our_public_key(), self.sas.their_public_key());
        let (asks, answers) = if self.asked { (ours, theirs) } else { (theirs, ours) };
        self.parties.info(purpose, asks, answers)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::e2ee::seed::Seed;

    fn parties(asker: u8, answerer: u8) -> Parties {
        let key = |number| *Seed::from_bytes([number; 32]).identity().key();
        Parties { transaction: [9; 16], asker: key(asker), answerer: key(answerer) }
    }

    fn compare(at_asker: Parties, at_answerer: Parties) -> (Comparing, Comparing) {
        let (ask, _) = Ask::begin(at_asker);
        // Whoever knows other keys would send another commitment; what is compared here is what comes after.
        let commitment = at_answerer.commitment(&ask.sas.public_key());
        let (answer, key) = Answer::begin(at_answerer, commitment);
        let (asker, key) = ask.reveal(key).unwrap();
        (asker, answer.check(key).unwrap())
    }

    #[test]
    fn both_see_the_same_and_their_macs_agree() {
        let (asker, answerer) = compare(parties(1, 2), parties(1, 2));
        assert_eq!(asker.emoji(), answerer.emoji());
        assert!(asker.emoji().iter().all(|emoji| *emoji < 64));
        assert_eq!(asker.verify(&answerer.mac()), Ok(()));
        assert_eq!(answerer.verify(&asker.mac()), Ok(()));
        assert_eq!(asker.verify(&asker.mac()), Err(SasError::Mac), "reflected");
    }

    #[test]
    fn other_keys_on_one_side_show() {
        let (asker, answerer) = compare(parties(1, 3), parties(1, 2));
        assert_ne!(asker.emoji(), answerer.emoji());
        assert_eq!(asker.verify(&answerer.mac()), Err(SasError::Mac));
        assert_eq!(answerer.verify(&asker.mac()), Err(SasError::Mac));
    }

    #[test]
    fn a_key_that_was_not_promised_is_refused() {
        let (_, commitment) = Ask::begin(parties(1, 2));
        let (answer, _) = Answer::begin(parties(1, 2), commitment);
        let other = Sas::new().public_key().to_bytes();
        assert_eq!(answer.check(other).err(), Some(SasError::Commitment));
    }

    #[test]
    fn a_key_of_zeros_is_refused() {
        let (ask, _) = Ask::begin(parties(1, 2));
        assert_eq!(ask.reveal([0; 32]).err(), Some(SasError::Key));
        let zeros = parties(1, 2).commitment(&Curve25519PublicKey::from_bytes([0; 32]));
        let (answer, _) = Answer::begin(parties(1, 2), zeros);
        assert_eq!(answer.check([0; 32]).err(), Some(SasError::Key));
    }
}
