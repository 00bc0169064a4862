//! A PUBLISH over the limit: its bytes are let go as they come, and only what is needed to acknowledge it is read. To
//! close instead would bring it back at each reconnect, for as long as the broker keeps it.

use super::decode::{DecodeError, Packet};
use super::frame::Header;
use crate::mqtt::QoS;

/// What is known of a packet that is being let go.
#[derive(Debug)]
pub(super) struct Oversized {
    qos: QoS,
    header: Header,
    /// How many of its bytes have come.
    position: usize,
    topic_length: [u8; 2],
    id: [u8; 2],
}

impl Oversized {
    /// Begins with a PUBLISH's first byte; the bytes of the fixed header have come.
    pub(super) fn new(first: u8, header: Header) -> Self {
        let qos = match (first >> 1) & 3 {
            0 => QoS::AtMostOnce,
            1 => QoS::AtLeastOnce,
            _ => QoS::ExactlyOnce,
        };
        Self { qos, header, position: header.body, topic_length: [0; 2], id: [0; 2] }
    }

    /// Takes its bytes off the front of `input`; the packet, once all of them have come.
    pub(super) fn take(&mut self, input: &mut &[u8]) -> Result<Option<Packet>, DecodeError> {
        let count = input.len().min(self.header.total - self.position);
        let (taken, rest) = input.split_at(count);
        *input = rest;
        copy(taken, self.position, self.header.body, &mut self.topic_length);
        let knows_topic = self.position + count >= self.header.body + 2;
        if knows_topic && self.qos != QoS::AtMostOnce {
            let at = self.header.body + 2 + usize::from(u16::from_be_bytes(self.topic_length));
            if at + 2 > self.header.total {
                return Err(DecodeError::TextLength);
            }
            copy(taken, self.position, at, &mut self.id);
        }
        self.position += count;
        if self.position < self.header.total {
            return Ok(None);
        }
        match (self.qos, u16::from_be_bytes(self.id)) {
            (QoS::AtMostOnce, _) => Ok(Some(Packet::Oversized(None))),
            (QoS::AtLeastOnce | QoS::ExactlyOnce, 0) => Err(DecodeError::PacketId),
            (qos, id) => Ok(Some(Packet::Oversized(Some((qos, id))))),
        }
    }
}

/// Copies what of the two bytes at `at` is among `taken`, whose first byte is the packet's byte number `from`.
fn copy(taken: &[u8], from: usize, at: usize, into: &mut [u8; 2]) {
    for (n, byte) in into.iter_mut().enumerate() {
        if let Some(found) = (at + n).checked_sub(from).and_then(|place| taken.get(place)) {
            *byte = *found;
        }
    }
}
