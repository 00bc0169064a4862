use kith::browser::lock::{Ask, Lock};
use kith::browser::profile::Profile;
use kith::chat::Input;
use kith::chat::id::Ticket;
use kith::chat::input::StorageError;
use kith::chat::record::{Query, Table};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Recorder, Undo, fresh, js, js_async, number, patch, put, task};

const CLAIMED: Input = Input::Claimed { volatile: false };

/// A tab: the code that runs in one, and what it told.
struct Tab {
    profile: Profile,
    told: Recorder,
}

impl Tab {
    fn new(name: &str) -> Self {
        let told = Recorder::without(|input| matches!(input, Input::Protected(_)));
        Self { profile: Profile::new(name, &told.inputs), told }
    }

    async fn begun(name: &str) -> (Self, Input) {
        let tab = Self::new(name);
        tab.profile.begin();
        let first = tab.told.next().await;
        (tab, first)
    }

    async fn contacts(&self) -> usize {
        self.profile.load(Ticket(99), &Query::Tables(vec![Table::Contacts]));
        match self.told.next().await {
            Input::Loaded(Ticket(99), records) => records.len(),
            other => panic!("{other:?}"),
        }
    }
}

fn without_locks() -> Undo {
    patch(
        "Object.defineProperty(navigator, 'locks', {configurable: true, value: undefined})",
        "delete navigator.locks",
    )
}

#[wasm_bindgen_test]
async fn the_first_tab_owns_and_the_second_does_not() {
    let name = fresh("two");
    let (first, told) = Tab::begun(&name).await;
    assert_eq!(told, CLAIMED);
    let (second, told) = Tab::begun(&name).await;
    assert_eq!(told, Input::Yielded);
    second.profile.save(Ticket(1), vec![put(Table::Contacts, b"a", b"a")]);
    assert_eq!(second.told.next().await, Input::SaveFailed(Ticket(1), StorageError::Failed));
    second.profile.load(Ticket(2), &Query::Tables(vec![]));
    assert_eq!(second.told.next().await, Input::LoadFailed(Ticket(2), StorageError::Failed));
    assert_eq!(first.told.rest(), []);
    drop(second);
    drop(first);
    let (_third, told) = Tab::begun(&name).await;
    assert_eq!(told, CLAIMED, "a dropped tab has let go");
}

#[wasm_bindgen_test]
async fn when_the_owner_goes_the_tab_that_waits_takes_over() {
    let name = fresh("heir");
    let (first, _) = Tab::begun(&name).await;
    let (second, told) = Tab::begun(&name).await;
    assert_eq!(told, Input::Yielded);
    // Taken over and given back, and the first one waits.
    second.profile.claim();
    assert_eq!(first.told.next().await, Input::Yielded);
    first.profile.release();
    assert_eq!(second.told.next().await, CLAIMED);
    drop(second);
    assert_eq!(first.told.next().await, CLAIMED);
    // One that is gone waits for nothing.
    let (third, _) = Tab::begun(&name).await;
    drop(third);
    task().await;
    let held = js_async("navigator.locks.query().then(q => done(JSON.stringify(q)), fail)").await;
    assert_eq!(held.as_string().unwrap().matches(&name).count(), 1, "the owner's alone");
}

#[wasm_bindgen_test]
async fn who_asks_for_the_profile_goes_before_those_who_only_wait() {
    let name = fresh("before");
    let (first, _) = Tab::begun(&name).await;
    let (waiting, _) = Tab::begun(&name).await;
    let (asking, _) = Tab::begun(&name).await;
    let began = number("performance.now()");
    asking.profile.claim();
    assert_eq!(first.told.next().await, Input::Yielded);
    first.profile.release();
    assert_eq!(asking.told.next().await, CLAIMED);
    assert!(number("performance.now()") - began < 1_500.0, "handed over, not stolen");
    assert_eq!(waiting.told.rest(), []);
    // Of those that wait any one may be the next.
    drop(first);
    drop(asking);
    assert_eq!(waiting.told.next().await, CLAIMED);
}

#[wasm_bindgen_test]
async fn a_profile_that_was_deleted_is_not_taken_again() {
    let name = fresh("deleted-for-good");
    let (tab, _) = Tab::begun(&name).await;
    let deleted = format!("indexedDB.deleteDatabase('{name}').onsuccess = done");
    js(&format!("globalThis.deleting = indexedDB.deleteDatabase('{name}')"));
    assert_eq!(tab.told.next().await, Input::Yielded);
    tab.profile.release();
    js_async(&deleted).await;
    js_async("setTimeout(done, 100)").await;
    assert_eq!(tab.told.rest(), []);
}

#[wasm_bindgen_test]
async fn a_claim_waits_for_what_the_owner_still_writes() {
    let name = fresh("handover");
    let (first, _) = Tab::begun(&name).await;
    let (second, _) = Tab::begun(&name).await;
    first.profile.save(Ticket(1), vec![put(Table::Contacts, b"a", b"1")]);
    first.profile.flush();
    let many = (0..1_999_u32).map(|key| put(Table::Contacts, &key.to_be_bytes(), &[1; 200])).collect();
    first.profile.save(Ticket(2), many);
    let began = number("performance.now()");
    second.profile.claim();
    let mut told = first.told.next().await;
    while told != Input::Yielded {
        assert_eq!(told, Input::Saved(Ticket(1)));
        told = first.told.next().await;
    }
    first.profile.release();
    assert_eq!(second.told.next().await, CLAIMED);
    assert!(number("performance.now()") - began < 1_500.0, "handed over, not stolen");
    assert!(first.told.rest().contains(&Input::Saved(Ticket(2))), "written before the other tab begins");
    assert_eq!(second.contacts().await, 2_000);
    first.profile.save(Ticket(3), vec![put(Table::Contacts, b"c", b"1")]);
    assert!(first.told.rest().contains(&Input::SaveFailed(Ticket(3), StorageError::Failed)));
    // And back again.
    first.profile.claim();
    assert_eq!(second.told.next().await, Input::Yielded);
    second.profile.release();
    assert_eq!(first.told.next().await, CLAIMED);
    assert_eq!(first.contacts().await, 2_000);
}

#[wasm_bindgen_test]
async fn an_owner_that_does_not_answer_is_robbed_and_told() {
    let name = fresh("robbed");
    let (first, _) = Tab::begun(&name).await;
    let (second, _) = Tab::begun(&name).await;
    first.profile.save(Ticket(1), vec![put(Table::Contacts, b"late", b"1")]);
    let began = number("performance.now()");
    second.profile.claim();
    assert_eq!(first.told.next().await, Input::Yielded, "asked");
    // A frozen tab: nobody calls `release`.
    assert_eq!(second.told.next().await, CLAIMED);
    assert!(number("performance.now()") - began >= 1_900.0);
    assert_eq!(first.told.next().await, Input::Yielded, "robbed");
    assert_eq!(first.told.next().await, Input::SaveFailed(Ticket(1), StorageError::Failed));
    assert_eq!(second.contacts().await, 0);
}

#[wasm_bindgen_test]
async fn an_owner_that_claims_is_told_so_at_once() {
    let (tab, _) = Tab::begun(&fresh("own")).await;
    tab.profile.claim();
    assert_eq!(tab.told.next().await, CLAIMED);
    assert_eq!(tab.told.rest(), []);
}

#[wasm_bindgen_test]
async fn without_web_locks_the_newest_tab_wins() {
    let _undo = without_locks();
    assert!(!Lock::is_supported());
    let name = fresh("insecure");
    let (first, told) = Tab::begun(&name).await;
    assert_eq!(told, CLAIMED);
    first.profile.save(Ticket(1), vec![put(Table::Contacts, b"a", b"1")]);
    let second = Tab::new(&name);
    second.profile.begin();
    assert_eq!(first.told.next().await, Input::Yielded);
    first.profile.release();
    assert_eq!(second.told.next().await, CLAIMED);
    assert_eq!(second.contacts().await, 1);
    first.profile.claim();
    assert_eq!(second.told.next().await, Input::Yielded);
    second.profile.release();
    let told = [first.told.next().await, first.told.next().await];
    assert_eq!(told, [Input::Saved(Ticket(1)), CLAIMED]);
}

#[wasm_bindgen_test]
async fn without_web_locks_two_tabs_that_begin_together_do_not_both_own() {
    let _undo = without_locks();
    let name = fresh("together");
    let (older, newer) = (Tab::new(&name), Tab::new(&name));
    older.profile.begin();
    // Within one millisecond neither is the older one.
    let begun = number("Date.now()");
    while number("Date.now()") <= begun {
        task().await;
    }
    newer.profile.begin();
    let told = older.told.next().await;
    if told != Input::Yielded {
        assert_eq!(told, CLAIMED);
        assert_eq!(older.told.next().await, Input::Yielded);
    }
    older.profile.release();
    assert_eq!(newer.told.next().await, CLAIMED);
    js_async("setTimeout(done, 150)").await;
    assert_eq!(newer.told.rest(), []);
}

#[wasm_bindgen_test]
async fn denied_storage_is_replaced_by_memory() {
    let _undo = patch(
        "globalThis.realOpen = IDBFactory.prototype.open;
         IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }",
        "IDBFactory.prototype.open = realOpen",
    );
    let (tab, told) = Tab::begun(&fresh("denied")).await;
    assert_eq!(told, Input::Claimed { volatile: true });
    tab.profile.save(Ticket(1), vec![put(Table::Contacts, b"a", b"1")]);
    tab.profile.flush();
    assert_eq!(tab.told.next().await, Input::Saved(Ticket(1)));
    assert_eq!(tab.contacts().await, 1);
}

#[wasm_bindgen_test]
async fn a_newer_database_makes_the_profile_unusable() {
    let name = fresh("unusable");
    js_async(&format!(
        "const r = indexedDB.open('{name}', 99); r.onsuccess = () => {{ r.result.close(); done(); }}"
    ))
    .await;
    let (tab, told) = Tab::begun(&name).await;
    assert_eq!(told, Input::Unusable(StorageError::Newer));
    tab.profile.save(Ticket(1), vec![put(Table::Contacts, b"a", b"1")]);
    assert_eq!(tab.told.next().await, Input::SaveFailed(Ticket(1), StorageError::Failed));
}

#[wasm_bindgen_test]
async fn a_deleted_database_ends_the_ownership() {
    let name = fresh("deleted");
    let (tab, _) = Tab::begun(&name).await;
    js_async(&format!(
        "const r = indexedDB.deleteDatabase('{name}'); r.onsuccess = done; r.onblocked = fail"
    ))
    .await;
    assert_eq!(tab.told.next().await, Input::Yielded);
}

#[wasm_bindgen_test]
async fn locks_are_granted_once_queued_for_and_released_when_dropped() {
    let name = fresh("lock");
    let first = Lock::request(&name, Ask::IfFree, || panic!("nobody steals")).await.unwrap();
    assert!(Lock::request(&name, Ask::IfFree, || {}).await.is_none());
    assert!(Lock::request(&name, Ask::Within(50), || {}).await.is_none());
    drop(first);
    let _second = Lock::request(&name, Ask::Within(5_000), || {}).await.unwrap();
    let held = js_async("navigator.locks.query().then(q => done(JSON.stringify(q)), fail)").await;
    assert_eq!(held.as_string().unwrap().matches(&name).count(), 1, "nobody waits any more");
}

/// Keeps the connections that are opened where a test can close them as the browser does.
pub(super) fn watch_connections() -> Undo {
    patch(
        "globalThis.realOpen = IDBFactory.prototype.open; globalThis.connections = [];
         IDBFactory.prototype.open = function(...a) {
             const r = realOpen.apply(this, a);
             r.addEventListener('success', () => connections.push(r.result));
             return r;
         }",
        "IDBFactory.prototype.open = realOpen",
    )
}

#[wasm_bindgen_test]
async fn a_database_that_the_browser_closes_is_opened_again_and_nothing_is_lost() {
    let _undo = watch_connections();
    let (tab, _) = Tab::begun(&fresh("closed")).await;
    tab.profile.save(Ticket(1), vec![put(Table::Contacts, b"a", b"1")]);
    tab.profile.flush();
    assert_eq!(tab.told.next().await, Input::Saved(Ticket(1)));
    js("const d = connections.at(-1); d.close(); d.dispatchEvent(new Event('close'))");
    tab.profile.save(Ticket(2), vec![put(Table::Contacts, b"b", b"1")]);
    tab.profile.flush();
    assert_eq!(tab.told.next().await, Input::Saved(Ticket(2)));
    assert_eq!(tab.contacts().await, 2);
    assert_eq!(number("connections.length"), 2.0);
}

#[wasm_bindgen_test]
async fn a_database_that_the_browser_deletes_is_not_taken_for_an_empty_one() {
    let _undo = watch_connections();
    let name = fresh("deleted");
    let (tab, _) = Tab::begun(&name).await;
    tab.profile.save(Ticket(1), vec![put(Table::Contacts, b"a", b"1")]);
    tab.profile.flush();
    assert_eq!(tab.told.next().await, Input::Saved(Ticket(1)));
    js_async(&format!(
        "const d = connections.at(-1); d.close();
         indexedDB.deleteDatabase('{name}').onsuccess = () => {{ d.dispatchEvent(new Event('close')); done(); }}"
    ))
    .await;
    tab.profile.save(Ticket(2), vec![put(Table::Contacts, b"b", b"1")]);
    tab.profile.flush();
    let mut told = vec![tab.told.next().await, tab.told.next().await];
    told.sort_by_key(|input| matches!(input, Input::Unusable(_)));
    assert_eq!(
        told,
        [Input::SaveFailed(Ticket(2), StorageError::Failed), Input::Unusable(StorageError::Gone)]
    );
    let (second, told) = Tab::begun(&name).await;
    assert_eq!(told, Input::Yielded, "the tab that tells it keeps the profile");
    drop(tab);
    second.profile.claim();
    assert_eq!(second.told.next().await, Input::RolledBack, "a reload begins anew, and knows of it");
    assert_eq!(second.told.next().await, CLAIMED);
}

#[wasm_bindgen_test]
async fn a_database_that_cannot_be_opened_for_the_moment_is_there_after_a_reload() {
    let name = fresh("moment");
    let (tab, _) = Tab::begun(&name).await;
    tab.profile.save(Ticket(1), vec![put(Table::Contacts, b"a", b"1")]);
    tab.profile.flush();
    assert_eq!(tab.told.next().await, Input::Saved(Ticket(1)));
    drop(tab);
    {
        let _undo = patch(
            "globalThis.realOpen = IDBFactory.prototype.open;
             IDBFactory.prototype.open = () => { throw new DOMException('no', 'UnknownError') }",
            "IDBFactory.prototype.open = realOpen",
        );
        let tab = Tab::new(&name);
        tab.profile.claim();
        assert_eq!(tab.told.next().await, Input::Unusable(StorageError::Failed));
    }
    let tab = Tab::new(&name);
    tab.profile.claim();
    assert_eq!(tab.told.next().await, CLAIMED);
    assert_eq!(tab.contacts().await, 1);
}
