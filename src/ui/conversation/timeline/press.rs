//! A finger that stays on a message: its menu, as a right click opens it.

use std::time::Duration;

use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::actions::Opened;
use crate::chat::id::MessageId;
use crate::ui::widgets::menu::Anchor;

/// How long a finger stays that means it, in milliseconds.
const LONG: f64 = 500.0;
/// How far a finger may stray meanwhile, in pixels.
const STILL: i32 = 10;

/// A finger that is down on a message.
#[derive(Clone, Copy)]
struct Down {
    opened: Opened,
    at: (i32, i32),
    /// When, in milliseconds of the events' clock.
    since: f64,
}

/// The finger that is down, if one is; copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Press {
    menu: RwSignal<Option<Opened>>,
    down: StoredValue<Option<Down>>,
}

impl Press {
    pub(super) fn new(menu: RwSignal<Option<Opened>>) -> Self {
        Self { menu, down: StoredValue::new(None) }
    }

    pub(super) fn began(self, event: &PointerEvent) {
        let touches = event.pointer_type() == "touch" && event.is_primary();
        self.down.set_value(message_of(event).filter(|_| touches).map(|message| Down {
            opened: Opened { message, anchor: Anchor::at(event) },
            at: (event.client_x(), event.client_y()),
            since: event.time_stamp(),
        }));
    }

    pub(super) fn moved(self, event: &PointerEvent) {
        let strayed = |down: Down| {
            let (x, y) = (event.client_x() - down.at.0, event.client_y() - down.at.1);
            x.abs().max(y.abs()) > STILL
        };
        if self.down.get_value().is_some_and(strayed) {
            self.end();
        }
    }

    /// The finger is lifted. The menu opens only now: the browser closes what is open where a finger is lifted.
    pub(super) fn lifted(self, event: &PointerEvent) {
        let down = self.down.get_value().filter(|down| event.time_stamp() - down.since >= LONG);
        self.end();
        if let Some(down) = down {
            let open = move || {
                let _ = self.menu.try_set(Some(down.opened));
            };
            set_timeout(open, Duration::ZERO);
        }
    }

    /// It scrolls, or does something else.
    pub(super) fn end(self) {
        self.down.set_value(None);
    }
}

/// The message below a finger; none where there is a link, which has a menu of the browser's own.
fn message_of(event: &PointerEvent) -> Option<MessageId> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    if element.closest("a, button").ok().flatten().is_some() {
        return None;
    }
    let message = element.closest(".bubble").ok().flatten()?.closest(".message").ok().flatten()?;
    MessageId::parse(message.id().strip_prefix("m-")?).ok()
}
