//! Whole people with devices, honest and hostile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod devices;
mod documents;
mod envelopes;
mod first_contact;
mod talking;
mod vectors;
mod vodozemac;

use std::time::Duration;

use super::bundle::Bundle;
use super::certificate::{DeviceCertificate, DeviceKind};
use super::device::Device;
use super::document::Document;
use super::envelope::{FanOut, OpenError, Opened, Party, Recipient, seal};
use super::key::UserIdentity;
use super::pairwise::{DecryptError, Peer};
use super::place::Owner;
use super::request::{Asked, Receiver, Request, RequestError, SealedRequest, receive};
use super::seed::Seed;
use super::seen::Sender;
use crate::cbor::{Reader, Writer};
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp(1_795_176_000_000);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const ROOT: &str = "kith";

/// A person with one device.
struct Person {
    id: [u8; 16],
    identity: UserIdentity,
    device: Device,
}

impl Person {
    fn new(number: u8) -> Self {
        let identity = Seed::from_bytes([number; 32]).identity();
        Self { id: identity.key().fingerprint().0, identity, device: Device::generate(NOW) }
    }

    /// Another device of the same person.
    fn linked(&self) -> Self {
        let identity = UserIdentity::from_bytes(&self.identity.to_bytes());
        Self { id: self.id, identity, device: Device::generate(NOW) }
    }

    fn owner(&self) -> Owner<'static> {
        Owner { root: ROOT, id: self.id, key: self.identity.key().fingerprint() }
    }

    fn party(&self) -> Party {
        Party { user: *self.identity.key(), device: *self.device.id() }
    }

    fn certificate(&self) -> Document {
        DeviceCertificate::issue(&self.identity, &self.device, DeviceKind::Browser, &self.owner(), 1, NOW)
    }

    fn certified(&self) -> DeviceCertificate {
        DeviceCertificate::verify(&self.certificate(), &self.owner(), self.device.id(), None, NOW).unwrap()
    }

    fn bundle(&self) -> Document {
        Bundle::issue(&self.device, &self.owner(), 1, NOW)
    }

    /// The sessions with another's device, of which one has just begun.
    fn begin(&self, other: &Self) -> Peer {
        let mut peer = Peer::new(other.device.curve25519());
        peer.begin(&self.device, &other.device.bundle()).unwrap();
        peer
    }

    fn request(&self) -> Request {
        Request {
            from: self.id,
            certificate: self.certificate(),
            bundle: self.bundle(),
            proof: None,
            note: "Hello, it is me".into(),
            inner: b"event".to_vec(),
        }
    }

    fn ask(&self, other: &Self, peer: &mut Peer, mid: u8) -> Vec<u8> {
        self.request().seal(&[mid; 16], &other.party(), peer).unwrap()
    }

    fn receive(&mut self, payload: &[u8], peer: &mut Peer) -> Result<Asked, RequestError> {
        self.receive_from(payload, None, peer)
    }

    fn receive_from(
        &mut self,
        payload: &[u8],
        asker: Option<[u8; 16]>,
        peer: &mut Peer,
    ) -> Result<Asked, RequestError> {
        let sealed = SealedRequest::decode(payload)?;
        let message = sealed.unseal(&self.device).ok_or(OpenError::NotForUs)?;
        let me = self.party();
        let mut advanced = peer.clone();
        let receiver = &mut Receiver { device: &mut self.device, me, asker, root: ROOT, now: NOW };
        let asked = receive(&message, &mut advanced, receiver)?;
        if let Some(began) = asked.began {
            self.device.admit(&began, Sender::Stranger, NOW).map_err(DecryptError::from)?;
        }
        *peer = advanced;
        Ok(asked)
    }

    fn write(&self, other: &Self, peer: &mut Peer, text: &[u8], mid: u8) -> Vec<u8> {
        let mut recipients = [Recipient { peer, party: other.party() }];
        seal(&[mid; 16], &self.party(), &other.id, text, &mut recipients).unwrap()
    }

    /// Opens an envelope of somebody whose sessions are `peer`, by whichever row there is.
    fn open(&mut self, payload: &[u8], peer: &mut Peer, from: &Party) -> Result<Opened, OpenError> {
        let (envelope, me) = (FanOut::decode(payload)?, self.party());
        match envelope.unseal(&self.device) {
            Some(message) => envelope.open_first(&message, &mut self.device, peer, from, &me, NOW),
            None => envelope.open(peer, from, &me),
        }
    }

    /// As after a reload.
    fn reload(&mut self) {
        self.device = Device::from_bytes(&self.device.to_bytes()).unwrap();
    }
}

fn reload(peer: &mut Peer) {
    let stored = peer.to_bytes();
    *peer = Peer::from_bytes(&stored).unwrap();
    assert_eq!(peer.to_bytes(), stored);
}

/// Ada and Bob after the request and its answer: each with the sessions with the other.
fn friends() -> (Person, Peer, Person, Peer) {
    let (mut ada, mut bob) = (Person::new(1), Person::new(2));
    let mut bobs = ada.begin(&bob);
    let request = ada.ask(&bob, &mut bobs, 1);
    let mut adas = Peer::new(ada.device.curve25519());
    bob.receive(&request, &mut adas).unwrap();
    let accept = bob.write(&ada, &mut adas, b"yes", 2);
    assert_eq!(ada.open(&accept, &mut bobs, &bob.party()).unwrap().inner, b"yes");
    (ada, bobs, bob, adas)
}

/// The parts of an envelope: mid, ciphertext, rows.
type Parts = ([u8; 16], Vec<u8>, Vec<([u8; 4], u64, Vec<u8>)>);

fn apart(payload: &[u8]) -> Parts {
    let mut reader = Reader::new(payload).unwrap();
    let _: (u64, u64) = (reader.number().unwrap(), reader.number().unwrap());
    let (mid, ciphertext) = (reader.id().unwrap(), reader.bytes().unwrap().to_vec());
    let rows = reader
        .list(|reader| reader.array(|reader| Ok((reader.id()?, reader.number()?, reader.bytes()?.to_vec()))));
    (mid, ciphertext, rows.unwrap())
}

fn together((mid, ciphertext, rows): &Parts) -> Vec<u8> {
    let mut writer = Writer::array(5);
    writer.number(1).number(1).bytes(mid).bytes(ciphertext).open(rows.len() as u64);
    for (tag, kind, bytes) in rows {
        writer.open(3).bytes(tag).number(*kind).bytes(bytes);
    }
    writer.into_bytes()
}
