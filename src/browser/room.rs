//! What the browser says of the room that there is for what is stored, and whether it keeps it.

use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;
use web_sys::wasm_bindgen::{JsCast, JsValue};

use super::clock::whole;
use super::database::{Database, RESERVE};
use super::js::{self, StorageManager};
use crate::chat::survey::{Space, Survey};

/// What must be free, in bytes, before room is kept for a full disk: nobody's last room is taken for that.
const PLENTY: u64 = 3 * RESERVE as u64;

/// How things stand; with `ask` the browser is asked first to keep what is stored.
pub(super) async fn survey(database: Option<&Database>, ask: bool) -> Survey {
    let manager = manager();
    if let (Some(manager), true) = (&manager, ask) {
        // What came of it is asked next.
        let _ = answer(manager.persist()).await;
    }
    let (mut persistent, mut space) = (None, None);
    if let Some(manager) = &manager {
        persistent = answer(manager.persisted()).await.and_then(|persisted| persisted.as_bool());
        space = answer(manager.estimate()).await.and_then(|estimate| read(&estimate));
    }
    if let Some(database) = database {
        let plenty = space.is_none_or(|space| space.granted.saturating_sub(space.used) >= PLENTY);
        // Where it fails there is none, and the next look is soon enough.
        let _ = database.keep_reserve(plenty).await;
    }
    Survey { persistent, space, full: database.is_some_and(Database::is_spent) }
}

/// What a browser answers; nothing where it does not know the question.
async fn answer(asked: Result<Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(asked.ok()?).await.ok()
}

fn read(estimate: &JsValue) -> Option<Space> {
    let number = |name| js::property(estimate, name)?.as_f64().map(whole);
    Some(Space { used: number("usage")?, granted: number("quota")? })
}

/// Only secure origins have one.
fn manager() -> Option<StorageManager> {
    js::property(&js::window().navigator(), "storage").map(JsCast::unchecked_into)
}
