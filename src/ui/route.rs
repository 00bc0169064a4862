//! Where the person is: the fragment of the address, so that any static host serves every screen.

use std::cell::Cell;
use std::fmt;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::dispatch::Dispatch;
use crate::chat::id::{ConversationId, UserId};
use crate::chat::{Command, invite};

/// The places one can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Route {
    /// The list of chats, no conversation beside it.
    #[default]
    Chats,
    /// A conversation.
    Conversation(ConversationId),
    /// Contacts.
    Contacts,
    /// Settings.
    Settings,
    /// Settings, at the connection.
    Connection,
    /// What the broker can see.
    BrokerSees,
}

impl Route {
    /// Reads a fragment, with or without its `#`. What is no place leads to the list of chats.
    pub(crate) fn parse(fragment: &str) -> Self {
        let path = fragment.trim_start_matches('#').trim_start_matches('/');
        let mut parts = path.split('/');
        match (parts.next(), parts.next()) {
            (Some("chats"), Some(id)) => {
                UserId::parse(id).map_or(Self::Chats, |id| Self::Conversation(ConversationId(id)))
            }
            (Some("contacts"), _) => Self::Contacts,
            (Some("settings"), Some("broker")) => Self::BrokerSees,
            (Some("settings"), Some("connection")) => Self::Connection,
            (Some("settings"), _) => Self::Settings,
            (_, _) => Self::Chats,
        }
    }

    /// The conversation, where it is one.
    pub(crate) fn conversation(self) -> Option<ConversationId> {
        match self {
            Self::Conversation(id) => Some(id),
            Self::Chats | Self::Contacts | Self::Settings | Self::Connection | Self::BrokerSees => None,
        }
    }
}

/// The address's fragment, with its `#`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chats => f.write_str("#/chats"),
            Self::Conversation(id) => write!(f, "#/chats/{id}"),
            Self::Contacts => f.write_str("#/contacts"),
            Self::Settings => f.write_str("#/settings"),
            Self::Connection => f.write_str("#/settings/connection"),
            Self::BrokerSees => f.write_str("#/settings/broker"),
        }
    }
}

thread_local! {
    /// Where the person was before, so that the back button of the screen does what the browser's does.
    static BEFORE: Cell<Option<Route>> = const { Cell::new(None) };
    /// Whether the next composer to appear takes the focus, even from a phone's screen.
    static TO_WRITE: Cell<bool> = const { Cell::new(false) };
}

/// Follows the address. A link with an invite that comes by is handed to the core and leaves the address at once.
pub(crate) fn follow(dispatch: Dispatch) -> ReadSignal<Route> {
    let (route, set_route) = signal(Route::parse(&fragment()));
    BEFORE.set(None);
    take_invite(&fragment(), route.get_untracked(), dispatch);
    let listener = window_event_listener(ev::hashchange, move |_| {
        let fragment = fragment();
        if take_invite(&fragment, route.get_untracked(), dispatch) {
            return;
        }
        let now = Route::parse(&fragment);
        let before = route.get_untracked();
        if now != before {
            BEFORE.set(Some(before));
            set_route.set(now);
        }
    });
    on_cleanup(move || listener.remove());
    route
}

/// Whether a fragment is an invite: then it is handed over, and gone from the address.
fn take_invite(fragment: &str, stay: Route, dispatch: Dispatch) -> bool {
    let found = invite::is_invite(fragment);
    if found {
        replace(stay);
        dispatch.dispatch(Command::OpenInvite(fragment.into()));
    }
    found
}

/// Goes there, as a step that the browser's back button takes back.
pub(crate) fn go(route: Route) {
    // The only failure is a page that may not navigate itself; then there is nowhere to go.
    let _ = window().location().set_hash(&route.to_string());
}

/// Goes there for the composer to take the focus.
pub(crate) fn go_to_write(route: Route) {
    TO_WRITE.set(true);
    go(route);
}

/// Whether somebody came here to write; says so once.
pub(crate) fn came_to_write() -> bool {
    TO_WRITE.take()
}

/// Back to the list of chats: a step back where the person came from there.
pub(crate) fn back_to_chats() {
    if BEFORE.get() == Some(Route::Chats)
        && let Ok(history) = window().history()
    {
        let _ = history.back();
        return;
    }
    replace(Route::Chats);
    if let Ok(event) = web_sys::Event::new("hashchange") {
        let _ = window().dispatch_event(&event);
    }
}

/// Away from a place that is going to be gone, where the person is there.
pub(crate) fn leave(gone: Route) {
    if Route::parse(&fragment()) == gone {
        back_to_chats();
    }
}

fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

fn replace(route: Route) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&route.to_string()));
    }
}
