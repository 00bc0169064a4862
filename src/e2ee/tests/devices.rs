//! Devices: certificates, bundles and presence against those who inject, hide, restore and pretend (threats 7, 22, 23).

use super::*;
use crate::e2ee::bundle::BundleError;
use crate::e2ee::certificate::{CertificateError, verify_revocation};
use crate::e2ee::device_set::{DeviceSet, DeviceSetError, MAX_DEVICES};
use crate::e2ee::document::{DocumentError, Draft, Kind};
use crate::e2ee::key::Signer;
use crate::e2ee::presence::{Presence, offline, online};
use crate::e2ee::succession::Succession;

#[test]
fn a_device_that_has_not_signed_belongs_to_nobody() {
    // Eve certifies Bob's keys as her own device: what Bob writes would seem to be hers.
    let (eve, bob) = (Person::new(3), Person::new(2));
    let honest = bob.certificate();
    let mut reader = Reader::new(honest.unverified_body()).unwrap();
    let (_, device): ([u8; 32], [u8; 8]) = (reader.id().unwrap(), reader.id().unwrap());
    let (ed25519, curve25519): ([u8; 32], [u8; 32]) = (reader.id().unwrap(), reader.id().unwrap());
    let (_, signature): (u64, [u8; 64]) = (reader.number().unwrap(), reader.id().unwrap());
    let mut body = Writer::array(6);
    body.bytes(eve.identity.key().as_bytes()).bytes(&device).bytes(&ed25519).bytes(&curve25519);
    body.number(1).bytes(&signature);
    let place = eve.owner().certificate(&device);
    let draft = Draft::new(Kind::Certificate, eve.owner().key, 1, NOW, body.into_bytes());
    let stolen = draft.sign(&place, &eve.identity);
    let verified = DeviceCertificate::verify(&stolen, &eve.owner(), &device, None, NOW);
    assert_eq!(verified, Err(CertificateError::Countersignature));
}

#[test]
fn a_document_names_the_device_of_its_topic() {
    // Ada's own key signs everything here, and so does the device: what it says of itself is another's place.
    let ada = Person::new(1);
    let (owner, elsewhere, uik) = (ada.owner(), [9; 8], ada.identity.key().as_bytes());
    let (place, device) = (owner.certificate(&elsewhere), *ada.device.id());
    let signed = |fields: &mut Writer, count: u64| {
        *fields = Writer::array(count);
        fields.bytes(uik).bytes(&device).bytes(ada.device.ed25519().as_bytes());
        fields.bytes(ada.device.curve25519().as_bytes()).number(1);
    };
    let (mut promised, mut body) = (Writer::array(0), Writer::array(0));
    signed(&mut promised, 5);
    signed(&mut body, 6);
    body.bytes(&ada.device.sign(&place.bind("device", &promised.into_bytes())));
    let draft = |kind, body: Writer| Draft::new(kind, owner.key, 1, NOW, body.into_bytes());
    let certificate = draft(Kind::Certificate, body).sign(&place, &ada.identity);
    let verified = DeviceCertificate::verify(&certificate, &owner, &elsewhere, None, NOW);
    assert_eq!(verified, Err(CertificateError::Device));
    let mut body = Writer::array(2);
    body.bytes(uik).bytes(&device);
    let revoked = draft(Kind::Revocation, body).sign(&place, &ada.identity);
    assert_eq!(verify_revocation(&revoked, &owner, &elsewhere, NOW), Err(CertificateError::Device));
    let mut body = Writer::array(2);
    body.bytes(&elsewhere).bytes(&[1; 8]);
    let here = draft(Kind::Online, body).sign(&owner.presence(&ada.certified().device), &ada.device);
    let applied = Presence::default().apply(&here, &owner, &ada.certified(), false, NOW);
    assert_eq!(applied, Err(DocumentError::Signer));
}

#[test]
fn only_the_person_certifies_and_only_the_device_signs_its_bundle() {
    let (ada, eve) = (Person::new(1), Person::new(3));
    let signed_by_eve =
        DeviceCertificate::issue(&eve.identity, &eve.device, DeviceKind::Browser, &ada.owner(), 9, NOW);
    let injected = DeviceCertificate::verify(&signed_by_eve, &ada.owner(), eve.device.id(), None, NOW);
    assert_eq!(injected, Err(DocumentError::Signer.into()));
    let swapped = Bundle::issue(&eve.device, &Owner { key: ada.owner().key, ..ada.owner() }, 9, NOW);
    let swapped = Bundle::verify(&swapped, &ada.owner(), &ada.certified(), None, NOW);
    assert_eq!(swapped, Err(DocumentError::Signature.into()));
    // Another of Ada's own devices publishes in the place of this one.
    let laptop = ada.linked();
    let body = laptop.device.bundle();
    assert_ne!(body.curve25519, ada.certified().curve25519);
    let certificate = DeviceCertificate { ed25519: laptop.device.ed25519(), ..ada.certified() };
    let draft = Bundle::issue(&laptop.device, &ada.owner(), 9, NOW);
    let mixed = Bundle::verify(&draft, &ada.owner(), &certificate, None, NOW);
    assert_eq!(mixed, Err(DocumentError::Signature.into()), "the place names the device");
}

#[test]
fn a_bundle_with_another_identity_key_is_refused() {
    let ada = Person::new(1);
    let certificate = DeviceCertificate { curve25519: Person::new(2).device.curve25519(), ..ada.certified() };
    let bundle = Bundle::verify(&ada.bundle(), &ada.owner(), &certificate, None, NOW);
    assert_eq!(bundle, Err(BundleError::Device));
}

#[test]
fn versions_go_up_and_never_down() {
    let bundle = Person::new(1).device.bundle();
    let with =
        |versions, handshakes: &[u64]| Bundle { versions, handshakes: handshakes.into(), ..bundle.clone() };
    assert_eq!(with((1, 1), &[1]).version(0), Ok(1));
    assert_eq!(with((1, 9), &[2, 1]).version(1), Ok(1), "a later device speaks ours, too");
    for (refused, floor) in [
        (with((2, 9), &[1]), 0),
        (with((0, 0), &[1]), 0),
        (with((1, 1), &[2]), 0),
        (with((1, 1), &[]), 0),
        (with((1, 1), &[1]), 2),
        (with((1, 0), &[1]), 0),
    ] {
        assert_eq!(refused.version(floor), Err(BundleError::Downgrade), "{refused:?}");
    }
}

#[test]
fn presence_dies_by_itself_and_an_old_will_ends_nothing() {
    let ada = Person::new(1);
    let (owner, certified) = (ada.owner(), ada.certified());
    let on = |connection, rev| online(&ada.device, &[connection; 8], &owner, rev, NOW);
    let off = |connection, rev| offline(&ada.device, &[connection; 8], &owner, rev, NOW);
    let mut known = Presence::default();
    let apply =
        |known: &mut Presence, document: &Document| known.apply(document, &owner, &certified, false, NOW);
    assert_eq!(apply(&mut known, &on(1, 1)), Ok(()));
    assert!(known.is_online(NOW) && !known.is_online(NOW + Duration::from_secs(600)));
    assert_eq!(apply(&mut known, &on(2, 2)), Ok(()));
    assert_eq!(apply(&mut known, &off(1, 1)), Err(DocumentError::Rollback), "of the connection before");
    assert!(known.is_online(NOW));
    assert_eq!(apply(&mut known, &on(1, 1)), Err(DocumentError::Rollback), "replayed");
    assert_eq!(apply(&mut known, &on(2, 2)), Err(DocumentError::Known));
    assert_eq!(apply(&mut known, &off(2, 2)), Ok(()));
    assert!(!known.is_online(NOW));
    assert_eq!(apply(&mut known, &on(2, 2)), Err(DocumentError::Known), "cannot be brought back");
    assert_eq!(Presence::from_bytes(&known.to_bytes()), Ok(known), "nor after a restart");
    assert_eq!(apply(&mut known, &off(4, 4)), Ok(()), "of a later connection, of which nothing was heard");
    assert_eq!(apply(&mut known, &on(3, 3)), Err(DocumentError::Rollback), "of one before it");
    assert_eq!(apply(&mut known, &on(4, 5)), Ok(()), "said again, for it was not over");
    assert_eq!(Presence::from_bytes(&known.to_bytes()), Ok(known));
    let eve = Person::new(3);
    let forged = offline(&eve.device, &[2; 8], &owner, 9, NOW);
    assert!(apply(&mut known, &forged).is_err());
    let late =
        Presence::default().apply(&on(1, 1), &owner, &certified, false, NOW + Duration::from_secs(600));
    assert_eq!(late, Err(DocumentError::Expired));
}

#[test]
fn what_is_revoked_never_comes_back_and_hidden_devices_show() {
    let ada = Person::new(1);
    let laptop = ada.linked();
    let (mut all, mut hidden) = (DeviceSet::default(), DeviceSet::default());
    assert_eq!(all.certify(ada.certified()), Ok(()));
    assert_eq!(all.certify(laptop.certified()), Ok(()));
    assert_eq!(all.certify(laptop.certified()), Ok(()), "renewed");
    hidden.certify(ada.certified()).unwrap();
    assert_ne!(all.hash(), hidden.hash(), "one does not see the laptop");
    hidden.certify(laptop.certified()).unwrap();
    assert_eq!(all.hash(), hidden.hash());
    all.revoke(*laptop.device.id());
    assert_ne!(all.hash(), hidden.hash(), "one does not see the revocation");
    assert_eq!(all.live(), [ada.certified()]);
    assert_eq!(all.certify(laptop.certified()), Err(DeviceSetError::Revoked));
    assert_eq!(DeviceSet::from_bytes(&all.to_bytes()), Ok(all.clone()));
    let mut other_order = DeviceSet::default();
    other_order.revoke(*laptop.device.id());
    assert_eq!(other_order.certify(laptop.certified()), Err(DeviceSetError::Revoked));
    other_order.certify(ada.certified()).unwrap();
    assert_eq!(other_order.hash(), all.hash());
}

#[test]
fn a_person_has_eight_devices_with_keys_of_their_own() {
    let ada = Person::new(1);
    let mut set = DeviceSet::default();
    set.certify(ada.certified()).unwrap();
    let other_keys = DeviceCertificate { device: *ada.device.id(), ..ada.linked().certified() };
    assert_eq!(set.certify(other_keys), Err(DeviceSetError::Keys));
    let same_keys = DeviceCertificate { device: [9; 8], ..ada.certified() };
    assert_eq!(set.certify(same_keys), Err(DeviceSetError::Keys));
    for _ in 1..MAX_DEVICES {
        set.certify(ada.linked().certified()).unwrap();
    }
    assert_eq!(set.certify(ada.linked().certified()), Err(DeviceSetError::TooMany));
    assert_eq!(set.live().len(), MAX_DEVICES);
    assert!(set.by_identity(&ada.device.curve25519()).is_some());
}

#[test]
fn revocations_are_not_forgotten_for_there_being_many() {
    let ada = Person::new(1);
    let mut set = DeviceSet::default();
    (0..2_000_u64).for_each(|number| {
        set.revoke(number.to_be_bytes());
    });
    // Beyond 1,024 no more are kept, and then no new device is taken either: one of those might be it.
    assert_eq!(set.certify(ada.certified()), Err(DeviceSetError::TooMany));
    assert!(set.to_bytes().len() < 9_000);
}

#[test]
fn only_who_has_a_devices_keys_goes_on_from_it() {
    let (ada, eve) = (Person::new(1), Person::new(3));
    let laptop = ada.linked();
    let (owner, next) = (ada.owner(), [7; 8]);
    let proof = Succession::of(&ada.device, ada.certificate(), &next, &owner);
    assert_eq!(proof.verify(&owner, &next, NOW), Ok(*ada.device.id()));
    let refused = Err(CertificateError::Countersignature);
    assert_eq!(proof.verify(&owner, &[8; 8], NOW), refused, "it is another that goes on");
    // Whoever has Ada's words can certify what they like, but not sign as the device that there was.
    let forged = Succession::of(&laptop.device, ada.certificate(), &next, &owner);
    assert!(forged.verify(&owner, &next, NOW).is_err());
    let swapped = Succession { certificate: laptop.certificate(), ..proof };
    assert_eq!(swapped.verify(&owner, &next, NOW), refused);
    assert!(
        Succession::of(&eve.device, eve.certificate(), &next, &owner).verify(&owner, &next, NOW).is_err()
    );
    let elsewhere = Owner { root: "elsewhere", ..owner };
    assert!(proof.verify(&elsewhere, &next, NOW).is_err());
}
