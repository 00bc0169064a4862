//! Finding back to the broker, whatever threw us out.

use std::time::Duration;

use super::world::{ADA, World};
use crate::chat::Input;
use crate::chat::change::{Connection, Trouble};
use crate::chat::id::TabId;

const STOPPED: Option<Connection> = Some(Connection::Stopped(Trouble::TakenOver));

/// Ada, thrown out by the broker soon after each of her connections, until she does not come again by herself.
fn thrown_out() -> World {
    let mut world = World::friends();
    for _ in 0..10 {
        world.break_connection(ADA);
        world.pass(Duration::from_secs(9));
        if world.screen(ADA).connection == STOPPED {
            return world;
        }
    }
    panic!("three times were not enough");
}

#[test]
fn who_was_thrown_out_three_times_comes_again_when_the_person_looks() {
    let mut world = thrown_out();
    world.input(ADA, Input::Visible(TabId::default(), false));
    world.pass(Duration::from_secs(3_600));
    assert_eq!(
        world.screen(ADA).connection,
        STOPPED,
        "nobody is there, and it may be another tab's place by now"
    );
    world.input(ADA, Input::Visible(TabId::default(), true));
    world.run();
    assert_eq!(world.screen(ADA).connection, Some(Connection::Connected));
}

#[test]
fn who_was_thrown_out_three_times_comes_again_with_another_network() {
    let mut world = thrown_out();
    world.input(ADA, Input::Online(false));
    world.pass(Duration::from_secs(3_600));
    world.input(ADA, Input::Online(true));
    world.run();
    assert_eq!(world.screen(ADA).connection, Some(Connection::Connected));
}
