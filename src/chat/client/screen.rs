//! What the screens are told: the difference between what is and what was shown last.

use std::time::Duration;

use litemap::LiteMap;

use super::super::account::{Account, Invite};
use super::super::change::Change;
use super::super::contact::{Contact, Keys, Presence, Profile, Relation, short_code};
use super::super::id::{ConversationId, MessageId, UserId};
use super::super::message::Delivery;
use super::super::stored::Person;
use super::Client;
use crate::time::Instant;

/// While pages change as a whole, they change this often at the most: a backlog that comes in is not drawn message by
/// message.
const CALM: Duration = Duration::from_millis(100);

/// What was shown, and what has changed since.
#[derive(Debug, Default)]
pub(super) struct Screen {
    /// Conversations are not shown anew before this.
    calm_until: Option<Instant>,
    threads: LiteMap<ConversationId, ()>,
    people: LiteMap<UserId, ()>,
}

impl Screen {
    pub(super) fn touch(&mut self, conversation: ConversationId) {
        self.threads.insert(conversation, ());
    }

    pub(super) fn touch_person(&mut self, person: UserId) {
        self.people.insert(person, ());
    }

    pub(super) fn touch_everyone(&mut self, people: impl IntoIterator<Item = UserId>) {
        people.into_iter().for_each(|person| self.touch_person(person));
    }

    /// When what is held back is shown.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.calm_until.filter(|_| !self.threads.is_empty())
    }

    /// The person did something: what follows is shown at once.
    pub(super) fn hurry(&mut self) {
        self.calm_until = None;
    }
}

impl Client {
    /// Tells the screens what is different by now.
    pub(super) fn refresh_screen(&mut self) {
        for (person, ()) in std::mem::take(&mut self.screen.people) {
            self.refresh_person(person);
        }
        let now = self.now.instant;
        if self.screen.calm_until.is_some_and(|until| until > now) {
            return;
        }
        self.screen.calm_until = None;
        let threads = std::mem::take(&mut self.screen.threads);
        for conversation in threads.keys() {
            self.refresh_thread(*conversation);
        }
        if self.refresh_rows(&threads) {
            self.screen.calm_until = Some(now + CALM);
        }
    }

    fn refresh_person(&mut self, id: UserId) {
        let change = match self.people.get(&id) {
            Some(person) => Change::Contact(Box::new(self.contact(person))),
            None => Change::ContactGone(id),
        };
        self.show(change);
        let conversation = ConversationId(id);
        if self.threads.contains_key(&conversation) {
            self.screen.touch(conversation);
        }
    }

    fn contact(&self, person: &Person) -> Contact {
        let sighting = self.sightings.get(&person.id).copied().unwrap_or_default();
        // While we are not connected ourselves, nothing is known of anybody.
        let hidden = person.relation == Relation::Blocked || !self.link.is_live();
        Contact {
            id: person.id,
            profile: person.info.profile.clone(),
            relation: person.relation,
            presence: if hidden { Presence::Unknown } else { sighting.presence(self.now.timestamp) },
            keys: self.keys_of(person.id),
            is_proved: self.keyrings.get(&person.id).is_some_and(|keyring| keyring.is_made_of_key(person.id)),
        }
    }

    fn keys_of(&self, id: UserId) -> Keys {
        let Some(keyring) = self.keyrings.get(&id) else { return Keys::Waiting };
        match &keyring.pin {
            Some(pin) => Keys::Known { trust: pin.trust(), standing: pin.standing() },
            // Not before all had time to come.
            None if self.choosing.contains_key(&id) => Keys::Waiting,
            None => match keyring.claimants() {
                claimants if claimants.is_empty() => Keys::Waiting,
                claimants => Keys::Several(claimants),
            },
        }
    }

    /// Our own connection came or went: so did what is known of everybody's.
    pub(super) fn touch_presences(&mut self) {
        self.screen.touch_everyone(self.people.keys().copied());
    }

    fn refresh_thread(&mut self, id: ConversationId) {
        // Of whom was removed no more than the numbers is left.
        let is_kept = self.people.get(&id.0).is_some_and(|person| person.beneath().is_some());
        let Some(thread) = self.threads.get(&id).filter(|_| is_kept) else {
            self.show(Change::ConversationGone(id));
            return;
        };
        let profile = self.people.get(&id.0).map(|person| &person.info.profile);
        let title = profile.map_or_else(|| "".into(), |profile| profile.name.clone());
        let picture = profile.and_then(|profile: &Profile| profile.picture.clone());
        let (typing, failed) = (self.typing.contains_key(&id), self.outbox.has_failed(id.0));
        let unreadable = self.is_lasting(thread);
        let waiting = self.is_waiting(id);
        let mut summary = thread.summary(title, picture, typing, failed, unreadable, waiting);
        if let Some((latest, message)) = summary.latest.as_mut().zip(thread.latest.as_ref()) {
            latest.delivery = message.delivery.map(|_| self.delivery(id, message.id, thread.latest_seq));
        }
        self.show(Change::Conversation(Box::new(summary)));
    }

    /// How far an own message has come: what the outbox says, or else the receipts.
    pub(super) fn delivery(&self, conversation: ConversationId, id: MessageId, seq: u64) -> Delivery {
        let waiting = self.outbox.delivery(id);
        waiting
            .or_else(|| self.threads.get(&conversation).map(|thread| thread.delivery(seq)))
            .unwrap_or(Delivery::Sent)
    }

    pub(super) fn show_account(&mut self) {
        let Some(ready) = self.ready() else { return };
        let me = &ready.me;
        let invite = self.link_of(Invite {
            from: me.id,
            name: me.info.profile.name.clone(),
            broker: me.server.address.clone(),
            root: me.server.root.clone(),
            key: Some(Box::new(*ready.keys.identity.key())),
            secrets: None,
        });
        let account = Account {
            id: me.id,
            code: short_code(ready.keys.fingerprint()),
            handle: me.handle.clone(),
            profile: me.info.profile.clone(),
            contacts_only: me.contacts_only,
            server: me.server.clone(),
            invite,
            preferences: me.preferences,
        };
        self.show(Change::Account(Box::new(account)));
    }
}
