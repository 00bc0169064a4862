//! The request, its answer, and those who replay, redirect and forge requests (threats 6, 8, 21, 34).

use super::*;
use crate::e2ee::certificate::CertificateError;
use crate::e2ee::device::{InboundError, ROTATION};
use crate::e2ee::document::DocumentError;
use crate::e2ee::invite::Invite;
use crate::e2ee::pairwise::DecryptError;
use crate::e2ee::request::MAX_NOTE;
use crate::e2ee::seen::SeenError;

#[test]
fn a_request_is_answered_while_the_asker_is_away_and_again() {
    let (mut ada, mut bob) = (Person::new(1), Person::new(2));
    let mut bobs = ada.begin(&bob);
    let request = ada.ask(&bob, &mut bobs, 1);
    ada.reload();
    reload(&mut bobs);
    bob.reload();
    let mut adas = Peer::new(ada.device.curve25519());
    let elsewhere = bob.receive_from(&request, Some([6; 16]), &mut adas);
    assert_eq!(elsewhere.unwrap_err(), RequestError::Sender, "found where another asks");
    let asked = bob.receive_from(&request, Some(ada.id), &mut adas).unwrap();
    assert_eq!(asked.request, ada.request_like(&asked.request));
    assert_eq!((asked.certificate, asked.bundle), (ada.certified(), ada.device.bundle()));
    let accept = bob.write(&ada, &mut adas, b"yes", 2);
    let answer = ada.open(&accept, &mut bobs, &bob.party()).unwrap();
    assert_eq!((answer.inner.as_slice(), answer.conversation), (&b"yes"[..], ada.id));
    for turn in 0..3 {
        let there = ada.write(&bob, &mut bobs, b"there", 10 + turn);
        assert_eq!(bob.open(&there, &mut adas, &ada.party()).unwrap().inner, b"there");
        let back = bob.write(&ada, &mut adas, b"back", 20 + turn);
        reload(&mut bobs);
        assert_eq!(ada.open(&back, &mut bobs, &bob.party()).unwrap().inner, b"back");
    }
}

impl Person {
    /// The request that was sent, but for its signatures, which are made anew each time and come out the same.
    fn request_like(&self, other: &Request) -> Request {
        Request { note: other.note.clone(), ..self.request() }
    }
}

#[test]
fn a_repeated_request_is_the_same_session() {
    let (ada, mut bob) = (Person::new(1), Person::new(2));
    let mut bobs = ada.begin(&bob);
    let mut adas = Peer::new(ada.device.curve25519());
    for mid in 1..=3 {
        let request = ada.ask(&bob, &mut bobs, mid);
        bob.receive(&request, &mut adas).unwrap();
    }
    assert_eq!(adas.sessions().count(), 1);
}

#[test]
fn a_replayed_request_begins_nothing_for_the_life_of_the_key() {
    let (ada, mut bob) = (Person::new(1), Person::new(2));
    let mut bobs = ada.begin(&bob);
    let request = ada.ask(&bob, &mut bobs, 1);
    let mut adas = Peer::new(ada.device.curve25519());
    bob.receive(&request, &mut adas).unwrap();
    let device = bob.device.to_bytes();
    for round in 0..1_000 {
        let known = bob.receive(&request, &mut adas);
        assert_eq!(known.unwrap_err(), RequestError::Decrypt(DecryptError::KeyGone), "the session is known");
        if round % 250 == 0 {
            bob.reload();
        }
        // Bob has forgotten Ada meanwhile, or has thrown the request away.
        let forgotten = bob.receive(&request, &mut Peer::new(ada.device.curve25519()));
        let replay = RequestError::Decrypt(DecryptError::Inbound(InboundError::Seen(SeenError::Replay)));
        assert_eq!(forgotten.unwrap_err(), replay);
    }
    assert_eq!(bob.device.to_bytes(), device);
    assert!(bob.device.rotate_if_due(NOW + ROTATION));
    let rotated = bob.receive(&request, &mut Peer::new(ada.device.curve25519()));
    assert_eq!(
        rotated.unwrap_err(),
        RequestError::Decrypt(DecryptError::Inbound(InboundError::Seen(SeenError::Replay)))
    );
    assert!(bob.device.rotate_if_due(NOW + 2 * ROTATION));
    let gone = bob.receive(&request, &mut Peer::new(ada.device.curve25519()));
    assert_eq!(
        gone.unwrap_err(),
        RequestError::Envelope(OpenError::NotForUs),
        "the seal key is gone as well"
    );
}

#[test]
fn a_request_reaches_the_bundle_before_the_last_one_and_no_older() {
    let (ada, mut bob) = (Person::new(1), Person::new(2));
    let bundle = bob.device.bundle();
    let due = bob.device.rotation_due();
    assert!(!bob.device.rotate_if_due(due - Duration::from_millis(1)));
    assert_eq!(bob.device.bundle(), bundle, "not before it is due");
    for rotation in 0..3_u32 {
        let mut bobs = Peer::new(bundle.curve25519);
        bobs.begin(&ada.device, &bundle).unwrap();
        let request = ada.ask(&bob, &mut bobs, 1);
        bob.reload();
        let received = bob.receive(&request, &mut Peer::new(ada.device.curve25519()));
        assert_eq!(received.is_ok(), rotation < 2, "after {rotation} rotations");
        assert!(bob.device.rotate_if_due(NOW + (rotation + 1) * ROTATION));
        assert_eq!(bob.device.bundle().previous, Some(rotation));
    }
}

#[test]
fn a_clock_that_was_wrong_does_not_stop_rotation() {
    let mut ahead = Device::generate(NOW + 3_650 * DAY);
    assert!(ahead.rotate_if_due(NOW));
    assert!(!ahead.rotate_if_due(NOW + DAY));
    assert_eq!(ahead.rotation_due(), NOW + ROTATION);
}

#[test]
fn every_broken_request_is_refused_and_the_right_one_still_opens() {
    let (ada, mut bob) = (Person::new(1), Person::new(2));
    let request = ada.ask(&bob, &mut ada.begin(&bob), 1);
    let device = bob.device.to_bytes();
    let mut adas = Peer::new(ada.device.curve25519());
    let untouched = adas.to_bytes();
    for at in 0..request.len() {
        let mut broken = request.clone();
        broken[at] ^= 4;
        assert!(bob.receive(&broken, &mut adas).is_err(), "byte {at}");
        assert!(bob.receive(&request[..at], &mut adas).is_err(), "cut at {at}");
    }
    assert_eq!((bob.device.to_bytes(), adas.to_bytes()), (device, untouched));
    assert!(bob.receive(&request, &mut adas).is_ok());
}

#[test]
fn a_request_for_another_device_or_person_is_refused() {
    // Bob passes Ada's request on to Carol, sealed anew: it was written to Bob.
    let (ada, bob, mut carol) = (Person::new(1), Person::new(2), Person::new(3));
    let mut carols = ada.begin(&carol);
    let misdirected = ada.request().seal(&[1; 16], &bob.party(), &mut carols).unwrap();
    let before = carol.device.to_bytes();
    let mut adas = Peer::new(ada.device.curve25519());
    assert_eq!(carol.receive(&misdirected, &mut adas).unwrap_err(), RequestError::Recipient);
    let laptop = carol.linked();
    let to_the_laptop = ada.request().seal(&[1; 16], &laptop.party(), &mut carols).unwrap();
    assert_eq!(carol.receive(&to_the_laptop, &mut adas).unwrap_err(), RequestError::Recipient);
    assert_eq!((carol.device.to_bytes(), adas.sessions().count()), (before, 0));
}

#[test]
fn a_request_with_somebody_elses_certificate_is_refused() {
    let (ada, mut bob, eve) = (Person::new(1), Person::new(2), Person::new(3));
    let try_with = |bob: &mut Person, request: Request| {
        let payload = request.seal(&[1; 16], &bob.party(), &mut eve.begin(bob)).unwrap();
        let before = bob.device.to_bytes();
        let error = bob.receive(&payload, &mut Peer::new(eve.device.curve25519())).unwrap_err();
        assert_eq!(bob.device.to_bytes(), before);
        error
    };
    assert_eq!(try_with(&mut bob, ada.request()), RequestError::Sender, "all of it Ada's");
    let bundle = Request { bundle: ada.bundle(), ..eve.request() };
    assert_eq!(try_with(&mut bob, bundle), RequestError::Bundle(DocumentError::Signer.into()));
    let elsewhere = RequestError::Certificate(CertificateError::Document(DocumentError::Signature));
    let certificate = Request { certificate: ada.certificate(), ..eve.request() };
    assert_eq!(try_with(&mut bob, certificate), elsewhere, "Ada at Eve's address");
    let id = Request { from: ada.id, ..eve.request() };
    assert_eq!(try_with(&mut bob, id), elsewhere, "at Ada's address");
    let swapped = Request { certificate: eve.bundle(), ..eve.request() };
    assert!(matches!(try_with(&mut bob, swapped), RequestError::Certificate(_)));
}

#[test]
fn a_request_from_another_root_is_refused() {
    let (ada, mut bob) = (Person::new(1), Person::new(2));
    let elsewhere = Owner { root: "elsewhere", ..ada.owner() };
    let certificate =
        DeviceCertificate::issue(&ada.identity, &ada.device, DeviceKind::Browser, &elsewhere, 1, NOW);
    let request = Request { certificate, ..ada.request() };
    let payload = request.seal(&[1; 16], &bob.party(), &mut ada.begin(&bob)).unwrap();
    let refused = bob.receive(&payload, &mut Peer::new(ada.device.curve25519()));
    let signature = CertificateError::Document(DocumentError::Signature);
    assert_eq!(refused.unwrap_err(), RequestError::Certificate(signature));
}

#[test]
fn a_note_has_280_characters_at_most() {
    let (ada, mut bob) = (Person::new(1), Person::new(2));
    for (count, fits) in [(MAX_NOTE, true), (MAX_NOTE + 1, false)] {
        let request = Request { note: "ü".repeat(count), ..ada.request() };
        let payload = request.seal(&[1; 16], &bob.party(), &mut ada.begin(&bob)).unwrap();
        let received = bob.receive(&payload, &mut Peer::new(ada.device.curve25519()));
        assert_eq!(received.is_ok(), fits, "{count}");
    }
}

#[test]
fn the_length_of_a_request_does_not_tell_the_note() {
    let (ada, bob) = (Person::new(1), Person::new(2));
    let length = |note: &str| {
        let request = Request { note: note.into(), ..ada.request() };
        request.seal(&[1; 16], &bob.party(), &mut ada.begin(&bob)).unwrap().len()
    };
    assert_eq!(length(""), length("a"));
    assert!(length(&"a".repeat(280)) <= length("") + 320);
}

#[test]
fn a_request_shows_nobody_who_asks() {
    let (ada, bob) = (Person::new(1), Person::new(2));
    let payload = ada.ask(&bob, &mut ada.begin(&bob), 1);
    let shows = |bytes: &[u8]| payload.windows(bytes.len()).any(|window| window == bytes);
    assert!(!shows(ada.device.curve25519().as_bytes()) && !shows(ada.device.ed25519().as_bytes()));
    assert!(!shows(ada.identity.key().as_bytes()) && !shows(&ada.id) && !shows(b"it is me"));
}

#[test]
fn both_ask_at_once() {
    let (mut ada, mut bob) = (Person::new(1), Person::new(2));
    let (mut bobs, mut adas) = (ada.begin(&bob), bob.begin(&ada));
    let (from_ada, from_bob) = (ada.ask(&bob, &mut bobs, 1), bob.ask(&ada, &mut adas, 2));
    ada.receive(&from_bob, &mut bobs).unwrap();
    bob.receive(&from_ada, &mut adas).unwrap();
    assert_eq!((bobs.sessions().count(), adas.sessions().count()), (2, 2));
    assert_ne!(bobs.leads(), adas.leads(), "one of them sends first");
    // Both write at the same time, twice: every message opens.
    for mid in 0..2 {
        let (there, back) =
            (ada.write(&bob, &mut bobs, b"there", 10 + mid), bob.write(&ada, &mut adas, b"back", 20 + mid));
        assert_eq!(bob.open(&there, &mut adas, &ada.party()).unwrap().inner, b"there");
        assert_eq!(ada.open(&back, &mut bobs, &bob.party()).unwrap().inner, b"back");
    }
    // And when one has heard the other, both use the same session.
    let there = ada.write(&bob, &mut bobs, b"there", 30);
    bob.open(&there, &mut adas, &ada.party()).unwrap();
    let back = bob.write(&ada, &mut adas, b"back", 31);
    ada.open(&back, &mut bobs, &bob.party()).unwrap();
    assert_eq!(bobs.active(), adas.active());
}

#[test]
fn an_invite_verifies_both_and_a_request_without_it_verifies_nobody() {
    let (ada, mut bob) = (Person::new(1), Person::new(2));
    let mut invite = Invite::generate(*bob.identity.key(), DAY, NOW);
    let link = invite.secrets().clone();
    let key = *ada.identity.key();
    let request = Request { proof: Some(link.proof(&key)), ..ada.request() };
    let sealed = request.seal(&[1; 16], &bob.party(), &mut ada.begin(&bob)).unwrap();
    let asked = bob.receive(&sealed, &mut Peer::new(ada.device.curve25519())).unwrap();
    let answer = invite.redeem(&asked.certificate.user, &asked.request.proof.unwrap(), NOW).unwrap();
    assert!(link.is_answer(&key, &answer));
    // Eve has seen Ada's proof, for she is asked by Ada, too; it is worth nothing with her own key.
    let eve = Person::new(3);
    let stolen = Request { proof: asked.request.proof, ..eve.request() };
    let sealed = stolen.seal(&[2; 16], &bob.party(), &mut eve.begin(&bob)).unwrap();
    let asked = bob.receive(&sealed, &mut Peer::new(eve.device.curve25519())).unwrap();
    let refused = invite.redeem(&asked.certificate.user, &asked.request.proof.unwrap(), NOW);
    assert_eq!(refused, Err(crate::e2ee::invite::InviteError::Forged));
}
