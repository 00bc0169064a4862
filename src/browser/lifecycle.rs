//! What happens to the page: network, visibility, leaving, coming back, falling asleep.

use std::rc::Rc;

use gloo::events::EventListener;
use web_sys::PageTransitionEvent;
use web_sys::wasm_bindgen::JsCast;

use super::js;

/// What happens to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// There is a network, or there is none.
    Online(bool),
    /// It came into view, or went out of it.
    Visible(bool),
    /// It is about to go.
    Leaving,
    /// It came back from the back/forward cache.
    Returned,
    /// The browser stops everything that runs in it.
    Freezing,
    /// And lets it run again.
    Thawed,
}

/// Listens until dropped.
pub struct Lifecycle {
    on_moment: Rc<dyn Fn(Moment)>,
    _listeners: Vec<EventListener>,
}

impl Lifecycle {
    /// Begins to listen.
    #[must_use]
    pub fn new(on_moment: impl Fn(Moment) + 'static) -> Self {
        let on_moment: Rc<dyn Fn(Moment)> = Rc::new(on_moment);
        // Those of the document bubble to the window.
        let on = |name: &'static str, moment: fn() -> Moment| {
            let on_moment = on_moment.clone();
            EventListener::new(&js::window(), name, move |_| on_moment(moment()))
        };
        let returned = on_moment.clone();
        let listeners = vec![
            on("online", || Moment::Online(true)),
            on("offline", || Moment::Online(false)),
            on("pagehide", || Moment::Leaving),
            on("visibilitychange", || Moment::Visible(is_visible())),
            on("freeze", || Moment::Freezing),
            on("resume", || Moment::Thawed),
            EventListener::new(&js::window(), "pageshow", move |event| {
                if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                    returned(Moment::Returned);
                }
            }),
        ];
        Self { on_moment, _listeners: listeners }
    }

    /// Tells how things stand now.
    pub fn announce(&self) {
        (self.on_moment)(Moment::Online(js::window().navigator().on_line()));
        (self.on_moment)(Moment::Visible(is_visible()));
    }
}

fn is_visible() -> bool {
    js::window().document().is_some_and(|document| !document.hidden())
}
