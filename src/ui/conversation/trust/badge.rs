//! The lock beside a name.

use leptos::prelude::*;

use crate::chat::contact::Keys;
use crate::chat::id::UserId;
use crate::e2ee::trust::{Standing, Trust};
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::live;

/// How well somebody's key is known, where one is in use and what is written to them leaves.
pub(crate) fn trust(state: State, id: UserId) -> Memo<Option<Trust>> {
    Memo::new(move |_| match state.contacts.find(&id)?.read().keys {
        Keys::Known { trust, standing: Standing::Open } => Some(trust),
        Keys::Known { standing: Standing::Held | Standing::Blocked | Standing::NotAccepted, .. }
        | Keys::Waiting
        | Keys::Several(_) => None,
    })
}

/// A lock, or "Verified".
#[component]
pub(crate) fn Badge(id: UserId) -> impl IntoView {
    let trust = trust(expect_context(), id);
    live(move || {
        match trust.get() {
        Some(Trust::Verified) => Some(view! {
            <span class="badge-verified" title=text::ENCRYPTED_VERIFIED>{icon(Icon::Shield)}{text::VERIFIED}</span>
        }.into_any()),
        Some(Trust::FirstUse | Trust::Claimed) => Some(view! {
            <span class="badge-lock" title=text::ENCRYPTED>
                {icon(Icon::Lock)}<span class="hidden">{text::ENCRYPTED}</span>
            </span>
        }.into_any()),
        None => None,
    }
    })
}
