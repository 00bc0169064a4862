//! Who asks for contact.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::contact::Request;
use crate::chat::id::ConversationId;
use crate::ui::dispatch::Dispatch;
use crate::ui::route::{self, Route};
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::live::{When, act};

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
                        {state.requests.row(&place.key).map(|row| view! { <Asking row=row.into() /> })}
                    </For>
                </ul>
            </section>
        </When>
    }
}

#[component]
fn Asking(row: RwSignal<Request>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let id = row.read_untracked().from;
    let name = Signal::derive(move || text::name(&row.read().name, id));
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
                <button type="button" class="button small danger" on:click=act(move |_| dispatch.dispatch(Command::Block(id)))>
                    {text::BLOCK}
                </button>
            </span>
        </li>
    }
}
