//! Every word on the screens, in one place: constants for what is always the same, functions for what counts or names
//! somebody. A second language needs a second copy of these signatures and nothing in the components.

mod answer;
mod emoji;
mod instead;
mod keeping;
pub(crate) mod sees;
mod trust;
mod when;

pub(crate) use answer::{
    Times, alert, closes_after, config, connection, countdown, delivery, delivery_at, invite_leads_to,
    rejection, rejection_of_own_address, trouble, unusable,
};
pub(crate) use emoji::emoji;
pub(crate) use instead::{instead, waiting_for};
pub(crate) use keeping::*;
pub(crate) use trust::*;
pub(crate) use when::{day, full, list_time, offline, time, today, wall_clock};

use crate::chat::account::Theme;
use crate::chat::id::UserId;
use crate::chat::server::{KEEP_ALIVE as KEEP_ALIVE_SECONDS, KEEP_ALIVES, host_of, is_local, is_public};

// Faces.
pub(crate) const STARTING: &str = "Starting";
pub(crate) const CANNOT_START: &str = "Kith cannot start";
pub(crate) const RELOAD: &str = "Reload";
pub(crate) const OPEN_ELSEWHERE: &str = "Kith is open in another tab";
pub(crate) const OPEN_ELSEWHERE_MEANS: &str = "Only one tab can be connected at a time, so that no message is taken twice. When the other one is closed, Kith \
    continues here by itself; or press the button to use it here at once.";
pub(crate) const USE_HERE: &str = "Use here";
pub(crate) const OUTDATED: &str = "Another version of Kith is open in another tab";
pub(crate) const OUTDATED_MEANS: &str = "Reload this tab to go on here. Nothing is lost.";

// Welcome.
pub(crate) fn welcome(brand: &str) -> String {
    format!("Welcome to {brand}")
}
pub(crate) const WELCOME_MEANS: &str =
    "Chat over a server of your choice. Your history stays on your devices.";
pub(crate) const YOUR_NAME: &str = "Your name";
pub(crate) const HANDLE: &str = "Phone or e-mail (optional)";
pub(crate) const HANDLE_HINT: &str = "Friends find you by it. It is hidden from a casual look only: anybody on the server \
    can guess it, and claim it. Without it, friends need an invite link or your Kith ID.";
pub(crate) const SERVER_ADDRESS: &str = "Server address";
pub(crate) const SERVER_HINT: &str = "The server that carries your messages, as wss://host:port/path; the path is part of \
    the address. You and your friends need the same one.";
pub(crate) const USE_OTHER_SERVER: &str = "Use another server";

/// Where messages go when nothing else is chosen.
pub(crate) fn goes_through(server: &str) -> String {
    format!("Your messages go through {server}. It cannot read them, but sees who writes to whom.")
}

pub(crate) const SERVERS: &str = "Servers to choose from";
pub(crate) const PUBLIC_SERVER: &str = "This is a public test server. Anybody can see there who talks to whom, and claim \
    your address. Use it only to try things out.";
pub(crate) const OPEN_ADDRESS: &str = "Open this address in a tab";
pub(crate) const ADVANCED: &str = "Advanced";
pub(crate) const USER_NAME: &str = "User name";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const ROOT: &str = "Topic root";
pub(crate) const ROOT_HINT: &str = "A name that keeps Kith apart from whatever else uses the server. You and your friends need the same one.";
pub(crate) const CLIENT_ID: &str = "Client ID";
pub(crate) const CLIENT_ID_HINT: &str = "What the server calls this device begins with this; the rest is random. Leave it empty unless the server asks for it.";
pub(crate) const KEEP_ALIVE: &str = "Keep-alive";
pub(crate) const SPOKEN: &str = "Kith speaks MQTT 3.1.1 over WebSockets.";

pub(crate) fn keep_alive_hint() -> String {
    let (least, most) = (KEEP_ALIVES.start(), KEEP_ALIVES.end());
    format!("Seconds between signs of life, {least} to {most}. Empty: {KEEP_ALIVE_SECONDS}.")
}

/// The server's name alone.
pub(crate) fn host(address: &str) -> String {
    host_of(address).to_owned()
}

/// A server as it is named to people: with its port, where it has one of its own, and without what only machines need.
pub(crate) fn server(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// A server to choose; the first one is what the page begins with.
pub(crate) fn preset(address: &str, is_pages_own: bool) -> String {
    match host_of(address) {
        _ if is_pages_own => "This page's server".to_owned(),
        _ if is_local(address) => "This computer".to_owned(),
        host if is_public(address) => format!("{host} (for tests)"),
        host => host.to_owned(),
    }
}

pub(crate) const START: &str = "Start";
pub(crate) const SOMEBODY: &str = "Somebody";

pub(crate) fn invites_you(name: &str) -> String {
    format!("{} invites you to chat", or(name, SOMEBODY))
}

/// What a link for one person does for whoever opens it first.
pub(crate) const PERSONAL_INVITE: &str = "This link was made for one person, and works once. If nobody has used it before \
    you, you are contacts at once, and each of you is verified to the other. If somebody has, or it is older than 48 \
    hours, it only asks for contact.";
pub(crate) const START_CHAT: &str = "Start the chat";

pub(crate) fn meet_on(server: &str) -> String {
    format!("You will meet on {server}. Whoever runs it cannot read what you write.")
}

pub(crate) const OTHER_SERVER: &str =
    "That is not the server of this page. Start only if you trust whoever sent the link.";
pub(crate) const LEAVE_INVITE: &str = "Go on without the invite";

// Navigation and connection.
pub(crate) const MAIN: &str = "Main";
pub(crate) const CHATS: &str = "Chats";
pub(crate) const CONTACTS: &str = "Contacts";
pub(crate) const SETTINGS: &str = "Settings";
pub(crate) const CONNECTION: &str = "Connection";
pub(crate) const WHAT_IS_WRONG: &str = "What is wrong?";
pub(crate) const TRY_NOW: &str = "Try now";
pub(crate) const DISMISS: &str = "Dismiss";
pub(crate) const LIST_WIDTH: &str = "Width of the list";
pub(crate) const NOTICES: &str = "Notices";

pub(crate) fn title(brand: &str, news: usize) -> String {
    if news == 0 { brand.to_owned() } else { format!("({news}) {brand}") }
}

/// A destination with its badge, for who cannot see it: how many messages are unread there, and how many people ask.
pub(crate) fn destination(name: &str, unread: usize, asking: usize) -> String {
    let mut words = vec![name.to_owned()];
    words.extend((unread > 0).then(|| format!("{unread}{UNREAD}")));
    words.extend((asking > 0).then(|| counted(asking, "request", "requests")));
    words.join(", ")
}

/// What a badge has room for.
pub(crate) fn badge(count: usize) -> String {
    if count > 999 { "999+".to_owned() } else { count.to_string() }
}

// Chats.
pub(crate) const SEARCH: &str = "Search";
pub(crate) const NO_CHATS: &str = "You have no chats yet.";
pub(crate) const INVITE_SOMEONE: &str = "Invite someone";
pub(crate) const CLEAR_SEARCH: &str = "Clear search";
pub(crate) const DRAFT: &str = "Draft:";
pub(crate) const TYPING: &str = "typing…";
pub(crate) const NO_MESSAGES: &str = "No messages yet";
pub(crate) const NOT_SENT: &str = "Not sent";
pub(crate) const CHOOSE_CHAT: &str = "Choose a chat to read it here.";
pub(crate) const NEW_CHAT: &str = "New chat";
pub(crate) const NO_SUCH_CHAT: &str = "There is no such chat on this device.";
pub(crate) const ALL_CHATS: &str = "All chats";

/// The number goes before these words, visibly; the words are for who cannot see the badge.
pub(crate) const UNREAD: &str = " unread";

pub(crate) fn no_hits(query: &str) -> String {
    format!("No chat is named “{query}”.")
}

// Contacts.
pub(crate) const ADD_CONTACT: &str = "Add contact";
pub(crate) const CONTACT_FIELD: &str = "Phone, e-mail, Kith ID or invite link";
pub(crate) const CONTACT_HINT: &str = "They see your name and decide whether to answer. Anybody on the server can claim a \
    phone number or e-mail address, so an invite link is safer.";
pub(crate) const SEND_REQUEST: &str = "Send request";
pub(crate) const REQUEST_SENT: &str = "The request is on its way";
pub(crate) const COPY_INVITE: &str = "Copy invite link";
pub(crate) const INVITE: &str = "Invite";
pub(crate) const INVITE_LINK: &str = "Invite link";
pub(crate) const INVITE_MEANS: &str = "Whoever opens this link can ask you for contact.";
pub(crate) const PERSONAL_LINK: &str = "Link for one person";
pub(crate) const PERSONAL_MEANS: &str = "A link for one person works once, within 48 hours. Whoever opens it becomes a \
    contact at once, and both of you are verified: so send it to nobody else.";
pub(crate) const MAKE_PERSONAL: &str = "Make a link for one person";
pub(crate) const COPY_PERSONAL: &str = "Copy link for one person";
pub(crate) const INVITE_TELLS: &str =
    "It contains your Kith ID, from which others can work out your phone number or e-mail address.";
pub(crate) const REQUESTS: &str = "Requests";
pub(crate) const ACCEPT: &str = "Accept";
pub(crate) const DECLINE: &str = "Decline";
pub(crate) const BLOCK: &str = "Block";
pub(crate) const UNBLOCK: &str = "Unblock";
pub(crate) const WITHDRAW: &str = "Withdraw";
pub(crate) const FORGET: &str = "Remove";
pub(crate) const BLOCKED: &str = "Blocked";
pub(crate) const NOBODY_BLOCKED: &str = "You have blocked nobody. You can block somebody from the menu beside their name, in Contacts or in their chat.";
pub(crate) const NO_CONTACTS: &str = "Nobody is here yet.";
pub(crate) const REMOVAL_MEANS: &str =
    "What you have written has not reached them. It is deleted with this chat, and the request is forgotten.";
pub(crate) const DELETE_CHAT: &str = "Delete chat";
pub(crate) const DELETE_CHAT_MEANS: &str = "All messages of this chat are deleted on this device, and they are no longer a \
    contact. Nothing that they write reaches you any more, until you ask them for contact again. They are not told, and keep \
    what they have.";
pub(crate) const DELETE_BLOCKED_MEANS: &str = "All messages of this chat are deleted on this device, and they stay blocked. \
    When you unblock them later, nothing that they write reaches you until you ask them for contact again.";
pub(crate) const BLOCK_ASKING_MEANS: &str = "Nothing they write reaches you, and they are not told. When you unblock them, \
    you can answer their request.";
pub(crate) const BLOCK_MEANS: &str = "Nothing they write reaches you, and they are not told. What they write \
    in the meantime waits on their device, and comes when you unblock them.";
pub(crate) const INVITE_STAYS_HERE: &str = "This link works on this computer only: no other device can reach the address \
    of this page, or of the server.";
pub(crate) const WAITING: &str = "Waiting for an answer";
pub(crate) const ASK_AGAIN: &str = "Ask again";
pub(crate) const DECLINED: &str = "Declined your request";
pub(crate) const ONLINE: &str = "online";
pub(crate) const OFFLINE: &str = "offline";
pub(crate) const CONTACT_ACTIONS: &str = "Contact actions";
pub(crate) const MESSAGE_THEM: &str = "Write a message";
pub(crate) const LINK_COPIED: &str = "Invite link copied";
pub(crate) const COPY_BY_HAND: &str = "Select the link and copy it yourself: this page is not allowed to.";
pub(crate) const UNPROVED: &str = "wants to chat with you. Kith cannot prove who asks.";

// Conversation.
pub(crate) const DETAILS: &str = "Details";
pub(crate) const THEIR_ID: &str = "Kith ID";
pub(crate) const BACK: &str = "Back to chats";
pub(crate) const CHAT_ACTIONS: &str = "Chat actions";
pub(crate) const MESSAGES: &str = "Messages";
pub(crate) const MESSAGE: &str = "Message";
pub(crate) const SEND: &str = "Send";
pub(crate) const SAVE_EDIT: &str = "Save edit";
pub(crate) const JUMP: &str = "Jump to latest";
pub(crate) const NEW_MESSAGES: &str = "New messages";
pub(crate) const PIN: &str = "Pin";
pub(crate) const UNPIN: &str = "Unpin";
pub(crate) const PINNED: &str = "Pinned";
pub(crate) const MUTE_HOUR: &str = "Mute for 1 hour";
pub(crate) const MUTE_HOURS: &str = "Mute for 8 hours";
pub(crate) const MUTE_WEEK: &str = "Mute for 1 week";
pub(crate) const MUTE_ALWAYS: &str = "Mute always";
pub(crate) const UNMUTE: &str = "Unmute";
pub(crate) const MUTED: &str = "Muted";
pub(crate) const MARK_READ: &str = "Mark as read";
pub(crate) const MESSAGE_ACTIONS: &str = "Message actions";
pub(crate) const COPY: &str = "Copy";
pub(crate) const COPIED: &str = "Copied";
pub(crate) const COPY_TEXT_BY_HAND: &str =
    "Select the text and copy it yourself: this page is not allowed to.";
pub(crate) const EDIT: &str = "Edit";
pub(crate) const EDITING: &str = "Editing message";
pub(crate) const CANCEL_EDIT: &str = "Cancel edit";
pub(crate) const DELETE: &str = "Delete";
pub(crate) const DELETE_FOR_EVERYONE: &str = "Delete for everyone";
pub(crate) const DELETE_QUESTION: &str = "Delete this message?";
pub(crate) const DELETE_MEANS: &str =
    "It is deleted on this device, and on theirs as soon as they are connected.";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const RETRY: &str = "Retry";
pub(crate) const EDITED: &str = "edited";
pub(crate) const YOU_WROTE: &str = "You";
pub(crate) const THEY_MAY_WAIT: &str =
    "They have not answered your request yet. What you write is kept until they do.";
pub(crate) const YOU_BLOCKED: &str = "You have blocked this person.";
pub(crate) const REPLACED: &str = "You use Kith on another device now, and it has taken this one's place. You can still read \
    what is here, but nothing is sent or received any more.";

/// In place of the composer after a no.
pub(crate) fn has_declined(name: &str) -> String {
    format!("{name} has declined your request, so nothing that you write here reaches them.")
}

/// Above the first message.
pub(crate) const ENCRYPTED_CHAT: &str = "Messages in this chat are encrypted end to end. Nobody but the two of you can read them, not even the server.";
pub(crate) const SAY_HELLO: &str = "Say hello";
pub(crate) const HELLO: &str = "Hello";

// Settings.
pub(crate) const PROFILE: &str = "Profile";
pub(crate) const ABOUT: &str = "About";
pub(crate) const ABOUT_HINT: &str = "A few words about you";
pub(crate) const STATUS: &str = "Status";
pub(crate) const STATUS_HINT: &str = "What you are up to";
pub(crate) const SAVE: &str = "Save";
pub(crate) const SAVED: &str = "Saved";
pub(crate) const CHOOSE_PICTURE: &str = "Choose a picture";
pub(crate) const REMOVE_PICTURE: &str = "Remove picture";
pub(crate) const PICTURE_CHANGED: &str = "Picture changed";
pub(crate) const PICTURE_TOO_LARGE: &str = "That file is larger than 20 MB. Choose a smaller picture.";
pub(crate) const PICTURE_UNREADABLE: &str = "This file could not be read. Choose it again.";
pub(crate) const YOUR_ID: &str = "Your Kith ID";
pub(crate) const PRIVACY: &str = "Privacy";
pub(crate) const ID_OF_HANDLE: &str = "Your Kith ID is made from your phone number or e-mail address. Anybody on the \
    server can work out which one it is, and claim it as theirs.";
pub(crate) const YOUR_CODE: &str = "Your key's code:";
pub(crate) const YOUR_CODE_MEANS: &str = "If Kith tells a friend that several people use your number or address, read all of \
    this code to them: then they know which one is you.";
pub(crate) const ID_RANDOM: &str =
    "Your Kith ID says nothing about you. People reach you by invite link or by this ID.";
pub(crate) const SERVER_SEES: &str = "Messages are encrypted end to end. Whoever runs the server cannot read them, but \
    sees who writes to whom and when.";
pub(crate) const CONTACTS_ONLY: &str = "Only my contacts see my profile";
pub(crate) const CONTACTS_ONLY_MEANS: &str = "Your name, about, status and picture are then encrypted, and others see \
    nothing but your keys. People you ask for contact see your name.";
pub(crate) const RECOVERY_WORDS: &str = "Recovery words";
pub(crate) const RECOVERY_MEANS: &str = "If you lose this device, these 24 words make you the same person on another one, \
    together with your phone number or e-mail address if you gave one. Friends who have verified you need not do it \
    again. Contacts and messages do not come back: only a backup has those. Write the words on paper, and show them to \
    nobody: whoever has them can pass for you.";
pub(crate) const SHOW_WORDS: &str = "Show recovery words";
pub(crate) const HIDE_WORDS: &str = "Hide recovery words";
pub(crate) const BROKER_SEES: &str = "What the broker can see";
pub(crate) const BACK_TO_SETTINGS: &str = "Back to settings";
pub(crate) const BLOCKED_PEOPLE: &str = "Blocked people";
pub(crate) const APPEARANCE: &str = "Appearance";
pub(crate) const THEME: &str = "Theme";
pub(crate) const ENTER_SENDS: &str = "Enter sends";
pub(crate) const ENTER_SENDS_MEANS: &str = "Shift+Enter begins a new line. When off, Ctrl+Enter sends.";
pub(crate) const ENTER_SENDS_TOUCH: &str = "Also on the screen's keyboard, which then has no key for a new line. On one with \
    keys, Shift+Enter begins it; when off, Ctrl+Enter sends.";
pub(crate) const PASSWORD_HINT: &str = "It is stored on this device. Whoever can open this browser profile can use it, unless a passphrase locks Kith.";
pub(crate) const DATA: &str = "Data";
pub(crate) const DATA_MEANS: &str = "Your messages, contacts and settings are stored in this browser, on this device. The \
    server keeps your profile, and messages until they are delivered. Clearing the site's data in the browser deletes \
    what is stored here for good.";

pub(crate) fn stored_here(chats: usize, contacts: usize) -> String {
    format!(
        "On this device: {}, {}.",
        counted(chats, "chat", "chats"),
        counted(contacts, "contact", "contacts")
    )
}

pub(crate) fn over_limit(characters: usize) -> String {
    let over = counted(characters, "character", "characters");
    format!("This is too long to send in one message. Shorten it by {over}.")
}

pub(crate) const fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}

/// The beginning of a Kith ID.
pub(crate) fn short_id(id: UserId) -> String {
    id.to_string()[..8].to_owned()
}

/// What somebody is called who has not told a name: the beginning of their Kith ID.
pub(crate) fn name(name: &str, id: UserId) -> String {
    if name.is_empty() { format!("Kith {}", short_id(id)) } else { name.to_owned() }
}

pub(crate) const OWN_INVITE: &str = "This is your own invite link. Send it to the people you want to invite.";

// Invite, opened by somebody who is here already.
pub(crate) const NOT_NOW: &str = "Not now";

/// What the yes to an invite is called.
pub(crate) const fn follow_invite(moves: bool, new_key: bool, is_personal: bool) -> &'static str {
    match (moves, new_key, is_personal) {
        (true, true, _) => "Change server and go on",
        (false, true, _) => "Go on",
        (true, false, true) => "Change server and start the chat",
        (true, false, false) => "Change server and send request",
        (false, false, true) => START_CHAT,
        (false, false, false) => SEND_REQUEST,
    }
}

pub(crate) fn block_question(name: &str) -> String {
    format!("Block {name}?")
}

pub(crate) fn delete_chat_with(name: &str) -> String {
    format!("Delete the chat with {name}?")
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
