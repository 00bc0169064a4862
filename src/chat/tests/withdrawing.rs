//! Requests that are taken back, and those that were declined and are put away.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::message::Delivery;
use crate::chat::record::{Query, Table};

/// Ada has asked Bob and written something; Bob has said no where `declined`.
fn asked(declined: bool) -> World {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    world.command(ADA, Command::AddContact(world.id(BOB).to_string().into()));
    world.look(ADA, BOB);
    let first = world.say(ADA, BOB, "hello");
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message: first, text: "hello!".into() });
    let second = world.say(ADA, BOB, "oops");
    let id = world.fresh_id();
    world.command(ADA, Command::Delete { id, message: second });
    if declined {
        world.command(BOB, Command::Decline(world.id(ADA)));
    }
    world
}

fn left_on_disk(world: &World) -> usize {
    let tables =
        Table::ALL.into_iter().filter(|table| !matches!(table, Table::Account | Table::Keys)).collect();
    world.devices[ADA].disk.load(&Query::Tables(tables)).len()
}

#[test]
fn who_is_removed_goes_with_all_that_waited_for_them() {
    for declined in [false, true] {
        let mut world = asked(declined);
        world.command(ADA, Command::Withdraw(world.id(BOB)));
        assert!(world.screen(ADA).contacts.is_empty(), "declined: {declined}");
        assert!(world.screen(ADA).conversations.is_empty(), "declined: {declined}");
        assert_eq!(left_on_disk(&world), 0, "declined: {declined}");
        world.reload(ADA, true);
        world.run();
        assert!(world.screen(ADA).contacts.is_empty() && world.screen(ADA).conversations.is_empty());
    }
}

#[test]
fn after_a_removal_both_can_begin_anew() {
    for declined in [false, true] {
        let mut world = asked(declined);
        let (ada, bob) = (world.id(ADA), world.id(BOB));
        world.command(ADA, Command::Withdraw(bob));
        world.command(ADA, Command::AddContact(bob.to_string().into()));
        world.look(ADA, BOB);
        world.say(ADA, BOB, "once more");
        world.command(BOB, Command::Accept(ada));
        world.look(BOB, ADA);
        world.pass(Duration::from_secs(600));
        assert_eq!(world.screen(BOB).texts(), ["once more"], "declined: {declined}");
        assert_eq!(world.screen(ADA).texts(), ["once more"], "declined: {declined}");
        assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    }
}
