//! Random bytes for ids and jitter, all of one seed that the driver draws: the core rolls no dice of its own, and a
//! simulation with the same seed makes the same ids.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::id::MessageId;

/// A stream of random bytes.
#[derive(Clone, Debug)]
pub(crate) struct Entropy(ChaCha20Rng);

impl Entropy {
    /// Starts the stream; the seed must come from a cryptographically secure source.
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub(crate) fn message_id(&mut self) -> MessageId {
        MessageId(self.bytes())
    }

    /// What a person's identity grows from.
    pub(crate) fn seed(&mut self) -> [u8; 32] {
        self.bytes()
    }

    /// An MQTT Client Identifier that is hard to guess: 22 letters and digits (every server takes 1 to 23 of them,
    /// \[MQTT-3.1.3-5\]), about 131 bits.
    pub(crate) fn client_id(&mut self) -> String {
        const SIGNS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut id = String::with_capacity(22);
        while id.len() < 22 {
            // Six bits a sign; the two values beyond 61 are thrown again, so that all signs are as likely.
            let [byte] = self.bytes::<1>();
            if let Some(sign) = SIGNS.get(usize::from(byte & 63)) {
                id.push(char::from(*sign));
            }
        }
        id
    }
}
