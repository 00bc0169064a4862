//! Keys as the screens tell of them: what is compared, what a change means, and what is asked before.

use kith::chat::change::{Comparing, ComparingStage, Safety};
use kith::chat::contact::{Claimant, Contact, Keys, Presence, Profile, Relation};
use kith::chat::conversation::Conversation;
use kith::chat::input::CameraError;
use kith::chat::{Change, Command};
use kith::e2ee::key::Fingerprint;
use kith::e2ee::safety::{CodeError, Comparison};
use kith::e2ee::trust::{Standing, Trust};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::screen::{ADA, Screen, conversation, pause};

/// The chat with Ada, whose key is known so.
async fn chat(trust: Trust, standing: Standing, presence: Presence) -> Screen {
    let screen = Screen::open(vec![], "", true).await;
    let profile = Profile { name: "Ada".into(), ..Profile::default() };
    let keys = Keys::Known { trust, standing };
    let ada = Contact { id: ADA, profile, relation: Relation::Friend, presence, keys, is_proved: true };
    screen.state.apply(Change::Contact(Box::new(ada)));
    pause(20).await;
    screen
}

/// The dialog in which keys are compared.
async fn verifying(trust: Trust) -> Screen {
    let screen = chat(trust, Standing::Open, Presence::Online).await;
    let menu = screen.find(".conversation-header button[aria-label='Chat actions']").expect("a menu");
    menu.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    let first = screen.find("[role='menuitem']").expect("a line");
    let wanted = if trust == Trust::Verified { "Verification" } else { "Verify" };
    assert_eq!(first.text_content().as_deref(), Some(wanted));
    first.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    let (number, code) = ("12345".repeat(12).into(), "KITH1:E8C2".into());
    let safety = Safety { contact: ADA, key: Fingerprint([7; 16]), number, code };
    screen.state.apply(Change::Safety(Box::new(safety)));
    pause(20).await;
    screen.commands();
    screen
}

#[wasm_bindgen_test]
async fn it_is_said_what_must_be_the_same_and_what_must_not() {
    let screen = verifying(Trust::FirstUse).await;
    let titles: Vec<_> = screen.all("dialog h3").iter().filter_map(|title| title.text_content()).collect();
    assert_eq!(titles, ["Safety number", "Code to scan"]);
    let said = screen.text("dialog");
    assert!(
        said.contains("All 60 digits must be the same") && said.contains("each screen shows another one"),
        "{said}"
    );
}

#[wasm_bindgen_test]
async fn a_verification_is_removed_after_a_question() {
    let screen = verifying(Trust::Verified).await;
    screen.click("Remove verification").await;
    assert_eq!(screen.commands(), []);
    let question = || screen.find("dialog[aria-label='Remove the verification of Ada?']");
    assert!(question().is_some());
    let agree = screen.find("dialog dialog .danger-fill").expect("a yes");
    agree.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    assert_eq!(screen.commands(), [Command::Unverify(ADA)]);
}

#[wasm_bindgen_test]
async fn who_wants_to_compare_is_seen_in_the_dialog_over_the_chat() {
    let screen = verifying(Trust::FirstUse).await;
    let asked = Comparing { contact: ADA, stage: ComparingStage::Asked };
    screen.state.apply(Change::Comparing(Some(asked)));
    pause(20).await;
    assert!(screen.text("dialog [role='status']").contains("Ada wants to compare emoji"));
    let yes = screen.find("dialog [role='status'] .primary").expect("a yes");
    yes.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    assert!(screen.commands().contains(&Command::CompareEmoji(ADA)));
    assert!(screen.find("dialog").is_none(), "it makes room for the emoji");
}

#[wasm_bindgen_test]
async fn a_changed_key_is_told_with_its_owners_name_and_a_proposal() {
    for (trust, standing, presence, offered) in [
        (
            Trust::FirstUse,
            Standing::Held,
            Presence::Online,
            &["Verify", "Trust the new key", "Stay with the old key"][..],
        ),
        (Trust::Verified, Standing::Blocked, Presence::Offline(None), &["Verify", "Stay with the old key"]),
    ] {
        let screen = chat(trust, standing, presence).await;
        let note = screen.text(".key-note");
        assert!(note.contains("Ada has"), "{note}");
        assert_eq!(note.contains("online right now"), presence == Presence::Online, "{note}");
        let buttons: Vec<_> =
            screen.all(".key-note button").iter().filter_map(|it| it.text_content()).collect();
        assert_eq!(buttons, offered);
        assert_eq!(screen.text(".key-note .primary"), "Verify");
        screen.commands();
        screen.click("Stay with the old key").await;
        assert_eq!(screen.commands(), [Command::KeepKey(ADA)]);
        assert!(screen.text("[aria-label='Notices']").contains("The new key is ignored."));
    }
}

#[wasm_bindgen_test]
async fn what_a_typed_code_has_shown_stands_below_its_field_and_in_view() {
    let screen = verifying(Trust::FirstUse).await;
    screen.find("dialog details").expect("a field").set_attribute("open", "").expect("an attribute");
    for (outcome, words) in [
        (Err(CodeError), "no code of Kith"),
        (Ok(Comparison::Own), "your own code"),
        // The same once more is said once more.
        (Ok(Comparison::Own), "your own code"),
        (Ok(Comparison::NumberDiffers), "not the safety number"),
    ] {
        let dialog = screen.find("dialog").expect("a dialog");
        dialog.set_scroll_top(0);
        screen.state.apply(Change::Compared(ADA, outcome));
        pause(100).await;
        let (alert, field) = (screen.find("dialog [role='alert']:not(:empty)"), screen.find("dialog form"));
        let (alert, field) = (alert.expect("an alert"), field.expect("a form"));
        assert!(alert.text_content().is_some_and(|text| text.contains(words)), "{words}");
        let (alert, field) = (alert.get_bounding_client_rect(), field.get_bounding_client_rect());
        assert!(alert.top() >= field.bottom() && alert.top() <= field.bottom() + 40.0, "below the field");
    }
}

#[wasm_bindgen_test]
async fn what_is_the_same_is_said_where_it_was_asked() {
    let screen = verifying(Trust::FirstUse).await;
    let keys = Keys::Known { trust: Trust::Verified, standing: Standing::Open };
    let profile = Profile { name: "Ada".into(), ..Profile::default() };
    let (relation, presence) = (Relation::Friend, Presence::Online);
    let ada = Contact { id: ADA, profile, relation, presence, keys, is_proved: true };
    screen.state.apply(Change::Contact(Box::new(ada)));
    screen.state.apply(Change::Compared(ADA, Ok(Comparison::Match)));
    pause(100).await;
    assert_eq!(screen.text("dialog .verify-outcome [role='status']"), "You have verified Ada.");
    assert_eq!(screen.text("dialog .verify-way .verify-done"), "Verified");
    assert!(screen.find("dialog [role='alert']:not(:empty)").is_none());
}

#[wasm_bindgen_test]
async fn without_a_camera_the_number_stays_and_nothing_is_scanned() {
    for (error, words) in
        [(CameraError::Missing, "cannot use a camera"), (CameraError::Denied, "not allowed")]
    {
        let screen = verifying(Trust::FirstUse).await;
        screen.click("Scan their code").await;
        assert!(screen.find("dialog video").is_some());
        screen.state.apply(Change::NoCamera(error));
        pause(50).await;
        assert!(screen.find("dialog video").is_none());
        let said = screen.text("dialog");
        assert!(
            said.contains(words) && said.contains("Safety number") && !said.contains("Stop scanning"),
            "{said}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_decision_about_keys_that_waits_is_told_in_both_lists() {
    let claimant =
        Claimant { key: Fingerprint([1; 16]), code: "1754".into(), name: "Dan".into(), usable: true };
    let known = |trust, standing| Keys::Known { trust, standing };
    for (keys, words) in [
        (known(Trust::FirstUse, Standing::Held), "Security key changed"),
        (known(Trust::Verified, Standing::Blocked), "Security key changed"),
        (known(Trust::FirstUse, Standing::Vouched), "Security key changed"),
        (Keys::Several(vec![claimant]), "Several keys"),
        (known(Trust::FirstUse, Standing::Open), ""),
        (known(Trust::FirstUse, Standing::NotAccepted), ""),
    ] {
        let screen = chat(Trust::FirstUse, Standing::Open, Presence::Online).await;
        let told = Conversation { draft: "a draft".into(), ..conversation("") };
        screen.state.apply(Change::Conversation(Box::new(told)));
        let profile = Profile { name: "Ada".into(), ..Profile::default() };
        let (relation, presence) = (Relation::Friend, Presence::Online);
        let ada = Contact { id: ADA, profile, relation, presence, keys, is_proved: true };
        screen.state.apply(Change::Contact(Box::new(ada)));
        pause(20).await;
        let line = screen.text(".chat-line-warning");
        assert!(line.starts_with(words) && line.is_empty() == words.is_empty(), "{line:?} {words:?}");
        assert_eq!(screen.find(".chat-line-mark.warning-mark").is_some(), !words.is_empty());
        web_sys::window().expect("a page").location().set_hash("#/contacts").expect("a fragment");
        pause(50).await;
        let line = screen.text(".person-warning");
        assert!(line.starts_with(words) && line.is_empty() == words.is_empty(), "{line:?} {words:?}");
        assert_eq!(screen.find(".person-warning .icon").is_some(), !words.is_empty());
    }
}
