//! Links for one person, and the addresses under which they are followed: a link says whose a key is, and not whose an
//! address.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::Input;
use crate::chat::account::Welcome;
use crate::chat::contact::{Keys, Relation};
use crate::chat::message::Delivery;
use crate::e2ee::trust::{Standing, Trust};

/// Who is there under Bob's address after him.
const OTHER: usize = 2;

fn start(world: &mut World, who: usize, name: &str, handle: &str) {
    let welcome = Welcome { name: name.into(), handle: handle.into(), ..Welcome::default() };
    world.command(who, Command::Start(welcome));
}

fn known(world: &World) -> (Trust, Standing) {
    match &world.contact(ADA, OTHER).keys {
        Keys::Known { trust, standing } => (*trust, *standing),
        keys => panic!("{keys:?}"),
    }
}

/// Ada makes a link for one person, which somebody follows.
fn follow_link(world: &mut World, who: usize) {
    world.command(ADA, Command::MakeInvite);
    let link = world.screen(ADA).invite_made.clone().expect("a link");
    world.command(who, Command::AddContact(link.into()));
    world.pass(Duration::from_secs(5));
}

/// Ada and Bob, who has an e-mail address, are friends; verified or not. Then Bob's device is gone, and another person or
/// device is there under his address, with another key and a link of Ada's for one person.
fn replaced(verified: bool) -> World {
    let mut world = World::new(3);
    world.sign_up(ADA, "Ada");
    start(&mut world, BOB, "Bob", "bob@example.org");
    let ada = world.id(ADA);
    world.command(BOB, Command::AddContact(ada.to_string().into()));
    world.pass(Duration::from_secs(5));
    let bob = world.id(BOB);
    world.command(ADA, Command::Accept(bob));
    world.look(ADA, BOB);
    world.say(ADA, BOB, "before");
    if verified {
        world.command(ADA, Command::ShowSafety(bob));
        let key = world.screen(ADA).safety.clone().expect("told").key;
        world.command(ADA, Command::Verify { contact: bob, key });
    }
    world.input(BOB, Input::Leaving);
    world.run();
    start(&mut world, OTHER, "Bob", "bob@example.org");
    follow_link(&mut world, OTHER);
    world
}

#[test]
fn a_link_for_one_person_verifies_the_key_and_not_the_address() {
    for handle in ["", "bob@example.org"] {
        let mut world = World::new(3);
        world.sign_up(ADA, "Ada");
        start(&mut world, OTHER, "Bob", handle);
        follow_link(&mut world, OTHER);
        assert_eq!(known(&world), (Trust::Verified, Standing::Open));
        assert_eq!(world.contact(ADA, OTHER).is_proved, handle.is_empty());
        assert!(world.contact(OTHER, ADA).is_proved);
        world.reload(ADA, true);
        world.run();
        assert_eq!(world.contact(ADA, OTHER).is_proved, handle.is_empty());
    }
}

#[test]
fn a_friends_new_key_that_followed_our_link_is_verified_by_a_tap_on_both_sides_and_the_line_stays() {
    for verified in [false, true] {
        let mut world = replaced(verified);
        assert_eq!(known(&world).1, Standing::Vouched);
        world.say(ADA, OTHER, "is it you?");
        world.reload(ADA, true);
        world.run();
        world.look(ADA, OTHER);
        assert_eq!(known(&world).1, Standing::Vouched);
        let bob = world.id(BOB);
        world.command(ADA, Command::AcceptKey(bob));
        world.pass(Duration::from_secs(5));
        assert_eq!(known(&world), (Trust::Verified, Standing::Open));
        assert_eq!(world.screen(ADA).texts(), ["before", "(key changed)", "is it you?"]);
        world.look(OTHER, ADA);
        assert_eq!(world.screen(OTHER).texts(), ["is it you?"]);
        let hers = Keys::Known { trust: Trust::Verified, standing: Standing::Open };
        assert_eq!(world.contact(OTHER, ADA).keys, hers);
    }
}

#[test]
fn who_follows_a_link_under_the_address_of_a_friend_takes_nothing_over() {
    for verified in [false, true] {
        let mut world = replaced(verified);
        world.say(ADA, OTHER, "for Bob alone");
        world.pass(Duration::from_secs(600));
        assert_eq!(world.screen(ADA).deliveries().last(), Some(&Delivery::Queued));
        assert_eq!(world.relation(OTHER, ADA), Relation::Requested);
        let bob = world.id(BOB);
        world.command(ADA, Command::KeepKey(bob));
        world.input(BOB, Input::Returned);
        world.pass(Duration::from_secs(60));
        world.look(BOB, ADA);
        assert_eq!(world.screen(BOB).texts(), ["before", "for Bob alone"]);
        let trust = if verified { Trust::Verified } else { Trust::FirstUse };
        assert_eq!(known(&world), (trust, Standing::Open));
    }
}

#[test]
fn who_follows_a_link_under_an_address_that_was_asked_takes_nothing_over() {
    let mut world = World::new(3);
    world.sign_up(ADA, "Ada");
    start(&mut world, BOB, "Bob", "bob@example.org");
    world.command(ADA, Command::AddContact("bob@example.org".into()));
    world.pass(Duration::from_secs(5));
    world.look(ADA, BOB);
    world.say(ADA, BOB, "for Bob alone");
    start(&mut world, OTHER, "Bob", "bob@example.org");
    follow_link(&mut world, OTHER);
    assert_eq!(world.relation(ADA, BOB), Relation::Requested, "Bob has not answered");
    assert_eq!(world.relation(OTHER, ADA), Relation::Requested);
    let ada = world.id(ADA);
    world.command(BOB, Command::Accept(ada));
    world.pass(Duration::from_secs(5));
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["for Bob alone"]);
    assert!(world.screen(OTHER).conversations.values().all(|conversation| conversation.unread == 0));
}
