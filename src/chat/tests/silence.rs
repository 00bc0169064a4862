//! Devices that the other person was not told of, by whatever the broker has lost: each finds the other all the same.

use std::time::Duration;

use super::broker::{PERFECT, Profile, Weather};
use super::dice::Dice;
use super::effects::passphrase;
use super::world::{ADA, BOB, World};
use crate::chat::contact::Relation;
use crate::chat::id::ConversationId;
use crate::chat::message::Delivery;
use crate::chat::{Command, Input};
use crate::e2ee::request::SealedRequest;

/// The device on which Ada goes on.
const NEW: usize = 2;

/// Bob's broker has lost what he subscribes to, though it says that it has kept his session; and then Ada goes on from a
/// backup on another device.
fn unheard() -> World {
    let mut world = World::friends();
    // What is retained comes to a new subscription alone.
    world.broker.profile = Profile { retained_again: false, ..PERFECT };
    let file = world.back_up(ADA);
    world.input(ADA, Input::Leaving);
    world.run();
    world.broker.weather = Some(Weather { deafens_session: 1_000, ..Weather::fair(Dice::new(0, 0)) });
    world.break_connection(BOB);
    world.heal();
    world.broker.weather = None;
    world.add_device();
    world.run();
    world.command(NEW, Command::Restore { file, passphrase: passphrase("correct horse") });
    world.pass(Duration::from_secs(10));
    world
}

#[test]
fn a_device_that_a_friend_was_not_told_of_makes_itself_known() {
    let mut world = unheard();
    world.say(NEW, BOB, "it is me");
    world.pass(Duration::from_secs(120));
    world.look(NEW, BOB);
    assert_eq!(world.screen(BOB).texts(), ["it is me"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read]);
}

#[test]
fn whoever_gets_no_answer_looks_for_the_devices_that_there_are_by_now() {
    let mut world = unheard();
    world.say(BOB, ADA, "where are you?");
    world.pass(Duration::from_secs(120));
    world.look(NEW, BOB);
    assert_eq!(world.screen(NEW).texts(), ["where are you?"]);
    assert_eq!(world.screen(BOB).deliveries(), [Delivery::Read]);
}

#[test]
fn a_request_that_the_broker_has_lost_is_asked_once_more() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    world.broker.faults.loses_topic = Some("/GFReq/");
    world.command(ADA, Command::AddContact(world.id(BOB).to_string().into()));
    world.pass(Duration::from_secs(5));
    world.broker.faults.loses_topic = None;
    world.pass(Duration::from_secs(120));
    world.command(BOB, Command::Accept(world.id(ADA)));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
}

#[test]
fn whoever_has_removed_somebody_is_not_asked_by_their_device_and_says_nothing() {
    let mut world = World::friends();
    world.command(ADA, Command::Remove(world.id(BOB)));
    world.say(BOB, ADA, "hello?");
    let before = world.broker.log.len();
    world.pass(Duration::from_secs(3_600));
    let inbox = format!("kith/{}/Inbox/m", world.id(ADA));
    let to_ada = world.broker.log[before..].iter().filter(|held| held.topic == inbox);
    let introductions = to_ada.filter(|held| SealedRequest::decode(&held.payload).is_ok()).count();
    assert!((2..10).contains(&introductions), "ever more rarely: {introductions}");
    assert!(
        !world.broker.log[before..].iter().any(|held| held.topic.contains(&world.id(BOB).to_string())
            && held.topic.contains(&world.id(ADA).to_string())),
        "no topic names both"
    );
    assert!(world.screen(ADA).requests.is_empty());
    assert!(!world.screen(ADA).conversations.contains_key(&ConversationId(world.id(BOB))));
    let inbox = format!("kith/{}/Inbox/", world.id(BOB));
    let told = world.broker.log[before..].iter().filter(|held| held.topic.starts_with(&inbox)).count();
    assert_eq!(told, 0);
}

#[test]
fn what_a_broker_has_lost_of_somebodys_keys_is_published_again() {
    let mut world = World::friends();
    let papers = |world: &World| {
        let place = format!("kith/users/{}/k/", world.id(ADA));
        let topics = world.broker.retained.keys().filter(|topic| topic.starts_with(&place));
        topics.filter(|topic| topic.contains("/d/")).cloned().collect::<Vec<_>>()
    };
    let before = papers(&world);
    assert_eq!(before.len(), 2);
    world.broker.retained.clear();
    world.pass(Duration::from_secs(400));
    assert_eq!(papers(&world), before, "while the connection lasts");
    let published = world.broker.log.len();
    world.pass(Duration::from_secs(3_600));
    let again = world.broker.log[published..].iter().filter(|held| before.contains(&held.topic)).count();
    assert_eq!(again, 0, "what is there is left as it is");
    world.broker.retained.clear();
    world.break_connection(ADA);
    world.pass(Duration::from_secs(30));
    assert_eq!(papers(&world), before, "after a new one");
}
