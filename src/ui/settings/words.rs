//! The recovery words, on request only.

use leptos::prelude::*;

use crate::chat::Command;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{When, act, live};

/// A button, and the words while they are wanted.
#[component]
pub(super) fn RecoveryWords() -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let wanted = RwSignal::new(false);
    let turn = move |_| {
        wanted.update(|wanted| *wanted = !*wanted);
        if wanted.get_untracked() {
            dispatch.dispatch(Command::ShowWords);
        }
    };
    view! {
        <h3>{text::RECOVERY_WORDS}</h3>
        <p class="soft">{text::RECOVERY_MEANS}</p>
        <button type="button" class="button" aria-expanded=move || wanted.get().to_string() on:click=act(turn)>
            {live(move || if wanted.get() { text::HIDE_WORDS } else { text::SHOW_WORDS })}
        </button>
        <When when=wanted>
            {live(move || state.words.get().map(|words| {
                let lines = words.0.iter().map(|word| view! { <li>{*word}</li> }).collect_view();
                view! { <ol class="recovery-words" aria-label=text::RECOVERY_WORDS translate="no">{lines}</ol> }
            }))}
        </When>
    }
}
