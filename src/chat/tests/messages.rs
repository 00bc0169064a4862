//! Messages from one person to another: none is lost, none comes twice, both see the same order.

use std::time::Duration;

use super::broker::Faults;
use super::texts;
use super::world::{ADA, BOB, World};
use crate::chat::change::{Form, Rejection};
use crate::chat::message::{Delivery, MAX_TEXT};

#[test]
fn a_message_arrives_and_is_read() {
    let mut world = World::friends();
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    assert_eq!(world.conversation(BOB, ADA).unread, 0);
}

#[test]
fn both_see_the_same_order() {
    let mut world = World::friends();
    for n in 0..20 {
        world.queue_text(ADA, BOB, &format!("a{n}"));
        world.queue_text(BOB, ADA, &format!("b{n}"));
        world.now += 10;
    }
    // A burst is drawn at intervals.
    world.pass(Duration::from_millis(100));
    assert_eq!(world.screen(ADA).texts(), world.screen(BOB).texts());
    assert_eq!(world.screen(ADA).rows.len(), 40);
}

#[test]
fn what_is_written_offline_goes_out_once_and_in_order() {
    let mut world = World::friends();
    world.pull_network();
    for text in texts(30) {
        world.say(ADA, BOB, &text);
    }
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Queued; 30]);
    world.reload(ADA, true);
    world.run();
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), texts(30));
    world.heal();
    assert_eq!(world.screen(BOB).texts(), texts(30));
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read; 30]);
}

#[test]
fn what_the_broker_acknowledged_and_lost_is_sent_again() {
    let mut world = World::friends();
    world.broker.faults = Faults { lose_every: 2, ..Faults::default() };
    for text in texts(20) {
        world.say(ADA, BOB, &text);
    }
    world.heal();
    assert_eq!(world.screen(BOB).texts(), texts(20));
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read; 20]);
}

#[test]
fn what_comes_twice_is_shown_once() {
    let mut world = World::friends();
    world.broker.faults = Faults { double_every: 1, ..Faults::default() };
    for text in texts(20) {
        world.say(ADA, BOB, &text);
    }
    assert_eq!(world.screen(BOB).texts(), texts(20));
    assert_eq!(world.conversation(BOB, ADA).unread, 0);
}

#[test]
fn a_backlog_in_reverse_order_is_shown_in_order() {
    let mut world = World::friends();
    world.broker.faults.reverse_backlog = true;
    world.break_connection(BOB);
    for text in texts(50) {
        world.say(ADA, BOB, &text);
        world.now += 1;
    }
    world.heal();
    assert_eq!(world.screen(BOB).texts(), texts(50));
}

#[test]
fn a_broker_that_forgets_everything_loses_nothing() {
    let mut world = World::friends();
    world.break_connection(BOB);
    world.network_down = true;
    for text in texts(10) {
        world.say(ADA, BOB, &text);
    }
    world.broker.restart(false);
    world.run();
    world.heal();
    assert_eq!(world.screen(BOB).texts(), texts(10));
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read; 10]);
}

#[test]
fn too_long_a_text_is_refused_with_a_reason() {
    let mut world = World::friends();
    world.say(ADA, BOB, &"x".repeat(MAX_TEXT + 1));
    assert_eq!(world.screen(ADA).rejected, [(Form::Composer, Rejection::TooLong(MAX_TEXT))]);
    assert!(world.screen(ADA).rows.is_empty());
    world.say(ADA, BOB, &"x".repeat(MAX_TEXT));
    assert_eq!(world.screen(BOB).rows.len(), 1);
    world.say(ADA, BOB, " \n\t ");
    assert_eq!(world.screen(ADA).rows.len(), 1, "blank texts are not sent");
}

#[test]
fn wrong_clocks_keep_the_order_of_a_talk() {
    const DAY: i64 = 86_400_000;
    for error in [DAY, -DAY] {
        let mut world = World::friends();
        world.devices[BOB].clock_error = error;
        for n in 0..5 {
            world.say(ADA, BOB, &format!("question {n}"));
            world.pass(Duration::from_secs(5));
            world.say(BOB, ADA, &format!("answer {n}"));
            world.pass(Duration::from_secs(5));
        }
        let talk: Vec<_> = (0..5).flat_map(|n| [format!("question {n}"), format!("answer {n}")]).collect();
        assert_eq!(world.screen(ADA).texts(), talk, "error {error}");
        assert_eq!(world.screen(BOB).texts(), talk, "error {error}");
        let now = crate::time::Timestamp(1_795_176_000_000 + world.now);
        assert!(
            world.screen(ADA).rows.iter().all(|row| row.message.sent_at <= now),
            "nothing is from the future"
        );
    }
}

#[test]
fn a_message_costs_its_author_two_commits_and_its_reader_one() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(60));
    let before = [ADA, BOB].map(|person| world.devices[person].saves);
    world.say(ADA, BOB, "hello");
    let after = [ADA, BOB].map(|person| world.devices[person].saves);
    assert_eq!([after[0] - before[0], after[1] - before[1]], [2, 1], "the message, the receipt; the message");
}
