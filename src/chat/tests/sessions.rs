//! Brokers that say that they have kept a session, and have not kept all of it.

use super::broker::Weather;
use super::dice::Dice;
use super::world::{ADA, BOB, World};
use crate::chat::message::Delivery;
use crate::chat::{Command, contact::Relation};

#[test]
fn who_was_told_of_a_kept_session_without_its_subscriptions_is_not_deaf() {
    let mut world = World::friends();
    world.broker.weather = Some(Weather { deafens_session: 1_000, ..Weather::fair(Dice::new(0, 0)) });
    world.break_connection(BOB);
    world.heal();
    world.broker.weather = None;
    assert!(world.screen(BOB).is_connected());
    world.say(ADA, BOB, "do you hear me?");
    assert_eq!(world.screen(BOB).texts(), ["do you hear me?"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    let (carol, bob) = (world.add_device(), world.id(BOB));
    world.run();
    world.sign_up(carol, "Carol");
    world.command(carol, Command::AddContact(bob.to_string().into()));
    world.command(BOB, Command::Accept(world.id(carol)));
    assert_eq!(world.relation(carol, BOB), Relation::Friend);
}
