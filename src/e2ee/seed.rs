//! The recovery seed: 32 bytes that a person can write down as 24 words (BIP-39, English) and get their identity back
//! from.

use std::fmt;

use bip39::Language;
use zeroize::Zeroizing;

use super::hash::{Secret, derive, sha256};
use super::key::UserIdentity;
use super::rng;

/// Why words are not a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Another number of words.
    #[error("there are {0} words instead of 24")]
    Count(usize),
    /// A word that is not in the list; counted from 1.
    #[error("word {0} is not in the list")]
    Unknown(usize),
    /// Words of the list, but not these or not in this order.
    #[error("the words do not fit together: one is wrong, or two are swapped")]
    Checksum,
}

pub(crate) const WORDS: usize = 24;
const BITS: usize = 11;

/// The seed of a person's identity.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed(Secret);

impl Seed {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(rng::bytes().into())
    }

    /// Takes up a stored one.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes.into())
    }

    /// The seed itself, for storage.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 24 words: 11 bits each, of the seed and the first byte of its SHA-256. (bip39 would do this, too, with a
    /// SHA-256 of its own, which is 8 kB to load.)
    #[must_use]
    pub fn words(&self) -> [&'static str; WORDS] {
        let [checksum, ..] = sha256(&[self.as_bytes()]);
        let bit = |at: usize| {
            let byte = self.0.get(at / 8).copied().unwrap_or(checksum);
            usize::from(byte >> (7 - at % 8) & 1)
        };
        let number =
            |word: usize| (word * BITS..(word + 1) * BITS).fold(0, |number, at| number << 1 | bit(at));
        std::array::from_fn(|word| Language::English.word_list()[number(word)])
    }

    /// Reads the 24 words: upper and lower case, and any white space between them.
    ///
    /// # Errors
    /// When they are not 24, when one is unknown, when they do not fit together.
    pub fn parse(words: &str) -> Result<Self, WordsError> {
        let words = Zeroizing::new(words.to_ascii_lowercase());
        let count = words.split_whitespace().count();
        if count != WORDS {
            return Err(WordsError::Count(count));
        }
        let (mut bytes, mut at) = (Zeroizing::new([0_u8; WORDS * BITS / 8]), 0);
        for (word, text) in words.split_whitespace().enumerate() {
            let number = Language::English.find_word(text).ok_or(WordsError::Unknown(word + 1))?;
            for bit in (0..BITS).rev() {
                bytes[at / 8] |= ((number >> bit & 1) as u8) << (7 - at % 8);
                at += 1;
            }
        }
        let (seed, checksum) = bytes.split_at(32);
        if sha256(&[seed])[..1] != *checksum {
            return Err(WordsError::Checksum);
        }
        let mut secret = Secret::default();
        secret.copy_from_slice(seed);
        Ok(Self(secret))
    }

    /// The identity that grows from it.
    #[must_use]
    pub fn identity(&self) -> UserIdentity {
        UserIdentity::from_bytes(&derive(self.as_bytes(), b"", b"kith/1/uik"))
    }
}

/// A secret is never printed.
impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_words_are_those_of_bip_39() {
        // The reference vectors of BIP-39 for 256 bits (trezor/python-mnemonic, vectors.json).
        let mut zero = ["abandon"; 24];
        zero[23] = "art";
        assert_eq!(Seed::from_bytes([0; 32]).words(), zero);
        let mut ones = ["zoo"; 24];
        ones[23] = "vote";
        assert_eq!(Seed::from_bytes([0xff; 32]).words(), ones);
    }

    #[test]
    fn words_are_read_in_any_case_and_spacing() {
        let seed = Seed::from_bytes([7; 32]);
        let typed = seed.words().join(" \n ").to_uppercase();
        assert_eq!(Seed::parse(&typed), Ok(seed));
    }

    #[test]
    fn wrong_words_say_what_is_wrong() {
        let words = Seed::from_bytes([0; 32]).words();
        assert_eq!(Seed::parse(&words[1..].join(" ")), Err(WordsError::Count(23)));
        assert_eq!(Seed::parse(""), Err(WordsError::Count(0)));
        let mut unknown = words;
        unknown[2] = "kith";
        assert_eq!(Seed::parse(&unknown.join(" ")), Err(WordsError::Unknown(3)));
        let mut swapped = words;
        swapped.swap(0, 23);
        assert_eq!(Seed::parse(&swapped.join(" ")), Err(WordsError::Checksum));
    }

    #[test]
    fn a_seed_is_not_printed() {
        assert_eq!(format!("{:?}", Seed::from_bytes([0xab; 32])), "Seed");
        let identity = Seed::from_bytes([0xab; 32]).identity();
        assert_eq!(format!("{identity:?}"), format!("UserIdentity({})", identity.key().fingerprint()));
    }

    proptest! {
        #[test]
        fn words_give_the_seed_back(bytes: [u8; 32]) {
            let seed = Seed::from_bytes(bytes);
            prop_assert_eq!(Seed::parse(&seed.words().join(" ")), Ok(seed));
        }
    }
}
