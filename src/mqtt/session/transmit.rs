//! What is said to the broker, in which order.

use bytes::Bytes;

use super::{Session, State};
use crate::mqtt::codec::encode;
use crate::mqtt::{Event, Token};

impl Session {
    /// The next packet for the transport: exactly one, and whole. CONNECT travels alone; others may share a
    /// WebSocket message.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        let packet = self.next_packet()?;
        self.keep_alive.sent(self.now);
        Some(packet)
    }

    fn next_packet(&mut self) -> Option<Bytes> {
        let limit = match self.state {
            State::Handshaking { .. } => return self.control.pop_front(),
            State::Live { .. } => Token(u64::MAX),
            State::Closing { last, .. } => last?,
            State::Stopped | State::Opening { .. } | State::Waiting { .. } => return None,
        };
        self.control
            .pop_front()
            .or_else(|| self.arrivals.next_ack())
            .or_else(|| self.subscriptions.next_packet(&mut self.ids))
            .or_else(|| self.next_publish(limit))
            .or_else(|| self.say_goodbye())
    }

    fn next_publish(&mut self, limit: Token) -> Option<Bytes> {
        let held = self.congested && self.is_live();
        if held || (self.suspicion.isolates() && self.inflight.departed() > 0) {
            return None;
        }
        let departure = self.inflight.next_packet(limit, &mut self.ids, self.now)?;
        if let Some(token) = departure.completed {
            self.events.push_back(Event::Completed(token));
        }
        Some(departure.packet)
    }

    /// DISCONNECT, once \[MQTT-3.14.4-2\].
    fn say_goodbye(&mut self) -> Option<Bytes> {
        let State::Closing { last, .. } = &mut self.state else {
            return None;
        };
        last.take().map(|_| encode::disconnect())
    }
}
