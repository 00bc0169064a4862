//! The faces that say why there is nothing to see here.

use leptos::prelude::*;

use super::begin_anew::BeginAnew;
use super::dispatch::Dispatch;
use super::text;
use super::widgets::drawing::{Drawing, Sketch};
use crate::chat::Command;
use crate::chat::input::StorageError;
use crate::ui::widgets::live::act;

/// Another tab is the live one.
#[component]
pub(crate) fn Elsewhere() -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    view! {
        <main class="face">
            <Drawing sketch=Sketch::Tabs />
            <h1>{text::OPEN_ELSEWHERE}</h1>
            <p>{text::OPEN_ELSEWHERE_MEANS}</p>
            <button type="button" class="button primary" on:click=act(move |_| dispatch.dispatch(Command::UseHere))>
                {text::USE_HERE}
            </button>
        </main>
    }
}

/// Another tab is the live one, and of another build.
#[component]
pub(crate) fn Outdated() -> impl IntoView {
    view! {
        <main class="face">
            <Drawing sketch=Sketch::Tabs />
            <h1>{text::OUTDATED}</h1>
            <p>{text::OUTDATED_MEANS}</p>
            <button type="button" class="button primary" on:click=act(move |_| reload())>{text::RELOAD}</button>
        </main>
    }
}

/// Storage cannot be used; nothing was touched.
#[component]
pub(crate) fn Unusable(error: StorageError) -> impl IntoView {
    view! {
        <main class="face">
            <Drawing sketch=Sketch::Drawer />
            <h1>{text::CANNOT_START}</h1>
            <p>{text::unusable(error)}</p>
            <button type="button" class="button primary" on:click=act(move |_| reload())>{text::RELOAD}</button>
            {(error == StorageError::KeyLost).then(|| view! { <BeginAnew /> })}
        </main>
    }
}

pub(super) fn reload() {
    // A page that may not reload itself stays as it is.
    let _ = window().location().reload();
}
