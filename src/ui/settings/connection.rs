//! Which server, and how it is doing.

use leptos::ev;
use leptos::prelude::*;

use super::{Section, account};
use crate::chat::Command;
use crate::chat::change::{Connection, Form, Rejection};
use crate::ui::dispatch::Dispatch;
use crate::ui::form::{self, Place, error_at};
use crate::ui::shell::connection::trouble_of;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::welcome::ServerValues;
use crate::ui::welcome::server::Credentials;
use crate::ui::widgets::field::{Field, Kind};
use crate::ui::widgets::live::live;

/// The server's fields; the line at the top of the screen has the button that tries at once.
#[component]
pub(super) fn ConnectionForm() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let values = ServerValues::new(&account(state, |account| account.server.clone()).unwrap_or_default());
    let rejection = RwSignal::new(None::<Rejection>);
    form::answered(state, Form::Connection, move |result| match result {
        Ok(()) => state.tell(text::CONNECTION_SAVED),
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
            <form novalidate on:submit=save>
                <Field
                    label=text::SERVER_ADDRESS
                    value=values.address
                    kind=Kind::Address
                    hint=text::SERVER_HINT
                    error=error_at(rejection, Place::Address)
                    on_input=edited
                />
                <Credentials values rejection on_input=edited />
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
        let reason = trouble_of(connection).map(text::trouble);
        reason.unwrap_or_else(|| text::connection(connection))
    };
    let is_up = move || state.connection.get() == Connection::Connected;
    view! {
        <p class="how" class:up=is_up>{words}</p>
        {live(move || state.closes_after.get().map(|age| view! {
            <p class="soft">{text::closes_after(age)}</p>
        }))}
    }
}
