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
    let none = Signal::stored(0);
    let unread = Memo::new(move |_| state.unread());
    let asking = Memo::new(move |_| state.asking());
    view! {
        <nav class="navigation" aria-label=text::MAIN>
            <Destination to=Section::Chats section unread asking=none />
            <Destination to=Section::Contacts section unread=none asking />
            <Destination to=Section::Settings section unread=none asking=none />
        </nav>
    }
}

#[component]
fn Destination(
    to: Section,
    section: Memo<Section>,
    #[prop(into)] unread: Signal<usize>,
    #[prop(into)] asking: Signal<usize>,
) -> impl IntoView {
    let (route, name, picture) = match to {
        Section::Chats => (Route::Chats, text::CHATS, Icon::Chats),
        Section::Contacts => (Route::Contacts, text::CONTACTS, Icon::Contacts),
        Section::Settings => (Route::Settings, text::SETTINGS, Icon::Settings),
    };
    let count = move || unread.get() + asking.get();
    view! {
        <a
            href=route.to_string()
            aria-label=move || text::destination(name, unread.get(), asking.get())
            aria-current=move || (section.get() == to).then_some("page")
        >
            <span class="navigation-icon">
                {icon(picture)}
                <When when=Signal::derive(move || count() > 0)>
                    <span class="badge" aria-hidden="true">{live(move || text::badge(count()))}</span>
                </When>
            </span>
            <span class="navigation-name">{name}</span>
        </a>
    }
}
