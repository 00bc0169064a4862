//! The messenger without a browser: `Client` takes an `Input` at a time and tells which `Effect`s must follow.

pub mod account;
pub mod change;
pub mod command;
pub mod contact;
pub mod conversation;
pub mod effect;
pub mod id;
pub mod input;
pub mod memory;
pub mod message;
pub mod record;

pub use change::Change;
pub use command::Command;
pub use effect::Effect;
pub use input::Input;
