//! Messages from one person to another.

use std::time::Duration;

use super::broker::Faults;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::change::{Alert, Form, Rejection, View};
use crate::chat::id::ConversationId;
use crate::chat::input::Input;
use crate::chat::message::{Delivery, MAX_TEXT};

fn texts(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("message {n}")).collect()
}

#[test]
fn a_message_arrives_and_is_read() {
    let mut world = World::friends();
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    assert_eq!(world.conversation(BOB, ADA).unread, 0);
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

#[test]
fn a_hidden_page_does_not_read() {
    let mut world = World::friends();
    world.input(BOB, Input::Visible(false));
    world.say(ADA, BOB, "one");
    world.say(ADA, BOB, "two");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered; 2]);
    let line: Vec<_> = world.screen(BOB).rows.iter().map(|row| row.first_unread).collect();
    assert_eq!(line, [true, false], "the line stands above what came while nobody looked");
    world.input(BOB, Input::Visible(true));
    world.run();
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read; 2]);
    assert!(world.screen(BOB).rows[0].first_unread, "the line stays until Bob leaves or sends");
    world.say(BOB, ADA, "three");
    assert!(!world.screen(BOB).rows.iter().any(|row| row.first_unread));
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
fn a_late_page_of_an_earlier_window_is_dropped() {
    let mut world = World::friends();
    for text in texts(400) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    world.look(BOB, ADA);
    // Both are asked for before either answers.
    world.input(BOB, Input::Command(Command::ShowOlder));
    world.input(BOB, Input::Command(Command::ShowLatest));
    world.run();
    let first: usize = world.screen(BOB).texts()[0].trim_start_matches("message ").parse().unwrap();
    let expected: Vec<_> = (first..=400).map(|n| format!("message {n}")).collect();
    assert_eq!(world.screen(BOB).texts(), expected, "no hole");
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
fn a_full_disk_takes_nothing_in_and_loses_nothing() {
    let mut world = World::friends();
    world.devices[BOB].disk_full = true;
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(BOB).alert, Some(Alert::StorageFull));
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Sent], "no receipt for what is not stored");
    assert!(world.screen(BOB).rows.is_empty());
    world.heal();
    assert_eq!(world.screen(BOB).alert, None);
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

#[test]
fn what_cannot_be_stored_yet_is_shown_all_the_same() {
    let mut world = World::friends();
    world.devices[ADA].disk_full = true;
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(ADA).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Queued]);
    assert!(world.screen(BOB).texts().is_empty(), "nothing leaves before it is stored");
    world.heal();
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).texts(), ["hello"]);
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
fn a_reload_with_a_full_disk_loses_nothing() {
    let mut world = World::friends();
    world.devices[BOB].disk_full = true;
    world.say(ADA, BOB, "hello");
    world.devices[BOB].disk_full = false;
    world.reload(BOB, false);
    world.heal();
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
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
    let leave = [Input::Command(Command::Open(None)), Input::Leaving, Input::Yielded, Input::Visible(false)];
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
