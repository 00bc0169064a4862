//! The list of chats: what is pinned, what is muted.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::conversation::FOREVER;
use crate::chat::id::ConversationId;
use crate::time::Timestamp;

fn mute(world: &mut World, until: Option<Timestamp>) {
    let conversation = ConversationId(world.id(BOB));
    world.command(ADA, Command::Mute { conversation, until });
}

#[test]
fn what_is_pinned_and_muted_survives_a_reload() {
    let mut world = World::friends();
    let conversation = ConversationId(world.id(BOB));
    assert!(!world.conversation(ADA, BOB).pinned);
    world.command(ADA, Command::Pin { conversation, pinned: true });
    mute(&mut world, Some(FOREVER));
    world.reload(ADA, true);
    world.run();
    assert!(world.conversation(ADA, BOB).pinned);
    assert_eq!(world.conversation(ADA, BOB).muted, Some(FOREVER));
    world.command(ADA, Command::Pin { conversation, pinned: false });
    mute(&mut world, None);
    world.reload(ADA, true);
    world.run();
    assert!(!world.conversation(ADA, BOB).pinned);
    assert_eq!(world.conversation(ADA, BOB).muted, None);
}

#[test]
fn a_mute_ends_when_its_time_has_come() {
    let mut world = World::friends();
    let hour = Duration::from_secs(3600);
    let until = world.time(ADA) + hour;
    mute(&mut world, Some(until));
    world.pass(hour - Duration::from_secs(1));
    assert_eq!(world.conversation(ADA, BOB).muted, Some(until));
    world.pass(Duration::from_secs(1));
    assert_eq!(world.conversation(ADA, BOB).muted, None);
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.conversation(ADA, BOB).muted, None);
}

#[test]
fn a_mute_that_ended_while_the_page_was_closed_is_none() {
    let mut world = World::friends();
    let hour = Duration::from_secs(3600);
    let until = world.time(ADA) + hour;
    mute(&mut world, Some(until));
    world.now += 2 * 3_600_000;
    world.reload(ADA, true);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.conversation(ADA, BOB).muted, None);
}
