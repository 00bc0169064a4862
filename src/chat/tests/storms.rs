//! Much of it: floods, repetitions and delays, by the numbers of the threats that they answer.

use std::time::Duration;

use super::broker::{Faults, Held};
use super::outsider::Outsider;
use super::texts;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::message::Delivery;
use crate::chat::record::{Query, Record, Table};
use crate::chat::wire::EventBody;
use crate::e2ee::nak::{Nak, NakReason};

fn stored(world: &World, who: usize, table: Table) -> Vec<Record> {
    world.devices[who].disk.load(&Query::Tables(vec![table]))
}

/// What came into somebody's inbox.
fn envelopes_to(world: &World, whom: usize) -> Vec<Held> {
    let inbox = format!("kith/{}/Inbox/m", world.id(whom));
    world.broker.log.iter().filter(|held| held.topic == inbox).cloned().collect()
}

#[test]
fn what_is_overwritten_a_hundred_times_a_second_is_healed_ten_times_in_a_minute() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(60));
    let prefix = format!("kith/users/{}/", world.id(BOB));
    // What is there for tools is nobody's to heal.
    let own = |held: &&Held| held.topic.starts_with(&prefix) && !held.topic.ends_with("/isConnected");
    let honest: Vec<_> = world.broker.retained.values().filter(own).cloned().collect();
    assert_eq!(honest.len(), 5, "profile, presence, claim, certificate, bundle");
    let (contact, before) = (world.contact(ADA, BOB).clone(), world.broker.log.len());
    for n in 0..6_000 {
        let held = &honest[n % honest.len()];
        let payload = if n % 2 == 0 { Vec::new() } else { b"{\"v\":1,\"name\":\"Mallory\"}".to_vec() };
        world.broker.publish(Held { payload, ..held.clone() });
        world.pass(Duration::from_millis(10));
        assert_eq!(*world.contact(ADA, BOB), contact);
    }
    let ours = |topic: &str| {
        let heals = world.broker.log[before..].iter().filter(|held| held.topic == topic);
        heals.filter(|held| held.payload.len() > 40).count()
    };
    for held in &honest {
        let heals = ours(&held.topic);
        assert!((1..=10).contains(&heals), "{}: {heals}", held.topic);
    }
    world.say(ADA, BOB, "still there?");
    assert_eq!(world.screen(BOB).texts(), ["still there?"]);
}

#[test]
fn a_request_that_is_replayed_a_thousand_times_is_one() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    let mut mallory = Outsider::new(0x66);
    mallory.ask(&mut world, ADA, "Mallory");
    let request = world.broker.log.last().unwrap().clone();
    assert_eq!(world.screen(ADA).requests.len(), 1);
    let sessions = stored(&world, ADA, Table::Sessions);
    for n in 0..1_000 {
        world.publish(&request.topic, request.payload.clone());
        if n % 20 == 0 {
            // Not more than are tried in a second.
            world.pass(Duration::from_secs(1));
        }
    }
    assert_eq!(world.screen(ADA).requests.len(), 1);
    assert_eq!(stored(&world, ADA, Table::Sessions), sessions, "no new session");
    world.command(ADA, Command::Decline(mallory.id));
    world.pass(Duration::from_secs(60));
    world.publish(&request.topic, request.payload);
    assert!(world.screen(ADA).requests.is_empty());
    let answers = world.broker.log.iter().filter(|held| held.topic.ends_with(&format!("GFResp/{ada}")));
    assert_eq!(answers.count(), 1, "the decline");
}

#[test]
fn what_comes_up_to_fifty_times_is_there_once() {
    for copies in [1, 2, 3, 10, 50] {
        let mut world = World::friends();
        world.broker.faults = Faults { double_every: 1, copies: Some(copies), ..Faults::default() };
        let mut wanted = texts(5);
        for text in &wanted {
            let message = world.say(ADA, BOB, text);
            if text.ends_with('5') {
                let id = world.fresh_id();
                world.command(ADA, Command::Edit { id, message, text: "edited".into() });
            }
        }
        *wanted.last_mut().unwrap() = "edited".into();
        // A burst is drawn at intervals.
        world.pass(Duration::from_secs(1));
        assert_eq!(world.screen(BOB).texts(), wanted, "{copies} times");
        assert_eq!(stored(&world, BOB, Table::Messages).len(), 5, "{copies} times");
        assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read; 5]);
    }
}

#[test]
fn two_hundred_in_reverse_order_are_all_there_once_and_in_order() {
    let mut world = World::friends();
    world.say(BOB, ADA, "go on");
    world.broker.faults.reverse_backlog = true;
    world.break_connection(BOB);
    for text in texts(200) {
        world.say(ADA, BOB, &text);
        world.now += 1;
    }
    // What cannot be decrypted any more is asked for, once a minute.
    world.pass(Duration::from_secs(180));
    world.heal();
    world.look(BOB, ADA);
    let talk: Vec<_> = ["go on".to_owned()].into_iter().chain(texts(200)).collect();
    assert_eq!(stored(&world, BOB, Table::Messages).len(), talk.len());
    assert_eq!(world.screen(BOB).texts(), talk[talk.len() - world.screen(BOB).rows.len()..]);
    assert!(world.screen(ADA).deliveries().iter().all(|delivery| *delivery == Delivery::Read));
}

#[test]
fn a_message_that_is_ten_turns_late_is_asked_for_and_shown_in_its_place() {
    let mut world = World::friends();
    world.say(BOB, ADA, "go on");
    world.broker.faults.loses_topic = Some("Inbox/m");
    world.say(ADA, BOB, "late");
    world.broker.faults.loses_topic = None;
    let late = envelopes_to(&world, BOB).pop().unwrap();
    let mut talk = vec!["go on".to_owned(), "late".into()];
    for turn in 0..10 {
        for (who, to, name) in [(ADA, BOB, "a"), (BOB, ADA, "b")] {
            world.now += 1;
            let text = format!("{name}{turn}");
            world.say(who, to, &text);
            talk.push(text);
        }
    }
    assert!(!world.screen(BOB).texts().contains(&"late".into()), "nothing is sent again yet");
    let naks = |world: &World| {
        world.broker.sealed.values().filter(|event| matches!(event.body, EventBody::Nak(_))).count()
    };
    let before = naks(&world);
    world.publish(&late.topic, late.payload);
    world.pass(Duration::from_millis(200));
    assert_eq!(naks(&world), before + 1);
    assert_eq!(world.screen(BOB).texts(), talk);
    assert_eq!(world.screen(ADA).texts(), talk);
    world.heal();
    assert_eq!(world.screen(BOB).texts(), talk);
}

#[test]
fn a_thousand_naks_begin_one_session_and_send_nothing_a_thousand_times() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.network_down = true;
    world.break_connection(BOB);
    for text in texts(3) {
        world.say(ADA, BOB, &text);
    }
    let sessions = stored(&world, ADA, Table::Sessions);
    let (before, bundle) = (world.broker.log.len(), b"none".to_vec());
    for n in 0..1_000 {
        let nak = Nak { reason: NakReason::BadMac, session: None, bundle: bundle.clone() };
        let event = super::hostile::event(bob, ada, 0, EventBody::Nak(nak));
        world.tell(BOB, ADA, &event);
        if n == 0 {
            assert_ne!(stored(&world, ADA, Table::Sessions), sessions, "the first one is heard");
        }
    }
    let said = world.broker.log[before..].iter().filter(|held| held.topic.contains(&bob.to_string()));
    assert_eq!(said.count(), 3, "each message once more, on one new session");
    // Of nobody's who is not a contact is any heard.
    let mut mallory = Outsider::new(0x66);
    let nak = EventBody::Nak(Nak { reason: NakReason::NoSession, session: None, bundle });
    let before = stored(&world, ADA, Table::Sessions);
    for n in 0..10 {
        let envelope = mallory.envelope(&world, ADA, &mallory.event(ada, n, nak.clone()));
        world.publish(&format!("kith/{ada}/Inbox/m"), envelope);
    }
    assert_eq!(stored(&world, ADA, Table::Sessions), before);
}
