//! How much was written to a profile's database, kept where it is not put back or deleted together with it. It is no
//! secret: a number.
//!
//! It is advanced after the commit that it speaks of, so by itself it is never ahead of the database: not after a crash
//! either, for what it lacks then only makes it say less.

use web_sys::Storage;

use super::js;

/// What was noted last; nothing where that is gone, or storage is denied.
pub(super) fn read(profile: &str) -> Option<f64> {
    storage()?.get_item(&key(profile)).ok()??.parse().ok().filter(|epoch: &f64| epoch.is_finite())
}

/// Notes it.
pub(super) fn write(profile: &str, epoch: f64) {
    if let Some(storage) = storage() {
        // Where it cannot be noted nothing is known later, which is no harm.
        let _ = storage.set_item(&key(profile), &epoch.to_string());
    }
}

fn key(profile: &str) -> String {
    format!("{profile}.epoch")
}

fn storage() -> Option<Storage> {
    js::window().local_storage().ok().flatten()
}
