//! What went wrong, what it means, what to do.

use super::{counted, full};
use crate::chat::account::ConfigError;
use crate::chat::change::{Alert, Connection, Rejection, Trouble};
use crate::chat::input::{PhoneError, PictureError, StorageError};
use crate::chat::json::Kind;
use crate::chat::message::Delivery;
use crate::chat::secret::NoBackup;
use crate::e2ee::seed::WordsError;
use crate::e2ee::vault::BackupError;
use crate::mqtt::ConnectError;
use crate::time::Timestamp;

/// When a message was delivered, and when it was read.
pub(crate) type Times = [Option<Timestamp>; 2];

pub(crate) const fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Queued => "Sending",
        Delivery::Sent => "Sent",
        Delivery::Delivered => "Delivered",
        Delivery::Read => "Read",
        Delivery::Failed => "Failed",
    }
}

/// How far a message has come, and when it got there, as far as that was noted, and when it was written.
pub(crate) fn delivery_at(delivery: Delivery, sent_at: Timestamp, [delivered, read]: Times) -> String {
    let at = |word, time: Option<Timestamp>| time.map(|time| format!("{word} {}", full(time)));
    let steps = [at("Read", read), at("Delivered", delivered), at("Written", Some(sent_at))];
    let steps: Vec<_> = steps.into_iter().flatten().collect();
    if delivered.is_some() {
        steps.join("\n")
    } else {
        format!("{}\n{}", self::delivery(delivery), steps.join("\n"))
    }
}

/// The connection in few words.
pub(crate) const fn connection(connection: Connection) -> &'static str {
    match connection {
        Connection::Connecting => "Connecting…",
        Connection::Connected => "Connected",
        Connection::Offline => "Offline. What you write is sent when the network is back.",
        Connection::Stopped(_) => "Offline. Not connected to the server.",
        Connection::Reconnecting { .. } => "Reconnecting",
    }
}

/// When the next attempt comes; it follows [`connection`].
pub(crate) fn countdown(connection: Connection, now: Timestamp) -> String {
    match connection {
        Connection::Reconnecting { retry_at, .. } => match retry_at.since(now).as_millis().div_ceil(1000) {
            0 => "…".to_owned(),
            seconds => {
                format!(" in {}.", counted(usize::try_from(seconds).unwrap_or(0), "second", "seconds"))
            }
        },
        Connection::Connecting | Connection::Connected | Connection::Offline | Connection::Stopped(_) => {
            String::new()
        }
    }
}

/// What to do when each connection ends at the same age.
pub(crate) fn closes_after(seconds: u64) -> String {
    format!(
        "Something on the way closes each connection after {seconds} seconds. A shorter keep-alive may keep it open; \
         whoever runs the server can allow longer ones."
    )
}

/// Why there is no connection, and what to do. `worked`: there was one at this address before.
pub(crate) const fn trouble(trouble: Trouble, worked: bool) -> &'static str {
    match trouble {
        Trouble::Unreachable | Trouble::NoWebSocket | Trouble::Rejected if worked => {
            "The server does not answer at the moment. Nothing is lost: Kith keeps trying, and sends what you write when \
             the server is back."
        }
        Trouble::Unreachable => {
            "No web server answers there. The host in the address may be wrong, the port closed or the wrong one, or the \
             certificate not trusted; the browser does not say which. Check the address."
        }
        Trouble::NoWebSocket => {
            "A web server answers there, but not as an MQTT server. Check the port and the path of the address, and whether \
             the server lets this page in."
        }
        Trouble::Rejected => {
            "The server hung up before it had answered. Check the address and its path, and whether the \
             server speaks MQTT there."
        }
        Trouble::Refused(error) => refused(error),
        Trouble::NotMqtt => "What answers at this address is no MQTT server. Check the address.",
        Trouble::Silent => "The server has stopped answering. Kith connects again.",
        Trouble::NotAccepting => "The server has stopped taking messages. Kith connects again.",
        Trouble::Revoked => {
            "Another device of yours has taken this one's place: a backup was restored there, or your recovery words were \
             typed. What is stored here stays here; nothing is sent or received any more."
        }
        Trouble::TakenOver => {
            "This profile is connected from another place. Close it there, then press “Try now”."
        }
        Trouble::Insecure => {
            "This page came over https, so the browser only allows encrypted connections. Use an address that begins \
             with wss://."
        }
        Trouble::BadAddress => "The server address is not usable. It must begin with wss:// or ws://.",
    }
}

pub(crate) const fn unusable(error: StorageError) -> &'static str {
    match error {
        StorageError::Full => {
            "There is no disk space left for this site. Nothing was changed. Make room on the disk, then reload."
        }
        StorageError::Newer => {
            "What is stored here is from a newer version of Kith. Nothing was changed. Reload to get the newer version."
        }
        StorageError::Gone => {
            "The browser has deleted everything that Kith had stored here, because the site's data was cleared or the \
             disk ran full. What your friends have is not touched. Reload to start again."
        }
        StorageError::KeyLost => {
            "What is stored here is encrypted, and its key is missing or damaged. Nothing was changed. If you have a copy \
             of this browser's data, put it back; otherwise you can only delete everything here and restore a backup, or start again."
        }
        StorageError::Superseded => {
            "Kith was opened in another tab in the meantime. Nothing was changed here."
        }
        StorageError::Tight => "The disk is nearly full. Free some space and reload.",
        StorageError::Failed => {
            "The browser's storage failed. Nothing was changed. Reload, or restart the browser."
        }
    }
}

pub(crate) const fn alert(alert: Alert) -> &'static str {
    match alert {
        Alert::Volatile => {
            "This browser does not let Kith store anything. What you write here is gone when you close the tab."
        }
        Alert::StorageFull => {
            "The disk is full: Kith cannot store anything more on this device, and takes nothing new in. Free some disk \
             space, or delete what other sites have stored; then it goes on by itself. What is sent to you meanwhile comes \
             later."
        }
        Alert::Deaf => {
            "The server does not let you read your own inbox, so nothing can reach you. Ask whoever runs it, or check your user name."
        }
        Alert::StorageFailed => "The browser's storage failed. New messages may be lost. Reload the page.",
        Alert::Claimed => {
            "Another key claims your number or e-mail address: somebody else's, or your own from before you began anew. \
             Friends are asked which one is right, so give them your invite link, or compare codes with them."
        }
        Alert::StorageLow => {
            "Little room is left for Kith on this device. Free some disk space before it is used up, and make a backup."
        }
        Alert::RolledBack => {
            "What is stored on this device is an older copy. Kith continues from it; what was written and received since \
             then may be missing here."
        }
    }
}

/// Why the app cannot begin.
pub(crate) fn config(error: &ConfigError) -> String {
    match error {
        ConfigError::Unreachable => {
            "config.json could not be loaded: is the server that this page came from still there?".to_owned()
        }
        ConfigError::Status(status) => {
            format!("config.json could not be loaded: the server answered {status}")
        }
        ConfigError::Truncated => "config.json is empty, or its end is missing".to_owned(),
        ConfigError::NoObject => {
            "config.json has to begin with { and to end with }, with \"names\": and their values in between"
                .to_owned()
        }
        ConfigError::Syntax { line, column } => format!(
            "config.json has a mistake at line {line}, character {column}, or just before: perhaps a comma or a quotation \
             mark is missing there, or is one too many"
        ),
        ConfigError::Member(name, kind) => {
            let wanted = match kind {
                Kind::Text => "a text in quotation marks",
                Kind::Texts => "a list of texts: [\"…\", \"…\"]",
                Kind::Number => "a whole number",
                Kind::Flag => "true or false",
            };
            format!("config.json is not right: \"{name}\" must be {wanted}")
        }
        ConfigError::Broker(broker) => format!(
            "config.json names \"{broker}\" as a server: that must be empty, begin with a port (\":9001/mqtt\"), or begin \
             with ws:// or wss://"
        ),
    }
}

pub(crate) fn rejection(rejection: &Rejection) -> String {
    let text = match rejection {
        Rejection::NameMissing => "Type a name, so that your friends know who you are.",
        Rejection::TooLong(limit) => {
            return format!("This is too long. At most {} fit.", counted(*limit, "character", "characters"));
        }
        Rejection::ContactMissing => "Type whom you want to add, or paste their invite link.",
        Rejection::NotAnAddress => "This is not a phone number, e-mail address, Kith ID or invite link.",
        Rejection::Email => "This e-mail address is incomplete. It looks like name@example.org.",
        Rejection::Phone(error) => phone(*error),
        Rejection::Picture(PictureError::Unreadable) => {
            "This file is not a picture that the browser can read."
        }
        Rejection::Picture(PictureError::TooLarge) => "This picture is too large. Choose a smaller one.",
        Rejection::Invite => "This invite link is damaged. Ask for a new one.",
        Rejection::OtherServer(server) => {
            return format!(
                "This invite leads to another server ({server}). Open the link itself to move there."
            );
        }
        Rejection::ServerAddress => "The address must begin with wss:// or ws:// and name a server.",
        Rejection::ServerPort => "The port in the address must be a number from 1 to 65535.",
        Rejection::ServerUser => {
            "Leave the user name and password out of the address: they have fields of their own under “Advanced”."
        }
        Rejection::ServerFragment => "Leave out the # in the address and what follows it.",
        Rejection::InsecureServer => {
            "This page came over https, so the browser only allows addresses that begin with wss://."
        }
        Rejection::Root => {
            "The topic root can have letters, digits, hyphens and single slashes, and at most 64 of them."
        }
        Rejection::PasswordAlone => "A password needs a user name beside it.",
        Rejection::ClientId => {
            "A client ID has letters, digits, dots, hyphens and underscores, and at most 40 of them."
        }
        Rejection::KeepAlive => "The keep-alive is a whole number of seconds from 5 to 1200.",
        Rejection::Oneself => "That is you.",
        Rejection::AlreadyContact => "This person is a contact of yours already.",
        Rejection::AlreadyAsked => "You have asked this person already, and they have not answered yet.",
        Rejection::Blocked => "You have blocked this person. Unblock them first.",
        Rejection::OutboxFull => {
            "Too many messages are waiting to be sent. Send this one again when Kith is connected."
        }
        Rejection::Revoked => {
            "Another device has taken this one's place: nothing can be sent from here any more."
        }
        Rejection::WrongPassphrase => "This is not the right passphrase. Try again.",
        Rejection::ShortPassphrase => "This is too short. Take at least 8 characters.",
        Rejection::NoBackup(NoBackup::Unreadable) => {
            "No backup was made: what is stored here does not fit together, and nobody could restore it."
        }
        Rejection::NoBackup(NoBackup::Seal(_)) => "No backup was made: the file could not be encrypted.",
        Rejection::NoBackup(NoBackup::NotHandedOut) => {
            "No backup was made: the browser did not save the file. Try again."
        }
        Rejection::Words(error) => return words(*error),
        Rejection::Backup(BackupError::Passphrase) => {
            "The passphrase is wrong, or the file is damaged. Try again."
        }
        Rejection::Backup(BackupError::Malformed | BackupError::Cost) => {
            "This file is not a backup from Kith, or it is damaged."
        }
        Rejection::Backup(BackupError::Unknown) => {
            "This backup is from a newer version of Kith. Reload to get the newer version."
        }
        Rejection::NotStored(error) => unusable(*error),
        Rejection::OutOfSight => "This message has moved out of sight. Scroll up to it, then try again.",
    };
    text.to_owned()
}

/// As [`rejection`], for the field of one's own phone number or e-mail address.
pub(crate) fn rejection_of_own_address(rejection: &Rejection) -> String {
    if *rejection == Rejection::NotAnAddress {
        "This is not a phone number or an e-mail address. You can also leave it empty.".to_owned()
    } else {
        self::rejection(rejection)
    }
}

fn words(error: WordsError) -> String {
    match error {
        WordsError::Count(count) => {
            let typed = counted(count, "word", "words");
            let verb = if count == 1 { "is" } else { "are" };
            if count == 0 {
                "Type all 24 words, in their order.".to_owned()
            } else {
                format!("There {verb} {typed} here. Type all 24, in their order.")
            }
        }
        WordsError::Unknown(number) => {
            format!("Word {number} is not a recovery word. Check how it is spelt.")
        }
        WordsError::Checksum => {
            "These words do not belong together: one of them is wrong, or two are swapped.".to_owned()
        }
    }
}

/// What an invite would change.
pub(crate) fn invite_leads_to(server: &str, moves: bool) -> String {
    if moves {
        format!(
            "This invite leads to another server: {server}. If you go on, Kith leaves the server that you use now and \
             connects there. Only do so if you trust whoever sent the link."
        )
    } else {
        format!("You will meet on {server}, the server that you use already.")
    }
}

const fn refused(error: ConnectError) -> &'static str {
    match error {
        ConnectError::ProtocolVersion => {
            "The server does not speak MQTT 3.1.1. Use another server, or ask whoever runs this one."
        }
        ConnectError::ClientId => "The server refuses this device's name. Ask whoever runs it.",
        ConnectError::ServerUnavailable => "The server is busy or being restarted. Kith keeps trying.",
        ConnectError::BadCredentials => "The server does not accept the user name or password. Check them.",
        ConnectError::NotAuthorized => {
            "The server does not let you in. Check user name and password, or ask whoever runs it."
        }
        ConnectError::Other(_) => {
            "The server refuses the connection and does not say why. Ask whoever runs it."
        }
    }
}

const fn phone(error: PhoneError) -> &'static str {
    match error {
        PhoneError::NotANumber => "This is not a phone number.",
        PhoneError::NoCountry => "Begin with + and the country code, as in +48 555 555 555.",
        PhoneError::UnknownCountry => "There is no such country code.",
        PhoneError::TooShort => "Digits are missing in this phone number.",
        PhoneError::TooLong => "There are too many digits in this phone number.",
        PhoneError::Invalid => "There is no such phone number in that country.",
        PhoneError::Unavailable => {
            "Phone numbers cannot be checked right now. Reload, or use something else."
        }
    }
}
