//! What happened: from the browser (and through it the screens) to the core.

use std::sync::Arc;

use bytes::Bytes;

use super::command::{Command, Origin};
use super::id::{TabId, Ticket};
use super::record::Record;
use super::secret::{Content, NoBackup, PassphraseError, Protection};
use super::survey::Survey;
use crate::e2ee::vault::BackupError;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The person wants something, in the only tab.
    Command(Command),
    /// The person wants something in one of the tabs. Answered by `Effect::Took`, where it has a number.
    Asked(Origin, Command),
    /// There is a tab that was told nothing yet: tell it everything, and then `Phase::Ready`.
    Joined(TabId),
    /// A tab is gone.
    Left(TabId),
    /// The socket is open and the broker agreed to the subprotocol `mqtt`.
    Opened,
    /// Bytes came.
    Received(Bytes),
    /// The socket is closed, was never opened, or broke the rules (a text frame).
    Closed(Closed),
    /// The socket's buffer is above its high-water mark, or again below its low-water mark.
    Congested(bool),
    /// `Effect::Save` is on disk.
    Saved(Ticket),
    /// `Effect::Save` failed; nothing of the batch is on disk.
    SaveFailed(Ticket, StorageError),
    /// The answer to `Effect::Load`.
    Loaded(Ticket, Vec<Record>),
    /// `Effect::Load` failed.
    LoadFailed(Ticket, StorageError),
    /// This tab owns the profile now; storage is open, persistent or not.
    Claimed {
        /// Set where storage is denied: what is written then lives as long as the tab.
        volatile: bool,
    },
    /// What lies in storage is older than what was written there last, or all of it is gone: told before `Claimed`,
    /// until something is saved.
    RolledBack,
    /// What keeps the key of storage: told before `Claimed`.
    Protected(Protection),
    /// The answer to `Effect::Survey` and `Effect::Persist`.
    Surveyed(Survey),
    /// This tab owns the profile, and a passphrase keeps it closed: `Effect::Unlock`.
    Locked,
    /// The answer to `Effect::Unlock`, where it opens nothing. (Else it is `Claimed`.)
    NotUnlocked(PassphraseError),
    /// The answer to `Effect::CheckPassphrase`.
    PassphraseChecked(Result<(), PassphraseError>),
    /// The answer to `Effect::ChangePassphrase`: what keeps the key from now on.
    PassphraseChanged(Result<Protection, PassphraseError>),
    /// The answer to `Effect::SealBackup`: the file was handed to the person.
    BackupMade(Ticket, Result<(), NoBackup>),
    /// The answer to `Effect::OpenBackup`.
    BackupOpened(Ticket, Result<Content, BackupError>),
    /// Another tab owns the profile, or has just taken it over: stop writing and sending.
    Yielded,
    /// Storage cannot be used and must not be touched.
    Unusable(StorageError),
    /// The browser says that there is, or is not, a network.
    Online(bool),
    /// A tab came into view, or went out of it.
    Visible(TabId, bool),
    /// The page is about to go: say goodbye within this very call.
    Leaving,
    /// The page came back from the back/forward cache after `Leaving`.
    Returned,
    /// The answer to `Effect::Probe`: whether anything did.
    Probed(Ticket, bool),
    /// The answer to `Effect::ParsePhone`: the number as E.164.
    Phone(Ticket, Result<Arc<str>, PhoneError>),
    /// The camera of `Effect::OpenCamera` sees a QR code that says this.
    Code(Ticket, Arc<str>),
    /// The answer to `Effect::OpenCamera`, where there is nothing to see.
    NoCamera(Ticket, CameraError),
    /// The answer to `Effect::EncodePicture`: PNG, JPEG or WebP of at most 64 kB.
    Picture(Ticket, Result<Arc<[u8]>, PictureError>),
    /// The deadline of `Client::poll_timeout` has come.
    Timeout,
}

/// The close code of a socket that broke the rules (RFC 6455 section 7.4.1).
pub const PROTOCOL_ERROR: u16 = 1002;

/// How the socket ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The close code of RFC 6455 section 7.4; 1006 where there was no closing handshake.
    pub code: u16,
    /// Whether the socket had been open.
    pub was_open: bool,
    /// The browser would not even try (`ws://` from an https page, a malformed address).
    pub forbidden: bool,
}

/// Why storage failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// No room left.
    #[error("the disk space this browser grants is used up")]
    Full,
    /// The data was written by a newer version of the app.
    #[error("the stored data is from a newer version")]
    Newer,
    /// The browser has deleted what was stored while it was in use.
    #[error("the browser has deleted the stored data")]
    Gone,
    /// The key that all is sealed with is missing or damaged.
    #[error("the key of the stored data is missing or damaged")]
    KeyLost,
    /// No room was left, but some is now: what was kept free for that. Try again.
    #[error("the disk space this browser grants is nearly used up")]
    Tight,
    /// Another tab writes here by now.
    #[error("another tab has taken the stored data over")]
    Superseded,
    /// Anything else.
    #[error("the browser's storage failed")]
    Failed,
}

/// What is wrong with a phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Not digits.
    #[error("not a phone number")]
    NotANumber,
    /// Neither `+` and country code, nor a default region.
    #[error("the country code is missing")]
    NoCountry,
    /// The country code does not exist.
    #[error("there is no such country code")]
    UnknownCountry,
    /// Digits are missing.
    #[error("digits are missing")]
    TooShort,
    /// Too many digits.
    #[error("there are too many digits")]
    TooLong,
    /// The right length, but no such number in that country.
    #[error("there is no such number in that country")]
    Invalid,
    /// The parser could not be loaded.
    #[error("the phone number rules could not be loaded")]
    Unavailable,
}

/// What is wrong with a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Not a picture this browser can decode.
    #[error("not a picture")]
    Unreadable,
    /// More pixels or bytes than are decoded.
    #[error("the picture is too large")]
    TooLarge,
}

/// Why the camera sees nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// The person, or the browser for them, has said no.
    #[error("the camera is not allowed")]
    Denied,
    /// There is none, or none that this page may ask for.
    #[error("there is no camera")]
    Missing,
}
