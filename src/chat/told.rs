//! What others have of ours, and may have: as their receipts prove, and as it was encrypted for each of their devices.

use super::chain::EventHash;
use super::id::DeviceId;
use super::message::Delivery;
use super::receipt::{MAX_JUMP, SeqSet};
use super::thread::{MAX_DEVICES, MAX_SEQ, Thread};
use super::wire::Receipt;
use crate::time::Timestamp;

/// What a receipt is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// They have these of our events.
    pub(crate) proven: SeqSet,
    /// The highest number under which they have something else.
    pub(crate) foreign: Option<u64>,
}

impl Thread {
    /// What a receipt of theirs says of our events, run by run: `own` knows those that are in the outbox.
    pub(crate) fn judge(&self, receipt: &Receipt, own: impl Fn(u64) -> Option<EventHash>) -> Verdict {
        let mut foreign = None;
        let own =
            |seq: u64| own(seq).or(self.chain.filter(|_| seq + 1 == self.next_seq)).or(self.links.hash(seq));
        let proven = receipt.stored.runs().iter().filter(|(_, last)| {
            if *last >= self.next_seq {
                // However much they claim to have had, half of all numbers is left.
                if last - self.next_seq < MAX_JUMP && *last < MAX_SEQ / 2 {
                    foreign = foreign.max(Some(*last));
                }
                return false;
            }
            let hashes = own(*last).zip(receipt.links.hash(*last));
            if hashes.is_some_and(|(ours, theirs)| ours != theirs) {
                foreign = foreign.max(Some(*last));
            }
            hashes.is_some_and(|(ours, theirs)| ours == theirs)
        });
        let proven = SeqSet::from_runs(proven.copied());
        Verdict { proven, foreign }
    }

    /// Takes in what a receipt of theirs has proven, and what of it they have seen; false where that is nothing new.
    pub(crate) fn acknowledged(&mut self, receipt: &Receipt, proven: &SeqSet, now: Timestamp) -> bool {
        let before = (self.delivered.clone(), self.read.clone());
        let made = self.next_seq - 1;
        let cut = receipt.read.runs().iter().map(|(first, last)| (*first, (*last).min(made)));
        self.delivered.merge(proven);
        self.read.merge(&SeqSet::from_runs(cut));
        // Of what another device of ours counted nobody tells this one any more; but a conversation is read as a whole.
        if self.before > 0 && self.read.highest() > self.before {
            let others = SeqSet::from_runs([(1, self.before)]);
            self.read.merge(&self.delivered.within(&others));
        }
        for link in receipt.links.iter().filter(|link| proven.is_end(link.seq)) {
            self.links.add(*link, &self.delivered);
        }
        self.links.trim(&self.delivered);
        if proven.highest() >= self.disputed {
            self.disputed = 0;
        }
        self.delivered_at.note(before.0.highest(), self.delivered.highest(), now);
        self.read_at.note(before.1.highest(), self.read.highest(), now);
        before != (self.delivered.clone(), self.read.clone())
    }

    /// They have something under a number of ours that is not our event: our storage was rolled back, or they do not tell
    /// the truth. Either way no number up to that one is used any more, and the chain begins anew. A number that is ours is
    /// given up once, until they have proven that they follow.
    pub(crate) fn begin_anew(&mut self, foreign: u64) -> bool {
        let begins = foreign >= self.next_seq || self.disputed == 0;
        if begins {
            self.next_seq = self.next_seq.max(foreign + 1);
            (self.chain, self.disputed) = (None, self.next_seq);
        }
        begins
    }

    /// An own event is encrypted for one of their devices; false where it, or an earlier one, was before.
    pub(crate) fn reach(&mut self, device: DeviceId, seq: u64) -> bool {
        match self.reached.iter_mut().find(|(known, _)| *known == device) {
            Some((_, first)) if *first <= seq => return false,
            Some((_, first)) => *first = seq,
            None => self.reached.push((device, seq)),
        }
        if self.reached.len() > MAX_DEVICES {
            self.reached.remove(0);
        }
        true
    }

    /// One of their devices goes on from another: it may be told again what that one was told.
    pub(crate) fn succeed(&mut self, former: DeviceId, device: DeviceId) -> bool {
        let Some(at) = self.reached.iter().position(|(known, _)| *known == former) else { return false };
        let (_, first) = self.reached.remove(at);
        // Others may go on from it, too.
        self.reached.push((former, first));
        self.reach(device, first)
    }

    /// The own numbers of which one of their devices may be told again.
    pub(crate) fn told(&self, device: DeviceId) -> SeqSet {
        let first = self.reached.iter().find(|(known, _)| *known == device);
        SeqSet::from_runs(first.map(|(_, first)| (*first, self.next_seq - 1)))
    }

    /// How far an own event has come that is no longer in the outbox.
    pub(crate) fn delivery(&self, seq: u64) -> Delivery {
        match (self.delivered.contains(seq), self.read.contains(seq)) {
            (true, true) => Delivery::Read,
            (true, false) => Delivery::Delivered,
            (false, _) => Delivery::Sent,
        }
    }
}
