//! An MQTT 3.1.1 client without I/O: bytes in, bytes and events out.

pub mod codec;
pub mod session;
pub mod topic;

pub use session::{
    CloseReason, Config, ConfigError, ConnectError, Event, Incoming, PacketId, Publish, Session, Stop, Token,
    Violation, Will,
};
pub use topic::{TopicError, TopicFilter, TopicName};

/// Quality of Service: how often a publish may arrive (MQTT 3.1.1 section 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QoS {
    /// At most once.
    #[default]
    AtMostOnce,
    /// At least once.
    AtLeastOnce,
    /// Exactly once, between client and broker only.
    ExactlyOnce,
}
