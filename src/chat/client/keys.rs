//! Whose keys are whose: own ones at the start, and those that others publish.

use std::time::Duration;

use super::super::change::Change;
use super::super::contact::Relation;
use super::super::guards::{self, Guard};
use super::super::holder::Holder;
use super::super::id::{ConversationId, DeviceId, UserId};
use super::super::keyring::{Found, Keyring};
use super::super::keys::{Keys, Paper};
use super::super::record::Record;
use super::super::retained::Info;
use super::super::stored::{self, Me};
use super::super::topics::Root;
use super::own::SETTLE;
use super::{Client, Ready, Stage};
use crate::e2ee::document::Document;
use crate::e2ee::key::Fingerprint;
use crate::e2ee::place::Owner;
use crate::e2ee::seed::Seed;
use crate::mqtt::TopicFilter;
use crate::time::Instant;

/// For how long after asking somebody the person is led to what that needs.
const JUST_NOW: Duration = Duration::from_secs(30);

impl Client {
    /// New keys, to be stored with the next save.
    pub(super) fn new_keys(&mut self) -> Keys {
        let seed = Seed::from_bytes(self.entropy.seed());
        self.keep_keys(Keys::generate(seed, self.now.timestamp))
    }

    /// The keys of somebody's recovery words and a new device's, which takes the place of those before it.
    pub(super) fn keys_from(&mut self, seed: Seed) -> Keys {
        self.keep_keys(Keys::stand_in(seed, Vec::new(), self.now.timestamp))
    }

    fn keep_keys(&mut self, keys: Keys) -> Keys {
        self.commits.write(stored::write_seed(&keys));
        self.commits.write(stored::write_device(&keys));
        keys
    }

    /// This person was known before: so are their keys, unless they began before there were any.
    pub(super) fn take_up_keys(&mut self, mut me: Me, records: &[Record]) {
        let keys = match stored::read_keys(records) {
            Ok(Some(keys)) => keys,
            Ok(None) => self.new_keys(),
            Err(error) => return self.handle_unreadable_storage(error),
        };
        if me.device != keys.device_id() {
            me.device = keys.device_id();
            self.commits.write(me.write());
        }
        self.enter(me, keys);
    }

    /// Writes the keys that have changed into the save that is being made.
    pub(super) fn write_keys(&mut self) {
        let touched = self.commits.take_keys();
        if let Some(Ready { keys, .. }) = self.ready().filter(|_| touched.device) {
            let write = stored::write_device(keys);
            self.commits.write(write);
        }
        for id in touched.keyrings.keys() {
            let keyring = self.keyrings.get(id);
            let write =
                keyring.map_or_else(|| stored::delete_keyring(*id), |k| stored::write_keyring(*id, k));
            self.commits.write(write);
        }
        // Switched off, every other save leaves them out.
        let forgets = guards::is_off(Guard::RatchetWithSave) && self.tickets % 2 == 1;
        for of in touched.sessions.keys().filter(|_| !forgets) {
            let peer = self.sessions.get(of);
            let write = peer.map_or_else(|| stored::delete_sessions(*of), |p| stored::write_sessions(*of, p));
            self.commits.write(write);
        }
    }

    /// A document about somebody's keys.
    pub(super) fn take_paper(
        &mut self,
        of: UserId,
        key: Fingerprint,
        device: Option<DeviceId>,
        paper: Paper,
        payload: &[u8],
    ) {
        let Some(Ready { me, root, .. }) = self.ready() else { return };
        if of == me.id {
            return self.own_paper(of, key, device, paper, Some(payload));
        }
        let (root, now) = (root.as_str().to_owned(), self.now.timestamp);
        let Ok(document) = Document::decode(payload) else { return };
        let found = Found { document: &document, root: &root, id: of, key, now };
        let Some(keyring) = self.keyrings.get_mut(&of) else { return };
        let usable = keyring.in_use().is_some_and(|holder| holder.is_complete());
        if !keyring.take(&found, device) {
            return;
        }
        self.commits.touch_keyring(of);
        self.screen.touch_person(of);
        if keyring.pin.is_none() {
            return self.consider(of);
        }
        let news =
            !usable && self.keyrings.get(&of).and_then(Keyring::in_use).is_some_and(|h| h.is_complete());
        if news {
            self.outbox.hurry(Some(of), self.now.instant);
        }
        match paper {
            // What comes before its certificate is not believed: ask for it again.
            Paper::Certificate => {
                self.ask_bundles(of);
                self.ask_documents(of);
            }
            // A request that waits goes by the new keys: the old ones may be forgotten before it is read.
            Paper::Bundle => self.begin_request_anew(of),
            Paper::Claim => {}
        }
    }

    /// A document that stands at our own address. That another key claims it is told to the person, and no more.
    pub(super) fn own_paper(
        &mut self,
        of: UserId,
        key: Fingerprint,
        device: Option<DeviceId>,
        paper: Paper,
        payload: Option<&[u8]>,
    ) {
        let Some(Ready { me, keys, .. }) = self.ready() else { return };
        if of != me.id {
            return;
        }
        if key != keys.fingerprint() {
            let claim = payload.filter(|_| paper == Paper::Claim);
            return claim.into_iter().for_each(|payload| self.note_claim(key, payload));
        }
        match device {
            Some(device) if keys.former.contains(&device) => self.handle_former(device, payload),
            Some(device) if device != keys.device_id() => {}
            Some(_) | None => self.handle_own_paper(paper, payload),
        }
    }

    fn ask_bundles(&mut self, of: UserId) {
        let missing = |keyring: &Keyring| {
            let lacks =
                |holder: &Holder| holder.set.live().iter().any(|live| holder.bundle(&live.device).is_none());
            keyring.in_use().is_some_and(lacks)
        };
        if !self.keyrings.get(&of).is_some_and(missing) {
            return;
        }
        self.ask_for(|root| vec![root.bundle_filter(of)]);
    }

    /// Somebody has no key in use yet: takes the one that can be no other, or waits a little for others to come.
    fn consider(&mut self, id: UserId) {
        let Some(keyring) = self.keyrings.get(&id) else { return };
        if let Some(key) = keyring.obvious(id, false) {
            self.choose(id, key);
        } else if keyring.holders.iter().any(|holder| holder.is_complete()) {
            let due = self.now.instant + SETTLE;
            self.choosing.entry(id).or_insert(due);
        }
    }

    /// Takes the keys that are alone after all who claim an address have had time to come.
    pub(super) fn choose_obvious(&mut self) {
        let now = self.now.instant;
        let due: Vec<_> = self.choosing.iter().filter(|(_, at)| **at <= now).map(|(id, _)| *id).collect();
        for id in due {
            self.choosing.remove(&id);
            match self.keyrings.get(&id).and_then(|keyring| keyring.obvious(id, true)) {
                Some(key) => self.choose(id, key),
                None => self.lead_to_choice(id),
            }
        }
    }

    /// Several keys claim the address. Whom the person has just asked is not asked before they have chosen, so they are
    /// led to where they can; unless they look at something else by now.
    fn lead_to_choice(&mut self, id: UserId) {
        let now = self.now.instant;
        self.screen.touch_person(id);
        let just_asked = |(asked, at): &mut (UserId, Instant)| *asked == id && now.since(*at) < JUST_NOW;
        let several = self.keyrings.get(&id).is_some_and(|keyring| !keyring.claimants().is_empty());
        if several && self.asking.take_if(just_asked).is_some() && self.tabs.are_closed() {
            self.show(Change::Opened(ConversationId(id)));
        }
    }

    /// Notes what those who claim an address call themselves: it may help the person to choose.
    pub(super) fn take_claimed_name(&mut self, of: UserId, payload: &[u8]) {
        let now = self.now.timestamp;
        let (Stage::Ready(ready), Some(keyring)) = (&self.stage, self.keyrings.get_mut(&of)) else { return };
        for holder in keyring.holders.iter_mut().filter(|_| keyring.pin.is_none()) {
            let owner = Owner { root: ready.root.as_str(), id: of.0, key: holder.key.fingerprint() };
            if let Some((info, _)) = Info::decode(payload, &owner, now) {
                holder.name = info.profile.name;
                self.screen.touch_person(of);
            }
        }
    }

    /// The person says which of those who claim an address is meant: no other will do from then on.
    pub(super) fn choose_one(&mut self, id: UserId, key: Fingerprint) {
        if self.keyrings.get(&id).is_none_or(|keyring| keyring.pin.is_some()) {
            return;
        }
        self.choose(id, key);
        if let Some(keyring) = self.keyrings.get_mut(&id).filter(|keyring| keyring.pin.is_some()) {
            keyring.wanted = Some(key);
        }
    }

    /// Uses one of the keys that claim an address, on the person's word or because there is no doubt.
    pub(super) fn choose(&mut self, id: UserId, key: Fingerprint) {
        let Some(keyring) = self.keyrings.get_mut(&id) else { return };
        let usable = keyring.holder(key).is_some_and(|holder| holder.is_complete());
        if keyring.pin.is_some() || !usable || !keyring.choose(key) {
            return;
        }
        self.choosing.remove(&id);
        self.commits.touch_keyring(id);
        self.screen.touch_person(id);
        match self.people.get(&id).map(|person| (person.relation, person.request)) {
            Some((Relation::Requested, Some(request))) => self.send_request(id, request),
            Some((Relation::Friend, _)) => {
                // They were friends before there were keys.
                self.accept_key(id);
                self.outbox.hurry(Some(id), self.now.instant);
            }
            Some((Relation::Requested | Relation::Declined | Relation::Blocked, _)) | None => {}
        }
        // What they say of themselves came before it could be believed.
        self.ask_documents(id);
    }

    pub(super) fn ask_documents(&mut self, of: UserId) {
        self.ask_for(|root| vec![root.info_filter(of), root.presence_filter(of)]);
    }

    /// All that is published of somebody, once more: there is a key that was not looked at.
    pub(super) fn ask_keys(&mut self, of: UserId) {
        self.ask_for(|root| root.contact_filters(of).into());
    }

    /// As [`Self::ask_keys`], also of a broker that brings to a new subscription alone what it retains.
    pub(super) fn renew_keys(&mut self, of: UserId) {
        let now = self.now.instant;
        let Some(filters) = self.ready().map(|ready| ready.root.contact_filters(of)) else { return };
        if let Some(session) = &mut self.link.session {
            filters.iter().for_each(|filter| session.renew(filter, now));
        }
    }

    fn ask_for(&mut self, filters: impl FnOnce(&Root) -> Vec<TopicFilter>) {
        let now = self.now.instant;
        let Some(filters) = self.ready().map(|ready| filters(&ready.root)) else { return };
        if let Some(session) = &mut self.link.session {
            filters.iter().for_each(|filter| session.ask_again(filter, now));
        }
    }

    /// The two are contacts: the key in use is the one that they met with.
    pub(super) fn accept_key(&mut self, id: UserId) {
        if let Some(pin) = self.keyrings.get_mut(&id).and_then(|keyring| keyring.pin.as_mut()) {
            pin.accept();
            self.commits.touch_keyring(id);
        }
    }

    /// Nothing of somebody's keys is kept.
    pub(super) fn forget_keys(&mut self, id: UserId) {
        self.choosing.remove(&id);
        self.keyrings.remove(&id);
        self.commits.touch_keyring(id);
        self.forget_link(id);
        self.end_sessions(id, |_| true);
    }

    /// Forgets the sessions with those devices of somebody, by their identity keys, that `ends` names.
    pub(super) fn end_sessions(&mut self, with: UserId, ends: impl Fn(&[u8; 32]) -> bool) {
        let ending = self.sessions.keys().filter(|(of, identity)| *of == with && ends(identity));
        for ending in ending.copied().collect::<Vec<_>>() {
            self.sessions.remove(&ending);
            self.commits.touch_sessions(ending);
        }
    }
}
