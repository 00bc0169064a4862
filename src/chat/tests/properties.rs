//! What holds for any input.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::chat::account::{Invite, Preferences, Server, Theme, Welcome};
use crate::chat::chain::{EventHash, Link, Links};
use crate::chat::contact::{Profile, Relation, Request};
use crate::chat::heard::Heard;
use crate::chat::id::{ConversationId, DeviceId, MessageId, UserId};
use crate::chat::keys::Keys;
use crate::chat::message::{Body, Delivery, Message, Position};
use crate::chat::noted::Noted;
use crate::chat::outgoing::Outgoing;
use crate::chat::parked::Rewrite;
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Record, Table, Write};
use crate::chat::retained::{Beacon, Info, statement};
use crate::chat::stored::{self, Asked, Me, Person, Rival};
use crate::chat::text::{MAX_NAME, clean_line, clean_text};
use crate::chat::thread::Thread;
use crate::chat::timeline::Entry;
use crate::chat::wire::{self, Event, EventBody, Receipt, Target};
use crate::chat::{invite, wire::WireError};
use crate::e2ee::document::Kind;
use crate::e2ee::key::Fingerprint;
use crate::e2ee::nak::{Nak, NakReason};
use crate::e2ee::pairwise::SessionId;
use crate::e2ee::place::Owner;
use crate::e2ee::presence::Presence;
use crate::e2ee::sas::{SasMessage, Step};
use crate::e2ee::seed::Seed;
use crate::time::Timestamp;

fn user() -> impl Strategy<Value = UserId> {
    any::<[u8; 16]>().prop_map(UserId)
}

fn message_id() -> impl Strategy<Value = MessageId> {
    any::<[u8; 16]>().prop_map(MessageId)
}

fn text() -> impl Strategy<Value = Arc<str>> {
    "[a-zA-Z0-9 äß漢🙂<>&\n]{0,40}".prop_map(|text| text.trim().into())
}

fn said() -> impl Strategy<Value = Arc<str>> {
    "[a-zß漢🙂]{1,40}".prop_map(Into::into)
}

/// The least that is taken for a picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

fn name() -> impl Strategy<Value = Arc<str>> {
    "[A-Za-zßÉ漢]{1,20}".prop_map(Into::into)
}

fn seqs() -> impl Strategy<Value = SeqSet> {
    vec((1..1_000_u64, 0..20_u64), 0..20)
        .prop_map(|runs| SeqSet::from_runs(runs.into_iter().map(|(first, more)| (first, first + more))))
}

fn target() -> impl Strategy<Value = Target> {
    (message_id(), any::<u64>(), any::<u64>()).prop_map(|(id, seq, hlc)| Target { id, seq, hlc })
}

/// What a receipt tells of the event at the end of a run.
fn last(seq: u64) -> Link {
    Link { seq, hash: hash(seq), prev: None }
}

fn hash(seq: u64) -> EventHash {
    EventHash([u8::try_from(seq % 256).unwrap(); 32])
}

/// The events at both ends of each run.
fn links(set: &SeqSet) -> Links {
    let ends = set.runs().iter().flat_map(|(first, last)| [*first, *last]);
    Links::from_links(ends.map(|seq| Link {
        seq,
        hash: hash(seq),
        prev: (seq % 2 == 0).then(|| hash(seq - 1)),
    }))
}

fn receipt() -> impl Strategy<Value = Receipt> {
    (any::<[u8; 8]>(), seqs(), seqs()).prop_map(|(device, stored, read)| {
        let links = Links::from_links(stored.runs().iter().map(|(_, seq)| last(*seq)));
        Receipt { device: DeviceId(device), stored, links, read }
    })
}

fn event_body() -> impl Strategy<Value = EventBody> {
    prop_oneof![
        said().prop_map(EventBody::Text),
        receipt().prop_map(EventBody::Receipt),
        Just(EventBody::Typing),
        (target(), said()).prop_map(|(target, text)| EventBody::Edit(target, text)),
        target().prop_map(EventBody::Delete),
        name().prop_map(EventBody::Request),
        (name(), proptest::option::of(any::<[u8; 32]>()))
            .prop_map(|(name, answer)| EventBody::Accept(name, answer)),
        message_id().prop_map(EventBody::Decline),
        (vec(any::<u8>(), 0..40), proptest::option::of(any::<[u8; 32]>())).prop_map(|(bundle, session)| {
            EventBody::Nak(Nak { reason: NakReason::BadMac, session: session.map(SessionId), bundle })
        }),
        (any::<[u8; 16]>(), 1..=5_u8, any::<[u8; 32]>()).prop_map(|(transaction, step, bytes)| {
            let steps = [Step::Ask, Step::Answer, Step::Reveal, Step::Agree];
            let step = steps.get(usize::from(step) - 1).map_or(Step::Stop, |step| step(bytes));
            EventBody::Compare(SasMessage { transaction, step })
        }),
        (name(), name(), name(), any::<u64>()).prop_map(|(name, about, status, rev)| {
            let profile = Profile { name, about, status, picture: Some(PNG.into()) };
            EventBody::Profile(Info { profile, rev }.into())
        }),
        (any::<[u8; 8]>(), seqs()).prop_map(|(device, numbers)| EventBody::Want(
            DeviceId(device),
            numbers,
            None
        )),
        seqs().prop_map(EventBody::Missing),
        Just(EventBody::Doubt),
        Just(EventBody::Unknown),
    ]
}

prop_compose! {
    fn origin()(device in any::<[u8; 8]>(), seq: u64) -> (DeviceId, u64) { (DeviceId(device), seq) }
}

prop_compose! {
    fn event()(
        from in user(), device in any::<[u8; 8]>(), id in message_id(), conversation in user(), seq: u64, hlc: u64,
        deps in vec(message_id(), 0..8), body in event_body(), origin in proptest::option::of(origin()),
        prev in proptest::option::of(any::<[u8; 32]>()), devices: [u8; 32], ack in proptest::option::of(receipt()),
    ) -> Event {
        let (device, prev, hash) = (DeviceId(device), prev.map(EventHash), EventHash::default());
        Event { from, device, id, conversation, seq, hlc, prev, hash, ack, devices, deps, body, origin }.hashed()
    }
}

prop_compose! {
    fn info()(name in text(), about in text(), status in text(), picture in any::<bool>(), rev: u64) -> Info {
        let picture = picture.then(|| PNG.into());
        Info { profile: Profile { name, about, status, picture }, rev }
    }
}

prop_compose! {
    fn server()(
        address in text(), user_name in text(), password in text(), root in text(), client_id in text(),
        keep_alive in text(),
    ) -> Server {
        Server { address, user_name, password, root, client_id, keep_alive }
    }
}

prop_compose! {
    fn entry()(
        id in message_id(), conversation in user(), author in user(), hlc: u64, sent_at: u64,
        body in prop_oneof![said().prop_map(Body::Text), Just(Body::Deleted), Just(Body::Unknown)],
        edited: bool, own: bool, seq: u64, changed: u64, change: u64,
    ) -> Entry {
        let message = Message {
            id, conversation: ConversationId(conversation), author, position: Position { hlc, author, id },
            sent_at: Timestamp(sent_at), body, edited, delivery: own.then_some(Delivery::Queued),
        };
        Entry { message, seq, changed, change }
    }
}

/// Reads an event of somebody's.
fn decode(bytes: &[u8]) -> Result<Event, WireError> {
    wire::decode(bytes, UserId([1; 16]), DeviceId([2; 8]))
}

fn record(write: Write) -> Record {
    match write {
        Write::Put(record) => record,
        Write::Delete(..) => panic!("nothing is deleted here"),
    }
}

proptest! {
    #[test]
    fn an_event_reads_as_it_was_written(event in event()) {
        prop_assert_eq!(wire::decode(&wire::encode(&event), event.from, event.device), Ok(event));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
        let _ = Info::decode(&bytes, &Owner { root: "kith", id: [1; 16], key: Fingerprint([2; 16]) }, Timestamp(0));
        let _ = statement(&bytes);
        for kind in 0..14 {
            let _ = wire::decode_body(kind, &bytes);
        }
        for table in Table::ALL {
            let record = Record { table, key: bytes.clone(), value: bytes.clone().into() };
            let _ = stored::read_account(std::slice::from_ref(&record));
            let _ = (Person::read(&record), Asked::read(&record), Thread::read(&record));
            let _ = (Entry::read(&record), stored::read_outgoing(&record), stored::read_parked(&record));
            let _ = (stored::read_keys(std::slice::from_ref(&record)), stored::read_keyring(&record));
            let _ = (stored::read_sessions(&record), stored::read_arrival(&record));
        }
    }

    #[test]
    fn a_damaged_event_is_refused_or_another_one(event in event(), at: prop::sample::Index, flip in 1..=255_u8) {
        let mut bytes = wire::encode(&event);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let _ = decode(&bytes);
    }

    #[test]
    fn another_version_is_not_guessed_at(event in event(), version in 2..=23_u8) {
        let mut bytes = wire::encode(&event);
        bytes[1] = version;
        prop_assert_eq!(decode(&bytes), Err(WireError::Unknown));
    }

    #[test]
    fn an_account_is_stored_and_read(
        id in user(), device in any::<[u8; 8]>(), client_id in "[a-z]{22}", handle in proptest::option::of(text()),
        info in info(), counter: u64, server in server(), theme in 0..3, enter_sends: Option<bool>,
        contacts_only: bool,
    ) {
        let theme = [Theme::System, Theme::Light, Theme::Dark][usize::try_from(theme).unwrap()];
        let preferences = Preferences { theme, enter_sends };
        let me = Me { id, device: DeviceId(device), client_id, handle, info, counter, server, preferences, contacts_only };
        let (read, _) = stored::read_account(&[record(me.write())]).unwrap();
        prop_assert_eq!(read, Some(me));
    }

    #[test]
    fn the_welcome_screen_is_stored_and_read(name in text(), handle in text(), server in server(), from in user(), erased: bool) {
        let invite = Invite { from, name: name.clone(), broker: handle.clone(), root: name.clone(), key: None, secrets: None };
        for invite in [None, Some(invite)] {
            let welcome = Welcome { name: name.clone(), handle: handle.clone(), server: server.clone(), invite, erased };
            let (_, read) = stored::read_account(&[record(stored::write_welcome(&welcome))]).unwrap();
            prop_assert_eq!(read, welcome);
        }
    }

    #[test]
    fn people_are_stored_and_read(id in user(), info in info(), seen: Option<u64>, request in message_id(), declined: bool) {
        for relation in [Relation::Requested, Relation::Declined, Relation::Friend, Relation::Blocked] {
            let request = (relation == Relation::Requested).then_some(request);
            let person = Person { id, info: info.clone(), relation, last_seen: seen.map(Timestamp), request, before_block: declined.then_some(relation), statement: Presence::default() };
            prop_assert_eq!(Person::read(&record(person.write())), Ok(person));
        }
        let request_of = Request { from: id, name: info.profile.name.clone(), received_at: Timestamp(info.rev), askers: Vec::new() };
        let rivals = vec![Rival { key: Fingerprint(id.0), name: info.profile.name.clone(), received_at: Timestamp(info.rev), id: request }; 3];
        let key = declined.then_some(Fingerprint(id.0));
        let asked = Asked { request: request_of, id: request, declined, rivals, key };
        prop_assert_eq!(Asked::read(&record(asked.write())), Ok(asked));
    }

    #[test]
    fn a_message_is_stored_and_read(entry in entry()) {
        prop_assert_eq!(Entry::read(&record(entry.write())), Ok(entry));
    }

    #[test]
    fn stored_messages_lie_in_order(a in entry(), b in entry()) {
        let conversation = a.message.conversation;
        let (a, b) = (a.message.position, b.message.position);
        let key = |position| stored::message_key(conversation, position);
        prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
        let (first, last) = stored::conversation_keys(conversation);
        prop_assert!(first <= key(a) && key(a) <= last);
    }

    #[test]
    fn the_outbox_is_stored_and_read(
        key: u64, to in user(), id in message_id(), seq: u64, hlc: u64, dep in proptest::option::of(message_id()),
        body in event_body(), sent: bool, failed: bool, origin in proptest::option::of(origin()),
        prev in proptest::option::of(any::<[u8; 32]>()),
    ) {
        let outgoing = Outgoing { to, id, seq, hlc, dep, body, sent, failed, origin, prev: prev.map(EventHash) };
        let read = stored::read_outgoing(&record(stored::write_outgoing(key, &outgoing)));
        prop_assert_eq!(read, Ok((key, outgoing)));
    }

    #[test]
    fn a_change_that_waits_is_stored_and_read(of in user(), message in message_id(), hlc: u64, text in text(), gone: bool) {
        let rewrite = Rewrite { hlc, text: (!gone).then_some(text) };
        let stored = record(stored::write_parked(ConversationId(of), message, &rewrite));
        prop_assert_eq!(stored::read_parked(&stored), Ok((ConversationId(of), message, rewrite)));
    }

    #[test]
    fn a_conversation_is_stored_and_read(
        entry in proptest::option::of(entry()), id in user(), next_seq: u64, unread: u32, draft in text(),
        delivered in seqs(), read in seqs(), at: u64, device in any::<[u8; 8]>(), heard in seqs(), due: bool,
    ) {
        let id = ConversationId(id);
        let entry = entry.map(|mut entry| {
            entry.message.conversation = id;
            entry
        });
        let thread = Thread {
            id, next_seq, before: at, chain: due.then(|| hash(at)), disputed: at, reached: vec![(DeviceId(device), at)], unread, draft,
            links: links(&delivered), delivered, read: read.clone(),
            latest_seq: entry.as_ref().map_or(0, |entry| entry.seq),
            unread_from: entry.as_ref().map(|entry| entry.message.position),
            latest: entry.map(|entry| entry.message),
            activity: Timestamp(at),
            pinned: due,
            muted_until: due.then_some(Timestamp(at)),
            delivered_at: Noted::from_pairs(vec![(unread.into(), at), (next_seq, at)]),
            read_at: Noted::default(),
            heard: vec![Heard {
                device: DeviceId(device), links: links(&heard), stored: heard, read, due, forgotten: at, split: due,
                behind: due,
            }],
            unreadable: due.then_some(Timestamp(at)),
        };
        prop_assert_eq!(Thread::read(&record(thread.write())), Ok(thread));
    }

    #[test]
    fn retained_documents_read_as_they_were_written(
        name in name(), rev: u64, online: bool, counter: u64, nonce: u64, at: u64,
    ) {
        let now = Timestamp(at >> 16);
        let keys = Keys::generate(Seed::from_bytes([7; 32]), now);
        let owner = keys.owner("kith", UserId([1; 16]));
        let profile = Profile { name: name.clone(), about: name.clone(), status: name, picture: None };
        let info = Info { profile, rev };
        let read = Info::decode(&info.encode(&keys, &owner, now), &owner, now).map(|(info, _)| info);
        prop_assert_eq!(read, Some(info));
        let beacon = Beacon { online, counter, nonce, at: now };
        let read = statement(&beacon.encode(&keys, &owner)).unwrap();
        prop_assert_eq!((read.kind() == Kind::Online, read.rev(), read.iat()), (online, counter, now));
        let mut said = Presence::default();
        prop_assert_eq!(said.apply(&read, &owner, &keys.certificate(), false, now), Ok(()));
        prop_assert_eq!(said.is_online(now), online);
    }

    #[test]
    fn a_set_of_numbers_is_a_set(numbers in vec(1..200_u64, 0..200)) {
        let mut set = SeqSet::default();
        let mut model = BTreeSet::new();
        for number in numbers {
            prop_assert_eq!(set.insert(number), model.insert(number));
            prop_assert_eq!(set.highest(), *model.last().unwrap());
        }
        for number in 0..202 {
            prop_assert_eq!(set.contains(number), model.contains(&number));
        }
        let apart = set.runs().windows(2).all(|pair| pair[0].1 + 1 < pair[1].0);
        prop_assert!(apart, "runs neither touch nor overlap: {:?}", set.runs());
        prop_assert_eq!(SeqSet::from_runs(set.runs().iter().copied()), set);
    }

    #[test]
    fn receipts_in_any_order_and_number_end_in_the_same_delivery(
        receipts in vec((seqs(), seqs()), 1..8), order in vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let receipts: Vec<_> = receipts
            .into_iter()
            .map(|(stored, read)| Receipt { device: DeviceId([1; 8]), stored, links: Links::default(), read })
            .collect();
        let fresh = || {
            let mut thread = Thread::new(ConversationId(UserId([1; 16])), Timestamp(0));
            thread.next_seq = 1_001;
            thread
        };
        let take = |thread: &mut Thread, receipt: &Receipt| {
            thread.acknowledged(receipt, &receipt.stored, Timestamp(0));
            // When which of them came is noted elsewhere.
            (thread.delivered_at, thread.read_at) = Default::default();
        };
        let (mut straight, mut shuffled) = (fresh(), fresh());
        for receipt in &receipts {
            take(&mut straight, receipt);
        }
        for index in order {
            let before: Vec<_> = (1..=1_000).map(|seq| shuffled.delivery(seq)).collect();
            take(&mut shuffled, index.get(&receipts));
            let fell = (1..=1_000).zip(before).any(|(seq, before)| shuffled.delivery(seq) < before);
            prop_assert!(!fell, "delivery only ever rises");
        }
        for receipt in receipts.iter().rev() {
            take(&mut shuffled, receipt);
        }
        prop_assert_eq!(straight, shuffled);
    }

    #[test]
    fn an_invite_reads_as_it_was_written(from in user(), name in name(), host in "[a-z]{1,9}", root in name()) {
        let broker = format!("wss://{host}.example/{name}?x=1&y=2").into();
        let invite = Invite { from, name, broker, root, key: None, secrets: None };
        let fragment = invite::encode(&invite);
        prop_assert_eq!(invite::decode(&fragment), Some(invite));
    }

    #[test]
    fn any_link_is_read_without_a_panic(link in any::<String>(), tail in "[%a-f0-9=&#]{0,80}") {
        let _ = invite::decode(&link);
        let _ = invite::decode(&format!("#i=1&b=ws://x&r=a&u=00&{tail}"));
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(text in any::<String>()) {
        let line = clean_line(&text, MAX_NAME);
        prop_assert!(line.chars().count() <= MAX_NAME);
        prop_assert!(!line.chars().any(char::is_control));
        prop_assert_eq!(&clean_line(&line, MAX_NAME), &line);
        let whole = clean_text(&text);
        prop_assert_eq!(&clean_text(&whole), &whole);
    }
}
