//! What has not come though later events have: it is asked for, told again, and shown as missing only while it is.

use std::time::Duration;

use super::broker::Held;
use super::effects::passphrase;
use super::hostile::event;
use super::texts;
use super::words::{start_from, words};
use super::world::{ADA, BOB, World};
use crate::chat::id::{ConversationId, DeviceId, MessageId};
use crate::chat::message::Delivery;
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Query, Table};
use crate::chat::wire::{Event, EventBody};
use crate::chat::{Command, Input};

fn told(world: &World, from: usize, is_it: fn(&EventBody) -> bool) -> Vec<Event> {
    let id = world.id(from);
    let events = world.broker.log.iter().filter_map(|held| world.broker.read(held));
    events.filter(|event| event.from == id && is_it(&event.body)).cloned().collect()
}

fn wants(world: &World, from: usize) -> Vec<Event> {
    told(world, from, |body| matches!(body, EventBody::Want(..)))
}

fn is_waiting(world: &World) -> bool {
    world.conversation(BOB, ADA).waiting
}

/// Bob's device goes back to what was on its disk.
fn roll_back(world: &mut World, disk: crate::chat::memory::Memory) {
    world.devices[BOB].disk = disk;
    world.reload(BOB, false);
    world.heal();
    world.look(BOB, ADA);
}

/// A broker that takes texts for nobody.
fn refuses_texts(_: &Held, body: Option<&EventBody>) -> bool {
    matches!(body, Some(EventBody::Text(_)))
}

/// Ada says one thing that the broker loses and one that it does not.
fn with_a_gap() -> World {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.broker.faults.lose_every = 1;
    world.say(ADA, BOB, "two");
    world.broker.faults.lose_every = 0;
    // The author believes that Bob is away, and sends nothing again by herself.
    world.now += 10;
    world.say(ADA, BOB, "three");
    world
}

#[test]
fn what_is_missing_for_three_seconds_is_asked_for_and_comes_at_once() {
    let mut world = with_a_gap();
    // Nothing that Ada sends by herself arrives for a while.
    world.broker.faults.refuses = Some(refuses_texts);
    world.pass(Duration::from_millis(2_900));
    assert!(wants(&world, BOB).is_empty() && !is_waiting(&world), "it may be merely late");
    world.pass(Duration::from_millis(200));
    assert!(is_waiting(&world), "the person is told");
    let asked = wants(&world, BOB);
    let EventBody::Want(_, numbers, None) = &asked[0].body else { panic!() };
    assert_eq!((asked.len(), numbers.runs()), (1, &[(2, 2)][..]));
    world.broker.faults.refuses = None;
    world.pass(Duration::from_secs(60));
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "three"]);
    assert!(!is_waiting(&world));
    let asked = wants(&world, BOB).len();
    world.pass(Duration::from_secs(600));
    assert_eq!(wants(&world, BOB).len(), asked, "nothing is missing any more");
}

#[test]
fn what_is_asked_for_does_not_wait_for_its_next_resend() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.broker.faults.lose_every = 1;
    world.say(ADA, BOB, "two");
    // So often that the next time would be in five minutes.
    world.pass(Duration::from_secs(1_000));
    world.broker.faults.lose_every = 0;
    world.say(ADA, BOB, "three");
    world.pass(Duration::from_millis(3_100));
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "three"]);
}

#[test]
fn who_never_answers_is_asked_ever_more_rarely() {
    let mut world = with_a_gap();
    world.input(ADA, Input::Leaving);
    world.run();
    world.pass(Duration::from_secs(24 * 60 * 60));
    assert!((20..=40).contains(&wants(&world, BOB).len()), "{}", wants(&world, BOB).len());
    assert!(is_waiting(&world));
    world.reload(BOB, true);
    world.pass(Duration::from_secs(10));
    assert!(is_waiting(&world), "it is missing over a reload");
    world.reload(ADA, true);
    world.pass(Duration::from_secs(10));
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "three"]);
    assert!(!is_waiting(&world));
}

#[test]
fn a_number_that_its_author_has_put_away_is_told_to_be_missing_and_nobody_waits_for_it() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.broker.faults.refuses = Some(refuses_texts);
    let refused = world.say(ADA, BOB, "two");
    world.pass(Duration::from_secs(600));
    world.broker.faults.refuses = None;
    world.command(ADA, Command::Discard(refused));
    world.say(ADA, BOB, "three");
    world.pass(Duration::from_secs(5));
    let missing = told(&world, ADA, |body| matches!(body, EventBody::Missing(_)));
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].body, EventBody::Missing(SeqSet::from_runs([(2, 2)])));
    assert!(!is_waiting(&world));
    world.say(ADA, BOB, "four");
    assert_eq!(world.receipts_to(ADA).pop().unwrap().1.runs(), [(1, 4)]);
    world.pass(Duration::from_secs(600));
    assert_eq!(wants(&world, BOB).len(), 1);
}

#[test]
fn a_device_that_was_rolled_back_gets_again_what_it_had_received_since() {
    let mut world = World::friends();
    let [first, second, third] = ["one", "two", "three"].map(|text| world.say(ADA, BOB, text));
    world.say(BOB, ADA, "yes");
    let old = world.devices[BOB].disk.clone();
    let fourth = world.say(ADA, BOB, "four");
    let fifth = world.say(ADA, BOB, "five");
    let change = |world: &mut World, message: MessageId, text: Option<&str>| {
        let id = world.fresh_id();
        world.command(
            ADA,
            match text {
                Some(text) => Command::Edit { id, message, text: text.into() },
                None => Command::Delete { id, message },
            },
        );
    };
    // Of what Bob will have and of what he will have lost: changed once, changed twice, taken back.
    change(&mut world, first, Some("one, changed"));
    change(&mut world, second, Some("two, changed"));
    change(&mut world, second, Some("two, changed twice"));
    change(&mut world, third, None);
    change(&mut world, fourth, Some("four, changed"));
    change(&mut world, fifth, None);
    world.pass(Duration::from_secs(30));
    roll_back(&mut world, old);
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "three", "yes"]);
    world.say(ADA, BOB, "six");
    world.heal();
    let now = ["one, changed", "two, changed twice", "(deleted)", "yes", "four, changed", "six"];
    assert_eq!(world.screen(BOB).texts(), now);
    assert!(!is_waiting(&world));
    assert!(world.screen(ADA).deliveries().iter().all(|delivery| *delivery == Delivery::Read));
    let waiting = world.devices[ADA].disk.load(&Query::Tables(vec![Table::Outbox]));
    assert!(waiting.is_empty(), "nothing is sent for ever");
    for who in [ADA, BOB] {
        world.reload(who, true);
        world.run();
    }
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), now);
}

#[test]
fn much_that_was_lost_comes_again_in_order() {
    let mut world = World::friends();
    world.say(ADA, BOB, "before");
    let old = world.devices[BOB].disk.clone();
    for text in texts(700) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    world.pass(Duration::from_secs(30));
    roll_back(&mut world, old);
    world.say(ADA, BOB, "after");
    world.heal();
    world.command(BOB, Command::Open(None));
    world.look(BOB, ADA);
    let mut shown = world.screen(BOB).texts();
    while world.screen(BOB).edges.0 {
        world.command(BOB, Command::ShowOlder);
        let page = world.screen(BOB).texts();
        let new = page.iter().position(|text| *text == shown[0]).unwrap_or(page.len());
        shown.splice(0..0, page[..new].iter().cloned());
    }
    let expected: Vec<_> =
        ["before".to_owned()].into_iter().chain(texts(700)).chain(["after".to_owned()]).collect();
    assert_eq!(shown, expected);
}

#[test]
fn what_was_said_before_a_device_was_there_is_not_told_to_it() {
    const NEW: usize = 2;
    let mut world = World::friends();
    world.say(ADA, BOB, "for Bob's old device");
    let words = words(&mut world, BOB);
    world.input(BOB, Input::Leaving);
    world.run();
    // Whoever has Bob's words is Bob, but not on the device that it was said to.
    world.devices.push(super::device::Device::new(NEW));
    world.run();
    world.command(NEW, start_from("", &words));
    let ada = world.id(ADA);
    world.command(NEW, Command::AddContact(ada.to_string().into()));
    world.pass(Duration::from_secs(30));
    world.look(NEW, ADA);
    world.say(ADA, NEW, "for both");
    world.pass(Duration::from_secs(60));
    assert_eq!(world.screen(NEW).texts(), ["for both"]);
    assert!(!world.conversation(NEW, ADA).waiting);
    assert!(!told(&world, ADA, |body| matches!(body, EventBody::Missing(_))).is_empty(), "it has asked");
}

#[test]
fn who_asks_without_end_and_acknowledges_nothing_fills_no_outbox() {
    let mut world = World::friends();
    for n in 0..450 {
        world.queue_text(ADA, BOB, &format!("m{n}"));
    }
    world.pass(Duration::from_secs(60));
    let ada = world.id(ADA);
    let device = told(&world, ADA, |body| matches!(body, EventBody::Text(_)))[0].device;
    let waiting = |world: &World| world.devices[ADA].disk.load(&Query::Tables(vec![Table::Outbox])).len();
    assert_eq!(waiting(&world), 0);
    world.input(BOB, Input::Leaving);
    world.run();
    for n in 0..12_u8 {
        let body = EventBody::Want(device, SeqSet::from_runs([(1, 1_000)]), None);
        let want = Event { id: MessageId([n; 16]), ..event(world.id(BOB), ada, 0, body) };
        world.tell(BOB, ADA, &Event { device: world.device_id(BOB), ..want });
        world.pass(Duration::from_secs(2));
    }
    assert_eq!(waiting(&world), 400);
}

#[test]
fn who_asks_without_end_is_answered_once_a_second_at_most() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    let ada = world.id(ADA);
    let device = told(&world, ADA, |body| matches!(body, EventBody::Text(_)))[0].device;
    let (prev, hash, ack, devices, deps, origin) = Default::default();
    let body = EventBody::Want(device, SeqSet::from_runs([(1, u64::MAX)]), None);
    let (from, id) = (world.id(BOB), MessageId([5; 16]));
    let event = Event {
        from,
        device: DeviceId([9; 8]),
        id,
        conversation: ada,
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
    let before = world.broker.log.len();
    for _ in 0..100 {
        world.tell(BOB, ADA, &event);
    }
    world.pass(Duration::from_millis(900));
    let said = world.broker.log.len() - before - 100;
    assert!(said <= 3, "{said} answers");
    assert_eq!(world.screen(BOB).texts(), ["one"], "what is here already is not shown twice");
    let conversation = ConversationId(ada);
    assert!(world.screen(BOB).conversations.contains_key(&conversation));
}

#[test]
fn what_was_given_up_is_not_told_to_be_gone_and_never_counts_as_delivered() {
    let mut world = World::friends();
    world.pull_network();
    world.say(ADA, BOB, "in the backup");
    let file = world.back_up(ADA);
    world.input(ADA, Input::Leaving);
    world.heal();
    let new = world.add_device();
    world.run();
    world.command(new, Command::Restore { file, passphrase: passphrase("correct horse") });
    world.pass(Duration::from_secs(5));
    world.look(new, BOB);
    world.say(new, BOB, "from the new device");
    world.pass(Duration::from_secs(60));
    let deliveries = |world: &World| {
        let rows = world.screen(new).rows.iter().filter_map(|row| row.message.delivery);
        rows.collect::<Vec<_>>()
    };
    assert_eq!(world.screen(BOB).texts(), ["from the new device"]);
    assert_eq!(deliveries(&world), [Delivery::Failed, Delivery::Read]);
    let id = world.screen(new).rows[0].message.id;
    world.command(new, Command::Retry(id));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.screen(BOB).texts(), ["in the backup", "from the new device"]);
    assert_eq!(deliveries(&world), [Delivery::Read; 2]);
}
