//! How vodozemac 0.11.1 behaves, where our rules are made for it. A new version has to pass these first.

use vodozemac::Curve25519PublicKey;
use vodozemac::megolm::{GroupSession, InboundGroupSession, SessionConfig as GroupConfig};
use vodozemac::olm::{
    Account, DecryptionError, OlmMessage, PreKeyMessage, Session, SessionConfig, SessionCreationError,
};

const CONFIG: fn() -> SessionConfig = SessionConfig::version_1;

fn account() -> (Account, Curve25519PublicKey) {
    let mut account = Account::new();
    account.generate_fallback_key();
    let key = account.fallback_key().into_values().next().unwrap();
    account.mark_keys_as_published();
    (account, key)
}

fn first(message: &OlmMessage) -> &PreKeyMessage {
    match message {
        OlmMessage::PreKey(message) => message,
        OlmMessage::Normal(_) => panic!("a pre-key message"),
    }
}

/// Two sessions of which each has heard the other.
fn talking() -> (Session, Session) {
    let (ada, (mut bob, key)) = (Account::new(), account());
    let mut adas = ada.create_outbound_session(CONFIG(), bob.curve25519_key(), key).unwrap();
    let hello = adas.encrypt("hello").unwrap();
    let mut bobs = bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&hello)).unwrap().session;
    let answer = bobs.encrypt("answer").unwrap();
    adas.decrypt(&answer).unwrap();
    (adas, bobs)
}

fn copy(session: &Session) -> Session {
    Session::from_pickle(session.pickle())
}

fn state(session: &Session) -> Vec<u8> {
    serde_json::to_vec(&session.pickle()).unwrap()
}

#[test]
fn of_200_messages_in_reverse_40_older_ones_decrypt() {
    let (mut ada, mut bob) = talking();
    let sent: Vec<_> = (0..200).map(|number: u8| ada.encrypt([number]).unwrap()).collect();
    assert!(bob.decrypt(&sent[199]).is_ok());
    let results: Vec<_> = sent[..199].iter().rev().map(|message| bob.decrypt(message)).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 40);
    assert!(matches!(results[100], Err(DecryptionError::MissingMessageKey(_))));
}

#[test]
fn a_jump_of_2001_is_too_far_and_one_of_2000_is_not() {
    let (mut ada, mut bob) = talking();
    let sent: Vec<_> = (0..2_002).map(|_| ada.encrypt("text").unwrap()).collect();
    let before = state(&bob);
    assert!(matches!(bob.decrypt(&sent[2_001]), Err(DecryptionError::TooBigMessageGap(2_001, 2_000))));
    assert_eq!(state(&bob), before);
    assert!(bob.decrypt(&sent[2_000]).is_ok());
}

#[test]
fn a_message_that_is_six_turns_late_does_not_decrypt() {
    let (mut ada, mut bob) = talking();
    let late = ada.encrypt("late").unwrap();
    for turn in 0..6 {
        let there = ada.encrypt("there").unwrap();
        bob.decrypt(&there).unwrap();
        if turn < 5 {
            assert!(copy(&bob).decrypt(&late).is_ok(), "turn {turn}");
        }
        let back = bob.encrypt("back").unwrap();
        ada.decrypt(&back).unwrap();
    }
    assert!(matches!(bob.decrypt(&late), Err(DecryptionError::InvalidMAC(_))));
}

#[test]
fn a_sender_that_was_rolled_back_is_not_understood_any_more() {
    let (mut ada, mut bob) = talking();
    let back = bob.encrypt("back").unwrap();
    let mut old = copy(&ada);
    // The same key is used for two texts: the second cannot be told from a forgery.
    bob.decrypt(&ada.encrypt("one").unwrap()).unwrap();
    assert!(bob.decrypt(&old.encrypt("another").unwrap()).is_err());
    // And after a turn the two ends have nothing in common: whatever the old state says next is lost.
    ada.decrypt(&back).unwrap();
    bob.decrypt(&ada.encrypt("two").unwrap()).unwrap();
    old.decrypt(&back).unwrap();
    for _ in 0..3 {
        let lost = old.encrypt("lost").unwrap();
        assert!(matches!(bob.decrypt(&lost), Err(DecryptionError::InvalidMAC(_))));
    }
}

#[test]
fn a_message_decrypts_once() {
    let (mut ada, mut bob) = talking();
    let message = ada.encrypt("once").unwrap();
    bob.decrypt(&message).unwrap();
    assert!(matches!(bob.decrypt(&message), Err(DecryptionError::MissingMessageKey(_))));
}

#[test]
fn after_a_corrupted_copy_the_right_one_decrypts() {
    let (mut ada, mut bob) = talking();
    let (kind, right) = ada.encrypt("text").unwrap().to_parts();
    let mut broken = right.clone();
    *broken.last_mut().unwrap() ^= 1;
    let broken = OlmMessage::from_parts(kind, &broken).unwrap();
    assert!(matches!(bob.decrypt(&broken), Err(DecryptionError::InvalidMAC(_))));
    assert_eq!(bob.decrypt(&OlmMessage::from_parts(kind, &right).unwrap()).unwrap(), b"text");
}

#[test]
fn a_corrupted_first_message_does_not_use_up_a_one_time_key() {
    let (ada, mut bob) = (Account::new(), Account::new());
    bob.generate_one_time_keys(1);
    let key = bob.one_time_keys().into_values().next().unwrap();
    let mut session = ada.create_outbound_session(CONFIG(), bob.curve25519_key(), key).unwrap();
    let (kind, right) = session.encrypt("text").unwrap().to_parts();
    let mut broken = right.clone();
    *broken.last_mut().unwrap() ^= 1;
    let (broken, right) =
        (OlmMessage::from_parts(kind, &broken).unwrap(), OlmMessage::from_parts(kind, &right).unwrap());
    assert!(bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&broken)).is_err());
    assert!(bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&right)).is_ok());
    // And then it is used up.
    let again = bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&right));
    assert!(matches!(again, Err(SessionCreationError::MissingOneTimeKey(_))));
}

#[test]
fn a_replayed_first_message_of_a_fallback_key_begins_a_second_session() {
    let (ada, (mut bob, key)) = (Account::new(), account());
    let mut session = ada.create_outbound_session(CONFIG(), bob.curve25519_key(), key).unwrap();
    let message = session.encrypt("text").unwrap();
    for _ in 0..2 {
        assert!(bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&message)).is_ok());
    }
}

#[test]
fn the_account_is_the_same_after_a_session_of_a_fallback_key() {
    let (ada, (mut bob, key)) = (Account::new(), account());
    let mut session = ada.create_outbound_session(CONFIG(), bob.curve25519_key(), key).unwrap();
    let message = session.encrypt("text").unwrap();
    let before = serde_json::to_vec(&bob.pickle()).unwrap();
    bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&message)).unwrap();
    assert_eq!(serde_json::to_vec(&bob.pickle()).unwrap(), before);
}

#[test]
fn a_failing_message_can_change_a_session() {
    // Bob has heard Ada and not answered: his sending ratchet does not exist yet. A forgery with a ratchet key of its
    // own brings it into being, and fails only then. This is why we decrypt on copies.
    let (ada, (mut bob, key)) = (Account::new(), account());
    let mut adas = ada.create_outbound_session(CONFIG(), bob.curve25519_key(), key).unwrap();
    let hello = adas.encrypt("hello").unwrap();
    let mut bobs = bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&hello)).unwrap().session;
    let forged = talking().0.encrypt("forged").unwrap();
    let before = state(&bobs);
    assert!(bobs.decrypt(&forged).is_err());
    assert_ne!(state(&bobs), before);
}

#[test]
fn a_megolm_message_decrypts_twice() {
    let mut outbound = GroupSession::new(GroupConfig::version_1());
    let mut inbound = InboundGroupSession::new(&outbound.session_key(), GroupConfig::version_1());
    let message = outbound.encrypt("text");
    let indices = [inbound.decrypt(&message).unwrap(), inbound.decrypt(&message).unwrap()];
    assert_eq!(indices.map(|decrypted| decrypted.message_index), [0, 0]);
}

#[test]
fn a_megolm_jump_of_200_000_decrypts_and_keeps_the_early_keys() {
    let mut outbound = GroupSession::new(GroupConfig::version_1());
    let mut inbound = InboundGroupSession::new(&outbound.session_key(), GroupConfig::version_1());
    let early = outbound.encrypt("early");
    // Moved ahead by its pickle, or 200,000 messages would have to be encrypted.
    let mut pickle = serde_json::to_value(outbound.pickle()).unwrap();
    let key = inbound.export_at(200_000).unwrap().to_bytes();
    pickle["ratchet"]["counter"] = 200_000.into();
    pickle["ratchet"]["inner"] = key[5..133].to_vec().into();
    let mut ahead = GroupSession::from_pickle(serde_json::from_value(pickle).unwrap());
    assert_eq!(ahead.message_index(), 200_000);
    let late = ahead.encrypt("late");
    assert_eq!(inbound.decrypt(&late).unwrap().message_index, 200_000);
    assert_eq!(inbound.decrypt(&early).unwrap().message_index, 0);
}

#[test]
fn a_key_of_zeros_is_refused() {
    let zeros = Curve25519PublicKey::from_bytes([0; 32]);
    let (_, key) = account();
    for (identity, key) in [(zeros, key), (key, zeros)] {
        let session = Account::new().create_outbound_session(CONFIG(), identity, key);
        assert!(matches!(session, Err(SessionCreationError::NonContributoryKey)));
    }
}

#[test]
fn a_fallback_key_works_after_one_rotation_and_not_after_two() {
    let (ada, (mut bob, key)) = (Account::new(), account());
    let begin =
        || ada.create_outbound_session(CONFIG(), bob.curve25519_key(), key).unwrap().encrypt("text").unwrap();
    let (one, two) = (begin(), begin());
    bob.generate_fallback_key();
    assert!(bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&one)).is_ok());
    bob.generate_fallback_key();
    let dead = bob.create_inbound_session(CONFIG(), ada.curve25519_key(), first(&two));
    assert!(matches!(dead, Err(SessionCreationError::MissingOneTimeKey(_))));
}
