//! Each event names the one before it, and receipts name the last of each run: who holds other events than were sent, or
//! says so, is found out, and nothing is lost by it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::chain::{EventHash, Link, Links};
use crate::chat::id::{DeviceId, MessageId};
use crate::chat::message::Delivery;
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Query, Table};
use crate::chat::wire::{Event, EventBody, Receipt};

/// What `who` has sent under numbers, each once, with its hash.
fn numbered(world: &World, who: usize) -> BTreeMap<u64, Event> {
    let id = world.id(who);
    let theirs = world.broker.sealed.values().filter(|event| event.from == id && event.seq > 0);
    theirs.map(|event| (event.seq, event.clone().hashed())).collect()
}

fn receipts(world: &World, from: usize) -> Vec<Receipt> {
    let id = world.id(from);
    let told = world.broker.log.iter().filter_map(|held| world.broker.read(held));
    told.filter_map(|event| match &event.body {
        EventBody::Receipt(receipt) if event.from == id => Some(receipt.clone()),
        _ => None,
    })
    .collect()
}

fn waiting(world: &World, who: usize) -> usize {
    world.devices[who].disk.load(&Query::Tables(vec![Table::Outbox])).len()
}

fn lines(world: &World, who: usize, line: &str) -> usize {
    world.screen(who).texts().iter().filter(|text| *text == line).count()
}

/// Bob says this of what he has of Ada.
fn bob_says(world: &mut World, stored: SeqSet, links: Links) {
    let device = numbered(world, ADA).values().next().unwrap().device;
    let read = SeqSet::default();
    let body = EventBody::Receipt(Receipt { device, stored, links, read });
    let (prev, hash, ack, devices, deps, origin) = Default::default();
    let event = Event {
        from: world.id(BOB),
        device: DeviceId([9; 8]),
        id: MessageId([0x99; 16]),
        conversation: world.id(ADA),
        seq: 0,
        hlc: 0,
        prev,
        hash,
        ack,
        devices,
        deps,
        body,
        origin,
    };
    world.tell(BOB, ADA, &event);
}

#[test]
fn each_event_names_the_one_before_it_however_often_it_is_sent() {
    let mut world = World::friends();
    let message = world.say(ADA, BOB, "one");
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message, text: "two".into() });
    world.reload(ADA, true);
    world.run();
    world.look(ADA, BOB);
    // What is lost is sent again, encrypted anew.
    world.broker.faults.lose_every = 1;
    world.say(ADA, BOB, "three");
    world.reload(ADA, true);
    world.pass(Duration::from_secs(20));
    world.heal();
    let id = world.fresh_id();
    world.look(ADA, BOB);
    world.command(ADA, Command::Delete { id, message });
    let events = numbered(&world, ADA);
    let prevs: Vec<_> = events.values().map(|event| event.prev).collect();
    let hashes: Vec<_> = events.values().map(|event| event.hash).collect();
    assert_eq!(prevs[0], None);
    assert_eq!(prevs[1..], hashes[..3].iter().copied().map(Some).collect::<Vec<_>>());
    let id = world.id(ADA);
    for event in world.broker.sealed.values().filter(|event| event.from == id && event.seq > 0) {
        assert_eq!(event.clone().hashed().hash, events[&event.seq].hash, "the same at each sending");
    }
    assert!(waiting(&world, ADA) == 0 && lines(&world, BOB, "(split)") == 0);
}

#[test]
fn a_receipt_names_the_last_event_of_each_run() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.say(ADA, BOB, "two");
    world.broker.faults.lose_every = 1;
    world.say(ADA, BOB, "three");
    world.broker.faults.lose_every = 0;
    world.say(ADA, BOB, "four");
    let events = numbered(&world, ADA);
    let told = receipts(&world, BOB).pop().unwrap();
    assert_eq!(told.stored.runs(), [(1, 2), (4, 4)]);
    assert_eq!([2, 4].map(|seq| told.links.hash(seq)), [2, 4].map(|seq| Some(events[&seq].hash)));
    world.heal();
    let told = receipts(&world, BOB).pop().unwrap();
    assert_eq!((told.stored.runs(), told.links.hash(4)), (&[(1, 4)][..], Some(events[&4].hash)));
    assert_eq!(waiting(&world, ADA), 0);
}

#[test]
fn who_says_that_they_have_what_they_have_not_is_not_believed_and_it_shows() {
    let wrong = |seq| Links::from_links([Link { seq, hash: EventHash([7; 32]), prev: None }]);
    for (what, runs, links) in [
        ("another event", (1, 2), wrong(2)),
        ("an event that was never sent", (1, 9), wrong(9)),
        ("no event at all", (1, 2), Links::default()),
    ] {
        let mut world = World::friends();
        world.say(ADA, BOB, "one");
        world.network_down = true;
        world.break_connection(BOB);
        let second = world.say(ADA, BOB, "two");
        let before = world.broker.log.len();
        for _ in 0..20 {
            bob_says(&mut world, SeqSet::from_runs([runs]), links.clone());
        }
        assert_eq!(waiting(&world, ADA), 1, "{what}");
        let delivery = world.screen(ADA).rows.iter().find(|row| row.message.id == second).unwrap();
        assert!(delivery.message.delivery < Some(Delivery::Delivered), "{what}");
        assert!(world.broker.log.len() - before < 30, "{what}: nobody is kept busy by it");
        let shown = usize::from(runs.1 > 2 || links != Links::default());
        assert_eq!(lines(&world, ADA, "(disputed)"), shown, "{what}");
        world.heal();
        assert_eq!(waiting(&world, ADA), 0, "{what}");
        assert_eq!(world.screen(BOB).texts(), ["one", "two"], "{what}");
        world.reload(ADA, true);
        world.run();
        world.look(ADA, BOB);
        assert_eq!(lines(&world, ADA, "(disputed)"), shown, "{what}: it stays");
    }
}

#[test]
fn what_a_rolled_back_device_writes_is_not_lost_whatever_the_broker_loses() {
    for forgotten in 1..=3 {
        for written in 1..=4 {
            for lost in 0..=written {
                let mut world = World::friends();
                world.say(ADA, BOB, "before");
                world.say(BOB, ADA, "yes");
                let old = world.devices[ADA].disk.clone();
                for n in 0..forgotten {
                    world.say(ADA, BOB, &format!("forgotten {n}"));
                }
                // What Bob is encrypted by now is as old as what Ada goes on from.
                world.devices[ADA].disk = old;
                world.reload(ADA, false);
                world.run();
                world.look(ADA, BOB);
                for n in 0..written {
                    world.now += 1_000;
                    world.broker.faults.lose_every = usize::from(n < lost);
                    world.queue_text(ADA, BOB, &format!("new {n}"));
                    world.run();
                }
                world.heal();
                world.look(BOB, ADA);
                let case = format!("{forgotten} forgotten, {written} written, {lost} of them lost");
                let texts = world.screen(BOB).texts();
                let count = |text: String| texts.iter().filter(|shown| **shown == text).count();
                for n in 0..written {
                    assert_eq!(count(format!("new {n}")), 1, "{case}: {texts:?}");
                }
                for n in 0..forgotten {
                    assert_eq!(count(format!("forgotten {n}")), 1, "{case}: {texts:?}");
                }
                assert_eq!(waiting(&world, ADA), 0, "{case}");
                assert!(lines(&world, BOB, "(split)") <= 1, "{case}: {texts:?}");
                assert_eq!(lines(&world, ADA, "(disputed)"), 1, "{case}");
                let deliveries = world.screen(ADA).deliveries();
                assert!(
                    deliveries.iter().all(|delivery| *delivery == Delivery::Read),
                    "{case}: {deliveries:?}"
                );
            }
        }
    }
}

#[test]
fn a_chain_goes_on_over_a_removal_and_is_taken_back_with_a_withdrawn_request() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    let bob = world.id(BOB);
    world.command(ADA, Command::Remove(bob));
    world.command(ADA, Command::AddContact(bob.to_string().into()));
    world.pass(Duration::from_secs(10));
    world.say(ADA, BOB, "two");
    let events = numbered(&world, ADA);
    assert_eq!(events[&2].prev, Some(events[&1].hash));
    assert_eq!(lines(&world, BOB, "(split)"), 0);

    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    let bob = world.id(BOB);
    for text in ["withdrawn", "meant"] {
        world.command(ADA, Command::AddContact(bob.to_string().into()));
        world.pass(Duration::from_secs(10));
        world.look(ADA, BOB);
        world.say(ADA, BOB, text);
        world.say(ADA, BOB, "and more");
        if text == "withdrawn" {
            world.command(ADA, Command::Remove(bob));
        }
    }
    world.command(BOB, Command::Accept(world.id(ADA)));
    world.heal();
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["meant", "and more"]);
    assert_eq!(waiting(&world, ADA), 0);
    let events = numbered(&world, ADA);
    assert_eq!((events[&1].prev, events[&2].prev), (None, Some(events[&1].hash)));
}

#[test]
fn a_profile_that_is_replaced_stays_in_the_chain() {
    let mut world = World::friends();
    world.command(ADA, Command::SavePrivacy { contacts_only: true });
    world.pass(Duration::from_secs(20));
    let known = *numbered(&world, ADA).last_key_value().unwrap().0;
    world.pull_network();
    let tell = |world: &mut World, name: &str| {
        let save = Command::SaveProfile { name: name.into(), about: "".into(), status: "".into() };
        world.command(ADA, save);
    };
    tell(&mut world, "Ada I");
    world.say(ADA, BOB, "one");
    world.say(ADA, BOB, "two");
    tell(&mut world, "Ada II");
    world.say(ADA, BOB, "three");
    world.heal();
    let events = numbered(&world, ADA);
    assert_eq!(*events.last_key_value().unwrap().0, known + 4, "it has taken the place of the first one");
    for seq in known + 1..=known + 4 {
        assert_eq!(events[&seq].prev, Some(events[&(seq - 1)].hash));
    }
    assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada II");
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "three"]);
    assert_eq!((waiting(&world, ADA), lines(&world, ADA, "(disputed)")), (0, 0));
}

#[test]
fn a_restored_device_begins_a_chain_of_its_own() {
    const NEW: usize = 2;
    let mut world = World::friends();
    world.devices.push(super::device::Device::new(NEW));
    world.run();
    world.say(ADA, BOB, "one");
    world.pull_network();
    let unsent = world.say(ADA, BOB, "two");
    let file = world.back_up(ADA);
    world.network_down = false;
    world.command(NEW, Command::Restore { file, passphrase: super::effects::passphrase("correct horse") });
    world.pass(Duration::from_secs(5));
    world.look(NEW, BOB);
    world.command(NEW, Command::Retry(unsent));
    world.say(NEW, BOB, "three");
    world.heal();
    world.look(BOB, NEW);
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "three"]);
    let events = numbered(&world, NEW);
    assert_eq!((events[&3].prev, events[&4].prev), (None, Some(events[&3].hash)));
    assert_eq!((waiting(&world, NEW), lines(&world, NEW, "(disputed)")), (0, 0));
}
