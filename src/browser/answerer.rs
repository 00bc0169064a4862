//! Workers that answer questions, each loaded when the first question is asked (`worker/` is their side).

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::Object;
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerType};

use super::{js, worker};

/// How long an answer may take, the worker's download included, in milliseconds.
const PATIENCE: u32 = 15_000;

/// A worker that answers questions.
///
/// Asked `{id, …}`, it answers `{id, …}`. What was asked before its first word may be lost, so it is asked again then.
pub(super) struct Answerer(Rc<Asker>);

struct Asker {
    script: String,
    worker: RefCell<Option<Handle>>,
    questions: RefCell<Vec<Question>>,
    next: Cell<u32>,
}

struct Handle {
    worker: Worker,
    spoke: bool,
    _listeners: [EventListener; 2],
}

struct Question {
    id: u32,
    message: Object,
    /// Takes the answer, or none where the worker cannot be had.
    then: Box<dyn FnOnce(Option<JsValue>)>,
    _limit: Timeout,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Answerer {
    /// A worker that runs this script; nothing is loaded yet.
    pub(super) fn new(script: &str) -> Self {
        Self(Rc::new(Asker {
            script: script.to_owned(),
            worker: RefCell::new(None),
            questions: RefCell::default(),
            next: Cell::new(0),
        }))
    }

    /// Asks; `then` is given the answer, or none where there is no worker, or no answer in time.
    pub(super) fn ask(&self, fields: &[(&str, JsValue)], then: impl FnOnce(Option<JsValue>) + 'static) {
        let asker = &self.0;
        let id = asker.next.get();
        asker.next.set(id.wrapping_add(1));
        let message = js::object(&[fields, &[("id", id.into())]].concat());
        let weak = Rc::downgrade(asker);
        let limit = Timeout::new(PATIENCE, move || {
            if let Some(asker) = weak.upgrade() {
                asker.answer(id, None);
            }
        });
        let question = Question { id, message: message.clone(), then: Box::new(then), _limit: limit };
        asker.questions.borrow_mut().push(question);
        if !asker.post(&message) {
            asker.failed();
        }
    }
}

impl Asker {
    /// Hands a question to the worker, starting it first where there is none; false when that is impossible.
    fn post(self: &Rc<Self>, message: &Object) -> bool {
        if self.worker.borrow().is_none() {
            let Ok(handle) = start(&self.script, &Rc::downgrade(self)) else { return false };
            *self.worker.borrow_mut() = Some(handle);
        }
        self.worker.borrow().as_ref().is_some_and(|handle| handle.worker.post_message(message).is_ok())
    }

    fn hear(self: &Rc<Self>, data: JsValue) {
        let first = self
            .worker
            .borrow_mut()
            .as_mut()
            .is_some_and(|handle| !std::mem::replace(&mut handle.spoke, true));
        if let Some(id) = id_of(&data) {
            self.answer(id, Some(data));
        } else if first {
            let questions: Vec<_> =
                self.questions.borrow().iter().map(|question| question.message.clone()).collect();
            for message in &questions {
                self.post(message);
            }
        }
    }

    fn answer(&self, id: u32, answer: Option<JsValue>) {
        let mut questions = self.questions.borrow_mut();
        let Some(at) = questions.iter().position(|question| question.id == id) else { return };
        let question = questions.remove(at);
        drop(questions);
        (question.then)(answer);
    }

    /// There is no worker: nobody waits for it, and the next question tries anew.
    fn failed(&self) {
        self.worker.take();
        let questions = std::mem::take(&mut *self.questions.borrow_mut());
        for question in questions {
            (question.then)(None);
        }
    }
}

fn start(script: &str, asker: &Weak<Asker>) -> Result<Handle, JsValue> {
    let worker = worker::start(script, WorkerType::Module)?;
    let weak = asker.clone();
    let message = EventListener::new(&worker, "message", move |event| {
        if let (Some(asker), Some(event)) = (weak.upgrade(), event.dyn_ref::<MessageEvent>()) {
            asker.hear(event.data());
        }
    });
    let weak = asker.clone();
    let error = EventListener::new(&worker, "error", move |_| {
        if let Some(asker) = weak.upgrade() {
            asker.failed();
        }
    });
    Ok(Handle { worker, spoke: false, _listeners: [message, error] })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn id_of(answer: &JsValue) -> Option<u32> {
    Some(js::property(answer, "id")?.as_f64()? as u32)
}
