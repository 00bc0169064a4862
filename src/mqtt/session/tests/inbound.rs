//! What the broker publishes, and the acks for it.

use super::*;
use crate::mqtt::CloseReason;

fn close_count(events: &[Event]) -> usize {
    let closes = events.iter().filter(|event| matches!(event, Event::Close(_)));
    closes.count()
}

#[test]
fn mqtt_4_3_2_2_qos_1_is_acknowledged_when_stored_and_its_identifier_is_fresh_then() {
    let mut script = Script::live();
    script.hear(&publish(0x32, 5, "a"));
    let first = ack_of(script.events());
    assert!(script.sent().is_empty(), "not before it is stored");
    script.hear(&publish(0x3a, 5, "a"));
    assert!(script.events().is_empty(), "unacknowledged, so it is the same one");
    script.session.ack(first);
    assert_eq!(script.sent(), [ack(PUBACK, 5)]);
    script.session.ack(first);
    assert!(script.sent().is_empty());
    script.hear(&publish(0x32, 5, "b"));
    let events = script.events();
    assert_eq!(messages(events.clone())[0].payload, "b");
    script.session.ack(ack_of(events));
    assert_eq!(script.sent(), [ack(PUBACK, 5)]);
}

#[test]
fn an_ack_from_an_earlier_connection_is_dropped_at_qos_1() {
    let mut script = Script::live();
    script.hear(&publish(0x32, 5, "a"));
    let old = ack_of(script.events());
    script.reconnect(true);
    script.hear(&publish(0x3a, 5, "a"));
    let new = ack_of(script.events());
    script.session.ack(old);
    assert!(script.sent().is_empty());
    script.session.ack(new);
    assert_eq!(script.sent(), [ack(PUBACK, 5)]);
}

#[test]
fn mqtt_4_3_3_2_qos_2_is_delivered_once_in_every_interleaving() {
    // A small model: each step of the list, in every sequence of five, against what the standard demands.
    const STEPS: u32 = 5;
    for run in 0..STEPS.pow(6) {
        let mut script = Script::live();
        let (mut open, mut stored, mut first) = (false, false, None);
        let mut steps = run;
        for _ in 0..6 {
            match steps % STEPS {
                0 | 1 => {
                    let dup = if steps % STEPS == 1 { 0x08 } else { 0 };
                    script.hear(&publish(0x34 | dup, 5, "a"));
                    let events = script.events();
                    assert_eq!(messages(events.clone()).len(), usize::from(!open), "{run}");
                    let expected = if open && stored { vec![ack(PUBREC, 5)] } else { vec![] };
                    assert_eq!(script.sent(), expected, "{run}");
                    if !open {
                        (open, stored, first) = (true, false, Some(ack_of(events)));
                    }
                }
                2 => {
                    if let Some(id) = first {
                        script.session.ack(id);
                        // PUBREC at the first ack, if the publish came on this connection.
                        let sent = script.sent();
                        assert!(sent.is_empty() || (sent == [ack(PUBREC, 5)] && !stored && open), "{run}");
                        stored = open;
                    }
                }
                3 => {
                    script.hear(&ack(PUBREL, 5));
                    assert_eq!(script.sent(), [ack(PUBCOMP, 5)], "{run}");
                    (open, stored, first) = (false, false, None);
                }
                _ => {
                    script.pass_seconds(11);
                    script.sent();
                    script.reconnect(true);
                    assert!(script.sent().is_empty(), "{run}");
                }
            }
            steps /= STEPS;
        }
    }
}

#[test]
fn qos_2_stored_after_a_reconnect_is_neither_delivered_again_nor_stuck() {
    let mut script = Script::live();
    script.hear(&publish(0x34, 5, "a"));
    let id = ack_of(script.events());
    script.reconnect(true);
    script.hear(&publish(0x3c, 5, "a"));
    assert!(script.events().is_empty());
    assert!(script.sent().is_empty());
    script.session.ack(id);
    assert_eq!(script.sent(), [ack(PUBREC, 5)]);
}

#[test]
fn mqtt_4_6_0_2_and_3_acks_leave_in_the_order_of_arrival() {
    let mut script = Script::live();
    let first = [0x32, 0x34, 0x32, 0x34];
    let ids: Vec<PacketId> = first
        .iter()
        .zip([4, 3, 2, 1])
        .map(|(first, id)| {
            script.hear(&publish(*first, id, "a"));
            ack_of(script.events())
        })
        .collect();
    for at in [3, 1, 2] {
        script.session.ack(ids[at]);
        assert!(script.sent().is_empty());
    }
    script.session.ack(ids[0]);
    assert_eq!(script.sent(), [ack(PUBACK, 4), ack(PUBREC, 3), ack(PUBACK, 2), ack(PUBREC, 1)]);
}

#[test]
fn mqtt_4_5_0_2_and_r10_a_message_for_no_subscription_is_delivered_and_acknowledged() {
    let mut script = Script::live();
    script.hear(&publish(0x33, 1, "p2p"));
    let events = script.events();
    let message = messages(events.clone()).remove(0);
    assert_eq!(message.topic.as_str(), "t");
    assert!(message.retain);
    script.session.ack(ack_of(events));
    assert_eq!(script.sent(), [ack(PUBACK, 1)]);
}

#[test]
fn mqtt_3_3_4_1_qos_0_is_delivered_and_not_acknowledged() {
    let mut script = Script::live();
    script.hear(&publish(0x30, 0, "a"));
    assert_eq!(messages(script.events())[0].id, None);
    assert!(script.sent().is_empty());
}

#[test]
fn mqtt_3_10_4_3_a_publish_after_unsuback_is_acknowledged_like_any_other() {
    let mut script = Script::live();
    script.subscribe("t", Q1);
    script.sent();
    script.hear(&suback(1, &[1]));
    script.session.unsubscribe(&filter("t"), script.now);
    script.sent();
    script.hear(&ack(UNSUBACK, 2));
    script.events();
    script.hear(&publish(0x32, 9, "late"));
    let id = ack_of(script.events());
    script.session.ack(id);
    assert_eq!(script.sent(), [ack(PUBACK, 9)]);
}

#[test]
fn r7_dup_is_never_relied_on() {
    let mut script = Script::live();
    for (id, first) in [(1, 0x3a), (2, 0x3c), (3, 0x32)] {
        script.hear(&publish(first, id, "a"));
        let id = ack_of(script.events());
        script.session.ack(id);
    }
    script.sent();
    script.reconnect(true);
    script.hear(&publish(0x34, 2, "again without DUP"));
    assert!(script.events().is_empty());
    assert_eq!(script.sent(), [ack(PUBREC, 2)]);
    script.hear(&publish(0x3a, 1, "new with DUP"));
    assert_eq!(messages(script.events()).len(), 1);
}

#[test]
fn r17_an_unknown_pubrel_is_answered() {
    let mut script = Script::live();
    script.hear(&ack(PUBREL, 99));
    assert_eq!(script.sent(), [ack(PUBCOMP, 99)]);
    script.hear(&publish(0x32, 99, "a"));
    let id = ack_of(script.events());
    script.hear(&ack(PUBREL, 99));
    assert_eq!(script.sent(), [ack(PUBCOMP, 99)]);
    script.session.ack(id);
    assert_eq!(script.sent(), [ack(PUBACK, 99)], "a PUBREL says nothing about QoS 1");
}

#[test]
fn pubrel_before_pubrec_leaves_no_pubrec_behind() {
    let mut script = Script::live();
    script.hear(&publish(0x34, 5, "a"));
    let first = ack_of(script.events());
    script.hear(&publish(0x32, 6, "b"));
    let second = ack_of(script.events());
    script.hear(&ack(PUBREL, 5));
    script.session.ack(first);
    script.session.ack(second);
    assert_eq!(script.sent(), [ack(PUBCOMP, 5), ack(PUBACK, 6)]);
}

#[test]
fn no_ack_leaves_while_too_much_is_not_stored() {
    let mut script = Script::live();
    let mut ids = Vec::new();
    for id in 1..=1002 {
        script.hear(&publish(0x32, id, "a"));
        ids.push(ack_of(script.events()));
    }
    script.session.ack(ids[0]);
    assert!(script.sent().is_empty(), "1001 are not stored");
    script.session.ack(ids[1]);
    assert_eq!(script.sent(), [ack(PUBACK, 1), ack(PUBACK, 2)]);
}

#[test]
fn no_ack_leaves_while_too_many_bytes_are_not_stored() {
    let mut script = Script::live();
    let mut ids = Vec::new();
    let megabyte = vec![0; 1_000_000];
    for id in 1..=10_u16 {
        let [high, low] = id.to_be_bytes();
        let header = [0x32, 0xc5, 0x84, 0x3d, 0, 1, b't', high, low];
        script.hear(&[&header[..], &megabyte].concat());
        ids.push(ack_of(script.events()));
    }
    script.session.ack(ids[0]);
    assert!(script.sent().is_empty(), "9 MB");
    script.session.ack(ids[1]);
    assert_eq!(script.sent().len(), 2);
}

#[test]
fn a_broker_without_a_window_is_closed_at_20_000() {
    let mut script = Script::live();
    for id in 1..=20_000 {
        script.hear(&publish(0x32, id, "a"));
    }
    assert!(script.session.is_live());
    script.hear(&publish(0x32, 20_001, "a"));
    assert_eq!(close_count(&script.events()), 1);
    assert!(!script.session.is_live());
}

#[test]
fn mqtt_4_8_0_1_each_violation_closes_once_and_the_session_goes_on() {
    let violations: [&[u8]; 18] = [
        b"\x00\x00",
        b"\xf0\xff\xff\xff\x7f",
        b"\x10\x00",
        b"\xc0\x00",
        b"\x20\x02\x00\x00",
        b"\x36\x05\x00\x01a\x00\x01",
        b"\x60\x02\x00\x01",
        b"\x41\x02\x00\x01",
        b"\x40\x02\x00\x00",
        b"\x40\x03\x00\x01\x00",
        b"\xd0\x01\x00",
        b"\x30\x05\x00\x03\xed\xa0\x80",
        b"\x30\x03\x00\x01\x00",
        b"\x30\x03\x00\x01#",
        b"\x30\x04\x00\x64ab",
        b"\x30\xff\xff\xff\xff\x7f",
        b"\x90\xff\xff\xff\x7f",
        b"\x90\x03\x00\x01\x05",
    ];
    for violation in violations {
        let mut script = Script::live();
        script.publish(Q1, "a");
        script.sent();
        script.hear(&[violation, &publish(0x32, 1, "behind")].concat());
        script.hear(violation);
        script.session.closed(script.now);
        let events = script.events();
        let [Event::Close(CloseReason::Protocol(_)), Event::Waiting { reason, retry_at }] = &events[..]
        else {
            panic!("{violation:x?}: {events:?}");
        };
        assert!(matches!(reason, Some(CloseReason::Protocol(_))));
        assert!(script.sent().is_empty());
        script.now = *retry_at;
        script.session.handle_timeout(script.now);
        script.reopen(true);
        assert_eq!(script.sent(), [publish(0x3a, 1, "a")]);
    }
}

#[test]
fn a_publish_over_the_limit_is_acknowledged_in_its_turn_and_told_without_its_payload() {
    let mut script = Script::live_with(Config { max_inbound: 64, ..Config::new("kith") });
    script.hear(&publish(0x32, 1, "before"));
    script.hear(&publish(0x32, 2, &"x".repeat(100)));
    script.hear(&publish(0x30, 0, &"x".repeat(100)));
    script.hear(&publish(0x34, 3, &"x".repeat(100)));
    let events = script.events();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Oversized(_))).count(), 3);
    let told = messages(events.into_iter().filter(|event| matches!(event, Event::Publish(_))).collect());
    assert_eq!(told.len(), 1);
    assert!(script.sent().is_empty(), "what came before is not stored yet");
    script.session.ack(told[0].id.unwrap());
    assert_eq!(script.sent(), [ack(PUBACK, 1), ack(PUBACK, 2), ack(PUBREC, 3)]);
    script.hear(&ack(PUBREL, 3));
    assert_eq!(script.sent(), [ack(PUBCOMP, 3)]);
}

#[test]
fn what_is_let_go_before_connack_is_not_waited_for() {
    let mut script = Script::stopped();
    script.session.connect(script.now);
    script.session.open(script.now);
    script.sent();
    script.events();
    script.hear(b"\x30\xff\xff\xff\x7f");
    assert_eq!(close_count(&script.events()), 1);
}
