//! Being told when something has another size.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// Calls back when one of the elements has another size, until it is dropped.
pub(crate) struct Watch {
    observer: Option<ResizeObserver>,
    _callback: Closure<dyn FnMut()>,
}

impl Watch {
    pub(crate) fn new(elements: &[&Element], callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            elements.iter().for_each(|element| observer.observe(element));
        }
        Self { observer, _callback: callback }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
