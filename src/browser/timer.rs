//! One deadline, kept by a worker, because browsers wake a hidden page's own timers once a minute.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerType};

use super::{clock, worker};
use crate::time::Instant;

/// The worker's script, relative to the page.
pub const TICKER: &str = "./tick.js";

/// One deadline. The page's own timer stands in until the worker has said "ready", and after it failed.
pub struct Timer(Rc<State>);

struct State {
    on_due: Box<dyn Fn()>,
    deadline: Cell<Option<Instant>>,
    /// What the browser's timer is set to: never later than the deadline, perhaps earlier.
    armed: Cell<Option<Instant>>,
    armings: Cell<u32>,
    main: RefCell<Option<Timeout>>,
    ticker: RefCell<Option<Ticker>>,
    /// The worker's script, until there is something to time: the first screen does not wait for it.
    script: RefCell<Option<String>>,
    ready: Cell<bool>,
}

struct Ticker {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Timer {
    /// A timer that calls `on_due` once for each deadline that comes.
    #[must_use]
    pub fn new(script: &str, on_due: impl Fn() + 'static) -> Self {
        let state = Rc::new(State {
            on_due: Box::new(on_due),
            deadline: Cell::new(None),
            armed: Cell::new(None),
            armings: Cell::new(0),
            main: RefCell::new(None),
            ticker: RefCell::new(None),
            script: RefCell::new(Some(script.to_owned())),
            ready: Cell::new(false),
        });
        Self(state)
    }

    /// Sets or clears the deadline. A later one costs nothing: the browser's timer wakes at the earlier time and is
    /// set again then.
    pub fn set(&self, deadline: Option<Instant>) {
        self.0.deadline.set(deadline);
        if let Some(deadline) = deadline
            && self.0.armed.get().is_none_or(|armed| deadline < armed)
        {
            State::arm(&self.0, deadline);
        }
    }

    /// How often the browser's timer was set.
    #[must_use]
    pub fn armings(&self) -> u32 {
        self.0.armings.get()
    }

    /// Whether the worker keeps the deadline.
    #[must_use]
    pub fn has_worker(&self) -> bool {
        self.0.ready.get()
    }
}

impl State {
    fn arm(state: &Rc<Self>, deadline: Instant) {
        if let Some(script) = state.script.take() {
            *state.ticker.borrow_mut() = ticker(&script, state);
        }
        state.armed.set(Some(deadline));
        state.armings.set(state.armings.get() + 1);
        let wait = u32::try_from(deadline.since(clock::instant()).as_millis()).unwrap_or(u32::MAX);
        // Browsers keep the wait in 31 bits; a spurious wake is set again.
        let wait = wait.min(1 << 30);
        let ticker = state.ticker.borrow();
        if let Some(ticker) = ticker.as_ref().filter(|_| state.ready.get())
            && ticker.worker.post_message(&JsValue::from(wait)).is_ok()
        {
            state.main.take();
            return;
        }
        let weak = Rc::downgrade(state);
        *state.main.borrow_mut() = Some(Timeout::new(wait, move || Self::woken(&weak)));
    }

    fn woken(state: &Weak<Self>) {
        let Some(state) = state.upgrade() else { return };
        state.armed.set(None);
        match state.deadline.get() {
            Some(deadline) if deadline <= clock::instant() => {
                state.deadline.set(None);
                (state.on_due)();
            }
            Some(deadline) => Self::arm(&state, deadline),
            None => {}
        }
    }

    /// The worker came or went: whatever is pending moves to the timer that is left.
    fn rearm(state: &Rc<Self>) {
        if let Some(armed) = state.armed.get() {
            Self::arm(state, armed);
        }
    }
}

fn ticker(script: &str, state: &Rc<State>) -> Option<Ticker> {
    let worker = worker::start(script, WorkerType::Classic).ok()?;
    let weak = Rc::downgrade(state);
    let message = EventListener::new(&worker, "message", move |event| {
        let ready = event.dyn_ref::<MessageEvent>().is_some_and(|event| event.data() == "ready");
        match weak.upgrade() {
            Some(state) if ready => {
                state.ready.set(true);
                State::rearm(&state);
            }
            Some(_) => State::woken(&weak),
            None => {}
        }
    });
    let weak = Rc::downgrade(state);
    let error = EventListener::new(&worker, "error", move |_| {
        if let Some(state) = weak.upgrade() {
            state.ready.set(false);
            state.ticker.take();
            State::rearm(&state);
        }
    });
    Some(Ticker { worker, _listeners: [message, error] })
}
