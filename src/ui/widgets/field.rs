//! A labelled text field with its hint and its error beside it.

use leptos::ev;
use leptos::prelude::*;

use crate::ui::text;
use crate::ui::widgets::live::{act, live};

/// What is typed into a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Text,
    /// Letter by letter as it is typed, left to right: a name of a machine's, not of a person's.
    Code,
    Address,
    Password,
    Number,
}

impl Kind {
    /// The keys that a phone shows.
    const fn keyboard(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Code | Self::Password => None,
            Self::Address => Some("url"),
            Self::Number => Some("numeric"),
        }
    }
}

/// What the input of a field is called on the page.
pub(crate) fn id_of(label: &str) -> String {
    format!("field-{}", label.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

/// Lets the person read what they type where others may not.
#[component]
fn Show(shown: RwSignal<bool>) -> impl IntoView {
    view! {
        <button type="button" on:click=act(move |_| shown.update(|shown| *shown = !*shown))>
            {live(move || if shown.get() { text::HIDE } else { text::SHOW })}
        </button>
    }
}

/// A field of one line. `value` is what it holds; `on_input` says that the person changed it.
#[component]
pub(crate) fn Field(
    label: &'static str,
    value: RwSignal<String>,
    #[prop(optional)] kind: Kind,
    #[prop(optional, into)] hint: String,
    #[prop(optional_no_strip)] placeholder: Option<String>,
    #[prop(optional)] autocomplete: &'static str,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] on_input: Option<Callback<()>>,
) -> impl IntoView {
    let id = id_of(label);
    let shown = RwSignal::new(false);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = format!("{hint_id} {error_id}");
    let input = move |event: ev::Event| {
        value.set(event_target_value(&event));
        if let Some(on_input) = on_input {
            on_input.run(());
        }
    };
    view! {
        <div class="field" class:invalid=move || error.read().is_some()>
            <label for=id.clone()>{label}</label>
            <div class:field-secret=kind == Kind::Password>
            <input
                id=id
                type=move || if kind == Kind::Password && !shown.get() { "password" } else { "text" }
                dir=if kind == Kind::Text { "auto" } else { "ltr" }
                inputmode=kind.keyboard()
                spellcheck="false"
                autocapitalize=if kind == Kind::Text { "words" } else { "none" }
                autocomplete=if autocomplete.is_empty() { "off" } else { autocomplete }
                autofocus=autofocus
                placeholder=placeholder
                aria-describedby=described
                aria-invalid=move || error.read().is_some().then_some("true")
                prop:value=move || value.get()
                on:input=act(input)
            />
            {(kind == Kind::Password).then(|| view! { <Show shown /> })}
            </div>
            <p class="field-error" id=error_id role="alert">{live(move || error.get())}</p>
            {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
        </div>
    }
}
