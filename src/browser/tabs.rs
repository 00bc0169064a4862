//! The wire between the tabs of a profile, and the beat by which they notice that one is there no more.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use js_sys::Uint8Array;
use web_sys::wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};

use super::clock;
use super::lock::Lock;
use crate::chat::id::TabId;
use crate::chat::tabs;

/// The beat, in milliseconds.
const BEAT: u32 = 400;

/// What the wire brings.
pub(super) enum News {
    /// Another tab has said this.
    Heard(Vec<u8>),
    /// A beat.
    Beat,
}

/// This tab among the tabs.
pub(super) struct Tabs {
    /// Where it stands.
    pub(super) place: RefCell<tabs::Tabs>,
    channel: Option<BroadcastChannel>,
    _listener: Option<EventListener>,
    on_news: Rc<dyn Fn(News)>,
    beat: RefCell<Option<Interval>>,
}

impl Tabs {
    /// The tabs of this profile. Without locks nobody could say who is in charge: there each stands for itself.
    pub(super) fn new(profile: &str, on_news: impl Fn(News) + 'static) -> Self {
        let channel = BroadcastChannel::new(&format!("{profile}/tabs")).ok().filter(|_| Lock::is_supported());
        let on_news: Rc<dyn Fn(News)> = Rc::new(on_news);
        let listener = channel.as_ref().map(|channel| {
            let on_news = on_news.clone();
            EventListener::new(channel, "message", move |event| {
                let event = event.dyn_ref::<MessageEvent>();
                if let Some(bytes) = event.and_then(|event| event.data().dyn_into::<Uint8Array>().ok()) {
                    on_news(News::Heard(bytes.to_vec()));
                }
            })
        });
        let id = clock::whole(js_sys::Math::random() * 9_007_199_254_740_992.0);
        Self {
            place: RefCell::new(tabs::Tabs::new(TabId(id), channel.is_some())),
            channel,
            _listener: listener,
            on_news,
            beat: RefCell::default(),
        }
    }

    /// Says something to the others.
    pub(super) fn post(&self, message: &[u8]) {
        if let Some(channel) = &self.channel {
            // It throws only when the channel is closed.
            let _ = channel.post_message(&Uint8Array::from(message));
        }
    }

    /// Beats while there is somebody to listen for.
    pub(super) fn rest(&self) {
        let wanted = self.place.borrow().listens();
        let mut beat = self.beat.borrow_mut();
        if wanted && beat.is_none() {
            let on_news = self.on_news.clone();
            *beat = Some(Interval::new(BEAT, move || on_news(News::Beat)));
        } else if !wanted {
            beat.take();
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}
