//! The link that lets somebody ask for contact.

use leptos::prelude::*;

use crate::chat::server::is_local;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::copy_field::CopyField;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::live::{When, live};

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
        </section>
    }
}
