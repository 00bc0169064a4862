//! One message, with the separators that stand above it.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::actions::Opened;
use super::words::{is_emoji_only, words};
use crate::chat::Command;
use crate::chat::id::MessageId;
use crate::chat::message::{Body, Delivery, Message, Row};
use crate::time::{Day, Timestamp};
use crate::ui::conversation::delivery::delivery_mark;
use crate::ui::dispatch::Dispatch;
use crate::ui::text;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{act, live};
use crate::ui::widgets::menu::Anchor;

/// The name of a message's element, so that the view can find it again.
pub(super) fn element_id(message: MessageId) -> String {
    format!("m-{message}")
}

/// A message. One effect draws all of it, for a row seldom changes and there are many.
#[component]
pub(super) fn Line(
    row: RwSignal<Row>,
    today: Memo<Day>,
    menu: RwSignal<Option<Opened>>,
    fresh: bool,
) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    live(move || {
        let row = row.read();
        let id = row.message.id;
        let found = is_found(&row.message.body);
        let own = row.is_own() && !found;
        view! {
            {row.day.is_some().then(|| view! { <DaySeparator at=row.message.sent_at today /> })}
            {row.first_unread.then(|| view! { <NewMessages /> })}
            <article
                id=element_id(id)
                class="message"
                class:own=own
                class:found=found
                class:starts=row.starts_group
                class:ends=row.ends_group
                class:fresh=fresh
                class:failed=row.message.delivery == Some(Delivery::Failed)
                tabindex="-1"
                on:contextmenu=act(move |event| context_menu(&event, id, menu))
            >
                {own.then(|| view! { <span class="hidden">{text::YOU_WROTE}": "</span> })}
                {if found { finding(&row.message).into_any() } else { bubble(&row).into_any() }}
                {is_actionable(&row).then(|| actions_button(id, menu))}
                {(row.message.delivery == Some(Delivery::Failed)).then(|| failed(id, dispatch))}
            </article>
        }
    })
}

/// Whether it is what the app has found out, and nobody's words.
const fn is_found(body: &Body) -> bool {
    match body {
        Body::KeyChanged | Body::Split | Body::Disputed | Body::Differed | Body::SpentLink | Body::WentOn => {
            true
        }
        Body::Text(_) | Body::Deleted | Body::Unknown => false,
    }
}

/// It stands between the messages, for nobody has written it.
fn finding(message: &Message) -> impl IntoView + use<> {
    let (words, at) = (text::instead(&message.body), message.sent_at);
    view! {
        <div class="finding">
            <span>{words}</span>
            <time title=text::full(at)>{text::time(at)}</time>
        </div>
    }
}

/// Text, and at the end of its last line the time and how far it has come.
fn bubble(row: &Row) -> impl IntoView + use<> {
    let message = &row.message;
    let at = message.sent_at;
    let (body, is_large) = match message.body.text() {
        Some(text) => (words(text).into_any(), is_emoji_only(text)),
        None => (view! { <i class="soft">{text::instead(&message.body)}</i> }.into_any(), false),
    };
    let is_edited = message.edited && message.body.text().is_some();
    view! {
        <div class="bubble" class:emoji=is_large>
            <div class="said" dir="auto">
                <span class="words">{body}</span>
                <span class="meta">
                    {is_edited.then_some(view! { <span>{text::EDITED}" "</span> })}
                    <time title=text::full(at)>{text::time(at)}</time>
                    {message.delivery.map(|delivery| delivery_mark(delivery, at, [row.delivered_at, row.read_at]))}
                </span>
            </div>
        </div>
    }
}

fn is_actionable(row: &Row) -> bool {
    row.message.body.text().is_some() && row.message.delivery != Some(Delivery::Failed)
}

fn actions_button(id: MessageId, menu: RwSignal<Option<Opened>>) -> impl IntoView {
    let open = move |event: ev::MouseEvent| {
        menu.set(Anchor::pressed(&event).map(|anchor| Opened { message: id, anchor }));
    };
    view! {
        <button
            type="button"
            class="icon-button message-actions"
            tabindex="-1"
            aria-haspopup="menu"
            aria-label=text::MESSAGE_ACTIONS
            on:click=act(open)
        >
            {icon(Icon::More)}
        </button>
    }
}

fn failed(id: MessageId, dispatch: Dispatch) -> impl IntoView {
    view! {
        <div class="message-failed">
            <button type="button" class="button small" on:click=act(move |_| dispatch.dispatch(Command::Retry(id)))>
                {text::RETRY}
            </button>
            <button type="button" class="button small danger" on:click=act(move |_| dispatch.dispatch(Command::Discard(id)))>
                {text::DELETE}
            </button>
        </div>
    }
}

#[component]
fn DaySeparator(at: Timestamp, today: Memo<Day>) -> impl IntoView {
    view! {
        <div class="separator" role="separator" aria-label=move || text::day(at, today.get())>
            <span>{live(move || text::day(at, today.get()))}</span>
        </div>
    }
}

#[component]
fn NewMessages() -> impl IntoView {
    view! {
        <div class="separator unread" role="separator" aria-label=text::NEW_MESSAGES>
            <span>{text::NEW_MESSAGES}</span>
        </div>
    }
}

/// The menu at the pointer; the browser's own where there is a selection or a link to do something with.
fn context_menu(event: &ev::MouseEvent, id: MessageId, menu: RwSignal<Option<Opened>>) {
    let on_link = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| element.closest("a").ok().flatten().is_some());
    let selected = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    if on_link || selected {
        return;
    }
    event.prevent_default();
    // A finger has its own way, see `press`.
    let touched = event.dyn_ref::<ev::PointerEvent>().is_some_and(|event| event.pointer_type() == "touch");
    if !touched {
        menu.set(Some(Opened { message: id, anchor: Anchor::at(event) }));
    }
}

/// Moves the focus to the message above (-1) or below (1) the one that has it; from the log itself to the newest.
pub(super) fn focus_beside(step: i32) -> bool {
    let Some(active) = document().active_element() else { return false };
    let next = match active.closest(".message").ok().flatten() {
        Some(message) => beside(&message, step),
        None if step < 0 => active.query_selector(".message:last-of-type").ok().flatten(),
        None => None,
    };
    let Some(next) = next.and_then(|message| message.dyn_into::<HtmlElement>().ok()) else { return false };
    next.focus().is_ok()
}

fn beside(message: &Element, step: i32) -> Option<Element> {
    let next = |element: &Element| {
        if step < 0 { element.previous_element_sibling() } else { element.next_element_sibling() }
    };
    let mut other = next(message)?;
    while !other.class_list().contains("message") {
        other = next(&other)?;
    }
    Some(other)
}

/// Opens the menu of the message that has the focus.
pub(super) fn press_actions() -> bool {
    let Some(active) = document().active_element() else { return false };
    if !active.class_list().contains("message") {
        return false;
    }
    let button = active.query_selector(".message-actions").ok().flatten();
    let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) else { return false };
    button.click();
    true
}
