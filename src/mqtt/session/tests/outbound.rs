//! Our publishes on one connection.

use super::*;

#[test]
fn what_is_taken_back_leaves_no_place_behind() {
    let mut script = Script::stopped();
    let mut last = script.publish(Q1, "kept");
    for n in 0..10_000 {
        if n > 0 {
            script.session.forget(last);
        }
        last = script.publish(Q1, &n.to_string());
        assert!(script.session.inflight.len() <= 6, "{} after {n}", script.session.inflight.len());
    }
    script.session.connect(script.now);
    script.reopen(false);
    assert_eq!(script.sent(), [publish(0x32, 1, "kept"), publish(0x32, 2, "9999")]);
}

#[test]
fn mqtt_4_3_1_1_qos_0_is_sent_once_without_dup() {
    let mut script = Script::live();
    let token = script.publish(Q0, "a");
    assert_eq!(script.sent(), [publish(0x30, 0, "a")]);
    assert_eq!(script.events(), [Event::Completed(token)]);
    script.reconnect(true);
    assert!(script.sent().is_empty());
}

#[test]
fn qos_0_is_dropped_without_a_word_unless_live() {
    let mut script = Script::stopped();
    script.publish(Q0, "stopped");
    script.session.connect(script.now);
    script.publish(Q0, "opening");
    script.reopen(false);
    assert!(script.sent().is_empty());
    script.publish(Q0, "never polled");
    script.reconnect(true);
    assert!(script.sent().is_empty());
    assert!(script.events().is_empty());
}

#[test]
fn mqtt_4_3_2_1_qos_1_is_sent_without_dup_and_unacknowledged_until_puback() {
    let mut script = Script::live();
    let token = script.publish(Q1, "a");
    assert_eq!(script.sent(), [publish(0x32, 1, "a")]);
    assert!(script.events().is_empty());
    script.hear(&ack(PUBACK, 1));
    assert_eq!(script.events(), [Event::Completed(token)]);
    script.reconnect(true);
    assert!(script.sent().is_empty());
}

#[test]
fn mqtt_4_3_3_1_qos_2_releases_on_pubrec_and_ends_on_pubcomp() {
    let mut script = Script::live();
    let token = script.publish(Q2, "a");
    assert_eq!(script.sent(), [publish(0x34, 1, "a")]);
    script.hear(&ack(PUBREC, 1));
    assert_eq!(script.sent(), [ack(PUBREL, 1)]);
    assert!(script.events().is_empty());
    script.hear(&ack(PUBCOMP, 1));
    assert_eq!(script.events(), [Event::Completed(token)]);
}

#[test]
fn puback_completes_qos_2_where_a_broker_lowers_it() {
    let mut script = Script::live();
    let token = script.publish(Q2, "a");
    script.sent();
    script.hear(&ack(PUBACK, 1));
    assert_eq!(script.events(), [Event::Completed(token)]);
    script.reconnect(true);
    assert!(script.sent().is_empty());
}

#[test]
fn mqtt_2_3_1_2_publish_subscribe_and_unsubscribe_share_one_pool_of_identifiers() {
    let mut script = Script::live();
    script.publish(Q1, "a");
    script.subscribe("a", Q1);
    script.session.unsubscribe(&filter("b"), script.now);
    let mut ids: Vec<u16> = script
        .sent()
        .iter()
        .map(|packet| match packet[0] {
            0x32 => u16::from_be_bytes([packet[5], packet[6]]),
            _ => id_of(packet),
        })
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3]);
}

#[test]
fn mqtt_2_3_1_3_pubrec_does_not_free_the_identifier() {
    let mut config = Config::new("me");
    config.inflight_window = 65_535;
    let mut script = Script::live_with(config);
    script.publish(Q2, "a");
    script.sent();
    script.hear(&ack(PUBREC, 1));
    script.sent();
    // Once around the pool: 1 is left out while PUBCOMP is owed, and comes again after it.
    let mut seen_1 = 0;
    for round in 0..2 {
        for _ in 0..65_540 {
            script.publish(Q1, "b");
            let packet = script.sent().remove(0);
            let id = u16::from_be_bytes([packet[5], packet[6]]);
            seen_1 += u32::from(id == 1);
            script.hear(&ack(PUBACK, id));
        }
        if round == 0 {
            assert_eq!(seen_1, 0);
            script.hear(&ack(PUBCOMP, 1));
        }
    }
    assert_eq!(seen_1, 1);
}

#[test]
fn mqtt_2_3_1_6_and_7_acks_echo_the_identifier() {
    let mut script = Script::live();
    script.hear(&publish(0x32, 0x1234, "a"));
    let id = ack_of(script.events());
    script.session.ack(id);
    assert_eq!(script.sent(), [ack(PUBACK, 0x1234)]);
    script.hear(&publish(0x34, 0x4321, "b"));
    let id = ack_of(script.events());
    script.session.ack(id);
    assert_eq!(script.sent(), [ack(PUBREC, 0x4321)]);
    script.hear(&ack(PUBREL, 0x4321));
    assert_eq!(script.sent(), [ack(PUBCOMP, 0x4321)]);
    let mut script = Script::live();
    script.publish(Q2, "c");
    script.sent();
    script.hear(&ack(PUBREC, 1));
    assert_eq!(script.sent(), [ack(PUBREL, 1)]);
}

#[test]
fn a_full_window_holds_the_rest_back_in_order() {
    let mut config = Config::new("me");
    config.inflight_window = 2;
    let mut script = Script::live_with(config);
    for payload in ["a", "b", "c"] {
        script.publish(Q1, payload);
    }
    script.publish(Q0, "d");
    script.publish(Q1, "e");
    assert_eq!(script.sent(), [publish(0x32, 1, "a"), publish(0x32, 2, "b")]);
    script.hear(&ack(PUBACK, 2));
    assert_eq!(script.sent(), [publish(0x32, 3, "c"), publish(0x30, 0, "d")]);
    script.hear(&ack(PUBACK, 1));
    assert_eq!(script.sent(), [publish(0x32, 4, "e")]);
}

#[test]
fn acks_out_of_order_and_of_nothing_known_are_taken_calmly() {
    let mut script = Script::live();
    let tokens = ["a", "b"].map(|payload| script.publish(Q1, payload));
    let exact = script.publish(Q2, "c");
    script.sent();
    for kind in [PUBACK, PUBREC, PUBCOMP, UNSUBACK] {
        script.hear(&ack(kind, 77));
    }
    script.hear(&suback(77, &[0]));
    script.hear(&suback(1, &[0]));
    script.hear(&ack(PUBREC, 1));
    script.hear(&ack(PUBCOMP, 1));
    script.hear(&ack(PUBCOMP, 3));
    script.hear(&PINGRESP);
    assert!(script.sent().is_empty());
    assert!(script.events().is_empty());
    script.hear(&ack(PUBREC, 3));
    script.hear(&ack(PUBACK, 3));
    script.hear(&ack(PUBCOMP, 3));
    script.hear(&ack(PUBACK, 2));
    script.hear(&ack(PUBACK, 1));
    let [a, b] = tokens;
    assert_eq!(script.events(), [exact, b, a].map(Event::Completed));
}

#[test]
fn a_repeated_pubrec_is_answered_again() {
    let mut script = Script::live();
    script.publish(Q2, "a");
    script.sent();
    script.hear(&[ack(PUBREC, 1), ack(PUBREC, 1)].concat());
    assert_eq!(script.sent(), [ack(PUBREL, 1), ack(PUBREL, 1)]);
}

#[test]
fn mqtt_4_6_0_4_pubrels_follow_the_order_of_the_pubrecs() {
    let mut script = Script::live();
    for payload in ["a", "b", "c"] {
        script.publish(Q2, payload);
    }
    script.sent();
    let order = [3, 1, 2];
    script.hear(&order.map(|id| ack(PUBREC, id)).concat());
    assert_eq!(script.sent(), order.map(|id| ack(PUBREL, id)));
    script.reconnect(true);
    assert_eq!(script.sent(), order.map(|id| ack(PUBREL, id)));
}

#[test]
fn congestion_holds_publishes_back_and_nothing_else() {
    let mut script = Script::live();
    script.session.set_congested(true);
    script.hear(&publish(0x32, 9, "in"));
    let id = ack_of(script.events());
    script.session.ack(id);
    script.subscribe("a", Q1);
    let at_0 = script.publish(Q0, "a");
    script.publish(Q1, "b");
    script.session.wake(script.now);
    let kinds: Vec<u8> = script.sent().iter().map(|packet| packet[0]).collect();
    assert_eq!(kinds, [0xc0, PUBACK, 0x82]);
    script.session.set_congested(false);
    assert_eq!(script.sent(), [publish(0x30, 0, "a"), publish(0x32, 2, "b")]);
    assert_eq!(script.events(), [Event::Completed(at_0)]);
}

#[test]
fn what_has_not_been_sent_can_be_taken_back() {
    let mut script = Script::stopped();
    let tokens = ["a", "b", "c"].map(|payload| script.publish(Q1, payload));
    script.session.forget(tokens[0]);
    script.session.forget(tokens[2]);
    script.session.forget(Token(99));
    script.session.connect(script.now);
    script.reopen(false);
    assert_eq!(script.sent(), [publish(0x32, 1, "b")]);
    script.session.forget(tokens[1]);
    script.hear(&ack(PUBACK, 1));
    assert_eq!(script.events(), [Event::Completed(tokens[1])]);
}

#[test]
fn what_no_packet_can_hold_is_given_up_at_once() {
    let mut script = Script::live();
    let publish = Publish { payload: vec![0; 268_435_455 - 4].into(), ..message(Q1, "") };
    let token = script.session.publish(publish, script.now);
    assert_eq!(script.events(), [Event::Quarantined(token)]);
    assert!(script.sent().is_empty());
}

#[test]
fn r16_progress_does_not_depend_on_anyone_reading_events() {
    let mut script = Script::live();
    script.publish(Q2, "a");
    script.sent();
    script.hear(&[ack(PUBREC, 1), publish(0x30, 0, "x"), ack(PUBCOMP, 1)].concat());
    assert_eq!(script.sent(), [ack(PUBREL, 1)]);
    script.publish(Q1, "b");
    assert_eq!(script.sent(), [publish(0x32, 2, "b")]);
}

#[test]
fn r20_each_transmit_is_one_whole_packet() {
    let mut script = Script::stopped();
    script.subscribe("a/+", Q1);
    script.publish(Q2, &"x".repeat(100_000));
    script.session.connect(script.now);
    script.session.open(script.now);
    let mut packets = script.sent();
    assert_eq!(packets.len(), 1);
    script.hear(&connack(false, 0));
    packets.extend(script.sent());
    script.session.disconnect(script.now);
    packets.extend(script.sent());
    let kinds: Vec<u8> = packets.iter().map(|packet| packet[0]).collect();
    assert_eq!(kinds, [0x10, 0x82, 0x34, 0xe0]);
    for packet in packets {
        let mut rest = &packet[1..];
        let mut length = 0;
        for at in 0.. {
            let byte = rest[0];
            rest = &rest[1..];
            length |= usize::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                break;
            }
        }
        assert_eq!(rest.len(), length);
    }
}

#[test]
fn a_full_window_is_refilled_when_half_of_it_is_free() {
    let mut script = Script::live_with(Config { inflight_window: 4, ..Config::new("kith") });
    for text in ["a", "b", "c", "d", "e", "f", "g"] {
        script.publish(Q1, text);
    }
    assert_eq!(script.sent().len(), 4);
    script.hear(&ack(PUBACK, 1));
    assert!(script.sent().is_empty(), "one place free: publishes leave together");
    script.hear(&ack(PUBACK, 2));
    assert_eq!(script.sent().len(), 2, "half is free");
    for id in 3..=6 {
        script.hear(&ack(PUBACK, id));
    }
    assert_eq!(script.sent().len(), 1, "nothing is left behind");
}

#[test]
fn no_more_than_twenty_qos_2_publishes_are_open_and_none_behind_them_overtakes() {
    let mut script = Script::live();
    for _ in 0..21 {
        script.publish(Q2, "exactly once");
    }
    script.publish(Q1, "behind");
    assert_eq!(script.sent().len(), 20);
    script.hear(&ack(PUBREC, 1));
    assert_eq!(script.sent(), [ack(PUBREL, 1)], "half way is still open");
    script.hear(&ack(PUBCOMP, 1));
    assert_eq!(script.sent().len(), 2, "the last one, and what stood behind it");
}

#[test]
fn what_replaces_a_publish_takes_its_token_and_its_place() {
    let mut script = Script::live_with(Config { inflight_window: 1, ..Config::new("kith") });
    let [sent, first, _] = ["sent", "first", "second"].map(|payload| script.publish(Q1, payload));
    script.sent();
    let other = |payload| message(Q1, payload);
    assert!(!script.session.replace(sent, other("too late")));
    assert!(script.session.replace(first, other("instead")));
    script.hear(&ack(PUBACK, 1));
    assert_eq!(script.sent(), [publish(0x32, 2, "instead")]);
    script.hear(&ack(PUBACK, 2));
    assert_eq!(script.events(), [sent, first].map(Event::Completed));
}
