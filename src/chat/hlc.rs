//! Hybrid logical clock: wall-clock time that never runs behind what it has seen. 48 bits of milliseconds since 1970,
//! then 16 bits of counter.

use std::time::Duration;

use crate::time::Timestamp;

/// How far ahead of this device's clock a peer's message may sort.
const LEAD: Duration = Duration::from_secs(5 * 60);

/// The clock value of an event made now in a conversation whose newest event has the value `latest`.
pub(crate) fn tick(now: Timestamp, latest: u64) -> u64 {
    (now.0 << 16).max(latest.saturating_add(1))
}

/// A peer's clock value, kept from running more than [`LEAD`] ahead, however wrong the peer's clock is.
pub(crate) fn clamp(remote: u64, now: Timestamp) -> u64 {
    remote.min((now + LEAD).0 << 16)
}

/// When an event was made, as far as that can be believed: never after its arrival.
pub(crate) fn written_at(hlc: u64, arrival: Timestamp) -> Timestamp {
    Timestamp(hlc >> 16).min(arrival)
}
