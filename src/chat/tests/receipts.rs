//! What is told of messages: stored, seen.

use super::world::{ADA, BOB, World};
use crate::chat::Input;
use crate::chat::message::Delivery;

#[test]
fn receipts_that_cannot_leave_replace_each_other() {
    let mut world = World::friends();
    let before = world.receipts_to(BOB).len();
    world.input(ADA, Input::Congested(true));
    for n in 0..100 {
        world.say(BOB, ADA, &format!("message {n}"));
        world.now += 1;
    }
    world.input(ADA, Input::Congested(false));
    world.run();
    assert_eq!(world.receipts_to(BOB).len() - before, 1);
    assert_eq!(world.screen(BOB).deliveries(), [Delivery::Read; 100]);
}
