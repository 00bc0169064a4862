//! Edits and deletions.

use std::time::Duration;

use super::broker::Held;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::chain::EventHash;
use crate::chat::id::{DeviceId, MessageId};
use crate::chat::message::Body;
use crate::chat::wire::{Event, EventBody, Target};

/// Noon of the day the world begins, as a clock value.
const NOON: u64 = 1_795_176_000_000 << 16;

/// Bob's event number `seq`, `hlc` ticks after noon.
fn from_bob(world: &World, seq: u64, id: u8, hlc: u64, body: EventBody) -> Event {
    Event {
        from: world.id(BOB),
        device: DeviceId([9; 8]),
        id: MessageId([id; 16]),
        conversation: world.id(ADA),
        seq,
        hlc: NOON + hlc,
        prev: None,
        hash: EventHash::default(),
        ack: None,
        devices: [0; 32],
        deps: Vec::new(),
        body,
        origin: None,
    }
}

fn tell_ada(world: &mut World, event: &Event) {
    world.tell(BOB, ADA, event);
}

#[test]
fn an_edit_and_a_deletion_reach_the_other_side() {
    let mut world = World::friends();
    let first = world.say(ADA, BOB, "helo");
    let second = world.say(ADA, BOB, "oops");
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message: first, text: "hello".into() });
    let id = world.fresh_id();
    world.command(ADA, Command::Delete { id, message: second });
    for who in [ADA, BOB] {
        assert_eq!(world.screen(who).texts(), ["hello", "(deleted)"]);
        assert!(world.screen(who).rows[0].message.edited);
    }
    for who in [ADA, BOB] {
        world.reload(who, true);
    }
    world.run();
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["hello", "(deleted)"]);
}

#[test]
fn an_edit_that_overtakes_its_message_is_not_lost() {
    let mut world = World::friends();
    world.break_connection(BOB);
    world.network_down = true;
    let message = world.say(ADA, BOB, "helo");
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message, text: "hello".into() });
    world.network_down = false;
    world.broker.faults.reverse_backlog = true;
    world.pass(Duration::from_secs(120));
    world.heal();
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).texts(), ["hello"]);
}

#[test]
fn nobody_edits_what_others_wrote() {
    let mut world = World::friends();
    let message = world.say(ADA, BOB, "mine");
    let id = world.fresh_id();
    world.command(BOB, Command::Edit { id, message, text: "yours".into() });
    assert_eq!(world.screen(BOB).texts(), ["mine"]);
    assert_eq!(world.screen(ADA).texts(), ["mine"]);
}

#[test]
fn a_reload_at_any_step_of_an_edit_loses_nothing() {
    for lands in [false, true] {
        for at in 0.. {
            let mut world = World::friends();
            let message = world.say(ADA, BOB, "helo");
            let id = world.fresh_id();
            world.reload_at = Some((world.steps + at, BOB, lands));
            world.command(ADA, Command::Edit { id, message, text: "hello".into() });
            let over = world.reload_at.take().is_some();
            world.heal();
            world.look(BOB, ADA);
            assert_eq!(world.screen(BOB).texts(), ["hello"], "reload before step {at}, save lands: {lands}");
            if over {
                assert!(at > 5);
                break;
            }
        }
    }
}

#[test]
fn edits_in_any_order_end_in_the_newest() {
    let mut world = World::friends();
    let target = Target { id: MessageId([7; 16]), seq: 1, hlc: NOON };
    for event in [
        from_bob(&world, 1, 7, 0, EventBody::Text("first".into())),
        from_bob(&world, 3, 9, 2, EventBody::Edit(target, "third".into())),
        from_bob(&world, 2, 8, 1, EventBody::Edit(target, "second".into())),
    ] {
        tell_ada(&mut world, &event);
    }
    assert_eq!(world.screen(ADA).texts(), ["third"]);
}

#[test]
fn what_is_deleted_stays_deleted() {
    let mut world = World::friends();
    let target = Target { id: MessageId([7; 16]), seq: 1, hlc: NOON };
    for event in [
        from_bob(&world, 1, 7, 0, EventBody::Text("first".into())),
        from_bob(&world, 2, 8, 1, EventBody::Delete(target)),
        from_bob(&world, 3, 9, 2, EventBody::Edit(target, "back".into())),
        from_bob(&world, 4, 7, 0, EventBody::Text("back again".into())),
    ] {
        tell_ada(&mut world, &event);
    }
    assert_eq!(world.screen(ADA).texts()[0], "(deleted)");
}

#[test]
fn nobody_overwrites_what_others_wrote() {
    let mut world = World::friends();
    let id = world.say(ADA, BOB, "mine");
    let hlc = world.screen(ADA).rows[0].message.position.hlc;
    let copy = Event { id, hlc, ..from_bob(&world, 1, 7, 0, EventBody::Text("theirs".into())) };
    tell_ada(&mut world, &copy);
    for _ in 0..2 {
        let ada = world.id(ADA);
        let own: Vec<_> = world.screen(ADA).rows.iter().filter(|row| row.message.author == ada).collect();
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].message.body, Body::Text("mine".into()));
        world.reload(ADA, true);
        world.run();
        world.look(ADA, BOB);
    }
}

#[test]
fn a_message_from_a_fast_clock_can_be_edited() {
    for error in [600_000, 86_400_000, -86_400_000] {
        let mut world = World::friends();
        world.devices[ADA].clock_error = error;
        world.say(BOB, ADA, "before");
        let message = world.say(ADA, BOB, "helo");
        for n in 0..450 {
            world.queue_text(BOB, ADA, &format!("noise {n}"));
            world.now += 10;
        }
        world.run();
        world.pass(Duration::from_secs(60));
        // Ada has to have it in view to edit it.
        while !world.screen(ADA).rows.iter().any(|row| row.message.id == message) {
            assert!(world.screen(ADA).edges.0, "it is there");
            world.command(ADA, Command::ShowOlder);
        }
        let id = world.fresh_id();
        world.command(ADA, Command::Edit { id, message, text: "hello".into() });
        world.heal();
        world.reload(BOB, true);
        world.run();
        world.look(BOB, ADA);
        let mut texts = world.screen(BOB).texts();
        while world.screen(BOB).edges.0 {
            world.command(BOB, Command::ShowOlder);
            texts = [world.screen(BOB).texts(), texts].concat();
        }
        assert!(texts.contains(&"hello".to_owned()) && !texts.contains(&"helo".to_owned()), "error {error}");
    }
}

#[test]
fn a_change_finds_its_message_however_slow_its_authors_clock_is() {
    let mut world = World::friends();
    world.devices[ADA].clock_error = -86_400_000;
    for n in 0..450 {
        world.queue_text(BOB, ADA, &format!("noise {n}"));
        world.now += 10;
    }
    world.run();
    let message = world.say(ADA, BOB, "helo");
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message, text: "hello".into() });
    world.pass(Duration::from_secs(1));
    assert_eq!(world.screen(BOB).texts().last().unwrap(), "hello");
}

#[test]
fn a_change_that_overtakes_its_message_waits_for_it() {
    for lands_before_its_message in [false, true] {
        let mut world = World::friends();
        let target = Target { id: MessageId([7; 16]), seq: 1, hlc: NOON };
        for event in [
            from_bob(&world, 3, 9, 2, EventBody::Edit(target, "third".into())),
            from_bob(&world, 2, 8, 1, EventBody::Edit(target, "second".into())),
        ] {
            tell_ada(&mut world, &event);
        }
        // Nobody sends them again: they were acknowledged.
        let (_, told) = world.receipts_to(BOB).pop().expect("a receipt");
        assert_eq!(told.runs(), [(2, 3)]);
        if lands_before_its_message {
            world.reload(ADA, true);
            world.run();
            world.look(ADA, BOB);
        }
        let text = from_bob(&world, 1, 7, 0, EventBody::Text("first".into()));
        tell_ada(&mut world, &text);
        assert_eq!(world.screen(ADA).texts(), ["third"]);
        assert_eq!(world.conversation(ADA, BOB).latest.as_ref().unwrap().body, Body::Text("third".into()));
        world.reload(ADA, true);
        world.run();
        world.look(ADA, BOB);
        assert_eq!(world.screen(ADA).texts(), ["third"]);
    }
}

#[test]
fn a_deletion_that_overtakes_its_message_wins_over_every_edit() {
    let mut world = World::friends();
    let target = Target { id: MessageId([7; 16]), seq: 1, hlc: NOON };
    for event in [
        from_bob(&world, 2, 8, 1, EventBody::Delete(target)),
        from_bob(&world, 3, 9, 2, EventBody::Edit(target, "back".into())),
        from_bob(&world, 1, 7, 0, EventBody::Text("first".into())),
    ] {
        tell_ada(&mut world, &event);
    }
    assert_eq!(world.screen(ADA).texts(), ["(deleted)"]);
}

#[test]
fn no_more_than_a_thousand_changes_wait_and_what_is_beyond_is_not_acknowledged() {
    let mut world = World::friends();
    for n in 1..=1_001_u64 {
        let id = MessageId(u128::from(n).to_be_bytes());
        let target = Target { id, seq: 5_000 + n, hlc: NOON };
        let event = from_bob(&world, n, 1, n, EventBody::Edit(target, "later".into()));
        let event = Event { id: MessageId((u128::from(n) << 64).to_be_bytes()), ..event };
        tell_ada(&mut world, &event);
    }
    let (_, told) = world.receipts_to(BOB).pop().expect("a receipt");
    assert_eq!(told.runs(), [(1, 1_000)]);
}

#[test]
fn changes_that_come_together_do_not_undo_each_other() {
    let mut world = World::friends();
    let target = Target { id: MessageId([7; 16]), seq: 1, hlc: NOON };
    let text = from_bob(&world, 1, 7, 0, EventBody::Text("first".into()));
    tell_ada(&mut world, &text);
    let topic = format!("kith/{}/Inbox/m", world.id(ADA));
    for event in [
        from_bob(&world, 3, 9, 2, EventBody::Delete(target)),
        from_bob(&world, 2, 8, 1, EventBody::Edit(target, "second".into())),
    ] {
        let payload = world.seal(BOB, ADA, &event);
        world.broker.publish(Held { topic: topic.clone(), payload, qos: 1, retain: false });
    }
    world.run();
    assert_eq!(world.screen(ADA).texts(), ["(deleted)"]);
    world.reload(ADA, true);
    world.run();
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), ["(deleted)"]);
}
