//! A tab can go at any moment: every scenario here is run once for each step it has, with a reload before that step.

use std::time::Duration;

use super::texts;
use super::world::{ADA, BOB, World};
use crate::chat::contact::Relation;
use crate::chat::id::{ConversationId, TabId};
use crate::chat::record::{Query, Table};
use crate::chat::wire::EventBody;
use crate::chat::{Command, Input};

/// Runs `script` again and again, each time with a reload before another step, until it ends before its reload.
pub(super) fn between_any_two_steps(
    start: fn() -> World,
    script: fn(&mut World),
    check: fn(&mut World, String),
) {
    for who in [ADA, BOB] {
        for save_lands in [false, true] {
            let mut at = 0;
            loop {
                let mut world = start();
                world.reload_at = Some((world.steps + at, who, save_lands));
                script(&mut world);
                let over = world.reload_at.is_some();
                world.reload_at = None;
                world.heal();
                check(&mut world, format!("device {who}, reload before step {at}, save lands: {save_lands}"));
                if over {
                    break;
                }
                at += 1;
            }
            assert!(at > 10, "the script has steps");
        }
    }
}

#[test]
fn a_talk_loses_nothing_and_doubles_nothing() {
    between_any_two_steps(
        World::friends,
        |world| {
            for n in 0..4 {
                // What is pressed on a page that has just been reloaded is not in this test's power: the screen of
                // the welcome phase has no Send.
                if world.screen(ADA).account.is_some() {
                    world.queue_text(ADA, BOB, &format!("a{n}"));
                }
                world.now += 1;
                if world.screen(BOB).account.is_some() {
                    world.queue_text(BOB, ADA, &format!("b{n}"));
                }
                world.now += 1;
                world.run();
            }
        },
        |world, case| {
            world.look(ADA, BOB);
            world.look(BOB, ADA);
            let texts = world.screen(ADA).texts();
            assert_eq!(texts, world.screen(BOB).texts(), "{case}");
            let mut once = texts.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), texts.len(), "{case}");
            // The one text that was being written to disk when the tab went may be gone, if nobody else has it.
            assert!(texts.len() >= 7, "{case}: {texts:?}");
            let delivered = world.screen(ADA).deliveries().into_iter().chain(world.screen(BOB).deliveries());
            assert!(delivered.into_iter().all(|d| d == crate::chat::message::Delivery::Read), "{case}");
        },
    );
}

#[test]
fn a_request_is_asked_and_answered() {
    between_any_two_steps(
        || {
            let mut world = World::new(2);
            world.sign_up(ADA, "Ada");
            world.sign_up(BOB, "Bob");
            world
        },
        |world| {
            let (ada, bob) = (world.id(ADA), world.id(BOB));
            world.command(ADA, Command::AddContact(bob.to_string().into()));
            world.command(BOB, Command::Accept(ada));
        },
        |world, case| {
            // Whoever was reloaded before their click was stored clicks again.
            let (ada, bob) = (world.id(ADA), world.id(BOB));
            if !world.screen(ADA).contacts.contains_key(&bob) {
                world.command(ADA, Command::AddContact(bob.to_string().into()));
            }
            world.command(BOB, Command::Accept(ada));
            assert_eq!(world.relation(ADA, BOB), Relation::Friend, "{case}");
            assert_eq!(world.relation(BOB, ADA), Relation::Friend, "{case}");
        },
    );
}

/// More than may be on its way to the disk at once, were it not somebody's own words.
fn say_much(world: &mut World) {
    for text in texts(6) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
}

#[test]
fn what_was_sent_just_before_a_reload_is_kept() {
    let mut world = World::friends();
    say_much(&mut world);
    // Without `Leaving`: a browser may drop what is only begun by it.
    world.reload(ADA, true);
    world.heal();
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), texts(6));
    assert_eq!(world.screen(BOB).texts(), texts(6));
}

#[test]
fn what_was_sent_just_before_another_tab_took_over_is_kept() {
    let mut world = World::friends();
    say_much(&mut world);
    world.input(ADA, Input::Yielded);
    world.run();
    world.command(ADA, Command::UseHere);
    world.heal();
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), texts(6));
    assert_eq!(world.screen(BOB).texts(), texts(6));
}

#[test]
fn a_page_that_left_with_a_full_disk_and_came_back_saves_in_order() {
    let mut world = World::friends();
    let conversation = ConversationId(world.id(BOB));
    world.devices[ADA].disk_full = true;
    for text in ["one", "two"] {
        world.input(ADA, Input::Command(Command::Draft { conversation, text: text.into() }));
        // Each is a save of its own.
        world.input(ADA, Input::Visible(TabId::default(), false));
    }
    world.input(ADA, Input::Leaving);
    world.run();
    world.input(ADA, Input::Returned);
    world.heal();
    world.reload(ADA, false);
    world.run();
    assert_eq!(&*world.conversation(ADA, BOB).draft, "two");
}

#[test]
fn a_receipt_names_only_what_is_on_disk() {
    let mut world = World::friends();
    let before = world.broker.log.len();
    for n in 0..5 {
        world.queue_text(ADA, BOB, &format!("m{n}"));
    }
    let mut receipts = 0;
    while world.step() {
        let told = world.broker.log[before..].iter().filter_map(|held| world.broker.read(held));
        let told = told.filter_map(|event| match &event.body {
            EventBody::Receipt(receipt) => Some(receipt.stored.highest()),
            _ => None,
        });
        receipts = receipts.max(told.clone().count());
        let stored = world.devices[BOB].disk.load(&Query::Tables(vec![Table::Messages])).len() as u64;
        assert!(told.max().unwrap_or(0) <= stored, "a receipt for more than the {stored} messages on disk");
    }
    assert!(receipts > 0);
}

#[test]
fn a_profile_is_told_when_it_is_stored() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(30));
    let save = Command::SaveProfile { name: "Ada II".into(), about: "".into(), status: "".into() };
    world.input(ADA, Input::Command(save));
    world.reload(ADA, false);
    world.heal();
    let own = world.screen(ADA).account.as_ref().unwrap().profile.name.clone();
    assert_eq!(own, world.contact(BOB, ADA).profile.name);
}
