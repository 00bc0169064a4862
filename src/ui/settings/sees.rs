//! One screen that says exactly what the broker can see.

use leptos::html;
use leptos::prelude::*;

use super::account;
use crate::ui::route::Route;
use crate::ui::state::State;
use crate::ui::text::{self, sees};
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::follow;

/// The screen.
#[component]
pub(crate) fn BrokerSees() -> impl IntoView {
    let state = expect_context::<State>();
    let server = account(state, |account| text::host(&account.server.address)).unwrap_or_default();
    let has_handle = account(state, |account| account.handle.is_some()).unwrap_or_default();
    let contacts_only = account(state, |account| account.contacts_only).unwrap_or_default();
    let handle = if has_handle { sees::ID_OF_HANDLE } else { sees::ID_OF_KEY };
    let profile = if contacts_only { sees::NO_PROFILE } else { sees::PROFILE };
    let page = NodeRef::<html::Main>::new();
    // Leptos takes the element of the screen before for this one, and how far that was scrolled.
    follow(move || page.get().into_iter().for_each(|page| page.set_scroll_top(0)));
    let seen =
        [sees::CONNECTION, handle, profile, sees::PRESENCE, sees::TRAFFIC, sees::INBOXES, sees::DEVICES];
    let list = |lines: &[&'static str]| lines.iter().map(|line| view! { <li>{*line}</li> }).collect_view();
    view! {
        <main class="page settings sees" node_ref=page>
            <header class="page-header">
                <a class="icon-button" href=Route::Settings.to_string() aria-label=text::BACK_TO_SETTINGS>{icon(Icon::Back)}</a>
                <h1>{text::BROKER_SEES}</h1>
            </header>
            <section class="card">
                <p>{sees::lead(&server)}</p>
                <h2>{sees::CAN}</h2>
                <ul>{list(&seen)}</ul>
            </section>
            <section class="card">
                <h2>{sees::CANNOT}</h2>
                <ul>{list(&sees::HIDDEN)}</ul>
            </section>
            <section class="card">
                <h2>{sees::LESS}</h2>
                <ul>{list(&sees::ADVICE)}</ul>
            </section>
        </main>
    }
}
