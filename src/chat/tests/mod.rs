//! Scenarios: whole people against a whole broker, on a clock that only the test moves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod anew;
mod arrivals;
mod backups;
mod broker;
mod chains;
mod device;
mod outsider;
mod screen;
mod world;

mod comparing;
mod confiding;
mod contested;
mod copies;
mod crowding;
mod drafts;
mod evil;
mod gaps;
mod guard;
mod health;
mod hostile;
mod invites;
mod keys;
mod links;
mod list;
mod messages;
mod noise;
mod people;
mod presence;
mod properties;
mod queues;
mod ratchets;
mod receipts;
mod reconnecting;
mod refusals;
mod reloads;
mod removing;
mod rewrites;
mod rollback;
mod saved;
mod squatting;
mod storage;
mod storms;
mod threats;
mod trust;
mod vectors;
mod vouched;
mod windows;
mod withdrawing;
mod words;

fn texts(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("message {n}")).collect()
}
