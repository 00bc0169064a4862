//! The connection as a person sees it: networks that go, and brokers that do not allow what is needed.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::change::{Alert, Connection};
use crate::chat::contact::Presence;
use crate::chat::{Command, Input};

#[test]
fn a_network_that_is_pulled_is_seen_within_five_seconds() {
    let mut world = World::friends();
    world.broker.faults.unreachable = true;
    world.input(ADA, Input::Online(false));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.screen(ADA).connection, Some(Connection::Offline));
}

#[test]
fn a_broker_that_needs_no_network_stays_connected_without_one() {
    let mut world = World::friends();
    let before = world.connections();
    world.input(ADA, Input::Online(false));
    world.pass(Duration::from_secs(60));
    assert!(world.screen(ADA).is_connected());
    assert_eq!(world.connections(), before);
}

#[test]
fn a_broker_that_does_not_let_one_hear_ones_own_inbox_is_told() {
    let mut world = World::friends();
    world.broker.faults.denies = Some(|filter| filter.ends_with("/Inbox/m"));
    world.broker.restart(false);
    world.pass(Duration::from_secs(60));
    assert!(world.screen(ADA).is_connected());
    assert_eq!(world.screen(ADA).alert, Some(Alert::Deaf));
    world.broker.restart(false);
    world.heal();
    assert_eq!(world.screen(ADA).alert, None);
}

#[test]
fn a_broker_that_retains_nothing_is_given_up_with_it_and_carries_the_rest() {
    let mut world = World::friends();
    world.broker.faults.refuses = Some(|held, _| held.retain);
    world.broker.restart(false);
    world.pass(Duration::from_secs(600));
    assert!(world.screen(ADA).is_connected() && world.screen(BOB).is_connected());
    let before = world.connections();
    world.say(ADA, BOB, "all the same");
    world.pass(Duration::from_secs(600));
    assert!(world.screen(BOB).texts().iter().any(|text| text == "all the same"));
    assert_eq!(world.connections(), before, "it closes no more");
}

#[test]
fn what_waits_for_the_blocked_is_taken_back() {
    let mut world = World::friends();
    world.look(ADA, BOB);
    world.broker.faults.unreachable = true;
    let texts = super::texts(120);
    for text in &texts {
        world.queue_text(ADA, BOB, text);
    }
    world.run();
    let user = world.id(BOB);
    world.command(ADA, Command::Block(user));
    world.break_connection(ADA);
    world.heal();
    assert_eq!(world.screen(BOB).texts(), texts[..100], "no more than had left already");
    world.command(ADA, Command::Unblock(user));
    world.heal();
    assert_eq!(world.screen(BOB).texts(), texts);
}

#[test]
fn the_blocked_are_not_listened_to_after_a_reload_either() {
    let mut world = World::friends();
    world.pull_network();
    let bob = world.id(BOB);
    world.command(ADA, Command::Block(bob));
    world.reload(ADA, true);
    world.network_down = false;
    world.heal();
    let (about, status) = ("".into(), "".into());
    world.command(BOB, Command::SaveProfile { name: "Mallory".into(), about, status });
    world.heal();
    assert_eq!(&*world.contact(ADA, BOB).profile.name, "Bob");
    assert_ne!(world.presence(ADA, BOB), Presence::Online);
}
