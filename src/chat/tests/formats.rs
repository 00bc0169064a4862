//! The bytes that travel and that lie in storage: a new version of the app must make and read the same ones.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::chat::account::{Invite, Preferences, Server, Theme, Welcome};
use crate::chat::contact::{Profile, Relation, Request};
use crate::chat::id::{ConversationId, DeviceId, MessageId, UserId};
use crate::chat::message::{Body, Delivery, Message, Position};
use crate::chat::outbox::Outgoing;
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Record, Table, Write};
use crate::chat::retained::Info;
use crate::chat::stored::{self, Asked, Me, Person};
use crate::chat::thread::{Heard, Thread};
use crate::chat::timeline::Entry;
use crate::chat::wire::{self, Event, EventBody, Receipt, Target};
use crate::time::Timestamp;

const ADA: UserId = UserId([0xAD; 16]);
const BOB: UserId = UserId([0xB0; 16]);
const DEVICE: DeviceId = DeviceId([0xDE; 8]);
const ID: MessageId = MessageId([0x1D; 16]);

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    bytes.iter().for_each(|byte| write!(text, "{byte:02x}").unwrap());
    text
}

fn hex_bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn record(write: Write) -> Record {
    match write {
        Write::Put(record) => record,
        Write::Delete(..) => panic!("nothing is deleted here"),
    }
}

fn seqs() -> SeqSet {
    SeqSet::from_runs([(1, 3), (30, 300), (70_000, 5_000_000_000)])
}

fn target() -> Target {
    Target { id: ID, seq: 24, hlc: 1 << 60 }
}

fn server() -> Server {
    Server { address: "wss://b".into(), user_name: "u".into(), password: "p".into(), root: "kith".into() }
}

fn info(picture: bool) -> Info {
    let picture = picture.then(|| Arc::from(*b"\xff\xd8\xffx"));
    Info {
        profile: Profile { name: "Zoë".into(), about: "a".into(), status: "".into(), picture },
        rev: 65_536,
    }
}

fn entry(body: Body, own: bool) -> Entry {
    let message = Message {
        id: ID,
        conversation: ConversationId(BOB),
        author: ADA,
        position: Position { hlc: 255, id: ID },
        sent_at: Timestamp(1_000),
        body,
        edited: !own,
        delivery: own.then_some(Delivery::Queued),
    };
    Entry { message, seq: 23 }
}

#[test]
fn bodies_of_events_are_these_bytes() {
    let check = |body: EventBody, kind: u16, bytes: &str| {
        let (is_kind, is_bytes) = wire::encode_body(&body);
        assert_eq!((is_kind, hex(&is_bytes).as_str()), (kind, bytes), "{body:?}");
        assert_eq!(wire::decode_body(is_kind, &is_bytes), Ok(body));
    };
    check(EventBody::Text("hé".into()), 1, "816368c3a9");
    check(
        EventBody::Receipt(Receipt { device: DEVICE, stored: seqs(), read: 2 }),
        2,
        "8348dededededededede8382010382181e19012c821a000111701b000000012a05f20002",
    );
    check(EventBody::Typing, 3, "");
    check(
        EventBody::Edit(target(), "new".into()),
        4,
        "84501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d18181b1000000000000000636e6577",
    );
    check(EventBody::Delete(target()), 5, "83501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d18181b1000000000000000");
    check(EventBody::Request("Ada".into()), 6, "8163416461");
    check(EventBody::Accept("Bob".into()), 7, "8163426f62");
    check(EventBody::Decline(ID), 8, "81501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d");
}

#[test]
fn envelopes_are_these_bytes() {
    let check = |deps: Vec<MessageId>, bytes: &str| {
        let body = EventBody::Typing;
        let event =
            Event { from: ADA, device: DEVICE, id: ID, conversation: BOB, seq: 7, hlc: 256, deps, body };
        let envelope = wire::encode(&event, MessageId([0x3D; 16]));
        assert_eq!(hex(&envelope), bytes);
        assert_eq!(wire::decode(&envelope), Ok(event));
    };
    check(
        vec![],
        concat!(
            "860104503d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d50adadadadadadadadadadadadadadadad48dededededede",
            "dede582d8a01501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d50b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b007190100",
            "f6f6800340"
        ),
    );
    check(
        vec![ID, ID],
        concat!(
            "860104503d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d50adadadadadadadadadadadadadadadad48dededededede",
            "dede584f8a01501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d50b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b007190100",
            "f6f682501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d0340"
        ),
    );
}

#[test]
fn account_records_are_these_bytes() {
    let me = |handle: Option<&str>, picture, theme| Me {
        id: ADA,
        device: DEVICE,
        client_id: "c".into(),
        handle: handle.map(Into::into),
        info: info(picture),
        counter: 5,
        server: server(),
        preferences: Preferences { theme, enter_sends: true },
    };
    let check = |me: Me, bytes: &str| {
        let record = record(me.write());
        assert_eq!(hex(&record.value), bytes);
        assert_eq!(stored::read_account(&[record]), Ok((Some(me), Welcome::default())));
    };
    check(
        me(Some("a@b"), true, Theme::Dark),
        concat!(
            "8a0150adadadadadadadadadadadadadadadad48dededededededede61636361406285645a6fc3ab61616044",
            "ffd8ff781a000100000584677773733a2f2f6261756170646b69746802f5"
        ),
    );
    check(
        me(None, false, Theme::System),
        concat!(
            "8a0150adadadadadadadadadadadadadadadad48dededededededede6163f685645a6fc3ab616160f61a0001",
            "00000584677773733a2f2f6261756170646b69746800f5"
        ),
    );
}

#[test]
fn welcome_records_are_these_bytes() {
    let check = |invite: Option<Invite>, bytes: &str| {
        let welcome = Welcome { name: "n".into(), handle: "h".into(), server: server(), invite };
        let record = record(stored::write_welcome(&welcome));
        assert_eq!(hex(&record.value), bytes);
        assert_eq!(stored::read_account(&[record]), Ok((None, welcome)));
    };
    let invite = Invite { from: BOB, name: "Bob".into(), broker: "ws://x".into(), root: "r".into() };
    check(
        Some(invite),
        concat!(
            "8501616e616884677773733a2f2f6261756170646b6974688450b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b06342",
            "6f626677733a2f2f786172"
        ),
    );
    check(None, "8501616e616884677773733a2f2f6261756170646b697468f6");
}

#[test]
fn contact_records_are_these_bytes() {
    let check = |relation, last_seen, request, bytes: &str| {
        let person = Person { id: BOB, info: info(false), relation, last_seen, request };
        let record = record(person.write());
        assert_eq!(hex(&record.value), bytes);
        assert_eq!(Person::read(&record), Ok(person));
    };
    check(Relation::Friend, Some(Timestamp(9)), None, "850185645a6fc3ab616160f61a000100000209f6");
    check(
        Relation::Requested,
        None,
        Some(ID),
        "850185645a6fc3ab616160f61a0001000000f6501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d",
    );
}

#[test]
fn request_records_are_these_bytes() {
    let request = Request { from: BOB, name: "Bob".into(), received_at: Timestamp(1 << 32) };
    let asked = Asked { request, id: ID, declined: true };
    let record = record(asked.write());
    assert_eq!(hex(&record.value), "850163426f621b0000000100000000501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1df5");
    assert_eq!(Asked::read(&record), Ok(asked));
}

#[test]
fn message_records_are_these_bytes() {
    let check = |entry: Entry, bytes: &str| {
        let record = record(entry.write());
        assert_eq!(hex(&record.value), bytes);
        assert_eq!(Entry::read(&record), Ok(entry));
    };
    check(entry(Body::Text("t".into()), true), "880150adadadadadadadadadadadadadadadadf5171903e8006174f4");
    check(entry(Body::Deleted, false), "880150adadadadadadadadadadadadadadadadf4171903e80160f5");
    check(entry(Body::Unknown, false), "880150adadadadadadadadadadadadadadadadf4171903e80260f5");
}

#[test]
fn conversation_records_are_these_bytes() {
    let check = |thread: Thread, bytes: &str| {
        let record = record(thread.write());
        assert_eq!(hex(&record.value), bytes);
        assert_eq!(Thread::read(&record), Ok(thread));
    };
    let fresh = Thread::new(ConversationId(BOB), Timestamp(3));
    check(fresh.clone(), "8a0101f600f66003800080");
    let used = Thread {
        latest: Some(entry(Body::Text("t".into()), true).message),
        latest_seq: 23,
        unread: 70_000,
        unread_from: Some(Position { hlc: 1, id: ID }),
        draft: "d".into(),
        delivered: seqs(),
        heard: vec![Heard { device: DEVICE, stored: seqs(), read: 1, due: true }],
        ..fresh
    };
    check(
        used,
        concat!(
            "8a0101828218ff501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d880150adadadadadadadadadadadadadadadadf5",
            "171903e8006174f41a000111708201501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d6164038382010382181e1901",
            "2c821a000111701b000000012a05f20000818448dededededededede8382010382181e19012c821a00011170",
            "1b000000012a05f20001f5"
        ),
    );
}

#[test]
fn outbox_records_are_these_bytes() {
    let check = |dep, bytes: &str| {
        let body = EventBody::Text("t".into());
        let outgoing = Outgoing { to: BOB, id: ID, seq: 1, hlc: 2, dep, body, sent: true, failed: false };
        let record = record(stored::write_outgoing(1, &outgoing));
        assert_eq!(hex(&record.value), bytes);
        assert_eq!(stored::read_outgoing(&record), Ok((1, outgoing)));
    };
    check(
        Some(ID),
        concat!(
            "8a0150b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d0102501d1d1d1d1d",
            "1d1d1d1d1d1d1d1d1d1d1d0143816174f5f4"
        ),
    );
    check(
        None,
        concat!(
            "8a0150b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0501d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d0102f60143816174",
            "f5f4"
        ),
    );
}

#[test]
fn records_without_their_last_fields_are_read() {
    let value = hex_bytes("840185645a6fc3ab616160f61a000100000209");
    let record = Record { table: Table::Contacts, key: BOB.0.into(), value: value.into() };
    let read = Person::read(&record).unwrap();
    assert_eq!((read.last_seen, read.request), (Some(Timestamp(9)), None));
}
