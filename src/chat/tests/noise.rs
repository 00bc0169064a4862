//! Copies of envelopes that somebody on the broker has altered: they look like messages that cannot be read, and are
//! nothing.

use std::time::Duration;

use super::broker::Held;
use super::world::{ADA, BOB, World};
use crate::cbor::{Reader, Writer};
use crate::chat::message::Delivery;
use crate::chat::wire::EventBody;

const MINUTE: Duration = Duration::from_secs(60);

/// The envelope with other ratchet keys in its rows of known sessions; none where it has no such row.
fn altered(payload: &[u8], salt: u8) -> Option<Vec<u8>> {
    let mut reader = Reader::new(payload).unwrap();
    let _: (u64, u64) = (reader.number().unwrap(), reader.number().unwrap());
    let (mid, ciphertext): ([u8; 16], &[u8]) = (reader.id().unwrap(), reader.bytes().unwrap());
    let row = |row: &mut Reader<'_>| Ok((row.id::<4>()?, row.number()?, row.bytes()?.to_vec()));
    let rows = reader.list(|reader| reader.array(row)).unwrap();
    let mut copy = Writer::array(5);
    copy.number(1).number(1).bytes(&mid).bytes(ciphertext).open(rows.len() as u64);
    for (tag, kind, mut bytes) in rows {
        // Version, field, length; then the key.
        bytes[5] ^= salt;
        copy.open(3).bytes(&tag).number(kind).bytes(&bytes);
        if kind != 1 {
            return None;
        }
    }
    Some(copy.into_bytes())
}

/// Altered copies of all that ever came into Bob's inbox.
fn copies(world: &World, salt: u8) -> Vec<Held> {
    let inbox = format!("kith/{}/Inbox/m", world.id(BOB));
    let held = world.broker.log.iter().filter(|held| held.topic == inbox);
    held.filter_map(|held| Some(Held { payload: altered(&held.payload, salt)?, ..held.clone() })).collect()
}

fn naks(world: &World) -> usize {
    world.broker.sealed.values().filter(|event| matches!(event.body, EventBody::Nak(_))).count()
}

/// A minute in which nobody tells Bob that something cannot be read.
fn pass_in_peace(world: &mut World) {
    for _ in 0..6 {
        world.pass(MINUTE / 6);
        assert!(!world.conversation(BOB, ADA).unreadable);
    }
}

fn talk_goes_on(world: &mut World, said: &[String]) {
    world.say(ADA, BOB, "still there?");
    world.say(BOB, ADA, "yes");
    for (who, other) in [(ADA, BOB), (BOB, ADA)] {
        world.look(who, other);
        let texts = world.screen(who).texts();
        let all: Vec<_> = said.iter().map(String::as_str).chain(["still there?", "yes"]).collect();
        assert_eq!(texts, all[all.len() - texts.len()..], "{who}");
        assert!(world.screen(who).deliveries().iter().all(|delivery| *delivery == Delivery::Read));
    }
}

/// Ada and Bob have said a lot, and Bob's page was loaded since.
fn with_a_past() -> (World, Vec<Held>) {
    let mut world = World::friends();
    world.say(BOB, ADA, "go on");
    for text in super::texts(70) {
        world.say(ADA, BOB, &text);
    }
    let old = copies(&world, 1);
    world.reload(BOB, true);
    world.run();
    world.look(BOB, ADA);
    (world, old)
}

#[test]
fn altered_copies_of_what_has_just_come_begin_nothing_and_show_nothing() {
    let mut world = World::friends();
    world.say(BOB, ADA, "go on");
    let mut said = vec!["go on".to_owned()];
    for (n, text) in super::texts(60).into_iter().enumerate() {
        world.say(ADA, BOB, &text);
        said.push(text);
        let copy = copies(&world, u8::try_from(n + 1).unwrap()).pop().unwrap();
        world.publish(&copy.topic, copy.payload);
        pass_in_peace(&mut world);
    }
    assert_eq!(naks(&world), 0);
    talk_goes_on(&mut world, &said);
}

#[test]
fn altered_copies_of_what_came_long_ago_begin_ever_fewer_sessions_and_show_nothing() {
    let (mut world, mut old) = with_a_past();
    let mut said: Vec<_> = ["go on".to_owned()].into_iter().chain(super::texts(70)).collect();
    for n in 0..60 {
        let copy = old.pop().unwrap();
        world.publish(&copy.topic, copy.payload);
        pass_in_peace(&mut world);
        let text = format!("meanwhile {n}");
        world.say(ADA, BOB, &text);
        said.push(text);
    }
    assert!((1..=18).contains(&naks(&world)), "{} of both", naks(&world));
    talk_goes_on(&mut world, &said);
}

#[test]
fn altered_copies_show_nothing_while_their_author_is_away_either() {
    let (mut world, mut old) = with_a_past();
    world.network_down = true;
    world.break_connection(ADA);
    for _ in 0..60 {
        let copy = old.pop().unwrap();
        world.publish(&copy.topic, copy.payload);
        pass_in_peace(&mut world);
    }
    assert!((1..=10).contains(&naks(&world)), "{}", naks(&world));
    world.network_down = false;
    pass_in_peace(&mut world);
    pass_in_peace(&mut world);
    let said: Vec<_> = ["go on".to_owned()].into_iter().chain(super::texts(70)).collect();
    talk_goes_on(&mut world, &said);
}

#[test]
fn what_stays_unreadable_is_told_once_its_author_is_there() {
    let mut world = World::friends();
    world.say(BOB, ADA, "go on");
    world.broker.faults.spoils = Some(|body| matches!(body, EventBody::Text(_)));
    world.say(ADA, BOB, "hello");
    world.network_down = true;
    world.break_connection(ADA);
    world.pass(10 * MINUTE);
    assert!(!world.conversation(BOB, ADA).unreadable, "she may send it again");
    world.network_down = false;
    world.pass(3 * MINUTE);
    assert!(world.conversation(BOB, ADA).unreadable, "she has, and still");
    world.broker.faults.spoils = None;
    world.heal();
    assert!(!world.conversation(BOB, ADA).unreadable);
    talk_goes_on(&mut world, &["go on".into(), "hello".into()]);
}
