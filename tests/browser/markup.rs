//! Texts that would be markup or code, if anything took them for it: three hundred of them, in every field that others
//! fill in.

use kith::chat::Change;
use kith::chat::change::View;
use kith::chat::contact::{Contact, Keys, Presence, Profile, Relation, Request};
use kith::chat::conversation::{Conversation, Latest};
use kith::chat::id::{ConversationId, MessageId, UserId};
use kith::chat::message::{Body, Position, Row};
use kith::time::Timestamp;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;

use crate::screen::{CHAT, Screen, conversation, document, page, pause, row};
use crate::support::js;

const PAYLOADS: [&str; 25] = [
    "<script>hacked=1</script>",
    "<img src=x onerror=hacked=1>",
    "<svg onload=hacked=1>",
    "<svg><animate onbegin=hacked=1 attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<a href=javascript:hacked=1>x</a>",
    "<body onload=hacked=1>",
    "<details open ontoggle=hacked=1>",
    "<video><source onerror=hacked=1></video>",
    "<math><mtext></p><style><img src onerror=hacked=1>",
    "<object data=javascript:hacked=1>",
    "<embed src=javascript:hacked=1>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example>",
    "<form action=javascript:hacked=1><button>",
    "<input autofocus onfocus=hacked=1>",
    "<marquee onstart=hacked=1>",
    "<style>@import'//evil.example'</style>",
    "<template><img src=x onerror=hacked=1></template>",
    "javascript:hacked=1",
    "data:text/html,<script>hacked=1</script>",
    "vbscript:hacked=1",
    "{{constructor.constructor('hacked=1')()}}",
    "${hacked=1}",
];

const AROUND: [(&str, &str); 12] = [
    ("", ""),
    ("\">", ""),
    ("'>", ""),
    ("</textarea>", ""),
    ("</title></style>", ""),
    ("--><!--", "-->"),
    ("]]>", ""),
    ("http://a.example/\"", ""),
    ("https://a.example/?q=", "&x"),
    ("[x](", ")"),
    ("&lt;", "&#x27;"),
    ("\u{0}\u{202E}", "\u{2028}"),
];

fn corpus() -> Vec<String> {
    let all = AROUND.iter().flat_map(|(before, after)| PAYLOADS.map(|text| format!("{before}{text}{after}")));
    all.collect()
}

/// Nothing on the page is what a text said, and nothing of it has run.
fn nothing_came_of_it(screen: &Screen, place: &str) {
    let ours = ["A", "IMG"];
    let foreign = "script, iframe, object, embed, link, meta, base, style, template, math, marquee, video, source, \
                   details[ontoggle], [srcdoc], [formaction], form[action], animate";
    assert_eq!(screen.all(foreign).len(), 0, "{place}");
    for element in screen.all("*") {
        let names = element.get_attribute_names();
        let mut names = names.iter().filter_map(|name| name.as_string());
        assert!(!names.any(|name| name.starts_with("on")), "{place}: {}", element.outer_html());
        if ours.contains(&&*element.tag_name()) {
            is_harmless(&element, place);
        }
    }
    assert!(js("return 'hacked' in window").is_falsy(), "{place}");
}

/// Where a link or a picture leads.
fn is_harmless(element: &Element, place: &str) {
    let address = element.get_attribute("href").or_else(|| element.get_attribute("src")).unwrap_or_default();
    let known = ["#", "http://a.example/", "https://a.example/?q=", "blob:"];
    assert!(known.iter().any(|begin| address.starts_with(begin)), "{place}: {}", element.outer_html());
    if address.starts_with("http") {
        assert_eq!(element.get_attribute("rel").as_deref(), Some("noopener noreferrer"));
        assert_eq!(element.text_content(), Some(address), "it leads where it says");
    }
}

fn user(n: usize) -> UserId {
    UserId((n as u128 + 1_000).to_be_bytes())
}

fn message(n: usize, text: &str) -> Row {
    let mut row = row(1, n.is_multiple_of(2), text);
    row.message.id = MessageId((n as u128).to_be_bytes());
    let hlc = row.message.position.hlc + n as u64;
    row.message.position = Position { hlc, id: row.message.id, ..row.message.position };
    row
}

fn go(place: &str) {
    web_sys::window().expect("a page").location().set_hash(place).expect("a fragment");
}

#[wasm_bindgen_test]
async fn three_hundred_texts_stay_texts_in_messages_titles_and_drafts() {
    let corpus = corpus();
    assert_eq!(corpus.len(), 300);
    let rows = corpus.iter().enumerate().map(|(n, text)| message(n, text)).collect();
    let screen = Screen::open(vec![], "", true).await;
    screen.state.apply(Change::Page(page(rows, false, View::Latest)));
    pause(300).await;
    let words = screen.all("[role='log'] article .words");
    let shown: Vec<_> = words.iter().filter_map(|words| words.text_content()).collect();
    assert_eq!(shown, corpus);
    nothing_came_of_it(&screen, "messages");
    for text in &corpus {
        let titled = Conversation { title: text.as_str().into(), ..conversation(text) };
        screen.state.apply(Change::Conversation(Box::new(titled)));
        screen.write(text).await;
    }
    nothing_came_of_it(&screen, "title and draft");
}

#[wasm_bindgen_test]
async fn three_hundred_texts_stay_texts_in_lists_profiles_and_requests() {
    let screen = Screen::open(vec![], "", true).await;
    for (n, text) in corpus().iter().enumerate() {
        let (id, name): (_, std::sync::Arc<str>) = (user(n), text.as_str().into());
        let profile =
            Profile { name: name.clone(), about: name.clone(), status: name.clone(), picture: None };
        let (relation, presence) = (Relation::Friend, Presence::Unknown);
        let contact = Contact { id, profile, relation, presence, keys: Keys::Waiting, is_proved: true };
        screen.state.apply(Change::Contact(Box::new(contact)));
        let latest = Latest { body: Body::Text(name.clone()), sent_at: Timestamp(0), delivery: None };
        let (id, latest) = (ConversationId(id), Some(latest));
        let listed = Conversation { id, title: name.clone(), latest, ..conversation(text) };
        screen.state.apply(Change::Conversation(Box::new(listed)));
        let request = Request { from: user(n + 1_000), name, received_at: Timestamp(0), askers: Vec::new() };
        screen.state.apply(Change::Request(request));
    }
    pause(300).await;
    nothing_came_of_it(&screen, "list of chats");
    for place in ["#/contacts", "#/settings", &format!("#/chats/{CHAT}")] {
        go(place);
        pause(300).await;
        nothing_came_of_it(&screen, place);
    }
    assert!(document().title().len() < 1_000);
}

#[wasm_bindgen_test]
async fn a_link_shows_where_it_leads() {
    let texts = [
        ("https://bank.example@evil.example/", None),
        ("https://bank.example:443@evil.example", None),
        ("https://bank.example\\@evil.example/", None),
        ("https://@evil.example", None),
        ("javascript://bank.example/%0aalert(1)", None),
        ("https://b\u{430}nk.example/a", Some("https://xn--bnk-6cd.example/a")),
        ("https://bank.example/@name?to=b\u{430}nk#x", Some("https://bank.example/@name?to=b\u{430}nk#x")),
    ];
    let rows = texts.iter().enumerate().map(|(n, (text, _))| message(n, text)).collect();
    let screen = Screen::open(rows, "", true).await;
    let links = screen.all("[role='log'] article .words a");
    let shown: Vec<_> = links.iter().filter_map(|link| link.text_content()).collect();
    let wanted: Vec<_> = texts.iter().filter_map(|(_, shown)| *shown).collect();
    assert_eq!(shown, wanted);
    assert!(screen.all("[role='log'] article").len() == texts.len());
    assert!(screen.all("[role='log'] [src]").is_empty(), "and nothing is fetched for it");
}
