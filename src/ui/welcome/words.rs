//! The recovery words of somebody who was here before.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::Fields;
use crate::chat::change::Rejection;
use crate::ui::dispatch::Dispatch;
use crate::ui::form::{Place, error_at, focus};
use crate::ui::text;
use crate::ui::widgets::field::id_of;
use crate::ui::widgets::live::{act, follow, live};
use crate::ui::widgets::modal::Modal;

/// Words without a number or an address make another person of somebody who had given one.
#[component]
pub(super) fn HandleQuestion(fields: Fields) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let close = Callback::new(move |()| fields.asking.set(false));
    let go_on = move |_| {
        close.run(());
        fields.had_none.set(true);
        dispatch.dispatch(fields.start(None));
    };
    let type_it = move |_| {
        close.run(());
        focus(format!("#{}", id_of(text::HANDLE)));
    };
    view! {
        <Modal title=text::HAD_HANDLE on_close=close>
            <p>{text::HAD_HANDLE_MEANS}</p>
            <div class="modal-buttons">
                <button type="button" class="button" on:click=act(go_on)>{text::NO_HANDLE}</button>
                <button type="button" class="button primary" on:click=act(type_it)>{text::TYPE_HANDLE}</button>
            </div>
        </Modal>
    }
}

/// The recovery words of somebody who was here before.
#[component]
pub(super) fn WordsField(fields: Fields, rejection: RwSignal<Option<Rejection>>) -> impl IntoView {
    let (typed, error) = (fields.words, error_at(rejection, Place::Words));
    let area = NodeRef::<html::Textarea>::new();
    follow(move || {
        if let Some(area) = area.get() {
            // An element on the page can always be focused.
            let _ = area.focus();
        }
    });
    let input = move |event: ev::Event| {
        typed.set(event_target_value(&event));
        rejection.set(None);
    };
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            fields.drop_words(rejection);
        }
    };
    view! {
        <div class="field" class:invalid=move || error.read().is_some()>
            <label for="recovery-words">{text::YOUR_WORDS}</label>
            <p class="field-hint" id="recovery-words-hint">{text::WORDS_HINT}</p>
            <textarea
                node_ref=area
                id="recovery-words"
                rows="4"
                dir="ltr"
                spellcheck="false"
                autocapitalize="none"
                autocomplete="off"
                aria-describedby="recovery-words-error recovery-words-hint"
                aria-invalid=move || error.read().is_some().then_some("true")
                prop:value=move || typed.get()
                on:input=act(input)
                on:keydown=act(pressed)
            ></textarea>
            <p class="field-error" id="recovery-words-error" role="alert">{live(move || error.get())}</p>
            <button type="button" class="button plain" on:click=act(move |_| fields.drop_words(rejection))>
                {text::NO_WORDS}
            </button>
        </div>
    }
}

/// What is left of a list without its numbers and punctuation: "1. animal" is one word.
pub(super) fn words_alone(typed: &str) -> String {
    typed.replace(|c: char| !c.is_alphabetic(), " ")
}
