//! A text to take along: in a field of its own, so that it can be copied by hand where the page may not.

use leptos::html;
use leptos::prelude::*;

use super::icon::Icon;
use super::icon::icon;
use super::{clipboard, live::act};

/// The field and its button. `on_copy` says whether the page could copy; where it could not, the text is selected.
#[component]
pub(crate) fn CopyField(
    id: &'static str,
    label: &'static str,
    #[prop(into)] text: Signal<String>,
    button: &'static str,
    #[prop(optional, into)] picture: Option<Icon>,
    on_copy: Callback<bool>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let select = move || {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    };
    let copy = move |_| {
        let done = clipboard::copy(&text.read_untracked());
        if !done {
            select();
        }
        on_copy.run(done);
    };
    view! {
        <div class="copy-field">
            <input
                node_ref=field
                id=id
                type="text"
                readonly
                dir="ltr"
                aria-label=label
                prop:value=move || text.get()
                on:focus=act(move |_| select())
            />
            <button type="button" class="button" on:click=act(copy)>
                {picture.map(icon)}
                {button}
            </button>
        </div>
    }
}
