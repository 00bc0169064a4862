//! The entry points of the fuzz targets for what is signed, sealed or encrypted (see [`crate::fuzz`]). vodozemac leaves
//! signatures and MACs unchecked when it is built for fuzzing, so that more than the first check is reached.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

use std::sync::LazyLock;

use vodozemac::olm::PreKeyMessage;
use vodozemac::{Curve25519PublicKey, Curve25519SecretKey, olm::Account};
use zeroize::Zeroizing;

use super::bundle::Bundle;
use super::certificate::{DeviceCertificate, verify_claim, verify_profile, verify_revocation};
use super::device::Device;
use super::device_set::DeviceSet;
use super::document::Document;
use super::envelope::{FanOut, OpenError, Party, tag};
use super::key::UserKey;
use super::nak::Nak;
use super::padding::unpad;
use super::pairwise::{DecryptError, Peer};
use super::place::Owner;
use super::presence::{Presence, online};
use super::request::{Receiver, Request, RequestError, SealedRequest, believe, receive};
use super::seed::Seed;
use super::seen::Sender;
use super::vault::{MAX_BACKUP_COST, open_backup};
use crate::cbor::Writer;
use crate::paper::vectors;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp(1_795_176_000_000);
const MID: [u8; 16] = [0x61; 16];

/// A device whose secrets are runs of equal bytes: `first` signs, then come identity, fallback and seal key.
pub(crate) fn fixed_device(first: u8) -> Device {
    let secret = |number: u8| vec![first + number; 32];
    let mut account = Account::new();
    account.generate_fallback_key();
    account.mark_keys_as_published();
    let mut pickle = serde_json::to_value(account.pickle()).unwrap();
    pickle["signing_key"] = serde_json::json!({ "Normal": secret(0) });
    pickle["diffie_hellman_key"] = secret(1).into();
    pickle["fallback_keys"]["fallback_key"]["key"] = secret(2).into();
    let fallback = Curve25519PublicKey::from(&Curve25519SecretKey::from_slice(&[first + 2; 32]));
    let mut stored = Writer::array(5);
    stored.number(1).bytes(&[first; 8]).bytes(&serde_json::to_vec(&pickle).unwrap());
    stored
        .open(6)
        .number(0)
        .bytes(fallback.as_bytes())
        .bytes(&secret(3))
        .number(NOW.0)
        .bytes(b"")
        .open(0)
        .nothing();
    Device::from_bytes(&stored.into_bytes()).unwrap()
}

fn user(seed: u8) -> UserKey {
    *Seed::from_bytes([seed; 32]).identity().key()
}

fn owner(seed: u8) -> Owner<'static> {
    let key = user(seed).fingerprint();
    Owner { root: "kith", id: key.0, key }
}

/// Bob of PROTOCOL.md's vectors, who has had Ada's request.
struct Bob {
    device: Device,
    ada: Peer,
}

/// As storage would give him back, for each run anew.
static BOB: LazyLock<[Zeroizing<Vec<u8>>; 2]> = LazyLock::new(|| {
    let device = fixed_device(0x20);
    let mut bob = Bob { device, ada: Peer::new(fixed_device(0x10).curve25519()) };
    let request = &vectors("### Vectors")["sealed request"];
    let digits = request.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    let request: Vec<u8> = digits.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    bob.asked(&SealedRequest::decode(&request).unwrap().unseal(&bob.device).unwrap()).unwrap();
    [bob.device.to_bytes(), bob.ada.to_bytes()]
});

impl Bob {
    fn new() -> Self {
        let [device, ada] = &*BOB;
        Self { device: Device::from_bytes(device).unwrap(), ada: Peer::from_bytes(ada).unwrap() }
    }

    fn party() -> Party {
        Party { user: user(0x0b), device: [0x20; 8] }
    }

    fn asked(&mut self, message: &PreKeyMessage) -> Result<(), RequestError> {
        let mut ada = self.ada.clone();
        let (device, me) = (&mut self.device, Self::party());
        let mut receiver = Receiver { device, me, asker: None, root: "kith", now: NOW };
        let asked = receive(message, &mut ada, &mut receiver)?;
        if let Some(began) = asked.began {
            self.device.admit(&began, Sender::Stranger, NOW).map_err(DecryptError::from)?;
        }
        self.ada = ada;
        Ok(())
    }

    fn open(&mut self, envelope: &FanOut) -> Result<(), OpenError> {
        let (ada, me) = (Party { user: user(0x0a), device: [0x10; 8] }, Self::party());
        match envelope.unseal(&self.device) {
            Some(first) => envelope.open_first(&first, &mut self.device, &mut self.ada, &ada, &me, NOW),
            None => envelope.open(&mut self.ada, &ada, &me),
        }
        .map(drop)
    }

    /// What fails has changed nothing.
    fn settle<E>(&self, result: Result<(), E>) {
        let [device, ada] = &*BOB;
        let unchanged = self.device.to_bytes() == *device && self.ada.to_bytes() == *ada;
        assert!(result.is_ok() || unchanged, "what failed has changed something");
    }
}

/// A fan-out envelope; and the bytes as the one row of a session that is known.
pub fn fan_out(bytes: &[u8]) {
    if let Ok(envelope) = FanOut::decode(bytes) {
        let mut bob = Bob::new();
        let opened = bob.open(&envelope);
        bob.settle(opened);
    }
    let mut bob = Bob::new();
    let session = bob.ada.active().unwrap();
    let mut envelope = Writer::array(5);
    envelope.number(1).number(1).bytes(&MID).bytes(bytes).open(1);
    envelope.open(3).bytes(&tag(&session.0, &MID)).number(1).bytes(bytes);
    if let Ok(envelope) = FanOut::decode(&envelope.into_bytes()) {
        let opened = bob.open(&envelope);
        bob.settle(opened);
    }
}

/// A sealed request; and the bytes as each of what is found within one.
pub fn request(bytes: &[u8]) {
    let mut bob = Bob::new();
    let sealed = SealedRequest::decode(bytes).ok().and_then(|sealed| sealed.unseal(&bob.device));
    if let Some(message) = sealed.or_else(|| PreKeyMessage::from_bytes(bytes).ok()) {
        let result = bob.asked(&message);
        bob.settle(result);
    }
    if let Ok((request, me)) = unpad(bytes).map_err(drop).and_then(|bytes| Request::read(bytes).map_err(drop))
    {
        let receiver = Receiver { device: &mut bob.device, me, asker: None, root: "kith", now: NOW };
        let _ = believe(request, &receiver);
    }
}

/// A signed document, as each kind of them; and the content of a nak, which brings one.
pub fn document(bytes: &[u8]) {
    if let Ok(nak) = Nak::decode(bytes) {
        assert_eq!(Nak::decode(&nak.encode()), Ok(nak));
    }
    let Ok(document) = Document::decode(bytes) else { return };
    assert_eq!(document.encode(), bytes, "one document has one form");
    let (owner, device) = (owner(0x0a), fixed_device(0x10));
    let certificate = certificate(&device, &owner);
    let _ = (verify_profile(&document, &owner, None, NOW), verify_claim(&document, &owner, None, NOW));
    let _ = verify_revocation(&document, &owner, device.id(), NOW);
    if let Ok(read) = DeviceCertificate::verify(&document, &owner, device.id(), None, NOW) {
        assert_eq!(DeviceCertificate::from_bytes(&read.to_bytes()), Ok(read));
        let _ = DeviceSet::default().certify(read);
    }
    if let Ok(bundle) = Bundle::verify(&document, &owner, &certificate, None, NOW) {
        assert_eq!(Bundle::from_bytes(&bundle.to_bytes()), Ok(bundle.clone()));
        let _ = Peer::new(certificate.curve25519).begin(&Bob::new().device, &bundle);
    }
    let mut presence = Presence::default();
    let _ = presence.apply(&online(&device, &[1; 8], &owner, 1, NOW), &owner, &certificate, false, NOW);
    let before = presence;
    if presence.apply(&document, &owner, &certificate, false, NOW).is_err() {
        assert_eq!(presence, before, "what failed has changed something");
    }
    assert_eq!(Presence::from_bytes(&presence.to_bytes()), Ok(presence));
}

fn certificate(device: &Device, owner: &Owner<'_>) -> DeviceCertificate {
    let identity = Seed::from_bytes([0x0a; 32]).identity();
    let kind = super::certificate::DeviceKind::Browser;
    let document = DeviceCertificate::issue(&identity, device, kind, owner, 1, NOW);
    DeviceCertificate::verify(&document, owner, device.id(), None, NOW).unwrap()
}

/// A backup file. Its passphrase is worked on as little as possible: how hard that is, has tests of its own.
///
/// Nothing that was altered comes through the seal, so whatever reads a backup's content is to be called here as well,
/// with the bytes as they are.
pub fn backup(bytes: &[u8]) {
    let mut file = bytes.to_vec();
    let memory = file.get_mut(8..).and_then(|rest| rest.first_chunk_mut::<4>());
    if let Some(memory) = memory.filter(|memory| u32::from_be_bytes(**memory) <= MAX_BACKUP_COST.memory) {
        *memory = 8_u32.to_be_bytes();
    }
    let _ = open_backup(&file, "correct horse");
}
