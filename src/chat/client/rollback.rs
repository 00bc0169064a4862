//! Storage that is not what was written there last: an older copy lies in its place, or nothing at all.
//!
//! What an older copy says of keys and numbers was used already, and others have gone on since. So this device does what
//! one does that goes on from a backup: with new keys and numbers it becomes another, which takes its place. What has no
//! receipt goes out again by itself: where it was received all the same, it is known by its number of before. And what was
//! received since is asked for, with the proof that the former device's keys were here.

use super::super::account::Welcome;
use super::super::change::Alert;
use super::super::id::DeviceId;
use super::super::outgoing::Author;
use super::super::record::{Record, Table, Write};
use super::super::stored::{self, Me};
use super::super::thread::Thread;
use super::super::timeline::Entry;
use super::super::wire::WireError;
use super::Client;
use super::backup::{former, number_on};
use super::commits::Then;

impl Client {
    /// The browser says so, before storage is read. It does until something is saved.
    pub(super) fn handle_rolled_back(&mut self) {
        self.rolled_back = true;
    }

    /// An older copy was read: what another device makes of it is stored in one step, and taken up then.
    pub(super) fn restore_older(&mut self, records: &[Record]) {
        match self.become_another(records) {
            Ok(true) => {
                self.rolled_back = false;
                self.alert(|alerts| alerts.rolled_back = Some(Alert::RolledBack));
                self.commits.then(Then::TakeUp);
            }
            Ok(false) => self.restore(records),
            Err(error) => self.handle_unreadable_storage(error),
        }
    }

    /// False where there is no device that could become another, or one that has stopped for good.
    fn become_another(&mut self, records: &[Record]) -> Result<bool, WireError> {
        let (Some(me), _) = stored::read_account(records)? else { return Ok(false) };
        let Some(keys) = stored::read_keys(records)?.filter(|keys| !keys.is_revoked) else {
            return Ok(false);
        };
        let old = keys.device_id();
        let former = former(old, &keys.former);
        let keys = keys.succeeded(former, me.id, self.now.timestamp);
        let history = renumbered(records, old, Author { id: me.id, device: keys.device_id() })?;
        self.commits.write(stored::write_device(&keys));
        let me = Me { device: keys.device_id(), client_id: self.entropy.client_id(), ..me };
        self.commits.write(me.write());
        history.into_iter().for_each(|write| self.commits.write(write));
        Ok(true)
    }

    /// The first screen says what has become of what was here.
    pub(super) fn note_erased(&mut self, welcome: &mut Welcome) {
        if std::mem::take(&mut self.rolled_back) {
            welcome.erased = true;
            self.commits.write(stored::write_welcome(welcome));
        }
    }
}

/// What the device that takes this one's place makes of its records: no sessions, other numbers for what has no receipt,
/// and no keys for first contact that others have renewed since.
fn renumbered(records: &[Record], old: DeviceId, author: Author) -> Result<Vec<Write>, WireError> {
    let (mut threads, mut outgoing, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    let (mut writes, mut devices) = (Vec::new(), Vec::new());
    for record in records {
        match record.table {
            Table::Conversations => threads.push(Thread::read(record)?),
            Table::Outbox => outgoing.push(stored::read_outgoing(record)?),
            // One that cannot be read is left as it is.
            Table::Messages => entries.extend(Entry::read(record).ok()),
            Table::Sessions => writes.push(Write::Delete(Table::Sessions, record.key.clone())),
            Table::Keyrings => {
                let (id, mut keyring) = stored::read_keyring(record)?;
                keyring.forget_bundles();
                let live = keyring.in_use().into_iter().flat_map(|holder| holder.set.live());
                devices.extend(live.map(|live| (id, DeviceId(live.device))));
                writes.push(stored::write_keyring(id, &keyring));
            }
            Table::Account
            | Table::Contacts
            | Table::Requests
            | Table::Parked
            | Table::Arrivals
            | Table::Keys => {}
        }
    }
    entries.retain(|entry| outgoing.iter().any(|(_, outgoing)| outgoing.id == entry.message.id));
    number_on(&mut threads, &mut outgoing, &mut entries, old, author);
    // What had come since is asked for at once.
    for thread in &mut threads {
        let of = thread.id.0;
        thread.fall_behind(devices.iter().filter(|(id, _)| *id == of).map(|(_, device)| *device));
    }
    writes.extend(threads.iter().map(Thread::write));
    writes.extend(entries.iter().map(Entry::write));
    writes.extend(outgoing.iter().map(|(key, outgoing)| stored::write_outgoing(*key, outgoing)));
    Ok(writes)
}
