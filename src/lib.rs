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
//! Imports go down only. `mqtt`, `e2ee` and `chat` are the core: no I/O, no clock, no randomness of their own
//! (but for keys: `e2ee/rng.rs`), tested on the host. `ui` and `browser` never see each other; [`start`] joins them.

mod cbor;
pub mod chat;
pub mod e2ee;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod mqtt;
mod paper;
pub mod time;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod ui;

/// Starts the app in the page: reads the configuration, mounts the screens, opens storage.
#[cfg(target_arch = "wasm32")]
pub fn start() {
    wasm_bindgen_futures::spawn_local(async {
        match browser::config::load().await {
            Ok(defaults) => join(defaults),
            Err(error) => ui::fatal(&error),
        }
    });
}

/// Joins the two sides: what the core shows goes to the screens, what the person wants goes to the core.
#[cfg(target_arch = "wasm32")]
fn join(defaults: chat::account::Defaults) {
    use chat::id::MessageId;

    let state = ui::State::new(&defaults.brand);
    state.offer(&defaults.presets);
    let client = chat::Client::new(browser::random_bytes(), defaults, browser::clock::calendar);
    let driver = browser::start(client, move |change| state.apply(change));
    let commands = driver.commands();
    // The page is its owner, and goes with it.
    std::mem::forget(driver);
    ui::mount(state, commands, || MessageId(browser::random_bytes()));
}
