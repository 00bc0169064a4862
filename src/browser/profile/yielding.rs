//! Letting go of the profile: for a while, or because another tab has taken it.

use wasm_bindgen_futures::spawn_local;

use super::{GONE, Profile, State};
use crate::browser::lock::Lock;
use crate::chat::Input;

impl Profile {
    /// The browser is about to stop everything here: says goodbye to the broker, lets another tab have the profile, and
    /// waits for none.
    pub fn sleep(&self) {
        if Lock::is_supported() {
            self.0.stop_waiting();
            if self.0.has_it() {
                self.0.inputs.push(Input::Leaving);
            }
            self.0.let_go();
        }
    }

    /// Everything runs again: takes the profile, if no other tab has it.
    pub fn wake_up(&self) {
        if Lock::is_supported() && !self.is_in_charge() {
            self.begin();
        }
    }

    /// `Yielded` was handled: finishes writing, closes and lets the next tab in.
    pub fn release(&self) {
        let tab = self.0.clone();
        if !tab.has_it() {
            return;
        }
        let (storage, lock) = match tab.state.replace(State::LettingGo) {
            State::Owned { storage, lock } => (Some(storage), lock),
            State::Locked { lock, .. } => (None, lock),
            State::Elsewhere
            | State::Claiming { .. }
            | State::LettingGo
            | State::Unusable { .. }
            | State::Dropped => return,
        };
        spawn_local(async move {
            if let Some(storage) = storage {
                storage.settle().await;
                storage.abandon();
            }
            if matches!(*tab.state.borrow(), State::LettingGo) {
                *tab.state.borrow_mut() = State::Elsewhere;
            }
            drop(lock);
            tab.say(GONE);
            if tab.outdone.take() {
                tab.wait();
            }
        });
    }
}
