//! The server's address, and behind "Advanced" what few people need.

use leptos::prelude::*;

use super::ServerValues;
use crate::chat::change::Rejection;
use crate::ui::form::{Place, error_at};
use crate::ui::text;
use crate::ui::widgets::field::{Field, Kind};
use crate::ui::widgets::live::When;

/// The address, and a button that shows the rest.
#[component]
pub(super) fn ServerFields(
    values: ServerValues,
    rejection: RwSignal<Option<Rejection>>,
    on_input: Callback<()>,
) -> impl IntoView {
    let opened = RwSignal::new(!values.user_name.read_untracked().is_empty());
    // What is wrong must be in sight.
    let shown = Memo::new(move |_| {
        opened.get()
            || rejection.read().as_ref().is_some_and(|rejection| match Place::of(rejection) {
                Place::Password | Place::Root => true,
                Place::Name | Place::Handle | Place::Address | Place::Form => false,
            })
    });
    view! {
        <Field
            label=text::SERVER_ADDRESS
            value=values.address
            kind=Kind::Address
            hint=text::SERVER_HINT
            error=error_at(rejection, Place::Address)
            on_input
        />
        <button
            type="button"
            class="button plain"
            aria-expanded=move || if shown.get() { "true" } else { "false" }
            on:click=move |_| opened.set(!shown.get_untracked())
        >
            {text::ADVANCED}
        </button>
        <When when=Signal::derive(move || shown.get())>
            <Credentials values rejection on_input />
        </When>
    }
}

/// User name, password and topic root.
#[component]
pub(crate) fn Credentials(
    values: ServerValues,
    rejection: RwSignal<Option<Rejection>>,
    on_input: Callback<()>,
) -> impl IntoView {
    view! {
        <Field label=text::USER_NAME value=values.user_name kind=Kind::Code on_input />
        <Field
            label=text::PASSWORD
            value=values.password
            kind=Kind::Password
            hint=text::PASSWORD_HINT
            error=error_at(rejection, Place::Password)
            on_input
        />
        <Field
            label=text::ROOT
            value=values.root
            kind=Kind::Code
            hint=text::ROOT_HINT
            error=error_at(rejection, Place::Root)
            on_input
        />
    }
}
