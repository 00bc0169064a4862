//! As much of a control packet as the simulation looks at.

/// A packet.
#[derive(Debug)]
pub(super) enum Packet<'a> {
    Publish {
        topic: &'a str,
        id: Option<u16>,
        payload: &'a [u8],
        duplicate: bool,
    },
    /// PUBACK, PUBREC and their like.
    Ack {
        kind: &'static str,
        id: u16,
    },
    Connack {
        present: bool,
    },
    /// Anything else, by its type.
    Other(u8),
}

/// Reads a whole, well-formed packet.
pub(super) fn read(packet: &[u8]) -> Packet<'_> {
    let kind = packet[0] >> 4;
    let length = packet[1..].iter().position(|byte| byte & 0x80 == 0).unwrap();
    let body = &packet[length + 2..];
    let two = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
    match kind {
        2 => Packet::Connack { present: body[0] == 1 },
        3 => {
            let topic = usize::from(two(0)) + 2;
            let with_id = packet[0] & 6 != 0;
            Packet::Publish {
                topic: std::str::from_utf8(&body[2..topic]).unwrap(),
                id: with_id.then(|| two(topic)),
                payload: &body[topic + if with_id { 2 } else { 0 }..],
                duplicate: packet[0] & 8 != 0,
            }
        }
        4 => Packet::Ack { kind: "PUBACK", id: two(0) },
        5 => Packet::Ack { kind: "PUBREC", id: two(0) },
        6 => Packet::Ack { kind: "PUBREL", id: two(0) },
        7 => Packet::Ack { kind: "PUBCOMP", id: two(0) },
        other => Packet::Other(other),
    }
}
