use std::cell::RefCell;
use std::rc::Rc;

use kith::browser::database::{Database, Sealed};
use kith::browser::storage::{Place, Storage};
use kith::chat::Input;
use kith::chat::id::Ticket;
use kith::chat::input::StorageError;
use kith::chat::memory::Memory;
use kith::chat::record::{Query, Table};
use kith::e2ee::vault::StoreKey;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Recorder, Undo, fresh, number, patch, put, record};

async fn on_disk(recorder: &Recorder) -> Rc<Storage> {
    let database = Database::open(&fresh("storage"), |_| {}).await.unwrap();
    let sealed = Sealed::new(Rc::new(database), StoreKey::generate());
    Storage::new(&recorder.inputs, Place::Disk(sealed), || {})
}

fn outbox() -> Query {
    Query::Tables(vec![Table::Outbox])
}

fn count_transactions() -> Undo {
    patch(
        "globalThis.realTransaction = IDBDatabase.prototype.transaction; globalThis.writes = 0;
         IDBDatabase.prototype.transaction = function(s, m, o) {
             if (m === 'readwrite') writes += 1;
             return realTransaction.call(this, s, m, o);
         }",
        "IDBDatabase.prototype.transaction = realTransaction",
    )
}

#[wasm_bindgen_test]
async fn what_one_drain_saves_is_one_transaction() {
    let recorder = Recorder::new();
    let storage = on_disk(&recorder).await;
    let _undo = count_transactions();
    for ticket in 0..5 {
        storage.save(Ticket(ticket), vec![put(Table::Outbox, &[0], &[1])]);
    }
    assert_eq!(number("writes"), 0.0, "nothing is written before the drain is over");
    storage.flush();
    storage.flush();
    for ticket in 0..5 {
        assert_eq!(recorder.next().await, Input::Saved(Ticket(ticket)));
    }
    assert_eq!(number("writes"), 1.0);
}

#[wasm_bindgen_test]
async fn a_load_sees_what_waits_to_be_written() {
    let recorder = Recorder::new();
    let storage = on_disk(&recorder).await;
    storage.save(Ticket(1), vec![put(Table::Outbox, b"a", b"1")]);
    storage.flush();
    storage.save(Ticket(2), vec![put(Table::Outbox, b"b", b"2")]);
    storage.load(Ticket(3), &outbox());
    assert_eq!(recorder.next().await, Input::Saved(Ticket(1)));
    assert_eq!(recorder.next().await, Input::Saved(Ticket(2)));
    let both = vec![record(Table::Outbox, b"a", b"1"), record(Table::Outbox, b"b", b"2")];
    assert_eq!(recorder.next().await, Input::Loaded(Ticket(3), both));
}

#[wasm_bindgen_test]
async fn settling_waits_for_what_is_under_way_and_for_what_waits() {
    let recorder = Recorder::new();
    let storage = on_disk(&recorder).await;
    storage.save(Ticket(1), vec![put(Table::Outbox, b"a", b"1")]);
    storage.flush();
    storage.save(Ticket(2), vec![put(Table::Outbox, b"b", b"2")]);
    storage.settle().await;
    assert_eq!(recorder.rest(), [Input::Saved(Ticket(1)), Input::Saved(Ticket(2))]);
}

#[wasm_bindgen_test]
async fn a_group_that_fails_fails_for_each_and_what_follows_is_written() {
    let recorder = Recorder::new();
    let storage = on_disk(&recorder).await;
    let undo = patch(
        "globalThis.realPut = IDBObjectStore.prototype.put;
         IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }",
        "IDBObjectStore.prototype.put = realPut",
    );
    storage.save(Ticket(1), vec![put(Table::Outbox, b"a", b"1")]);
    storage.save(Ticket(2), vec![put(Table::Outbox, b"b", b"2")]);
    storage.flush();
    drop(undo);
    storage.save(Ticket(3), vec![put(Table::Outbox, b"c", b"3")]);
    storage.flush();
    assert_eq!(recorder.next().await, Input::SaveFailed(Ticket(1), StorageError::Full));
    assert_eq!(recorder.next().await, Input::SaveFailed(Ticket(2), StorageError::Full));
    assert_eq!(recorder.next().await, Input::Saved(Ticket(3)));
    storage.load(Ticket(4), &outbox());
    assert_eq!(recorder.next().await, Input::Loaded(Ticket(4), vec![record(Table::Outbox, b"c", b"3")]));
}

#[wasm_bindgen_test]
async fn memory_answers_as_the_disk_does() {
    let recorder = Recorder::new();
    let storage = Storage::new(&recorder.inputs, Place::Memory(RefCell::new(Memory::default())), || {});
    assert!(storage.is_volatile());
    storage.save(Ticket(1), vec![put(Table::Outbox, b"a", b"1")]);
    storage.load(Ticket(2), &outbox());
    assert_eq!(recorder.next().await, Input::Saved(Ticket(1)));
    assert_eq!(recorder.next().await, Input::Loaded(Ticket(2), vec![record(Table::Outbox, b"a", b"1")]));
}
