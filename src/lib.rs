//! Kith: a private messenger that is static files plus whatever MQTT broker its user already has.
//!
//! ```text
//!   ui/  (leptos)                                              browser/  (web-sys, gloo)
//!            |  Command  \                               / Input  |
//!            v            \                             /         v
//!            +-------------> chat/  Client { handle; poll_effect; poll_timeout } -> Effect, Change
//!                              |            |
//!                              v            v
//!                           mqtt/         e2ee/         leaves: know nothing of chat, of each other, of the browser
//! ```
//!
//! Imports go down only. `mqtt`, `e2ee` and `chat` are the core: no I/O, no clock, no randomness of their own,
//! tested on the host. `ui` and `browser` never see each other; [`start`] joins them.

pub mod chat;
pub mod e2ee;
pub mod mqtt;
pub mod time;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod ui;

/// Starts the app in the page: reads the configuration, opens storage, mounts the screens.
#[cfg(target_arch = "wasm32")]
pub fn start() {}
