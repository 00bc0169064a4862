//! Whether there is a connection: a dot while there is one, a line across the top while there is none.

use std::time::Duration;

use leptos::prelude::*;

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
    let revoked = Memo::new(move |_| state.connection.get() == Connection::Stopped(Trouble::Revoked));
    view! {
        <div class="connection" class:down=move || down.get()>
            <div role="status" aria-label=text::CONNECTION class="connection-words">
                {live(move || if down.get() {
                    view! { <Down /> }.into_any()
                } else {
                    view! { <span class="connection-up">{text::connection(Connection::Connected)}</span> }.into_any()
                })}
            </div>
            <When when=Signal::derive(move || down.get() && !revoked.get())>
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
    let why = move || trouble_of(state.connection.get());
    view! {
        // A screen reader would read out every second.
        <span class="connection-state">{words}<span aria-hidden="true">{countdown}</span></span>
        {live(move || why().map(|trouble| view! {
            <span class="connection-why">" "{text::trouble(trouble)}</span>
            <a class="connection-more" href=Route::Settings.to_string()>{text::WHAT_IS_WRONG}</a>
        }))}
    }
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
