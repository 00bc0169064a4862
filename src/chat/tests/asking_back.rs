//! Somebody who was asked, has not answered, and loses their data: they begin anew, by another key, and ask back.

use std::time::Duration;

use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::chat::account::Welcome;
use crate::chat::contact::{Keys, Relation};
use crate::chat::id::UserId;
use crate::chat::record::{Query, Table};
use crate::chat::{Command, Input};
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
        assert_eq!(world.relation(NEW_BOB, ADA), Relation::Friend);
        let known = Keys::Known { trust: Trust::FirstUse, standing: Standing::Open };
        assert_eq!(world.contact(ADA, NEW_BOB).keys, known);
        world.look(NEW_BOB, ADA);
        world.say(NEW_BOB, ADA, "now I am");
        assert_eq!(world.screen(ADA).texts(), ["are you there?", "now I am"]);
        assert_eq!(world.screen(NEW_BOB).texts(), ["are you there?", "now I am"]);
        reload(&mut world);
        world.say(ADA, NEW_BOB, "good");
        assert_eq!(world.screen(NEW_BOB).texts().len(), 3);
    }
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
    assert!(world.screen(ADA).requests[&bob()].askers.is_empty());
    world.command(ADA, Command::AnswerOne { from: bob(), key, accept: true });
    world.pass(Duration::from_secs(10));
    assert_eq!(world.relation(NEW_BOB, ADA), Relation::Friend);
    world.look(NEW_BOB, ADA);
    assert_eq!(world.screen(NEW_BOB).texts(), ["are you there?"]);
    let keyrings = world.devices[ADA].disk.load(&Query::Tables(vec![Table::Keyrings]));
    assert_eq!(crate::chat::stored::read_keyring(&keyrings[0]).unwrap().1.holders.len(), 1);
}
