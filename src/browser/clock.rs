//! Clocks and the person's calendar.

use web_sys::Performance;

use crate::time::{Day, Instant, Now, Timestamp};

use super::js;

const MINUTE: f64 = 60_000.0;
const DAY: f64 = 86_400_000.0;

thread_local! {
    /// Asked for once: the clock is read for each input.
    static PERFORMANCE: Option<Performance> = js::window().performance();
}

/// Milliseconds since the page began, monotonic.
#[must_use]
pub fn instant() -> Instant {
    Instant(whole(PERFORMANCE.with(|performance| performance.as_ref().map_or(0.0, Performance::now))))
}

/// The wall clock.
#[must_use]
pub fn timestamp() -> Timestamp {
    Timestamp(whole(js_sys::Date::now()))
}

/// Both clocks.
#[must_use]
pub fn now() -> Now {
    Now { instant: instant(), timestamp: timestamp() }
}

/// The calendar day of the browser's time zone, as that zone was or will be at that very time.
#[must_use]
pub fn calendar(at: Timestamp) -> Day {
    #[expect(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years")]
    let at = at.0 as f64;
    let offset = js_sys::Date::new(&at.into()).get_timezone_offset();
    // Beyond what `Date` covers (year 275,760) the offset is not a number: UTC will do.
    let offset = if offset.is_finite() { offset } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
    let day = ((at - offset * MINUTE) / DAY).floor() as i32;
    Day(day)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
/// A JavaScript number as a whole one; below 0 and above 2^64 the nearest there is.
pub(super) fn whole(number: f64) -> u64 {
    number as u64
}
