//! What a person does about the key of the store: unlocks it, gives it another passphrase, locks it, throws it away.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::{Profile, State, Tab};
use crate::browser::database::{Database, Sealed};
use crate::browser::lock::Lock;
use crate::browser::storage::{Place, Storage};
use crate::browser::{js, vault};
use crate::chat::Input;
use crate::chat::input::StorageError;
use crate::chat::secret::{Passphrase, PassphraseError, Protection};

impl Profile {
    /// Carries out `Effect::Unlock`.
    pub fn unlock(&self, passphrase: Passphrase) {
        let tab = self.0.clone();
        let Some(database) = tab.locked() else { return };
        spawn_local(async move {
            let unlocked = unlock(database.clone(), &passphrase).await;
            // Another tab may have taken the profile meanwhile.
            if !tab.locked().is_some_and(|locked| Rc::ptr_eq(&locked, &database)) {
                return;
            }
            match unlocked {
                Ok(sealed) => {
                    let State::Locked { lock, .. } = tab.state.replace(State::LettingGo) else { return };
                    tab.own(Place::Disk(sealed), Protection::Passphrase, lock);
                }
                Err(error) => tab.inputs.push(Input::NotUnlocked(error)),
            }
        });
    }

    /// Carries out `Effect::CheckPassphrase`.
    pub fn check_passphrase(&self, passphrase: Passphrase) {
        let inputs = self.0.inputs.clone();
        let Some(sealed) = self.0.storage().and_then(|storage| storage.sealed()) else {
            let failed = PassphraseError::Storage(StorageError::Failed);
            return inputs.push(Input::PassphraseChecked(Err(failed)));
        };
        spawn_local(async move {
            let checked = vault::unlock(sealed.database(), &passphrase).await.map(drop);
            inputs.push(Input::PassphraseChecked(checked));
        });
    }

    /// Carries out `Effect::ChangePassphrase`.
    pub fn change_passphrase(&self, current: Option<Passphrase>, next: Option<Passphrase>) {
        let inputs = self.0.inputs.clone();
        let Some(sealed) = self.0.storage().and_then(|storage| storage.sealed()) else {
            let failed = PassphraseError::Storage(StorageError::Failed);
            return inputs.push(Input::PassphraseChanged(Err(failed)));
        };
        spawn_local(async move {
            let changed = vault::change(&sealed, current.as_ref(), next.as_ref()).await;
            inputs.push(Input::PassphraseChanged(changed));
        });
    }

    /// Carries out `Effect::Lock`: the page is loaded anew, so that nothing of what was read stays in its memory.
    pub fn lock(&self) {
        let storage = self.0.storage();
        spawn_local(async move {
            if let Some(storage) = storage {
                storage.settle().await;
            }
            // A page that may not reload itself has let go of everything it knew, and shows no more of it.
            let _ = js::window().location().reload();
        });
    }

    /// Carries out `Effect::Erase`.
    pub fn erase(&self) {
        let tab = self.0.clone();
        let (database, lock) = match tab.state.replace(State::Claiming { outbid: false }) {
            State::Locked { database, lock } => (Some(database), lock),
            State::Unusable { lock } => (None, lock),
            State::Owned { storage, lock } => {
                (storage.sealed().map(|sealed| sealed.database().clone()), lock)
            }
            other @ (State::Elsewhere | State::Claiming { .. } | State::LettingGo | State::Dropped) => {
                tab.state.replace(other);
                return;
            }
        };
        spawn_local(async move {
            if let Err(error) = tab.erase(database).await {
                return tab.fail(error, lock);
            }
            tab.open(lock).await;
        });
    }
}

impl Tab {
    async fn erase(self: &Rc<Self>, database: Option<Rc<Database>>) -> Result<(), StorageError> {
        let database = match database {
            Some(database) => database,
            None => Rc::new(self.database().await.map_err(|_| StorageError::Failed)?),
        };
        database.erase().await
    }

    /// The database that a passphrase keeps closed.
    pub(super) fn locked(&self) -> Option<Rc<Database>> {
        match &*self.state.borrow() {
            State::Locked { database, .. } => Some(database.clone()),
            State::Elsewhere
            | State::Claiming { .. }
            | State::Owned { .. }
            | State::LettingGo
            | State::Unusable { .. }
            | State::Dropped => None,
        }
    }

    /// This tab has the tables.
    pub(super) fn own(self: &Rc<Self>, place: Place, protection: Protection, lock: Option<Lock>) {
        let superseded = Rc::downgrade(self);
        let storage = Storage::new(&self.inputs, place, move || {
            if let Some(tab) = superseded.upgrade() {
                tab.robbed();
            }
        });
        let volatile = storage.is_volatile();
        let behind = storage.sealed().is_some_and(|sealed| sealed.database().is_behind());
        self.leave(State::Owned { storage, lock });
        if behind {
            self.inputs.push(Input::RolledBack);
        }
        self.inputs.push(Input::Protected(protection));
        self.inputs.push(Input::Claimed { volatile });
    }

    /// The tables cannot be used. The lock is kept: another tab would fare no better.
    pub(super) fn fail(&self, error: StorageError, lock: Option<Lock>) {
        self.leave(State::Unusable { lock });
        self.inputs.push(Input::Unusable(error));
    }
}

async fn unlock(database: Rc<Database>, passphrase: &Passphrase) -> Result<Sealed, PassphraseError> {
    let key = vault::unlock(&database, passphrase).await?;
    Ok(Sealed::caught_up(database, key).await?)
}
