//! Signing up, finding each other, being there.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::account::{Server, Welcome};
use crate::chat::chain::EventHash;
use crate::chat::change::{Form, Phase, Rejection};
use crate::chat::contact::{Presence, Relation};
use crate::chat::id::{ConversationId, DeviceId, MessageId, UserId};
use crate::chat::input::{Input, PhoneError};
use crate::chat::message::Delivery;
use crate::chat::wire::{Event, EventBody};
use crate::chat::{Command, invite};

fn two() -> World {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    world
}

fn add(world: &mut World, who: usize, text: &str) {
    world.command(who, Command::AddContact(text.into()));
}

#[test]
fn a_new_person_is_welcomed_and_then_connected() {
    let mut world = World::new(1);
    assert!(matches!(world.screen(ADA).phase, Some(Phase::Welcome(_))));
    world.sign_up(ADA, "  Ada  ");
    assert_eq!(world.screen(ADA).phase, Some(Phase::Ready));
    assert_eq!(&*world.screen(ADA).account.as_ref().unwrap().profile.name, "Ada");
    assert!(world.screen(ADA).is_connected());
}

#[test]
fn what_cannot_be_a_person_is_refused() {
    let cases = [
        (Welcome { name: " \u{202E} ".into(), ..Welcome::default() }, Rejection::NameMissing),
        (Welcome { name: "x".repeat(10_000).into(), ..Welcome::default() }, Rejection::TooLong(64)),
        (
            Welcome { name: "A".into(), handle: "nobody".into(), ..Welcome::default() },
            Rejection::NotAnAddress,
        ),
        (Welcome { name: "A".into(), handle: "a@".into(), ..Welcome::default() }, Rejection::Email),
        (
            Welcome { name: "A".into(), handle: "555".into(), ..Welcome::default() },
            Rejection::Phone(PhoneError::TooShort),
        ),
        (
            Welcome {
                name: "A".into(),
                server: Server { address: "http://x".into(), ..Server::default() },
                ..Welcome::default()
            },
            Rejection::ServerAddress,
        ),
        (
            Welcome {
                name: "A".into(),
                server: Server { root: "#".into(), ..Server::default() },
                ..Welcome::default()
            },
            Rejection::Root,
        ),
        (
            Welcome {
                name: "A".into(),
                server: Server { password: "p".into(), ..Server::default() },
                ..Welcome::default()
            },
            Rejection::PasswordAlone,
        ),
        (
            Welcome {
                name: "A".into(),
                server: Server { client_id: "a b".into(), ..Server::default() },
                ..Welcome::default()
            },
            Rejection::ClientId,
        ),
        (
            Welcome {
                name: "A".into(),
                server: Server { keep_alive: "4".into(), ..Server::default() },
                ..Welcome::default()
            },
            Rejection::KeepAlive,
        ),
    ];
    for (welcome, rejection) in cases {
        let mut world = World::new(1);
        world.command(ADA, Command::Start(welcome.clone()));
        assert_eq!(world.screen(ADA).rejected, [(Form::Welcome, rejection)], "{welcome:?}");
        assert!(matches!(world.screen(ADA).phase, Some(Phase::Welcome(_))));
    }
}

#[test]
fn a_phone_number_or_an_email_address_is_the_id() {
    for (handle, id) in [
        ("+48 555-555-555", UserId::of_phone("+48555555555")),
        ("Ada@Example.org", UserId::of_email("ada@example.org")),
    ] {
        let mut world = World::new(1);
        world.command(
            ADA,
            Command::Start(Welcome { name: "Ada".into(), handle: handle.into(), ..Welcome::default() }),
        );
        assert_eq!(world.id(ADA), id);
    }
}

#[test]
fn what_was_typed_on_the_welcome_screen_survives_a_reload() {
    let mut world = World::new(1);
    let typed = Welcome {
        name: "Ad".into(),
        handle: "+48".into(),
        server: Server {
            address: "wss://x/".into(),
            user_name: "u".into(),
            password: "p".into(),
            root: "r".into(),
            client_id: "c".into(),
            keep_alive: "x".into(),
        },
        invite: None,
        ..Welcome::default()
    };
    world.command(ADA, Command::KeepWelcome(typed.clone()));
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.screen(ADA).phase, Some(Phase::Welcome(Box::new(typed))));
}

#[test]
fn a_request_is_accepted() {
    let mut world = two();
    let bob = world.id(BOB).to_string();
    add(&mut world, ADA, &bob);
    assert_eq!(world.screen(ADA).done, [Form::Contact]);
    assert_eq!(world.relation(ADA, BOB), Relation::Requested);
    let ada = world.id(ADA);
    assert_eq!(&*world.screen(BOB).requests[&ada].name, "Ada");
    world.command(BOB, Command::Accept(ada));
    assert!(world.screen(BOB).requests.is_empty());
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
    assert_eq!(world.relation(BOB, ADA), Relation::Friend);
    assert_eq!(&*world.contact(ADA, BOB).profile.name, "Bob");
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
    assert_eq!(world.presence(BOB, ADA), Presence::Online);
}

#[test]
fn who_has_not_told_a_name_has_none() {
    let mut world = two();
    let stranger = UserId([0x77; 16]);
    add(&mut world, ADA, &stranger.to_string());
    let nameless = |world: &World| {
        let screen = world.screen(ADA);
        assert_eq!(&*screen.contacts[&stranger].profile.name, "");
        assert_eq!(&*screen.conversations[&ConversationId(stranger)].title, "");
    };
    nameless(&world);
    world.command(ADA, Command::Block(stranger));
    nameless(&world);
    world.reload(ADA, true);
    world.run();
    nameless(&world);
}

#[test]
fn a_request_to_somebody_who_is_away_arrives_when_they_come() {
    let mut world = two();
    let bob = world.id(BOB);
    world.break_connection(BOB);
    world.broker.restart(false);
    world.run();
    world.input(ADA, Input::Online(true));
    world.run();
    add(&mut world, ADA, &bob.to_string());
    world.heal();
    assert_eq!(world.screen(BOB).requests.len(), 1);
}

#[test]
fn a_request_can_be_declined_and_asked_again() {
    let mut world = two();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    add(&mut world, ADA, &bob.to_string());
    world.command(BOB, Command::Decline(ada));
    assert_eq!(world.relation(ADA, BOB), Relation::Declined);
    assert!(world.screen(BOB).requests.is_empty());
    add(&mut world, ADA, &bob.to_string());
    assert_eq!(world.screen(BOB).requests.len(), 1);
    world.command(BOB, Command::Accept(ada));
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
}

#[test]
fn a_blocked_person_reaches_nothing() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    world.command(BOB, Command::Block(ada));
    let before = world.broker.log.len();
    world.say(ADA, BOB, "are you there?");
    world.command(ADA, Command::Typing);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.screen(BOB).texts(), Vec::<String>::new());
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Sent], "no receipt tells that anything arrived");
    assert_eq!(world.presence(BOB, ADA), Presence::Unknown);
    let to_ada = format!("kith/{ada}/");
    assert!(!world.broker.log[before..].iter().any(|held| held.topic.starts_with(&to_ada)));
    world.command(BOB, Command::Unblock(ada));
    world.pass(Duration::from_secs(600));
    assert_eq!(world.screen(BOB).texts(), ["are you there?"]);
}

#[test]
fn a_blocked_stranger_cannot_ask_again() {
    let mut world = two();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    add(&mut world, ADA, &bob.to_string());
    world.command(BOB, Command::Block(ada));
    assert!(world.screen(BOB).requests.is_empty());
    world.command(ADA, Command::Withdraw(bob));
    add(&mut world, ADA, &bob.to_string());
    assert!(world.screen(BOB).requests.is_empty());
}

#[test]
fn odd_requests_do_the_sensible_thing() {
    let mut world = two();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    add(&mut world, ADA, &ada.to_string());
    add(&mut world, ADA, &bob.to_string());
    add(&mut world, ADA, &bob.to_string());
    let rejected: Vec<_> =
        world.screen(ADA).rejected.iter().map(|(_, rejection)| rejection.clone()).collect();
    assert_eq!(rejected, [Rejection::Oneself, Rejection::AlreadyAsked]);
    assert_eq!(world.screen(BOB).requests.len(), 1);
    world.command(BOB, Command::Accept(ada));
    add(&mut world, ADA, &bob.to_string());
    assert_eq!(world.screen(ADA).rejected.last().unwrap().1, Rejection::AlreadyContact);
    assert_eq!(world.screen(ADA).opened, Some(ConversationId(bob)));
}

#[test]
fn both_asking_at_once_is_a_yes() {
    let mut world = two();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.input(ADA, Input::Command(Command::AddContact(bob.to_string().into())));
    world.input(BOB, Input::Command(Command::AddContact(ada.to_string().into())));
    world.run();
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
    assert_eq!(world.relation(BOB, ADA), Relation::Friend);
    assert!(world.screen(ADA).requests.is_empty() && world.screen(BOB).requests.is_empty());
}

#[test]
fn asking_somebody_who_has_asked_accepts() {
    let mut world = two();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    add(&mut world, ADA, &bob.to_string());
    add(&mut world, BOB, &ada.to_string());
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
    assert_eq!(world.relation(BOB, ADA), Relation::Friend);
}

#[test]
fn messages_wait_for_the_answer_to_a_request() {
    let mut world = two();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    add(&mut world, ADA, &bob.to_string());
    world.look(ADA, BOB);
    world.say(ADA, BOB, "hi, it is me");
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Queued]);
    let inbox = format!("kith/{bob}/Inbox/m");
    assert!(!world.broker.log.iter().any(|held| held.topic == inbox), "nothing but the request flows");
    world.command(BOB, Command::Accept(ada));
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["hi, it is me"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

#[test]
fn an_invite_is_one_screen() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    let link = world.screen(ADA).account.as_ref().unwrap().invite.clone();
    world.command(BOB, Command::OpenInvite(link.into()));
    let Some(Phase::Welcome(welcome)) = world.screen(BOB).phase.clone() else { panic!("still welcome") };
    assert_eq!(&*welcome.invite.as_ref().unwrap().name, "Ada");
    world.reload(BOB, true);
    world.run();
    let Some(Phase::Welcome(welcome)) = world.screen(BOB).phase.clone() else { panic!("still welcome") };
    world.command(BOB, Command::Start(Welcome { name: "Bob".into(), ..*welcome }));
    assert_eq!(world.screen(BOB).opened, Some(ConversationId(world.id(ADA))));
    assert_eq!(world.screen(ADA).requests.len(), 1);
}

#[test]
fn an_invite_elsewhere_asks_before_it_moves() {
    let mut world = two();
    let here = world.screen(ADA).account.as_ref().unwrap().invite.clone();
    let there = here.replace("127.0.0.1%3A9001", "other.example");
    world.command(BOB, Command::OpenInvite(there.clone().into()));
    let asked = world.screen(BOB).invite.clone().expect("Bob is asked");
    assert!(asked.moves);
    assert_eq!(&*world.screen(BOB).account.as_ref().unwrap().server.address, "ws://127.0.0.1:9001/mqtt");
    world.command(BOB, Command::DismissInvite);
    assert!(world.screen(BOB).invite.is_none() && world.screen(BOB).contacts.is_empty());
    world.command(BOB, Command::OpenInvite(there.into()));
    world.command(BOB, Command::AcceptInvite);
    assert_eq!(&*world.screen(BOB).account.as_ref().unwrap().server.address, "ws://other.example/mqtt");
    assert_eq!(world.relation(BOB, ADA), Relation::Requested);
    world.command(BOB, Command::OpenInvite("#i=1&u=x".into()));
    assert_eq!(world.screen(BOB).rejected, [(Form::Invite, Rejection::Invite)]);
    assert!(invite::is_invite(&here));
}

#[test]
fn who_names_nobody_is_asked_for_a_name() {
    let mut world = two();
    add(&mut world, ADA, " ");
    assert_eq!(world.screen(ADA).rejected, [(Form::Contact, Rejection::ContactMissing)]);
}

#[test]
fn unblocking_leaves_things_as_they_were() {
    let mut world = two();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    add(&mut world, ADA, &bob.to_string());
    world.command(ADA, Command::Block(bob));
    assert_eq!(world.relation(ADA, BOB), Relation::Blocked);
    world.reload(ADA, true);
    world.run();
    world.command(ADA, Command::Unblock(bob));
    assert_eq!(world.relation(ADA, BOB), Relation::Requested, "whom one only asked is no friend yet");
    world.command(BOB, Command::Block(ada));
    world.command(BOB, Command::Unblock(ada));
    assert!(!world.screen(BOB).contacts.contains_key(&ada), "who only asked is no contact");
}

#[test]
fn who_had_only_asked_stands_among_the_requests_again_after_unblocking() {
    for reload in [false, true] {
        let mut world = two();
        let (ada, bob) = (world.id(ADA), world.id(BOB));
        add(&mut world, ADA, &bob.to_string());
        world.command(BOB, Command::Block(ada));
        world.command(BOB, Command::Accept(ada));
        assert_eq!(world.relation(BOB, ADA), Relation::Blocked, "the blocked are not accepted");
        if reload {
            world.reload(BOB, true);
            world.run();
            assert!(world.screen(BOB).requests.is_empty(), "reload: {reload}");
        }
        world.command(BOB, Command::Unblock(ada));
        assert_eq!(&*world.screen(BOB).requests[&ada].name, "Ada", "reload: {reload}");
        world.command(BOB, Command::Accept(ada));
        assert_eq!(world.relation(ADA, BOB), Relation::Friend, "reload: {reload}");
    }
}

#[test]
fn what_a_block_held_back_is_not_called_delivered() {
    let mut world = World::friends();
    let bob = world.id(BOB);
    world.pull_network();
    world.say(ADA, BOB, "one");
    world.command(ADA, Command::Block(bob));
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Queued]);
    world.command(ADA, Command::Unblock(bob));
    world.heal();
    assert_eq!(world.screen(BOB).texts(), ["one"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

#[test]
fn only_a_message_answers_a_request() {
    let mut world = two();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    add(&mut world, ADA, &bob.to_string());
    let text = || EventBody::Text("x".into());
    for (conversation, body, relation) in [
        (bob, text(), Relation::Requested),
        (ada, EventBody::Typing, Relation::Requested),
        (ada, text(), Relation::Friend),
    ] {
        let id = MessageId([1; 16]);
        let (deps, prev, hash) = (Vec::new(), None, EventHash::default());
        let event = Event {
            from: bob,
            device: DeviceId([1; 8]),
            id,
            conversation,
            seq: 1,
            hlc: 0,
            prev,
            hash,
            ack: None,
            devices: [0; 32],
            deps,
            body,
            origin: None,
        };
        world.tell(BOB, ADA, &event);
        assert_eq!(world.relation(ADA, BOB), relation);
    }
}
