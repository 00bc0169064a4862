//! End-to-end encryption: keys, signed documents, Olm sessions, sealed envelopes, trust, and keys at rest.
//!
//! A pure leaf: values in, values out. Nothing here knows of MQTT, of conversations or of storage; time comes with each
//! call, state goes to storage as bytes (`to_bytes`, `from_bytes`, a version in each) and must be sealed there by
//! [`vault`]. Input that fails changes nothing: whatever is taken in is tried on a copy first, for vodozemac alone does
//! not give that (see `tests/vodozemac.rs`).
//!
//! ```text
//!   seed -> key (the person)   device (one browser profile)
//!             |  signs            |  signs
//!             v                   v
//!         document: profile, claim, certificate, revocation  |  bundle, online, offline
//!                                 |
//!   request (first contact)  ->  pairwise (Olm)  ->  envelope (everything after)
//!                    seal (HPKE) below both
//!   trust, safety, sas, invite: whose key it is            vault: at rest
//! ```

pub mod bundle;
pub mod certificate;
pub mod device;
pub mod device_set;
pub mod document;
pub mod envelope;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub(crate) mod hash;
pub mod invite;
pub mod key;
#[cfg(feature = "model-crypto")]
mod model;
pub mod nak;
mod olm;
pub mod padding;
pub mod pairwise;
pub mod place;
pub mod presence;
pub mod request;
mod rng;
pub mod safety;
pub mod sas;
mod seal;
pub mod seed;
pub mod seen;
pub mod succession;
pub mod trust;
pub mod vault;

#[cfg(test)]
mod tests;
