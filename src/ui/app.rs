//! The app's faces, and how they get onto the page.

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::dispatch::Dispatch;
use super::elsewhere::{Elsewhere, Outdated, Unusable, reload};
use super::locked::Locked;
use super::route::{self, Route};
use super::shell::Shell;
use super::shell::notices::Notices;
use super::starting::Starting;
use super::state::State;
use super::text;
use super::welcome::Welcome;
use crate::chat::Command;
use crate::chat::account::ConfigError;
use crate::chat::change::Phase;
use crate::chat::id::MessageId;
use crate::chat::input::StorageError;
use crate::ui::widgets::live::{act, follow, live};

/// Draws the app into the page's body, for as long as the page lives. `new_id` mints 16 random bytes.
pub fn mount(state: State, dispatch: impl Fn(Command) + 'static, new_id: fn() -> MessageId) {
    if let Some(body) = document().body() {
        std::mem::forget(mount_to(body, state, dispatch, new_id));
    }
}

/// Draws the app into an element, until the returned value is dropped.
#[must_use]
pub fn mount_to(
    parent: HtmlElement,
    state: State,
    dispatch: impl Fn(Command) + 'static,
    new_id: fn() -> MessageId,
) -> impl Sized + 'static {
    let dispatch = move || Dispatch::new(dispatch, new_id);
    leptos::mount::mount_to(parent, move || {
        provide_context(state);
        provide_context(dispatch());
        view! { <App /> }
    })
}

/// A plain page that says why the app cannot start.
pub fn fatal(error: &ConfigError) {
    let message = text::config(error);
    mount_to_body(move || {
        view! {
            <main class="face">
                <h1>{text::CANNOT_START}</h1>
                <p>{message}</p>
                <button type="button" class="button primary" on:click=act(move |_| reload())>{text::RELOAD}</button>
            </main>
        }
    });
}

/// Which face is shown: the phase without what it carries, so that news inside a face does not rebuild it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Starting,
    Welcome,
    Ready,
    Locked,
    Elsewhere,
    Outdated,
    Unusable(StorageError),
}

#[component]
fn App() -> impl IntoView {
    let state = expect_context::<State>();
    let route = route::follow(expect_context());
    go_where_the_core_says(state, route);
    title(state);
    let face = Memo::new(move |_| match &*state.phase.read() {
        Phase::Starting => Face::Starting,
        Phase::Welcome(_) => Face::Welcome,
        Phase::Ready => Face::Ready,
        Phase::Locked => Face::Locked,
        Phase::Elsewhere => Face::Elsewhere,
        Phase::Outdated => Face::Outdated,
        Phase::Unusable(error) => Face::Unusable(*error),
    });
    let drawn = live(move || match face.get() {
        Face::Starting => view! { <Starting /> }.into_any(),
        Face::Welcome => view! { <Welcome /> }.into_any(),
        Face::Ready => view! { <Shell route /> }.into_any(),
        Face::Locked => view! { <Locked /> }.into_any(),
        Face::Elsewhere => view! { <Elsewhere /> }.into_any(),
        Face::Outdated => view! { <Outdated /> }.into_any(),
        Face::Unusable(error) => view! { <Unusable error /> }.into_any(),
    });
    view! {
        {drawn}
        <Notices />
    }
}

/// "(3) Kith": what is unread, and who asks.
fn title(state: State) {
    let news = Memo::new(move |_| state.unread() + state.asking());
    let brand = state.brand.get_value();
    follow(move || document().set_title(&text::title(&brand, news.get())));
}

/// The person goes where the core leads, there to write.
fn go_where_the_core_says(state: State, route: ReadSignal<Route>) {
    follow(move || {
        let Some(conversation) = state.opened.get() else { return };
        let there = Route::Conversation(conversation);
        if route.get_untracked() != there {
            route::go_to_write(there);
        }
    });
}
