//! The list of chats: its order, its marks, its menu; and what is left when the core begins anew.

use kith::chat::change::{Phase, View};
use kith::chat::contact::{Contact, Keys, Presence, Profile, Relation};
use kith::chat::conversation::{Conversation, FOREVER};
use kith::chat::id::{ConversationId, UserId};
use kith::chat::{Change, Command};
use kith::time::Timestamp;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, MouseEvent, MouseEventInit};

use crate::screen::{CHAT, Screen, conversation, document, page, pause, row};

const BOB: ConversationId = ConversationId(UserId([11; 16]));
const EVE: ConversationId = ConversationId(UserId([12; 16]));

async fn with_three() -> Screen {
    let screen = Screen::open(vec![], "", true).await;
    for (id, name, unread, activity) in [(CHAT, "Ada", 0, 1), (BOB, "Bob", 2, 2), (EVE, "Eve", 3, 3)] {
        show(&screen, Conversation { id, ..of(name, unread, activity) });
    }
    pause(20).await;
    screen
}

fn of(name: &str, unread: u32, activity: u64) -> Conversation {
    Conversation { title: name.into(), unread, activity: Timestamp(activity), ..conversation("") }
}

fn show(screen: &Screen, conversation: Conversation) {
    screen.state.apply(Change::Conversation(Box::new(conversation)));
}

fn names(screen: &Screen) -> Vec<String> {
    let links = screen.all("ul[aria-label='Chats'] a");
    links.iter().filter_map(|link| link.get_attribute("aria-label")).collect()
}

fn line(screen: &Screen, name: &str) -> Element {
    screen.find(&format!("ul[aria-label='Chats'] a[aria-label='{name}']")).expect("a line")
}

fn menu(screen: &Screen) -> Vec<String> {
    screen.all("[role='menuitem']").iter().filter_map(|element| element.text_content()).collect()
}

async fn choose(screen: &Screen, label: &str) {
    let items = screen.all("[role='menuitem']");
    let item = items.iter().find(|item| item.text_content().as_deref() == Some(label)).expect("an item");
    item.unchecked_ref::<HtmlElement>().click();
    pause(20).await;
}

#[wasm_bindgen_test]
async fn what_is_pinned_stands_before_what_is_newer() {
    let screen = with_three().await;
    assert_eq!(names(&screen), ["Eve", "Bob", "Ada"]);
    show(&screen, Conversation { pinned: true, ..of("Ada", 0, 1) });
    pause(20).await;
    assert_eq!(names(&screen), ["Ada", "Eve", "Bob"]);
    assert!(line(&screen, "Ada").text_content().is_some_and(|text| text.contains("Pinned")));
    show(&screen, of("Ada", 0, 1));
    pause(20).await;
    assert_eq!(names(&screen), ["Eve", "Bob", "Ada"]);
}

#[wasm_bindgen_test]
async fn what_is_muted_does_not_count_in_the_title() {
    let screen = with_three().await;
    assert_eq!(document().title(), "(5) Kith");
    show(&screen, Conversation { id: EVE, muted: Some(FOREVER), ..of("Eve", 3, 3) });
    pause(20).await;
    assert_eq!(document().title(), "(2) Kith");
    let eve = line(&screen, "Eve").text_content().unwrap_or_default();
    assert!(eve.contains("Muted") && eve.contains("3 unread"), "{eve}");
}

#[wasm_bindgen_test]
async fn title_and_badge_count_the_same_and_the_badge_has_a_name() {
    let screen = with_three().await;
    let link = screen.find("nav a[href='#/chats']").expect("a link");
    assert_eq!(screen.text("nav a[href='#/chats'] .badge"), "5");
    assert_eq!(link.get_attribute("aria-label").as_deref(), Some("Chats, 5 unread"));
    show(&screen, Conversation { id: EVE, ..of("Eve", 0, 3) });
    show(&screen, Conversation { id: BOB, ..of("Bob", 0, 2) });
    pause(20).await;
    assert_eq!(link.get_attribute("aria-label").as_deref(), Some("Chats"));
}

#[wasm_bindgen_test]
async fn what_is_being_written_in_the_open_chat_is_no_draft_in_the_list() {
    let screen = with_three().await;
    for (id, name, is_draft) in [(CHAT, "Ada", false), (BOB, "Bob", true)] {
        show(&screen, Conversation { id, draft: "well".into(), ..of(name, 0, 1) });
        pause(20).await;
        let words = line(&screen, name).text_content().unwrap_or_default();
        assert_eq!(words.contains("Draft:"), is_draft, "{words}");
    }
    assert!(line(&screen, "Eve").class_list().contains("unread"));
    assert!(!line(&screen, "Ada").class_list().contains("unread"));
}

#[wasm_bindgen_test]
async fn the_context_menu_of_a_line_pins_and_mutes() {
    let screen = with_three().await;
    let init = MouseEventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = MouseEvent::new_with_mouse_event_init_dict("contextmenu", &init).expect("an event");
    let goes_on = line(&screen, "Bob").dispatch_event(&event).expect("an event");
    pause(20).await;
    assert!(!goes_on, "the browser's own menu stays away");
    let mutes = ["Mute for 1 hour", "Mute for 8 hours", "Mute for 1 week", "Mute always"];
    assert_eq!(menu(&screen)[..5], [&["Pin"], &mutes[..]].concat());
    let before = js_sys::Date::now() as u64;
    choose(&screen, "Mute for 8 hours").await;
    let after = js_sys::Date::now() as u64;
    let hours = 8 * 3_600_000;
    assert!(screen.commands().iter().any(|command| matches!(
        command,
        Command::Mute { conversation: BOB, until: Some(until) } if (before + hours..=after + hours).contains(&until.0)
    )));
    assert!(menu(&screen).is_empty(), "the menu is closed");
}

#[wasm_bindgen_test]
async fn the_button_of_a_line_undoes_both() {
    let screen = with_three().await;
    show(&screen, Conversation { id: BOB, pinned: true, muted: Some(FOREVER), ..of("Bob", 2, 2) });
    pause(20).await;
    for (label, wanted) in [
        ("Unpin", Command::Pin { conversation: BOB, pinned: false }),
        ("Unmute", Command::Mute { conversation: BOB, until: None }),
    ] {
        let button = line(&screen, "Bob").next_element_sibling().expect("a button");
        assert_eq!(button.get_attribute("aria-label").as_deref(), Some("Chat actions"));
        button.unchecked_ref::<HtmlElement>().click();
        pause(20).await;
        choose(&screen, label).await;
        assert!(screen.commands().contains(&wanted), "{label}");
    }
}

#[wasm_bindgen_test]
async fn a_new_chat_says_what_it_is_worth_and_begins_with_hello() {
    let screen = Screen::open(vec![], "", true).await;
    let said = screen.find(".timeline-empty").and_then(|empty| empty.text_content()).unwrap_or_default();
    assert!(said.contains("encrypted end to end"), "{said}");
    let button = screen.find(".timeline-empty button").expect("a button");
    assert_eq!(button.text_content().as_deref(), Some("Say hello"));
    button.unchecked_ref::<HtmlElement>().click();
    pause(20).await;
    assert_eq!(screen.composer().value(), "Hello");
    let kept = screen.commands();
    assert!(kept.iter().any(|command| matches!(command, Command::Draft { text, .. } if &**text == "Hello")));
    assert!(crate::screen::sent(&kept).is_empty(), "the person has the last word");
}

#[wasm_bindgen_test]
async fn when_the_core_begins_anew_nothing_old_is_shown() {
    let screen = Screen::open(vec![row(1, false, "old")], "", true).await;
    show(&screen, Conversation { id: BOB, ..of("Bob", 2, 2) });
    screen.state.apply(Change::Opened(CHAT));
    pause(20).await;
    screen.state.apply(Change::Phase(Phase::Starting));
    screen.state.apply(Change::Phase(Phase::Ready));
    pause(20).await;
    assert!(names(&screen).is_empty());
    assert!(screen.all("article").is_empty());
    show(&screen, of("Ada", 0, 1));
    pause(20).await;
    assert_eq!(names(&screen), ["Ada"]);
    assert!(screen.all("article").is_empty(), "no page of it has come yet");
    // A row belongs to a page.
    screen.state.apply(Change::Message(Box::new(row(2, false, "late"))));
    screen.state.apply(Change::Page(page(vec![row(3, false, "new")], false, View::Latest)));
    pause(20).await;
    let texts: Vec<_> = screen.all("article").iter().filter_map(|element| element.text_content()).collect();
    assert!(texts.len() == 1 && texts[0].contains("new"), "{texts:?}");
}

#[wasm_bindgen_test]
async fn who_has_not_answered_is_no_empty_chat() {
    let screen = with_three().await;
    for (relation, words) in [
        (Relation::Requested, "Waiting for an answer"),
        (Relation::Declined, "Declined your request"),
        (Relation::Friend, "No messages yet"),
    ] {
        let profile = Profile { name: "Bob".into(), ..Profile::default() };
        let (presence, keys) = (Presence::Unknown, Keys::Waiting);
        let contact = Contact { id: BOB.0, profile, relation, presence, keys, is_proved: true };
        screen.state.apply(Change::Contact(Box::new(contact)));
        pause(20).await;
        assert_eq!(screen.text(&format!("#chat-{BOB}")), words);
    }
}
