//! What the broker brings.

use super::super::change::Alert;
use super::super::effect::Effect;
use super::super::id::{ConversationId, UserId};
use super::super::retained::{Beacon, Info};
use super::super::topics::Route;
use super::super::wire;
use super::commits::Then;
use super::people::is_heard;
use super::{Client, Ready};
use crate::mqtt::{Event, Incoming, Session, Token, TopicFilter, TopicName};
use crate::time::Timestamp;

/// How far ahead of our clock, in milliseconds, a counter that is made of somebody's clock may be: a year. What lies
/// further ahead would, once believed, never be superseded.
const MAX_AHEAD: u64 = 366 * 24 * 60 * 60 * 1000;

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
            Some(Route::Presence(of)) if of == me => {
                self.handle_own_beacon(Beacon::decode(&payload).as_ref())
            }
            Some(Route::Info(of)) => self.take_info(of, &payload),
            Some(Route::Presence(of)) => self.take_beacon(of, &payload, retain),
            Some(Route::Inbox) => {
                if let Ok(event) = wire::decode(&payload) {
                    // The inbox says what it acknowledges when.
                    return self.handle_inbox(event, packet);
                }
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
            Some(Route::Presence(of)) if of == me => self.handle_own_beacon(None),
            Some(
                Route::Info(_) | Route::Presence(_) | Route::Inbox | Route::Request(_) | Route::Response(_),
            )
            | None => {}
        }
    }

    fn handle_completed(&mut self, token: Token) {
        self.latest_completed(token);
        let now = self.now.instant;
        let jitter = self.entropy.number();
        if let Some((key, outgoing)) = self.outbox.completed(token, now, jitter) {
            // That one tick was there, or that a receipt need not be sent again, is not worth a commit of its own.
            let (write, to) = (super::super::stored::write_outgoing(key, outgoing), outgoing.to);
            self.commits.write_later(write, now);
            self.screen.touch(ConversationId(to));
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
            self.screen.touch(ConversationId(to));
        } else {
            self.latest_refused(token);
            // A receipt stays due: it leaves with the next news, when it is missed, or in the next session.
            self.link.done(token);
        }
    }

    /// Somebody's profile. Without signatures anybody may have written it; it is shown as what they say.
    fn take_info(&mut self, of: UserId, payload: &[u8]) {
        let now = self.now.timestamp;
        let Some(info) = Info::decode(payload).filter(|info| is_sane(info.rev, now)) else { return };
        let Some(person) = self.people.get_mut(&of) else { return };
        if !is_heard(person) || info.rev <= person.info.rev || info.profile.name.is_empty() {
            return;
        }
        person.info = info;
        self.commits.write(person.write());
        self.screen.touch_person(of);
    }

    fn take_own_info(&mut self, payload: &[u8]) {
        let now = self.now.timestamp;
        let info = Info::decode(payload);
        let Some(Ready { me, .. }) = self.ready_mut() else { return };
        let same = info.as_ref() == Some(&me.info);
        let newer = |rev: &u64| !same && *rev >= me.info.rev && is_sane(*rev, now);
        if let Some(rev) = info.map(|info| info.rev).filter(newer) {
            // Somebody else wrote in our name: outbid them, or contacts would go on believing them.
            me.info.rev = rev + 1;
            let write = me.write();
            self.commits.write(write);
        }
        self.handle_own_info(same);
    }

    fn take_beacon(&mut self, of: UserId, payload: &[u8], retained: bool) {
        let now = self.now;
        let Some(beacon) = Beacon::decode(payload).filter(|b| is_sane(b.counter, now.timestamp)) else {
            return;
        };
        let Some(person) = self.people.get_mut(&of).filter(|person| is_heard(person)) else { return };
        let sighting = self.sightings.entry(of).or_default();
        if !sighting.hear(&beacon, retained, now.timestamp) {
            return;
        }
        person.last_seen = sighting.last_seen;
        self.commits.write_later(person.write(), now.instant);
        self.screen.touch_person(of);
        if beacon.online {
            self.outbox.hurry(Some(of), now.instant);
            self.repeat_requests(Some(of));
        } else if self.typing.remove(&ConversationId(of)).is_some() {
            self.screen.touch(ConversationId(of));
        }
    }
}

/// Whether a counter can be made of a clock that is not absurdly ahead.
pub(super) fn is_sane(counter: u64, now: Timestamp) -> bool {
    counter <= now.0.saturating_add(MAX_AHEAD)
}
