//! A broker that will not take something of ours, and closes each connection that brings it.

use std::time::Duration;

use super::broker::Held;
use super::world::{ADA, BOB, World};
use crate::chat::message::{Body, Delivery};
use crate::chat::wire::EventBody;
use crate::chat::{Command, Input};

/// Long enough for three connections that are closed, and for what follows.
const A_WHILE: Duration = Duration::from_secs(120);

fn is_change(_: &Held, body: Option<&EventBody>) -> bool {
    matches!(body, Some(EventBody::Edit(..) | EventBody::Delete(_)))
}

#[test]
fn a_refused_change_is_seen_and_can_be_sent_again() {
    for text in [Some("hello"), None] {
        let mut world = World::friends();
        let message = world.say(ADA, BOB, "helo");
        world.broker.faults.refuses = Some(is_change);
        let id = world.fresh_id();
        world.command(
            ADA,
            match text {
                Some(text) => Command::Edit { id, message, text: text.into() },
                None => Command::Delete { id, message },
            },
        );
        world.pass(A_WHILE);
        assert_eq!(world.screen(ADA).deliveries(), [Delivery::Failed]);
        assert!(world.conversation(ADA, BOB).failed);
        assert_eq!(world.conversation(ADA, BOB).latest.as_ref().unwrap().delivery, Some(Delivery::Failed));
        world.reload(ADA, true);
        world.run();
        world.look(ADA, BOB);
        assert_eq!(world.screen(ADA).deliveries(), [Delivery::Failed]);
        world.broker.faults.refuses = None;
        world.command(ADA, Command::Retry(message));
        world.heal();
        assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
        assert_eq!(world.screen(BOB).texts(), [text.unwrap_or("(deleted)")]);
        assert!(!world.conversation(ADA, BOB).failed);
    }
}

fn is_receipt(_: &Held, body: Option<&EventBody>) -> bool {
    matches!(body, Some(EventBody::Receipt(_)))
}

#[test]
fn a_refused_receipt_is_owed_again_in_the_next_session() {
    let mut world = World::friends();
    world.command(BOB, Command::Open(None));
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered]);
    world.broker.faults.refuses = Some(is_receipt);
    world.look(BOB, ADA);
    world.pass(A_WHILE);
    world.broker.faults.refuses = None;
    world.pass(A_WHILE);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered], "it was given up");
    world.input(BOB, Input::Leaving);
    world.run();
    world.input(BOB, Input::Returned);
    world.run();
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

fn is_text(_: &Held, body: Option<&EventBody>) -> bool {
    matches!(body, Some(EventBody::Text(_)))
}

#[test]
fn a_discarded_message_leaves_nothing_behind_wherever_it_stands() {
    for (in_view, newest) in [(true, true), (false, true), (true, false), (false, false)] {
        let mut world = World::friends();
        world.say(ADA, BOB, "before");
        world.broker.faults.refuses = Some(is_text);
        let message = world.say(ADA, BOB, "refused");
        let id = world.fresh_id();
        world.command(ADA, Command::Edit { id, message, text: "refused, too".into() });
        world.pass(A_WHILE);
        world.broker.faults.refuses = None;
        if !newest {
            world.say(BOB, ADA, "after");
        }
        if !in_view {
            world.command(ADA, Command::Open(None));
        }
        world.command(ADA, Command::Discard(message));
        for _ in 0..2 {
            let latest = world.conversation(ADA, BOB).latest.clone().unwrap();
            let text = if newest { "before" } else { "after" };
            assert_eq!(latest.body, Body::Text(text.into()), "in view: {in_view}");
            assert!(!world.conversation(ADA, BOB).failed);
            world.look(ADA, BOB);
            let texts = if newest { vec!["before"] } else { vec!["before", "after"] };
            assert_eq!(world.screen(ADA).texts(), texts, "in view: {in_view}");
            world.reload(ADA, true);
            world.heal();
        }
        assert!(!world.screen(BOB).texts().iter().any(|text| text.starts_with("refused")));
    }
}

#[test]
fn to_discard_a_refused_change_keeps_the_message() {
    let mut world = World::friends();
    let message = world.say(ADA, BOB, "helo");
    world.broker.faults.refuses = Some(is_change);
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message, text: "hello".into() });
    world.pass(A_WHILE);
    world.command(ADA, Command::Discard(message));
    world.broker.faults.refuses = None;
    world.heal();
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    assert_eq!(world.screen(BOB).texts(), ["helo"]);
    assert!(!world.conversation(ADA, BOB).failed);
}

#[test]
fn what_is_discarded_in_quick_succession_is_not_the_newest_message() {
    for (disk_full, swapped) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut world = World::friends();
        world.say(ADA, BOB, "before");
        world.broker.faults.refuses = Some(is_text);
        let mut refused: Vec<_> = (0..9).map(|n| world.say(ADA, BOB, &format!("refused {n}"))).collect();
        world.pass(20 * A_WHILE);
        world.broker.faults.refuses = None;
        if swapped {
            refused.reverse();
        }
        world.devices[ADA].disk_full = disk_full;
        for message in refused {
            world.input(ADA, Input::Command(Command::Discard(message)));
            if disk_full {
                world.run();
            }
        }
        world.heal();
        let latest = world.conversation(ADA, BOB).latest.clone().unwrap();
        assert_eq!(latest.body, Body::Text("before".into()), "full: {disk_full}, swapped: {swapped}");
        assert_eq!(world.screen(ADA).texts(), ["before"]);
    }
}
