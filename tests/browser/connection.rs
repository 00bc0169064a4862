//! What the screens say of the connection, and where the way out is.

use kith::chat::Change;
use kith::chat::account::Server;
use kith::chat::change::{Connection, Form, Trouble};
use kith::time::Timestamp;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::screen::{Screen, account, document, pause};

fn down(screen: &Screen, retry_at: u64) {
    let trouble = Some(Trouble::Unreachable);
    screen
        .state
        .apply(Change::Connection(Connection::Reconnecting { retry_at: Timestamp(retry_at), trouble }));
}

fn focused() -> String {
    document().active_element().map(|element| element.id()).unwrap_or_default()
}

#[wasm_bindgen_test]
async fn what_is_wrong_leads_to_the_connection_from_everywhere_and_again() {
    for from in ["#/chats", "#/contacts", "#/settings", "#/settings/broker", "#/settings/connection"] {
        let screen = Screen::open(vec![], "", true).await;
        web_sys::window().expect("a page").location().set_hash(from).expect("a fragment");
        down(&screen, 1);
        pause(50).await;
        for time in ["at first", "and again"] {
            let link = screen.find(".connection-more").expect("a link").unchecked_into::<HtmlElement>();
            // The next attempt must not take it away under the finger.
            down(&screen, 2);
            pause(20).await;
            assert!(link.is_connected(), "{from} {time}");
            link.click();
            pause(100).await;
            assert_eq!(focused(), "settings-connection", "{from} {time}");
            if let Some(other) = screen.find("button").map(JsCast::unchecked_into::<HtmlElement>) {
                other.focus().expect("an element");
            }
        }
    }
}

#[wasm_bindgen_test]
async fn an_empty_server_address_shows_which_one_is_used_instead() {
    let screen = Screen::mount("#/settings");
    screen.state.offer(&std::sync::Arc::from([std::sync::Arc::from("wss://here.example/mqtt")]));
    let mut account = account(true);
    account.server = Server { address: "wss://old.example/mqtt".into(), ..Server::default() };
    screen.state.apply(Change::Account(Box::new(account.clone())));
    screen.state.apply(Change::Phase(kith::chat::change::Phase::Ready));
    pause(50).await;
    let field =
        screen.find("#field-server-address").expect("a field").unchecked_into::<web_sys::HtmlInputElement>();
    assert_eq!(field.value(), "wss://old.example/mqtt");
    assert_eq!(field.placeholder(), "wss://here.example/mqtt");
    // Saved empty, it is filled.
    account.server.address = "wss://here.example/mqtt".into();
    screen.state.apply(Change::Account(Box::new(account)));
    screen.state.apply(Change::Done(Form::Connection));
    pause(50).await;
    assert_eq!(field.value(), "wss://here.example/mqtt");
}

#[wasm_bindgen_test]
async fn a_server_that_has_answered_before_is_not_blamed_for_its_address() {
    let blamed = |screen: &Screen| {
        let said = screen.text("[role='status'][aria-label='Connection']");
        assert!(said.contains("No web server answers there") || said.contains("Nothing is lost"), "{said}");
        said.contains("No web server answers there")
    };
    let screen = Screen::mount("#/chats");
    let mut account = account(true);
    account.server.address = "wss://here.example/mqtt".into();
    screen.state.apply(Change::Account(Box::new(account.clone())));
    screen.state.apply(Change::Phase(kith::chat::change::Phase::Ready));
    down(&screen, 1);
    pause(50).await;
    assert!(blamed(&screen), "nobody has ever been there");
    screen.state.apply(Change::Connection(Connection::Connected));
    down(&screen, 1);
    pause(50).await;
    assert!(!blamed(&screen));
    // Another address is another matter.
    account.server.address = "wss://wrong.example/mqtt".into();
    screen.state.apply(Change::Account(Box::new(account)));
    screen.state.apply(Change::Connection(Connection::Connecting));
    down(&screen, 1);
    pause(50).await;
    assert!(blamed(&screen));
}

#[wasm_bindgen_test]
async fn a_device_that_was_replaced_says_so_instead_of_a_composer_and_can_be_emptied() {
    let screen = Screen::open(vec![], "", true).await;
    screen.state.apply(Change::Connection(Connection::Stopped(Trouble::Revoked)));
    pause(20).await;
    assert!(screen.find("textarea").is_none());
    let said = screen.text(".conversation");
    assert!(said.contains("another device") && !said.contains("Say hello"), "{said}");
    screen.commands();
    screen.click("Delete everything on this device").await;
    assert_eq!(screen.commands(), []);
    screen.click("Delete everything").await;
    assert!(screen.commands().contains(&kith::chat::Command::BeginAnew));
    let hash = web_sys::window().expect("a page").location().hash().expect("a fragment");
    assert_eq!(hash, "#/chats", "whoever begins next does so where everybody begins");
}
