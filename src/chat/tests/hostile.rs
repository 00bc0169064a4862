//! Whoever can publish, can publish anything. None of it crashes, shows anything false, or keeps the page busy.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::broker::Held;
use super::outsider::Outsider;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::chain::{EventHash, Links};
use crate::chat::contact::{Presence, Profile, Relation};
use crate::chat::id::{DeviceId, MessageId, UserId};
use crate::chat::message::{Body, Delivery, MAX_TEXT};
use crate::chat::receipt::SeqSet;
use crate::chat::retained::{Info, statement};
use crate::chat::wire::{Event, EventBody, Receipt, Target};
use crate::time::Timestamp;

/// 2026-11-20, 12:00 UTC.
const NOW: Timestamp = Timestamp(1_795_176_000_000);

pub(super) fn mallory() -> Outsider {
    Outsider::new(0x66)
}

fn runs(last: u64) -> SeqSet {
    SeqSet::from_runs([(1, last)])
}

pub(super) fn event(from: UserId, to: UserId, seq: u64, body: EventBody) -> Event {
    let id = MessageId([u8::try_from(seq % 256).unwrap(); 16]);
    Event {
        from,
        device: DeviceId([9; 8]),
        id,
        conversation: to,
        seq,
        hlc: 0,
        prev: None,
        hash: EventHash::default(),
        ack: None,
        devices: [0; 32],
        deps: Vec::new(),
        body,
        origin: None,
    }
}

fn tell(world: &mut World, to: usize, event: &Event) {
    world.tell(if to == ADA { BOB } else { ADA }, to, event);
}

/// All topics that Ada listens to.
pub(super) fn topics(world: &World) -> Vec<String> {
    let (ada, bob, mallory) = (world.id(ADA), world.id(BOB), mallory());
    let keys = |id| Outsider::claiming(0x66, id).papers().map(|(topic, _)| topic);
    let own = world.broker.retained.keys().filter(|topic| topic.contains("/k/")).cloned();
    let mut topics = vec![
        format!("kith/{ada}/Inbox/m"),
        format!("kith/{ada}/Inbox/Add/GFReq/{}", mallory.id),
        format!("kith/{ada}/Inbox/Add/GFResp/{}", mallory.id),
        format!("kith/{ada}/Inbox/Add/GFReq/not-an-id"),
        format!("kith/users/{ada}/info"),
        world.presence_topic(ADA),
        format!("kith/users/{bob}/info"),
        world.presence_topic(BOB),
    ];
    topics.extend(own);
    topics.extend(keys(bob));
    topics
}

/// Nothing of what follows changes what Ada sees.
pub(super) fn unmoved(world: &World) {
    let screen = world.screen(ADA);
    assert_eq!(screen.contacts.len(), 1);
    assert!(screen.requests.is_empty(), "{:?}", screen.requests);
    assert_eq!(screen.rows.len(), 0);
    assert_eq!(&*world.contact(ADA, BOB).profile.name, "Bob");
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
    assert_eq!(world.conversation(ADA, BOB).unread, 0);
    assert!(screen.is_connected());
}

#[test]
fn random_bytes_change_nothing() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(30));
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for topic in topics(&world) {
        for length in [0, 1, 2, 7, 64, 1_000] {
            let mut noise = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                u8::try_from(state >> 56).unwrap()
            };
            let payload: Vec<u8> = (0..length).map(|_| noise()).collect();
            world.publish(&topic, payload);
        }
        world.publish(&topic, vec![0x84; 100_000]);
        world.publish(&topic, "[".repeat(100_000));
        world.publish(&topic, vec![0x9F; 60_000]);
        world.publish(
            &topic,
            r#"{"v":2,"name":"X","rev":9999999999999,"online":false,"counter":9,"nonce":"0","at":0}"#,
        );
    }
    world.pass(Duration::from_secs(30));
    unmoved(&world);
}

#[test]
fn a_megabyte_is_dropped_unread() {
    let mut world = World::friends();
    for topic in topics(&world) {
        world.publish(&topic, vec![b'x'; 1_000_000]);
    }
    world.pass(Duration::from_secs(30));
    unmoved(&world);
}

#[test]
fn more_than_a_packet_may_hold_is_let_go_and_acknowledged() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    for topic in [format!("kith/{ada}/Inbox/m"), format!("kith/users/{bob}/info")] {
        world.publish(&topic, vec![b'x'; 1_100_000]);
    }
    unmoved(&world);
    let connections = world.connections();
    world.say(BOB, ADA, "still there?");
    assert_eq!(world.screen(ADA).texts(), ["still there?"]);
    world.break_connection(ADA);
    world.heal();
    assert!(world.screen(ADA).is_connected());
    assert_eq!(world.connections(), connections + 1, "it does not come again and again");
}

#[test]
fn own_documents_that_were_made_too_large_are_healed() {
    let mut world = World::friends();
    world.pass(Duration::from_secs(30));
    let bob = world.id(BOB);
    for topic in [format!("kith/users/{bob}/info"), world.presence_topic(BOB)] {
        world.broker.publish(Held { topic, payload: vec![b'x'; 1_100_000], qos: 1, retain: true });
    }
    world.pass(Duration::from_secs(15));
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
    let info = &world.broker.retained[&format!("kith/users/{bob}/info")];
    assert!(info.payload.starts_with(b"{\"v\":1,\"name\":\"Bob\""));
}

#[test]
fn strangers_say_nothing_and_learn_nothing() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    let before = world.broker.log.len();
    let bodies = [
        EventBody::Text("buy now".into()),
        EventBody::Typing,
        EventBody::Accept("Mallory".into(), None),
        EventBody::Request("Mallory".into()),
        EventBody::Unknown,
        EventBody::Receipt(Receipt {
            device: DeviceId([0; 8]),
            stored: SeqSet::from_runs([(1, 9)]),
            links: Links::default(),
            read: runs(9),
        }),
    ];
    let count = bodies.len();
    let mut mallory = mallory();
    for (seq, body) in bodies.into_iter().enumerate() {
        let event = mallory.event(ada, seq as u64 + 1, body);
        let envelope = mallory.envelope(&world, ADA, &event);
        world.publish(&format!("kith/{ada}/Inbox/m"), envelope);
    }
    unmoved(&world);
    assert_eq!(world.broker.log.len(), before + count, "not a byte goes back");
}

#[test]
fn a_sender_other_than_the_topic_says_is_not_believed() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let (mut carol, mut mallory) = (Outsider::new(0x77), mallory());
    let honest = carol.event(ada, 0, EventBody::Request("Carol".into()));
    let request = carol.request(&world, ADA, &honest);
    world.publish(&format!("kith/{ada}/Inbox/Add/GFReq/{}", mallory.id), request.clone());
    let response = carol.envelope(&world, ADA, &carol.event(ada, 0, EventBody::Accept("Carol".into(), None)));
    world.publish(&format!("kith/{ada}/Inbox/Add/GFResp/{}", mallory.id), response);
    // A request that was meant for somebody else, and one that says so within.
    let event = mallory.event(bob, 0, EventBody::Request("M".into()));
    let (elsewhere, within) = (mallory.request(&world, BOB, &event), mallory.request(&world, ADA, &event));
    for payload in [elsewhere, within] {
        world.publish(&format!("kith/{ada}/Inbox/Add/GFReq/{}", mallory.id), payload);
    }
    unmoved(&world);
    world.publish(&format!("kith/{ada}/Inbox/Add/GFReq/{}", carol.id), request);
    assert_eq!(world.screen(ADA).requests.len(), 1, "the honest one counts");
}

#[test]
fn an_answer_that_was_not_asked_for_makes_no_contact() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    let mut mallory = mallory();
    let accept = mallory.envelope(&world, ADA, &mallory.event(ada, 0, EventBody::Accept("M".into(), None)));
    world.publish(&format!("kith/{ada}/Inbox/Add/GFResp/{}", mallory.id), accept);
    unmoved(&world);
}

#[test]
fn a_flood_of_requests_stays_a_trickle() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    let mut mallory = mallory();
    for n in 0..300_u128 {
        mallory.move_to(UserId((n + 1).to_be_bytes()));
        let spam = mallory.event(ada, 0, EventBody::Request("Spam".into()));
        let payload = mallory.request(&world, ADA, &spam);
        let topic = format!("kith/{ada}/Inbox/Add/GFReq/{}", mallory.id);
        world.broker.publish(Held { topic, payload, qos: 1, retain: true });
    }
    // And ten thousand that nobody could read.
    for n in 0..10_000_u128 {
        let topic = format!("kith/{ada}/Inbox/Add/GFReq/{}", UserId((n << 32).to_be_bytes()));
        world.broker.publish(Held { topic, payload: vec![0x85, 1, 0, 0x40], qos: 1, retain: true });
    }
    world.run();
    assert_eq!(world.screen(ADA).requests.len(), 20, "in the first minute");
    world.pass(Duration::from_secs(3_600));
    world.reload(ADA, true);
    world.heal();
    assert!(world.screen(ADA).requests.len() <= 200);
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
    world.say(BOB, ADA, "hello");
    assert_eq!(world.conversation(ADA, BOB).unread, 1);
}

#[test]
fn ten_thousand_retained_profiles_of_nobody_change_nothing() {
    let mut world = World::friends();
    for n in 0..10_000_u32 {
        let topic = format!("kith/users/{:032x}/info", n);
        let payload = br#"{"v":1,"name":"Nobody","rev":1}"#.to_vec();
        world.broker.publish(Held { topic, payload, qos: 1, retain: true });
    }
    world.reload(ADA, true);
    world.run();
    unmoved(&world);
}

#[test]
fn absurd_numbers_are_not_taken_in() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    for seq in [0, 1 << 40, u64::MAX] {
        tell(&mut world, ADA, &event(bob, ada, seq, EventBody::Text("far".into())));
    }
    assert_eq!(world.screen(ADA).rows.len(), 0);
    let mut late = event(bob, ada, 1, EventBody::Text("from the end of time".into()));
    late.hlc = u64::MAX;
    tell(&mut world, ADA, &late);
    world.say(ADA, BOB, "after it");
    assert_eq!(world.screen(ADA).texts(), ["from the end of time", "after it"]);
    let now = Timestamp(1_795_176_000_000 + world.now);
    assert!(world.screen(ADA).rows[0].message.sent_at <= now);
    for field in ["rev", "counter"] {
        let info = format!("kith/users/{bob}/info");
        let topic = if field == "rev" { info } else { world.presence_topic(BOB) };
        let most = u64::MAX;
        let payload = format!(
            r#"{{"v":1,"name":"M","online":false,"nonce":"1","at":{most},"rev":{most},"counter":{most}}}"#
        );
        world.publish(&topic, payload);
    }
    assert_eq!(&*world.contact(ADA, BOB).profile.name, "Bob");
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
}

#[test]
fn a_receipt_for_what_was_never_sent_or_to_another_device_is_nothing() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.break_connection(BOB);
    world.network_down = true;
    world.run();
    world.say(ADA, BOB, "one");
    let receipt =
        Receipt { device: DeviceId([7; 8]), stored: runs(100), links: Links::default(), read: runs(100) };
    tell(&mut world, ADA, &event(bob, ada, 0, EventBody::Receipt(receipt)));
    assert_ne!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

#[test]
fn texts_that_no_client_sends_are_shown_as_such() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let long = EventBody::Text("x".repeat(MAX_TEXT + 1).into());
    tell(&mut world, ADA, &event(bob, ada, 1, long));
    tell(&mut world, ADA, &event(bob, ada, 2, EventBody::Text(" \u{7} ".into())));
    tell(&mut world, ADA, &event(bob, ada, 3, EventBody::Unknown));
    assert_eq!(world.screen(ADA).texts(), ["(unknown)"; 3]);
    let tricky = "<img src=x onerror=alert(1)>\u{202E}txt.exe";
    tell(&mut world, ADA, &event(bob, ada, 4, EventBody::Text(tricky.into())));
    assert_eq!(world.screen(ADA).texts()[3], "<img src=x onerror=alert(1)>txt.exe");
}

#[test]
fn nobody_else_edits_or_deletes() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let id = world.say(ADA, BOB, "mine");
    let row = world.screen(ADA).rows[0].clone();
    let target = Target { id, seq: 1, hlc: row.message.position.hlc };
    tell(&mut world, ADA, &event(bob, ada, 1, EventBody::Text("theirs".into())));
    for (seq, body) in [(2, EventBody::Edit(target, "hacked".into())), (3, EventBody::Delete(target))] {
        tell(&mut world, ADA, &event(bob, ada, seq, body));
    }
    let mine = world.screen(ADA).rows.iter().find(|row| row.message.id == id).unwrap();
    assert_eq!(mine.message.body, Body::Text("mine".into()));
}

#[test]
fn declined_requests_do_not_keep_others_out() {
    let mut world = World::friends();
    let mut mallory = mallory();
    let mut ask = |world: &mut World, n: u128| {
        mallory.move_to(UserId((n + 1).to_be_bytes()));
        mallory.ask(world, ADA, "S");
        mallory.id
    };
    for n in 0..210 {
        let from = ask(&mut world, n);
        world.command(ADA, Command::Decline(from));
        world.pass(Duration::from_secs(4));
    }
    world.pass(Duration::from_secs(61));
    ask(&mut world, 1_000);
    assert_eq!(world.screen(ADA).requests.len(), 1);
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.screen(ADA).requests.len(), 1, "the declined ones stay out of sight");
}

#[test]
fn documents_of_another_shape_are_not_read() {
    let keys = mallory().keys;
    let owner = keys.owner("kith", UserId([1; 16]));
    let info = Info { profile: Profile { name: "M".into(), ..Profile::default() }, rev: 1 };
    let json = String::from_utf8(info.encode(&keys, &owner, NOW)).unwrap();
    assert!(Info::decode(json.as_bytes(), &owner, NOW).is_some());
    let elsewhere = keys.owner("kith", UserId([2; 16]));
    assert!(Info::decode(json.as_bytes(), &elsewhere, NOW).is_none(), "at another's place");
    for (from, to) in [("\"v\":1", "\"v\":2"), ("kith", "sign"), ("\"kith\":\"", "\"kith\":\"A")] {
        assert!(Info::decode(json.replace(from, to).as_bytes(), &owner, NOW).is_none(), "{from} -> {to}");
    }
    assert!(Info::decode(br#"[1,"Mallory","","",null,1]"#, &owner, NOW).is_none());
    for json in ["{}", r#"{"v":1}"#, r#"{"v":1,"kith":""}"#, r#"{"v":1,"kith":"AAAA"}"#] {
        assert!(statement(json.as_bytes()).is_none(), "{json}");
    }
}

/// What Bob's own client would not say of him.
fn say_of_bob(world: &mut World, profile: Profile) {
    let rev = NOW.0 + world.now + 1_000;
    let payload =
        world.devices[BOB].client.sign_info(&Info { profile, rev }, Timestamp(NOW.0 + world.now)).unwrap();
    let topic = format!("kith/users/{}/info", world.id(BOB));
    world.publish(&topic, payload);
}

#[test]
fn names_are_cleaned_wherever_they_come_from() {
    let mut world = World::friends();
    let name: Arc<str> = format!("\u{202E}{}\u{0}<script>", "N".repeat(2_000)).into();
    let profile = Profile { name: name.clone(), about: name.clone(), status: name.clone(), picture: None };
    say_of_bob(&mut world, profile);
    let profile = &world.contact(ADA, BOB).profile;
    assert_eq!(&*profile.name, "N".repeat(64));
    assert_eq!(profile.about.chars().count(), 280);
    assert_eq!(profile.status.chars().count(), 80);
    let mut mallory = mallory();
    mallory.ask(&mut world, ADA, &name);
    assert_eq!(&*world.screen(ADA).requests[&mallory.id].name, "N".repeat(64));
}

#[test]
fn a_picture_is_a_picture() {
    let mut world = World::friends();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01".to_vec();
    let svg = b"<svg onload=alert(1)>".to_vec();
    let huge = [png.clone(), vec![0; 70_000]].concat();
    let mut bomb = png.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let gif = b"GIF89a/*\0\0*/=1;alert(1)".to_vec();
    let pictures = [(png, true), (svg, false), (huge, false), (bomb, false), (gif, false)];
    for (n, (bytes, shown)) in pictures.into_iter().enumerate() {
        let profile = Profile { name: "Bob".into(), picture: Some(bytes.into()), ..Profile::default() };
        world.pass(Duration::from_secs(1));
        say_of_bob(&mut world, profile);
        assert_eq!(world.contact(ADA, BOB).profile.picture.is_some(), shown, "case {n}");
    }
}

#[test]
fn a_picture_that_somebody_else_put_there_is_not_shown() {
    let mut world = World::friends();
    let topic = format!("kith/users/{}/info", world.id(BOB));
    world.command(
        BOB,
        Command::SavePicture(Some(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01mine"[..].into())),
    );
    assert!(world.contact(ADA, BOB).profile.picture.is_some());
    world.pass(Duration::from_secs(5));
    world.command(ADA, Command::Block(world.id(BOB)));
    world.command(BOB, Command::SaveProfile { name: "Bobby".into(), about: "".into(), status: "".into() });
    let honest = world.broker.retained[&topic].clone();
    let text = String::from_utf8(honest.payload.clone()).unwrap();
    let (ours, theirs) = (
        STANDARD.encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01mine"),
        STANDARD.encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01evil"),
    );
    assert!(text.contains(&ours));
    world.broker.retained.insert(topic, Held { payload: text.replace(&ours, &theirs).into(), ..honest });
    world.command(ADA, Command::Unblock(world.id(BOB)));
    assert_eq!(&*world.contact(ADA, BOB).profile.name, "Bob", "nothing of it is believed");
}

#[test]
fn a_blocked_person_cannot_type_or_answer_their_way_back() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::Block(bob));
    for (seq, body) in [EventBody::Typing, EventBody::Text("x".into()), EventBody::Accept("B".into(), None)]
        .into_iter()
        .enumerate()
    {
        tell(&mut world, ADA, &event(bob, ada, seq as u64 + 50, body.clone()));
        let payload = world.seal(BOB, ADA, &event(bob, ada, 0, body));
        for kind in ["GFReq", "GFResp"] {
            world.publish(&format!("kith/{ada}/Inbox/Add/{kind}/{bob}"), payload.clone());
        }
    }
    assert_eq!(world.relation(ADA, BOB), Relation::Blocked);
    assert!(world.screen(ADA).requests.is_empty() && world.screen(ADA).rows.is_empty());
    assert!(!world.conversation(ADA, BOB).typing);
}
