//! Whose keys are whose: documents, claims, first contact.

use std::time::Duration;

use super::broker::Held;
use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::chat::account::Welcome;
use crate::chat::contact::{Keys, Relation};
use crate::chat::id::UserId;
use crate::chat::record::{Query, Table};
use crate::chat::wire::EventBody;
use crate::chat::{Command, Input};
use crate::e2ee::trust::{Standing, Trust};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Ada and Bob, of whom Bob is found by his e-mail address: anybody can claim that.
fn bob_by_email() -> World {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    let welcome = Welcome { name: "Bob".into(), handle: "bob@example.org".into(), ..Welcome::default() };
    world.command(BOB, Command::Start(welcome));
    world
}

fn add_bob(world: &mut World) {
    world.command(ADA, Command::AddContact("bob@example.org".into()));
}

/// Everybody's machine sleeps for so long, and wakes up.
fn sleep(world: &mut World, span: Duration) {
    world.now += u64::try_from(span.as_millis()).unwrap();
    world.pass(Duration::from_secs(60));
}

fn requests_to(world: &World, whom: UserId) -> usize {
    let topic = format!("kith/{whom}/Inbox/Add/GFReq/");
    world.broker.log.iter().filter(|held| held.topic.starts_with(&topic)).count()
}

/// The retained documents below somebody's key, by the end of their topics.
fn papers(world: &World, who: usize) -> Vec<Held> {
    let below = format!("kith/users/{}/k/", world.id(who));
    world.broker.retained.values().filter(|held| held.topic.starts_with(&below)).cloned().collect()
}

#[test]
fn a_new_person_is_called_by_their_key_and_publishes_it() {
    let world = World::friends();
    let topics: Vec<_> = papers(&world, BOB).into_iter().map(|held| held.topic).collect();
    let [bundle_or_claim, ..] = topics.as_slice() else { panic!("documents") };
    let id = world.id(BOB);
    assert!(bundle_or_claim.starts_with(&format!("kith/users/{id}/k/{id}")), "{bundle_or_claim}");
    assert_eq!(topics.len(), 3);
}

#[test]
fn keys_are_the_same_after_a_reload_and_nothing_is_published_anew() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(60));
    let (before, id) = (papers(&world, BOB), world.id(BOB));
    let count = world.broker.log.len();
    world.reload(BOB, true);
    world.pass(Duration::from_secs(60));
    assert_eq!((papers(&world, BOB), world.id(BOB)), (before, id));
    let again = world.broker.log[count..].iter().filter(|held| held.topic.contains("/k/")).count();
    assert_eq!(again, 0);
}

#[test]
fn a_profile_from_before_there_were_keys_gets_some() {
    let mut world = World::friends();
    world.say(ADA, BOB, "before");
    let keys =
        world.devices[BOB].disk.load(&Query::Tables(vec![Table::Keys, Table::Keyrings, Table::Sessions]));
    let gone: Vec<_> = keys.into_iter().map(|r| crate::chat::record::Write::Delete(r.table, r.key)).collect();
    world.devices[BOB].disk.save(&gone);
    world.reload(BOB, true);
    world.run();
    assert_eq!(world.screen(BOB).contacts.len(), 1);
    assert_eq!(papers(&world, BOB).len(), 6, "beside what was there");
    world.pass(Duration::from_secs(10));
    assert!(matches!(world.contact(BOB, ADA).keys, Keys::Known { trust: Trust::FirstUse, .. }));
}

#[test]
fn adding_waits_for_keys_and_works_while_they_are_away() {
    let mut world = bob_by_email();
    world.network_down = true;
    world.break_connection(BOB);
    world.network_down = false;
    add_bob(&mut world);
    assert_eq!(world.contact(ADA, BOB).keys, Keys::Waiting);
    assert_eq!(requests_to(&world, world.id(BOB)), 0);
    world.pass(Duration::from_secs(3));
    assert!(matches!(world.contact(ADA, BOB).keys, Keys::Known { trust: Trust::Claimed, .. }));
    assert_ne!(requests_to(&world, world.id(BOB)), 0);
    world.heal();
    let ada = world.id(ADA);
    world.command(BOB, Command::Accept(ada));
    let known = Keys::Known { trust: Trust::FirstUse, standing: Standing::Open };
    assert_eq!((&world.contact(ADA, BOB).keys, &world.contact(BOB, ADA).keys), (&known, &known));
}

#[test]
fn somebody_without_keys_is_waited_for() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    add_bob(&mut world);
    world.pass(Duration::from_secs(600));
    let bob = UserId::of_email("bob@example.org");
    assert_eq!(world.screen(ADA).contacts[&bob].keys, Keys::Waiting);
    assert_eq!(requests_to(&world, bob), 0);
    world.reload(ADA, true);
    let welcome = Welcome { name: "Bob".into(), handle: "bob@example.org".into(), ..Welcome::default() };
    world.command(BOB, Command::Start(welcome));
    world.pass(Duration::from_secs(3));
    assert_eq!(world.screen(BOB).requests.len(), 1);
}

#[test]
fn of_several_claimants_none_is_chosen_but_by_the_person() {
    for honest in [true, false] {
        let mut world = bob_by_email();
        let mallory = Outsider::claiming(0x66, world.id(BOB));
        mallory.publish(&mut world);
        add_bob(&mut world);
        world.pass(Duration::from_secs(600));
        world.reload(ADA, true);
        world.pass(Duration::from_secs(600));
        let Keys::Several(claimants) = world.contact(ADA, BOB).keys.clone() else { panic!("several") };
        assert_eq!(claimants.len(), 2);
        assert!(claimants.iter().all(|claimant| claimant.usable));
        assert_eq!(requests_to(&world, world.id(BOB)), 0, "nothing leaves before the choice");
        let theirs = mallory.keys.fingerprint();
        let code = &world.screen(BOB).account.as_ref().unwrap().code;
        let honest_one = claimants.iter().find(|claimant| claimant.key != theirs).unwrap();
        assert_eq!(honest_one.code, *code, "what Bob reads out to Ada");
        let of = |claimant: &&crate::chat::contact::Claimant| (claimant.key != theirs) == honest;
        let key = claimants.iter().find(of).unwrap().key;
        let contact = world.id(BOB);
        world.command(ADA, Command::Choose { contact, key });
        assert_eq!(world.screen(BOB).requests.len(), usize::from(honest));
        let (requests, keys) = (requests_to(&world, contact), world.contact(ADA, BOB).keys.clone());
        world.command(ADA, Command::Choose { contact, key: theirs });
        assert_eq!((requests_to(&world, contact), &world.contact(ADA, BOB).keys), (requests, &keys));
    }
}

#[test]
fn who_is_called_by_a_key_is_nobody_else() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    for number in 0x60..0x70 {
        Outsider::claiming(number, world.id(BOB)).publish(&mut world);
    }
    let bob = world.id(BOB);
    world.command(ADA, Command::AddContact(bob.to_string().into()));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.screen(BOB).requests.len(), 1, "sixteen others claim to be Bob");
}

#[test]
fn at_most_eight_claimants_are_looked_at() {
    let mut world = bob_by_email();
    for number in 0x40..0x60 {
        Outsider::claiming(number, world.id(BOB)).publish(&mut world);
    }
    add_bob(&mut world);
    world.pass(Duration::from_secs(5));
    let Keys::Several(claimants) = &world.contact(ADA, BOB).keys else { panic!("several") };
    assert_eq!(claimants.len(), 8);
}

#[test]
fn cleared_and_overwritten_documents_are_healed_and_forgotten_by_nobody() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(60));
    let before = papers(&world, BOB);
    for held in &before {
        for payload in [Vec::new(), b"?".to_vec()] {
            world.broker.publish(Held { payload, ..held.clone() });
            world.pass(Duration::from_secs(30));
        }
    }
    world.say(ADA, BOB, "still there?");
    assert_eq!(world.screen(BOB).texts(), ["still there?"]);
    assert_eq!(papers(&world, BOB), before);
}

#[test]
fn an_old_document_does_not_come_back() {
    let mut world = World::friends();
    let old = papers(&world, BOB);
    sleep(&mut world, 8 * DAY);
    let new = papers(&world, BOB);
    assert!(old.iter().zip(&new).any(|(old, new)| old.payload != new.payload), "the bundle was rotated");
    let disk = |world: &World| world.devices[ADA].disk.load(&Query::Tables(vec![Table::Keyrings]));
    let known = disk(&world);
    for held in &old {
        world.broker.publish(held.clone());
        world.run();
    }
    assert_eq!(disk(&world), known);
    world.pass(Duration::from_secs(60));
    assert_eq!(papers(&world, BOB), new, "and is healed");
}

#[test]
fn bundles_rotate_every_week_and_documents_are_renewed() {
    let mut world = World::friends();
    let bundles = |world: &World| {
        let mut seen: Vec<_> = world.broker.log.iter().filter(|h| h.topic.ends_with("/b")).collect();
        seen.dedup_by(|a, b| a.payload == b.payload);
        let bob = format!("users/{}", world.id(BOB));
        seen.iter().filter(|held| held.topic.contains(&bob)).count()
    };
    let before = bundles(&world);
    for _ in 0..29 {
        sleep(&mut world, DAY);
    }
    assert_eq!(bundles(&world) - before, 4, "in 29 days");
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
}

#[test]
fn a_foreign_profile_or_presence_is_not_believed() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(5));
    let mallory = Outsider::claiming(0x66, world.id(BOB));
    mallory.publish(&mut world);
    let before = world.contact(ADA, BOB).clone();
    let info = |who| format!("kith/users/{}/info", world.id(who));
    let presence = |who| world.presence_topic(who);
    for (topic, other) in [(info(BOB), info(ADA)), (presence(BOB), presence(ADA))] {
        let swapped = world.broker.retained[&other].payload.clone();
        let unsigned = br#"{"v":1,"name":"M","rev":1895176000000,"online":false,"counter":1895176000000,"nonce":"0123456789abcdef","at":1}"#;
        for payload in [swapped, unsigned.to_vec()] {
            world.broker.publish(Held { topic: topic.clone(), payload, qos: 1, retain: true });
            world.run();
        }
    }
    assert_eq!(*world.contact(ADA, BOB), before);
}

#[test]
fn a_request_that_waits_outlives_the_keys_that_it_was_made_for() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.pull_network();
    world.network_down = false;
    world.input(ADA, Input::Online(true));
    world.run();
    // Bob's broker forgets the request; he comes back after three weeks, with keys that it was not made for.
    world.command(ADA, Command::AddContact(bob.to_string().into()));
    world.broker.restart(false);
    sleep(&mut world, 21 * DAY);
    world.heal();
    world.command(BOB, Command::Accept(ada));
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
}

#[test]
fn nothing_that_is_said_is_readable_on_the_wire() {
    let mut world = World::friends();
    let id = world.say(ADA, BOB, "canary one");
    let edit = world.fresh_id();
    world.command(ADA, Command::Edit { id: edit, message: id, text: "canary two".into() });
    world.say(BOB, ADA, "canary three");
    assert_eq!(world.screen(BOB).texts(), ["canary two", "canary three"]);
    let readable = |held: &&Held| held.payload.windows(6).any(|window| window == b"canary");
    assert_eq!(world.broker.log.iter().filter(readable).count(), 0);
    let texts = |body: &EventBody| matches!(body, EventBody::Text(_));
    assert_eq!(world.broker.sealed.values().filter(|event| texts(&event.body)).count(), 2);
}
