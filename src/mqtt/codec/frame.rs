//! Cuts the byte stream into packets; WebSocket messages need not align with them \[MQTT-6.0.0-2\].

use bytes::{Bytes, BytesMut};

use super::decode::{self, DecodeError, Packet};
use super::oversized::Oversized;

/// The packet type that may be let go.
const PUBLISH: u8 = 3;

/// Where a packet's body begins and the packet ends, counted from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) body: usize,
    pub(super) total: usize,
}

/// Makes packets of a byte stream, however it is split or merged. Unusable after an error.
#[derive(Debug)]
pub struct Decoder {
    max: usize,
    /// The beginning of a packet whose rest has not come yet.
    partial: BytesMut,
    /// What is known of it.
    header: Option<Header>,
    /// A PUBLISH over the limit, of which the rest is to come.
    oversized: Option<Oversized>,
}

impl Decoder {
    /// Takes no packet longer than `max` bytes: a longer PUBLISH is let go unread, anything else is an error.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { max, partial: BytesMut::new(), header: None, oversized: None }
    }

    /// Takes the next packet off the front of `input`; none when all of it is used and the packet is still incomplete.
    ///
    /// # Errors
    /// Tells which rule the broker broke, as early as the bytes show it.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Packet>, DecodeError> {
        if let Some(oversized) = &mut self.oversized {
            let packet = oversized.take(input)?;
            if packet.is_some() {
                self.oversized = None;
            }
            return Ok(packet);
        }
        if self.partial.is_empty()
            && let Some(header) = parse(input, self.max)?
            && header.total <= self.max
            && let Some((frame, rest)) = input.split_at_checked(header.total)
        {
            *input = rest;
            return decode::packet(frame, header, |at| Bytes::copy_from_slice(&frame[at..])).map(Some);
        }
        let Some(header) = self.fill_header(input)? else {
            return Ok(None);
        };
        if header.total > self.max {
            self.oversized = Some(Oversized::new(self.partial[0], header));
            self.partial.clear();
            self.header = None;
            return self.next(input);
        }
        self.take(input, header.total.saturating_sub(self.partial.len()));
        if self.partial.len() < header.total {
            return Ok(None);
        }
        self.header = None;
        let frame = std::mem::take(&mut self.partial).freeze();
        decode::packet(&frame, header, |at| frame.slice(at..)).map(Some)
    }

    /// Whether a PUBLISH over the limit is being let go.
    pub(in crate::mqtt) fn is_letting_go(&self) -> bool {
        self.oversized.is_some()
    }

    fn fill_header(&mut self, input: &mut &[u8]) -> Result<Option<Header>, DecodeError> {
        while self.header.is_none() && !input.is_empty() {
            self.take(input, 1);
            self.header = parse(&self.partial, self.max)?;
        }
        Ok(self.header)
    }

    #[cfg(test)]
    pub(super) fn reserved(&self) -> usize {
        self.partial.capacity()
    }

    #[cfg(test)]
    pub(super) fn place(&self) -> *const u8 {
        self.partial.as_ptr()
    }

    /// Moves up to `count` bytes: memory grows with what came, never with what was announced.
    fn take(&mut self, input: &mut &[u8], count: usize) {
        let (taken, rest) = input.split_at(count.min(input.len()));
        self.partial.extend_from_slice(taken);
        *input = rest;
    }
}

/// The fixed header, once it is complete.
fn parse(bytes: &[u8], max: usize) -> Result<Option<Header>, DecodeError> {
    let Some((&first, length)) = bytes.split_first() else {
        return Ok(None);
    };
    decode::check_first_byte(first)?;
    let mut remaining = 0;
    for (at, &byte) in length.iter().take(4).enumerate() {
        remaining |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 != 0 {
            continue;
        }
        if at > 0 && byte == 0 {
            return Err(DecodeError::RemainingLength);
        }
        let body = at + 2;
        let total = body + remaining;
        decode::check_remaining_length(first, remaining)?;
        if total > max && first >> 4 != PUBLISH {
            return Err(DecodeError::TooLarge { total, max });
        }
        return Ok(Some(Header { body, total }));
    }
    if length.len() >= 4 {
        return Err(DecodeError::RemainingLength);
    }
    Ok(None)
}
