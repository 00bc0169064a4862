//! The lock beside a name.

use leptos::prelude::*;

use crate::chat::contact::{Keys, Relation};
use crate::chat::id::UserId;
use crate::e2ee::trust::{Standing, Trust};
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{When, live};

/// How well somebody's key is known, where one is in use and what is written to them leaves.
pub(crate) fn trust(state: State, id: UserId) -> Memo<Option<Trust>> {
    Memo::new(move |_| match state.contacts.find(&id)?.read().keys {
        Keys::Known { trust, standing: Standing::Open } => Some(trust),
        Keys::Known {
            standing: Standing::Held | Standing::Blocked | Standing::Vouched | Standing::NotAccepted,
            ..
        }
        | Keys::Waiting
        | Keys::Several(_) => None,
    })
}

/// What the person has to decide about somebody's keys before anything is sent to them, in few words. Of whom has said
/// no, or is blocked, nothing is awaited.
pub(crate) fn undecided(state: State, id: UserId) -> Memo<Option<&'static str>> {
    Memo::new(move |_| {
        let contact = state.contacts.find(&id)?;
        let contact = contact.read();
        match (contact.relation, &contact.keys) {
            (Relation::Declined | Relation::Blocked, _) => None,
            (
                Relation::Friend | Relation::Requested,
                Keys::Known { standing: Standing::Held | Standing::Blocked | Standing::Vouched, .. },
            ) => Some(text::KEY_WAITS),
            (Relation::Friend | Relation::Requested, Keys::Several(_)) => Some(text::KEYS_WAIT),
            (
                Relation::Friend | Relation::Requested,
                Keys::Known { standing: Standing::Open | Standing::NotAccepted, .. } | Keys::Waiting,
            ) => None,
        }
    })
}

/// Where the address of somebody whose key is in use is only what they say.
#[component]
pub(crate) fn Unproved(id: UserId) -> impl IntoView {
    let state = expect_context::<State>();
    let unproved = move || {
        state.contacts.find(&id).is_some_and(|contact| {
            let contact = contact.read();
            matches!(contact.keys, Keys::Known { .. }) && !contact.is_proved
        })
    };
    view! {
        <When when=Signal::derive(unproved)>
            <p class="soft">{text::ADDRESS_UNPROVED}</p>
        </When>
    }
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
