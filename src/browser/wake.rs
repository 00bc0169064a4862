//! Wakes the queue's consumer: in a microtask, or, where it has to let the page breathe, in a task of its own.

use std::cell::Cell;
use std::mem;
use std::rc::Rc;

use web_sys::wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, Window};

use super::js;

/// Calls one function later. A message channel is not clamped to 4 ms as `setTimeout` is.
pub(super) struct Wake {
    window: Window,
    microtask: Option<Closure<dyn Fn()>>,
    /// Microtasks to come.
    pending: Rc<Cell<u32>>,
    channel: Option<MessageChannel>,
    _task: Closure<dyn Fn()>,
}

impl Wake {
    /// `run` is called once for each [`Self::soon`] and each [`Self::later`].
    pub(super) fn new(run: impl Fn() + Clone + 'static) -> Self {
        let pending = Rc::new(Cell::new(0));
        let microtask = Closure::<dyn Fn()>::new({
            let (run, pending) = (run.clone(), pending.clone());
            move || {
                pending.set(pending.get() - 1);
                run();
            }
        });
        let task = Closure::<dyn Fn()>::new(run);
        let channel = MessageChannel::new().ok();
        if let Some(channel) = &channel {
            channel.port1().set_onmessage(Some(task.as_ref().unchecked_ref()));
        }
        Self { window: js::window(), microtask: Some(microtask), pending, channel, _task: task }
    }

    /// Calls it in a microtask: before the browser does anything else.
    pub(super) fn soon(&self) {
        if let Some(microtask) = &self.microtask {
            self.pending.set(self.pending.get() + 1);
            self.window.queue_microtask(microtask.as_ref().unchecked_ref());
        }
    }

    /// Calls it in a task: after what the browser has to do first.
    pub(super) fn later(&self) {
        match &self.channel {
            Some(channel) if channel.port2().post_message(&JsValue::NULL).is_ok() => {}
            _ => self.soon(),
        }
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.port1().set_onmessage(None);
            channel.port1().close();
        }
        // A microtask cannot be taken back; freed under it, the closure would throw.
        if self.pending.get() > 0 {
            mem::forget(self.microtask.take());
        }
    }
}
