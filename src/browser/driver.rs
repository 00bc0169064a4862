//! One queue of inputs, one consumer, one match on [`Effect`].

mod effects;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use super::camera::{self, Camera};
use super::lifecycle::{Lifecycle, Moment};
use super::phone::{self, Phone};
use super::profile::Profile;
use super::socket::Socket;
use super::tabs::{News, Tabs};
use super::timer::{self, Timer};
use super::wake::Wake;
use super::{Inputs, clock};
use crate::chat::{Change, Client, Command, Effect, Input};
use crate::time::{Instant, Now};

/// How long one drain may keep the page from anything else.
const SLICE: Duration = Duration::from_millis(12);

/// What is driven: the messenger's `Client`, or a script in a test.
pub trait Core {
    /// Takes an input.
    fn handle(&mut self, input: Input, now: Now);
    /// The next thing to do; `None` when all is done.
    fn poll_effect(&mut self) -> Option<Effect>;
    /// When [`Input::Timeout`] is due.
    fn poll_timeout(&self) -> Option<Instant>;
}

impl Core for Client {
    fn handle(&mut self, input: Input, now: Now) {
        Self::handle(self, input, now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        Self::poll_effect(self)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Self::poll_timeout(self)
    }
}

/// What a driver is started with, but for the core.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the database, the lock and the channel.
    pub profile: String,
    /// The script of the timer's worker.
    pub ticker: String,
    /// The script of the phone number reader.
    pub phone: String,
    /// The script of the QR code reader.
    pub scan: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: "kith".into(),
            ticker: timer::TICKER.into(),
            phone: phone::SCRIPT.into(),
            scan: camera::SCRIPT.into(),
        }
    }
}

/// Drives a core. Dropping it removes all listeners and closes everything.
pub struct Driver {
    shared: Rc<Shared>,
    inputs: Inputs,
    _lifecycle: Lifecycle,
}

/// Starts to drive the app's core. `on_change` is called within the drain, in order.
#[must_use]
pub fn start(core: impl Core + 'static, on_change: impl Fn(Change) + 'static) -> Driver {
    Driver::start(Settings::default(), core, on_change)
}

impl Driver {
    /// Starts to drive a core.
    #[must_use]
    pub fn start(
        settings: Settings,
        core: impl Core + 'static,
        on_change: impl Fn(Change) + 'static,
    ) -> Self {
        let shared = Rc::new_cyclic(|weak: &std::rc::Weak<Shared>| {
            let queue = weak.clone();
            let inputs = Inputs::new(move |input| {
                if let Some(shared) = queue.upgrade() {
                    shared.push(input);
                }
            });
            let (woken, due, heard) = (weak.clone(), inputs.clone(), weak.clone());
            Shared {
                queue: RefCell::default(),
                progress: Cell::new(Progress::Asleep),
                overdue: Cell::new(false),
                wake: Wake::new(move || {
                    if let Some(shared) = woken.upgrade() {
                        shared.drain(false);
                    }
                }),
                timer: Timer::new(&settings.ticker, move || due.push(Input::Timeout)),
                socket: Socket::new(&inputs),
                profile: Profile::new(&settings.profile, &inputs),
                tabs: Tabs::new(&settings.profile, move |news| {
                    if let Some(shared) = heard.upgrade() {
                        shared.tell_tabs(|tabs| match news {
                            News::Heard(message) => tabs.hear(&message),
                            News::Beat => tabs.tick(),
                        });
                    }
                }),
                phone: Phone::new(&settings.phone, &inputs),
                camera: Camera::new(&settings.scan, &inputs),
                core: RefCell::new(Box::new(core)),
                on_change: Box::new(on_change),
                inputs,
            }
        });
        let inputs = shared.inputs.clone();
        let weak = Rc::downgrade(&shared);
        let lifecycle = Lifecycle::new(move |moment| {
            if let Some(shared) = weak.upgrade() {
                shared.live(moment);
            }
        });
        lifecycle.announce();
        shared.profile.begin();
        Self { shared, inputs, _lifecycle: lifecycle }
    }

    /// The way in for what the person wants: it goes to whichever tab is in charge.
    pub fn commands(&self) -> impl Fn(Command) + 'static + use<> {
        let weak = Rc::downgrade(&self.shared);
        move |command| {
            if let Some(shared) = weak.upgrade() {
                shared.tell_tabs(|tabs| tabs.dispatch(command));
            }
        }
    }

    /// Puts an input at the queue's end.
    pub fn push(&self, input: Input) {
        self.inputs.push(input);
    }

    /// The way into the queue, to be kept by whoever has something to tell. It outlives the driver harmlessly.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        self.inputs.clone()
    }

    /// How often the browser's timer was set.
    #[must_use]
    pub fn armings(&self) -> u32 {
        self.shared.timer.armings()
    }
}

/// How far the queue's consumer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The queue is empty.
    Asleep,
    /// A drain is to come, in a microtask or a task.
    Woken,
    /// It runs.
    Running,
    /// It runs to the end, however long that takes: the page is about to go.
    Finishing,
}

/// What a person does is handled within the task in which they did it, whatever waits before it: in the next task the
/// page may be gone.
const fn is_urgent(input: &Input) -> bool {
    matches!(input, Input::Command(_) | Input::Asked(..))
}

struct Shared {
    queue: RefCell<VecDeque<Input>>,
    progress: Cell<Progress>,
    /// A `Timeout` waits in the queue already.
    overdue: Cell<bool>,
    wake: Wake,
    timer: Timer,
    socket: Socket,
    profile: Profile,
    tabs: Tabs,
    phone: Phone,
    camera: Camera,
    core: RefCell<Box<dyn Core>>,
    on_change: Box<dyn Fn(Change)>,
    inputs: Inputs,
}

impl Shared {
    fn push(&self, input: Input) {
        let (leaving, urgent) = (matches!(input, Input::Leaving), is_urgent(&input));
        self.queue.borrow_mut().push_back(input);
        match (self.progress.get(), leaving) {
            (Progress::Asleep | Progress::Woken, true) => self.drain(true),
            (Progress::Asleep, false) => {
                self.progress.set(Progress::Woken);
                self.wake.soon();
            }
            // A drain further up the stack will come to it before it returns.
            (Progress::Running, true) => self.progress.set(Progress::Finishing),
            (Progress::Woken, false) if urgent => self.wake.soon(),
            (Progress::Woken | Progress::Running | Progress::Finishing, _) => {}
        }
    }

    /// Something happens to the page.
    fn live(&self, moment: Moment) {
        match moment {
            Moment::Online(online) => self.push(Input::Online(online)),
            Moment::Visible(visible) => self.tell_tabs(|tabs| tabs.look(visible)),
            Moment::Leaving => {
                self.tell_tabs(|tabs| tabs.leave());
                self.push(Input::Leaving);
            }
            Moment::Returned => {
                self.push(Input::Returned);
                self.tell_tabs(|tabs| tabs.come_back());
            }
            // A tab that sleeps must keep the profile from nobody.
            Moment::Freezing => self.profile.sleep(),
            Moment::Thawed => self.profile.wake_up(),
        }
    }

    fn drain(&self, leaving: bool) {
        // A wake-up that `Leaving` has overtaken.
        if !leaving && self.progress.get() != Progress::Woken {
            return;
        }
        self.progress.set(if leaving { Progress::Finishing } else { Progress::Running });
        let began = clock::now();
        let mut now = began;
        while let Some(input) = self.next_input() {
            self.step(input, now);
            // The wall clock stands still for a slice: to read both for each input costs as much as to handle it.
            now.instant = clock::instant();
            let long = now.instant.since(began.instant) >= SLICE;
            if long && self.progress.get() == Progress::Running && !self.queue.borrow().iter().any(is_urgent)
            {
                break;
            }
        }
        let finishing = self.progress.get() == Progress::Finishing;
        if finishing {
            self.socket.flush_all();
            self.profile.leave();
        } else {
            self.socket.flush();
            self.profile.flush();
        }
        self.rest();
    }

    fn next_input(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn step(&self, input: Input, now: Now) {
        let yielded = matches!(input, Input::Yielded);
        if matches!(input, Input::Timeout) {
            self.overdue.set(false);
        }
        self.core.borrow_mut().handle(input, now);
        while let Some(effect) = self.next_effect() {
            self.perform(effect);
        }
        if yielded {
            self.profile.release();
        }
    }

    fn next_effect(&self) -> Option<Effect> {
        self.core.borrow_mut().poll_effect()
    }

    /// The drain is over: what remains is done in a task of its own, so that the page can breathe.
    fn rest(&self) {
        let deadline = self.core.borrow().poll_timeout();
        let due = deadline.is_some_and(|deadline| deadline <= clock::instant());
        if due {
            if !self.overdue.replace(true) {
                self.queue.borrow_mut().push_back(Input::Timeout);
            }
        } else {
            self.timer.set(deadline);
        }
        if self.queue.borrow().is_empty() {
            self.progress.set(Progress::Asleep);
        } else {
            self.progress.set(Progress::Woken);
            self.wake.later();
        }
    }
}
