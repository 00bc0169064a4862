//! Phone numbers, read by a worker of their own: its rules are large, so they are loaded when the first number is to be
//! read.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::Object;
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerType};

use super::{Inputs, js, worker};
use crate::chat::Input;
use crate::chat::id::Ticket;
use crate::chat::input::PhoneError;

/// The worker's script, relative to the page.
pub const SCRIPT: &str = "./kith-phone_loader.js";

/// How long an answer may take, the worker's download included, in milliseconds.
const PATIENCE: u32 = 15_000;

/// The reader of phone numbers.
///
/// Asked `{id, text, region}`, the worker answers `{id, number}` or `{id, error}`. What was asked before its first word
/// may be lost, so it is asked again then.
pub struct Phone(Rc<Reader>);

struct Reader {
    script: String,
    inputs: Inputs,
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
    ticket: Ticket,
    message: Object,
    _limit: Timeout,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Phone {
    /// A reader whose worker runs this script; nothing is loaded yet.
    #[must_use]
    pub fn new(script: &str, inputs: &Inputs) -> Self {
        Self(Rc::new(Reader {
            script: script.to_owned(),
            inputs: inputs.clone(),
            worker: RefCell::new(None),
            questions: RefCell::default(),
            next: Cell::new(0),
        }))
    }

    /// Carries out `Effect::ParsePhone`.
    pub fn parse(&self, ticket: Ticket, text: &str, region: &str) {
        let reader = &self.0;
        let id = reader.next.get();
        reader.next.set(id.wrapping_add(1));
        let message = js::object(&[("id", id.into()), ("text", text.into()), ("region", region.into())]);
        let weak = Rc::downgrade(reader);
        let limit = Timeout::new(PATIENCE, move || {
            if let Some(reader) = weak.upgrade() {
                reader.answer(id, Err(PhoneError::Unavailable));
            }
        });
        let question = Question { id, ticket, message: message.clone(), _limit: limit };
        reader.questions.borrow_mut().push(question);
        if !reader.post(&message) {
            reader.failed();
        }
    }
}

impl Reader {
    /// Hands a question to the worker, starting it first where there is none; false when that is impossible.
    fn post(self: &Rc<Self>, message: &Object) -> bool {
        if self.worker.borrow().is_none() {
            let Ok(handle) = start(&self.script, &Rc::downgrade(self)) else { return false };
            *self.worker.borrow_mut() = Some(handle);
        }
        self.worker.borrow().as_ref().is_some_and(|handle| handle.worker.post_message(message).is_ok())
    }

    fn hear(self: &Rc<Self>, data: &JsValue) {
        let first = self
            .worker
            .borrow_mut()
            .as_mut()
            .is_some_and(|handle| !std::mem::replace(&mut handle.spoke, true));
        if let Some((id, number)) = parse_answer(data) {
            self.answer(id, number);
        } else if first {
            let questions: Vec<_> =
                self.questions.borrow().iter().map(|question| question.message.clone()).collect();
            for message in &questions {
                self.post(message);
            }
        }
    }

    fn answer(&self, id: u32, number: Result<Arc<str>, PhoneError>) {
        let mut questions = self.questions.borrow_mut();
        let Some(at) = questions.iter().position(|question| question.id == id) else { return };
        let question = questions.remove(at);
        drop(questions);
        self.inputs.push(Input::Phone(question.ticket, number));
    }

    /// There is no worker: nobody waits for it, and the next question tries anew.
    fn failed(&self) {
        self.worker.take();
        let questions = std::mem::take(&mut *self.questions.borrow_mut());
        for question in questions {
            self.inputs.push(Input::Phone(question.ticket, Err(PhoneError::Unavailable)));
        }
    }
}

fn start(script: &str, reader: &Weak<Reader>) -> Result<Handle, JsValue> {
    let worker = worker::start(script, WorkerType::Module)?;
    let weak = reader.clone();
    let message = EventListener::new(&worker, "message", move |event| {
        if let (Some(reader), Some(event)) = (weak.upgrade(), event.dyn_ref::<MessageEvent>()) {
            reader.hear(&event.data());
        }
    });
    let weak = reader.clone();
    let error = EventListener::new(&worker, "error", move |_| {
        if let Some(reader) = weak.upgrade() {
            reader.failed();
        }
    });
    Ok(Handle { worker, spoke: false, _listeners: [message, error] })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn parse_answer(answer: &JsValue) -> Option<(u32, Result<Arc<str>, PhoneError>)> {
    let id = js::property(answer, "id")?.as_f64()? as u32;
    if let Some(number) = js::property(answer, "number") {
        return Some((id, Ok(number.as_string()?.into())));
    }
    Some((id, Err(phone_error(&js::property(answer, "error")?.as_string()?))))
}

fn phone_error(name: &str) -> PhoneError {
    match name {
        "not-a-number" => PhoneError::NotANumber,
        "no-country" => PhoneError::NoCountry,
        "unknown-country" => PhoneError::UnknownCountry,
        "too-short" => PhoneError::TooShort,
        "too-long" => PhoneError::TooLong,
        "invalid" => PhoneError::Invalid,
        _ => PhoneError::Unavailable,
    }
}
