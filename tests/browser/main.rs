//! The browser's side against a real browser: IndexedDB, Web Locks, timers, and sockets to a real broker; and the
//! screens, looked at by role, name and text.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod chats;
mod clock;
mod composer;
mod config;
mod connection;
mod contacts;
mod database;
mod disallowed;
mod driver;
mod health;
mod journal;
mod layout;
mod markup;
mod phone;
mod picture;
mod profile;
mod screen;
mod seat;
mod socket;
mod storage;
mod support;
mod tabs;
mod theme;
mod timeline;
mod timer;
mod trust;
mod vault;
mod welcome;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
