//! What the screens know: a projection of the core, written by [`State::apply`] alone.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;

use super::rows::Rows;
use crate::chat::Change;
use crate::chat::account::Account;
use crate::chat::change::{
    Alert, Comparing, Connection, Form, InviteAsked, Page, Phase, Rejection, Safety, Trouble, View, Words,
};
use crate::chat::contact::{Contact, Relation, Request};
use crate::chat::conversation::Conversation;
use crate::chat::id::{ConversationId, MessageId, UserId};
use crate::chat::input::CameraError;
use crate::chat::message::Row;
use crate::chat::secret::Protection;
use crate::chat::survey::Health;
use crate::e2ee::safety::{CodeError, Comparison};
use crate::time::Timestamp;

/// What the screens know. A handful of signals; copies are the same state.
#[derive(Clone, Copy)]
pub struct State {
    pub(crate) brand: StoredValue<Arc<str>>,
    /// Servers to choose from.
    pub(crate) presets: StoredValue<Arc<[Arc<str>]>>,
    pub(crate) phase: RwSignal<Phase>,
    pub(crate) account: RwSignal<Option<Account>>,
    pub(crate) connection: RwSignal<Connection>,
    pub(crate) closes_after: RwSignal<Option<u64>>,
    /// The server's address that there was a connection with last, since the page was loaded.
    worked: RwSignal<Option<Arc<str>>>,
    pub(crate) conversations: Rows<ConversationId, Conversation>,
    pub(crate) contacts: Rows<UserId, Contact>,
    pub(crate) requests: Rows<UserId, Request>,
    /// Where the core asked the screens to go; every write is a wish, also to where they are.
    pub(crate) opened: RwSignal<Option<ConversationId>>,
    pub(crate) timeline: Rows<MessageId, Row>,
    pub(crate) window: RwSignal<Window>,
    pub(crate) answers: RwSignal<HashMap<Form, Answer>>,
    /// What keeps the stored data from others, how things stand with storage, and when the last backup was made.
    pub(crate) protection: RwSignal<Option<Protection>>,
    pub(crate) health: RwSignal<Option<Health>>,
    pub(crate) backed_up: RwSignal<Option<Timestamp>>,
    pub(crate) alert: RwSignal<Option<Alert>>,
    pub(crate) invite: RwSignal<Option<InviteAsked>>,
    /// The link for one person that was made last.
    pub(crate) invite_made: RwSignal<Option<Arc<str>>>,
    /// What is compared with somebody, and what their code has shown.
    pub(crate) safety: RwSignal<Option<Safety>>,
    pub(crate) compared: RwSignal<Option<(UserId, Result<Comparison, CodeError>)>>,
    /// Why the camera saw nothing when it was last asked for.
    pub(crate) no_camera: RwSignal<Option<CameraError>>,
    /// How a comparison of emoji goes.
    pub(crate) comparing: RwSignal<Option<Comparing>>,
    /// The words of this person's key, while they are shown.
    pub(crate) words: RwSignal<Option<Words>>,
    /// What the screens tell by themselves ("Copied"): the one thing that no change brings.
    pub(crate) notice: RwSignal<Option<Arc<str>>>,
}

/// What the timeline shows of the open conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Which conversation; none until the first page is there.
    pub(crate) conversation: Option<ConversationId>,
    /// Whether there are older messages in storage.
    pub(crate) older: bool,
    /// Whether there are newer ones.
    pub(crate) newer: bool,
    /// Where the view goes.
    pub(crate) view: View,
    /// Counts the pages.
    pub(crate) serial: u32,
}

impl Window {
    const NOTHING: Self =
        Self { conversation: None, older: false, newer: false, view: View::Keep, serial: 0 };
}

/// What became of a form's command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Tells two like answers apart.
    pub(crate) serial: u32,
    /// Carried out, or why not.
    pub(crate) result: Result<(), Rejection>,
}

impl State {
    /// Nothing known yet but the app's name.
    #[must_use]
    pub fn new(brand: &str) -> Self {
        Self {
            brand: StoredValue::new(brand.into()),
            presets: StoredValue::new(Arc::default()),
            phase: RwSignal::new(Phase::Starting),
            account: RwSignal::new(None),
            connection: RwSignal::new(Connection::Connecting),
            closes_after: RwSignal::new(None),
            worked: RwSignal::new(None),
            conversations: Rows::new(pinned_first),
            contacts: Rows::new(friends_first),
            requests: Rows::new(|a, b| Reverse(a.received_at).cmp(&Reverse(b.received_at))),
            opened: RwSignal::new(None),
            timeline: Rows::new(|a, b| a.message.position.cmp(&b.message.position)),
            window: RwSignal::new(Window::NOTHING),
            answers: RwSignal::new(HashMap::new()),
            protection: RwSignal::new(None),
            health: RwSignal::new(None),
            backed_up: RwSignal::new(None),
            alert: RwSignal::new(None),
            invite: RwSignal::new(None),
            invite_made: RwSignal::new(None),
            safety: RwSignal::new(None),
            compared: RwSignal::new(None),
            no_camera: RwSignal::new(None),
            comparing: RwSignal::new(None),
            words: RwSignal::new(None),
            notice: RwSignal::new(None),
        }
    }

    /// Servers that can be chosen with one click.
    pub fn offer(&self, presets: &Arc<[Arc<str>]>) {
        self.presets.set_value(presets.clone());
    }

    /// The core begins anew: what it does not tell again is no longer so.
    fn forget(&self) {
        self.conversations.replace([]);
        self.contacts.replace([]);
        self.requests.replace([]);
        self.timeline.replace([]);
        self.window.set(Window::NOTHING);
        self.opened.set(None);
        self.invite.set(None);
        self.invite_made.set(None);
        self.safety.set(None);
        self.compared.set(None);
        self.no_camera.set(None);
        self.comparing.set(None);
        self.words.set(None);
        self.account.set(None);
    }

    /// Folds a change in. The only writer.
    pub fn apply(&self, change: Change) {
        match change {
            Change::Phase(phase) => {
                if matches!(phase, Phase::Starting | Phase::Locked | Phase::Elsewhere | Phase::Outdated) {
                    self.forget();
                }
                self.phase.set(phase);
            }
            Change::Account(account) => self.account.set(Some(*account)),
            Change::Connection(connection) => self.connect(connection),
            Change::ClosesAfter(age) => self.closes_after.set(age),
            Change::Contact(contact) => self.contacts.upsert(contact.id, *contact),
            Change::ContactGone(id) => self.contacts.remove(&id),
            Change::Request(request) => self.requests.upsert(request.from, request),
            Change::RequestGone(id) => self.requests.remove(&id),
            Change::Conversation(conversation) => self.conversations.upsert(conversation.id, *conversation),
            Change::ConversationGone(id) => self.conversations.remove(&id),
            Change::Page(page) => self.show(page),
            Change::Message(row) => self.upsert(*row),
            Change::Opened(conversation) => self.opened.set(Some(conversation)),
            Change::Invite(invite) => self.invite.set(invite),
            Change::InviteUsed => self.invite_made.set(None),
            Change::InviteMade(link) => self.invite_made.set(Some(link.text().clone())),
            Change::Safety(safety) => self.safety.set(Some(*safety)),
            Change::Compared(contact, comparison) => self.compared.set(Some((contact, comparison))),
            Change::NoCamera(error) => self.no_camera.set(Some(error)),
            Change::Comparing(comparing) => self.comparing.set(comparing),
            Change::Words(words) => self.words.set(Some(words)),
            Change::Health(health) => self.health.set(Some(health)),
            Change::Protection(protection) => self.protection.set(Some(protection)),
            Change::BackedUp(at) => self.backed_up.set(at),
            Change::Done(form) => self.answer(form, Ok(())),
            Change::Rejected(form, rejection) => self.answer(form, Err(rejection)),
            Change::Alert(alert) => self.alert.set(alert),
        }
    }

    fn connect(&self, connection: Connection) {
        if connection == Connection::Connected {
            self.worked
                .set(self.account.with_untracked(|account| Some(account.as_ref()?.server.address.clone())));
        }
        self.connection.set(connection);
    }

    /// Whether the server's address has proved right: there was a connection with it, or, where the page was loaded since,
    /// somebody has become a friend over it.
    pub(crate) fn has_worked(&self) -> bool {
        let account = self.account.read();
        let address = account.as_ref().map(|account| &account.server.address);
        match &*self.worked.read() {
            Some(worked) => Some(worked) == address,
            None => self.contacts.places().iter().any(|place| {
                self.contacts.row(&place.key).is_some_and(|row| row.read().relation == Relation::Friend)
            }),
        }
    }

    /// Whether another device has taken this one's place.
    pub(crate) fn is_replaced(&self) -> bool {
        self.connection.get() == Connection::Stopped(Trouble::Revoked)
    }

    /// How many messages are unread, but for muted conversations.
    pub(crate) fn unread(&self) -> usize {
        let rows = self.conversations.places().into_iter();
        let rows = rows.filter_map(|place| self.conversations.row(&place.key));
        let unread = |conversation: &Conversation| {
            if conversation.muted.is_none() { conversation.unread as usize } else { 0 }
        };
        rows.map(|row| unread(&row.read())).sum()
    }

    /// How many people ask for contact.
    pub(crate) fn asking(&self) -> usize {
        self.requests.order().read().len()
    }

    /// Tells the person what was just done.
    pub(crate) fn tell(&self, notice: &str) {
        self.notice.set(Some(Arc::from(notice)));
    }

    fn show(&self, page: Page) {
        self.timeline.replace(page.rows.into_iter().map(|row| (row.message.id, row)));
        self.window.update(|window| {
            *window = Window {
                conversation: Some(page.conversation),
                older: page.older,
                newer: page.newer,
                view: page.view,
                serial: window.serial.wrapping_add(1),
            };
        });
    }

    fn upsert(&self, row: Row) {
        if self.window.read_untracked().conversation == Some(row.message.conversation) {
            self.timeline.upsert(row.message.id, row);
        }
    }

    fn answer(&self, form: Form, result: Result<(), Rejection>) {
        self.answers.update(|answers| {
            let serial = answers.get(&form).map_or(0, |answer| answer.serial.wrapping_add(1));
            answers.insert(form, Answer { serial, result });
        });
    }
}

fn pinned_first(a: &Conversation, b: &Conversation) -> Ordering {
    b.pinned.cmp(&a.pinned).then(b.activity.cmp(&a.activity)).then(a.id.cmp(&b.id))
}

fn friends_first(a: &Contact, b: &Contact) -> Ordering {
    let rank = |contact: &Contact| match contact.relation {
        Relation::Friend => 0,
        Relation::Requested => 1,
        Relation::Declined => 2,
        Relation::Blocked => 3,
    };
    let name = |contact: &Contact| contact.profile.name.to_lowercase();
    rank(a).cmp(&rank(b)).then_with(|| name(a).cmp(&name(b))).then_with(|| a.id.cmp(&b.id))
}
