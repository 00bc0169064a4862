#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop")]

mod encoding;
mod guards;
mod second_opinion;

use bytes::Bytes;

use super::{DecodeError, Decoder, Packet, ReceivedPublish};
use crate::mqtt::{QoS, TopicName};

const LIMIT: usize = 1 << 20;

/// All packets of a stream that comes in these pieces.
fn decode_pieces(pieces: &[&[u8]], limit: usize) -> Result<Vec<Packet>, DecodeError> {
    let mut decoder = Decoder::new(limit);
    let mut packets = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        while let Some(packet) = decoder.next(&mut input)? {
            packets.push(packet);
        }
    }
    Ok(packets)
}

/// What the bytes are, which must not depend on whether they come at once or one by one.
fn decode(bytes: &[u8]) -> Result<Vec<Packet>, DecodeError> {
    let whole = decode_pieces(&[bytes], LIMIT);
    let pieces: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(whole, decode_pieces(&pieces, LIMIT));
    whole
}

fn publish(dup: bool, qos: QoS, retain: bool, id: u16) -> Packet {
    Packet::Publish(ReceivedPublish {
        dup,
        qos,
        retain,
        id,
        topic: TopicName::parse("a/b").unwrap(),
        payload: Bytes::from_static(b"hi"),
    })
}
