//! The way out for who cannot open what is stored here: to delete it.

use leptos::prelude::*;

use super::dispatch::Dispatch;
use super::route::{self, Route};
use super::text;
use super::widgets::modal::Modal;
use crate::chat::Command;
use crate::ui::widgets::live::{When, act};

/// The button, which asks first.
#[component]
pub(crate) fn BeginAnew() -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let asking = RwSignal::new(false);
    let close = Callback::new(move |()| asking.set(false));
    let delete = move |_| {
        dispatch.dispatch(Command::BeginAnew);
        // Whoever begins here next does so where everybody begins.
        route::go(Route::Chats);
    };
    view! {
        <button type="button" class="button danger" on:click=act(move |_| asking.set(true))>
            {text::BEGIN_ANEW}
        </button>
        <When when=asking>
            <Modal title=text::BEGIN_ANEW_QUESTION on_close=close>
                <p>{text::BEGIN_ANEW_MEANS}</p>
                <div class="modal-buttons">
                    <button type="button" class="button" on:click=act(move |_| close.run(()))>{text::CANCEL}</button>
                    <button type="button" class="button danger-fill" on:click=act(delete)>{text::DELETE_EVERYTHING}</button>
                </div>
            </Modal>
        </When>
    }
}
