//! The link that lets somebody ask for contact.

use leptos::html;
use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::clipboard;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{act, live};

/// The link in a field of its own, so that it can be copied by hand where the page may not.
#[component]
pub(super) fn InviteLink() -> impl IntoView {
    let state = expect_context::<State>();
    let field = NodeRef::<html::Input>::new();
    let link = Memo::new(move |_| {
        state.account.read().as_ref().map(|account| account.invite.to_string()).unwrap_or_default()
    });
    let tells = move || state.account.read().as_ref().is_some_and(|account| account.handle.is_some());
    let select = move || {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    };
    let copy = move |_| {
        if clipboard::copy(&link.read_untracked()) {
            state.tell(text::LINK_COPIED);
        } else {
            select();
            state.tell(text::COPY_BY_HAND);
        }
    };
    view! {
        <section class="card invite-link">
            <p>{text::INVITE_MEANS}" "{live(move || tells().then_some(text::INVITE_TELLS))}</p>
            <div class="copy-field">
                <input
                    node_ref=field
                    type="text"
                    readonly
                    dir="ltr"
                    aria-label=text::INVITE_LINK
                    prop:value=move || link.get()
                    on:focus=act(move |_| select())
                />
                <button type="button" class="button" on:click=act(copy)>
                    {icon(Icon::Link)}
                    {text::COPY_INVITE}
                </button>
            </div>
        </section>
    }
}
