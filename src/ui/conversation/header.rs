//! Who the conversation is with, and whether they are there.

use std::time::Duration;

use leptos::prelude::*;

use super::Intent;
use super::trust::{Badge, trust};
use crate::chat::conversation::Conversation;
use crate::chat::id::ConversationId;
use crate::e2ee::trust::Trust;
use crate::ui::chats::actions::actions;
use crate::ui::contacts::parting::PartingQuestion;
use crate::ui::contacts::person::{seen, standing};
use crate::ui::dispatch::Dispatch;
use crate::ui::route;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::clock;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{act, live};
use crate::ui::widgets::menu::{Item, MenuButton};

/// The header.
#[component]
pub(super) fn Header(id: ConversationId, row: RwSignal<Conversation>, intent: Intent) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let trust = trust(expect_context(), id.0);
    let asking = RwSignal::new(None);
    let items = Callback::new(move |()| {
        let mut items = actions(&row.read_untracked(), dispatch, asking);
        if trust.get_untracked().is_some() {
            let label = text::verification(trust.get_untracked() == Some(Trust::Verified));
            items.insert(0, Item::new(label, Icon::Shield, move || intent.verifying.set(true)));
        }
        items
    });

    let name = Signal::derive(move || text::name(&row.read().title, id.0));
    let picture = Signal::derive(move || row.read().picture.clone());
    view! {
        <header class="conversation-header">
            <button
                type="button"
                class="icon-button conversation-back"
                aria-label=text::BACK
                on:click=act(|_| route::back_to_chats())
            >
                {icon(Icon::Back)}
            </button>
            <div class="conversation-whom">
                <Avatar id=id.0 name picture />
                <div class="conversation-who">
                    <div class="conversation-title">
                        <h1 class="clip" dir="auto" title=name>{name}</h1>
                        <Badge id=id.0 />
                    </div>
                    <Standing id row />
                </div>
                // Over all of it: a heading cannot stand in a button.
                <button
                    type="button"
                    class="conversation-more"
                    aria-label=text::DETAILS
                    aria-haspopup="dialog"
                    on:click=act(move |_| intent.telling.set(true))
                ></button>
            </div>
            <MenuButton label=text::CHAT_ACTIONS anchor=RwSignal::new(None) items />
            <PartingQuestion id=id.0 name asking />
        </header>
    }
}

/// "typing…", or whether they are there.
#[component]
fn Standing(id: ConversationId, row: RwSignal<Conversation>) -> impl IntoView {
    let state = expect_context::<State>();
    let now = clock::every(Duration::from_secs(20));
    let typing = Memo::new(move |_| row.read().typing);
    let contact = Memo::new(move |_| {
        let contact = state.contacts.find(&id.0)?;
        let contact = contact.read();
        Some((contact.relation, contact.presence))
    });
    let words = move || {
        if typing.get() {
            return text::TYPING.to_owned();
        }
        contact.get().map(|(relation, presence)| standing(relation, presence, now)).unwrap_or_default()
    };
    let when = move || contact.get().and_then(|(_, presence)| seen(presence));
    view! { <p class="conversation-standing" class:accent=move || typing.get() title=when>{live(words)}</p> }
}
