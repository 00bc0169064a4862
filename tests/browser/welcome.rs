//! The first screen: who invites and where to, and what goes wrong before anybody has begun.

use std::sync::Arc;

use kith::chat::account::{Invite, Welcome};
use kith::chat::change::{Alert, Form, Phase, Rejection};
use kith::chat::{Change, Command};
use kith::e2ee::seed::Seed;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::{ADA, Screen, pause};

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
    assert!(said(&here).contains(HERE) && !said(&here).contains(other), "{}", said(&here));
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
    assert!(screen.find("#field-server-address").is_none());
    screen.click("Go on without the invite").await;
    assert_eq!(screen.commands(), [Command::DismissInvite]);
    welcome(&screen, None).await;
    assert!(screen.find("#field-server-address").is_some());
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
