//! How a transaction ends. (`idb` has a future for that, whose closures take one error each: a transaction in which one
//! request fails tells of every other one, too.)

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;
use web_sys::wasm_bindgen::JsCast;
use web_sys::{Event, IdbRequest, IdbTransaction};

use super::{schema, storage_error};
use crate::browser::js;
use crate::chat::input::StorageError;

/// The end of a transaction; listened for from when this is made.
pub(super) struct Ending {
    raw: IdbTransaction,
    ended: Promise,
    committed: Rc<Cell<bool>>,
    /// Why the first request that failed did.
    failed: Rc<RefCell<Option<StorageError>>>,
    _listeners: [EventListener; 3],
}

impl Ending {
    pub(super) fn of(raw: &IdbTransaction) -> Self {
        let (ended, end) = js::gate();
        let (committed, failed) = (Rc::new(Cell::new(false)), Rc::new(RefCell::new(None)));
        let (commit, fail, abort) = (committed.clone(), failed.clone(), end.clone());
        let listeners = [
            EventListener::new(raw, "error", move |event| {
                let mut failed = fail.borrow_mut();
                *failed = failed.take().or_else(|| request_error(event));
            }),
            EventListener::new(raw, "complete", move |_| {
                commit.set(true);
                let _ = end.call0(&js::window());
            }),
            EventListener::new(raw, "abort", move |_| {
                let _ = abort.call0(&js::window());
            }),
        ];
        Self { raw: raw.clone(), ended, committed, failed, _listeners: listeners }
    }

    /// Waits until it is complete: on disk, not only done.
    pub(super) async fn wait(self) -> Result<(), StorageError> {
        // This promise is never rejected.
        let _ = JsFuture::from(self.ended).await;
        if self.committed.get() {
            return Ok(());
        }
        let error = self.raw.error().map(|error| storage_error(&error));
        Err(self.failed.take().or(error).unwrap_or(StorageError::Failed))
    }
}

/// Where the seat's record breaks the rule of its index, somebody else has the seat.
fn request_error(event: &Event) -> Option<StorageError> {
    let request = event.target()?.dyn_into::<IdbRequest>().ok()?;
    let error = request.error().ok().flatten()?;
    let store = request.source().and_then(|source| js::property(&source, "name"));
    let of_seat = store.is_some_and(|name| name == schema::SEAT);
    if of_seat && js::error_name(&error) == "ConstraintError" {
        return Some(StorageError::Superseded);
    }
    Some(storage_error(&error))
}
