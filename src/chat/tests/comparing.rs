//! Comparing seven emoji.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::chain::EventHash;
use crate::chat::change::{ComparingError, ComparingStage};
use crate::chat::contact::Keys;
use crate::chat::id::DeviceId;
use crate::chat::wire::{Event, EventBody};
use crate::chat::{Command, Input};
use crate::e2ee::sas::{SasMessage, Step};
use crate::e2ee::trust::Trust;

fn stage(world: &World, who: usize) -> Option<ComparingStage> {
    world.screen(who).comparing.map(|comparing| comparing.stage)
}

fn emoji(world: &World, who: usize) -> [u8; 7] {
    match stage(world, who) {
        Some(ComparingStage::Emoji(emoji)) => emoji,
        other => panic!("{other:?}"),
    }
}

fn trust(world: &World, who: usize, whom: usize) -> Trust {
    match &world.contact(who, whom).keys {
        Keys::Known { trust, .. } => *trust,
        keys => panic!("{keys:?}"),
    }
}

fn nobody_is_verified(world: &World) -> bool {
    [trust(world, ADA, BOB), trust(world, BOB, ADA)] == [Trust::FirstUse; 2]
}

/// Ada has asked, Bob has said yes, and both look at the emoji.
fn looking() -> World {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::CompareEmoji(bob));
    assert_eq!(stage(&world, ADA), Some(ComparingStage::Waiting));
    assert_eq!(stage(&world, BOB), Some(ComparingStage::Asked));
    world.command(BOB, Command::CompareEmoji(ada));
    assert_eq!(emoji(&world, ADA), emoji(&world, BOB));
    world
}

#[test]
fn both_see_the_same_emoji_and_are_verified_when_both_say_so() {
    for [first, second] in [[ADA, BOB], [BOB, ADA]] {
        let mut world = looking();
        world.command(first, Command::SameEmoji(true));
        assert!(matches!(stage(&world, first), Some(ComparingStage::Agreed(_))));
        assert!(nobody_is_verified(&world), "one word is not enough");
        world.command(second, Command::SameEmoji(true));
        for (who, whom) in [(ADA, BOB), (BOB, ADA)] {
            assert_eq!(stage(&world, who), Some(ComparingStage::Verified));
            assert_eq!(trust(&world, who, whom), Trust::Verified);
        }
    }
}

#[test]
fn emoji_that_differ_make_nobody_verified_and_take_it_back_on_both_sides() {
    for verified in [false, true] {
        let mut world = looking();
        if verified {
            for (who, whom) in [(ADA, BOB), (BOB, ADA)] {
                let contact = world.id(whom);
                world.command(who, Command::ShowSafety(contact));
                let key = world.screen(who).safety.clone().unwrap().key;
                world.command(who, Command::Verify { contact, key });
                assert_eq!(trust(&world, who, whom), Trust::Verified);
            }
        }
        world.command(BOB, Command::SameEmoji(true));
        world.command(ADA, Command::SameEmoji(false));
        assert_eq!(stage(&world, ADA), Some(ComparingStage::Failed(ComparingError::Differ)));
        assert_eq!(stage(&world, BOB), Some(ComparingStage::Failed(ComparingError::TheyDiffer)));
        // A word that comes later is about nothing.
        world.command(ADA, Command::SameEmoji(true));
        for who in [ADA, BOB] {
            world.reload(who, true);
            world.run();
        }
        assert!(nobody_is_verified(&world));
        for (who, whom) in [(ADA, BOB), (BOB, ADA)] {
            world.look(who, whom);
            assert_eq!(world.screen(who).texts(), ["(emoji differed)"]);
        }
    }
}

#[test]
fn what_is_put_away_or_not_answered_is_told_to_the_other() {
    let mut world = looking();
    world.command(BOB, Command::StopComparing);
    assert_eq!(stage(&world, BOB), None);
    assert_eq!(stage(&world, ADA), Some(ComparingStage::Failed(ComparingError::Stopped)));
    let bob = world.id(BOB);
    world.command(ADA, Command::CompareEmoji(bob));
    world.pass(Duration::from_secs(5 * 60 + 1));
    assert_eq!(stage(&world, ADA), Some(ComparingStage::Failed(ComparingError::Silent)));
    assert!(matches!(stage(&world, BOB), Some(ComparingStage::Failed(_))));
    assert!(nobody_is_verified(&world));
}

#[test]
fn nobody_is_asked_who_cannot_be_reached() {
    let mut world = World::friends();
    let bob = world.id(BOB);
    world.network_down = true;
    world.break_connection(ADA);
    world.command(ADA, Command::CompareEmoji(bob));
    assert_eq!(stage(&world, ADA), Some(ComparingStage::Failed(ComparingError::Unreachable)));
}

#[test]
fn both_may_ask_at_the_same_time() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.input(ADA, Input::Command(Command::CompareEmoji(bob)));
    world.input(BOB, Input::Command(Command::CompareEmoji(ada)));
    world.run();
    assert_eq!(emoji(&world, ADA), emoji(&world, BOB));
}

#[test]
fn a_mac_that_is_not_theirs_verifies_nobody_and_is_told() {
    let mut world = looking();
    let asked = world.broker.sealed.values().find_map(|event| match &event.body {
        EventBody::Compare(message) => Some(message.transaction),
        _ => None,
    });
    world.command(ADA, Command::SameEmoji(true));
    let forged = SasMessage { transaction: asked.unwrap(), step: Step::Agree([7; 32]) };
    let event = Event {
        from: world.id(BOB),
        device: DeviceId([9; 8]),
        id: world.fresh_id(),
        conversation: world.id(ADA),
        seq: 0,
        hlc: 0,
        prev: None,
        hash: EventHash::default(),
        ack: None,
        devices: [0; 32],
        deps: Vec::new(),
        body: EventBody::Compare(forged),
        origin: None,
    };
    world.tell(BOB, ADA, &event);
    assert_eq!(stage(&world, ADA), Some(ComparingStage::Failed(ComparingError::Tampered)));
    assert_eq!(stage(&world, BOB), Some(ComparingStage::Failed(ComparingError::TheyDiffer)));
    assert_eq!(trust(&world, ADA, BOB), Trust::FirstUse);
    assert_eq!(world.screen(ADA).texts(), ["(emoji differed)"]);
}

#[test]
fn who_is_comparing_with_somebody_is_not_disturbed_by_a_third() {
    let mut world = World::new(3);
    for (who, name) in [(ADA, "Ada"), (BOB, "Bob"), (2, "Cleo")] {
        world.sign_up(who, name);
    }
    let ada = world.id(ADA);
    for who in [BOB, 2] {
        world.command(who, Command::AddContact(ada.to_string().into()));
        world.command(ADA, Command::Accept(world.id(who)));
    }
    let bob = world.id(BOB);
    world.command(ADA, Command::CompareEmoji(bob));
    world.command(2, Command::CompareEmoji(ada));
    assert_eq!(stage(&world, 2), Some(ComparingStage::Failed(ComparingError::Stopped)));
    assert_eq!(world.screen(ADA).comparing.unwrap().contact, bob);
}
