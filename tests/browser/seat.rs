//! Who writes, and whether what lies there is what was written last.

use std::rc::Rc;

use kith::browser::database::Database;
use kith::browser::profile::Profile;
use kith::chat::Input;
use kith::chat::id::Ticket;
use kith::chat::input::StorageError;
use kith::chat::record::{Batch, Query, Table};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Recorder, fresh, js, js_async, number, patch, put, record, task};

const CLAIMED: Input = Input::Claimed { volatile: false };

async fn open(name: &str) -> Database {
    Database::open(name, |_| {}).await.unwrap()
}

fn contacts() -> Query {
    Query::Tables(vec![Table::Contacts])
}

fn one(key: &[u8]) -> Batch {
    vec![put(Table::Contacts, key, b"1")]
}

/// A tab of this profile that has begun, and what it told.
async fn begun(name: &str) -> (Profile, Recorder, Vec<Input>) {
    let told = Recorder::without(|input| matches!(input, Input::Protected(_)));
    let profile = Profile::new(name, &told.inputs);
    profile.begin();
    let mut first = vec![told.next().await];
    while !matches!(first.last(), Some(Input::Claimed { .. } | Input::Yielded)) {
        first.push(told.next().await);
    }
    (profile, told, first)
}

/// Saves one contact, and is told so.
async fn save((profile, told, _): &(Profile, Recorder, Vec<Input>), key: &[u8]) {
    profile.save(Ticket(1), one(key));
    profile.flush();
    assert_eq!(told.next().await, Input::Saved(Ticket(1)));
}

/// Runs the body for each store `s` of the database.
async fn for_each_store(name: &str, mode: &str, each: &str) {
    js_async(&format!(
        "const r = indexedDB.open('{name}'); r.onerror = () => fail(r.error);
         r.onsuccess = () => {{
             const d = r.result, t = d.transaction([...d.objectStoreNames], '{mode}');
             for (const name of d.objectStoreNames) {{ const s = t.objectStore(name); {each} }}
             t.oncomplete = () => {{ d.close(); done(); }};
             t.onabort = () => fail(t.error);
         }}"
    ))
    .await;
}

/// Copies all that lies there, or puts the copy back.
async fn copy(name: &str) {
    js("globalThis.copied = {}");
    let each = "const c = copied[name] = {};
        s.getAllKeys().onsuccess = e => c.keys = e.target.result;
        s.getAll().onsuccess = e => c.values = e.target.result;";
    for_each_store(name, "readonly", each).await;
}

async fn put_back(name: &str) {
    let each = "s.clear(); copied[name].keys.forEach((key, at) => s.put(copied[name].values[at], key));";
    for_each_store(name, "readwrite", each).await;
}

fn marker(name: &str) -> Option<String> {
    js(&format!("return localStorage.getItem('{name}.epoch')")).as_string()
}

#[wasm_bindgen_test]
async fn a_connection_that_was_superseded_commits_nothing() {
    let name = fresh("superseded");
    let older = open(&name).await;
    older.save(&one(b"a")).await.unwrap();
    let newer = open(&name).await;
    js(
        "globalThis.wrong = []; globalThis.onWrong = e => wrong.push(e.message); addEventListener('error', onWrong)",
    );
    assert_eq!(older.save(&one(b"b")).await, Err(StorageError::Superseded));
    // Each request of the transaction fails, and the transaction after them.
    js_async("setTimeout(done, 50)").await;
    js("removeEventListener('error', onWrong)");
    assert_eq!(js("return wrong.join()"), "");
    newer.save(&one(b"c")).await.unwrap();
    assert_eq!(older.save(&one(b"d")).await, Err(StorageError::Superseded));
    assert_eq!(older.erase().await, Err(StorageError::Superseded));
    let found = newer.load(&contacts()).await.unwrap();
    assert_eq!(found, [record(Table::Contacts, b"a", b"1"), record(Table::Contacts, b"c", b"1")]);
}

#[wasm_bindgen_test]
async fn what_was_handed_over_before_is_there_for_the_next() {
    let name = fresh("before");
    let older = open(&name).await;
    let many = (0..2_000_u32).map(|key| put(Table::Contacts, &key.to_be_bytes(), &[1; 200])).collect();
    let saved = older.save(&many);
    let newer = open(&name).await;
    assert_eq!(newer.load(&contacts()).await.unwrap().len(), 2_000);
    saved.await.unwrap();
}

#[wasm_bindgen_test]
async fn a_connection_that_is_opened_again_takes_nothing_back() {
    let name = fresh("again");
    let older = open(&name).await;
    let again = older.reopen(|_| {}).await.unwrap();
    again.save(&one(b"a")).await.unwrap();
    let _newer = open(&name).await;
    let again = older.reopen(|_| {}).await.unwrap();
    assert_eq!(again.save(&one(b"b")).await, Err(StorageError::Superseded));
}

#[wasm_bindgen_test]
async fn an_owner_that_was_superseded_unnoticed_says_where_kith_is_open() {
    let name = fresh("thawed");
    let first = begun(&name).await;
    save(&first, b"a").await;
    // Another tab has robbed this one while it was frozen, and nothing has told it yet.
    let other = Rc::new(open(&name).await);
    let (profile, told, _) = &first;
    profile.save(Ticket(2), one(b"b"));
    profile.flush();
    assert_eq!(told.next().await, Input::Yielded);
    assert_eq!(told.next().await, Input::SaveFailed(Ticket(2), StorageError::Superseded));
    profile.release();
    task().await;
    assert_eq!(told.rest(), [], "told once");
    assert_eq!(other.load(&contacts()).await.unwrap().len(), 1);
    drop(other);
    profile.claim();
    assert_eq!(told.next().await, CLAIMED);
}

#[wasm_bindgen_test]
async fn an_older_copy_is_told_until_something_is_saved() {
    let name = fresh("older");
    let tab = begun(&name).await;
    assert_eq!(tab.2, [CLAIMED]);
    save(&tab, b"a").await;
    drop(tab);
    copy(&name).await;
    let tab = begun(&name).await;
    assert_eq!(tab.2, [CLAIMED]);
    save(&tab, b"b").await;
    drop(tab);
    put_back(&name).await;
    for _ in 0..2 {
        let (_profile, _, told) = begun(&name).await;
        assert_eq!(told, [Input::RolledBack, CLAIMED]);
    }
    let tab = begun(&name).await;
    save(&tab, b"c").await;
    drop(tab);
    assert_eq!(begun(&name).await.2, [CLAIMED]);
    put_back(&name).await;
    assert_eq!(begun(&name).await.2, [Input::RolledBack, CLAIMED], "the same copy once more");
}

#[wasm_bindgen_test]
async fn a_copy_of_hours_ago_is_told_in_the_same_life() {
    let name = fresh("hours");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    copy(&name).await;
    for _ in 0..20 {
        save(&tab, b"b").await;
    }
    drop(tab);
    put_back(&name).await;
    assert_eq!(begun(&name).await.2, [Input::RolledBack, CLAIMED]);
}

#[wasm_bindgen_test]
async fn a_database_that_is_gone_is_told_until_something_is_saved() {
    let name = fresh("gone");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    drop(tab);
    js_async(&format!("indexedDB.deleteDatabase('{name}').onsuccess = () => done()")).await;
    for _ in 0..2 {
        assert_eq!(begun(&name).await.2, [Input::RolledBack, CLAIMED]);
    }
    let tab = begun(&name).await;
    save(&tab, b"b").await;
    drop(tab);
    assert_eq!(begun(&name).await.2, [CLAIMED]);
}

#[wasm_bindgen_test]
async fn whoever_begins_anew_has_lost_nothing() {
    let name = fresh("anew");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    tab.0.erase();
    assert_eq!(tab.1.next().await, CLAIMED);
    drop(tab);
    assert_eq!(begun(&name).await.2, [CLAIMED]);
}

#[wasm_bindgen_test]
async fn no_crash_makes_a_rollback() {
    let name = fresh("crash");
    let tab = begun(&name).await;
    save(&tab, b"a").await;
    {
        // The page is gone before it could note what it has saved.
        let _undo = patch(
            "globalThis.realSet = Storage.prototype.setItem; Storage.prototype.setItem = () => {}",
            "Storage.prototype.setItem = realSet",
        );
        for _ in 0..40 {
            save(&tab, b"b").await;
        }
    }
    drop(tab);
    assert_eq!(begun(&name).await.2, [CLAIMED]);
    js(&format!("localStorage.removeItem('{name}.epoch')"));
    assert_eq!(begun(&name).await.2, [CLAIMED], "what remembers is gone");
}

#[wasm_bindgen_test]
async fn what_is_saved_is_noted_when_it_is_on_disk_and_once_in_sixteen_times() {
    let name = fresh("noted");
    let tab = begun(&name).await;
    assert_eq!(marker(&name), None);
    save(&tab, b"a").await;
    assert_eq!(marker(&name).as_deref(), Some("1"));
    {
        let _undo = patch(
            "globalThis.realCommit = IDBTransaction.prototype.commit;
             IDBTransaction.prototype.commit = function() { this.abort(); }",
            "IDBTransaction.prototype.commit = realCommit",
        );
        for _ in 0..20 {
            tab.0.save(Ticket(2), one(b"b"));
            tab.0.flush();
            assert_eq!(tab.1.next().await, Input::SaveFailed(Ticket(2), StorageError::Failed));
        }
    }
    assert_eq!(marker(&name).as_deref(), Some("1"));
    let _undo = patch(
        "globalThis.realSet = Storage.prototype.setItem; globalThis.noted = 0;
         Storage.prototype.setItem = function(...a) { noted += 1; realSet.apply(this, a); }",
        "Storage.prototype.setItem = realSet",
    );
    for _ in 0..33 {
        save(&tab, b"c").await;
    }
    assert_eq!(number("noted"), 3.0);
}

#[wasm_bindgen_test]
async fn on_a_full_disk_what_is_there_can_be_read_and_is_written_again_when_there_is_room() {
    let name = fresh("full");
    let older = open(&name).await;
    older.save(&one(b"a")).await.unwrap();
    let undo = patch(
        "globalThis.realPut = IDBObjectStore.prototype.put;
         IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }",
        "IDBObjectStore.prototype.put = realPut",
    );
    let database = open(&name).await;
    assert_eq!(database.load(&contacts()).await.unwrap().len(), 1);
    assert_eq!(database.save(&one(b"b")).await, Err(StorageError::Full));
    drop(undo);
    database.save(&one(b"b")).await.unwrap();
    assert_eq!(older.save(&one(b"c")).await, Err(StorageError::Superseded));
    assert_eq!(database.load(&contacts()).await.unwrap().len(), 2);
}
