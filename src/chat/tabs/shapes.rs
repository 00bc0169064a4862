//! The shapes of what goes from tab to tab.

use std::sync::Arc;

use super::carry::{Carry, carried};
use super::message::{Message, Term};
use crate::chat::account::{Account, Invite, Preferences, Server, Theme};
use crate::chat::change::{
    Alert, Change, Comparing, ComparingError, ComparingStage, Connection, Form, InviteAsked, Page, Phase,
    Rejection, Safety, Trouble, View,
};
use crate::chat::command::Command;
use crate::chat::contact::{Asker, Claimant, Contact, Keys, Presence, Profile, Relation, Request};
use crate::chat::conversation::{Conversation, Latest};
use crate::chat::id::{ConversationId, MessageId, TabId, UserId};
use crate::chat::input::{PhoneError, PictureError};
use crate::chat::message::{self, Body, Delivery, Position, Row};
use crate::chat::secret::{Link, Protection};
use crate::chat::survey::{Health, Space, Survey};
use crate::e2ee::key::Fingerprint;
use crate::e2ee::safety::{CodeError, Comparison};
use crate::e2ee::trust::{Standing, Trust};
use crate::mqtt::ConnectError;
use crate::time::{Day, Timestamp};

type Said = message::Message;

carried! {
    value TabId {}
    value UserId {}
    value MessageId {}
    value ConversationId {}
    value Timestamp {}
    value Day {}
    value Fingerprint {}
    value Term {}

    choice Message {
        Lead(term),
        Hello { tab visible },
        Closed,
        Change { term to },
        Command { term tab number },
        Took { term tab number },
        Visible { tab visible },
        Left(tab),
        Ping(tab),
        Pong(term),
        Reload,
    }
    choice Command {
        Typing,
        AcceptKey(id),
        KeepKey(id),
        ShowSafety(id),
        Verify { contact key },
        CompareCode { contact text },
        CompareEmoji(id),
        SameEmoji(same),
        StopComparing,
        Unverify(id),
        Choose { contact key },
        Accept(id),
        Decline(id),
        AnswerOne { from key accept },
        Block(id),
        Unblock(id),
        Withdraw(id),
        Remove(id),
        Open(conversation),
        AtLatest(at_latest),
        MarkRead(conversation),
        Pin { conversation pinned },
        Mute { conversation until },
        ShowOlder,
        ShowNewer,
        ShowLatest,
        Send { id conversation text },
        Edit { id message text },
        Delete { id message },
        Retry(id),
        AskAgain(conversation),
        Discard(id),
        Draft { conversation text },
        DismissAlert,
        TryNow,
        LookAtStorage { keep },
        SaveProfile { name about status },
        SavePrivacy { contacts_only },
        SavePicture(picture),
        SaveServer(server),
        SavePreferences(preferences),
        AddContact(link),
        MakeInvite,
        OpenInvite(link),
        AcceptInvite,
        DismissInvite,
        Lock,
    } {
        KeepWelcome Start StartFrom ShowWords UseHere Unlock ChangePassphrase BeginAnew MakeBackup Restore Scan
    }
    choice Phase { Ready } { Starting Welcome Locked Elsewhere Outdated Unusable }
    choice Change {
        BackedUp(at),
        Phase(phase),
        Account(account),
        Connection(connection),
        ClosesAfter(age),
        Contact(contact),
        ContactGone(id),
        Request(request),
        RequestGone(id),
        Conversation(conversation),
        ConversationGone(id),
        Page(page),
        Message(row),
        Safety(safety),
        Compared(contact comparison),
        Comparing(comparing),
        Protection(protection),
        Health(health),
        Opened(conversation),
        Invite(invite),
        InviteMade(link),
        InviteUsed,
        Done(form),
        Rejected(form rejection),
        Alert(alert),
    } { NoCamera Words }

    record Account { id code handle profile contacts_only server invite preferences }
    record Profile { name about status picture }
    record Server { address user_name password root client_id keep_alive }
    record Preferences { theme enter_sends }
    choice Theme { System, Light, Dark }

    choice Connection {
        Connecting,
        Connected,
        Reconnecting { retry_at trouble },
        Offline,
        Stopped(trouble),
    }
    choice Trouble {
        Unreachable,
        NoWebSocket,
        Rejected,
        Refused(error),
        NotMqtt,
        Silent,
        NotAccepting,
        TakenOver,
        Revoked,
        Insecure,
        BadAddress,
    }
    choice ConnectError {
        ProtocolVersion,
        ClientId,
        ServerUnavailable,
        BadCredentials,
        NotAuthorized,
        Other(code),
    }

    record Contact { id profile relation presence keys is_proved }
    choice Relation { Requested, Declined, Friend, Blocked }
    choice Presence { Unknown, Online, Offline(seen) }
    choice Keys { Waiting, Several(claimants), Known { trust standing } }
    record Claimant { key code name usable }
    choice Trust { Claimed, FirstUse, Verified }
    choice Standing { Open, NotAccepted, Held, Blocked, Vouched }
    record Request { from name received_at askers }
    record Asker { key code name }
    record Safety { contact key number code }
    choice Comparison { Match, TheirKeyDiffers, OurKeyDiffers, Own, NumberDiffers }
    record Comparing { contact stage }
    choice ComparingStage { Asked, Waiting, Emoji(emoji), Agreed(emoji), Verified, Failed(error) }
    choice ComparingError { Unreachable, Silent, Stopped, Differ, TheyDiffer, Tampered }

    record Conversation {
        id title picture latest unread draft typing failed unreadable waiting pinned muted activity
    }
    record Latest { body sent_at delivery }
    record Page { conversation rows older newer view }
    choice View { Latest, Unread, Keep }
    record Row { message day first_unread starts_group ends_group delivered_at read_at }
    record Said { id conversation author position sent_at body edited delivery }
    record Position { hlc author id }
    choice Body {
        Text(text),
        Deleted,
        KeyChanged,
        Split,
        Disputed,
        Differed,
        SpentLink,
        WentOn,
        Unknown,
    }
    choice Delivery { Queued, Sent, Delivered, Read, Failed }

    choice Protection { Passphrase, Browser, Nothing }
    record Health { survey declined }
    record Survey { persistent space full }
    record Space { used granted }
    choice Alert { Volatile, StorageFull, StorageLow, StorageFailed, RolledBack, Claimed, Deaf }
    choice Form { Composer, Contact, Profile, Picture, Connection, Invite } {
        Welcome Unlock Passphrase Words Backup Restore
    }
    choice Rejection {
        NameMissing,
        TooLong(limit),
        ContactMissing,
        NotAnAddress,
        Email,
        Phone(error),
        Picture(error),
        Invite,
        OtherServer(name),
        ServerAddress,
        ServerPort,
        ServerUser,
        ServerFragment,
        InsecureServer,
        Root,
        PasswordAlone,
        ClientId,
        KeepAlive,
        Oneself,
        AlreadyContact,
        AlreadyAsked,
        Blocked,
        OutboxFull,
        OutOfSight,
        Revoked,
    } { WrongPassphrase ShortPassphrase NoBackup Words Backup NotStored }
    choice PhoneError { NotANumber, NoCountry, UnknownCountry, TooShort, TooLong, Invalid, Unavailable }
    choice PictureError { Unreadable, TooLarge }
    record InviteAsked { invite moves new_key }
}

impl Carry for Link {
    fn put(&self, out: &mut Vec<u8>) {
        self.text().put(out);
    }

    fn take(from: &mut &[u8]) -> Self {
        Arc::<str>::take(from).into()
    }
}

/// As it is shown. Its secrets stay where it was read.
impl Carry for Invite {
    fn put(&self, out: &mut Vec<u8>) {
        self.from.put(out);
        [&self.name, &self.broker, &self.root].into_iter().for_each(|text| text.put(out));
    }

    fn take(from: &mut &[u8]) -> Self {
        Self {
            from: Carry::take(from),
            name: Carry::take(from),
            broker: Carry::take(from),
            root: Carry::take(from),
            key: None,
            secrets: None,
        }
    }
}

impl Carry for CodeError {
    fn put(&self, _: &mut Vec<u8>) {}

    fn take(_: &mut &[u8]) -> Self {
        Self
    }
}
