//! What holds for every script.

use super::*;
use proptest::prelude::*;

/// A live session with something of everything under way.
fn busy() -> Script {
    let mut script = Script::live();
    script.subscribe("a", Q1);
    script.publish(Q1, "a");
    script.publish(Q2, "b");
    script.publish(Q2, "c");
    script.sent();
    script.hear(&ack(PUBREC, 3));
    script.sent();
    script
}

/// Whole packets with small identifiers, so that they hit what is under way.
fn packet() -> impl Strategy<Value = Vec<u8>> {
    let id = 0..6_u16;
    prop_oneof![
        8 => (prop_oneof![Just(0x30), Just(0x32), Just(0x34), Just(0x3a), Just(0x3c)], 1..6_u16)
            .prop_map(|(first, id)| publish(first, id, "x")),
        8 => (prop_oneof![Just(PUBACK), Just(PUBREC), Just(PUBREL), Just(PUBCOMP), Just(UNSUBACK)], 1..6_u16)
            .prop_map(|(kind, id)| ack(kind, id)),
        1 => id.prop_map(|id| suback(id, &[1])),
        1 => Just(PINGRESP.to_vec()),
        1 => (any::<bool>(), 0..7_u8).prop_map(|(present, code)| connack(present, code).to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..6),
    ]
}

fn closes(events: &[Event]) -> usize {
    let closes = events.iter().filter(|event| matches!(event, Event::Close(_)));
    closes.count()
}

proptest! {
    #[test]
    fn r19_any_split_of_the_stream_is_the_same_session(
        packets in proptest::collection::vec(packet(), 0..40),
        size in 1..50_usize,
    ) {
        let stream = packets.concat();
        let mut whole = busy();
        whole.hear(&stream);
        let mut split = busy();
        for piece in stream.chunks(size) {
            split.hear(piece);
        }
        prop_assert_eq!(whole.events(), split.events());
        prop_assert_eq!(whole.sent(), split.sent());
        prop_assert_eq!(whole.session.poll_timeout(), split.session.poll_timeout());
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_close_at_most_once(
        stream in proptest::collection::vec(packet(), 0..40),
        handshaking in any::<bool>(),
    ) {
        let mut script = if handshaking { Script::stopped() } else { busy() };
        script.session.connect(script.now);
        script.session.open(script.now);
        for bytes in stream {
            script.hear(&bytes);
            script.sent();
        }
        prop_assert!(closes(&script.events()) <= 1);
    }

    #[test]
    fn mqtt_4_6_0_2_and_3_acks_are_in_order_however_late_stores_complete(
        kinds in proptest::collection::vec(any::<bool>(), 1..60),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 60),
    ) {
        let mut script = Script::live();
        let mut waiting = Vec::new();
        let mut expected = Vec::new();
        for (at, exactly_once) in kinds.iter().enumerate() {
            let id = 500 - at as u16;
            script.hear(&publish(if *exactly_once { 0x34 } else { 0x32 }, id, "x"));
            waiting.push(ack_of(script.events()));
            expected.push(ack(if *exactly_once { PUBREC } else { PUBACK }, id));
        }
        let mut sent = Vec::new();
        for index in order {
            if !waiting.is_empty() {
                let at = index.index(waiting.len());
                script.session.ack(waiting.swap_remove(at));
                sent.extend(script.sent());
            }
        }
        prop_assert_eq!(sent, expected);
    }

    #[test]
    fn no_sequence_of_calls_panics(calls in proptest::collection::vec((0..14_u8, any::<u16>(), 0..20_000_u64), 0..200)) {
        let mut script = Script::stopped();
        let mut ids = Vec::new();
        for (call, value, millis) in calls {
            script.now = script.now + Duration::from_millis(if value % 3 == 0 { millis } else { 0 });
            let now = script.now;
            let id = 1 + value % 5;
            match call {
                0 => script.session.connect(now),
                1 => script.session.open(now),
                2 => script.hear(&connack(value % 2 == 0, 0)),
                3 => script.session.closed(now),
                4 => drop(script.publish([Q0, Q1, Q2][usize::from(value % 3)], "x")),
                5 => script.subscribe(if value % 2 == 0 { "a" } else { "b/#" }, Q1),
                6 => script.session.unsubscribe(&filter("a"), now),
                7 => script.hear(&publish(if value % 2 == 0 { 0x32 } else { 0x34 }, id, "x")),
                8 => script.hear(&ack([PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK][usize::from(value % 5)], id)),
                9 => script.hear(&suback(id, &[1])),
                10 => ids.iter().for_each(|id| script.session.ack(*id)),
                11 => script.session.wake(now),
                12 => script.session.handle_timeout(now),
                _ if value % 8 == 0 => script.session.disconnect(now),
                _ => script.session.set_congested(value % 2 == 0),
            }
            if value % 4 != 0 {
                script.sent();
            }
            ids.extend(messages(script.events()).into_iter().filter_map(|message| message.id));
            // A deadline in the past would make the driver spin.
            script.session.handle_timeout(now);
            let due = script.session.poll_timeout();
            prop_assert!(due.is_none_or(|due| due > now), "{call} {:?}", script.session);
        }
    }
}
