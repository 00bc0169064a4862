//! Invites whose secret verifies both sides in one step: made here, or followed here.

use std::sync::Arc;
use std::time::Duration;

use super::super::account::Invite as Link;
use super::super::change::Change;
use super::super::contact::Relation;
use super::super::holder::Holder;
use super::super::id::UserId;
use super::super::invite;
use super::super::message::Body;
use super::super::stored;
use super::super::wire::EventBody;
use super::commits::Then;
use super::{Client, Ready};
use crate::e2ee::invite::{Invite, MAX_LIFETIME, Secrets};
use crate::e2ee::key::UserKey;
use crate::e2ee::request::Asked;
use crate::e2ee::trust::Trust;

/// How many invites may be open at once; the oldest ends for a new one.
const MAX_INVITES: usize = 20;
/// How long an invite is kept after its end, for an answer that is on its way.
const GRACE: Duration = Duration::from_secs(60 * 60);

impl Client {
    /// Makes a link that is good for one person, for 48 hours.
    pub(super) fn make_invite(&mut self) {
        let now = self.now.timestamp;
        let Some(Ready { me, keys, .. }) = self.ready() else { return };
        let made = Invite::generate(*keys.identity.key(), MAX_LIFETIME, now);
        let link = self.link_of(Link {
            from: me.id,
            name: me.info.profile.name.clone(),
            broker: me.server.address.clone(),
            root: me.server.root.clone(),
            key: Some(Box::new(*keys.identity.key())),
            secrets: Some(Box::new(made.secrets().clone())),
        });
        self.invites.retain(|invite| now < invite.secrets().exp);
        self.invites.push(made.clone());
        if self.invites.len() > MAX_INVITES {
            let oldest = self.invites.remove(0);
            self.commits.write(stored::delete_invite(&oldest));
        }
        self.commits.write(stored::write_invite(&made));
        self.commits.then(Then::Show(Change::InviteMade(link.into())));
    }

    pub(super) fn link_of(&self, link: Link) -> Arc<str> {
        format!("{}#{}", self.defaults.page, invite::encode(&link)).into()
    }

    /// The key that a link names under a friend's address, where it is another than the one in use and could be theirs.
    pub(super) fn new_key_in(&self, invite: &Link) -> Option<UserKey> {
        let key = invite.key.as_deref().copied()?;
        let person = self.people.get(&invite.from).filter(|person| person.relation == Relation::Friend)?;
        let keyring = self.keyrings.get(&person.id)?;
        let is_new = keyring.pin.is_some_and(|pin| *pin.key() != key) && !keyring.is_made_of_key(person.id);
        is_new.then_some(key)
    }

    /// What an invite says of the inviter's keys, before they are asked for contact: no other key will do. Of a friend
    /// who has another one in use it says no more than a request by that key would.
    pub(super) fn prepare_for(&mut self, invite: &Link) {
        let Some(key) = invite.key.as_deref().copied() else { return };
        let is_new = self.new_key_in(invite).is_some();
        match self.people.get(&invite.from).map(|person| person.relation) {
            Some(Relation::Friend) if is_new => self.meet_named_key(invite.from, key),
            Some(Relation::Friend | Relation::Blocked) => return,
            Some(Relation::Requested | Relation::Declined) | None => self.want_key(invite, key),
        }
        if let Some(secrets) = &invite.secrets {
            self.commits.write(stored::write_joining(invite.from, secrets));
            self.joining.insert(invite.from, (**secrets).clone());
        }
    }

    fn meet_named_key(&mut self, from: UserId, key: UserKey) {
        let Some(keyring) = self.keyrings.get_mut(&from) else { return };
        keyring.wanted = Some(key.fingerprint());
        let holder = keyring.holder(key.fingerprint()).cloned().unwrap_or_else(|| Holder::new(key));
        self.observe_key(from, holder);
        // What it publishes came before anybody asked for it.
        self.ask_keys(from);
    }

    fn want_key(&mut self, invite: &Link, key: UserKey) {
        let keyring = self.keyrings.get(&invite.from);
        if keyring.and_then(|keyring| keyring.pin).is_some_and(|pin| *pin.key() != key) {
            // Another one has asked under this address.
            self.drop_request(invite.from);
            self.forget_keys(invite.from);
        }
        let keyring = self.keyrings.entry(invite.from).or_default();
        keyring.wanted = Some(key.fingerprint());
        keyring.holders.retain(|holder| holder.key == key);
        self.commits.touch_keyring(invite.from);
        self.forget_askers(invite.from);
    }

    /// Nothing of somebody's link is kept.
    pub(super) fn forget_link(&mut self, of: UserId) {
        if self.joining.remove(&of).is_some() {
            self.commits.write(stored::delete_joining(of));
        }
    }

    /// Proves to the inviter that their link was followed.
    pub(super) fn proof_for(&self, to: UserId) -> Option<[u8; 32]> {
        let (secrets, Ready { keys, .. }) = self.joining.get(&to).zip(self.ready())?;
        secrets.follow(keys.identity.key(), self.now.timestamp).ok()
    }

    /// Uses an open invite up, where a request bears its proof; gives the answer that proves ours.
    pub(super) fn redeem(&mut self, asked: &Asked) -> Option<[u8; 32]> {
        let (now, proof) = (self.now.timestamp, asked.request.proof?);
        let newest = self.invites.len().checked_sub(1);
        let (at, write, answer) = self.invites.iter_mut().enumerate().find_map(|(at, invite)| {
            let answer = invite.redeem(&asked.certificate.user, &proof, now).ok()?;
            Some((at, stored::write_invite(invite), answer))
        })?;
        self.commits.write(write);
        if Some(at) == newest {
            self.commits.then(Then::Show(Change::InviteUsed));
        }
        Some(answer)
    }

    /// Somebody has followed an invite of ours: both have verified each other, and nobody need be asked.
    pub(super) fn welcome_joiner(
        &mut self,
        from: UserId,
        name: &Arc<str>,
        joiner: &UserKey,
        answer: [u8; 32],
    ) {
        self.drop_request(from);
        self.befriend(from, name);
        self.verify_key(from, joiner);
        self.answer(from, EventBody::Accept(self.own_name(), Some(answer)));
    }

    /// The inviter has answered: with the right answer their key is verified. Without it somebody else was first, or it
    /// was too late; unless they are verified all the same, that is told.
    pub(super) fn take_invite_answer(&mut self, from: UserId, answer: Option<[u8; 32]>) {
        let Some(secrets) = self.joining.remove(&from) else { return };
        self.commits.write(stored::delete_joining(from));
        let own = self.ready().map(|ready| *ready.keys.identity.key());
        if own.zip(answer).is_some_and(|(own, answer)| secrets.is_answer(&own, &answer)) {
            self.verify_key(from, &secrets.inviter);
        } else if self.keyrings.get(&from).and_then(|k| k.pin).is_none_or(|pin| pin.trust() < Trust::Verified)
        {
            self.note_in_conversation(from, Body::SpentLink);
        }
    }

    /// Takes up a stored invite; one that is long over is deleted.
    pub(super) fn restore_invite(&mut self, invite: Invite) {
        if self.now.timestamp < invite.secrets().exp + GRACE {
            self.invites.push(invite);
        } else {
            self.commits.write(stored::delete_invite(&invite));
        }
    }

    pub(super) fn restore_joining(&mut self, from: UserId, secrets: Secrets) {
        if self.now.timestamp < secrets.exp + GRACE {
            self.joining.insert(from, secrets);
        } else {
            self.commits.write(stored::delete_joining(from));
        }
    }
}
