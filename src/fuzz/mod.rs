//! The entry points of the fuzz targets: one function for each kind of bytes that comes from outside. `tests/fuzz` gives
//! them bytes by the million, the tests here the kept corpus and its bombs. None of it is in the page.
#![allow(clippy::missing_panics_doc)]

use crate::chat::fuzz::{event, invite, retained};
use crate::e2ee::fuzz::{backup, document, fan_out, request};
use crate::mqtt::codec::fuzz::mqtt;

#[cfg(test)]
mod bombs;
#[cfg(test)]
mod tests;

/// Takes whatever bytes there are, and panics where a rule does not hold.
pub type Target = fn(&[u8]);

/// All of them, by the names of their programs and of their folders in the corpus.
pub const TARGETS: [(&str, Target); 8] = [
    ("mqtt", mqtt),
    ("fan_out", fan_out),
    ("request", request),
    ("document", document),
    ("event", event),
    ("retained", retained),
    ("invite", invite),
    ("backup", backup),
];

/// Runs one of them.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.unwrap_or_else(|| unreachable!("there is no target {name}"));
    target(bytes);
}
