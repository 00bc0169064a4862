//! Those who begin sessions without end: they fill nobody's memory, and take nobody else's place.

use std::time::Duration;

use super::broker::Held;
use super::outsider::Outsider;
use super::world::{ADA, World};
use crate::chat::Command;
use crate::chat::contact::Relation;
use crate::chat::id::UserId;
use crate::chat::record::{Query, Table};
use crate::chat::wire::EventBody;

/// How much Ada's device remembers.
fn remembered(world: &World) -> usize {
    let records = world.devices[ADA].disk.load(&Query::Tables(vec![Table::Keys]));
    records.iter().find(|record| record.key == b"device").expect("a device").value.len()
}

/// Ada, and somebody who speaks the protocol by hand and is her friend.
fn befriended() -> (World, Outsider) {
    let mut world = World::new(1);
    world.sign_up(ADA, "Ada");
    let mut mallory = Outsider::new(0x66);
    mallory.ask(&mut world, ADA, "Mallory");
    world.command(ADA, Command::Accept(mallory.id));
    assert_eq!(world.screen(ADA).contacts[&mallory.id].relation, Relation::Friend);
    (world, mallory)
}

/// Says something on a session of its own, 50 times in each second.
fn write_anew(world: &mut World, mallory: &mut Outsider, numbers: std::ops::Range<u64>) {
    let ada = world.id(ADA);
    for n in numbers {
        mallory.forget_sessions();
        let event = mallory.event(ada, n, EventBody::Text("hello".into()));
        let payload = mallory.envelope(world, ADA, &event);
        let topic = format!("kith/{ada}/Inbox/m");
        world.broker.publish(Held { topic, payload, qos: 1, retain: false });
        world.pass(Duration::from_millis(20));
    }
}

#[test]
fn of_a_contact_who_begins_sessions_without_end_a_few_are_remembered() {
    let (mut world, mut mallory) = befriended();
    let before = remembered(&world);
    write_anew(&mut world, &mut mallory, 1..201);
    let grown = remembered(&world) - before;
    assert!(grown < 40 * 16, "{grown} bytes");
    world.reload(ADA, true);
    world.run();
    write_anew(&mut world, &mut mallory, 201..221);
    assert!(remembered(&world) - before < 40 * 16, "a reload gives them no more");
    let unread = |world: &World| world.screen(ADA).conversations.values().next().expect("theirs").unread;
    let heard = unread(&world);
    world.pass(Duration::from_secs(20 * 60));
    write_anew(&mut world, &mut mallory, 301..306);
    assert_eq!(unread(&world), heard + 2, "time gives them some");
}

#[test]
fn rivals_who_begin_sessions_without_end_are_remembered_as_slowly() {
    let mut world = World::new(1);
    world.sign_up(ADA, "Ada");
    let (ada, before) = (world.id(ADA), remembered(&world));
    let mut first = Outsider::claiming(0x55, UserId([7; 16]));
    first.ask(&mut world, ADA, "Bob");
    let mut rival = Outsider::claiming(0x66, UserId([7; 16]));
    for _ in 0..200 {
        rival.forget_sessions();
        let event = rival.event(ada, 1, EventBody::Request("Bob".into()));
        let payload = rival.request(&world, ADA, &event);
        let topic = format!("kith/{ada}/Inbox/Add/GFReq/{}", rival.id);
        world.broker.publish(Held { topic, payload, qos: 1, retain: false });
        world.pass(Duration::from_millis(20));
    }
    let grown = remembered(&world) - before;
    assert!(grown < 25 * 16, "{grown} bytes");
}

#[test]
fn strangers_who_begin_sessions_without_end_are_remembered_as_slowly_as_they_are_heard() {
    let mut world = World::new(1);
    world.sign_up(ADA, "Ada");
    let ada = world.id(ADA);
    let mut mallory = Outsider::new(0x66);
    let before = remembered(&world);
    // The same question on ever new sessions, and new questions on them.
    for n in 0..200 {
        mallory.forget_sessions();
        let event = mallory.event(ada, n / 100 * n, EventBody::Request("Mallory".into()));
        let payload = mallory.request(&world, ADA, &event);
        let topic = format!("kith/{ada}/Inbox/Add/GFReq/{}", mallory.id);
        world.broker.publish(Held { topic, payload, qos: 1, retain: false });
        world.pass(Duration::from_millis(20));
    }
    let grown = remembered(&world) - before;
    assert!(grown < 25 * 16, "{grown} bytes");
    assert_eq!(world.screen(ADA).requests.len(), 1);
}
