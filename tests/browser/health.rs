//! Room for what is stored, whether it is kept, and what is said of it.

use std::rc::Rc;

use kith::browser::database::{Database, RESERVE, Sealed};
use kith::browser::profile::Profile;
use kith::browser::storage::{Place, Storage};
use kith::chat::change::Phase;
use kith::chat::id::Ticket;
use kith::chat::input::StorageError;
use kith::chat::record::{Query, Table};
use kith::chat::survey::{Health, Space, Survey};
use kith::chat::{Change, Command, Input};
use kith::e2ee::vault::StoreKey;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::{Screen, account, pause};
use crate::support::{Recorder, Undo, fresh, js_async, number, patch, put};

/// A browser that says this of storage, and agrees to keep it when it is asked, or does not.
#[must_use]
fn browser(agrees: bool, used: u32, granted: u32) -> Undo {
    patch(
        &format!(
            "globalThis.room = {{ asked: 0, kept: false }};
             Object.defineProperty(navigator, 'storage', {{ configurable: true, value: {{
                 persisted: async () => room.kept,
                 persist: async () => {{ room.asked += 1; return room.kept = {agrees}; }},
                 estimate: async () => ({{ usage: {used}, quota: {granted} }}),
             }} }})"
        ),
        "delete navigator.storage",
    )
}

async fn surveyed(profile: &Profile, told: &Recorder, ask: bool) -> Survey {
    profile.survey(ask);
    match told.next().await {
        Input::Surveyed(survey) => survey,
        other => panic!("{other:?}"),
    }
}

async fn begun(name: &str) -> (Profile, Recorder) {
    let told = Recorder::without(|input| matches!(input, Input::Protected(_)));
    let profile = Profile::new(name, &told.inputs);
    profile.begin();
    assert_eq!(told.next().await, Input::Claimed { volatile: false });
    (profile, told)
}

/// How many bytes are kept free in this database.
async fn reserve(name: &str) -> f64 {
    js_async(&format!(
        "const r = indexedDB.open('{name}'); r.onerror = () => fail(r.error);
         r.onsuccess = () => {{
             const d = r.result, all = d.transaction('reserve').objectStore('reserve').getAll();
             all.onsuccess = () => {{ d.close(); done(all.result.reduce((sum, row) => sum + row.length, 0)); }};
         }}"
    ))
    .await
    .as_f64()
    .unwrap()
}

#[wasm_bindgen_test]
async fn the_browser_is_asked_only_when_it_shall_be_and_its_answer_is_told() {
    for agrees in [true, false] {
        let _undo = browser(agrees, 10, 100);
        let (profile, told) = begun(&fresh("persist")).await;
        let before = surveyed(&profile, &told, false).await;
        let space = Some(Space { used: 10, granted: 100 });
        assert_eq!(before, Survey { persistent: Some(false), space, full: false });
        assert_eq!(number("room.asked"), 0.0);
        let after = surveyed(&profile, &told, true).await;
        assert_eq!(after, Survey { persistent: Some(agrees), ..before });
        assert_eq!(number("room.asked"), 1.0);
    }
}

#[wasm_bindgen_test]
async fn where_a_browser_has_no_such_interface_nothing_is_said_and_room_is_kept_all_the_same() {
    let _undo = patch(
        "Object.defineProperty(navigator, 'storage', { configurable: true, value: undefined })",
        "delete navigator.storage",
    );
    let name = fresh("silent");
    let (profile, told) = begun(&name).await;
    assert_eq!(surveyed(&profile, &told, true).await, Survey::default());
    #[expect(clippy::cast_precision_loss, reason = "two million")]
    let kept = RESERVE as f64;
    assert_eq!(reserve(&name).await, kept);
}

#[wasm_bindgen_test]
async fn room_is_kept_once_and_only_where_there_is_plenty() {
    let name = fresh("plenty");
    let (profile, told) = begun(&name).await;
    {
        let _undo = browser(false, 90_000_000, 95_000_000);
        surveyed(&profile, &told, false).await;
        assert_eq!(reserve(&name).await, 0.0);
    }
    let _undo = browser(false, 10, 1_000_000_000);
    surveyed(&profile, &told, false).await;
    let kept = reserve(&name).await;
    surveyed(&profile, &told, false).await;
    assert_eq!((kept, reserve(&name).await), (2_097_152.0, kept));
}

#[wasm_bindgen_test]
async fn a_full_disk_spends_what_was_kept_and_what_failed_can_be_tried_again() {
    let _undo = browser(false, 10, 1_000_000_000);
    let name = fresh("spent");
    let database = Rc::new(Database::open(&name, |_| {}).await.unwrap());
    database.keep_reserve(true).await.unwrap();
    let told = Recorder::new();
    let sealed = Sealed::new(database.clone(), StoreKey::generate());
    let storage = Storage::new(&told.inputs, Place::Disk(sealed), || {});
    let full = "globalThis.realPut = IDBObjectStore.prototype.put;
         IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }";
    let undo = patch(full, "IDBObjectStore.prototype.put = realPut");
    for expected in [StorageError::Tight, StorageError::Full] {
        storage.save(Ticket(1), vec![put(Table::Outbox, b"a", b"1")]);
        storage.flush();
        assert_eq!(told.next().await, Input::SaveFailed(Ticket(1), expected));
        assert!(database.is_spent());
    }
    assert_eq!(reserve(&name).await, 0.0);
    drop(undo);
    storage.save(Ticket(2), vec![put(Table::Outbox, b"a", b"1")]);
    storage.load(Ticket(3), &Query::Tables(vec![Table::Outbox]));
    assert_eq!(told.next().await, Input::Saved(Ticket(2)));
    database.keep_reserve(false).await.unwrap();
    assert!(database.is_spent());
    database.keep_reserve(true).await.unwrap();
    assert!(!database.is_spent());
    // The next life finds it, also where there is no room for another one.
    drop((storage, database));
    let database = Database::open(&name, |_| {}).await.unwrap();
    database.keep_reserve(false).await.unwrap();
    assert!(database.has_reserve());
}

const MB: u64 = 1_000_000;

fn health(persistent: Option<bool>, declined: bool, used: u64) -> Change {
    let space = Some(Space { used, granted: 4_000 * MB });
    Change::Health(Health { survey: Survey { persistent, space, full: false }, declined })
}

#[wasm_bindgen_test]
async fn settings_say_how_things_stand_and_offer_what_can_be_done() {
    let screen = Screen::mount("#/settings");
    screen.state.apply(Change::Account(Box::new(account(false))));
    screen.state.apply(Change::Phase(Phase::Ready));
    pause(50).await;
    assert!(screen.commands().contains(&Command::LookAtStorage { keep: false }));
    let said = || screen.text("[aria-labelledby='settings-data']");
    screen.state.apply(health(Some(false), false, 12_340_000));
    pause(20).await;
    assert!(said().contains("This browser may delete what is stored here"), "{}", said());
    assert!(said().contains("12.3 MB of 4.0 GB used."), "{}", said());
    assert_eq!(screen.find("[role=meter]").unwrap().get_attribute("aria-valuenow").as_deref(), Some("0"));
    screen.click("Ask the browser to keep it").await;
    assert_eq!(screen.commands().last(), Some(&Command::LookAtStorage { keep: true }));
    screen.state.apply(health(Some(false), true, 3_200 * MB));
    pause(20).await;
    assert!(said().contains("was asked to keep what is stored here, and does not"), "{}", said());
    assert!(said().contains("Little room is left"), "{}", said());
    assert_eq!(screen.find("[role=meter]").unwrap().get_attribute("aria-valuenow").as_deref(), Some("80"));
    screen.state.apply(health(Some(true), false, 12 * MB));
    pause(20).await;
    assert!(said().contains("keeps what is stored here until you delete it"), "{}", said());
    assert!(!said().contains("Ask the browser"), "{}", said());
    assert!(said().contains("No backup has been made on this device yet."), "{}", said());
}
