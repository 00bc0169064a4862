//! Asks before a message is taken back.

use leptos::prelude::*;

use super::Intent;
use crate::chat::Command;
use crate::ui::dispatch::Dispatch;
use crate::ui::text;
use crate::ui::widgets::live::{When, act};
use crate::ui::widgets::modal::Modal;

/// The question, while a message is about to be deleted.
#[component]
pub(super) fn DeleteQuestion(intent: Intent) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let close = Callback::new(move |()| intent.deleting.set(None));
    let delete = move |_| {
        if let Some(message) = intent.deleting.get_untracked() {
            dispatch.dispatch(Command::Delete { id: dispatch.new_id(), message });
        }
        intent.editing.set(None);
        close.run(());
    };
    view! {
        <When when=Signal::derive(move || intent.deleting.read().is_some())>
            <Modal title=text::DELETE_QUESTION on_close=close>
                <p>{text::DELETE_MEANS}</p>
                <div class="modal-buttons">
                    <button type="button" class="button" on:click=act(move |_| close.run(()))>{text::CANCEL}</button>
                    <button type="button" class="button danger-fill" on:click=act(delete)>{text::DELETE_FOR_EVERYONE}</button>
                </div>
            </Modal>
        </When>
    }
}
