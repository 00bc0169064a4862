//! One line of the list of chats.

use leptos::ev;
use leptos::prelude::*;

use super::actions::actions;
use crate::chat::contact::Relation;
use crate::chat::conversation::{Conversation, Latest};
use crate::chat::id::ConversationId;
use crate::chat::message::Delivery;
use crate::time::Day;
use crate::ui::contacts::parting::PartingQuestion;
use crate::ui::conversation::delivery::delivery_mark;
use crate::ui::conversation::trust::undecided;
use crate::ui::dispatch::Dispatch;
use crate::ui::route::Route;
use crate::ui::state::State;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::{act, live};
use crate::ui::widgets::menu::{Anchor, MenuButton};

/// A link to the conversation, named by the other person.
#[component]
pub(super) fn Line(
    row: RwSignal<Conversation>,
    open: Memo<Option<ConversationId>>,
    today: Memo<Day>,
) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    let menu = RwSignal::new(None::<Anchor>);
    let asking = RwSignal::new(None);
    let items = Callback::new(move |()| actions(&row.read_untracked(), dispatch, asking));
    let id = row.read_untracked().id;
    let relation = Memo::new(move |_| state.contacts.find(&id.0).map(|contact| contact.read().relation));
    let undecided = undecided(state, id.0);
    let title = Signal::derive(move || text::name(&row.read().title, id.0));
    let picture = Signal::derive(move || row.read().picture.clone());
    let open_menu = move |event: ev::MouseEvent| {
        event.prevent_default();
        menu.set(Some(Anchor::at(&event)));
    };
    let full = move || row.read().latest.as_ref().map(|latest| text::full(latest.sent_at));
    let when = move || row.read().latest.as_ref().map(|latest| text::list_time(latest.sent_at, today.get()));
    let [preview_id, time_id, marks_id] = ["", "-time", "-marks"].map(|part| format!("chat-{id}{part}"));
    let described = format!("{preview_id} {time_id} {marks_id}");
    view! {
        <li class="chat-item">
            <a
                class="chat-line"
                class:unread=move || { row.read().unread > 0 }
                on:contextmenu=act(open_menu)
                href=Route::Conversation(id).to_string()
                aria-label=title
                aria-describedby=described
                aria-current=move || (open.get() == Some(id)).then_some("page")
            >
                <Avatar id=id.0 name=title picture />
                <span class="chat-line-name clip" dir="auto" title=title>
                    {title}
                </span>
                <span class="chat-line-time" id=time_id title=full>{live(when)}</span>
                <span class="chat-line-below">
                    <span class="chat-line-preview" id=preview_id>{live(move || match undecided.get() {
                        Some(words) => view! { <span class="chat-line-warning clip">{words}</span> }.into_any(),
                        None => preview(&row.read(), open.get() == Some(id), relation.get()),
                    })}</span>
                    <span class="chat-line-marks" id=marks_id>{live(move || marks(&row.read(), undecided.get()))}</span>
                </span>
            </a>
            <MenuButton label=text::CHAT_ACTIONS anchor=menu items />
            <PartingQuestion id=id.0 name=title asking />
        </li>
    }
}

/// What is most worth knowing: typing, a draft, the newest message. What is being written in the open conversation
/// stands in its composer.
fn preview(conversation: &Conversation, is_open: bool, relation: Option<Relation>) -> AnyView {
    if relation == Some(Relation::Blocked) {
        return text::BLOCKED.into_any();
    }
    if conversation.typing {
        return view! { <span class="accent">{text::TYPING}</span> }.into_any();
    }
    if !conversation.draft.is_empty() && !is_open {
        let draft = conversation.draft.to_string();
        return view! { <span class="chat-line-draft">{text::DRAFT}</span> <span class="clip" dir="auto">{draft}</span> }.into_any();
    }
    match (&conversation.latest, relation) {
        (Some(latest), _) => newest(latest).into_any(),
        (None, Some(Relation::Requested)) => text::WAITING.into_any(),
        (None, Some(Relation::Declined)) => text::DECLINED.into_any(),
        (None, Some(Relation::Friend | Relation::Blocked) | None) => text::NO_MESSAGES.into_any(),
    }
}

fn newest(latest: &Latest) -> impl IntoView + use<> {
    let written = latest.body.text();
    let words = written.map_or_else(|| text::instead(&latest.body).to_owned(), ToString::to_string);
    // A failure is told by the marks.
    let delivery = latest.delivery.filter(|delivery| *delivery != Delivery::Failed);
    (
        delivery.map(|delivery| delivery_mark(delivery, latest.sent_at, [None; 2])),
        view! { <span class="clip" dir="auto">{words}</span> },
    )
}

fn marks(conversation: &Conversation, undecided: Option<&'static str>) -> impl IntoView + use<> {
    let failed = conversation.failed || is_failed(conversation.latest.as_ref());
    let (unread, muted) = (conversation.unread, conversation.muted.is_some());
    view! {
        {undecided.map(|words| mark("chat-line-mark warning-mark", Icon::Warning, words))}
        {failed.then(|| mark("chat-line-mark danger", Icon::Failed, text::NOT_SENT))}
        {muted.then(|| mark("chat-line-mark", Icon::Muted, text::MUTED))}
        {conversation.pinned.then(|| mark("chat-line-mark", Icon::Pin, text::PINNED))}
        {(unread > 0).then(|| view! {
            <span class="badge" class:quiet=muted>{unread}<span class="hidden">{text::UNREAD}</span></span>
        })}
    }
}

fn mark(class: &'static str, picture: Icon, words: &'static str) -> impl IntoView {
    view! {
        <span class=class title=words>
            {icon(picture)}
            <span class="hidden">{words}" "</span>
        </span>
    }
}

fn is_failed(latest: Option<&Latest>) -> bool {
    latest.is_some_and(|latest| latest.delivery == Some(Delivery::Failed))
}
