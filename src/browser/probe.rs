//! Whether anything answers at an address.

use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, RequestMode};

use super::js;

/// Carries out `Effect::Probe`. What answers stays hidden from the page; that it does is all that is asked.
pub async fn answers(address: &str) -> bool {
    let init = RequestInit::new();
    init.set_mode(RequestMode::NoCors);
    init.set_cache(RequestCache::NoStore);
    JsFuture::from(js::window().fetch_with_str_and_init(address, &init)).await.is_ok()
}
