//! What a person sees.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::chat::account::Account;
use crate::chat::change::{self, Alert, Change, Form, InviteAsked, Phase, Rejection, View};
use crate::chat::contact::{Contact, Request};
use crate::chat::conversation::Conversation;
use crate::chat::id::{ConversationId, UserId};
use crate::chat::input::CameraError;
use crate::chat::message::{Body, Delivery, Row};
use crate::chat::secret::Protection;
use crate::chat::survey::Health;
use crate::e2ee::safety::{CodeError, Comparison};
use crate::time::Timestamp;

/// What a person sees.
#[derive(Default)]
pub(super) struct Screen {
    pub(super) phase: Option<Phase>,
    pub(super) account: Option<Account>,
    pub(super) connection: Option<change::Connection>,
    pub(super) closes_after: Option<u64>,
    pub(super) contacts: BTreeMap<UserId, Contact>,
    pub(super) requests: BTreeMap<UserId, Request>,
    pub(super) conversations: BTreeMap<ConversationId, Conversation>,
    pub(super) rows: Vec<Row>,
    pub(super) edges: (bool, bool),
    pub(super) view: Option<View>,
    pub(super) opened: Option<ConversationId>,
    pub(super) invite: Option<InviteAsked>,
    pub(super) alert: Option<Alert>,
    pub(super) invite_made: Option<Arc<str>>,
    pub(super) safety: Option<change::Safety>,
    pub(super) compared: Option<Result<Comparison, CodeError>>,
    pub(super) no_camera: Option<CameraError>,
    pub(super) comparing: Option<change::Comparing>,
    pub(super) words: Option<change::Words>,
    pub(super) protection: Option<Protection>,
    pub(super) health: Option<Health>,
    pub(super) backed_up: Option<Timestamp>,
    pub(super) done: Vec<Form>,
    pub(super) rejected: Vec<(Form, Rejection)>,
    /// How many changes came.
    pub(super) changes: usize,
}

impl Screen {
    pub(super) fn apply(&mut self, change: Change) {
        self.changes += 1;
        match change {
            Change::Phase(phase) => {
                if phase == Phase::Starting {
                    let protection = self.protection;
                    *self = Self { protection, ..Self::default() };
                }
                self.phase = Some(phase);
            }
            Change::Account(account) => self.account = Some(*account),
            Change::Connection(connection) => self.connection = Some(connection),
            Change::ClosesAfter(age) => self.closes_after = age,
            Change::Contact(contact) => drop(self.contacts.insert(contact.id, *contact)),
            Change::ContactGone(id) => drop(self.contacts.remove(&id)),
            Change::Request(request) => drop(self.requests.insert(request.from, request)),
            Change::RequestGone(id) => drop(self.requests.remove(&id)),
            Change::Conversation(conversation) => {
                self.conversations.insert(conversation.id, *conversation);
            }
            Change::ConversationGone(id) => drop(self.conversations.remove(&id)),
            Change::Page(page) => {
                self.rows = page.rows;
                self.edges = (page.older, page.newer);
                self.view = Some(page.view);
            }
            Change::Message(row) => {
                let position = row.message.position;
                match self.rows.binary_search_by_key(&position, |row| row.message.position) {
                    Ok(at) => self.rows[at] = *row,
                    Err(at) => self.rows.insert(at, *row),
                }
            }
            Change::Opened(conversation) => self.opened = Some(conversation),
            Change::Invite(invite) => self.invite = invite,
            Change::InviteUsed => self.invite_made = None,
            Change::InviteMade(link) => self.invite_made = Some(link.text().clone()),
            Change::Safety(safety) => self.safety = Some(*safety),
            Change::Compared(_, comparison) => self.compared = Some(comparison),
            Change::NoCamera(error) => self.no_camera = Some(error),
            Change::Comparing(comparing) => self.comparing = comparing,
            Change::Words(words) => self.words = Some(words),
            Change::Protection(protection) => self.protection = Some(protection),
            Change::Health(health) => self.health = Some(health),
            Change::BackedUp(at) => self.backed_up = at,
            Change::Done(form) => self.done.push(form),
            Change::Rejected(form, rejection) => self.rejected.push((form, rejection)),
            Change::Alert(alert) => self.alert = alert,
        }
    }

    /// The open conversation's texts.
    pub(super) fn texts(&self) -> Vec<String> {
        let text = |row: &Row| match &row.message.body {
            Body::Text(text) => text.to_string(),
            Body::Deleted => "(deleted)".into(),
            Body::Unknown => "(unknown)".into(),
            Body::KeyChanged => "(key changed)".into(),
            Body::Split => "(split)".into(),
            Body::Disputed => "(disputed)".into(),
            Body::Differed => "(emoji differed)".into(),
            Body::SpentLink => "(spent link)".into(),
            Body::WentOn => "(went on)".into(),
        };
        self.rows.iter().map(text).collect()
    }

    /// How far the own messages of the open conversation have come.
    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        self.rows.iter().filter_map(|row| row.message.delivery).collect()
    }

    pub(super) fn is_connected(&self) -> bool {
        self.connection == Some(change::Connection::Connected)
    }
}
