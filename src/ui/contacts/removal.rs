//! Takes a request back, or puts a declined one away.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::conversation::Conversation;
use crate::chat::id::{ConversationId, UserId};
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{When, act};
use crate::ui::widgets::modal::Modal;

/// The button; where something was written already, it asks first.
#[component]
pub(super) fn Removal(id: UserId, name: Signal<String>, label: &'static str) -> impl IntoView {
    let state = expect_context::<State>();
    let dispatch = expect_context::<Dispatch>();
    let asking = RwSignal::new(false);
    let close = Callback::new(move |()| asking.set(false));
    let remove = move || dispatch.dispatch(Command::Withdraw(id));
    let press = move |_| {
        let chat = state.conversations.row(&ConversationId(id));
        if chat.is_some_and(|chat| holds_words(&chat.read_untracked())) { asking.set(true) } else { remove() }
    };
    view! {
        <button type="button" class="button small" on:click=act(press)>{label}</button>
        <When when=asking>
            <Modal title=text::delete_chat_with(&name.read_untracked()) on_close=close>
                <p>{text::REMOVAL_MEANS}</p>
                <div class="modal-buttons">
                    <button type="button" class="button" on:click=act(move |_| close.run(()))>{text::CANCEL}</button>
                    <button type="button" class="button danger-fill" on:click=act(move |_| remove())>{text::DELETE_CHAT}</button>
                </div>
            </Modal>
        </When>
    }
}

fn holds_words(chat: &Conversation) -> bool {
    chat.latest.is_some() || !chat.draft.is_empty()
}
