//! Somebody without a client: keys, and hands of their own.

use std::collections::BTreeMap;

use super::broker::Held;
use super::hostile::event;
use super::world::World;
use crate::chat::id::UserId;
use crate::chat::keyring::{Found, Keyring};
use crate::chat::keys::{Keys, Paper};
use crate::chat::topics::{Root, Route};
use crate::chat::wire::{self, Event, EventBody};
use crate::e2ee::document::Document;
use crate::e2ee::envelope::{Party, Recipient, seal};
use crate::e2ee::pairwise::Peer;
use crate::e2ee::request::Request;
use crate::e2ee::seed::Seed;
use crate::mqtt::TopicName;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp(1_795_176_000_000);

/// Somebody who speaks the protocol by hand.
pub(super) struct Outsider {
    pub(super) id: UserId,
    pub(super) keys: Keys,
    peers: BTreeMap<UserId, Peer>,
    mids: u128,
}

impl Outsider {
    /// Somebody whose address is made of their key.
    pub(super) fn new(number: u8) -> Self {
        let mut outsider = Self::claiming(number, UserId([0; 16]));
        outsider.move_to(outsider.keys.user_id());
        outsider
    }

    /// Somebody who claims an address.
    pub(super) fn claiming(number: u8, id: UserId) -> Self {
        let keys = Keys::generate(Seed::from_bytes([number; 32]), NOW);
        let mut outsider = Self { id, keys, peers: BTreeMap::new(), mids: u128::from(number) << 64 };
        outsider.move_to(id);
        outsider
    }

    /// Claims another address by the same keys.
    pub(super) fn move_to(&mut self, id: UserId) {
        self.peers.clear();
        (self.id, self.keys.papers) = (id, None);
        self.keys.renew("kith", id, NOW);
    }

    /// Whatever they say next begins a new session.
    pub(super) fn forget_sessions(&mut self) {
        self.peers.clear();
    }

    /// The topics and payloads of claim, certificate and bundle.
    pub(super) fn papers(&self) -> [(String, Vec<u8>); 3] {
        let root = Root::parse("kith").unwrap();
        let (id, key, device) = (self.id, self.keys.fingerprint(), self.keys.device_id());
        Paper::ALL.map(|paper| {
            let topic = match paper {
                Paper::Claim => root.claim(id, key),
                Paper::Certificate => root.certificate(id, key, device),
                Paper::Bundle => root.bundle(id, key, device),
            };
            (topic.as_str().to_owned(), self.keys.paper(paper).unwrap().encode())
        })
    }

    pub(super) fn publish(&self, world: &mut World) {
        for (topic, payload) in self.papers() {
            world.broker.publish(Held { topic, payload, qos: 1, retain: true });
        }
        world.run();
    }

    /// What the broker knows of somebody's keys.
    fn keyring_of(world: &World, whom: UserId) -> Keyring {
        let root = Root::parse("kith").unwrap();
        let mut keyring = Keyring::default();
        for held in world.broker.retained.values() {
            let topic = TopicName::parse(held.topic.clone()).unwrap();
            let (id, key, device) = match root.route(&topic, UserId([0; 16])) {
                Some(Route::Claim(id, key)) => (id, key, None),
                Some(Route::Certificate(id, key, device) | Route::Bundle(id, key, device)) => {
                    (id, key, Some(device))
                }
                _ => continue,
            };
            if let Some(document) = Document::decode(&held.payload).ok().filter(|_| id == whom) {
                let now = Timestamp(NOW.0 + world.now);
                keyring.take(&Found { document: &document, root: "kith", id, key, now }, device);
            }
        }
        keyring
    }

    fn party_of(&mut self, world: &World, whom: usize) -> (UserId, Party) {
        let whom = world.id(whom);
        let keyring = Self::keyring_of(world, whom);
        let [holder] = keyring.holders.as_slice() else { panic!("one key: {:?}", keyring.holders) };
        let live = holder.set.live()[0];
        let bundle = holder.bundle(&live.device).expect("a bundle").clone();
        self.peers.entry(whom).or_insert_with(|| {
            let mut peer = Peer::new(live.curve25519);
            peer.begin(&self.keys.device, &bundle).unwrap();
            peer
        });
        (whom, Party { user: live.user, device: live.device })
    }

    fn mid(&mut self) -> [u8; 16] {
        self.mids += 1;
        self.mids.to_be_bytes()
    }

    /// Says something in a request's place.
    pub(super) fn request(&mut self, world: &World, to: usize, event: &Event) -> Vec<u8> {
        let ((whom, party), mid) = (self.party_of(world, to), self.mid());
        let [_, certificate, bundle] = self.keys.papers.as_ref().unwrap().documents.clone();
        let inner = wire::encode(event);
        let request =
            Request { from: self.id.0, certificate, bundle, proof: None, note: String::new(), inner };
        request.seal(&mid, &party, self.peers.get_mut(&whom).unwrap()).unwrap()
    }

    /// An event of theirs.
    pub(super) fn event(&self, to: UserId, seq: u64, body: EventBody) -> Event {
        let (device, devices) = (self.keys.device_id(), self.keys.devices().hash());
        Event { device, devices, ..event(self.id, to, seq, body) }
    }

    /// Encrypts something, as if they were friends.
    pub(super) fn envelope(&mut self, world: &World, to: usize, event: &Event) -> Vec<u8> {
        let ((whom, party), mid) = (self.party_of(world, to), self.mid());
        let mut recipients = [Recipient { peer: self.peers.get_mut(&whom).unwrap(), party }];
        seal(&mid, &self.keys.party(), &whom.0, &wire::encode(event), &mut recipients).unwrap()
    }

    /// Asks for contact, by the name "Mallory" or another.
    pub(super) fn ask(&mut self, world: &mut World, to: usize, name: &str) {
        let whom = world.id(to);
        let request = self.request(world, to, &self.event(whom, 0, EventBody::Request(name.into())));
        world.publish(&format!("kith/{whom}/Inbox/Add/GFReq/{}", self.id), request);
    }
}
