use kith::browser::theme;
use kith::chat::account::Theme;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{js, patch};

fn shown() -> JsValue {
    js("return document.documentElement.dataset.theme ?? null")
}

fn kept() -> JsValue {
    js("return localStorage.getItem('kith.theme')")
}

#[wasm_bindgen_test]
fn a_theme_is_shown_and_kept_and_the_systems_is_neither() {
    for (chosen, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        theme::apply(chosen);
        assert_eq!(shown(), name);
        assert_eq!(kept(), name);
    }
    theme::apply(Theme::System);
    assert_eq!(shown(), JsValue::NULL);
    assert_eq!(kept(), JsValue::NULL);
}

#[wasm_bindgen_test]
fn the_boot_script_shows_what_was_kept_and_nothing_else() {
    let boot = include_str!("../../page/boot.js");
    theme::apply(Theme::Dark);
    js("delete document.documentElement.dataset.theme");
    js(boot);
    assert_eq!(shown(), "dark");
    theme::apply(Theme::System);
    js("localStorage.setItem('kith.theme', 'pink')");
    js(boot);
    assert_eq!(shown(), JsValue::NULL);
    js("localStorage.removeItem('kith.theme')");
}

#[wasm_bindgen_test]
fn denied_storage_still_shows_the_theme() {
    let _undo = patch(
        "globalThis.realStorage = Object.getOwnPropertyDescriptor(window, 'localStorage');
         Object.defineProperty(window, 'localStorage', {configurable: true, get() { throw new DOMException('no', 'SecurityError'); }})",
        "Object.defineProperty(window, 'localStorage', realStorage); delete document.documentElement.dataset.theme",
    );
    theme::apply(Theme::Dark);
    assert_eq!(shown(), "dark");
    // Nothing to be caught: the script keeps its hands off.
    js(include_str!("../../page/boot.js"));
}
