//! The wall clock as a signal, for texts that change with time.

use std::time::Duration;

use leptos::prelude::*;

use crate::time::{Day, Timestamp};
use crate::ui::text;

/// The time, told again and again for as long as the caller is on the screen.
pub(crate) fn every(interval: Duration) -> ReadSignal<Timestamp> {
    let (now, set_now) = signal(text::wall_clock());
    if let Ok(handle) = set_interval_with_handle(move || set_now.set(text::wall_clock()), interval) {
        on_cleanup(move || handle.clear());
    }
    now
}

/// The person's calendar day, for as long as the caller is on the screen.
pub(crate) fn today() -> Memo<Day> {
    let minute = every(Duration::from_secs(30));
    Memo::new(move |_| {
        minute.track();
        text::today()
    })
}
