//! What a session is given and what it tells.

use bytes::Bytes;

use super::super::{QoS, TopicFilter, TopicName};
use super::receive::Violation;
use crate::time::Instant;

/// A message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// Where to.
    pub topic: TopicName,
    /// What.
    pub payload: Bytes,
    /// Quality of Service.
    pub qos: QoS,
    /// Whether the broker keeps it for later subscribers.
    pub retain: bool,
}

/// Names one call of [`Session::publish`](super::Session::publish). (A Packet Identifier cannot: it is chosen at
/// sending and reused.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// Names one received QoS 1 or 2 publish until [`Session::ack`](super::Session::ack): Packet Identifier and the
/// connection it came on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketId {
    /// The Packet Identifier on the wire, never 0.
    pub id: u16,
    /// Which connection: at QoS 1 an ack that comes after a reconnect is dropped, the broker delivers again.
    pub connection: u64,
}

/// A publish from the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// What to [`Session::ack`](super::Session::ack) once it is stored; none at QoS 0.
    pub id: Option<PacketId>,
    /// Where it was published.
    pub topic: TopicName,
    /// What was published.
    pub payload: Bytes,
    /// Whether it is a retained message, sent because of a new subscription.
    pub retain: bool,
}

/// Why CONNACK refused (MQTT 3.1.1 table 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// Return code 1.
    #[error("the broker does not speak MQTT 3.1.1")]
    ProtocolVersion,
    /// Return code 2.
    #[error("the broker does not accept the client identifier")]
    ClientId,
    /// Return code 3: tried again by itself.
    #[error("the broker is unavailable")]
    ServerUnavailable,
    /// Return code 4.
    #[error("the user name or password is wrong")]
    BadCredentials,
    /// Return code 5.
    #[error("the broker does not let this user in")]
    NotAuthorized,
    /// Any other return code: tried again by itself.
    #[error("the broker refused with code {0}")]
    Other(u8),
}

/// Why the session wants its transport closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// The broker broke the protocol; the text tells how.
    #[error("the broker sent something that is not MQTT 3.1.1: {0}")]
    Protocol(#[from] Violation),
    /// CONNACK refused.
    #[error(transparent)]
    Refused(ConnectError),
    /// The transport did not open, or no CONNACK came, in time.
    #[error("the broker did not answer")]
    ConnackTimeout,
    /// Nothing heard for too long, and no PINGRESP either.
    #[error("the broker fell silent")]
    KeepAliveTimeout,
    /// [`Session::disconnect`](super::Session::disconnect) was called and the broker did not close.
    #[error("disconnected")]
    Disconnected,
    /// The oldest unacknowledged publish got no answer for 30 s on a live link (R24).
    #[error("the broker stopped accepting messages")]
    NotAccepted,
}

/// What happened, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A transport should be opened now: answer with [`Session::open`](super::Session::open) or
    /// [`Session::closed`](super::Session::closed).
    Open,
    /// The transport should be closed now; [`Session::closed`](super::Session::closed) need not be called for it, the
    /// session knows. [`Event::Waiting`], [`Event::Stopped`] or [`Event::Open`] follows.
    Close(CloseReason),
    /// CONNACK accepted.
    Connected {
        /// Whether the broker still had the session.
        session_present: bool,
    },
    /// The connection is gone; the next attempt comes by itself at `retry_at`.
    Waiting {
        /// Why, where the session itself knows.
        reason: Option<CloseReason>,
        /// When [`Event::Open`] will come.
        retry_at: Instant,
    },
    /// The connection is gone and no further attempt is made until [`Session::connect`](super::Session::connect).
    Stopped(Stop),
    /// A message came.
    Publish(Incoming),
    /// A message came that is larger than the limit. It is gone, and needs no ack.
    Oversized(TopicName),
    /// A publish of ours is complete: handed over (QoS 0), PUBACK (1), PUBCOMP (2).
    Completed(Token),
    /// A publish is given up: it was in flight at the head of the queue at three closes in a row (R15), or it is
    /// larger than any packet can be.
    Quarantined(Token),
    /// SUBACK: the granted quality of service, none where the broker refused (0x80).
    Subscribed(TopicFilter, Option<QoS>),
}

/// Why the session stopped trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Return codes 1, 2, 4, 5: somebody has to change something.
    Refused(ConnectError),
    /// Three closes within 10 s of CONNACK: the client identifier is in use elsewhere (R13).
    TakenOver,
    /// [`Session::disconnect`](super::Session::disconnect) was called.
    Disconnected,
}
