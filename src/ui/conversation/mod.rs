//! The open conversation: who it is with, what was said, what is being written.

mod composer;
pub(crate) mod delivery;
mod details;
mod header;
mod keys;
mod question;
mod timeline;
pub(crate) mod trust;

use leptos::prelude::*;

use self::composer::Composer;
use self::details::{Details, DetailsDialog};
use self::header::Header;
use self::keys::{KeysNote, UnreadableNote};
use self::question::DeleteQuestion;
use self::timeline::Timeline;
use self::trust::{EmojiNote, VerifyDialog};
use super::begin_anew::BeginAnew;
use super::dispatch::Dispatch;
use super::form;
use super::route::{self, Route};
use super::state::State;
use super::text;
use super::widgets::drawing::{Drawing, Sketch};
use crate::chat::Command;
use crate::chat::change::Form;
use crate::chat::contact::Relation;
use crate::chat::conversation::Conversation;
use crate::chat::id::{ConversationId, MessageId};
use crate::ui::widgets::live::{When, act, live};

/// What the person is about to do with a message: said by a row or the composer, done by another part of the pane.
#[derive(Clone, Copy)]
pub(crate) struct Intent {
    pub(crate) editing: RwSignal<Option<MessageId>>,
    pub(crate) deleting: RwSignal<Option<MessageId>>,
    /// Whether the dialog is open in which keys are compared.
    pub(crate) verifying: RwSignal<bool>,
    /// Whether the dialog is open that tells who the other person is.
    pub(crate) telling: RwSignal<bool>,
    /// Words for the composer to begin with.
    pub(crate) greeting: RwSignal<Option<&'static str>>,
}

/// The pane of one conversation.
#[component]
pub(crate) fn ConversationPane(id: ConversationId) -> impl IntoView {
    let state = expect_context::<State>();
    let row = move || state.conversations.find(&id);
    let is_known = Memo::new(move |_| row().is_some());
    live(move || match is_known.get().then(|| state.conversations.row(&id)).flatten() {
        Some(row) => view! { <Conversing id row=row.into() /> }.into_any(),
        None => view! { <Unknown /> }.into_any(),
    })
}

#[component]
fn Conversing(id: ConversationId, row: RwSignal<Conversation>) -> impl IntoView {
    let state = expect_context::<State>();
    let intent = Intent {
        editing: RwSignal::new(None),
        deleting: RwSignal::new(None),
        verifying: RwSignal::new(false),
        telling: RwSignal::new(false),
        greeting: RwSignal::new(None),
    };
    let name = Signal::derive(move || text::name(&row.read().title, id.0));
    let told = Callback::new(move |()| intent.telling.set(false));
    let verified = Callback::new(move |()| intent.verifying.set(false));
    let relation = Memo::new(move |_| state.contacts.find(&id.0).map(|contact| contact.read().relation));
    let replaced = Memo::new(move |_| state.is_replaced());
    let is_paged = Memo::new(move |_| state.window.read().conversation == Some(id));
    view! {
        <div class="conversation">
            <Header id row intent />
            {live(move || if is_paged.get() {
                view! { <Timeline row intent /> }.into_any()
            } else {
                view! { <div class="timeline-waiting" aria-busy="true"></div> }.into_any()
            })}
            <div class="conversation-notes">
                <UnreadableNote row />
                <WaitingNote row name />
                <KeysNote id intent />
                <EmojiNote id=id.0 name />
                <When when=Signal::derive(move || relation.get() == Some(Relation::Requested))>
                    <p class="conversation-note">{text::THEY_MAY_WAIT}</p>
                </When>
            </div>
            {live(move || match relation.get() {
                _ if replaced.get() => view! { <ReplacedNote /> }.into_any(),
                Some(Relation::Blocked) => view! { <BlockedNote id /> }.into_any(),
                Some(Relation::Declined) => view! { <DeclinedNote id name /> }.into_any(),
                Some(Relation::Requested | Relation::Friend) | None => {
                    view! { <Composer row intent /> }.into_any()
                }
            })}
            <DeleteQuestion intent />
            <When when=intent.verifying>
                <VerifyDialog id=id.0 name on_close=verified />
            </When>
        </div>
        <Details id row intent />
        <When when=intent.telling>
            <DetailsDialog id row intent on_close=told />
        </When>
    }
}

/// Something that they wrote is still on its way, though later words are here.
#[component]
fn WaitingNote(row: RwSignal<Conversation>, name: Signal<String>) -> impl IntoView {
    view! {
        <div role="status">
            <When when=Signal::derive(move || row.read().waiting)>
                <p class="conversation-note">{move || text::waiting_for(&name.get())}</p>
            </When>
        </div>
    }
}

/// In place of the composer where nothing gets through.
#[component]
fn BlockedNote(id: ConversationId) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    view! {
        <div class="conversation-note">
            <p>{text::YOU_BLOCKED}</p>
            <button type="button" class="button small" on:click=act(move |_| dispatch.dispatch(Command::Unblock(id.0)))>
                {text::UNBLOCK}
            </button>
        </div>
    }
}

/// In place of the composer after a no, which can be asked about once more.
#[component]
fn DeclinedNote(id: ConversationId, name: Signal<String>) -> impl IntoView {
    let (state, dispatch) = (expect_context::<State>(), expect_context::<Dispatch>());
    form::answered(state, Form::Contact, move |result| {
        if let Err(reason) = result {
            state.tell(&text::rejection(&reason));
        }
    });
    let again = move |_| dispatch.dispatch(Command::AddContact(id.to_string().into()));
    view! {
        <div class="conversation-note">
            <p>{move || text::has_declined(&name.read())}</p>
            <button type="button" class="button small" on:click=act(again)>{text::ASK_AGAIN}</button>
        </div>
    }
}

/// In place of the composer where another device speaks in this person's name.
#[component]
fn ReplacedNote() -> impl IntoView {
    view! {
        <div class="conversation-note">
            <p>{text::REPLACED}</p>
            <BeginAnew />
        </div>
    }
}

/// No conversation is open.
#[component]
pub(crate) fn NoConversation() -> impl IntoView {
    view! {
        <div class="empty">
            <Drawing sketch=Sketch::Hello />
            <p>{text::CHOOSE_CHAT}</p>
            <button type="button" class="button" on:click=act(|_| route::go(Route::Contacts))>{text::NEW_CHAT}</button>
        </div>
    }
}

/// The address names a conversation that is not here.
#[component]
fn Unknown() -> impl IntoView {
    view! {
        <div class="empty">
            <Drawing sketch=Sketch::Chats />
            <p>{text::NO_SUCH_CHAT}</p>
            <a class="button" href=Route::Chats.to_string()>{text::ALL_CHATS}</a>
        </div>
    }
}
