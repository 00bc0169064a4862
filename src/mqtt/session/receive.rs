//! What the broker says.

use super::arrivals::Arrival;
use super::{Session, State};
use crate::mqtt::codec::{DecodeError, Packet, ReceivedPublish, encode};
use crate::mqtt::{CloseReason, Event, Incoming, QoS, Token, TopicName};
use crate::time::Instant;

/// What a broker must not say, or not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A packet that is wrong by itself.
    #[error(transparent)]
    Packet(#[from] DecodeError),
    /// \[MQTT-3.2.0-1\]
    #[error("its first packet is not CONNACK")]
    NoConnack,
    /// \[MQTT-3.2.0-1\]: one Network Connection, one CONNACK.
    #[error("a second CONNACK")]
    SecondConnack,
    /// \[MQTT-3.2.2-1\]
    #[error("it kept a session that was to be a clean one")]
    SessionNotClean,
    /// \[MQTT-3.2.2-4\]
    #[error("it refused the connection and kept the session")]
    RefusedWithSession,
    /// \[MQTT-3.8.4-5\]
    #[error("its SUBACK does not answer each filter")]
    SubackCount,
    /// More than a client could ever acknowledge.
    #[error("too many messages without waiting for an answer")]
    Flood,
}

impl Session {
    /// Takes bytes off the transport, split and merged in any way. A broken rule is told once, as [`Event::Close`].
    pub fn receive(&mut self, bytes: &[u8], now: Instant) {
        self.advance(now);
        if bytes.is_empty() || !self.is_connected() {
            return;
        }
        self.keep_alive.received(self.now);
        let mut input = bytes;
        while self.is_connected() {
            let handled = match self.decoder.next(&mut input) {
                // Whatever it is, it is not CONNACK, and need not be waited for.
                Ok(None) if self.is_handshaking() && self.decoder.is_letting_go() => {
                    Err(Violation::NoConnack)
                }
                Ok(None) => break,
                Ok(Some(packet)) => self.handle(packet),
                Err(error) => Err(error.into()),
            };
            if let Err(violation) = handled {
                self.close(CloseReason::Protocol(violation));
            }
        }
        self.check_link();
    }

    fn is_handshaking(&self) -> bool {
        matches!(self.state, State::Handshaking { .. })
    }

    fn is_connected(&self) -> bool {
        match self.state {
            State::Handshaking { .. } | State::Live { .. } | State::Closing { .. } => true,
            State::Stopped | State::Opening { .. } | State::Waiting { .. } => false,
        }
    }

    fn handle(&mut self, packet: Packet) -> Result<(), Violation> {
        if self.is_handshaking() {
            return self.handle_first(&packet);
        }
        match packet {
            Packet::Connack { .. } => return Err(Violation::SecondConnack),
            Packet::Publish(publish) => return self.handle_publish(publish),
            Packet::Oversized { topic, ack } => return self.handle_oversized(topic, ack),
            Packet::Puback(id) => {
                let completed = self.inflight.puback(id, &mut self.ids, self.now);
                self.complete(completed);
            }
            Packet::Pubrec(id) => {
                if let Some(token) = self.inflight.pubrec(id) {
                    self.suspicion.answered(token);
                    self.control.push_back(encode::pubrel(id));
                }
            }
            // Always answered: a broker that asks has not forgotten, whatever this side remembers (R17).
            Packet::Pubrel(id) => {
                self.arrivals.release(id);
                self.control.push_back(encode::pubcomp(id));
            }
            Packet::Pubcomp(id) => {
                let completed = self.inflight.pubcomp(id, &mut self.ids, self.now);
                self.complete(completed);
            }
            Packet::Suback { id, granted } => {
                let answers = self.subscriptions.suback(id, &granted, &mut self.ids);
                for (filter, granted) in answers.ok_or(Violation::SubackCount)? {
                    self.events.push_back(Event::Subscribed(filter, granted));
                }
            }
            Packet::Unsuback(id) => self.subscriptions.unsuback(id, &mut self.ids),
            Packet::Pingresp => {}
        }
        Ok(())
    }

    fn handle_first(&mut self, packet: &Packet) -> Result<(), Violation> {
        let Packet::Connack { session_present, refused } = *packet else {
            return Err(Violation::NoConnack);
        };
        match refused {
            Some(_) if session_present => Err(Violation::RefusedWithSession),
            Some(error) => {
                self.refused(error);
                Ok(())
            }
            None if session_present && self.config.clean_session => Err(Violation::SessionNotClean),
            None => {
                self.connected(session_present);
                Ok(())
            }
        }
    }

    fn connected(&mut self, session_present: bool) {
        self.state = State::Live { since: self.now };
        self.subscriptions.connected(session_present, &mut self.ids);
        self.arrivals.connected(session_present);
        if session_present {
            self.control.extend(self.inflight.resume());
        } else {
            self.inflight.restart(&mut self.ids);
        }
        self.events.push_back(Event::Connected { session_present });
    }

    fn handle_publish(&mut self, publish: ReceivedPublish) -> Result<(), Violation> {
        let id = if publish.qos == QoS::AtMostOnce {
            None
        } else {
            let size = publish.topic.as_str().len() + publish.payload.len();
            match self.arrivals.receive(publish.qos, publish.id, size) {
                Arrival::New(id) => Some(id),
                Arrival::Known => return Ok(()),
                Arrival::TooMany => return Err(Violation::Flood),
            }
        };
        self.events.push_back(Event::Publish(Incoming {
            id,
            topic: publish.topic,
            payload: publish.payload,
            retain: publish.retain,
        }));
        Ok(())
    }

    /// Nobody will store it: it is acknowledged, or the broker would send it for ever.
    fn handle_oversized(&mut self, topic: TopicName, ack: Option<(QoS, u16)>) -> Result<(), Violation> {
        match ack.map(|(qos, id)| self.arrivals.receive(qos, id, 0)) {
            Some(Arrival::New(id)) => self.arrivals.stored(id),
            Some(Arrival::TooMany) => return Err(Violation::Flood),
            Some(Arrival::Known) | None => {}
        }
        self.events.push_back(Event::Oversized(topic));
        Ok(())
    }

    fn complete(&mut self, completed: Option<Token>) {
        if let Some(token) = completed {
            self.suspicion.answered(token);
            self.events.push_back(Event::Completed(token));
        }
    }
}
