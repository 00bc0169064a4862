//! Points in time, in the words and figures of the browser's language.

use std::time::Duration;

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::time::{Day, Timestamp};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

thread_local! {
    // Making a formatter costs more than a hundred uses of it.
    static TIME: Function = formatter(&[("hour", "numeric"), ("minute", "2-digit")]);
    static WEEKDAY: Function = formatter(&[("weekday", "long")]);
    static DAY: Function = formatter(&[("weekday", "long"), ("day", "numeric"), ("month", "long")]);
    static DAY_OF_YEAR: Function = formatter(&[("day", "numeric"), ("month", "long"), ("year", "numeric")]);
    static SHORT: Function = formatter(&[("day", "numeric"), ("month", "short")]);
    static FULL: Function = formatter(&[("dateStyle", "full"), ("timeStyle", "medium")]);
}

/// "14:05"
pub(crate) fn time(at: Timestamp) -> String {
    TIME.with(|format| apply(format, at))
}

/// "Friday, 20 November 2026 at 14:05:09"
pub(crate) fn full(at: Timestamp) -> String {
    FULL.with(|format| apply(format, at))
}

/// "Today", "Yesterday", "Monday, 2 November", and with the year where it is another one.
pub(crate) fn day(at: Timestamp, today: Day) -> String {
    match today.0.saturating_sub(day_of(at).0) {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..300 => DAY.with(|format| apply(format, at)),
        _ => DAY_OF_YEAR.with(|format| apply(format, at)),
    }
}

/// As the list of chats says it: the time, "Yesterday", the weekday, the date.
pub(crate) fn list_time(at: Timestamp, today: Day) -> String {
    match today.0.saturating_sub(day_of(at).0) {
        ..=0 => time(at),
        1 => "Yesterday".to_owned(),
        2..7 => WEEKDAY.with(|format| apply(format, at)),
        _ => SHORT.with(|format| apply(format, at)),
    }
}

/// "offline · last seen 5 minutes ago"
pub(crate) fn offline(last_seen: Timestamp, now: Timestamp) -> String {
    format!("{} · {}", super::OFFLINE, self::last_seen(last_seen, now))
}

fn last_seen(at: Timestamp, now: Timestamp) -> String {
    let ago = now.since(at);
    if ago < MINUTE {
        return "last seen just now".to_owned();
    }
    if ago < HOUR {
        let minutes = usize::try_from(ago.as_secs() / 60).unwrap_or(0);
        return format!("last seen {} ago", super::counted(minutes, "minute", "minutes"));
    }
    match day_of(now).0.saturating_sub(day_of(at).0) {
        0 => format!("last seen at {}", time(at)),
        1 => format!("last seen yesterday at {}", time(at)),
        _ => format!("last seen {}", SHORT.with(|format| apply(format, at))),
    }
}

/// The time on the wall.
pub(crate) fn wall_clock() -> Timestamp {
    // Milliseconds since 1970 are whole and positive.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and positive")]
    Timestamp(Date::now() as u64)
}

/// The person's calendar day.
pub(crate) fn today() -> Day {
    day_of(wall_clock())
}

fn day_of(at: Timestamp) -> Day {
    let minutes_west = date(at).get_timezone_offset();
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "days fit")]
    Day(((at.0 as f64 - minutes_west * 60_000.0) / 86_400_000.0).floor() as i32)
}

fn date(at: Timestamp) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
    Date::new(&JsValue::from_f64(at.0 as f64))
}

fn apply(format: &Function, at: Timestamp) -> String {
    format.call1(&JsValue::UNDEFINED, &date(at)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn formatter(options: &[(&str, &str)]) -> Function {
    let object = Object::new();
    for (name, value) in options {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    Intl::DateTimeFormat::new(&Array::new(), &object).format()
}
