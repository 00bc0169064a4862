//! What a robot tells: one JSON object a line, such as `{"event": "request", "from": "…", "name": "…"}`.
//!
//! | event | fields | when |
//! |---|---|---|
//! | `began` | `id`, `invite` | the account exists, or exists again, and the broker is reached |
//! | `connected`, `disconnected` | | the connection comes or goes |
//! | `left` | | `leave` is carried out |
//! | `request` | `from`, `name` | somebody asks for contact |
//! | `contact` | `id`, `name`, `relation`, `presence`, `keys` | a contact is new or different |
//! | `message` | `with`, `id`, `text` | another's message stands in the open conversation, or has changed; `text` is null where it has none |
//! | `sent` | `to` | the broker has acknowledged all that was to be sent |
//! | `delivered` | | there is a receipt for all that was ever to be sent |
//! | `read` | `by` | they have read it, to the last text |
//! | `invite` | `link` | the link that was asked for |
//! | `refused` | `form`, `why` | an order cannot be carried out |
//! | `alert` | `what` | something that a person would have to know |

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write as _},
    sync::Arc,
};

use kith::chat::{
    Change,
    account::Account,
    change::Connection,
    contact::{Contact, Keys, Presence},
    id::{MessageId, UserId},
    message::{Delivery, Row},
    record::{Table, Write},
};
use serde_json::{Value, json};

/// What was told so far, and what is still to be told.
#[derive(Default)]
pub(crate) struct Report {
    account: Option<Box<Account>>,
    connected: bool,
    began: bool,
    contacts: BTreeMap<UserId, Value>,
    /// What others' messages say.
    texts: BTreeMap<MessageId, Option<Arc<str>>>,
    /// The last text of each order to send, until that is told.
    unsent: BTreeSet<MessageId>,
    unread: BTreeSet<MessageId>,
    /// The keys of what waits for a receipt. Only that empties the outbox.
    outbox: BTreeSet<Vec<u8>>,
    /// Something waits, or waited, and that there is a receipt for all was not told yet.
    undelivered: bool,
}

impl Report {
    /// Tells when this message is sent, and when it is read.
    pub(crate) fn expect(&mut self, last: MessageId) {
        self.unsent.insert(last);
        self.unread.insert(last);
    }

    pub(crate) fn left(&self) {
        say(&json!({ "event": "left" }));
    }

    /// The client begins anew, from what is stored.
    pub(crate) fn restart(&mut self) {
        (self.account, self.connected, self.began) = (None, false, false);
    }

    /// Takes note of what a save changes in the outbox.
    pub(crate) fn saved(&mut self, batch: &[Write]) {
        for write in batch {
            match write {
                Write::Put(record) if record.table == Table::Outbox => {
                    self.outbox.insert(record.key.clone());
                    self.undelivered = true;
                }
                Write::Delete(Table::Outbox, key) => {
                    self.outbox.remove(key);
                }
                Write::Put(_) | Write::Delete(..) => {}
            }
        }
        self.tell_delivery();
    }

    /// Tells what is different.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Account(account) => {
                self.account = Some(account);
                self.tell_beginning();
            }
            Change::Connection(connection) => self.tell_connection(connection == Connection::Connected),
            Change::Contact(contact) => self.tell_contact(&contact),
            Change::Request(request) => {
                let (from, name) = (request.from.to_string(), &*request.name);
                say(&json!({ "event": "request", "from": from, "name": name }));
            }
            Change::Page(page) => page.rows.iter().for_each(|row| self.tell_row(row)),
            Change::Message(row) => self.tell_row(&row),
            Change::InviteMade(link) => say(&json!({ "event": "invite", "link": &**link.text() })),
            Change::Rejected(form, why) => {
                say(&json!({ "event": "refused", "form": format!("{form:?}"), "why": format!("{why:?}") }));
            }
            Change::Alert(Some(alert)) => say(&json!({ "event": "alert", "what": format!("{alert:?}") })),
            Change::Phase(_)
            | Change::ClosesAfter(_)
            | Change::ContactGone(_)
            | Change::RequestGone(_)
            | Change::Conversation(_)
            | Change::ConversationGone(_)
            | Change::Opened(_)
            | Change::Invite(_)
            | Change::InviteUsed
            | Change::Safety(_)
            | Change::Compared(..)
            | Change::NoCamera(_)
            | Change::Comparing(_)
            | Change::Words(_)
            | Change::Protection(_)
            | Change::Health(_)
            | Change::BackedUp(_)
            | Change::Done(_)
            | Change::Alert(None) => {}
        }
    }

    fn tell_connection(&mut self, connected: bool) {
        if connected != self.connected {
            self.connected = connected;
            say(&json!({ "event": if connected { "connected" } else { "disconnected" } }));
        }
        self.tell_beginning();
    }

    fn tell_beginning(&mut self) {
        if let Some(account) = self.account.as_ref().filter(|_| self.connected && !self.began) {
            self.began = true;
            say(&json!({ "event": "began", "id": account.id.to_string(), "invite": &*account.invite }));
        }
    }

    /// Never before `sent`.
    fn tell_delivery(&mut self) {
        if self.undelivered && self.outbox.is_empty() && self.unsent.is_empty() {
            self.undelivered = false;
            say(&json!({ "event": "delivered" }));
        }
    }

    fn tell_contact(&mut self, contact: &Contact) {
        let keys = match &contact.keys {
            Keys::Waiting => "Waiting".into(),
            Keys::Several(_) => "Several".into(),
            Keys::Known { trust, .. } => format!("{trust:?}"),
        };
        let presence = match contact.presence {
            Presence::Unknown => "Unknown",
            Presence::Online => "Online",
            Presence::Offline(_) => "Offline",
        };
        let told = json!({
            "event": "contact",
            "id": contact.id.to_string(),
            "name": &*contact.profile.name,
            "relation": format!("{:?}", contact.relation),
            "presence": presence,
            "keys": keys,
        });
        if self.contacts.get(&contact.id) != Some(&told) {
            say(&told);
            self.contacts.insert(contact.id, told);
        }
    }

    fn tell_row(&mut self, row: &Row) {
        let message = &row.message;
        let with = message.conversation.to_string();
        if let Some(delivery) = message.delivery {
            let (sent, read) = match delivery {
                Delivery::Queued | Delivery::Failed => (false, false),
                Delivery::Sent | Delivery::Delivered => (true, false),
                Delivery::Read => (true, true),
            };
            if sent && self.unsent.remove(&message.id) {
                say(&json!({ "event": "sent", "to": with }));
                self.tell_delivery();
            }
            if read && self.unread.remove(&message.id) {
                say(&json!({ "event": "read", "by": with }));
            }
            return;
        }
        let text = message.body.text().cloned();
        if self.texts.get(&message.id) != Some(&text) {
            say(
                &json!({ "event": "message", "with": with, "id": message.id.to_string(), "text": text.as_deref() }),
            );
            self.texts.insert(message.id, text);
        }
    }
}

/// Whoever reads it may be gone, and then the program is about to end.
fn say(line: &Value) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
