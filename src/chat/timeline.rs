//! The open conversation's window of messages, and what the screen draws between them: day separators, the "New
//! messages" line, groups.

use std::time::Duration;

use super::id::{ConversationId, MessageId};
use super::message::{Body, Delivery, Message, Position, Row};
use super::noted::Noted;
use super::parked::Rewrite;
use super::thread::Thread;
use crate::time::{Calendar, Day};

/// How many messages one page of storage brings.
pub(crate) const PAGE: u32 = 50;

/// How many messages the window holds at the most: what is beyond is read from storage again.
pub(crate) const MAX_WINDOW: usize = 200;

/// Messages of one author within this time form a group.
const GROUP: Duration = Duration::from_secs(2 * 60);

/// A stored message and its author's number for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) message: Message,
    pub(crate) seq: u64,
    /// The clock value of the change that it shows, 0 where it is as it was sent: an older change does not replace it.
    pub(crate) changed: u64,
    /// The number of an own change, 0 where it is as it was sent.
    pub(crate) change: u64,
}

impl Entry {
    /// Applies a change of its author's; false where what it shows already outdoes the change.
    pub(crate) fn rewrite(&mut self, rewrite: Rewrite) -> bool {
        let stale = rewrite.text.is_some() && rewrite.hlc <= self.changed;
        if stale || self.message.body == Body::Deleted {
            return false;
        }
        self.changed = rewrite.hlc;
        self.message.edited = rewrite.text.is_some();
        self.message.body = rewrite.text.map_or(Body::Deleted, Body::Text);
        true
    }
}

/// A window of a conversation, in order.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    pub(crate) conversation: ConversationId,
    entries: Vec<Entry>,
    /// Whether storage has older ones.
    pub(crate) older: bool,
    /// Whether storage has newer ones.
    pub(crate) newer: bool,
    /// Where the "New messages" line stands.
    pub(crate) divider: Option<Position>,
    /// Whether the screen shows the newest message.
    pub(crate) at_latest: bool,
    /// Tells answers for this window from those for an earlier one.
    pub(crate) serial: u64,
    /// Whether the first page has come. Until then nothing of it is seen.
    pub(crate) loaded: bool,
    /// What was stored while the first page was being read: the page may lack it.
    meanwhile: Vec<Entry>,
}

impl Timeline {
    pub(crate) fn new(conversation: ConversationId, serial: u64) -> Self {
        Self {
            conversation,
            entries: Vec::new(),
            older: false,
            newer: false,
            divider: None,
            at_latest: false,
            serial,
            loaded: false,
            meanwhile: Vec::new(),
        }
    }

    pub(crate) fn first(&self) -> Option<Position> {
        self.entries.first().map(|entry| entry.message.position)
    }

    pub(crate) fn last(&self) -> Option<Position> {
        self.entries.last().map(|entry| entry.message.position)
    }

    pub(crate) fn find(&self, id: MessageId) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.message.id == id)
    }

    /// Puts a message where it belongs, or changes the one that is there. One that lies beyond a window that storage
    /// goes on after stays outside.
    pub(crate) fn insert(&mut self, entry: Entry) {
        if !self.loaded {
            return self.meanwhile.push(entry);
        }
        let position = entry.message.position;
        match self.entries.binary_search_by_key(&position, |entry| entry.message.position) {
            Ok(at) => self.entries[at] = entry,
            Err(0) if self.older && !self.entries.is_empty() => {}
            Err(at) if at == self.entries.len() && self.newer => {}
            Err(at) => self.entries.insert(at, entry),
        }
        self.trim();
    }

    /// The first page is in: what came meanwhile finds its place beside it.
    pub(crate) fn opened(&mut self) {
        self.loaded = true;
        for entry in std::mem::take(&mut self.meanwhile) {
            self.insert(entry);
        }
    }

    /// Who reads the newest messages does not miss the oldest of the window, who reads older ones not the newest.
    fn trim(&mut self) {
        if self.at_latest { self.trim_old() } else { self.trim_new() }
    }

    fn trim_old(&mut self) {
        let excess = self.entries.len().saturating_sub(MAX_WINDOW);
        if excess > 0 {
            self.entries.drain(..excess);
            self.older = true;
        }
    }

    fn trim_new(&mut self) {
        if self.entries.len() > MAX_WINDOW {
            self.entries.truncate(MAX_WINDOW);
            self.newer = true;
        }
    }

    pub(crate) fn remove(&mut self, id: MessageId) {
        self.entries.retain(|entry| entry.message.id != id);
    }

    /// A page that precedes the window; `more` tells whether storage has still older ones.
    pub(crate) fn extend_older(&mut self, page: Vec<Entry>, more: bool) {
        self.older = more;
        self.merge(page);
        self.trim_new();
    }

    /// A page that follows the window; `more` tells whether storage has still newer ones.
    pub(crate) fn extend_newer(&mut self, page: Vec<Entry>, more: bool) {
        self.newer = more;
        self.merge(page);
        self.trim_old();
    }

    fn merge(&mut self, page: Vec<Entry>) {
        for entry in page {
            let position = entry.message.position;
            if let Err(at) = self.entries.binary_search_by_key(&position, |entry| entry.message.position) {
                self.entries.insert(at, entry);
            }
        }
    }

    /// Writes the deliveries anew.
    pub(crate) fn refresh(&mut self, delivery: impl Fn(MessageId, u64) -> Delivery) {
        for entry in self.entries.iter_mut().filter(|entry| entry.message.delivery.is_some()) {
            entry.message.delivery = Some(delivery(entry.message.id, entry.seq));
        }
    }

    /// The window as the screen draws it.
    /// The rows of the screen; `thread` knows when own messages got where they are.
    pub(crate) fn rows(&self, calendar: Calendar, thread: Option<&Thread>) -> Vec<Row> {
        let days: Vec<Day> = self.entries.iter().map(|entry| calendar(entry.message.sent_at)).collect();
        let divider =
            self.divider.and_then(|from| self.entries.iter().position(|e| e.message.position >= from));
        let breaks = |at: usize| {
            at == 0
                || days[at] != days[at - 1]
                || divider == Some(at)
                || !are_grouped(&self.entries[at - 1].message, &self.entries[at].message)
        };
        let noted = |entry: &Entry, noted: fn(&Thread) -> &Noted| {
            noted(thread.filter(|_| entry.message.delivery.is_some())?).at(entry.seq)
        };
        let row = |(at, entry): (usize, &Entry)| Row {
            delivered_at: noted(entry, |thread| &thread.delivered_at),
            read_at: noted(entry, |thread| &thread.read_at),
            message: entry.message.clone(),
            day: (at == 0 || days[at] != days[at - 1]).then_some(days[at]),
            first_unread: divider == Some(at),
            starts_group: breaks(at),
            ends_group: at + 1 == self.entries.len() || breaks(at + 1),
        };
        self.entries.iter().enumerate().map(row).collect()
    }
}

fn are_grouped(before: &Message, after: &Message) -> bool {
    let gap = after.sent_at.since(before.sent_at).max(before.sent_at.since(after.sent_at));
    let plain = |message: &Message| !matches!(message.body, Body::Unknown);
    before.author == after.author && gap <= GROUP && plain(before) && plain(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::id::UserId;
    use crate::time::Timestamp;

    fn entry(hlc: u64) -> Entry {
        let (author, id) = (UserId([1; 16]), MessageId([2; 16]));
        let message = Message {
            id,
            conversation: ConversationId(author),
            author,
            position: Position { hlc, author, id },
            sent_at: Timestamp(hlc),
            body: Body::Unknown,
            edited: false,
            delivery: None,
        };
        Entry { message, seq: hlc, changed: 0, change: 0 }
    }

    fn clocks(timeline: &Timeline) -> Vec<u64> {
        timeline.entries.iter().map(|entry| entry.seq).collect()
    }

    #[test]
    fn what_comes_while_the_first_page_is_read_makes_no_hole() {
        let mut timeline = Timeline::new(ConversationId(UserId([1; 16])), 1);
        timeline.insert(entry(9));
        assert!(clocks(&timeline).is_empty());
        timeline.extend_newer(vec![entry(1), entry(2)], true);
        timeline.opened();
        assert_eq!(clocks(&timeline), [1, 2], "storage has more between");
        let mut timeline = Timeline::new(ConversationId(UserId([1; 16])), 2);
        timeline.insert(entry(9));
        timeline.extend_older(vec![entry(1), entry(2)], false);
        timeline.opened();
        assert_eq!(clocks(&timeline), [1, 2, 9]);
    }

    #[test]
    fn what_comes_late_does_not_make_the_window_larger() {
        for at_latest in [false, true] {
            let mut timeline = Timeline::new(ConversationId(UserId([1; 16])), 1);
            timeline.extend_older((0..200).map(|n| entry(10 * n)).collect(), false);
            timeline.opened();
            timeline.at_latest = at_latest;
            timeline.insert(entry(995));
            assert_eq!(timeline.entries.len(), MAX_WINDOW);
            assert_eq!((timeline.older, timeline.newer), (at_latest, !at_latest));
            assert!(clocks(&timeline).contains(&995));
        }
    }
}
