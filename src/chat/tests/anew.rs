//! A friend who was met by an invite link and begins anew under the same address: seen, asked about, and never lost.

use std::time::Duration;

use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::chat::account::Welcome;
use crate::chat::change::Phase;
use crate::chat::contact::{Keys, Relation};
use crate::chat::id::ConversationId;
use crate::chat::{Command, Input};
use crate::e2ee::trust::{Standing, Trust};

/// Bob's other machine, where he begins anew: the same address, another key.
const NEW_BOB: usize = 2;

fn start_as_bob(world: &mut World, who: usize) {
    let welcome = Welcome { name: "Bob".into(), handle: "bob@example.org".into(), ..Welcome::default() };
    world.command(who, Command::Start(welcome));
}

/// The invite link of somebody: for one person, or for all.
fn link_of(world: &mut World, who: usize, personal: bool) -> String {
    if personal {
        world.command(who, Command::MakeInvite);
        return world.screen(who).invite_made.clone().expect("a link").to_string();
    }
    world.screen(who).account.as_ref().expect("signed up").invite.to_string()
}

/// What Ada knows of whoever is there under Bob's address.
fn known(world: &World) -> (Trust, Standing) {
    keys(world, ADA, NEW_BOB)
}

fn keys(world: &World, who: usize, whom: usize) -> (Trust, Standing) {
    match &world.contact(who, whom).keys {
        Keys::Known { trust, standing } => (*trust, *standing),
        keys => panic!("{keys:?}"),
    }
}

/// Ada follows a link of Bob's; they talk; he loses his data and signs up anew under the same address.
fn begun_anew(personal: bool) -> World {
    let mut world = World::new(3);
    world.sign_up(ADA, "Ada");
    start_as_bob(&mut world, BOB);
    let link = link_of(&mut world, BOB, personal);
    world.command(ADA, Command::AddContact(link.into()));
    world.pass(Duration::from_secs(5));
    if !personal {
        world.command(BOB, Command::Accept(world.id(ADA)));
    }
    world.look(ADA, BOB);
    world.say(ADA, BOB, "before");
    world.input(BOB, Input::Leaving);
    world.run();
    start_as_bob(&mut world, NEW_BOB);
    world.pass(Duration::from_secs(5));
    let trust = if personal { Trust::Verified } else { Trust::FirstUse };
    assert_eq!(known(&world), (trust, Standing::Open), "a mere claim changes nothing");
    world
}

/// Bob asks Ada for contact from where he began anew.
fn ask(world: &mut World) {
    let ada = world.id(ADA);
    world.command(NEW_BOB, Command::AddContact(ada.to_string().into()));
    world.pass(Duration::from_secs(5));
}

fn held(personal: bool) -> (Trust, Standing) {
    if personal { (Trust::Verified, Standing::Blocked) } else { (Trust::FirstUse, Standing::Held) }
}

/// The person goes on with the new key: a tap, or comparing where the old one was verified.
fn go_on(world: &mut World, personal: bool) {
    let bob = world.id(NEW_BOB);
    if personal {
        world.command(ADA, Command::ShowSafety(bob));
        let key = world.screen(ADA).safety.clone().expect("told").key;
        world.command(ADA, Command::Verify { contact: bob, key });
    } else {
        world.command(ADA, Command::AcceptKey(bob));
    }
    world.pass(Duration::from_secs(5));
}

fn they_talk(world: &mut World) {
    assert_eq!(world.relation(NEW_BOB, ADA), Relation::Friend);
    world.look(NEW_BOB, ADA);
    assert_eq!(world.screen(NEW_BOB).texts(), ["is it you?"]);
    world.say(NEW_BOB, ADA, "it is");
    assert_eq!(world.screen(ADA).texts(), ["before", "(key changed)", "is it you?", "it is"]);
}

#[test]
fn a_friend_met_by_a_link_who_asks_by_a_new_key_is_seen_and_asked_about() {
    for personal in [false, true] {
        let mut world = begun_anew(personal);
        ask(&mut world);
        assert_eq!(known(&world), held(personal));
        assert_eq!(world.screen(ADA).texts(), ["before", "(key changed)"]);
        world.say(ADA, NEW_BOB, "is it you?");
        world.pass(Duration::from_secs(60));
        assert_eq!(world.relation(NEW_BOB, ADA), Relation::Requested, "nobody has said yes");
        world.reload(ADA, true);
        world.run();
        world.look(ADA, NEW_BOB);
        assert_eq!(known(&world), held(personal));
        go_on(&mut world, personal);
        they_talk(&mut world);
    }
}

#[test]
fn whoever_only_claims_the_address_of_a_friend_met_by_a_link_gains_nothing() {
    for personal in [false, true] {
        let mut world = begun_anew(personal);
        Outsider::claiming(0x66, world.id(NEW_BOB)).publish(&mut world);
        world.say(ADA, NEW_BOB, "for Bob alone");
        world.pass(Duration::from_secs(60));
        assert_eq!(known(&world).1, Standing::Open);
        ask(&mut world);
        world.command(ADA, Command::KeepKey(world.id(NEW_BOB)));
        ask(&mut world);
        assert_eq!(known(&world).1, Standing::Open, "asked about once");
        world.input(BOB, Input::Returned);
        world.pass(Duration::from_secs(60));
        world.look(BOB, ADA);
        assert_eq!(world.screen(BOB).texts(), ["before", "for Bob alone"]);
    }
}

#[test]
fn the_new_link_of_a_friend_who_began_anew_leads_to_the_choice_and_then_to_them() {
    for (before, after) in [(false, false), (false, true), (true, false), (true, true)] {
        for typed in [false, true] {
            let mut world = begun_anew(before);
            let link = link_of(&mut world, NEW_BOB, after);
            let command = if typed { Command::AddContact } else { Command::OpenInvite };
            world.command(ADA, command(link.into()));
            if !typed {
                assert_eq!(
                    known(&world).1,
                    Standing::Open,
                    "any page may open a link: the person is asked first"
                );
                assert!(world.screen(ADA).invite.as_ref().is_some_and(|asked| asked.new_key));
                world.command(ADA, Command::AcceptInvite);
            }
            world.pass(Duration::from_secs(5));
            assert_eq!(known(&world), held(before));
            assert_eq!(world.screen(ADA).opened, Some(ConversationId(world.id(NEW_BOB))));
            world.say(ADA, NEW_BOB, "is it you?");
            assert_eq!(world.screen(ADA).texts(), ["before", "(key changed)", "is it you?"]);
            assert!(world.screen(NEW_BOB).requests.is_empty(), "nobody has said that it is them");
            go_on(&mut world, before);
            if !after {
                assert_eq!(world.relation(ADA, NEW_BOB), Relation::Friend, "nothing is forgotten");
                world.reload(ADA, true);
                world.reload(NEW_BOB, true);
                world.run();
                world.look(ADA, NEW_BOB);
                world.command(NEW_BOB, Command::Accept(world.id(ADA)));
            }
            world.pass(Duration::from_secs(60));
            they_talk(&mut world);
            let trust = if before || after { Trust::Verified } else { Trust::FirstUse };
            assert_eq!(known(&world), (trust, Standing::Open));
            let theirs = if after { Trust::Verified } else { Trust::FirstUse };
            assert_eq!(keys(&world, NEW_BOB, ADA), (theirs, Standing::Open));
        }
    }
}

#[test]
fn a_link_of_ours_that_a_friend_follows_anew_verifies_both_by_a_tap() {
    for personal in [false, true] {
        let mut world = begun_anew(personal);
        let link = link_of(&mut world, ADA, true);
        world.command(NEW_BOB, Command::AddContact(link.into()));
        world.pass(Duration::from_secs(5));
        assert_eq!(known(&world).1, Standing::Vouched);
        world.say(ADA, NEW_BOB, "is it you?");
        world.command(ADA, Command::AcceptKey(world.id(NEW_BOB)));
        world.pass(Duration::from_secs(5));
        they_talk(&mut world);
        let verified = (Trust::Verified, Standing::Open);
        assert_eq!((known(&world), keys(&world, NEW_BOB, ADA)), (verified, verified));
    }
}

#[test]
fn a_request_by_a_new_key_is_not_lost_with_the_chat() {
    let mut world = begun_anew(true);
    ask(&mut world);
    let bob = world.id(NEW_BOB);
    world.command(ADA, Command::Remove(bob));
    world.reload(ADA, true);
    world.run();
    assert!(world.screen(ADA).requests.contains_key(&bob), "it comes again when she is there again");
    world.command(ADA, Command::Accept(bob));
    assert_eq!(world.relation(NEW_BOB, ADA), Relation::Friend);
}

#[test]
fn a_link_that_is_refused_leaves_all_as_it_was() {
    let mut world = begun_anew(false);
    let link = link_of(&mut world, NEW_BOB, true);
    world.command(ADA, Command::OpenInvite(link.into()));
    world.command(ADA, Command::DismissInvite);
    assert_eq!(known(&world), (Trust::FirstUse, Standing::Open));
    assert_eq!(world.screen(ADA).texts(), ["before"]);
}

#[test]
fn a_link_with_another_key_than_the_address_is_made_of_changes_nothing() {
    let mut world = World::friends();
    let (bob, link) = (world.id(BOB), link_of(&mut world, BOB, false));
    let other = *Outsider::new(0x66).keys.identity.key();
    let link = crate::chat::invite::decode(&link).unwrap();
    let link = crate::chat::account::Invite { key: Some(Box::new(other)), ..link };
    world.command(ADA, Command::OpenInvite(format!("#{}", crate::chat::invite::encode(&link)).into()));
    assert!(world.screen(ADA).invite.is_none());
    assert_eq!(world.screen(ADA).opened, Some(ConversationId(bob)));
    assert!(matches!(world.screen(ADA).phase, Some(Phase::Ready)));
    assert_eq!(keys(&world, ADA, BOB), (Trust::FirstUse, Standing::Open));
}
