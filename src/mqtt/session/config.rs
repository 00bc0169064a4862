//! How to connect, and what makes that impossible.

use std::fmt;

use bytes::Bytes;

use super::super::{QoS, TopicName};

/// How to connect. Built once; changing it means a new [`Session`](super::Session).
#[derive(Clone)]
pub struct Config {
    /// Client Identifier; empty only with `clean_session`.
    pub client_id: String,
    /// Forget the session at each disconnect.
    pub clean_session: bool,
    /// Keep Alive in seconds, 1 to 65535.
    pub keep_alive: u16,
    /// User Name.
    pub user_name: Option<String>,
    /// Password: any bytes; only with a user name \[MQTT-3.1.2-22\].
    pub password: Option<Vec<u8>>,
    /// What the broker publishes when this client vanishes.
    pub will: Option<Will>,
    /// The largest packet taken from the broker, in bytes.
    pub max_inbound: usize,
    /// How many QoS 1 and 2 publishes may be unacknowledged at once, 1 to 65535; of QoS 2 never more than 20.
    pub inflight_window: u16,
    /// Seed of the backoff's jitter.
    pub jitter_seed: u64,
}

/// The Last Will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// Where it is published.
    pub topic: TopicName,
    /// What is published.
    pub payload: Bytes,
    /// At which quality of service.
    pub qos: QoS,
    /// Whether the broker retains it.
    pub retain: bool,
}

/// Why a [`Config`] cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// \[MQTT-3.1.3-7\]
    #[error(
        "without a client identifier the broker cannot keep a session: give one, or ask for a clean session"
    )]
    NoClientId,
    /// More than 65535 bytes.
    #[error("the {0} may not be longer than 65535 bytes")]
    TooLong(&'static str),
    /// \[MQTT-1.5.3-2\]
    #[error("the {0} may not contain the character U+0000")]
    Nul(&'static str),
    /// \[MQTT-3.1.2-22\]
    #[error("a password needs a user name")]
    PasswordWithoutUserName,
    /// Some brokers close the connection without a word.
    #[error("the keep-alive interval must be at least one second")]
    NoKeepAlive,
    /// Nothing could ever be published.
    #[error("the inflight window must be at least 1")]
    NoInflightWindow,
    /// Not even the acknowledgements of a broker would fit.
    #[error("the limit for packets from the broker must be at least {MIN_INBOUND} bytes")]
    InboundLimit,
}

/// Room for every control packet a broker answers with.
const MIN_INBOUND: usize = 16;

impl Config {
    /// The defaults that survive every broker we know: a kept session, Keep Alive 30 s, 1 MiB inbound, window 100,
    /// the most that AWS IoT Core takes from a client.
    #[must_use]
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            clean_session: false,
            keep_alive: 30,
            user_name: None,
            password: None,
            will: None,
            max_inbound: 1 << 20,
            inflight_window: 100,
            jitter_seed: 0,
        }
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.client_id.is_empty() && !self.clean_session {
            return Err(ConfigError::NoClientId);
        }
        if self.password.is_some() && self.user_name.is_none() {
            return Err(ConfigError::PasswordWithoutUserName);
        }
        if self.keep_alive == 0 {
            return Err(ConfigError::NoKeepAlive);
        }
        if self.inflight_window == 0 {
            return Err(ConfigError::NoInflightWindow);
        }
        if self.max_inbound < MIN_INBOUND {
            return Err(ConfigError::InboundLimit);
        }
        check_text(&self.client_id, "client identifier")?;
        check_text(self.user_name.as_deref().unwrap_or_default(), "user name")?;
        check_length(self.password.as_deref().unwrap_or_default(), "password")?;
        let will = self.will.as_ref().map(|will| &will.payload[..]);
        check_length(will.unwrap_or_default(), "last will")
    }
}

fn check_text(text: &str, what: &'static str) -> Result<(), ConfigError> {
    if text.contains('\0') {
        return Err(ConfigError::Nul(what));
    }
    check_length(text.as_bytes(), what)
}

fn check_length(bytes: &[u8], what: &'static str) -> Result<(), ConfigError> {
    if bytes.len() > usize::from(u16::MAX) {
        return Err(ConfigError::TooLong(what));
    }
    Ok(())
}

// By hand: a password must not end up in a log.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("client_id", &self.client_id)
            .field("clean_session", &self.clean_session)
            .field("keep_alive", &self.keep_alive)
            .field("user_name", &self.user_name)
            .field("password", &self.password.as_ref().map(|_| ".."))
            .field("will", &self.will)
            .field("max_inbound", &self.max_inbound)
            .field("inflight_window", &self.inflight_window)
            .field("jitter_seed", &self.jitter_seed)
            .finish()
    }
}
