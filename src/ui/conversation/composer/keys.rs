//! Which key does what while writing.

use leptos::ev::{self, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::writing::Writing;

/// A key in the field.
pub(super) fn keydown(writing: Writing, event: &KeyboardEvent) {
    // The Enter that ends the composition of a word belongs to the input method; Safari says so by the code alone.
    if event.is_composing() || event.key_code() == 229 {
        return;
    }
    match event.key().as_str() {
        "Enter" if sends(writing.enter_sends(), event) => {
            event.prevent_default();
            writing.submit();
        }
        "ArrowUp" if is_plain(event) && writing.edit_latest_if_blank() => event.prevent_default(),
        "Escape" => {
            event.stop_propagation();
            if writing.is_editing() {
                writing.stop_editing();
            } else {
                writing.mark_read();
            }
        }
        _ => {}
    }
}

fn sends(enter_sends: bool, event: &KeyboardEvent) -> bool {
    let with_command = event.ctrl_key() || event.meta_key();
    with_command || (enter_sends && !event.shift_key() && !event.alt_key())
}

fn is_plain(event: &KeyboardEvent) -> bool {
    !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key())
}

/// A letter that is typed while no field has the focus goes to the composer.
pub(super) fn reach_from_anywhere(area: NodeRef<html::Textarea>) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_letter = event.key().chars().count() == 1 && event.key() != " ";
        if !is_letter || event.ctrl_key() || event.meta_key() || event.alt_key() || is_taken() {
            return;
        }
        if let Some(area) = area.get_untracked() {
            // The browser then puts the letter where the focus has gone.
            let _ = area.focus();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Whether the keys belong to something else: a field, a dialog, a menu.
fn is_taken() -> bool {
    let document = document();
    let in_field = document.active_element().is_some_and(|active| {
        active.matches("input, textarea, select").unwrap_or(false)
            || active.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
    });
    in_field || document.query_selector("dialog[open], :popover-open").ok().flatten().is_some()
}
