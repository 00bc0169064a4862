//! The contacts, and what can be done with each.

use kith::chat::change::Change;
use kith::chat::contact::{Contact, Keys, Presence, Profile, Relation};
use kith::chat::conversation::Conversation;
use kith::chat::{Command, conversation::Latest, message::Body};
use kith::e2ee::trust::{Standing, Trust};
use kith::time::Timestamp;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::{ADA, Screen, conversation, pause};

fn contact(relation: Relation, presence: Presence) -> Contact {
    let keys = Keys::Known { trust: Trust::FirstUse, standing: Standing::Open };
    Contact {
        id: ADA,
        profile: Profile { name: "Ada".into(), ..Profile::default() },
        relation,
        presence,
        keys,
    }
}

/// The contacts, Ada being one of them.
async fn contacts(relation: Relation) -> Screen {
    let screen = Screen::open(vec![], "", true).await;
    screen.state.apply(Change::Contact(Box::new(contact(relation, Presence::Unknown))));
    web_sys::window().expect("a page").location().set_hash("#/contacts").expect("a fragment");
    pause(50).await;
    screen.commands();
    screen
}

fn has_written(screen: &Screen) {
    let latest = Latest { body: Body::Text("hello".into()), sent_at: Timestamp(0), delivery: None };
    let written = Conversation { latest: Some(latest), ..conversation("") };
    screen.state.apply(Change::Conversation(Box::new(written)));
}

#[wasm_bindgen_test]
async fn a_request_without_a_word_is_withdrawn_at_once() {
    for (relation, button) in [(Relation::Requested, "Withdraw"), (Relation::Declined, "Remove")] {
        let screen = contacts(relation).await;
        screen.click(button).await;
        assert_eq!(screen.commands(), [Command::Withdraw(ADA)]);
    }
}

#[wasm_bindgen_test]
async fn what_was_written_is_not_withdrawn_without_a_question() {
    for (relation, button) in [(Relation::Requested, "Withdraw"), (Relation::Declined, "Remove")] {
        let screen = contacts(relation).await;
        has_written(&screen);
        screen.click(button).await;
        assert_eq!(screen.commands(), []);
        let asked = screen.text("dialog");
        assert!(asked.contains("has not reached them"), "{asked}");
        screen.click("Cancel").await;
        assert!(screen.find("dialog").is_none());
        screen.click(button).await;
        screen.click("Delete chat").await;
        assert_eq!(screen.commands(), [Command::Withdraw(ADA)]);
    }
}

#[wasm_bindgen_test]
async fn the_header_says_online_or_offline_first() {
    let screen = Screen::open(vec![], "", true).await;
    let now = Timestamp(js_sys::Date::now() as u64);
    for (presence, words) in [
        (Presence::Online, "online"),
        (Presence::Offline(None), "offline"),
        (Presence::Offline(Some(now)), "offline · last seen just now"),
    ] {
        screen.state.apply(Change::Contact(Box::new(contact(Relation::Friend, presence))));
        pause(20).await;
        assert_eq!(screen.text(".conversation-standing"), words);
    }
    screen.state.apply(Change::Conversation(Box::new(Conversation { typing: true, ..conversation("") })));
    pause(20).await;
    assert_eq!(screen.text(".conversation-standing"), "typing…");
}
