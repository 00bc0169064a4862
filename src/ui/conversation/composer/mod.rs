//! Where messages are written.

mod keys;
mod writing;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use self::writing::Writing;
use super::Intent;
use crate::chat::change::Form;
use crate::chat::conversation::Conversation;
use crate::chat::message::MAX_TEXT;
use crate::ui::form;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{When, act, live};

/// The composer of one conversation.
#[component]
pub(super) fn Composer(row: RwSignal<Conversation>, intent: Intent) -> impl IntoView {
    let state = expect_context::<State>();
    let area = NodeRef::<html::Textarea>::new();
    let writing = Writing::new(state, expect_context(), row.read_untracked().id, intent, area);
    let draft = row.read_untracked().draft.to_string();
    Effect::new(move |began: Option<()>| {
        if area.get().is_some() && began.is_none() {
            writing.write(&draft);
            writing.focus_at_first();
        }
    });
    keys::reach_from_anywhere(area);
    writing.follow_intent();
    writing.follow_greeting();
    writing.follow_width();
    writing.focus_when_opened();
    form::answered(state, Form::Composer, move |result| writing.answered(result));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        writing.submit();
    };
    view! {
        <form class="composer" on:submit=act(submit)>
            <When when=Signal::derive(move || intent.editing.read().is_some())>
                <EditingNote writing />
            </When>
            <p class="field-error" role="alert">{live(move || writing.trouble())}</p>
            <div class="composer-row">
                <textarea
                    node_ref=area
                    rows="1"
                    dir="auto"
                    aria-label=text::MESSAGE
                    placeholder=text::MESSAGE
                    enterkeyhint=move || {
                        state.account.track();
                        if writing.enter_sends() { "send" } else { "enter" }
                    }
                    on:beforeinput=act(move |_| writing.empty())
                    on:input=act(move |_| writing.typed())
                    on:keydown=act(move |event| keys::keydown(writing, &event))
                ></textarea>
                <SendButton writing intent />
            </div>
        </form>
    }
}

#[component]
fn SendButton(writing: Writing, intent: Intent) -> impl IntoView {
    let editing = move || intent.editing.read().is_some();
    let name = move || if editing() { text::SAVE_EDIT } else { text::SEND };
    let is_idle = Memo::new(move |_| {
        let text = writing.text.read();
        (text.trim().is_empty() && intent.editing.read().is_none()) || text.trim().len() > MAX_TEXT
    });
    view! {
        <button
            class="send"
            aria-label=name
            title=name
            disabled=move || is_idle.get()
            // The focus stays in the composer, and with it the keyboard of a phone.
            on:pointerdown=act(|event: ev::PointerEvent| event.prevent_default())
            on:mousedown=act(|event: ev::MouseEvent| event.prevent_default())
        >
            {live(move || icon(if editing() { Icon::Tick } else { Icon::Send }))}
        </button>
    }
}

#[component]
fn EditingNote(writing: Writing) -> impl IntoView {
    view! {
        <div class="composer-editing">
            {icon(Icon::Edit)}
            <span>{text::EDITING}</span>
            <button
                type="button"
                class="icon-button"
                aria-label=text::CANCEL_EDIT
                on:click=act(move |_| writing.stop_editing())
            >
                {icon(Icon::Close)}
            </button>
        </div>
    }
}
