use std::time::Duration;

use kith::browser::clock;
use kith::browser::timer::Timer;
use kith::chat::Input;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Recorder, js_async, script};

fn ticker() -> String {
    script(include_str!("../../public/tick.js"))
}

fn timer(script: &str) -> (Timer, Recorder) {
    let recorder = Recorder::new();
    let inputs = recorder.inputs.clone();
    (Timer::new(script, move || inputs.push(Input::Timeout)), recorder)
}

/// Waits for the worker, which begins with the first deadline.
async fn ready(timer: &Timer) {
    for _ in 0..500 {
        if timer.has_worker() {
            return;
        }
        js_async("setTimeout(done, 10)").await;
    }
    panic!("the worker never said that it is ready");
}

#[wasm_bindgen_test]
async fn a_deadline_comes_once_and_not_early_by_worker() {
    let (timer, recorder) = timer(&ticker());
    assert!(!timer.has_worker());
    timer.set(Some(clock::instant() + Duration::from_secs(3_600)));
    ready(&timer).await;
    let deadline = clock::instant() + Duration::from_millis(40);
    timer.set(Some(deadline));
    assert_eq!(recorder.next().await, Input::Timeout);
    assert!(clock::instant() >= deadline);
    js_async("setTimeout(done, 80)").await;
    assert_eq!(recorder.rest(), []);
}

#[wasm_bindgen_test]
async fn without_its_worker_the_pages_own_timer_serves() {
    for missing in ["./there-is-no-such-script.js".to_owned(), script("throw new Error('broken')")] {
        let (timer, recorder) = timer(&missing);
        let deadline = clock::instant() + Duration::from_millis(60);
        timer.set(Some(deadline));
        assert_eq!(recorder.next().await, Input::Timeout);
        assert!(clock::instant() >= deadline);
        assert!(!timer.has_worker());
    }
}

#[wasm_bindgen_test]
async fn a_later_deadline_costs_no_arming_and_an_earlier_one_does() {
    let (timer, recorder) = timer("./there-is-no-such-script.js");
    let now = clock::instant();
    timer.set(Some(now + Duration::from_millis(3_000)));
    timer.set(Some(now + Duration::from_millis(4_000)));
    timer.set(Some(now + Duration::from_millis(4_000)));
    assert_eq!(timer.armings(), 1);
    timer.set(Some(now + Duration::from_millis(30)));
    assert_eq!(timer.armings(), 2);
    // Moved away again: it must not come at the time it was armed for.
    timer.set(Some(now + Duration::from_millis(120)));
    assert_eq!(recorder.next().await, Input::Timeout);
    assert!(clock::instant() >= now + Duration::from_millis(120));
}

#[wasm_bindgen_test]
async fn a_cleared_deadline_and_a_dropped_timer_do_not_come() {
    let (timer, recorder) = timer(&ticker());
    assert!(!timer.has_worker());
    timer.set(Some(clock::instant() + Duration::from_secs(3_600)));
    ready(&timer).await;
    timer.set(Some(clock::instant() + Duration::from_millis(20)));
    timer.set(None);
    js_async("setTimeout(done, 60)").await;
    timer.set(Some(clock::instant() + Duration::from_millis(20)));
    drop(timer);
    js_async("setTimeout(done, 60)").await;
    assert_eq!(recorder.rest(), []);
}

#[wasm_bindgen_test]
async fn what_was_pending_before_the_worker_came_is_handed_to_it() {
    let (timer, recorder) = timer(&ticker());
    timer.set(Some(clock::instant() + Duration::from_millis(400)));
    ready(&timer).await;
    assert_eq!(timer.armings(), 2);
    assert_eq!(recorder.next().await, Input::Timeout);
    // The page's own timer, due at the same time, would come before one that is set only now.
    js_async("setTimeout(done)").await;
    assert_eq!(recorder.rest(), []);
}
