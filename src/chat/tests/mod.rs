//! Scenarios: whole people against a whole broker, on a clock that only the test moves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod broker;
mod world;

mod hostile;
mod list;
mod messages;
mod people;
mod presence;
mod properties;
mod reloads;
mod rewrites;
mod vectors;
