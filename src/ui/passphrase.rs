//! Fields for passphrases, and what was typed into them.

use js_sys::JsString;
use leptos::prelude::*;

use super::text;
use super::widgets::field::{Field, Kind};
use crate::chat::secret::Passphrase;

/// What was typed, in the form that is the same from every keyboard.
pub(crate) fn typed(field: RwSignal<String>) -> Passphrase {
    let normal = field.with_untracked(|text| JsString::from(text.as_str()).normalize("NFKC"));
    Passphrase::new(normal.into())
}

/// A new passphrase, typed twice.
#[derive(Clone, Copy)]
pub(crate) struct Twice {
    first: RwSignal<String>,
    second: RwSignal<String>,
    differ: RwSignal<bool>,
}

impl Twice {
    pub(crate) fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self { first: text(), second: text(), differ: RwSignal::new(false) }
    }

    /// The passphrase; none where the two differ, and then the field says so.
    pub(crate) fn typed(self) -> Option<Passphrase> {
        let first = typed(self.first);
        self.differ.set(first != typed(self.second));
        (!self.differ.get_untracked()).then_some(first)
    }
}

/// The two fields. `error` belongs to the first one.
#[component]
pub(crate) fn NewPassphrase(
    label: &'static str,
    twice: Twice,
    #[prop(optional)] autofocus: bool,
    error: Signal<Option<String>>,
    on_input: Callback<()>,
) -> impl IntoView {
    let differ = Signal::derive(move || twice.differ.get().then(|| text::PASSPHRASES_DIFFER.to_owned()));
    let edited = Callback::new(move |()| {
        twice.differ.set(false);
        on_input.run(());
    });
    view! {
        <Field
            label=label
            value=twice.first
            kind=Kind::Password
            autocomplete="new-password"
            autofocus=autofocus
            hint=text::PASSPHRASE_HINT
            error=error
            on_input=edited
        />
        <Field
            label=text::REPEAT_PASSPHRASE
            value=twice.second
            kind=Kind::Password
            autocomplete="new-password"
            error=differ
            on_input=edited
        />
    }
}
