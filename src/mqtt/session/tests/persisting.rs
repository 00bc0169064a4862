//! Our publishes across connections.

use super::*;
use proptest::prelude::*;

#[test]
fn mqtt_4_4_0_1_unacked_publishes_are_resent_with_their_ids() {
    let mut script = Script::live();
    for (qos, payload) in [(Q1, "a"), (Q2, "b"), (Q2, "c"), (Q1, "d")] {
        script.publish(qos, payload);
    }
    script.sent();
    script.hear(&[ack(PUBREC, 2), ack(PUBACK, 4)].concat());
    script.sent();
    script.events();
    script.reconnect(true);
    let resent = [ack(PUBREL, 2), publish(0x3a, 1, "a"), publish(0x3c, 3, "c")];
    assert_eq!(script.sent(), resent);
    script.hear(&[ack(PUBACK, 1), ack(PUBCOMP, 2)].concat());
    script.events();
    script.reconnect(true);
    assert_eq!(script.sent(), resent[2..], "and as often as it takes");
}

#[test]
fn mqtt_4_4_0_1_new_publishes_follow_the_resent_ones() {
    let mut config = Config::new("me");
    config.inflight_window = 2;
    let mut script = Script::live_with(config);
    for payload in ["a", "b", "c"] {
        script.publish(Q1, payload);
    }
    script.sent();
    script.reconnect(true);
    assert_eq!(script.sent(), [publish(0x3a, 1, "a"), publish(0x3a, 2, "b")]);
    script.hear(&ack(PUBACK, 1));
    assert_eq!(script.sent(), [publish(0x32, 3, "c")]);
}

#[test]
fn mqtt_3_3_1_1_and_r6_dup_is_set_on_what_is_sent_again_and_only_there() {
    let mut script = Script::live();
    script.publish(Q1, "a");
    assert_eq!(script.sent(), [publish(0x32, 1, "a")]);
    script.publish(Q1, "not sent");
    script.reconnect(true);
    assert_eq!(script.sent(), [publish(0x3a, 1, "a"), publish(0x32, 2, "not sent")]);
}

#[test]
fn mqtt_4_3_3_1_after_pubrel_the_publish_is_never_sent_again() {
    let mut script = Script::live();
    let token = script.publish(Q2, "a");
    script.sent();
    script.reconnect(true);
    assert_eq!(script.sent(), [publish(0x3c, 1, "a")]);
    script.hear(&ack(PUBREC, 1));
    script.pass_seconds(11);
    script.reconnect(true);
    assert_eq!(script.sent(), [ack(PUBREL, 1)], "PUBREL queued but not polled");
    script.reconnect(true);
    assert_eq!(script.sent(), [ack(PUBREL, 1)], "PUBREL lost");
    script.hear(&ack(PUBCOMP, 1));
    assert_eq!(script.events(), [Event::Completed(token)]);
    script.reconnect(true);
    assert!(script.sent().is_empty());
}

#[test]
fn without_the_session_all_is_published_as_new_in_the_old_order() {
    let mut script = Script::live();
    let tokens = [(Q1, "a"), (Q2, "b"), (Q1, "c")].map(|(qos, text)| script.publish(qos, text));
    script.sent();
    script.hear(&ack(PUBREC, 2));
    script.publish(Q1, "d");
    script.sent();
    script.publish(Q1, "e");
    script.reconnect(false);
    let resent = script.sent();
    let expected = [(0x32, "a"), (0x34, "b"), (0x32, "c"), (0x32, "d"), (0x32, "e")];
    let ids: Vec<u16> = resent.iter().map(|p| u16::from_be_bytes([p[5], p[6]])).collect();
    for ((packet, id), (first, text)) in resent.iter().zip(&ids).zip(expected) {
        assert_eq!(*packet, publish(first, *id, text));
    }
    assert_eq!(resent.len(), 5);
    script.hear(&ack(PUBACK, ids[2]));
    assert_eq!(script.events(), [Event::Completed(tokens[2])]);
}

#[test]
fn mqtt_3_1_2_4_a_kept_session_keeps_its_state_over_a_disconnect() {
    let mut script = Script::live();
    script.publish(Q1, "a");
    script.hear(&publish(0x34, 7, "in"));
    let id = ack_of(script.events());
    script.sent();
    script.session.ack(id);
    script.sent();
    script.session.disconnect(script.now);
    script.sent();
    script.session.closed(script.now);
    script.events();
    script.session.connect(script.now);
    script.reopen(true);
    assert_eq!(script.sent(), [publish(0x3a, 1, "a")]);
    script.hear(&publish(0x3c, 7, "in"));
    assert!(script.events().is_empty(), "not delivered twice");
    assert_eq!(script.sent(), [ack(PUBREC, 7)]);
}

#[test]
fn mqtt_3_1_2_6_a_clean_session_is_never_reused() {
    let mut config = Config::new("");
    config.clean_session = true;
    let mut script = Script::live_with(config);
    script.subscribe("a", Q1);
    script.publish(Q2, "a");
    script.hear(&publish(0x34, 7, "in"));
    let first = ack_of(script.events());
    let sent = script.sent();
    script.hear(&ack(PUBREC, 2));
    script.reconnect(false);
    let again = script.sent();
    assert_eq!(again.len(), 2);
    assert_eq!(again[0][4..], sent[0][4..], "SUBSCRIBE");
    assert_eq!(again[1][0], 0x34, "PUBLISH as new, no PUBREL");
    script.hear(&publish(0x34, 7, "other"));
    assert_ne!(ack_of(script.events()), first, "the identifier is fresh");
}

/// A broker that takes the first `cut` bytes of each connection and then is gone, without having acknowledged.
fn drain_until(script: &mut Script, cut: usize, log: &mut Vec<Vec<u8>>) {
    let mut room = cut;
    while let Some(packet) = script.session.poll_transmit() {
        if packet.len() > room {
            return;
        }
        room -= packet.len();
        log.push(packet.to_vec());
    }
}

#[test]
fn r14_a_link_that_dies_at_any_byte_of_a_drain_loses_nothing_and_keeps_the_order() {
    let payloads = ["0", "1", "2", "3", "4"];
    for cut in 0..=5 * 8 {
        for session_present in [true, false] {
            let mut script = Script::live();
            let tokens = payloads.map(|payload| script.publish(Q1, payload));
            let mut log = Vec::new();
            drain_until(&mut script, cut, &mut log);
            script.reconnect(session_present);
            let drained = script.sent();
            log.extend(drained.clone());
            let mut arrived: Vec<&[u8]> = log.iter().map(|packet| &packet[7..]).collect();
            let mut seen = std::collections::BTreeSet::new();
            arrived.retain(|payload| seen.insert(payload.to_vec()));
            assert_eq!(arrived, payloads.map(str::as_bytes), "{cut} {session_present}");
            for packet in drained {
                script.hear(&ack(PUBACK, u16::from_be_bytes([packet[5], packet[6]])));
            }
            assert_eq!(script.events(), tokens.map(Event::Completed));
        }
    }
}

proptest! {
    #[test]
    fn mqtt_4_6_0_1_publishes_are_resent_in_their_original_order(
        fates in proptest::collection::vec((any::<bool>(), 0..3), 1..40),
        order in any::<u64>(),
        session_present in any::<bool>(),
    ) {
        let mut script = Script::live();
        for (at, (exactly_once, _)) in fates.iter().enumerate() {
            script.publish(if *exactly_once { Q2 } else { Q1 }, &format!("{at:04}"));
        }
        let sent = script.sent();
        // Fate 0: no answer. 1: PUBACK. 2: PUBREC at QoS 2. In any order.
        let mut answers: Vec<usize> = (0..sent.len()).collect();
        answers.sort_by_key(|at| (order >> (at % 60)) ^ order.wrapping_mul(1 + *at as u64));
        for at in answers {
            match fates[at] {
                (_, 1) => script.hear(&ack(PUBACK, at as u16 + 1)),
                (true, 2) => script.hear(&ack(PUBREC, at as u16 + 1)),
                _ => {}
            }
        }
        script.events();
        script.session.closed(script.now);
        script.retry(session_present);
        let resent: Vec<Vec<u8>> = script.sent().into_iter().filter(|p| p[0] >> 4 == 3).collect();
        let expected: Vec<&Vec<u8>> = sent
            .iter()
            .zip(&fates)
            .filter(|(_, fate)| match fate {
                (_, 1) => false,
                (true, 2) => !session_present,
                _ => true,
            })
            .map(|(packet, _)| packet)
            .collect();
        for (again, first) in resent.iter().zip(&expected) {
            let dup = if session_present { 0x08 } else { 0 };
            prop_assert_eq!(again[0], first[0] | dup);
            prop_assert_eq!(&again[7..], &first[7..]);
            if session_present {
                prop_assert_eq!(&again[5..7], &first[5..7]);
            }
        }
        prop_assert!(resent.len() >= expected.len());
        prop_assert!(resent.iter().map(|packet| &packet[7..]).is_sorted());
    }
}
