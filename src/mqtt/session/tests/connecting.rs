//! From nothing to CONNACK.

use super::*;
use crate::mqtt::{CloseReason, ConfigError, ConnectError, Stop, Will};

#[test]
fn mqtt_3_1_0_1_nothing_leaves_before_connect() {
    let mut script = Script::stopped();
    script.publish(Q1, "a");
    script.subscribe("a", Q1);
    script.session.unsubscribe(&filter("b"), script.now);
    script.session.wake(script.now);
    script.session.open(script.now);
    script.session.handle_timeout(script.now);
    assert!(script.sent().is_empty());
    script.session.connect(script.now);
    assert!(script.sent().is_empty());
    script.session.open(script.now);
    assert_eq!(script.sent()[0][0], 0x10);
}

#[test]
fn mqtt_3_1_0_2_there_is_one_connect_per_connection() {
    let mut script = Script::stopped();
    script.session.connect(script.now);
    script.session.connect(script.now);
    assert_eq!(script.events(), [Event::Open]);
    script.session.open(script.now);
    script.session.open(script.now);
    script.session.connect(script.now);
    assert_eq!(script.sent().len(), 1);
    script.hear(&connack(false, 0));
    script.session.open(script.now);
    script.session.connect(script.now);
    assert!(script.sent().is_empty());
}

#[test]
fn mqtt_3_1_4_5_nothing_is_pipelined_behind_connect() {
    let mut script = Script::stopped();
    script.publish(Q1, "a");
    script.subscribe("a", Q1);
    script.session.connect(script.now);
    script.session.open(script.now);
    script.session.wake(script.now);
    assert_eq!(script.sent().len(), 1);
    script.hear(&connack(false, 0));
    assert_eq!(script.sent().len(), 2);
}

#[test]
fn mqtt_3_2_0_1_the_first_packet_of_the_broker_is_connack() {
    let first: [&[u8]; 4] = [&publish(0x30, 0, "a"), &PINGRESP, &ack(PUBACK, 1), &suback(1, &[0])];
    for packet in first {
        let mut script = Script::stopped();
        script.session.connect(script.now);
        script.session.open(script.now);
        script.hear(&[packet, &connack(false, 0)].concat());
        let events = script.events();
        assert_eq!(events.len(), 3, "{events:?}");
        assert!(matches!(events[1], Event::Close(CloseReason::Protocol(_))));
        assert!(matches!(events[2], Event::Waiting { .. }));
    }
}

#[test]
fn mqtt_3_2_2_1_to_3_session_present_is_taken_as_it_comes_where_it_may() {
    for clean_session in [false, true] {
        for session_present in [false, true] {
            for known in [false, true] {
                let mut config = Config::new("me");
                config.clean_session = clean_session;
                let mut script = Script::new(config);
                script.subscribe("a", Q1);
                script.session.connect(script.now);
                if known {
                    script.reopen(false);
                    script.publish(Q1, "a");
                    let sent = script.sent();
                    script.hear(&suback(id_of(&sent[0]), &[1]));
                    script.events();
                    script.session.closed(script.now);
                    script.events();
                    script.session.wake(script.now);
                }
                script.session.open(script.now);
                script.sent();
                script.hear(&connack(session_present, 0));
                let closed = matches!(script.events()[1], Event::Close(CloseReason::Protocol(_)));
                assert_eq!(closed, clean_session && session_present);
                let kinds: Vec<u8> = script.sent().iter().map(|packet| packet[0]).collect();
                let expected: &[u8] = match (closed, known, session_present) {
                    (true, ..) => &[],
                    (_, false, _) => &[0x82],
                    (_, true, true) => &[0x3a],
                    (_, true, false) => &[0x82, 0x32],
                };
                assert_eq!(kinds, expected, "{clean_session} {session_present} {known}");
            }
        }
    }
}

#[test]
fn mqtt_3_2_2_4_a_refusal_with_a_session_is_a_violation() {
    let mut script = Script::stopped();
    script.session.connect(script.now);
    script.session.open(script.now);
    script.hear(&connack(true, 5));
    assert!(matches!(script.events()[1], Event::Close(CloseReason::Protocol(_))));
}

#[test]
fn mqtt_3_2_2_5_and_r18_a_refusal_closes_and_some_ask_first() {
    let answers = [
        (1, ConnectError::ProtocolVersion, true),
        (2, ConnectError::ClientId, true),
        (3, ConnectError::ServerUnavailable, false),
        (4, ConnectError::BadCredentials, true),
        (5, ConnectError::NotAuthorized, true),
        (6, ConnectError::Other(6), false),
    ];
    for (code, error, stops) in answers {
        let mut script = Script::stopped();
        script.session.connect(script.now);
        script.session.open(script.now);
        script.sent();
        script.hear(&connack(false, code));
        let events = script.events();
        assert_eq!(events[1], Event::Close(CloseReason::Refused(error)));
        if stops {
            assert_eq!(events[2], Event::Stopped(Stop::Refused(error)));
            assert_eq!(script.session.poll_timeout(), None);
        } else {
            assert!(matches!(events[2], Event::Waiting { .. }));
        }
        assert!(script.sent().is_empty());
        script.session.connect(script.now);
        assert_eq!(script.events(), [Event::Open]);
    }
}

#[test]
fn a_transport_that_does_not_open_and_a_broker_that_does_not_answer_have_10_seconds() {
    for opens in [false, true] {
        let mut script = Script::stopped();
        script.session.connect(script.now);
        if opens {
            script.session.open(script.now);
        }
        script.events();
        script.pass(Duration::from_millis(9_999));
        assert!(script.events().is_empty());
        script.pass(Duration::from_millis(1));
        let events = script.events();
        assert_eq!(events[0], Event::Close(CloseReason::ConnackTimeout));
        assert!(matches!(events[1], Event::Waiting { .. }));
    }
}

#[test]
fn mqtt_3_1_3_7_an_empty_client_identifier_needs_a_clean_session() {
    let mut config = Config::new("");
    assert_eq!(Session::new(config.clone()).err(), Some(ConfigError::NoClientId));
    config.clean_session = true;
    assert!(Session::new(config).is_ok());
}

#[test]
fn mqtt_3_1_2_22_a_password_needs_a_user_name() {
    let mut config = Config::new("me");
    config.password = Some(vec![0xff]);
    let error = Some(ConfigError::PasswordWithoutUserName);
    assert_eq!(Session::new(config.clone()).err(), error);
    config.user_name = Some(String::new());
    assert!(Session::new(config).is_ok());
}

#[test]
fn mqtt_3_1_3_11_texts_of_connect_are_checked_before_anything_is_sent() {
    let refused = |change: fn(&mut Config), error| {
        let mut config = Config::new("me");
        config.user_name = Some("u".into());
        change(&mut config);
        assert_eq!(Session::new(config).err(), Some(error));
    };
    let long = || "x".repeat(65_536);
    assert_eq!(Session::new(Config::new(long())).err(), Some(ConfigError::TooLong("client identifier")));
    refused(|config| config.client_id = "a\0".into(), ConfigError::Nul("client identifier"));
    refused(|config| config.user_name = Some("x".repeat(65_536)), ConfigError::TooLong("user name"));
    refused(|config| config.user_name = Some("\0".into()), ConfigError::Nul("user name"));
    refused(|config| config.password = Some(vec![0; 65_536]), ConfigError::TooLong("password"));
    refused(
        |config| {
            config.will = Some(Will {
                topic: TopicName::parse("w").unwrap(),
                payload: vec![0; 65_536].into(),
                qos: Q0,
                retain: false,
            });
        },
        ConfigError::TooLong("last will"),
    );
    refused(|config| config.keep_alive = 0, ConfigError::NoKeepAlive);
    refused(|config| config.inflight_window = 0, ConfigError::NoInflightWindow);
    refused(|config| config.max_inbound = 3, ConfigError::InboundLimit);
}

#[test]
fn the_longest_texts_of_connect_do_not_panic() {
    let mut config = Config::new("x".repeat(65_535));
    config.user_name = Some("x".repeat(65_535));
    config.password = Some(vec![0; 65_535]);
    config.will = Some(Will {
        topic: TopicName::parse("x".repeat(65_535)).unwrap(),
        payload: vec![0; 65_535].into(),
        qos: Q2,
        retain: true,
    });
    let mut script = Script::new(config);
    script.session.connect(script.now);
    script.session.open(script.now);
    assert_eq!(script.sent()[0].len(), 4 + 10 + 5 * 65_537);
}

#[test]
fn a_password_does_not_end_up_in_a_log() {
    let mut config = Config::new("me");
    config.user_name = Some("u".into());
    config.password = Some(b"secret".to_vec());
    let debug = format!("{:?}", Session::new(config).unwrap());
    assert!(!debug.contains("secret") && !debug.contains("115"));
}

#[test]
fn r23_the_default_keep_alive_is_below_every_idle_timeout() {
    assert_eq!(Config::new("me").keep_alive, 30);
}
