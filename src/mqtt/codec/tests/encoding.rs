//! Golden bytes of everything that leaves.

use super::*;
use crate::mqtt::codec::encode;
use crate::mqtt::{Config, Publish, TopicFilter, Will};

fn will(qos: QoS, retain: bool) -> Will {
    Will { topic: TopicName::parse("w").unwrap(), payload: Bytes::from_static(b"\0\xff"), qos, retain }
}

fn connect_flags(config: &Config) -> u8 {
    encode::connect(config)[9]
}

#[test]
fn mqtt_3_1_3_1_connect_has_its_fields_in_order() {
    let mut config = Config::new("id");
    assert_eq!(encode::connect(&config)[..], *b"\x10\x0e\0\x04MQTT\x04\x00\x00\x1e\0\x02id");
    config.keep_alive = 0x1234;
    config.clean_session = true;
    config.will = Some(will(QoS::AtLeastOnce, true));
    config.user_name = Some("u".into());
    config.password = Some(b"\0\xfe".to_vec());
    assert_eq!(
        encode::connect(&config)[..],
        *b"\x10\x1c\0\x04MQTT\x04\xee\x12\x34\0\x02id\0\x01w\0\x02\0\xff\0\x01u\0\x02\0\xfe"
    );
}

#[test]
fn mqtt_3_1_2_9_to_15_the_will_flags_say_what_is_there() {
    let mut config = Config::new("id");
    assert_eq!(connect_flags(&config), 0);
    let flags = [
        (QoS::AtMostOnce, false, 0b0000_0100),
        (QoS::AtLeastOnce, false, 0b0000_1100),
        (QoS::ExactlyOnce, false, 0b0001_0100),
        (QoS::AtMostOnce, true, 0b0010_0100),
        (QoS::ExactlyOnce, true, 0b0011_0100),
    ];
    for (qos, retain, expected) in flags {
        config.will = Some(will(qos, retain));
        assert_eq!(connect_flags(&config), expected);
    }
}

#[test]
fn mqtt_3_1_2_18_to_21_user_name_and_password_flags_say_what_is_there() {
    let mut config = Config::new("id");
    config.user_name = Some(String::new());
    assert_eq!(connect_flags(&config), 0b1000_0000);
    assert!(encode::connect(&config).ends_with(b"id\0\0"));
    config.password = Some(Vec::new());
    assert_eq!(connect_flags(&config), 0b1100_0000);
    assert!(encode::connect(&config).ends_with(b"id\0\0\0\0"));
}

#[test]
fn mqtt_3_3_1_2_dup_is_never_set_at_qos_0() {
    let publish = |qos| Publish {
        topic: TopicName::parse("a/b").unwrap(),
        payload: Bytes::from_static(b"hi"),
        qos,
        retain: true,
    };
    let encoded = |qos, dup| encode::publish(&publish(qos), 0x1234, dup);
    assert_eq!(encoded(QoS::AtMostOnce, true)[..], *b"\x31\x07\0\x03a/bhi");
    assert_eq!(encoded(QoS::AtLeastOnce, true)[..], *b"\x3b\x09\0\x03a/b\x12\x34hi");
    assert_eq!(encoded(QoS::ExactlyOnce, false)[..], *b"\x35\x09\0\x03a/b\x12\x34hi");
}

#[test]
fn mqtt_3_8_1_1_subscribe_has_its_flags_and_filters() {
    let filter = |text: &str| TopicFilter::parse(text).unwrap();
    let filters = [(filter("a/+"), QoS::AtMostOnce), (filter("b"), QoS::ExactlyOnce)];
    assert_eq!(encode::subscribe(0x0102, &filters)[..], *b"\x82\x0c\x01\x02\0\x03a/+\0\0\x01b\x02");
}

#[test]
fn mqtt_3_10_1_1_unsubscribe_has_its_flags_and_filters() {
    let filters = [TopicFilter::parse("#").unwrap(), TopicFilter::parse("b").unwrap()];
    assert_eq!(encode::unsubscribe(0x0102, &filters)[..], *b"\xa2\x08\x01\x02\0\x01#\0\x01b");
}

#[test]
fn mqtt_2_2_2_1_reserved_flags_are_as_the_standard_has_them() {
    assert_eq!(encode::puback(0x0102)[..], *b"\x40\x02\x01\x02");
    assert_eq!(encode::pubrec(0x0102)[..], *b"\x50\x02\x01\x02");
    assert_eq!(encode::pubrel(0x0102)[..], *b"\x62\x02\x01\x02");
    assert_eq!(encode::pubcomp(0x0102)[..], *b"\x70\x02\x01\x02");
    assert_eq!(encode::pingreq()[..], *b"\xc0\x00");
    assert_eq!(encode::disconnect()[..], *b"\xe0\x00");
}

#[test]
fn every_remaining_length_is_minimal() {
    for (payload, length) in [
        (0, &[3][..]),
        (124, &[127]),
        (125, &[128, 1]),
        (16_380, &[0xff, 0x7f]),
        (16_381, &[0x80, 0x80, 1]),
        (2_097_148, &[0xff, 0xff, 0x7f]),
        (2_097_149, &[0x80, 0x80, 0x80, 1]),
    ] {
        let publish = Publish {
            topic: TopicName::parse("t").unwrap(),
            payload: vec![0; payload].into(),
            qos: QoS::AtMostOnce,
            retain: false,
        };
        let packet = encode::publish(&publish, 0, false);
        assert_eq!(packet[1..=length.len()], *length);
        assert_eq!(packet.len(), 1 + length.len() + 3 + payload);
    }
}
