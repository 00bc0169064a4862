//! The screens. They send `Command`s and draw what `Change`s tell.

// What `#[component]` makes is `pub` whatever the function says.
#![allow(unreachable_pub)]

mod app;
mod begin_anew;
mod chats;
mod contacts;
mod conversation;
mod dispatch;
mod elsewhere;
mod form;
mod locked;
mod passphrase;
mod restore;
mod route;
mod rows;
mod server;
mod settings;
mod shell;
mod starting;
mod state;
mod text;
mod welcome;
mod widgets;

pub use app::{fatal, mount, mount_to};
pub use state::State;
