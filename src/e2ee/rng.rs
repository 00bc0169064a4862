//! Our own random bytes, all from this place; vodozemac and hpke ask getrandom themselves. A simulation replaces
//! getrandom's backend and so seeds them all.

/// Bytes from the system's generator.
#[expect(clippy::expect_used, reason = "without randomness no key may be made, and nothing sent")]
pub(super) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
