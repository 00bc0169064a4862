//! The link that lets somebody ask for contact.

use leptos::prelude::*;

use crate::chat::Command;
use crate::chat::server::is_local;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::copy_field::CopyField;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::live::{When, act, live};

/// The link, and what it tells of its owner.
#[component]
pub(super) fn InviteLink() -> impl IntoView {
    let state = expect_context::<State>();
    let link = Memo::new(move |_| {
        state.account.read().as_ref().map(|account| account.invite.to_string()).unwrap_or_default()
    });
    let tells = move || state.account.read().as_ref().is_some_and(|account| account.handle.is_some());
    let here = move || {
        let account = state.account.read();
        account.as_ref().is_some_and(|account| is_local(&account.server.address) || is_local(&account.invite))
    };
    let told = Callback::new(move |done| {
        state.tell(if done { text::LINK_COPIED } else { text::COPY_BY_HAND });
    });
    view! {
        <section class="card invite-link">
            <p>{text::INVITE_MEANS}" "{live(move || tells().then_some(text::INVITE_TELLS))}</p>
            <When when=Signal::derive(here)>
                <p class="warning">{text::INVITE_STAYS_HERE}</p>
            </When>
            <CopyField
                id="invite-link"
                label=text::INVITE_LINK
                text=link
                button=text::COPY_INVITE
                picture=Icon::Link
                on_copy=told
            />
            <PersonalLink told />
        </section>
    }
}

/// A link that is a secret between two people, and verifies both.
#[component]
fn PersonalLink(told: Callback<bool>) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    // What was made before this screen was opened may have been given to somebody.
    let before = state.invite_made.get_untracked();
    let made = Memo::new(move |_| state.invite_made.get().filter(|link| before.as_ref() != Some(link)));
    let link = Memo::new(move |_| made.get().map(|link| link.to_string()).unwrap_or_default());
    view! {
        <p class="soft">{text::PERSONAL_MEANS}</p>
        <When when=Signal::derive(move || made.read().is_some())>
            <CopyField
                id="personal-link"
                label=text::PERSONAL_LINK
                text=link
                button=text::COPY_PERSONAL
                picture=Icon::Shield
                on_copy=told
            />
        </When>
        <button type="button" class="button" on:click=act(move |_| dispatch.dispatch(Command::MakeInvite))>
            {text::MAKE_PERSONAL}
        </button>
    }
}
