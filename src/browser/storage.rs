//! Where the profile's tables lie, and the order in which they are written and read.
//!
//! What one drain saves is one transaction. Answers to saves come in the order of the saves, but for one that failed and
//! has room made for it: then those behind it may be answered first.

use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::wasm_bindgen::JsValue;

use super::database::Sealed;
use super::{Inputs, js};
use crate::chat::Input;
use crate::chat::id::Ticket;
use crate::chat::input::StorageError;
use crate::chat::memory::Memory;
use crate::chat::record::{Batch, Query};

/// Where the tables lie.
pub enum Place {
    /// In IndexedDB.
    Disk(Sealed),
    /// Nowhere: storage is denied.
    Memory(RefCell<Memory>),
    /// In IndexedDB, which the browser has closed: it is being opened again.
    Closed(Sealed),
}

/// Open tables.
pub struct Storage {
    inputs: Inputs,
    place: RefCell<Place>,
    /// Saves that wait for the end of the drain, or for the database.
    waiting: RefCell<Vec<(Ticket, Batch)>>,
    writing: Cell<u32>,
    on_idle: RefCell<Vec<Function>>,
    on_superseded: Box<dyn Fn()>,
}

impl Storage {
    /// Tables at a place. `on_superseded` is called when it turns out that another tab writes there by now.
    #[must_use]
    pub fn new(inputs: &Inputs, place: Place, on_superseded: impl Fn() + 'static) -> Rc<Self> {
        Rc::new(Self {
            inputs: inputs.clone(),
            place: RefCell::new(place),
            waiting: RefCell::default(),
            writing: Cell::new(0),
            on_idle: RefCell::default(),
            on_superseded: Box::new(on_superseded),
        })
    }

    /// Whether what is written is gone with the tab.
    #[must_use]
    pub fn is_volatile(&self) -> bool {
        matches!(*self.place.borrow(), Place::Memory(_))
    }

    /// The tables as they lie on the disk, if they do.
    #[must_use]
    pub fn sealed(&self) -> Option<Sealed> {
        match &*self.place.borrow() {
            Place::Disk(sealed) => Some(sealed.clone()),
            Place::Memory(_) | Place::Closed(_) => None,
        }
    }

    /// The browser has closed the database: what is to be saved waits until [`Self::reopened`].
    pub fn close(&self) {
        if let Some(sealed) = self.sealed() {
            self.place.replace(Place::Closed(sealed));
        }
    }

    /// The database is there again.
    pub fn reopened(self: &Rc<Self>, sealed: Sealed) {
        self.place.replace(Place::Disk(sealed));
        self.flush();
    }

    /// Takes a batch, to be written at the next [`Self::flush`]. Answered by `Saved` or `SaveFailed`.
    pub fn save(&self, ticket: Ticket, batch: Batch) {
        self.waiting.borrow_mut().push((ticket, batch));
    }

    /// Answers a query by `Loaded` or `LoadFailed`; everything saved before is seen.
    pub fn load(self: &Rc<Self>, ticket: Ticket, query: &Query) {
        self.flush();
        let answer = move |loaded| match loaded {
            Ok(records) => Input::Loaded(ticket, records),
            Err(error) => Input::LoadFailed(ticket, error),
        };
        match &*self.place.borrow() {
            Place::Closed(_) => self.inputs.push(answer(Err(StorageError::Failed))),
            Place::Memory(memory) => self.inputs.push(answer(Ok(memory.borrow().load(query)))),
            Place::Disk(sealed) => {
                let loaded = sealed.load(query);
                let inputs = self.inputs.clone();
                spawn_local(async move { inputs.push(answer(loaded.await)) });
            }
        }
    }

    /// Writes what waits.
    pub fn flush(self: &Rc<Self>) {
        let place = self.place.borrow();
        if self.waiting.borrow().is_empty() || matches!(*place, Place::Closed(_)) {
            return;
        }
        let waiting = mem::take(&mut *self.waiting.borrow_mut());
        let (tickets, batches): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        let batch: Batch = batches.into_iter().flatten().collect();
        match &*place {
            Place::Closed(_) => {}
            Place::Memory(memory) => {
                memory.borrow_mut().save(&batch);
                self.answer(&tickets, Ok(()));
            }
            Place::Disk(sealed) => {
                let (saved, database) = (sealed.save(batch), sealed.database().clone());
                self.writing.set(self.writing.get() + 1);
                let storage = self.clone();
                spawn_local(async move {
                    let mut saved = saved.await;
                    if saved == Err(StorageError::Full) && database.has_reserve() {
                        let freed = database.free_reserve().await == Ok(true);
                        saved = Err(if freed { StorageError::Tight } else { StorageError::Full });
                    }
                    storage.written(&tickets, saved);
                });
            }
        }
    }

    /// The page goes: writes what waits, and keeps what the browser may drop.
    pub fn leave(self: &Rc<Self>) {
        self.flush();
        match &*self.place.borrow() {
            Place::Disk(sealed) => sealed.keep_journal(Batch::new()),
            Place::Closed(sealed) => {
                let waiting = self.waiting.borrow();
                sealed.keep_journal(waiting.iter().flat_map(|(_, batch)| batch.clone()).collect());
            }
            Place::Memory(_) => {}
        }
    }

    /// Writes what waits, and waits until nothing is under way.
    pub async fn settle(self: &Rc<Self>) {
        self.flush();
        while self.writing.get() > 0 {
            let (idle, open): (Promise, Function) = js::gate();
            self.on_idle.borrow_mut().push(open);
            // This promise is never rejected.
            let _ = JsFuture::from(idle).await;
        }
    }

    /// Fails what waits: the tables belong to another tab.
    pub fn abandon(&self) {
        for (ticket, _) in mem::take(&mut *self.waiting.borrow_mut()) {
            self.inputs.push(Input::SaveFailed(ticket, StorageError::Failed));
        }
    }

    fn written(self: &Rc<Self>, tickets: &[Ticket], saved: Result<(), StorageError>) {
        self.writing.set(self.writing.get() - 1);
        if saved == Err(StorageError::Superseded) {
            (self.on_superseded)();
        }
        self.answer(tickets, saved);
        if self.writing.get() == 0 {
            for open in mem::take(&mut *self.on_idle.borrow_mut()) {
                let _ = open.call0(&JsValue::UNDEFINED);
            }
        }
    }

    fn answer(&self, tickets: &[Ticket], saved: Result<(), StorageError>) {
        for ticket in tickets {
            self.inputs.push(match saved {
                Ok(()) => Input::Saved(*ticket),
                Err(error) => Input::SaveFailed(*ticket, error),
            });
        }
    }
}
