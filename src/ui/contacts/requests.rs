//! Who asks for contact.

use leptos::prelude::*;

use super::parting::{Parting, PartingQuestion};
use crate::chat::Command;
use crate::chat::contact::{Asker, Request};
use crate::chat::id::{ConversationId, UserId};
use crate::ui::dispatch::Dispatch;
use crate::ui::route::{self, Route};
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::live::{When, act, live};

/// The requests, where there are any.
#[component]
pub(super) fn Requests() -> impl IntoView {
    let state = expect_context::<State>();
    view! {
        <When when=Signal::derive(move || !state.requests.is_empty())>
            <section class="card">
                <h2>{text::REQUESTS}</h2>
                <ul class="people" aria-label=text::REQUESTS>
                    <For each=move || state.requests.places() key=|place| *place let:place>
                        {state.requests.row(&place.key).map(|row| view! { <Line row=row.into() /> })}
                    </For>
                </ul>
            </section>
        </When>
    }
}

#[component]
fn Line(row: RwSignal<Request>) -> impl IntoView {
    let contested = Memo::new(move |_| !row.read().askers.is_empty());
    live(move || {
        let line = if contested.get() {
            view! { <Contested row /> }.into_any()
        } else {
            view! { <Asking row /> }.into_any()
        };
        Some(line)
    })
}

/// Several ask under one address, or one beside whom the person has asked there: they decide about each, or about none.
#[component]
fn Contested(row: RwSignal<Request>) -> impl IntoView {
    let id = row.read_untracked().from;
    let name = Signal::derive(move || text::name(&row.read().name, id));
    let asking = RwSignal::new(None);
    let askers = Memo::new(move |_| row.read().askers.clone());
    let lines = move || askers.get().into_iter().map(|asker| view! { <One id asker /> }).collect_view();
    let block = act(move |_| asking.set(Some(Parting::Block)));
    let alone = move || askers.read().len() == 1;
    let mean = move || if alone() { text::ASKS_BESIDE_MEAN } else { text::SEVERAL_ASK_MEAN };
    let title = move || if alone() { text::ASKS_BESIDE } else { text::SEVERAL_ASK };
    view! {
        <li class="person contested" role="group" aria-label=title>
            <p>{mean}</p>
            <ul class="claimants">{lines}</ul>
            <button type="button" class="button small danger" on:click=block>{text::BLOCK_ALL}</button>
            <PartingQuestion id name asking />
        </li>
    }
}

#[component]
fn One(id: UserId, asker: Asker) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let Asker { key, code, name } = asker;
    let answer = move |accept| {
        dispatch.dispatch(Command::AnswerOne { from: id, key, accept });
        if accept {
            route::go_to_write(Route::Conversation(ConversationId(id)));
        }
    };
    view! {
        <li class="claimant">
            <span class="person-words">
                <span class="person-name clip" dir="auto">{text::name(&name, id)}</span>
                <code>{code.to_string()}</code>
            </span>
            <button type="button" class="button small" on:click=act(move |_| answer(true))>{text::ACCEPT}</button>
            <button type="button" class="button small" on:click=act(move |_| answer(false))>{text::DECLINE}</button>
        </li>
    }
}

#[component]
fn Asking(row: RwSignal<Request>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let id = row.read_untracked().from;
    let name = Signal::derive(move || text::name(&row.read().name, id));
    let asking = RwSignal::new(None);
    let accept = move |_| {
        dispatch.dispatch(Command::Accept(id));
        route::go_to_write(Route::Conversation(ConversationId(id)));
    };
    view! {
        <li class="person">
            <Avatar id name picture=Signal::stored(None) />
            <span class="person-words">
                <span class="person-name clip" dir="auto">{name}</span>
                <span class="soft">{text::UNPROVED}</span>
            </span>
            <span class="person-buttons">
                <button type="button" class="button small primary" on:click=act(accept)>
                    {text::ACCEPT}
                </button>
                <button type="button" class="button small" on:click=act(move |_| dispatch.dispatch(Command::Decline(id)))>
                    {text::DECLINE}
                </button>
                <button type="button" class="button small danger" on:click=act(move |_| asking.set(Some(Parting::Block)))>
                    {text::BLOCK}
                </button>
            </span>
            <PartingQuestion id name asking />
        </li>
    }
}
