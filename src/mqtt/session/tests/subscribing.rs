//! Subscriptions.

use super::*;
use crate::mqtt::CloseReason;

/// The filters of a SUBSCRIBE or UNSUBSCRIBE.
fn filters(packet: &[u8]) -> Vec<String> {
    let options = usize::from(packet[0] == 0x82);
    let mut rest = &packet[4..];
    let mut filters = Vec::new();
    while let [high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        filters.push(String::from_utf8(after[..length].to_vec()).unwrap());
        rest = &after[length + options..];
    }
    filters
}

#[test]
fn mqtt_3_8_4_3_what_is_granted_can_be_asked_again_for_what_is_retained() {
    let mut script = Script::live();
    script.subscribe("a", Q1);
    let asked = id_of(&script.sent()[0]);
    script.hear(&suback(asked, &[1]));
    script.events();
    script.session.ask_again(&filter("a"), script.now);
    script.session.ask_again(&filter("a"), script.now);
    script.session.ask_again(&filter("nobody wants this"), script.now);
    let sent = script.sent();
    assert_eq!(sent.iter().map(|packet| filters(packet)).collect::<Vec<_>>(), [["a"]]);
    script.hear(&suback(id_of(&sent[0]), &[1]));
    assert_eq!(script.events(), [Event::Subscribed(filter("a"), Some(Q1))]);
    assert!(script.sent().is_empty());
}

#[test]
fn mqtt_3_8_3_3_at_most_8_filters_share_a_packet_and_dangerous_ones_none() {
    let mut script = Script::stopped();
    let plain = (0..10).map(|n| format!("a/{n}"));
    for text in plain.chain(["b/+", "c/#", "$SYS/x", "d"].map(String::from)) {
        script.subscribe(&text, Q1);
    }
    script.session.connect(script.now);
    script.reopen(false);
    let sent = script.sent();
    assert!(sent.iter().all(|packet| packet[0] == 0x82));
    let sent: Vec<Vec<String>> = sent.iter().map(|packet| filters(packet)).collect();
    let all: Vec<&String> = sent.iter().flatten().collect();
    assert_eq!(all.len(), 14);
    for packet in sent {
        assert!(!packet.is_empty() && packet.len() <= 8);
        let alone = packet.iter().any(|text| text.contains(['+', '#', '$']));
        assert!(!alone || packet.len() == 1, "{packet:?}");
    }
}

#[test]
fn mqtt_3_8_4_5_each_filter_has_its_answer_in_order() {
    let mut script = Script::live();
    for text in ["a", "b", "c"] {
        script.subscribe(text, Q2);
    }
    assert_eq!(script.sent().len(), 1);
    script.hear(&suback(1, &[1, 0x80, 2]));
    assert_eq!(
        script.events(),
        [
            Event::Subscribed(filter("a"), Some(Q1)),
            Event::Subscribed(filter("b"), None),
            Event::Subscribed(filter("c"), Some(Q2)),
        ]
    );
}

#[test]
fn mqtt_3_9_3_1_a_suback_with_another_count_closes() {
    for codes in [&[1][..], &[1, 1, 1]] {
        let mut script = Script::live();
        script.subscribe("a", Q1);
        script.subscribe("b", Q1);
        script.sent();
        script.hear(&suback(1, codes));
        assert!(matches!(script.events()[0], Event::Close(CloseReason::Protocol(_))));
    }
}

#[test]
fn mqtt_3_9_3_2_a_reserved_return_code_closes() {
    let mut script = Script::live();
    script.subscribe("a", Q1);
    script.sent();
    script.hear(&suback(1, &[3]));
    assert!(matches!(script.events()[0], Event::Close(CloseReason::Protocol(_))));
}

#[test]
fn r8_resubscribing_does_not_wait_for_the_outbox() {
    for session_present in [true, false] {
        let mut script = Script::live();
        for _ in 0..30 {
            script.publish(Q1, "x");
        }
        script.sent();
        script.subscribe("a", Q1);
        script.subscribe("b/#", Q1);
        script.reconnect(session_present);
        let kinds: Vec<u8> = script.sent().iter().map(|packet| packet[0] >> 4).collect();
        assert_eq!(kinds[..2], [8, 8]);
        assert!(kinds[2..].iter().all(|kind| *kind == 3));
    }
}

#[test]
fn r9_a_lost_session_is_subscribed_again_and_a_kept_one_where_it_lacks() {
    let mut script = Script::live();
    script.subscribe("granted", Q1);
    script.sent();
    script.hear(&suback(1, &[1]));
    script.subscribe("refused", Q1);
    script.sent();
    script.hear(&suback(2, &[0x80]));
    script.subscribe("unanswered", Q1);
    script.sent();
    script.events();
    script.reconnect(true);
    let sent = script.sent();
    assert_eq!(filters(&sent[0]), ["refused", "unanswered"]);
    script.hear(&suback(id_of(&sent[0]), &[1, 1]));
    script.events();
    script.reconnect(true);
    assert!(script.sent().is_empty());
    script.pass_seconds(11);
    script.reconnect(false);
    let sent = script.sent();
    assert_eq!(filters(&sent[0]), ["granted", "refused", "unanswered"]);
}

#[test]
fn r11_wanting_the_same_many_times_is_wanting_it_once() {
    let mut script = Script::stopped();
    for _ in 0..5 {
        script.subscribe("a", Q1);
    }
    script.session.connect(script.now);
    script.reopen(false);
    let sent = script.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(filters(&sent[0]), ["a"]);
    script.subscribe("a", Q1);
    script.hear(&suback(1, &[0]));
    script.subscribe("a", Q1);
    assert!(script.sent().is_empty());
    script.subscribe("a", Q2);
    assert_eq!(filters(&script.sent()[0]), ["a"], "at another quality it is another wish");
    script.hear(&suback(2, &[0x80]));
    script.subscribe("a", Q2);
    assert_eq!(filters(&script.sent()[0]), ["a"], "after a refusal it is worth asking");
}

#[test]
fn the_last_wish_about_a_filter_counts() {
    let mut script = Script::live();
    script.subscribe("a", Q1);
    script.session.unsubscribe(&filter("a"), script.now);
    let sent = script.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0][0], filters(&sent[0])), (0xa2, vec!["a".into()]));
    script.session.unsubscribe(&filter("a"), script.now);
    script.subscribe("a", Q1);
    let sent = script.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0][0], filters(&sent[0])), (0x82, vec!["a".into()]));
    script.session.unsubscribe(&filter("a"), script.now);
    script.sent();
    script.hear(&suback(id_of(&sent[0]), &[1]));
    assert!(script.events().is_empty(), "nobody wants to know any more");
}

#[test]
fn an_unsubscribe_that_did_not_get_through_is_repeated_where_the_session_lives() {
    for session_present in [true, false] {
        let mut script = Script::live();
        script.session.unsubscribe(&filter("sent"), script.now);
        script.sent();
        script.session.closed(script.now);
        script.session.unsubscribe(&filter("offline"), script.now);
        script.retry(session_present);
        let sent: Vec<Vec<String>> = script.sent().iter().map(|p| filters(p)).collect();
        if session_present {
            assert_eq!(sent.concat().len(), 2);
        } else {
            assert!(sent.is_empty());
        }
    }
}

#[test]
fn what_a_broker_retains_is_brought_by_a_filter_that_is_given_up_and_wanted_anew() {
    let mut script = Script::live();
    script.subscribe("a", Q1);
    let asked = id_of(&script.sent()[0]);
    script.hear(&suback(asked, &[1]));
    script.events();
    script.session.renew(&filter("a"), script.now);
    script.session.renew(&filter("a"), script.now);
    script.session.renew(&filter("nobody wants this"), script.now);
    let sent = script.sent();
    assert_eq!(sent.iter().map(|packet| packet[0]).collect::<Vec<_>>(), [0xA2, 0x82]);
    assert_eq!(sent.iter().map(|packet| filters(packet)).collect::<Vec<_>>(), [["a"], ["a"]]);
    script.hear(&suback(id_of(&sent[1]), &[1]));
    assert_eq!(script.events(), [Event::Subscribed(filter("a"), Some(Q1))]);
    assert!(script.sent().is_empty());
}

#[test]
fn what_was_to_be_wanted_anew_when_the_connection_ended_is_wanted_at_the_next() {
    let mut script = Script::live();
    script.subscribe("a", Q1);
    let asked = id_of(&script.sent()[0]);
    script.hear(&suback(asked, &[1]));
    script.events();
    script.session.renew(&filter("a"), script.now);
    script.sent();
    script.reconnect(true);
    let sent = script.sent();
    assert_eq!(sent.last().map(|packet| (packet[0], filters(packet))), Some((0x82, vec!["a".into()])));
}
