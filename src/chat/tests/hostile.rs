//! Whoever can publish, can publish anything. None of it crashes, shows anything false, or keeps the page busy.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::broker::Held;
use super::world::{ADA, BOB, World};
use crate::chat::Command;
use crate::chat::contact::{Presence, Relation};
use crate::chat::id::{DeviceId, MessageId, UserId};
use crate::chat::message::{Body, Delivery, MAX_TEXT};
use crate::chat::receipt::SeqSet;
use crate::chat::retained::{Beacon, Info};
use crate::chat::wire::{self, Event, EventBody, Receipt, Target};

const MALLORY: UserId = UserId([0x66; 16]);

fn runs(last: u64) -> SeqSet {
    SeqSet::from_runs([(1, last)])
}

fn event(from: UserId, to: UserId, seq: u64, body: EventBody) -> Event {
    let id = MessageId([u8::try_from(seq % 256).unwrap(); 16]);
    Event { from, device: DeviceId([9; 8]), id, conversation: to, seq, hlc: 0, deps: Vec::new(), body }
}

fn tell(world: &mut World, to: usize, event: &Event) {
    let topic = format!("kith/{}/Inbox/m", world.id(to));
    world.publish(&topic, wire::encode(event, MessageId([1; 16])));
}

/// All topics that Ada listens to.
fn topics(world: &World) -> Vec<String> {
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    vec![
        format!("kith/{ada}/Inbox/m"),
        format!("kith/{ada}/Inbox/Add/GFReq/{MALLORY}"),
        format!("kith/{ada}/Inbox/Add/GFResp/{MALLORY}"),
        format!("kith/{ada}/Inbox/Add/GFReq/not-an-id"),
        format!("kith/users/{ada}/info"),
        format!("kith/users/{ada}/isConnected"),
        format!("kith/users/{bob}/info"),
        format!("kith/users/{bob}/isConnected"),
    ]
}

/// Nothing of what follows changes what Ada sees.
fn unmoved(world: &World) {
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
    for name in ["info", "isConnected"] {
        let topic = format!("kith/users/{bob}/{name}");
        world.broker.publish(Held { topic, payload: vec![b'x'; 1_100_000], qos: 1, retain: true });
    }
    world.pass(Duration::from_secs(15));
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.presence(ADA, BOB), Presence::Online);
    let info = &world.broker.retained[&format!("kith/users/{bob}/info")];
    assert!(Info::decode(&info.payload).is_some());
}

#[test]
fn strangers_say_nothing_and_learn_nothing() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    let before = world.broker.log.len();
    let bodies = [
        EventBody::Text("buy now".into()),
        EventBody::Typing,
        EventBody::Accept("Mallory".into()),
        EventBody::Request("Mallory".into()),
        EventBody::Unknown,
        EventBody::Receipt(Receipt {
            device: DeviceId([0; 8]),
            stored: SeqSet::from_runs([(1, 9)]),
            read: runs(9),
        }),
    ];
    let count = bodies.len();
    for (seq, body) in bodies.into_iter().enumerate() {
        tell(&mut world, ADA, &event(MALLORY, ada, seq as u64 + 1, body));
    }
    unmoved(&world);
    assert_eq!(world.broker.log.len(), before + count, "not a byte goes back");
}

#[test]
fn a_sender_other_than_the_topic_says_is_not_believed() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let carol = UserId([0x77; 16]);
    let request = wire::encode(&event(carol, ada, 0, EventBody::Request("Carol".into())), MessageId([2; 16]));
    world.publish(&format!("kith/{ada}/Inbox/Add/GFReq/{MALLORY}"), request.clone());
    let response = wire::encode(&event(carol, ada, 0, EventBody::Accept("Carol".into())), MessageId([3; 16]));
    world.publish(&format!("kith/{ada}/Inbox/Add/GFResp/{MALLORY}"), response);
    // A request that was meant for somebody else.
    let elsewhere = wire::encode(&event(MALLORY, bob, 0, EventBody::Request("M".into())), MessageId([4; 16]));
    world.publish(&format!("kith/{ada}/Inbox/Add/GFReq/{MALLORY}"), elsewhere);
    unmoved(&world);
    world.publish(&format!("kith/{ada}/Inbox/Add/GFReq/{carol}"), request);
    assert_eq!(world.screen(ADA).requests.len(), 1, "the honest one counts");
}

#[test]
fn an_answer_that_was_not_asked_for_makes_no_contact() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    let accept =
        wire::encode(&event(MALLORY, ada, 0, EventBody::Accept("Mallory".into())), MessageId([3; 16]));
    world.publish(&format!("kith/{ada}/Inbox/Add/GFResp/{MALLORY}"), accept);
    unmoved(&world);
}

#[test]
fn a_flood_of_requests_stays_a_trickle() {
    let mut world = World::friends();
    let ada = world.id(ADA);
    for n in 0..10_000_u128 {
        let from = UserId((n + 1).to_be_bytes());
        let payload =
            wire::encode(&event(from, ada, 0, EventBody::Request("Spam".into())), MessageId([2; 16]));
        let topic = format!("kith/{ada}/Inbox/Add/GFReq/{from}");
        world.broker.publish(Held { topic, payload, qos: 1, retain: true });
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
    let now = crate::time::Timestamp(1_795_176_000_000 + world.now);
    assert!(world.screen(ADA).rows[0].message.sent_at <= now);
    for field in ["rev", "counter"] {
        let topic = format!("kith/users/{bob}/{}", if field == "rev" { "info" } else { "isConnected" });
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
    let receipt = Receipt { device: DeviceId([7; 8]), stored: runs(100), read: runs(100) };
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
    let ada = world.id(ADA);
    let ask = |world: &mut World, n: u128| {
        let from = UserId((n + 1).to_be_bytes());
        let payload = wire::encode(&event(from, ada, 0, EventBody::Request("S".into())), MessageId([1; 16]));
        world.publish(&format!("kith/{ada}/Inbox/Add/GFReq/{from}"), payload);
        from
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
    assert!(Info::decode(br#"[1,"Mallory","","",null,1]"#).is_none());
    for nonce in ["+1", "1", "00000000000000001", "zzzzzzzzzzzzzzzz"] {
        let json = format!(r#"{{"v":1,"online":true,"counter":1,"nonce":"{nonce}","at":1}}"#);
        assert!(Beacon::decode(json.as_bytes()).is_none(), "{nonce}");
    }
}

#[test]
fn names_are_cleaned_wherever_they_come_from() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    let name = format!("\u{202E}{}\u{0}<script>", "N".repeat(10_000));
    let rev = 1_795_176_000_000 + world.now + 1_000;
    let payload =
        serde_json::json!({"v": 1, "name": name, "about": name, "status": name, "rev": rev}).to_string();
    world.publish(&format!("kith/users/{bob}/info"), payload);
    let profile = &world.contact(ADA, BOB).profile;
    assert_eq!(&*profile.name, "N".repeat(64));
    assert_eq!(profile.about.chars().count(), 280);
    assert_eq!(profile.status.chars().count(), 80);
    let request = event(MALLORY, ada, 0, EventBody::Request(name.into()));
    let topic = format!("kith/{ada}/Inbox/Add/GFReq/{MALLORY}");
    world.publish(&topic, wire::encode(&request, MessageId([2; 16])));
    assert_eq!(&*world.screen(ADA).requests[&MALLORY].name, "N".repeat(64));
}

#[test]
fn a_picture_is_a_picture() {
    let mut world = World::friends();
    let bob = world.id(BOB);
    let png = b"\x89PNG\r\n\x1a\nrest".to_vec();
    let svg = b"<svg onload=alert(1)>".to_vec();
    let huge = [png.clone(), vec![0; 70_000]].concat();
    for (n, (bytes, shown)) in [(png, true), (svg, false), (huge, false)].into_iter().enumerate() {
        let rev = 1_795_176_000_000 + world.now + 1_000 + n as u64;
        let picture = STANDARD.encode(&bytes);
        let payload = serde_json::json!({"v": 1, "name": "Bob", "picture": picture, "rev": rev}).to_string();
        world.publish(&format!("kith/users/{bob}/info"), payload);
        assert_eq!(world.contact(ADA, BOB).profile.picture.is_some(), shown, "case {n}");
    }
}

#[test]
fn a_blocked_person_cannot_type_or_answer_their_way_back() {
    let mut world = World::friends();
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::Block(bob));
    for (seq, body) in [EventBody::Typing, EventBody::Text("x".into()), EventBody::Accept("B".into())]
        .into_iter()
        .enumerate()
    {
        tell(&mut world, ADA, &event(bob, ada, seq as u64 + 50, body.clone()));
        let payload = wire::encode(&event(bob, ada, 0, body), MessageId([5; 16]));
        for kind in ["GFReq", "GFResp"] {
            world.publish(&format!("kith/{ada}/Inbox/Add/{kind}/{bob}"), payload.clone());
        }
    }
    assert_eq!(world.relation(ADA, BOB), Relation::Blocked);
    assert!(world.screen(ADA).requests.is_empty() && world.screen(ADA).rows.is_empty());
    assert!(!world.conversation(ADA, BOB).typing);
}
