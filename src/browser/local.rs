//! Small things kept where they are not put back or deleted together with a profile's database, and where writing is
//! done when it returns: `localStorage`. Nothing secret lies there.

use web_sys::Storage;

use super::js;

/// What lies there under a name; nothing where that is gone, or storage is denied.
pub(super) fn read(profile: &str, name: &str) -> Option<String> {
    storage()?.get_item(&key(profile, name)).ok()?
}

/// Puts it there. Where that fails nothing is known later, which whoever reads it must stand.
pub(super) fn write(profile: &str, name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&key(profile, name), value);
    }
}

/// Takes it away.
pub(super) fn remove(profile: &str, name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(profile, name));
    }
}

fn key(profile: &str, name: &str) -> String {
    format!("{profile}.{name}")
}

fn storage() -> Option<Storage> {
    js::window().local_storage().ok().flatten()
}
