//! Who the other person is, beside the conversation where there is room.

use std::sync::Arc;

use leptos::prelude::*;

use crate::chat::contact::Profile;
use crate::chat::conversation::Conversation;
use crate::chat::id::ConversationId;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::live::live;

/// Picture, name, what they tell of themselves, and their Kith ID.
#[component]
pub(super) fn Details(id: ConversationId, row: RwSignal<Conversation>) -> impl IntoView {
    let state = expect_context::<State>();
    let name = Signal::derive(move || text::name(&row.read().title, id.0));
    let picture = Signal::derive(move || row.read().picture.clone());
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
        <aside class="details" aria-label=text::DETAILS>
            <Avatar id=id.0 name picture large=true />
            <p class="details-name" dir="auto">{name}</p>
            <dl>
                {live(move || told_part(text::STATUS, told(|profile| &profile.status)))}
                {live(move || told_part(text::ABOUT, told(|profile| &profile.about)))}
                <dt>{text::THEIR_ID}</dt>
                <dd class="details-id">{id.to_string()}</dd>
            </dl>
        </aside>
    }
}
