//! What must hold when everything works again.
//!
//! - **I1** Every message that is on its author's disk has been on a disk of the person it went to, as soon as the two are
//!   contacts of each other with keys in use.
//! - **I2** It is there once, by its author (**I4**), and says what its author's says.
//! - **I3** Both have them in one order.
//! - **I6** What counts as delivered has been on a disk of the other person.
//! - **I11** The outbox drains.
//! - **I13** What is stored is bounded.
//!
//! What storage itself loses is nobody's to bring back: a message that only the forgetful device knew is gone with it, and
//! one that it had received and said so is not sent again. So I1 asks whether a message *has been* on a disk of theirs, and
//! nothing is asked of what its author's own disk has forgotten. After forgetting, a change may be known to one side alone.
//! Sessions recover, the outbox drains, nothing is there twice, and what counts as delivered has come, all the same. Only
//! whoever has lied (`lies`) may wait in vain themselves: nobody else does because of them.

use std::collections::{BTreeMap, BTreeSet};

use super::Simulation;
use super::oracle::thread;
use crate::chat::Command;
use crate::chat::change::{Connection, Phase, Trouble};
use crate::chat::contact::{Keys, Relation};
use crate::chat::id::{ConversationId, MessageId, UserId};
use crate::chat::message::Body;
use crate::chat::outgoing::Outgoing;
use crate::chat::record::{Query, Table};
use crate::chat::stored::{conversation_keys, read_outgoing};
use crate::chat::timeline::Entry;
use crate::e2ee::trust::Standing;

/// Sessions that are kept with one device, and parked changes in one conversation, are bounded by themselves: this is what
/// all tables but the messages' may hold for each person and contact.
const MAX_RECORDS: usize = 400;

impl Simulation {
    pub(super) fn judge(&mut self) {
        self.recover();
        for who in 0..self.world.devices.len() {
            if !matches!(self.world.screen(who).phase, Some(Phase::Ready | Phase::Welcome(_))) {
                let phase = format!("device {who} is in {:?}", self.world.screen(who).phase);
                self.oracle.accuse("I11", &phase);
            }
        }
        self.drain();
        let pairs = self.pairs();
        for (who, whom) in &pairs {
            self.probe(*who, *whom);
        }
        self.run_until(self.world.now + 60_000);
        self.drain();
        self.open_all(&pairs);
        for (who, whom) in &pairs {
            self.judge_pair(*who, *whom);
        }
        self.judge_rows();
    }

    /// People do what they do where something is wrong: they press the button.
    fn recover(&mut self) {
        self.run_until(self.world.now + 5_000);
        for who in 0..self.world.devices.len() {
            if matches!(self.world.screen(who).connection, Some(Connection::Stopped(_))) {
                self.command(who, Command::TryNow);
            }
            if matches!(self.world.screen(who).phase, Some(Phase::Unusable(_))) {
                self.world.crash(who, 0);
                self.observe();
            }
        }
        self.run_until(self.world.now + 55_000);
    }

    /// Devices whose people are contacts of each other, with keys in use on both sides.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let people = self.people();
        let mut pairs = Vec::new();
        let people: Vec<_> = people.into_iter().filter(|(who, _)| !self.is_replaced(*who)).collect();
        for (who, id) in &people {
            for (whom, other) in &people {
                if id != other && self.trusts(*who, *other) && self.trusts(*whom, *id) {
                    pairs.push((*who, *whom));
                }
            }
        }
        pairs
    }

    /// Another device has taken its place.
    fn is_replaced(&self, who: usize) -> bool {
        self.world.screen(who).connection == Some(Connection::Stopped(Trouble::Revoked))
    }

    fn trusts(&self, who: usize, whom: UserId) -> bool {
        self.world.screen(who).contacts.get(&whom).is_some_and(|contact| {
            let open = matches!(contact.keys, Keys::Known { standing: Standing::Open, .. });
            contact.relation == Relation::Friend && open
        })
    }

    fn outbox(&self, who: usize) -> Vec<Outgoing> {
        let records = self.world.devices[who].disk.load(&Query::Tables(vec![Table::Outbox]));
        records.iter().filter_map(|record| read_outgoing(record).ok()).map(|(_, outgoing)| outgoing).collect()
    }

    /// What waits and could go, and nobody has given up.
    fn waiting(&self) -> usize {
        let pairs = self.pairs();
        let waits = |(who, whom): &(usize, usize)| {
            let to = self.id(*whom);
            self.outbox(*who).iter().filter(|row| Some(row.to) == to && !row.failed).count()
        };
        // Whoever has told forks of their own may have to wait for what they told in the place of others.
        pairs.iter().filter(|(who, _)| !self.oracle.liars.contains(who)).map(waits).sum()
    }

    /// **I11** What has no receipt leaves again at the latest 5 min and 30 % after the last time; an hour and 30 % after
    /// where the receiver counts as away, but whoever comes back says so, and then it leaves within 2 s.
    fn drain(&mut self) {
        for (span, name) in
            [(0, "drained in a minute"), (400, "drained in 400 s"), (5_000, "drained in 5,000 s")]
        {
            if span > 0 {
                self.run_until(self.world.now + span * 1_000);
            }
            if self.waiting() == 0 {
                return self.oracle.tally.count(name);
            }
        }
        let waits = self.waiting();
        self.oracle.accuse("I11", &format!("{waits} events still wait"));
    }

    /// They can talk, whatever has happened.
    fn probe(&mut self, who: usize, whom: usize) {
        if let Some(to) = self.id(whom) {
            self.say_to(who, to);
        }
    }

    /// Everybody looks at everything.
    fn open_all(&mut self, pairs: &[(usize, usize)]) {
        for (who, whom) in pairs {
            let conversation = self.id(*whom).map(ConversationId);
            self.command(*who, Command::Open(conversation));
            self.run_until(self.world.now + 500);
            self.command(*who, Command::AtLatest(true));
            self.run_until(self.world.now + 2_000);
        }
    }

    fn entries(&mut self, who: usize, with: UserId) -> Vec<Entry> {
        let (from, to) = conversation_keys(ConversationId(with));
        let query = Query::Range { table: Table::Messages, from, to, limit: u32::MAX, last: false };
        let entries: Vec<_> = self.world.devices[who]
            .disk
            .load(&query)
            .iter()
            .filter_map(|record| Entry::read(record).ok())
            .collect();
        let mut seen = BTreeSet::new();
        for entry in &entries {
            if !seen.insert(entry.message.id) {
                self.oracle.accuse("I2", &format!("device {who} has message {} twice", entry.message.id));
            }
        }
        entries
    }

    fn judge_pair(&mut self, who: usize, whom: usize) {
        let (Some(own), Some(other)) = (self.id(who), self.id(whom)) else { return };
        let (mine, theirs) = (self.entries(who, other), self.entries(whom, own));
        let failed: BTreeSet<MessageId> = self
            .outbox(who)
            .iter()
            .filter(|row| row.failed)
            .map(|row| row.body.target().map_or(row.id, |target| target.id))
            .collect();
        let delivered = thread(&self.world, who, other);
        for entry in mine.iter().filter(|entry| entry.message.author == own && !is_line(entry)) {
            let id = entry.message.id;
            self.oracle.tally.checked += 1;
            let there = self.oracle.had.contains(&(other, id));
            let counts = delivered.as_ref().is_some_and(|thread| thread.delivered.contains(entry.seq));
            let lied = self.oracle.liars.contains(&who);
            if !there && !failed.contains(&id) && !lied {
                self.oracle
                    .accuse("I1", &format!("message {id} of device {who} has not come to device {whom}"));
            }
            if !there && counts && !lied {
                self.oracle.accuse("I6", &format!("message {id} of {who} counts as delivered and is not"));
            }
        }
        self.judge_texts(who, whom, (&mine, &theirs), &failed);
        self.judge_order(who, whom, &mine, &theirs);
    }

    /// What is there is what its author has said, and by them.
    fn judge_texts(
        &mut self,
        who: usize,
        whom: usize,
        (mine, theirs): (&[Entry], &[Entry]),
        failed: &BTreeSet<MessageId>,
    ) {
        let (own, other) = (self.id(who), self.id(whom));
        let liar = |one| self.oracle.forgetful.contains(one) || self.oracle.liars.contains(one);
        let forgetful = [who, whom].iter().any(liar);
        let mine: BTreeMap<_, _> = mine.iter().map(|entry| (entry.message.id, entry)).collect();
        for entry in theirs.iter().filter(|entry| !is_line(entry)) {
            let id = entry.message.id;
            let Some(said) = self.oracle.said.get(&id) else {
                self.oracle.accuse("I4", &format!("device {whom} has a message {id} that nobody has said"));
                continue;
            };
            let author = Some(said.from) == Some(entry.message.author);
            let place = [Some(said.from), Some(said.to)].iter().all(|id| *id == own || *id == other);
            let text = match &entry.message.body {
                Body::Text(text) => said.texts.iter().any(|known| **known == **text),
                Body::Deleted => said.texts.iter().any(String::is_empty),
                Body::Unknown
                | Body::KeyChanged
                | Body::Split
                | Body::Disputed
                | Body::Differed
                | Body::SpentLink
                | Body::WentOn => false,
            };
            let from = said.by;
            if !author || !place || !text {
                self.oracle.accuse(
                    "I4",
                    &format!("message {id} of device {from} is not what it was at device {whom}"),
                );
            }
            let Some(at_home) = mine.get(&id).filter(|_| Some(entry.message.author) == own) else { continue };
            if !forgetful && !failed.contains(&id) && at_home.message.body != entry.message.body {
                self.oracle.accuse("I2", &format!("device {whom} has another text of {id} than its author"));
            }
        }
    }

    /// One order on both sides, where no clock is far from another. (Else a receiver that gets later before earlier messages
    /// of a clock far ahead sets them down in the order in which they come: counted, and no violation yet.)
    fn judge_order(&mut self, who: usize, whom: usize, mine: &[Entry], theirs: &[Entry]) {
        let common = |one: &[Entry], other: &[Entry]| -> Vec<MessageId> {
            let ids: BTreeSet<_> = other.iter().map(|entry| entry.message.id).collect();
            let both = one.iter().filter(|entry| ids.contains(&entry.message.id) && !is_line(entry));
            both.map(|entry| entry.message.id).collect()
        };
        if common(mine, theirs) == common(theirs, mine) {
            return;
        }
        if self.clocks_agreed {
            self.oracle
                .accuse("I3", &format!("devices {who} and {whom} have their messages in another order"));
        } else {
            self.oracle.tally.count("another order, by clocks far apart");
        }
    }

    fn judge_rows(&mut self) {
        let tables: Vec<_> = Table::ALL.into_iter().filter(|table| *table != Table::Messages).collect();
        for who in 0..self.world.devices.len() {
            let records = self.world.devices[who].disk.load(&Query::Tables(tables.clone())).len();
            if records > MAX_RECORDS {
                self.oracle
                    .accuse("I13", &format!("device {who} has {records} records besides its messages"));
            }
        }
    }
}

/// A line that stands between messages, and is none.
fn is_line(entry: &Entry) -> bool {
    matches!(
        entry.message.body,
        Body::KeyChanged | Body::Split | Body::Disputed | Body::Differed | Body::SpentLink | Body::WentOn
    )
}
