//! What the scenes show. Looks only: whatever the core would answer is answered with as little as will do.
#![allow(clippy::wildcard_enum_match_arm, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::cell::RefCell;
use std::sync::Arc;

use kith::chat::account::{self, Account, ConfigError, Invite, Preferences, Server, Theme};
use kith::chat::change::{
    Alert, Comparing, ComparingStage, Connection, Form, InviteAsked, Page, Phase, Rejection, Safety, Trouble,
    View, Words,
};
use kith::chat::contact::{Claimant, Contact, Keys, Presence, Profile, Relation, Request, short_code};
use kith::chat::conversation::{Conversation, FOREVER, Latest};
use kith::chat::id::{ConversationId, MessageId, UserId};
use kith::chat::input::{CameraError, StorageError};
use kith::chat::message::{Body, Delivery, Message, Position, Row};
use kith::chat::{Change, Command};
use kith::e2ee::key::Fingerprint;
use kith::e2ee::safety::Comparison;
use kith::e2ee::seed::Seed;
use kith::e2ee::trust::{Standing, Trust};
use kith::time::{Day, Timestamp};
use kith::ui::{State, mount};
use leptos::prelude::{document, set_timeout, window};

use crate::talk::talk;

pub(crate) const MINUTE: u64 = 60_000;
const PAGE: usize = 60;

thread_local! {
    static ROWS: RefCell<Vec<Row>> = const { RefCell::new(Vec::new()) };
    static SHOWN: RefCell<(usize, usize)> = const { RefCell::new((0, 0)) };
}

pub(crate) fn show() {
    console_error_panic_hook::set_once();
    let state = State::new("Kith");
    let presets =
        ["wss://chat.example.org/mqtt", "ws://localhost:9001/mqtt", "wss://test.mosquitto.org:8081/mqtt"];
    state.offer(&presets.map(Arc::from).into());
    let scene = window().location().search().unwrap_or_default();
    let scene = scene.trim_start_matches("?scene=").to_owned();
    mount(
        state,
        move |command| {
            set_timeout(move || answer(state, command), std::time::Duration::ZERO);
        },
        || MessageId(std::array::from_fn(|_| (js_sys::Math::random() * 256.0) as u8)),
    );
    set_timeout(move || play(state, &scene), std::time::Duration::ZERO);
}

fn play(state: State, scene: &str) {
    let server =
        Server { address: "wss://chat.example.org/mqtt".into(), root: "kith".into(), ..Server::default() };
    let from = Invite {
        from: person(9),
        name: "Ada Lovelace".into(),
        broker: "wss://chat.example.org/mqtt".into(),
        root: "kith".into(),
        key: Some(Box::new(*Seed::from_bytes([9; 32]).identity().key())),
        secrets: None,
    };
    let welcome = |invite| {
        Phase::Welcome(Box::new(account::Welcome {
            server: server.clone(),
            invite,
            ..account::Welcome::default()
        }))
    };
    match scene {
        "starting" => {}
        "welcome" => state.apply(Change::Phase(welcome(None))),
        "invited" => state.apply(Change::Phase(welcome(Some(from)))),
        "elsewhere" => state.apply(Change::Phase(Phase::Elsewhere)),
        "outdated" => state.apply(Change::Phase(Phase::Outdated)),
        "unusable" => state.apply(Change::Phase(Phase::Unusable(StorageError::Newer))),
        "fatal" => kith::ui::fatal(&ConfigError::Broker("mqtt.example.org".into())),
        _ => ready(state, scene, server, from),
    }
}

fn ready(state: State, scene: &str, server: Server, from: Invite) {
    let profile =
        Profile { name: "Grace Hopper".into(), about: "Debugs for a living".into(), ..Profile::default() };
    state.apply(Change::Account(Box::new(Account {
        code: "C2F1 081E F677 1FB0 EBCE".into(),
        id: person(1),
        handle: Some("+48 555 555 555".into()),
        profile,
        contacts_only: false,
        server,
        invite: "https://kith.example.org/#i=1&u=00112233445566778899aabbccddeeff&n=Grace&b=wss%3A%2F%2Fchat"
            .into(),
        preferences: Preferences::default(),
    })));
    state.apply(Change::Connection(Connection::Connected));
    match scene {
        "empty" => {}
        "talk" => ROWS.set(talk(state)),
        _ => people(state),
    }
    match scene {
        "offline" => {
            let retry_at = Timestamp(now().0 + 25_000);
            let trouble = Some(Trouble::Unreachable);
            state.apply(Change::Connection(Connection::Reconnecting { retry_at, trouble }));
        }
        "stopped" => state.apply(Change::Connection(Connection::Reconnecting {
            retry_at: Timestamp(now().0 + 25_000),
            trouble: Some(Trouble::NoWebSocket),
        })),
        "alert" => state.apply(Change::Alert(Some(Alert::Volatile))),
        "claimed" => state.apply(Change::Alert(Some(Alert::Claimed))),
        "question" => {
            state.apply(Change::Invite(Some(InviteAsked { invite: from, moves: true, new_key: false })))
        }
        // Nobody has met the first contact's key before; or another one stands in its place; or it is verified.
        "several" => several(state),
        "held" => contact(state, Relation::Friend, Trust::FirstUse, Standing::Held),
        "blocked-key" => contact(state, Relation::Friend, Trust::Verified, Standing::Blocked),
        "verified" => contact(state, Relation::Friend, Trust::Verified, Standing::Open),
        "declined" => contact(state, Relation::Declined, Trust::FirstUse, Standing::Open),
        "waiting" => contact(state, Relation::Requested, Trust::FirstUse, Standing::Open),
        "asked" => state
            .apply(Change::Comparing(Some(Comparing { contact: person(10), stage: ComparingStage::Asked }))),
        "emoji" => state.apply(Change::Comparing(Some(Comparing {
            contact: person(10),
            stage: ComparingStage::Emoji([1, 9, 14, 22, 35, 47, 60]),
        }))),
        "replaced" => state.apply(Change::Connection(Connection::Stopped(Trouble::Revoked))),
        "rtl" => {
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("dir", "rtl");
            }
        }
        _ => {}
    }
    state.apply(Change::Phase(Phase::Ready));
}

/// The first contact, as they stand in a scene.
fn contact(state: State, relation: Relation, trust: Trust, standing: Standing) {
    let profile = Profile { name: "Ada Lovelace".into(), ..Profile::default() };
    let keys = Keys::Known { trust, standing };
    let contact =
        Contact { id: person(10), profile, relation, presence: Presence::Online, keys, is_proved: true };
    state.apply(Change::Contact(Box::new(contact)));
}

/// Two keys claim the address of the one who has not answered yet.
fn several(state: State) {
    let claimant = |n: u8, name: &str| {
        let key = Fingerprint([n; 16]);
        Claimant { key, code: short_code(key), name: name.into(), usable: true }
    };
    let profile = Profile { name: "dan@example.org".into(), ..Profile::default() };
    let keys = Keys::Several(vec![claimant(0x17, ""), claimant(0x4B, "Dan")]);
    let (relation, presence) = (Relation::Requested, Presence::Unknown);
    let contact = Contact { id: person(17), profile, relation, presence, keys, is_proved: false };
    state.apply(Change::Contact(Box::new(contact)));
}

const NAMES: [(&str, &str, u32); 9] = [
    ("Ada Lovelace", "The engine has no pretensions whatever to originate anything.", 3),
    ("Béla Bartók", "See you at the rehearsal", 0),
    ("علي حسن", "مرحبا، كيف حالك اليوم؟", 1),
    ("山田 太郎", "了解です。また明日！", 0),
    ("Marie Skłodowska-Curie", "https://example.org/radium/an/address/that/goes/on?and=on", 0),
    ("Olu", "👋🏾", 0),
    ("A very long name that does not fit into any list whatever its width may be", "ok", 128),
    ("Zoë", "Thanks", 0),
    ("Linus", "Works on my machine", 0),
];

fn people(state: State) {
    let ago = |minutes: u64| Timestamp(now().0 - minutes * MINUTE);
    for (at, (name, latest, unread)) in NAMES.into_iter().enumerate() {
        let n = at as u64;
        let id = person(10 + at as u8);
        let relation = match at {
            7 => Relation::Requested,
            8 => Relation::Blocked,
            _ => Relation::Friend,
        };
        let presence = match at % 3 {
            0 => Presence::Online,
            1 => Presence::Offline(Some(ago(7 + n * 300))),
            _ => Presence::Offline(None),
        };
        let keys = Keys::Known { trust: Trust::FirstUse, standing: Standing::Open };
        let status: Arc<str> = if at == 1 { "Rehearsing until six".into() } else { "".into() };
        let profile = Profile { name: name.into(), status, ..Profile::default() };
        state.apply(Change::Contact(Box::new(Contact {
            id,
            profile,
            relation,
            presence,
            keys,
            is_proved: true,
        })));
        let delivery = [
            None,
            Some(Delivery::Read),
            None,
            Some(Delivery::Delivered),
            Some(Delivery::Sent),
            None,
            None,
            Some(Delivery::Queued),
            Some(Delivery::Failed),
        ][at];
        state.apply(Change::Conversation(Box::new(Conversation {
            id: ConversationId(id),
            title: name.into(),
            picture: None,
            latest: Some(Latest { body: Body::Text(latest.into()), sent_at: ago(1 + n * n * 97), delivery }),
            unread,
            draft: if at == 5 { "I was going to say".into() } else { "".into() },
            typing: at == 1,
            failed: at == 8,
            unreadable: at == 7,
            waiting: at == 6,
            pinned: at == 3,
            muted: (at == 6).then_some(FOREVER),
            activity: ago(n),
        })));
    }
    for n in 0..2 {
        let name = ["Charles Babbage", "Mallory"][usize::from(n)].into();
        state.apply(Change::Request(Request {
            from: person(30 + n),
            name,
            received_at: ago(u64::from(n)),
            askers: Vec::new(),
        }));
    }
    ROWS.set(said(person(10)));
}

/// A conversation of some length with a bit of everything at its end.
fn said(them: UserId) -> Vec<Row> {
    let filler = [
        "Good morning",
        "Did you read the notes on the engine? I think that the table of Bernoulli numbers needs another pair of eyes.",
        "Yes",
        "Later today",
        "Fine by me, there is no hurry at all.",
    ];
    let mut texts: Vec<(bool, String, Option<Delivery>)> = (0..340)
        .map(|n: usize| (n % 7 < 3, format!("{} ({n})", filler[n % filler.len()]), Some(Delivery::Read)))
        .collect();
    texts.extend([
        (false, "Hello, are you there?".into(), None),
        (false, "I have finished the translation, with notes that became three times as long as the paper itself. The address is https://example.org/notes/(final), have a look.".into(), None),
        (true, "That is how it goes with notes".into(), Some(Delivery::Read)),
        (true, "🎉🎉".into(), Some(Delivery::Read)),
        (false, "مرحبا، كيف حالك اليوم؟".into(), None),
        (false, "Averyveryverylongwordwithoutanyspaceatallthatmustbewrappedsomewhereorelseitbreaksthelayoutofthewholepage".into(), None),
        (true, "Lines\n  keep\n    their shape".into(), Some(Delivery::Delivered)),
        (true, "On its way to the server and no further".into(), Some(Delivery::Sent)),
        (true, "This one was given up".into(), Some(Delivery::Failed)),
        (true, "And this one still waits".into(), Some(Delivery::Queued)),
        (false, "The engine has no pretensions whatever to originate anything.".into(), None),
        (false, "It can do whatever we know how to order it to perform.".into(), None),
        (false, "So there.".into(), None),
    ]);
    let count = texts.len() as u64;
    let mut rows: Vec<Row> = Vec::new();
    for (at, (own, text, delivery)) in texts.into_iter().enumerate() {
        let sent_at =
            Timestamp(now().0 - (count - at as u64) * 6 * MINUTE + if at % 2 == 1 { 5 * MINUTE } else { 0 });
        let message = message(
            if own { person(1) } else { them },
            own.then_some(delivery).flatten(),
            &text,
            sent_at,
            them,
        );
        let message = Message { body: found(at as u64 + 6 == count).unwrap_or(message.body), ..message };
        let day = Day((sent_at.0 / 86_400_000) as i32);
        let before = rows.last();
        let new_day = before.is_none_or(|row| (row.message.sent_at.0 / 86_400_000) as i32 != day.0);
        let starts = new_day
            || before
                .is_none_or(|row| row.is_own() != own || sent_at.since(row.message.sent_at).as_secs() > 120);
        if let Some(before) = rows.last_mut() {
            before.ends_group = starts;
        }
        let first_unread = at as u64 == count - 3;
        let starts_group = starts || first_unread;
        rows.push(Row { day: new_day.then_some(day), first_unread, starts_group, ..Row::alone(message) });
    }
    rows
}

fn found(is_here: bool) -> Option<Body> {
    is_here.then_some(Body::KeyChanged)
}

pub(crate) fn message(
    author: UserId,
    delivery: Option<Delivery>,
    text: &str,
    sent_at: Timestamp,
    them: UserId,
) -> Message {
    let id = MessageId(std::array::from_fn(|_| (js_sys::Math::random() * 256.0) as u8));
    Message {
        id,
        conversation: ConversationId(them),
        author,
        position: Position { hlc: sent_at.0 << 16, author, id },
        sent_at,
        body: Body::Text(text.into()),
        edited: text.starts_with("That"),
        delivery,
    }
}

/// Just enough of a core to scroll and write.
fn answer(state: State, command: Command) {
    leptos::logging::log!("{command:?}");
    match command {
        Command::Open(Some(conversation)) => {
            let end = ROWS.with_borrow(Vec::len);
            let is_first = conversation.0 == person(10);
            SHOWN.set(if is_first { (end.saturating_sub(PAGE), end) } else { (end, end) });
            page(state, conversation, View::Unread);
        }
        Command::ShowOlder => {
            turn(state, |(from, to)| (from.saturating_sub(PAGE), to.min(from + PAGE * 2)), View::Keep)
        }
        Command::ShowNewer => {
            turn(state, |(from, to)| (from.max(to.saturating_sub(PAGE)), to + PAGE), View::Keep)
        }
        Command::ShowLatest => turn(state, |_| (usize::MAX - PAGE, usize::MAX), View::Latest),
        Command::Send { id, conversation, text } => {
            let mut message = message(person(1), Some(Delivery::Queued), &text, now(), conversation.0);
            message.id = id;
            let row = Row::alone(message);
            ROWS.with_borrow_mut(|rows| rows.push(row.clone()));
            SHOWN.with_borrow_mut(|shown| shown.1 += 1);
            state.apply(Change::Message(Box::new(row)));
        }
        Command::AddContact(_) => state.apply(Change::Rejected(Form::Contact, Rejection::NotAnAddress)),
        Command::Start(_) => state.apply(Change::Rejected(Form::Welcome, Rejection::NameMissing)),
        Command::SaveProfile { .. } => state.apply(Change::Done(Form::Profile)),
        Command::SavePreferences(preferences) => {
            let name = match preferences.theme {
                Theme::System => "system",
                Theme::Light => "light",
                Theme::Dark => "dark",
            };
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("data-theme", name);
            }
        }
        Command::ShowSafety(contact) => state.apply(Change::Safety(Box::new(Safety {
            contact,
            key: Fingerprint([7; 16]),
            number: "123450987611223344556677889900123450987611223344556677889900".into(),
            code: format!("KITH1:{}", "E8C2F1081EF6771F".repeat(8)).into(),
        }))),
        Command::ShowWords(_) => {
            let words = ["animal", "abandon", "zoo", "vote", "ceiling", "quantum"];
            let words: Vec<_> = words.into_iter().cycle().take(24).collect();
            state.apply(Change::Words(Words(words.into())));
        }
        Command::CompareCode { contact, .. } => {
            state.apply(Change::Compared(contact, Ok(Comparison::NumberDiffers)));
        }
        Command::Scan(Some(_)) => state.apply(Change::NoCamera(CameraError::Missing)),
        Command::DismissInvite | Command::AcceptInvite => state.apply(Change::Invite(None)),
        Command::DismissAlert => state.apply(Change::Alert(None)),
        _ => {}
    }
}

fn turn(state: State, to: impl Fn((usize, usize)) -> (usize, usize), view: View) {
    let count = ROWS.with_borrow(Vec::len);
    SHOWN.with_borrow_mut(|shown| {
        let (from, to) = to(*shown);
        *shown = (from.min(count.saturating_sub(PAGE)), to.min(count));
    });
    page(state, ConversationId(person(10)), view);
}

fn page(state: State, conversation: ConversationId, view: View) {
    let (from, to) = SHOWN.with_borrow(|shown| *shown);
    let (rows, count) = ROWS.with_borrow(|rows| (rows[from..to].to_vec(), rows.len()));
    state.apply(Change::Page(Page {
        conversation,
        rows,
        older: from > 0 && from < to,
        newer: to < count,
        view,
    }));
}

pub(crate) fn person(n: u8) -> UserId {
    UserId([n; 16])
}

pub(crate) fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as u64)
}
