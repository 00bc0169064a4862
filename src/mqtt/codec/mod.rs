//! Framing of a byte stream and every check that the packet types do not make.
//!
//! Control packets are those of the `mqtt-protocol` crate, which is only ever shown whole packets that have passed the
//! guards here. PUBLISH and CONNECT are written by hand.

mod decode;
pub mod encode;
mod frame;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod oversized;
#[cfg(test)]
mod tests;

pub use decode::{DecodeError, Packet, ReceivedPublish};
pub use frame::Decoder;
