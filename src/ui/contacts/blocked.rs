//! Whom nothing comes through from.

use std::time::Duration;

use leptos::prelude::*;

use super::person::Person;
use super::with_relation;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::clock;
use crate::ui::widgets::live::When;

/// The blocked people; Settings shows them as well.
#[component]
pub(crate) fn Blocked() -> impl IntoView {
    let state = expect_context::<State>();
    let blocked = Memo::new(move |_| with_relation(state, true));
    let now = clock::every(Duration::from_secs(60));
    view! {
        <When when=Signal::derive(move || blocked.read().is_empty())>
            <p class="soft">{text::NOBODY_BLOCKED}</p>
        </When>
        <ul class="people" aria-label=text::BLOCKED>
            <For each=move || blocked.get() key=|place| *place let:place>
                {state.contacts.row(&place.key).map(|row| view! { <Person row=row.into() now /> })}
            </For>
        </ul>
    }
}
