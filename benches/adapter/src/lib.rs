//! Kith's MQTT client alone, without a chat: `mqtt::Session` behind `browser::Driver`, which drains, joins and flushes
//! here exactly as it does in the app. `benches/pages/kith.js` makes `window.benchAdapter` of it.

#![cfg(target_arch = "wasm32")]

mod core;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Function, Promise};
use kith::browser::driver::Settings;
use kith::browser::{Driver, Inputs};
use kith::chat::Input;
use kith::mqtt::{Publish, QoS, TopicFilter, TopicName};
use wasm_bindgen::prelude::*;

use crate::core::Bench;

/// What the page asks for; each one comes with an input of its own, as a `Command` does in the app.
pub(crate) enum Request {
    Connect { url: String, client_id: String, window: u16, resolve: Function },
    Subscribe { filter: TopicFilter, qos: QoS, resolve: Function },
    Publish { publish: Publish, done: Function },
    Disconnect,
}

pub(crate) type Requests = Rc<RefCell<VecDeque<Request>>>;
pub(crate) type OnMessage = Rc<RefCell<Option<Function>>>;

struct Adapter {
    _driver: Driver,
    inputs: Inputs,
    requests: Requests,
    on_message: OnMessage,
}

impl Adapter {
    fn start(name: &str) -> Self {
        let requests = Requests::default();
        let on_message = OnMessage::default();
        let settings = Settings { profile: format!("bench-{name}"), ..Settings::default() };
        let driver = Driver::start(settings, Bench::new(requests.clone(), on_message.clone()), |_| {});
        Self { inputs: driver.inputs(), _driver: driver, requests, on_message }
    }

    fn ask(&self, request: Request) {
        self.requests.borrow_mut().push_back(request);
        // Any input that the driver hands on as it is: it only says that a request waits.
        self.inputs.push(Input::Online(true));
    }
}

thread_local! {
    static ADAPTER: RefCell<Option<Adapter>> = const { RefCell::new(None) };
}

fn ask(request: Request) {
    ADAPTER.with_borrow(|adapter| {
        if let Some(adapter) = adapter {
            adapter.ask(request);
        }
    });
}

fn promise(request: impl FnOnce(Function) -> Request) -> Promise {
    let mut request = Some(request);
    Promise::new(&mut |resolve, _| {
        if let Some(request) = request.take() {
            ask(request(resolve));
        }
    })
}

fn quality(qos: u8) -> QoS {
    match qos {
        0 => QoS::AtMostOnce,
        1 => QoS::AtLeastOnce,
        _ => QoS::ExactlyOnce,
    }
}

/// Resolved after CONNACK, with a clean session. `window` is how many publishes may be unacknowledged.
#[wasm_bindgen]
pub fn connect(url: String, client_id: String, window: u16) -> Promise {
    console_error_panic_hook::set_once();
    ADAPTER.set(Some(Adapter::start(&client_id)));
    promise(move |resolve| Request::Connect { url, client_id, window, resolve })
}

/// Resolved after SUBACK.
///
/// # Errors
/// When it is no Topic Filter.
#[wasm_bindgen]
pub fn subscribe(filter: String, qos: u8) -> Result<Promise, JsError> {
    let filter = TopicFilter::parse(filter)?;
    Ok(promise(move |resolve| Request::Subscribe { filter, qos: quality(qos), resolve }))
}

/// `done` is called once it is handed over (QoS 0), after PUBACK (1) or PUBCOMP (2).
///
/// # Errors
/// When it is no Topic Name.
#[wasm_bindgen]
pub fn publish(topic: String, payload: Vec<u8>, qos: u8, done: Function) -> Result<(), JsError> {
    let topic = TopicName::parse(topic)?;
    let publish = Publish { topic, payload: payload.into(), qos: quality(qos), retain: false };
    ask(Request::Publish { publish, done });
    Ok(())
}

/// `f(topic, Uint8Array)` for each message, in order.
#[wasm_bindgen(js_name = onMessage)]
pub fn on_message(f: Function) {
    ADAPTER.with_borrow(|adapter| {
        if let Some(adapter) = adapter {
            *adapter.on_message.borrow_mut() = Some(f);
        }
    });
}

/// Says DISCONNECT.
#[wasm_bindgen]
pub fn disconnect() {
    ask(Request::Disconnect);
}
