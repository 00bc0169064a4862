//! The messenger's frame: navigation, connection, what must be known, and the pane of the route.

pub(crate) mod banner;
pub(crate) mod connection;
mod edge;
pub(super) mod invite;
mod navigation;
pub(crate) mod notices;

use leptos::prelude::*;

use self::banner::Banner;
use self::connection::ConnectionStatus;
use self::edge::Edge;
use self::invite::InviteQuestion;
use self::navigation::Navigation;
use super::chats::Chats;
use super::contacts::Contacts;
use super::conversation::trust::EmojiDialog;
use super::conversation::{ConversationPane, NoConversation};
use super::dispatch::Dispatch;
use super::route::Route;
use super::settings::{BrokerSees, Settings};
use crate::chat::Command;
use crate::chat::id::ConversationId;
use crate::ui::widgets::live::{follow, live};

/// Which of the three destinations the route belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Chats,
    Contacts,
    Settings,
}

impl Section {
    const fn of(route: Route) -> Self {
        match route {
            Route::Chats | Route::Conversation(_) => Self::Chats,
            Route::Contacts => Self::Contacts,
            Route::Settings | Route::Connection | Route::BrokerSees => Self::Settings,
        }
    }
}

/// The messenger.
#[component]
pub(crate) fn Shell(route: ReadSignal<Route>) -> impl IntoView {
    let section = Memo::new(move |_| Section::of(route.get()));
    let open = Memo::new(move |_| route.get().conversation());
    open_what_the_route_says(expect_context(), route);
    follow(move || {
        if route.get() == Route::Connection {
            connection::look();
        }
    });
    let width = RwSignal::new(None::<i32>);
    let sees = Memo::new(move |_| route.get() == Route::BrokerSees);
    let pane = move || match section.get() {
        Section::Chats => view! { <ChatsPane open width /> }.into_any(),
        Section::Contacts => view! { <Contacts /> }.into_any(),
        Section::Settings if sees.get() => view! { <BrokerSees /> }.into_any(),
        Section::Settings => view! { <Settings /> }.into_any(),
    };
    view! {
        <div
            class="shell"
            class:in-conversation=move || open.get().is_some()
            style:--list=move || width.get().map(|width| format!("{width}px"))
        >
            <Navigation section />
            <div class="shell-top">
                <ConnectionStatus />
                <Banner />
            </div>
            {pane}
            <InviteQuestion />
            <EmojiDialog />
        </div>
    }
}

/// The list of chats and the open one beside it; on a phone one of the two.
#[component]
fn ChatsPane(open: Memo<Option<ConversationId>>, width: RwSignal<Option<i32>>) -> impl IntoView {
    view! {
        <main class="chats-pane">
            <Chats open />
            <Edge width />
            <section class="main-pane">
                {live(move || match open.get() {
                    Some(id) => view! { <ConversationPane id /> }.into_any(),
                    None => view! { <NoConversation /> }.into_any(),
                })}
            </section>
        </main>
    }
}

/// The core is told where the person goes.
fn open_what_the_route_says(dispatch: Dispatch, route: ReadSignal<Route>) {
    let open = Memo::new(move |_| route.get().conversation());
    follow(move || dispatch.dispatch(Command::Open(open.get())));
}
