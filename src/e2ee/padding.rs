//! Padding to Padmé lengths: of a message's length only some leading bits show, and nothing at all below 256 bytes.

/// The smallest padded length.
pub const FLOOR: usize = 256;

/// The padding is not what [`pad`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the padding is broken")]
pub struct PaddingError;

/// The Padmé length for so many bytes (Nikitin et al. 2019, "Reducing Metadata Leakage from Encrypted Files and
/// Communication with PURBs", algorithm 1), and the floor at least. The overhead above the floor is below 12 %.
#[must_use]
pub fn padme(length: usize) -> usize {
    if length <= FLOOR {
        return FLOOR;
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - kept)) - 1;
    length.checked_add(mask).map_or(length, |length| length & !mask)
}

/// The bytes, `0x80`, and zeros up to the next Padmé length.
#[must_use]
pub fn pad(bytes: &[u8]) -> Vec<u8> {
    let mut padded = Vec::with_capacity(padme(bytes.len() + 1));
    padded.extend_from_slice(bytes);
    padded.push(0x80);
    padded.resize(padme(padded.len()), 0);
    padded
}

/// Takes the padding away.
///
/// # Errors
/// When there is none, or too much or too little.
pub fn unpad(padded: &[u8]) -> Result<&[u8], PaddingError> {
    let end = padded.iter().rposition(|byte| *byte != 0).ok_or(PaddingError)?;
    let whole = padded[end] == 0x80 && padded.len() == padme(end + 1);
    if whole { Ok(&padded[..end]) } else { Err(PaddingError) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_those_of_the_paper() {
        // By hand: 257 = 2^8 + 1, 4 bits of 9 are kept; 9,999 has the exponent 13, 4 bits; 1,000,001 has 19, 5 bits.
        for (length, padded) in [
            (0, 256),
            (1, 256),
            (256, 256),
            (257, 272),
            (272, 272),
            (273, 288),
            (511, 512),
            (512, 512),
            (513, 544),
            (1_000, 1_024),
            (9_999, 10_240),
            (65_536, 65_536),
            (65_537, 67_584),
            (1_000_001, 1_015_808),
        ] {
            assert_eq!(padme(length), padded, "{length}");
        }
        assert_eq!(padme(usize::MAX), usize::MAX);
    }

    #[test]
    fn broken_padding_is_refused() {
        let whole = pad(b"text");
        assert_eq!(unpad(&whole), Ok(&b"text"[..]));
        assert_eq!(unpad(&[]), Err(PaddingError));
        assert_eq!(unpad(&[0; 256]), Err(PaddingError));
        assert_eq!(unpad(&whole[..255]), Err(PaddingError));
        assert_eq!(unpad(&[&whole[..], &[0; 16]].concat()), Err(PaddingError));
        let mut other = whole;
        other[255] = 1;
        assert_eq!(unpad(&other), Err(PaddingError));
    }

    proptest! {
        #[test]
        fn padding_comes_off_and_costs_little(bytes in proptest::collection::vec(any::<u8>(), 0..5_000)) {
            let padded = pad(&bytes);
            prop_assert_eq!(unpad(&padded), Ok(&bytes[..]));
            prop_assert_eq!(padded.len(), padme(padded.len()), "padded lengths stay");
            prop_assert!(padded.len() == FLOOR || padded.len() * 100 <= (bytes.len() + 1) * 112);
        }
    }
}
