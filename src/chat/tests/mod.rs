//! Whole people against a whole broker, on a clock that only the test moves: as scenarios, one by one, and as a simulation
//! of whatever may happen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::wildcard_enum_match_arm)]
// What only the scenarios use.
#![cfg_attr(sim, allow(dead_code))]

mod broker;
mod device;
mod dice;
mod effects;
#[cfg_attr(not(sim), allow(dead_code))]
mod old_tabs;
mod room;
mod screen;
// The simulator is `tools/sim`'s, which is built another way.
#[cfg_attr(not(sim), allow(unreachable_pub, dead_code))]
pub mod simulator;
mod wires;
mod world;

#[cfg(test)]
#[path = "."]
mod scenarios {
    use super::{broker, device, dice, effects, world};

    mod outsider;

    mod anew;
    mod arrivals;
    mod asking_back;
    mod backups;
    mod chains;
    mod comparing;
    mod confiding;
    mod contested;
    mod copies;
    mod copies_of_fast_clocks;
    mod crowding;
    mod drafts;
    mod evil;
    mod gaps;
    mod guard;
    mod health;
    mod hidden;
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
    mod same_address;
    mod saved;
    mod sessions;
    mod silence;
    mod squatting;
    mod storage;
    mod storms;
    mod tabbed;
    mod tabs;
    mod threats;
    mod trust;
    mod turns;
    mod vectors;
    mod vouched;
    mod windows;
    mod withdrawing;
    mod words;

    fn texts(count: usize) -> Vec<String> {
        (1..=count).map(|n| format!("message {n}")).collect()
    }
}
