//! A Web Worker that answers questions: `{id, …}` comes in, `{id, …}` goes out. It posts `"ready"` once; what was asked
//! before may be lost.
#![cfg(target_arch = "wasm32")]

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Answers every question from now on: `answer` is given the question, and gives the answer's member, if it has one.
/// Outside of a worker nothing happens.
pub fn serve(answer: fn(&JsValue) -> Option<(&'static str, JsValue)>) {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let replies = scope.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let question = event.data();
        let reply = Object::new();
        for (name, value) in [("id", field(&question, "id"))].into_iter().chain(answer(&question)) {
            // A fresh object refuses no property.
            let _ = Reflect::set(&reply, &name.into(), &value);
        }
        // A reply that cannot be sent has nobody left to read it.
        let _ = replies.post_message(&reply);
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The worker lives until it is terminated from outside, and so does its listener.
    on_message.forget();
    let _ = scope.post_message(&"ready".into());
}

/// A member of a question; undefined where it has none.
#[must_use]
pub fn field(question: &JsValue, name: &str) -> JsValue {
    Reflect::get(question, &name.into()).unwrap_or_default()
}
