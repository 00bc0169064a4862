//! A model of an MQTT 3.1.1 broker: real packets, sessions, retained messages, wills, and the weaknesses of brokers on
//! demand.

use std::collections::{BTreeMap, VecDeque};

use mqtt::control::variable_header::ConnectReturnCode;
use mqtt::packet::suback::SubscribeReturnCode;
use mqtt::packet::{
    ConnackPacket, PingrespPacket, PubackPacket, PublishPacket, QoSWithPacketIdentifier, SubackPacket,
    UnsubackPacket, VariablePacket,
};
use mqtt::{Decodable, Encodable, TopicName as WireTopic};

use crate::cbor::Reader;
use crate::chat::wire::{Event, EventBody};
use crate::mqtt::{TopicFilter, TopicName};

/// Names one connection.
pub(super) type Connection = usize;

/// A message as the broker holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) topic: String,
    pub(super) payload: Vec<u8>,
    pub(super) qos: u8,
    pub(super) retain: bool,
}

#[derive(Debug, Default)]
struct Session {
    filters: Vec<TopicFilter>,
    connection: Option<Connection>,
    queue: VecDeque<Held>,
    unacked: BTreeMap<u16, Held>,
    next_id: u16,
    will: Option<Held>,
}

/// What this broker does wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Faults {
    /// Every n-th QoS 1 message to a subscriber is lost after PUBACK; 0: none.
    pub(super) lose_every: usize,
    /// Every n-th message to a subscriber comes twice; 0: none.
    pub(super) double_every: usize,
    /// How often those come, if not twice.
    pub(super) copies: Option<usize>,
    /// A backlog is delivered newest first.
    pub(super) reverse_backlog: bool,
    /// Wills are published after a clean DISCONNECT, too (RabbitMQ).
    pub(super) will_after_disconnect: bool,
    /// The last byte of these is changed on their way: what is authenticated there, is not any more.
    pub(super) spoils: Option<fn(&EventBody) -> bool>,
    /// What is published to a topic with this in it comes to nobody.
    pub(super) loses_topic: Option<&'static str>,
    /// What is not taken: the connection that brings it is closed.
    pub(super) refuses: Option<fn(&Held, Option<&EventBody>) -> bool>,
    /// Filters that its access list does not allow.
    pub(super) denies: Option<fn(&str) -> bool>,
    /// Nothing is heard and nothing said, and no connection is closed: the network is gone.
    pub(super) unreachable: bool,
}

/// The broker: bytes in by connection, bytes out by connection.
#[derive(Debug, Default)]
pub(super) struct Broker {
    pub(super) faults: Faults,
    sessions: BTreeMap<String, Session>,
    clients: BTreeMap<Connection, String>,
    pub(super) retained: BTreeMap<String, Held>,
    /// Client Identifier and Keep Alive of the newest CONNECT.
    pub(super) introduced: (String, u16),
    /// All that was ever published.
    pub(super) log: Vec<Held>,
    /// What is on its way to connections; none: the broker closes.
    pub(super) out: VecDeque<(Connection, Option<Vec<u8>>)>,
    routed: usize,
    /// What everybody has encrypted, by mid: the tests' own eyes. The broker has no use for it.
    pub(super) sealed: BTreeMap<[u8; 16], Event>,
}

/// The name of an envelope.
pub(super) fn mid(payload: &[u8]) -> Option<[u8; 16]> {
    let mut envelope = Reader::new(payload).ok()?;
    let _head = (envelope.number().ok()?, envelope.number().ok()?);
    envelope.id().ok()
}

impl Broker {
    /// What an envelope holds.
    pub(super) fn read(&self, held: &Held) -> Option<&Event> {
        self.sealed.get(&mid(&held.payload)?)
    }

    /// Takes one whole packet in.
    pub(super) fn receive(&mut self, from: Connection, packet: &[u8]) {
        let packet = VariablePacket::decode(&mut &packet[..]).expect("clients send well-formed packets");
        if self.faults.unreachable {
            return;
        }
        match packet {
            VariablePacket::ConnectPacket(connect) => self.connect(from, &connect),
            VariablePacket::PublishPacket(publish) => self.take(from, &publish),
            VariablePacket::PubackPacket(ack) => {
                if let Some(session) = self.session(from) {
                    session.unacked.remove(&ack.packet_identifier());
                }
            }
            VariablePacket::SubscribePacket(subscribe) => {
                let denies = |filter: &str| self.faults.denies.is_some_and(|denies| denies(filter));
                let (granted, denied) = (SubscribeReturnCode::MaximumQoSLevel1, SubscribeReturnCode::Failure);
                let wanted: Vec<_> =
                    subscribe.subscribes().iter().map(|(filter, _)| filter.to_string()).collect();
                let (wanted, codes): (Vec<_>, Vec<_>) = wanted
                    .into_iter()
                    .map(|filter| if denies(&filter) { (None, denied) } else { (Some(filter), granted) })
                    .unzip();
                self.send(from, &SubackPacket::new(subscribe.packet_identifier(), codes));
                for filter in wanted.into_iter().flatten() {
                    self.subscribe(from, TopicFilter::parse(filter).unwrap());
                }
            }
            VariablePacket::UnsubscribePacket(unsubscribe) => {
                self.send(from, &UnsubackPacket::new(unsubscribe.packet_identifier()));
                for filter in unsubscribe.subscribes() {
                    let session = self.session(from).unwrap();
                    session.filters.retain(|known| known.as_str() != &filter[..]);
                }
            }
            VariablePacket::PingreqPacket(_) => self.send(from, &PingrespPacket::new()),
            VariablePacket::DisconnectPacket(_) => {
                let rabbit = self.faults.will_after_disconnect;
                if let Some(session) = self.session(from).filter(|_| !rabbit) {
                    session.will = None;
                }
                self.close(from);
            }
            other => panic!("a client never sends {other:?}"),
        }
    }

    fn connect(&mut self, from: Connection, connect: &mqtt::packet::ConnectPacket) {
        let name = connect.client_identifier().to_owned();
        self.introduced = (name.clone(), connect.keep_alive());
        if let Some(before) = self.sessions.get(&name).and_then(|session| session.connection) {
            self.close(before);
        }
        let present = !connect.clean_session() && self.sessions.contains_key(&name);
        if !present {
            self.sessions.insert(name.clone(), Session::default());
        }
        let session = self.sessions.get_mut(&name).unwrap();
        session.connection = Some(from);
        session.will = connect.will().map(|(topic, payload)| Held {
            topic: topic.to_owned(),
            payload: payload.to_vec(),
            qos: 1,
            retain: connect.will_retain(),
        });
        self.clients.insert(from, name.clone());
        self.send(from, &ConnackPacket::new(present, ConnectReturnCode::ConnectionAccepted));
        let session = self.sessions.get_mut(&name).unwrap();
        let again: Vec<_> = std::mem::take(&mut session.unacked).into_values().collect();
        let mut backlog: Vec<_> = again.into_iter().chain(session.queue.drain(..)).collect();
        if self.faults.reverse_backlog {
            backlog.reverse();
        }
        for held in backlog {
            self.deliver(&name, held);
        }
    }

    fn take(&mut self, from: Connection, publish: &PublishPacket) {
        let held = Held {
            topic: publish.topic_name().to_owned(),
            payload: publish.payload().to_vec(),
            qos: u8::from(publish.qos() != QoSWithPacketIdentifier::Level0),
            retain: publish.retain(),
        };
        let body = self.read(&held).map(|event| &event.body);
        if self.faults.refuses.is_some_and(|refuses| refuses(&held, body)) {
            return self.close(from);
        }
        match publish.qos() {
            QoSWithPacketIdentifier::Level0 => {}
            QoSWithPacketIdentifier::Level1(id) => self.send(from, &PubackPacket::new(id)),
            QoSWithPacketIdentifier::Level2(_) => panic!("the app publishes at QoS 0 and 1"),
        }
        self.publish(held);
    }

    /// Publishes to all who want it.
    pub(super) fn publish(&mut self, held: Held) {
        self.log.push(held.clone());
        if self.faults.loses_topic.is_some_and(|part| held.topic.contains(part)) {
            return;
        }
        let mut held = held;
        let spoils =
            self.faults.spoils.zip(self.read(&held)).is_some_and(|(spoils, event)| spoils(&event.body));
        if let Some(last) = held.payload.last_mut().filter(|_| spoils) {
            *last ^= 1;
        }
        if held.retain {
            if held.payload.is_empty() {
                self.retained.remove(&held.topic);
            } else {
                self.retained.insert(held.topic.clone(), held.clone());
            }
        }
        let topic = TopicName::parse(held.topic.clone()).unwrap();
        let wants = |session: &Session| session.filters.iter().any(|filter| filter.matches(&topic));
        let to: Vec<_> =
            self.sessions.iter().filter(|(_, s)| wants(s)).map(|(name, _)| name.clone()).collect();
        for name in to {
            self.routed += 1;
            let every = |n: usize| n > 0 && self.routed.is_multiple_of(n);
            if held.qos > 0 && every(self.faults.lose_every) {
                continue;
            }
            let copies = if every(self.faults.double_every) { self.faults.copies.unwrap_or(2) } else { 1 };
            for _ in 0..copies {
                self.deliver(&name, Held { retain: false, ..held.clone() });
            }
        }
    }

    fn subscribe(&mut self, from: Connection, filter: TopicFilter) {
        let name = self.clients[&from].clone();
        let matching = |held: &&Held| filter.matches(&TopicName::parse(held.topic.clone()).unwrap());
        let retained: Vec<_> = self.retained.values().filter(matching).cloned().collect();
        let session = self.sessions.get_mut(&name).unwrap();
        session.filters.retain(|known| *known != filter);
        session.filters.push(filter);
        for held in retained {
            self.deliver(&name, held);
        }
    }

    fn deliver(&mut self, name: &str, held: Held) {
        let session = self.sessions.get_mut(name).unwrap();
        let Some(to) = session.connection else {
            if held.qos > 0 {
                session.queue.push_back(held);
            }
            return;
        };
        let qos = if held.qos == 0 {
            QoSWithPacketIdentifier::Level0
        } else {
            session.next_id = session.next_id % u16::MAX + 1;
            session.unacked.insert(session.next_id, held.clone());
            QoSWithPacketIdentifier::Level1(session.next_id)
        };
        let mut publish = PublishPacket::new(WireTopic::new(held.topic).unwrap(), qos, held.payload);
        publish.set_retain(held.retain);
        self.send(to, &publish);
    }

    fn send(&mut self, to: Connection, packet: &impl Encodable) {
        let mut bytes = Vec::new();
        packet.encode(&mut bytes).unwrap();
        self.out.push_back((to, Some(bytes)));
    }

    /// How much of what it was sent at QoS 1 a connection has not acknowledged.
    pub(super) fn unacknowledged(&self, by: Option<Connection>) -> usize {
        let session = by.and_then(|by| self.sessions.get(self.clients.get(&by)?));
        session.map_or(0, |session| session.unacked.len())
    }

    fn session(&mut self, of: Connection) -> Option<&mut Session> {
        self.sessions.get_mut(self.clients.get(&of)?)
    }

    /// The connection is gone, with or without a goodbye: the will, if there still is one, is published.
    pub(super) fn close(&mut self, connection: Connection) {
        let Some(name) = self.clients.remove(&connection) else { return };
        self.out.retain(|(to, _)| *to != connection);
        self.out.push_back((connection, None));
        let session = self.sessions.get_mut(&name).unwrap();
        session.connection = None;
        if let Some(will) = session.will.take() {
            self.publish(will);
        }
    }

    /// Killed and started again; with nothing on disk, or with everything.
    pub(super) fn restart(&mut self, remembers: bool) {
        for connection in self.clients.keys().copied().collect::<Vec<_>>() {
            self.out.retain(|(to, _)| *to != connection);
            self.out.push_back((connection, None));
        }
        self.clients.clear();
        for session in self.sessions.values_mut() {
            session.connection = None;
            session.will = None;
        }
        if !remembers {
            self.sessions.clear();
            self.retained.clear();
        }
    }
}
