use std::cell::Cell;
use std::rc::Rc;

use kith::browser::database::{Database, Gone, OpenError, VERSION};
use kith::chat::input::StorageError;
use kith::chat::record::{Batch, Query, Record, Table, Write};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use super::support::{fresh, js, js_async, number, patch, put, record};

async fn open(name: &str) -> Database {
    Database::open(name, |_| {}).await.unwrap()
}

fn all() -> Query {
    Query::Tables(Table::ALL.to_vec())
}

fn range(from: u8, to: u8, limit: u32, last: bool) -> Query {
    Query::Range { table: Table::Messages, from: vec![from], to: vec![to], limit, last }
}

fn keys(records: &[Record]) -> Vec<u8> {
    records.iter().map(|record| record.key[0]).collect()
}

/// Ten messages, keys 0 to 9.
async fn ten(name: &str) -> Database {
    let database = open(name).await;
    let batch: Batch = (0..10).rev().map(|key| put(Table::Messages, &[key], &[key, key])).collect();
    database.save(&batch).await.unwrap();
    database
}

#[wasm_bindgen_test]
async fn every_table_gives_back_what_it_got() {
    let database = open(&fresh("round")).await;
    let records: Vec<_> =
        Table::ALL.into_iter().map(|table| record(table, &[0, 255, 7], &[1, 0, 2])).collect();
    let batch: Batch = records.iter().cloned().map(Write::Put).collect();
    database.save(&batch).await.unwrap();
    assert_eq!(database.load(&all()).await.unwrap(), records);
    assert_eq!(database.load(&Query::Tables(vec![])).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn writes_replace_and_delete_in_the_order_of_their_batch() {
    let database = open(&fresh("order")).await;
    let table = Table::Outbox;
    let batch = vec![
        put(table, b"a", b"1"),
        put(table, b"a", b"2"),
        put(table, b"b", b"1"),
        Write::Delete(table, b"b".to_vec()),
        Write::Delete(table, b"never there".to_vec()),
        put(table, b"", b""),
    ];
    database.save(&batch).await.unwrap();
    let expected = [record(table, b"", b""), record(table, b"a", b"2")];
    assert_eq!(database.load(&all()).await.unwrap(), expected);
    database.save(&vec![]).await.unwrap();
}

#[wasm_bindgen_test]
async fn keys_are_sorted_byte_by_byte() {
    let database = open(&fresh("sorted")).await;
    let table = Table::Messages;
    let sorted: [&[u8]; 6] = [b"", b"\0", b"\0\xff", b"\x01", b"\x7f\0", b"\x80"];
    let batch: Batch = sorted.iter().rev().map(|key| put(table, key, b"")).collect();
    database.save(&batch).await.unwrap();
    let found = database.load(&Query::Tables(vec![table])).await.unwrap();
    assert_eq!(found.iter().map(|record| &record.key[..]).collect::<Vec<_>>(), sorted);
}

async fn ranges(database: &Database) {
    let cases: [(Query, &[u8]); 8] = [
        (range(2, 7, 100, false), &[2, 3, 4, 5, 6]),
        (range(2, 7, 2, false), &[2, 3]),
        (range(2, 7, 2, true), &[5, 6]),
        (range(2, 7, 100, true), &[2, 3, 4, 5, 6]),
        (range(0, 255, 3, true), &[7, 8, 9]),
        (range(7, 7, 5, true), &[]),
        (range(7, 2, 5, false), &[]),
        (range(0, 9, 0, true), &[]),
    ];
    for (query, expected) in cases {
        let found = database.load(&query).await.unwrap();
        assert_eq!(keys(&found), expected, "{query:?}");
        assert!(found.iter().all(|record| *record.value == [record.key[0], record.key[0]]));
    }
    assert_eq!(database.load(&range(100, 200, 5, true)).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn ranges_are_cut_at_either_end_and_always_ascend() {
    assert!(
        js("return 'getAllRecords' in IDBObjectStore.prototype").is_truthy(),
        "the fast way is to be tested"
    );
    ranges(&ten(&fresh("range")).await).await;
}

#[wasm_bindgen_test]
async fn ranges_by_cursor_are_the_same() {
    let _undo = patch(
        "globalThis.realRecords = IDBObjectStore.prototype.getAllRecords; delete IDBObjectStore.prototype.getAllRecords;
         globalThis.cursors = 0; globalThis.realCursor = IDBObjectStore.prototype.openCursor;
         IDBObjectStore.prototype.openCursor = function(...a) { cursors += 1; return realCursor.apply(this, a); }",
        "IDBObjectStore.prototype.getAllRecords = realRecords; IDBObjectStore.prototype.openCursor = realCursor",
    );
    ranges(&ten(&fresh("cursor")).await).await;
    assert!(number("cursors") > 0.0);
}

#[wasm_bindgen_test]
async fn ten_thousand_records_in_one_batch_and_the_last_fifty_of_them() {
    let database = open(&fresh("many")).await;
    let batch: Batch =
        (0..10_000_u32).map(|key| put(Table::Messages, &key.to_be_bytes(), &[7; 200])).collect();
    let began = number("performance.now()");
    database.save(&batch).await.unwrap();
    let saved = number("performance.now()");
    let to = vec![255; 4];
    let last = Query::Range { table: Table::Messages, from: vec![], to, limit: 50, last: true };
    let found = database.load(&last).await.unwrap();
    let loaded = number("performance.now()");
    console_log!("10,000 records: {:.0} ms; last 50: {:.1} ms", saved - began, loaded - saved);
    assert_eq!(found[0].key, 9_950_u32.to_be_bytes());
    assert_eq!(found.len(), 50);
    assert!(saved - began < 6_000.0, "{} ms, unoptimised", saved - began);
}

#[wasm_bindgen_test]
async fn reopened_data_is_there() {
    let name = fresh("again");
    drop(ten(&name).await);
    let found = open(&name).await.load(&range(0, 255, 100, false)).await.unwrap();
    assert_eq!(found.len(), 10);
}

#[wasm_bindgen_test]
async fn saves_are_strict_and_complete_in_the_order_of_their_calls() {
    let database = open(&fresh("strict")).await;
    let _undo = patch(
        "globalThis.realTransaction = IDBDatabase.prototype.transaction; globalThis.strict = [];
         IDBDatabase.prototype.transaction = function(s, m, o) {
             if (m === 'readwrite') strict.push(o?.durability + [...s].includes('seat'));
             return realTransaction.call(this, s, m, o);
         }",
        "IDBDatabase.prototype.transaction = realTransaction",
    );
    let done = Rc::new(std::cell::RefCell::new(Vec::new()));
    // A large write to one table, then small ones to others: without a table in common they may overtake it.
    for (number, table) in [Table::Messages, Table::Outbox, Table::Contacts].into_iter().enumerate() {
        let count = if number == 0 { 3_000_u32 } else { 1 };
        let batch: Batch = (0..count).map(|key| put(table, &key.to_be_bytes(), &[1; 200])).collect();
        let saved = database.save(&batch);
        let done = done.clone();
        wasm_bindgen_futures::spawn_local(async move {
            saved.await.unwrap();
            done.borrow_mut().push(number);
        });
    }
    while done.borrow().len() < 3 {
        js_async("setTimeout(done, 5)").await;
    }
    assert_eq!(*done.borrow(), [0, 1, 2]);
    assert_eq!(js("return strict.join()").as_string().unwrap(), "stricttrue,stricttrue,stricttrue");
}

#[wasm_bindgen_test]
async fn a_load_sees_the_saves_before_it_though_they_are_under_way() {
    let database = open(&fresh("sees")).await;
    let saved = database.save(&vec![put(Table::Messages, &[1], &[1, 1])]);
    let loaded = database.load(&range(0, 9, 9, true));
    assert_eq!(keys(&loaded.await.unwrap()), [1]);
    saved.await.unwrap();
}

/// Saves three records while the page is patched; then nothing may be there but what was there before.
async fn nothing_stays(code: &str, expected: StorageError) {
    let name = fresh("abort");
    let database = open(&name).await;
    database.save(&vec![put(Table::Contacts, b"old", b"old")]).await.unwrap();
    let undo =
        patch(code, "IDBObjectStore.prototype.put = realPut; IDBTransaction.prototype.commit = realCommit");
    let batch: Batch = [b"a", b"b", b"c"].iter().map(|key| put(Table::Contacts, &key[..], b"new")).collect();
    assert_eq!(database.save(&batch).await, Err(expected));
    drop(undo);
    let old = [record(Table::Contacts, b"old", b"old")];
    assert_eq!(database.load(&all()).await.unwrap(), old);
    database.save(&batch).await.unwrap();
    assert_eq!(database.load(&all()).await.unwrap().len(), 4);
}

const KEEP: &str = "globalThis.realPut = IDBObjectStore.prototype.put;
    globalThis.realCommit = IDBTransaction.prototype.commit; let puts = 0;";

#[wasm_bindgen_test]
async fn a_write_that_throws_leaves_nothing_of_its_batch() {
    let full = "IDBObjectStore.prototype.put = function(...a) {
        if (++puts === 3) throw new DOMException('full', 'QuotaExceededError');
        return realPut.apply(this, a); }";
    nothing_stays(&format!("{KEEP}{full}"), StorageError::Full).await;
}

#[wasm_bindgen_test]
async fn a_write_that_fails_later_leaves_nothing_of_its_batch() {
    let twice = "IDBObjectStore.prototype.put = function(v, k) {
        return ++puts === 3 ? this.add(v, new TextEncoder().encode('old')) : realPut.call(this, v, k); }";
    nothing_stays(&format!("{KEEP}{twice}"), StorageError::Failed).await;
}

#[wasm_bindgen_test]
async fn a_transaction_that_the_browser_aborts_leaves_nothing() {
    let abort = "IDBTransaction.prototype.commit = function() { this.abort(); }";
    nothing_stays(&format!("{KEEP}{abort}"), StorageError::Failed).await;
}

#[wasm_bindgen_test]
async fn a_newer_layout_is_refused_and_left_as_it_is() {
    let name = fresh("newer");
    let newer = |then: &str| {
        format!(
            "const r = indexedDB.open('{name}', {}); r.onerror = () => fail(r.error);
             r.onupgradeneeded = () => r.result.createObjectStore('later').put('kept', 'key');
             r.onsuccess = () => {{ const d = r.result; {then} }}",
            VERSION + 1
        )
    };
    js_async(&newer("d.close(); done();")).await;
    let refused = Database::open(&name, |_| {}).await.err();
    assert_eq!(refused, Some(OpenError::Unusable(StorageError::Newer)));
    let kept = newer(
        "const g = d.transaction('later').objectStore('later').get('key');
         g.onsuccess = () => { done([...d.objectStoreNames].join() + '=' + g.result); d.close(); }",
    );
    assert_eq!(js_async(&kept).await, "later=kept");
}

#[wasm_bindgen_test]
async fn a_connection_makes_way_for_a_newer_layout() {
    let name = fresh("way");
    let gone = Rc::new(Cell::new(0));
    let count = gone.clone();
    let database = Database::open(&name, move |gone| {
        assert_eq!(gone, Gone::Wanted);
        count.set(count.get() + 1);
    })
    .await
    .unwrap();
    let upgrade = format!(
        "const r = indexedDB.open('{name}', {}); r.onerror = () => fail(r.error);
         r.onsuccess = () => {{ r.result.close(); done(); }}",
        VERSION + 1
    );
    js_async(&upgrade).await;
    assert_eq!(gone.get(), 1);
    let late = database.save(&vec![put(Table::Outbox, b"a", b"a")]).await;
    assert_eq!(late, Err(StorageError::Failed));
}

#[wasm_bindgen_test]
async fn denied_storage_is_told_from_a_full_disk_and_from_one_that_fails_for_the_moment() {
    for (name, expected) in [
        ("SecurityError", OpenError::Denied),
        ("QuotaExceededError", OpenError::Unusable(StorageError::Full)),
        // It fails for the moment: whoever has a profile there is no newcomer.
        ("UnknownError", OpenError::Unusable(StorageError::Failed)),
        ("AbortError", OpenError::Unusable(StorageError::Failed)),
    ] {
        let _undo = patch(
            &format!(
                "globalThis.realOpen = IDBFactory.prototype.open;
                 IDBFactory.prototype.open = () => {{ throw new DOMException('no', '{name}') }}"
            ),
            "IDBFactory.prototype.open = realOpen",
        );
        assert_eq!(Database::open("any", |_| {}).await.err(), Some(expected));
    }
}

#[wasm_bindgen_test]
async fn the_first_layout_is_brought_to_the_newest_with_all_that_is_in_it() {
    let name = fresh("first");
    js_async(&format!(
        "const r = indexedDB.open('{name}', 1); r.onerror = () => fail(r.error);
         r.onupgradeneeded = () => {{
             for (const s of ['account', 'contacts', 'requests', 'conversations', 'messages', 'outbox'])
                 r.result.createObjectStore(s);
             r.transaction.objectStore('messages').put(new Uint8Array([1]), new Uint8Array([2]));
         }};
         r.onsuccess = () => {{ r.result.close(); done(); }}"
    ))
    .await;
    let database = Database::open(&name, |_| {}).await.unwrap();
    assert!(!database.is_new());
    database.save(&vec![put(Table::Parked, b"a", b"b")]).await.unwrap();
    let all = database.load(&Query::Tables(vec![Table::Messages, Table::Parked])).await.unwrap();
    assert_eq!(all, [record(Table::Messages, &[2], &[1]), record(Table::Parked, b"a", b"b")]);
}
