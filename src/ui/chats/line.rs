//! One line of the list of chats.

use leptos::prelude::*;

use crate::chat::conversation::{Conversation, Latest};
use crate::chat::id::ConversationId;
use crate::chat::message::{Body, Delivery};
use crate::time::Day;
use crate::ui::conversation::delivery::delivery_mark;
use crate::ui::route::Route;
use crate::ui::text;
use crate::ui::widgets::avatar::Avatar;
use crate::ui::widgets::icon::{Icon, icon};
use crate::ui::widgets::live::live;

/// A link to the conversation, named by the other person.
#[component]
pub(super) fn Line(
    row: RwSignal<Conversation>,
    open: Memo<Option<ConversationId>>,
    today: Memo<Day>,
) -> impl IntoView {
    let id = row.read_untracked().id;
    let title = Signal::derive(move || text::name(&row.read().title, id.0));
    let picture = Signal::derive(move || row.read().picture.clone());
    let when = move || row.read().latest.as_ref().map(|latest| text::list_time(latest.sent_at, today.get()));
    let [preview_id, time_id, marks_id] = ["", "-time", "-marks"].map(|part| format!("chat-{id}{part}"));
    let described = format!("{preview_id} {time_id} {marks_id}");
    view! {
        <li>
            <a
                class="chat-line"
                href=Route::Conversation(id).to_string()
                aria-label=title
                aria-describedby=described
                aria-current=move || (open.get() == Some(id)).then_some("page")
            >
                <Avatar id=id.0 name=title picture />
                <span class="chat-line-name clip" dir="auto" title=title>
                    {title}
                </span>
                <span class="chat-line-time" id=time_id>{when}</span>
                <span class="chat-line-preview" id=preview_id>{live(move || preview(&row.read()))}</span>
                <span class="chat-line-marks" id=marks_id>{live(move || marks(&row.read()))}</span>
            </a>
        </li>
    }
}

/// What is most worth knowing: typing, a draft, the newest message.
fn preview(conversation: &Conversation) -> AnyView {
    if conversation.typing {
        return view! { <span class="accent">{text::TYPING}</span> }.into_any();
    }
    if !conversation.draft.is_empty() {
        let draft = conversation.draft.to_string();
        return view! { <span class="chat-line-draft">{text::DRAFT}</span> <span class="clip" dir="auto">{draft}</span> }.into_any();
    }
    match &conversation.latest {
        Some(latest) => newest(latest).into_any(),
        None => text::NO_MESSAGES.into_any(),
    }
}

fn newest(latest: &Latest) -> impl IntoView + use<> {
    let words = match &latest.body {
        Body::Text(text) => text.to_string(),
        Body::Deleted => text::DELETED.to_owned(),
        Body::Unknown => text::UNKNOWN.to_owned(),
    };
    (latest.delivery.map(delivery_mark), view! { <span class="clip" dir="auto">{words}</span> })
}

fn marks(conversation: &Conversation) -> impl IntoView + use<> {
    let failed = conversation.failed || is_failed(conversation.latest.as_ref());
    let unread = conversation.unread;
    view! {
        {failed.then(|| view! {
            <span class="chat-line-failed" title=text::NOT_SENT>
                {icon(Icon::Failed)}
                <span class="hidden">{text::NOT_SENT}</span>
            </span>
        })}
        {(unread > 0).then(|| view! {
            <span class="badge">{unread}<span class="hidden">{text::UNREAD}</span></span>
        })}
    }
}

fn is_failed(latest: Option<&Latest>) -> bool {
    latest.is_some_and(|latest| latest.delivery == Some(Delivery::Failed))
}
