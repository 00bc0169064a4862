//! What was on its way to the disk when the page went.

use kith::browser::database::Database;
use kith::browser::profile::Profile;
use kith::chat::Input;
use kith::chat::id::Ticket;
use kith::chat::input::StorageError;
use kith::chat::record::{Query, Record, Table};
use wasm_bindgen_test::wasm_bindgen_test;

use super::profile::watch_connections;
use super::support::{Recorder, fresh, js, patch, put, record};

/// A tab of this profile that has begun.
async fn begun(name: &str) -> (Profile, Recorder) {
    let told = Recorder::without(|input| matches!(input, Input::Protected(_)));
    let profile = Profile::new(name, &told.inputs);
    profile.begin();
    while !matches!(told.next().await, Input::Claimed { .. }) {}
    (profile, told)
}

async fn save((profile, told): &(Profile, Recorder), key: &[u8]) {
    profile.save(Ticket(1), vec![put(Table::Contacts, key, b"1")]);
    profile.flush();
    assert_eq!(told.next().await, Input::Saved(Ticket(1)));
}

/// Saves one contact as the page goes; the browser drops it.
async fn save_and_go((profile, told): (Profile, Recorder), key: &[u8], value: &[u8]) {
    let _undo = patch(
        "globalThis.realCommit = IDBTransaction.prototype.commit;
         IDBTransaction.prototype.commit = function() { this.abort(); }",
        "IDBTransaction.prototype.commit = realCommit",
    );
    profile.save(Ticket(2), vec![put(Table::Contacts, key, value)]);
    profile.leave();
    assert!(matches!(told.next().await, Input::SaveFailed(Ticket(2), _)));
}

async fn contacts(profile: &(Profile, Recorder)) -> Vec<Record> {
    profile.0.load(Ticket(3), &Query::Tables(vec![Table::Contacts]));
    let Input::Loaded(_, records) = profile.1.next().await else { panic!("not loaded") };
    records
}

fn journal(name: &str) -> Option<String> {
    js(&format!("return localStorage.getItem('{name}.journal')")).as_string()
}

#[wasm_bindgen_test]
async fn what_the_browser_drops_when_the_page_goes_is_there_the_next_time() {
    let name = fresh("dropped");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    save_and_go(tab, b"b", b"2").await;
    for _ in 0..2 {
        let tab = begun(&name).await;
        assert_eq!(
            contacts(&tab).await,
            [record(Table::Contacts, b"a", b"1"), record(Table::Contacts, b"b", b"2")]
        );
        assert_eq!(journal(&name), None);
    }
}

#[wasm_bindgen_test]
async fn what_is_kept_for_the_next_time_cannot_be_read() {
    let name = fresh("unreadable");
    let tab = begun(&name).await;
    save_and_go(tab, b"the key of it", b"what it holds").await;
    let kept = journal(&name).unwrap();
    let read = js(&format!("return atob('{kept}')")).as_string().unwrap();
    assert!(!read.contains("the key") && !read.contains("holds"), "{read:?}");
}

#[wasm_bindgen_test]
async fn what_did_reach_the_disk_is_not_written_once_more() {
    let name = fresh("reached");
    let tab = begun(&name).await;
    tab.0.save(Ticket(2), vec![put(Table::Contacts, b"a", b"1")]);
    tab.0.leave();
    assert!(journal(&name).is_some());
    assert_eq!(tab.1.next().await, Input::Saved(Ticket(2)));
    // The page came back: what it writes now is newer.
    tab.0.save(Ticket(3), vec![put(Table::Contacts, b"a", b"2")]);
    tab.0.flush();
    assert_eq!(tab.1.next().await, Input::Saved(Ticket(3)));
    drop(tab);
    let tab = begun(&name).await;
    assert_eq!(contacts(&tab).await, [record(Table::Contacts, b"a", b"2")]);
}

#[wasm_bindgen_test]
async fn where_nothing_is_under_way_nothing_is_kept() {
    let name = fresh("idle");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    tab.0.leave();
    assert_eq!(journal(&name), None);
}

#[wasm_bindgen_test]
async fn tables_that_somebody_else_wrote_to_since_take_nothing_from_it() {
    let name = fresh("since");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    save_and_go(tab, b"b", b"2").await;
    let other = Database::open(&name, |_| {}).await.unwrap();
    other.save(&vec![put(Table::Parked, b"c", b"3")]).await.unwrap();
    drop(other);
    let tab = begun(&name).await;
    assert_eq!(contacts(&tab).await, [record(Table::Contacts, b"a", b"1")]);
}

#[wasm_bindgen_test]
async fn to_open_the_tables_takes_nothing_from_it() {
    let name = fresh("opened");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    save_and_go(tab, b"b", b"2").await;
    // As a page that asks for a passphrase does, or one that goes again before it has begun.
    drop(Database::open(&name, |_| {}).await.unwrap());
    let tab = begun(&name).await;
    assert_eq!(contacts(&tab).await.len(), 2);
}

#[wasm_bindgen_test]
async fn on_a_full_disk_it_stays_where_it_is() {
    let name = fresh("room");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    save_and_go(tab, b"b", b"2").await;
    let undo = patch(
        "globalThis.realPut = IDBObjectStore.prototype.put;
         IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }",
        "IDBObjectStore.prototype.put = realPut",
    );
    let told = Recorder::new();
    let profile = Profile::new(&name, &told.inputs);
    profile.begin();
    assert_eq!(told.next().await, Input::Unusable(StorageError::Full));
    drop((undo, profile));
    let tab = begun(&name).await;
    assert_eq!(contacts(&tab).await.len(), 2);
}

#[wasm_bindgen_test]
async fn what_waits_while_the_database_is_opened_again_is_kept_too() {
    let _undo = watch_connections();
    let name = fresh("waits");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    {
        // To open it again takes for ever.
        let _undo = patch(
            "globalThis.keptOpen = IDBFactory.prototype.open; IDBFactory.prototype.open = () => ({})",
            "IDBFactory.prototype.open = keptOpen",
        );
        js("const d = connections.at(-1); d.close(); d.dispatchEvent(new Event('close'))");
        tab.0.save(Ticket(2), vec![put(Table::Contacts, b"b", b"2")]);
        tab.0.leave();
    }
    drop(tab);
    let tab = begun(&name).await;
    assert_eq!(contacts(&tab).await.len(), 2);
}

#[wasm_bindgen_test]
async fn who_begins_anew_finds_nothing_of_before() {
    let name = fresh("before");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    tab.0.save(Ticket(2), vec![put(Table::Contacts, b"b", b"2")]);
    tab.0.leave();
    assert_eq!(tab.1.next().await, Input::Saved(Ticket(2)));
    tab.0.erase();
    while !matches!(tab.1.next().await, Input::Claimed { .. }) {}
    assert_eq!(journal(&name), None);
    assert_eq!(contacts(&tab).await, []);
}

#[wasm_bindgen_test]
async fn nonsense_in_its_place_is_no_harm() {
    let name = fresh("nonsense");
    drop(begun(&name).await);
    for nonsense in ["", "%", "AAAA", "0123456789abcdef".repeat(100).as_str()] {
        js(&format!("localStorage.setItem('{name}.journal', '{nonsense}')"));
        let tab = begun(&name).await;
        assert_eq!(contacts(&tab).await, []);
        assert_eq!(journal(&name), None);
    }
}
