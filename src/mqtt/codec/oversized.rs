//! A PUBLISH over the limit: its payload is let go as it comes, and only what is needed to acknowledge it and to name it
//! is read. To close instead would bring it back at each reconnect, for as long as the broker keeps it.

use super::decode::{DecodeError, Packet, qos_of};
use super::frame::Header;
use crate::mqtt::{QoS, TopicName};

/// What is known of a packet that is being let go.
#[derive(Debug)]
pub(super) struct Oversized {
    qos: QoS,
    header: Header,
    /// How many of its bytes have come.
    position: usize,
    /// The bytes before the payload, as far as they have come: at most 65,539.
    head: Vec<u8>,
}

impl Oversized {
    /// Begins with a PUBLISH's first byte; the bytes of the fixed header have come.
    pub(super) fn new(first: u8, header: Header) -> Self {
        Self { qos: qos_of(first), header, position: header.body, head: Vec::new() }
    }

    /// Takes its bytes off the front of `input`; the packet, once all of them have come.
    pub(super) fn take(&mut self, input: &mut &[u8]) -> Result<Option<Packet>, DecodeError> {
        let (taken, rest) = input.split_at(input.len().min(self.header.total - self.position));
        *input = rest;
        self.position += taken.len();
        for byte in taken {
            if self.head.len() == self.wanted() {
                break;
            }
            self.head.push(*byte);
        }
        if self.header.body + self.wanted() > self.header.total {
            return Err(DecodeError::TextLength);
        }
        if self.position < self.header.total { Ok(None) } else { self.packet().map(Some) }
    }

    /// How many bytes stand before the payload, as far as is known.
    fn wanted(&self) -> usize {
        let id = if self.qos == QoS::AtMostOnce { 0 } else { 2 };
        match self.head.first_chunk() {
            Some(length) => 2 + usize::from(u16::from_be_bytes(*length)) + id,
            None => 2,
        }
    }

    fn packet(&mut self) -> Result<Packet, DecodeError> {
        let mut topic = std::mem::take(&mut self.head).split_off(2);
        let ack = if self.qos == QoS::AtMostOnce {
            None
        } else {
            let id = topic.split_off(topic.len() - 2);
            let id = id.first_chunk().map_or(0, |id| u16::from_be_bytes(*id));
            if id == 0 {
                return Err(DecodeError::PacketId);
            }
            Some((self.qos, id))
        };
        let topic = String::from_utf8(topic).map_err(|_| DecodeError::Utf8)?;
        Ok(Packet::Oversized { topic: TopicName::parse(topic)?, ack })
    }
}
