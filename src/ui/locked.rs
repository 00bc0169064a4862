//! The screen that asks for the passphrase.

use leptos::ev;
use leptos::prelude::*;

use super::begin_anew::BeginAnew;
use super::dispatch::Dispatch;
use super::form;
use super::passphrase::typed;
use super::restore::Restore;
use super::state::State;
use super::text;
use super::widgets::drawing::Mark;
use super::widgets::field::{Field, Kind};
use crate::chat::Command;
use crate::chat::change::Form;
use crate::ui::widgets::live::{act, live};

/// One field, and two ways out for who has forgotten what belongs there.
#[component]
pub(crate) fn Locked() -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let field = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    form::answered(state, Form::Unlock, move |result| {
        busy.set(false);
        error.set(result.err().as_ref().map(text::rejection));
    });
    let unlock = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            busy.set(true);
            dispatch.dispatch(Command::Unlock(typed(field)));
        }
    };
    view! {
        <main class="welcome">
            <form class="welcome-card" novalidate on:submit=act(unlock)>
                <Mark />
                <h1>{text::LOCKED}</h1>
                <p class="welcome-lead">{text::LOCKED_MEANS}</p>
                <Field
                    label=text::PASSPHRASE
                    value=field
                    kind=Kind::Password
                    autocomplete="current-password"
                    autofocus=true
                    error=error
                    on_input=Callback::new(move |()| error.set(None))
                />
                <button class="button primary wide" aria-busy=move || busy.get().then_some("true")>
                    {live(move || if busy.get() { text::UNLOCKING } else { text::UNLOCK })}
                </button>
            </form>
            <details class="welcome-ways">
                <summary>{text::FORGOTTEN}</summary>
                <p class="soft">{text::FORGOTTEN_MEANS}</p>
                <div class="card-buttons">
                    <Restore replaces=true />
                    <BeginAnew />
                </div>
            </details>
        </main>
    }
}
