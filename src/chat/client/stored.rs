//! What storage answers.

use super::super::account::Welcome;
use super::super::arrivals::ArrivalKey;
use super::super::change::{Alert, Change, Form, Phase, Rejection, View};
use super::super::effect::Effect;
use super::super::guards::{self, Guard};
use super::super::id::{ConversationId, MessageId, Ticket};
use super::super::input::StorageError;
use super::super::keys::Keys;
use super::super::presence::Sighting;
use super::super::record::{Query, Record, Table};
use super::super::stored::{self, Asked, Me, Person, StoredInvite};
use super::super::thread::Thread;
use super::super::timeline::{Entry, PAGE};
use super::super::topics::Root;
use super::super::wire::WireError;
use super::again::Wanted;
use super::commits::Then;
use super::pages::read_page;
use super::{Client, Ready, Stage};

/// What a `Load` was for.
#[derive(Debug)]
pub(super) enum Loading {
    /// Everything but the messages, at the start.
    Everything,
    /// All that lies there, where that is not what was written last.
    RolledBack,
    /// What goes into a backup.
    Backup,
    /// The first page of a conversation that is being opened: the last so many messages, or those from the first
    /// unread one on.
    Open { timeline: u64, view: View, limit: u32, last: bool },
    /// The page before that window.
    Older(u64),
    /// The page after that window.
    Newer(u64),
    /// What lies where an event that came belongs.
    Place(ArrivalKey),
    /// Own messages that somebody has not got.
    Wanted(Box<Wanted>),
    /// The newest so many messages of a conversation that loses one.
    Discard { message: MessageId, limit: u32 },
    /// The messages of a conversation that goes, and the keys of those that are known already.
    Removal { conversation: ConversationId, found: Vec<Vec<u8>> },
}

impl Client {
    pub(super) fn handle_claimed(&mut self, volatile: bool) {
        self.stage = Stage::Starting;
        self.show(Change::Phase(Phase::Starting));
        self.alert(|alerts| alerts.denied = volatile.then_some(Alert::Volatile));
        self.shut = false;
        self.take_up_everything();
    }

    fn take_up_everything(&mut self) {
        if self.rolled_back {
            return self.load(Loading::RolledBack, Query::Tables(Table::ALL.to_vec()));
        }
        let tables = Table::ALL.into_iter().filter(|table| *table != Table::Messages).collect();
        self.load(Loading::Everything, Query::Tables(tables));
    }

    pub(super) fn load(&mut self, loading: Loading, query: Query) {
        let ticket = self.ticket();
        self.loading.insert(ticket, loading);
        self.effect(Effect::Load(ticket, query));
    }

    /// Sends what was gathered on its way to storage, unless several saves are on their way and it is not urgent.
    pub(super) fn issue_save(&mut self, urgent: bool) {
        if self.commits.may_issue(urgent) {
            self.save_gathered();
        }
    }

    /// The page is about to go: what was gathered is saved now or never.
    pub(super) fn save_at_once(&mut self) {
        self.commits.gather_later();
        if self.commits.has_gathered() {
            self.save_gathered();
        }
    }

    fn save_gathered(&mut self) {
        self.commits.gather_later();
        let [touched, receipts] = self.commits.take_touched();
        for thread in touched.iter().filter_map(|id| self.threads.get(id)) {
            self.commits.write(thread.write());
        }
        // What a receipt says is fixed here: by now it is in this save, or in an earlier one.
        let due = receipts.iter().filter_map(|id| self.threads.get(id));
        let due: Vec<_> = due.flat_map(|t| t.due_receipts().map(|receipt| (t.id, receipt))).collect();
        for (conversation, receipt) in due {
            if self.is_carried(conversation, &receipt) {
                continue;
            }
            let envelope = self.seal_receipt(conversation, &receipt);
            if guards::is_off(Guard::ReceiptAfterSave) {
                self.link.owe(conversation, receipt, envelope);
            } else {
                self.commits.then(Then::Owe(conversation, receipt, envelope));
            }
        }
        self.write_keys();
        let ticket = self.ticket();
        let batch = self.commits.issue(ticket);
        self.effect(Effect::Save(ticket, batch));
    }

    pub(super) fn handle_saved(&mut self, ticket: Ticket) {
        if !self.keeping.is_full() {
            self.alert(|alerts| alerts.saving = None);
        }
        for then in self.commits.saved(ticket) {
            self.follow(then);
        }
    }

    fn follow(&mut self, then: Then) {
        match then {
            Then::Ack(packet) => self.link.ack(packet),
            Then::Insert(entry) => self.insert(entry),
            Then::Release(key) => self.outbox.stored(key),
            Then::Publish(publish) => self.publish_latest(publish),
            // What is not heard now is not missed later.
            Then::Emit(publish) if self.link.is_live() => drop(self.publish(publish)),
            Then::Emit(_) => {}
            Then::Show(change) => self.show(change),
            Then::Done(form) => self.show(Change::Done(form)),
            Then::Composed(tab) => self.show_in(tab, Change::Done(Form::Composer)),
            Then::Took(origin) => self.effect(Effect::Took(origin)),
            Then::Begin => self.begin(),
            Then::TakeUp => self.take_up_everything(),
            Then::Owe(conversation, receipt, envelope) => self.link.owe(conversation, receipt, envelope),
            Then::Seek(arrival) => self.seek(&arrival),
            Then::Info => self.publish_info(),
            Then::Papers => self.publish_papers(),
        }
    }

    /// Puts a stored message into the open window.
    pub(super) fn insert(&mut self, entry: Entry) {
        let conversation = entry.message.conversation;
        self.tabs.of(conversation).for_each(|timeline| timeline.insert(entry.clone()));
        self.screen.touch(conversation);
    }

    pub(super) fn handle_save_failed(&mut self, ticket: Ticket, error: StorageError) {
        let tight = error == StorageError::Tight;
        if !self.commits.failed(ticket, self.now.instant, tight) {
            return;
        }
        if tight {
            self.keeping.note_tight();
            self.survey_storage();
        }
        self.alert(|alerts| alerts.saving = Some(alert_of(error)));
        for entry in self.commits.own_unsaved() {
            self.insert(entry);
        }
    }

    pub(super) fn handle_load_failed(&mut self, ticket: Ticket, error: StorageError) {
        match self.loading.remove(&ticket) {
            Some(Loading::Everything | Loading::RolledBack) => self.handle_idle(Phase::Unusable(error)),
            Some(Loading::Backup) => self.reject_backup(Rejection::NotStored(error)),
            Some(Loading::Open { timeline, view, .. }) => {
                self.alert(|alerts| alerts.loading = Some(alert_of(error)));
                self.open_page(timeline, view, (Vec::new(), false), true);
            }
            Some(Loading::Place(arrival)) => {
                self.alert(|alerts| alerts.loading = Some(alert_of(error)));
                self.arrivals.stick(&arrival);
            }
            Some(
                Loading::Older(_)
                | Loading::Newer(_)
                | Loading::Wanted(_)
                | Loading::Discard { .. }
                | Loading::Removal { .. },
            ) => {
                self.alert(|alerts| alerts.loading = Some(alert_of(error)));
            }
            None => {}
        }
    }

    pub(super) fn handle_loaded(&mut self, ticket: Ticket, records: &[Record]) {
        self.alert(|alerts| alerts.loading = None);
        self.seek_again();
        match self.loading.remove(&ticket) {
            Some(Loading::Everything) => self.restore(records),
            Some(Loading::RolledBack) => self.restore_older(records),
            Some(Loading::Backup) => self.seal_backup(records),
            Some(Loading::Open { timeline, view, limit, last }) => {
                self.open_page(timeline, view, read_page(records, limit, last), last);
            }
            Some(Loading::Older(timeline)) => self.older_page(timeline, read_page(records, PAGE, true)),
            Some(Loading::Newer(timeline)) => self.newer_page(timeline, read_page(records, PAGE, false)),
            Some(Loading::Place(arrival)) => self.handle_place(&arrival, records),
            Some(Loading::Wanted(wanted)) => self.handle_wanted(*wanted, records),
            Some(Loading::Discard { message, limit }) => self.handle_discard(message, limit, records),
            Some(Loading::Removal { conversation, found }) => {
                self.handle_removal(conversation, found, records);
            }
            None => {}
        }
    }

    pub(super) fn restore(&mut self, records: &[Record]) {
        match self.take_up(records) {
            Ok((Some(me), _)) => {
                self.backed_up = stored::read_backed_up(records);
                self.keeping.was_asked(stored::read_keeping_asked(records));
                self.claims_seen = stored::read_claims_seen(records);
                self.take_up_keys(me, records);
            }
            Ok((None, mut welcome)) => {
                if let Some(invite) = &mut welcome.invite {
                    invite.secrets = stored::read_followed(records).map(Box::new);
                }
                self.note_erased(&mut welcome);
                self.welcome(welcome);
            }
            Err(error) => self.handle_unreadable_storage(error),
        }
    }

    /// What is stored cannot be taken up: it is left as it is.
    pub(super) fn handle_unreadable_storage(&mut self, error: WireError) {
        let error = match error {
            WireError::Unknown => StorageError::Newer,
            WireError::Malformed => StorageError::Failed,
        };
        self.handle_idle(Phase::Unusable(error));
    }

    /// Takes up where the last run left off.
    fn take_up(&mut self, records: &[Record]) -> Result<(Option<Me>, Welcome), WireError> {
        let account = stored::read_account(records)?;
        self.taken = stored::read_taken(records);
        for record in records {
            match record.table {
                Table::Account | Table::Messages => {}
                Table::Keys => match stored::read_invite(record)? {
                    Some(StoredInvite::Made(invite)) => self.restore_invite(invite),
                    Some(StoredInvite::Joining(from, secrets)) => self.restore_joining(from, secrets),
                    None => {}
                },
                Table::Contacts => {
                    let person = Person::read(record)?;
                    self.people.insert(person.id, person);
                }
                Table::Requests => {
                    let asked = Asked::read(record)?;
                    self.asked.insert(asked.request.from, asked);
                }
                Table::Conversations => {
                    let thread = Thread::read(record)?;
                    self.threads.insert(thread.id, thread);
                }
                Table::Outbox => {
                    let (key, outgoing) = stored::read_outgoing(record)?;
                    self.outbox.restore(key, outgoing);
                }
                Table::Keyrings => {
                    let (id, keyring) = stored::read_keyring(record)?;
                    self.keyrings.insert(id, keyring);
                }
                Table::Sessions => {
                    let (of, peer) = stored::read_sessions(record)?;
                    self.sessions.insert(of, peer);
                }
                Table::Parked => {
                    let (conversation, message, rewrite) = stored::read_parked(record)?;
                    self.parked.put(conversation, message, rewrite);
                }
                Table::Arrivals => drop(self.arrivals.put(stored::read_arrival(record)?)),
            }
        }
        Ok(account)
    }

    fn welcome(&mut self, mut welcome: Welcome) {
        for (field, default) in [
            (&mut welcome.server.address, &self.defaults.broker),
            (&mut welcome.server.root, &self.defaults.root),
        ] {
            if field.is_empty() {
                *field = default.clone();
            }
        }
        self.stage = Stage::Welcome(Box::new(welcome.clone()));
        if let Some(backup) = self.found.take() {
            return self.go_on_from(*backup);
        }
        match self.invite.take() {
            Some(invite) => self.welcome_with(Some(invite)),
            None => self.show(Change::Phase(Phase::Welcome(Box::new(welcome)))),
        }
    }

    /// The account is known: show everything and connect.
    pub(super) fn enter(&mut self, me: Me, keys: Keys) {
        // It was checked when it was stored.
        let Ok(root) = Root::parse(&me.server.root).or_else(|_| Root::parse("kith")) else { return };
        for person in self.people.values() {
            self.sightings.insert(person.id, Sighting::stored(person.statement, person.last_seen));
            // Who was known before there were keys has none yet.
            self.keyrings.entry(person.id).or_default();
        }
        self.stage = Stage::Ready(Box::new(Ready { me, root, keys }));
        self.restore_arrivals();
        self.note_gaps();
        self.show_everything();
        self.survey_storage();
        self.connect();
        if let Some(invite) = self.invite.take() {
            self.ask_about(invite);
        }
    }

    /// Stores a changed message and shows it.
    pub(super) fn replace(&mut self, entry: Entry) {
        let conversation = entry.message.conversation;
        if let Some(thread) = self.threads.get_mut(&conversation) {
            if let Some(latest) = thread.latest.as_mut().filter(|latest| latest.id == entry.message.id) {
                *latest = entry.message.clone();
            }
            self.commits.touch(conversation);
        }
        self.commits.write(entry.write());
        self.commits.then(Then::Insert(entry));
    }
}

fn alert_of(error: StorageError) -> Alert {
    match error {
        StorageError::Full | StorageError::Tight => Alert::StorageFull,
        StorageError::Newer
        | StorageError::Gone
        | StorageError::KeyLost
        | StorageError::Superseded
        | StorageError::Failed => Alert::StorageFailed,
    }
}

/// Asks for one record more than the page holds: it tells whether there is another page.
pub(super) fn range(from: Vec<u8>, to: Vec<u8>, limit: u32, last: bool) -> Query {
    Query::Range { table: Table::Messages, from, to, limit: limit + 1, last }
}
