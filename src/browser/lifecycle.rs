//! What happens to the page: network, visibility, leaving, coming back.

use gloo::events::EventListener;
use web_sys::PageTransitionEvent;
use web_sys::wasm_bindgen::JsCast;

use super::{Inputs, js};
use crate::chat::Input;

/// Listens until dropped.
pub struct Lifecycle {
    inputs: Inputs,
    _listeners: [EventListener; 5],
}

impl Lifecycle {
    /// Begins to listen.
    #[must_use]
    pub fn new(inputs: &Inputs) -> Self {
        let window = js::window();
        let on = |name: &'static str, input: fn() -> Input| {
            let inputs = inputs.clone();
            EventListener::new(&window, name, move |_| inputs.push(input()))
        };
        let online = on("online", || Input::Online(true));
        let offline = on("offline", || Input::Online(false));
        let hide = on("pagehide", || Input::Leaving);
        let show = EventListener::new(&window, "pageshow", {
            let inputs = inputs.clone();
            move |event| {
                if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                    inputs.push(Input::Returned);
                }
            }
        });
        // It bubbles from the document to the window.
        let visible = on("visibilitychange", || Input::Visible(is_visible()));
        Self { inputs: inputs.clone(), _listeners: [online, offline, hide, show, visible] }
    }

    /// Tells how things stand now.
    pub fn announce(&self) {
        self.inputs.push(Input::Online(js::window().navigator().on_line()));
        self.inputs.push(Input::Visible(is_visible()));
    }
}

fn is_visible() -> bool {
    js::window().document().is_some_and(|document| !document.hidden())
}
