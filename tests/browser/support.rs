//! What the tests share.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use gloo::timers::callback::Timeout;
use js_sys::{Array, Function, Promise};
use kith::browser::Inputs;
use kith::chat::Input;
use kith::chat::record::{Record, Table, Write};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// How long anything may take, in milliseconds.
const PATIENCE: u32 = 15_000;

/// A queue whose inputs a test can await.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) inputs: Inputs,
    seen: Rc<RefCell<VecDeque<Input>>>,
    waiting: Rc<RefCell<Option<Function>>>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self::without(|_| false)
    }

    /// A queue that leaves some inputs out.
    pub(crate) fn without(boring: fn(&Input) -> bool) -> Self {
        let seen = Rc::new(RefCell::new(VecDeque::new()));
        let waiting = Rc::new(RefCell::new(None::<Function>));
        let (queue, waker) = (seen.clone(), waiting.clone());
        let inputs = Inputs::new(move |input| {
            if boring(&input) {
                return;
            }
            queue.borrow_mut().push_back(input);
            if let Some(wake) = waker.borrow_mut().take() {
                wake.call1(&JsValue::NULL, &JsValue::TRUE).unwrap();
            }
        });
        Self { inputs, seen, waiting }
    }

    /// The next input, awaited.
    pub(crate) async fn next(&self) -> Input {
        loop {
            if let Some(input) = self.seen.borrow_mut().pop_front() {
                return input;
            }
            let waiting = self.waiting.clone();
            let come = Promise::new(&mut |wake, _| *waiting.borrow_mut() = Some(wake));
            soon_enough(come).await;
        }
    }

    /// What came and was not yet taken.
    pub(crate) fn rest(&self) -> Vec<Input> {
        self.seen.borrow_mut().drain(..).collect()
    }
}

/// Awaits a promise, and fails the test if that takes too long.
pub(crate) async fn soon_enough(promise: Promise) -> JsValue {
    let mut limit = None;
    let late = Promise::new(&mut |_, reject| {
        limit = Some(Timeout::new(PATIENCE, move || {
            reject.call1(&JsValue::NULL, &"nothing happened for too long".into()).unwrap();
        }));
    });
    JsFuture::from(Promise::race(&Array::of2(&promise, &late))).await.unwrap()
}

/// Lets the browser do one round of what it has to do.
pub(crate) async fn task() {
    js_async("const c = new MessageChannel(); c.port1.onmessage = () => { c.port1.close(); done(); }; c.port2.postMessage(0);")
        .await;
}

/// Runs JavaScript.
#[expect(clippy::disallowed_methods, reason = "the tests' own text")]
pub(crate) fn js(code: &str) -> JsValue {
    Function::new_no_args(code).call0(&JsValue::NULL).unwrap()
}

/// Runs JavaScript that calls `done(value)`, or `fail(error)`.
#[expect(clippy::disallowed_methods, reason = "the tests' own text")]
pub(crate) async fn js_async(code: &str) -> JsValue {
    let body = Function::new_with_args("done, fail", code);
    soon_enough(Promise::new(&mut |done, fail| {
        body.call2(&JsValue::NULL, &done, &fail).unwrap();
    }))
    .await
}

pub(crate) fn number(code: &str) -> f64 {
    js(&format!("return {code}")).as_f64().unwrap()
}

/// Code that runs when this value goes, so that a failing test leaves the page as it was.
pub(crate) struct Undo(&'static str);

impl Drop for Undo {
    fn drop(&mut self) {
        js(self.0);
    }
}

/// Changes the page by `code`, and back by `undo`.
pub(crate) fn patch(code: &str, undo: &'static str) -> Undo {
    js(code);
    Undo(undo)
}

/// A script as an address that a worker can be started from.
#[expect(clippy::disallowed_methods, reason = "the tests' own text")]
pub(crate) fn script(source: &str) -> String {
    let make = Function::new_with_args(
        "source",
        "return URL.createObjectURL(new Blob([source], {type: 'text/javascript'}))",
    );
    make.call1(&JsValue::NULL, &source.into()).unwrap().as_string().unwrap()
}

/// A name that no other test and no earlier run has used.
pub(crate) fn fresh(name: &str) -> String {
    let id: [u8; 8] = kith::browser::random_bytes();
    format!("{name}-{:016x}", u64::from_be_bytes(id))
}

pub(crate) fn record(table: Table, key: &[u8], value: &[u8]) -> Record {
    Record { table, key: key.to_vec(), value: Arc::from(value) }
}

pub(crate) fn put(table: Table, key: &[u8], value: &[u8]) -> Write {
    Write::Put(record(table, key, value))
}
