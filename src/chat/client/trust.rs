//! How well somebody's key is known, and what a change of it does.

use super::super::change::{Change, Safety};
use super::super::contact::Relation;
use super::super::effect::Effect;
use super::super::holder::Holder;
use super::super::id::{ConversationId, MessageId, Ticket, UserId};
use super::super::input::CameraError;
use super::super::keyring::Keyring;
use super::super::message::{Body, Message};
use super::super::thread::Thread;
use super::super::timeline::Entry;
use super::commits::Then;
use super::{Client, Ready};
use crate::e2ee::key::{Fingerprint, UserKey};
use crate::e2ee::safety::{Code, Comparison, safety_number, typed_number};
use crate::e2ee::trust::{KeyChange, Pin};
use crate::time::Timestamp;

impl Client {
    /// A request has shown another key than the one in use with somebody. Nothing leaves for them until the person has
    /// decided, and a line of the conversation says so for good.
    pub(super) fn observe_key(&mut self, of: UserId, holder: Holder) {
        let Some(keyring) = self.keyrings.get_mut(&of) else { return };
        let Some(pin) = keyring.pin.as_mut() else { return };
        let (key, before) = (holder.key, pin.changed().copied());
        match pin.observe(&key) {
            KeyChange::Same if before == Some(key) => keyring.put(holder),
            KeyChange::Same => return,
            KeyChange::Replaced | KeyChange::Held | KeyChange::Blocked => {
                keyring.holders.retain(|known| Some(known.key) != before);
                keyring.put(holder);
                // One line, however many keys somebody sends one after the other.
                if before.is_none() {
                    self.note_in_conversation(of, Body::KeyChanged);
                }
            }
        }
        self.commits.touch_keyring(of);
        self.screen.touch_person(of);
    }

    /// Puts a line into a conversation that nobody has written.
    pub(super) fn note_in_conversation(&mut self, of: UserId, body: Body) {
        let id = self.entropy.message_id();
        let conversation = ConversationId(of);
        let Some(me) = self.ready().map(|ready| ready.me.id) else { return };
        let Some(thread) = self.threads.get_mut(&conversation) else { return };
        let entry = line(thread, id, me, self.now.timestamp, body);
        thread.note(&entry.message, 0);
        self.commits.touch(conversation);
        self.commits.write(entry.write());
        self.commits.then(Then::Insert(entry));
    }

    /// The person goes on with the new key of somebody who was not verified.
    pub(super) fn accept_new_key(&mut self, of: UserId) {
        self.decide(of, |pin| pin.accept_change().is_ok());
    }

    /// The person stays with the key that they know: what waits leaves for it.
    pub(super) fn keep_key(&mut self, of: UserId) {
        if self.keyrings.get_mut(&of).is_some_and(Keyring::keep) {
            self.forget_link(of);
            self.commits.touch_keyring(of);
            self.screen.touch_person(of);
            self.outbox.hurry(Some(of), self.now.instant);
        }
    }

    /// The person has compared this key: it is verified.
    pub(super) fn verify(&mut self, of: UserId, key: Fingerprint) {
        let holder = self.keyrings.get(&of).and_then(|keyring| keyring.holder(key));
        if let Some(key) = holder.map(|holder| holder.key) {
            self.verify_key(of, &key);
        }
    }

    pub(super) fn verify_key(&mut self, of: UserId, key: &UserKey) {
        self.decide(of, |pin| pin.verify(key).is_ok());
    }

    pub(super) fn unverify(&mut self, of: UserId) {
        self.decide(of, |pin| {
            pin.unverify();
            true
        });
    }

    fn decide(&mut self, of: UserId, decision: impl FnOnce(&mut Pin) -> bool) {
        let Some(keyring) = self.keyrings.get_mut(&of) else { return };
        let Some(pin) = keyring.pin.as_mut() else { return };
        let before = *pin.key();
        if !decision(pin) {
            return;
        }
        let key = *pin.key();
        if key != before && keyring.wanted == Some(before.fingerprint()) {
            // An invite of theirs had named it.
            keyring.wanted = None;
        }
        if pin.changed().is_none() {
            keyring.holders.retain(|holder| holder.key == key);
        }
        self.commits.touch_keyring(of);
        self.screen.touch_person(of);
        if key != before {
            self.go_on_with_new_key(of);
        }
    }

    /// Another key is in use: what waits for them is encrypted to it, and they get the answer that they asked for.
    fn go_on_with_new_key(&mut self, of: UserId) {
        let now = self.now.instant;
        let holder = self.keyrings.get(&of).and_then(|keyring| keyring.in_use());
        let live = holder.iter().flat_map(|holder| holder.set.live());
        let theirs: Vec<_> = live.map(|live| *live.curve25519.as_bytes()).collect();
        self.end_sessions(of, |identity| !theirs.contains(identity));
        self.outbox.reseal(of, now);
        if self.people.get(&of).is_some_and(|person| person.relation == Relation::Friend) {
            if self.keyrings.get(&of).is_some_and(|keyring| keyring.is_named()) {
                // They need not have asked: this person has followed a link of theirs.
                self.introduce_oneself(of);
            } else {
                self.answer(of, self.yes_to(of));
            }
            self.confide_profile(of);
        }
        self.ask_keys(of);
    }

    /// Tells what two people compare: of the key that waits for a decision, if there is one, else of the one in use.
    pub(super) fn show_safety(&mut self, of: UserId) {
        let Some((key, ours, me)) = self.keys_of_both(of) else { return };
        let number = safety_number((&ours, &me.0), (&key, &of.0)).into();
        let code = Code { own: ours.fingerprint(), other: key.fingerprint() }.encode().into();
        self.show(Change::Safety(Box::new(Safety { contact: of, key: key.fingerprint(), number, code })));
    }

    /// The person has scanned or typed somebody's code, or typed the safety number that their screen shows. Where both
    /// keys are right it is verified.
    pub(super) fn compare_code(&mut self, of: UserId, text: &str) {
        let Some((key, ours, me)) = self.keys_of_both(of) else { return };
        let with = |key: &UserKey| match typed_number(text) {
            Some(typed) if typed == safety_number((&ours, &me.0), (key, &of.0)) => Ok(Comparison::Match),
            Some(_) => Ok(Comparison::NumberDiffers),
            None => Code::parse(text).map(|code| code.compare(ours.fingerprint(), key.fingerprint())),
        };
        let in_use = self.keyrings.get(&of).and_then(|keyring| keyring.pin).map(|pin| *pin.key());
        if let Some(old) = in_use.filter(|old| *old != key && with(old) == Ok(Comparison::Match)) {
            // The key that was known is the right one, and the one that came instead is not.
            self.keep_key(of);
            self.verify_key(of, &old);
            return self.show(Change::Compared(of, Ok(Comparison::Match)));
        }
        let comparison = with(&key);
        if comparison == Ok(Comparison::Match) {
            self.verify_key(of, &key);
        }
        self.show(Change::Compared(of, comparison));
    }

    /// The person looks for somebody's code with the camera, or no longer.
    pub(super) fn scan(&mut self, of: Option<UserId>) {
        let Some(of) = of else { return self.stop_scanning() };
        let ticket = self.ticket();
        self.scanning = Some((ticket, of));
        self.effect(Effect::OpenCamera(ticket));
    }

    fn stop_scanning(&mut self) {
        if self.scanning.take().is_some() {
            self.effect(Effect::CloseCamera);
        }
    }

    pub(super) fn handle_code(&mut self, ticket: Ticket, text: &str) {
        if let Some((_, of)) = self.scanning.filter(|(expected, _)| *expected == ticket) {
            self.stop_scanning();
            self.compare_code(of, text);
        }
    }

    pub(super) fn handle_no_camera(&mut self, ticket: Ticket, error: CameraError) {
        if self.scanning.take_if(|(expected, _)| *expected == ticket).is_some() {
            self.show(Change::NoCamera(error));
        }
    }

    fn keys_of_both(&self, of: UserId) -> Option<(UserKey, UserKey, UserId)> {
        let Ready { me, keys, .. } = self.ready()?;
        let pin = self.keyrings.get(&of)?.pin?;
        Some((*pin.changed().unwrap_or(pin.key()), *keys.identity.key(), me.id))
    }
}

/// A line of a conversation that nobody has written, behind all that is there.
pub(super) fn line(thread: &Thread, id: MessageId, me: UserId, at: Timestamp, body: Body) -> Entry {
    let message = Message {
        id,
        conversation: thread.id,
        // Nobody else can change or take back what bears our name.
        author: me,
        position: thread.tick(at, me, id),
        sent_at: at,
        body,
        edited: false,
        delivery: None,
    };
    Entry { message, seq: 0, changed: 0, change: 0 }
}
