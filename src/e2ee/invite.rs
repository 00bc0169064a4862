//! The secret of an invite link: whoever has it proves that the link reached them, and the inviter proves to be the one
//! who made it. So both verify the other in one step. It proves nothing in any other message.
//!
//! The joiner's contact request bears a MAC of both keys, and so does the inviter's answer.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::hash::{Secret, derive, mac, mac_is};
use super::key::UserKey;
use super::rng;
use crate::cbor::{Reader, WireError, Writer};
use crate::time::Timestamp;

const VERSION: u64 = 1;
/// How long an invite is good at most.
pub const MAX_LIFETIME: Duration = Duration::from_secs(48 * 60 * 60);

/// How far apart the clocks of two honest people may be.
const CLOCKS: Duration = Duration::from_secs(24 * 60 * 60);

/// Why an invite does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// Its time is over.
    #[error("the invite has expired")]
    Expired,
    /// Somebody else has followed it.
    #[error("the invite was used")]
    Used,
    /// Made without the secret, or altered.
    #[error("this does not come from the invite")]
    Forged,
}

/// What the link carries of it: the name, the secret, the end, and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// Names the invite.
    pub nonce: [u8; 16],
    /// The secret (AUTH).
    pub auth: Secret,
    /// When it ends.
    pub exp: Timestamp,
    /// The inviter's key.
    pub inviter: UserKey,
}

impl Secrets {
    /// What a link says.
    #[must_use]
    pub fn new(nonce: [u8; 16], auth: [u8; 32], exp: Timestamp, inviter: UserKey) -> Self {
        Self { nonce, auth: Secret::new(auth), exp, inviter }
    }

    /// What a link carries, for storage. Plain: it must be sealed there.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::array(5);
        writer.number(VERSION);
        self.write(&mut writer);
        Zeroizing::new(writer.into_bytes())
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken or of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredInviteError> {
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(StoredInviteError);
        }
        Self::read(&mut reader)
    }

    fn write(&self, writer: &mut Writer) {
        writer.bytes(&self.nonce).bytes(self.auth.as_slice());
        writer.number(self.exp.0).bytes(self.inviter.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, StoredInviteError> {
        let (nonce, auth, exp) = (reader.id()?, reader.id()?, Timestamp(reader.number()?));
        let inviter = UserKey::from_bytes(&reader.id()?).map_err(|_| StoredInviteError)?;
        Ok(Self::new(nonce, auth, exp, inviter))
    }

    /// The joiner's proof, which goes into the request.
    #[must_use]
    pub fn proof(&self, joiner: &UserKey) -> [u8; 32] {
        mac(&self.key("proof"), &self.parties(joiner))
    }

    /// The proof, where the link is one to follow now.
    ///
    /// # Errors
    /// When the invite has expired, or pretends to hold for longer than any may.
    pub fn follow(&self, joiner: &UserKey, now: Timestamp) -> Result<[u8; 32], InviteError> {
        self.check_time(now)?;
        Ok(self.proof(joiner))
    }

    /// Whether the inviter's answer is right: then the inviter is verified.
    #[must_use]
    pub fn is_answer(&self, joiner: &UserKey, answer: &[u8; 32]) -> bool {
        mac_is(&self.key("answer"), &self.parties(joiner), answer)
    }

    fn parties<'a>(&'a self, joiner: &'a UserKey) -> [&'a [u8]; 3] {
        [&self.nonce, self.inviter.as_bytes(), joiner.as_bytes()]
    }

    fn key(&self, purpose: &str) -> Secret {
        derive(self.auth.as_slice(), &self.nonce, format!("kith/1/invite/{purpose}").as_bytes())
    }

    fn check_time(&self, now: Timestamp) -> Result<(), InviteError> {
        // A link that pretends to hold for longer than any may is not followed either; but clocks differ.
        let good = now < self.exp && self.exp <= now + MAX_LIFETIME + CLOCKS;
        if good { Ok(()) } else { Err(InviteError::Expired) }
    }
}

/// A secret is never printed.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets(until {})", self.exp.0)
    }
}

/// An invite that this person has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    secrets: Secrets,
    joiner: Option<UserKey>,
}

impl Invite {
    /// A new one, good for so long, 48 hours at most.
    #[must_use]
    pub fn generate(inviter: UserKey, lifetime: Duration, now: Timestamp) -> Self {
        let exp = now + lifetime.min(MAX_LIFETIME);
        let secrets = Secrets { nonce: rng::bytes(), auth: Secret::new(rng::bytes()), exp, inviter };
        Self { secrets, joiner: None }
    }

    /// What goes into the link.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The answer to whoever has followed it, if that was this one.
    #[must_use]
    pub fn answer_to(&self, joiner: &UserKey) -> Option<[u8; 32]> {
        let followed = self.joiner == Some(*joiner);
        followed.then(|| mac(&self.secrets.key("answer"), &self.secrets.parties(joiner)))
    }

    /// A request with a proof has been believed: uses the invite up, and gives the answer. The joiner is then verified.
    /// The same joiner gets the same answer again, for answers are lost.
    ///
    /// # Errors
    /// When the proof is wrong, the time over, or somebody else was first.
    pub fn redeem(
        &mut self,
        joiner: &UserKey,
        proof: &[u8; 32],
        now: Timestamp,
    ) -> Result<[u8; 32], InviteError> {
        self.secrets.check_time(now)?;
        if !mac_is(&self.secrets.key("proof"), &self.secrets.parties(joiner), proof) {
            return Err(InviteError::Forged);
        }
        if self.joiner.is_some_and(|first| first != *joiner) {
            return Err(InviteError::Used);
        }
        self.joiner = Some(*joiner);
        self.answer_to(joiner).ok_or(InviteError::Used)
    }

    /// The invite for storage. Plain: it must be sealed there.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::array(6);
        writer.number(VERSION);
        self.secrets.write(&mut writer);
        writer.maybe(self.joiner, |writer, joiner| writer.bytes(joiner.as_bytes()));
        Zeroizing::new(writer.into_bytes())
    }

    /// Takes up what [`Self::to_bytes`] gave.
    ///
    /// # Errors
    /// When it is broken or of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredInviteError> {
        let mut reader = Reader::new(bytes)?;
        if reader.number()? != VERSION {
            return Err(StoredInviteError);
        }
        let key = |bytes: [u8; 32]| UserKey::from_bytes(&bytes).map_err(|_| StoredInviteError);
        let secrets = Secrets::read(&mut reader)?;
        Ok(Self { secrets, joiner: reader.maybe(Reader::id)?.map(key).transpose()? })
    }
}

/// A stored invite cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored invite is broken or of a later version")]
pub struct StoredInviteError;

impl From<WireError> for StoredInviteError {
    fn from(_: WireError) -> Self {
        Self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::e2ee::seed::Seed;

    const NOW: Timestamp = Timestamp(1_795_176_000_000);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn key(number: u8) -> UserKey {
        *Seed::from_bytes([number; 32]).identity().key()
    }

    #[test]
    fn both_verify_each_other_in_one_step() {
        let mut invite = Invite::generate(key(1), DAY, NOW);
        let link = invite.secrets().clone();
        let answer = invite.redeem(&key(2), &link.proof(&key(2)), NOW).unwrap();
        assert!(link.is_answer(&key(2), &answer));
        assert!(!link.is_answer(&key(3), &answer), "for somebody else");
        assert!(!link.is_answer(&key(2), &link.proof(&key(2))), "the proof reflected");
    }

    #[test]
    fn one_person_uses_it_as_often_as_answers_are_lost() {
        let mut invite = Invite::generate(key(1), DAY, NOW);
        let link = invite.secrets().clone();
        let answer = invite.redeem(&key(2), &link.proof(&key(2)), NOW);
        let mut stored = Invite::from_bytes(&invite.to_bytes()).unwrap();
        assert_eq!(stored, invite);
        assert_eq!(stored.redeem(&key(2), &link.proof(&key(2)), NOW), answer);
        assert_eq!(stored.redeem(&key(3), &link.proof(&key(3)), NOW), Err(InviteError::Used));
    }

    #[test]
    fn it_ends_after_48_hours_at_most() {
        let mut invite = Invite::generate(key(1), 30 * DAY, NOW);
        let link = invite.secrets().clone();
        assert_eq!(link.exp, NOW + 2 * DAY);
        for late in [link.exp, link.exp + DAY] {
            assert_eq!(link.follow(&key(2), late), Err(InviteError::Expired));
            assert_eq!(invite.redeem(&key(2), &link.proof(&key(2)), late), Err(InviteError::Expired));
        }
        let pretended = Secrets { exp: NOW + 4 * DAY, ..link };
        assert_eq!(pretended.follow(&key(2), NOW), Err(InviteError::Expired));
    }

    #[test]
    fn a_joiner_whose_clock_is_slow_can_follow() {
        let link = Invite::generate(key(1), 2 * DAY, NOW).secrets().clone();
        assert_eq!(link.follow(&key(2), NOW - DAY / 2), Ok(link.proof(&key(2))));
    }

    #[test]
    fn without_the_secret_nothing_is_proved() {
        let mut invite = Invite::generate(key(1), DAY, NOW);
        let link = invite.secrets().clone();
        let guess = Secrets { auth: Secret::new([7; 32]), ..link };
        let other_inviter = Secrets { inviter: key(9), ..link.clone() };
        for forged in [guess, other_inviter] {
            assert_eq!(invite.redeem(&key(2), &forged.proof(&key(2)), NOW), Err(InviteError::Forged));
        }
        assert_eq!(invite.redeem(&key(2), &link.proof(&key(3)), NOW), Err(InviteError::Forged));
        assert_eq!(invite.joiner, None, "and nothing was used up");
    }
}
