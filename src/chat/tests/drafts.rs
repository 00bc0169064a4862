//! What is being typed, here and there.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::id::{ConversationId, TabId};
use crate::chat::{Command, Input};

#[test]
fn typing_is_seen_and_ends() {
    let mut world = World::friends();
    world.command(ADA, Command::Typing);
    assert!(world.conversation(BOB, ADA).typing);
    world.pass(Duration::from_millis(5_900));
    assert!(!world.conversation(BOB, ADA).typing);
    world.command(ADA, Command::Typing);
    world.say(ADA, BOB, "done");
    assert!(!world.conversation(BOB, ADA).typing, "it stops on send");
}

#[test]
fn drafts_survive_a_reload_half_a_second_after_the_last_key() {
    let mut world = World::friends();
    let conversation = ConversationId(world.id(BOB));
    world.command(ADA, Command::Draft { conversation, text: "not yet".into() });
    world.pass(Duration::from_millis(500));
    world.reload(ADA, true);
    world.run();
    assert_eq!(&*world.conversation(ADA, BOB).draft, "not yet");
    world.say(ADA, BOB, "now");
    assert_eq!(&*world.conversation(ADA, BOB).draft, "");
}

#[test]
fn a_draft_is_kept_at_once_when_the_conversation_or_the_page_is_left() {
    let leave = [
        Input::Command(Command::Open(None)),
        Input::Leaving,
        Input::Yielded,
        Input::Visible(TabId::default(), false),
    ];
    for leave in leave {
        let mut world = World::friends();
        let conversation = ConversationId(world.id(BOB));
        world.command(ADA, Command::Draft { conversation, text: "not yet".into() });
        world.input(ADA, leave.clone());
        world.reload(ADA, true);
        world.run();
        assert_eq!(&*world.conversation(ADA, BOB).draft, "not yet", "{leave:?}");
    }
}

#[test]
fn keys_are_not_saved_one_by_one() {
    let mut world = World::friends();
    let conversation = ConversationId(world.id(BOB));
    world.pass(Duration::from_secs(60));
    let before = world.devices[ADA].saves;
    for n in 1..=100 {
        world.command(ADA, Command::Draft { conversation, text: "x".repeat(n).into() });
        assert_eq!(world.conversation(ADA, BOB).draft.len(), n, "the list of chats shows it at once");
        world.pass(Duration::from_millis(20));
    }
    world.pass(Duration::from_secs(1));
    let saves = world.devices[ADA].saves - before;
    assert!((4..=5).contains(&saves), "{saves} saves in two seconds of typing");
}
