//! The rail: where one can go. Along the bottom on a phone.

use leptos::prelude::*;

use super::Section;
use crate::ui::route::Route;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{When, live};

/// The rail.
#[component]
pub(super) fn Navigation(section: Memo<Section>) -> impl IntoView {
    let state = expect_context::<State>();
    let unread = Signal::derive(move || state.unread().count());
    let requests = Signal::derive(move || state.requests.order().read().len());
    view! {
        <nav class="navigation" aria-label=text::MAIN>
            <Destination to=Section::Chats section count=unread />
            <Destination to=Section::Contacts section count=requests />
            <Destination to=Section::Settings section count=Signal::stored(0) />
        </nav>
    }
}

#[component]
fn Destination(to: Section, section: Memo<Section>, count: Signal<usize>) -> impl IntoView {
    let (route, name, picture) = match to {
        Section::Chats => (Route::Chats, text::CHATS, Icon::Chats),
        Section::Contacts => (Route::Contacts, text::CONTACTS, Icon::Contacts),
        Section::Settings => (Route::Settings, text::SETTINGS, Icon::Settings),
    };
    view! {
        <a href=route.to_string() aria-current=move || (section.get() == to).then_some("page")>
            <span class="navigation-icon">
                {icon(picture)}
                <When when=Signal::derive(move || count.get() > 0)>
                    <span class="badge" aria-hidden="true">{live(move || count.get())}</span>
                </When>
            </span>
            <span class="navigation-name">{name}</span>
        </a>
    }
}
