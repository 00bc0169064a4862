//! Each event with a number names the hash of its author's event before it. So two who hold the same number of events of
//! one device know whether they hold the same events: the author by what receipts name, the receiver by where runs join.

use super::id::{DeviceId, UserId};
use super::receipt::SeqSet;
use crate::e2ee::hash::sha256;

/// Names an event, by all that is said in it and who says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EventHash(pub(crate) [u8; 32]);

/// An event in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) seq: u64,
    pub(crate) hash: EventHash,
    /// The hash of its author's event before it; none where a chain begins.
    pub(crate) prev: Option<EventHash>,
}

/// The events at both ends of each run of a set of numbers, as far as they are known: in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Links(Vec<Link>);

impl EventHash {
    /// Of an event as it travels, without what stands in the places of receipt and devices: the bytes before and after
    /// those.
    pub(crate) fn of(from: UserId, device: DeviceId, before: &[u8], after: &[u8]) -> Self {
        Self(sha256(&[b"kith/1/event", &from.0, &device.0, before, &[0xF6, 0xF6], after]))
    }
}

impl Links {
    pub(crate) fn from_links(links: impl IntoIterator<Item = Link>) -> Self {
        let mut all: Vec<_> = links.into_iter().collect();
        all.sort_by_key(|link| link.seq);
        all.dedup_by_key(|link| link.seq);
        Self(all)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Link> {
        self.0.iter()
    }

    pub(crate) fn get(&self, seq: u64) -> Option<&Link> {
        self.0.binary_search_by_key(&seq, |link| link.seq).ok().and_then(|at| self.0.get(at))
    }

    pub(crate) fn hash(&self, seq: u64) -> Option<EventHash> {
        self.get(seq).map(|link| link.hash)
    }

    /// Whether an event follows the one before it, and is followed by the one after it, as far as those are known.
    pub(crate) fn fits(&self, link: &Link) -> bool {
        let follows = |earlier: Option<&Link>, later: Option<&Link>| match (earlier, later) {
            (Some(earlier), Some(later)) => later.prev.is_none_or(|prev| prev == earlier.hash),
            (Some(_) | None, _) => true,
        };
        let before = link.seq.checked_sub(1).and_then(|seq| self.get(seq));
        let after = link.seq.checked_add(1).and_then(|seq| self.get(seq));
        follows(before, Some(link)) && follows(Some(link), after)
    }

    /// Adds one, and forgets what is no end of a run any more.
    pub(crate) fn add(&mut self, link: Link, set: &SeqSet) {
        match self.0.binary_search_by_key(&link.seq, |known| known.seq) {
            Ok(at) => self.0[at] = link,
            Err(at) => self.0.insert(at, link),
        }
        self.trim(set);
    }

    /// Forgets what is no end of a run any more.
    pub(crate) fn trim(&mut self, set: &SeqSet) {
        self.0.retain(|link| set.is_end(link.seq));
    }
}
