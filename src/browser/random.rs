//! Randomness.

use super::js;

/// `N` random bytes, fit for keys. Works on insecure origins too, where the rest of `crypto` is missing.
///
/// # Panics
/// When the browser has no `crypto.getRandomValues`; none that runs WebAssembly lacks it.
#[must_use]
#[expect(clippy::expect_used, reason = "without randomness no id and no key may be made")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let crypto = js::window().crypto().expect("every browser with WebAssembly has crypto");
    // getRandomValues takes at most 65,536 bytes a call.
    for chunk in bytes.chunks_mut(65_536) {
        crypto.get_random_values_with_u8_array(chunk).expect("getRandomValues takes up to 65,536 bytes");
    }
    bytes
}
