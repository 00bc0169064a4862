//! The messenger without a browser: `Client` takes an `Input` at a time and tells which `Effect`s must follow.

pub mod account;
mod address;
mod arrivals;
pub mod backup;
mod chain;
pub mod change;
pub mod client;
pub mod command;
pub mod contact;
pub mod conversation;
pub mod effect;
mod entropy;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod guards;
mod heard;
mod hlc;
mod holder;
pub mod id;
pub mod input;
pub mod invite;
pub mod journal;
pub mod json;
mod keyring;
mod keys;
pub mod memory;
pub mod message;
mod noted;
mod outbox;
mod outgoing;
mod parked;
pub mod picture;
mod presence;
mod receipt;
pub mod record;
pub mod retained;
pub mod secret;
pub mod server;
mod stored;
pub mod survey;
pub mod tabs;
mod taken;
pub mod text;
mod thread;
mod timeline;
mod told;
mod topics;
mod wire;

pub use change::Change;
pub use client::Client;
pub use command::Command;
pub use effect::Effect;
pub use input::Input;

#[cfg(any(test, sim))]
mod tests;
#[cfg(sim)]
pub use tests::simulator;
