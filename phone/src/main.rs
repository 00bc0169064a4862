//! The worker: `{id, text, region}` comes in, `{id, number}` or `{id, error}` goes out. It posts `"ready"` once.

#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::{Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

    pub(crate) fn start() {
        let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
            return;
        };
        let replies = scope.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            // A reply that cannot be sent has nobody left to read it.
            let _ = replies.post_message(&answer(&event.data()));
        });
        scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // The worker lives until it is terminated from outside, and so does its listener.
        on_message.forget();
        let _ = scope.post_message(&"ready".into());
    }

    fn answer(question: &JsValue) -> JsValue {
        let field = |name: &str| Reflect::get(question, &name.into()).unwrap_or_default();
        let text = |name: &str| field(name).as_string().unwrap_or_default();
        let reply = Object::new();
        let _ = Reflect::set(&reply, &"id".into(), &field("id"));
        let (key, value) = match kith_phone::parse(&text("text"), &text("region")) {
            Ok(number) => ("number", JsValue::from(number)),
            Err(error) => ("error", error.name().into()),
        };
        let _ = Reflect::set(&reply, &key.into(), &value);
        reply.into()
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::start();
}
