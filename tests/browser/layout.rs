//! Where things stand: the screens with their style sheets, in frames that are as small as phones.

use std::sync::Arc;

use kith::chat::Change;
use kith::chat::account::{Invite, Welcome};
use kith::chat::change::{Alert, InviteAsked, Phase};
use kith::chat::contact::{Claimant, Contact, Keys, Presence, Profile, Relation};
use kith::chat::conversation::{Conversation, Latest};
use kith::chat::message::Body;
use kith::e2ee::key::Fingerprint;
use kith::e2ee::seed::Seed;
use kith::e2ee::trust::{Standing, Trust};
use kith::time::Timestamp;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{DomRect, HtmlElement};

use crate::screen::{ADA, CHAT, Screen, conversation, pause};
use crate::support::{js, js_async};

const SHEETS: [&str; 12] = [
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/widgets.css"),
    include_str!("../../style/buttons.css"),
    include_str!("../../style/welcome.css"),
    include_str!("../../style/shell.css"),
    include_str!("../../style/chats.css"),
    include_str!("../../style/contacts.css"),
    include_str!("../../style/conversation.css"),
    include_str!("../../style/timeline.css"),
    include_str!("../../style/composer.css"),
    include_str!("../../style/settings.css"),
];

const HERE: &str = "wss://here.example/mqtt";
const LONG: &str = "Augusta Ada King-Noel, Countess of Lovelace and of many other places";

/// The screens in a frame of that size, which goes with them.
struct Framed {
    screen: Screen,
}

impl Framed {
    async fn mount(width: u32, height: u32, fragment: &str) -> Self {
        let frame = format!(
            "const frame = document.createElement('iframe');
             frame.id = 'framed';
             frame.style.cssText = 'border: 0; width: {width}px; height: {height}px';
             frame.srcdoc = '<!doctype html><html lang=en><head><style></style></head><body></body></html>';
             frame.onload = () => done(frame.contentDocument.body);
             document.body.append(frame);"
        );
        let body: HtmlElement = js_async(&frame).await.unchecked_into();
        let style = body.owner_document().and_then(|page| page.query_selector("style").ok().flatten());
        style.expect("a style").set_text_content(Some(&SHEETS.concat()));
        let screen = Screen::mount_in(&body, fragment);
        screen.state.offer(&Arc::from([Arc::from(HERE)]));
        Self { screen }
    }

    /// With one conversation, at a place.
    async fn open(width: u32, height: u32, fragment: &str) -> Self {
        let framed = Self::mount(width, height, fragment).await;
        framed.screen.begin(vec![], "", true).await;
        framed
    }

    fn know(&self, name: &str, relation: Relation, keys: Keys) {
        let profile = Profile { name: name.into(), ..Profile::default() };
        let presence = Presence::Offline(None);
        let contact = Contact { id: ADA, profile, relation, presence, keys, is_proved: true };
        self.screen.state.apply(Change::Contact(Box::new(contact)));
    }

    fn rect(&self, selector: &str) -> DomRect {
        let found = self.screen.find(selector).unwrap_or_else(|| panic!("no {selector:?}"));
        found.get_bounding_client_rect()
    }

    fn rects(&self, selector: &str) -> Vec<DomRect> {
        self.screen.all(selector).iter().map(|found| found.get_bounding_client_rect()).collect()
    }
}

impl Drop for Framed {
    fn drop(&mut self) {
        js("document.getElementById('framed').remove()");
    }
}

/// Whether the one lies within the other, or is not drawn at all.
fn is_within(inner: &DomRect, outer: &DomRect) -> bool {
    let is_gone = inner.width() == 0.0 && inner.height() == 0.0;
    is_gone
        || (inner.left() >= outer.left() - 0.5
            && inner.right() <= outer.right() + 0.5
            && inner.top() >= outer.top() - 0.5
            && inner.bottom() <= outer.bottom() + 0.5)
}

fn described(rect: &DomRect) -> String {
    format!("{}..{} x {}..{}", rect.left(), rect.right(), rect.top(), rect.bottom())
}

/// Everybody's screens, small and large, and a phone's with its keyboard open.
const SIZES: [(u32, u32); 8] =
    [(320, 300), (320, 568), (360, 640), (390, 420), (390, 664), (390, 844), (844, 390), (1280, 800)];

#[wasm_bindgen_test]
async fn an_empty_chat_lies_on_nothing_else() {
    let claimant = |n: u8| Claimant {
        key: Fingerprint([n; 16]),
        code: "1754 E6B0 447B 8FF1 DAD0".into(),
        name: "Dan".into(),
        usable: true,
    };
    for (width, height) in SIZES {
        for keys in [Keys::Waiting, Keys::Several(vec![claimant(1), claimant(2), claimant(3)])] {
            let framed = Framed::open(width, height, &format!("#/chats/{CHAT}")).await;
            framed.know("Dan", Relation::Requested, keys);
            let noted = Conversation { unreadable: true, waiting: true, ..conversation("") };
            framed.screen.state.apply(Change::Conversation(Box::new(noted)));
            pause(50).await;
            let timeline = framed.rect(".timeline");
            for part in framed.rects(".timeline-empty > *") {
                assert!(
                    is_within(&part, &timeline),
                    "{width} x {height}: {} on {}",
                    described(&part),
                    described(&timeline)
                );
            }
            let (header, composer) = (framed.rect(".conversation-header"), framed.rect(".composer"));
            assert!(header.top() >= 0.0 && timeline.top() >= header.bottom() - 0.5, "{width} x {height}");
            assert!(composer.bottom() <= f64::from(height) + 0.5, "{width} x {height}: it can be written");
        }
    }
}

#[wasm_bindgen_test]
async fn what_an_invite_says_stands_line_below_line() {
    for (width, height) in [(320, 568), (390, 844), (1280, 800)] {
        let framed = Framed::mount(width, height, "").await;
        let key = *Seed::from_bytes([0x0a; 32]).identity().key();
        let (name, root) = ("Ada".into(), "kith".into());
        let invite =
            Invite { from: ADA, name, broker: HERE.into(), root, key: Some(Box::new(key)), secrets: None };
        let welcome = Welcome { invite: Some(invite), ..Welcome::default() };
        framed.screen.state.apply(Change::Phase(Phase::Welcome(Box::new(welcome))));
        pause(50).await;
        let avatar = framed.rect(".welcome-inviter .avatar");
        let lines = framed.rects(".welcome-inviter p");
        assert!(
            lines[0].left() > avatar.right() && lines[0].top() < avatar.bottom(),
            "the name is beside it"
        );
        assert_eq!(lines.len(), 4);
        let mut above = avatar.bottom();
        for line in &lines[1..] {
            assert!(line.top() >= above + 4.0, "{width}: {} below {above}", described(line));
            assert!((line.left() - avatar.left()).abs() < 1.0, "{width}: {}", described(line));
            above = line.bottom();
        }
    }
}

#[wasm_bindgen_test]
async fn the_button_that_starts_is_in_sight_on_the_smallest_phone() {
    let framed = Framed::mount(320, 568, "").await;
    let mut fields = Welcome::default();
    fields.server.address = HERE.into();
    framed.screen.state.apply(Change::Phase(Phase::Welcome(Box::new(fields))));
    pause(50).await;
    let start = framed.rect("button.primary");
    assert!(start.bottom() <= 568.0, "{}", described(&start));
}

#[wasm_bindgen_test]
async fn no_button_is_wider_than_what_it_stands_on() {
    let framed = Framed::open(320, 568, "#/settings").await;
    pause(50).await;
    for (card, buttons) in
        framed.screen.all(".card").iter().map(|card| (card, card.query_selector_all(".button")))
    {
        let buttons = buttons.expect("a selector");
        for at in 0..buttons.length() {
            let button: HtmlElement = buttons.get(at).expect("a button").unchecked_into();
            let (inner, outer) = (button.get_bounding_client_rect(), card.get_bounding_client_rect());
            assert!(inner.right() <= outer.right() - 8.0, "{:?}", button.text_content());
        }
    }
    let (name, root, key, secrets) = ("Hal".into(), "kith".into(), None, None);
    let invite = Invite { from: ADA, name, broker: "wss://elsewhere.example".into(), root, key, secrets };
    let asked = InviteAsked { invite, moves: true, new_key: false };
    framed.screen.state.apply(Change::Invite(Some(asked)));
    pause(50).await;
    let dialog = framed.rect("dialog");
    for button in framed.rects("dialog button") {
        assert!(
            is_within(&button, &dialog) && button.left() >= dialog.left() + 8.0,
            "{}",
            described(&button)
        );
    }
}

#[wasm_bindgen_test]
async fn the_heading_stands_beside_the_way_back() {
    let framed = Framed::open(1280, 800, "#/settings/broker").await;
    let (back, heading) = (framed.rect(".page-header a"), framed.rect(".page-header h1"));
    assert!(heading.left() - back.right() < 24.0, "{} {}", described(&back), described(&heading));
}

#[wasm_bindgen_test]
async fn verified_is_seen_beside_a_name_of_any_length() {
    for width in [320, 390, 1280] {
        let framed = Framed::open(width, 568, "#/contacts").await;
        let keys = Keys::Known { trust: Trust::Verified, standing: Standing::Open };
        framed.know(LONG, Relation::Friend, keys);
        pause(50).await;
        let (words, mark) = (framed.rect(".person-words"), framed.rect(".person-verified"));
        assert!(is_within(&mark, &words), "{width}: {} in {}", described(&mark), described(&words));
    }
}

#[wasm_bindgen_test]
async fn a_banner_uses_the_width_of_a_small_screen() {
    let framed = Framed::open(320, 568, "#/chats").await;
    framed.screen.state.apply(Change::Alert(Some(Alert::Claimed)));
    pause(50).await;
    let (words, banner) = (framed.rect(".banner p"), framed.rect(".banner"));
    assert!(words.width() >= 240.0, "{}", described(&words));
    assert!(banner.height() <= 180.0, "{}", described(&banner));
}

#[wasm_bindgen_test]
async fn the_composer_is_as_tall_as_its_text_in_every_width() {
    let framed = Framed::open(1280, 800, &format!("#/chats/{CHAT}")).await;
    framed.screen.write(&"words ".repeat(40)).await;
    let wide = framed.rect(".composer textarea").height();
    js("document.getElementById('framed').style.width = '320px'");
    pause(200).await;
    let narrow = framed.rect(".composer textarea").height();
    assert!(narrow > wide + 40.0, "{narrow} after {wide}");
}

#[wasm_bindgen_test]
async fn a_preview_reaches_as_far_as_the_time_above_it() {
    let framed = Framed::open(390, 844, "#/chats").await;
    let body = Body::Text("Rather more than fits on one line of any list of chats, on any phone".into());
    let latest = Some(Latest { body, sent_at: Timestamp(1_790_000_000_000), delivery: None });
    let chat = Conversation { latest, ..conversation("") };
    framed.screen.state.apply(Change::Conversation(Box::new(chat)));
    pause(50).await;
    let (preview, time) = (framed.rect(".chat-line-preview .clip"), framed.rect(".chat-line-time"));
    assert!(preview.right() > time.left(), "{} {}", described(&preview), described(&time));
}
