//! How connections end and what comes after.

use super::*;
use crate::mqtt::{CloseReason, Stop};

#[test]
fn mqtt_3_14_4_1_and_2_after_disconnect_nothing_is_sent() {
    let mut config = Config::new("me");
    config.inflight_window = 1;
    let mut script = Script::live_with(config);
    script.hear(&publish(0x32, 9, "in"));
    let id = ack_of(script.events());
    script.publish(Q0, "offline");
    script.publish(Q1, "a");
    script.publish(Q1, "behind the window");
    script.session.disconnect(script.now);
    script.publish(Q1, "too late");
    let expected = [publish(0x30, 0, "offline"), publish(0x32, 1, "a"), DISCONNECT.to_vec()];
    assert_eq!(script.sent(), expected);
    script.session.ack(id);
    script.hear(&[ack(PUBACK, 1), publish(0x34, 8, "in"), ack(PUBREL, 8)].concat());
    script.subscribe("a", Q1);
    script.session.wake(script.now);
    script.session.handle_timeout(script.now);
    assert!(script.sent().is_empty());
    script.events();
    script.pass(Duration::from_millis(999));
    assert!(script.events().is_empty());
    script.pass(Duration::from_millis(1));
    let closed = Event::Close(CloseReason::Disconnected);
    assert_eq!(script.events(), [closed, Event::Stopped(Stop::Disconnected)]);
    assert!(script.sent().is_empty());
    assert_eq!(script.session.poll_timeout(), None);
    script.session.connect(script.now);
    script.reopen(true);
    let kinds: Vec<u8> = script.sent().iter().map(|packet| packet[0]).collect();
    assert_eq!(kinds, [0x82, 0x32], "what was queued stayed queued");
}

#[test]
fn what_is_published_after_disconnect_waits_for_the_next_connection() {
    let mut script = Script::live();
    script.publish(Q1, "before");
    script.session.disconnect(script.now);
    script.publish(Q1, "after");
    assert_eq!(script.sent(), [publish(0x32, 1, "before"), DISCONNECT.to_vec()]);
    script.session.connect(script.now);
    script.session.closed(script.now);
    script.reopen(true);
    assert_eq!(script.sent(), [publish(0x3a, 1, "before"), publish(0x32, 2, "after")]);
}

#[test]
fn a_broker_that_closes_after_disconnect_ends_the_wait() {
    let mut script = Script::live();
    script.session.disconnect(script.now);
    assert_eq!(script.sent(), [DISCONNECT]);
    script.session.closed(script.now);
    assert_eq!(script.events(), [Event::Stopped(Stop::Disconnected)]);
    script.session.closed(script.now);
    script.session.disconnect(script.now);
    script.session.wake(script.now);
    assert!(script.events().is_empty());
}

#[test]
fn disconnect_ends_every_state() {
    let mut script = Script::stopped();
    script.session.disconnect(script.now);
    assert!(script.events().is_empty());
    let both = [Event::Close(CloseReason::Disconnected), Event::Stopped(Stop::Disconnected)];
    script.session.connect(script.now);
    script.events();
    script.session.disconnect(script.now);
    assert_eq!(script.events(), both);
    script.session.connect(script.now);
    script.session.open(script.now);
    script.events();
    script.session.disconnect(script.now);
    assert_eq!(script.events(), both);
    assert!(script.sent().is_empty());
    script.session.connect(script.now);
    script.session.closed(script.now);
    script.events();
    script.session.disconnect(script.now);
    assert_eq!(script.events(), both[1..]);
}

#[test]
fn connect_while_disconnecting_connects_afterwards() {
    let mut script = Script::live();
    script.session.disconnect(script.now);
    script.session.connect(script.now);
    assert_eq!(script.sent(), [DISCONNECT]);
    script.session.closed(script.now);
    script.reopen(false);
}

#[test]
fn closed_is_idempotent_and_bytes_of_the_dead_say_nothing() {
    let mut script = Script::live();
    script.hear(&publish(0x30, 0, "half")[..3]);
    script.session.closed(script.now);
    script.session.closed(script.now);
    script.hear(b"lf");
    script.hear(&publish(0x30, 0, "late"));
    let events = script.events();
    assert!(matches!(events[..], [Event::Waiting { reason: None, .. }]));
    script.session.wake(script.now);
    script.reopen(false);
    script.hear(&publish(0x30, 0, "whole"));
    assert_eq!(messages(script.events())[0].payload, "whole");
}

#[test]
fn the_backoff_is_jittered_between_one_second_and_a_growing_ceiling() {
    let delays = |seed| -> Vec<u64> {
        let mut config = Config::new("me");
        config.jitter_seed = seed;
        let mut script = Script::new(config);
        script.session.connect(script.now);
        let delays = (0..12).map(|_| {
            script.session.closed(script.now);
            let Some(Event::Waiting { retry_at, .. }) = script.events().pop() else {
                panic!("the session waits");
            };
            let delay = retry_at.since(script.now).as_millis();
            script.now = retry_at;
            script.session.handle_timeout(script.now);
            delay as u64
        });
        delays.collect()
    };
    let mut seen = Vec::new();
    for seed in 0..500 {
        for (attempt, delay) in delays(seed).into_iter().enumerate() {
            let ceiling = (1000 << (attempt + 1)).min(60_000);
            assert!((1000..=ceiling).contains(&delay), "{attempt} {delay}");
            seen.push(delay);
        }
    }
    assert_ne!(delays(1), delays(2));
    assert_eq!(delays(1), delays(1));
    assert!(seen.iter().any(|delay| *delay < 2_000) && seen.iter().any(|delay| *delay > 58_000));
}

#[test]
fn thirty_seconds_of_life_start_the_backoff_anew() {
    for (life, anew) in [(29, false), (30, true)] {
        let mut longest = 0;
        for seed in 0..50 {
            let mut config = Config::new("me");
            config.jitter_seed = seed;
            let mut script = Script::new(config);
            script.session.connect(script.now);
            for _ in 0..10 {
                script.session.closed(script.now);
                script.events();
                script.session.wake(script.now);
            }
            script.reopen(false);
            script.pass_seconds(life);
            script.session.closed(script.now);
            let Some(Event::Waiting { retry_at, .. }) = script.events().pop() else {
                panic!("the session waits");
            };
            longest = longest.max(retry_at.since(script.now).as_secs());
        }
        assert_eq!(longest <= 2, anew, "{longest}");
    }
}

#[test]
fn waking_ends_a_wait_at_once_and_does_nothing_else_without_a_link() {
    let mut script = Script::stopped();
    script.session.wake(script.now);
    assert!(script.events().is_empty());
    script.session.connect(script.now);
    script.session.wake(script.now);
    assert_eq!(script.events(), [Event::Open]);
    script.session.closed(script.now);
    script.events();
    script.session.wake(script.now);
    script.session.wake(script.now);
    assert_eq!(script.events(), [Event::Open]);
}

#[test]
fn r13_three_closes_within_10_seconds_of_connack_mean_taken_over() {
    let mut script = Script::live();
    for _ in 0..2 {
        script.pass_seconds(10);
        script.reconnect(true);
    }
    script.pass_seconds(10);
    script.session.closed(script.now);
    assert_eq!(script.events(), [Event::Stopped(Stop::TakenOver)]);
    assert_eq!(script.session.poll_timeout(), None);
    script.session.wake(script.now);
    assert!(script.events().is_empty());
    script.session.connect(script.now);
    script.reopen(true);
    script.reconnect(true);
    script.reconnect(true);
    assert!(script.session.is_live(), "the count begins anew");
}

#[test]
fn r13_a_longer_life_or_a_failed_attempt_between_is_no_takeover() {
    let mut script = Script::live();
    for round in 0..6 {
        if round % 2 == 0 {
            script.pass_seconds(11);
        }
        script.reconnect(true);
    }
    for _ in 0..6 {
        script.session.closed(script.now);
        script.events();
        script.session.wake(script.now);
        script.session.closed(script.now);
        script.retry_after_failure();
    }
    assert!(script.session.is_live());
}

impl Script {
    fn retry_after_failure(&mut self) {
        self.events();
        self.session.wake(self.now);
        self.reopen(true);
    }
}
