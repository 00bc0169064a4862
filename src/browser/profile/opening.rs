//! Opening the profile's tables, and opening them again when the browser has closed them.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::{State, Tab};
use crate::browser::database::{Database, Gone, OpenError, Sealed};
use crate::browser::lock::Lock;
use crate::browser::storage::Place;
use crate::browser::vault::{self, Opened};
use crate::chat::Input;
use crate::chat::input::StorageError;
use crate::chat::memory::Memory;
use crate::chat::secret::Protection;

/// How far the tables can be opened.
enum Door {
    /// To the end.
    Open(Place, Protection),
    /// With a passphrase.
    Locked(Rc<Database>),
}

impl Tab {
    pub(super) async fn open(self: &Rc<Self>, lock: Option<Lock>) {
        let asked = self.asked.get();
        let door = match self.door().await {
            Ok(door) => door,
            // A later tab has opened it meanwhile.
            Err(StorageError::Superseded) => return self.robbed(),
            Err(error) => return self.fail(error, lock),
        };
        let outbid = match *self.state.borrow() {
            State::Claiming { outbid } if asked == self.asked.get() => outbid,
            // Dropped, or robbed meanwhile.
            State::Claiming { .. }
            | State::Elsewhere
            | State::Owned { .. }
            | State::Locked { .. }
            | State::LettingGo
            | State::Unusable { .. }
            | State::Dropped => return,
        };
        match door {
            Door::Open(place, protection) => self.own(place, protection, lock),
            Door::Locked(database) => {
                self.leave(State::Locked { database, lock });
                self.inputs.push(Input::Locked);
            }
        }
        if outbid {
            self.let_go();
        }
    }

    /// Opens the tables, as far as that goes without a passphrase.
    async fn door(self: &Rc<Self>) -> Result<Door, StorageError> {
        let database = match self.database().await {
            Ok(database) => Rc::new(database),
            Err(OpenError::Denied) => {
                return Ok(Door::Open(Place::Memory(RefCell::new(Memory::default())), Protection::Nothing));
            }
            Err(OpenError::Unusable(error)) => return Err(error),
        };
        Ok(match vault::open(&database).await? {
            Opened::Open(key, protection) => {
                Door::Open(Place::Disk(Sealed::caught_up(database, key).await?), protection)
            }
            Opened::Locked => Door::Locked(database),
        })
    }

    pub(super) async fn database(self: &Rc<Self>) -> Result<Database, OpenError> {
        Database::open(&self.name, self.when_gone()).await
    }

    fn when_gone(self: &Rc<Self>) -> impl Fn(Gone) + 'static + use<> {
        let weak = Rc::downgrade(self);
        move |gone| match (weak.upgrade(), gone) {
            (Some(tab), Gone::Wanted) => tab.let_go(),
            (Some(tab), Gone::Closed) => tab.closed(),
            (None, _) => {}
        }
    }

    /// The browser has closed the database: opens it again, if all is still there.
    fn closed(self: &Rc<Self>) {
        let Some(storage) = self.storage() else { return };
        let Some(sealed) = storage.sealed() else { return };
        storage.close();
        let tab = self.clone();
        spawn_local(async move {
            let error = match sealed.database().reopen(tab.when_gone()).await {
                Ok(database) if database.is_new() => StorageError::Gone,
                Ok(database) => {
                    return storage.reopened(Sealed::new(Rc::new(database), sealed.key().clone()));
                }
                Err(OpenError::Unusable(error)) => error,
                Err(OpenError::Denied) => StorageError::Failed,
            };
            storage.abandon();
            if tab.storage().is_some_and(|owned| Rc::ptr_eq(&owned, &storage))
                && let State::Owned { lock, .. } = tab.state.replace(State::LettingGo)
            {
                tab.fail(error, lock);
            }
        });
    }
}
