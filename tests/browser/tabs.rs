use std::cell::RefCell;
use std::rc::Rc;

use kith::chat::change::{Alert, Change, Phase};
use kith::chat::command::Origin;
use kith::chat::id::{ConversationId, MessageId, UserId};
use kith::chat::{Command, Effect, Input};
use wasm_bindgen_test::wasm_bindgen_test;

use super::driver::{Stage, stage_of};
use super::support::{fresh, js, js_async, number};

fn full() -> Change {
    Change::Alert(Some(Alert::StorageFull))
}

fn send() -> Command {
    let conversation = ConversationId(UserId([1; 16]));
    Command::Send { id: MessageId([2; 16]), conversation, text: "Hello".into() }
}

/// A tab whose core shows something as soon as it has the profile, and answers what it is asked.
fn tab(profile: &str) -> (Stage, Rc<RefCell<Vec<Phase>>>) {
    let phases = Rc::new(RefCell::new(Vec::new()));
    let seen = phases.clone();
    let answer = |input: &Input| match input {
        Input::Claimed { .. } => vec![Effect::Show(full())],
        Input::Yielded => vec![Effect::Show(Change::Phase(Phase::Elsewhere))],
        Input::Joined(tab) => {
            [full(), Change::Phase(Phase::Ready)].map(|change| Effect::ShowIn(*tab, change)).into()
        }
        Input::Asked(origin, _) => vec![Effect::Took(*origin)],
        _ => vec![],
    };
    let stage = stage_of(profile, answer, move |change| {
        if let Change::Phase(phase) = change {
            seen.borrow_mut().push(phase.clone());
        }
    });
    (stage, phases)
}

/// Waits for an input, whatever comes before it.
async fn until(stage: &Stage, wanted: impl Fn(&Input) -> bool) -> Input {
    loop {
        let input = stage.heard.next().await;
        if wanted(&input) {
            return input;
        }
    }
}

fn is_claimed(input: &Input) -> bool {
    matches!(input, Input::Claimed { .. })
}

fn is_command(input: &Input) -> bool {
    matches!(input, Input::Asked(Origin { number: 1.., .. }, _))
}

/// Waits until this is so.
async fn soon(is_so: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if is_so() {
            return;
        }
        js_async("setTimeout(done, 5)").await;
    }
    panic!("it is not so for too long");
}

/// Until something was shown.
async fn shown(stage: &Stage) {
    soon(|| !stage.shown.borrow().is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_second_tab_shows_what_the_first_does_and_what_is_done_there_goes_to_the_first() {
    let profile = fresh("tabs");
    let (first, _) = tab(&profile);
    until(&first, is_claimed).await;
    let (second, phases) = tab(&profile);
    shown(&second).await;
    assert_eq!(*second.shown.borrow(), [full()]);
    assert_eq!(*phases.borrow(), [Phase::Ready]);
    second.driver.commands()(send());
    let Input::Asked(origin, command) = until(&first, is_command).await else { unreachable!() };
    assert_eq!((origin.number, command), (1, send()));
    assert!(!second.heard.rest().iter().any(is_claimed));
}

#[wasm_bindgen_test]
async fn when_the_first_tab_goes_the_second_goes_on_with_what_was_not_answered() {
    let profile = fresh("tabs");
    let (first, _) = tab(&profile);
    until(&first, is_claimed).await;
    let (second, phases) = tab(&profile);
    shown(&second).await;
    second.driver.commands()(send());
    let began = number("performance.now()");
    drop(first);
    until(&second, is_claimed).await;
    let Input::Asked(_, command) = until(&second, is_command).await else { unreachable!() };
    assert_eq!(command, send());
    assert!(number("performance.now()") - began < 2_000.0);
    assert_eq!(*phases.borrow(), [Phase::Ready], "the screens go on as they are");
}

#[wasm_bindgen_test]
async fn a_tab_in_charge_that_says_nothing_is_robbed_within_two_seconds_and_follows() {
    let profile = fresh("tabs");
    // It has the lock, and its core is stuck: a page that was stopped.
    js(&format!(
        "globalThis.stuck = navigator.locks.request('{profile}/profile', () => new Promise(() => {{}})).catch(() => 0)"
    ));
    let began = number("performance.now()");
    let (second, _) = tab(&profile);
    until(&second, is_claimed).await;
    let waited = number("performance.now()") - began;
    assert!((1_000.0..2_000.0).contains(&waited), "{waited}");
    js_async("stuck.then(done)").await;
}

#[wasm_bindgen_test]
async fn what_has_a_secret_in_it_takes_charge_and_the_other_tab_follows() {
    let profile = fresh("tabs");
    let (first, _) = tab(&profile);
    until(&first, is_claimed).await;
    let (second, _) = tab(&profile);
    shown(&second).await;
    second.driver.commands()(Command::ShowWords(None));
    until(&first, |input| *input == Input::Yielded).await;
    until(&second, is_claimed).await;
    until(&second, |input| matches!(input, Input::Asked(_, Command::ShowWords(None)))).await;
    first.driver.commands()(send());
    until(&second, is_command).await;
}

#[wasm_bindgen_test]
async fn a_tab_of_another_build_says_so() {
    let profile = fresh("tabs");
    let (first, _) = tab(&profile);
    until(&first, is_claimed).await;
    let (second, phases) = tab(&profile);
    shown(&second).await;
    let lead = "new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 0])";
    js(&format!("const c = new BroadcastChannel('{profile}/tabs'); c.postMessage({lead}); c.close()"));
    soon(|| phases.borrow().len() == 3).await;
    assert_eq!(*phases.borrow(), [Phase::Ready, Phase::Starting, Phase::Outdated]);
}
