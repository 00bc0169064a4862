//! Who the other person is: beside the conversation where there is room, in a dialog where there is not.

use std::sync::Arc;

use leptos::prelude::*;

use super::Intent;
use super::trust::{Unproved, trust};
use crate::chat::contact::Profile;
use crate::chat::conversation::Conversation;
use crate::chat::id::ConversationId;
use crate::e2ee::trust::Trust;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{When, act, live};
use crate::ui::widgets::modal::Modal;

/// Beside the conversation.
#[component]
pub(super) fn Details(id: ConversationId, row: RwSignal<Conversation>, intent: Intent) -> impl IntoView {
    view! {
        <aside class="details" aria-label=text::DETAILS>
            <Telling id row intent />
        </aside>
    }
}

/// Over the conversation.
#[component]
pub(super) fn DetailsDialog(
    id: ConversationId,
    row: RwSignal<Conversation>,
    intent: Intent,
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <Modal title=text::DETAILS on_close>
            <div class="details-dialog">
                <Telling id row intent />
            </div>
            <div class="modal-buttons">
                <button type="button" class="button" on:click=act(move |_| on_close.run(()))>{text::CLOSE}</button>
            </div>
        </Modal>
    }
}

/// Picture, name, what they tell of themselves, and their Kith ID.
#[component]
fn Telling(id: ConversationId, row: RwSignal<Conversation>, intent: Intent) -> impl IntoView {
    let state = expect_context::<State>();
    let name = Signal::derive(move || text::name(&row.read().title, id.0));
    let verify = move |_| {
        intent.telling.set(false);
        intent.verifying.set(true);
    };
    let picture = Signal::derive(move || row.read().picture.clone());
    let trust = trust(state, id.0);
    let profile =
        Memo::new(move |_| state.contacts.find(&id.0).map(|contact| contact.read().profile.clone()));
    let told = move |part: fn(&Profile) -> &Arc<str>| {
        let words = profile.read().as_ref().map(|profile| part(profile).to_string());
        words.filter(|words| !words.is_empty())
    };
    let told_part = move |label: &'static str, words: Option<String>| {
        words.map(|words| view! { <dt>{label}</dt><dd dir="auto">{words}</dd> })
    };
    view! {
        <Avatar id=id.0 name picture large=true />
        <p class="details-name" dir="auto">{name}</p>
        <dl>
                {live(move || told_part(text::STATUS, told(|profile| &profile.status)))}
                {live(move || told_part(text::ABOUT, told(|profile| &profile.about)))}
                <dt>{text::THEIR_ID}</dt>
                <dd class="details-id">{id.to_string()}</dd>
                <dt>{text::ENCRYPTION}</dt>
                <dd>{live(move || match trust.get() {
                    Some(Trust::Verified) => text::ENCRYPTED_VERIFIED,
                    Some(Trust::FirstUse | Trust::Claimed) => text::ENCRYPTED_ONLY,
                    None => text::NOT_ENCRYPTED_YET,
                })}</dd>
            </dl>
            <Unproved id=id.0 />
            <When when=Signal::derive(move || trust.read().is_some())>
                <button type="button" class="button wide" on:click=act(verify)>
                    {icon(Icon::Shield)}
                    {live(move || text::verification(trust.get() == Some(Trust::Verified)))}
                </button>
            </When>
    }
}
