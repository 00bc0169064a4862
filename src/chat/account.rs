//! This person: who they are and which broker they use.

use std::fmt;
use std::sync::Arc;

use super::contact::Profile;
use super::id::UserId;
use super::json::{JsonError, Kind};
use crate::e2ee::invite::Secrets;
use crate::e2ee::key::UserKey;

/// What the page's `config.json` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The broker's address, already complete: `ws://…` or `wss://…`.
    pub broker: Arc<str>,
    /// The first level of every topic.
    pub root: Arc<str>,
    /// ISO 3166 code of the country that phone numbers without `+` belong to; empty: none.
    pub region: Arc<str>,
    /// The app's name.
    pub brand: Arc<str>,
    /// Brokers to choose from with one click: complete addresses.
    pub presets: Arc<[Arc<str>]>,
    /// Whether the page came by https: then the browser refuses `ws://`, but for this machine's own addresses.
    pub secure_page: bool,
    /// Where the app itself stands, without the fragment: the beginning of an invite link.
    pub page: Arc<str>,
}

/// Why `config.json` gives no [`Defaults`], and the app cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It was not answered.
    #[error("not answered")]
    Unreachable,
    /// The server answered with a status that is no success.
    #[error("answered with status {0}")]
    Status(u16),
    /// It ends before what has begun in it does.
    #[error("breaks off")]
    Truncated,
    /// JSON, and no object.
    #[error("no JSON object")]
    NoObject,
    /// No JSON: where its parser gave up.
    #[error("no JSON, at line {line}, column {column}")]
    Syntax {
        /// Counted from one.
        line: usize,
        /// Counted from one.
        column: usize,
    },
    /// A member of another kind.
    #[error("{0}: {1:?} is wanted")]
    Member(&'static str, Kind),
    /// Not an address of a broker.
    #[error("{0:?} is no address of a broker")]
    Broker(String),
}

impl From<JsonError> for ConfigError {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Syntax(error) if error.is_eof() => Self::Truncated,
            JsonError::Syntax(error) if error.is_data() => Self::NoObject,
            JsonError::Syntax(error) => Self::Syntax { line: error.line(), column: error.column() },
            JsonError::Member(name, kind) => Self::Member(name, kind),
        }
    }
}

/// How to reach the broker.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Server {
    /// `ws://…` or `wss://…`.
    pub address: Arc<str>,
    /// User Name; empty: none.
    pub user_name: Arc<str>,
    /// Password; empty: none.
    pub password: Arc<str>,
    /// The first level of every topic.
    pub root: Arc<str>,
    /// What the Client Identifier begins with; what follows is drawn at random. Empty: nothing.
    pub client_id: Arc<str>,
    /// Keep Alive in seconds; empty: the usual one.
    pub keep_alive: Arc<str>,
}

/// A password is never printed.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, user_name, password, root, client_id, keep_alive } = self;
        f.debug_struct("Server")
            .field("address", address)
            .field("user_name", user_name)
            .field("password", &(!password.is_empty()).then_some(".."))
            .field("root", root)
            .field("client_id", client_id)
            .field("keep_alive", keep_alive)
            .finish()
    }
}

/// How the app looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What a person chose for this device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// How the app looks.
    pub theme: Theme,
    /// Enter sends; otherwise Ctrl+Enter (Cmd+Enter) does. None where they have not chosen: then it sends where there is
    /// a keyboard, and begins a line on a touch screen, which has no Shift to hold down.
    pub enter_sends: Option<bool>,
}

/// This person, as the screens need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Their own address.
    pub id: UserId,
    /// Their own key's short code: what others who have to choose among several keys ask for.
    pub code: Arc<str>,
    /// The phone number or e-mail address that `id` was made of, where it was.
    pub handle: Option<Arc<str>>,
    /// What they tell of themselves.
    pub profile: Profile,
    /// Whether they tell it to their contacts alone.
    pub contacts_only: bool,
    /// Their broker.
    pub server: Server,
    /// The link that makes whoever opens it ask for contact.
    pub invite: Arc<str>,
    /// What they chose for this device.
    pub preferences: Preferences,
}

/// What the welcome screen's fields hold. Kept while typing, so that a reload loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Welcome {
    /// "Your name".
    pub name: Arc<str>,
    /// "Phone or e-mail (optional)".
    pub handle: Arc<str>,
    /// Broker fields. While there is an invite, its server is the one that counts.
    pub server: Server,
    /// The invite this page was opened with.
    pub invite: Option<Invite>,
    /// The browser has deleted what was here.
    pub erased: bool,
}

/// What an invite link says. None of it is proved by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The inviter's address.
    pub from: UserId,
    /// The name the inviter goes by.
    pub name: Arc<str>,
    /// The broker to meet on.
    pub broker: Arc<str>,
    /// The first level of every topic there.
    pub root: Arc<str>,
    /// The inviter's key, where the link names it: then no other is taken.
    pub key: Option<Box<UserKey>>,
    /// What verifies both sides to each other, where the link was made for one person (`Command::MakeInvite`).
    pub secrets: Option<Box<Secrets>>,
}

impl Invite {
    /// The server to meet on. Nothing that was typed for another one goes along, least of all a password.
    pub(crate) fn server(&self) -> Server {
        Server { address: self.broker.clone(), root: self.root.clone(), ..Server::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        let server = Server { password: "canary".into(), user_name: "ada".into(), ..Server::default() };
        let printed = format!("{:?}", Welcome { server, ..Welcome::default() });
        assert!(printed.contains("ada") && !printed.contains("canary"), "{printed}");
    }
}
