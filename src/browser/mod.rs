//! The page's side of the core: it feeds [`Input`](crate::chat::Input)s to the core and carries out its
//! [`Effect`](crate::chat::Effect)s.
//!
//! One queue, one consumer ([`driver`]). A callback pushes an input and does nothing else. Whatever listens to the
//! browser is an RAII value: dropping the [`Driver`] removes every listener and closes everything.

mod answerer;
mod backup;
pub mod camera;
pub mod clock;
pub mod config;
pub mod database;
pub mod driver;
pub mod inputs;
mod js;
pub mod lifecycle;
mod local;
pub mod lock;
mod marker;
pub mod phone;
pub mod picture;
pub mod probe;
pub mod profile;
pub mod random;
mod room;
pub mod socket;
pub mod storage;
mod tabs;
pub mod theme;
pub mod timer;
pub mod vault;
mod wake;
mod worker;

pub use driver::{Core, Driver, start};
pub use inputs::Inputs;
pub use random::random_bytes;
