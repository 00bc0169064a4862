//! The theme, where style sheets and the next page load find it.

use web_sys::HtmlElement;
use web_sys::wasm_bindgen::JsCast;

use super::js;
use crate::chat::account::Theme;

/// Where `page/boot.js` reads the theme before anything is drawn.
pub const KEY: &str = "kith.theme";

/// Applies the theme and keeps it. Where storage is denied it is applied only.
pub fn apply(theme: Theme) {
    let name = match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    };
    let window = js::window();
    let root = window.document().and_then(|document| document.document_element());
    if let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        // Setting and removing a data attribute with such a name cannot fail.
        let _ = match name {
            Some(name) => root.dataset().set("theme", name),
            None => root.remove_attribute("data-theme"),
        };
    }
    if let Ok(Some(storage)) = window.local_storage() {
        let _ = match name {
            Some(name) => storage.set_item(KEY, name),
            None => storage.remove_item(KEY),
        };
    }
}
