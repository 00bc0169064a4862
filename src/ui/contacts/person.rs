//! One contact.

use leptos::prelude::*;

use super::parting::{Parting, PartingQuestion, partings};
use super::removal::Removal;
use crate::chat::Command;
use crate::chat::contact::{Contact, Keys, Presence, Relation};
use crate::chat::id::{ConversationId, UserId};
use crate::e2ee::trust::Trust;
use crate::time::Timestamp;
use crate::ui::conversation::trust::{trust, undecided};
use crate::ui::dispatch::Dispatch;
use crate::ui::route::{self, Route};
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{When, act, live};
use crate::ui::widgets::menu::{Item, MenuButton};

/// A line: who, whether they are there, and what can be done.
#[component]
pub(super) fn Person(row: RwSignal<Contact>, now: ReadSignal<Timestamp>) -> impl IntoView {
    let id = row.read_untracked().id;
    let name = Signal::derive(move || text::name(&row.read().profile.name, id));
    let picture = Signal::derive(move || row.read().profile.picture.clone());
    let relation = Memo::new(move |_| row.read().relation);
    let presence = Memo::new(move |_| row.read().presence);
    let contested = Memo::new(move |_| matches!(row.read().keys, Keys::Several(_)));
    let undecided = undecided(expect_context(), id);
    let words = move || match undecided.get() {
        Some(words) => view! { <span class="person-warning">{icon(Icon::Warning)}{words}</span> }.into_any(),
        None => {
            let words = standing(relation.get(), presence.get(), now);
            view! { <span class="soft" title=seen(presence.get())>{words}</span> }.into_any()
        }
    };
    let online = move || relation.get() == Relation::Friend && presence.get() == Presence::Online;
    view! {
        <li class="person" class:online=online>
            <Avatar id name picture />
            <span class="person-words">
                <span class="person-title">
                    <span class="person-name clip" dir="auto">{live(move || match relation.get() {
                        Relation::Friend => view! { <ToChat id name /> }.into_any(),
                        Relation::Requested if contested.get() => view! { <ToChat id name /> }.into_any(),
                        Relation::Requested | Relation::Declined | Relation::Blocked => {
                            view! { {name} }.into_any()
                        }
                    })}</span>
                    {verified(id)}
                </span>
                {live(words)}
                <span class="person-about clip" dir="auto">{live(move || status(&row.read()))}</span>
            </span>
            {live(move || actions(id, name, relation.get()))}
        </li>
    }
}

#[component]
fn ToChat(id: UserId, name: Signal<String>) -> impl IntoView {
    view! {
        <a class="person-link" href=Route::Conversation(ConversationId(id)).to_string()>
            {name}
        </a>
    }
}

/// A sign behind the name of somebody whose key is verified.
fn verified(id: UserId) -> impl IntoView {
    let trust = trust(expect_context(), id);
    live(move || {
        (trust.get() == Some(Trust::Verified)).then(|| {
            view! {
                <span class="person-verified" title=text::ENCRYPTED_VERIFIED>
                    {icon(Icon::Shield)}<span class="hidden">{text::VERIFIED}</span>
                </span>
            }
        })
    })
}

/// How somebody stands to this person, or whether they are there.
pub(crate) fn standing(relation: Relation, presence: Presence, now: ReadSignal<Timestamp>) -> String {
    match (relation, presence) {
        (Relation::Requested, _) => text::WAITING.to_owned(),
        (Relation::Declined, _) => text::DECLINED.to_owned(),
        (Relation::Blocked, _) => text::BLOCKED.to_owned(),
        (Relation::Friend, Presence::Online) => text::ONLINE.to_owned(),
        (Relation::Friend, Presence::Offline(Some(at))) => text::offline(at, now.get()),
        (Relation::Friend, Presence::Offline(None)) => text::OFFLINE.to_owned(),
        // Nothing was heard, or this device is not connected itself: the line at the top of the screen says so.
        (Relation::Friend, Presence::Unknown) => String::new(),
    }
}

/// When they were last here, to the second.
pub(crate) fn seen(presence: Presence) -> Option<String> {
    match presence {
        Presence::Offline(at) => at.map(text::full),
        Presence::Online | Presence::Unknown => None,
    }
}

/// What they are up to, or about them.
fn status(contact: &Contact) -> Option<String> {
    let words =
        if contact.profile.status.is_empty() { &contact.profile.about } else { &contact.profile.status };
    (!words.is_empty() && contact.relation == Relation::Friend).then(|| words.to_string())
}

fn actions(id: UserId, name: Signal<String>, relation: Relation) -> AnyView {
    match relation {
        Relation::Friend => view! { <Actions id name /> }.into_any(),
        Relation::Requested => view! { <Removal id name label=text::WITHDRAW /> }.into_any(),
        Relation::Declined => view! { <Removal id name label=text::FORGET /> }.into_any(),
        Relation::Blocked => view! { <BlockedActions id name /> }.into_any(),
    }
}

#[component]
fn BlockedActions(id: UserId, name: Signal<String>) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let asking = RwSignal::new(None);
    let has_chat = Memo::new(move |_| state.conversations.find(&ConversationId(id)).is_some());
    let unblock = move |_| dispatch.dispatch(Command::Unblock(id));
    view! {
        <span class="person-buttons">
            <button type="button" class="button small" on:click=act(unblock)>{text::UNBLOCK}</button>
            <When when=has_chat>
                <button
                    type="button"
                    class="button small danger"
                    on:click=act(move |_| asking.set(Some(Parting::Remove)))
                >
                    {text::DELETE_CHAT}
                </button>
            </When>
        </span>
        <PartingQuestion id name asking />
    }
}

#[component]
fn Actions(id: UserId, name: Signal<String>) -> impl IntoView {
    let asking = RwSignal::new(None);
    let items = Callback::new(move |()| {
        let write = move || route::go(Route::Conversation(ConversationId(id)));
        let mut items = vec![Item::new(text::MESSAGE_THEM, Icon::Chats, write)];
        items.extend(partings(id, asking));
        items
    });
    view! {
        <MenuButton label=text::CONTACT_ACTIONS anchor=RwSignal::new(None) items />
        <PartingQuestion id name asking />
    }
}
