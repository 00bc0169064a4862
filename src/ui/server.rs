//! Which server, and behind "Advanced" what few people need: on the first screen and in Settings.

use std::sync::Arc;

use leptos::prelude::*;

use super::form::{Place, error_at};
use super::state::State;
use super::text;
use super::widgets::field::{Field, Kind};
use super::widgets::live::{When, act, live};
use crate::chat::account::Server;
use crate::chat::change::Rejection;
use crate::chat::server::{host_of, is_public};

/// What the fields hold.
#[derive(Clone, Copy)]
pub(crate) struct ServerValues {
    address: RwSignal<String>,
    user_name: RwSignal<String>,
    password: RwSignal<String>,
    root: RwSignal<String>,
    client_id: RwSignal<String>,
    keep_alive: RwSignal<String>,
}

impl ServerValues {
    pub(crate) fn new(server: &Server) -> Self {
        let field = |text: &Arc<str>| RwSignal::new(text.to_string());
        Self {
            address: field(&server.address),
            user_name: field(&server.user_name),
            password: field(&server.password),
            root: field(&server.root),
            client_id: field(&server.client_id),
            keep_alive: field(&server.keep_alive),
        }
    }

    pub(crate) fn server(self) -> Server {
        let text = |field: RwSignal<String>| field.with_untracked(|text| Arc::from(text.as_str()));
        Server {
            address: text(self.address),
            user_name: text(self.user_name),
            password: text(self.password),
            root: text(self.root),
            client_id: text(self.client_id),
            keep_alive: text(self.keep_alive),
        }
    }

    /// What is in use now: what was left empty is filled.
    pub(crate) fn fill(self, server: &Server) {
        self.address.set(server.address.to_string());
        self.root.set(server.root.to_string());
    }

    /// Another server: what was typed for the one before is none of its business.
    fn choose(self, address: &str) {
        self.address.set(address.to_owned());
        self.user_name.set(String::new());
        self.password.set(String::new());
    }

    /// Whether somebody has asked for another server than this one, or for anything special.
    fn is_other(self, own: &str) -> bool {
        let address = self.address.read_untracked();
        self.is_advanced() || !(address.is_empty() || *address == own)
    }

    fn is_advanced(self) -> bool {
        let is_filled = |field: &RwSignal<String>| !field.read_untracked().is_empty();
        [self.user_name, self.client_id, self.keep_alive].iter().any(is_filled)
    }
}

/// Which server it is, in words; its fields only for who wants another one. Most people have none to choose.
#[component]
pub(crate) fn FoldedServer(
    values: ServerValues,
    rejection: RwSignal<Option<Rejection>>,
    on_input: Callback<()>,
) -> impl IntoView {
    let own = expect_context::<State>().presets.get_value().first().cloned();
    let opened = RwSignal::new(own.as_ref().is_none_or(|own| values.is_other(own)));
    // What is wrong must be in sight.
    let shown = Memo::new(move |_| opened.get() || rejection.read().as_ref().is_some_and(is_about_server));
    let Some(own) = own else { return view! { <ServerFields values rejection on_input /> }.into_any() };
    // What is chosen is what is named; an empty field asks for the page's own.
    let named = Memo::new(move |_| {
        let typed = values.address.read();
        if typed.trim().is_empty() { own.to_string() } else { typed.trim().to_owned() }
    });
    // The fields warn of what stands in them.
    let warns = move || is_public(&named.read()) && !(shown.get() && is_public(&values.address.read()));
    view! {
        <div class="folded">
            <p class="field-hint">{live(move || text::goes_through(&text::host(&named.read())))}</p>
            <When when=Signal::derive(warns)><p class="warning">{text::PUBLIC_SERVER}</p></When>
            <button
                type="button"
                class="button plain"
                aria-expanded=move || shown.get().to_string()
                on:click=act(move |_| opened.set(!shown.get_untracked()))
            >
                {text::USE_OTHER_SERVER}
            </button>
        </div>
        <When when=shown>
            <ServerFields values rejection on_input />
        </When>
    }
    .into_any()
}

/// Whether one of the server's fields is to blame.
fn is_about_server(rejection: &Rejection) -> bool {
    let place = Place::of(rejection);
    place == Place::Address || is_advanced(place)
}

/// Whether the field stands behind "Advanced".
const fn is_advanced(place: Place) -> bool {
    match place {
        Place::Password | Place::Root | Place::ClientId | Place::KeepAlive => true,
        Place::Name | Place::Handle | Place::Address | Place::Words | Place::Form => false,
    }
}

/// The address with what can be chosen for it, and a button that shows the rest.
#[component]
pub(crate) fn ServerFields(
    values: ServerValues,
    rejection: RwSignal<Option<Rejection>>,
    on_input: Callback<()>,
) -> impl IntoView {
    let opened = RwSignal::new(values.is_advanced());
    let own = expect_context::<State>().presets.get_value().first().map(ToString::to_string);
    // What is wrong must be in sight.
    let shown = Memo::new(move |_| {
        opened.get() || rejection.read().as_ref().is_some_and(|rejection| is_advanced(Place::of(rejection)))
    });
    view! {
        <Field
            label=text::SERVER_ADDRESS
            value=values.address
            kind=Kind::Address
            hint=text::SERVER_HINT
            placeholder=own
            error=error_at(rejection, Place::Address)
            on_input
        />
        <Presets values on_input />
        <When when=Signal::derive(move || is_public(&values.address.read()))>
            <p class="warning" role="status">{text::PUBLIC_SERVER}</p>
        </When>
        <button
            type="button"
            class="button plain"
            aria-expanded=move || if shown.get() { "true" } else { "false" }
            on:click=act(move |_| opened.set(!shown.get_untracked()))
        >
            {text::ADVANCED}
        </button>
        <When when=Signal::derive(move || shown.get())>
            <Advanced values rejection on_input />
        </When>
    }
}

/// The servers to choose from, where there are several.
#[component]
fn Presets(values: ServerValues, on_input: Callback<()>) -> impl IntoView {
    let presets = expect_context::<State>().presets.get_value();
    let page = window().location().hostname().unwrap_or_default();
    let preset = |(at, address): (usize, &Arc<str>)| {
        let name = text::preset(address, at == 0 && host_of(address) == page);
        let (address, is) = (address.clone(), address.clone());
        view! {
            <button
                type="button"
                class="button small"
                aria-pressed=move || if **values.address.read() == *is { "true" } else { "false" }
                on:click=act(move |_| {
                    values.choose(&address);
                    on_input.run(());
                })
            >
                {name}
            </button>
        }
    };
    (presets.len() > 1).then(|| {
        view! {
            <div class="presets" role="group" aria-label=text::SERVERS>
                {presets.iter().enumerate().map(preset).collect_view()}
            </div>
        }
    })
}

#[component]
fn Advanced(
    values: ServerValues,
    rejection: RwSignal<Option<Rejection>>,
    on_input: Callback<()>,
) -> impl IntoView {
    let field = |label, value, kind, hint: String, place| {
        view! { <Field label value kind hint error=error_at(rejection, place) on_input /> }
    };
    view! {
        {field(text::USER_NAME, values.user_name, Kind::Code, String::new(), Place::Form)}
        {field(text::PASSWORD, values.password, Kind::Password, text::PASSWORD_HINT.to_owned(), Place::Password)}
        {field(text::ROOT, values.root, Kind::Code, text::ROOT_HINT.to_owned(), Place::Root)}
        {field(text::CLIENT_ID, values.client_id, Kind::Code, text::CLIENT_ID_HINT.to_owned(), Place::ClientId)}
        {field(text::KEEP_ALIVE, values.keep_alive, Kind::Number, text::keep_alive_hint(), Place::KeepAlive)}
        <p class="field-hint">{text::SPOKEN}</p>
    }
}
