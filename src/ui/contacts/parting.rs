//! Asks before somebody is blocked, or goes with all that was said.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::contact::Relation;
use crate::chat::id::{ConversationId, UserId};
use crate::ui::dispatch::Dispatch;
use crate::ui::route::{self, Route};
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::live::{act, live};
use crate::ui::widgets::menu::Item;
use crate::ui::widgets::modal::Modal;

/// What a person is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parting {
    /// Let nothing of theirs through.
    Block,
    /// Put the contact away, and the chat.
    Remove,
}

/// The lines of a menu that part from somebody, as far as they make sense.
pub(crate) fn partings(id: UserId, asking: RwSignal<Option<Parting>>) -> Vec<Item> {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let relation = state.contacts.row(&id).map(|contact| contact.read_untracked().relation);
    let part = |label, icon, parting| Item::danger(label, icon, move || asking.set(Some(parting)));
    let block = || part(text::BLOCK, Icon::Block, Parting::Block);
    let remove = |label| part(label, Icon::Delete, Parting::Remove);
    match relation {
        Some(Relation::Friend) => vec![block(), remove(text::DELETE_CHAT)],
        Some(Relation::Requested) => vec![block(), remove(text::WITHDRAW)],
        Some(Relation::Declined) => vec![block(), remove(text::FORGET)],
        Some(Relation::Blocked) => {
            let unblock = move || dispatch.dispatch(Command::Unblock(id));
            vec![Item::new(text::UNBLOCK, Icon::Block, unblock), remove(text::DELETE_CHAT)]
        }
        None => Vec::new(),
    }
}

/// The question, while there is one.
#[component]
pub(crate) fn PartingQuestion(
    id: UserId,
    name: Signal<String>,
    asking: RwSignal<Option<Parting>>,
) -> impl IntoView {
    let state = expect_context::<State>();
    live(move || {
        let parting = asking.get()?;
        let relation = state.contacts.row(&id).map(|contact| contact.read_untracked().relation);
        Some(view! { <Question id name=name.get_untracked() parting relation asking /> })
    })
}

#[component]
fn Question(
    id: UserId,
    name: String,
    parting: Parting,
    relation: Option<Relation>,
    asking: RwSignal<Option<Parting>>,
) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let (title, means, agree) = match (parting, relation) {
        (Parting::Block, None) => (text::block_question(&name), text::BLOCK_ASKING_MEANS, text::BLOCK),
        (Parting::Block, Some(_)) => (text::block_question(&name), text::BLOCK_MEANS, text::BLOCK),
        (Parting::Remove, relation) => {
            let means = match relation {
                Some(Relation::Friend) => text::DELETE_CHAT_MEANS,
                Some(Relation::Blocked) => text::DELETE_BLOCKED_MEANS,
                Some(Relation::Requested | Relation::Declined) | None => text::REMOVAL_MEANS,
            };
            (text::delete_chat_with(&name), means, text::DELETE_CHAT)
        }
    };
    let close = Callback::new(move |()| asking.set(None));
    let part = move |_| {
        close.run(());
        match parting {
            Parting::Block => dispatch.dispatch(Command::Block(id)),
            Parting::Remove => {
                dispatch.dispatch(Command::Remove(id));
                route::leave(Route::Conversation(ConversationId(id)));
            }
        }
    };
    view! {
        <Modal title on_close=close>
            <p>{means}</p>
            <div class="modal-buttons">
                <button type="button" class="button" on:click=act(move |_| close.run(()))>{text::CANCEL}</button>
                <button type="button" class="button danger-fill" on:click=act(part)>{agree}</button>
            </div>
        </Modal>
    }
}
