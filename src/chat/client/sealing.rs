//! Where events are encrypted and decrypted: whatever a person says to another goes through here, both ways.
//!
//! **Invariant:** a ratchet that has moved on is in the same save as what it was moved for: as the message and its outbox
//! row, or as the effect of what was decrypted. What it has encrypted leaves after that save, and what it has decrypted
//! is acknowledged after it. Where storage has to be looked at before the effect is known (`places`), what was decrypted is
//! stored with the ratchet, and makes room for its effect and number in one later save.

use super::super::contact::Relation;
use super::super::id::{ConversationId, DeviceId, UserId};
use super::super::keyring::Found;
use super::super::stored::SessionsOf;
use super::super::wire::{self, Event, EventBody};
use super::commits::Then;
use super::{Client, Ready, Stage};
use crate::e2ee::bundle::Bundle;
use crate::e2ee::device::Device;
use crate::e2ee::document::Document;
use crate::e2ee::envelope::{FanOut, OpenError, Opened, Party, PreKeyMessage, Recipient, SealError, seal};
use crate::e2ee::key::IdentityKey;
use crate::e2ee::nak::{Nak, NakReason};
use crate::e2ee::pairwise::{DecryptError, EncryptError, Peer};
use crate::e2ee::request::Request;
use crate::mqtt::{Publish, QoS};
use crate::time::Instant;

/// How many sealed keys are tried in a second: strangers can make us try, and each costs some hundred microseconds.
const MAX_TRIALS: u32 = 50;
const SECOND: u64 = 1_000;

/// Counts the trials of what anybody can send.
#[derive(Debug, Default)]
pub(super) struct Trials {
    since: Instant,
    tried: u32,
}

impl Trials {
    /// Whether there may be one more. What is turned away comes again, if somebody meant it.
    pub(super) fn admit(&mut self, now: Instant) -> bool {
        if now.0 >= self.since.0 + SECOND {
            *self = Self { since: now, tried: 0 };
        }
        self.tried += 1;
        self.tried <= MAX_TRIALS
    }

    /// That was no stranger's.
    fn excuse(&mut self) {
        self.tried = self.tried.saturating_sub(1);
    }
}

/// For which devices of somebody something is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whom {
    All,
    /// The first that there is.
    First,
    /// This one, whether it is written to otherwise or not.
    One(DeviceId),
}

/// A device that is written to, with the sessions taken out of the client.
struct Reached {
    of: SessionsOf,
    party: Party,
    peer: Peer,
    bundle: Option<Bundle>,
}

impl Reached {
    /// Begins a session, if its keys for that are known.
    fn begin(&mut self, device: &Device) -> bool {
        self.bundle.as_ref().is_some_and(|bundle| self.peer.begin(device, bundle).is_ok())
    }
}

/// Why nothing became of an envelope, and whose it was.
struct Unread {
    from: UserId,
    device: DeviceId,
    error: DecryptError,
}

impl Client {
    /// Whether there is a device of somebody that can be encrypted to, with the key in use.
    pub(super) fn can_seal(&self, to: UserId) -> bool {
        let Some(holder) =
            self.keyrings.get(&to).filter(|keyring| keyring.is_open()).and_then(|k| k.in_use())
        else {
            return false;
        };
        holder.reached().any(|live| {
            let peer = self.sessions.get(&(to, *live.curve25519.as_bytes()));
            holder.bundle(&live.device).is_some() || peer.is_some_and(|peer| peer.active().is_some())
        })
    }

    /// Encrypts an event for all devices of somebody. The ratchets go with the next save; the envelope must not leave
    /// before that.
    pub(in crate::chat) fn seal(&mut self, to: UserId, event: &Event) -> Option<Vec<u8>> {
        self.seal_to(to, Whom::All, event)
    }

    fn seal_to(&mut self, to: UserId, whom: Whom, event: &Event) -> Option<Vec<u8>> {
        let mid = self.entropy.message_id().0;
        let mut reached = self.take_out(to, whom);
        let Stage::Ready(ready) = &self.stage else { return None };
        let event = &Event { devices: ready.keys.devices().hash(), ..event.clone() };
        let inner = wire::encode(event);
        let sealed = seal_for(&ready.keys.device, &mid, &ready.keys.party(), to, &inner, &mut reached);
        if sealed.is_ok() && event.seq > 0 {
            self.note_reached(to, event.seq, &reached);
        }
        self.put_back(reached);
        self.note_sealed(mid, event);
        sealed.ok()
    }

    /// These devices have been told an event.
    fn note_reached(&mut self, to: UserId, seq: u64, reached: &[Reached]) {
        let Some(thread) = self.threads.get_mut(&ConversationId(to)) else { return };
        for Reached { party, .. } in reached {
            if thread.reach(DeviceId(party.device), seq) {
                self.commits.touch(ConversationId(to));
            }
        }
    }

    /// Encrypts a contact request, for the first device that there is.
    pub(super) fn seal_request(&mut self, to: UserId, event: &Event) -> Option<Vec<u8>> {
        let mid = self.entropy.message_id().0;
        let proof = self.proof_for(to);
        let mut reached = self.take_out(to, Whom::First);
        let Stage::Ready(ready) = &self.stage else { return None };
        let Ready { me, keys, .. } = ready.as_ref();
        let event = &Event { devices: keys.devices().hash(), ..event.clone() };
        let request = keys.papers.as_ref().map(|papers| {
            let [_, certificate, bundle] = papers.documents.clone();
            let inner = wire::encode(event);
            Request { from: me.id.0, certificate, bundle, proof, note: String::new(), inner }
        });
        let sealed = reached.first_mut().zip(request).and_then(|(first, request)| {
            let unanswered = request.seal(&mid, &first.party, &mut first.peer);
            // Answered already (by a "no"), or never begun.
            unanswered.ok().or_else(|| {
                first.begin(&keys.device);
                request.seal(&mid, &first.party, &mut first.peer).ok()
            })
        });
        self.put_back(reached);
        self.note_sealed(mid, event);
        sealed
    }

    /// The devices of the key in use, with their sessions. All that have neither session nor bundle are left out.
    fn take_out(&mut self, to: UserId, whom: Whom) -> Vec<Reached> {
        let Some(holder) = self.keyrings.get(&to).and_then(|keyring| keyring.in_use()) else {
            return Vec::new();
        };
        let mut reached = Vec::new();
        let meant: Vec<_> = match whom {
            Whom::All | Whom::First => holder.reached().collect(),
            Whom::One(device) => holder.set.find(&device.0).into_iter().collect(),
        };
        for live in meant {
            let (of, bundle) = ((to, *live.curve25519.as_bytes()), holder.bundle(&live.device).cloned());
            let peer = self.sessions.remove(&of);
            if peer.is_none() && bundle.is_none() {
                continue;
            }
            let party = Party { user: live.user, device: live.device };
            let peer = peer.unwrap_or_else(|| Peer::new(live.curve25519));
            reached.push(Reached { of, party, peer, bundle });
            if whom == Whom::First {
                break;
            }
        }
        reached
    }

    fn put_back(&mut self, reached: Vec<Reached>) {
        for Reached { of, peer, .. } in reached {
            self.sessions.insert(of, peer);
            self.commits.touch_sessions(of);
        }
    }

    /// Something came into the inbox: gives the event in it, where it can be read and is by somebody who may write.
    pub(super) fn open_envelope(&mut self, payload: &[u8]) -> Option<Event> {
        let envelope = FanOut::decode(payload).ok()?;
        match self.open_by_session(&envelope) {
            Ok((from, device, opened)) => {
                self.mids.note(*envelope.mid());
                let event = wire::decode(&opened.inner, from, device).ok()?;
                let event = Some(event).filter(|event| event.conversation.0 == opened.conversation)?;
                self.compare_devices(&event);
                Some(event)
            }
            // What comes once more in another form is somebody else's copy.
            Err(Some(unread)) => {
                if self.mids.note(*envelope.mid()) {
                    self.handle_unread(&unread);
                }
                None
            }
            Err(None) => None,
        }
    }

    fn open_by_session(&mut self, envelope: &FanOut) -> Result<(UserId, DeviceId, Opened), Option<Unread>> {
        let now = self.now.instant;
        let heard = |people: &Self, id: UserId| {
            let relation = people.people.get(&id).map(|person| person.relation);
            matches!(relation, Some(Relation::Friend | Relation::Requested))
        };
        let Stage::Ready(ready) = &self.stage else { return Err(None) };
        let known = self.sessions.iter().find(|((id, _), peer)| envelope.is_from(peer) && heard(self, *id));
        let known = known.map(|(of, _)| *of);
        let (of, first) = match known {
            Some(of) => (of, None),
            None if !self.trials.admit(now) => return Err(None),
            None => {
                let first = envelope.unseal(&ready.keys.device).ok_or(None)?;
                let identity = first.identity_key();
                let theirs =
                    |id: &UserId| self.keyrings.get(id).is_some_and(|k| k.device(&identity).is_some());
                let id = self.people.keys().find(|id| heard(self, **id) && theirs(id)).ok_or(None)?;
                ((*id, *identity.as_bytes()), Some(first))
            }
        };
        self.open_row(envelope, of, first.as_ref())
    }

    fn open_row(
        &mut self,
        envelope: &FanOut,
        of: SessionsOf,
        first: Option<&PreKeyMessage>,
    ) -> Result<(UserId, DeviceId, Opened), Option<Unread>> {
        let identity = IdentityKey::from_bytes(of.1);
        let certificate = self.keyrings.get(&of.0).and_then(|keyring| keyring.device(&identity)).copied();
        let certificate = certificate.ok_or(None)?;
        let Stage::Ready(ready) = &mut self.stage else { return Err(None) };
        let now = self.now.timestamp;
        let (me, from) = (ready.keys.party(), Party { user: certificate.user, device: certificate.device });
        let device = &mut ready.keys.device;
        let opened = match first {
            Some(first) => {
                let mut peer = self.sessions.get(&of).cloned().unwrap_or_else(|| Peer::new(identity));
                let opened = envelope.open_first(first, device, &mut peer, &from, &me, now);
                if opened.is_ok() {
                    self.sessions.insert(of, peer);
                    self.commits.touch_device();
                    self.trials.excuse();
                }
                opened
            }
            None => {
                let peer = self.sessions.get_mut(&of).ok_or(None)?;
                envelope.open(peer, &from, &me)
            }
        };
        match opened {
            Ok(opened) => {
                self.commits.touch_sessions(of);
                Ok((of.0, DeviceId(certificate.device), opened))
            }
            Err(OpenError::Decrypt(error)) => {
                Err(Some(Unread { from: of.0, device: DeviceId(certificate.device), error }))
            }
            Err(_) => Err(None),
        }
    }

    /// A friend's message cannot be decrypted. Where a new session would cure it, they are asked for one; what came
    /// twice ([`DecryptError::KeyGone`]) is nothing.
    fn handle_unread(&mut self, unread: &Unread) {
        let Some(reason) = NakReason::of(unread.error).filter(|_| unread.error != DecryptError::KeyGone)
        else {
            return;
        };
        if self.may_reach(unread.from) {
            self.note_unreadable(unread.from);
            self.send_nak(unread.from, unread.device, reason, false);
        }
    }

    /// Asks one device for a new session and for all that has no receipt, by a new session of ours. (`asked`: the person
    /// wants it.)
    pub(super) fn send_nak(&mut self, to: UserId, device: DeviceId, reason: NakReason, asked: bool) {
        let now = self.now.timestamp;
        let bundle = self.keyrings.get(&to).and_then(|keyring| keyring.in_use()?.bundle(&device.0));
        let Stage::Ready(ready) = &self.stage else { return };
        let own = ready.keys.papers.as_ref().map(|papers| papers.documents[2].encode());
        let Some((bundle, own)) = bundle.zip(own) else { return };
        let of = (to, *bundle.curve25519.as_bytes());
        let peer = self.sessions.entry(of).or_insert_with(|| Peer::new(bundle.curve25519));
        if !peer.may_nak(asked, now) || peer.begin(&ready.keys.device, bundle).is_err() {
            return;
        }
        let nak = self.passing(to, EventBody::Nak(Nak { reason, session: None, bundle: own }));
        self.emit(to, &nak, QoS::AtLeastOnce);
    }

    /// They could not read something of ours: begins anew, and sends again what has no receipt.
    pub(super) fn take_nak(&mut self, from: UserId, device: DeviceId, nak: &Nak) {
        let now = self.now;
        let Stage::Ready(ready) = &self.stage else { return };
        if nak.reason == NakReason::Nothing {
            return;
        }
        let Some(keyring) = self.keyrings.get_mut(&from) else { return };
        let Some(key) = keyring.pin.map(|pin| pin.key().fingerprint()) else { return };
        let live = keyring.in_use().and_then(|holder| holder.set.find(&device.0));
        let Some(identity) = live.map(|live| live.curve25519) else { return };
        let of = (from, *identity.as_bytes());
        let Some(peer) = self.sessions.get_mut(&of) else { return };
        if !peer.takes_nak(now.timestamp) {
            return;
        }
        if let Ok(document) = Document::decode(&nak.bundle) {
            let found =
                Found { document: &document, root: ready.root.as_str(), id: from, key, now: now.timestamp };
            if keyring.take(&found, Some(device)) {
                self.commits.touch_keyring(from);
            }
        }
        if let Some(bundle) = self.keyrings.get(&from).and_then(|k| k.in_use()?.bundle(&device.0)) {
            let begun = self.sessions.get_mut(&of).map(|peer| peer.begin(&ready.keys.device, bundle));
            if matches!(begun, Some(Ok(()))) {
                self.outbox.reseal(from, now.instant);
            }
        }
        self.commits.touch_sessions(of);
        self.tell_nothing_is_missing(from);
    }

    /// Says something that has no place in the outbox; it leaves when its ratchet is stored.
    pub(super) fn emit(&mut self, to: UserId, event: &Event, qos: QoS) {
        let envelope = self.seal(to, event);
        self.emit_sealed(to, envelope, qos);
    }

    /// As [`Self::emit`], to one device alone.
    pub(super) fn emit_to(&mut self, to: UserId, device: DeviceId, event: &Event) {
        let envelope = self.seal_to(to, Whom::One(device), event);
        self.emit_sealed(to, envelope, QoS::AtLeastOnce);
    }

    fn emit_sealed(&mut self, to: UserId, envelope: Option<Vec<u8>>, qos: QoS) {
        let topic = self.ready().map(|ready| ready.root.inbox(to));
        if let Some((topic, envelope)) = topic.zip(envelope) {
            self.commits.then(Then::Emit(Publish { topic, payload: envelope.into(), qos, retain: false }));
        }
    }

    #[cfg(not(any(test, sim)))]
    fn note_sealed(&mut self, _: [u8; 16], _: &Event) {}

    /// For the tests, which could not read it otherwise.
    #[cfg(any(test, sim))]
    fn note_sealed(&mut self, mid: [u8; 16], event: &Event) {
        self.sealed.push((mid, event.clone()));
    }
}

/// Encrypts for all of these devices. A session that does not exist, or that has heard nothing for too long, is begun.
fn seal_for(
    device: &Device,
    mid: &[u8; 16],
    from: &Party,
    to: UserId,
    inner: &[u8],
    reached: &mut [Reached],
) -> Result<Vec<u8>, SealError> {
    for reached in reached.iter_mut().filter(|reached| reached.peer.active().is_none()) {
        reached.begin(device);
    }
    let attempt = |reached: &mut [Reached]| {
        let mut recipients: Vec<_> = reached
            .iter_mut()
            .map(|reached| Recipient { peer: &mut reached.peer, party: reached.party })
            .collect();
        seal(mid, from, &to.0, inner, &mut recipients)
    };
    match attempt(reached) {
        Err(SealError::Encrypt(EncryptError::Unanswered)) => {
            for reached in reached.iter_mut() {
                reached.begin(device);
            }
            attempt(reached)
        }
        sealed => sealed,
    }
}
