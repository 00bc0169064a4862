//! The people this person knows, those who ask, and how to ask somebody.

mod add;
pub(crate) mod blocked;
mod invite_link;
pub(crate) mod parting;
pub(crate) mod person;
mod removal;
mod requests;

use std::time::Duration;

use leptos::prelude::*;

use self::add::AddContact;
use self::blocked::Blocked;
use self::invite_link::InviteLink;
use self::person::Person;
use self::requests::Requests;
use super::rows::Place;
use super::state::State;
use super::text;
use super::widgets::clock;
use super::widgets::drawing::{Drawing, Sketch};
use super::widgets::icon::{Icon, icon};
use crate::chat::contact::Relation;
use crate::chat::id::UserId;
use crate::ui::widgets::live::{When, act};

/// The screen.
#[component]
pub(crate) fn Contacts() -> impl IntoView {
    let state = expect_context::<State>();
    let adding = RwSignal::new(false);
    // Who has nobody yet needs the link first of all; to others it would be in the way.
    let inviting = RwSignal::new(untrack(move || state.contacts.is_empty() && state.asking() == 0));
    let blocked = Memo::new(move |_| with_relation(state, true));
    view! {
        <main class="page contacts">
            <header class="page-header">
                <h1>{text::CONTACTS}</h1>
                <div class="page-buttons">
                    <button
                        type="button"
                        class="button"
                        aria-expanded=move || inviting.get().to_string()
                        on:click=act(move |_| inviting.update(|inviting| *inviting = !*inviting))
                    >
                        {text::INVITE}
                    </button>
                    <button type="button" class="button primary" on:click=act(move |_| adding.set(true))>
                        {icon(Icon::Add)}
                        {text::ADD_CONTACT}
                    </button>
                </div>
            </header>
            <Requests />
            <When when=inviting><InviteLink /></When>
            <People />
            <When when=Signal::derive(move || !blocked.read().is_empty())>
                <section class="card">
                    <h2>{text::BLOCKED}</h2>
                    <Blocked />
                </section>
            </When>
            <When when=Signal::derive(move || adding.get())>
                <AddContact on_close=Callback::new(move |()| adding.set(false)) />
            </When>
        </main>
    }
}

/// Contacts, and those whose answer is still to come.
#[component]
fn People() -> impl IntoView {
    let state = expect_context::<State>();
    let people = Memo::new(move |_| with_relation(state, false));
    let now = clock::every(Duration::from_secs(20));
    view! {
        <When when=Signal::derive(move || people.read().is_empty() && state.asking() == 0)>
            <div class="empty">
                <Drawing sketch=Sketch::People />
                <p>{text::NO_CONTACTS}</p>
            </div>
        </When>
        <ul class="people" aria-label=text::CONTACTS>
            <For each=move || people.get() key=|place| *place let:place>
                {state.contacts.row(&place.key).map(|row| view! { <Person row=row.into() now /> })}
            </For>
        </ul>
    }
}

/// The contacts that are blocked, or those that are not.
pub(crate) fn with_relation(state: State, blocked: bool) -> Vec<Place<UserId>> {
    let is_wanted = |place: &Place<UserId>| {
        state
            .contacts
            .row(&place.key)
            .is_some_and(|row| (row.read().relation == Relation::Blocked) == blocked)
    };
    state.contacts.places().into_iter().filter(is_wanted).collect()
}
