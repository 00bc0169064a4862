//! Records at rest: sealed, by a key that is wrapped; and what becomes of a database whose key is gone.

use std::rc::Rc;

use kith::browser::database::{Database, Sealed};
use kith::browser::profile::Profile;
use kith::browser::vault::{self, Opened};
use kith::chat::Input;
use kith::chat::id::Ticket;
use kith::chat::input::StorageError;
use kith::chat::record::{Batch, Query, Record, Table, Write};
use kith::chat::secret::{Passphrase, PassphraseError, Protection};
use kith::e2ee::vault::StoreKey;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use super::support::{Recorder, Undo, fresh, js_async, number, patch, put, record};

const CANARY: &[u8] = b"the canary sings at midnight";

async fn database(name: &str) -> Rc<Database> {
    Rc::new(Database::open(name, |_| {}).await.unwrap())
}

fn all() -> Query {
    Query::Tables(Table::ALL.to_vec())
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.into())
}

async fn opened(database: &Rc<Database>) -> (Sealed, Protection) {
    match vault::open(database).await.unwrap() {
        Opened::Open(key, protection) => (Sealed::new(database.clone(), key), protection),
        Opened::Locked => panic!("locked"),
    }
}

/// As it is for a page from `http://192.168.…`.
fn on_an_insecure_origin() -> Undo {
    patch(
        "Object.defineProperty(crypto, 'subtle', {configurable: true, value: undefined})",
        "delete crypto.subtle",
    )
}

/// All that lies in the database, as bytes.
async fn raw(name: &str) -> Vec<u8> {
    let code = format!(
        "const r = indexedDB.open('{name}'); r.onerror = () => fail(r.error);
         r.onsuccess = () => {{
             const d = r.result, t = d.transaction([...d.objectStoreNames]), found = [];
             const dig = v => {{
                 if (v instanceof Uint8Array) found.push(...v);
                 else if (typeof v === 'string') found.push(...new TextEncoder().encode(v));
                 else if (v && typeof v === 'object') Object.values(v).forEach(dig);
             }};
             for (const s of d.objectStoreNames) t.objectStore(s).getAll().onsuccess = e => dig(e.target.result);
             t.oncomplete = () => {{ d.close(); done(new Uint8Array(found)); }};
         }}"
    );
    js_sys::Uint8Array::new(&js_async(&code).await).to_vec()
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Changes what lies in the store of the key.
async fn tamper(name: &str, code: &str) {
    js_async(&format!(
        "const r = indexedDB.open('{name}'); r.onerror = () => fail(r.error);
         r.onsuccess = () => {{
             const d = r.result, t = d.transaction('vault', 'readwrite'), s = t.objectStore('vault');
             s.get('key').onsuccess = e => {{ const k = e.target.result; {code} }};
             t.oncomplete = () => {{ d.close(); done(); }};
         }}"
    ))
    .await;
}

#[wasm_bindgen_test]
async fn no_value_lies_there_as_it_is_and_each_comes_back() {
    let name = fresh("sealed");
    let records: Vec<_> = Table::ALL.into_iter().map(|table| record(table, b"key", CANARY)).collect();
    let (sealed, protection) = opened(&database(&name).await).await;
    assert_eq!(protection, Protection::Browser);
    sealed.save(records.iter().cloned().map(Write::Put).collect()).await.unwrap();
    let bytes = raw(&name).await;
    assert!(bytes.len() > Table::ALL.len() * CANARY.len(), "something was found");
    assert!(!holds(&bytes, CANARY));
    assert!(!holds(&bytes, sealed.key().as_bytes()), "the key is wrapped");
    drop(sealed);
    let (again, _) = opened(&database(&name).await).await;
    assert_eq!(again.load(&all()).await.unwrap(), records);
}

#[wasm_bindgen_test]
async fn the_browser_does_not_give_its_key_away() {
    let name = fresh("wrapping");
    drop(opened(&database(&name).await).await);
    let code = format!(
        "const r = indexedDB.open('{name}'); r.onsuccess = () => {{
             const d = r.result, g = d.transaction('vault').objectStore('vault').get('key');
             g.onsuccess = () => {{
                 d.close();
                 const k = g.result.wrapping;
                 crypto.subtle.exportKey('raw', k).then(() => done('exported'), e => done(k.extractable + e.name));
             }};
         }}"
    );
    assert_eq!(js_async(&code).await.as_string().unwrap(), "falseInvalidAccessError");
}

#[wasm_bindgen_test]
async fn a_record_in_the_place_of_another_reads_as_nothing() {
    let name = fresh("moved");
    let database = database(&name).await;
    let (sealed, _) = opened(&database).await;
    sealed.save(vec![put(Table::Contacts, b"a", b"ada")]).await.unwrap();
    let mut stolen = database.load(&all()).await.unwrap();
    stolen[0].key = b"b".to_vec();
    let moved: Batch = stolen.into_iter().map(Write::Put).collect();
    database.save(&moved).await.unwrap();
    let expected = [record(Table::Contacts, b"a", b"ada"), record(Table::Contacts, b"b", b"")];
    assert_eq!(sealed.load(&all()).await.unwrap(), expected);
}

/// A database as versions before this one made it.
async fn plain(name: &str) -> Vec<Record> {
    js_async(&format!(
        "const r = indexedDB.open('{name}', 3); r.onerror = () => fail(r.error);
         const bytes = text => new TextEncoder().encode(text);
         r.onupgradeneeded = () => {{
             for (const s of ['account', 'contacts', 'requests', 'conversations', 'messages', 'outbox', 'parked',
                              'keys', 'keyrings', 'sessions'])
                 r.result.createObjectStore(s).put(bytes('the canary sings at midnight'), bytes(s));
             for (let n = 0; n < 500; n++)
                 r.transaction.objectStore('messages').put(bytes('the canary sings at midnight'), bytes('m' + n));
         }};
         r.onsuccess = () => {{ r.result.close(); done(); }}"
    ))
    .await;
    let stores = [
        "account",
        "contacts",
        "requests",
        "conversations",
        "messages",
        "outbox",
        "parked",
        "keys",
        "keyrings",
        "sessions",
    ];
    let mut records: Vec<_> = Table::ALL
        .into_iter()
        .zip(stores)
        .map(|(table, key)| record(table, key.as_bytes(), CANARY))
        .collect();
    let messages = (0..500).map(|n| record(Table::Messages, format!("m{n}").as_bytes(), CANARY));
    records.extend(messages);
    records.sort_by(|a, b| (a.table, &a.key).cmp(&(b.table, &b.key)));
    records
}

#[wasm_bindgen_test]
async fn what_was_stored_before_there_was_a_key_is_sealed_when_it_is_opened_and_nothing_is_lost() {
    let name = fresh("plain");
    let records = plain(&name).await;
    let (sealed, _) = opened(&database(&name).await).await;
    assert_eq!(sealed.load(&all()).await.unwrap(), records);
    drop(sealed);
    assert!(!holds(&raw(&name).await, CANARY));
    let (again, _) = opened(&database(&name).await).await;
    assert_eq!(again.load(&all()).await.unwrap(), records, "it is not sealed twice");
}

#[wasm_bindgen_test]
async fn sealing_that_is_interrupted_begins_again() {
    let name = fresh("interrupted");
    let records = plain(&name).await;
    let undo = patch(
        "globalThis.realPut = IDBObjectStore.prototype.put; let puts = 0;
         IDBObjectStore.prototype.put = function(...a) {
             if (++puts === 100) throw new DOMException('full', 'QuotaExceededError');
             return realPut.apply(this, a); }",
        "IDBObjectStore.prototype.put = realPut",
    );
    // The layout is new by now; the records are not sealed yet.
    let database = database(&name).await;
    assert_eq!(vault::open(&database).await.err(), Some(StorageError::Full));
    drop(undo);
    assert_eq!(database.load(&all()).await.unwrap(), records, "all or nothing");
    let (sealed, _) = opened(&database).await;
    assert_eq!(sealed.load(&all()).await.unwrap(), records);
}

#[wasm_bindgen_test]
async fn a_key_that_is_missing_or_damaged_is_told_and_nothing_is_written_over() {
    for code in [
        "s.delete('key')",
        "k.bytes[5] ^= 1; s.put(k, 'key')",
        "k.nonce[0] ^= 1; s.put(k, 'key')",
        "k.bytes = k.bytes.slice(0, 20); s.put(k, 'key')",
        "delete k.wrapping; s.put(k, 'key')",
        "s.put('nonsense', 'key')",
    ] {
        let name = fresh("lost");
        let (sealed, _) = opened(&database(&name).await).await;
        sealed.save(vec![put(Table::Contacts, b"a", b"ada")]).await.unwrap();
        drop(sealed);
        tamper(&name, code).await;
        let before = raw(&name).await;
        let told = Recorder::new();
        let profile = Profile::new(&name, &told.inputs);
        profile.begin();
        assert_eq!(told.next().await, Input::Unusable(StorageError::KeyLost), "{code}");
        drop(profile);
        assert_eq!(raw(&name).await, before, "{code}");
    }
}

#[wasm_bindgen_test]
async fn a_lost_key_leaves_one_way_out() {
    let name = fresh("out");
    let (sealed, _) = opened(&database(&name).await).await;
    sealed.save(vec![put(Table::Contacts, b"a", b"ada")]).await.unwrap();
    drop(sealed);
    tamper(&name, "s.delete('key')").await;
    let (profile, told) = begun(&name).await;
    assert_eq!(told.next().await, Input::Unusable(StorageError::KeyLost));
    profile.erase();
    assert_eq!(told.next().await, Input::Protected(Protection::Browser));
    assert_eq!(told.next().await, Input::Claimed { volatile: false });
    profile.load(Ticket(1), &all());
    assert_eq!(told.next().await, Input::Loaded(Ticket(1), Vec::new()));
}

#[wasm_bindgen_test]
async fn where_the_browser_keeps_no_keys_the_app_works_and_says_what_that_means() {
    let _undo = on_an_insecure_origin();
    let name = fresh("insecure");
    let (sealed, protection) = opened(&database(&name).await).await;
    assert_eq!(protection, Protection::Nothing);
    sealed.save(vec![put(Table::Contacts, b"a", CANARY)]).await.unwrap();
    assert!(!holds(&raw(&name).await, CANARY), "sealed, if by a key that lies beside it");
    drop(sealed);
    let reopened = database(&name).await;
    let (sealed, _) = opened(&reopened).await;
    assert_eq!(sealed.load(&all()).await.unwrap(), [record(Table::Contacts, b"a", CANARY)]);
    let next = passphrase("correct horse");
    assert_eq!(vault::change(&sealed, None, Some(&next)).await, Ok(Protection::Passphrase));
    assert!(!holds(&raw(&name).await, sealed.key().as_bytes()), "then the key is wrapped here, too");
    assert_eq!(vault::unlock(&reopened, &next).await.as_ref(), Ok(sealed.key()));
}

async fn begun(name: &str) -> (Profile, Recorder) {
    let told = Recorder::new();
    let profile = Profile::new(name, &told.inputs);
    profile.begin();
    (profile, told)
}

/// A profile that is owned, with one contact.
async fn with_a_contact(name: &str) -> (Profile, Recorder) {
    let (profile, told) = begun(name).await;
    assert_eq!(told.next().await, Input::Protected(Protection::Browser));
    assert_eq!(told.next().await, Input::Claimed { volatile: false });
    profile.save(Ticket(1), vec![put(Table::Contacts, b"a", CANARY)]);
    profile.flush();
    assert_eq!(told.next().await, Input::Saved(Ticket(1)));
    (profile, told)
}

async fn contacts(profile: &Profile, told: &Recorder) -> Vec<Record> {
    profile.load(Ticket(2), &Query::Tables(vec![Table::Contacts]));
    match told.next().await {
        Input::Loaded(Ticket(2), records) => records,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_passphrase_is_asked_for_at_the_next_start_and_a_wrong_one_costs_nothing() {
    let name = fresh("passphrase");
    let (profile, told) = with_a_contact(&name).await;
    profile.change_passphrase(None, Some(passphrase("correct horse")));
    assert_eq!(told.next().await, Input::PassphraseChanged(Ok(Protection::Passphrase)));
    assert_eq!(contacts(&profile, &told).await.len(), 1, "nothing is locked before it is left");
    drop(profile);
    let (profile, told) = begun(&name).await;
    assert_eq!(told.next().await, Input::Locked);
    profile.load(Ticket(3), &all());
    assert_eq!(told.next().await, Input::LoadFailed(Ticket(3), StorageError::Failed));
    for _ in 0..3 {
        profile.unlock(passphrase("correct house"));
        assert_eq!(told.next().await, Input::NotUnlocked(PassphraseError::Wrong));
    }
    let began = number("performance.now()");
    profile.unlock(passphrase("correct horse"));
    assert_eq!(told.next().await, Input::Protected(Protection::Passphrase));
    console_log!("unlocking: {:.0} ms, unoptimised", number("performance.now()") - began);
    assert_eq!(told.next().await, Input::Claimed { volatile: false });
    assert_eq!(contacts(&profile, &told).await, [record(Table::Contacts, b"a", CANARY)]);
}

#[wasm_bindgen_test]
async fn a_passphrase_is_changed_and_removed_by_who_knows_it() {
    let name = fresh("change");
    let (profile, told) = with_a_contact(&name).await;
    let change = |current: Option<&str>, next: Option<&str>| {
        profile.change_passphrase(current.map(passphrase), next.map(passphrase));
    };
    change(None, Some("correct horse"));
    assert_eq!(told.next().await, Input::PassphraseChanged(Ok(Protection::Passphrase)));
    for current in [None, Some("correct house")] {
        for next in [None, Some("battery staple")] {
            change(current, next);
            assert_eq!(told.next().await, Input::PassphraseChanged(Err(PassphraseError::Wrong)));
        }
    }
    change(Some("correct horse"), Some("battery staple"));
    assert_eq!(told.next().await, Input::PassphraseChanged(Ok(Protection::Passphrase)));
    change(Some("correct horse"), None);
    assert_eq!(told.next().await, Input::PassphraseChanged(Err(PassphraseError::Wrong)));
    change(Some("battery staple"), None);
    assert_eq!(told.next().await, Input::PassphraseChanged(Ok(Protection::Browser)));
    drop(profile);
    let (profile, told) = begun(&name).await;
    assert_eq!(told.next().await, Input::Protected(Protection::Browser));
    assert_eq!(told.next().await, Input::Claimed { volatile: false });
    assert_eq!(contacts(&profile, &told).await.len(), 1);
}

#[wasm_bindgen_test]
async fn the_other_tab_asks_for_the_passphrase_as_well() {
    let name = fresh("tabs");
    let (first, told_first) = with_a_contact(&name).await;
    first.change_passphrase(None, Some(passphrase("correct horse")));
    assert_eq!(told_first.next().await, Input::PassphraseChanged(Ok(Protection::Passphrase)));
    let (second, told_second) = begun(&name).await;
    assert_eq!(told_second.next().await, Input::Yielded);
    second.claim();
    assert_eq!(told_first.next().await, Input::Yielded);
    first.release();
    assert_eq!(told_second.next().await, Input::Locked);
    // And one that is locked lets go of it like any other.
    first.claim();
    assert_eq!(told_second.next().await, Input::Yielded);
    second.release();
    assert_eq!(told_first.next().await, Input::Locked);
    first.unlock(passphrase("correct horse"));
    assert_eq!(told_first.next().await, Input::Protected(Protection::Passphrase));
}

#[wasm_bindgen_test]
async fn who_begins_anew_leaves_nothing_behind() {
    let name = fresh("anew");
    let (profile, told) = with_a_contact(&name).await;
    profile.change_passphrase(None, Some(passphrase("correct horse")));
    assert_eq!(told.next().await, Input::PassphraseChanged(Ok(Protection::Passphrase)));
    drop(profile);
    let (profile, told) = begun(&name).await;
    assert_eq!(told.next().await, Input::Locked);
    profile.erase();
    assert_eq!(told.next().await, Input::Protected(Protection::Browser));
    assert_eq!(told.next().await, Input::Claimed { volatile: false });
    assert_eq!(contacts(&profile, &told).await, []);
}

#[wasm_bindgen_test]
async fn thousands_of_records_are_opened_without_a_wait() {
    let database = database(&fresh("thousands")).await;
    let key = StoreKey::generate();
    let sealed = Sealed::new(database.clone(), key);
    let batch: Batch =
        (0..5_000_u32).map(|key| put(Table::Messages, &key.to_be_bytes(), &[7; 200])).collect();
    let began = number("performance.now()");
    sealed.save(batch).await.unwrap();
    let saved = number("performance.now()");
    let raw = database.load(&all()).await.unwrap();
    let read = number("performance.now()");
    let opened = sealed.load(&all()).await.unwrap();
    let end = number("performance.now()");
    assert_eq!((raw.len(), opened.len()), (5_000, 5_000));
    let each = ((end - read) - (read - saved)) / 5.0;
    console_log!(
        "5,000 records of 200 bytes: sealed and saved {:.0} ms, read {:.0} ms, read and opened {:.0} ms: {each:.0} µs each, unoptimised",
        saved - began,
        read - saved,
        end - read
    );
    assert!(end - read < 3_000.0, "{} ms, unoptimised", end - read);
}
