//! Events whose place in storage is looked for before they are taken in: no moment is the wrong one to be killed in.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::chain::EventHash;
use crate::chat::id::{DeviceId, MessageId};
use crate::chat::record::{Query, Table};
use crate::chat::wire::{Event, EventBody};
use crate::chat::{Command, Input};

/// Something of Ada's that waits at the broker, and what Bob has to see of it.
struct Case {
    name: &'static str,
    /// Makes the world; Ada has said it when it is over, and Bob is not there.
    prepare: fn() -> World,
    shown: &'static [&'static str],
}

/// Bob is cut off while Ada does something, and she is gone for ever when he comes back.
fn while_bob_is_away(world: &mut World, does: impl FnOnce(&mut World)) {
    world.network_down = true;
    world.break_connection(BOB);
    does(world);
    world.input(ADA, Input::Leaving);
    world.run();
    world.network_down = false;
}

fn edit() -> World {
    let mut world = World::friends();
    let message = world.say(ADA, BOB, "helo");
    let id = world.fresh_id();
    while_bob_is_away(&mut world, |world| {
        world.command(ADA, Command::Edit { id, message, text: "hello".into() });
    });
    world
}

fn deletion() -> World {
    let mut world = World::friends();
    let message = world.say(ADA, BOB, "oops");
    let id = world.fresh_id();
    while_bob_is_away(&mut world, |world| world.command(ADA, Command::Delete { id, message }));
    world
}

fn message_of_a_slow_clock() -> World {
    let mut world = World::friends();
    world.say(BOB, ADA, "first");
    world.pass(Duration::from_secs(60));
    world.devices[ADA].clock_error = -3_600_000;
    while_bob_is_away(&mut world, |world| {
        let event = adas(world, 1, -3_600, EventBody::Text("late".into()));
        world.tell(ADA, BOB, &event);
    });
    world
}

/// The number was used before, for another message: Ada's device was rolled back.
fn message_with_a_used_number() -> World {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    while_bob_is_away(&mut world, |world| {
        let event = adas(world, 1, 60, EventBody::Text("another".into()));
        world.tell(ADA, BOB, &event);
    });
    world
}

/// Ada's event with this number, made some seconds from now.
fn adas(world: &World, seq: u64, after: i64, body: EventBody) -> Event {
    let millis = world.time(BOB).0.saturating_add_signed(after * 1_000);
    Event {
        from: world.id(ADA),
        device: DeviceId([9; 8]),
        id: MessageId([0x77; 16]),
        conversation: world.id(BOB),
        seq,
        hlc: millis << 16,
        prev: None,
        hash: EventHash::default(),
        ack: None,
        devices: [0; 32],
        deps: Vec::new(),
        body,
        origin: None,
    }
}

const CASES: [Case; 4] = [
    Case { name: "edit", prepare: edit, shown: &["hello"] },
    Case { name: "deletion", prepare: deletion, shown: &["(deleted)"] },
    Case { name: "slow clock", prepare: message_of_a_slow_clock, shown: &["late", "first"] },
    Case { name: "used number", prepare: message_with_a_used_number, shown: &["one", "(split)", "another"] },
];

fn waiting(world: &World) -> usize {
    world.devices[BOB].disk.load(&Query::Tables(vec![Table::Arrivals])).len()
}

#[test]
fn what_was_decrypted_is_there_though_its_author_never_comes_again() {
    for Case { name, prepare, shown } in CASES {
        for lands in [false, true] {
            for at in 0.. {
                let mut world = prepare();
                world.reload_at = Some((world.steps + at, BOB, lands));
                world.pass(Duration::from_secs(120));
                let over = world.reload_at.take().is_some();
                world.pass(Duration::from_secs(120));
                world.look(BOB, ADA);
                let case = format!("{name}, reload before step {at}, save lands: {lands}");
                assert_eq!(world.screen(BOB).texts(), shown, "{case}");
                assert_eq!(waiting(&world), 0, "{case}");
                assert_eq!(world.broker.unacknowledged(world.devices[BOB].connection), 0, "{case}");
                if over {
                    assert!(at > 5, "{name}");
                    break;
                }
            }
        }
    }
}

#[test]
fn what_storage_did_not_answer_is_looked_for_when_it_answers_again() {
    for reload in [false, true] {
        let mut world = edit();
        world.devices[BOB].disk_unreadable = true;
        world.pass(Duration::from_secs(120));
        assert_eq!(waiting(&world), 1);
        world.devices[BOB].disk_unreadable = false;
        if reload {
            world.reload(BOB, true);
            world.run();
        }
        world.look(BOB, ADA);
        assert_eq!(world.screen(BOB).texts(), ["hello"]);
        assert_eq!(waiting(&world), 0);
    }
}

#[test]
fn no_more_than_a_thousand_arrivals_of_one_person_wait_and_what_is_beyond_is_not_acknowledged() {
    let mut world = World::friends();
    world.say(BOB, ADA, "newest");
    world.devices[BOB].disk_unreadable = true;
    for n in 1..=1_010 {
        let event = adas(&world, n, -3_600, EventBody::Text("late".into()));
        let event = Event { id: MessageId(u128::from(n).to_be_bytes()), ..event };
        world.tell(ADA, BOB, &event);
    }
    assert_eq!(waiting(&world), 1_000);
    world.devices[BOB].disk_unreadable = false;
    world.reload(BOB, true);
    world.pass(Duration::from_secs(1));
    assert_eq!(waiting(&world), 0);
    let (_, told) = world.receipts_to(ADA).pop().expect("a receipt");
    assert_eq!(told.runs(), [(1, 1_000)]);
}

#[test]
fn a_contact_who_is_removed_leaves_nothing_that_waits() {
    let mut world = edit();
    world.devices[BOB].disk_unreadable = true;
    world.pass(Duration::from_secs(120));
    assert_eq!(waiting(&world), 1);
    world.devices[BOB].disk_unreadable = false;
    world.command(BOB, Command::Remove(world.id(ADA)));
    assert_eq!(waiting(&world), 0);
}
