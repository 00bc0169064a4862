//! Which packets share a WebSocket message.

/// The longest message that packets are joined into, in bytes.
pub const LIMIT: usize = 16 * 1024;

/// The first byte of a CONNECT packet.
const CONNECT: u8 = 0x10;

/// Joins whole packets into messages: CONNECT alone, one longer than [`LIMIT`] alone, none empty. `send` gets a message
/// and how many packets are in it.
#[derive(Debug, Default)]
pub struct Frames {
    joined: Vec<u8>,
    packets: usize,
    /// Something else than an acknowledgement is among them.
    urgent: bool,
}

impl Frames {
    /// Takes a packet; hands on what is full by it. Where `join` is unset, the packet goes alone.
    pub fn push(&mut self, packet: &[u8], join: bool, mut send: impl FnMut(&[u8], usize)) {
        if packet.is_empty() {
            return;
        }
        let alone = !join || packet[0] == CONNECT || packet.len() > LIMIT;
        if alone || self.joined.len() + packet.len() > LIMIT {
            self.flush(&mut send);
        }
        if alone {
            send(packet, 1);
        } else {
            self.joined.extend_from_slice(packet);
            self.packets += 1;
            self.urgent |= !is_ack(packet[0]);
        }
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packets == 0
    }

    /// Whether nothing but acknowledgements waits: they can wait for more of their kind.
    #[must_use]
    pub fn can_wait(&self) -> bool {
        !self.urgent
    }

    /// Hands on what is left.
    pub fn flush(&mut self, mut send: impl FnMut(&[u8], usize)) {
        if self.packets > 0 {
            send(&self.joined, self.packets);
            self.clear();
        }
    }

    /// Forgets what is left.
    pub fn clear(&mut self) {
        self.joined.clear();
        self.packets = 0;
        self.urgent = false;
    }
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP, by a packet's first byte.
fn is_ack(first: u8) -> bool {
    matches!(first >> 4, 4..=7)
}
