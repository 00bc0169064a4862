//! Web Locks: who owns the profile.

use std::cell::Cell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use js_sys::Function;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal};

use super::js::{self, LockManager};

/// How to ask for a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Get it, if nobody has it.
    IfFree,
    /// Queue for it, at most for this many milliseconds.
    Within(u32),
    /// Queue for it until this says to stop.
    Until(AbortSignal),
    /// Take it from whoever has it.
    Steal,
}

/// A lock of this origin; released when dropped.
#[derive(Debug)]
pub struct Lock {
    release: Function,
}

impl Lock {
    /// Whether there are locks here: on insecure origins (`http://192.168.…`) there are none.
    #[must_use]
    pub fn is_supported() -> bool {
        manager().is_some()
    }

    /// Asks for a lock. `on_lost` is called if somebody steals it later.
    pub async fn request(name: &str, ask: Ask, on_lost: impl FnOnce() + 'static) -> Option<Self> {
        let (answered, answer) = js::gate();
        let (held, release) = js::gate();
        let granted = Rc::new(Cell::new(false));
        let holder = Closure::<dyn FnMut(JsValue) -> JsValue>::new({
            let (answer, granted) = (answer.clone(), granted.clone());
            move |lock: JsValue| {
                granted.set(!lock.is_null());
                let _ = answer.call0(&JsValue::UNDEFINED);
                // The browser holds the lock until this promise is settled.
                if granted.get() { held.clone().into() } else { JsValue::UNDEFINED }
            }
        });
        let controller = AbortController::new().ok()?;
        let ended =
            manager()?.request(name, &options(&ask, &controller), holder.as_ref().unchecked_ref()).ok()?;
        spawn_local({
            let granted = granted.clone();
            async move {
                let ended = JsFuture::from(ended).await;
                drop(holder);
                let _ = answer.call0(&JsValue::UNDEFINED);
                if ended.is_err() && granted.get() {
                    on_lost();
                }
            }
        });
        let _limit = match ask {
            Ask::Within(milliseconds) => Some(Timeout::new(milliseconds, move || controller.abort())),
            Ask::IfFree | Ask::Until(_) | Ask::Steal => None,
        };
        // This promise is never rejected.
        let _ = JsFuture::from(answered).await;
        granted.get().then_some(Self { release })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

fn options(ask: &Ask, controller: &AbortController) -> js_sys::Object {
    match ask {
        Ask::IfFree => js::object(&[("ifAvailable", JsValue::TRUE)]),
        Ask::Within(_) => js::object(&[("signal", controller.signal().into())]),
        Ask::Until(signal) => js::object(&[("signal", signal.into())]),
        Ask::Steal => js::object(&[("steal", JsValue::TRUE)]),
    }
}

fn manager() -> Option<LockManager> {
    js::property(&js::window().navigator(), "locks").map(JsCast::unchecked_into)
}
