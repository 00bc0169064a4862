//! Each guard, shown a stream that only it refuses.

use super::*;
use crate::mqtt::{ConnectError, TopicError};

#[test]
fn every_packet_of_a_broker_is_understood() {
    let check = |bytes: &[u8], packet: Packet| assert_eq!(decode(bytes), Ok(vec![packet]));
    let connack = |session_present, refused| Packet::Connack { session_present, refused };
    check(b"\x20\x02\x00\x00", connack(false, None));
    check(b"\x20\x02\x01\x00", connack(true, None));
    check(b"\x20\x02\x00\x01", connack(false, Some(ConnectError::ProtocolVersion)));
    check(b"\x20\x02\x00\x02", connack(false, Some(ConnectError::ClientId)));
    check(b"\x20\x02\x00\x03", connack(false, Some(ConnectError::ServerUnavailable)));
    check(b"\x20\x02\x00\x04", connack(false, Some(ConnectError::BadCredentials)));
    check(b"\x20\x02\x00\x05", connack(false, Some(ConnectError::NotAuthorized)));
    check(b"\x20\x02\x00\x4d", connack(false, Some(ConnectError::Other(77))));
    check(b"\x30\x07\x00\x03a/bhi", publish(false, QoS::AtMostOnce, false, 0));
    check(b"\x3b\x09\x00\x03a/b\x12\x34hi", publish(true, QoS::AtLeastOnce, true, 0x1234));
    check(b"\x34\x09\x00\x03a/b\xff\xffhi", publish(false, QoS::ExactlyOnce, false, 0xffff));
    check(b"\x40\x02\x01\x02", Packet::Puback(0x0102));
    check(b"\x50\x02\x01\x02", Packet::Pubrec(0x0102));
    check(b"\x62\x02\x01\x02", Packet::Pubrel(0x0102));
    check(b"\x70\x02\x01\x02", Packet::Pubcomp(0x0102));
    let granted = vec![Some(QoS::AtMostOnce), Some(QoS::AtLeastOnce), Some(QoS::ExactlyOnce), None];
    check(b"\x90\x06\x00\x01\x00\x01\x02\x80", Packet::Suback { id: 1, granted });
    check(b"\xb0\x02\x01\x02", Packet::Unsuback(0x0102));
    check(b"\xd0\x00", Packet::Pingresp);
}

#[test]
fn mqtt_1_5_3_1_and_2_texts_are_utf_8_without_surrogates_and_nul() {
    assert_eq!(decode(b"\x30\x05\x00\x03\xed\xa0\x80"), Err(DecodeError::Utf8));
    assert_eq!(decode(b"\x30\x03\x00\x01\xff"), Err(DecodeError::Utf8));
    assert_eq!(decode(b"\x30\x03\x00\x01\0"), Err(DecodeError::Topic(TopicError::Nul)));
}

#[test]
fn mqtt_1_5_3_3_the_byte_order_mark_is_kept() {
    let Packet::Publish(publish) = decode(b"\x30\x06\x00\x04\xef\xbb\xbfa").unwrap().remove(0) else {
        unreachable!("it is a PUBLISH");
    };
    assert_eq!(publish.topic.as_str(), "\u{feff}a");
}

#[test]
fn mqtt_2_2_2_2_wrong_flags_are_refused() {
    for wrong in [0x21, 0x41, 0x51, 0x60, 0x63, 0x71, 0x92, 0xb2, 0xd8] {
        let refused = Err(DecodeError::Flags(wrong >> 4, wrong & 0x0f));
        assert_eq!(decode(&[wrong, 2, 0, 1]), refused, "{wrong:#x}");
    }
}

#[test]
fn packet_types_of_clients_and_reserved_ones_are_refused_at_the_first_byte() {
    for kind in [0, 1, 8, 10, 12, 14, 15] {
        let refused = Err(DecodeError::PacketType(kind));
        assert_eq!(decode(&[kind << 4]), refused);
        assert_eq!(decode(&[kind << 4, 0xff, 0xff, 0xff, 0x7f]), refused);
    }
}

#[test]
fn mqtt_2_3_1_1_the_packet_identifier_0_is_refused() {
    let with_0: [&[u8]; 7] = [
        b"\x32\x05\x00\x01a\x00\x00",
        b"\x40\x02\x00\x00",
        b"\x50\x02\x00\x00",
        b"\x62\x02\x00\x00",
        b"\x70\x02\x00\x00",
        b"\x90\x03\x00\x00\x00",
        b"\xb0\x02\x00\x00",
    ];
    for bytes in with_0 {
        assert_eq!(decode(bytes), Err(DecodeError::PacketId), "{bytes:x?}");
    }
}

#[test]
fn mqtt_2_3_1_5_qos_0_has_no_packet_identifier() {
    let packet = decode(b"\x30\x07\x00\x03a/bhi").unwrap().remove(0);
    assert_eq!(packet, publish(false, QoS::AtMostOnce, false, 0));
}

#[test]
fn mqtt_3_3_1_4_quality_of_service_3_is_refused() {
    assert_eq!(decode(b"\x36\x05\x00\x01a\x00\x01"), Err(DecodeError::QoS));
}

#[test]
fn mqtt_3_3_2_2_a_topic_has_a_character_and_no_wildcard() {
    let topic = |error| Err(DecodeError::Topic(error));
    assert_eq!(decode(b"\x30\x03\x00\x00x"), topic(TopicError::Empty));
    assert_eq!(decode(b"\x30\x05\x00\x03a/#"), topic(TopicError::Wildcard));
    assert_eq!(decode(b"\x30\x03\x00\x01+"), topic(TopicError::Wildcard));
}

#[test]
fn dup_with_qos_0_is_tolerated() {
    let packet = decode(b"\x38\x07\x00\x03a/bhi").unwrap().remove(0);
    assert_eq!(packet, publish(true, QoS::AtMostOnce, false, 0));
}

#[test]
fn remaining_length_is_at_most_four_bytes_and_no_longer_than_needed() {
    let malformed = Err(DecodeError::RemainingLength);
    assert_eq!(decode(&[0x30, 0x80, 0x80, 0x80, 0x80]), malformed);
    assert_eq!(decode(&[0x30, 0x80, 0x80, 0x80, 0x80, 0x01]), malformed);
    assert_eq!(decode(&[0x20, 0x82, 0x00, 0, 0]), malformed);
    assert_eq!(decode(&[0x30, 0x84, 0x80, 0x00]), malformed);
    assert_eq!(decode(&[0x30, 0x80]), Ok(vec![]));
    assert_eq!(decode(&[0x30, 0x80, 0x80, 0x02]), Ok(vec![]));
}

#[test]
fn each_type_has_its_own_length() {
    let two: [u8; 6] = [0x20, 0x40, 0x50, 0x62, 0x70, 0xb0];
    for first in two {
        for length in [0, 1, 3] {
            let refused = Err(DecodeError::BodyLength(first >> 4, length.into()));
            assert_eq!(decode(&[first, length]), refused, "{first:#x}");
        }
    }
    assert_eq!(decode(&[0xd0, 3]), Err(DecodeError::BodyLength(13, 3)));
    assert_eq!(decode(&[0x90, 2]), Err(DecodeError::BodyLength(9, 2)));
    assert_eq!(decode(&[0x30, 2]), Err(DecodeError::BodyLength(3, 2)));
    assert_eq!(decode(&[0x32, 4]), Err(DecodeError::BodyLength(3, 4)));
}

#[test]
fn a_text_may_not_run_over_its_packet() {
    let refused = Err(DecodeError::TextLength);
    assert_eq!(decode(b"\x30\x04\x00\x64ab"), refused);
    assert_eq!(decode(b"\x32\x05\x00\x03abc"), refused, "no room for the identifier");
    assert_eq!(decode(b"\x32\x05\x00\x02abc"), refused, "half an identifier");
}

#[test]
fn what_the_crate_refuses_is_refused() {
    let refused = |bytes| matches!(decode(bytes), Err(DecodeError::Packet(_)));
    assert!(refused(b"\x20\x02\x02\x00"), "reserved CONNACK flag");
    assert!(refused(b"\x90\x03\x00\x01\x03"), "return code 3");
}

#[test]
fn the_limit_holds_as_soon_as_the_length_is_known() {
    let at_once = |bytes: &[u8], limit| decode_pieces(&[bytes], limit);
    let too_large = |total, max| Err(DecodeError::TooLarge { total, max });
    let announced = 5 + 0x0fff_ffff;
    let claim = [0x90, 0xff, 0xff, 0xff, 0x7f];
    assert_eq!(decode(&claim), too_large(announced, LIMIT));
    assert_eq!(at_once(b"\x90\x07", 8), too_large(9, 8));
    assert_eq!(at_once(b"\x90\x07", 9), Ok(vec![]));
    assert!(at_once(b"\x30\x07\x00\x03a/bhi", 9).is_ok());
}

#[test]
fn a_publish_over_the_limit_is_let_go_and_the_next_packet_is_read() {
    let next = b"\xd0\x00";
    for (publish, expected) in [
        (&b"\x30\x09\x00\x03a/bhihi"[..], None),
        (&b"\x32\x09\x00\x03a/b\x01\x02hi"[..], Some((QoS::AtLeastOnce, 0x0102))),
        (&b"\x3d\x09\x00\x03a/b\x01\x02hi"[..], Some((QoS::ExactlyOnce, 0x0102))),
    ] {
        let stream = [publish, next].concat();
        for cut in 0..=stream.len() {
            let (before, after) = stream.split_at(cut);
            let topic = TopicName::parse("a/b").unwrap();
            let expected = Ok(vec![Packet::Oversized { topic, ack: expected }, Packet::Pingresp]);
            assert_eq!(decode_pieces(&[before, after], 10), expected, "cut at {cut}");
        }
        let single: Vec<_> = stream.chunks(1).collect();
        assert_eq!(decode_pieces(&single, 10).unwrap().len(), 2);
    }
    assert_eq!(decode_pieces(&[b"\x32\x09\x00\x03a/b\x00\x00hi"], 10), Err(DecodeError::PacketId));
    assert_eq!(decode_pieces(&[b"\x32\x09\x00\x06abcdef1"], 10), Err(DecodeError::TextLength));
}

#[test]
fn what_is_let_go_is_not_kept() {
    let mut decoder = Decoder::new(LIMIT);
    let mut input: &[u8] = &[0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, b'a'];
    assert_eq!(decoder.next(&mut input), Ok(None));
    for _ in 0..100 {
        let chunk = [b'x'; 10_000];
        let mut input: &[u8] = &chunk;
        assert_eq!(decoder.next(&mut input), Ok(None));
        assert!(input.is_empty() && decoder.reserved() < 1024);
    }
}

#[test]
fn memory_grows_with_what_came_and_not_with_what_was_announced() {
    let mut decoder = Decoder::new(usize::MAX);
    let mut input: &[u8] = &[0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1];
    assert_eq!(decoder.next(&mut input), Ok(None));
    assert!(decoder.reserved() < 1024);
}

#[test]
fn a_payload_that_came_in_pieces_is_not_copied_again() {
    // Eight bytes: room that is there already, so that no allocator has to make more elsewhere.
    let mut decoder = Decoder::new(LIMIT);
    let mut input: &[u8] = b"\x30\x06\x00\x03";
    assert_eq!(decoder.next(&mut input), Ok(None));
    let mut input: &[u8] = b"a/bh";
    let before = decoder.place();
    let Some(Packet::Publish(publish)) = decoder.next(&mut input).unwrap() else {
        unreachable!("it is complete");
    };
    assert_eq!(publish.payload.as_ptr(), before.wrapping_add(7));
}
