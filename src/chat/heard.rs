//! What came from one device of the other person, and what it is told of that.

use super::chain::{Link, Links};
use super::id::DeviceId;
use super::receipt::SeqSet;
use super::thread::MAX_SEQ;
use super::wire::Receipt;

/// What came from one device of the other person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) device: DeviceId,
    pub(crate) stored: SeqSet,
    /// The events at the ends of its runs.
    pub(crate) links: Links,
    pub(crate) read: SeqSet,
    /// The broker has not yet acknowledged a receipt that says all this.
    pub(crate) due: bool,
    /// The numbers up to this one were of a conversation that has been removed: what they stood for is not here any more.
    pub(crate) forgotten: u64,
    /// The device has gone on from an earlier state of its own, and the person was told so. Until its chain begins anew.
    pub(crate) split: bool,
    /// Storage was older than what was written there last: later numbers may have come as well. Until something new
    /// does, or the device has said that there is nothing.
    pub(crate) behind: bool,
}

/// What became of an event's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is new, and taken in.
    New,
    /// It is new, but the event does not follow those that are here: its author has gone on from another state. The
    /// number is not taken in, so that no receipt tells otherwise.
    Torn,
    /// It was used before, or cannot be taken in.
    No,
}

impl Heard {
    pub(crate) fn new(device: DeviceId) -> Self {
        let (stored, links, read) = Default::default();
        Self { device, stored, links, read, due: false, forgotten: 0, split: false, behind: false }
    }

    /// Takes a number in. Whatever became of it, if it is new a receipt is due.
    pub(crate) fn take(&mut self, link: Link) -> Taken {
        if link.seq == 0 || self.stored.contains(link.seq) {
            return Taken::No;
        }
        if !self.links.fits(&link) {
            self.due = true;
            return Taken::Torn;
        }
        if !self.stored.insert(link.seq) {
            return Taken::No;
        }
        self.links.add(link, &self.stored);
        self.due = true;
        self.behind = false;
        self.split &= link.prev.is_some();
        Taken::New
    }

    /// Takes a number in of which nothing more is known.
    pub(crate) fn close(&mut self, seq: u64) {
        if self.stored.insert(seq) {
            self.links.trim(&self.stored);
        }
    }

    /// The numbers that have not come though later ones have. Nothing is missing before an event that begins a chain.
    pub(crate) fn holes(&self) -> SeqSet {
        let runs = self.stored.runs();
        let ends = [self.forgotten].into_iter().chain(runs.iter().map(|run| run.1));
        let holes =
            ends.zip(runs).filter(|(_, run)| self.links.get(run.0).is_none_or(|link| link.prev.is_some()));
        SeqSet::from_runs(holes.map(|(end, run)| (end.max(self.forgotten).saturating_add(1), run.0 - 1)))
    }

    /// The numbers that are asked for: those, and where storage was older all that may be beyond.
    pub(crate) fn wanted(&self) -> SeqSet {
        let mut wanted = self.holes();
        if self.behind {
            let beyond = self.stored.highest().max(self.forgotten) + 1;
            wanted.merge(&SeqSet::from_runs([(beyond, MAX_SEQ)]));
        }
        wanted
    }

    /// Whether anything came before what is missing: it has not merely begun to listen in the middle.
    pub(crate) fn has_gap(&self) -> bool {
        self.holes().highest() > self.stored.runs().first().map_or(0, |run| run.1)
    }

    /// Its author has these no more: nothing is missing any longer.
    pub(crate) fn fill(&mut self, numbers: &SeqSet) -> bool {
        let filled = self.wanted().within(numbers);
        self.stored.merge(&filled);
        self.read.merge(&filled);
        self.links.trim(&self.stored);
        std::mem::take(&mut self.behind) || !filled.is_empty()
    }

    /// What was said is gone; the numbers stay.
    pub(crate) fn forget(self) -> Self {
        let (read, forgotten) = (self.stored.clone(), self.stored.highest());
        Self { read, due: false, forgotten, behind: false, ..self }
    }

    pub(crate) fn receipt(&self) -> Receipt {
        let Self { device, stored, links, read, .. } = self;
        Receipt { device: *device, stored: stored.clone(), links: links.clone(), read: read.clone() }
    }
}
