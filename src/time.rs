//! Points in time, only ever passed in: nothing in the core reads a clock.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A monotonic point in time, in milliseconds since an arbitrary start (the page's time origin).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub u64);

impl Instant {
    /// The time that has passed since `earlier`; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }
}

/// A wall-clock point in time, in milliseconds since 1970-01-01T00:00:00Z. It may jump, and it may be wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The time that has passed since `earlier`; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }
}

/// Both clocks, read once by the driver for one step of the core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// For deadlines and intervals.
    pub instant: Instant,
    /// For what people and peers are told.
    pub timestamp: Timestamp,
}

/// A day of the person's calendar, counted from 1970-01-01 in their time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// Year, month and day of the month in the Gregorian calendar.
    #[must_use]
    pub fn date(self) -> (i32, u32, u32) {
        // Counted from 1 March of the year 0 on, leap days are last, and 400 years have as many days as any other 400.
        let days = i64::from(self.0) + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let number = |number: i64| u32::try_from(number).unwrap_or_default();
        (i32::try_from(era * 400 + year + next).unwrap_or_default(), number(month), number(day))
    }
}

/// Tells the person's calendar day at a point in time; the browser knows the time zone, the core does not.
pub type Calendar = fn(Timestamp) -> Day;

/// Days in UTC: for robots, tests and whoever has no time zone.
#[must_use]
pub fn utc_day(at: Timestamp) -> Day {
    Day(i32::try_from(at.0 / 86_400_000).unwrap_or(i32::MAX))
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        for (day, date) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_777, (2026, 11, 20)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(Day(day).date(), date);
        }
    }
}
