//! The composer: what its keys do and what it keeps.

use kith::chat::change::{Form, Rejection};
use kith::chat::{Change, Command};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::{Screen, account, pause, row, sent};
use crate::support::patch;

#[wasm_bindgen_test]
async fn enter_sends_and_empties_the_field() {
    let screen = Screen::open(vec![], "", true).await;
    screen.write("  Hello there ").await;
    assert!(!screen.press("Enter", |_| {}).await, "no new line");
    assert_eq!(sent(&screen.commands()), ["Hello there"]);
    screen.state.apply(Change::Done(Form::Composer));
    pause(20).await;
    assert_eq!(screen.composer().value(), "", "stored");
    screen.press("Enter", |_| {}).await;
    assert!(sent(&screen.commands()).is_empty());
}

#[wasm_bindgen_test]
async fn what_is_being_stored_is_sent_once_and_what_is_typed_meanwhile_stands_alone() {
    let screen = Screen::open(vec![], "", true).await;
    screen.write("one").await;
    screen.press("Enter", |_| {}).await;
    screen.press("Enter", |_| {}).await;
    assert_eq!(sent(&screen.commands()), ["one"]);
    screen.write("two").await;
    screen.press("Enter", |_| {}).await;
    let field = screen.composer();
    let about_to_type = web_sys::Event::new("beforeinput").expect("an event");
    field.dispatch_event(&about_to_type).expect("a listener");
    assert_eq!(field.value(), "");
    screen.write("three").await;
    screen.state.apply(Change::Done(Form::Composer));
    pause(20).await;
    assert_eq!(screen.composer().value(), "three");
    assert_eq!(sent(&screen.commands()), ["two"]);
}

#[wasm_bindgen_test]
async fn where_storage_is_slow_the_field_is_emptied_all_the_same() {
    let screen = Screen::open(vec![], "", true).await;
    screen.write("Hello").await;
    screen.press("Enter", |_| {}).await;
    // The runner ends a test that waits for ever.
    while !screen.composer().value().is_empty() {
        pause(10).await;
    }
}

#[wasm_bindgen_test]
async fn on_a_touch_screen_enter_begins_a_line_unless_the_person_chose_otherwise() {
    for (touch, chosen, sends) in
        [(true, None, false), (true, Some(true), true), (false, None, true), (false, Some(false), false)]
    {
        let _undo = patch(
            &format!(
                "globalThis.realMatch = globalThis.matchMedia;
                 globalThis.matchMedia = (query) => ({{ matches: query.includes('coarse') === {touch} }})"
            ),
            "globalThis.matchMedia = realMatch",
        );
        let screen = Screen::open(vec![], "", true).await;
        let mut account = account(true);
        account.preferences.enter_sends = chosen;
        screen.state.apply(Change::Account(Box::new(account)));
        pause(20).await;
        let hint = screen.composer().get_attribute("enterkeyhint");
        assert_eq!(hint.as_deref(), Some(if sends { "send" } else { "enter" }), "{touch} {chosen:?}");
        screen.write("Hello").await;
        screen.press("Enter", |_| {}).await;
        assert_eq!(sent(&screen.commands()).len(), usize::from(sends), "{touch} {chosen:?}");
    }
}

#[wasm_bindgen_test]
async fn shift_enter_is_a_new_line() {
    let screen = Screen::open(vec![], "", true).await;
    screen.write("Hello").await;
    assert!(screen.press("Enter", |init| init.set_shift_key(true)).await, "the browser makes a line");
    assert!(sent(&screen.commands()).is_empty());
}

#[wasm_bindgen_test]
async fn with_the_setting_off_only_ctrl_enter_sends() {
    let screen = Screen::open(vec![], "", false).await;
    screen.write("Hello").await;
    assert!(screen.press("Enter", |_| {}).await, "the browser makes a line");
    assert!(sent(&screen.commands()).is_empty());
    screen.press("Enter", |init| init.set_ctrl_key(true)).await;
    assert_eq!(sent(&screen.commands()), ["Hello"]);
}

#[wasm_bindgen_test]
async fn enter_that_ends_a_composition_sends_nothing() {
    let screen = Screen::open(vec![], "", true).await;
    screen.write("にほん").await;
    screen.press("Enter", |init| init.set_is_composing(true)).await;
    screen.press("Enter", |init| init.set_key_code(229)).await;
    assert!(sent(&screen.commands()).is_empty());
    assert_eq!(screen.composer().value(), "にほん");
}

#[wasm_bindgen_test]
async fn blank_is_not_sent_and_the_button_is_off() {
    let screen = Screen::open(vec![], "", true).await;
    screen.write(" \n\t ").await;
    screen.press("Enter", |_| {}).await;
    assert!(sent(&screen.commands()).is_empty());
    assert!(screen.find("button[aria-label='Send']").expect("a button \"Send\"").has_attribute("disabled"));
    screen.write("x").await;
    assert!(!screen.find("button[aria-label='Send']").expect("a button \"Send\"").has_attribute("disabled"));
}

#[wasm_bindgen_test]
async fn what_is_too_long_is_refused_with_a_reason() {
    let screen = Screen::open(vec![], "", true).await;
    for (text, over) in [("é".repeat(4100), "4 characters."), ("x".repeat(8193), "1 character.")] {
        screen.write(&text).await;
        screen.press("Enter", |_| {}).await;
        assert!(sent(&screen.commands()).is_empty());
        let reason = screen.text(".composer [role='alert']");
        assert!(reason.ends_with(&format!("Shorten it by {over}")), "{reason}");
    }
}

#[wasm_bindgen_test]
async fn the_draft_is_there_again_and_is_kept_while_typing() {
    let screen = Screen::open(vec![], "half a thought", true).await;
    assert_eq!(screen.composer().value(), "half a thought");
    screen.write("half a thought more").await;
    let kept = screen.commands();
    assert!(
        kept.iter().any(|c| matches!(c, Command::Draft { text, .. } if &**text == "half a thought more"))
    );
    assert_eq!(kept.iter().filter(|command| **command == Command::Typing).count(), 1);
    screen.write("half a thought more.").await;
    assert!(!screen.commands().contains(&Command::Typing), "at most once a second");
}

#[wasm_bindgen_test]
async fn up_edits_my_last_message_and_saves_it() {
    let rows = vec![row(1, true, "first"), row(2, true, "mine"), row(3, false, "theirs")];
    let screen = Screen::open(rows, "", true).await;
    screen.press("ArrowUp", |_| {}).await;
    assert_eq!(screen.composer().value(), "mine");
    screen.write("mine, better").await;
    screen.press("Enter", |_| {}).await;
    let commands = screen.commands();
    let message = row(2, true, "").message.id;
    assert!(commands.iter().any(|command| matches!(
        command,
        Command::Edit { message: edited, text, .. } if *edited == message && &**text == "mine, better"
    )));
    assert!(!commands.iter().any(|command| matches!(command, Command::Draft { .. })), "an edit is no draft");
    assert_eq!(screen.composer().value(), "");
}

#[wasm_bindgen_test]
async fn escape_leaves_the_edit_and_brings_the_draft_back() {
    let screen = Screen::open(vec![row(1, true, "mine")], "", true).await;
    screen.press("ArrowUp", |_| {}).await;
    screen.write("changed my mind").await;
    screen.press("Escape", |_| {}).await;
    assert_eq!(screen.composer().value(), "");
    assert!(!screen.commands().iter().any(|command| matches!(command, Command::Edit { .. })));
}

#[wasm_bindgen_test]
async fn an_edit_to_nothing_asks_before_it_deletes() {
    let screen = Screen::open(vec![row(1, true, "mine")], "", true).await;
    screen.press("ArrowUp", |_| {}).await;
    screen.write("").await;
    screen.press("Enter", |_| {}).await;
    assert!(!screen.commands().iter().any(|command| matches!(command, Command::Delete { .. })));
    let dialog = screen.find("dialog[open]").expect("a question");
    assert!(dialog.text_content().is_some_and(|text| text.contains("Delete this message?")));
    let buttons = screen.all("dialog[open] button");
    let yes = buttons.iter().find(|button| button.text_content().as_deref() == Some("Delete for everyone"));
    wasm_bindgen::JsCast::unchecked_ref::<web_sys::HtmlElement>(yes.expect("a button")).click();
    pause(20).await;
    let message = row(1, true, "").message.id;
    let deletes =
        |command: &Command| matches!(command, Command::Delete { message: gone, .. } if *gone == message);
    assert!(screen.commands().iter().any(deletes));
    assert_eq!(screen.composer().value(), "");
}

#[wasm_bindgen_test]
async fn a_refused_message_comes_back() {
    let screen = Screen::open(vec![], "", true).await;
    screen.write("precious").await;
    screen.press("Enter", |_| {}).await;
    screen.state.apply(Change::Rejected(Form::Composer, Rejection::OutboxFull));
    pause(20).await;
    assert_eq!(screen.composer().value(), "precious");
    assert!(
        screen
            .find(".composer [role='alert']")
            .is_some_and(|alert| alert.text_content() != Some(String::new()))
    );
}

#[wasm_bindgen_test]
async fn a_refused_edit_comes_back_as_the_edit_it_was() {
    let screen = Screen::open(vec![row(1, true, "mine")], "", true).await;
    screen.write("sent before").await;
    screen.press("Enter", |_| {}).await;
    screen.state.apply(Change::Done(Form::Composer));
    pause(20).await;
    screen.press("ArrowUp", |_| {}).await;
    screen.write("mine, better").await;
    screen.press("Enter", |_| {}).await;
    screen.state.apply(Change::Rejected(Form::Composer, Rejection::OutboxFull));
    pause(20).await;
    assert_eq!(screen.composer().value(), "mine, better");
    assert!(screen.find("button[aria-label='Save edit']").is_some(), "it is an edit still");
    let reason = screen.find(".composer [role='alert']").and_then(|alert| alert.text_content());
    assert!(reason.is_some_and(|reason| reason.contains("Too many messages")));
    screen.press("Escape", |_| {}).await;
    assert_eq!(screen.composer().value(), "", "the draft from before the edit");
    screen.press("ArrowUp", |_| {}).await;
    assert_eq!(screen.composer().value(), "mine", "the refused text came back once");
}
