//! Whose key it is, as far as this person knows. A key that an address only claims is never used; one that was accepted
//! is used (first use); one that was compared is verified. A change is never silent.

use super::key::UserKey;
use crate::cbor::{Reader, WireError, Writer};

const VERSION: u64 = 1;

/// How well a key is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Somebody claims the address with it.
    Claimed = 0,
    /// It was the one when the two became contacts.
    FirstUse = 1,
    /// The two have compared it, or one has followed the other's invite.
    Verified = 2,
}

/// Whether messages may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They may.
    Open,
    /// Not before the person has accepted the contact.
    NotAccepted,
    /// The key has changed: not before the person has accepted the new one with a tap.
    Held,
    /// A verified key has changed: not before the new one is verified.
    Blocked,
    /// The key has changed, and the new one has followed an invite of this person's: not before they have said that the
    /// invite was meant for this contact. It is verified then.
    Vouched,
}

/// What a look at somebody's key has shown. All but `Same` are told to the person in a line that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// Nothing new.
    Same,
    /// Nobody had accepted the old one: the new one has taken its place.
    Replaced,
    /// The outbox is held.
    Held,
    /// Sending is blocked.
    Blocked,
}

/// A change that was asked for cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// There is no new key to accept.
    #[error("the key has not changed")]
    Unchanged,
    /// A verified key is not replaced without verifying.
    #[error("the new key must be verified")]
    Unverified,
    /// Neither the key in use nor the new one.
    #[error("this is another key")]
    AnotherKey,
}

/// The key of somebody, and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    key: UserKey,
    trust: Trust,
    changed: Option<UserKey>,
    /// Whoever holds the changed key has followed an invite. (That an invite reached them says whose key it is, and not
    /// that the address is theirs.)
    vouched: bool,
}

impl Pin {
    /// Somebody who is not accepted yet.
    #[must_use]
    pub fn claimed(key: UserKey) -> Self {
        Self { key, trust: Trust::Claimed, changed: None, vouched: false }
    }

    /// The key in use.
    #[must_use]
    pub fn key(&self) -> &UserKey {
        &self.key
    }

    /// How well it is known.
    #[must_use]
    pub fn trust(&self) -> Trust {
        self.trust
    }

    /// The key that has come instead, until the person decides.
    #[must_use]
    pub fn changed(&self) -> Option<&UserKey> {
        self.changed.as_ref()
    }

    /// Whether messages may leave.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match (self.trust, self.changed) {
            (Trust::Claimed, _) => Standing::NotAccepted,
            (Trust::FirstUse | Trust::Verified, None) => Standing::Open,
            (Trust::FirstUse | Trust::Verified, Some(_)) if self.vouched => Standing::Vouched,
            (Trust::FirstUse, Some(_)) => Standing::Held,
            (Trust::Verified, Some(_)) => Standing::Blocked,
        }
    }

    /// The two have become contacts with this key.
    pub fn accept(&mut self) {
        self.trust = self.trust.max(Trust::FirstUse);
    }

    /// The same person has shown another key, or the same: by a request, or by documents that the person has chosen.
    /// (A mere claim at the address is no reason to call this: anybody can make one.)
    pub fn observe(&mut self, key: &UserKey) -> KeyChange {
        if *key == self.key || self.changed == Some(*key) {
            return KeyChange::Same;
        }
        self.vouched = false;
        match self.trust {
            Trust::Claimed => {
                self.key = *key;
                KeyChange::Replaced
            }
            Trust::FirstUse => {
                self.changed = Some(*key);
                KeyChange::Held
            }
            Trust::Verified => {
                self.changed = Some(*key);
                KeyChange::Blocked
            }
        }
    }

    /// Whoever holds the key that has come instead has followed an invite of this person's.
    pub fn vouch(&mut self) {
        self.vouched = self.changed.is_some();
    }

    /// The person accepts the new key without verifying it; or with it, where an invite has vouched for it.
    ///
    /// # Errors
    /// When there is none, and when the old one was verified.
    pub fn accept_change(&mut self) -> Result<(), TrustError> {
        let changed = self.changed.ok_or(TrustError::Unchanged)?;
        let trust = match (self.vouched, self.trust) {
            (true, _) => Trust::Verified,
            (false, Trust::Verified) => return Err(TrustError::Unverified),
            (false, Trust::Claimed | Trust::FirstUse) => Trust::FirstUse,
        };
        *self = Self { key: changed, trust, changed: None, vouched: false };
        Ok(())
    }

    /// The key was compared by safety number, QR, emoji or invite: the one in use, or the new one, which then is.
    ///
    /// # Errors
    /// When it is neither.
    pub fn verify(&mut self, key: &UserKey) -> Result<(), TrustError> {
        if *key == self.key || self.changed == Some(*key) {
            *self = Self { key: *key, trust: Trust::Verified, changed: None, vouched: false };
            Ok(())
        } else {
            Err(TrustError::AnotherKey)
        }
    }

    /// The person stays with the old key: gives the one that is refused.
    pub fn keep(&mut self) -> Option<UserKey> {
        self.vouched = false;
        self.changed.take()
    }

    /// The person takes *verified* back. Not while a changed key waits: that one could be accepted unverified then.
    pub fn unverify(&mut self) {
        if self.changed.is_none() {
            self.trust = self.trust.min(Trust::FirstUse);
        }
    }

    /// The pin for storage.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::array(5);
        writer.number(VERSION).bytes(self.key.as_bytes()).number(self.trust as u64);
        writer.maybe(self.changed, |writer, key| writer.bytes(key.as_bytes())).flag(self.vouched);
        writer.into_bytes()
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken or of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredPinError> {
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(StoredPinError);
        }
        let key = |bytes: [u8; 32]| UserKey::from_bytes(&bytes).map_err(|_| StoredPinError);
        let pinned = key(reader.id()?)?;
        let trust = match reader.number()? {
            0 => Trust::Claimed,
            1 => Trust::FirstUse,
            2 => Trust::Verified,
            _ => return Err(StoredPinError),
        };
        let changed = reader.maybe(Reader::id)?.map(key).transpose()?;
        Ok(Self { key: pinned, trust, changed, vouched: reader.flag()? })
    }
}

/// A stored pin cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored key is broken or of a later version")]
pub struct StoredPinError;

impl From<WireError> for StoredPinError {
    fn from(_: WireError) -> Self {
        Self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::e2ee::seed::Seed;

    fn key(number: u8) -> UserKey {
        *Seed::from_bytes([number; 32]).identity().key()
    }

    fn pin(trust: Trust) -> Pin {
        Pin { key: key(1), trust, changed: None, vouched: false }
    }

    #[test]
    fn a_claim_is_not_used_before_it_is_accepted() {
        let mut pin = Pin::claimed(key(1));
        assert_eq!(pin.standing(), Standing::NotAccepted);
        assert_eq!(pin.observe(&key(2)), KeyChange::Replaced);
        assert_eq!(pin.key(), &key(2));
        pin.accept();
        assert_eq!((pin.trust(), pin.standing()), (Trust::FirstUse, Standing::Open));
    }

    #[test]
    fn a_change_after_first_use_holds_until_a_tap() {
        let mut pin = pin(Trust::FirstUse);
        assert_eq!(pin.accept_change(), Err(TrustError::Unchanged));
        assert_eq!(pin.observe(&key(2)), KeyChange::Held);
        assert_eq!((pin.standing(), pin.key()), (Standing::Held, &key(1)));
        assert_eq!(pin.observe(&key(2)), KeyChange::Same, "told once");
        assert_eq!(pin.accept_change(), Ok(()));
        assert_eq!((pin.standing(), pin.key(), pin.trust()), (Standing::Open, &key(2), Trust::FirstUse));
    }

    #[test]
    fn a_change_after_verifying_blocks_until_the_new_key_is_verified() {
        let mut pin = pin(Trust::Verified);
        assert_eq!(pin.observe(&key(2)), KeyChange::Blocked);
        assert_eq!(pin.standing(), Standing::Blocked);
        assert_eq!(pin.accept_change(), Err(TrustError::Unverified));
        assert_eq!(pin.verify(&key(3)), Err(TrustError::AnotherKey));
        pin.accept();
        assert_eq!(pin.standing(), Standing::Blocked, "accepting a request again changes nothing");
        assert_eq!(pin.verify(&key(2)), Ok(()));
        assert_eq!((pin.standing(), pin.key(), pin.trust()), (Standing::Open, &key(2), Trust::Verified));
    }

    #[test]
    fn no_way_round_leads_from_a_verified_key_to_one_that_nobody_has_verified() {
        let mut pin = pin(Trust::Verified);
        pin.observe(&key(2));
        pin.unverify();
        assert_eq!((pin.standing(), pin.trust()), (Standing::Blocked, Trust::Verified));
        assert_eq!(pin.accept_change(), Err(TrustError::Unverified));
        assert_eq!(pin.observe(&key(1)), KeyChange::Same, "the old key says nothing about the new one");
        assert_eq!(pin.standing(), Standing::Blocked);
        pin.keep();
        pin.unverify();
        assert_eq!((pin.standing(), pin.trust()), (Standing::Open, Trust::FirstUse));
    }

    #[test]
    fn an_invite_vouches_for_the_key_that_followed_it_and_no_other() {
        for trust in [Trust::FirstUse, Trust::Verified] {
            let mut pin = pin(trust);
            pin.vouch();
            assert_eq!(pin.standing(), Standing::Open, "nothing has changed");
            pin.observe(&key(2));
            pin.vouch();
            assert_eq!(pin.standing(), Standing::Vouched, "the person has a say in it");
            assert_eq!(pin.key(), &key(1));
            let (mut kept, mut other) = (pin, pin);
            kept.keep();
            kept.observe(&key(2));
            other.observe(&key(3));
            for pin in [kept, other] {
                assert!(matches!(pin.standing(), Standing::Held | Standing::Blocked));
            }
            assert_eq!(pin.accept_change(), Ok(()));
            assert_eq!((pin.standing(), pin.key(), pin.trust()), (Standing::Open, &key(2), Trust::Verified));
        }
    }

    #[test]
    fn only_the_persons_word_ends_a_change() {
        for trust in [Trust::FirstUse, Trust::Verified] {
            let mut pin = pin(trust);
            pin.observe(&key(2));
            pin.observe(&key(3));
            assert_eq!((pin.observe(&key(1)), pin.changed()), (KeyChange::Same, Some(&key(3))));
            assert_eq!(pin.keep(), Some(key(3)));
            assert_eq!((pin.standing(), pin.trust()), (Standing::Open, trust));
        }
    }

    #[test]
    fn nothing_but_verify_makes_verified() {
        let mut pin = Pin::claimed(key(1));
        pin.accept();
        pin.observe(&key(2));
        pin.accept_change().unwrap();
        pin.observe(&key(2));
        assert_eq!(pin.trust(), Trust::FirstUse);
        pin.verify(&key(2)).unwrap();
        assert_eq!(pin.trust(), Trust::Verified);
        pin.unverify();
        assert_eq!(pin.trust(), Trust::FirstUse);
    }

    #[test]
    fn a_stored_pin_is_the_same() {
        for trust in [Trust::Claimed, Trust::FirstUse, Trust::Verified] {
            for changed in [None, Some(key(2))] {
                let pin = Pin { key: key(1), trust, changed, vouched: changed.is_some() };
                let bytes = pin.to_bytes();
                assert_eq!(Pin::from_bytes(&bytes), Ok(pin));
                for at in 0..bytes.len() - 1 {
                    assert_eq!(Pin::from_bytes(&bytes[..at]), Err(StoredPinError), "cut at {at}");
                }
            }
        }
    }
}
