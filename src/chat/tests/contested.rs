//! Several who ask under one address: the person sees all of them, and answers each alone.

use std::time::Duration;

use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::account::Welcome;
use crate::chat::change::Alert;
use crate::chat::contact::{Asker, Keys, Presence, Relation};
use crate::chat::id::{ConversationId, UserId};
use crate::chat::message::Delivery;
use crate::chat::wire::EventBody;
use crate::e2ee::key::Fingerprint;
use crate::e2ee::trust::{Standing, Trust};

const ADDRESS: &str = "bob@example.org";

fn mallory() -> Outsider {
    Outsider::claiming(0x66, UserId::of_email(ADDRESS))
}

/// Ada, whom Mallory has asked under Bob's address, and then Bob.
fn contested() -> (World, Outsider) {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    let mut mallory = mallory();
    mallory.ask(&mut world, ADA, "Bobby");
    let bob = Welcome { name: "Bob".into(), handle: ADDRESS.into(), ..Welcome::default() };
    world.command(BOB, Command::Start(bob));
    world.command(BOB, Command::AddContact(world.id(ADA).to_string().into()));
    world.pass(Duration::from_secs(3));
    (world, mallory)
}

fn askers(world: &World) -> Vec<Asker> {
    world.screen(ADA).requests.get(&UserId::of_email(ADDRESS)).expect("a request").askers.clone()
}

/// Whose code stands on Bob's screen.
fn bobs_key(world: &World) -> Fingerprint {
    let code = &world.screen(BOB).account.as_ref().unwrap().code;
    askers(world).into_iter().find(|asker| asker.code == *code).expect("Bob's").key
}

fn answer(world: &mut World, key: Fingerprint, accept: bool) {
    world.command(ADA, Command::AnswerOne { from: UserId::of_email(ADDRESS), key, accept });
    world.pass(Duration::from_secs(2));
}

fn friends_talk(world: &mut World) {
    assert_eq!(world.relation(BOB, ADA), Relation::Friend);
    let known = Keys::Known { trust: Trust::FirstUse, standing: Standing::Open };
    assert_eq!(world.contact(ADA, BOB).keys, known);
    world.look(ADA, BOB);
    world.look(BOB, ADA);
    world.say(ADA, BOB, "is it you?");
    world.say(BOB, ADA, "it is");
    assert_eq!(world.screen(ADA).texts(), ["is it you?", "it is"], "and no word of a changed key");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

#[test]
fn several_who_ask_under_one_address_are_all_shown_and_none_is_chosen() {
    let (mut world, mallory) = contested();
    for reload in [false, true] {
        if reload {
            world.reload(ADA, true);
            world.run();
        }
        let shown = askers(&world);
        assert_eq!(shown.iter().map(|asker| &*asker.name).collect::<Vec<_>>(), ["Bobby", "Bob"]);
        assert_eq!(shown[0].key, mallory.keys.fingerprint());
        assert_ne!(bobs_key(&world), shown[0].key);
    }
    // A tap that was meant for one, before the other came.
    let bob = UserId::of_email(ADDRESS);
    world.command(ADA, Command::Accept(bob));
    world.command(ADA, Command::Decline(bob));
    assert_eq!(askers(&world).len(), 2);
    assert_eq!(world.relation(BOB, ADA), Relation::Requested);
}

#[test]
fn the_one_who_is_accepted_is_a_contact_and_the_other_is_heard_no_more() {
    let (mut world, mut mallory) = contested();
    let bob = bobs_key(&world);
    answer(&mut world, bob, true);
    assert!(world.screen(ADA).requests.is_empty());
    for name in ["Bobby", "Bob"] {
        mallory.ask(&mut world, ADA, name);
    }
    friends_talk(&mut world);
    mallory.forget_sessions();
    mallory.ask(&mut world, ADA, "Bob");
    world.reload(ADA, true);
    world.run();
    mallory.ask(&mut world, ADA, "Bob");
    assert!(world.screen(ADA).requests.is_empty());
    assert_eq!(
        world.contact(ADA, BOB).keys,
        Keys::Known { trust: Trust::FirstUse, standing: Standing::Open }
    );
}

#[test]
fn the_one_who_is_declined_is_told_and_the_other_still_waits() {
    for mallory_first in [true, false] {
        let (mut world, mut mallory) = contested();
        let declines = |world: &World| {
            let sealed = world.broker.sealed.values();
            sealed.filter(|event| matches!(event.body, EventBody::Decline(_))).count()
        };
        if mallory_first {
            answer(&mut world, mallory.keys.fingerprint(), false);
            assert_eq!(declines(&world), 1);
            mallory.ask(&mut world, ADA, "Bobby");
            assert!(askers(&world).is_empty(), "one is left, and no question who");
            assert_eq!(&*world.screen(ADA).requests[&mallory.id].name, "Bob");
            world.command(ADA, Command::Accept(mallory.id));
            friends_talk(&mut world);
        } else {
            let bob = bobs_key(&world);
            answer(&mut world, bob, false);
            assert_eq!(declines(&world), 1);
            assert_eq!(world.relation(BOB, ADA), Relation::Declined);
            assert_eq!(&*world.screen(ADA).requests[&mallory.id].name, "Bobby");
            assert!(askers(&world).is_empty());
        }
    }
}

#[test]
fn at_most_eight_ask_under_one_address() {
    let (mut world, _) = contested();
    for number in 0x40..0x50 {
        Outsider::claiming(number, UserId::of_email(ADDRESS)).ask(&mut world, ADA, "Bob, too");
    }
    assert_eq!(askers(&world).len(), 8);
    let bob = bobs_key(&world);
    answer(&mut world, bob, true);
    friends_talk(&mut world);
}

#[test]
fn whose_address_is_made_of_their_key_has_no_rivals() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let mut mallory = Outsider::claiming(0x66, bob);
    mallory.ask(&mut world, ADA, "Bobby");
    world.command(BOB, Command::AddContact(ada.to_string().into()));
    mallory.ask(&mut world, ADA, "Bobby");
    let request = &world.screen(ADA).requests[&bob];
    assert_eq!((&*request.name, request.askers.len()), ("Bob", 0));
    world.command(ADA, Command::Accept(bob));
    friends_talk(&mut world);
}

#[test]
fn somebody_else_under_the_same_address_hides_nobody_who_is_there() {
    const RIVAL: usize = 2;
    let mut world = World::new(3);
    world.sign_up(ADA, "Ada");
    let start = |world: &mut World, who, name: &str| {
        let welcome = Welcome { name: name.into(), handle: ADDRESS.into(), ..Welcome::default() };
        world.command(who, Command::Start(welcome));
    };
    start(&mut world, BOB, "Bob");
    world.command(ADA, Command::AddContact(ADDRESS.into()));
    world.pass(Duration::from_secs(3));
    world.command(BOB, Command::Accept(world.id(ADA)));
    start(&mut world, RIVAL, "Bobby");
    let sees = |world: &World| world.presence(ADA, BOB);
    for _ in 0..3 {
        world.reload(ADA, true);
        world.run();
        assert_eq!(sees(&world), Presence::Online, "at once, whoever spoke last");
        world.pass(Duration::from_secs(17 * 60));
        assert_eq!(sees(&world), Presence::Online);
    }
    world.break_connection(RIVAL);
    world.run();
    assert_eq!(sees(&world), Presence::Online, "it was the other's will");
    world.network_down = true;
    world.break_connection(BOB);
    world.run();
    assert!(matches!(sees(&world), Presence::Offline(Some(_))), "and this is his");
    world.network_down = false;
    world.reload(ADA, true);
    world.run();
    assert!(matches!(sees(&world), Presence::Offline(Some(_))), "the rival makes nobody present");
}

#[test]
fn who_asks_an_address_that_several_claim_is_led_to_the_choice_and_told_what_they_call_themselves() {
    let mut world = World::new(4);
    for (who, name, handle) in
        [(ADA, "Ada", ""), (BOB, "Bob", ADDRESS), (2, "<b>Bobby", ADDRESS), (3, "Cleo", "")]
    {
        let welcome = Welcome { name: name.into(), handle: handle.into(), ..Welcome::default() };
        world.command(who, Command::Start(welcome));
    }
    world.command(ADA, Command::AddContact(ADDRESS.into()));
    world.pass(Duration::from_secs(3));
    let bob = UserId::of_email(ADDRESS);
    assert_eq!(world.screen(ADA).opened, Some(ConversationId(bob)));
    for reload in [false, true] {
        if reload {
            world.reload(ADA, true);
        }
        world.pass(Duration::from_secs(700));
        let Keys::Several(claimants) = &world.screen(ADA).contacts[&bob].keys else { panic!("several") };
        let mut names: Vec<_> = claimants.iter().map(|claimant| &*claimant.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["<b>Bobby", "Bob"], "each by the key that signed it");
        assert!(world.screen(BOB).requests.is_empty() && world.screen(2).requests.is_empty());
        assert_eq!(world.screen(ADA).opened.is_some(), !reload, "nobody is led anywhere again");
    }
    let Keys::Several(claimants) = world.screen(ADA).contacts[&bob].keys.clone() else { panic!("several") };
    let his = world.screen(BOB).account.as_ref().unwrap().code.clone();
    let key = claimants.iter().find(|claimant| claimant.code == his && &*claimant.name == "Bob").unwrap().key;
    world.command(ADA, Command::Choose { contact: bob, key });
    world.command(BOB, Command::Accept(world.id(ADA)));
    friends_talk(&mut world);
}

#[test]
fn who_looks_at_a_chat_is_not_taken_from_it() {
    let mut world = World::new(3);
    world.sign_up(ADA, "Ada");
    for (who, name) in [(BOB, "Bob"), (2, "Bobby")] {
        let welcome = Welcome { name: name.into(), handle: ADDRESS.into(), ..Welcome::default() };
        world.command(who, Command::Start(welcome));
    }
    world.command(ADA, Command::AddContact(ADDRESS.into()));
    world.look(ADA, BOB);
    world.pass(Duration::from_secs(3));
    assert!(matches!(world.contact(ADA, BOB).keys, Keys::Several(_)));
    assert_eq!(world.screen(ADA).opened, None);
}

#[test]
fn who_shares_their_number_is_told_once_and_not_again_whoever_claims_it_then() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    let bob = Welcome { name: "Bob".into(), handle: ADDRESS.into(), ..Welcome::default() };
    world.command(BOB, Command::Start(bob));
    world.pass(Duration::from_secs(5));
    let id = world.id(BOB);
    for number in 0x40..0x44 {
        assert_eq!(world.screen(BOB).alert, (number == 0x41).then_some(Alert::Claimed));
        if number == 0x41 {
            world.reload(BOB, true);
            world.run();
            assert_eq!(world.screen(BOB).alert, Some(Alert::Claimed), "until it is seen");
            world.command(BOB, Command::DismissAlert);
        }
        Outsider::claiming(number, id).publish(&mut world);
        world.pass(Duration::from_secs(60 * 60));
    }
    world.reload(BOB, true);
    world.run();
    assert_eq!(world.screen(BOB).alert, None);
    world.now += 31 * 24 * 60 * 60 * 1000;
    world.reload(BOB, true);
    world.run();
    assert_eq!(world.screen(BOB).alert, Some(Alert::Claimed), "after a month, if it is still so");
    // What nobody has signed, or is signed for somebody else, is no claim; nor is any where the address proves itself.
    let ada = world.id(ADA);
    let mallory = Outsider::claiming(0x66, ada);
    mallory.publish(&mut world);
    world.publish(&format!("kith/users/{ada}/k/{}", "0".repeat(32)), vec![0x88; 200]);
    assert_eq!(world.screen(ADA).alert, None);
}

#[test]
fn what_is_no_claim_alarms_nobody() {
    let mut world = World::new(1);
    let bob = Welcome { name: "Bob".into(), handle: ADDRESS.into(), ..Welcome::default() };
    world.command(ADA, Command::Start(bob));
    let id = world.id(ADA);
    let elsewhere = Outsider::claiming(0x66, UserId([9; 16]));
    let [(claim, payload), ..] = elsewhere.papers();
    let key = claim.rsplit('/').next().unwrap();
    for payload in [payload, Vec::new(), vec![0x88; 200]] {
        world.publish(&format!("kith/users/{id}/k/{key}"), payload);
        assert_eq!(world.screen(ADA).alert, None);
    }
}
