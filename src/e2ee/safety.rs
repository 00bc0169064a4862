//! What two people compare: 60 digits, or a QR code that one shows and the other scans.

use sha2::{Digest, Sha512};

use super::key::{Fingerprint, UserKey};

const ITERATIONS: usize = 5_200;
const LABEL: &[u8] = b"kith/1/safety";
const QR: &str = "KITH1:";
/// How many digits a safety number has.
const DIGITS: usize = 60;

/// The safety number of two people, each with key and user id: 60 digits, the same on both screens. It is slow on
/// purpose (5,200 hashes for each), so it is made once and kept.
#[must_use]
pub fn safety_number(one: (&UserKey, &[u8; 16]), other: (&UserKey, &[u8; 16])) -> String {
    let mut halves = [half(one.0, one.1), half(other.0, other.1)];
    halves.sort();
    halves.concat()
}

/// Thirty digits: six times five bytes of an iterated hash, each modulo 100,000.
fn half(key: &UserKey, id: &[u8; 16]) -> String {
    let mut hash = [LABEL, key.as_bytes(), id].concat();
    for _ in 0..ITERATIONS {
        hash = Sha512::new().chain_update(&hash).chain_update(key.as_bytes()).finalize().to_vec();
    }
    let number = |chunk: &[u8]| chunk.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    hash.chunks_exact(5).take(6).map(|chunk| format!("{:05}", number(chunk) % 100_000)).collect()
}

/// A text is not a QR code of this app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a code of Kith")]
pub struct CodeError;

/// What scanning somebody's code has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Both have the other's key: verified.
    Match,
    /// The code is another person's than the one who is compared with, or their key is another.
    TheirKeyDiffers,
    /// They hold another key for us than ours.
    OurKeyDiffers,
    /// It is our own code, which says nothing of them.
    Own,
    /// The digits are those of another safety number.
    NumberDiffers,
}

/// What a QR code says: the shower's own key and the one that the shower has of the scanner, by fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The shower's key.
    pub own: Fingerprint,
    /// The scanner's key, as the shower has it.
    pub other: Fingerprint,
}

impl Code {
    /// The text of the QR code: capital letters, digits and a colon, which make a small one.
    #[must_use]
    pub fn encode(&self) -> String {
        format!("{QR}{}{}", self.own, self.other).to_ascii_uppercase()
    }

    /// Reads a scanned or typed text.
    ///
    /// # Errors
    /// When it is not such a code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let digits: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
        let digits = digits.strip_prefix(QR).ok_or(CodeError)?.as_bytes();
        if digits.len() != 64 {
            return Err(CodeError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        let half = |from: usize| Fingerprint(std::array::from_fn(|at| bytes[from + at]));
        Ok(Self { own: half(0), other: half(16) })
    }

    /// Compares a scanned code with what we have.
    #[must_use]
    pub fn compare(&self, ours: Fingerprint, theirs: Fingerprint) -> Comparison {
        if self.own == ours {
            Comparison::Own
        } else if self.own != theirs {
            Comparison::TheirKeyDiffers
        } else if self.other != ours {
            Comparison::OurKeyDiffers
        } else {
            Comparison::Match
        }
    }
}

/// The sixty digits of a safety number as somebody has typed them: in groups, in lines, or in a row. None where it is
/// something else.
#[must_use]
pub fn typed_number(text: &str) -> Option<String> {
    let digits: String = text.split_whitespace().collect();
    (digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(digits)
}

fn digit(character: u8) -> Result<u8, CodeError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'A'..=b'F' => Ok(character - b'A' + 10),
        _ => Err(CodeError),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::e2ee::seed::Seed;

    fn key(number: u8) -> UserKey {
        *Seed::from_bytes([number; 32]).identity().key()
    }

    #[test]
    fn both_see_the_same_sixty_digits() {
        let (ada, bob) = (key(1), key(2));
        let number = safety_number((&ada, &[1; 16]), (&bob, &[2; 16]));
        assert_eq!(number, safety_number((&bob, &[2; 16]), (&ada, &[1; 16])));
        assert_eq!(number.len(), 60);
        assert!(number.bytes().all(|digit| digit.is_ascii_digit()));
    }

    #[test]
    fn another_key_or_id_on_either_side_changes_it() {
        let (ada, bob, eve) = (key(1), key(2), key(3));
        let number = safety_number((&ada, &[1; 16]), (&bob, &[2; 16]));
        assert_ne!(number, safety_number((&eve, &[1; 16]), (&bob, &[2; 16])));
        assert_ne!(number, safety_number((&ada, &[1; 16]), (&eve, &[2; 16])));
        assert_ne!(number, safety_number((&ada, &[1; 16]), (&bob, &[3; 16])));
        // In the middle: what Ada sees with Eve's key is not what Bob sees with Eve's key.
        let at_ada = safety_number((&ada, &[1; 16]), (&eve, &[2; 16]));
        let at_bob = safety_number((&bob, &[2; 16]), (&eve, &[1; 16]));
        assert_ne!(at_ada, at_bob);
    }

    #[test]
    fn a_scan_says_which_key_differs() {
        let [ada, bob, eve] = [1, 2, 3].map(|number| key(number).fingerprint());
        let shown = Code { own: bob, other: ada };
        let scanned = Code::parse(&shown.encode()).unwrap();
        assert_eq!(scanned.compare(ada, bob), Comparison::Match);
        assert_eq!(scanned.compare(ada, eve), Comparison::TheirKeyDiffers);
        assert_eq!(scanned.compare(eve, bob), Comparison::OurKeyDiffers);
    }

    proptest! {
        #[test]
        fn codes_are_read_back_and_nothing_else_is(own: [u8; 16], other: [u8; 16], text in ".{0,80}") {
            let code = Code { own: Fingerprint(own), other: Fingerprint(other) };
            prop_assert_eq!(Code::parse(&code.encode()), Ok(code));
            prop_assert_eq!(Code::parse(&code.encode().to_lowercase()), Ok(code));
            prop_assert_eq!(Code::parse(&text), Err(CodeError));
            prop_assert_eq!(Code::parse(&code.encode()[1..]), Err(CodeError));
            prop_assert_eq!(Code::parse(&code.encode()[..69]), Err(CodeError));
        }
    }
}
