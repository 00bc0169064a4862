//! Signed documents against somebody who overwrites, restores, copies and forges them (threats 2 to 5).

use proptest::prelude::*;

use super::*;
use crate::cbor::Writer;
use crate::e2ee::bundle::BundleError;
use crate::e2ee::certificate::{
    CertificateError, claim, named_key, profile, revoke, verify_claim, verify_profile, verify_revocation,
};
use crate::e2ee::device_set::DeviceSet;
use crate::e2ee::document::{DocumentError, Draft, Expected, Kind, MAX_DOCUMENT};
use crate::e2ee::key::Signer;
use crate::e2ee::presence::{Presence, offline, online};

/// Somebody who looks at the documents of a person as if each were of each kind.
struct Onlooker<'p> {
    person: &'p Person,
    certified: DeviceCertificate,
    online: Presence,
}

impl<'p> Onlooker<'p> {
    fn of(person: &'p Person) -> Self {
        let (owner, certified) = (person.owner(), person.certified());
        let mut known = Presence::default();
        known
            .apply(&online(&person.device, &[1; 8], &owner, 1, NOW), &owner, &certified, false, NOW)
            .unwrap();
        Self { person, certified, online: known }
    }

    fn believes(&self, document: &Document) -> Vec<Kind> {
        let (owner, device) = (self.person.owner(), self.person.device.id());
        let presence = |kind| {
            let mut known = self.online;
            document.kind() == kind && known.apply(document, &owner, &self.certified, false, NOW).is_ok()
        };
        let looks = [
            (Kind::Profile, verify_profile(document, &owner, None, NOW).is_ok()),
            (Kind::Claim, verify_claim(document, &owner, None, NOW).is_ok()),
            (Kind::Certificate, DeviceCertificate::verify(document, &owner, device, None, NOW).is_ok()),
            (Kind::Revocation, verify_revocation(document, &owner, device, NOW).is_ok()),
            (Kind::Bundle, Bundle::verify(document, &owner, &self.certified, None, NOW).is_ok()),
            (Kind::Online, presence(Kind::Online)),
            (Kind::Offline, presence(Kind::Offline)),
        ];
        looks.into_iter().filter(|(_, believed)| *believed).map(|(kind, _)| kind).collect()
    }
}

fn all(person: &Person) -> Vec<Document> {
    let owner = person.owner();
    vec![
        profile(&person.identity, b"content", &owner, 2, NOW),
        claim(&person.identity, &owner, 2, NOW),
        DeviceCertificate::issue(&person.identity, &person.device, DeviceKind::Robot, &owner, 2, NOW),
        revoke(&person.identity, person.device.id(), &owner, 2, NOW),
        Bundle::issue(&person.device, &owner, 2, NOW),
        online(&person.device, &[1; 8], &owner, 2, NOW),
        offline(&person.device, &[1; 8], &owner, 2, NOW),
    ]
}

#[test]
fn each_document_is_believed_as_what_it_is_and_nothing_else() {
    let ada = Person::new(1);
    let onlooker = Onlooker::of(&ada);
    for document in all(&ada) {
        assert_eq!(onlooker.believes(&document), [document.kind()]);
        let read = Document::decode(&document.encode()).unwrap();
        assert_eq!(read, document);
    }
}

#[test]
fn a_document_that_calls_itself_another_kind_is_not_believed() {
    // The kind is the second element: its byte is changed, the signature stays.
    let ada = Person::new(1);
    let onlooker = Onlooker::of(&ada);
    for document in all(&ada) {
        let mut bytes = document.encode();
        for kind in 1..=7 {
            bytes[2] = kind;
            let disguised = Document::decode(&bytes).unwrap();
            if disguised.kind() != document.kind() {
                assert_eq!(onlooker.believes(&disguised), [], "{:?}", document.kind());
            }
        }
    }
}

#[test]
fn elsewhere_a_document_is_worth_nothing() {
    let ada = Person::new(1);
    let (own, device) = (ada.owner(), ada.device.id());
    let document = ada.certificate();
    let verify =
        |owner: &Owner<'_>, device: &[u8; 8]| DeviceCertificate::verify(&document, owner, device, None, NOW);
    assert!(verify(&own, device).is_ok());
    let wrong = Err(CertificateError::Document(DocumentError::Signature));
    assert_eq!(verify(&Owner { root: "other", ..own }, device), wrong, "another root");
    assert_eq!(verify(&Owner { id: [9; 16], ..own }, device), wrong, "another address");
    assert_eq!(verify(&own, &[9; 8]), wrong, "another device");
    let bob = Person::new(2).owner();
    assert_eq!(
        verify(&bob, device),
        Err(CertificateError::Document(DocumentError::Signer)),
        "another person"
    );
    let certified = ada.certified();
    let bundle = Bundle::verify(&ada.bundle(), &Owner { root: "other", ..own }, &certified, None, NOW);
    assert_eq!(bundle, Err(BundleError::Document(DocumentError::Signature)));
}

#[test]
fn the_highest_revision_wins_for_ever() {
    let ada = Person::new(1);
    let owner = ada.owner();
    let documents: Vec<_> =
        (1..=3).map(|rev| profile(&ada.identity, &[rev as u8], &owner, rev, NOW)).collect();
    let verify = |rev: usize, newest| verify_profile(&documents[rev - 1], &owner, newest, NOW);
    assert_eq!(verify(3, None), Ok(&[3][..]));
    assert_eq!(verify(3, Some(2)), Ok(&[3][..]));
    assert_eq!(verify(3, Some(3)), Err(DocumentError::Known.into()));
    assert_eq!(verify(1, Some(3)), Err(DocumentError::Rollback.into()));
    assert_eq!(verify(1, Some(u64::MAX)), Err(DocumentError::Rollback.into()));
}

#[test]
fn a_document_ends_and_none_lasts_longer_than_its_kind_may() {
    let ada = Person::new(1);
    let (owner, certified) = (ada.owner(), ada.certified());
    let bundle = ada.bundle();
    assert!(Bundle::verify(&bundle, &owner, &certified, None, NOW + 29 * DAY).is_ok());
    let late = Bundle::verify(&bundle, &owner, &certified, None, NOW + 30 * DAY);
    assert_eq!(late, Err(DocumentError::Expired.into()));
    assert!(verify_claim(&claim(&ada.identity, &owner, 1, NOW), &owner, None, NOW + 364 * DAY).is_ok());
    let clock_behind = Bundle::verify(&bundle, &owner, &certified, None, NOW - 3_650 * DAY);
    assert!(clock_behind.is_ok(), "a reader whose clock is slow by ten years still reaches people");
    // A key owner who signs for a longer time by hand: the sixth element of the array is `exp`.
    let body = { Document::decode(&bundle.encode()).unwrap().unverified_body().to_vec() };
    let mut fields = Writer::array(7);
    fields.number(1).number(5).bytes(&owner.key.0).number(1).number(NOW.0);
    fields.number((NOW + 31 * DAY).0).bytes(&body);
    let place = owner.bundle(ada.device.id());
    let signature = ada.device.sign(&place.bind("bundle", &fields.into_bytes()));
    let mut document = Writer::array(8);
    document.number(1).number(5).bytes(&owner.key.0).number(1).number(NOW.0);
    document.number((NOW + 31 * DAY).0).bytes(&body).bytes(&signature);
    let document = Document::decode(&document.into_bytes()).unwrap();
    let long = Bundle::verify(&document, &owner, &certified, None, NOW);
    assert_eq!(long, Err(DocumentError::Lifetime.into()));
}

#[test]
fn a_revocation_never_ends() {
    let ada = Person::new(1);
    let revoked = revoke(&ada.identity, ada.device.id(), &ada.owner(), 1, NOW);
    assert_eq!(verify_revocation(&revoked, &ada.owner(), ada.device.id(), NOW + 40_000 * DAY), Ok(()));
    let other = verify_revocation(&revoked, &ada.owner(), &[9; 8], NOW);
    assert_eq!(other, Err(DocumentError::Signature.into()));
}

#[test]
fn claimants_stand_side_by_side() {
    // Eve claims Ada's address: her claim is true of her key, and says nothing of Ada's.
    let (ada, eve) = (Person::new(1), Person::new(3));
    let hers = Owner { key: eve.owner().key, ..ada.owner() };
    let squatted = claim(&eve.identity, &hers, u64::MAX, NOW);
    assert_eq!(verify_claim(&squatted, &hers, None, NOW), Ok(*eve.identity.key()));
    assert_eq!(verify_claim(&squatted, &ada.owner(), None, NOW), Err(DocumentError::Signer.into()));
    assert_ne!(hers.claim(), ada.owner().claim());
    assert_eq!(named_key(&squatted), Ok(*eve.identity.key()));
}

#[test]
fn a_key_in_the_body_that_is_not_the_signers_is_refused() {
    let (ada, eve) = (Person::new(1), Person::new(3));
    let mut body = Writer::array(1);
    body.bytes(eve.identity.key().as_bytes());
    let draft = Draft::new(Kind::Claim, ada.owner().key, 1, NOW, body.into_bytes());
    let forged = draft.sign(&ada.owner().claim(), &eve.identity);
    assert_eq!(verify_claim(&forged, &ada.owner(), None, NOW), Err(DocumentError::Signer.into()));
}

#[test]
fn a_weak_key_signs_nothing() {
    // The neutral element: with it, some signatures hold for every text unless weak keys are refused.
    let mut weak = [0; 32];
    weak[0] = 1;
    let key = crate::e2ee::key::UserKey::from_bytes(&weak).unwrap();
    let mut signature = [0; 64];
    signature[0] = 1;
    assert!(!crate::e2ee::key::is_signed(key.verifying(), b"anything", &signature));
}

#[test]
fn every_broken_document_is_refused() {
    let ada = Person::new(1);
    let onlooker = Onlooker::of(&ada);
    for document in all(&ada) {
        let bytes = document.encode();
        assert!(bytes.len() <= 512, "{} bytes", bytes.len());
        for at in 0..bytes.len() {
            assert!(Document::decode(&bytes[..at]).is_err(), "cut at {at}");
            for bit in [0x01, 0x80] {
                let mut broken = bytes.clone();
                broken[at] ^= bit;
                if let Ok(document) = Document::decode(&broken) {
                    assert_eq!(onlooker.believes(&document), [], "byte {at} of {:?}", document.kind());
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = Document::decode(&bytes);
        let _ = DeviceSet::from_bytes(&bytes);
        let _ = Device::from_bytes(&bytes);
        let _ = Peer::from_bytes(&bytes);
        let _ = crate::e2ee::nak::Nak::decode(&bytes);
        let _ = crate::e2ee::invite::Invite::from_bytes(&bytes);
        let _ = crate::e2ee::trust::Pin::from_bytes(&bytes);
    }

    #[test]
    fn any_body_is_read_without_a_panic(kind in 1_u64..8, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        // Signed by whoever it says: an honest key with a hostile owner.
        let ada = Person::new(1);
        let owner = ada.owner();
        let kind = [Kind::Profile, Kind::Claim, Kind::Certificate, Kind::Revocation, Kind::Bundle, Kind::Online, Kind::Offline][kind as usize - 1];
        let draft = |body| Draft::new(kind, owner.key, 1, NOW, body);
        let mut keyed = Writer::array(2);
        keyed.bytes(ada.identity.key().as_bytes()).bytes(&body);
        for body in [body, keyed.into_bytes()] {
            let (device, onlooker) = (ada.device.id(), Onlooker::of(&ada));
            for place in [owner.certificate(device), owner.bundle(device), owner.presence(device)] {
                onlooker.believes(&draft(body.clone()).sign(&place, &ada.device));
                onlooker.believes(&draft(body.clone()).sign(&place, &ada.identity));
            }
        }
    }
}

#[test]
fn a_large_document_is_not_looked_at() {
    let ada = Person::new(1);
    let large = profile(&ada.identity, &[0; MAX_DOCUMENT], &ada.owner(), 1, NOW);
    assert_eq!(Document::decode(&large.encode()), Err(DocumentError::Malformed));
}

#[test]
fn verify_needs_the_key_that_is_expected() {
    let (ada, bob) = (Person::new(1), Person::new(2));
    let place = ada.owner().claim();
    let document = claim(&ada.identity, &ada.owner(), 1, NOW);
    let expected = Expected {
        place: &place,
        kind: Kind::Claim,
        signer: ada.owner().key,
        key: bob.identity.key().verifying(),
        newest: None,
        now: NOW,
    };
    assert_eq!(document.verify(&expected), Err(DocumentError::Signature));
}
