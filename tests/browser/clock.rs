use kith::browser::{clock, random_bytes};
use kith::time::{Day, Timestamp, utc_day};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{js_async, number};

/// The calendar day by another way: the browser's own year, month and day.
fn day_of_date(at: u64) -> f64 {
    number(&format!("(d => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 864e5)(new Date({at}))"))
}

#[wasm_bindgen_test]
fn calendar_agrees_with_the_browsers_date_around_every_change_of_clocks() {
    // Three years in steps of 25 minutes' worth of prime: every hour of the day, both changes of each year.
    for step in 0..30_000_u64 {
        let at = 1_700_000_000_000 + step * 3_163_000;
        let Day(day) = clock::calendar(Timestamp(at));
        assert_eq!(f64::from(day), day_of_date(at), "at {at}");
    }
}

#[wasm_bindgen_test]
fn calendar_does_not_fail_where_dates_end() {
    let far = Timestamp(8_700_000_000_000_000);
    assert_eq!(clock::calendar(far), utc_day(far));
}

#[wasm_bindgen_test]
async fn instants_advance_and_timestamps_are_the_wall_clock() {
    let before = clock::now();
    js_async("setTimeout(done, 20)").await;
    let passed = clock::instant().since(before.instant).as_millis();
    assert!((19..2_000).contains(&passed), "{passed} ms");
    let wall = number("Date.now()");
    assert!((wall - clock::timestamp().0 as f64).abs() < 1_000.0);
}

#[wasm_bindgen_test]
fn random_bytes_differ_and_may_be_many() {
    let (one, two): ([u8; 16], [u8; 16]) = (random_bytes(), random_bytes());
    assert_ne!(one, two);
    let many: [u8; 70_000] = random_bytes();
    assert!(many[65_536..].iter().any(|byte| *byte != 0));
}
