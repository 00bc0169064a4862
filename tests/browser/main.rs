//! The browser's side against a real browser: IndexedDB, Web Locks, timers, and sockets to a real broker.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod clock;
mod config;
mod database;
mod driver;
mod phone;
mod picture;
mod profile;
mod socket;
mod storage;
mod support;
mod theme;
mod timer;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
