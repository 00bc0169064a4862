//! The client's side of one MQTT session, across any number of connections. Sans-IO: `handle_*`/`receive` feed it,
//! `poll_*` drains it.
//!
//! **Invariant:** `ids`, `inflight`, `arrivals` and `subscriptions` belong to the session and outlive a connection;
//! `decoder`, `control` and `keep_alive` belong to one connection and start anew with it.

mod arrivals;
mod backoff;
mod config;
mod event;
mod ids;
mod inflight;
mod keep_alive;
mod lifecycle;
mod receive;
mod subscriptions;
mod suspicion;
#[cfg(test)]
mod tests;
mod transmit;

use std::collections::VecDeque;

use bytes::Bytes;

pub use config::{Config, ConfigError, Will};
pub use event::{CloseReason, ConnectError, Event, Incoming, PacketId, Publish, Stop, Token};
pub use receive::Violation;

use super::codec::{Decoder, encode};
use super::{QoS, TopicFilter};
use crate::time::Instant;
use arrivals::Arrivals;
use backoff::Backoff;
use ids::Ids;
use inflight::Inflight;
use keep_alive::KeepAlive;
use subscriptions::Subscriptions;
use suspicion::Suspicion;

/// One MQTT session. Begins stopped; [`Session::connect`] sets it going.
///
/// After every call drain [`Session::poll_transmit`] and [`Session::poll_event`] until both are empty (handing over a
/// QoS 0 publish makes an event), then arm a timer for [`Session::poll_timeout`].
#[derive(Debug)]
pub struct Session {
    config: Config,
    state: State,
    /// The latest time told.
    now: Instant,
    decoder: Decoder,
    /// Packets that neither window nor congestion hold back.
    control: VecDeque<Bytes>,
    keep_alive: KeepAlive,
    congested: bool,
    ids: Ids,
    inflight: Inflight,
    arrivals: Arrivals,
    subscriptions: Subscriptions,
    backoff: Backoff,
    suspicion: Suspicion,
    events: VecDeque<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No connection, and none wanted.
    Stopped,
    /// [`Event::Open`] was told.
    Opening { deadline: Instant },
    /// CONNECT was queued.
    Handshaking { deadline: Instant },
    /// CONNACK came.
    Live { since: Instant },
    /// To be closed. What was published up to `last` still leaves, then DISCONNECT; with none that is done.
    Closing { deadline: Instant, last: Option<Token>, reopen: bool },
    /// The backoff runs.
    Waiting { retry_at: Instant },
}

impl Session {
    /// A session that is not connected yet. Nothing is known of an earlier one with the same Client Identifier: if
    /// the broker still has it, it goes on there, and every filter is subscribed again.
    ///
    /// # Errors
    /// Tells why `config` cannot work.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self {
            state: State::Stopped,
            now: Instant::default(),
            decoder: Decoder::new(config.max_inbound),
            control: VecDeque::new(),
            keep_alive: KeepAlive::new(config.keep_alive, Instant::default()),
            congested: false,
            ids: Ids::new(),
            inflight: Inflight::new(config.inflight_window),
            arrivals: Arrivals::default(),
            subscriptions: Subscriptions::default(),
            backoff: Backoff::new(config.jitter_seed),
            suspicion: Suspicion::default(),
            events: VecDeque::new(),
            config,
        })
    }

    /// Queues a publish behind all before it. At QoS 0 it is dropped without an event unless the session is live now
    /// and stays so until it is handed over; at QoS 1 and 2 it waits for a connection and for its place in the window.
    pub fn publish(&mut self, publish: Publish, now: Instant) -> Token {
        self.advance(now);
        if !encode::fits(&publish) {
            let token = self.inflight.name();
            self.events.push_back(Event::Quarantined(token));
            return token;
        }
        if publish.qos == QoS::AtMostOnce && !self.is_live() {
            return self.inflight.name();
        }
        let token = self.inflight.push(publish);
        self.check_link();
        token
    }

    /// Replaces the Last Will, from the next CONNECT on: answer [`Event::Open`] with it where the will names the
    /// connection.
    pub fn set_will(&mut self, will: Option<Will>) {
        self.config.will = will;
    }

    /// Puts another publish in the place of one that has not been sent, under the same token; says whether it did.
    pub fn replace(&mut self, token: Token, publish: Publish) -> bool {
        encode::fits(&publish) && self.inflight.replace(token, publish)
    }

    /// Takes back a publish that has not been sent. One that has been goes on.
    pub fn forget(&mut self, token: Token) {
        self.inflight.forget(token);
    }

    /// Takes back every publish that has not been sent.
    pub fn withdraw(&mut self) {
        self.inflight.withdraw();
    }

    /// Wants what is published to `filter`, on this connection and all that follow. [`Event::Subscribed`] tells the
    /// broker's answer; wanting the same again says nothing and asks nothing, unless the broker refused it.
    pub fn subscribe(&mut self, filter: TopicFilter, qos: QoS, now: Instant) {
        self.advance(now);
        self.subscriptions.subscribe(filter, qos);
        self.check_link();
    }

    /// Subscribes once more to what is wanted already: the broker then sends what it retains \[MQTT-3.8.4-3\].
    pub fn ask_again(&mut self, filter: &TopicFilter, now: Instant) {
        self.advance(now);
        self.subscriptions.ask_again(filter);
        self.check_link();
    }

    /// Gives up what is wanted and subscribes to it anew: some brokers send what they retain to a new subscription alone. What
    /// is published between the two is lost, unless it is retained.
    pub fn renew(&mut self, filter: &TopicFilter, now: Instant) {
        self.advance(now);
        self.subscriptions.renew(filter);
        self.check_link();
    }

    /// No longer wants `filter`. What is on its way may still arrive.
    pub fn unsubscribe(&mut self, filter: &TopicFilter, now: Instant) {
        self.advance(now);
        self.subscriptions.unsubscribe(filter);
        self.check_link();
    }

    /// The application has stored what came as [`Incoming::id`]: releases PUBACK or PUBREC, in the order of arrival.
    pub fn ack(&mut self, id: PacketId) {
        self.arrivals.stored(id);
    }

    /// While the transport is congested no PUBLISH leaves; everything else does. A new connection begins uncongested.
    pub fn set_congested(&mut self, congested: bool) {
        if self.congested && !congested {
            self.inflight.forgive(self.now);
        }
        self.congested = congested;
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether CONNACK has accepted and the connection still stands.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.state, State::Live { .. })
    }

    /// Time never goes back, whatever the caller says.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }
}
