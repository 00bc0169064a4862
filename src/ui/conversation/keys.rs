//! What stands between this person and the other's keys: they are waited for, or several claim to be theirs; and what
//! came and cannot be read.

use leptos::prelude::*;

use super::Intent;
use crate::chat::Command;
use crate::chat::contact::{Claimant, Keys, Presence};
use crate::chat::conversation::Conversation;
use crate::chat::id::ConversationId;
use crate::e2ee::trust::Standing;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::live::{When, act, live};

/// The note above the composer while no key is in use.
#[component]
pub(super) fn KeysNote(id: ConversationId, intent: Intent) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let contact = move || state.contacts.find(&id.0);
    let keys = Memo::new(move |_| contact().map(|contact| contact.read().keys.clone()));
    let name = Memo::new(move |_| {
        contact().map(|contact| text::name(&contact.read().profile.name, id.0)).unwrap_or_default()
    });
    // What is known of anybody's presence is said by the key in use, which is the old one.
    let online =
        Memo::new(move |_| contact().is_some_and(|contact| contact.read().presence == Presence::Online));
    let still_online = move || online.get().then_some(text::STILL_ONLINE);
    let keep = move || {
        act(move |_| {
            dispatch.dispatch(Command::KeepKey(id.0));
            state.tell(text::KEPT_KEY);
        })
    };
    let verify = move || act(move |_| intent.verifying.set(true));
    live(move || {
        match keys.get() {
        Some(Keys::Waiting) => {
            Some(view! { <p class="conversation-note">{text::WAITING_FOR_KEYS}</p> }.into_any())
        }
        Some(Keys::Several(claimants)) => Some(view! { <Choice id claimants /> }.into_any()),
        Some(Keys::Known { standing: Standing::Held, .. }) => {
            let accept = act(move |_| dispatch.dispatch(Command::AcceptKey(id.0)));
            Some(view! {
                <div class="conversation-note key-note">
                    <p>{text::key_held(&name.read())}" "{live(still_online)}</p>
                    <p>{text::TRUST_OR_STAY}</p>
                    <button type="button" class="button small primary" on:click=verify()>{text::VERIFY}</button>
                    <button type="button" class="button small" on:click=accept>{text::USE_NEW_KEY}</button>
                    <button type="button" class="button small" on:click=keep()>{text::KEEP_KEY}</button>
                </div>
            }.into_any())
        }
        Some(Keys::Known { standing: Standing::Blocked, .. }) => Some(
            view! {
                <div class="conversation-note key-note">
                    <p>{text::key_blocked(&name.read())}" "{live(still_online)}</p>
                    <button type="button" class="button small primary" on:click=verify()>{text::VERIFY}</button>
                    <button type="button" class="button small" on:click=keep()>{text::KEEP_KEY}</button>
                </div>
            }
            .into_any(),
        ),
        Some(Keys::Known { standing: Standing::Vouched, .. }) => {
            let accept = act(move |_| dispatch.dispatch(Command::AcceptKey(id.0)));
            Some(view! {
                <div class="conversation-note">
                    <p>{text::KEY_VOUCHED}</p>
                    <button type="button" class="button small" on:click=accept>{text::LINK_WAS_THEIRS}</button>
                    <button type="button" class="button small" on:click=keep()>{text::KEEP_KEY}</button>
                </div>
            }.into_any())
        }
        Some(Keys::Known { standing: Standing::Open | Standing::NotAccepted, .. }) | None => None,
    }
    })
}

/// Several keys claim to be theirs: nobody but the person can tell which one is.
#[component]
fn Choice(id: ConversationId, claimants: Vec<Claimant>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let line = move |claimant: Claimant| {
        let Claimant { key, code, name, usable } = claimant;
        let choose = move |_| dispatch.dispatch(Command::Choose { contact: id.0, key });
        view! {
            <li class="claimant">
                <span class="claimant-name clip" dir="auto">{text::claimed_name(&name)}</span>
                <code>{code.to_string()}</code>
                <button type="button" class="button small" disabled=!usable on:click=choose>
                    {text::USE_THIS_KEY}
                </button>
            </li>
        }
    };
    view! {
        <div class="conversation-note key-note" role="group" aria-label=text::SEVERAL_KEYS>
            <p>{text::SEVERAL_KEYS_MEAN}</p>
            <ul class="claimants">{claimants.into_iter().map(line).collect_view()}</ul>
        </div>
    }
}

/// Something came that cannot be read, and stays so.
#[component]
pub(super) fn UnreadableNote(row: RwSignal<Conversation>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let again = move |_| dispatch.dispatch(Command::AskAgain(row.read_untracked().id));
    view! {
        <When when=Signal::derive(move || row.read().unreadable)>
            <div class="conversation-note">
                <p>{text::CANNOT_BE_READ}</p>
                <button type="button" class="button small" on:click=again>{text::ASK_AGAIN}</button>
            </div>
        </When>
    }
}
