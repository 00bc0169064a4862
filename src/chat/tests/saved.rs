//! What a backup holds: as the paper says it, and as an enemy might write it.

use proptest::prelude::*;

use super::effects::passphrase;
use super::world::{ADA, World};
use crate::cbor::Writer;
use crate::chat::account::{Preferences, Server};
use crate::chat::backup::{self, Backup};
use crate::chat::chain::{EventHash, Link, Links};
use crate::chat::change::{Form, Phase, Rejection};
use crate::chat::contact::{Profile, Relation, Request};
use crate::chat::heard::Heard;
use crate::chat::holder::Holder;
use crate::chat::id::{ConversationId, DeviceId, MessageId, Ticket, UserId};
use crate::chat::keyring::Keyring;
use crate::chat::message::{Body, Delivery, Message, Position};
use crate::chat::noted::Noted;
use crate::chat::outbox::MAX_EVENTS;
use crate::chat::outgoing::Outgoing;
use crate::chat::parked::Rewrite;
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Record, Table, Write};
use crate::chat::retained::Info;
use crate::chat::secret::NoBackup;
use crate::chat::stored::{self, Asked, Me, Person};
use crate::chat::thread::{MAX_SEQ, Thread};
use crate::chat::timeline::Entry;
use crate::chat::wire::{EventBody, Receipt, WireError};
use crate::chat::{Command, Input, text};
use crate::e2ee::presence::Presence;
use crate::e2ee::seed::Seed;
use crate::e2ee::trust::Pin;
use crate::e2ee::vault::{BackupError, Cost, seal_backup};
use crate::time::Timestamp;

const NOON: u64 = 1_795_176_000_000;
const SEED: [u8; 32] = [0x0A; 32];
const DEVICE: DeviceId = DeviceId([0xAD, 0xA0, 0, 0, 0, 0, 0, 1]);
const BOBS_DEVICE: DeviceId = DeviceId([0xB0, 0xB0, 0, 0, 0, 0, 0, 1]);

fn bob() -> UserId {
    UserId::of_email("bob@example.org")
}

fn me() -> Me {
    Me {
        id: UserId::of_phone("+48555555555"),
        device: DEVICE,
        client_id: "the old device's alone".into(),
        handle: Some("+48555555555".into()),
        info: info("Ada"),
        counter: NOON,
        server: Server {
            address: "wss://broker.example/mqtt".into(),
            root: "kith".into(),
            ..Server::default()
        },
        preferences: Preferences::default(),
        contacts_only: false,
    }
}

fn info(name: &str) -> Info {
    Info { profile: Profile { name: name.into(), ..Profile::default() }, rev: NOON }
}

/// A message of Ada's to Bob, or of Bob's to her.
fn entry(id: u8, own: bool, text: &str) -> Entry {
    let author = if own { me().id } else { bob() };
    let message = Message {
        id: MessageId([id; 16]),
        conversation: ConversationId(bob()),
        author,
        position: Position { hlc: (NOON << 16) + u64::from(id), author, id: MessageId([id; 16]) },
        sent_at: Timestamp(NOON),
        body: Body::Text(text.into()),
        edited: false,
        delivery: own.then_some(Delivery::Queued),
    };
    Entry { message, seq: u64::from(id), changed: 0, change: 0 }
}

fn thread() -> Thread {
    let stored = SeqSet::from_runs([(1, 2)]);
    let link = |seq, hash, prev: Option<u8>| Link {
        seq,
        hash: EventHash([hash; 32]),
        prev: prev.map(|prev| EventHash([prev; 32])),
    };
    let links = Links::from_links([link(1, 0xB1, None), link(2, 0xB2, Some(0xB1))]);
    Thread {
        chain: Some(EventHash([0xA3; 32])),
        links: Links::from_links([link(1, 0xA1, None)]),
        next_seq: 4,
        latest: Some(entry(3, true, "Are you there?").message),
        latest_seq: 3,
        draft: "P.S.".into(),
        delivered: SeqSet::from_runs([(1, 1)]),
        delivered_at: Noted::from_pairs(vec![(1, NOON)]),
        heard: vec![Heard { stored: stored.clone(), links, read: stored, ..Heard::new(BOBS_DEVICE) }],
        ..Thread::new(ConversationId(bob()), Timestamp(NOON))
    }
}

fn unsent() -> Outgoing {
    Outgoing {
        to: bob(),
        id: MessageId([3; 16]),
        seq: 3,
        hlc: (NOON << 16) + 3,
        dep: Some(MessageId([2; 16])),
        body: EventBody::Text("Are you there?".into()),
        sent: true,
        failed: false,
        origin: None,
        prev: Some(EventHash([2; 32])),
    }
}

fn put(write: Write) -> Record {
    match write {
        Write::Put(record) => record,
        Write::Delete(..) => panic!("nothing is deleted"),
    }
}

fn empty() -> Record {
    Record { table: Table::Messages, key: Vec::new(), value: [].into() }
}

fn records() -> Vec<Record> {
    let id = ConversationId(bob());
    let person = Person {
        id: bob(),
        info: info("Bob"),
        relation: Relation::Friend,
        last_seen: Some(Timestamp(NOON)),
        statement: Presence::default(),
        request: None,
        before_block: None,
    };
    let stranger = UserId([0xCC; 16]);
    let request =
        Request { from: stranger, name: "Cleo".into(), received_at: Timestamp(NOON), askers: Vec::new() };
    let key = *Seed::from_bytes([0x0B; 32]).identity().key();
    let keyring = Keyring {
        pin: Some(Pin::claimed(key)),
        wanted: None,
        refused: Vec::new(),
        holders: vec![Holder { claim: 7, ..Holder::new(key) }],
    };
    let rewrite = Rewrite { hlc: NOON << 16, text: Some("too early".into()) };
    let writes = [
        person.write(),
        Asked { request, id: MessageId([0xC1; 16]), declined: false, rivals: Vec::new(), key: None }.write(),
        thread().write(),
        entry(1, true, "Hello").write(),
        entry(2, false, "Hi").write(),
        entry(3, true, "Are you there?").write(),
        stored::write_outgoing(0, &unsent()),
        stored::write_parked(id, MessageId([9; 16]), &rewrite),
        stored::write_keyring(bob(), &keyring),
    ];
    writes.into_iter().map(put).collect()
}

/// What a backup of Ada's holds.
pub(super) fn example() -> Vec<u8> {
    let former = [DeviceId([0xAD, 0xA0, 0, 0, 0, 0, 0, 0])];
    let seed = Seed::from_bytes(SEED);
    backup::encode(Timestamp(NOON), &seed, &me(), &former, &records()).as_bytes().to_vec()
}

fn restored(content: &[u8]) -> World {
    let mut world = World::new(1);
    let file = seal_backup(content, "correct horse", Cost { memory: 8, passes: 1 }).unwrap();
    world.command(ADA, Command::Restore { file: file.into(), passphrase: passphrase("correct horse") });
    world
}

fn backup_of(me: &Me, records: &[Record]) -> Vec<u8> {
    backup::encode(Timestamp(NOON), &Seed::from_bytes(SEED), me, &[], records).as_bytes().to_vec()
}

#[test]
fn a_backup_reads_as_it_was_written_but_for_the_client_identifier() {
    let read = Backup::decode(&example()).unwrap();
    assert_eq!(read.me, Me { client_id: String::new(), ..me() });
    assert_eq!((read.made, read.seed, read.former.len()), (Timestamp(NOON), Seed::from_bytes(SEED), 1));
    let counts = [
        read.people.len(),
        read.asked.len(),
        read.threads.len(),
        read.entries.len(),
        read.outgoing.len(),
        read.parked.len(),
        read.keyrings.len(),
    ];
    assert_eq!(counts, [1, 1, 1, 3, 1, 1, 1]);
    assert_eq!(read.threads, [thread()]);
}

#[test]
fn the_example_is_gone_on_from() {
    let mut world = restored(&example());
    assert_eq!(world.screen(ADA).phase, Some(Phase::Ready));
    assert_eq!(world.screen(ADA).requests.len(), 1);
    let conversation = ConversationId(bob());
    assert_eq!(&*world.screen(ADA).conversations[&conversation].draft, "P.S.");
    world.command(ADA, Command::Open(Some(conversation)));
    assert_eq!(world.screen(ADA).texts(), ["Hello", "Hi", "Are you there?", "(went on)"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Delivered, Delivery::Failed]);
}

#[test]
fn what_does_not_fit_together_is_refused_and_changes_nothing() {
    let nobody = Me { info: info(" \u{202e} "), ..me() };
    let stolen = Me { handle: None, ..me() };
    let lost = Me { server: Server { root: "kith/#".into(), ..me().server }, ..me() };
    let without_people: Vec<_> = records().into_iter().filter(|r| r.table != Table::Contacts).collect();
    let oneself = Thread::new(ConversationId(me().id), Timestamp(0)).write();
    let nobodys = Thread { id: ConversationId(UserId([0xDD; 16])), ..thread() }.write();
    let with = |write: Write| [records(), vec![put(write)]].concat();
    for (what, content) in [
        ("no name", backup_of(&nobody, &records())),
        ("somebody else's id", backup_of(&stolen, &records())),
        ("no root", backup_of(&lost, &records())),
        ("a conversation with nobody", backup_of(&me(), &without_people)),
        ("a conversation with oneself", backup_of(&me(), &with(oneself))),
        ("what was said with nobody", backup_of(&me(), &with(nobodys))),
        ("an empty record", backup_of(&me(), &[records(), vec![empty()]].concat())),
        ("nothing", Vec::new()),
    ] {
        assert_refused(what, &content);
    }
}

#[test]
fn what_would_overflow_is_refused_and_changes_nothing() {
    let late = Position { hlc: u64::MAX, ..entry(1, true, "").message.position };
    let late = Message { position: late, ..entry(1, true, "x").message };
    let unsent = Outgoing { id: MessageId([4; 16]), seq: 1, ..unsent() };
    for (what, write) in [
        ("a counter at its end", Thread { next_seq: u64::MAX, ..thread() }.write()),
        ("a counter before its beginning", Thread { next_seq: 0, ..thread() }.write()),
        ("as many unread as can be", Thread { unread: u32::MAX, ..thread() }.write()),
        ("a clock at its end", Entry { message: late, ..entry(1, true, "x") }.write()),
        ("a change at its end", Entry { changed: u64::MAX, ..entry(1, true, "x") }.write()),
        ("an outbox at its end", stored::write_outgoing(u64::MAX, &unsent)),
    ] {
        assert_refused(what, &backup_of(&me(), &[records(), vec![put(write)]].concat()));
    }
    for (what, me) in [
        ("connections at their end", Me { counter: u64::MAX, ..me() }),
        ("a profile at its end", Me { info: Info { rev: u64::MAX, ..info("Ada") }, ..me() }),
    ] {
        assert_refused(what, &backup_of(&me, &records()));
    }
}

fn assert_refused(what: &str, content: &[u8]) {
    let world = restored(content);
    let malformed = (Form::Restore, Rejection::Backup(BackupError::Malformed));
    assert_eq!(world.screen(ADA).rejected.last(), Some(&malformed), "{what}");
    assert_eq!(world.devices[ADA].saves, 0, "{what}");
}

#[test]
fn of_somebody_who_is_gone_the_numbers_are_kept() {
    let gone = ConversationId(UserId([0xDD; 16]));
    let mut numbers = Thread { id: gone, before: 2, ..thread() };
    numbers.forget_history();
    let content = backup_of(&me(), &[records(), vec![put(numbers.write())]].concat());
    assert_eq!(Backup::decode(&content).unwrap().threads[1], numbers);
    assert_eq!((numbers.next_seq, numbers.before), (4, 2));
}

#[test]
fn profiles_that_wait_fill_no_backup() {
    let profile = EventBody::Profile(std::sync::Arc::new(info("Ada")));
    let waiting = (1..=MAX_EVENTS as u64)
        .map(|key| put(stored::write_outgoing(key, &Outgoing { body: profile.clone(), ..unsent() })));
    let content = backup_of(&me(), &records().into_iter().chain(waiting).collect::<Vec<_>>());
    assert_eq!(Backup::decode(&content).unwrap().outgoing, [(0, unsent())]);
}

#[test]
fn what_is_of_a_later_version_is_not_guessed_at() {
    let mut later = Writer::array(6);
    later.number(2);
    assert_eq!(Backup::decode(&later.into_bytes()).err(), Some(WireError::Unknown));
    let mut content = example();
    // The table of the last record, a keyring.
    let key = [&[0x83, 0x07, 0x50][..], &bob().0].concat();
    let at = content.windows(key.len()).position(|window| window == key).unwrap() + 1;
    content[at] = 8;
    assert_eq!(Backup::decode(&content).err(), Some(WireError::Unknown));
}

#[test]
fn texts_are_cleaned_as_if_they_had_come_from_another() {
    let disguised = put(entry(1, true, "a\u{202e}b\u{0}c").write());
    let people = records().into_iter().filter(|record| record.table == Table::Contacts);
    let content = backup_of(&me(), &people.chain([disguised]).collect::<Vec<_>>());
    let read = Backup::decode(&content).unwrap();
    assert_eq!(read.entries[0].message.body, Body::Text(text::clean_text("a\u{202e}b\u{0}c")));
    assert_eq!(read.entries[0].message.body, Body::Text("abc".into()));
}

#[test]
fn what_nobody_could_go_on_from_is_told_when_the_backup_is_made() {
    let mut world = World::friends();
    world.devices[ADA].disk.save(&[Write::Put(empty())]);
    world.command(ADA, Command::MakeBackup(passphrase("correct horse")));
    let refused = (Form::Backup, Rejection::NoBackup(NoBackup::Unreadable));
    assert_eq!(world.screen(ADA).rejected.last(), Some(&refused));
    assert!(world.devices[ADA].files.is_empty());
    assert_eq!(world.screen(ADA).backed_up, None);
}

#[test]
fn a_file_that_the_browser_does_not_hand_out_is_no_backup() {
    let mut world = World::friends();
    world.input(ADA, Input::BackupMade(Ticket(1), Err(NoBackup::NotHandedOut)));
    let refused = (Form::Backup, Rejection::NoBackup(NoBackup::NotHandedOut));
    assert_eq!(world.screen(ADA).rejected.last(), Some(&refused));
    assert_eq!(world.screen(ADA).backed_up, None);
}

#[test]
fn no_receipt_takes_more_than_half_of_all_numbers() {
    let mut thread = Thread { next_seq: MAX_SEQ / 2, ..thread() };
    let stored = SeqSet::from_runs([(1, MAX_SEQ / 2 + 1)]);
    let receipt = Receipt { device: DEVICE, stored, links: Links::default(), read: SeqSet::default() };
    assert_eq!(thread.judge(&receipt, |_| None).foreign, None);
    thread.next_seq -= 2;
    let stored = SeqSet::from_runs([(1, MAX_SEQ / 2 - 1)]);
    let verdict = thread.judge(&Receipt { stored, ..receipt }, |_| None);
    assert_eq!(verdict.foreign, Some(MAX_SEQ / 2 - 1));
    assert!(thread.begin_anew(MAX_SEQ / 2 - 1));
    assert_eq!(thread.next_seq, MAX_SEQ / 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_spoiled_backup_is_refused_or_gone_on_from_and_never_panics(
        spoils in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<proptest::sample::Index>(), cuts: bool,
    ) {
        let mut content = example();
        for (at, byte) in spoils {
            let at = at.index(content.len());
            content[at] = byte;
        }
        if cuts {
            content.truncate(cut.index(content.len()));
        }
        let mut world = restored(&content);
        world.pass(std::time::Duration::from_secs(60));
        match &world.screen(ADA).phase {
            Some(Phase::Ready) => {}
            Some(Phase::Welcome(_)) => prop_assert!(!world.screen(ADA).rejected.is_empty()),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn any_bytes_are_no_backup(bytes: Vec<u8>) {
        prop_assert!(Backup::decode(&bytes).is_err());
    }
}
