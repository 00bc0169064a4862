//! What was said: the page of rows that the core holds out, and the view upon it.

mod actions;
mod line;
mod press;
mod scroll;
mod words;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use self::actions::{Actions, Opened};
use self::line::Line;
use self::press::Press;
use self::scroll::Scroller;
use super::Intent;
use crate::chat::Command;
use crate::chat::contact::Relation;
use crate::chat::conversation::Conversation;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::clock;
use crate::ui::widgets::drawing::{Drawing, Sketch};
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{When, act, live};

/// The log of messages.
#[component]
pub(super) fn Timeline(row: RwSignal<Conversation>, intent: Intent) -> impl IntoView {
    let state = expect_context::<State>();
    let log = NodeRef::<html::Div>::new();
    let content = NodeRef::<html::Div>::new();
    let scroller = Scroller::new(state, expect_context(), log, content);
    scroller.start();
    let menu = RwSignal::new(None::<Opened>);
    let press = Press::new(menu);
    let today = clock::today();
    let floating = move || scroller.date.get().map(|at| text::day(at, today.get()));
    view! {
        <div class="timeline">
            <div class="floating-date" aria-hidden="true" class:shown=move || scroller.date.read().is_some()>
                <span>{live(floating)}</span>
            </div>
            <div
                node_ref=log
                class="log"
                role="log"
                tabindex="0"
                aria-label=text::MESSAGES
                aria-relevant="additions"
                // A page of history is not news.
                aria-live=move || if scroller.turning.get() { "off" } else { "polite" }
                aria-busy=move || scroller.turning.get().then_some("true")
                on:scroll=act(move |_| scroller.scrolled())
                on:keydown=act(move |event| walk(&event))
                on:pointerdown=act(move |event| press.began(&event))
                on:pointermove=act(move |event| press.moved(&event))
                on:pointerup=act(move |event| press.lifted(&event))
                on:pointercancel=act(move |_: ev::PointerEvent| press.end())
            >
                <div node_ref=content class="log-content">
                    <For each=move || state.timeline.places() key=|place| *place let:place>
                        {state.timeline.row(&place.key).map(|row| view! {
                            <Line row=row.into() today menu fresh=scroller.is_news() />
                        })}
                    </For>
                </div>
            </div>
            <When when=Signal::derive(move || state.timeline.is_empty())>
                <SayHello row intent />
            </When>
            <JumpToLatest row scroller />
            <Actions menu intent />
        </div>
    }
}

/// A new conversation: what it is worth, and how to begin.
#[component]
fn SayHello(row: RwSignal<Conversation>, intent: Intent) -> impl IntoView {
    let state = expect_context::<State>();
    let id = row.read_untracked().id.0;
    // Who has said no, or is blocked, hears no hello; nor can anybody say it from a device that was replaced.
    let may_write = Signal::derive(move || {
        let relation = state.contacts.find(&id).map(|contact| contact.read().relation);
        !matches!(relation, Some(Relation::Declined | Relation::Blocked)) && !state.is_replaced()
    });
    view! {
        <div class="empty timeline-empty">
            <Drawing sketch=Sketch::Hello />
            <p>{text::ENCRYPTED_CHAT}</p>
            <When when=may_write>
                <button type="button" class="button" on:click=act(move |_| intent.greeting.set(Some(text::HELLO)))>
                    {text::SAY_HELLO}
                </button>
            </When>
        </div>
    }
}

/// Back to the newest message, with the number of those that came meanwhile.
#[component]
fn JumpToLatest(row: RwSignal<Conversation>, scroller: Scroller) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let unread = Memo::new(move |_| row.read().unread);
    let jump = move |_| {
        dispatch.dispatch(Command::ShowLatest);
        scroller.to_latest();
    };
    view! {
        <When when=Signal::derive(move || !scroller.at_latest.get())>
            <button type="button" class="jump" aria-label=text::JUMP title=text::JUMP on:click=act(jump)>
                {icon(Icon::Down)}
                <When when=Signal::derive(move || unread.get() > 0)>
                    <span class="badge">{live(move || unread.get())}<span class="hidden">{text::UNREAD}</span></span>
                </When>
            </button>
        </When>
    }
}

/// The arrow keys go from message to message once one of them has the focus, or the log itself.
fn walk(event: &ev::KeyboardEvent) {
    let key = event.key();
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let moved = match key.as_str() {
        "ArrowUp" => line::focus_beside(-1),
        "ArrowDown" => line::focus_beside(1),
        "Enter" => line::press_actions(),
        _ => false,
    };
    if moved {
        event.prevent_default();
    }
}
