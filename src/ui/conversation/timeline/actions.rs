//! What can be done with a message.

use leptos::prelude::*;

use crate::chat::id::MessageId;
use crate::chat::message::{Body, Delivery, Row};
use crate::ui::conversation::Intent;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::clipboard;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::live::live;
use crate::ui::widgets::menu::{Anchor, Item, Menu};

/// Whose menu is open, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Opened {
    pub(super) message: MessageId,
    pub(super) anchor: Anchor,
}

/// The one menu of the timeline.
#[component]
pub(super) fn Actions(menu: RwSignal<Option<Opened>>, intent: Intent) -> impl IntoView {
    let state = expect_context::<State>();
    let close = Callback::new(move |()| menu.set(None));
    live(move || {
        let Opened { message, anchor } = menu.get()?;
        let row = state.timeline.row(&message)?;
        let items = items(&row.read_untracked(), state, intent);
        (!items.is_empty())
            .then(|| view! { <Menu label=text::MESSAGE_ACTIONS anchor items on_close=close /> })
    })
}

fn items(row: &Row, state: State, intent: Intent) -> Vec<Item> {
    let Body::Text(words) = &row.message.body else { return Vec::new() };
    let (id, words) = (row.message.id, words.clone());
    let copy = move || {
        let done = clipboard::copy(&words);
        state.tell(if done { text::COPIED } else { text::COPY_TEXT_BY_HAND });
    };
    let mut items = vec![Item::new(text::COPY, Icon::Copy, copy)];
    match row.message.delivery {
        None | Some(Delivery::Failed) => {}
        Some(Delivery::Queued | Delivery::Sent | Delivery::Delivered | Delivery::Read) => {
            items.push(Item::new(text::EDIT, Icon::Edit, move || intent.editing.set(Some(id))));
            items.push(Item::danger(text::DELETE_FOR_EVERYONE, Icon::Delete, move || {
                intent.deleting.set(Some(id))
            }));
        }
    }
    items
}
