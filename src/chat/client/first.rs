//! First contact: sealed requests, as they come.

use super::super::contact::Relation;
use super::super::holder::Holder;
use super::super::id::{DeviceId, UserId};
use super::super::stored::SessionsOf;
use super::super::wire::{self, Event, EventBody};
use super::{Client, Ready, ready_mut};
use crate::e2ee::pairwise::Peer;
use crate::e2ee::request::{Asked, Receiver, SealedRequest, receive};
use crate::e2ee::seen::Sender;
use crate::e2ee::trust::Pin;

impl Client {
    /// Opens a request, if it is one to this device, by somebody who holds the keys that it names; and who is the one that
    /// the topic names, where it names anybody.
    pub(super) fn open_request(&mut self, from: Option<UserId>, payload: &[u8]) -> Option<Opened> {
        let now = self.now;
        let sealed = SealedRequest::decode(payload).ok()?;
        if !self.trials.admit(now.instant) {
            return None;
        }
        let Ready { me, root, keys } = ready_mut(&mut self.stage)?;
        let message = sealed.unseal(&keys.device)?;
        let identity = message.identity_key();
        let is_theirs =
            |(id, key): &&SessionsOf| *key == *identity.as_bytes() && from.is_none_or(|from| from == *id);
        let known = self.sessions.keys().find(is_theirs).copied();
        let known_peer = known.and_then(|of| self.sessions.get(&of)).cloned();
        let mut peer = known_peer.unwrap_or_else(|| Peer::new(identity));
        let me_here = keys.party();
        let receiver = &mut Receiver {
            device: &mut keys.device,
            me: me_here,
            asker: from.or(known.map(|(id, _)| id)).map(|id| id.0),
            root: root.as_str(),
            now: now.timestamp,
        };
        let asked = receive(&message, &mut peer, receiver).ok()?;
        let from = UserId(asked.request.from);
        let event = wire::decode(&asked.request.inner, from, DeviceId(asked.certificate.device)).ok()?;
        let ours = event.conversation == me.id && from != me.id;
        ours.then_some(Opened { event, asked, of: (from, *identity.as_bytes()), peer })
    }

    /// How a request with these keys is to be looked at. (`invited`: it proves that it follows a link of ours.)
    pub(super) fn claim_of(&mut self, from: UserId, asked: &Asked, invited: bool) -> Claim {
        let key = asked.certificate.user;
        let pin = self.keyrings.get(&from).and_then(|keyring| keyring.pin);
        let relation = self.people.get(&from).map(|person| person.relation);
        match (pin, relation) {
            (Some(pin), _) if *pin.key() == key => Claim::Theirs,
            (Some(_), Some(Relation::Friend)) => {
                self.meet_new_key(from, asked, invited);
                Claim::Nothing
            }
            // Who is waited for must be the one whose keys were taken; that an invite was followed says nothing of the
            // address. Where there are none yet, it is the one who was invited.
            (Some(_), Some(Relation::Requested | Relation::Declined)) => {
                self.claim_beside(from, key.fingerprint())
            }
            (Some(_), Some(Relation::Blocked)) => Claim::Nothing,
            (None, Some(_)) if invited => Claim::Theirs,
            (None, Some(_)) => Claim::Nothing,
            // Another one asks, and the person has not said yet who is meant.
            (Some(_), None) if !invited && self.is_asking(from) => self.rival_claim(from, key.fingerprint()),
            (_, None) => Claim::Theirs,
        }
    }

    /// A request has shown another key than the one in use with a friend. Where it proves to follow an invite of ours,
    /// whoever sent it is the one whom the link reached; that they are this friend, the person alone can say.
    fn meet_new_key(&mut self, from: UserId, asked: &Asked, invited: bool) {
        let Some(keyring) = self.keyrings.get(&from) else { return };
        let key = asked.certificate.user;
        let refused = keyring.refused.contains(&key.fingerprint());
        if keyring.is_made_of_key(from) || (refused && !invited) {
            return;
        }
        let mut holder = keyring.holder(key.fingerprint()).cloned().unwrap_or_else(|| Holder::new(key));
        holder.introduce(asked);
        self.observe_key(from, holder);
        if let Some(pin) =
            self.keyrings.get_mut(&from).and_then(|keyring| keyring.pin.as_mut()).filter(|_| invited)
        {
            pin.vouch();
            self.commits.touch_keyring(from);
            self.screen.touch_person(from);
        }
    }

    /// Takes in whose keys a request has proved, and the session that it has begun; false where it must not begin one.
    pub(super) fn introduce(
        &mut self,
        from: UserId,
        asked: &Asked,
        of: SessionsOf,
        peer: Peer,
        invited: bool,
    ) -> bool {
        if !self.admits(from, asked, invited) {
            return false;
        }
        let key = asked.certificate.user;
        if self.keyrings.get(&from).and_then(|k| k.pin).is_some_and(|pin| *pin.key() != key) {
            self.forget_keys(from);
        }
        let keyring = self.keyrings.entry(from).or_default();
        keyring.pin = keyring.pin.or(Some(Pin::claimed(key)));
        keyring.holder_mut(key).introduce(asked);
        self.commits.touch_keyring(from);
        self.commits.touch_device();
        self.sessions.insert(of, peer);
        self.commits.touch_sessions(of);
        true
    }

    /// A friend's device, which may be one that nobody has told of, asks for a session and for all that has no receipt.
    pub(super) fn take_introduction(&mut self, payload: &[u8]) {
        let Some(Opened { event, asked, of, peer }) = self.open_request(None, payload) else { return };
        let from = event.from;
        let is_friend = self.people.get(&from).is_some_and(|person| person.relation == Relation::Friend);
        // By another key it says nothing: who is there anew asks for contact.
        let pin = self.keyrings.get(&from).and_then(|keyring| keyring.pin);
        let is_theirs = is_friend && pin.is_some_and(|pin| *pin.key() == asked.certificate.user);
        if let EventBody::Nak(nak) = &event.body
            && is_theirs
            && self.introduce(from, &asked, of, peer, false)
        {
            self.take_nak(from, event.device, nak);
        }
    }

    /// Remembers the session that a request has begun; false where it must not begin one.
    pub(super) fn admits(&mut self, from: UserId, asked: &Asked, invited: bool) -> bool {
        let (sender, now) = (self.sender(from, asked, invited), self.now.timestamp);
        let begun = ready_mut(&mut self.stage).zip(asked.began);
        begun.is_none_or(|(ready, began)| ready.keys.device.admit(&began, sender, now).is_ok())
    }

    /// For whom a session counts that a request has begun: for a person whose key is known, or whom we have invited.
    fn sender(&self, from: UserId, asked: &Asked, invited: bool) -> Sender {
        let key = asked.certificate.user;
        let pin = self.keyrings.get(&from).and_then(|keyring| keyring.pin);
        let is_known = self.people.contains_key(&from) && pin.is_some_and(|pin| *pin.key() == key);
        if is_known || invited { Sender::Contact(key.fingerprint()) } else { Sender::Stranger }
    }

    /// This person asks somebody who has asked as well, or had. Whoever that was may be another one who claims the
    /// address: their key is one of several then, unless it can be no other.
    pub(super) fn forget_claim(&mut self, of: UserId) {
        if self.people.contains_key(&of) {
            return;
        }
        self.drop_request(of);
        if let Some(keyring) = self.keyrings.get_mut(&of).filter(|keyring| !keyring.is_sure(of)) {
            keyring.pin = None;
            self.commits.touch_keyring(of);
        }
    }
}

/// Whose request it is, under an address that anybody can write there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Of the one whose address it is, as far as is known.
    Theirs,
    /// Of somebody else than the one who asks there already.
    Rival,
    /// Of somebody else than the one whom this person has asked there.
    Beside,
    /// Of nobody that this person has to know of.
    Nothing,
}

/// A request that could be opened; nothing of it is kept yet.
pub(super) struct Opened {
    pub(super) event: Event,
    pub(super) asked: Asked,
    pub(super) of: SessionsOf,
    pub(super) peer: Peer,
}
