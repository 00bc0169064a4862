//! One person's device: a client, its disk, its screen.

use std::collections::VecDeque;
use std::sync::Arc;

use super::broker::Connection;
use super::room::Room;
use super::screen::Screen;
use crate::chat::account::Defaults;
use crate::chat::change::Change;
use crate::chat::command::Origin;
use crate::chat::id::{TabId, Ticket};
use crate::chat::memory::Memory;
use crate::chat::record::{Batch, Query, Record, Write};
use crate::chat::secret::Passphrase;
use crate::chat::{Client, Input};
use crate::time::utc_day;

/// One person's device.
pub(super) struct Device {
    pub(super) client: Client,
    pub(super) disk: Memory,
    /// What would undo the last saves, the newest last; and how many of them are kept.
    pub(super) undo: VecDeque<Batch>,
    pub(super) undoes: usize,
    /// How many saves the disk has seen, as the disk says, and as is noted besides: after the first save of each life and
    /// after one in sixteen.
    written: u64,
    noted: u64,
    /// How many of them were made in this life.
    saved: u64,
    /// Whether anybody compares the two: most tests say themselves what is noticed.
    pub(super) notices: bool,
    pub(super) screen: Screen,
    /// What was shown, and in which tab, where not in all; and which commands of the tabs were carried out.
    pub(super) shown: Vec<(Option<TabId>, Change)>,
    pub(super) took: Vec<Origin>,
    /// What keeps the disk closed.
    pub(super) passphrase: Option<Passphrase>,
    /// The backup files that were made here, with their names.
    pub(super) files: Vec<(Arc<str>, Arc<[u8]>)>,
    pub(super) disk_full: bool,
    /// The disk is full, and something was kept free for that.
    pub(super) reserve: bool,
    pub(super) room: Room,
    /// What the code says that the camera sees.
    pub(super) camera: Option<Arc<str>>,
    /// Loads fail.
    pub(super) disk_unreadable: bool,
    /// Added to the true time.
    pub(super) clock_error: i64,
    /// It cannot reach the broker, though others may.
    pub(super) no_network: bool,
    /// The lid is closed: nothing is heard, and no timer runs.
    pub(super) asleep: bool,
    pub(super) connection: Option<Connection>,
    /// What is on its way to the client.
    pub(super) inputs: VecDeque<Pending>,
    /// How often it was started.
    pub(super) lives: u16,
    /// How often it asked for a connection.
    pub(super) attempts: usize,
    /// How often it saved, and what.
    pub(super) saves: usize,
    pub(super) batches: Vec<Batch>,
}

#[expect(clippy::large_enum_variant, reason = "there are few of them, and only in tests")]
pub(super) enum Pending {
    Input(Input),
    /// A save that is not on disk yet.
    Save(Ticket, Batch),
}

impl Pending {
    /// What it would write.
    pub(super) fn into_batch(self) -> Option<Batch> {
        match self {
            Self::Save(_, batch) => Some(batch),
            Self::Input(_) => None,
        }
    }
}

impl Device {
    /// A device that nobody has used yet.
    #[cfg(test)]
    pub(super) fn new(who: usize) -> Self {
        Self::seeded(who, 0)
    }

    pub(super) fn seeded(who: usize, seed: u64) -> Self {
        Self {
            client: client(who, 0, seed),
            disk: Memory::default(),
            undo: VecDeque::new(),
            undoes: 0,
            written: 0,
            noted: 0,
            saved: 0,
            notices: false,
            screen: Screen::default(),
            shown: Vec::new(),
            took: Vec::new(),
            passphrase: None,
            files: Vec::new(),
            disk_full: false,
            reserve: false,
            room: Room::default(),
            camera: None,
            disk_unreadable: false,
            clock_error: 0,
            no_network: false,
            asleep: false,
            connection: None,
            inputs: VecDeque::from([Pending::Input(Input::Claimed { volatile: false })]),
            lives: 0,
            attempts: 0,
            saves: 0,
            batches: Vec::new(),
        }
    }

    /// The tab is opened again: with what is on disk, and nothing else. Gives the client that was there.
    pub(super) fn start_again(&mut self, who: usize, seed: u64) -> Client {
        self.lives += 1;
        let before = std::mem::replace(&mut self.client, client(who, self.lives, seed));
        self.screen = Screen::default();
        self.inputs.clear();
        self.saved = 0;
        self.open();
        before
    }

    /// Whether the disk is seen to be older than what was written there last.
    pub(super) fn is_rolled_back(&self) -> bool {
        self.written < self.noted
    }

    /// Nothing is stored any more, whatever was.
    pub(super) fn wipe(&mut self) {
        (self.disk, self.written) = (Memory::default(), 0);
        self.undo.clear();
    }

    /// The screens are told; those of the only tab are looked at.
    pub(super) fn show(&mut self, tab: Option<TabId>, change: Change) {
        if tab.is_none_or(|tab| tab == TabId::default()) {
            self.screen.apply(change.clone());
        }
        self.shown.push((tab, change));
    }

    /// What is stored. Storage answers in order: a load sees the saves that were asked for before it.
    pub(super) fn load(&self, query: &Query) -> Vec<Record> {
        let pending = |pending: &Pending| matches!(pending, Pending::Save(..));
        if !self.inputs.iter().any(pending) {
            return self.disk.load(query);
        }
        let mut disk = self.disk.clone();
        for pending in &self.inputs {
            if let Pending::Save(_, batch) = pending {
                disk.save(batch);
            }
        }
        disk.load(query)
    }

    /// A save reaches the disk.
    pub(super) fn commit(&mut self, batch: &Batch) {
        (self.written, self.saved) = (self.written + 1, self.saved + 1);
        if self.saved % 16 == 1 {
            self.noted = self.written;
        }
        if self.undoes > 0 {
            let undo = batch.iter().map(|write| self.before(write)).collect();
            self.undo.push_back(undo);
            if self.undo.len() > self.undoes {
                self.undo.pop_front();
            }
        }
        self.disk.save(batch);
    }

    /// What would undo a write.
    fn before(&self, write: &Write) -> Write {
        let (table, key) = match write {
            Write::Put(record) => (record.table, &record.key),
            Write::Delete(table, key) => (*table, key),
        };
        let to = [key.as_slice(), &[0]].concat();
        let query = Query::Range { table, from: key.clone(), to, limit: 1, last: false };
        let there = self.disk.load(&query).pop();
        there.map_or_else(|| Write::Delete(table, key.clone()), Write::Put)
    }

    /// The last saves were never made, whatever was said of them.
    pub(super) fn roll_back(&mut self, saves: usize) {
        for _ in 0..saves {
            if let Some(undo) = self.undo.pop_back() {
                self.disk.save(&undo);
                self.written -= 1;
            }
        }
    }
}

/// The client that runs in one life of a device.
fn client(who: usize, life: u16, dice: u64) -> Client {
    let mut seed = [u8::try_from(who + 1).unwrap(); 32];
    let [high, low] = life.to_be_bytes();
    for (byte, thrown) in seed[16..24].iter_mut().zip(dice.to_be_bytes()) {
        *byte ^= thrown;
    }
    (seed[30], seed[31]) = (seed[30] ^ high, low);
    let defaults = Defaults {
        broker: Arc::from("ws://127.0.0.1:9001/mqtt"),
        root: "kith".into(),
        region: "PL".into(),
        brand: "Kith".into(),
        presets: Arc::default(),
        secure_page: false,
        page: "http://127.0.0.1:8080/".into(),
    };
    Client::new(seed, defaults, utc_day)
}
