//! Received QoS 1 and 2 publishes: whether they are new, and in which order they are acknowledged.

use std::collections::VecDeque;

use bytes::Bytes;
use litemap::LiteMap;

use super::super::codec::encode;
use super::super::{PacketId, QoS};

/// With more than this waiting for the application no ack leaves, which closes the broker's window.
const MAX_UNSTORED: usize = 1_000;
const MAX_UNSTORED_BYTES: usize = 8 << 20;
/// A broker that has no window at all is not followed any further.
const MAX_QUEUED: usize = 20_000;

/// What one received publish turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    New(PacketId),
    /// Delivered before: nothing to tell.
    Known,
    TooMany,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Unstored,
    Stored,
    /// PUBREL came first: nothing to acknowledge any more.
    Released,
}

#[derive(Debug)]
struct Entry {
    id: u16,
    exactly_once: bool,
    size: usize,
    stage: Stage,
}

/// A QoS 2 publish between its PUBLISH and its PUBREL; belongs to the session, not the connection.
#[derive(Debug)]
struct Received {
    delivered: PacketId,
    stored: bool,
}

/// All that has been received and not been acknowledged to the end.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    connection: u64,
    /// In order of arrival \[MQTT-4.6.0-2\], \[MQTT-4.6.0-3\].
    queue: VecDeque<Entry>,
    /// How many entries have left the queue's front.
    gone: u64,
    /// Where in the queue an identifier stands, counted with those gone.
    places: LiteMap<u16, u64>,
    unstored: usize,
    unstored_bytes: usize,
    received: LiteMap<u16, Received>,
}

impl Arrivals {
    /// A new connection; acks of the one before mean nothing on it.
    pub(super) fn connected(&mut self, session_present: bool) {
        let received = std::mem::take(&mut self.received);
        *self = Self {
            connection: self.connection + 1,
            received: if session_present { received } else { LiteMap::new() },
            ..Self::default()
        };
    }

    pub(super) fn receive(&mut self, qos: QoS, id: u16, size: usize) -> Arrival {
        // Not acknowledged yet, so it cannot be another message \[MQTT-4.3.2-2\].
        if self.places.contains_key(&id) {
            return Arrival::Known;
        }
        if self.queue.len() >= MAX_QUEUED {
            return Arrival::TooMany;
        }
        let exactly_once = qos == QoS::ExactlyOnce;
        let delivered = PacketId { id, connection: self.connection };
        let mut stage = Stage::Unstored;
        let mut arrival = Arrival::New(delivered);
        if exactly_once {
            if let Some(received) = self.received.get(&id) {
                arrival = Arrival::Known;
                if received.stored {
                    stage = Stage::Stored;
                }
            } else {
                let stored = false;
                self.received.insert(id, Received { delivered, stored });
            }
        }
        if stage == Stage::Unstored {
            self.unstored += 1;
            self.unstored_bytes += size;
        }
        self.places.insert(id, self.gone + self.queue.len() as u64);
        self.queue.push_back(Entry { id, exactly_once, size, stage });
        arrival
    }

    /// The application has stored it.
    pub(super) fn stored(&mut self, id: PacketId) {
        let mut current = id.connection == self.connection;
        if let Some(received) = self.received.get_mut(&id.id)
            && received.delivered == id
        {
            received.stored = true;
            current = true;
        }
        if current {
            self.settle(id.id, Stage::Stored);
        }
    }

    /// PUBREL: the identifier is fresh from now on \[MQTT-4.3.3-2\].
    pub(super) fn release(&mut self, id: u16) {
        if self.received.remove(&id).is_some() {
            self.settle(id, Stage::Released);
        }
    }

    fn settle(&mut self, id: u16, stage: Stage) {
        let place = self.places.get(&id).map(|place| place - self.gone);
        let Some(entry) = place.and_then(|place| self.queue.get_mut(place as usize)) else {
            return;
        };
        let of_qos_1 = stage == Stage::Released && !entry.exactly_once;
        if of_qos_1 || entry.stage == Stage::Released {
            return;
        }
        if entry.stage == Stage::Unstored {
            self.unstored -= 1;
            self.unstored_bytes -= entry.size;
        }
        entry.stage = stage;
    }

    /// The next ack that may leave.
    pub(super) fn next_ack(&mut self) -> Option<Bytes> {
        if self.unstored > MAX_UNSTORED || self.unstored_bytes > MAX_UNSTORED_BYTES {
            return None;
        }
        while self.queue.front().is_some_and(|entry| entry.stage != Stage::Unstored) {
            let entry = self.queue.pop_front()?;
            self.gone += 1;
            self.places.remove(&entry.id);
            match (entry.stage, entry.exactly_once) {
                (Stage::Unstored | Stage::Released, _) => {}
                (Stage::Stored, false) => return Some(encode::puback(entry.id)),
                (Stage::Stored, true) => return Some(encode::pubrec(entry.id)),
            }
        }
        None
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.queue.len() + self.places.len() + self.received.len()
    }
}
