//! The open conversation: its pages, and how they are drawn.

use std::time::Duration;

use super::texts;
use super::world::{ADA, BOB, World};
use crate::chat::change::{Form, Rejection, View};
use crate::chat::id::ConversationId;
use crate::chat::message::Delivery;
use crate::chat::{Command, Input};

#[test]
fn a_thousand_missed_messages_come_in_one_page() {
    let mut world = World::friends();
    world.break_connection(BOB);
    world.devices[BOB].screen.changes = 0;
    world.network_down = true;
    for text in texts(1000) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    world.heal();
    assert_eq!(world.conversation(BOB, ADA).unread, 0, "Bob looks at the newest message");
    assert_eq!(world.screen(BOB).texts().last().unwrap(), "message 1000");
    assert!(world.screen(BOB).rows.len() <= 200);
    assert_eq!(world.screen(ADA).deliveries().last(), Some(&Delivery::Read));
}

#[test]
fn a_long_conversation_is_read_page_by_page() {
    let mut world = World::friends();
    for text in texts(500) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    world.reload(BOB, true);
    world.run();
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).edges, (true, false));
    let mut first = world.screen(BOB).texts()[0].clone();
    while world.screen(BOB).edges.0 {
        world.command(BOB, Command::ShowOlder);
        let now_first = world.screen(BOB).texts()[0].clone();
        assert_ne!(first, now_first, "every page brings something");
        first = now_first;
    }
    assert_eq!(first, "message 1");
    assert!(world.screen(BOB).edges.1, "the newest ones were let go");
    while world.screen(BOB).edges.1 {
        world.command(BOB, Command::ShowNewer);
    }
    assert_eq!(world.screen(BOB).texts().last().unwrap(), "message 500");
    assert_eq!(world.screen(BOB).view, Some(View::Keep));
}

#[test]
fn many_unread_messages_open_at_the_first_of_them() {
    let mut world = World::friends();
    world.say(ADA, BOB, "seen");
    world.command(BOB, Command::Open(None));
    for text in texts(300) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    assert_eq!(world.conversation(BOB, ADA).unread, 300);
    let conversation = ConversationId(world.id(ADA));
    world.command(BOB, Command::Open(Some(conversation)));
    assert_eq!(world.screen(BOB).view, Some(View::Unread));
    let row = world.screen(BOB).rows.iter().find(|row| row.first_unread).expect("there is a line");
    assert_eq!(row.message.body, crate::chat::message::Body::Text("message 1".into()));
    assert!(world.screen(BOB).edges.1);
    world.command(BOB, Command::AtLatest(true));
    assert_eq!(world.conversation(BOB, ADA).unread, 300, "the newest message is not in the window");
    world.command(BOB, Command::ShowLatest);
    world.command(BOB, Command::AtLatest(true));
    assert_eq!(world.conversation(BOB, ADA).unread, 0);
    assert_eq!(world.screen(BOB).texts().last().unwrap(), "message 300");
}

#[test]
fn a_late_page_of_an_earlier_window_is_dropped() {
    let mut world = World::friends();
    for text in texts(400) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    world.look(BOB, ADA);
    // Far from the newest page; and both are asked for before either answers.
    for _ in 0..3 {
        world.command(BOB, Command::ShowOlder);
    }
    world.input(BOB, Input::Command(Command::ShowOlder));
    world.input(BOB, Input::Command(Command::ShowLatest));
    world.run();
    let first: usize = world.screen(BOB).texts()[0].trim_start_matches("message ").parse().unwrap();
    let expected: Vec<_> = (first..=400).map(|n| format!("message {n}")).collect();
    assert_eq!(world.screen(BOB).texts(), expected, "no hole");
}

#[test]
fn a_burst_is_not_drawn_message_by_message() {
    let mut world = World::friends();
    world.break_connection(BOB);
    world.network_down = true;
    for text in texts(2000) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    world.network_down = false;
    world.devices[BOB].screen.changes = 0;
    for who in [ADA, BOB] {
        world.input(who, Input::Online(true));
    }
    world.run();
    assert!(world.screen(BOB).changes < 100, "{} changes", world.screen(BOB).changes);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.screen(BOB).texts().last().unwrap(), "message 2000");
}

#[test]
fn groups_and_days() {
    let mut world = World::friends();
    world.say(ADA, BOB, "a");
    world.say(ADA, BOB, "b");
    world.pass(Duration::from_secs(121));
    world.say(ADA, BOB, "c");
    world.say(BOB, ADA, "d");
    world.pass(Duration::from_secs(86_400));
    world.say(BOB, ADA, "e");
    let rows = &world.screen(BOB).rows;
    let starts: Vec<_> = rows.iter().map(|row| row.starts_group).collect();
    let ends: Vec<_> = rows.iter().map(|row| row.ends_group).collect();
    let days: Vec<_> = rows.iter().map(|row| row.day.is_some()).collect();
    assert_eq!(starts, [true, false, true, true, true]);
    assert_eq!(ends, [false, true, true, true, true]);
    assert_eq!(days, [true, false, false, false, true]);
}

#[test]
fn a_change_to_what_has_left_the_window_is_refused_aloud() {
    for text in [Some("hello"), None] {
        let mut world = World::friends();
        let message = world.say(ADA, BOB, "helo");
        for text in texts(250) {
            world.queue_text(BOB, ADA, &text);
            world.now += 1;
        }
        world.run();
        world.pass(Duration::from_secs(1));
        assert!(!world.screen(ADA).texts().contains(&"helo".to_owned()), "it has left the window");
        let id = world.fresh_id();
        let change = match text {
            Some(text) => Command::Edit { id, message, text: text.into() },
            None => Command::Delete { id, message },
        };
        world.command(ADA, change.clone());
        assert_eq!(world.screen(ADA).rejected, [(Form::Composer, Rejection::OutOfSight)]);
        while world.screen(ADA).edges.0 {
            world.command(ADA, Command::ShowOlder);
        }
        world.command(ADA, change);
        let changed = text.unwrap_or("(deleted)");
        assert_eq!(world.screen(ADA).texts()[0], changed);
    }
}
