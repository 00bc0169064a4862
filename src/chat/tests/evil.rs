//! A broker that replays, swaps, spoils and steals, and peers that lost their state.

use std::collections::BTreeSet;
use std::time::Duration;

use super::broker::Held;
use super::outsider::Outsider;
use super::texts;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::contact::Relation;
use crate::chat::record::{Query, Record, Table};
use crate::chat::wire::EventBody;
use crate::e2ee::envelope::FanOut;

const CAROL: usize = 2;

fn sessions(world: &World, who: usize) -> Vec<Record> {
    world.devices[who].disk.load(&Query::Tables(vec![Table::Sessions]))
}

/// What was asked for anew because it could not be read.
fn naks(world: &World) -> usize {
    let sealed = |held: &&Held| {
        // Not those by which a device makes itself known.
        let event = world.broker.read(held).filter(|_| FanOut::decode(&held.payload).is_ok());
        event.is_some_and(|event| matches!(event.body, EventBody::Nak(_)))
    };
    let sent: BTreeSet<_> = world.broker.log.iter().filter(sealed).map(|held| &held.payload).collect();
    sent.len()
}

/// All that ever went to somebody's inbox.
fn mail(world: &World, whom: usize) -> Vec<Held> {
    let inbox = format!("kith/{}/Inbox/", world.id(whom));
    world.broker.log.iter().filter(|held| held.topic.starts_with(&inbox)).cloned().collect()
}

fn is_text(body: &EventBody) -> bool {
    matches!(body, EventBody::Text(_))
}

#[test]
fn what_is_replayed_changes_nothing_and_is_answered_by_nobody() {
    let mut world = World::friends();
    let message = world.say(ADA, BOB, "one");
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message, text: "two".into() });
    world.say(BOB, ADA, "three");
    for reload in [false, true] {
        if reload {
            world.reload(BOB, true);
            world.run();
            world.look(BOB, ADA);
            world.pass(Duration::from_secs(10));
        }
        let (before, log) = (sessions(&world, BOB), world.broker.log.len());
        let old = mail(&world, BOB);
        assert!(old.len() > 3);
        for held in &old {
            world.publish(&held.topic, held.payload.clone());
        }
        assert_eq!(world.screen(BOB).texts(), ["two", "three"]);
        assert_eq!(sessions(&world, BOB), before, "no session begins or moves");
        assert_eq!(world.broker.log.len(), log + old.len(), "not a byte goes back");
    }
}

#[test]
fn a_replayed_request_is_no_second_one() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::AddContact(bob.to_string().into()));
    let request = mail(&world, BOB).pop().expect("the request");
    world.command(BOB, Command::Decline(ada));
    let (before, log) = (sessions(&world, BOB), world.broker.log.len());
    for _ in 0..2 {
        world.publish(&request.topic, request.payload.clone());
        world.pass(Duration::from_secs(120));
        world.reload(BOB, true);
        world.run();
    }
    assert!(world.screen(BOB).requests.is_empty());
    assert_eq!(sessions(&world, BOB), before);
    let answers = world.broker.log[log..].iter().filter(|held| held.topic.contains("GFResp")).count();
    assert_eq!(answers, 0);
}

#[test]
fn a_stolen_envelope_is_good_for_nobody_else_and_nowhere_else() {
    let mut world = World::friends();
    world.devices.push(super::device::Device::new(CAROL));
    world.run();
    world.sign_up(CAROL, "Carol");
    let carol = world.id(CAROL);
    world.command(ADA, Command::AddContact(carol.to_string().into()));
    world.command(CAROL, Command::Accept(world.id(ADA)));
    world.look(CAROL, ADA);
    world.say(ADA, BOB, "for Bob alone");
    let (log, before) = (world.broker.log.len(), sessions(&world, CAROL));
    let ada = world.id(ADA);
    for held in mail(&world, BOB) {
        for topic in [format!("kith/{carol}/Inbox/m"), format!("kith/{carol}/Inbox/Add/GFResp/{ada}")] {
            world.publish(&topic, held.payload.clone());
        }
        world.publish(&format!("kith/{carol}/Inbox/Add/GFReq/{ada}"), held.payload);
    }
    assert!(world.screen(CAROL).texts().is_empty());
    assert_eq!(sessions(&world, CAROL), before);
    let published = mail(&world, CAROL).len();
    assert!(published > 0 && world.broker.log[log..].iter().all(|held| held.topic.contains("Inbox")));
    assert_eq!(naks(&world), 0);
}

#[test]
fn a_message_that_was_spoiled_is_asked_for_and_comes_again() {
    let mut world = World::friends();
    world.say(BOB, ADA, "before");
    world.broker.faults.spoils = Some(is_text);
    world.queue_text(ADA, BOB, "hello");
    let before = world.broker.log.len();
    while world.broker.log.len() == before {
        assert!(world.step());
    }
    world.broker.faults.spoils = None;
    world.run();
    assert_eq!(naks(&world), 1);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.screen(BOB).texts(), ["before", "hello"], "without waiting for a resend");
    world.say(BOB, ADA, "thanks");
    assert_eq!(world.screen(ADA).texts(), ["before", "hello", "thanks"]);
}

#[test]
fn a_session_that_was_replaced_does_not_begin_again_after_a_reload() {
    let mut world = World::friends();
    world.say(BOB, ADA, "before");
    // More sessions than are kept, each begun anew because something was spoiled. (The log has it as it was sent.)
    let mut spoiled = Vec::new();
    for text in texts(6) {
        let sent = world.broker.log.len();
        world.broker.faults.spoils = Some(is_text);
        world.say(ADA, BOB, &text);
        spoiled.extend_from_slice(&world.broker.log[sent..]);
        world.broker.faults.spoils = None;
        world.pass(Duration::from_secs(2 * 60 * 60));
    }
    let shown = world.screen(BOB).texts();
    assert_eq!((shown.len(), naks(&world)), (7, 6));
    for who in [ADA, BOB] {
        world.reload(who, true);
        world.run();
        world.look(who, if who == ADA { BOB } else { ADA });
        world.pass(Duration::from_secs(10));
        let before = sessions(&world, who);
        for held in mail(&world, who).into_iter().filter(|held| !spoiled.contains(held)) {
            world.publish(&held.topic, held.payload);
            world.pass(Duration::from_millis(50));
        }
        assert_eq!(sessions(&world, who), before, "{who}");
        assert_eq!(world.screen(who).texts(), shown);
    }
}

#[test]
fn what_stays_unreadable_is_told_and_can_be_asked_for() {
    let mut world = World::friends();
    world.broker.faults.spoils = Some(is_text);
    world.say(ADA, BOB, "hello");
    assert!(!world.conversation(BOB, ADA).unreadable, "it may be cured in a moment");
    world.pass(Duration::from_secs(90));
    assert!(world.conversation(BOB, ADA).unreadable);
    assert!(naks(&world) <= 3, "{} in 90 s", naks(&world));
    world.reload(BOB, true);
    world.run();
    world.look(BOB, ADA);
    assert!(world.conversation(BOB, ADA).unreadable);
    world.broker.faults.spoils = None;
    world.pass(Duration::from_secs(60));
    world.command(BOB, Command::AskAgain(crate::chat::id::ConversationId(world.id(ADA))));
    world.pass(Duration::from_millis(1));
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert!(!world.conversation(BOB, ADA).unreadable);
}

#[test]
fn a_device_whose_storage_was_rolled_back_is_understood_again() {
    for who in [ADA, BOB] {
        let mut world = World::friends();
        world.say(ADA, BOB, "one");
        world.say(BOB, ADA, "two");
        let old = world.devices[who].disk.clone();
        for text in texts(3) {
            world.say(ADA, BOB, &text);
            world.say(BOB, ADA, &text);
        }
        world.devices[who].disk = old;
        world.reload(who, false);
        world.heal();
        let other = if who == ADA { BOB } else { ADA };
        world.say(other, who, "do you read me?");
        world.heal();
        world.look(who, other);
        assert!(world.screen(who).texts().contains(&"do you read me?".into()), "{who}");
        assert_eq!(*world.screen(other).deliveries().last().unwrap(), crate::chat::message::Delivery::Read);
    }
}

#[test]
fn strangers_have_fifty_trials_a_second() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    let mut mallory = Outsider::new(0x66);
    // Sealed to Ada's key, and wrong within.
    for _ in 0..60 {
        let event = mallory.event(world.id(BOB), 0, EventBody::Request("Mallory".into()));
        let payload = mallory.request(&world, ADA, &event);
        let topic = format!("kith/{ada}/Inbox/Add/GFReq/{}", crate::chat::id::UserId([3; 16]));
        world.broker.publish(Held { topic, payload, qos: 1, retain: false });
    }
    world.run();
    let mut carol = Outsider::new(0x77);
    carol.ask(&mut world, ADA, "Carol");
    assert!(world.screen(ADA).requests.is_empty(), "in the same second nobody's is tried");
    world.pass(Duration::from_secs(1));
    carol.ask(&mut world, ADA, "Carol");
    assert_eq!(world.screen(ADA).requests.len(), 1);
    world.say(BOB, ADA, "friends have sessions");
    assert_eq!(world.screen(ADA).texts(), ["friends have sessions"]);
}

#[test]
fn documents_of_others_and_of_elsewhere_are_not_believed() {
    let mut world = World::friends();
    let keyrings = |world: &World| world.devices[ADA].disk.load(&Query::Tables(vec![Table::Keyrings]));
    let (ada, bob, before) = (world.id(ADA).to_string(), world.id(BOB).to_string(), keyrings(&world));
    let all: Vec<_> = world.broker.retained.values().filter(|h| h.topic.contains("/k/")).cloned().collect();
    for held in &all {
        // Each of Ada's in the place of Bob's, and each of Bob's in the place of another of his.
        for other in all.iter().filter(|other| other.topic != held.topic && other.topic.contains(&bob)) {
            world.publish(&other.topic, held.payload.clone());
        }
        world.publish(&held.topic.replace(&ada, &bob), held.payload.clone());
    }
    assert_eq!(keyrings(&world), before);
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
}
