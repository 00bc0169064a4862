//! The recovery words, on request only.

use leptos::ev;
use leptos::prelude::*;

use super::passphrase::Buttons;
use crate::chat::Command;
use crate::chat::change::{Form, Rejection};
use crate::chat::secret::Protection;
use crate::ui::dispatch::Dispatch;
use crate::ui::form;
use crate::ui::passphrase::typed;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::field::{Field, Kind};
use crate::ui::widgets::live::{When, act, follow, live};
use crate::ui::widgets::modal::Modal;

/// A button, and the words while they are wanted. Where a passphrase is set, it is asked for each time.
#[component]
pub(super) fn RecoveryWords() -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let (wanted, asking) = (RwSignal::new(false), RwSignal::new(false));
    let is_locked = move || state.protection.get_untracked() == Some(Protection::Passphrase);
    let turn = move |_| match (wanted.get_untracked(), is_locked()) {
        (true, _) => {
            wanted.set(false);
            state.words.set(None);
        }
        (false, true) => asking.set(true),
        (false, false) => {
            wanted.set(true);
            dispatch.dispatch(Command::ShowWords(None));
        }
    };
    view! {
        <h3>{text::RECOVERY_WORDS}</h3>
        <p class="soft">{text::RECOVERY_MEANS}</p>
        <button type="button" class="button" aria-expanded=move || wanted.get().to_string() on:click=act(turn)>
            {live(move || if wanted.get() { text::HIDE_WORDS } else { text::SHOW_WORDS })}
        </button>
        <When when=asking>
            <WordsForm wanted asking />
        </When>
        <When when=wanted>
            {live(move || state.words.get().map(|words| {
                let lines = words.0.iter().map(|word| view! { <li>{*word}</li> }).collect_view();
                view! { <ol class="recovery-words" aria-label=text::RECOVERY_WORDS translate="no">{lines}</ol> }
            }))}
        </When>
    }
}

/// Asks for the passphrase that the words take.
#[component]
fn WordsForm(wanted: RwSignal<bool>, asking: RwSignal<bool>) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let (current, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let rejection = RwSignal::new(None::<Rejection>);
    let close = Callback::new(move |()| asking.set(false));
    // The words themselves are the answer.
    state.words.set(None);
    follow(move || {
        if state.words.read().is_some() {
            wanted.set(true);
            asking.set(false);
        }
    });
    form::answered(state, Form::Words, move |result| {
        busy.set(false);
        rejection.set(result.err());
    });
    let show = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            busy.set(true);
            dispatch.dispatch(Command::ShowWords(Some(typed(current))));
        }
    };
    view! {
        <Modal title=text::RECOVERY_WORDS on_close=close>
            <form class="modal-form" novalidate on:submit=act(show)>
                <Field
                    label=text::CURRENT_PASSPHRASE
                    value=current
                    kind=Kind::Password
                    autocomplete="current-password"
                    autofocus=true
                    on_input=Callback::new(move |()| rejection.set(None))
                />
                <p class="field-error" role="alert">{live(move || rejection.read().as_ref().map(text::rejection))}</p>
                <Buttons close busy label=text::SHOW_WORDS />
            </form>
        </Modal>
    }
}
