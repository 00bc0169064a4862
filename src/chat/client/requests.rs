//! Requests for contact and their answers, both ways.

use std::sync::Arc;
use std::time::Duration;

use super::super::change::{Change, Form, Rejection};
use super::super::contact::{Relation, Request};
use super::super::id::{ConversationId, MessageId, UserId};
use super::super::stored::{Asked, Person};
use super::super::wire::EventBody;
use super::Client;
use super::commits::Then;
use super::first::{Claim, Opened};
use crate::mqtt::{Publish, QoS};
use crate::time::Instant;

/// How many requests are kept.
const MAX_REQUESTS: usize = 200;
/// How many new requests are taken in within [`WINDOW`].
const MAX_NEW: u32 = 20;
const WINDOW: Duration = Duration::from_secs(60);

/// Counts new requests, so that a flood of them stays a trickle.
#[derive(Debug, Default)]
pub(super) struct Intake {
    since: Instant,
    taken: u32,
}

impl Intake {
    fn has_room(&self, now: Instant) -> bool {
        self.taken < MAX_NEW || now.since(self.since) >= WINDOW
    }

    pub(super) fn count(&mut self, now: Instant) {
        if self.taken == 0 || now.since(self.since) >= WINDOW {
            *self = Self { since: now, taken: 0 };
        }
        self.taken += 1;
    }
}
impl Client {
    /// Asks somebody for contact; `name` is what they are called until their profile is known; it may be empty.
    pub(super) fn ask(&mut self, to: UserId, name: &Arc<str>) -> Result<(), Rejection> {
        let me = self.ready().map(|ready| ready.me.id);
        if me == Some(to) {
            return Err(Rejection::Oneself);
        }
        match self.people.get(&to).map(|person| person.relation) {
            Some(Relation::Friend) => return Err(Rejection::AlreadyContact),
            Some(Relation::Requested) => return Err(Rejection::AlreadyAsked),
            Some(Relation::Blocked) => return Err(Rejection::Blocked),
            Some(Relation::Declined) | None => {}
        }
        let beside = self.asked.get(&to).is_some_and(|asked| asked.key.is_some());
        if !beside && self.is_asking(to) && self.keyrings.get(&to).is_some_and(|keyring| keyring.is_sure(to))
        {
            // Both asked: that is a yes.
            self.accept(to);
            return Ok(());
        }
        self.forget_claim(to);
        let request = self.entropy.message_id();
        self.relate(to, name, Relation::Requested, Some(request));
        // Without a key in use nothing leaves: it waits for theirs.
        self.send_request(to, request);
        self.note_silence(to);
        Ok(())
    }

    /// Sends requests that wait for an answer again: they may have been lost.
    pub(super) fn repeat_requests(&mut self, to: Option<UserId>) {
        let of = self.people.values().filter(|person| to.is_none_or(|to| to == person.id));
        let waiting: Vec<_> = of.filter_map(|person| Some((person.id, person.waits_for()?))).collect();
        for (to, request) in waiting {
            self.send_request(to, request);
        }
    }

    /// Asks a friend who has begun anew: to them this person is a stranger. To this person they stay a friend.
    pub(super) fn introduce_oneself(&mut self, to: UserId) {
        let request = self.entropy.message_id();
        self.relate(to, &"".into(), Relation::Friend, Some(request));
        self.send_request(to, request);
    }

    /// Encrypts and sends a request, where it is known by which key.
    pub(super) fn send_request(&mut self, to: UserId, request: MessageId) {
        let Some(topic) = self.ready().map(|ready| ready.root.request(to, ready.me.id)) else { return };
        let event = self.unnumbered(to, request, EventBody::Request(self.own_name()));
        if self.link.is_live()
            && let Some(envelope) = self.seal_request(to, &event)
        {
            let publish = Publish { topic, payload: envelope.into(), qos: QoS::AtLeastOnce, retain: false };
            self.commits.then(Then::Publish(publish));
        }
    }

    /// They have new keys for first contact: a request that waits is sent by them.
    pub(super) fn begin_request_anew(&mut self, of: UserId) {
        let Some(request) = self.people.get(&of).and_then(Person::waits_for) else { return };
        self.end_sessions(of, |_| true);
        self.send_request(of, request);
    }

    /// Somebody asks for contact.
    pub(super) fn take_request(&mut self, from: UserId, payload: &[u8]) {
        let relation = self.people.get(&from).map(|person| person.relation);
        let known = relation.is_some() || self.asked.contains_key(&from);
        if relation == Some(Relation::Blocked) || (!known && !self.has_room_for_a_request()) {
            return;
        }
        let Some(Opened { event, asked, of, peer }) = self.open_request(Some(from), payload) else { return };
        let EventBody::Request(name) = event.body.clone() else { return };
        let invited = self.redeem(&asked);
        // Also the same question, once it comes on another session.
        let is_new = asked.began.is_some() || self.asked.get(&from).is_none_or(|known| known.id != event.id);
        let is_new = is_new && relation.is_none() && invited.is_none();
        if is_new && (name.is_empty() || !self.has_room_for_a_request()) {
            return;
        }
        let taken = match self.claim_of(from, &asked, invited.is_some()) {
            Claim::Theirs => self.introduce(from, &asked, of, peer, invited.is_some()),
            Claim::Rival => return self.take_rival(from, (event.id, name), &asked, of, peer),
            Claim::Beside => return self.take_beside(from, (event.id, name), &asked, of, peer),
            Claim::Nothing => false,
        };
        if !taken {
            return;
        }
        self.compare_devices(&event);
        if is_new {
            self.intake.count(self.now.instant);
        }
        if let Some(answer) = invited {
            return self.welcome_joiner(from, &name, &asked.certificate.user, answer);
        }
        match relation {
            // Our yes got lost.
            Some(Relation::Friend) => return self.answer(from, self.yes_to(from)),
            // Both asked: that is a yes.
            Some(Relation::Requested) => {
                self.befriend(from, &"".into());
                return self.answer(from, EventBody::Accept(self.own_name(), None));
            }
            Some(Relation::Declined | Relation::Blocked) | None => {}
        }
        self.consider_request(from, event.id, name);
    }

    /// A yes; with the answer to an invite of ours, where their key has followed one.
    pub(super) fn yes_to(&self, to: UserId) -> EventBody {
        let key = self.keyrings.get(&to).and_then(|keyring| keyring.pin).map(|pin| *pin.key());
        let answer = key.and_then(|key| self.invites.iter().find_map(|invite| invite.answer_to(&key)));
        EventBody::Accept(self.own_name(), answer)
    }

    pub(super) fn has_room_for_a_request(&self) -> bool {
        self.requests().len() < MAX_REQUESTS && self.intake.has_room(self.now.instant)
    }

    /// A request of somebody who is no contact.
    fn consider_request(&mut self, from: UserId, id: MessageId, name: Arc<str>) {
        if let Some(known) = self.asked.get(&from).filter(|known| known.id == id) {
            if known.declined {
                self.answer(from, EventBody::Decline(id));
            }
            return;
        }
        let request = Request { from, name, received_at: self.now.timestamp, askers: Vec::new() };
        let rivals = self.rivals_of(from);
        self.asked.insert(from, Asked { request, id, declined: false, rivals, key: None });
        self.show_askers(from);
    }

    /// Somebody answers our request.
    pub(super) fn take_response(&mut self, from: UserId, payload: &[u8]) {
        let Some(event) = self.open_envelope(payload).filter(|event| event.from == from) else { return };
        let person = self.people.get_mut(&from);
        if let (EventBody::Accept(_, answer), Some((Relation::Friend, None))) =
            (&event.body, person.as_ref().map(|person| (person.relation, person.request)))
        {
            // A message of theirs was faster.
            return self.take_invite_answer(from, *answer);
        }
        let Some(person) = person.filter(|person| person.waits_for().is_some()) else { return };
        match event.body {
            EventBody::Accept(name, answer) => {
                if person.info.rev == 0 && !name.is_empty() {
                    person.info.profile.name = name;
                }
                self.befriend(from, &"".into());
                self.take_invite_answer(from, answer);
                self.outbox.hurry(Some(from), self.now.instant);
            }
            EventBody::Decline(request) if person.request == Some(request) => {
                person.relation = Relation::Declined;
                person.request = None;
                self.commits.write(person.write());
                self.screen.touch_person(from);
                self.listen(from, false);
            }
            EventBody::Decline(_)
            | EventBody::Text(_)
            | EventBody::Receipt(_)
            | EventBody::Typing
            | EventBody::Edit(..)
            | EventBody::Delete(_)
            | EventBody::Request(_)
            | EventBody::Nak(_)
            | EventBody::Compare(_)
            | EventBody::Profile(_)
            | EventBody::Want(..)
            | EventBody::Missing(_)
            | EventBody::Doubt
            | EventBody::Devices(_)
            | EventBody::Unknown => {}
        }
    }

    /// Whether a request of theirs stands on the screen.
    pub(super) fn is_asking(&self, id: UserId) -> bool {
        let blocked = self.people.get(&id).is_some_and(|person| person.relation == Relation::Blocked);
        !blocked && self.asked.get(&id).is_some_and(|asked| !asked.declined)
    }

    /// The requests that stand on the screen.
    pub(super) fn requests(&self) -> Vec<Request> {
        let asking = self.asked.values().filter(|asked| self.is_asking(asked.request.from));
        asking.map(|asked| self.request_of(asked)).collect()
    }

    pub(super) fn accept(&mut self, from: UserId) {
        // Of several the person says which one.
        if !self.is_asking(from) || self.is_contested(from) {
            return;
        }
        let Some(asked) = self.drop_request(from) else { return };
        if let Some(key) = asked.key {
            return self.go_over(from, key, &asked.request.name);
        }
        self.befriend(from, &asked.request.name);
        self.answer(from, EventBody::Accept(self.own_name(), None));
    }

    /// A request is answered: it is shown no longer.
    pub(super) fn drop_request(&mut self, from: UserId) -> Option<Asked> {
        let asked = self.asked.remove(&from)?;
        self.commits.write(Asked::delete(from));
        self.commits.then(Then::Show(Change::RequestGone(from)));
        Some(asked)
    }

    pub(super) fn decline(&mut self, from: UserId) {
        let is_asking = self.is_asking(from) && !self.is_contested(from);
        let Some(asked) = self.asked.get_mut(&from).filter(|_| is_asking) else { return };
        asked.declined = true;
        let (id, key, write) = (asked.id, asked.key, asked.write());
        self.commits.write(write);
        self.forget_old_refusals();
        self.commits.then(Then::Show(Change::RequestGone(from)));
        self.decline_asker(from, key, id);
    }

    /// Refusals are remembered so that a repeated request stays out of sight, but not for ever.
    fn forget_old_refusals(&mut self) {
        let declined = self.asked.values().filter(|asked| asked.declined);
        let oldest =
            declined.clone().min_by_key(|asked| asked.request.received_at).map(|asked| asked.request.from);
        if let Some(from) = oldest.filter(|_| declined.count() > MAX_REQUESTS) {
            self.asked.remove(&from);
            self.commits.write(Asked::delete(from));
            if !self.people.contains_key(&from) {
                self.forget_keys(from);
            }
        }
    }

    /// Answers a request, once what the answer says is stored.
    pub(super) fn answer(&mut self, to: UserId, body: EventBody) {
        let Some(topic) = self.ready().map(|ready| ready.root.response(to, ready.me.id)) else { return };
        let event = self.passing(to, body);
        if let Some(envelope) = self.seal(to, &event) {
            let publish = Publish { topic, payload: envelope.into(), qos: QoS::AtLeastOnce, retain: false };
            self.commits.then(Then::Publish(publish));
        }
    }

    /// Tells the form how it went, and after success leads to the conversation.
    pub(super) fn asked(&mut self, form: Form, to: UserId, outcome: Result<(), Rejection>) {
        match (form, outcome) {
            (Form::Invite, Ok(()) | Err(Rejection::AlreadyContact | Rejection::AlreadyAsked)) => {
                self.commits.then(Then::Show(Change::Opened(ConversationId(to))));
            }
            (_, Ok(())) => {
                self.asking = Some((to, self.now.instant));
                self.commits.then(Then::Done(form));
            }
            (_, Err(Rejection::AlreadyContact)) => {
                self.show(Change::Rejected(form, Rejection::AlreadyContact));
                self.show(Change::Opened(ConversationId(to)));
            }
            (_, Err(rejection)) => self.show(Change::Rejected(form, rejection)),
        }
    }
}
