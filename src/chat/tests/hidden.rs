//! A broker that hides what became of somebody's devices: each event says which they are.

use std::time::Duration;

use super::broker::Held;
use super::outsider::Outsider;
use super::words::{start_from, words};
use super::world::{ADA, BOB, World};
use crate::cbor::Reader;
use crate::chat::change::Alert;
use crate::chat::id::DeviceId;
use crate::chat::record::{Query, Table};
use crate::chat::stored::read_keyring;
use crate::chat::wire::EventBody;
use crate::chat::{Command, Input};

const NEW: usize = 2;

/// For how many devices an envelope is.
fn rows(held: &Held) -> usize {
    let mut envelope = Reader::new(&held.payload).unwrap();
    let _head: (u64, u64, [u8; 16]) =
        (envelope.number().unwrap(), envelope.number().unwrap(), envelope.id().unwrap());
    envelope.bytes().unwrap();
    envelope.list(|rows| rows.array(|row| row.bytes().map(<[u8]>::len))).unwrap().len()
}

/// For how many devices what came into somebody's inbox was, from a point of the log on.
fn rows_since(world: &World, whom: usize, from: usize) -> Vec<usize> {
    let inbox = format!("kith/{}/Inbox/m", world.id(whom));
    world.broker.log[from..].iter().filter(|held| held.topic == inbox).map(rows).collect()
}

/// How often somebody asked which devices there are, and told which.
fn asked_and_told(world: &World) -> (usize, usize) {
    let count = |is_it: fn(&EventBody) -> bool| {
        world.broker.sealed.values().filter(|event| is_it(&event.body)).count()
    };
    (count(|body| matches!(body, EventBody::Doubt)), count(|body| matches!(body, EventBody::Devices(_))))
}

/// Ada's device has become a new one, and the broker hides it; Bob has heard of it from her.
fn with_a_hidden_revocation() -> World {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    let (old, before) = (world.devices[ADA].disk.clone(), world.device_id(ADA));
    hide(&mut world, before);
    world.roll_back(ADA, &old);
    world.run();
    assert_eq!(believed(&world), 2, "the broker hides it");
    world.look(ADA, BOB);
    world.say(ADA, BOB, "two");
    world
}

/// The broker keeps to itself what is said of this device's place from now on.
fn hide(world: &mut World, device: DeviceId) {
    world.broker.faults.loses_topic = Some(format!("/d/{device}").leak());
}

/// The devices of Ada that Bob believes in, by what is on his disk.
fn believed(world: &World) -> usize {
    let records = world.devices[BOB].disk.load(&Query::Tables(vec![Table::Keyrings]));
    let (_, keyring) = read_keyring(&records[0]).unwrap();
    keyring.in_use().unwrap().set.live().len()
}

#[test]
fn a_hidden_revocation_is_told_by_the_next_event() {
    let mut world = with_a_hidden_revocation();
    let log = world.broker.log.len();
    world.say(BOB, ADA, "for the new one alone");
    let told = rows_since(&world, ADA, log);
    assert!(!told.is_empty() && told.iter().all(|rows| *rows == 1), "{told:?}");
    world.pass(Duration::from_secs(10));
    assert_eq!(believed(&world), 1, "told end to end");
    assert_eq!(world.screen(ADA).texts(), ["one", "two", "for the new one alone"]);
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "for the new one alone"]);
    world.reload(BOB, true);
    world.run();
    world.say(ADA, BOB, "three");
    world.pass(Duration::from_secs(3600));
    assert_eq!(asked_and_told(&world), (1, 1), "there is nothing more to ask");
    assert_eq!(world.screen(ADA).alert, Some(Alert::RolledBack));
    assert_eq!(world.screen(BOB).alert, None);
}

#[test]
fn what_the_broker_has_retained_is_looked_at_before_anybody_is_asked() {
    let mut world = with_a_hidden_revocation();
    // It has only come late.
    world.broker.faults.loses_topic = None;
    let hidden: Vec<_> = world.broker.log.iter().filter(|held| held.retain).cloned().collect();
    hidden.into_iter().for_each(|held| drop(world.broker.retained.insert(held.topic.clone(), held)));
    world.reload(BOB, true);
    world.run();
    world.say(ADA, BOB, "three");
    world.pass(Duration::from_secs(60));
    assert_eq!((believed(&world), asked_and_told(&world)), (1, (0, 0)));
}

#[test]
fn among_honest_people_nobody_is_asked_which_devices_there_are() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    let old = world.devices[ADA].disk.clone();
    world.roll_back(ADA, &old);
    world.meet();
    world.say(ADA, BOB, "two");
    world.say(BOB, ADA, "three");
    world.reload(BOB, true);
    world.meet();
    world.say(ADA, BOB, "four");
    world.pass(Duration::from_secs(600));
    assert_eq!(asked_and_told(&world), (0, 0));
}

#[test]
fn whoever_does_not_say_which_devices_they_have_is_asked_ever_more_rarely() {
    let mut world = with_a_hidden_revocation();
    world.broker.faults.spoils = Some(|body| matches!(body, EventBody::Devices(_)));
    world.pass(Duration::from_secs(60 * 60));
    let (asked, told) = asked_and_told(&world);
    assert!((8..16).contains(&asked) && told <= asked, "{asked} asked, {told} told");
    let log = world.broker.log.len();
    world.say(BOB, ADA, "for the new one alone");
    assert!(rows_since(&world, ADA, log).iter().all(|rows| *rows == 1));
    world.broker.faults.spoils = None;
    world.pass(Duration::from_secs(11 * 60));
    assert_eq!(believed(&world), 1);
}

#[test]
fn whoever_says_something_else_each_time_sets_nobody_to_work_without_end() {
    let mut world = World::friends();
    let mut mallory = Outsider::new(0x66);
    mallory.publish(&mut world);
    mallory.ask(&mut world, ADA, "Mallory");
    world.command(ADA, Command::Accept(mallory.id));
    world.run();
    let log = world.broker.log.len();
    let inbox = format!("kith/{}/Inbox/m", world.id(ADA));
    for n in 0..800_u64 {
        let mut event = mallory.event(world.id(ADA), 0, EventBody::Typing);
        event.devices[..8].copy_from_slice(&n.to_be_bytes());
        let payload = mallory.envelope(&world, ADA, &event);
        world.publish(&inbox, payload);
        world.pass(Duration::from_secs(1));
    }
    let (asked, _) = asked_and_told(&world);
    let said = world.broker.log.len() - log - 800;
    assert!((1..=9).contains(&asked), "{asked} asked");
    assert!(said < 50, "{said} publishes");
    // Nor does whoever asks.
    for _ in 0..100 {
        let doubt = mallory.event(world.id(ADA), 0, EventBody::Doubt);
        let payload = mallory.envelope(&world, ADA, &doubt);
        world.publish(&inbox, payload);
        world.pass(Duration::from_secs(1));
    }
    assert_eq!(asked_and_told(&world).1, 2, "once a minute");
}

#[test]
fn whoever_says_the_right_thing_between_two_wrong_ones_sets_nobody_to_work_without_end() {
    let mut world = World::friends();
    let mut mallory = Outsider::new(0x66);
    mallory.publish(&mut world);
    mallory.ask(&mut world, ADA, "Mallory");
    world.command(ADA, Command::Accept(mallory.id));
    world.run();
    let (inbox, before) = (format!("kith/{}/Inbox/m", world.id(ADA)), world.broker.subscribed);
    for n in 0..200_u64 {
        let mut event = mallory.event(world.id(ADA), 0, EventBody::Typing);
        if n % 2 == 0 {
            event.devices[..8].copy_from_slice(&n.to_be_bytes());
        }
        let payload = mallory.envelope(&world, ADA, &event);
        world.publish(&inbox, payload);
        world.pass(Duration::from_secs(1));
    }
    let subscribed = world.broker.subscribed - before;
    assert!((1..=60).contains(&subscribed), "{subscribed} filters");
}

#[test]
fn a_device_that_its_person_knows_nothing_of_is_not_written_to() {
    let mut world = World::friends();
    world.say(BOB, ADA, "one");
    let words = words(&mut world, ADA);
    world.input(ADA, Input::Leaving);
    world.run();
    // Whoever begins from the words hears nothing of the device that there was.
    let before = world.device_id(ADA);
    world.broker.retained.retain(|topic, _| !topic.contains(&format!("/d/{before}")));
    hide(&mut world, before);
    world.add_device();
    world.run();
    world.command(NEW, start_from("", &words));
    let bob = world.id(BOB);
    world.command(NEW, Command::AddContact(bob.to_string().into()));
    world.pass(Duration::from_secs(30));
    assert_eq!(believed(&world), 2);
    for reload in [false, true] {
        if reload {
            world.reload(BOB, true);
            world.run();
        }
        let log = world.broker.log.len();
        world.say(BOB, ADA, "for the new one alone");
        let told = rows_since(&world, ADA, log);
        assert!(!told.is_empty() && told.iter().all(|rows| *rows == 1), "{reload}: {told:?}");
    }
}
