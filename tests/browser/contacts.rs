//! The contacts, and what can be done with each.

use kith::chat::change::Change;
use kith::chat::contact::{Asker, Contact, Keys, Presence, Profile, Relation, Request};
use kith::chat::conversation::Conversation;
use kith::chat::{Command, conversation::Latest, message::Body};
use kith::e2ee::key::Fingerprint;
use kith::e2ee::trust::{Standing, Trust};
use kith::time::Timestamp;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::screen::{ADA, CHAT, Screen, account, conversation, document, pause};

fn contact(relation: Relation, presence: Presence) -> Contact {
    let keys = Keys::Known { trust: Trust::FirstUse, standing: Standing::Open };
    Contact {
        id: ADA,
        profile: Profile { name: "Ada".into(), ..Profile::default() },
        relation,
        presence,
        keys,
        is_proved: true,
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
        (Presence::Unknown, ""),
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

/// Opens a menu and chooses one of its lines.
async fn choose(screen: &Screen, menu: &str, line: &str) {
    let button = screen.find(&format!("button[aria-label='{menu}']")).expect("a menu");
    button.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    let items = screen.all("[role='menuitem']");
    let item = items.into_iter().find(|item| item.text_content().as_deref() == Some(line));
    item.unwrap_or_else(|| panic!("no line {line:?}")).unchecked_into::<HtmlElement>().click();
    pause(20).await;
}

#[wasm_bindgen_test]
async fn nobody_is_blocked_or_removed_without_a_question() {
    for (line, words, agree, wanted) in [
        ("Block", "comes when you unblock", "Block", Command::Block(ADA)),
        ("Delete chat", "reaches you any more, until you ask them", "Delete chat", Command::Remove(ADA)),
    ] {
        let screen = contacts(Relation::Friend).await;
        choose(&screen, "Contact actions", line).await;
        assert_eq!(screen.commands(), [], "{line}");
        let asked = screen.text("dialog");
        assert!(asked.contains("Ada") && asked.contains(words), "{asked}");
        screen.click("Cancel").await;
        assert!(screen.find("dialog").is_none());
        choose(&screen, "Contact actions", line).await;
        let buttons = screen.all("dialog button");
        let yes = buttons.into_iter().find(|button| button.text_content().as_deref() == Some(agree));
        yes.expect("a yes").unchecked_into::<HtmlElement>().click();
        pause(20).await;
        assert_eq!(screen.commands(), [wanted]);
        assert!(screen.find("dialog").is_none());
    }
}

#[wasm_bindgen_test]
async fn the_menu_of_a_chat_says_what_its_relation_allows() {
    for (relation, offered, not) in [
        (Relation::Friend, &["Block", "Delete chat"][..], &["Unblock", "Withdraw"][..]),
        (Relation::Blocked, &["Unblock", "Delete chat"], &["Block", "Withdraw"]),
        (Relation::Requested, &["Block", "Withdraw"], &["Unblock", "Delete chat"]),
    ] {
        let screen = Screen::open(vec![], "", true).await;
        screen.state.apply(Change::Contact(Box::new(contact(relation, Presence::Unknown))));
        pause(20).await;
        let button = screen.find(".conversation-header button[aria-label='Chat actions']").expect("a menu");
        button.unchecked_into::<HtmlElement>().click();
        pause(20).await;
        let lines: Vec<_> = screen.all("[role='menuitem']").iter().filter_map(|i| i.text_content()).collect();
        assert!(offered.iter().all(|line| lines.iter().any(|it| it == line)), "{relation:?}: {lines:?}");
        assert!(!not.iter().any(|line| lines.iter().any(|it| it == line)), "{relation:?}: {lines:?}");
        assert!(!lines.iter().any(|line| line == "Mark as read"), "nothing is unread");
    }
}

#[wasm_bindgen_test]
async fn a_chat_that_is_deleted_while_it_is_open_is_left() {
    let screen = Screen::open(vec![], "", true).await;
    screen.state.apply(Change::Contact(Box::new(contact(Relation::Friend, Presence::Online))));
    pause(20).await;
    let header = screen.find(".conversation-header button[aria-label='Chat actions']").expect("a menu");
    header.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    let items = screen.all("[role='menuitem']");
    let item = items.into_iter().find(|item| item.text_content().as_deref() == Some("Delete chat"));
    item.expect("a line").unchecked_into::<HtmlElement>().click();
    pause(20).await;
    screen.click("Delete chat").await;
    pause(50).await;
    let hash = web_sys::window().expect("a page").location().hash().expect("a fragment");
    assert_eq!(hash, "#/chats");
    assert!(screen.commands().contains(&Command::Remove(ADA)));
}

#[wasm_bindgen_test]
async fn verified_is_not_taken_back_while_a_changed_key_waits() {
    for (standing, offered) in [(Standing::Open, true), (Standing::Blocked, false)] {
        let screen = Screen::open(vec![], "", true).await;
        let keys = Keys::Known { trust: Trust::Verified, standing };
        let ada = Contact { keys, ..contact(Relation::Friend, Presence::Online) };
        screen.state.apply(Change::Contact(Box::new(ada)));
        pause(20).await;
        if offered {
            let details = screen.find(".conversation-header button[aria-label='Details']").expect("a button");
            details.unchecked_into::<HtmlElement>().click();
            pause(20).await;
        }
        screen.click(if offered { "Verification" } else { "Verify" }).await;
        assert_eq!(screen.text("dialog").contains("Remove verification"), offered);
    }
}

#[wasm_bindgen_test]
async fn an_address_that_nobody_has_proved_is_told_as_such() {
    for is_proved in [true, false] {
        let screen = Screen::open(vec![], "", true).await;
        let ada = Contact { is_proved, ..contact(Relation::Friend, Presence::Online) };
        screen.state.apply(Change::Contact(Box::new(ada)));
        pause(20).await;
        let details = screen.find(".conversation-header button[aria-label='Details']").expect("a button");
        details.unchecked_into::<HtmlElement>().click();
        pause(20).await;
        let told = screen.text("dialog");
        assert_eq!(told.contains("Nobody has proved that it is theirs"), !is_proved, "{told}");
    }
}

#[wasm_bindgen_test]
async fn name_and_picture_lead_to_what_a_contact_tells_of_themselves() {
    let screen = Screen::open(vec![], "", true).await;
    let profile =
        Profile { name: "Ada".into(), about: "Counts".into(), status: "Away".into(), picture: None };
    let ada = Contact { profile, ..contact(Relation::Friend, Presence::Online) };
    screen.state.apply(Change::Contact(Box::new(ada)));
    pause(20).await;
    let button = screen.find(".conversation-header button[aria-label='Details']").expect("a button");
    button.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    let told = screen.text("dialog");
    assert!(["Ada", "Counts", "Away", "0a0a0a0a"].iter().all(|words| told.contains(words)), "{told}");
    screen.click("Close").await;
    assert!(screen.find("dialog").is_none());
}

async fn asked(screen: &Screen) {
    let request = Request { from: ADA, name: "Ada".into(), received_at: Timestamp(0), askers: Vec::new() };
    screen.state.apply(Change::Request(request));
    pause(20).await;
}

async fn nobody() -> Screen {
    let screen = Screen::open(vec![], "", true).await;
    web_sys::window().expect("a page").location().set_hash("#/contacts").expect("a fragment");
    pause(50).await;
    screen.commands();
    screen
}

#[wasm_bindgen_test]
async fn who_has_nobody_has_one_button_for_it_and_no_empty_words_beside_a_request() {
    let screen = nobody().await;
    assert!(screen.text("main").contains("Nobody is here yet."));
    let buttons: Vec<_> =
        screen.all("main button").iter().filter_map(|button| button.text_content()).collect();
    assert_eq!(buttons.iter().filter(|words| words.contains("Add")).count(), 1, "{buttons:?}");
    asked(&screen).await;
    assert!(!screen.text("main").contains("Nobody is here yet."));
}

#[wasm_bindgen_test]
async fn a_request_counts_in_title_and_badge_and_accepting_it_leads_to_the_chat() {
    let screen = nobody().await;
    asked(&screen).await;
    assert_eq!(document().title(), "(1) Kith");
    let link = screen.find("nav a[href='#/contacts']").expect("a link");
    assert_eq!(link.get_attribute("aria-label").as_deref(), Some("Contacts, 1 request"));
    screen.click("Accept").await;
    pause(50).await;
    assert!(screen.commands().contains(&Command::Accept(ADA)));
    let hash = web_sys::window().expect("a page").location().hash().expect("a fragment");
    assert_eq!(hash, format!("#/chats/{CHAT}"));
}

#[wasm_bindgen_test]
async fn a_link_that_leads_to_this_computer_alone_says_so() {
    for (address, page, alone) in [
        ("ws://127.0.0.1:9001/mqtt", "https://kith.example/", true),
        ("wss://kith.example/mqtt", "http://localhost:8080/", true),
        ("wss://kith.example/mqtt", "https://kith.example/", false),
    ] {
        let screen = nobody().await;
        let mut account = account(true);
        account.server.address = address.into();
        account.invite = format!("{page}#i=1").into();
        screen.state.apply(Change::Account(Box::new(account)));
        pause(20).await;
        assert_eq!(screen.text(".invite-link").contains("this computer"), alone, "{address} {page}");
    }
}

#[wasm_bindgen_test]
async fn of_several_who_ask_under_one_address_each_is_answered_alone() {
    let screen = nobody().await;
    let asker = |key, name: &str| Asker {
        key: Fingerprint([key; 16]),
        code: format!("C0DE {key}").into(),
        name: name.into(),
    };
    let askers = vec![asker(1, "Bob"), asker(2, "Bobby")];
    let request = Request { from: ADA, name: "Bob".into(), received_at: Timestamp(0), askers };
    screen.state.apply(Change::Request(request));
    pause(20).await;
    let told = screen.text("main");
    assert!(
        ["Several people", "C0DE 1", "C0DE 2", "Bobby"].iter().all(|words| told.contains(words)),
        "{told}"
    );
    for (at, accept) in [("li.claimant:last-child button:last-of-type", false), ("li.claimant button", true)]
    {
        screen.find(at).expect("a button").unchecked_into::<HtmlElement>().click();
        pause(20).await;
        let key = Fingerprint([if accept { 1 } else { 2 }; 16]);
        assert!(screen.commands().contains(&Command::AnswerOne { from: ADA, key, accept }));
    }
}

#[wasm_bindgen_test]
async fn the_links_are_in_the_way_of_nobody_who_has_somebody() {
    let screen = nobody().await;
    assert!(screen.find("#invite-link").is_some(), "who has nobody needs it first");
    asked(&screen).await;
    assert!(screen.find("#invite-link").is_some(), "and nothing jumps away under their hands");
    let screen = contacts(Relation::Friend).await;
    assert!(screen.find("#invite-link").is_none());
    screen.click("Invite").await;
    assert!(screen.find("#invite-link").is_some());
    screen.click("Invite").await;
    assert!(screen.find("#invite-link").is_none());
}

#[wasm_bindgen_test]
async fn who_has_declined_can_be_asked_again_and_is_written_to_in_vain_no_more() {
    let screen = Screen::open(vec![], "", true).await;
    screen.state.apply(Change::Contact(Box::new(contact(Relation::Declined, Presence::Unknown))));
    pause(20).await;
    assert!(screen.find("textarea").is_none());
    let said = screen.text(".conversation");
    assert!(said.contains("Ada has declined your request") && !said.contains("Say hello"), "{said}");
    screen.commands();
    screen.click("Ask again").await;
    assert_eq!(screen.commands(), [Command::AddContact(ADA.to_string().into())]);
    screen.state.apply(Change::Contact(Box::new(contact(Relation::Requested, Presence::Unknown))));
    pause(20).await;
    assert!(screen.find("textarea").is_some());
}

#[wasm_bindgen_test]
async fn a_number_has_no_initials() {
    let screen = contacts(Relation::Friend).await;
    for (name, drawn) in [("Ada Lovelace", "AL"), ("+49 171 1234567", ""), ("4Ever Young", "EY")] {
        let profile = Profile { name: name.into(), ..Profile::default() };
        let ada = Contact { profile, ..contact(Relation::Friend, Presence::Unknown) };
        screen.state.apply(Change::Contact(Box::new(ada)));
        pause(20).await;
        assert_eq!(screen.text(".people .avatar"), drawn, "{name}");
        assert_eq!(screen.find(".people .avatar svg").is_some(), drawn.is_empty(), "{name}");
    }
}

#[wasm_bindgen_test]
async fn who_is_blocked_is_told_so_in_the_list_and_their_chat_can_go() {
    let screen = contacts(Relation::Blocked).await;
    has_written(&screen);
    pause(20).await;
    screen.click("Delete chat").await;
    assert_eq!(screen.commands(), []);
    let asked = screen.text("dialog");
    assert!(asked.contains("they stay blocked"), "{asked}");
    let yes = screen.find("dialog .danger-fill").expect("a yes");
    yes.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    assert_eq!(screen.commands(), [Command::Remove(ADA)]);
    web_sys::window().expect("a page").location().set_hash("#/chats").expect("a fragment");
    pause(50).await;
    assert_eq!(screen.text(".chat-line-preview"), "Blocked");
    screen.state.apply(Change::ConversationGone(CHAT));
    web_sys::window().expect("a page").location().set_hash("#/contacts").expect("a fragment");
    pause(50).await;
    let said = screen.text("main");
    assert!(said.contains("Unblock") && !said.contains("Delete chat"), "{said}");
}

#[wasm_bindgen_test]
async fn who_asks_is_not_blocked_without_a_question_either() {
    let screen = nobody().await;
    asked(&screen).await;
    screen.click("Block").await;
    assert_eq!(screen.commands(), []);
    assert!(screen.text("dialog").contains("Block Ada?"));
    let yes = screen.find("dialog .danger-fill").expect("a yes");
    yes.unchecked_into::<HtmlElement>().click();
    pause(20).await;
    assert_eq!(screen.commands(), [Command::Block(ADA)]);
}

#[wasm_bindgen_test]
async fn requests_come_before_the_link() {
    let screen = nobody().await;
    asked(&screen).await;
    let (request, link) = (screen.find("ul[aria-label='Requests']"), screen.find(".invite-link"));
    let (request, link) = (request.expect("a request"), link.expect("a link"));
    assert!(request.get_bounding_client_rect().bottom() <= link.get_bounding_client_rect().top());
}
