//! First contact: sealed requests, as they come.

use super::super::contact::Relation;
use super::super::id::{DeviceId, UserId};
use super::super::keyring::Holder;
use super::super::wire::{self, Event};
use super::{Client, Ready, ready_mut};
use crate::e2ee::pairwise::Peer;
use crate::e2ee::request::{Asked, Receiver, SealedRequest, receive};
use crate::e2ee::trust::Pin;

impl Client {
    /// Opens a request, if it is one to this device, by somebody who holds the keys that it names.
    pub(super) fn open_request(&mut self, from: UserId, payload: &[u8]) -> Option<(Event, Asked)> {
        let now = self.now;
        let sealed = SealedRequest::decode(payload).ok()?;
        if !self.trials.admit(now.instant) {
            return None;
        }
        let Ready { me, root, keys } = ready_mut(&mut self.stage)?;
        let message = sealed.unseal(&keys.device)?;
        let identity = message.identity_key();
        let of = (from, *identity.as_bytes());
        let mut peer = self.sessions.get(&of).cloned().unwrap_or_else(|| Peer::new(identity));
        let me_here = keys.party();
        let receiver = &mut Receiver {
            device: &mut keys.device,
            me: me_here,
            asker: Some(from.0),
            root: root.as_str(),
            now: now.timestamp,
        };
        let asked = receive(&message, &mut peer, receiver).ok()?;
        let event = wire::decode(&asked.request.inner, from, DeviceId(asked.certificate.device)).ok()?;
        let ours = event.conversation == me.id && from != me.id;
        self.commits.touch_device();
        self.sessions.insert(of, peer);
        self.commits.touch_sessions(of);
        ours.then_some((event, asked))
    }

    /// Takes in whose keys a request has proved. False where it answers nothing and asks nothing: another key asks than
    /// the one that is in use with this address.
    pub(super) fn introduce(&mut self, from: UserId, asked: &Asked) -> bool {
        let keyring = self.keyrings.entry(from).or_default();
        let key = asked.certificate.user;
        let bundle = (asked.request.bundle.rev(), asked.bundle.clone());
        if keyring.pin.is_some_and(|pin| *pin.key() != key) {
            // Whom we have asked is the one whose keys were taken; a contact may have new ones.
            let relation = self.people.get(&from).map(|person| person.relation);
            if relation == Some(Relation::Friend) {
                let mut holder =
                    keyring.holder(key.fingerprint()).cloned().unwrap_or_else(|| Holder::new(key));
                holder.introduce(asked.certificate, bundle);
                self.observe_key(from, holder);
            }
            return false;
        }
        if keyring.pin.is_none() {
            // Whoever we asked and wait for must be the one whose keys are chosen; whoever asks us is the one who asks.
            if self.people.contains_key(&from) {
                return false;
            }
            keyring.pin = Some(Pin::claimed(key));
        }
        keyring.holder_mut(key).introduce(asked.certificate, bundle);
        self.commits.touch_keyring(from);
        true
    }
}
