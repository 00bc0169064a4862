//! What the person wants: from the screens to the core.

use std::sync::Arc;

use super::account::{Preferences, Server, Welcome};
use super::id::{ConversationId, MessageId, TabId, UserId};
use super::secret::{Link, Passphrase, TypedWords};
use crate::e2ee::key::Fingerprint;
use crate::time::Timestamp;

/// Where a command comes from, and which of that tab's it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Which tab.
    pub tab: TabId,
    /// Rises with each command of the tab that must not be lost, and must not be carried out twice where it is told twice;
    /// 0 for the others.
    pub number: u64,
}

/// What the person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The welcome screen's fields changed: keep them over a reload.
    KeepWelcome(Welcome),
    /// Begin: answered by `Change::Account`, or by `Change::Rejected(Form::Welcome, ..)`. With an invite in it, the
    /// inviter is asked for contact on the invite's server and the conversation with them is opened.
    Start(Welcome),
    /// As `Start`, but with the key that these recovery words make: a new device of the same person, with nothing that
    /// the earlier one had stored.
    StartFrom {
        /// What the fields hold. Boxed for size only.
        welcome: Box<Welcome>,
        /// The words; they are kept nowhere.
        words: TypedWords,
    },
    /// A link with an invite was opened (its fragment, with or without the `#`, or the whole link).
    OpenInvite(Link),
    /// The person agreed to the invite that `Change::Invite` showed: ask the inviter for contact and open the
    /// conversation with them.
    AcceptInvite,
    /// The person did not agree; or begins without the invite that the welcome screen shows.
    DismissInvite,

    /// Change what is told of this person. Answered by `Change::Done(Form::Profile)` or `Change::Rejected`.
    SaveProfile {
        /// Name; not blank.
        name: Arc<str>,
        /// About.
        about: Arc<str>,
        /// Status.
        status: Arc<str>,
    },
    /// Whether the profile is told to contacts alone, encrypted; everybody else then sees keys and nothing more.
    SavePrivacy {
        /// Contacts alone.
        contacts_only: bool,
    },
    /// Show the words that this person's key can be made from again: answered by `Change::Words`. Where a passphrase is
    /// set it must come along; else `Change::Rejected(Form::Words, ..)`.
    ShowWords(Option<Passphrase>),
    /// A picture file as it is on disk: the browser decodes, crops and re-encodes it. Or back to the generated avatar.
    SavePicture(Option<Arc<[u8]>>),
    /// Change the broker: reconnects at once. Answered by `Change::Done(Form::Connection)` or `Change::Rejected`.
    SaveServer(Server),
    /// Change what concerns this device alone.
    SavePreferences(Preferences),
    /// Connect now instead of waiting.
    TryNow,
    /// Make this tab the one that is connected.
    UseHere,

    /// Open what a passphrase keeps closed (`Phase::Locked`). Where it is the wrong one: `Change::Rejected(Form::Unlock, ..)`.
    Unlock(Passphrase),
    /// Set, change (or, without `next`, remove) the passphrase. Answered by `Change::Done(Form::Passphrase)` or
    /// `Change::Rejected`.
    ChangePassphrase {
        /// The one that is set, where one is.
        current: Option<Passphrase>,
        /// The new one.
        next: Option<Passphrase>,
    },
    /// Leave the server and ask for the passphrase, now.
    Lock,
    /// Delete everything on this device, and begin as somebody new. The screen has asked whether that is meant.
    BeginAnew,
    /// The person looks at what is said of storage: find out how things stand. Answered by `Change::Health`.
    LookAtStorage {
        /// The browser is asked first to keep what is stored.
        keep: bool,
    },
    /// Make a backup file, locked with this passphrase. Answered by `Change::Done(Form::Backup)` or `Change::Rejected`.
    MakeBackup(Passphrase),
    /// Go on from a backup file as a new device: where nobody has begun here, or in the place of what a forgotten
    /// passphrase keeps closed. Else `Change::Rejected(Form::Restore, ..)`.
    Restore {
        /// The file.
        file: Arc<[u8]>,
        /// What it is locked with.
        passphrase: Passphrase,
    },

    /// Ask somebody for contact: a phone number, an e-mail address, a Kith ID or an invite link. Answered by
    /// `Change::Done(Form::Contact)` or `Change::Rejected(Form::Contact, ..)`.
    AddContact(Link),
    /// Make an invite link for one person, good for 48 hours: whoever follows it first becomes a contact without a
    /// question, and both are verified. Answered by `Change::InviteMade`.
    MakeInvite,
    /// Say yes to a request.
    Accept(UserId),
    /// Say no to a request.
    Decline(UserId),
    /// Answer one of several who ask under one address. Whom the person says yes to is a contact, and the others are
    /// asked about no more.
    AnswerOne {
        /// The address.
        from: UserId,
        /// By whose key.
        key: Fingerprint,
        /// Yes, or no.
        accept: bool,
    },
    /// Let nothing of theirs through, whether request or contact.
    Block(UserId),
    /// All is as it was before the block.
    Unblock(UserId),
    /// Take back an unanswered request, or put a declined one away. The contact goes, and the conversation with all that
    /// waits in it: nothing of it has reached anybody.
    Withdraw(UserId),
    /// Put a contact away with all that was said, on this device; an unanswered request is taken back. They are told
    /// nothing. Whom this person blocks stays.
    Remove(UserId),

    /// Use one of the keys that claim somebody's address; see `contact::Keys::Several`. Nothing can tell which one is
    /// right but the person whose key it is.
    Choose {
        /// Whose address.
        contact: UserId,
        /// Which key.
        key: Fingerprint,
    },

    /// Go on with the new key of a contact whose key has changed and who was not verified (`Standing::Held`): what waits
    /// is encrypted to it.
    AcceptKey(UserId),
    /// Stay with the known key of a contact who has shown another one: what waits is encrypted to that, and the other is
    /// not asked about again.
    KeepKey(UserId),
    /// Tell what is compared with a contact: answered by `Change::Safety`, where a key is in use. It takes some 50 ms.
    ShowSafety(UserId),
    /// The person has compared the safety number that `Change::Safety` told: the key it named is verified. Where it is
    /// the new one after a change (`Standing::Blocked`, `Standing::Held`), it is in use from now on.
    Verify {
        /// Whom.
        contact: UserId,
        /// The key that was compared, as `Change::Safety` named it.
        key: Fingerprint,
    },
    /// A contact's code was scanned or typed, or the digits of the safety number that their screen shows: answered by `Change::Compared`; where it matches, the key is verified.
    CompareCode {
        /// Whom.
        contact: UserId,
        /// What the code says.
        text: Arc<str>,
    },
    /// Look for a contact's code with the camera, which the screens show (`effect::VIEWFINDER`): what is seen is compared
    /// as with `CompareCode`. Answered by `Change::Compared`, or `Change::NoCamera`.
    /// None: look no longer.
    Scan(Option<UserId>),
    /// Compare seven emoji with a contact who is there now; or say yes, where they have asked. What becomes of it is told
    /// by `Change::Comparing`.
    CompareEmoji(UserId),
    /// Whether the emoji on both screens are the same, as the two people say.
    SameEmoji(bool),
    /// Put the comparison away.
    StopComparing,
    /// Take *verified* back.
    Unverify(UserId),

    /// Show this conversation (none: none). Answered by `Change::Page`.
    Open(Option<ConversationId>),
    /// Whether the screen shows the newest message of the open conversation: what arrives then is read at once.
    AtLatest(bool),
    /// The person asks for the unread line to go ("mark read").
    MarkRead(ConversationId),
    /// Keep this conversation before the others, or no longer.
    Pin {
        /// Which.
        conversation: ConversationId,
        /// Whether.
        pinned: bool,
    },
    /// Let nobody be disturbed by this conversation until then (`FOREVER`: until the person says otherwise; none: no
    /// longer).
    Mute {
        /// Which.
        conversation: ConversationId,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// The page before what is shown of the open conversation.
    ShowOlder,
    /// The page after.
    ShowNewer,
    /// The newest page.
    ShowLatest,

    /// Send a text. Blank texts are ignored; too long ones are answered by `Change::Rejected(Form::Composer, ..)`.
    Send {
        /// Made by the screen: 16 random bytes.
        id: MessageId,
        /// Where to.
        conversation: ConversationId,
        /// What.
        text: Arc<str>,
    },
    /// Replace the text of an own message.
    Edit {
        /// The edit's own id: 16 random bytes.
        id: MessageId,
        /// The message.
        message: MessageId,
        /// The new text.
        text: Arc<str>,
    },
    /// Take back an own message, here and there.
    Delete {
        /// The deletion's own id: 16 random bytes.
        id: MessageId,
        /// The message.
        message: MessageId,
    },
    /// Send again what failed of a message: itself, an edit, its deletion.
    Retry(MessageId),
    /// Ask for what came and cannot be read once more; at most once in a minute.
    AskAgain(ConversationId),
    /// Forget a failed message; or, where only a change to it failed, tell nobody of the change any more.
    Discard(MessageId),
    /// What stands in the composer: kept over reload and shown in the list of chats.
    Draft {
        /// Where.
        conversation: ConversationId,
        /// What; empty: nothing.
        text: Arc<str>,
    },
    /// A key was typed in the composer of the open conversation.
    Typing,
    /// The person has seen an alert.
    DismissAlert,
}
