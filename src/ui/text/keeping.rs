//! The passphrase and the backup.

use super::full;
use crate::chat::secret::Protection;
use crate::chat::survey::{Health, Space};
use crate::time::Timestamp;

pub(crate) const LOCKED: &str = "Kith is locked";
pub(crate) const LOCKED_MEANS: &str = "Type your passphrase to open what is stored on this device.";
pub(crate) const PASSPHRASE: &str = "Passphrase";
pub(crate) const SHOW: &str = "Show";
pub(crate) const HIDE: &str = "Hide";
pub(crate) const UNLOCK: &str = "Unlock";
pub(crate) const UNLOCKING: &str = "Unlocking…";
pub(crate) const FORGOTTEN: &str = "Forgotten?";
pub(crate) const FORGOTTEN_MEANS: &str = "Without the passphrase nobody can open what is stored here. If you have a backup, \
    restore it. Otherwise delete everything on this device and start again: with your 24 recovery words you are still the \
    same person, but without your contacts and messages.";

pub(crate) const LEAVING: &str = "Leaving this device";
pub(crate) const LEAVING_MEANS: &str = "Before you give the device away, or when it was only borrowed. What your friends have \
    stays with them, and the server keeps your profile until it is out of date.";
pub(crate) const BEGIN_ANEW: &str = "Delete everything on this device";
pub(crate) const BEGIN_ANEW_QUESTION: &str = "Delete everything on this device?";
pub(crate) const BEGIN_ANEW_MEANS: &str = "Your messages, contacts and keys on this device are deleted for good; only a \
    backup can bring them back. With your 24 recovery words you can start again as the same person. Without them your \
    friends will meet you as somebody new.";
pub(crate) const DELETE_EVERYTHING: &str = "Delete everything";

pub(crate) const SET_PASSPHRASE: &str = "Set a passphrase";
pub(crate) const CHANGE_PASSPHRASE: &str = "Change passphrase";
pub(crate) const REMOVE_PASSPHRASE: &str = "Remove passphrase";
pub(crate) const LOCK_NOW: &str = "Lock now";
pub(crate) const CURRENT_PASSPHRASE: &str = "Current passphrase";
pub(crate) const NEW_PASSPHRASE: &str = "New passphrase";
pub(crate) const REPEAT_PASSPHRASE: &str = "Repeat the passphrase";
pub(crate) const PASSPHRASE_HINT: &str =
    "At least 8 characters; four or five random words are good. If you forget it, nobody can help.";
pub(crate) const PASSPHRASE_SET: &str = "Passphrase set";
pub(crate) const PASSPHRASE_REMOVED: &str = "Passphrase removed";
pub(crate) const PASSPHRASES_DIFFER: &str = "The two passphrases are not the same. Type them again.";
pub(crate) const WORKING: &str = "One moment…";

/// What keeps the stored data from others.
pub(crate) const fn protection(protection: Protection) -> &'static str {
    match protection {
        Protection::Passphrase => {
            "Kith asks for your passphrase when it starts. What is stored on this device is encrypted, and without the \
             passphrase nobody can open it: not even you."
        }
        Protection::Browser => {
            "What is stored on this device is encrypted, by a key that this browser uses and does not give away. Whoever \
             can open this browser can still read it; with a passphrase Kith asks for that first."
        }
        Protection::Nothing => {
            "What is stored on this device is encrypted, but its key is stored beside it: browsers keep keys safe only for \
             pages that come over https. Whoever copies this browser's data can read it, unless you set a passphrase."
        }
    }
}

pub(crate) const STORAGE: &str = "Storage";
pub(crate) const ASK_TO_KEEP: &str = "Ask the browser to keep it";
pub(crate) const SPACE_USED: &str = "Space used";
pub(crate) const LITTLE_ROOM: &str =
    "Little room is left. Free some disk space before it is used up, and make a backup.";

/// Whether the browser keeps what is stored.
pub(crate) const fn persistence(health: &Health) -> &'static str {
    match (health.survey.persistent, health.declined) {
        (Some(true), _) => "This browser keeps what is stored here until you delete it.",
        (Some(false), false) => {
            "This browser may delete what is stored here when the disk is full, or when you have not been here for weeks."
        }
        (Some(false), true) => {
            "This browser was asked to keep what is stored here, and does not: it may delete it when the disk is full, or \
             when you have not been here for weeks. Browsers agree more readily when a page is bookmarked, installed or \
             used often."
        }
        (None, _) => {
            "This browser does not say whether it keeps what is stored here: for pages that do not come over https it may \
             delete it when the disk is full."
        }
    }
}

/// "12.3 MB of 4.2 GB are used."
pub(crate) fn room(space: Space) -> String {
    format!("{} of {} used.", size(space.used), size(space.granted))
}

/// How much of the room is used, in parts of a hundred.
pub(crate) const fn percent(space: Space) -> u64 {
    match space.used.saturating_mul(100).checked_div(space.granted) {
        Some(percent) if percent < 100 => percent,
        Some(_) | None => 100,
    }
}

/// "340 kB", "12.3 MB"
fn size(bytes: u64) -> String {
    let (mut tenths, mut unit) = (bytes.saturating_mul(10) / 1_000, "kB");
    for larger in ["MB", "GB", "TB"] {
        if tenths >= 10_000 {
            (tenths, unit) = (tenths / 1_000, larger);
        }
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if unit == "kB" || whole >= 100 { format!("{whole} {unit}") } else { format!("{whole}.{tenth} {unit}") }
}

pub(crate) const BACKUP: &str = "Backup";
pub(crate) const BACKUP_MEANS: &str = "One encrypted file with your identity, contacts, messages and settings. Whoever has \
    the file and its passphrase can read all of it and write in your name.";
pub(crate) const MAKE_BACKUP: &str = "Make a backup";
pub(crate) const BACKUP_MADE: &str = "Backup made";
pub(crate) const NO_BACKUP: &str = "No backup has been made on this device yet. Should this browser lose its \
    data, nobody can bring it back.";
pub(crate) const BACKUP_PASSPHRASE: &str = "Passphrase for this backup";

pub(crate) fn last_backup(at: Timestamp) -> String {
    format!("Last backup: {}.", full(at))
}

pub(crate) const ERASED: &str = "What was stored here is gone";
pub(crate) const ERASED_MEANS: &str = "This browser has deleted your messages, contacts and keys: when the disk was full, when \
    site data was cleared, or because nobody came here for weeks. Go on from a backup, or with your recovery words. Whoever \
    begins without them is somebody new to their friends.";
pub(crate) const RESTORE_BACKUP: &str = "Restore a backup";
pub(crate) const HAVE_WORDS: &str = "I have my recovery words";
pub(crate) const YOUR_WORDS: &str = "Your 24 recovery words";
pub(crate) const WORDS_HINT: &str = "They make you the same person again, but without your contacts and messages: ask your \
    friends for contact again. If you had given a phone number or an e-mail address, type the same one above. If Kith still \
    runs on another device of yours, it stops there.";
pub(crate) const NO_WORDS: &str = "Start without them";
pub(crate) const HAD_HANDLE: &str = "Had you given a phone number or an e-mail address?";
pub(crate) const HAD_HANDLE_MEANS: &str = "The words alone are not enough if you had: without the same number or address \
    you get another Kith ID, and your friends do not recognise you.";
pub(crate) const TYPE_HANDLE: &str = "Yes, go back and type it";
pub(crate) const NO_HANDLE: &str = "No, I had given none";
pub(crate) const RESTORE: &str = "Restore";
pub(crate) const RESTORE_MEANS: &str = "Kith continues here from where the backup was made. If it still runs on another \
    device of yours, it stops there; messages that came there after the backup do not come along.";
pub(crate) const RESTORE_REPLACES: &str =
    "What is stored on this device now, behind the forgotten passphrase, is deleted.";
pub(crate) const BACKUP_FILE: &str = "Backup file";
pub(crate) const CHOOSE_FILE: &str =
    "Choose the file first. Its name looks like kith-backup-2026-11-20.kith.";
pub(crate) const FILE_TOO_LARGE: &str = "This file is larger than any backup from Kith.";
pub(crate) const FILE_UNREADABLE: &str = "This file could not be read. Choose it again.";
