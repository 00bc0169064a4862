//! What the tables of threats and their rows ask for and no other scenario shows: forged, injected, swapped, restored.

use std::time::Duration;

use super::broker::Held;
use super::hostile::{event, mallory, topics, unmoved};
use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::cbor::Reader;
use crate::chat::Command;
use crate::chat::account::Welcome;
use crate::chat::chain::Links;
use crate::chat::id::{DeviceId, MessageId, UserId};
use crate::chat::message::{Body, Delivery};
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Query, Table};
use crate::chat::wire::{self, Event, EventBody, Receipt, Target};

const CAROL: usize = 2;

/// How many devices an envelope is for.
pub(super) fn rows(held: &Held) -> usize {
    let mut envelope = Reader::new(&held.payload).unwrap();
    let _: (u64, u64, [u8; 16]) =
        (envelope.number().unwrap(), envelope.number().unwrap(), envelope.id().unwrap());
    let _ = envelope.bytes().unwrap();
    let row = |row: &mut Reader<'_>| Ok((row.id::<4>()?, row.number()?, row.bytes()?.to_vec()));
    envelope.list(|reader| reader.array(row)).unwrap().len()
}

/// Ada, Bob and Carol, of whom Ada is a friend of both.
fn three() -> World {
    let mut world = World::friends();
    world.devices.push(super::device::Device::new(CAROL));
    world.run();
    world.sign_up(CAROL, "Carol");
    world.command(ADA, Command::AddContact(world.id(CAROL).to_string().into()));
    world.command(CAROL, Command::Accept(world.id(ADA)));
    world
}

#[test]
fn a_man_in_the_middle_from_the_first_contact_on_shows_in_the_safety_numbers() {
    let mut world = World::new(2);
    let start = |world: &mut World, who, name: &str| {
        let handle = format!("{name}@example.org");
        let welcome = Welcome { name: name.into(), handle: handle.into(), ..Welcome::default() };
        world.command(who, Command::Start(welcome));
    };
    start(&mut world, ADA, "ada");
    // The broker shows each of them Mallory's keys in the place of the other's.
    let [ada, bob] = ["ada@example.org", "bob@example.org"].map(UserId::of_email);
    let (to_ada, to_bob) = (Outsider::claiming(0x66, bob), Outsider::claiming(0x67, ada));
    to_ada.publish(&mut world);
    world.command(ADA, Command::AddContact("bob@example.org".into()));
    world.pass(Duration::from_secs(5));
    world.network_down = true;
    world.break_connection(ADA);
    world.network_down = false;
    world.broker.retained.clear();
    to_bob.publish(&mut world);
    start(&mut world, BOB, "bob");
    world.network_down = true;
    world.command(BOB, Command::AddContact("ada@example.org".into()));
    world.pass(Duration::from_secs(5));
    let mut safety = |who, of| {
        world.command(who, Command::ShowSafety(of));
        world.screen(who).safety.clone().expect("told")
    };
    let (hers, his) = (safety(ADA, bob), safety(BOB, ada));
    assert_eq!((hers.key, his.key), (to_ada.keys.fingerprint(), to_bob.keys.fingerprint()));
    assert_ne!(hers.number, his.number);
    world.command(ADA, Command::CompareCode { contact: bob, text: his.code });
    assert!(!matches!(world.screen(ADA).compared, Some(Ok(crate::e2ee::safety::Comparison::Match)) | None));
}

#[test]
fn a_device_that_its_person_did_not_certify_gets_no_row() {
    let mut world = World::friends();
    let bob = world.id(BOB);
    let mallory = Outsider::claiming(0x66, bob);
    let [_, certificate, bundle] = mallory.papers();
    // Mallory's papers below Bob's own key, as if they were of a second device of his.
    let (theirs, his) = (mallory.id.to_string(), bob.to_string());
    let below_his = |topic: String| {
        let key = mallory.keys.fingerprint();
        let key: String = key.0.iter().map(|byte| format!("{byte:02x}")).collect();
        topic.replace(&format!("/k/{key}"), &format!("/k/{his}")).replace(&theirs, &his)
    };
    for (topic, payload) in [certificate, bundle] {
        assert_ne!(below_his(topic.clone()), topic);
        world.broker.publish(Held { topic: below_his(topic), payload, qos: 1, retain: true });
    }
    world.run();
    for reload in [false, true] {
        if reload {
            world.reload(ADA, true);
            world.run();
        }
        world.say(ADA, BOB, "for one device");
        let inbox = format!("kith/{bob}/Inbox/m");
        let sent = world.broker.log.iter().rfind(|held| held.topic == inbox).unwrap();
        assert_eq!(rows(sent), 1);
    }
}

/// Bits of what Ada wrote are turned on its way, each for itself; then it comes as she wrote it.
#[test]
fn of_four_kinds_no_flipped_byte_does_anything_and_the_right_one_still_decrypts() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.say(BOB, ADA, "from Bob");
    let device = DeviceId([9; 8]);
    let target = Target { id: MessageId([1; 16]), seq: 1, hlc: 0 };
    let receipt =
        Receipt { device, stored: SeqSet::default(), links: Links::default(), read: SeqSet::default() };
    let bodies = [
        EventBody::Text("one".into()),
        EventBody::Edit(target, "two".into()),
        EventBody::Receipt(receipt),
        EventBody::Delete(target),
    ];
    let shown = [
        vec!["from Bob", "one"],
        vec!["from Bob", "two"],
        vec!["from Bob", "two"],
        vec!["from Bob", "(deleted)"],
    ];
    for (at, (body, shown)) in bodies.into_iter().zip(shown).enumerate() {
        let seq = at as u64 + 1;
        let hlc = (1_795_176_000_000 + world.now) << 16;
        let event = Event { hlc: hlc + seq, ..event(ada, bob, seq, body) };
        let right = world.seal(ADA, BOB, &event);
        let inbox = format!("kith/{bob}/Inbox/m");
        let before = (world.screen(BOB).texts(), disk(&world, BOB));
        for byte in 0..right.len() {
            let mut broken = right.clone();
            broken[byte] ^= 1;
            world.broker.publish(Held { topic: inbox.clone(), payload: broken, qos: 1, retain: false });
        }
        world.run();
        assert_eq!((world.screen(BOB).texts(), disk(&world, BOB)), before, "kind {at}");
        world.publish(&inbox, right);
        world.pass(Duration::from_millis(200));
        assert_eq!(world.screen(BOB).texts(), shown, "kind {at}");
    }
}

#[test]
fn a_rolled_back_device_uses_no_number_twice_once_it_is_told() {
    let mut world = World::friends();
    let old = world.devices[ADA].disk.clone();
    for n in 0..10 {
        world.say(ADA, BOB, &format!("forgotten {n}"));
    }
    world.now += 1_000;
    world.devices[ADA].disk = old;
    world.reload(ADA, false);
    world.run();
    world.look(ADA, BOB);
    world.say(ADA, BOB, "new");
    world.pass(Duration::from_secs(5));
    // From now on what the broker loses is missed, for no receipt names it.
    world.broker.faults.loses_topic = Some("Inbox/m");
    world.say(ADA, BOB, "lost");
    world.broker.faults.loses_topic = None;
    world.say(ADA, BOB, "newer");
    world.heal();
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts()[10..], ["new", "(split)", "lost", "newer"]);
}

/// What somebody has of messages and counters.
fn disk(world: &World, who: usize) -> Vec<crate::chat::record::Record> {
    world.devices[who].disk.load(&Query::Tables(vec![Table::Messages, Table::Outbox]))
}

#[test]
fn what_a_rolled_back_device_writes_arrives_though_its_numbers_were_used() {
    for lost in [1, 3] {
        let mut world = World::friends();
        world.say(ADA, BOB, "before");
        world.say(BOB, ADA, "yes");
        let old = world.devices[ADA].disk.clone();
        for n in 0..lost {
            world.say(ADA, BOB, &format!("forgotten {n}"));
        }
        world.say(BOB, ADA, "and?");
        world.devices[ADA].disk = old;
        world.reload(ADA, false);
        world.run();
        world.look(ADA, BOB);
        for n in 0..4 {
            world.now += 1_000;
            world.say(ADA, BOB, &format!("new {n}"));
        }
        world.heal();
        world.look(BOB, ADA);
        let texts = world.screen(BOB).texts();
        for n in 0..4 {
            let found = texts.iter().filter(|text| **text == format!("new {n}")).count();
            assert_eq!(found, 1, "after {lost} lost: {texts:?}");
        }
        assert!(world.screen(ADA).deliveries().iter().all(|delivery| *delivery == Delivery::Read));
    }
}

#[test]
fn ten_kinds_of_changes_to_what_others_wrote_change_nothing() {
    let mut world = three();
    let (ada, bob, carol) = (world.id(ADA), world.id(BOB), world.id(CAROL));
    let id = world.say(ADA, BOB, "mine");
    let row = world.screen(ADA).rows[0].clone();
    let (hlc, device) = (row.message.position.hlc, world.screen(ADA).account.as_ref().unwrap().id);
    assert_eq!(device, ada);
    let right = Target { id, seq: 1, hlc };
    // Each is newer than what it would change.
    let from_bob = |seq, body| Event { hlc: hlc + seq, ..event(bob, ada, seq, body) };
    let as_ada = |seq, body| Event { from: ada, conversation: bob, ..from_bob(seq, body) };
    let changes = [
        from_bob(2, EventBody::Edit(right, "hacked".into())),
        from_bob(3, EventBody::Delete(right)),
        from_bob(4, EventBody::Edit(Target { seq: 9, ..right }, "hacked".into())),
        from_bob(5, EventBody::Edit(Target { hlc: 0, ..right }, "hacked".into())),
        from_bob(6, EventBody::Delete(Target { hlc: u64::MAX, seq: u64::MAX, ..right })),
        as_ada(7, EventBody::Edit(right, "hacked".into())),
        as_ada(8, EventBody::Delete(right)),
        Event { id, hlc, ..from_bob(9, EventBody::Text("hacked".into())) },
        Event { id, hlc: u64::MAX, ..from_bob(10, EventBody::Edit(right, "hacked".into())) },
        Event { deps: vec![id], ..from_bob(11, EventBody::Edit(right, "hacked".into())) },
    ];
    for change in &changes {
        world.tell(BOB, ADA, change);
    }
    // And a friend's friend, in the conversation with Bob and in her own.
    for conversation in [ada, bob] {
        let edit = EventBody::Edit(right, "hacked".into());
        let change = Event { conversation, hlc: hlc + 99, ..event(carol, ada, 3, edit) };
        world.tell(CAROL, ADA, &change);
    }
    // A change that waits for a message of Bob's does not take one of Ada's.
    let next = MessageId([0x77; 16]);
    let waiting = Target { id: next, seq: 20, hlc };
    world.tell(BOB, ADA, &from_bob(12, EventBody::Delete(waiting)));
    let conversation = crate::chat::id::ConversationId(bob);
    world.command(ADA, Command::Send { id: next, conversation, text: "mine, too".into() });
    for reload in [false, true] {
        if reload {
            world.reload(ADA, true);
            world.run();
            world.look(ADA, BOB);
        }
        let own = world.screen(ADA).rows.iter().filter(|row| row.message.author == ada);
        let own: Vec<_> = own.map(|row| (row.message.body.clone(), row.message.edited)).collect();
        let text = |text: &str| (Body::Text(text.into()), false);
        assert_eq!(own, [text("mine"), text("mine, too")]);
    }
}

#[test]
fn what_is_not_encrypted_is_shown_nowhere() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(30));
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let plain = wire::encode(&event(bob, ada, 1, EventBody::Text("plain".into())));
    let hello = wire::encode(&event(bob, ada, 0, EventBody::Accept("Bob".into(), None)));
    for topic in topics(&world) {
        for payload in [
            Vec::new(),
            b"plain".to_vec(),
            br#"{"text":"plain","from":"Bob"}"#.to_vec(),
            format!(r#"{{"v":1,"name":"plain","rev":{},"online":true}}"#, u64::MAX).into_bytes(),
            plain.clone(),
            hello.clone(),
            crate::e2ee::padding::pad(&plain),
            [&[0x84, 1, 2], &plain[..]].concat(),
        ] {
            world.publish(&topic, payload);
        }
    }
    world.pass(Duration::from_secs(30));
    unmoved(&world);
    assert!(mallory().id != ada);
}

#[test]
fn old_words_about_presence_and_forged_wills_are_not_believed() {
    let mut world = World::friends();
    let topic = world.presence_topic(BOB);
    let mut old = vec![world.broker.retained[&topic].payload.clone()];
    for _ in 0..3 {
        world.break_connection(BOB);
        old.push(world.broker.retained[&topic].payload.clone());
        world.pass(Duration::from_secs(30));
        old.push(world.broker.retained[&topic].payload.clone());
    }
    let newest = old.pop().unwrap();
    let mut mallory = Outsider::claiming(0x66, world.id(BOB));
    mallory.move_to(world.id(BOB));
    let owner = mallory.keys.owner("kith", world.id(BOB));
    let at = world.time(ADA);
    for online in [true, false] {
        let forged = crate::chat::retained::Beacon { online, counter: u64::MAX >> 1, nonce: 1, at };
        old.push(forged.encode(&mallory.keys, &owner));
    }
    let (before, shown) = (world.presence(ADA, BOB), world.broker.log.len());
    for retain in [false, true] {
        for payload in &old {
            let held = Held { topic: topic.clone(), payload: payload.clone(), qos: 1, retain };
            world.broker.publish(held);
            world.run();
            assert_eq!(world.presence(ADA, BOB), before);
        }
    }
    assert!(world.broker.log.len() >= shown + 2 * old.len());
    world.pass(Duration::from_secs(30));
    assert!(world.broker.retained[&topic].payload != old[0] && newest != old[0]);
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.presence(ADA, BOB), before, "for those who come later, too");
}

#[test]
fn a_receipt_of_one_contact_empties_no_outbox_of_another() {
    let mut world = three();
    let (ada, bob, carol) = (world.id(ADA), world.id(BOB), world.id(CAROL));
    world.say(ADA, CAROL, "hello, Carol");
    let device = world.receipts_to(ADA).last().expect("a receipt of Carol's").0;
    world.network_down = true;
    world.break_connection(BOB);
    world.break_connection(CAROL);
    world.say(ADA, BOB, "for Bob");
    world.say(ADA, CAROL, "for Carol");
    let all = SeqSet::from_runs([(1, 100)]);
    let receipt = Receipt { device, stored: all.clone(), links: Links::default(), read: all };
    for (n, from) in [carol, bob].into_iter().enumerate() {
        let forged = Event { from, ..event(carol, ada, n as u64, EventBody::Receipt(receipt.clone())) };
        world.tell(CAROL, ADA, &forged);
    }
    let mut mallory = mallory();
    let envelope = mallory.envelope(&world, ADA, &mallory.event(ada, 0, EventBody::Receipt(receipt.clone())));
    world.publish(&format!("kith/{ada}/Inbox/m"), envelope);
    // Bob's own word, but for another device than this.
    let other = Receipt { device: DeviceId([7; 8]), ..receipt };
    world.tell(BOB, ADA, &event(bob, ada, 0, EventBody::Receipt(other)));
    world.look(ADA, CAROL);
    assert_ne!(world.screen(ADA).deliveries().last(), Some(&Delivery::Read), "not even her own she has seen");
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Sent]);
    world.heal();
    world.look(BOB, ADA);
    world.pass(Duration::from_secs(5));
    assert_eq!(world.screen(BOB).texts(), ["for Bob"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

#[test]
fn clocks_ten_years_off_keep_the_order_and_pull_nobody_along() {
    const TEN_YEARS: i64 = 10 * 365 * 86_400_000;
    for error in [TEN_YEARS, -TEN_YEARS] {
        let mut world = World::friends();
        world.devices[BOB].clock_error = error;
        for n in 0..3 {
            world.say(ADA, BOB, &format!("question {n}"));
            world.pass(Duration::from_secs(5));
            world.say(BOB, ADA, &format!("answer {n}"));
            world.pass(Duration::from_secs(5));
        }
        let talk: Vec<_> = (0..3).flat_map(|n| [format!("question {n}"), format!("answer {n}")]).collect();
        assert_eq!(world.screen(ADA).texts(), talk, "error {error}");
        assert_eq!(world.screen(BOB).texts(), talk, "error {error}");
        let now = world.time(ADA);
        for row in &world.screen(ADA).rows {
            assert!(row.message.sent_at <= now, "nothing is from the future");
            let ahead = (row.message.position.hlc >> 16).saturating_sub(now.0);
            assert!(ahead <= 5 * 60 * 1_000, "{ahead} ms ahead");
        }
    }
}
