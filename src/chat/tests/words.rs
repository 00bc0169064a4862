//! Beginning again with the recovery words, on a device that has nothing else.

use std::time::Duration;

use super::device::Device;
use super::threats::rows;
use super::world::{ADA, BOB, World};
use crate::chat::account::Welcome;
use crate::chat::change::{Connection, Form, Phase, Rejection, Trouble};
use crate::chat::contact::{Keys, Presence, Relation};
use crate::chat::secret::TypedWords;
use crate::chat::{Command, Input};
use crate::e2ee::seed::WordsError;
use crate::e2ee::trust::{Standing, Trust};

/// The device on which Ada begins again.
const NEW: usize = 2;

const EMAIL: &str = "ada@example.org";

pub(super) fn words(world: &mut World, who: usize) -> String {
    world.command(who, Command::ShowWords(None));
    world.screen(who).words.clone().unwrap().0.join(" ")
}

/// What the first screen sends.
pub(super) fn start_from(handle: &str, words: &str) -> Command {
    let welcome = Welcome { name: "Ada".into(), handle: handle.into(), ..Welcome::default() };
    Command::StartFrom { welcome: Box::new(welcome), words: TypedWords::new(words.into()) }
}

fn code(world: &World, who: usize) -> String {
    world.screen(who).account.as_ref().unwrap().code.to_string()
}

/// Ada and Bob are friends, Bob has verified Ada, and then Ada's device is lost; gives her words.
fn lost(handle: &str) -> (World, String) {
    let mut world = World::new(2);
    let welcome = Welcome { name: "Ada".into(), handle: handle.into(), ..Welcome::default() };
    world.command(ADA, Command::Start(welcome));
    world.sign_up(BOB, "Bob");
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::AddContact(bob.to_string().into()));
    world.command(BOB, Command::Accept(ada));
    world.look(BOB, ADA);
    world.command(BOB, Command::ShowSafety(ada));
    let key = world.screen(BOB).safety.clone().unwrap().key;
    world.command(BOB, Command::Verify { contact: ada, key });
    world.say(ADA, BOB, "before");
    let words = words(&mut world, ADA);
    world.input(ADA, Input::Leaving);
    world.devices.push(Device::new(NEW));
    world.run();
    (world, words)
}

#[test]
fn whoever_begins_with_their_words_is_the_same_person_to_whom_they_ask() {
    for handle in ["", EMAIL] {
        let (mut world, words) = lost(handle);
        world.command(NEW, start_from(handle, &words));
        assert_eq!(world.screen(NEW).phase, Some(Phase::Ready));
        assert_eq!((world.id(NEW), code(&world, NEW)), (world.id(ADA), code(&world, ADA)));
        assert!(world.screen(NEW).contacts.is_empty(), "words hold no contacts");
        world.command(NEW, Command::AddContact(world.id(BOB).to_string().into()));
        world.pass(Duration::from_secs(5));
        assert_eq!(world.relation(NEW, BOB), Relation::Friend);
        let known = Keys::Known { trust: Trust::Verified, standing: Standing::Open };
        assert_eq!(world.contact(BOB, ADA).keys, known);
        world.look(NEW, BOB);
        world.say(NEW, BOB, "it is me again");
        world.say(BOB, NEW, "so I see");
        assert_eq!(world.screen(BOB).texts(), ["before", "it is me again", "so I see"], "no changed key");
        assert_eq!(world.screen(NEW).texts(), ["it is me again", "so I see"]);
    }
}

#[test]
fn wrong_words_are_refused_with_the_reason_and_nothing_begins() {
    let (mut world, words) = lost("");
    let cases = [
        (words.replacen(' ', " kith ", 1), WordsError::Count(25)),
        (format!("kith{words}"), WordsError::Unknown(1)),
        (words.split(' ').rev().collect::<Vec<_>>().join(" "), WordsError::Checksum),
    ];
    for (typed, error) in cases {
        world.command(NEW, start_from("", &typed));
        assert_eq!(world.screen(NEW).rejected.last(), Some(&(Form::Welcome, Rejection::Words(error))));
        assert!(matches!(world.screen(NEW).phase, Some(Phase::Welcome(_))));
    }
}

#[test]
fn typed_words_are_neither_printed_nor_stored() {
    let (mut world, words) = lost("");
    let command = start_from("", &words);
    let printed = format!("{command:?}");
    assert!(!words.split(' ').any(|word| printed.contains(&format!("{word} "))), "{printed}");
    assert!(printed.contains("words: TypedWords"));
    world.command(NEW, command);
    let first: Vec<_> = words.split(' ').take(2).collect();
    let stored = format!("{:?}", world.devices[NEW].batches);
    let as_bytes = format!("{:?}", first.join(" ").as_bytes());
    assert!(!stored.contains(as_bytes.trim_matches(['[', ']'])) && !stored.contains(&first.join(" ")));
}

/// Ada has begun again, and Bob has said yes to her once more.
fn begun_again() -> World {
    let (mut world, words) = lost("");
    world.pass(Duration::from_secs(60));
    world.command(NEW, start_from("", &words));
    world.command(NEW, Command::AddContact(world.id(BOB).to_string().into()));
    world.pass(Duration::from_secs(30));
    world.look(NEW, BOB);
    world
}

#[test]
fn the_lost_device_is_revoked_and_written_to_no_more() {
    let mut world = begun_again();
    let inbox = format!("kith/{}/Inbox/m", world.id(NEW));
    world.say(BOB, NEW, "for one");
    assert_eq!(world.screen(NEW).texts(), ["for one"]);
    let sent = world.broker.log.iter().rfind(|held| held.topic == inbox).expect("sent").clone();
    assert_eq!(rows(&sent), 1);
}

#[test]
fn who_asks_afterwards_reaches_the_device_that_lives() {
    // Whichever of the two devices comes first by its id.
    for _ in 0..4 {
        let mut world = begun_again();
        let carol = world.devices.len();
        world.devices.push(Device::new(carol));
        world.run();
        world.sign_up(carol, "Carol");
        world.command(carol, Command::AddContact(world.id(NEW).to_string().into()));
        world.pass(Duration::from_secs(5));
        assert!(world.screen(NEW).requests.contains_key(&world.id(carol)));
    }
}

#[test]
fn the_lost_device_stops_when_it_is_found_and_keeps_what_it_has() {
    let mut world = begun_again();
    world.input(ADA, Input::Returned);
    world.heal();
    let stopped = Some(Connection::Stopped(Trouble::Revoked));
    assert_eq!(world.screen(ADA).connection, stopped);
    assert_eq!(world.presence(ADA, BOB), Presence::Unknown, "nothing is heard there any more");
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), ["before"]);
    world.reload(NEW, true);
    world.heal();
    assert!(world.screen(NEW).is_connected());
    // And when the broker has forgotten everything, and the lost one is there first.
    let mut world = begun_again();
    world.input(NEW, Input::Leaving);
    world.run();
    world.broker.restart(false);
    world.input(ADA, Input::Returned);
    world.run();
    world.input(NEW, Input::Returned);
    world.heal();
    assert_eq!(world.screen(ADA).connection, stopped);
    assert!(world.screen(NEW).is_connected());
}
