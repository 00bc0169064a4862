//! What must be done: from the core to the browser.

use std::sync::Arc;

use bytes::Bytes;

use super::account::Theme;
use super::change::Change;
use super::command::Origin;
use super::id::{TabId, Ticket};
use super::record::{Batch, Query};
use super::secret::{Content, Passphrase};

/// The id of the element in which the screens have the camera shown.
pub const VIEWFINDER: &str = "viewfinder";

/// What must be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open a socket to this address with the subprotocol `mqtt`, dropping any earlier one. Answered by `Opened` or
    /// `Closed`.
    Connect(Arc<str>),
    /// Send one whole MQTT packet. The socket joins those of one drain.
    Transmit(Bytes),
    /// Close the socket. Not answered.
    Close,
    /// Write all of the batch in one durable transaction, or nothing. Answered by `Saved` or `SaveFailed`.
    Save(Ticket, Batch),
    /// Read records. Answered by `Loaded` or `LoadFailed`.
    Load(Ticket, Query),
    /// Find out how things stand with storage. Answered by `Surveyed`.
    Survey,
    /// Ask the browser to keep what is stored until the person deletes it; some ask the person. Answered by `Surveyed`.
    Persist,
    /// Take the profile over from another tab. Answered by `Claimed`.
    Claim,
    /// Open storage that is locked. Answered by `Claimed` or `NotUnlocked`.
    Unlock(Passphrase),
    /// Say whether this is the passphrase that is set. Answered by `PassphraseChecked`.
    CheckPassphrase(Passphrase),
    /// Put another passphrase in the place of the one that is set, if one is; none: none any more. Answered by
    /// `PassphraseChanged`.
    ChangePassphrase {
        /// The one that is set, as the person says.
        current: Option<Passphrase>,
        /// The new one.
        next: Option<Passphrase>,
    },
    /// Finish writing, forget the key and all that was read, and begin anew. Answered by `Locked`, in another life.
    Lock,
    /// Delete all that is stored here, and the key with it. Answered by `Claimed`.
    Erase,
    /// Seal a backup with a passphrase and hand the person a file of this name. Answered by `BackupMade`.
    SealBackup(Ticket, Arc<str>, Content, Passphrase),
    /// Open a backup file. Answered by `BackupOpened`.
    OpenBackup(Ticket, Arc<[u8]>, Passphrase),
    /// Find out whether anything answers at this `http://…` or `https://…` address. Answered by `Probed`.
    Probe(Ticket, Arc<str>),
    /// Read a phone number; the region is an ISO 3166 code or empty. Answered by `Phone`.
    ParsePhone(Ticket, Arc<str>, Arc<str>),
    /// Open the camera, show it in the element with the id [`VIEWFINDER`], and look for QR codes in what it sees.
    /// Answered by `Code`, for each that is seen, or `NoCamera`.
    OpenCamera(Ticket),
    /// Close it.
    CloseCamera,
    /// Decode a picture, crop it to a square, encode it in at most 64 kB. Answered by `Picture`.
    EncodePicture(Ticket, Arc<[u8]>),
    /// Apply the theme, and keep it where the page finds it before anything is drawn.
    Theme(Theme),
    /// Tell the screens, in every tab.
    Show(Change),
    /// Tell the screens of this tab.
    ShowIn(TabId, Change),
    /// This command (`Input::Asked`) is carried out, and what it has changed is on disk.
    Took(Origin),
}
