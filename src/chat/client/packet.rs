//! What the broker brings.

use super::super::change::Alert;
use super::super::contact::Presence;
use super::super::effect::Effect;
use super::super::guards::{self, Guard};
use super::super::holder::Holder;
use super::super::id::{ConversationId, DeviceId, UserId};
use super::super::keys::{Paper, half_life};
use super::super::presence::Sighting;
use super::super::receipt::SeqSet;
use super::super::retained::{Info, statement};
use super::super::topics::Route;
use super::commits::Then;
use super::people::is_heard;
use super::{Client, Ready, ready_mut};
use crate::e2ee::document::Kind;
use crate::e2ee::place::Owner;
use crate::mqtt::{Event, Incoming, Session, Token, TopicFilter, TopicName};
use crate::time::Instant;

impl Client {
    /// Handles what the session has to say, until it has nothing more.
    pub(super) fn drain_session(&mut self) {
        while let Some(event) = self.link.session.as_mut().and_then(Session::poll_event) {
            match event {
                Event::Open => self.open_transport(),
                Event::Close(_) => self.effect(Effect::Close),
                Event::Connected { session_present } => self.handle_connected(session_present),
                Event::Waiting { reason, retry_at } => self.handle_waiting(reason.as_ref(), retry_at),
                Event::Stopped(stop) => self.handle_stopped(stop),
                Event::Publish(incoming) => self.handle_publish(incoming),
                Event::Oversized(topic) => self.handle_oversized(&topic),
                Event::Completed(token) => self.handle_completed(token),
                Event::Quarantined(token) => self.handle_quarantined(token),
                Event::Subscribed(filter, granted) => self.handle_subscribed(&filter, granted.is_some()),
            }
        }
    }

    /// A refused filter is asked for again at the next connection. Without somebody's documents there is less to see;
    /// without the inbox there is nothing.
    fn handle_subscribed(&mut self, filter: &TopicFilter, granted: bool) {
        let inbox = self.ready().map(|ready| ready.root.inbox_filters(ready.me.id));
        if inbox.is_some_and(|inbox| inbox.contains(filter)) {
            self.alert(|alerts| alerts.deaf = (!granted).then_some(Alert::Deaf));
        }
    }

    fn handle_publish(&mut self, incoming: Incoming) {
        let route = self.ready().and_then(|ready| ready.root.route(&incoming.topic, ready.me.id));
        let Incoming { id: packet, payload, retain, .. } = incoming;
        let Some(me) = self.ready().map(|ready| ready.me.id) else { return };
        match route {
            Some(Route::Info(of)) if of == me => self.take_own_info(&payload),
            Some(Route::Presence(of, _)) if of == me => self.handle_own_beacon(Some(&payload)),
            Some(Route::Info(of)) => self.take_info(of, &payload),
            Some(Route::Presence(of, device)) => self.take_beacon(of, device, &payload, retain),
            Some(Route::Claim(of, key)) => self.take_paper(of, key, None, Paper::Claim, &payload),
            Some(Route::Certificate(of, key, device)) => {
                if of == me {
                    self.note_replaced(device, &payload);
                }
                self.take_paper(of, key, Some(device), Paper::Certificate, &payload);
            }
            Some(Route::Bundle(of, key, device)) => {
                self.take_paper(of, key, Some(device), Paper::Bundle, &payload);
            }
            Some(Route::Inbox) => {
                if let Some(event) = self.open_envelope(&payload) {
                    self.note_understood(&event);
                    // The inbox says what it acknowledges when.
                    return self.handle_inbox(event, packet);
                }
                self.take_introduction(&payload);
            }
            Some(Route::Request(from)) => self.take_request(from, &payload),
            Some(Route::Response(from)) => self.take_response(from, &payload),
            None => {}
        }
        // Even what means nothing is acknowledged [MQTT-4.5.0-2], after what was written because of it.
        if let Some(packet) = packet {
            self.commits.then(Then::Ack(packet));
        }
    }

    /// Nobody's documents are that large, and ours least of all.
    fn handle_oversized(&mut self, topic: &TopicName) {
        let Some(me) = self.ready().map(|ready| ready.me.id) else { return };
        match self.ready().and_then(|ready| ready.root.route(topic, me)) {
            Some(Route::Info(of)) if of == me => self.handle_own_info(false),
            Some(Route::Presence(of, _)) if of == me => self.handle_own_beacon(None),
            Some(Route::Claim(of, key)) => self.own_paper(of, key, None, Paper::Claim, None),
            Some(Route::Certificate(of, key, device)) => {
                self.own_paper(of, key, Some(device), Paper::Certificate, None);
            }
            Some(Route::Bundle(of, key, device)) => {
                self.own_paper(of, key, Some(device), Paper::Bundle, None);
            }
            Some(
                Route::Info(_) | Route::Presence(..) | Route::Inbox | Route::Request(_) | Route::Response(_),
            )
            | None => {}
        }
    }

    fn handle_completed(&mut self, token: Token) {
        self.latest_completed(token);
        let now = self.now.instant;
        let jitter = self.entropy.number();
        let (sightings, time) = (&self.sightings, self.now.timestamp);
        let away = |to| {
            let seen = sightings.get(&to).map(|sighting| sighting.presence(time));
            matches!(seen, Some(Presence::Offline(_)))
        };
        if let Some((key, outgoing)) = self.outbox.completed(token, now, jitter, away) {
            // That one tick was there, or that a receipt need not be sent again, is not worth a commit of its own.
            let (to, seq) = (outgoing.to, outgoing.seq);
            let write = super::super::stored::write_outgoing(key, outgoing);
            self.commits.write_later(write, now);
            self.carried_over(key);
            self.screen.touch(ConversationId(to));
            if guards::is_off(Guard::OutboxUntilReceipt) {
                self.outbox.acknowledge(to, &SeqSet::from_runs([(seq, seq)]));
                self.commits.write(super::super::stored::delete_outgoing(key));
            }
        } else if let Some((conversation, receipt)) = self.link.done(token)
            && let Some(thread) = self.threads.get_mut(&conversation)
        {
            thread.receipt_sent(&receipt);
            self.commits.touch_later(conversation, now);
        }
    }

    fn handle_quarantined(&mut self, token: Token) {
        if let Some((key, outgoing)) = self.outbox.quarantined(token) {
            let (write, to) = (super::super::stored::write_outgoing(key, outgoing), outgoing.to);
            self.commits.write(write);
            self.put_down(key);
            self.screen.touch(ConversationId(to));
        } else {
            self.latest_refused(token);
            // A receipt stays due: it leaves with the next news, when it is missed, or in the next session.
            self.link.done(token);
        }
    }

    /// Somebody's profile. It is believed by the key in use, and by no other.
    fn take_info(&mut self, of: UserId, payload: &[u8]) {
        let now = self.now.timestamp;
        let Some((owner, _)) = self.owner_of(of) else { return self.take_claimed_name(of, payload) };
        let Some((info, _)) = Info::decode(payload, &owner, now) else { return };
        let Some(person) = self.people.get_mut(&of) else { return };
        if !is_heard(person) || info.rev <= person.info.rev || info.profile.name.is_empty() {
            return;
        }
        person.info = info;
        self.commits.write(person.write());
        self.screen.touch_person(of);
    }

    /// Below which place somebody's documents are believed, and by which devices.
    pub(super) fn owner_of(&self, of: UserId) -> Option<(Owner<'_>, &Holder)> {
        let holder = self.keyrings.get(&of)?.in_use()?;
        let root = self.ready()?.root.as_str();
        Some((Owner { root, id: of.0, key: holder.key.fingerprint() }, holder))
    }

    fn take_own_info(&mut self, payload: &[u8]) {
        let now = self.now.timestamp;
        let Some(Ready { me, root, keys }) = ready_mut(&mut self.stage) else { return };
        let shown = Info::decode(payload, &keys.owner(root.as_str(), me.id), now);
        let same = shown
            .as_ref()
            .is_some_and(|(info, document)| *info == me.public_info() && now < half_life(document));
        let rev = shown.map_or(0, |(info, _)| info.rev);
        if !same && rev >= me.info.rev {
            // Said by us, but not from here, or so long ago that it must be said again.
            me.info.rev = rev + 1;
            self.commits.write(me.write());
        }
        self.handle_own_info(same);
    }

    /// What a device of somebody's says of its connection. Whoever else is there under the same address is not they.
    fn take_beacon(&mut self, of: UserId, device: DeviceId, payload: &[u8], retained: bool) {
        let now = self.now;
        let Some(document) = statement(payload) else { return };
        self.note_device(of, device, &document);
        let Some((owner, holder)) = self.owner_of(of) else { return };
        let Some(live) = holder.set.find(&device.0) else { return };
        let mut sighting = self.sightings.get(&of).copied().unwrap_or_default();
        let before = sighting;
        if !sighting.hear(&document, &owner, live, retained, now.timestamp) {
            return;
        }
        let Some(person) = self.people.get_mut(&of).filter(|person| is_heard(person)) else { return };
        (person.last_seen, person.statement) = (sighting.last_seen, sighting.statement);
        self.commits.write_later(person.write(), now.instant);
        self.sightings.insert(of, sighting);
        self.screen.touch_person(of);
        if document.kind() == Kind::Online {
            if before.statement != sighting.statement && before.presence(now.timestamp) != Presence::Online {
                self.await_cure(of);
            }
            self.hurry(Some(of));
            self.repeat_requests(Some(of));
        } else if self.typing.remove(&ConversationId(of)).is_some() {
            self.screen.touch(ConversationId(of));
        }
    }

    /// When somebody is no longer online unless they say so again.
    pub(super) fn presence_deadline(&self) -> Option<Instant> {
        let until = self.sightings.values().filter_map(Sighting::until).min()?;
        Some(self.now.instant + until.since(self.now.timestamp))
    }

    pub(super) fn expire_presences(&mut self) {
        let now = self.now.timestamp;
        for (id, sighting) in self.sightings.iter_mut() {
            if sighting.expire(now) {
                self.screen.touch_person(*id);
            }
        }
    }
}
