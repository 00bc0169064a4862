//! Keys as the screens tell of them: what is compared, what a change means, and what is asked before.

use kith::chat::change::{Comparing, ComparingStage, Safety};
use kith::chat::contact::{Contact, Keys, Presence, Profile, Relation};
use kith::chat::{Change, Command};
use kith::e2ee::key::Fingerprint;
use kith::e2ee::trust::{Standing, Trust};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::screen::{ADA, Screen, pause};

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
