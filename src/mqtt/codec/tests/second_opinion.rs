//! Properties, and the `mqtt-protocol` crate as a second opinion on what is written by hand.

use std::io::Cursor;

use mqtt::packet::{QoSWithPacketIdentifier, VariablePacket};
use mqtt::{Decodable, Encodable};
use proptest::prelude::*;

use super::*;
use crate::mqtt::codec::encode;
use crate::mqtt::{Config, Publish, TopicFilter, Will};

fn topic() -> impl Strategy<Value = String> {
    "[^\0#+]{1,40}"
}

fn qos() -> impl Strategy<Value = QoS> {
    prop_oneof![Just(QoS::AtMostOnce), Just(QoS::AtLeastOnce), Just(QoS::ExactlyOnce)]
}

fn bytes(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..longest)
}

prop_compose! {
    fn message()(topic in topic(), payload in bytes(300), qos in qos(), retain in any::<bool>()) -> Publish {
        Publish { topic: TopicName::parse(topic).unwrap(), payload: payload.into(), qos, retain }
    }
}

/// Any packet of a broker, as bytes.
fn packet() -> impl Strategy<Value = Vec<u8>> {
    let id = 1..=u16::MAX;
    prop_oneof![
        (message(), id.clone(), any::<bool>())
            .prop_map(|(publish, id, dup)| encode::publish(&publish, id, dup).to_vec()),
        (prop_oneof![Just(0x40), Just(0x50), Just(0x62), Just(0x70), Just(0xb0)], id.clone())
            .prop_map(|(first, id)| [&[first, 2], &id.to_be_bytes()[..]].concat()),
        (id, proptest::collection::vec(prop_oneof![0_u8..3, Just(0x80)], 1..9)).prop_map(|(id, codes)| {
            let length = 2 + codes.len() as u8;
            [&[0x90, length], &id.to_be_bytes()[..], &codes].concat()
        }),
        (any::<bool>(), any::<u8>()).prop_map(|(present, code)| vec![0x20, 2, u8::from(present), code]),
        Just(vec![0xd0, 0]),
    ]
}

fn crate_decode(bytes: &[u8]) -> VariablePacket {
    let mut cursor = Cursor::new(bytes);
    let packet = VariablePacket::decode(&mut cursor).unwrap();
    assert_eq!(cursor.position(), bytes.len() as u64);
    packet
}

fn crate_encode(packet: &impl Encodable) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.encode(&mut bytes).unwrap();
    bytes
}

proptest! {
    #[test]
    fn mqtt_6_0_0_2_packets_need_not_align_with_frames(
        packets in proptest::collection::vec(packet(), 0..12),
        mut cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let stream = packets.concat();
        let whole: Vec<Packet> = packets.iter().map(|one| decode(one).unwrap().remove(0)).collect();
        cuts.sort_by_key(|cut| cut.index(stream.len() + 1));
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            let to = cut.index(stream.len() + 1);
            pieces.push(&stream[from..to]);
            from = to;
        }
        pieces.push(&stream[from..]);
        prop_assert_eq!(decode_pieces(&pieces, LIMIT), Ok(whole));
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_mean_the_same_in_any_split(stream in bytes(200)) {
        let _ = decode(&stream);
    }

    #[test]
    fn almost_valid_bytes_never_panic_and_mean_the_same_in_any_split(
        packets in proptest::collection::vec(packet(), 1..4),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut stream = packets.concat();
        let at = at.index(stream.len());
        stream[at] = byte;
        let _ = decode(&stream);
    }

    #[test]
    fn publish_is_what_the_crate_makes_of_it(publish in message(), id in 1..=u16::MAX, dup in any::<bool>()) {
        let ours = encode::publish(&publish, id, dup);
        let with_id = match publish.qos {
            QoS::AtMostOnce => QoSWithPacketIdentifier::Level0,
            QoS::AtLeastOnce => QoSWithPacketIdentifier::Level1(id),
            QoS::ExactlyOnce => QoSWithPacketIdentifier::Level2(id),
        };
        let name = mqtt::TopicName::new(publish.topic.as_str()).unwrap();
        let mut theirs = mqtt::packet::PublishPacket::new(name, with_id, publish.payload.to_vec());
        theirs.set_retain(publish.retain);
        theirs.set_dup(dup && publish.qos != QoS::AtMostOnce);
        prop_assert_eq!(&ours[..], crate_encode(&theirs));

        let back = decode(&ours).unwrap().remove(0);
        let acknowledged = publish.qos != QoS::AtMostOnce;
        prop_assert_eq!(back, Packet::Publish(ReceivedPublish {
            dup: dup && acknowledged,
            qos: publish.qos,
            retain: publish.retain,
            id: if acknowledged { id } else { 0 },
            topic: publish.topic,
            payload: publish.payload,
        }));
    }

    #[test]
    fn connect_is_what_the_crate_makes_of_it(
        id in "[^\0]{0,30}",
        user in proptest::option::of("[^\0]{0,30}"),
        password in "[^\0]{0,30}",
        will in proptest::option::of(message()),
        clean in any::<bool>(),
        keep_alive in 1..=u16::MAX,
    ) {
        let mut config = Config::new(id.clone());
        config.clean_session = clean;
        config.keep_alive = keep_alive;
        config.user_name = user.clone();
        config.password = user.is_some().then(|| password.clone().into_bytes());
        config.will = will.clone().map(|Publish { topic, payload, qos, retain }| Will { topic, payload, qos, retain });

        let mut theirs = mqtt::packet::ConnectPacket::new(id);
        theirs.set_clean_session(clean);
        theirs.set_keep_alive(keep_alive);
        theirs.set_password(user.is_some().then_some(password));
        theirs.set_user_name(user);
        if let Some(will) = will {
            theirs.set_will_qos(will.qos as u8);
            theirs.set_will_retain(will.retain);
            let topic = mqtt::TopicName::new(will.topic.as_str()).unwrap();
            theirs.set_will(Some((topic, will.payload.to_vec())));
        }
        prop_assert_eq!(&encode::connect(&config)[..], crate_encode(&theirs));
    }

    #[test]
    fn control_packets_survive_the_crate(id in 1..=u16::MAX, filters in proptest::collection::vec((topic(), qos()), 1..9)) {
        let filters: Vec<_> = filters
            .into_iter()
            .map(|(text, qos)| (TopicFilter::parse(text).unwrap(), qos))
            .collect();
        let VariablePacket::SubscribePacket(packet) = crate_decode(&encode::subscribe(id, &filters)) else {
            return Err(TestCaseError::fail("not SUBSCRIBE"));
        };
        prop_assert_eq!(packet.packet_identifier(), id);
        prop_assert_eq!(packet.subscribes().len(), filters.len());
        for ((theirs, level), (ours, qos)) in packet.subscribes().iter().zip(&filters) {
            prop_assert_eq!(&theirs[..], ours.as_str());
            prop_assert_eq!(*level as u8, *qos as u8);
        }
        let filters: Vec<_> = filters.into_iter().map(|(filter, _)| filter).collect();
        let VariablePacket::UnsubscribePacket(packet) = crate_decode(&encode::unsubscribe(id, &filters)) else {
            return Err(TestCaseError::fail("not UNSUBSCRIBE"));
        };
        prop_assert_eq!(packet.subscribes().len(), filters.len());

        prop_assert_eq!(decode(&encode::puback(id)), Ok(vec![Packet::Puback(id)]));
        prop_assert_eq!(decode(&encode::pubrec(id)), Ok(vec![Packet::Pubrec(id)]));
        prop_assert_eq!(decode(&encode::pubrel(id)), Ok(vec![Packet::Pubrel(id)]));
        prop_assert_eq!(decode(&encode::pubcomp(id)), Ok(vec![Packet::Pubcomp(id)]));
        let pingreq = matches!(crate_decode(&encode::pingreq()), VariablePacket::PingreqPacket(_));
        let disconnect = matches!(crate_decode(&encode::disconnect()), VariablePacket::DisconnectPacket(_));
        prop_assert!(pingreq && disconnect);
    }
}
