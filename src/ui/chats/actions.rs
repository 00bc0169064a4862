//! What can be done with a whole conversation: from the list and from the conversation itself.

use std::time::Duration;

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::conversation::{Conversation, FOREVER};
use crate::ui::contacts::parting::{Parting, partings};
use crate::ui::dispatch::Dispatch;
use crate::ui::text;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::menu::Item;

/// For how long one can mute, but for always.
const SPANS: [(&str, u64); 3] =
    [(text::MUTE_HOUR, 3600), (text::MUTE_HOURS, 8 * 3600), (text::MUTE_WEEK, 7 * 24 * 3600)];

/// The lines of its menu.
pub(crate) fn actions(
    conversation: &Conversation,
    dispatch: Dispatch,
    asking: RwSignal<Option<Parting>>,
) -> Vec<Item> {
    let (id, pinned) = (conversation.id, conversation.pinned);
    let item =
        |label, icon, command: Command| Item::new(label, icon, move || dispatch.dispatch(command.clone()));
    let pin = if pinned { text::UNPIN } else { text::PIN };
    let mut items = vec![item(pin, Icon::Pin, Command::Pin { conversation: id, pinned: !pinned })];
    if conversation.muted.is_some() {
        items.push(item(text::UNMUTE, Icon::Bell, Command::Mute { conversation: id, until: None }));
    } else {
        items.extend(SPANS.map(|(label, seconds)| {
            Item::new(label, Icon::Clock, move || {
                let until = Some(text::wall_clock() + Duration::from_secs(seconds));
                dispatch.dispatch(Command::Mute { conversation: id, until });
            })
        }));
        let always = Command::Mute { conversation: id, until: Some(FOREVER) };
        items.push(item(text::MUTE_ALWAYS, Icon::Muted, always));
    }
    if conversation.unread > 0 {
        items.push(item(text::MARK_READ, Icon::Tick, Command::MarkRead(id)));
    }
    items.extend(partings(id.0, asking));
    items
}
