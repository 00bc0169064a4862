//! A model of an MQTT 3.1.1 broker: real packets, sessions, retained messages, wills, and the weaknesses of brokers on
//! demand.

use std::collections::{BTreeMap, VecDeque};

use mqtt::control::variable_header::ConnectReturnCode;
use mqtt::packet::suback::SubscribeReturnCode;
use mqtt::packet::{
    ConnackPacket, PingrespPacket, PubackPacket, PublishPacket, PubrelPacket, QoSWithPacketIdentifier,
    SubackPacket, UnsubackPacket, VariablePacket,
};
use mqtt::{Decodable, Encodable};

use crate::cbor::Reader;
use crate::chat::wire::{Event, EventBody};
use crate::mqtt::TopicFilter;

mod out;
mod profile;
mod routing;
mod weather;

use out::Out;
pub(super) use profile::{Overflow, PERFECT, PROFILES, Profile};
use weather::Autosave;
pub(super) use weather::{Remembers, Weather};

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

#[derive(Clone, Debug, Default)]
struct Session {
    filters: Vec<TopicFilter>,
    connection: Option<Connection>,
    queue: VecDeque<Held>,
    /// With their places in the order in which all have left.
    unacked: BTreeMap<u16, (usize, Held)>,
    sent: usize,
    next_id: u16,
    will: Option<Held>,
}

impl Session {
    /// There is no connection, and nobody has said why.
    fn offline(&mut self) {
        (self.connection, self.will) = (None, None);
    }

    fn take_id(&mut self) -> u16 {
        loop {
            self.next_id = self.next_id % u16::MAX + 1;
            if !self.unacked.contains_key(&self.next_id) {
                return self.next_id;
            }
        }
    }

    /// What has left and is not acknowledged, in the order in which it left; nothing of it is any more.
    fn take_unacked(&mut self) -> Vec<Held> {
        let mut unacked: Vec<_> = std::mem::take(&mut self.unacked).into_values().collect();
        unacked.sort_by_key(|(order, _)| *order);
        unacked.into_iter().map(|(_, held)| held).collect()
    }
}

/// A connection whose CONNECT was accepted.
#[derive(Clone, Debug)]
struct Client {
    name: String,
    keep_alive: u64,
    /// When something came last.
    heard: u64,
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

/// Whether something is delivered for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    No,
    /// For the first time, after it had waited.
    Waited,
    Yes,
}

/// The broker: bytes in by connection, bytes out by connection.
#[derive(Debug)]
pub(super) struct Broker {
    pub(super) profile: Profile,
    pub(super) faults: Faults,
    /// What goes wrong by chance, if anything does.
    pub(super) weather: Option<Weather>,
    saved: Autosave,
    now: u64,
    sessions: BTreeMap<String, Session>,
    clients: BTreeMap<Connection, Client>,
    pub(super) retained: BTreeMap<String, Held>,
    /// Client Identifier and Keep Alive of the newest CONNECT.
    pub(super) introduced: (String, u16),
    /// All that was ever published.
    pub(super) log: Vec<Held>,
    /// How many filters were asked for.
    pub(super) subscribed: usize,
    pub(super) out: Out,
    routed: usize,
    /// What everybody has encrypted, by mid: the tests' own eyes. The broker has no use for it.
    pub(super) sealed: BTreeMap<[u8; 16], Event>,
}

impl Default for Broker {
    fn default() -> Self {
        Self {
            profile: PERFECT,
            faults: Faults::default(),
            weather: None,
            saved: Autosave::default(),
            now: 0,
            sessions: BTreeMap::new(),
            clients: BTreeMap::new(),
            retained: BTreeMap::new(),
            introduced: (String::new(), 0),
            log: Vec::new(),
            subscribed: 0,
            out: Out::default(),
            routed: 0,
            sealed: BTreeMap::new(),
        }
    }
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

    /// The time is now: who was silent for too long is closed.
    pub(super) fn tick(&mut self, now: u64) {
        self.now = now;
        let Some(patience) = self.profile.patience else { return };
        let late = |client: &Client| now > client.heard + client.keep_alive * 100 * patience;
        let gone: Vec<_> =
            self.clients.iter().filter(|(_, client)| late(client)).map(|(id, _)| *id).collect();
        for connection in gone {
            self.close(connection);
        }
    }

    /// Takes one whole packet in.
    pub(super) fn receive(&mut self, from: Connection, packet: &[u8]) {
        let packet = VariablePacket::decode(&mut &packet[..]).expect("clients send well-formed packets");
        if self.faults.unreachable {
            return;
        }
        if let Some(client) = self.clients.get_mut(&from) {
            client.heard = self.now;
        } else if !matches!(packet, VariablePacket::ConnectPacket(_)) {
            // It was closed, and who is at its other end has not heard of that.
            return;
        }
        match packet {
            VariablePacket::ConnectPacket(connect) => self.connect(from, &connect),
            VariablePacket::PublishPacket(publish) => self.take(from, &publish),
            VariablePacket::PubackPacket(ack) => self.acknowledged(from, ack.packet_identifier()),
            VariablePacket::PubrecPacket(ack) => self.send(from, &PubrelPacket::new(ack.packet_identifier())),
            VariablePacket::PubcompPacket(ack) => self.acknowledged(from, ack.packet_identifier()),
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
                    self.subscribed += 1;
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
                let rabbit = self.faults.will_after_disconnect || self.profile.will_after_disconnect;
                if let Some(session) = self.session(from).filter(|_| !rabbit) {
                    session.will = None;
                }
                self.close(from);
            }
            other => panic!("a client never sends {other:?}"),
        }
    }

    fn acknowledged(&mut self, by: Connection, id: u16) {
        let Some(name) = self.clients.get(&by).map(|client| client.name.clone()) else { return };
        let session = self.sessions.get_mut(&name).unwrap();
        session.unacked.remove(&id);
        let room = self.profile.window - session.unacked.len().min(self.profile.window);
        let next: Vec<_> = session.queue.drain(..room.min(session.queue.len())).collect();
        for held in next {
            self.deliver(&name, held, Again::Waited);
        }
    }

    fn connect(&mut self, from: Connection, connect: &mqtt::packet::ConnectPacket) {
        let name = connect.client_identifier().to_owned();
        self.introduced = (name.clone(), connect.keep_alive());
        if let Some(before) = self.sessions.get(&name).and_then(|session| session.connection) {
            self.close(before);
        }
        let kept =
            !connect.clean_session() && self.profile.keeps_sessions && self.sessions.contains_key(&name);
        let present = kept && !self.weather.as_mut().is_some_and(Weather::denies_session);
        if !kept {
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
        let keep_alive = connect.keep_alive().into();
        self.clients.insert(from, Client { name: name.clone(), keep_alive, heard: self.now });
        self.send(from, &ConnackPacket::new(present, ConnectReturnCode::ConnectionAccepted));
        self.deliver_backlog(&name, present);
    }

    /// What was not acknowledged, and what has come since.
    fn deliver_backlog(&mut self, name: &str, present: bool) {
        let session = self.sessions.get_mut(name).unwrap();
        if let Some(weather) = self.weather.as_mut().filter(|_| present) {
            weather.empty(session);
        }
        let mut again = session.take_unacked();
        let mut backlog: Vec<_> = session.queue.drain(..).collect();
        if self.profile.reverses_again {
            again.reverse();
        }
        if self.faults.reverse_backlog {
            again.append(&mut backlog);
            again.reverse();
        }
        if let Some(weather) = &mut self.weather {
            weather.shuffle(&mut again);
            weather.shuffle(&mut backlog);
        }
        for held in again {
            self.deliver(name, held, Again::Yes);
        }
        for held in backlog {
            self.deliver(name, held, Again::Waited);
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

    fn send(&mut self, to: Connection, packet: &impl Encodable) {
        let mut bytes = Vec::new();
        packet.encode(&mut bytes).unwrap();
        self.out.push(to, Some(bytes));
    }

    /// How much of what it was sent at QoS 1 a connection has not acknowledged.
    pub(super) fn unacknowledged(&self, by: Option<Connection>) -> usize {
        let session = by.and_then(|by| self.sessions.get(&self.clients.get(&by)?.name));
        session.map_or(0, |session| session.unacked.len())
    }

    fn session(&mut self, of: Connection) -> Option<&mut Session> {
        self.sessions.get_mut(&self.clients.get(&of)?.name)
    }

    /// The connection is gone, with or without a goodbye: the will, if there still is one, is published.
    pub(super) fn close(&mut self, connection: Connection) {
        let Some(Client { name, .. }) = self.clients.remove(&connection) else { return };
        self.out.forget(connection);
        self.out.push(connection, None);
        let session = self.sessions.get_mut(&name).unwrap();
        session.connection = None;
        if let Some(will) = session.will.take() {
            self.publish(will);
        }
    }

    /// Killed and started again; with nothing on disk, or with everything.
    pub(super) fn restart(&mut self, remembers: bool) {
        for connection in self.clients.keys().copied().collect::<Vec<_>>() {
            self.out.forget(connection);
            self.out.push(connection, None);
        }
        self.clients.clear();
        for session in self.sessions.values_mut() {
            session.offline();
        }
        if !remembers {
            self.sessions.clear();
            self.retained.clear();
        }
    }
}
