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
    /// The page goes: what is under way is kept for the next connection.
    pub fn keep_journal(&self) {
        let database = self.database();
        let steps = database.under_way.steps.borrow();
        if steps.is_empty() {
            return database.forget_journal();
        }
        let steps = steps.iter().map(|(epoch, batch)| (clock::whole(*epoch), batch.clone())).collect();
        let on_disk = clock::whole(database.under_way.on_disk.get());
        let mut journal = Journal { seat: clock::whole(database.seat.number()), on_disk, steps };
        journal.fit(MAX);
        local::write(&database.name, NAME, &STANDARD.encode(self.key().seal(PLACE, &journal.encode())));
    }

    /// The tables of a connection, and what the page before was about to write there.
    ///
    /// # Errors
    /// When storage fails. On a full disk what was kept is given up.
    pub async fn caught_up(database: Rc<Database>, key: StoreKey) -> Result<Self, StorageError> {
        if let Some(journal) = kept(&database, &key) {
            let (last, found) = database.seat.found();
            let missing = journal.missing(clock::whole(last), clock::whole(found));
            let saved = if missing.is_empty() { Ok(()) } else { database.save(&missing).await };
            saved.or_else(|error| if error == StorageError::Full { Ok(()) } else { Err(error) })?;
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
