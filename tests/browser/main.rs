//! What only a browser can tell: run with `cargo test --target wasm32-unknown-unknown --test browser`.
#![cfg(target_arch = "wasm32")]

mod composer;
mod screen;
mod timeline;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
