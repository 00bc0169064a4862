//! A dialog that holds the focus until it is closed, and then gives it back.

use std::cell::RefCell;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::ui::widgets::live::{act, follow};

thread_local! {
    /// What had the focus before each open dialog.
    static OPENERS: RefCell<Vec<Option<HtmlElement>>> = const { RefCell::new(Vec::new()) };
}

/// A dialog, open for as long as it is on the screen. `on_close` is called when the person leaves it by Escape or by
/// its closing button.
#[component]
pub(crate) fn Modal(
    #[prop(into)] title: String,
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    follow(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            let opener = document().active_element().and_then(|element| element.dyn_into().ok());
            OPENERS.with_borrow_mut(|openers| openers.push(opener));
            // It is on the page and not open: showing it cannot fail.
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(|| {
        let opener = OPENERS.with_borrow_mut(Vec::pop).flatten();
        // Only when the dialog is gone can anything else take the focus.
        request_animation_frame(move || {
            if let Some(opener) = opener
                && document().active_element().is_none_or(|element| element.tag_name() == "BODY")
            {
                let _ = opener.focus();
            }
        });
    });
    let name = title.clone();
    view! {
        <dialog node_ref=dialog class="modal" aria-label=name on:close=act(move |_| on_close.run(()))>
            <h2>{title}</h2>
            {children()}
        </dialog>
    }
}
