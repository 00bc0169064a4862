//! The system's generator of random bytes, replaced: each thread has dice of its own, which a seed makes. All keys are made
//! by them, for whoever wants random bytes asks getrandom in the end.
#![allow(unsafe_code)]

use std::cell::RefCell;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

thread_local! {
    static DICE: RefCell<ChaCha20Rng> = RefCell::new(ChaCha20Rng::from_seed([0; 32]));
}

/// From now on this thread's random bytes are those of this seed.
pub(crate) fn seed(seed: u64) {
    let mut bytes = [0x6B; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    DICE.set(ChaCha20Rng::from_seed(bytes));
}

/// What getrandom calls where it is built with `--cfg getrandom_backend="custom"`.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(to: *mut u8, length: usize) -> Result<(), getrandom::Error> {
    // SAFETY: getrandom hands over so many bytes that may be written, and reads none of them before.
    let bytes = unsafe {
        std::ptr::write_bytes(to, 0, length);
        std::slice::from_raw_parts_mut(to, length)
    };
    DICE.with_borrow_mut(|dice| dice.fill_bytes(bytes));
    Ok(())
}
