//! From one connection to the next: opening, losing, waiting, stopping, and the deadlines of each.

use std::time::Duration;

use super::keep_alive::{KeepAlive, Verdict};
use super::suspicion::{self, Suspicion};
use super::{Session, State};
use crate::mqtt::codec::{Decoder, encode};
use crate::mqtt::{CloseReason, ConnectError, Event, Stop};
use crate::time::Instant;

const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
const CONNACK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the broker has to close after DISCONNECT.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// A life of this length starts the backoff anew.
const LONG_LIFE: Duration = Duration::from_secs(30);
/// A close within this time of CONNACK may be a takeover.
const SHORT_LIFE: Duration = Duration::from_secs(10);
/// How long the oldest publish may go unacknowledged (R24).
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(30);
/// A timer later than this says nothing: acks may be queued behind it.
const LATE: Duration = Duration::from_secs(2);

impl Session {
    /// Somebody wants a connection: [`Event::Open`] comes at once unless there is one. Also leaves
    /// [`Event::Stopped`].
    pub fn connect(&mut self, now: Instant) {
        self.advance(now);
        match &mut self.state {
            State::Stopped => {
                self.backoff.reset();
                self.suspicion = Suspicion::default();
                self.attempt();
            }
            State::Waiting { .. } => self.attempt(),
            State::Closing { reopen, .. } => *reopen = true,
            State::Opening { .. } | State::Handshaking { .. } | State::Live { .. } => {}
        }
    }

    /// The transport is up: queues CONNECT.
    pub fn open(&mut self, now: Instant) {
        self.advance(now);
        if !matches!(self.state, State::Opening { .. }) {
            return;
        }
        self.keep_alive = KeepAlive::new(self.config.keep_alive, self.now);
        self.congested = false;
        self.control.clear();
        self.control.push_back(encode::connect(&self.config));
        let deadline = self.now + CONNACK_TIMEOUT;
        self.state = State::Handshaking { deadline };
    }

    /// The transport is gone, or never came up. Calling it again does nothing.
    pub fn closed(&mut self, now: Instant) {
        self.advance(now);
        match self.state {
            State::Stopped | State::Waiting { .. } => {}
            State::Opening { .. } | State::Handshaking { .. } => {
                self.suspicion.failed();
                self.wait(None);
            }
            State::Live { .. } => self.lost(None),
            State::Closing { .. } => self.left(),
        }
    }

    /// Ends the connection in good order: what has been published leaves as far as the window allows, then
    /// DISCONNECT, then nothing. [`Event::Close`] follows within a second unless the broker closes first.
    pub fn disconnect(&mut self, now: Instant) {
        self.advance(now);
        match &mut self.state {
            State::Stopped => {}
            State::Waiting { .. } => self.stop(Stop::Disconnected),
            State::Opening { .. } | State::Handshaking { .. } => {
                self.events.push_back(Event::Close(CloseReason::Disconnected));
                self.stop(Stop::Disconnected);
            }
            State::Live { .. } => {
                self.state = State::Closing {
                    deadline: self.now + CLOSE_TIMEOUT,
                    last: Some(self.inflight.last()),
                    reopen: false,
                };
            }
            State::Closing { reopen, .. } => *reopen = false,
        }
    }

    /// The network is back or the page has become visible: ends a wait, and makes a live link prove itself within 4 s.
    pub fn wake(&mut self, now: Instant) {
        self.advance(now);
        match self.state {
            State::Waiting { .. } => self.attempt(),
            State::Live { .. } => {
                if self.keep_alive.wake(self.now) {
                    self.control.push_back(encode::pingreq());
                }
            }
            State::Stopped | State::Opening { .. } | State::Handshaking { .. } | State::Closing { .. } => {}
        }
    }

    /// Does what is due. Calling it early or often does no harm, calling it late neither.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        match self.state {
            State::Stopped => {}
            State::Opening { deadline } | State::Handshaking { deadline } => {
                if self.now >= deadline {
                    self.suspicion.failed();
                    self.close(CloseReason::ConnackTimeout);
                }
            }
            State::Live { .. } => self.check_link(),
            State::Closing { deadline, .. } => {
                if self.now >= deadline {
                    self.events.push_back(Event::Close(CloseReason::Disconnected));
                    self.left();
                }
            }
            State::Waiting { retry_at } => {
                if self.now >= retry_at {
                    self.attempt();
                }
            }
        }
    }

    /// When [`Session::handle_timeout`] is due; none while stopped.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Stopped => None,
            State::Opening { deadline }
            | State::Handshaking { deadline }
            | State::Closing { deadline, .. } => Some(deadline),
            State::Waiting { retry_at } => Some(retry_at),
            State::Live { .. } => {
                let link = self.keep_alive.deadline();
                let accept = self.accept_deadline();
                Some(accept.map_or(link, |accept| accept.min(link)))
            }
        }
    }

    /// The deadlines of a live link; cheap enough for every call, so that no throttled timer is waited for (R1).
    pub(super) fn check_link(&mut self) {
        if !self.is_live() {
            return;
        }
        match self.keep_alive.check(self.now) {
            Verdict::Quiet => {}
            Verdict::Ping => self.control.push_back(encode::pingreq()),
            Verdict::Dead => return self.close(CloseReason::KeepAliveTimeout),
        }
        let due = self.accept_deadline().filter(|due| self.now >= *due);
        let (Some(due), Some(head)) = (due, self.inflight.head()) else {
            return;
        };
        if self.now.since(due) > LATE && self.suspicion.forgives(head) {
            self.inflight.forgive(self.now);
        } else {
            self.suspicion.reconnected_for(head);
            self.close(CloseReason::NotAccepted);
        }
    }

    /// By when the head must be acknowledged; it forces one reconnect, not one after another.
    fn accept_deadline(&self) -> Option<Instant> {
        let head = self.inflight.head()?;
        if self.congested || !self.suspicion.may_reconnect_for(head) {
            return None;
        }
        Some(self.inflight.head_since()? + ACCEPT_TIMEOUT)
    }

    /// CONNACK refused.
    pub(super) fn refused(&mut self, error: ConnectError) {
        let reason = CloseReason::Refused(error);
        match error {
            ConnectError::ServerUnavailable | ConnectError::Other(_) => self.close(reason),
            ConnectError::ProtocolVersion
            | ConnectError::ClientId
            | ConnectError::BadCredentials
            | ConnectError::NotAuthorized => {
                self.events.push_back(Event::Close(reason));
                self.stop(Stop::Refused(error));
            }
        }
    }

    /// Closes the transport from this side.
    pub(super) fn close(&mut self, reason: CloseReason) {
        self.events.push_back(Event::Close(reason));
        match self.state {
            State::Live { .. } => self.lost(Some(reason)),
            State::Closing { .. } => self.left(),
            State::Stopped | State::Waiting { .. } | State::Opening { .. } | State::Handshaking { .. } => {
                self.wait(Some(reason))
            }
        }
    }

    /// A live connection is gone.
    fn lost(&mut self, reason: Option<CloseReason>) {
        let State::Live { since } = self.state else {
            return;
        };
        let life = self.now.since(since);
        if life >= LONG_LIFE {
            self.backoff.reset();
        }
        let verdict = match reason {
            None => {
                let soon = life <= SHORT_LIFE;
                self.suspicion.closed(self.inflight.suspect(), soon)
            }
            Some(CloseReason::Protocol(_)) => self.suspicion.closed(self.inflight.suspect(), false),
            Some(
                CloseReason::Refused(_)
                | CloseReason::ConnackTimeout
                | CloseReason::KeepAliveTimeout
                | CloseReason::Disconnected
                | CloseReason::NotAccepted,
            ) => suspicion::Verdict::Accident,
        };
        match verdict {
            suspicion::Verdict::Accident => self.wait(reason),
            suspicion::Verdict::TakenOver => self.stop(Stop::TakenOver),
            suspicion::Verdict::Poison(token) => {
                self.inflight.remove(token, &mut self.ids);
                self.events.push_back(Event::Quarantined(token));
                self.wait(reason);
            }
        }
    }

    /// The connection has ended after [`Session::disconnect`].
    fn left(&mut self) {
        let reopen = matches!(self.state, State::Closing { reopen: true, .. });
        self.stop(Stop::Disconnected);
        if reopen {
            self.events.pop_back();
            self.attempt();
        }
    }

    fn attempt(&mut self) {
        let deadline = self.now + OPEN_TIMEOUT;
        self.state = State::Opening { deadline };
        self.events.push_back(Event::Open);
    }

    fn wait(&mut self, reason: Option<CloseReason>) {
        self.drop_connection();
        let retry_at = self.now + self.backoff.next();
        self.state = State::Waiting { retry_at };
        self.events.push_back(Event::Waiting { reason, retry_at });
    }

    fn stop(&mut self, stop: Stop) {
        self.drop_connection();
        self.state = State::Stopped;
        self.events.push_back(Event::Stopped(stop));
    }

    /// Frees what a half-received packet holds, and whatever else belonged to the connection.
    fn drop_connection(&mut self) {
        self.control.clear();
        self.inflight.closed();
        self.decoder = Decoder::new(self.config.max_inbound);
    }
}
