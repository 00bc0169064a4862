//! The open conversation, page by page.

use super::super::change::View;
use super::super::id::ConversationId;
use super::super::record::Record;
use super::super::stored;
use super::super::timeline::{Entry, PAGE, Timeline};
use super::Client;
use super::stored::{Loading, range};

/// Messages of a page, and whether storage has more beyond it.
pub(super) type ReadPage = (Vec<Entry>, bool);

impl Client {
    /// Asks storage for the newest page, or for the one with the first unread message.
    pub(super) fn open(&mut self, conversation: ConversationId, view: View) {
        let unread_from = self.threads.get(&conversation).and_then(|thread| thread.unread_from);
        let serial = self.ticket().0;
        let mut timeline = Timeline::new(conversation, serial);
        timeline.divider = unread_from;
        self.tabs.active().open(Some(timeline));
        let (first, end) = stored::conversation_keys(conversation);
        let unread = self.threads.get(&conversation).map_or(0, |thread| thread.unread);
        let far = unread_from.filter(|_| view == View::Unread && unread > 2 * PAGE);
        let (from, limit, last) = match far {
            Some(position) => (stored::message_key(conversation, position), PAGE, false),
            None if view == View::Unread => (first, unread + PAGE, true),
            None => (first, PAGE, true),
        };
        self.load(Loading::Open { timeline: serial, view, limit, last }, range(from, end, limit, last));
    }

    pub(super) fn open_page(&mut self, serial: u64, view: View, (entries, more): ReadPage, last: bool) {
        let Some((tab, timeline)) = self.tabs.find(serial) else { return };
        if last {
            timeline.extend_older(entries, more);
        } else {
            timeline.extend_newer(entries, more);
            // What was read before the first unread message was not asked for yet.
            timeline.older = true;
        }
        timeline.opened();
        let view = if view == View::Unread && timeline.divider.is_none() { View::Latest } else { view };
        self.show_page(tab, view);
    }

    pub(super) fn older_page(&mut self, serial: u64, (entries, more): ReadPage) {
        let Some((tab, timeline)) = self.tabs.find(serial) else { return };
        timeline.extend_older(entries, more);
        self.show_page(tab, View::Keep);
    }

    pub(super) fn newer_page(&mut self, serial: u64, (entries, more): ReadPage) {
        let Some((tab, timeline)) = self.tabs.find(serial) else { return };
        timeline.extend_newer(entries, more);
        self.show_page(tab, View::Keep);
    }

    /// Asks storage for the page before or after the window.
    pub(super) fn extend(&mut self, older: bool) {
        let Some(timeline) = self.tabs.timeline() else { return };
        let (conversation, serial) = (timeline.conversation, timeline.serial);
        let is_ours = |loading: &Loading| match loading {
            Loading::Older(of) | Loading::Newer(of) | Loading::Open { timeline: of, .. } => *of == serial,
            Loading::Everything
            | Loading::RolledBack
            | Loading::Backup
            | Loading::Place(_)
            | Loading::Wanted(_)
            | Loading::Discard { .. }
            | Loading::Removal { .. } => false,
        };
        if self.loading.values().any(is_ours) {
            return;
        }
        let (begin, end) = stored::conversation_keys(conversation);
        let key = |position| stored::message_key(conversation, position);
        match (older, timeline.first(), timeline.last()) {
            (true, Some(first), _) if timeline.older => {
                self.load(Loading::Older(serial), range(begin, key(first), PAGE, true));
            }
            (false, _, Some(last)) if timeline.newer => {
                let mut after = key(last);
                after.push(0);
                self.load(Loading::Newer(serial), range(after, end, PAGE, false));
            }
            _ => {}
        }
    }
}

/// A record that cannot be read is left out, never the cause of an empty screen.
pub(super) fn read_page(records: &[Record], limit: u32, last: bool) -> ReadPage {
    let limit = limit as usize;
    let more = records.len() > limit;
    let page = match records {
        records if !more => records,
        records if last => &records[records.len() - limit..],
        records => &records[..limit],
    };
    (page.iter().filter_map(|record| Entry::read(record).ok()).collect(), more)
}
