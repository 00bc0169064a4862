//! Starting workers, with scripts that come from where the page comes from.
//!
//! `index.html` asks the browser to take no plain text for the address of a script. The one policy that it allows,
//! `kith`, is made here with the first worker and never leaves this module.

use wasm_bindgen::prelude::*;
use web_sys::{Url, Worker, WorkerOptions, WorkerType};

use super::js::{self, AnyWorker, TrustedTypePolicy, TrustedTypePolicyFactory};

thread_local! {
    /// Nothing where the browser has no Trusted Types.
    static POLICY: Option<TrustedTypePolicy> = policy();
}

/// Starts a worker with this script, whose address is relative to the page.
pub(super) fn start(script: &str, kind: WorkerType) -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(kind);
    let script = POLICY.with(|policy| match policy {
        Some(policy) => policy.create_script_url(script),
        None => Ok(script.into()),
    })?;
    AnyWorker::new(&script, &options).map(JsCast::unchecked_into)
}

fn policy() -> Option<TrustedTypePolicy> {
    let factory = js::property(&js::window(), "trustedTypes")?;
    let rule = Closure::<dyn Fn(String) -> Result<String, JsValue>>::new(own);
    let rules = js::object(&[("createScriptURL", rule.into_js_value())]);
    // Denied, plain text is tried, and the browser says what is wrong with it.
    factory.unchecked_into::<TrustedTypePolicyFactory>().create_policy("kith", &rules).ok()
}

/// The address, if it is one of the page's own origin.
fn own(script: String) -> Result<String, JsValue> {
    let location = js::window().location();
    let url = Url::new_with_base(&script, &location.href()?)?;
    if url.origin() == location.origin()? {
        return Ok(script);
    }
    Err(js_sys::TypeError::new("this script is not the page's own").into())
}
