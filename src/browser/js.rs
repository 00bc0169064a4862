//! What `web-sys` has only behind its `unstable` flag, and small bridges to JavaScript.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbRequest, IdbTransaction, Window, WorkerOptions};

#[wasm_bindgen]
extern "C" {
    /// `navigator.locks`.
    pub(super) type LockManager;

    #[wasm_bindgen(method, catch)]
    pub(super) fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        holder: &Function,
    ) -> Result<Promise, JsValue>;

    /// `navigator.storage`, which only secure origins have.
    pub(super) type StorageManager;

    #[wasm_bindgen(method, catch)]
    pub(super) fn persist(this: &StorageManager) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn persisted(this: &StorageManager) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn estimate(this: &StorageManager) -> Result<Promise, JsValue>;

    /// `IDBDatabase` with the options of `transaction`.
    pub(super) type DurableDatabase;

    #[wasm_bindgen(method, catch)]
    pub(super) fn transaction(
        this: &DurableDatabase,
        stores: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;

    /// `IDBObjectStore` with the options of `getAll` and `getAllKeys` (Chromium 141).
    pub(super) type DirectedStore;

    #[wasm_bindgen(method, catch, js_name = getAll)]
    pub(super) fn get_all(this: &DirectedStore, options: &Object) -> Result<IdbRequest, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getAllKeys)]
    pub(super) fn get_all_keys(this: &DirectedStore, options: &Object) -> Result<IdbRequest, JsValue>;

    /// `crypto.subtle`, which only secure origins have.
    pub(super) type SubtleCrypto;

    #[wasm_bindgen(method, catch, js_name = generateKey)]
    pub(super) fn generate_key(
        this: &SubtleCrypto,
        algorithm: &Object,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn encrypt(
        this: &SubtleCrypto,
        algorithm: &Object,
        key: &JsValue,
        data: &Uint8Array,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn decrypt(
        this: &SubtleCrypto,
        algorithm: &Object,
        key: &JsValue,
        data: &Uint8Array,
    ) -> Result<Promise, JsValue>;

    /// `trustedTypes`.
    pub(super) type TrustedTypePolicyFactory;

    #[wasm_bindgen(method, catch, js_name = createPolicy)]
    pub(super) fn create_policy(
        this: &TrustedTypePolicyFactory,
        name: &str,
        rules: &Object,
    ) -> Result<TrustedTypePolicy, JsValue>;

    /// What vouches for text that is to be run.
    pub(super) type TrustedTypePolicy;

    #[wasm_bindgen(method, catch, js_name = createScriptURL)]
    pub(super) fn create_script_url(this: &TrustedTypePolicy, url: &str) -> Result<JsValue, JsValue>;

    /// `Worker` with an address that is a `TrustedScriptURL` or plain text.
    #[wasm_bindgen(js_name = Worker)]
    pub(super) type AnyWorker;

    #[wasm_bindgen(constructor, catch, js_class = "Worker")]
    pub(super) fn new(script: &JsValue, options: &WorkerOptions) -> Result<AnyWorker, JsValue>;
}

/// The page's window.
#[expect(clippy::expect_used, reason = "the app runs in a page, never in a worker")]
pub(super) fn window() -> Window {
    web_sys::window().expect("a page has a window")
}

/// A JavaScript object with these properties.
pub(super) fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        // A fresh object refuses no property.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

/// A property that the object may lack.
pub(super) fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// The `name` of an exception; empty where it has none.
pub(super) fn error_name(error: &JsValue) -> String {
    property(error, "name").and_then(|name| name.as_string()).unwrap_or_default()
}

/// A promise and the function that settles it, once.
pub(super) fn gate() -> (Promise, Function) {
    let mut open = None;
    let promise = Promise::new(&mut |resolve, _| open = Some(resolve));
    #[expect(clippy::expect_used, reason = "ECMA-262: the executor runs before the constructor returns")]
    let open = open.expect("the executor has run");
    (promise, open)
}

/// Waits until `promise` is settled, but no longer than `milliseconds`.
pub(super) async fn within(milliseconds: u32, promise: &Promise) {
    let (late, open) = gate();
    let _timeout = gloo::timers::callback::Timeout::new(milliseconds, move || {
        let _ = open.call0(&JsValue::UNDEFINED);
    });
    let _ = JsFuture::from(Promise::race(&Array::of2(promise, &late))).await;
}

/// Lets the page draw what it shows, before work that holds it up.
pub(super) async fn drawn() {
    let frame = Promise::new(&mut |resolve, _| {
        // A page out of sight has no frames: then the limit ends the wait.
        let _ = window().request_animation_frame(&resolve);
    });
    within(100, &frame).await;
    // What the frame's callbacks have changed is drawn at its end, before the next task.
    let (task, open) = gate();
    let _timeout = gloo::timers::callback::Timeout::new(0, move || {
        let _ = open.call0(&JsValue::UNDEFINED);
    });
    let _ = JsFuture::from(task).await;
}
