//! The two clocks, with punctual and with late timers.

use super::*;
use crate::mqtt::CloseReason;

const SECOND: Duration = Duration::from_secs(1);

/// What is sent during `span`, with a tick each second, each answered unless it is not.
fn run(script: &mut Script, seconds: u64, mut each: impl FnMut(&mut Script, Vec<u8>)) {
    for _ in 0..seconds {
        script.pass(SECOND);
        for packet in script.sent() {
            each(script, packet);
        }
    }
}

fn died(script: &mut Script) -> bool {
    let events = script.events();
    events.contains(&Event::Close(CloseReason::KeepAliveTimeout))
}

#[test]
fn mqtt_3_1_2_23_the_gap_between_packets_never_exceeds_the_keep_alive() {
    for keep_alive in [1, 2, 30, 1200] {
        let mut config = Config::new("me");
        config.keep_alive = keep_alive;
        let mut script = Script::live_with(config);
        let mut last = script.now;
        for _ in 0..20 {
            let due = script.session.poll_timeout().unwrap();
            script.now = script.now.max(due);
            script.session.handle_timeout(script.now);
            assert_eq!(script.sent(), [PINGREQ]);
            assert!(script.now.since(last) <= SECOND * u32::from(keep_alive));
            last = script.now;
            script.hear(&PINGRESP);
        }
        assert!(script.session.is_live());
    }
}

#[test]
fn the_ping_comes_at_four_fifths_of_the_interval() {
    let mut script = Script::live();
    script.pass(Duration::from_millis(23_999));
    assert!(script.sent().is_empty());
    script.pass(Duration::from_millis(1));
    assert_eq!(script.sent(), [PINGREQ]);
}

#[test]
fn r3_only_receiving_still_pings() {
    let mut script = Script::live();
    let mut pings = 0;
    for _ in 0..300 {
        script.pass(SECOND);
        script.hear(&publish(0x30, 0, "x"));
        pings += script.sent().iter().filter(|packet| **packet == PINGREQ).count();
    }
    assert_eq!(pings, 12);
}

#[test]
fn r3_only_sending_into_a_black_hole_is_noticed() {
    let mut script = Script::live();
    let begin = script.now;
    while script.session.is_live() {
        script.publish(Q0, "x");
        script.pass(SECOND);
        script.sent();
        assert!(script.now.since(begin) <= SECOND * 46);
    }
    assert!(script.now.since(begin) > SECOND * 45);
    assert!(died(&mut script));
}

#[test]
fn silence_alone_dies_at_one_and_a_half_intervals_after_a_probe() {
    let mut script = Script::live();
    script.pass(SECOND * 45);
    assert!(script.session.is_live());
    assert_eq!(script.sent().len(), 2);
    script.pass(Duration::from_millis(1));
    assert!(died(&mut script));
}

#[test]
fn r4_part_of_a_large_packet_is_life() {
    let mut script = Script::live();
    let packet = [&[0x30, 0xff, 0x7f, 0, 1, b't'][..], &[0; 16_380]].concat();
    for byte in packet.chunks(100) {
        script.pass_seconds(20);
        script.hear(byte);
        assert!(script.session.is_live());
    }
    assert_eq!(messages(script.events()).len(), 1);
}

#[test]
fn r1_a_page_throttled_to_one_tick_a_minute_keeps_a_link_that_answers() {
    let mut script = Script::live();
    for _ in 0..30 {
        script.now = script.now + SECOND * 60;
        script.session.handle_timeout(script.now);
        assert!(script.sent().contains(&PINGREQ.to_vec()));
        script.hear(&PINGRESP);
    }
    assert!(script.events().is_empty());
}

#[test]
fn r1_any_event_notices_a_missed_deadline() {
    let mut script = Script::live();
    script.now = script.now + SECOND * 100;
    script.publish(Q1, "a");
    assert_eq!(script.sent()[0], PINGREQ);
    script.now = script.now + SECOND * 25;
    script.subscribe("a", Q1);
    assert_eq!(script.sent()[0], PINGREQ);
    script.now = script.now + SECOND * 25;
    script.hear(&publish(0x30, 0, "x"));
    assert_eq!(script.sent(), [PINGREQ]);
}

#[test]
fn a_late_timer_alone_kills_no_link() {
    for late in [3, 60, 300, 100_000] {
        let mut script = Script::live();
        script.now = script.now + SECOND * late;
        script.session.handle_timeout(script.now);
        script.now = script.now + SECOND * late;
        script.session.handle_timeout(script.now);
        assert!(script.session.is_live());
        script.session.wake(script.now);
        script.now = script.now + SECOND * (4 + late);
        script.session.handle_timeout(script.now);
        assert!(script.session.is_live());
        script.hear(&PINGRESP);
        assert!(script.events().is_empty());
    }
}

#[test]
fn a_dead_link_is_noticed_even_by_timers_that_are_always_late() {
    let mut script = Script::live();
    for _ in 0..6 {
        script.now = script.now + SECOND * 60;
        script.session.handle_timeout(script.now);
    }
    assert!(died(&mut script));
}

#[test]
fn r5_waking_makes_a_zombie_prove_itself_within_four_seconds() {
    let mut script = Script::live();
    script.pass_seconds(10);
    script.session.wake(script.now);
    script.session.wake(script.now);
    assert_eq!(script.sent(), [PINGREQ], "one probe is enough");
    script.pass(Duration::from_millis(3_999));
    assert!(script.session.is_live());
    script.pass(Duration::from_millis(1));
    assert!(died(&mut script));

    let mut script = Script::live();
    script.session.wake(script.now);
    script.pass_seconds(3);
    script.hear(&publish(0x30, 0, "anything")[..1]);
    run(&mut script, 20, |_, _| {});
    assert!(!died(&mut script));
}

#[test]
fn r5_a_frozen_page_that_wakes_asks_again_before_it_gives_up() {
    let mut script = Script::live();
    script.pass_seconds(42);
    script.sent();
    script.now = script.now + SECOND * 3600;
    script.session.wake(script.now);
    assert_eq!(script.sent(), [PINGREQ]);
    script.session.handle_timeout(script.now);
    assert!(script.session.is_live());
    script.pass_seconds(4);
    assert!(died(&mut script));
}

#[test]
fn acks_count_as_packets_sent() {
    let mut script = Script::live();
    for id in 1..100 {
        script.pass_seconds(10);
        script.hear(&publish(0x32, id, "x"));
        let id = ack_of(script.events());
        script.session.ack(id);
        assert_eq!(script.sent().len(), 1);
    }
}

#[test]
fn answered_pings_keep_a_link_for_ever() {
    let mut script = Script::live();
    run(&mut script, 3600, |script, packet| {
        assert_eq!(packet, PINGREQ);
        script.hear(&PINGRESP);
    });
    assert!(script.session.is_live());
}

#[test]
fn time_that_goes_back_does_no_harm() {
    let mut script = Script::live();
    script.session.handle_timeout(Instant(0));
    script.session.receive(&PINGRESP, Instant(5));
    assert!(script.session.is_live());
    assert!(script.session.poll_timeout().unwrap() > script.now);
}
