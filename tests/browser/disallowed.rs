//! What clippy.toml forbids, named once each: an entry that clippy does not heed leaves its expectation unfulfilled,
//! and that is an error of the lints.

use js_sys::Function;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::Element;

#[expect(clippy::disallowed_methods, reason = "clippy sees it")]
const _: fn(&str) -> Result<JsValue, JsValue> = js_sys::eval;

#[expect(clippy::disallowed_methods, reason = "clippy sees it")]
const _: fn(&str) -> Function = Function::new_no_args;

#[expect(clippy::disallowed_methods, reason = "clippy sees it")]
const _: fn(&str, &str) -> Function = Function::new_with_args;

#[expect(clippy::disallowed_methods, reason = "clippy sees it")]
const _: fn(&Element, &str) = Element::set_inner_html;

#[expect(clippy::disallowed_methods, reason = "clippy sees it")]
const _: fn(&Element, &str) = Element::set_outer_html;

#[expect(clippy::disallowed_methods, reason = "clippy sees it")]
const _: fn(&Element, &str, &str) -> Result<(), JsValue> = Element::insert_adjacent_html;

#[expect(dead_code, clippy::disallowed_methods, reason = "clippy sees it")]
fn markup() -> impl IntoView {
    leptos::html::div().inner_html("")
}
