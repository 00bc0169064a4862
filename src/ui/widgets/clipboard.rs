//! Copying.

use leptos::prelude::*;

/// Copies a text; says whether the page may. It may not on plain http from another machine.
pub(crate) fn copy(text: &str) -> bool {
    let window = window();
    if !window.is_secure_context() {
        return false;
    }
    // The answer is a promise that only fails where the person has forbidden it, and then the browser says so.
    let _ = window.navigator().clipboard().write_text(text);
    true
}
