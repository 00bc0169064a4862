//! What is now different: from the core, through the browser, to the screens.

use std::fmt;
use std::sync::Arc;

use super::account::{Account, Invite, Welcome};
use super::contact::{Contact, Request};
use super::conversation::Conversation;
use super::id::{ConversationId, UserId};
use super::input::{CameraError, PhoneError, PictureError, StorageError};
use super::message::Row;
use super::secret::{Link, NoBackup, Protection};
use super::survey::Health;
use crate::e2ee::key::Fingerprint;
use crate::e2ee::safety::{CodeError, Comparison};
use crate::e2ee::seed::WordsError;
use crate::e2ee::vault::BackupError;
use crate::mqtt::ConnectError;
use crate::time::Timestamp;

/// What is now different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Which of the app's faces is shown.
    Phase(Phase),
    /// This person, or something about them.
    Account(Box<Account>),
    /// The connection.
    Connection(Connection),
    /// Somebody on the way closes each connection at this age, in seconds; none: not so any more.
    ClosesAfter(Option<u64>),
    /// A contact is new or different.
    Contact(Box<Contact>),
    /// A contact is gone.
    ContactGone(UserId),
    /// A request is new or different.
    Request(Request),
    /// A request is answered or dropped.
    RequestGone(UserId),
    /// A line of the list of chats is new or different.
    Conversation(Box<Conversation>),
    /// A conversation is gone.
    ConversationGone(ConversationId),
    /// The open conversation's rows, all of them.
    Page(Page),
    /// One row of the open conversation is new or different; it stands where its position says.
    Message(Box<Row>),
    /// Show this conversation: the answer to a command that leads there.
    Opened(ConversationId),
    /// An invite link was opened by somebody who has an account already: ask before anything is done with it.
    Invite(Option<InviteAsked>),
    /// The link that `Command::MakeInvite` asked for. It is a secret between the two; the account's own invite is none.
    InviteMade(Link),
    /// Somebody has followed the link that was told last: it is good for nothing more.
    InviteUsed,
    /// What is compared with a contact: the answer to `Command::ShowSafety`.
    Safety(Box<Safety>),
    /// What a contact's code has shown (`Command::CompareCode`); an error where it is no code of this app.
    Compared(UserId, Result<Comparison, CodeError>),
    /// The camera sees nothing (`Command::Scan`).
    NoCamera(CameraError),
    /// How a comparison of emoji goes; none: it is put away.
    Comparing(Option<Comparing>),
    /// The words that this person's key can be made from again: the answer to `Command::ShowWords`.
    Words(Words),
    /// What keeps the stored data from whoever copies it.
    Protection(Protection),
    /// How things stand with storage.
    Health(Health),
    /// When the last backup was made here.
    BackedUp(Option<Timestamp>),
    /// A form's command was carried out.
    Done(Form),
    /// A form's command was refused; the message belongs beside its field.
    Rejected(Form, Rejection),
    /// Something the person must know, until they dismiss it or it is no longer true.
    Alert(Option<Alert>),
}

/// What two people compare to know that nobody stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safety {
    /// With whom.
    pub contact: UserId,
    /// Which key of theirs it is about: the new one where a changed key waits for a decision, else the one in use.
    pub key: Fingerprint,
    /// Sixty digits, the same on both screens.
    pub number: Arc<str>,
    /// The text of the QR code that the other scans.
    pub code: Arc<str>,
}

/// A comparison of emoji with a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparing {
    /// With whom.
    pub contact: UserId,
    /// How far it is.
    pub stage: ComparingStage,
}

/// How far a comparison of emoji is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparingStage {
    /// They want to; `Command::CompareEmoji` is the yes.
    Asked,
    /// This person wants to, and waits for them.
    Waiting,
    /// Seven numbers below 64, each for an emoji; the same on both screens where nobody stands between.
    Emoji([u8; 7]),
    /// This person has said that they are the same, and waits for the other's word.
    Agreed([u8; 7]),
    /// Both have: verified.
    Verified,
    /// It came to nothing.
    Failed(ComparingError),
}

/// Why a comparison of emoji came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComparingError {
    /// One of the two is not connected.
    #[error("not both are connected")]
    Unreachable,
    /// No answer came for too long.
    #[error("no answer came")]
    Silent,
    /// The other side has put it away.
    #[error("the other side has stopped it")]
    Stopped,
    /// This person has said that the emoji differ.
    #[error("the emoji differ")]
    Differ,
    /// The other side's person has said so, or their device has found something of the kind.
    #[error("the emoji differ on the other side")]
    TheyDiffer,
    /// What came was not made by the keys that are compared: somebody may stand between.
    #[error("the keys are not the same on both sides")]
    Tampered,
}

/// The 24 words that a person's key can be made from again. Whoever has them is that person.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(pub Arc<[&'static str]>);

/// A secret is never printed.
impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words")
    }
}

/// The app's faces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Storage is being read.
    Starting,
    /// Nobody has begun here yet. Boxed for size only.
    Welcome(Box<Welcome>),
    /// The messenger.
    Ready,
    /// A passphrase keeps storage closed.
    Locked,
    /// Another tab is the live one, and this one cannot show what it shows.
    Elsewhere,
    /// Another tab is the live one, and of another build.
    Outdated,
    /// Storage cannot be used; nothing was touched.
    Unusable(StorageError),
}

/// The connection to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The first attempt is under way.
    Connecting,
    /// Up.
    Connected,
    /// Down; the next attempt comes at the given time (now, where it is under way).
    Reconnecting {
        /// When.
        retry_at: Timestamp,
        /// What is known of the reason.
        trouble: Option<Trouble>,
    },
    /// The browser says that there is no network.
    Offline,
    /// Down until the person changes something or presses "Try now".
    Stopped(Trouble),
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No handshake, and nothing else answers either: wrong host, closed port, bad certificate. The browser does not say
    /// which.
    Unreachable,
    /// No handshake, but a web server answers there.
    NoWebSocket,
    /// The connection was closed before the broker had answered.
    Rejected,
    /// The broker answered with a refusal.
    Refused(ConnectError),
    /// What answers there breaks the protocol.
    NotMqtt,
    /// It fell silent.
    Silent,
    /// It stopped acknowledging.
    NotAccepting,
    /// The same device is connected elsewhere.
    TakenOver,
    /// Another device has taken this one's place: a backup was restored there.
    Revoked,
    /// `ws://` from an https page.
    Insecure,
    /// The address is no `ws://` or `wss://` address.
    BadAddress,
}

/// The open conversation's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Which conversation.
    pub conversation: ConversationId,
    /// In order, oldest first.
    pub rows: Vec<Row>,
    /// Whether there are older ones in storage.
    pub older: bool,
    /// Whether there are newer ones in storage.
    pub newer: bool,
    /// Where the view goes.
    pub view: View,
}

/// Where the view of a page goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// To the newest message.
    Latest,
    /// To the "New messages" line.
    Unread,
    /// Nowhere: what was in view stays in its place.
    Keep,
}

/// An invite that waits for the person's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteAsked {
    /// What the link says.
    pub invite: Invite,
    /// Set where it leads to another broker or topic root than the one in use: accepting means to move there.
    pub moves: bool,
    /// Set where it is under a contact's address and names another key than the one in use: accepting means to be asked
    /// which one is right.
    pub new_key: bool,
}

/// Which form a command came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Welcome screen.
    Welcome,
    /// "Add contact".
    Contact,
    /// Settings, profile.
    Profile,
    /// Settings, profile picture.
    Picture,
    /// Settings, connection.
    Connection,
    /// Composer.
    Composer,
    /// An invite link.
    Invite,
    /// The screen that asks for the passphrase.
    Unlock,
    /// Settings, passphrase.
    Passphrase,
    /// Settings, recovery words.
    Words,
    /// Settings, backup.
    Backup,
    /// "Restore a backup".
    Restore,
}

/// Why a form's command was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The name is blank.
    NameMissing,
    /// A text is too long: its limit, in characters (composer: bytes).
    TooLong(usize),
    /// Nobody is named.
    ContactMissing,
    /// Neither phone number, nor e-mail address, nor Kith ID, nor invite link.
    NotAnAddress,
    /// An e-mail address without an `@`, or with nothing on one side of it.
    Email,
    /// A phone number.
    Phone(PhoneError),
    /// A picture.
    Picture(PictureError),
    /// The invite link is damaged.
    Invite,
    /// The invite leads to another server (named) than the one in use.
    OtherServer(Arc<str>),
    /// The server address is no `ws://` or `wss://` address.
    ServerAddress,
    /// The port in the server address is no number from 1 to 65535.
    ServerPort,
    /// There is a user name in the server address.
    ServerUser,
    /// There is a fragment in the server address.
    ServerFragment,
    /// A `ws://` address from an https page.
    InsecureServer,
    /// The topic root has wildcards, is empty, or is too long.
    Root,
    /// A password without a user name.
    PasswordAlone,
    /// What the Client Identifier is to begin with has other characters than brokers must take, or too many.
    ClientId,
    /// The keep-alive interval is no number of seconds, or out of bounds.
    KeepAlive,
    /// That is this person.
    Oneself,
    /// Already a contact.
    AlreadyContact,
    /// Already asked; the answer is still to come.
    AlreadyAsked,
    /// This person has blocked them.
    Blocked,
    /// Too many messages wait to be sent.
    OutboxFull,
    /// The message that is to be changed is not in the open window any more.
    OutOfSight,
    /// Another device has taken this one's place.
    Revoked,
    /// The passphrase is another one.
    WrongPassphrase,
    /// The passphrase is shorter than [`MIN_PASSPHRASE`](super::secret::MIN_PASSPHRASE).
    ShortPassphrase,
    /// No backup was made.
    NoBackup(NoBackup),
    /// The recovery words.
    Words(WordsError),
    /// The backup file cannot be opened.
    Backup(BackupError),
    /// Storage failed.
    NotStored(StorageError),
}

/// What the person must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alert {
    /// Storage is denied: what is written here is gone with the tab.
    Volatile,
    /// Storage is full: nothing new is taken in until there is room.
    StorageFull,
    /// Little room is left.
    StorageLow,
    /// Storage fails.
    StorageFailed,
    /// What was stored here is an older copy: this is a new device that goes on from it.
    RolledBack,
    /// Another key claims this person's number or e-mail address: somebody else's, or their own of before they began anew.
    Claimed,
    /// The broker does not allow this person to hear what is sent to them.
    Deaf,
}
