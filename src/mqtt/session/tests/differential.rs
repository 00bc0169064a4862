//! The same scripts through `mqtt-protocol-core`, packet by packet.

use std::collections::BTreeSet;

use mqtt_protocol_core::mqtt as oracle;
use oracle::connection::Event as Oracle;
use oracle::packet::{Qos, v3_1_1};
use oracle::prelude::*;
use proptest::prelude::*;

use super::super::suspicion::Suspicion;
use super::*;

/// One step of a script; numbers choose among what is possible.
#[derive(Clone, Debug)]
enum Step {
    Publish(QoS),
    /// The broker answers something of ours, as it should.
    Answer(prop::sample::Index),
    /// The broker publishes; QoS 2 may repeat.
    Incoming(QoS, u16),
    /// The broker releases, known or unknown.
    Release(u16),
    Subscribe(u8),
    Reconnect(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let qos = || prop_oneof![Just(Q0), Just(Q1), Just(Q2)];
    prop_oneof![
        6 => qos().prop_map(Step::Publish),
        6 => any::<prop::sample::Index>().prop_map(Step::Answer),
        4 => (qos(), 1..6_u16).prop_map(|(qos, id)| Step::Incoming(qos, id)),
        3 => (1..6_u16).prop_map(Step::Release),
        1 => (0..200_u8).prop_map(Step::Subscribe),
        2 => any::<bool>().prop_map(Step::Reconnect),
    ]
}

/// Both clients, and what the broker still owes.
struct Pair {
    ours: Script,
    theirs: oracle::Connection<oracle::role::Client>,
    owed: BTreeSet<(u8, u16)>,
}

impl Pair {
    fn new() -> Self {
        let mut config = Config::new("me");
        config.inflight_window = 65_535;
        let mut theirs = oracle::Connection::new(oracle::Version::V3_1_1);
        theirs.set_auto_pub_response(true);
        let mut pair = Self { ours: Script::new(config), theirs, owed: BTreeSet::new() };
        pair.ours.session.connect(pair.ours.now);
        pair.connect(false);
        pair
    }

    fn connect(&mut self, session_present: bool) {
        self.ours.session.open(self.ours.now);
        let connect = v3_1_1::Connect::builder()
            .client_id("me")
            .unwrap()
            .clean_session(false)
            .keep_alive(30)
            .build()
            .unwrap();
        let theirs = sent(self.theirs.send(connect.into()));
        assert_eq!(self.ours.sent(), theirs);
        self.hear(&connack(session_present, 0));
    }

    /// Both hear it, and both say the same.
    fn hear(&mut self, bytes: &[u8]) {
        self.ours.hear(bytes);
        for message in messages(self.ours.events()) {
            if let Some(id) = message.id {
                self.ours.session.ack(id);
            }
        }
        let mut cursor = oracle::common::Cursor::new(bytes);
        let mut theirs = sent(self.theirs.recv(&mut cursor));
        let mut ours = self.ours.sent();
        // What is published as new is the application's doing there: tell it to.
        for packet in &ours {
            if packet[0] >> 4 == 3 && packet[0] & 0x08 == 0 {
                theirs.extend(self.publish_theirs(packet));
            }
        }
        // PUBREL and PUBLISH each have an order; between the two the standard has none.
        ours.sort_by_key(|packet| packet[0] == PUBREL);
        theirs.sort_by_key(|packet| packet[0] == PUBREL);
        assert_eq!(ours, theirs);
        for packet in ours {
            self.owe(&packet);
        }
    }

    fn owe(&mut self, packet: &[u8]) {
        match (packet[0] >> 4, packet[0] & 0b0110) {
            (3, 0b0010) => self.owed.insert((PUBACK, publish_id(packet))),
            (3, 0b0100) => self.owed.insert((PUBREC, publish_id(packet))),
            (6, _) => self.owed.insert((PUBCOMP, id_of(packet))),
            _ => false,
        };
    }

    fn publish_theirs(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        let qos = Qos::try_from((packet[0] & 0b0110) >> 1).unwrap();
        let mut publish = v3_1_1::Publish::builder().topic_name("t").unwrap().qos(qos);
        if qos == Qos::AtMostOnce {
            publish = publish.payload(packet[5..].to_vec());
        } else {
            let id = publish_id(packet);
            self.theirs.register_packet_id(id).unwrap();
            publish = publish.packet_id(id).payload(packet[7..].to_vec());
        }
        sent(self.theirs.send(publish.build().unwrap().into()))
    }

    fn subscribe(&mut self, number: u8) {
        let text = format!("a/{number}");
        self.ours.subscribe(&text, Q1);
        for packet in self.ours.sent() {
            let id = id_of(&packet);
            self.theirs.register_packet_id(id).unwrap();
            let entry = oracle::packet::SubEntry::new(
                &text,
                oracle::packet::SubOpts::new().set_qos(Qos::AtLeastOnce),
            );
            let subscribe =
                v3_1_1::Subscribe::builder().packet_id(id).entries(vec![entry.unwrap()]).build().unwrap();
            assert_eq!(sent(self.theirs.send(subscribe.into())), [packet]);
            self.hear(&suback(id, &[1]));
        }
    }

    fn reconnect(&mut self, session_present: bool) {
        // Whether closes mean something is not the oracle's business.
        self.ours.session.suspicion = Suspicion::default();
        self.ours.session.subscriptions = super::super::Subscriptions::default();
        self.ours.session.closed(self.ours.now);
        self.theirs.notify_closed();
        self.ours.session.wake(self.ours.now);
        self.ours.events();
        self.owed.clear();
        self.connect(session_present);
    }

    fn run(&mut self, step: Step) {
        match step {
            Step::Publish(qos) => {
                self.ours.publish(qos, "x");
                for packet in self.ours.sent() {
                    assert_eq!(self.publish_theirs(&packet), std::slice::from_ref(&packet));
                    self.owe(&packet);
                }
            }
            Step::Answer(index) => {
                let owed: Vec<(u8, u16)> = self.owed.iter().copied().collect();
                if !owed.is_empty() {
                    let (kind, id) = owed[index.index(owed.len())];
                    self.owed.remove(&(kind, id));
                    self.hear(&ack(kind, id));
                }
            }
            Step::Incoming(qos, id) => {
                let first = match qos {
                    QoS::AtMostOnce => 0x30,
                    QoS::AtLeastOnce => 0x32,
                    QoS::ExactlyOnce => 0x34,
                };
                self.hear(&publish(first, id, "x"));
            }
            Step::Release(id) => self.hear(&ack(PUBREL, id)),
            Step::Subscribe(number) => self.subscribe(number),
            Step::Reconnect(session_present) => self.reconnect(session_present),
        }
    }
}

fn publish_id(packet: &[u8]) -> u16 {
    u16::from_be_bytes([packet[5], packet[6]])
}

fn sent(events: Vec<Oracle>) -> Vec<Vec<u8>> {
    let packets = events.into_iter().filter_map(|event| match event {
        Oracle::RequestSendPacket { packet, .. } => Some(packet.to_continuous_buffer()),
        Oracle::NotifyError(error) => panic!("{error:?}"),
        Oracle::RequestClose => panic!("the oracle closes"),
        Oracle::NotifyPacketReceived(_)
        | Oracle::NotifyPacketIdReleased(_)
        | Oracle::RequestTimerReset { .. }
        | Oracle::RequestTimerCancel(_) => None,
    });
    packets.collect()
}

proptest! {
    #[test]
    fn every_script_makes_the_packets_that_mqtt_protocol_core_makes(
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let mut pair = Pair::new();
        for step in steps {
            pair.run(step);
        }
    }
}
