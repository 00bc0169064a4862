//! Which server, and how it is doing.

use leptos::ev;
use leptos::prelude::*;

use super::{Section, account};
use crate::chat::Command;
use crate::chat::change::{Connection, Form, Rejection, Trouble};
use crate::chat::server::web_address;
use crate::ui::dispatch::Dispatch;
use crate::ui::form::{self, Place, error_at};
use crate::ui::server::{ServerFields, ServerValues};
use crate::ui::shell::connection::trouble_of;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{act, live};

/// The server's fields; the line at the top of the screen has the button that tries at once.
#[component]
pub(super) fn ConnectionForm() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let values = ServerValues::new(&account(state, |account| account.server.clone()).unwrap_or_default());
    let rejection = RwSignal::new(None::<Rejection>);
    form::answered(state, Form::Connection, move |result| match result {
        Ok(()) => {
            state.tell(text::SAVED);
            values.fill(&account(state, |account| account.server.clone()).unwrap_or_default());
        }
        Err(reason) => rejection.set(Some(reason)),
    });
    let edited = Callback::new(move |()| rejection.set(None));
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        dispatch.dispatch(Command::SaveServer(values.server()));
    };
    view! {
        <Section heading=text::CONNECTION>
            <How />
            <form novalidate on:submit=act(save)>
                <ServerFields values rejection on_input=edited />
                <p class="field-error" role="alert">{error_at(rejection, Place::Form)}</p>
                <button class="button primary">{text::SAVE}</button>
            </form>
        </Section>
    }
}

/// The connection in words, with the reason where there is none.
#[component]
fn How() -> impl IntoView {
    let state = expect_context::<State>();
    let words = move || {
        let connection = state.connection.get();
        let reason = trouble_of(connection).map(|trouble| text::trouble(trouble, state.has_worked()));
        reason.unwrap_or_else(|| text::connection(connection))
    };
    let is_up = move || state.connection.get() == Connection::Connected;
    view! {
        <p class="how" class:up=is_up>{live(words)}</p>
        {live(move || state.closes_after.get().map(|age| view! {
            <p class="soft">{text::closes_after(age)}</p>
        }))}
        {live(move || look(trouble_of(state.connection.get())?, &account(state, |it| it.server.address.clone())?))}
    }
}

/// The way to see for oneself what answers at the server's address, where no connection comes about there.
fn look(trouble: Trouble, address: &str) -> Option<impl IntoView + use<>> {
    match trouble {
        Trouble::Unreachable | Trouble::NoWebSocket | Trouble::Rejected | Trouble::NotMqtt => Some(view! {
            <a class="look" href=web_address(address).to_string() target="_blank" rel="noopener noreferrer">
                {text::OPEN_ADDRESS}
            </a>
        }),
        Trouble::Refused(_)
        | Trouble::Silent
        | Trouble::NotAccepting
        | Trouble::TakenOver
        | Trouble::Revoked
        | Trouble::Insecure
        | Trouble::BadAddress => None,
    }
}
