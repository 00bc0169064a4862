use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use kith::browser::driver::{Core, Driver, Settings};
use kith::browser::{Inputs, clock};
use kith::chat::change::{Alert, Change, Phase};
use kith::chat::id::{TabId, Ticket};
use kith::chat::record::Table;
use kith::chat::secret::Protection;
use kith::chat::{Command, Effect, Input};
use kith::time::{Instant, Now};
use wasm_bindgen_test::wasm_bindgen_test;

use super::socket::{CONNECT, broker, sent, spy};
use super::support::{Recorder, fresh, js, js_async, number, patch, put, script, task};

/// What a script answers to an input.
type Answer = Box<dyn FnMut(&Input) -> Vec<Effect>>;

/// A core that does what a script says, and tells what it was given.
struct Script {
    heard: Recorder,
    answer: Answer,
    effects: VecDeque<Effect>,
    deadline: Rc<Cell<Option<Instant>>>,
    handling: Rc<Cell<bool>>,
}

impl Core for Script {
    fn handle(&mut self, input: Input, _: Now) {
        assert!(!self.handling.replace(true), "never two at once");
        assert!(self.effects.is_empty(), "all effects are taken before the next input");
        if let Input::Claimed { .. } = input {
            self.effects.push_back(Effect::Show(Change::Phase(Phase::Ready)));
        }
        self.effects.extend((self.answer)(&input));
        self.heard.inputs.push(input);
        self.handling.set(false);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.deadline.get()
    }
}

pub(crate) struct Stage {
    pub(crate) driver: Driver,
    pub(crate) heard: Recorder,
    deadline: Rc<Cell<Option<Instant>>>,
    pub(crate) shown: Rc<RefCell<Vec<Change>>>,
}

fn stage(answer: impl FnMut(&Input) -> Vec<Effect> + 'static) -> Stage {
    stage_with(answer, |_| {})
}

fn stage_with(
    answer: impl FnMut(&Input) -> Vec<Effect> + 'static,
    on_change: impl Fn(&Change) + 'static,
) -> Stage {
    stage_of(&fresh("driver"), answer, move |change| {
        if !matches!(change, Change::Phase(_)) {
            on_change(change);
        }
    })
}

/// As one of the tabs of a profile.
pub(crate) fn stage_of(
    profile: &str,
    answer: impl FnMut(&Input) -> Vec<Effect> + 'static,
    on_change: impl Fn(&Change) + 'static,
) -> Stage {
    let heard = Recorder::new();
    let deadline = Rc::new(Cell::new(None));
    let shown = Rc::new(RefCell::new(Vec::new()));
    let core = Script {
        heard: heard.clone(),
        answer: Box::new(answer),
        effects: VecDeque::new(),
        deadline: deadline.clone(),
        handling: Rc::default(),
    };
    let settings = Settings {
        profile: profile.into(),
        ticker: script(include_str!("../../public/tick.js")),
        phone: "./none.js".into(),
        scan: "./none.js".into(),
    };
    let seen = shown.clone();
    let driver = Driver::start(settings, core, move |change| {
        on_change(&change);
        if let Change::Phase(_) = change {
            return;
        }
        seen.borrow_mut().push(change);
    });
    Stage { driver, heard, deadline, shown }
}

/// A stage whose beginning is over.
async fn ready(answer: impl FnMut(&Input) -> Vec<Effect> + 'static) -> Stage {
    let stage = stage(answer);
    begun(&stage).await;
    stage
}

async fn begun(stage: &Stage) {
    assert_eq!(stage.heard.next().await, Input::Online(true));
    assert!(matches!(stage.heard.next().await, Input::Visible(..)));
    assert_eq!(stage.heard.next().await, Input::Protected(Protection::Browser));
    assert_eq!(stage.heard.next().await, Input::Claimed { volatile: false });
}

fn tick(number: u64) -> Input {
    Input::Saved(Ticket(number))
}

fn show() -> Effect {
    Effect::Show(Change::Alert(Some(Alert::Volatile)))
}

fn busy(milliseconds: f64) {
    let end = number("performance.now()") + milliseconds;
    while number("performance.now()") < end {}
}

#[wasm_bindgen_test]
async fn a_push_is_handled_in_a_microtask_in_order_and_never_on_the_spot() {
    let stage = ready(|input| if *input == tick(2) { vec![show()] } else { vec![] }).await;
    for number in 1..=3 {
        stage.driver.push(tick(number));
    }
    assert_eq!(stage.heard.rest(), []);
    js_async("queueMicrotask(done)").await;
    assert_eq!(stage.heard.rest(), [tick(1), tick(2), tick(3)]);
    assert_eq!(stage.shown.borrow().len(), 1);
}

#[wasm_bindgen_test]
async fn a_push_from_within_a_drain_waits_for_its_turn() {
    let slot = Rc::new(RefCell::new(None::<Inputs>));
    let inputs = slot.clone();
    let stage = stage_with(
        |input| if *input == tick(1) { vec![show(), show()] } else { vec![] },
        move |_| inputs.borrow().as_ref().unwrap().push(tick(9)),
    );
    *slot.borrow_mut() = Some(stage.driver.inputs());
    begun(&stage).await;
    stage.driver.push(tick(1));
    stage.driver.push(tick(2));
    js_async("queueMicrotask(done)").await;
    assert_eq!(stage.heard.rest(), [tick(1), tick(2), tick(9), tick(9)]);
}

#[wasm_bindgen_test]
async fn leaving_is_handled_within_the_pagehide_event_with_all_before_it() {
    let stage = ready(|input| match input {
        Input::Leaving => vec![show(), Effect::Save(Ticket(7), vec![put(Table::Outbox, b"a", b"a")])],
        _ => vec![],
    })
    .await;
    let _undo = patch(
        "globalThis.realTransaction = IDBDatabase.prototype.transaction; globalThis.writes = 0;
         IDBDatabase.prototype.transaction = function(s, m, o) { writes += 1; return realTransaction.call(this, s, m, o); }",
        "IDBDatabase.prototype.transaction = realTransaction",
    );
    stage.driver.push(tick(1));
    js("dispatchEvent(new PageTransitionEvent('pagehide'))");
    assert_eq!(stage.heard.rest(), [tick(1), Input::Leaving]);
    assert_eq!(stage.shown.borrow().len(), 1);
    assert_eq!(number("writes"), 1.0, "what was saved is on its way before the handler returns");
    js("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))");
    js("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))");
    let mut rest = [stage.heard.next().await, stage.heard.next().await];
    rest.sort_by_key(|input| *input == Input::Returned);
    assert_eq!(rest, [Input::Saved(Ticket(7)), Input::Returned]);
    task().await;
    assert_eq!(stage.heard.rest(), []);
}

#[wasm_bindgen_test]
async fn leaving_says_goodbye_on_the_wire_before_it_returns() {
    let _undo = spy();
    let stage = ready(|input| match input {
        Input::Command(Command::TryNow) => vec![Effect::Connect(broker())],
        Input::Opened => vec![Effect::Transmit(Bytes::from_static(CONNECT))],
        Input::Leaving => vec![
            Effect::Transmit(Bytes::from_static(b"\xc0\0")),
            Effect::Transmit(Bytes::from_static(b"\xe0\0")),
        ],
        _ => vec![],
    })
    .await;
    stage.driver.push(Input::Command(Command::TryNow));
    while !matches!(stage.heard.next().await, Input::Received(_)) {}
    assert_eq!(sent(), "14");
    stage.driver.push(Input::Leaving);
    assert_eq!(sent(), "4", "both packets in one message");
}

#[wasm_bindgen_test]
async fn leaving_from_within_a_drain_is_finished_by_that_drain() {
    let slot = Rc::new(RefCell::new(None::<Inputs>));
    let inputs = slot.clone();
    let stage = stage_with(
        |input| {
            busy(8.0);
            if *input == tick(1) { vec![show()] } else { vec![] }
        },
        move |_| inputs.borrow().as_ref().unwrap().push(Input::Leaving),
    );
    *slot.borrow_mut() = Some(stage.driver.inputs());
    begun(&stage).await;
    for number in 1..=4 {
        stage.driver.push(tick(number));
    }
    js_async("queueMicrotask(done)").await;
    assert_eq!(stage.heard.rest(), [tick(1), tick(2), tick(3), tick(4), Input::Leaving]);
}

#[wasm_bindgen_test]
async fn a_long_burst_lets_the_page_breathe_and_keeps_its_order() {
    let stage = ready(|_| {
        busy(3.0);
        vec![]
    })
    .await;
    js("globalThis.beats = 0; globalThis.beat = new MessageChannel();
        beat.port1.onmessage = () => { beats += 1; beat.port2.postMessage(0); }; beat.port2.postMessage(0);");
    for number in 0..60 {
        stage.driver.push(tick(number));
    }
    for number in 0..60 {
        assert_eq!(stage.heard.next().await, tick(number));
    }
    js("beat.port1.close()");
    // 180 ms of work in slices of 12 ms; how long a slice really takes is the machine's affair.
    let beats = number("beats");
    assert!(beats >= 5.0, "the page came to breathe {beats} times");
}

#[wasm_bindgen_test]
async fn what_a_person_does_is_handled_in_their_task_whatever_waits_before_it() {
    let stage = ready(|_| {
        busy(8.0);
        vec![]
    })
    .await;
    let did = Input::Command(Command::TryNow);
    for (before, at_once) in [(6, true), (6, false)] {
        (0..before).for_each(|number| stage.driver.push(tick(number)));
        if !at_once {
            // The first slice is over, and the rest waits for a task.
            js_async("queueMicrotask(done)").await;
            assert!(!stage.heard.rest().is_empty());
        }
        stage.driver.push(did.clone());
        js_async("queueMicrotask(done)").await;
        assert!(stage.heard.rest().contains(&did), "at once: {at_once}");
    }
}

#[wasm_bindgen_test]
async fn one_timer_is_armed_and_its_time_comes_once() {
    let stage = ready(|_| vec![]).await;
    let deadline = clock::instant() + Duration::from_millis(300);
    stage.deadline.set(Some(deadline));
    stage.driver.push(tick(0));
    js_async("queueMicrotask(done)").await;
    let armed = stage.driver.armings();
    for number in 1..20 {
        stage.driver.push(tick(number));
        js_async("queueMicrotask(done)").await;
    }
    // The ticker may come in between and take the timer over once.
    assert!(stage.driver.armings() - armed <= 1);
    stage.heard.rest();
    let slot = stage.deadline.clone();
    assert_eq!(stage.heard.next().await, Input::Timeout);
    assert!(clock::instant() >= deadline);
    slot.set(None);
    js_async("setTimeout(done, 50)").await;
    assert!(stage.heard.rest().len() <= 3, "as long as it was overdue");
}

#[wasm_bindgen_test]
async fn a_deadline_that_was_slept_through_is_noticed_at_the_next_event() {
    let stage = ready(|_| vec![]).await;
    stage.deadline.set(Some(Instant(0)));
    stage.driver.push(Input::Visible(TabId::default(), true));
    assert_eq!(stage.heard.next().await, Input::Visible(TabId::default(), true));
    assert_eq!(stage.heard.next().await, Input::Timeout);
    stage.deadline.set(None);
}

#[wasm_bindgen_test]
async fn what_a_dropped_connection_left_in_the_queue_is_not_handled() {
    let stage = ready(|input| match input {
        Input::Command(_) => vec![Effect::Close],
        _ => vec![],
    })
    .await;
    stage.driver.push(Input::Command(Command::TryNow));
    stage.driver.push(Input::Received(Bytes::from_static(b"old")));
    stage.driver.push(tick(1));
    stage.driver.push(Input::Opened);
    js_async("queueMicrotask(done)").await;
    assert_eq!(stage.heard.rest(), [Input::Command(Command::TryNow), tick(1)]);
}

#[wasm_bindgen_test]
async fn the_network_and_the_view_are_told() {
    let stage = ready(|_| vec![]).await;
    js("dispatchEvent(new Event('offline')); dispatchEvent(new Event('online'));
        document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))");
    assert_eq!(stage.heard.next().await, Input::Online(false));
    assert_eq!(stage.heard.next().await, Input::Online(true));
    let visible = js("return !document.hidden").is_truthy();
    assert!(matches!(stage.heard.next().await, Input::Visible(_, told) if told == visible));
}

#[wasm_bindgen_test]
async fn yielding_closes_the_storage_after_the_core_has_stopped() {
    let stage = ready(|input| match input {
        Input::Yielded => vec![Effect::Save(Ticket(1), vec![put(Table::Outbox, b"a", b"a")])],
        Input::Saved(_) => vec![Effect::Save(Ticket(2), vec![])],
        _ => vec![],
    })
    .await;
    stage.driver.push(Input::Yielded);
    assert_eq!(stage.heard.next().await, Input::Yielded);
    assert_eq!(stage.heard.next().await, Input::Saved(Ticket(1)));
    assert!(matches!(stage.heard.next().await, Input::SaveFailed(Ticket(2), _)));
}

#[wasm_bindgen_test]
async fn a_dropped_driver_leaves_nothing_behind() {
    js("globalThis.errors = []; addEventListener('error', e => errors.push(e.message))");
    let _undo = patch(
        "globalThis.realAdd = EventTarget.prototype.addEventListener; globalThis.realRemove = EventTarget.prototype.removeEventListener;
         globalThis.balance = 0; globalThis.workers = 1; globalThis.realTerminate = Worker.prototype.terminate;
         // The test harness listens to each worker too, so workers are counted by their end.
         Worker.prototype.terminate = function() { workers -= 1; return realTerminate.call(this); };
         EventTarget.prototype.addEventListener = function(...a) { if (!(this instanceof Worker)) balance += 1; return realAdd.apply(this, a); };
         EventTarget.prototype.removeEventListener = function(...a) { if (!(this instanceof Worker)) balance -= 1; return realRemove.apply(this, a); }",
        "EventTarget.prototype.addEventListener = realAdd; EventTarget.prototype.removeEventListener = realRemove;
         Worker.prototype.terminate = realTerminate",
    );
    let stage = ready(|input| match input {
        Input::Command(_) => vec![Effect::Connect(broker())],
        _ => vec![],
    })
    .await;
    // The timer's worker begins with the first deadline.
    stage.deadline.set(Some(clock::instant() + Duration::from_secs(3_600)));
    stage.driver.push(Input::Command(Command::TryNow));
    while stage.heard.next().await != Input::Opened {}
    assert_eq!(number("balance"), 14.0, "page 7, channels 2, database 2, socket 3");
    let inputs = stage.driver.inputs();
    // A drain is on its way while the driver goes.
    stage.driver.push(tick(1));
    drop(stage.driver);
    task().await;
    assert_eq!((number("balance"), number("workers")), (0.0, 0.0));
    assert_eq!(js("return errors.join()"), "");
    inputs.push(tick(2));
    js("dispatchEvent(new Event('online'))");
    task().await;
    assert_eq!(stage.heard.rest(), []);
}
