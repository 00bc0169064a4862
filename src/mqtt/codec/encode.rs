//! From what a client says to one whole packet. Every text length has been checked by the types that come in: nothing
//! here can make the `mqtt-protocol` crate panic.

use bytes::{BufMut, Bytes, BytesMut};
use mqtt::packet::{
    DisconnectPacket, PingreqPacket, PubackPacket, PubcompPacket, PubrecPacket, PubrelPacket,
    SubscribePacket, UnsubscribePacket,
};
use mqtt::{Encodable, QualityOfService};

use crate::mqtt::{Config, Publish, QoS, TopicFilter};

/// The largest Remaining Length there is (MQTT 3.1.1 section 2.2.3).
pub const MAX_REMAINING_LENGTH: usize = 268_435_455;

/// CONNECT; `config` must have been validated by [`Session::new`](crate::mqtt::Session::new).
// By hand: the crate's password is a String, MQTT's is any bytes.
#[must_use]
pub fn connect(config: &Config) -> Bytes {
    let will = config.will.as_ref();
    let texts = [
        Some(config.client_id.as_bytes()),
        will.map(|will| will.topic.as_str().as_bytes()),
        will.map(|will| &will.payload[..]),
        config.user_name.as_deref().map(str::as_bytes),
        config.password.as_deref(),
    ];
    let remaining = 10 + texts.iter().flatten().map(|t| 2 + t.len()).sum::<usize>();
    let mut packet = header(0x10, remaining);
    text(&mut packet, b"MQTT");
    packet.put_u8(4);
    packet.put_u8(connect_flags(config));
    packet.put_u16(config.keep_alive);
    for part in texts.into_iter().flatten() {
        text(&mut packet, part);
    }
    packet.freeze()
}

fn connect_flags(config: &Config) -> u8 {
    let will =
        config.will.as_ref().map_or(0, |will| 0b100 | (level(will.qos) << 3) | (u8::from(will.retain) << 5));
    (u8::from(config.clean_session) << 1)
        | will
        | (u8::from(config.password.is_some()) << 6)
        | (u8::from(config.user_name.is_some()) << 7)
}

/// Whether `publish` fits into one packet.
#[must_use]
pub fn fits(publish: &Publish) -> bool {
    remaining_length(publish) <= MAX_REMAINING_LENGTH
}

fn remaining_length(publish: &Publish) -> usize {
    let id = if publish.qos == QoS::AtMostOnce { 0 } else { 2 };
    2 + publish.topic.as_str().len() + id + publish.payload.len()
}

/// PUBLISH; `id` and `dup` are left out at QoS 0.
// By hand: the crate would copy topic and payload into packets of its own first.
#[must_use]
pub fn publish(publish: &Publish, id: u16, dup: bool) -> Bytes {
    let acknowledged = publish.qos != QoS::AtMostOnce;
    let flags = (u8::from(dup && acknowledged) << 3) | (level(publish.qos) << 1) | u8::from(publish.retain);
    let mut packet = header(0x30 | flags, remaining_length(publish));
    text(&mut packet, publish.topic.as_str().as_bytes());
    if acknowledged {
        packet.put_u16(id);
    }
    packet.put_slice(&publish.payload);
    packet.freeze()
}

/// PUBACK.
#[must_use]
pub fn puback(id: u16) -> Bytes {
    encoded(&PubackPacket::new(id))
}

/// PUBREC.
#[must_use]
pub fn pubrec(id: u16) -> Bytes {
    encoded(&PubrecPacket::new(id))
}

/// PUBREL.
#[must_use]
pub fn pubrel(id: u16) -> Bytes {
    encoded(&PubrelPacket::new(id))
}

/// PUBCOMP.
#[must_use]
pub fn pubcomp(id: u16) -> Bytes {
    encoded(&PubcompPacket::new(id))
}

/// SUBSCRIBE; `filters` is not empty.
#[must_use]
pub fn subscribe(id: u16, filters: &[(TopicFilter, QoS)]) -> Bytes {
    let filters =
        filters.iter().filter_map(|(filter, qos)| Some((crate_filter(filter)?, crate_qos(*qos)))).collect();
    encoded(&SubscribePacket::new(id, filters))
}

/// UNSUBSCRIBE; `filters` is not empty.
#[must_use]
pub fn unsubscribe(id: u16, filters: &[TopicFilter]) -> Bytes {
    let filters = filters.iter().filter_map(crate_filter).collect();
    encoded(&UnsubscribePacket::new(id, filters))
}

/// PINGREQ.
#[must_use]
pub fn pingreq() -> Bytes {
    encoded(&PingreqPacket::new())
}

/// DISCONNECT.
#[must_use]
pub fn disconnect() -> Bytes {
    encoded(&DisconnectPacket::new())
}

/// Ours are a subset of the crate's, so this is never none.
fn crate_filter(filter: &TopicFilter) -> Option<mqtt::TopicFilter> {
    mqtt::TopicFilter::new(filter.as_str()).ok()
}

fn crate_qos(qos: QoS) -> QualityOfService {
    match qos {
        QoS::AtMostOnce => QualityOfService::Level0,
        QoS::AtLeastOnce => QualityOfService::Level1,
        QoS::ExactlyOnce => QualityOfService::Level2,
    }
}

fn level(qos: QoS) -> u8 {
    match qos {
        QoS::AtMostOnce => 0,
        QoS::AtLeastOnce => 1,
        QoS::ExactlyOnce => 2,
    }
}

fn encoded(packet: &impl Encodable) -> Bytes {
    let mut bytes = Vec::with_capacity(packet.encoded_length() as usize);
    // A Vec takes every byte.
    let _ = packet.encode(&mut bytes);
    bytes.into()
}

/// A buffer of exactly the packet's size that begins with its fixed header.
fn header(first: u8, remaining: usize) -> BytesMut {
    let mut packet = BytesMut::with_capacity(5 + remaining);
    packet.put_u8(first);
    let mut rest = remaining;
    while rest > 0x7f {
        packet.put_u8((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    packet.put_u8(rest as u8);
    packet
}

fn text(packet: &mut BytesMut, bytes: &[u8]) {
    packet.put_u16(bytes.len() as u16);
    packet.put_slice(bytes);
}
