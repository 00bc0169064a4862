//! A scripted broker: bytes in, bytes and events out, on a virtual clock. Tests are named by what they prove: `r3_...`
//! for requirement R3 of the design, `mqtt_4_4_0_1_...` for statement \[MQTT-4.4.0-1\].
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that goes wrong should stop")]

mod closing;
mod connecting;
#[cfg(not(target_arch = "wasm32"))]
mod differential;
mod inbound;
mod keeping_alive;
mod outbound;
mod parts;
mod persisting;
mod properties;
mod subscribing;
mod suspecting;
mod waivers;

use std::time::Duration;

use bytes::Bytes;

use super::Session;
use crate::mqtt::{Config, Event, Incoming, PacketId, Publish, QoS, Token, TopicFilter, TopicName};
use crate::time::Instant;

/// One session, what it sent and told, and the time.
struct Script {
    session: Session,
    now: Instant,
}

impl Script {
    fn new(config: Config) -> Self {
        let session = Session::new(config).unwrap();
        let now = Instant(1_000_000);
        Self { session, now }
    }

    /// Stopped, with a kept session.
    fn stopped() -> Self {
        Self::new(Config::new("me"))
    }

    /// Live, without a session on the broker's side.
    fn live() -> Self {
        Self::live_with(Config::new("me"))
    }

    fn live_with(config: Config) -> Self {
        let mut script = Self::new(config);
        script.session.connect(script.now);
        script.reopen(false);
        script
    }

    /// From [`Event::Open`] to live.
    fn reopen(&mut self, session_present: bool) {
        assert_eq!(self.events(), [Event::Open]);
        self.session.open(self.now);
        assert_eq!(self.sent().len(), 1, "CONNECT and nothing else");
        self.hear(&connack(session_present, 0));
        assert_eq!(self.events(), [Event::Connected { session_present }]);
    }

    /// The broker closes; the next connection is live.
    fn reconnect(&mut self, session_present: bool) {
        self.session.closed(self.now);
        self.retry(session_present);
    }

    /// From [`Event::Waiting`] to live.
    fn retry(&mut self, session_present: bool) {
        let events = self.events();
        let Some(Event::Waiting { retry_at, .. }) = events.last() else {
            panic!("the session does not wait: {events:?}");
        };
        self.now = *retry_at;
        self.session.handle_timeout(self.now);
        self.reopen(session_present);
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.session.receive(bytes, self.now);
    }

    fn sent(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.session.poll_transmit()).map(|packet| packet.to_vec()).collect()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.session.poll_event()).collect()
    }

    /// Lets time pass, with a punctual timer.
    fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(due) = self.session.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.session.handle_timeout(self.now);
            if self.session.poll_timeout() == Some(due) {
                break;
            }
        }
        self.now = until;
    }

    fn pass_seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    fn publish(&mut self, qos: QoS, payload: &str) -> Token {
        self.session.publish(message(qos, payload), self.now)
    }

    fn subscribe(&mut self, text: &str, qos: QoS) {
        self.session.subscribe(filter(text), qos, self.now);
    }
}

const Q0: QoS = QoS::AtMostOnce;
const Q1: QoS = QoS::AtLeastOnce;
const Q2: QoS = QoS::ExactlyOnce;

fn message(qos: QoS, payload: &str) -> Publish {
    Publish {
        topic: TopicName::parse("t").unwrap(),
        payload: Bytes::copy_from_slice(payload.as_bytes()),
        qos,
        retain: false,
    }
}

fn filter(text: &str) -> TopicFilter {
    TopicFilter::parse(text).unwrap()
}

fn connack(session_present: bool, code: u8) -> [u8; 4] {
    [0x20, 2, u8::from(session_present), code]
}

const PUBACK: u8 = 0x40;
const PUBREC: u8 = 0x50;
const PUBREL: u8 = 0x62;
const PUBCOMP: u8 = 0x70;
const UNSUBACK: u8 = 0xb0;
const PINGREQ: [u8; 2] = [0xc0, 0];
const PINGRESP: [u8; 2] = [0xd0, 0];
const DISCONNECT: [u8; 2] = [0xe0, 0];

fn ack(kind: u8, id: u16) -> Vec<u8> {
    let [high, low] = id.to_be_bytes();
    vec![kind, 2, high, low]
}

fn suback(id: u16, codes: &[u8]) -> Vec<u8> {
    let [high, low] = id.to_be_bytes();
    let mut packet = vec![0x90, 2 + codes.len() as u8, high, low];
    packet.extend(codes);
    packet
}

/// PUBLISH on topic `t` in the fewest bytes, written independently of the codec.
fn publish(first: u8, id: u16, payload: &str) -> Vec<u8> {
    let mut body = vec![0, 1, b't'];
    if first & 0b0110 != 0 {
        body.extend(id.to_be_bytes());
    }
    body.extend(payload.as_bytes());
    let mut packet = vec![first, body.len() as u8];
    packet.extend(body);
    packet
}

fn id_of(packet: &[u8]) -> u16 {
    u16::from_be_bytes([packet[2], packet[3]])
}

/// The messages among the events.
fn messages(events: Vec<Event>) -> Vec<Incoming> {
    let messages = events.into_iter().map(|event| match event {
        Event::Publish(incoming) => Some(incoming),
        Event::Open
        | Event::Close(_)
        | Event::Connected { .. }
        | Event::Waiting { .. }
        | Event::Stopped(_)
        | Event::Completed(_)
        | Event::Oversized(_)
        | Event::Quarantined(_)
        | Event::Subscribed(..) => None,
    });
    messages.flatten().collect()
}

/// What the only message among the events is acknowledged by.
fn ack_of(events: Vec<Event>) -> PacketId {
    let [message] = &messages(events)[..] else {
        panic!("not one message");
    };
    message.id.unwrap()
}
