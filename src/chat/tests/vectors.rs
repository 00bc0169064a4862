//! The test vectors of PROTOCOL.md: the paper is the snapshot. A byte that changes here, or there, is a red test.

use std::collections::BTreeMap;

use crate::chat::account::Invite;
use crate::chat::backup::Backup;
use crate::chat::chain::{EventHash, Link, Links};
use crate::chat::contact::Profile;
use crate::chat::id::{DeviceId, MessageId, UserId};
use crate::chat::invite;
use crate::chat::keys::Keys;
use crate::chat::receipt::SeqSet;
use crate::chat::retained::{Beacon, Info, statement};
use crate::chat::thread::MAX_SEQ;
use crate::chat::topics::Root;
use crate::chat::wire::{self, Event, EventBody, Receipt, Target, WireError};
use crate::e2ee::certificate::{DeviceCertificate, DeviceKind};
use crate::e2ee::document::{Document, Kind};
use crate::e2ee::fuzz::fixed_device;
use crate::e2ee::invite::Secrets;
use crate::e2ee::nak::{Nak, NakReason};
use crate::e2ee::place::Owner;
use crate::e2ee::sas::{EMOJI, SasMessage, Step};
use crate::e2ee::seed::Seed;
use crate::e2ee::succession::Succession;
use crate::paper::{PROTOCOL, vectors};
use crate::time::Timestamp;

/// Where the paper has its vectors.
const CHAPTER: &str = "## Test vectors";

/// 2026-11-20, 12:00 UTC.
const NOON: u64 = 1_795_176_000_000;
const ADAS_DEVICE: DeviceId = DeviceId([0xAD, 0xA0, 0, 0, 0, 0, 0, 1]);
/// The device whose place Ada's has taken.
const FORMER_DEVICE: DeviceId = DeviceId([0xAD, 0xA0, 0, 0, 0, 0, 0, 0]);
const BOBS_DEVICE: DeviceId = DeviceId([0xB0, 0xB0, 0, 0, 0, 0, 0, 1]);
/// The beginning of a PNG file, up to its size: enough for a vector.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

fn ada() -> UserId {
    UserId::of_phone("+48555555555")
}

fn bob() -> UserId {
    UserId::of_email(" Bob@Example.org ")
}

/// An id of sixteen equal bytes.
fn id(byte: u8) -> MessageId {
    MessageId([byte; 16])
}

/// The text that the edit and the deletion are about.
fn target() -> Target {
    Target { id: id(0x11), seq: 1, hlc: NOON << 16 }
}

/// The hash of that text.
fn target_hash() -> EventHash {
    let (_, text) = events().into_iter().find(|(name, _)| *name == "text").unwrap();
    text.hashed().hash
}

/// Ada's keys, of which those of the device do not matter here.
fn keys() -> Keys {
    Keys::generate(Seed::from_bytes([0x0A; 32]), Timestamp(NOON))
}

fn owner(keys: &Keys) -> Owner<'static> {
    keys.owner("kith", ada())
}

/// What Ada tells Bob.
fn event(id: MessageId, seq: u64, body: EventBody) -> Event {
    let hlc = (NOON << 16) + seq.saturating_sub(1);
    Event {
        from: ada(),
        device: ADAS_DEVICE,
        id,
        conversation: bob(),
        seq,
        hlc,
        prev: None,
        hash: EventHash::default(),
        ack: None,
        devices: [0xDE; 32],
        deps: Vec::new(),
        body,
        origin: None,
    }
}

fn events() -> Vec<(&'static str, Event)> {
    let stored = SeqSet::from_runs([(1, 5), (7, 7)]);
    let link = |seq, byte| Link { seq, hash: EventHash([byte; 32]), prev: None };
    let links = Links::from_links([link(5, 0xB5), link(7, 0xB7)]);
    let receipt = Receipt { device: BOBS_DEVICE, stored, links, read: SeqSet::from_runs([(1, 4)]) };
    let ask = SasMessage { transaction: [0x21; 16], step: Step::Ask([0x22; 32]) };
    let stop = SasMessage { step: Step::Stop, ..ask };
    let [_, (_, profile)] = infos();
    let nak = Nak { reason: NakReason::BadMac, session: None, bundle: b"bundle".to_vec() };
    vec![
        (
            "sent again",
            Event { origin: Some((FORMER_DEVICE, 7)), ..event(id(0x12), 9, EventBody::Text("Hi".into())) },
        ),
        ("text", Event { deps: vec![id(0x22)], ..event(id(0x11), 1, EventBody::Text("Grüße, Bob".into())) }),
        (
            "text with a receipt",
            Event { ack: Some(receipt.clone()), ..event(id(0x13), 10, EventBody::Text("Hi".into())) },
        ),
        ("receipt", event(id(0x33), 0, EventBody::Receipt(receipt))),
        ("typing", event(id(0x44), 0, EventBody::Typing)),
        (
            "edit",
            Event {
                prev: Some(EventHash([0xA1; 32])),
                ..event(id(0x55), 2, EventBody::Edit(target(), "Hello, Bob".into()))
            },
        ),
        ("delete", event(id(0x66), 3, EventBody::Delete(target()))),
        ("request", event(id(0x77), 0, EventBody::Request("Ada".into()))),
        ("accept", event(id(0x88), 0, EventBody::Accept("Ada".into(), None))),
        ("accept an invite", event(id(0x8A), 0, EventBody::Accept("Ada".into(), Some([0x89; 32])))),
        ("decline", event(id(0x99), 0, EventBody::Decline(id(0xAA)))),
        ("nak", event(id(0xBB), 0, EventBody::Nak(nak))),
        ("compare", event(id(0xCC), 0, EventBody::Compare(ask))),
        ("compare, put away", event(id(0xCD), 0, EventBody::Compare(stop))),
        ("profile", event(id(0xCE), 4, EventBody::Profile(profile.into()))),
        ("want", event(id(0xCF), 0, EventBody::Want(BOBS_DEVICE, SeqSet::from_runs([(2, 2), (5, 9)]), None))),
        (
            "want of a device that goes on from another",
            event(id(0xD3), 0, EventBody::Want(BOBS_DEVICE, SeqSet::from_runs([(3, MAX_SEQ)]), succession())),
        ),
        ("missing", event(id(0xD0), 0, EventBody::Missing(SeqSet::from_runs([(2, 2)])))),
        ("doubt", event(id(0xD1), 0, EventBody::Doubt)),
        ("devices", event(id(0xD2), 0, EventBody::Devices(named()))),
    ]
}

/// Ada's device goes on from the one whose secrets the paper names.
fn succession() -> Option<Box<Succession>> {
    let [(_, certificate), _]: [_; 2] = named().try_into().unwrap();
    let former = fixed_device(0x10);
    Some(Succession::of(&former, certificate, &ADAS_DEVICE.0, &owner(&keys())).into())
}

/// The device of Ada's whose secrets the paper names, and the one whose place it has taken.
fn named() -> Vec<(DeviceId, Document)> {
    let keys = Keys { device: fixed_device(0x10), rev: NOON, former: vec![FORMER_DEVICE], ..keys() };
    let (owner, now) = (owner(&keys), Timestamp(NOON));
    let certificate =
        DeviceCertificate::issue(&keys.identity, &keys.device, DeviceKind::Browser, &owner, NOON, now);
    let revocation = keys.revocation(FORMER_DEVICE, "kith", ada(), now);
    vec![(keys.device_id(), certificate), (FORMER_DEVICE, revocation)]
}

fn infos() -> [(&'static str, Info); 2] {
    let plain = Profile { name: "Ada".into(), ..Profile::default() };
    let full = Profile {
        name: "Ada".into(),
        about: "Notes on engines".into(),
        status: "At work".into(),
        picture: Some(PICTURE.into()),
    };
    let info = |profile, rev| Info { profile, rev };
    [("info", info(plain, NOON)), ("info with everything", info(full, NOON + 1))]
}

/// What the device of Ada's whose secrets the paper names says of its connection.
fn beacons() -> [(&'static str, Beacon); 2] {
    let beacon = |online| Beacon { online, counter: NOON, nonce: 0xCCCC_CCCC_CCCC_CCCC, at: Timestamp(NOON) };
    [("isConnected", beacon(true)), ("will", beacon(false))]
}

fn invitation() -> Invite {
    Invite {
        from: ada(),
        name: "Ada & Co".into(),
        broker: "wss://broker.example:8084/mqtt".into(),
        root: "kith".into(),
        key: None,
        secrets: None,
    }
}

/// The same link, made for one person.
fn personal() -> Invite {
    let key = *keys().identity.key();
    let secrets = Secrets::new([0x31; 16], [0x32; 32], Timestamp(NOON + 86_400_000), key);
    Invite { key: Some(Box::new(key)), secrets: Some(Box::new(secrets)), ..invitation() }
}

fn topics() -> [(&'static str, String); 8] {
    let root = Root::parse("kith").unwrap();
    [
        ("topic of info", root.info(ada())),
        ("topic of isConnected", root.presence(ada(), ADAS_DEVICE)),
        ("topic of a claim", root.claim(ada(), keys().fingerprint())),
        ("topic of a certificate", root.certificate(ada(), keys().fingerprint(), ADAS_DEVICE)),
        ("topic of a bundle", root.bundle(ada(), keys().fingerprint(), ADAS_DEVICE)),
        ("topic of the inbox", root.inbox(bob())),
        ("topic of a request", root.request(bob(), ada())),
        ("topic of an answer", root.response(ada(), bob())),
    ]
    .map(|(name, topic)| (name, topic.as_str().to_owned()))
}

/// What the code makes.
fn made() -> BTreeMap<&'static str, String> {
    let hex = |bytes: Vec<u8>| data_encoding::HEXLOWER.encode(&bytes);
    let json = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let mut made = BTreeMap::from([
        ("id of a phone number", ada().to_string()),
        ("id of an e-mail address", bob().to_string()),
        ("invite", invite::encode(&invitation())),
        ("personal invite", invite::encode(&personal())),
        ("backup content", hex(super::saved::example())),
        ("hash of an event", hex(target_hash().0.to_vec())),
    ]);
    made.extend(topics());
    made.extend(events().iter().map(|(name, event)| (*name, hex(wire::encode(event)))));
    let keys = keys();
    let told = |info: &Info| json(info.encode(&keys, &owner(&keys), Timestamp(NOON)));
    made.extend(infos().iter().map(|(name, info)| (*name, told(info))));
    let keys = Keys { device: fixed_device(0x10), ..keys };
    made.extend(beacons().iter().map(|(name, beacon)| (*name, json(beacon.encode(&keys, &owner(&keys))))));
    made
}

#[test]
fn the_paper_says_what_the_code_makes() {
    let (made, written) = (made(), vectors(CHAPTER));
    for (name, bytes) in &made {
        assert_eq!(written.get(name), Some(bytes), "PROTOCOL.md, {name}");
    }
    assert_eq!(written.len(), made.len(), "PROTOCOL.md has a vector that nothing makes");
}

#[test]
fn the_code_reads_what_the_paper_says() {
    let written = vectors(CHAPTER);
    let bytes = |name: &str| data_encoding::HEXLOWER.decode(written[name].as_bytes()).unwrap();
    for (name, event) in events() {
        assert_eq!(wire::decode(&bytes(name), ada(), ADAS_DEVICE), Ok(event.hashed()), "{name}");
    }
    let keys = keys();
    for (name, info) in infos() {
        let read = Info::decode(written[name].as_bytes(), &owner(&keys), Timestamp(NOON));
        assert_eq!(read.map(|(info, _)| info), Some(info), "{name}");
    }
    for (name, beacon) in beacons() {
        let said = statement(written[name].as_bytes()).unwrap();
        let kind = if beacon.online { Kind::Online } else { Kind::Offline };
        assert_eq!((said.kind(), said.rev()), (kind, beacon.counter));
    }
    let link = format!("https://kith.example/#{}", written["invite"]);
    assert_eq!(invite::decode(&link), Some(invitation()));
    assert_eq!(invite::decode(&written["personal invite"]), Some(personal()));
    assert!(Backup::decode(&bytes("backup content")).is_ok());
}

/// An inner event of a kind, with a body; `more` stands in the array, `after` behind it.
fn inner(version: u8, kind: &[u8], body: &[u8], more: &[u8], after: &[u8]) -> Vec<u8> {
    let head = 0x8B + u8::try_from(more.len()).unwrap();
    let mut bytes = vec![head, version, 0x50];
    bytes.extend([0x11; 16]);
    bytes.push(0x50);
    bytes.extend(bob().0);
    // seq 1, hlc 0, neither hash nor receipts, some devices, no deps.
    bytes.extend([0x01, 0x00, 0xF6, 0xF6, 0x58, 0x20]);
    bytes.extend([0xDE; 32]);
    bytes.push(0x80);
    bytes.extend(kind);
    bytes.push(0x40 + u8::try_from(body.len()).unwrap());
    bytes.extend(body);
    bytes.extend(more);
    bytes.extend(after);
    bytes
}

#[test]
fn what_is_of_a_later_version_is_ignored_or_kept_as_the_paper_says() {
    let decode = |bytes: &[u8]| wire::decode(bytes, ada(), ADAS_DEVICE);
    let text = [0x81, 0x62, b'H', b'i'];
    let read = decode(&inner(1, &[1], &text, &[], &[])).unwrap();
    assert_eq!(read.body, EventBody::Text("Hi".into()));
    // Elements that are not known yet, and bytes after the array, are skipped.
    for (more, after) in [(&[0xF6, 0x07][..], &[][..]), (&[], &[0xFF; 9])] {
        let longer = decode(&inner(1, &[1], &text, more, after)).unwrap();
        assert_eq!(Event { hash: read.hash, ..longer.clone() }, read);
        assert_ne!(longer.hash, read.hash, "they are part of what is said all the same");
    }
    // Another version is not looked into.
    assert_eq!(decode(&inner(2, &[1], &text, &[], &[])), Err(WireError::Unknown));
    // An unknown kind of event keeps its place; a known one whose body is broken is nothing.
    let later = decode(&inner(1, &[0x18, 0x63], &[0xFF], &[], &[])).unwrap();
    assert_eq!((later.body, later.seq), (EventBody::Unknown, 1));
    assert_eq!(decode(&inner(1, &[1], &[0x80], &[], &[])), Err(WireError::Malformed));
}

#[test]
fn the_paper_shows_the_emoji_that_are_compared() {
    let (_, table) = PROTOCOL.split_once("| | +0 | +1 |").unwrap();
    let rows = table.lines().skip(2).take(8);
    let cells = rows.flat_map(|row| row.split('|').skip(2).take(8));
    let emoji: Vec<_> = cells.map(|cell| cell.split_whitespace().next().unwrap()).collect();
    assert_eq!(emoji, EMOJI);
}
