//! The test vectors of PROTOCOL.md for end-to-end encryption: the paper is the snapshot. What is made without dice is
//! compared byte by byte, the rest is read.

use std::collections::BTreeMap;

use ::vodozemac::{Curve25519PublicKey, Curve25519SecretKey, SharedSecret};

use super::*;
use crate::cbor::Writer;
use crate::e2ee::certificate::{claim, profile, revoke};
use crate::e2ee::device_set::DeviceSet;
use crate::e2ee::envelope::tag;
use crate::e2ee::fuzz::fixed_device;
use crate::e2ee::hash::{Secret, derive, mac};
use crate::e2ee::invite::{Invite, Secrets};
use crate::e2ee::nak::{Nak, NakReason};
use crate::e2ee::padding::{pad, padme};
use crate::e2ee::pairwise::SessionId;
use crate::e2ee::presence::{offline, online};
use crate::e2ee::safety::{Code, safety_number};
use crate::e2ee::sas::{Answer, Parties};
use crate::e2ee::vault::{StoreKey, open_backup, unwrap};
use crate::paper::{PROTOCOL, vectors};

/// Where the paper has its vectors.
const CHAPTER: &str = "### Vectors";
const HEX: data_encoding::Encoding = data_encoding::HEXLOWER;

/// A person of whom every secret is a run of equal bytes.
fn person(seed: u8, device: u8) -> Person {
    let identity = Seed::from_bytes([seed; 32]).identity();
    Person { id: identity.key().fingerprint().0, identity, device: fixed_device(device) }
}

fn ada() -> Person {
    person(0x0a, 0x10)
}

fn bob() -> Person {
    person(0x0b, 0x20)
}

fn link() -> Secrets {
    Secrets {
        nonce: [0x31; 16],
        auth: Secret::new([0x32; 32]),
        exp: NOW + DAY,
        inviter: *bob().identity.key(),
    }
}

fn identities() -> Vec<(&'static str, Vec<u8>)> {
    let (ada, words) = (ada(), Seed::from_bytes([0x0a; 32]).words());
    vec![
        ("words of the seed", words.join(" ").into_bytes()),
        ("secret user identity key", ada.identity.to_bytes().to_vec()),
        ("user identity key", ada.identity.key().as_bytes().to_vec()),
        ("fingerprint and user id", ada.id.to_vec()),
        ("topic of the certificate", ada.owner().certificate(ada.device.id()).topic().as_bytes().to_vec()),
        ("what is signed", ada.owner().claim().bind("claim", b"body")),
    ]
}

fn documents() -> Vec<(&'static str, Document)> {
    let ada = ada();
    let (identity, device, owner) = (&ada.identity, &ada.device, ada.owner());
    vec![
        ("profile", profile(identity, b"content", &owner, 7, NOW)),
        ("claim", claim(identity, &owner, 7, NOW)),
        ("certificate", DeviceCertificate::issue(identity, device, DeviceKind::Browser, &owner, 7, NOW)),
        ("revocation", revoke(identity, device.id(), &owner, 7, NOW)),
        ("bundle", Bundle::issue(device, &owner, 7, NOW)),
        ("online", online(device, &[0xcc; 8], &owner, 7, NOW)),
        ("offline", offline(device, &[0xcc; 8], &owner, 7, NOW)),
    ]
}

/// Ada asks Bob to compare emoji.
fn parties() -> Parties {
    Parties { transaction: [0x41; 16], asker: *ada().identity.key(), answerer: *bob().identity.key() }
}

/// What is shown and sent in a comparison, as the paper says it: vodozemac takes nobody's dice but its own.
struct Compared {
    text: String,
    emoji: [u8; 7],
    macs: [[u8; 32]; 2],
}

impl Compared {
    fn new(shared: &SharedSecret, asks: Curve25519PublicKey, answers: Curve25519PublicKey) -> Self {
        let parties = parties();
        let derived =
            |purpose| derive(shared.as_bytes(), b"", parties.info(purpose, asks, answers).as_bytes());
        let bits = derived("emoji")[..8].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        Self {
            text: parties.info("emoji", asks, answers),
            emoji: std::array::from_fn(|at| (bits >> (58 - 6 * at) & 63) as u8),
            macs: [("mac/asker", true), ("mac/answerer", false)]
                .map(|(purpose, asker)| mac(&derived(purpose), &[parties.macced(asker).as_bytes()])),
        }
    }
}

fn compared() -> Compared {
    let [asks, answers] = [0x44, 0x45].map(|byte| Curve25519SecretKey::from_slice(&[byte; 32]));
    let [ask, answer] = [&asks, &answers].map(Curve25519PublicKey::from);
    Compared::new(&asks.diffie_hellman(&answer).unwrap(), ask, answer)
}

#[test]
fn emoji_are_compared_as_the_paper_says() {
    let asks = Curve25519SecretKey::from_slice(&[0x44; 32]);
    let ask = Curve25519PublicKey::from(&asks);
    let (answer, answers) = Answer::begin(parties(), parties().commitment(&ask));
    let answers = Curve25519PublicKey::from_bytes(answers);
    let comparing = answer.check(ask.to_bytes()).unwrap();
    let compared = Compared::new(&asks.diffie_hellman(&answers).unwrap(), ask, answers);
    assert_eq!(comparing.emoji(), compared.emoji);
    let [of_the_asker, of_the_answerer] = compared.macs;
    assert_eq!(comparing.mac(), of_the_answerer);
    assert_eq!(comparing.verify(&of_the_asker), Ok(()));
}

fn comparisons() -> Vec<(&'static str, Vec<u8>)> {
    let (ada, bob) = (ada(), bob());
    let number = safety_number((ada.identity.key(), &ada.id), (bob.identity.key(), &bob.id));
    let code = Code { own: ada.owner().key, other: bob.owner().key };
    let compared = compared();
    let (link, mut devices) = (link(), DeviceSet::default());
    devices.certify(ada.certified()).unwrap();
    devices.revoke([0xdd; 8]);
    let mut invite = invite();
    let answer = invite.redeem(ada.identity.key(), &link.proof(ada.identity.key()), NOW).unwrap();
    let nak =
        Nak { reason: NakReason::Gap, session: Some(SessionId([0x51; 32])), bundle: b"bundle".to_vec() };
    vec![
        ("safety number", number.into_bytes()),
        ("QR code", code.encode().into_bytes()),
        ("commitment", parties().commitment(&[0x42; 32].into()).to_vec()),
        ("emoji text", compared.text.into_bytes()),
        ("emoji", compared.emoji.to_vec()),
        ("MAC of the asker", compared.macs[0].to_vec()),
        ("MAC of the answerer", compared.macs[1].to_vec()),
        ("proof of an invite", link.proof(ada.identity.key()).to_vec()),
        ("answer to an invite", answer.to_vec()),
        ("hash of the devices", devices.hash().to_vec()),
        ("tag", tag(&[0x51; 32], &[0x52; 16]).to_vec()),
        ("padding", pad(b"abc")),
        ("negative acknowledgement", nak.encode()),
    ]
}

fn invite() -> Invite {
    let mut stored = Writer::array(6);
    let link = link();
    stored.number(1).bytes(&link.nonce).bytes(link.auth.as_slice()).number(link.exp.0);
    stored.bytes(link.inviter.as_bytes()).nothing();
    Invite::from_bytes(&stored.into_bytes()).unwrap()
}

/// What is text stands as it is, the rest in hexadecimal digits.
fn shown(name: &str, bytes: &[u8]) -> String {
    let text = ["words of the seed", "topic of the certificate", "safety number", "QR code", "emoji text"];
    if text.contains(&name) { String::from_utf8(bytes.to_vec()).unwrap() } else { HEX.encode(bytes) }
}

/// What the code makes without dice.
fn made() -> BTreeMap<&'static str, String> {
    let documents = documents().into_iter().map(|(name, document)| (name, document.encode()));
    let all = identities().into_iter().chain(documents).chain(comparisons());
    all.map(|(name, bytes)| (name, shown(name, &bytes))).collect()
}

/// What was made with dice once, and has to be read.
const READ: [&str; 5] = ["sealed request", "fan-out envelope", "record", "wrapped store key", "backup file"];

#[test]
fn the_paper_says_what_the_code_makes() {
    let (made, written) = (made(), vectors(CHAPTER));
    for (name, bytes) in &made {
        assert_eq!(written.get(name), Some(bytes), "PROTOCOL.md, {name}");
    }
    let names = |name: &&&str| !made.contains_key(**name) && !READ.contains(*name);
    assert_eq!(written.keys().find(names), None, "PROTOCOL.md has a vector that nothing makes");
}

#[test]
fn the_code_reads_what_the_paper_says() {
    let written = vectors(CHAPTER);
    let bytes = |name: &str| HEX.decode(written[name].as_bytes()).unwrap();
    let (ada, mut bob) = (ada(), bob());
    let mut adas = Peer::new(ada.device.curve25519());
    let asked = bob.receive(&bytes("sealed request"), &mut adas).unwrap();
    assert_eq!(asked.request, ada.request());
    assert_eq!((asked.certificate, asked.bundle), (ada.certified(), ada.device.bundle()));
    let opened = bob.open(&bytes("fan-out envelope"), &mut adas, &ada.party()).unwrap();
    assert_eq!((opened.inner, opened.conversation), ("Grüße, Bob".as_bytes().to_vec(), bob.id));
    assert_eq!(adas.sessions().count(), 1);
    let key = StoreKey::from_bytes([0x61; 32]);
    assert_eq!(key.open(b"table/key", &bytes("record")).unwrap().as_slice(), b"record");
    assert_eq!(unwrap(&bytes("wrapped store key"), "correct horse"), Ok(key));
    assert_eq!(open_backup(&bytes("backup file"), "correct horse").unwrap().as_slice(), b"backup");
}

#[test]
fn padme_lengths_of_the_paper() {
    for (length, padded) in [(1, 256), (257, 272), (1_000, 1_024), (9_999, 10_240), (65_537, 67_584)] {
        assert_eq!(padme(length), padded);
        assert!(PROTOCOL.contains("256, 272, 1,024, 10,240, 67,584"));
    }
}
