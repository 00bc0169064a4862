//! From a whole packet to what it says, or to the rule that it breaks.

use bytes::Bytes;
use mqtt::control::{ConnectReturnCode, ControlType, FixedHeader, PacketType};
use mqtt::packet::suback::SubscribeReturnCode;
use mqtt::packet::{ConnackPacket, DecodablePacket, SubackPacket};

use super::frame::Header;
use crate::mqtt::{ConnectError, QoS, TopicError, TopicName};

/// How the broker broke MQTT 3.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A reserved packet type, or one that only a client sends.
    #[error("a packet of type {0}, which no broker sends")]
    PacketType(u8),
    /// \[MQTT-2.2.2-2\]
    #[error("packet type {0} with flags {1:#06b}")]
    Flags(u8, u8),
    /// \[MQTT-3.3.1-4\]
    #[error("quality of service 3")]
    QoS,
    /// More than four bytes, or more than needed.
    #[error("a malformed packet length")]
    RemainingLength,
    /// Over the limit of this client, and no PUBLISH.
    #[error("a packet of {total} bytes, more than the limit of {max}")]
    TooLarge {
        /// The size of the packet.
        total: usize,
        /// The limit.
        max: usize,
    },
    /// The packet type's own length rule.
    #[error("packet type {0} with a body of {1} bytes")]
    BodyLength(u8, usize),
    /// A text that runs over its packet's end.
    #[error("a text longer than its packet")]
    TextLength,
    /// \[MQTT-1.5.3-1\]
    #[error("a text that is not UTF-8")]
    Utf8,
    /// \[MQTT-1.5.3-2\], \[MQTT-3.3.2-2\], \[MQTT-4.7.3-1\]
    #[error("a wrong topic: {0}")]
    Topic(#[from] TopicError),
    /// \[MQTT-2.3.1-1\]
    #[error("the packet identifier 0")]
    PacketId,
    /// Whatever else the packet's own decoder finds.
    #[error("packet type {0} with a body that is not one")]
    Packet(u8),
}

/// What a broker may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// CONNACK: accepted or refused.
    Connack {
        /// Whether the broker kept the session.
        session_present: bool,
        /// Why it refused, if it did.
        refused: Option<ConnectError>,
    },
    /// PUBLISH.
    Publish(ReceivedPublish),
    /// A PUBLISH over the limit, its payload let go unread.
    Oversized {
        /// Where it was published.
        topic: TopicName,
        /// What its acknowledgement needs; none at QoS 0.
        ack: Option<(QoS, u16)>,
    },
    /// PUBACK and its Packet Identifier.
    Puback(u16),
    /// PUBREC and its Packet Identifier.
    Pubrec(u16),
    /// PUBREL and its Packet Identifier.
    Pubrel(u16),
    /// PUBCOMP and its Packet Identifier.
    Pubcomp(u16),
    /// SUBACK.
    Suback {
        /// Packet Identifier.
        id: u16,
        /// One per filter: what was granted, none where it was refused.
        granted: Vec<Option<QoS>>,
    },
    /// UNSUBACK and its Packet Identifier.
    Unsuback(u16),
    /// PINGRESP.
    Pingresp,
}

/// A PUBLISH as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedPublish {
    /// The DUP flag: told, never relied on.
    pub dup: bool,
    /// Quality of Service of this delivery.
    pub qos: QoS,
    /// Sent because of a new subscription.
    pub retain: bool,
    /// Packet Identifier; 0 at QoS 0.
    pub id: u16,
    /// Topic Name.
    pub topic: TopicName,
    /// Application Message.
    pub payload: Bytes,
}

const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const PUBREC: u8 = 5;
const PUBREL: u8 = 6;
const PUBCOMP: u8 = 7;
const SUBACK: u8 = 9;
const UNSUBACK: u8 = 11;
const PINGRESP: u8 = 13;

/// Direction and flags.
pub(super) fn check_first_byte(first: u8) -> Result<(), DecodeError> {
    let (kind, flags) = (first >> 4, first & 0x0f);
    match kind {
        PUBLISH if flags & 0b0110 == 0b0110 => Err(DecodeError::QoS),
        PUBLISH => Ok(()),
        PUBREL if flags == 0b0010 => Ok(()),
        CONNACK | PUBACK | PUBREC | PUBCOMP | SUBACK | UNSUBACK | PINGRESP if flags == 0 => Ok(()),
        CONNACK | PUBACK | PUBREC | PUBREL | PUBCOMP | SUBACK | UNSUBACK | PINGRESP => {
            Err(DecodeError::Flags(kind, flags))
        }
        _ => Err(DecodeError::PacketType(kind)),
    }
}

/// Each type's own rule, told before the body is waited for.
pub(super) fn check_remaining_length(first: u8, remaining: usize) -> Result<(), DecodeError> {
    let kind = first >> 4;
    let allowed = match kind {
        PINGRESP => remaining == 0,
        SUBACK => remaining >= 3,
        PUBLISH => remaining >= if first & 0b0110 == 0 { 3 } else { 5 },
        _ => remaining == 2,
    };
    if allowed { Ok(()) } else { Err(DecodeError::BodyLength(kind, remaining)) }
}

/// Decodes one whole packet; `payload` makes the owned rest of it, beginning at the given place.
pub(super) fn packet(
    frame: &[u8],
    header: Header,
    payload: impl FnOnce(usize) -> Bytes,
) -> Result<Packet, DecodeError> {
    if frame[0] >> 4 == PUBLISH {
        publish(frame, header, payload).map(Packet::Publish)
    } else {
        control(frame, header)
    }
}

/// The QoS in a PUBLISH's first byte; both bits at once were refused with the fixed header.
pub(super) const fn qos_of(first: u8) -> QoS {
    match (first >> 1) & 3 {
        0 => QoS::AtMostOnce,
        1 => QoS::AtLeastOnce,
        _ => QoS::ExactlyOnce,
    }
}

// By hand: the crate copies topic and payload once more, cannot tell DUP, and takes what this refuses.
fn publish(
    frame: &[u8],
    header: Header,
    payload: impl FnOnce(usize) -> Bytes,
) -> Result<ReceivedPublish, DecodeError> {
    let first = frame[0];
    let qos = qos_of(first);
    let mut rest = &frame[header.body..];
    let length = u16_of(&mut rest)?;
    let (topic, after) = rest.split_at_checked(usize::from(length)).ok_or(DecodeError::TextLength)?;
    rest = after;
    let topic = TopicName::parse(str::from_utf8(topic).map_err(|_| DecodeError::Utf8)?)?;
    let id = if qos == QoS::AtMostOnce { 0 } else { packet_id(u16_of(&mut rest)?)? };
    Ok(ReceivedPublish {
        dup: first & 0b1000 != 0,
        qos,
        retain: first & 0b0001 != 0,
        id,
        topic,
        payload: payload(frame.len() - rest.len()),
    })
}

fn u16_of(rest: &mut &[u8]) -> Result<u16, DecodeError> {
    let (&number, after) = rest.split_first_chunk().ok_or(DecodeError::TextLength)?;
    *rest = after;
    Ok(u16::from_be_bytes(number))
}

fn packet_id(id: u16) -> Result<u16, DecodeError> {
    if id == 0 {
        return Err(DecodeError::PacketId);
    }
    Ok(id)
}

fn control(frame: &[u8], header: Header) -> Result<Packet, DecodeError> {
    let body = &frame[header.body..];
    Ok(match frame[0] >> 4 {
        CONNACK => connack(body)?,
        PUBACK => Packet::Puback(only_id(body)?),
        PUBREC => Packet::Pubrec(only_id(body)?),
        PUBREL => Packet::Pubrel(only_id(body)?),
        PUBCOMP => Packet::Pubcomp(only_id(body)?),
        SUBACK => suback(body)?,
        UNSUBACK => Packet::Unsuback(only_id(body)?),
        PINGRESP => Packet::Pingresp,
        kind => return Err(DecodeError::PacketType(kind)),
    })
}

/// The body that most acknowledgements have: a Packet Identifier.
fn only_id(mut body: &[u8]) -> Result<u16, DecodeError> {
    packet_id(u16_of(&mut body)?)
}

fn connack(body: &[u8]) -> Result<Packet, DecodeError> {
    let connack: ConnackPacket = decode(CONNACK, ControlType::ConnectAcknowledgement, body)?;
    Ok(Packet::Connack {
        session_present: connack.connack_flags().session_present,
        refused: refusal(connack.connect_return_code()),
    })
}

fn suback(body: &[u8]) -> Result<Packet, DecodeError> {
    let suback: SubackPacket = decode(SUBACK, ControlType::SubscribeAcknowledgement, body)?;
    Ok(Packet::Suback {
        id: packet_id(suback.packet_identifier())?,
        granted: suback.subscribes().iter().map(|code| granted(*code)).collect(),
    })
}

/// Has the crate decode one type of packet; its decoder of any type would bring all of them along.
fn decode<P: DecodablePacket>(kind: u8, control: ControlType, mut body: &[u8]) -> Result<P, DecodeError> {
    let header = FixedHeader::new(PacketType::with_default(control), body.len() as u32);
    P::decode_packet(&mut body, header).map_err(|_| DecodeError::Packet(kind))
}

fn refusal(code: ConnectReturnCode) -> Option<ConnectError> {
    match code {
        ConnectReturnCode::ConnectionAccepted => None,
        ConnectReturnCode::UnacceptableProtocolVersion => Some(ConnectError::ProtocolVersion),
        ConnectReturnCode::IdentifierRejected => Some(ConnectError::ClientId),
        ConnectReturnCode::ServiceUnavailable => Some(ConnectError::ServerUnavailable),
        ConnectReturnCode::BadUserNameOrPassword => Some(ConnectError::BadCredentials),
        ConnectReturnCode::NotAuthorized => Some(ConnectError::NotAuthorized),
        ConnectReturnCode::Reserved(code) => Some(ConnectError::Other(code)),
    }
}

fn granted(code: SubscribeReturnCode) -> Option<QoS> {
    match code {
        SubscribeReturnCode::MaximumQoSLevel0 => Some(QoS::AtMostOnce),
        SubscribeReturnCode::MaximumQoSLevel1 => Some(QoS::AtLeastOnce),
        SubscribeReturnCode::MaximumQoSLevel2 => Some(QoS::ExactlyOnce),
        SubscribeReturnCode::Failure => None,
    }
}
