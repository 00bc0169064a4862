//! Whether there is a connection: a dot while there is one, a line across the top while there is none.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::chat::Command;
use crate::chat::change::{Connection, Trouble};
use crate::ui::dispatch::Dispatch;
use crate::ui::route::Route;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::clock;
use crate::ui::widgets::live::{When, act, live};

/// The connection's state, in words that a screen reader hears when they change.
#[component]
pub(super) fn ConnectionStatus() -> impl IntoView {
    let state = expect_context::<State>();
    let down = Memo::new(move |_| match state.connection.get() {
        Connection::Connected => false,
        Connection::Connecting
        | Connection::Reconnecting { .. }
        | Connection::Offline
        | Connection::Stopped(_) => true,
    });
    // There is nothing to try.
    let replaced = Memo::new(move |_| state.is_replaced());
    view! {
        <div class="connection" class:down=move || down.get()>
            <div role="status" aria-label=text::CONNECTION class="connection-words">
                {live(move || if down.get() {
                    view! { <Down /> }.into_any()
                } else {
                    view! { <span class="connection-up">{text::connection(Connection::Connected)}</span> }.into_any()
                })}
            </div>
            <When when=Signal::derive(move || down.get() && !replaced.get())>
                <TryNow />
            </When>
        </div>
    }
}

/// The words while there is no connection, with a countdown and the reason.
#[component]
fn Down() -> impl IntoView {
    let state = expect_context::<State>();
    let now = clock::every(Duration::from_secs(1));
    let words = Memo::new(move |_| text::connection(state.connection.get()));
    let countdown = Memo::new(move |_| text::countdown(state.connection.get(), now.get()));
    // Not drawn anew at each attempt: a finger may be on the link.
    let why = Memo::new(move |_| trouble_of(state.connection.get()));
    view! {
        // A screen reader would read out every second.
        <span class="connection-state">{words}<span aria-hidden="true">{countdown}</span></span>
        {live(move || why.get().map(|trouble| view! {
            <span class="connection-why">" "{text::trouble(trouble, state.has_worked())}</span>
            // Also where the address says so already.
            <a class="connection-more" href=Route::Connection.to_string() on:click=act(|_| look())>
                {text::WHAT_IS_WRONG}
            </a>
        }))}
    }
}

/// Brings the connection's settings into view, once they are drawn.
pub(super) fn look() {
    request_animation_frame(|| {
        let heading = document().get_element_by_id("settings-connection");
        if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
            // An element on the page can always be focused.
            let _ = heading.focus();
            heading.scroll_into_view();
        }
    });
}

#[component]
fn TryNow() -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    view! {
        <button type="button" class="button small" on:click=act(move |_| dispatch.dispatch(Command::TryNow))>
            {text::TRY_NOW}
        </button>
    }
}

/// What is known of the reason.
pub(crate) const fn trouble_of(connection: Connection) -> Option<Trouble> {
    match connection {
        Connection::Connecting | Connection::Connected | Connection::Offline => None,
        Connection::Reconnecting { trouble, .. } => trouble,
        Connection::Stopped(trouble) => Some(trouble),
    }
}
