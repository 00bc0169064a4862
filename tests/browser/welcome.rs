//! The first screen: who invites and where to, and what goes wrong before anybody has begun.

use std::sync::Arc;

use kith::chat::account::{Invite, Welcome};
use kith::chat::change::{Alert, Form, Phase, Rejection};
use kith::chat::secret::TypedWords;
use kith::chat::{Change, Command};
use kith::e2ee::invite::Secrets;
use kith::e2ee::seed::{Seed, WordsError};
use kith::time::Timestamp;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{KeyboardEvent, KeyboardEventInit};

use crate::screen::{ADA, Screen, document, pause};

const HERE: &str = "wss://here.example/mqtt";

/// The first screen of a page whose own server is [`HERE`], opened with an invite to another.
async fn invited(broker: &str) -> Screen {
    let screen = Screen::mount("");
    screen.state.offer(&Arc::from([Arc::from(HERE)]));
    let (name, root) = ("Ada".into(), "kith".into());
    let invite = Invite { from: ADA, name, broker: broker.into(), root, key: None, secrets: None };
    welcome(&screen, Some(invite)).await;
    screen
}

async fn welcome(screen: &Screen, invite: Option<Invite>) {
    let welcome = Welcome { invite, ..Welcome::default() };
    screen.state.apply(Change::Phase(Phase::Welcome(Box::new(welcome))));
    pause(50).await;
}

#[wasm_bindgen_test]
async fn an_invite_to_another_server_says_so() {
    let said = |screen: &Screen| screen.text(".welcome-inviter");
    let (other, public) = ("not the server of this page", "public test server");
    let here = invited(HERE).await;
    assert!(said(&here).contains("here.example.") && !said(&here).contains(other), "{}", said(&here));
    assert!(!said(&here).contains("wss://"), "no more of the address than a person needs: {}", said(&here));
    let elsewhere = invited("wss://elsewhere.example/mqtt").await;
    assert!(said(&elsewhere).contains(other) && !said(&elsewhere).contains(public), "{}", said(&elsewhere));
    let open = invited("wss://test.mosquitto.org:8081/mqtt").await;
    assert!(said(&open).contains(other) && said(&open).contains(public), "{}", said(&open));
}

#[wasm_bindgen_test]
async fn an_inviter_is_shown_with_their_id_and_the_code_of_their_key() {
    let screen = Screen::mount("");
    let key = *Seed::from_bytes([0x0a; 32]).identity().key();
    let (name, root) = ("Ada".into(), "kith".into());
    let invite =
        Invite { from: ADA, name, broker: HERE.into(), root, key: Some(Box::new(key)), secrets: None };
    welcome(&screen, Some(invite)).await;
    let said = screen.text(".welcome-inviter");
    // The fingerprint of PROTOCOL.md's Ada.
    assert!(said.contains("0a0a0a0a") && said.contains("C2F1 081E F677 1FB0 EBCE"), "{said}");
}

#[wasm_bindgen_test]
async fn an_invite_can_be_refused_on_the_first_screen() {
    let screen = invited("ws://elsewhere.example/mqtt").await;
    assert!(!screen.text("main").contains("Use another server"));
    screen.click("Go on without the invite").await;
    assert_eq!(screen.commands(), [Command::DismissInvite]);
    welcome(&screen, None).await;
    assert!(screen.text("main").contains("Use another server"));
    assert!(screen.find(".welcome-inviter").is_none());
}

#[wasm_bindgen_test]
async fn storage_that_is_gone_is_told_and_the_ways_back_come_first() {
    let screen = Screen::mount("");
    welcome(&screen, None).await;
    assert!(screen.find(".welcome-erased").is_none());
    let erased = Welcome { erased: true, ..Welcome::default() };
    screen.state.apply(Change::Phase(Phase::Welcome(Box::new(erased))));
    pause(50).await;
    let said = screen.text(".welcome > :first-child");
    assert!(said.contains("What was stored here is gone") && said.contains("Restore a backup"), "{said}");
    assert_eq!(screen.all(".welcome-ways").len(), 1, "not twice");
    screen.click("I have my recovery words").await;
    assert!(screen.find("#recovery-words").is_some());
}

#[wasm_bindgen_test]
async fn a_damaged_invite_is_told_of_however_early_it_is_found() {
    let screen = Screen::mount("");
    screen.state.apply(Change::Rejected(Form::Invite, Rejection::Invite));
    welcome(&screen, None).await;
    let said = screen.text("[role='status'][aria-label='Notices']");
    assert!(said.contains("This invite link is damaged."), "{said:?}");
}

#[wasm_bindgen_test]
async fn a_full_disk_is_told_of_before_anybody_has_begun() {
    let screen = Screen::mount("");
    welcome(&screen, None).await;
    screen.state.apply(Change::Alert(Some(Alert::StorageFull)));
    pause(20).await;
    assert!(screen.text(".banner[role='alert']").contains("cannot store anything more"));
    screen.state.apply(Change::Alert(None));
    pause(20).await;
    assert!(screen.find(".banner").is_none());
}

/// The first screen of a page whose own server is [`HERE`], with nothing typed.
async fn uninvited() -> Screen {
    let screen = Screen::mount("");
    screen.state.offer(&Arc::from([HERE, "wss://test.mosquitto.org:8081/mqtt"].map(Arc::from)));
    let mut fields = Welcome::default();
    fields.server.address = HERE.into();
    screen.state.apply(Change::Phase(Phase::Welcome(Box::new(fields))));
    pause(50).await;
    screen
}

fn focused() -> String {
    document().active_element().map(|element| element.id()).unwrap_or_default()
}

#[wasm_bindgen_test]
async fn which_server_it_is_is_said_and_its_fields_are_for_who_asks() {
    let screen = uninvited().await;
    assert!(screen.text("main").contains("Your messages go through here.example."));
    assert_eq!(screen.all("main input").len(), 2, "name, and number or address");
    assert!(!screen.text("main").contains("mosquitto"));
    screen.click("Use another server").await;
    assert!(screen.find("#field-server-address").is_some());
    assert!(screen.text("main").contains("test.mosquitto.org (for tests)"));
    screen.click("Use another server").await;
    assert!(screen.find("#field-server-address").is_none());
}

#[wasm_bindgen_test]
async fn the_server_that_is_named_is_the_one_that_was_chosen() {
    let screen = uninvited().await;
    screen.click("Use another server").await;
    screen.click("test.mosquitto.org (for tests)").await;
    let said = screen.text("main");
    assert!(said.contains("go through test.mosquitto.org.") && !said.contains("go through here"), "{said}");
    assert_eq!(said.matches("public test server").count(), 1, "{said}");
    screen.click("Use another server").await;
    assert_eq!(screen.text("main").matches("public test server").count(), 1, "also where it is folded");
    screen.click("Use another server").await;
    screen.fill("#field-server-address", "wss://mine.example:8443/mqtt").await;
    assert!(screen.text("main").contains("go through mine.example."));
    screen.fill("#field-server-address", " ").await;
    assert!(screen.text("main").contains("go through here.example."));
}

#[wasm_bindgen_test]
async fn the_tab_has_the_brand_from_the_beginning() {
    document().set_title("something");
    let _screen = uninvited().await;
    assert_eq!(document().title(), "Kith");
}

#[wasm_bindgen_test]
async fn what_is_wrong_with_the_server_unfolds_it_and_has_the_focus() {
    let screen = uninvited().await;
    screen.state.apply(Change::Rejected(Form::Welcome, Rejection::ServerAddress));
    pause(100).await;
    assert!(screen.text("main").contains("The address must begin with wss://"));
    assert_eq!(focused(), "field-server-address");
}

#[wasm_bindgen_test]
async fn another_server_that_was_typed_before_is_in_sight() {
    let screen = Screen::mount("");
    screen.state.offer(&Arc::from([Arc::from(HERE)]));
    let mut fields = Welcome::default();
    fields.server.address = "wss://b.exam".into();
    screen.state.apply(Change::Phase(Phase::Welcome(Box::new(fields))));
    pause(50).await;
    assert!(screen.find("#field-server-address").is_some());
}

#[wasm_bindgen_test]
async fn ones_own_address_is_not_asked_to_be_a_kith_id() {
    let screen = uninvited().await;
    screen.state.apply(Change::Rejected(Form::Welcome, Rejection::NotAnAddress));
    pause(50).await;
    let said = screen.text("main");
    assert!(
        said.contains("not a phone number or an e-mail address") && !said.contains("invite link."),
        "{said}"
    );
}

/// The words that a start was asked for with.
fn started_from(screen: &Screen) -> Vec<TypedWords> {
    let words = |command: Command| match command {
        Command::StartFrom { words, .. } => Some(words),
        _ => None,
    };
    screen.commands().into_iter().filter_map(words).collect()
}

#[wasm_bindgen_test]
async fn words_are_read_as_a_list_is_copied() {
    let screen = uninvited().await;
    screen.fill("#field-phone-or-e-mail--optional-", "ada@example.org").await;
    screen.click("I have my recovery words").await;
    assert_eq!(focused(), "recovery-words");
    screen.fill("#recovery-words", "1. animal\n2. zoo,\n 3) vote").await;
    screen.click("Start").await;
    let words = started_from(&screen);
    let read: Vec<_> = words.iter().flat_map(|words| words.as_str().split_whitespace()).collect();
    assert_eq!(read, ["animal", "zoo", "vote"]);
}

#[wasm_bindgen_test]
async fn words_without_a_number_or_an_address_are_asked_about_once() {
    let screen = uninvited().await;
    screen.click("I have my recovery words").await;
    // Words that are missing come first: the core says so.
    for typed in ["", "animal"] {
        screen.fill("#recovery-words", typed).await;
        screen.click("Start").await;
        assert!(screen.find("dialog").is_none(), "{typed:?}");
        assert_eq!(started_from(&screen).len(), 1, "{typed:?}");
    }
    screen.fill("#recovery-words", &"animal ".repeat(24)).await;
    screen.click("Start").await;
    assert!(started_from(&screen).is_empty());
    assert!(screen.text("dialog").contains("Had you given a phone number"));
    screen.click("Yes, go back and type it").await;
    pause(50).await;
    assert!(screen.find("dialog").is_none() && started_from(&screen).is_empty());
    assert_eq!(focused(), "field-phone-or-e-mail--optional-");
    screen.click("Start").await;
    screen.click("No, I had given none").await;
    assert_eq!(started_from(&screen).len(), 1);
    // What was wrong is put right, and the question was answered.
    screen.state.apply(Change::Rejected(Form::Welcome, Rejection::Words(WordsError::Count(1))));
    pause(50).await;
    assert!(screen.text("main").contains("There is 1 word here."), "{}", screen.text("main"));
    screen.click("Start").await;
    assert!(screen.find("dialog").is_none());
    assert_eq!(started_from(&screen).len(), 1);
}

#[wasm_bindgen_test]
async fn words_that_are_not_wanted_after_all_are_put_away_and_stop_nothing() {
    let screen = uninvited().await;
    for way in ["Escape", "Start without them", "I have my recovery words"] {
        screen.click("I have my recovery words").await;
        screen.fill("#recovery-words", "animal").await;
        if way == "Escape" {
            let init = KeyboardEventInit::new();
            init.set_key(way);
            init.set_bubbles(true);
            let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("a key");
            screen.find("#recovery-words").expect("a field").dispatch_event(&event).expect("a key");
            pause(20).await;
        } else {
            screen.click(way).await;
        }
        assert!(screen.find("#recovery-words").is_none(), "{way}");
        screen.commands();
        screen.click("Start").await;
        let commands = screen.commands();
        assert!(matches!(commands[..], [Command::Start(_)]), "{way}: {commands:?}");
    }
}

#[wasm_bindgen_test]
async fn a_link_for_one_person_says_what_it_does() {
    let key = *Seed::from_bytes([7; 32]).identity().key();
    let secrets = Secrets { nonce: [1; 16], auth: Default::default(), exp: Timestamp(0), inviter: key };
    for (secrets, says) in [(None, false), (Some(Box::new(secrets)), true)] {
        let screen = Screen::mount("");
        let (name, root, broker) = ("Ada".into(), "kith".into(), HERE.into());
        welcome(&screen, Some(Invite { from: ADA, name, broker, root, key: None, secrets })).await;
        assert_eq!(screen.text(".welcome-inviter").contains("works once"), says);
    }
}

#[wasm_bindgen_test]
async fn a_password_can_be_looked_at() {
    let screen = uninvited().await;
    screen.click("Use another server").await;
    screen.click("Advanced").await;
    let kind = || screen.find("#field-password").and_then(|field| field.get_attribute("type"));
    assert_eq!(kind().as_deref(), Some("password"));
    screen.click("Show").await;
    assert_eq!(kind().as_deref(), Some("text"));
    screen.click("Hide").await;
    assert_eq!(kind().as_deref(), Some("password"));
}
