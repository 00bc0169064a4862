//! People who know each other, and envelopes that are lost, late, repeated or asked for again (threats 10, 11, 15, 52, 53).

use proptest::prelude::*;

use super::*;
use crate::e2ee::device::{InboundError, ROTATION};
use crate::e2ee::envelope::{MAX_ENVELOPE, SealError};
use crate::e2ee::nak::{Nak, NakReason};
use crate::e2ee::padding::padme;
use crate::e2ee::pairwise::{DecryptError, EncryptError, MAX_UNANSWERED, SessionId};
use crate::e2ee::seen::SeenError;

#[test]
fn one_envelope_is_for_all_devices_of_a_person() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let mut laptop = bob.linked();
    // The phone's session is answered, the laptop's is new: one row of each type.
    let mut laptops = ada.begin(&laptop);
    let mut recipients = [
        Recipient { peer: &mut bobs, party: bob.party() },
        Recipient { peer: &mut laptops, party: laptop.party() },
    ];
    let payload = seal(&[5; 16], &ada.party(), &bob.id, b"to all", &mut recipients).unwrap();
    assert_eq!(bob.open(&payload, &mut adas, &ada.party()).unwrap().inner, b"to all");
    let mut adas_at_the_laptop = Peer::new(ada.device.curve25519());
    let opened = laptop.open(&payload, &mut adas_at_the_laptop, &ada.party()).unwrap();
    assert_eq!((opened.inner.as_slice(), opened.conversation), (&b"to all"[..], bob.id));
    // The laptop's next ones come on the same session, until it answers.
    let next = ada.write(&laptop, &mut laptops, b"next", 6);
    assert_eq!(laptop.open(&next, &mut adas_at_the_laptop, &ada.party()).unwrap().inner, b"next");
    assert_eq!(adas_at_the_laptop.sessions().count(), 1);
}

#[test]
fn all_rows_are_made_or_none() {
    let (ada, mut bobs, bob, _) = friends();
    let laptop = bob.linked();
    let mut without_session = Peer::new(laptop.device.curve25519());
    let before = bobs.to_bytes();
    let mut recipients = [
        Recipient { peer: &mut bobs, party: bob.party() },
        Recipient { peer: &mut without_session, party: laptop.party() },
    ];
    let sealed = seal(&[5; 16], &ada.party(), &bob.id, b"text", &mut recipients);
    assert_eq!(sealed, Err(SealError::Encrypt(EncryptError::NoSession)));
    assert_eq!(bobs.to_bytes(), before);
    assert_eq!(seal(&[5; 16], &ada.party(), &bob.id, b"text", &mut []), Err(SealError::Recipients));
    let mut large = [Recipient { peer: &mut bobs, party: bob.party() }];
    for length in [MAX_ENVELOPE, MAX_ENVELOPE + 1, MAX_ENVELOPE - 300] {
        let sealed = seal(&[5; 16], &ada.party(), &bob.id, &vec![0; length], &mut large);
        assert_eq!(sealed, Err(SealError::TooLarge), "{length}");
    }
    assert_eq!(bobs.to_bytes(), before);
}

#[test]
fn an_envelope_opens_once() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let payload = ada.write(&bob, &mut bobs, b"once", 5);
    bob.open(&payload, &mut adas, &ada.party()).unwrap();
    let known = adas.to_bytes();
    for _ in 0..50 {
        let again = bob.open(&payload, &mut adas, &ada.party());
        assert_eq!(again, Err(OpenError::Decrypt(DecryptError::KeyGone)));
    }
    assert_eq!(adas.to_bytes(), known);
}

#[test]
fn a_hundred_in_any_order_all_come_or_are_asked_for_again() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let sent: Vec<_> = (0..100).map(|mid| ada.write(&bob, &mut bobs, &[mid], mid)).collect();
    let mut lost = 0;
    for payload in sent.iter().rev() {
        match bob.open(payload, &mut adas, &ada.party()) {
            Ok(_) => {}
            Err(OpenError::Decrypt(error)) => {
                assert_eq!(NakReason::of(error), Some(NakReason::Gap));
                lost += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(lost, 100 - 41);
    let again = ada.write(&bob, &mut bobs, b"again", 100);
    assert!(bob.open(&again, &mut adas, &ada.party()).is_ok());
}

#[test]
fn after_a_nak_a_new_session_carries_on() {
    // Bob's phone has fallen back to an old copy of its storage: nothing Ada's session says is understood any more.
    let (mut ada, mut bobs, mut bob, mut adas) = friends();
    let old = adas.to_bytes();
    for mid in 0..8 {
        let there = ada.write(&bob, &mut bobs, b"there", 10 + mid);
        bob.open(&there, &mut adas, &ada.party()).unwrap();
        let back = bob.write(&ada, &mut adas, b"back", 20 + mid);
        ada.open(&back, &mut bobs, &bob.party()).unwrap();
    }
    adas = Peer::from_bytes(&old).unwrap();
    let lost = ada.write(&bob, &mut bobs, b"lost", 30);
    let Err(OpenError::Decrypt(error)) = bob.open(&lost, &mut adas, &ada.party()) else { panic!("lost") };
    assert!(adas.may_nak(false, NOW) && !adas.may_nak(false, NOW) && !adas.may_nak(true, NOW));
    let nak =
        Nak { reason: NakReason::of(error).unwrap(), session: bobs.active(), bundle: bob.bundle().encode() };
    // The nak itself goes by a new session of Bob's.
    adas.begin(&bob.device, &ada.device.bundle()).unwrap();
    let payload = bob.write(&ada, &mut adas, &nak.encode(), 31);
    let opened = ada.open(&payload, &mut bobs, &bob.party()).unwrap();
    let nak = Nak::decode(&opened.inner).unwrap();
    assert_eq!(nak.reason, NakReason::BadMac);
    assert!(bobs.takes_nak(NOW));
    let bundle = Document::decode(&nak.bundle).unwrap();
    let bundle = Bundle::verify(&bundle, &bob.owner(), &bob.certified(), None, NOW).unwrap();
    bobs.begin(&ada.device, &bundle).unwrap();
    let again = ada.write(&bob, &mut bobs, b"lost", 32);
    assert_eq!(bob.open(&again, &mut adas, &ada.party()).unwrap().inner, b"lost");
    let back = bob.write(&ada, &mut adas, b"thanks", 33);
    assert_eq!(ada.open(&back, &mut bobs, &bob.party()).unwrap().inner, b"thanks");
}

#[test]
fn a_thousand_naks_begin_one_session_a_minute() {
    let (_, mut bobs, ..) = friends();
    let minute = |second: u64| NOW + Duration::from_secs(second);
    let taken = (0..1_000).filter(|second| bobs.takes_nak(minute(second / 10))).count();
    assert_eq!(taken, 2, "within 100 seconds");
    reload(&mut bobs);
    assert!(!bobs.takes_nak(minute(100)) && bobs.takes_nak(minute(121)));
    assert!(bobs.takes_nak(NOW - 3_650 * DAY), "a clock that was set back holds nothing up");
}

#[test]
fn naks_become_rare_and_the_person_may_still_ask_once_a_minute() {
    let (_, mut bobs, ..) = friends();
    let minute = |n: u32| NOW + n * Duration::from_secs(60);
    let sent: Vec<_> = (0..60).filter(|n| bobs.may_nak(false, minute(*n))).collect();
    assert_eq!(sent, [0, 1, 3, 7, 15, 25, 35, 45, 55]);
    reload(&mut bobs);
    assert!(!bobs.may_nak(false, minute(60)) && bobs.may_nak(true, minute(60)));
    assert!(bobs.may_nak(false, minute(120)) && bobs.may_nak(false, minute(121)), "forgotten after an hour");
}

#[test]
fn naks_are_read_back_and_later_ones_are_not() {
    for reason in [NakReason::NoSession, NakReason::BadMac, NakReason::OldBundle, NakReason::Gap] {
        for session in [None, Some(SessionId([7; 32]))] {
            let nak = Nak { reason, session, bundle: b"bundle".to_vec() };
            let bytes = nak.encode();
            assert_eq!(Nak::decode(&bytes), Ok(nak));
            assert!((0..bytes.len()).all(|at| Nak::decode(&bytes[..at]).is_err()));
        }
    }
    let mut later = Writer::array(4);
    later.number(1).number(5).nothing().bytes(b"");
    assert!(Nak::decode(&later.into_bytes()).is_err());
    assert_eq!(NakReason::of(DecryptError::Inbound(InboundError::OldBundle)), Some(NakReason::OldBundle));
    assert_eq!(NakReason::of(DecryptError::Inbound(InboundError::Seen(SeenError::Replay))), None);
}

#[test]
fn a_session_without_an_answer_ends_at_a_thousand() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let first = ada.write(&bob, &mut bobs, b"first", 0);
    let mut last = Vec::new();
    for _ in 1..MAX_UNANSWERED {
        last = ada.write(&bob, &mut bobs, b"more", 1);
    }
    let before = bobs.to_bytes();
    let mut recipients = [Recipient { peer: &mut bobs, party: bob.party() }];
    let refused = seal(&[2; 16], &ada.party(), &bob.id, b"too much", &mut recipients);
    assert_eq!(refused, Err(SealError::Encrypt(EncryptError::Unanswered)));
    assert_eq!(bobs.to_bytes(), before);
    // Bob can still follow when only the last one arrives, and his answer opens the way again.
    assert!(bob.open(&last, &mut adas, &ada.party()).is_ok());
    assert!(bob.open(&first, &mut adas, &ada.party()).is_err());
    let (mut ada, mut bobs) = (ada, bobs);
    let back = bob.write(&ada, &mut adas, b"back", 3);
    ada.open(&back, &mut bobs, &bob.party()).unwrap();
    ada.write(&bob, &mut bobs, b"on", 4);
}

#[test]
fn a_row_for_keys_that_are_gone_is_not_for_us() {
    let (ada, _, mut bob, _) = friends();
    let payload = ada.write(&bob, &mut ada.begin(&bob), b"text", 5);
    assert!(FanOut::decode(&payload).unwrap().unseal(&bob.device).is_some());
    bob.device.rotate_if_due(NOW + ROTATION);
    assert!(FanOut::decode(&payload).unwrap().unseal(&bob.device).is_some());
    bob.device.rotate_if_due(NOW + 2 * ROTATION);
    assert!(FanOut::decode(&payload).unwrap().unseal(&bob.device).is_none());
}

#[test]
fn a_replayed_first_row_begins_nothing() {
    let (ada, _, mut bob, _) = friends();
    let payload = ada.write(&bob, &mut ada.begin(&bob), b"text", 5);
    let mut adas = Peer::new(ada.device.curve25519());
    bob.open(&payload, &mut adas, &ada.party()).unwrap();
    let replay = Err(OpenError::Decrypt(DecryptError::Inbound(InboundError::Seen(SeenError::Replay))));
    assert_eq!(bob.open(&payload, &mut Peer::new(ada.device.curve25519()), &ada.party()), replay);
    assert_eq!(bob.open(&payload, &mut adas, &ada.party()), Err(OpenError::Decrypt(DecryptError::KeyGone)));
}

#[test]
fn four_sessions_are_kept_and_the_one_in_use_among_them() {
    let (ada, mut bobs, mut bob, mut adas) = friends();
    let answered = bobs.active().unwrap();
    for mid in 0..6 {
        bobs.begin(&ada.device, &bob.device.bundle()).unwrap();
        let payload = ada.write(&bob, &mut bobs, b"text", mid);
        bob.open(&payload, &mut adas, &ada.party()).unwrap();
        assert_eq!(bobs.active(), adas.active());
    }
    assert_eq!((bobs.sessions().count(), adas.sessions().count()), (4, 4));
    assert!(!bobs.sessions().any(|session| *session == answered));
}

#[test]
fn a_peer_begins_only_with_its_own_bundle() {
    let (ada, bob, carol) = (Person::new(1), Person::new(2), Person::new(3));
    let mut bobs = Peer::new(bob.device.curve25519());
    assert_eq!(bobs.begin(&ada.device, &carol.device.bundle()), Err(EncryptError::Key));
    let zeros = Bundle { fallback: [0; 32].into(), ..bob.device.bundle() };
    assert_eq!(bobs.begin(&ada.device, &zeros), Err(EncryptError::Key));
    let zeros = Bundle { seal: [0; 32].into(), ..bob.device.bundle() };
    bobs.begin(&ada.device, &zeros).unwrap();
    let before = bobs.to_bytes();
    let mut recipients = [Recipient { peer: &mut bobs, party: bob.party() }];
    let refused = seal(&[5; 16], &ada.party(), &bob.id, b"text", &mut recipients);
    assert_eq!(refused, Err(SealError::Encrypt(EncryptError::Key)));
    assert_eq!(bobs.to_bytes(), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..3_000), 1..4)) {
        let (ada, mut bobs, mut bob, mut adas) = friends();
        for (mid, text) in texts.iter().enumerate() {
            let payload = ada.write(&bob, &mut bobs, text, mid as u8);
            let ciphertext = apart(&payload).1;
            prop_assert_eq!(ciphertext.len(), padme(text.len() + 1) + 16);
            prop_assert_eq!(&bob.open(&payload, &mut adas, &ada.party()).unwrap().inner, text);
        }
    }

    #[test]
    fn any_payload_is_read_without_a_panic(payload in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut begun = vec![0x85, 1, 1, 0x50];
        begun.extend_from_slice(&payload);
        for payload in [payload, begun] {
            let _ = FanOut::decode(&payload);
            let _ = SealedRequest::decode(&payload);
        }
    }

    /// Both write, read, forget to read, reload, lose envelopes and begin anew in any order: whatever opens is what was
    /// written, and with a new session everything opens again.
    #[test]
    fn any_order_of_steps_leaves_a_talk_that_can_go_on(steps in proptest::collection::vec(0_u8..7, 1..40)) {
        let (mut ada, mut bobs, mut bob, mut adas) = friends();
        let (mut to_bob, mut to_ada) = (Vec::new(), Vec::new());
        for (number, step) in steps.iter().enumerate() {
            let mid = number as u8;
            match step {
                0 => to_bob.push((mid, ada.write(&bob, &mut bobs, &[mid], mid))),
                1 => to_ada.push((mid, bob.write(&ada, &mut adas, &[mid], mid))),
                2 => if let Some((mid, payload)) = to_bob.pop() {
                    let opened = bob.open(&payload, &mut adas, &ada.party());
                    prop_assert!(opened.is_err() || opened.unwrap().inner == [mid]);
                },
                3 => if let Some((mid, payload)) = to_ada.pop() {
                    let opened = ada.open(&payload, &mut bobs, &bob.party());
                    prop_assert!(opened.is_err() || opened.unwrap().inner == [mid]);
                },
                4 => {
                    ada.reload();
                    reload(&mut bobs);
                    reload(&mut adas);
                }
                5 => drop(to_bob.pop()),
                _ => bobs.begin(&ada.device, &bob.device.bundle()).unwrap(),
            }
        }
        bobs.begin(&ada.device, &bob.device.bundle()).unwrap();
        let last = ada.write(&bob, &mut bobs, b"last", 250);
        prop_assert_eq!(bob.open(&last, &mut adas, &ada.party()).unwrap().inner, b"last");
        let back = bob.write(&ada, &mut adas, b"back", 251);
        prop_assert_eq!(ada.open(&back, &mut bobs, &bob.party()).unwrap().inner, b"back");
    }
}
