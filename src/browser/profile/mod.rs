//! One tab of this browser owns the profile: its storage and its connection.
//!
//! The owner holds a Web Lock. Another tab asks for it over a broadcast channel; an owner that does not answer (a frozen
//! tab) is robbed after two seconds. A tab that had to yield waits behind all that ask, and takes the profile when the
//! owner is gone. Where there are no Web Locks, the newest tab owns and the others yield to it.

mod guarded;
mod opening;
mod yielding;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::Function;
use wasm_bindgen_futures::spawn_local;
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, BroadcastChannel, MessageEvent};

use super::database::Database;
use super::lock::{Ask, Lock};
use super::storage::Storage;
use super::{Inputs, clock, js, room};
use crate::chat::Input;
use crate::chat::id::Ticket;
use crate::chat::input::StorageError;
use crate::chat::record::{Batch, Query};

/// How long the owner may take to let go, in milliseconds.
const PATIENCE: u32 = 2_000;
/// The same at start, where there are no locks: mostly there is nobody to answer.
const GLANCE: u32 = 100;

/// "Let go", followed by when it was asked.
const LET_GO: &str = "let-go:";
const GONE: &str = "gone";

/// This tab's hold on the profile.
pub struct Profile(Rc<Tab>);

struct Tab {
    name: Rc<str>,
    inputs: Inputs,
    channel: Option<BroadcastChannel>,
    listener: RefCell<Option<EventListener>>,
    state: RefCell<State>,
    /// When this tab asked for the profile last, in microseconds. Greater is newer.
    asked: Cell<u64>,
    on_gone: RefCell<Option<Function>>,
    /// Ends the waiting for the owner to go.
    waiting: RefCell<Option<AbortController>>,
    /// Another tab has asked for the profile: when that is gone, it is this one's again.
    outdone: Cell<bool>,
}

enum State {
    /// Another tab owns it, or nobody has asked yet.
    Elsewhere,
    /// Asked for, or being opened. `outbid` is set when another tab asked later.
    Claiming {
        outbid: bool,
    },
    Owned {
        storage: Rc<Storage>,
        lock: Option<Lock>,
    },
    /// Owned, and a passphrase keeps it closed.
    Locked {
        database: Rc<Database>,
        lock: Option<Lock>,
    },
    /// Being written to the end.
    LettingGo,
    /// It cannot be used.
    Unusable {
        lock: Option<Lock>,
    },
    /// The driver is gone.
    Dropped,
}

impl Profile {
    /// The profile of this name: its database and channel are called so, its lock `<name>/profile`.
    #[must_use]
    pub fn new(name: &str, inputs: &Inputs) -> Self {
        let tab = Rc::new(Tab {
            name: name.into(),
            inputs: inputs.clone(),
            channel: BroadcastChannel::new(name).ok(),
            listener: RefCell::new(None),
            state: RefCell::new(State::Elsewhere),
            asked: Cell::new(0),
            on_gone: RefCell::new(None),
            waiting: RefCell::new(None),
            outdone: Cell::new(false),
        });
        if let Some(channel) = &tab.channel {
            let weak = Rc::downgrade(&tab);
            *tab.listener.borrow_mut() = Some(EventListener::new(channel, "message", move |event| {
                let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
                if let (Some(tab), Some(text)) = (weak.upgrade(), text) {
                    tab.hear(&text);
                }
            }));
        }
        Self(tab)
    }

    /// Takes the profile, if no other tab has it. Answered by `Claimed`, `Locked`, `Yielded` or `Unusable`.
    pub fn begin(&self) {
        let tab = self.0.clone();
        if !tab.ask() {
            return;
        }
        spawn_local(async move {
            if !Lock::is_supported() {
                tab.request(GLANCE).await;
                tab.open(None).await;
            } else if let Some(lock) = tab.lock(Ask::IfFree).await {
                tab.open(Some(lock)).await;
            } else {
                tab.leave(State::Elsewhere);
                tab.inputs.push(Input::Yielded);
                tab.wait();
            }
        });
    }

    /// Takes the profile over. Answered by `Claimed`, `Locked` or `Unusable`.
    pub fn claim(&self) {
        let tab = self.0.clone();
        if let Some(storage) = tab.storage() {
            return tab.inputs.push(Input::Claimed { volatile: storage.is_volatile() });
        }
        if tab.locked().is_some() {
            return tab.inputs.push(Input::Locked);
        }
        if !tab.ask() {
            return;
        }
        tab.stop_waiting();
        spawn_local(async move {
            if !Lock::is_supported() {
                tab.request(PATIENCE).await;
                return tab.open(None).await;
            }
            tab.say(&format!("{LET_GO}{}", tab.asked.get()));
            let lock = match tab.lock(Ask::Within(PATIENCE)).await {
                Some(lock) => Some(lock),
                None => tab.lock(Ask::Steal).await,
            };
            tab.open(lock).await;
        });
    }

    /// Takes the profile from a tab that does not answer any more. Answered as [`Self::claim`].
    pub fn rob(&self) {
        let tab = self.0.clone();
        if tab.has_it() || !tab.ask() {
            return;
        }
        tab.stop_waiting();
        spawn_local(async move {
            let lock = tab.lock(Ask::Steal).await;
            tab.open(lock).await;
        });
    }

    /// Whether this tab has the profile, or is about to.
    #[must_use]
    pub fn is_in_charge(&self) -> bool {
        match *self.0.state.borrow() {
            State::Claiming { .. } | State::Owned { .. } | State::Locked { .. } | State::Unusable { .. } => {
                true
            }
            State::Elsewhere | State::LettingGo | State::Dropped => false,
        }
    }

    /// Carries out `Effect::Save`.
    pub fn save(&self, ticket: Ticket, batch: Batch) {
        match self.0.storage() {
            Some(storage) => storage.save(ticket, batch),
            None => self.0.inputs.push(Input::SaveFailed(ticket, StorageError::Failed)),
        }
    }

    /// Carries out `Effect::Load`.
    pub fn load(&self, ticket: Ticket, query: &Query) {
        match self.0.storage() {
            Some(storage) => storage.load(ticket, query),
            None => self.0.inputs.push(Input::LoadFailed(ticket, StorageError::Failed)),
        }
    }

    /// Carries out `Effect::Survey`, or, with `ask`, `Effect::Persist`.
    pub fn survey(&self, ask: bool) {
        let tab = self.0.clone();
        spawn_local(async move {
            let database = tab.storage().and_then(|storage| storage.sealed());
            let database = database.as_ref().map(|sealed| &**sealed.database());
            tab.inputs.push(Input::Surveyed(room::survey(database, ask).await));
        });
    }

    /// The drain is over: what it saved goes to the disk.
    pub fn flush(&self) {
        if let Some(storage) = self.0.storage() {
            storage.flush();
        }
    }

    /// The page goes: what it saved is there when it is opened again.
    pub fn leave(&self) {
        if let Some(storage) = self.0.storage() {
            storage.leave();
        }
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        self.0.listener.take();
        if let Some(storage) = self.0.storage() {
            storage.flush();
        }
        self.0.stop_waiting();
        drop(self.0.state.replace(State::Dropped));
        if let Some(channel) = &self.0.channel {
            channel.close();
        }
    }
}

impl Tab {
    /// Begins to ask; false while it is being asked for already, or gone.
    fn ask(&self) -> bool {
        let idle = matches!(*self.state.borrow(), State::Elsewhere | State::LettingGo);
        if idle {
            *self.state.borrow_mut() = State::Claiming { outbid: false };
            // Two tabs that ask in the same millisecond must not tie.
            let milliseconds = js_sys::Date::now() + js_sys::Math::random();
            self.asked.set(clock::whole(milliseconds * 1000.0));
        }
        idle
    }

    fn storage(&self) -> Option<Rc<Storage>> {
        match &*self.state.borrow() {
            State::Owned { storage, .. } => Some(storage.clone()),
            State::Elsewhere
            | State::Claiming { .. }
            | State::Locked { .. }
            | State::LettingGo
            | State::Unusable { .. }
            | State::Dropped => None,
        }
    }

    /// Whether this tab keeps others out, open or locked.
    fn has_it(&self) -> bool {
        self.storage().is_some() || self.locked().is_some()
    }

    async fn lock(self: &Rc<Self>, ask: Ask) -> Option<Lock> {
        let weak = Rc::downgrade(self);
        let on_lost = move || {
            if let Some(tab) = weak.upgrade() {
                tab.robbed();
            }
        };
        Lock::request(&format!("{}/profile", self.name), ask, on_lost).await
    }

    /// Another tab has the profile: queues for it, behind all that want it now.
    fn wait(self: &Rc<Self>) {
        self.stop_waiting();
        if !Lock::is_supported() || !matches!(*self.state.borrow(), State::Elsewhere) {
            return;
        }
        let Ok(controller) = AbortController::new() else { return };
        let signal = controller.signal();
        *self.waiting.borrow_mut() = Some(controller);
        let tab = self.clone();
        spawn_local(async move {
            let lock = tab.lock(Ask::Until(signal)).await;
            // Where it has begun to ask meanwhile, it gets another one.
            if lock.is_some() && tab.ask() {
                tab.open(lock).await;
            }
        });
    }

    fn stop_waiting(&self) {
        if let Some(controller) = self.waiting.take() {
            controller.abort();
        }
    }

    /// Asks the others to let go and waits for an answer.
    async fn request(&self, patience: u32) {
        let (gone, open) = js::gate();
        *self.on_gone.borrow_mut() = Some(open);
        self.say(&format!("{LET_GO}{}", self.asked.get()));
        js::within(patience, &gone).await;
        self.on_gone.take();
    }

    fn leave(&self, next: State) {
        if !matches!(*self.state.borrow(), State::Dropped) {
            drop(self.state.replace(next));
        }
    }

    fn hear(self: &Rc<Self>, text: &str) {
        if text == GONE {
            if let Some(open) = self.on_gone.take() {
                let _ = open.call0(&JsValue::UNDEFINED);
            }
            return;
        }
        let Some(asked) = text.strip_prefix(LET_GO).and_then(|asked| asked.parse::<u64>().ok()) else {
            return;
        };
        if let State::Claiming { outbid } = &mut *self.state.borrow_mut() {
            *outbid = asked > self.asked.get() && !Lock::is_supported();
        }
        if self.waiting.borrow().is_some() {
            // Whoever asks goes first.
            self.wait();
        }
        self.outdone.set(self.outdone.get() || self.storage().is_some());
        self.let_go();
    }

    /// Stops, if this tab is the owner; the driver calls [`Profile::release`] when the core has stopped.
    fn let_go(&self) {
        if self.has_it() {
            self.inputs.push(Input::Yielded);
        }
    }

    /// Another tab lost its patience: it writes already. It may be noticed twice, by the lock and by what is saved.
    fn robbed(self: &Rc<Self>) {
        if matches!(*self.state.borrow(), State::Elsewhere | State::Dropped) {
            return;
        }
        let robbed = self.storage();
        self.leave(State::Elsewhere);
        self.inputs.push(Input::Yielded);
        if let Some(storage) = robbed {
            storage.abandon();
        }
        self.wait();
    }

    fn say(&self, text: &str) {
        if let Some(channel) = &self.channel {
            // It throws only when the channel is closed.
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    }
}
