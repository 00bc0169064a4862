//! Envelopes against those who read, alter, mix and redirect them (threats 1, 12, 14, 20, 21, 55).

use super::*;
use crate::e2ee::envelope::{MAX_ENVELOPE, MAX_ROWS, encrypt, tag};
use crate::e2ee::hash::Secret;
use crate::e2ee::pairwise::DecryptError;

#[test]
fn every_broken_envelope_is_refused_and_the_right_one_still_opens() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let mut laptop = bob.linked();
    let normal = ada.write(&bob, &mut bobs, b"text", 5);
    let first = ada.write(&laptop, &mut ada.begin(&laptop), b"text", 6);
    let mut laptops = Peer::new(ada.device.curve25519());
    for (person, peer, payload) in [(&mut bob, &mut adas, normal), (&mut laptop, &mut laptops, first)] {
        let (device, sessions) = (person.device.to_bytes(), peer.to_bytes());
        for at in 0..payload.len() {
            let mut broken = payload.clone();
            broken[at] ^= 0x20;
            assert!(person.open(&broken, peer, &ada.party()).is_err(), "byte {at}");
            assert!(person.open(&payload[..at], peer, &ada.party()).is_err(), "cut at {at}");
        }
        assert_eq!((person.device.to_bytes(), peer.to_bytes()), (device, sessions));
        assert_eq!(person.open(&payload, peer, &ada.party()).unwrap().inner, b"text");
    }
}

#[test]
fn parts_of_two_envelopes_do_not_fit_together() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let one = apart(&ada.write(&bob, &mut bobs, b"one", 5));
    let two = apart(&ada.write(&bob, &mut bobs, b"two", 5));
    let mixed = together(&(one.0, two.1, one.2));
    let before = adas.to_bytes();
    let refused = bob.open(&mixed, &mut adas, &ada.party());
    assert_eq!(refused, Err(OpenError::Ciphertext));
    assert_eq!(adas.to_bytes(), before, "the message's key is not used up");
}

#[test]
fn a_fellow_recipient_cannot_change_what_others_read() {
    // The laptop has the key of the ciphertext, too: it puts another one in its place.
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let (mid, ciphertext, rows) = apart(&ada.write(&bob, &mut bobs, b"text", 5));
    let message = ::vodozemac::olm::Message::from_bytes(&rows[0].2).unwrap();
    let row = adas.clone().decrypt(&adas.active().unwrap(), &message.into()).unwrap();
    let key = Secret::new(row[..32].try_into().unwrap());
    let replaced = encrypt(&key, &mid, b"pest").unwrap();
    let forged = together(&(mid, replaced, rows.clone()));
    assert_eq!(bob.open(&forged, &mut adas, &ada.party()), Err(OpenError::Ciphertext));
    assert_eq!(encrypt(&key, &mid, b"text").as_ref(), Some(&ciphertext));
    let right = together(&(mid, ciphertext, rows));
    assert_eq!(bob.open(&right, &mut adas, &ada.party()).unwrap().inner, b"text");
}

#[test]
fn a_row_is_bound_to_its_mid() {
    // Two mids of which both have the same tag for Bob's session: the row is moved from one envelope to the other.
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let (mid, ciphertext, rows) = apart(&ada.write(&bob, &mut bobs, b"one", 5));
    let session = adas.active().unwrap();
    let other = [6; 16];
    let name = tag(&session.0, &other);
    let moved = together(&(other, ciphertext, vec![(name, rows[0].1, rows[0].2.clone())]));
    assert_ne!(mid, other);
    // The nonce comes of the mid, so the ciphertext fails first.
    assert_eq!(bob.open(&moved, &mut adas, &ada.party()), Err(OpenError::Ciphertext));
}

#[test]
fn what_a_dishonest_contact_puts_into_a_row_is_checked() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let (mid, ciphertext, rows) = apart(&ada.write(&bob, &mut bobs, b"text", 5));
    let message = ::vodozemac::olm::Message::from_bytes(&rows[0].2).unwrap();
    let session = adas.active().unwrap();
    let row = adas.clone().decrypt(&session, &message.into()).unwrap();
    assert_eq!(row.len(), 208);
    // Key, both hashes, mid, receiver, author, conversation.
    for (at, error) in [
        (0, Some(OpenError::Ciphertext)),
        (32, Some(OpenError::Ciphertext)),
        (64, Some(OpenError::Ciphertext)),
        (96, Some(OpenError::Row)),
        (112, Some(OpenError::Recipient)),
        (144, Some(OpenError::Recipient)),
        (152, Some(OpenError::Author)),
        (184, Some(OpenError::Author)),
        (192, None),
    ] {
        let mut forged = row.clone();
        forged[at] ^= 1;
        let ::vodozemac::olm::OlmMessage::Normal(message) = bobs.encrypt(&forged).unwrap().message else {
            panic!("the session is answered")
        };
        let payload = together(&(mid, ciphertext.clone(), vec![(rows[0].0, 1, message.to_bytes())]));
        let before = adas.to_bytes();
        let opened = bob.open(&payload, &mut adas, &ada.party());
        assert_eq!(opened.as_ref().err(), error.as_ref(), "byte {at}");
        // The conversation is the author's word: the caller compares it with the event.
        assert_ne!(opened.map(|opened| opened.conversation), Ok(bob.id));
        assert_eq!(adas.to_bytes() == before, error.is_some());
    }
    for length in [0, 31, 100, 207, 209] {
        let mut forged = row.to_vec();
        forged.resize(length, 0);
        let ::vodozemac::olm::OlmMessage::Normal(message) = bobs.encrypt(&forged).unwrap().message else {
            panic!("the session is answered")
        };
        let payload = together(&(mid, ciphertext.clone(), vec![(rows[0].0, 1, message.to_bytes())]));
        assert!(bob.open(&payload, &mut adas, &ada.party()).is_err(), "{length} bytes");
    }
}

#[test]
fn a_message_for_one_is_not_passed_on_as_one_for_another() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let carol = Person::new(3);
    for wrong in
        [Party { user: *carol.identity.key(), ..bob.party() }, Party { device: [9; 8], ..bob.party() }]
    {
        let mut recipients = [Recipient { peer: &mut bobs, party: wrong }];
        let payload = seal(&[5; 16], &ada.party(), &bob.id, b"text", &mut recipients).unwrap();
        let before = adas.to_bytes();
        assert_eq!(bob.open(&payload, &mut adas, &ada.party()), Err(OpenError::Recipient));
        assert_eq!(adas.to_bytes(), before);
    }
}

#[test]
fn an_author_has_only_the_name_of_the_session() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let carol = Person::new(3);
    for name in [carol.party(), Party { device: [9; 8], ..ada.party() }] {
        let mut recipients = [Recipient { peer: &mut bobs, party: bob.party() }];
        let payload = seal(&[5; 16], &name, &bob.id, b"text", &mut recipients).unwrap();
        assert_eq!(bob.open(&payload, &mut adas, &ada.party()), Err(OpenError::Author));
    }
    // And by a first message of Carol's device nobody writes in Ada's session.
    let payload = carol.write(&bob, &mut carol.begin(&bob), b"text", 6);
    let refused = bob.open(&payload, &mut adas, &ada.party());
    assert_eq!(refused, Err(OpenError::Decrypt(DecryptError::Identity)));
}

#[test]
fn an_envelope_for_others_is_not_for_us() {
    let (ada, mut bobs, bob, _) = friends();
    let mut carol = Person::new(3);
    let payload = ada.write(&bob, &mut bobs, b"text", 5);
    let envelope = FanOut::decode(&payload).unwrap();
    let mut peer = Peer::new(ada.device.curve25519());
    assert!(!envelope.is_from(&peer) && envelope.unseal(&carol.device).is_none());
    assert_eq!(carol.open(&payload, &mut peer, &ada.party()), Err(OpenError::NotForUs));
}

#[test]
fn open_events_and_later_versions_are_no_envelopes() {
    for (version, kind) in [(1, 4), (1, 0), (1, 2), (1, 3), (0, 1), (2, 1)] {
        let mut payload = Writer::array(5);
        payload.number(version).number(kind).bytes(&[1; 16]).bytes(b"text").open(0);
        assert_eq!(FanOut::decode(&payload.into_bytes()), Err(OpenError::Unknown), "{version} {kind}");
    }
    for payload in [&b""[..], b"hello", br#"{"v":1,"text":"hello"}"#, &[0x9f; 1_000], &[0x81; 5_000]] {
        assert!(matches!(FanOut::decode(payload), Err(OpenError::Malformed | OpenError::Unknown)));
    }
    let rows = vec![([0; 4], 1, Vec::new()); MAX_ROWS + 1];
    assert_eq!(FanOut::decode(&together(&([1; 16], Vec::new(), rows))), Err(OpenError::Malformed));
    let large = vec![0; MAX_ENVELOPE];
    assert_eq!(FanOut::decode(&together(&([1; 16], large, Vec::new()))), Err(OpenError::Malformed));
}

#[test]
fn nothing_readable_is_in_an_envelope() {
    let (ada, mut bobs, bob, _) = friends();
    let laptop = bob.linked();
    let mut laptops = ada.begin(&laptop);
    let mut recipients = [
        Recipient { peer: &mut bobs, party: bob.party() },
        Recipient { peer: &mut laptops, party: laptop.party() },
    ];
    let payload = seal(&[5; 16], &ada.party(), &bob.id, b"meet me at noon", &mut recipients).unwrap();
    for secret in [
        &b"meet"[..],
        &ada.id,
        &bob.id,
        ada.identity.key().as_bytes(),
        bob.identity.key().as_bytes(),
        ada.device.curve25519().as_bytes(),
        laptop.device.curve25519().as_bytes(),
        ada.device.id(),
        bob.device.id(),
    ] {
        assert!(!payload.windows(secret.len()).any(|window| window == secret), "{secret:x?}");
    }
}

#[test]
fn a_huge_index_costs_nothing() {
    // An Olm message is a version byte and protobuf fields; 0x10 is the chain index. (Whoever went through all of 2^63
    // would never come to the end of this test.)
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let (mid, ciphertext, rows) = apart(&ada.write(&bob, &mut bobs, b"text", 5));
    let (tag, kind, olm) = rows[0].clone();
    let at = 1 + 34;
    assert_eq!(olm[at], 0x10, "version, ratchet key of 2 + 32 bytes, index");
    for index in
        [&[0xff, 0xff, 0xff, 0xff, 0x07][..], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]]
    {
        let huge = [&olm[..=at], index, &olm[at + 2..]].concat();
        let payload = together(&(mid, ciphertext.clone(), vec![(tag, kind, huge)]));
        let before = adas.to_bytes();
        assert_eq!(bob.open(&payload, &mut adas, &ada.party()), Err(OpenError::Decrypt(DecryptError::Gap)));
        assert_eq!(adas.to_bytes(), before);
    }
}

#[test]
fn a_failing_message_changes_nothing_even_where_vodozemac_would() {
    // See `vodozemac::a_failing_message_can_change_a_session`: Bob has not answered yet.
    let (ada, mut bob) = (Person::new(1), Person::new(2));
    let mut bobs = ada.begin(&bob);
    let mut adas = Peer::new(ada.device.curve25519());
    let request = ada.ask(&bob, &mut bobs, 1);
    bob.receive(&request, &mut adas).unwrap();
    let (other, mut others, carol, _) = friends();
    let (mid, ciphertext, rows) = apart(&other.write(&carol, &mut others, b"text", 5));
    let name = tag(&adas.active().unwrap().0, &mid);
    let forged = together(&(mid, ciphertext, vec![(name, 1, rows[0].2.clone())]));
    let before = adas.to_bytes();
    let refused = bob.open(&forged, &mut adas, &ada.party());
    assert_eq!(refused, Err(OpenError::Decrypt(DecryptError::BadMac)));
    assert_eq!(adas.to_bytes(), before);
}

#[test]
fn envelopes_of_short_messages_are_all_alike() {
    let (ada, mut bobs, bob, _) = friends();
    let mut lengths: Vec<_> =
        (0..255).map(|length| ada.write(&bob, &mut bobs, &vec![7; length], 5).len()).collect();
    // The Olm message has the index of its chain: one byte below 128, two from then on.
    lengths.dedup();
    assert!(lengths.len() <= 2 && lengths[lengths.len() - 1] - lengths[0] <= 1, "{lengths:?}");
}
