//! How things stand with storage: whether the browser keeps what lies there, and how much room there is.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::survey::Space;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{When, act, live};

/// Says it, as it is now.
#[component]
pub(super) fn StorageHealth() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    dispatch.dispatch(Command::LookAtStorage { keep: false });
    let space = Memo::new(move |_| state.health.get().and_then(|health| health.survey.space));
    let may_ask = Signal::derive(move || {
        state.health.get().is_some_and(|health| health.survey.persistent == Some(false))
    });
    let kept = move || state.health.get().map(|health| view! { <p>{text::persistence(&health)}</p> });
    view! {
        <h3>{text::STORAGE}</h3>
        {live(kept)}
        <When when=may_ask>
            <div class="card-buttons">
                <button type="button" class="button" on:click=act(move |_| dispatch.dispatch(Command::LookAtStorage { keep: true }))>
                    {text::ASK_TO_KEEP}
                </button>
            </div>
        </When>
        {live(move || space.get().map(|space| view! { <Room space /> }))}
    }
}

/// How much is used of what there is.
#[component]
fn Room(space: Space) -> impl IntoView {
    let percent = text::percent(space);
    view! {
        <p>{text::room(space)}</p>
        <div
            class="gauge"
            class:low=space.is_low()
            role="meter"
            aria-label=text::SPACE_USED
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=percent.to_string()
            style:--share=format!("{percent}%")
        ></div>
        {space.is_low().then(|| view! { <p class="warning">{text::LITTLE_ROOM}</p> })}
    }
}
