//! How much was written to a profile's database. It is no secret: a number.
//!
//! It is advanced after the commit that it speaks of, so by itself it is never ahead of the database: not after a crash
//! either, for what it lacks then only makes it say less.

use super::local;

const NAME: &str = "epoch";

/// What was noted last; nothing where that is gone, or storage is denied.
pub(super) fn read(profile: &str) -> Option<f64> {
    local::read(profile, NAME)?.parse().ok().filter(|epoch: &f64| epoch.is_finite())
}

/// Notes it.
pub(super) fn write(profile: &str, epoch: f64) {
    local::write(profile, NAME, &epoch.to_string());
}
