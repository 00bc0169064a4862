//! The timeline: one change draws one row, and the view stays where it belongs.

use std::cell::RefCell;
use std::rc::Rc;

use kith::chat::change::{Alert, View};
use kith::chat::conversation::Conversation;
use kith::chat::message::{Body, Delivery, Row};
use kith::chat::{Change, Command};
use kith::time::Day;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, MutationObserver, MutationObserverInit, MutationRecord, Node};

use crate::screen::{Screen, conversation, page, pause, row};
use crate::support::{js, js_async};

fn texts(screen: &Screen) -> Vec<String> {
    screen.all("[role='log'] article .words").iter().filter_map(|words| words.text_content()).collect()
}

fn log(screen: &Screen) -> HtmlElement {
    screen.find("[role='log'][aria-label='Messages']").expect("a log \"Messages\"").unchecked_into()
}

#[wasm_bindgen_test]
async fn a_changed_row_is_drawn_alone() {
    let screen =
        Screen::open(vec![row(1, true, "one"), row(2, true, "two"), row(3, false, "three")], "", true).await;
    let articles = screen.all("article");
    let touched = Rc::new(RefCell::new(Vec::<Node>::new()));
    let seen = touched.clone();
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |records: js_sys::Array| {
        let records = records.iter().map(JsCast::unchecked_into::<MutationRecord>);
        seen.borrow_mut().extend(records.filter_map(|record| record.target()));
    });
    let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).expect("an observer");
    let init = MutationObserverInit::new();
    init.set_subtree(true);
    init.set_child_list(true);
    init.set_character_data(true);
    observer.observe_with_options(&log(&screen), &init).expect("an element");

    let mut read = row(2, true, "two");
    read.message.delivery = Some(Delivery::Read);
    screen.state.apply(Change::Message(Box::new(read)));
    pause(20).await;

    assert!(!touched.borrow().is_empty(), "the tick changed");
    assert!(
        touched.borrow().iter().all(|node| articles[1].contains(Some(node))),
        "and nothing outside its row"
    );
    assert_eq!(screen.all("article"), articles, "the rows are the same elements");
    assert!(articles[1].text_content().is_some_and(|text| text.contains("Read")));
}

#[wasm_bindgen_test]
async fn a_late_message_stands_where_its_position_says() {
    let screen = Screen::open(vec![row(1, false, "one"), row(3, false, "three")], "", true).await;
    screen.state.apply(Change::Message(Box::new(row(2, false, "two"))));
    screen.state.apply(Change::Message(Box::new(row(4, true, "four"))));
    pause(20).await;
    assert_eq!(texts(&screen), ["one", "two", "three", "four"]);
}

#[wasm_bindgen_test]
async fn groups_days_and_the_unread_line_are_drawn_as_the_row_says() {
    let first = Row { day: Some(Day(20_000)), ends_group: false, ..row(1, false, "one") };
    let second = Row { starts_group: false, ..row(2, false, "two") };
    let third = Row { first_unread: true, ..row(3, false, "three") };
    let screen = Screen::open(vec![first, second, third], "", true).await;
    let classes: Vec<_> = screen
        .all("article")
        .iter()
        .map(|a| (a.class_list().contains("starts"), a.class_list().contains("ends")))
        .collect();
    assert_eq!(classes, [(true, false), (false, true), (true, true)]);
    let separators = screen.all("[role='log'] [role='separator']");
    assert_eq!(separators.len(), 2);
    assert_eq!(separators[1].get_attribute("aria-label").as_deref(), Some("New messages"));
    let after = separators[1].next_element_sibling().and_then(|row| row.text_content());
    assert!(after.is_some_and(|text| text.contains("three")));
}

#[wasm_bindgen_test]
async fn links_are_elements_and_markup_is_text() {
    let text = "see https://example.org/a_(b), <b>not bold</b> javascript:alert(1)";
    let screen = Screen::open(vec![row(1, false, text)], "", true).await;
    let links = screen.all("article a");
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].get_attribute("href").as_deref(), Some("https://example.org/a_(b)"));
    assert_eq!(links[0].get_attribute("rel").as_deref(), Some("noopener noreferrer"));
    assert!(screen.find("article b").is_none());
    assert_eq!(texts(&screen), [text]);
}

#[wasm_bindgen_test]
async fn a_host_of_the_web_is_a_link_without_its_scheme() {
    for (text, href) in [
        ("see www.example.org/a, please", Some("https://www.example.org/a")),
        ("ada@www.example.org", None),
        ("www.hm", None),
        ("www.", None),
    ] {
        let screen = Screen::open(vec![row(1, false, text)], "", true).await;
        let link = screen.find("article a").and_then(|link| link.get_attribute("href"));
        assert_eq!(link.as_deref(), href, "{text}");
        assert_eq!(texts(&screen), [text]);
    }
}

#[wasm_bindgen_test]
async fn what_the_app_has_found_out_is_on_nobodys_side() {
    for (body, own) in [(Body::KeyChanged, false), (Body::Split, false), (Body::Disputed, true)] {
        let mut found = row(1, own, "");
        found.message.body = body;
        let screen = Screen::open(vec![found], "", true).await;
        let line = screen.find("article").expect("a line");
        assert!(!line.class_list().contains("own"));
        assert!(screen.find("article .bubble").is_none());
        assert!(!screen.text("article").contains("You: "));
        assert!(screen.find("article time").is_some());
    }
}

#[wasm_bindgen_test]
async fn deleted_and_unknown_have_their_own_words() {
    let mut deleted = row(1, false, "");
    deleted.message.body = Body::Deleted;
    let mut unknown = row(2, false, "");
    unknown.message.body = Body::Unknown;
    let screen = Screen::open(vec![deleted, unknown], "", true).await;
    assert_eq!(texts(&screen), ["This message was deleted", "Update Kith to see this message"]);
}

#[wasm_bindgen_test]
async fn a_failed_message_can_be_sent_again_or_dropped() {
    let mut failed = row(1, true, "lost");
    failed.message.delivery = Some(Delivery::Failed);
    let id = failed.message.id;
    let screen = Screen::open(vec![failed], "", true).await;
    for button in screen.all("article button") {
        button.unchecked_into::<HtmlElement>().click();
    }
    assert_eq!(screen.commands(), [Command::Retry(id), Command::Discard(id)]);
}

/// Forty rows in a view that shows some of them.
async fn long(older: bool) -> Screen {
    let rows =
        (100..140).map(|n| row(n, n % 3 == 0, &format!("message {n}\nof two lines"))).collect::<Vec<_>>();
    let screen = Screen::open(vec![], "", true).await;
    let style = log(&screen).get_attribute("style").unwrap_or_default();
    log(&screen)
        .set_attribute("style", &format!("{style}; height: 300px; overflow: auto; overflow-anchor: none"))
        .expect("a style");
    screen.state.apply(Change::Page(page(rows, older, View::Latest)));
    pause(400).await;
    screen
}

/// Two frames and what follows them: then a change is laid out, told and answered, however slow the machine is.
async fn frames() {
    js_async("requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))").await;
}

/// The same in a conversation of a fixed height, where the composer takes its room from the log.
async fn long_above_a_composer() -> Screen {
    let screen = long(false).await;
    for (selector, style) in [
        (".conversation", "display: flex; flex-direction: column; height: 500px"),
        (".timeline", "flex: 1; min-height: 0; display: grid"),
        ("[role='log']", "min-height: 0; overflow: auto; overflow-anchor: none"),
        ("textarea", "line-height: 20px; overflow: hidden"),
    ] {
        screen.find(selector).expect("an element").set_attribute("style", style).expect("a style");
    }
    frames().await;
    assert_is_at_the_end(&screen, "at first");
    screen
}

fn assert_is_at_the_end(screen: &Screen, when: &str) {
    let log = log(screen);
    let below = log.scroll_height() - log.scroll_top() - log.client_height();
    assert!(below <= 1, "{below} pixels are out of sight {when}");
    assert!(screen.find("button[aria-label='Jump to latest']").is_none(), "{when}");
}

fn top_of(screen: &Screen, text: &str) -> f64 {
    let row =
        screen.all("article").into_iter().find(|row| row.text_content().is_some_and(|t| t.contains(text)));
    row.expect("the row").get_bounding_client_rect().top() - log(screen).get_bounding_client_rect().top()
}

#[wasm_bindgen_test]
async fn at_the_end_a_new_message_comes_into_view() {
    let screen = long(false).await;
    screen.state.apply(Change::Message(Box::new(row(200, false, "the newest"))));
    frames().await;
    let log = log(&screen);
    assert!(log.scroll_height() - log.scroll_top() - log.client_height() <= 1);
    assert!(screen.find("button[aria-label='Jump to latest']").is_none());
}

#[wasm_bindgen_test]
async fn at_the_end_the_last_message_stays_in_view_however_the_composer_grows() {
    let screen = long_above_a_composer().await;
    let before = log(&screen).client_height();
    for lines in 1..9 {
        screen.write(&"a line\n".repeat(lines)).await;
        frames().await;
        assert_is_at_the_end(&screen, "after a new line");
        // A letter more, and the field is as tall as it was.
        screen.write(&format!("{}x", "a line\n".repeat(lines))).await;
        frames().await;
        assert_is_at_the_end(&screen, "after a letter");
    }
    assert!(log(&screen).client_height() < before - 100, "the composer has taken room");
    screen.write("pasted\n".repeat(14).as_str()).await;
    frames().await;
    assert_is_at_the_end(&screen, "after a paste");
    screen.write("").await;
    frames().await;
    assert_is_at_the_end(&screen, "emptied");
}

#[wasm_bindgen_test]
async fn at_the_end_the_last_message_stays_in_view_when_the_room_for_it_shrinks() {
    let screen = long_above_a_composer().await;
    // A phone's keyboard, or a note above the composer; and the scrolling that comes with it.
    for height in ["300px", "500px", "250px"] {
        let conversation = screen.find(".conversation").expect("an element").unchecked_into::<HtmlElement>();
        conversation.style().set_property("height", height).expect("a style");
        let moved = log(&screen).scroll_top() - 60;
        log(&screen).set_scroll_top(moved);
        frames().await;
        assert_is_at_the_end(&screen, height);
    }
}

#[wasm_bindgen_test]
async fn scrolled_up_nothing_moves_the_view() {
    let screen = long(true).await;
    log(&screen).set_scroll_top(700);
    frames().await;
    assert!(screen.find("button[aria-label='Jump to latest']").is_some());
    assert!(screen.commands().contains(&Command::ShowOlder));
    let before = top_of(&screen, "message 125");

    screen.state.apply(Change::Message(Box::new(row(200, false, "the newest"))));
    frames().await;
    assert!((top_of(&screen, "message 125") - before).abs() < 2.0, "a new message below");

    let rows =
        (60..140).chain([200]).map(|n| row(n, n % 3 == 0, &format!("message {n}\nof two lines"))).collect();
    screen.state.apply(Change::Page(page(rows, false, View::Keep)));
    frames().await;
    assert!((top_of(&screen, "message 125") - before).abs() < 2.0, "forty older ones above");

    screen.state.apply(Change::Message(Box::new(row(70, false, "now\nit\nhas\nfive\nlines"))));
    frames().await;
    assert!((top_of(&screen, "message 125") - before).abs() < 2.0, "an edit above");
}

#[wasm_bindgen_test]
async fn a_page_that_could_not_be_read_is_asked_for_again() {
    let screen = long(true).await;
    log(&screen).set_scroll_top(700);
    frames().await;
    assert!(screen.commands().contains(&Command::ShowOlder));
    screen.state.apply(Change::Alert(Some(Alert::StorageFailed)));
    pause(20).await;
    for top in [500, 300] {
        log(&screen).set_scroll_top(top);
        frames().await;
        assert!(screen.commands().contains(&Command::ShowOlder), "again at {top}");
    }
}

#[wasm_bindgen_test]
async fn what_i_send_comes_into_view() {
    let screen = long(false).await;
    log(&screen).set_scroll_top(300);
    frames().await;
    let mut mine = row(210, true, "from me");
    mine.message.delivery = Some(Delivery::Queued);
    screen.state.apply(Change::Message(Box::new(mine)));
    frames().await;
    let log = log(&screen);
    assert!(log.scroll_height() - log.scroll_top() - log.client_height() <= 1);
}

fn pointer(kind: &str, x: i32) {
    js(&format!(
        "[...document.querySelectorAll('article .bubble')].at(-1).dispatchEvent(new PointerEvent('{kind}', \
         {{bubbles: true, isPrimary: true, pointerType: 'touch', clientX: {x}, clientY: 20}}))"
    ));
}

fn is_menu_open(screen: &Screen) -> bool {
    screen.find("[role='menu'][aria-label='Message actions']").is_some()
}

#[wasm_bindgen_test]
async fn a_finger_that_stays_on_a_message_opens_its_menu() {
    let screen = Screen::open(vec![row(1, false, "one")], "", true).await;
    pointer("pointerdown", 50);
    pause(700).await;
    // Not before it is lifted, for that would close it.
    assert!(!is_menu_open(&screen));
    pointer("pointerup", 50);
    pause(50).await;
    assert!(is_menu_open(&screen));
}

#[wasm_bindgen_test]
async fn a_finger_that_goes_on_or_is_lifted_opens_nothing() {
    for (kind, x) in [("pointermove", 80), ("pointerup", 50), ("pointercancel", 50)] {
        let screen = Screen::open(vec![row(1, false, "one")], "", true).await;
        pointer("pointerdown", 50);
        pause(100).await;
        pointer(kind, x);
        pause(700).await;
        assert!(!is_menu_open(&screen), "{kind}");
    }
}

#[wasm_bindgen_test]
async fn the_floating_date_stays_away_from_the_line_that_says_the_same() {
    let screen = long(true).await;
    let mut rows =
        (100..140).map(|n| row(n, false, &format!("message {n}\nof two lines"))).collect::<Vec<_>>();
    rows[10].day = Some(Day(20_000));
    screen.state.apply(Change::Page(page(rows, true, View::Latest)));
    pause(400).await;
    let is_shown = || screen.find(".floating-date.shown").is_some();
    let day = screen.find("[role='log'] [role='separator']").expect("a day");
    for (above, shown) in [(10.0, false), (200.0, true), (-100.0, true)] {
        let off = day.get_bounding_client_rect().top() - log(&screen).get_bounding_client_rect().top();
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        let to = log(&screen).scroll_top() + (off - above) as i32;
        log(&screen).set_scroll_top(to);
        frames().await;
        assert_eq!(is_shown(), shown, "{above} pixels below the top");
    }
}

#[wasm_bindgen_test]
async fn what_has_not_come_is_waited_for_in_words_until_it_is_there() {
    let screen = Screen::open(vec![row(1, false, "one"), row(3, false, "three")], "", true).await;
    let words = "Waiting for a message from Ada …";
    let told = || {
        let said = screen.all("[role='status']").into_iter().filter_map(|status| status.text_content());
        said.filter(|said| said == words).count()
    };
    for (waiting, lines) in [(false, 0), (true, 1), (false, 0)] {
        let row = Conversation { waiting, ..conversation("") };
        screen.state.apply(Change::Conversation(Box::new(row)));
        pause(50).await;
        assert_eq!(told(), lines, "waiting: {waiting}");
    }
}

#[wasm_bindgen_test]
async fn lines_about_other_states_stand_where_a_message_would() {
    let line = |n, body| {
        let mut row = row(n, false, "");
        row.message.body = body;
        row
    };
    let screen = Screen::open(vec![line(1, Body::Split), line(2, Body::Disputed)], "", true).await;
    let found = screen.all(".finding");
    let texts: Vec<_> = found.iter().map(|line| line.text_content().unwrap_or_default()).collect();
    assert!(texts[0].starts_with("Their device has gone back"), "{texts:?}");
    assert!(texts[1].contains("sent again"), "{texts:?}");
}
