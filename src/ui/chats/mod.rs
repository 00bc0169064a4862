//! The list of chats.

pub(crate) mod actions;
mod line;

use leptos::ev;
use leptos::prelude::*;

use self::line::Line;
use super::route::{self, Route};
use super::rows::Place;
use super::state::State;
use super::text;
use super::widgets::clock;
use super::widgets::drawing::{Drawing, Sketch};
use super::widgets::icon::{Icon, icon};
use crate::chat::id::ConversationId;
use crate::ui::widgets::live::{When, act, live};

/// The list, with a search field above it.
#[component]
pub(crate) fn Chats(open: Memo<Option<ConversationId>>) -> impl IntoView {
    let state = expect_context::<State>();
    let query = RwSignal::new(String::new());
    let found = Memo::new(move |_| find(state, &query.read()));
    let today = clock::today();
    view! {
        <section class="list-pane" aria-labelledby="chats-heading">
            <header class="list-header">
                <h1 id="chats-heading">{text::CHATS}</h1>
                <SearchField query />
            </header>
            <When when=Signal::derive(move || state.conversations.is_empty())>
                <NoChats />
            </When>
            <When when=Signal::derive(move || found.read().is_empty() && !state.conversations.is_empty())>
                <NoHits query />
            </When>
            <ul class="chats" aria-label=text::CHATS>
                <For each=move || found.get() key=|place| *place let:place>
                    {state.conversations.row(&place.key).map(|row| view! { <Line row=row.into() open today /> })}
                </For>
            </ul>
        </section>
    }
}

/// The conversations whose name contains the words searched for.
fn find(state: State, query: &str) -> Vec<Place<ConversationId>> {
    let places = state.conversations.places();
    let query = query.trim().to_lowercase();
    if query.is_empty() {
        return places;
    }
    let named = |place: &Place<ConversationId>| {
        state
            .conversations
            .row(&place.key)
            .is_some_and(|row| text::name(&row.read().title, place.key.0).to_lowercase().contains(&query))
    };
    places.into_iter().filter(named).collect()
}

#[component]
fn SearchField(query: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="search">
            {icon(Icon::Search)}
            <input
                type="search"
                aria-label=text::SEARCH
                placeholder=text::SEARCH
                dir="auto"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || query.get()
                on:input=act(move |event| query.set(event_target_value(&event)))
                on:keydown=act(move |event: ev::KeyboardEvent| {
                    if event.key() == "Escape" && !query.read_untracked().is_empty() {
                        event.stop_propagation();
                        query.set(String::new());
                    }
                })
            />
        </div>
    }
}

#[component]
fn NoChats() -> impl IntoView {
    view! {
        <div class="empty">
            <Drawing sketch=Sketch::Chats />
            <p>{text::NO_CHATS}</p>
            <button type="button" class="button primary" on:click=act(|_| route::go(Route::Contacts))>
                {text::INVITE_SOMEONE}
            </button>
        </div>
    }
}

#[component]
fn NoHits(query: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="empty">
            <p>{live(move || text::no_hits(query.read().trim()))}</p>
            <button type="button" class="button" on:click=act(move |_| query.set(String::new()))>{text::CLEAR_SEARCH}</button>
        </div>
    }
}
