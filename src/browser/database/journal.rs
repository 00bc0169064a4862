//! What was on its way to the disk when the page went.
//!
//! When a page is reloaded or closed, browsers drop transactions that have not begun yet, though they were handed over
//! whole and `commit()` was called (Chromium 156: each one that waits behind another). So whatever no transaction has
//! answered for is written, while the page goes, where writing is done when it returns, sealed. The next connection
//! writes it to the tables if they are as that page left them: not older (a copy was put back), and touched by nobody
//! since.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Database, Sealed};
use crate::browser::{clock, local};
use crate::chat::input::StorageError;
use crate::chat::journal::Journal;
use crate::chat::record::Batch;
use crate::e2ee::vault::StoreKey;

const NAME: &str = "journal";
/// What a journal is sealed for.
const PLACE: &[u8] = b"journal";
/// How large it may be, in bytes of records: `localStorage` has room for some 5 MB, and to seal more would hold up the
/// reload. It is somebody's own words that count here; what came from elsewhere comes again.
const MAX: usize = 3 << 20;

/// Batches that no transaction has answered for yet.
#[derive(Default)]
pub(super) struct UnderWay {
    steps: RefCell<Vec<(f64, Batch)>>,
    /// The newest epoch that is known to be on disk.
    on_disk: Cell<f64>,
}

impl UnderWay {
    /// Of a connection that has found this epoch.
    pub(super) fn after(epoch: f64) -> Rc<Self> {
        Rc::new(Self { steps: RefCell::default(), on_disk: Cell::new(epoch) })
    }

    pub(super) fn on_disk(&self) -> f64 {
        self.on_disk.get()
    }

    pub(super) fn begun(&self, epoch: f64, batch: Batch) {
        self.steps.borrow_mut().push((epoch, batch));
    }

    pub(super) fn ended(&self, epoch: f64, outcome: &Result<(), StorageError>) {
        self.steps.borrow_mut().retain(|(of, _)| *of != epoch);
        if outcome.is_ok() {
            self.on_disk.set(epoch);
        }
    }
}

impl Sealed {
    /// The page goes: what is under way is kept for the next connection, and what `waits` to be written.
    pub fn keep_journal(&self, waits: Batch) {
        let database = self.database();
        let mut steps = database.under_way.steps.borrow().clone();
        if !waits.is_empty() {
            steps.push((database.seat.advance(), self.sealed(waits)));
        }
        let seat = clock::whole(database.seat.number());
        // A tab that hung while another took its place has nothing to say.
        if kept(database, self.key()).is_some_and(|newer| newer.seat > seat) {
            return;
        }
        if steps.is_empty() {
            return database.forget_journal();
        }
        let steps = steps.into_iter().map(|(epoch, batch)| (clock::whole(epoch), batch)).collect();
        let mut journal = Journal { seat, on_disk: clock::whole(database.under_way.on_disk()), steps };
        journal.fit(MAX);
        local::write(&database.name, NAME, &STANDARD.encode(self.key().seal(PLACE, &journal.encode())));
    }

    /// The tables of a connection, and what the page before was about to write there.
    ///
    /// # Errors
    /// When storage fails, or has no room for that: it stays where it is kept then.
    pub async fn caught_up(database: Rc<Database>, key: StoreKey) -> Result<Self, StorageError> {
        if let Some(journal) = kept(&database, &key) {
            let (writer, epoch) = database.seat.found();
            let missing = journal.missing(clock::whole(writer), clock::whole(epoch));
            if !missing.is_empty() {
                let mut saved = database.save(&missing).await;
                if saved == Err(StorageError::Full) && database.free_reserve().await == Ok(true) {
                    saved = database.save(&missing).await;
                }
                saved?;
            }
        }
        database.forget_journal();
        Ok(Self::new(database, key))
    }
}

impl Database {
    /// What the page before was about to write is of no use any more.
    pub(super) fn forget_journal(&self) {
        local::remove(&self.name, NAME);
    }
}

fn kept(database: &Database, key: &StoreKey) -> Option<Journal> {
    let sealed = STANDARD.decode(local::read(&database.name, NAME)?).ok()?;
    Journal::decode(&key.open(PLACE, &sealed).ok()?)
}
