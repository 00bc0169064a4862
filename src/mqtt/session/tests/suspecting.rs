//! Publishes that a broker cannot take, and what a thousand reconnects leave behind.

use super::*;
use crate::mqtt::CloseReason;

#[test]
fn r15_a_publish_at_the_head_of_three_closes_is_quarantined() {
    for session_present in [true, false] {
        let mut script = Script::live();
        let poison = script.publish(Q1, "poison");
        let other = script.publish(Q1, "other");
        assert_eq!(script.sent().len(), 2);
        script.reconnect(session_present);
        assert_eq!(script.sent().len(), 2);
        script.reconnect(session_present);
        assert_eq!(script.sent().len(), 1, "the third time the suspect is alone");
        script.session.closed(script.now);
        let mut events = script.events();
        assert_eq!(events.remove(0), Event::Quarantined(poison));
        let [Event::Waiting { retry_at, .. }] = events[..] else {
            panic!("the session goes on");
        };
        script.now = retry_at;
        script.session.handle_timeout(script.now);
        script.reopen(session_present);
        let sent = script.sent();
        assert_eq!(sent.len(), 1);
        assert!(sent[0].ends_with(b"other"));
        script.hear(&ack(PUBACK, u16::from_be_bytes([sent[0][5], sent[0][6]])));
        assert_eq!(script.events(), [Event::Completed(other)]);
    }
}

#[test]
fn r15_an_innocent_head_is_not_quarantined_for_its_neighbour() {
    let mut script = Script::live();
    let innocent = script.publish(Q1, "innocent");
    let poison = script.publish(Q1, "poison");
    script.sent();
    let mut quarantined = Vec::new();
    for _ in 0..8 {
        script.session.closed(script.now);
        let events = script.events();
        if let Event::Quarantined(token) = events[0] {
            quarantined.push(token);
        }
        let Some(Event::Waiting { retry_at, .. }) = events.last() else {
            break;
        };
        script.now = *retry_at;
        script.session.handle_timeout(script.now);
        script.reopen(true);
        let sent = script.sent();
        // The broker takes the innocent one when it comes alone, and closes at the poison.
        if let [only] = &sent[..]
            && only.ends_with(b"innocent")
        {
            script.hear(&ack(PUBACK, 1));
            assert_eq!(script.events(), [Event::Completed(innocent)]);
            script.sent();
        }
    }
    assert_eq!(quarantined, [poison]);
}

#[test]
fn r15_closes_before_connack_and_silent_links_convict_nobody() {
    let mut script = Script::live();
    script.publish(Q1, "a");
    script.sent();
    for _ in 0..5 {
        script.session.closed(script.now);
        let events = script.events();
        let Some(Event::Waiting { retry_at, .. }) = events.last() else {
            panic!("the session waits");
        };
        script.now = *retry_at;
        script.session.handle_timeout(script.now);
        assert_eq!(script.events(), [Event::Open]);
        script.session.open(script.now);
        assert_eq!(script.sent().len(), 1);
    }
    script.hear(&connack(true, 0));
    assert_eq!(script.sent(), [publish(0x3a, 1, "a")]);
}

#[test]
fn r15_a_suspect_that_is_merely_ignored_does_not_hold_up_the_rest() {
    let mut script = Script::live();
    for payload in ["ignored", "other"] {
        script.publish(Q1, payload);
    }
    script.sent();
    for _ in 0..2 {
        script.reconnect(true);
        script.sent();
    }
    script.pass_seconds(20);
    script.hear(&PINGRESP);
    script.pass_seconds(10);
    assert_eq!(script.session.poll_event(), Some(Event::Close(CloseReason::NotAccepted)));
    script.retry(true);
    assert_eq!(script.sent().len(), 2);
}

#[test]
fn r22_a_thousand_reconnects_leave_nothing_behind() {
    let mut script = Script::live();
    let mut sizes = Vec::new();
    for cycle in 0..1000 {
        script.subscribe("a/#", Q1);
        script.publish(Q1, "a");
        script.hear(&publish(0x34, 7, "in"));
        script.sent();
        script.events();
        script.pass_seconds(15);
        script.reconnect(cycle % 2 == 0);
        for packet in script.sent() {
            match packet[0] >> 4 {
                3 => script.hear(&ack(PUBACK, u16::from_be_bytes([packet[5], packet[6]]))),
                8 => script.hear(&suback(id_of(&packet), &[1])),
                _ => {}
            }
        }
        script.hear(&ack(PUBREL, 7));
        script.sent();
        script.events();
        let session = &script.session;
        sizes.push([
            session.inflight.len(),
            session.arrivals.len(),
            session.subscriptions.len(),
            session.ids.free(),
            session.control.len(),
            session.events.len(),
        ]);
    }
    assert!(sizes.iter().all(|size| *size == [0, 0, 1, 65_535, 0, 0]), "{:?}", sizes.last());
}

#[test]
fn r24_a_head_unacked_for_30_seconds_forces_one_reconnect() {
    let mut script = Script::live();
    script.publish(Q1, "a");
    script.sent();
    for _ in 0..2 {
        script.pass_seconds(14);
        script.hear(&PINGRESP);
    }
    assert!(script.events().is_empty());
    script.pass_seconds(3);
    assert_eq!(script.events()[0], Event::Close(CloseReason::NotAccepted));
    script.session.wake(script.now);
    script.reopen(true);
    script.sent();
    for _ in 0..10 {
        script.pass_seconds(10);
        script.hear(&PINGRESP);
    }
    assert!(script.events().is_empty(), "not again for the same one");
}

#[test]
fn r24_progress_congestion_and_a_late_timer_are_no_refusal() {
    let mut script = Script::live();
    for payload in ["a", "b"] {
        script.publish(Q1, payload);
    }
    script.sent();
    script.pass_seconds(20);
    script.hear(&ack(PUBACK, 1));
    script.pass_seconds(20);
    script.hear(&PINGRESP);
    script.session.set_congested(true);
    script.pass_seconds(20);
    script.hear(&PINGRESP);
    script.session.set_congested(false);
    script.pass_seconds(20);
    script.hear(&PINGRESP);
    script.now = script.now + Duration::from_secs(300);
    script.hear(&PINGRESP);
    script.session.handle_timeout(script.now);
    script.hear(&ack(PUBACK, 2));
    let tokens = [Token(1), Token(2)].map(Event::Completed);
    assert_eq!(script.events(), tokens);
}
