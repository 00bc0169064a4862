//! What others have not got, or have lost since, and ask for: it is told again, as far as it was told to that device before.
//!
//! What waits for a receipt is sent as it is. What had one has lost its place in the outbox, and perhaps its words: it goes
//! under a new number, as it reads by now, and says by which number it was told first.

use std::time::Duration;

use litemap::LiteMap;

use super::super::id::{ConversationId, DeviceId, MessageId, UserId};
use super::super::message::Body;
use super::super::outbox::MAX_EVENTS;
use super::super::outgoing::{Author, Outgoing};
use super::super::receipt::SeqSet;
use super::super::record::Record;
use super::super::stored;
use super::super::timeline::Entry;
use super::super::wire::{Event, EventBody, Target};
use super::Client;
use super::sending::author;
use super::stored::{Loading, range};
use crate::e2ee::succession::Succession;
use crate::mqtt::QoS;
use crate::time::Instant;

/// How many records one look brings.
const SEARCH: u32 = 200;

/// How often a device is answered, at the most.
const PAUSE: Duration = Duration::from_secs(1);

/// How many messages are told again at once; the others will be asked for once more.
const AT_ONCE: usize = 200;

/// How many messages that were told again wait for one person's receipts: who acknowledges nothing is told no more.
const MAX_AGAIN: usize = 400;

/// How much of the outbox is left to what this person writes.
const OWN_ROOM: usize = 1_000;

/// What is looked for.
#[derive(Debug)]
pub(super) struct Wanted {
    conversation: ConversationId,
    numbers: SeqSet,
    /// What is told to be gone: not for that device, or not here.
    gone: SeqSet,
    /// They do not know how far our numbers go: they are answered also where nothing is left to say.
    open: bool,
    found: Vec<Entry>,
}

/// When each device was answered last: looking has its price, and who asks without end shall not set it.
#[derive(Debug, Default)]
pub(super) struct Answered(LiteMap<(UserId, DeviceId), Instant>);

impl Answered {
    pub(super) fn admit(&mut self, whom: (UserId, DeviceId), pause: Duration, now: Instant) -> bool {
        let admits = self.0.get(&whom).is_none_or(|last| *last + pause <= now);
        if admits {
            self.0.insert(whom, now);
        }
        admits
    }
}

impl Wanted {
    /// Takes from a page of messages what is wanted; whether there can be more.
    fn take(&mut self, records: &[Record]) -> bool {
        let own = records.iter().filter_map(|record| Entry::read(record).ok());
        let own = own.filter(|entry| entry.message.delivery.is_some());
        let wanted = |entry: &Entry| [entry.seq, entry.change].map(|seq| self.numbers.contains(seq));
        self.found.extend(own.filter(|entry| wanted(entry).contains(&true)));
        records.len() > SEARCH as usize && self.found.len() < AT_ONCE
    }
}

impl Client {
    /// Whoever asks may have proved to go on from a device that was told before.
    fn note_succession(&mut self, event: &Event, succession: Option<&Succession>) {
        let now = self.now.timestamp;
        let Some((owner, _)) = self.owner_of(event.from) else { return };
        let former = succession.and_then(|proof| proof.verify(&owner, &event.device.0, now).ok());
        let conversation = ConversationId(event.from);
        if let Some((thread, former)) = self.threads.get_mut(&conversation).zip(former)
            && thread.succeed(DeviceId(former), event.device)
        {
            self.commits.touch(conversation);
        }
    }

    /// Somebody has not got some of our events.
    pub(super) fn take_want(
        &mut self,
        event: &Event,
        device: DeviceId,
        numbers: &SeqSet,
        succession: Option<&Succession>,
    ) {
        let (from, now) = (event.from, self.now.instant);
        let Some(author) = author(&self.stage).filter(|author| author.device == device) else { return };
        if !self.answered.admit((from, event.device), PAUSE, now) {
            return;
        }
        self.note_succession(event, succession);
        let Some(thread) = self.threads.get(&ConversationId(from)) else { return };
        // What was never given out is no gap of theirs: they have lost what they had, and ask how far it goes; or it is we
        // who have forgotten, and a receipt tells us.
        let open = numbers.highest() >= thread.next_seq;
        let numbers = numbers.within(&SeqSet::from_runs([(1, thread.next_seq - 1)]));
        let told = thread.told(event.device);
        // What waits is not gone, though it be given up for now and have been told to nobody.
        let numbers = numbers.without(&self.outbox.recall(from, &numbers, author.device, now));
        let gone = numbers.without(&told);
        let numbers = numbers.within(&told);
        let wanted = Wanted { conversation: ConversationId(from), numbers, gone, open, found: Vec::new() };
        if wanted.numbers.is_empty() {
            self.tell_again(wanted, author);
        } else {
            self.look_for(wanted, None);
        }
    }

    fn look_for(&mut self, wanted: Wanted, before: Option<Vec<u8>>) {
        let (begin, end) = stored::conversation_keys(wanted.conversation);
        self.load(Loading::Wanted(Box::new(wanted)), range(begin, before.unwrap_or(end), SEARCH, true));
    }

    /// Storage has told some of the messages of the conversation, the newest first.
    pub(super) fn handle_wanted(&mut self, mut wanted: Wanted, records: &[Record]) {
        let Some(author) = author(&self.stage) else { return };
        let more = wanted.take(records);
        if let Some(first) = records.first().filter(|_| more) {
            return self.look_for(wanted, Some(first.key.clone()));
        }
        self.tell_again(wanted, author);
    }

    /// Tells again what was found, and which of what is wanted is gone.
    fn tell_again(&mut self, wanted: Wanted, author: Author) {
        let Wanted { conversation, numbers, mut gone, open, found } = wanted;
        let to = conversation.0;
        let before = self.threads.get(&conversation).map_or(0, |thread| thread.before);
        let room = (MAX_EVENTS - OWN_ROOM).saturating_sub(self.outbox.len());
        let room = room.min(MAX_AGAIN.saturating_sub(self.outbox.told_again(to))).min(AT_ONCE);
        // What was not looked at may be here.
        let is_all = found.len() < room;
        let mut again: Vec<_> = found
            .iter()
            .filter_map(|entry| again(entry, &numbers, author, before, || self.entropy.message_id()))
            .take(room)
            .collect();
        again.sort_by_key(|outgoing| outgoing.origin);
        let told = again.iter().filter_map(|outgoing| outgoing.origin).map(|(_, seq)| (seq, seq));
        let lost = numbers.without(&SeqSet::from_runs(told));
        for outgoing in again {
            let Some(thread) = self.threads.get_mut(&conversation) else { return };
            let seq = thread.take_seq();
            self.post(Outgoing { seq, ..outgoing });
        }
        if is_all && !lost.is_empty() {
            gone.merge(&lost);
            // It may have been a profile: of those the last one counts.
            self.confide_profile(to);
        }
        if open || !gone.is_empty() {
            let missing = self.passing(to, EventBody::Missing(gone));
            self.emit(to, &missing, QoS::AtLeastOnce);
        }
    }
}

/// A message, or the last change to it, as it is told again: as it reads by now. Of what was deleted nothing is left to
/// tell but that.
fn again(
    entry: &Entry,
    numbers: &SeqSet,
    author: Author,
    before: u64,
    fresh: impl FnOnce() -> MessageId,
) -> Option<Outgoing> {
    let Entry { message, seq, changed, change } = entry;
    let of = message.position.hlc;
    let target = Target { id: message.id, seq: if *seq > before { *seq } else { 0 }, hlc: of };
    let (first, id, hlc, body) = match (&message.body, numbers.contains(*seq)) {
        (Body::Text(text), true) => (*seq, message.id, of, EventBody::Text(text.clone())),
        (Body::Text(text), false) => (*change, fresh(), *changed, EventBody::Edit(target, text.clone())),
        (Body::Deleted, false) => (*change, fresh(), *changed, EventBody::Delete(target)),
        (Body::Deleted, true)
        | (
            Body::Unknown
            | Body::KeyChanged
            | Body::Split
            | Body::Disputed
            | Body::Differed
            | Body::SpentLink
            | Body::WentOn,
            _,
        ) => return None,
    };
    let (sent, failed, dep, prev) = Default::default();
    let (to, origin) = (message.conversation.0, Some((author.device, first)));
    Some(Outgoing { to, id, seq: 0, hlc, dep, body, sent, failed, origin, prev })
}
