//! What is secret: passphrases, recovery words, links for one person, what a backup holds; and what keeps the store closed
//! to others. None of it is ever printed.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::input::StorageError;
use crate::e2ee::vault::BackupError;

/// The shortest passphrase that is taken, in characters: what can be tried in an afternoon locks nothing.
pub const MIN_PASSPHRASE: usize = 8;

/// What a person locks something with. Whoever takes it from a keyboard brings it into Unicode's form NFKC first, so that
/// another keyboard gives the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes one that is normalised.
    #[must_use]
    pub fn new(normalised: String) -> Self {
        Self(Zeroizing::new(normalised))
    }

    /// What Argon2id gets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is long enough to lock anything with.
    #[must_use]
    pub fn is_long_enough(&self) -> bool {
        self.0.chars().count() >= MIN_PASSPHRASE
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

/// What a person has typed for their recovery words.
#[derive(Clone, PartialEq, Eq)]
pub struct TypedWords(Zeroizing<String>);

impl TypedWords {
    /// Takes what was typed.
    #[must_use]
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// What was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TypedWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedWords")
    }
}

/// An invite link, or what was typed where one may be: a number, an address, a Kith ID. A link for one person holds a
/// secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Link(Arc<str>);

impl Link {
    /// As it was made or typed.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.0
    }
}

impl<T: Into<Arc<str>>> From<T> for Link {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

/// What a backup holds, before it is sealed or after it was opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Content(Arc<Zeroizing<Vec<u8>>>);

impl Content {
    /// Takes it up.
    #[must_use]
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(Arc::new(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content")
    }
}

/// What keeps the key of the store from whoever copies the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protection {
    /// A passphrase; the app asks for it when it starts.
    Passphrase,
    /// A key that the browser uses and does not give away.
    Browser,
    /// Nothing: the browser has no such keys for pages that came over plain http.
    Nothing,
}

/// Why a passphrase opens or changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// It is another one.
    #[error("the passphrase is wrong")]
    Wrong,
    /// It may be right; storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why no backup was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBackup {
    /// Nobody could go on from it: what is stored here does not fit together.
    #[error("what is stored does not fit together")]
    Unreadable,
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] BackupError),
    /// The browser has not handed the file out.
    #[error("the browser has not handed the file out")]
    NotHandedOut,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Change, Command};

    #[test]
    fn what_is_secret_is_never_printed() {
        let secret = "canary canary";
        let (passphrase, words) = (Passphrase::new(secret.into()), TypedWords::new(secret.into()));
        let content = Content::new(Zeroizing::new(secret.into()));
        assert_eq!(format!("{passphrase:?} {words:?} {content:?}"), "Passphrase TypedWords Content");
        let [made, typed, opened] = [secret; 3].map(Link::from);
        let commands = [Command::AddContact(typed), Command::OpenInvite(opened)];
        let printed = format!("{:?} {commands:?}", Change::InviteMade(made));
        assert_eq!(printed, "InviteMade(Link) [AddContact(Link), OpenInvite(Link)]");
    }

    #[test]
    fn a_passphrase_has_eight_characters_whatever_their_bytes() {
        assert!(Passphrase::new("ąęłńśźżó".into()).is_long_enough());
        assert!(!Passphrase::new("ąęłńśźż".into()).is_long_enough());
    }
}
