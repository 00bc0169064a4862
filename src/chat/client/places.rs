//! Where events belong whose place storage has to be asked about: changes to messages, repetitions, messages that are not
//! the newest. Each waits in a record of its own, stored with the ratchet that decrypted it, until its effect and its
//! number take that record's place in one save.

use super::super::arrivals::{Arrival, ArrivalKey, Look};
use super::super::hlc;
use super::super::id::ConversationId;
use super::super::message::Position;
use super::super::parked::Rewrite;
use super::super::record::Record;
use super::super::stored;
use super::super::timeline::Entry;
use super::super::wire::Event;
use super::Client;
use super::commits::Then;
use super::stored::{Loading, range};

/// How many records one look brings.
const SEARCH: u32 = 200;

/// What became of looking.
enum Found {
    There(Box<Entry>),
    /// Not among these.
    Next(Look),
    Nowhere,
}

impl Client {
    /// An event waits until its place is found. Where there is no room it is not taken in, and will be sent again.
    pub(super) fn arrive(&mut self, event: Event, position: Position, look: Look) {
        let arrival = self.arrival(event, position, look);
        let (key, write) = (arrival.key(), stored::write_arrival(&arrival));
        if self.arrivals.put(arrival) {
            self.commits.write(write);
            self.commits.then(Then::Seek(key));
        }
    }

    fn arrival(&self, event: Event, position: Position, look: Look) -> Arrival {
        let change = event.body.target().filter(|_| !self.has_heard(&event, event.seq));
        let there = change.is_none_or(|target| self.has_heard(&event, target.seq));
        Arrival { event, position, look, there, stuck: false, overtaken: false }
    }

    /// Takes up what waited when the page went.
    pub(super) fn restore_arrivals(&mut self) {
        for key in self.arrivals.unstick() {
            let Some(Arrival { event, position, .. }) = self.arrivals.take(&key) else { continue };
            let thread =
                self.threads.get(&key.conversation).filter(|thread| self.people.contains_key(&thread.id.0));
            if let Some(thread) = thread {
                let anywhere = event.body.target().is_some() || thread.may_have(&event);
                let look = if anywhere { Look::Onwards(None) } else { Look::Here };
                let arrival = self.arrival(event, position, look);
                self.arrivals.put(arrival);
                self.seek(&key);
            } else {
                self.commits.write(stored::delete_arrival(&key));
            }
        }
    }

    /// Storage answers: what it did not answer before is asked again.
    pub(super) fn seek_again(&mut self) {
        for key in self.arrivals.unstick() {
            self.seek(&key);
        }
    }

    /// Looks into storage for what the event is about.
    pub(super) fn seek(&mut self, key: &ArrivalKey) {
        let Some(Arrival { event, position, look, .. }) = self.arrivals.get(key) else { return };
        let (begin, end) = stored::conversation_keys(key.conversation);
        let hint = event.body.target().map_or(event.hlc, |target| target.hlc);
        let hint = stored::clock_key(key.conversation, hlc::clamp(hint, self.now.timestamp));
        let query = match look {
            Look::Here => {
                let here = stored::message_key(key.conversation, *position);
                let after = [here.as_slice(), &[0]].concat();
                range(here, after, 1, false)
            }
            Look::Onwards(from) => range(from.clone().unwrap_or(hint), end, SEARCH, false),
            Look::Before(to) => range(begin, to.clone().unwrap_or(hint), SEARCH, true),
        };
        self.load(Loading::Place(*key), query);
    }

    fn look_on(&mut self, mut arrival: Arrival, look: Look) {
        let key = arrival.key();
        arrival.look = look;
        self.arrivals.put(arrival);
        self.seek(&key);
    }

    /// A message came that is here already. Changes that its number had not come for are made now.
    fn find_again(&mut self, event: &Event, entry: Entry) {
        match self.parked.take(ConversationId(event.from), event.id) {
            Some(rewrite) => {
                self.commits.write(stored::delete_parked(ConversationId(event.from), event.id));
                self.rewrite(event, entry, rewrite);
            }
            None => drop(self.hear(event)),
        }
    }

    /// What storage has where an event belongs.
    pub(super) fn handle_place(&mut self, key: &ArrivalKey, records: &[Record]) {
        // They may have been removed while storage was asked.
        let Some(mut arrival) = self.arrivals.take(key) else { return };
        match (Rewrite::of(&arrival.event), find(&arrival, records)) {
            (_, Found::Next(look)) => return self.look_on(arrival, look),
            (Some((_, rewrite)), Found::There(entry)) => self.rewrite(&arrival.event, *entry, rewrite),
            (Some((target, rewrite)), Found::Nowhere) => {
                let heard = self.has_heard(&arrival.event, target.seq);
                match (std::mem::replace(&mut arrival.there, true), heard) {
                    (_, false) => self.park(&arrival.event, target, rewrite),
                    // It came while it was looked for.
                    (false, true) => return self.look_on(arrival, Look::Onwards(None)),
                    (true, true) => drop(self.hear(&arrival.event)),
                }
            }
            // They used a place twice: the first message stays. Or it came twice.
            (None, Found::There(entry)) => self.find_again(&arrival.event, *entry),
            // A copy came while it was looked for, and may stand elsewhere: this clock has gone on.
            (None, Found::Nowhere) if std::mem::take(&mut arrival.overtaken) => {
                arrival.look = Look::Onwards(None);
                self.arrivals.put(arrival);
                // Storage knows of that copy when what was gathered is there.
                return self.commits.then(Then::Seek(*key));
            }
            (None, Found::Nowhere) => {
                if self.has_heard(&arrival.event, arrival.event.seq) {
                    self.note_split(&arrival.event);
                }
                self.take_message(&arrival.event, arrival.position);
            }
        }
        self.commits.write(stored::delete_arrival(key));
        self.commits.receipt(key.conversation);
    }
}

/// Finds the message that an event is, or changes, among these records; or tells where to look next: first from where
/// its author's clock says that it is, then before, so that no clock hides it.
fn find(arrival: &Arrival, records: &[Record]) -> Found {
    let event = &arrival.event;
    let id = event.body.target().map_or(event.id, |target| target.id);
    let mut entries = records.iter().filter_map(|record| Entry::read(record).ok());
    let meant = |entry: &Entry| entry.message.id == id && entry.message.author == event.from;
    if let Some(entry) = entries.find(meant) {
        return Found::There(Box::new(entry));
    }
    let more = records.len() > SEARCH as usize;
    match &arrival.look {
        Look::Onwards(_) if more => records.last().map_or(Found::Nowhere, |record| {
            Found::Next(Look::Onwards(Some([&record.key[..], &[0]].concat())))
        }),
        Look::Onwards(_) => Found::Next(Look::Before(None)),
        Look::Before(_) if more => records
            .first()
            .map_or(Found::Nowhere, |record| Found::Next(Look::Before(Some(record.key.clone())))),
        Look::Before(_) | Look::Here => Found::Nowhere,
    }
}
