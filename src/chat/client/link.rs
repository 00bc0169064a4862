//! The connection: the MQTT session, what is said of it, this person's own retained documents.

use bytes::Bytes;
use litemap::LiteMap;

use super::super::change::{Change, Connection, Trouble};
use super::super::effect::Effect;
use super::super::id::{ConversationId, DeviceId, Ticket};
use super::super::input::{Closed, PROTOCOL_ERROR};
use super::super::retained::Beacon;
use super::super::server;
use super::super::wire::Receipt;
use super::ages::Ages;
use super::heal::Heal;
use super::latest::Latest;
use super::own::SETTLE;
use super::waking::Waking;
use super::{Client, Ready};
use crate::mqtt::{CloseReason, Config, PacketId, Publish, QoS, Session, Stop, Token, Will};
use crate::time::Instant;

/// The largest packet taken from a broker, in bytes.
const MAX_INBOUND: usize = 1024 * 1024;
/// How many publishes may be unacknowledged at once: what the tightest broker, AWS IoT Core, takes from a client.
const WINDOW: u16 = 100;

/// What belongs to the connection.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) session: Option<Session>,
    /// The browser says that there is no network.
    pub(super) offline: bool,
    pub(super) trouble: Option<Trouble>,
    /// The look at whether anything answers at the broker's address: one for each time that it cannot be reached.
    pub(super) probe: Option<Ticket>,
    pub(super) shown: Option<Connection>,
    waking: Waking,
    pub(super) ages: Ages,
    /// CONNACK accepted the connection that is open.
    live: bool,
    /// What this device says of the connection that is open.
    pub(super) beacon: Option<Beacon>,
    pub(super) beacon_heal: Heal,
    /// The beacon as it was published last, and when it must be said again.
    pub(super) told_beacon: Option<Bytes>,
    pub(super) refresh: Option<Instant>,
    pub(super) info_heal: Heal,
    /// In the order of `Paper::ALL`.
    pub(super) paper_heals: [Heal; 3],
    /// That of the devices whose place this one has taken.
    pub(super) former_heal: Heal,
    /// When keys or documents are to be renewed.
    pub(super) renewal: Option<Instant>,
    /// By conversation and device, the newest of each.
    owed: LiteMap<(ConversationId, DeviceId), (Receipt, Option<Bytes>)>,
    /// Those the session has.
    receipts: LiteMap<(ConversationId, DeviceId), (Token, Receipt)>,
    pub(super) latest: Latest,
}

/// How to leave the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goodbye {
    /// Say that we are offline.
    Offline,
    /// Another tab goes on in our name.
    Silent,
}

impl Link {
    pub(super) fn ack(&mut self, packet: PacketId) {
        if let Some(session) = &mut self.session {
            session.ack(packet);
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    pub(super) fn owe(&mut self, conversation: ConversationId, receipt: Receipt, envelope: Option<Bytes>) {
        self.owed.insert((conversation, receipt.device), (receipt, envelope));
    }

    pub(super) fn take_owed(&mut self) -> Vec<(ConversationId, Receipt, Option<Bytes>)> {
        let owed = std::mem::take(&mut self.owed).into_iter();
        owed.map(|((conversation, _), (receipt, envelope))| (conversation, receipt, envelope)).collect()
    }

    /// The session has a receipt; gives an earlier one, which says less and need not be sent.
    pub(super) fn receipt_sent(
        &mut self,
        token: Token,
        conversation: ConversationId,
        receipt: Receipt,
    ) -> Option<Token> {
        let earlier = self.receipts.insert((conversation, receipt.device), (token, receipt));
        earlier.map(|(token, _)| token)
    }

    /// The session is done with a publish, one way or the other: gives the receipt that it was.
    pub(super) fn done(&mut self, token: Token) -> Option<(ConversationId, Receipt)> {
        let (of, _) = self.receipts.iter().find(|(_, (sent, _))| *sent == token)?;
        let (conversation, device) = *of;
        self.receipts.remove(&(conversation, device)).map(|(_, receipt)| (conversation, receipt))
    }
}

impl Client {
    /// Begins to want a connection, with a session of its own.
    pub(super) fn connect(&mut self) {
        let jitter_seed = self.entropy.number();
        let Some(Ready { me, root, keys }) = self.ready() else { return };
        if keys.is_revoked {
            return self.show_connection(Connection::Stopped(Trouble::Revoked));
        }
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let config = Config {
            clean_session: false,
            keep_alive: server::keep_alive(&me.server),
            user_name: text(&me.server.user_name),
            password: text(&me.server.password).map(String::into_bytes),
            will: None,
            max_inbound: MAX_INBOUND,
            inflight_window: WINDOW,
            jitter_seed,
            client_id: format!("{}{}", me.server.client_id, me.client_id),
        };
        let [filters, silenced] = self.filters(root, me.id, keys);
        // Other devices may have gone on from the same backup, or be lost, and this one know nothing of them.
        let others = (keys.since > 0).then(|| root.certificates_filter(me.id, keys.fingerprint()));
        let now = self.now.instant;
        self.outbox.forget_tokens(now);
        self.link.receipts.clear();
        self.carried.clear();
        self.link.latest.forget();
        for thread in self.threads.values().filter(|thread| thread.due_receipts().next().is_some()) {
            self.commits.receipt(thread.id);
        }
        // The fields were checked when they were typed.
        let Ok(mut session) = Session::new(config) else { return };
        for filter in filters.into_iter().chain(others) {
            session.subscribe(filter, QoS::AtLeastOnce, now);
        }
        // A session that the broker has kept may still hear people who are not listened to any more.
        for filter in silenced {
            session.unsubscribe(&filter, now);
        }
        session.connect(now);
        self.link.session = Some(session);
        self.link.info_heal = Heal::default();
        self.link.beacon_heal = Heal::default();
        self.link.paper_heals = [Heal::default(); 3];
        self.link.former_heal = Heal::default();
        self.show_connection(Connection::Connecting);
    }

    /// The transport is asked for: announce this connection, and leave its will.
    pub(super) fn open_transport(&mut self) {
        let nonce = self.entropy.number();
        let at = self.now.timestamp;
        let Some(Ready { me, root, keys }) = self.ready_mut() else { return };
        // Never below the wall clock: a device set up anew under the same id must not fall behind its former self.
        me.counter = (me.counter + 1).max(at.0);
        let beacon = Beacon { online: true, counter: me.counter, nonce, at };
        let will = Will {
            topic: root.presence(me.id, keys.device_id()),
            payload: Beacon { online: false, ..beacon }
                .encode(keys, &keys.owner(root.as_str(), me.id))
                .into(),
            qos: QoS::AtLeastOnce,
            retain: true,
        };
        let (write, address) = (me.write(), me.server.address.clone());
        self.commits.write(write);
        (self.link.beacon, self.link.told_beacon) = (Some(beacon), None);
        if let Some(session) = &mut self.link.session {
            session.set_will(Some(will));
        }
        self.effect(Effect::Connect(address));
        if matches!(self.link.shown, Some(Connection::Reconnecting { .. })) {
            let connection =
                Connection::Reconnecting { retry_at: self.now.timestamp, trouble: self.link.trouble };
            self.show_connection(connection);
        }
    }

    pub(super) fn handle_opened(&mut self) {
        let now = self.now.instant;
        if let Some(session) = &mut self.link.session {
            session.open(now);
        }
    }

    pub(super) fn handle_received(&mut self, bytes: &Bytes) {
        let now = self.now.instant;
        if let Some(session) = &mut self.link.session {
            session.receive(bytes, now);
        }
    }

    pub(super) fn handle_closed(&mut self, closed: &Closed) {
        let now = self.now.instant;
        if self.link.live {
            self.note_age();
        }
        self.link.trouble = match closed {
            // It had worked: the network or the broker went away.
            Closed { .. } if self.link.live => None,
            Closed { code: PROTOCOL_ERROR, .. } => Some(Trouble::NotMqtt),
            Closed { was_open: true, .. } => Some(Trouble::Rejected),
            Closed { forbidden: true, .. } => None,
            Closed { was_open: false, .. } => Some(self.unreachable()),
        };
        self.link.live = false;
        if closed.forbidden {
            let address = self.ready().map(|ready| ready.me.server.address.clone()).unwrap_or_default();
            let malformed = server::check_address(&address).is_err();
            self.stop(if malformed { Trouble::BadAddress } else { Trouble::Insecure });
        } else if let Some(session) = &mut self.link.session {
            session.closed(now);
        }
        self.touch_presences();
    }

    /// No further attempt until the person changes something.
    fn stop(&mut self, trouble: Trouble) {
        let now = self.now.instant;
        if let Some(session) = &mut self.link.session {
            session.closed(now);
            session.disconnect(now);
            while session.poll_event().is_some() {}
        }
        self.link.trouble = Some(trouble);
        self.show_connection(Connection::Stopped(trouble));
    }

    pub(super) fn handle_congested(&mut self, congested: bool) {
        if let Some(session) = &mut self.link.session {
            session.set_congested(congested);
        }
    }

    pub(super) fn handle_online(&mut self, online: bool) {
        self.link.offline = !online;
        // Without a network, a live link has to prove itself: the broker may be on this very machine.
        if online || self.link.live {
            self.wake();
        }
        if !online && !self.link.live && matches!(self.link.shown, Some(Connection::Reconnecting { .. })) {
            self.show_connection(Connection::Offline);
        }
    }

    /// Tries at once, or finds out whether the connection still stands.
    pub(super) fn wake(&mut self) {
        let now = self.now.instant;
        let Some(wanted) = self.link.waking.admit(now) else { return };
        if let Some(session) = &mut self.link.session {
            if wanted {
                session.connect(now);
            }
            session.wake(now);
        }
    }

    /// The person wants a connection now, whatever stopped us.
    pub(super) fn try_now(&mut self) {
        self.link.probe = None;
        if self.link.session.is_some() {
            self.link.waking.wanted = true;
            self.wake();
            if matches!(self.link.shown, Some(Connection::Stopped(_) | Connection::Offline)) {
                let retry_at = self.now.timestamp;
                self.show_connection(Connection::Reconnecting { retry_at, trouble: self.link.trouble });
            }
        }
    }

    pub(super) fn handle_leaving(&mut self) {
        self.part(Goodbye::Offline);
        self.save_at_once();
    }

    pub(super) fn handle_returned(&mut self) {
        if self.ready().is_some() {
            self.connect();
        }
    }

    /// Leaves the broker; what is unsent stays in the outbox.
    pub(super) fn part(&mut self, goodbye: Goodbye) {
        if goodbye == Goodbye::Offline && self.link.live {
            // Before everything that still waits, or the broker would never hear it.
            if let Some(session) = &mut self.link.session {
                session.withdraw();
            }
            self.publish_beacon(false);
        }
        let now = self.now.instant;
        if let Some(mut session) = self.link.session.take() {
            session.disconnect(now);
            while let Some(packet) = session.poll_transmit() {
                self.effect(Effect::Transmit(packet));
            }
            self.effect(Effect::Close);
        }
        self.forget_ages();
        self.link =
            Link { offline: self.link.offline, owed: std::mem::take(&mut self.link.owed), ..Link::default() };
    }

    /// CONNACK accepted.
    pub(super) fn handle_connected(&mut self, session_present: bool) {
        let now = self.now.instant;
        self.link.live = true;
        self.link.ages.opened(now);
        self.link.trouble = None;
        self.link.probe = None;
        self.alert(|alerts| alerts.deaf = None);
        self.show_connection(Connection::Connected);
        // The broker tells anew what it retains; nothing that was known is known to be still true.
        self.sightings.iter_mut().for_each(|(_, sighting)| sighting.forget());
        if session_present {
            self.listen_again();
            self.check_papers();
        }
        // First of all what proves the rest.
        if !self.renew_papers() && !session_present {
            self.publish_papers();
        }
        self.publish_beacon(true);
        self.link.beacon_heal = Heal::default();
        self.link.info_heal.ask(SETTLE, now);
        if !session_present {
            self.hurry(None);
        }
        self.repeat_requests(None);
        self.note_silences();
        self.touch_presences();
    }

    pub(super) fn handle_waiting(&mut self, reason: Option<&CloseReason>, retry_at: Instant) {
        self.link.live = false;
        if let Some(trouble) = reason.and_then(trouble) {
            self.link.trouble = Some(trouble);
        }
        let wait = retry_at.since(self.now.instant);
        let retry_at = self.now.timestamp + wait;
        let connection = if self.link.offline {
            Connection::Offline
        } else {
            Connection::Reconnecting { retry_at, trouble: self.link.trouble }
        };
        self.show_connection(connection);
        self.touch_presences();
    }

    pub(super) fn handle_stopped(&mut self, stop: Stop) {
        self.link.live = false;
        let trouble = match stop {
            Stop::Refused(error) => Trouble::Refused(error),
            Stop::TakenOver => {
                // Perhaps it was the broker that came and went. Not by a clock, or two places would throw each other
                // out for ever; but when the person looks, or the network is another one.
                self.link.waking.wanted = true;
                Trouble::TakenOver
            }
            Stop::Disconnected => return,
        };
        self.show_connection(Connection::Stopped(trouble));
        self.touch_presences();
    }

    pub(super) fn show_connection(&mut self, connection: Connection) {
        if self.link.shown != Some(connection) {
            self.link.shown = Some(connection);
            self.show(Change::Connection(connection));
        }
    }

    pub(super) fn handle_link_timeout(&mut self) {
        let now = self.now.instant;
        if let Some(session) = &mut self.link.session {
            session.handle_timeout(now);
        }
        if self.link.live {
            self.heal_own(now);
            self.check_age();
        }
        if self.link.waking.is_due(now) {
            self.wake();
        }
    }

    pub(super) fn link_deadline(&self) -> Option<Instant> {
        let session = self.link.session.as_ref().and_then(Session::poll_timeout);
        let papers = self.link.paper_heals.iter().map(|heal| heal.due);
        let own = [self.link.beacon_heal.due, self.link.info_heal.due, self.link.former_heal.due];
        let heals = own.into_iter().chain([self.link.renewal, self.link.refresh]);
        let heals = heals.chain(papers).flatten().filter(|_| self.link.live).min();
        session.into_iter().chain(heals).chain(self.link.waking.due).min()
    }

    pub(super) fn publish(&mut self, publish: Publish) -> Option<Token> {
        let now = self.now.instant;
        self.link.session.as_mut().map(|session| session.publish(publish, now))
    }

    pub(super) fn drain_transmits(&mut self) {
        while let Some(packet) = self.link.session.as_mut().and_then(Session::poll_transmit) {
            self.effect(Effect::Transmit(packet));
        }
    }
}

fn trouble(reason: &CloseReason) -> Option<Trouble> {
    Some(match reason {
        CloseReason::Protocol(_) => Trouble::NotMqtt,
        CloseReason::Refused(error) => Trouble::Refused(*error),
        CloseReason::ConnackTimeout | CloseReason::KeepAliveTimeout => Trouble::Silent,
        CloseReason::NotAccepted => Trouble::NotAccepting,
        CloseReason::Disconnected => return None,
    })
}
