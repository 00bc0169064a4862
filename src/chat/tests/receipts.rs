//! What is told of messages: stored, seen.

use std::time::Duration;

use super::texts;
use super::world::{ADA, BOB, World};
use crate::chat::id::{ConversationId, TabId};
use crate::chat::message::Delivery;
use crate::chat::wire::EventBody;
use crate::chat::{Command, Input};

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

#[test]
fn a_message_to_somebody_who_looks_elsewhere_is_delivered_but_not_read() {
    let mut world = World::friends();
    world.command(BOB, Command::Open(None));
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered]);
    assert_eq!(world.conversation(BOB, ADA).unread, 1);
    world.look(BOB, ADA);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    assert_eq!(world.conversation(BOB, ADA).unread, 0);
}

/// How often Bob has told by itself what he has of Ada's.
fn told_alone(world: &World) -> usize {
    world.receipts_to(ADA).len()
}

#[test]
fn a_receipt_travels_with_an_answer() {
    let mut world = World::friends();
    world.command(BOB, Command::Open(None));
    world.say(ADA, BOB, "read this");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered]);
    let alone = told_alone(&world);
    world.say(BOB, ADA, "it is read");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    assert_eq!(told_alone(&world), alone, "nothing but the answer was sent");
    // It has been told, and is not told again.
    world.reload(BOB, true);
    world.pass(Duration::from_secs(60));
    assert_eq!(told_alone(&world), alone);
}

#[test]
fn a_receipt_whose_answer_is_lost_comes_with_the_next_sending() {
    let mut world = World::friends();
    world.command(BOB, Command::Open(None));
    world.say(ADA, BOB, "read this");
    let alone = told_alone(&world);
    world.broker.faults.lose_every = 1;
    world.say(BOB, ADA, "it is read");
    world.broker.faults.lose_every = 0;
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered]);
    world.pass(Duration::from_secs(10));
    assert_eq!(world.screen(ADA).texts(), ["read this", "it is read"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    assert_eq!(told_alone(&world), alone);
}

#[test]
fn a_receipt_whose_answer_cannot_leave_goes_by_itself() {
    let mut world = World::friends();
    world.command(BOB, Command::Open(None));
    world.say(ADA, BOB, "read this");
    world.broker.faults.refuses = Some(|_, body| matches!(body, Some(EventBody::Text(_))));
    world.say(BOB, ADA, "it is read");
    world.pass(Duration::from_secs(600));
    assert_eq!(world.screen(ADA).texts(), ["read this"], "the answer is given up");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

#[test]
fn a_hidden_page_does_not_read() {
    let mut world = World::friends();
    world.input(BOB, Input::Visible(TabId::default(), false));
    world.say(ADA, BOB, "one");
    world.say(ADA, BOB, "two");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered; 2]);
    let line: Vec<_> = world.screen(BOB).rows.iter().map(|row| row.first_unread).collect();
    assert_eq!(line, [true, false], "the line stands above what came while nobody looked");
    world.input(BOB, Input::Visible(TabId::default(), true));
    world.run();
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read; 2]);
    assert!(world.screen(BOB).rows[0].first_unread, "the line stays until Bob leaves or sends");
    world.say(BOB, ADA, "three");
    assert!(!world.screen(BOB).rows.iter().any(|row| row.first_unread));
}

#[test]
fn scrolled_up_new_messages_are_counted_and_not_read() {
    let mut world = World::friends();
    world.command(BOB, Command::AtLatest(false));
    world.say(ADA, BOB, "one");
    world.say(ADA, BOB, "two");
    assert_eq!(world.conversation(BOB, ADA).unread, 2);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered; 2]);
    world.command(BOB, Command::AtLatest(true));
    assert_eq!(world.conversation(BOB, ADA).unread, 0);
}

#[test]
fn a_late_message_is_not_read_before_it_is_seen() {
    let mut world = World::friends();
    world.broker.faults.lose_every = 1;
    let first = world.say(ADA, BOB, "one");
    world.broker.faults.lose_every = 0;
    world.say(ADA, BOB, "two");
    world.command(BOB, Command::Open(None));
    world.heal();
    assert_eq!(world.conversation(BOB, ADA).unread, 1);
    let rows = &world.screen(ADA).rows;
    let late = rows.iter().find(|row| row.message.id == first).unwrap();
    assert_eq!(late.message.delivery, Some(Delivery::Delivered));
    world.look(BOB, ADA);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read; 2]);
}

#[test]
fn nothing_is_read_before_the_page_is_there() {
    let mut world = World::friends();
    world.command(BOB, Command::Open(None));
    for text in texts(300) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    let conversation = ConversationId(world.id(ADA));
    // The screen still shows what it showed before, and says so.
    world.input(BOB, Input::Command(Command::Open(Some(conversation))));
    world.input(BOB, Input::Command(Command::AtLatest(true)));
    world.run();
    assert_eq!(world.conversation(BOB, ADA).unread, 300);
    assert!(!world.screen(ADA).deliveries().contains(&Delivery::Read));
}

#[test]
fn when_a_message_was_delivered_and_read_is_noted_and_survives_a_reload() {
    let mut world = World::friends();
    world.command(BOB, Command::Open(None));
    world.say(ADA, BOB, "hello");
    let delivered = world.time(ADA);
    world.pass(Duration::from_secs(90));
    let read = world.time(ADA);
    world.look(BOB, ADA);
    world.reload(ADA, true);
    world.run();
    world.look(ADA, BOB);
    let row = world.screen(ADA).rows[0].clone();
    assert_eq!((row.delivered_at, row.read_at), (Some(delivered), Some(read)));
    assert_eq!(world.screen(BOB).rows[0].delivered_at, None, "what others wrote has none");
}

#[test]
fn who_is_away_for_a_day_is_not_buried_under_copies() {
    let mut world = World::friends();
    world.input(BOB, Input::Leaving);
    world.run();
    let before = world.broker.log.len();
    world.say(ADA, BOB, "for tomorrow");
    world.pass(Duration::from_secs(24 * 60 * 60));
    let said = world.broker.log[before..].iter().filter_map(|held| world.broker.read(held));
    let copies = said.filter(|event| matches!(event.body, EventBody::Text(_))).count();
    // One when it was written, and one an hour, should what was told of Bob be wrong.
    assert!((20..=35).contains(&copies), "{copies} copies");
    world.reload(BOB, false);
    world.pass(Duration::from_secs(20));
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["for tomorrow"]);
}
