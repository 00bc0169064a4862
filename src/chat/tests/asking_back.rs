//! Somebody who was asked, has not answered, and loses their data: they begin anew, by another key, and ask back.

use std::time::Duration;

use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::chat::account::Welcome;
use crate::chat::contact::{Keys, Relation};
use crate::chat::id::{MessageId, UserId};
use crate::chat::record::{Query, Table};
use crate::chat::wire::{Event, EventBody};
use crate::chat::{Command, Input};
use crate::e2ee::nak::{Nak, NakReason};
use crate::e2ee::trust::{Standing, Trust};

const ADDRESS: &str = "bob@example.org";
/// Bob's other machine, where he begins anew: the same address, another key.
const NEW_BOB: usize = 2;

fn start_as_bob(world: &mut World, who: usize) {
    let welcome = Welcome { name: "Bob".into(), handle: ADDRESS.into(), ..Welcome::default() };
    world.command(who, Command::Start(welcome));
}

fn bob() -> UserId {
    UserId::of_email(ADDRESS)
}

/// Ada has asked Bob, who was there and is not any more; he has begun anew, and asked her.
fn asked_back(declined: bool) -> World {
    let mut world = World::new(3);
    world.sign_up(ADA, "Ada");
    start_as_bob(&mut world, BOB);
    world.command(ADA, Command::AddContact(ADDRESS.into()));
    world.pass(Duration::from_secs(5));
    world.look(ADA, BOB);
    world.say(ADA, BOB, "are you there?");
    if declined {
        world.command(BOB, Command::Decline(world.id(ADA)));
    }
    world.input(BOB, Input::Leaving);
    world.run();
    start_as_bob(&mut world, NEW_BOB);
    world.command(NEW_BOB, Command::AddContact(world.id(ADA).to_string().into()));
    world.pass(Duration::from_secs(5));
    world
}

fn reload(world: &mut World) {
    world.reload(ADA, true);
    world.run();
    world.look(ADA, NEW_BOB);
}

#[test]
fn who_was_asked_and_begins_anew_is_seen_when_they_ask_back() {
    for declined in [false, true] {
        let mut world = asked_back(declined);
        for again in [false, true] {
            if again {
                reload(&mut world);
            }
            assert_eq!(&*world.screen(ADA).requests[&bob()].name, "Bob", "{declined} {again}");
            let before = if declined { Relation::Declined } else { Relation::Requested };
            assert_eq!(world.relation(ADA, NEW_BOB), before, "nobody has said yes");
            assert!(world.screen(NEW_BOB).contacts[&world.id(ADA)].relation == Relation::Requested);
        }
        world.command(ADA, Command::Accept(bob()));
        world.pass(Duration::from_secs(10));
        assert!(world.screen(ADA).requests.is_empty());
        let known = |standing| Keys::Known { trust: Trust::FirstUse, standing };
        for again in [false, true] {
            if again {
                reload(&mut world);
                world.pass(Duration::from_secs(60));
            }
            assert_eq!(world.relation(NEW_BOB, ADA), Relation::Requested, "nobody is told by one tap");
            assert_eq!(world.contact(ADA, NEW_BOB).keys, known(Standing::Held));
            assert_eq!(world.screen(ADA).texts(), ["are you there?", "(key changed)"]);
        }
        world.command(ADA, Command::AcceptKey(bob()));
        world.pass(Duration::from_secs(10));
        assert_eq!(world.relation(NEW_BOB, ADA), Relation::Friend);
        assert_eq!(world.contact(ADA, NEW_BOB).keys, known(Standing::Open));
        world.look(NEW_BOB, ADA);
        world.say(NEW_BOB, ADA, "now I am");
        assert_eq!(world.screen(ADA).texts(), ["are you there?", "(key changed)", "now I am"]);
        assert_eq!(world.screen(NEW_BOB).texts(), ["are you there?", "now I am"]);
        reload(&mut world);
        world.say(ADA, NEW_BOB, "good");
        assert_eq!(world.screen(NEW_BOB).texts().len(), 3);
    }
}

#[test]
fn whoever_stays_with_the_key_that_was_asked_gets_the_yes_of_the_one_who_has_it() {
    let mut world = asked_back(false);
    world.command(ADA, Command::Accept(bob()));
    world.command(ADA, Command::KeepKey(bob()));
    world.pass(Duration::from_secs(10));
    assert_eq!(world.relation(NEW_BOB, ADA), Relation::Requested);
    world.input(NEW_BOB, Input::Leaving);
    world.input(BOB, Input::Returned);
    world.pass(Duration::from_secs(60));
    world.command(BOB, Command::Accept(world.id(ADA)));
    world.pass(Duration::from_secs(10));
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["are you there?"]);
}

#[test]
fn what_another_key_could_not_read_says_nothing_of_a_friend() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    start_as_bob(&mut world, BOB);
    world.command(ADA, Command::AddContact(ADDRESS.into()));
    world.pass(Duration::from_secs(5));
    world.command(BOB, Command::Accept(world.id(ADA)));
    world.pass(Duration::from_secs(5));
    world.look(ADA, BOB);
    let mut mallory = Outsider::claiming(0x66, bob());
    let nak = Nak { reason: NakReason::BadMac, session: None, bundle: Vec::new() };
    let nak = mallory.event(world.id(ADA), 0, EventBody::Nak(nak));
    let nak = mallory.request(&world, ADA, &nak);
    world.publish(&format!("kith/{}/Inbox/Add/GFReq/{}", world.id(ADA), bob()), nak);
    world.pass(Duration::from_secs(5));
    let known = Keys::Known { trust: Trust::FirstUse, standing: Standing::Open };
    assert_eq!(world.contact(ADA, BOB).keys, known);
    assert!(world.screen(ADA).texts().is_empty());
}

/// Why nobody but the one who was asked is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Settled {
    Chosen,
    Verified,
    Named,
}

#[test]
fn beside_a_key_that_was_chosen_verified_or_named_nobody_else_asks() {
    for settled in [Settled::Chosen, Settled::Verified, Settled::Named] {
        let mut world = World::new(2);
        world.sign_up(ADA, "Ada");
        start_as_bob(&mut world, BOB);
        let mut mallory = Outsider::claiming(0x66, bob());
        if settled == Settled::Chosen {
            mallory.publish(&mut world);
        }
        let link = world.screen(BOB).account.as_ref().unwrap().invite.to_string();
        match settled {
            Settled::Named => {
                world.command(ADA, Command::OpenInvite(link.into()));
                world.command(ADA, Command::AcceptInvite);
            }
            Settled::Chosen | Settled::Verified => world.command(ADA, Command::AddContact(ADDRESS.into())),
        }
        world.pass(Duration::from_secs(5));
        match settled {
            Settled::Chosen => {
                let Keys::Several(claimants) = world.contact(ADA, BOB).keys.clone() else {
                    panic!("several")
                };
                let theirs = mallory.keys.fingerprint();
                let key = claimants.iter().find(|claimant| claimant.key != theirs).expect("Bob's").key;
                world.command(ADA, Command::Choose { contact: bob(), key });
            }
            Settled::Verified => {
                world.command(ADA, Command::ShowSafety(bob()));
                let key = world.screen(ADA).safety.as_ref().expect("both keys").key;
                world.command(ADA, Command::Verify { contact: bob(), key });
            }
            Settled::Named => {}
        }
        world.reload(ADA, true);
        world.run();
        assert_eq!(world.relation(ADA, BOB), Relation::Requested, "{settled:?}");
        mallory.ask(&mut world, ADA, "Bob");
        world.pass(Duration::from_secs(5));
        assert!(world.screen(ADA).requests.is_empty(), "{settled:?}");
        world.command(ADA, Command::Accept(bob()));
        assert_eq!(world.relation(ADA, BOB), Relation::Requested, "{settled:?}");
        world.command(BOB, Command::Accept(world.id(ADA)));
        world.pass(Duration::from_secs(5));
        assert_eq!(world.relation(ADA, BOB), Relation::Friend, "{settled:?}");
    }
}

#[test]
fn whoever_asks_beside_is_shown_with_their_code_and_hides_no_rival_by_asking_anew() {
    let world = asked_back(false);
    let names = |world: &World| -> Vec<String> {
        let askers = &world.screen(ADA).requests[&bob()].askers;
        askers.iter().map(|asker| asker.name.to_string()).collect()
    };
    assert_eq!(names(&world), ["Bob"]);
    let his = world.screen(NEW_BOB).account.as_ref().unwrap().code.clone();
    assert_eq!(world.screen(ADA).requests[&bob()].askers[0].code, his);
    let (mut world, mut mallory) = asked_by_mallory_first();
    for name in ["Bobby", "Bobber"] {
        assert_eq!(names(&world), [name, "Bob"]);
        let again = mallory.event(world.id(ADA), 0, EventBody::Request("Bobber".into()));
        let again = mallory.request(&world, ADA, &Event { id: MessageId([9; 16]), ..again });
        world.publish(&format!("kith/{}/Inbox/Add/GFReq/{}", world.id(ADA), bob()), again);
        world.pass(Duration::from_secs(2));
    }
}

/// As [`asked_back`], but somebody else was faster.
fn asked_by_mallory_first() -> (World, Outsider) {
    let mut world = World::new(3);
    world.sign_up(ADA, "Ada");
    start_as_bob(&mut world, BOB);
    world.command(ADA, Command::AddContact(ADDRESS.into()));
    world.pass(Duration::from_secs(5));
    world.input(BOB, Input::Leaving);
    let mut mallory = Outsider::claiming(0x66, bob());
    mallory.ask(&mut world, ADA, "Bobby");
    start_as_bob(&mut world, NEW_BOB);
    world.command(NEW_BOB, Command::AddContact(world.id(ADA).to_string().into()));
    world.pass(Duration::from_secs(5));
    (world, mallory)
}

#[test]
fn rivals_of_a_request_come_no_faster_than_requests_and_have_a_name() {
    // Ada has asked there as well.
    let mut world = asked_back(false);
    let ask = |world: &mut World, number: u8, address: u8, name: &str| {
        let address = if address == 0 { bob() } else { UserId([address; 16]) };
        Outsider::claiming(number, address).ask(world, ADA, name);
        world.run();
    };
    let askers = |world: &World| world.screen(ADA).requests[&bob()].askers.len();
    world.pass(Duration::from_secs(61));
    ask(&mut world, 0x61, 0, "");
    assert_eq!(askers(&world), 1, "nobody without a name");
    for address in 20..40 {
        ask(&mut world, 0x60, address, "Bob");
    }
    assert_eq!(world.screen(ADA).requests.len(), 21);
    ask(&mut world, 0x62, 0, "Rob");
    assert_eq!(askers(&world), 1, "20 in a minute are enough");
    world.pass(Duration::from_secs(61));
    ask(&mut world, 0x62, 0, "Rob");
    assert_eq!(askers(&world), 2);
}

#[test]
fn who_asks_back_and_is_declined_is_told_so_and_the_one_who_was_asked_may_still_answer() {
    let mut world = asked_back(false);
    world.command(ADA, Command::Decline(bob()));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.relation(NEW_BOB, ADA), Relation::Declined);
    assert!(world.screen(ADA).requests.is_empty());
    world.input(NEW_BOB, Input::Leaving);
    world.input(BOB, Input::Returned);
    world.pass(Duration::from_secs(60));
    world.command(BOB, Command::Accept(world.id(ADA)));
    world.pass(Duration::from_secs(10));
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["are you there?"]);
    // A repetition of what was declined is not shown.
    world.input(NEW_BOB, Input::Returned);
    world.pass(Duration::from_secs(60));
    assert!(world.screen(ADA).requests.is_empty());
}

#[test]
fn the_first_to_answer_is_the_contact_and_whoever_asks_then_by_another_key_is_asked_about() {
    let mut world = asked_back(false);
    world.input(BOB, Input::Returned);
    world.pass(Duration::from_secs(5));
    world.command(BOB, Command::Accept(world.id(ADA)));
    world.pass(Duration::from_secs(10));
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
    assert!(world.screen(ADA).requests.is_empty(), "it is no request of a stranger any more");
    world.break_connection(NEW_BOB);
    world.pass(Duration::from_secs(120));
    let known = Keys::Known { trust: Trust::FirstUse, standing: Standing::Held };
    assert_eq!(world.contact(ADA, BOB).keys, known);
}

#[test]
fn a_request_that_came_back_outlives_the_one_that_is_withdrawn() {
    let mut world = asked_back(false);
    world.command(ADA, Command::Remove(bob()));
    world.run();
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.screen(ADA).requests.len(), 1);
    world.command(ADA, Command::Accept(bob()));
    world.pass(Duration::from_secs(10));
    assert_eq!(world.relation(NEW_BOB, ADA), Relation::Friend);
}

#[test]
fn of_several_who_ask_back_each_is_answered_alone() {
    let mut world = asked_back(false);
    let mut mallory = Outsider::claiming(0x66, bob());
    mallory.ask(&mut world, ADA, "Bobby");
    world.pass(Duration::from_secs(2));
    let askers = world.screen(ADA).requests[&bob()].askers.clone();
    assert_eq!(askers.iter().map(|asker| &*asker.name).collect::<Vec<_>>(), ["Bob", "Bobby"]);
    world.command(ADA, Command::Accept(bob()));
    assert_eq!(world.relation(ADA, NEW_BOB), Relation::Requested, "which one?");
    let code = &world.screen(NEW_BOB).account.as_ref().unwrap().code;
    let key = askers.iter().find(|asker| asker.code == *code).expect("Bob's").key;
    let other = askers.iter().find(|asker| asker.key != key).expect("Mallory's").key;
    world.command(ADA, Command::AnswerOne { from: bob(), key: other, accept: false });
    assert_eq!(world.screen(ADA).requests[&bob()].askers.len(), 1);
    world.command(ADA, Command::AnswerOne { from: bob(), key, accept: true });
    world.command(ADA, Command::AcceptKey(bob()));
    world.pass(Duration::from_secs(10));
    assert_eq!(world.relation(NEW_BOB, ADA), Relation::Friend);
    world.look(NEW_BOB, ADA);
    assert_eq!(world.screen(NEW_BOB).texts(), ["are you there?"]);
    let keyrings = world.devices[ADA].disk.load(&Query::Tables(vec![Table::Keyrings]));
    assert_eq!(crate::chat::stored::read_keyring(&keyrings[0]).unwrap().1.holders.len(), 1);
}
