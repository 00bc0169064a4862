//! Several who are there under one address: those who ask this person, and those who share this person's own.
//!
//! Several who ask under one address, each by a key of their own: nobody can tell which is right but the person, who sees
//! all of them and answers one by one.

use std::sync::Arc;
use std::time::Duration;

use super::super::change::{Alert, Change};
use super::super::contact::{Asker, Relation, Request};
use super::super::id::{MessageId, UserId};
use super::super::keyring::MAX_CLAIMANTS;
use super::super::stored::{self, Asked as Entry, Person, Rival, SessionsOf};
use super::super::wire::EventBody;
use super::commits::Then;
use super::first::Claim;
use super::{Client, Ready};
use crate::e2ee::certificate::verify_claim;
use crate::e2ee::document::Document;
use crate::e2ee::key::Fingerprint;
use crate::e2ee::pairwise::Peer;
use crate::e2ee::place::Owner;
use crate::e2ee::request::Asked;
use crate::e2ee::trust::Pin;

/// For how long nothing more is said of others who claim this person's address.
const QUIET: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Client {
    /// Another key claims this person's own address. They are told, for whoever looks for them there is asked which one is
    /// right; and when they have seen it, not again for a long time, whoever claims it then: anybody can.
    pub(super) fn note_claim(&mut self, key: Fingerprint, payload: &[u8]) {
        let now = self.now.timestamp;
        let quiet = self.claims_seen.is_some_and(|seen| now.since(seen) < QUIET);
        let Some(Ready { me, root, keys }) = self.ready().filter(|_| !quiet) else { return };
        let owner = Owner { root: root.as_str(), id: me.id.0, key };
        let is_proved = keys.fingerprint().0 == me.id.0;
        let claims = |document: Document| verify_claim(&document, &owner, None, now).is_ok();
        if !is_proved && Document::decode(payload).is_ok_and(claims) {
            self.alert(|alerts| alerts.claimed = Some(Alert::Claimed));
        }
    }

    /// The person has seen that their address is claimed.
    pub(super) fn rest_claims(&mut self) {
        self.claims_seen = Some(self.now.timestamp);
        self.commits.write(stored::write_claims_seen(self.now.timestamp));
    }

    /// What the screen shows of a request.
    pub(super) fn request_of(&self, asked: &Entry) -> Request {
        let first = self.asker_of(asked.request.from).map(|key| Asker::of(key, asked.request.name.clone()));
        let others = asked.rivals.iter().map(|rival| Asker::of(rival.key, rival.name.clone()));
        // Beside somebody whom this person has asked even one is told by their code: it may be another one.
        let alone = asked.rivals.is_empty() && asked.key.is_none();
        let askers = if alone { Vec::new() } else { first.into_iter().chain(others).collect() };
        Request { askers, ..asked.request.clone() }
    }

    /// Whether several ask under this address.
    pub(super) fn is_contested(&self, from: UserId) -> bool {
        self.asked.get(&from).is_some_and(|asked| !asked.rivals.is_empty())
    }

    /// Whose request the entry of this address is; the others are its rivals.
    fn asker_of(&self, from: UserId) -> Option<Fingerprint> {
        let by_another = self.asked.get(&from).and_then(|asked| asked.key);
        by_another.or_else(|| Some(self.keyrings.get(&from)?.pin?.key().fingerprint()))
    }

    /// What a request is under an address where this person has asked another key.
    pub(super) fn claim_beside(&self, from: UserId, key: Fingerprint) -> Claim {
        let Some(keyring) = self.keyrings.get(&from) else { return Claim::Nothing };
        if keyring.is_settled(from) || keyring.refused.contains(&key) {
            return Claim::Nothing;
        }
        match self.asked.get(&from).filter(|asked| !asked.declined) {
            Some(asked) if asked.key != Some(key) => self.rival_claim(from, key),
            Some(_) | None => Claim::Beside,
        }
    }

    /// Somebody asks under an address where this person has asked another key: perhaps the same one, who has begun anew.
    /// Nothing of what was asked is changed by that.
    pub(super) fn take_beside(
        &mut self,
        from: UserId,
        (id, name): (MessageId, Arc<str>),
        asked: &Asked,
        of: SessionsOf,
        peer: Peer,
    ) {
        let key = asked.certificate.user.fingerprint();
        let known = self.asked.get(&from).filter(|known| known.id == id && known.key == Some(key));
        let declined = known.map(|known| known.declined);
        let is_new = asked.began.is_some() || declined.is_none();
        if name.is_empty() || (is_new && !self.has_room_for_a_request()) {
            return;
        }
        if !self.take_asker(from, asked, of, peer) {
            return;
        }
        if is_new {
            self.intake.count(self.now.instant);
        }
        match declined {
            Some(true) => self.decline_asker(from, Some(key), id),
            Some(false) => {}
            None => {
                let request = Request { from, name, received_at: self.now.timestamp, askers: Vec::new() };
                let rivals = self.rivals_of(from);
                let entry = Entry { request, id, declined: false, rivals, key: Some(key) };
                self.asked.insert(from, entry);
                self.forget_unlisted(from);
                self.show_askers(from);
            }
        }
    }

    /// Who asks under this address beside the first one. Those whose keys are no longer known had asked somebody else's.
    pub(super) fn rivals_of(&self, from: UserId) -> Vec<Rival> {
        let Some((asked, keyring)) = self.asked.get(&from).zip(self.keyrings.get(&from)) else {
            return Vec::new();
        };
        asked.rivals.iter().filter(|rival| keyring.holder(rival.key).is_some()).cloned().collect()
    }

    /// Keeps no key under an address but the one in use and those of who asks there.
    fn forget_unlisted(&mut self, from: UserId) {
        let Some((keyring, asked)) = self.keyrings.get_mut(&from).zip(self.asked.get(&from)) else { return };
        let in_use = keyring.pin.map(|pin| pin.key().fingerprint());
        let listed: Vec<_> =
            asked.rivals.iter().map(|rival| rival.key).chain(asked.key).chain(in_use).collect();
        keyring.holders.retain(|holder| listed.contains(&holder.key.fingerprint()));
    }

    /// Takes in the keys of one of several, and the session that they have begun; false where they must not begin one.
    fn take_asker(&mut self, from: UserId, asked: &Asked, of: SessionsOf, peer: Peer) -> bool {
        if !self.admits(from, asked, false) {
            return false;
        }
        self.keyrings.entry(from).or_default().holder_mut(asked.certificate.user).introduce(asked);
        self.commits.touch_keyring(from);
        self.commits.touch_device();
        self.sessions.insert(of, peer);
        self.commits.touch_sessions(of);
        true
    }

    /// Says no to the one who asks. The key in use may be another's.
    pub(super) fn decline_asker(&mut self, from: UserId, key: Option<Fingerprint>, request: MessageId) {
        let keyring = self.keyrings.get_mut(&from);
        let asker = keyring.and_then(|keyring| {
            let pin = Pin::claimed(keyring.holder(key?)?.key);
            Some(keyring.pin.replace(pin))
        });
        self.answer(from, EventBody::Decline(request));
        if let Some((keyring, before)) = self.keyrings.get_mut(&from).zip(asker) {
            keyring.pin = before;
        }
    }

    /// Whoever asks by another key than the one that was asked under that address is the one who is meant, says the person.
    /// It is a change of the key, as a contact's is: a line tells of it, and what was written for the other one is held
    /// until they have said that it is for this one. Until then nobody is answered, and the other one may still say yes.
    pub(super) fn go_over(&mut self, from: UserId, key: Fingerprint, name: &Arc<str>) {
        let Some(holder) = self.keyrings.get(&from).and_then(|keyring| keyring.holder(key)).cloned() else {
            return;
        };
        let waiting = self.people.get(&from).and_then(Person::waits_for);
        self.accept_key(from);
        self.observe_key(from, holder);
        self.relate(from, name, Relation::Friend, waiting);
        self.confide_profile(from);
    }

    /// The key in use under an address is the one of a contact: whoever asks there by another one asks anew, and is told
    /// of as what they are then.
    pub(super) fn forget_askers(&mut self, from: UserId) {
        if self.asked.get(&from).is_none_or(|asked| asked.key.is_none()) {
            return;
        }
        self.drop_request(from);
        if let Some(keyring) = self.keyrings.get_mut(&from) {
            let key = keyring.pin.map(|pin| *pin.key());
            keyring.holders.retain(|holder| Some(holder.key) == key);
        }
        // Their sessions stay: what they ask is repeated on the same one.
        self.commits.touch_keyring(from);
    }

    /// What this person has asked at an address is withdrawn: whoever asks there is a stranger like others.
    pub(super) fn keep_asker(&mut self, from: UserId) {
        let Some(key) = self.asked.get_mut(&from).and_then(|asked| asked.key.take()) else { return };
        if let Some(keyring) = self.keyrings.get_mut(&from) {
            // Nothing stays of the one who was asked.
            let asker = keyring.holder(key).map(|holder| holder.key);
            keyring.pin = asker.map(Pin::claimed).or(keyring.pin);
            keyring.wanted = None;
        }
        self.commits.touch_keyring(from);
        self.show_askers(from);
    }

    /// What a request is under an address from which another one's waits.
    pub(super) fn rival_claim(&self, from: UserId, key: Fingerprint) -> Claim {
        let Some((keyring, asked)) = self.keyrings.get(&from).zip(self.asked.get(&from)) else {
            return Claim::Theirs;
        };
        let is_known = asked.rivals.iter().any(|rival| rival.key == key);
        if key.0 == from.0 {
            // The address is made of this key: whoever asked before was somebody else.
            Claim::Theirs
        } else if keyring.is_sure(from) || keyring.refused.contains(&key) {
            Claim::Nothing
        } else if is_known || asked.rivals.len() + 1 < MAX_CLAIMANTS {
            Claim::Rival
        } else {
            Claim::Nothing
        }
    }

    /// Another one asks under this address.
    pub(super) fn take_rival(
        &mut self,
        from: UserId,
        question: (MessageId, Arc<str>),
        asked: &Asked,
        of: SessionsOf,
        peer: Peer,
    ) {
        let ((id, name), key) = (question, asked.certificate.user);
        let rivals = self.asked.get(&from).map(|known| known.rivals.as_slice()).unwrap_or_default();
        let is_known = rivals.iter().any(|rival| rival.key == key.fingerprint() && rival.id == id);
        let is_new = asked.began.is_some() || !is_known;
        let refused = name.is_empty() || (is_new && !self.has_room_for_a_request());
        if refused || !self.take_asker(from, asked, of, peer) {
            return;
        }
        let Some(known) = self.asked.get_mut(&from) else { return };
        let rival = Rival { key: key.fingerprint(), name, received_at: self.now.timestamp, id };
        let place = known.rivals.iter().position(|known| known.key == rival.key);
        match place {
            Some(at) => known.rivals[at] = rival,
            None => known.rivals.push(rival),
        }
        if is_new {
            self.intake.count(self.now.instant);
        }
        self.show_askers(from);
    }

    /// The person answers one of several.
    pub(super) fn answer_one(&mut self, from: UserId, key: Fingerprint, accept: bool) {
        if !self.is_asking(from) || !self.put_first(from, key) {
            return;
        }
        if accept {
            self.refuse_rivals(from);
            return self.accept(from);
        }
        let Some(asked) = self.asked.get(&from).filter(|asked| !asked.rivals.is_empty()) else {
            return self.decline(from);
        };
        let (id, by_another, next) = (asked.id, asked.key, asked.rivals[0].key);
        self.decline_asker(from, by_another, id);
        self.put_first(from, next);
        self.refuse(from, key);
        self.show_askers(from);
    }

    /// Makes the one with this key the one who asks, and the one who was a rival; false where nobody has that key.
    fn put_first(&mut self, from: UserId, key: Fingerprint) -> bool {
        let before = self.asker_of(from);
        if before == Some(key) {
            return true;
        }
        let Some((keyring, asked)) = self.keyrings.get_mut(&from).zip(self.asked.get_mut(&from)) else {
            return false;
        };
        let holder = keyring.holder(key).map(|holder| holder.key);
        let rival = asked.rivals.iter_mut().find(|rival| rival.key == key);
        let Some(((holder, before), rival)) = holder.zip(before).zip(rival) else { return false };
        let first = Rival {
            key: before,
            name: std::mem::replace(&mut asked.request.name, rival.name.clone()),
            received_at: std::mem::replace(&mut asked.request.received_at, rival.received_at),
            id: std::mem::replace(&mut asked.id, rival.id),
        };
        *rival = first;
        match &mut asked.key {
            Some(by_another) => *by_another = key,
            None => keyring.pin = Some(Pin::claimed(holder)),
        }
        self.commits.touch_keyring(from);
        true
    }

    /// All but the one who asks are asked about no more.
    fn refuse_rivals(&mut self, from: UserId) {
        let rivals = self.asked.get(&from).map(|asked| asked.rivals.clone()).unwrap_or_default();
        rivals.iter().for_each(|rival| self.refuse(from, rival.key));
    }

    fn refuse(&mut self, from: UserId, key: Fingerprint) {
        let Some((keyring, asked)) = self.keyrings.get_mut(&from).zip(self.asked.get_mut(&from)) else {
            return;
        };
        asked.rivals.retain(|rival| rival.key != key);
        keyring.refuse(key);
        let devices = keyring.holder(key).map(|holder| holder.set.live().to_vec()).unwrap_or_default();
        keyring.holders.retain(|holder| holder.key.fingerprint() != key);
        self.commits.touch_keyring(from);
        self.end_sessions(from, |identity| devices.iter().any(|live| live.curve25519.as_bytes() == identity));
    }

    /// Stores and shows who asks there.
    pub(super) fn show_askers(&mut self, from: UserId) {
        let Some(asked) = self.asked.get(&from) else { return };
        let (write, request) = (asked.write(), self.request_of(asked));
        self.commits.write(write);
        self.commits.then(Then::Show(Change::Request(request)));
    }
}
