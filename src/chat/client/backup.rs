//! Making a backup, and going on from one as a new device of the same person.
//!
//! What the old device had numbered keeps its numbers: they tell which of it was delivered. The new device numbers on
//! behind them, as a device of its own. What had no receipt may have reached the other all the same: it gets a new number
//! and goes with the old one beside it (`Event::origin`), when the person wants it sent again.

use std::sync::Arc;

use super::super::backup::{self, Backup, TABLES};
use super::super::change::{Change, Form, Rejection};
use super::super::effect::Effect;
use super::super::id::{DeviceId, Ticket, UserId};
use super::super::keys::Keys;
use super::super::message::Body;
use super::super::outgoing::{Author, Outgoing, number_anew};
use super::super::record::{Query, Record};
use super::super::secret::{Content, NoBackup, Passphrase};
use super::super::stored;
use super::super::thread::Thread;
use super::super::timeline::Entry;
use super::super::wire::WireError;
use super::commits::Then;
use super::stored::Loading;
use super::trust::line;
use super::{Client, Ready, Stage};
use crate::e2ee::vault::BackupError;

use crate::time::Day;

impl Client {
    /// Reads all that goes into a backup.
    pub(super) fn make_backup(&mut self, passphrase: Passphrase) {
        if !passphrase.is_long_enough() {
            return self.reject_backup(Rejection::ShortPassphrase);
        }
        // What was gathered is asked to be stored first, and a load sees it.
        self.save_at_once();
        self.backing_up = Some(passphrase);
        self.load(Loading::Backup, Query::Tables(TABLES.to_vec()));
    }

    pub(super) fn reject_backup(&mut self, rejection: Rejection) {
        self.backing_up = None;
        self.show(Change::Rejected(Form::Backup, rejection));
    }

    pub(super) fn seal_backup(&mut self, records: &[Record]) {
        let now = self.now.timestamp;
        let ticket = self.ticket();
        let Some(passphrase) = self.backing_up.take() else { return };
        let Some(Ready { me, keys, .. }) = self.ready() else { return };
        let content = backup::encode(now, &keys.seed, me, &keys.former, records);
        // Better now than when the device is lost.
        if Backup::decode(content.as_bytes()).is_err() {
            return self.reject_backup(Rejection::NoBackup(NoBackup::Unreadable));
        }
        let name = file_name((self.calendar)(now));
        self.effect(Effect::SealBackup(ticket, name, content, passphrase));
    }

    pub(super) fn handle_backup_made(&mut self, _: Ticket, made: Result<(), NoBackup>) {
        let now = self.now.timestamp;
        match made {
            Ok(()) => {
                self.commits.write(stored::write_backed_up(now));
                self.backed_up = Some(now);
                self.show(Change::BackedUp(Some(now)));
                self.show(Change::Done(Form::Backup));
            }
            Err(error) => self.reject_backup(Rejection::NoBackup(error)),
        }
    }

    /// Opens a backup file, where there is nobody yet, or nobody who can get in.
    pub(super) fn open_backup(&mut self, file: Arc<[u8]>, passphrase: Passphrase) {
        if matches!(self.stage, Stage::Welcome(_)) || self.shut {
            let ticket = self.ticket();
            self.opening = Some(ticket);
            self.effect(Effect::OpenBackup(ticket, file, passphrase));
        }
    }

    pub(super) fn handle_backup_opened(&mut self, ticket: Ticket, opened: Result<Content, BackupError>) {
        if self.opening.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        let read = opened.and_then(|content| {
            Backup::decode(content.as_bytes()).map_err(|error| match error {
                WireError::Unknown => BackupError::Unknown,
                WireError::Malformed => BackupError::Malformed,
            })
        });
        match (read, &self.stage) {
            (Ok(backup), Stage::Welcome(_)) => self.go_on_from(backup),
            (Ok(backup), _) if self.shut => {
                self.begin_anew();
                self.found = Some(Box::new(backup));
            }
            (Ok(_), Stage::Starting | Stage::Ready(_) | Stage::Idle) => {}
            (Err(error), _) => self.show(Change::Rejected(Form::Restore, Rejection::Backup(error))),
        }
    }

    /// Puts a backup into the empty storage, in one step, as what a new device of this person has.
    pub(super) fn go_on_from(&mut self, backup: Backup) {
        let old = backup.me.device;
        let former = former(old, &backup.former);
        let keys = Keys::stand_in(backup.seed.clone(), former, self.now.timestamp);
        self.commits.write(stored::write_seed(&keys));
        self.commits.write(stored::write_device(&keys));
        self.commits.write(stored::delete_welcome());
        self.commits.write(stored::write_backed_up(backup.made));
        let me =
            stored::Me { device: keys.device_id(), client_id: self.entropy.client_id(), ..backup.me.clone() };
        self.commits.write(me.write());
        self.effect(Effect::Theme(me.preferences.theme));
        self.write_history(backup, old, keys.device_id());
        self.commits.then(Then::Done(Form::Restore));
        self.commits.then(Then::TakeUp);
    }

    /// Says in each conversation where this device went on: what was said after the backup was made comes behind that, if
    /// it comes at all.
    fn mark_resumption(&mut self, backup: &mut Backup, me: UserId) {
        for thread in backup.threads.iter_mut().filter(|thread| thread.latest.is_some()) {
            let entry = line(thread, self.entropy.message_id(), me, backup.made, Body::WentOn);
            thread.note(&entry.message, 0);
            backup.entries.push(entry);
        }
    }

    fn write_history(&mut self, mut backup: Backup, old: DeviceId, device: DeviceId) {
        let author = Author { id: backup.me.id, device };
        number_on(&mut backup.threads, &mut backup.outgoing, &mut backup.entries, old, author);
        self.mark_resumption(&mut backup, author.id);
        // It may have been dealt with long ago.
        backup.outgoing.iter_mut().for_each(|(_, outgoing)| outgoing.failed = true);
        for person in &backup.people {
            self.commits.write(person.write());
        }
        for asked in &backup.asked {
            self.commits.write(asked.write());
        }
        for thread in &backup.threads {
            self.commits.write(thread.write());
        }
        for entry in &backup.entries {
            self.commits.write(entry.write());
        }
        for (key, outgoing) in &backup.outgoing {
            self.commits.write(stored::write_outgoing(*key, outgoing));
        }
        for (conversation, message, rewrite) in &backup.parked {
            self.commits.write(stored::write_parked(*conversation, *message, rewrite));
        }
        for (id, mut keyring) in backup.keyrings {
            keyring.forget_bundles();
            self.commits.write(stored::write_keyring(id, &keyring));
        }
    }
}

/// The devices whose place is taken, the newest first.
pub(super) fn former(old: DeviceId, before: &[DeviceId]) -> Vec<DeviceId> {
    let before = before.iter().copied().filter(|device| *device != old);
    [old].into_iter().chain(before).take(backup::MAX_FORMER).collect()
}

/// Begins a sequence space behind the old one, and gives what had no receipt its place there.
pub(super) fn number_on(
    threads: &mut [Thread],
    waiting: &mut [(u64, Outgoing)],
    entries: &mut [Entry],
    old: DeviceId,
    author: Author,
) {
    let mut numbered = Vec::new();
    for (_, outgoing) in waiting.iter_mut() {
        outgoing.sent = false;
    }
    for thread in threads {
        thread.before = thread.next_seq - 1;
        (thread.chain, thread.disputed) = (None, 0);
        thread.reached.clear();
        thread.heard.iter_mut().for_each(|heard| heard.due = false);
        let to = thread.id.0;
        let theirs = waiting.iter_mut().map(|(_, outgoing)| outgoing);
        let new = number_anew(thread, old, author, theirs.filter(|outgoing| outgoing.to == to));
        thread.latest_seq = thread
            .latest
            .as_ref()
            .and_then(|latest| new.get(&latest.id))
            .copied()
            .unwrap_or(thread.latest_seq);
        numbered.push((thread.id, new));
    }
    for entry in entries.iter_mut().filter(|entry| entry.message.delivery.is_some()) {
        let new = numbered.iter().find(|(of, _)| *of == entry.message.conversation);
        if let Some(seq) = new.and_then(|(_, new)| new.get(&entry.message.id)) {
            entry.seq = *seq;
        }
    }
}

fn file_name(day: Day) -> Arc<str> {
    let (year, month, day) = day.date();
    format!("kith-backup-{year:04}-{month:02}-{day:02}.kith").into()
}
