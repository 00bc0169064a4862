//! What the tabs show: each has its own open conversation, and all of them the same of everything else.

use litemap::LiteMap;

use super::super::change::{Change, Page, Phase, View};
use super::super::effect::Effect;
use super::super::id::{ConversationId, TabId};
use super::super::message::Row;
use super::super::timeline::Timeline;
use super::Client;

/// Beyond this many changed rows the page is told anew, as a whole.
const FEW: usize = 8;

/// What one tab shows.
#[derive(Debug)]
pub(super) struct Tab {
    pub(super) timeline: Option<Timeline>,
    pub(super) is_visible: bool,
    /// The rows that were shown, and whether there were more before and after them.
    rows: Vec<Row>,
    edges: (bool, bool),
}

impl Default for Tab {
    fn default() -> Self {
        Self { timeline: None, is_visible: true, rows: Vec::new(), edges: (false, false) }
    }
}

/// What all of them show.
#[derive(Debug, Default)]
pub(super) struct Tabs {
    all: LiteMap<TabId, Tab>,
    /// Whose command is being carried out.
    pub(super) active: TabId,
    /// The one that is being told everything.
    pub(super) told: Option<TabId>,
}

impl Tab {
    /// Shows this conversation, or none.
    pub(super) fn open(&mut self, timeline: Option<Timeline>) {
        self.timeline = timeline;
        self.rows.clear();
        self.edges = (false, false);
    }

    /// What to tell of a page that is shown already: the rows that are new or different, or all of it, where they are many
    /// or some are gone.
    fn changes(&mut self, page: Page) -> Vec<Change> {
        let few = self.few_changes(&page);
        self.rows.clone_from(&page.rows);
        self.edges = (page.older, page.newer);
        match few {
            Some(rows) => rows.into_iter().map(|row| Change::Message(Box::new(row))).collect(),
            None => vec![Change::Page(page)],
        }
    }

    fn few_changes(&self, page: &Page) -> Option<Vec<Row>> {
        let mut old = self.rows.iter().peekable();
        let mut changed = Vec::new();
        for row in &page.rows {
            match old.peek() {
                Some(same) if same.message.position == row.message.position => {
                    if *same != row {
                        changed.push(row.clone());
                    }
                    old.next();
                }
                Some(next) if next.message.position < row.message.position => return None,
                Some(_) | None => changed.push(row.clone()),
            }
        }
        let gone = old.next().is_some();
        let edges = (page.older, page.newer) == self.edges;
        (!gone && edges && changed.len() <= FEW).then_some(changed)
    }
}

impl Tabs {
    /// The tab whose command is being carried out.
    pub(super) fn active(&mut self) -> &mut Tab {
        self.at(self.active)
    }

    pub(super) fn at(&mut self, tab: TabId) -> &mut Tab {
        self.all.entry(tab).or_default()
    }

    /// What is open where the person is doing something.
    pub(super) fn timeline(&mut self) -> Option<&mut Timeline> {
        self.active().timeline.as_mut()
    }

    /// All windows that are open, and where.
    fn open(&mut self) -> impl Iterator<Item = (TabId, &mut Timeline)> {
        self.all.iter_mut().filter_map(|(id, tab)| Some((*id, tab.timeline.as_mut()?)))
    }

    /// The windows of this conversation that are open.
    pub(super) fn of(&mut self, conversation: ConversationId) -> impl Iterator<Item = &mut Timeline> {
        self.open().map(|(_, open)| open).filter(move |timeline| timeline.conversation == conversation)
    }

    /// The window that a page was read for, and where it is, if it is still open.
    pub(super) fn find(&mut self, serial: u64) -> Option<(TabId, &mut Timeline)> {
        self.open().find(|(_, timeline)| timeline.serial == serial)
    }

    /// Nobody looks at this conversation any more.
    pub(super) fn close(&mut self, conversation: ConversationId) {
        self.close_if(|timeline| timeline.conversation == conversation);
    }

    pub(super) fn close_all(&mut self) {
        self.close_if(|_| true);
    }

    fn close_if(&mut self, closes: impl Fn(&Timeline) -> bool) {
        for (_, tab) in self.all.iter_mut() {
            if tab.timeline.as_ref().is_some_and(&closes) {
                tab.open(None);
            }
        }
    }

    /// No tab shows a conversation.
    pub(super) fn are_closed(&self) -> bool {
        self.all.values().all(|tab| tab.timeline.is_none())
    }

    pub(super) fn remove(&mut self, tab: TabId) {
        self.all.remove(&tab);
    }

    /// Whether the person looks at the newest message of a conversation right now, in whichever tab.
    pub(super) fn see_latest(&self, conversation: ConversationId) -> bool {
        self.all.values().filter(|tab| tab.is_visible).any(|tab| {
            let open = tab.timeline.as_ref().filter(|timeline| timeline.conversation == conversation);
            open.is_some_and(|timeline| timeline.loaded && timeline.at_latest && !timeline.newer)
        })
    }
}

impl Client {
    /// Tells a tab everything.
    pub(super) fn handle_joined(&mut self, tab: TabId) {
        if self.ready().is_none() {
            return;
        }
        // What the others have not been told yet.
        self.screen.hurry();
        self.refresh_screen();
        self.tabs.told = Some(tab);
        self.show_health();
        for change in [
            self.link.shown.map(Change::Connection),
            self.protection.map(Change::Protection),
            Some(Change::ClosesAfter(self.link.ages.told)),
            Some(Change::Alert(self.alerts.gravest())),
        ] {
            change.into_iter().for_each(|change| self.show(change));
        }
        self.show_everything();
        self.tabs.told = None;
    }

    /// Everything that is stored, but for the open conversation.
    pub(super) fn show_everything(&mut self) {
        self.show(Change::BackedUp(self.backed_up));
        self.show_account();
        for request in self.requests() {
            self.show(Change::Request(request));
        }
        for conversation in self.threads.keys() {
            self.screen.touch(*conversation);
        }
        self.screen.touch_everyone(self.people.keys().copied());
        self.screen.hurry();
        self.refresh_screen();
        self.show(Change::Phase(Phase::Ready));
    }

    pub(super) fn show_in(&mut self, tab: TabId, change: Change) {
        self.effect(Effect::ShowIn(tab, change));
    }

    /// Tells the tab whose command is being carried out.
    pub(super) fn reply(&mut self, change: Change) {
        self.show_in(self.tabs.active, change);
    }

    /// Shows a page that was asked for.
    pub(super) fn show_page(&mut self, tab: TabId, view: View) {
        self.refresh_deliveries();
        let mut tabs = std::mem::take(&mut self.tabs);
        let shown = tabs.at(tab);
        if let Some(page) = self.page(shown, view) {
            shown.changes(page.clone());
            self.show_in(tab, Change::Page(page));
        }
        self.tabs = tabs;
    }

    /// Tells the tabs that show one of these conversations what is different there. Says whether it was much.
    pub(super) fn refresh_rows(&mut self, touched: &LiteMap<ConversationId, ()>) -> bool {
        self.refresh_deliveries();
        let mut tabs = std::mem::take(&mut self.tabs);
        let mut much = false;
        for (id, tab) in tabs.all.iter_mut() {
            let open = tab.timeline.as_ref().map(|timeline| timeline.conversation);
            if !open.is_some_and(|open| touched.contains_key(&open)) {
                continue;
            }
            let page = self.page(tab, View::Keep);
            for change in page.into_iter().flat_map(|page| tab.changes(page)) {
                much |= matches!(change, Change::Page(_));
                self.show_in(*id, change);
            }
        }
        self.tabs = tabs;
        much
    }

    fn page(&self, shown: &Tab, view: View) -> Option<Page> {
        let timeline = shown.timeline.as_ref()?;
        Some(Page {
            conversation: timeline.conversation,
            rows: timeline.rows(self.calendar, self.threads.get(&timeline.conversation)),
            older: timeline.older,
            newer: timeline.newer,
            view,
        })
    }

    /// Writes anew how far own messages have come.
    pub(super) fn refresh_deliveries(&mut self) {
        let mut tabs = std::mem::take(&mut self.tabs);
        for (_, timeline) in tabs.open() {
            let conversation = timeline.conversation;
            timeline.refresh(|id, seq| self.delivery(conversation, id, seq));
        }
        self.tabs = tabs;
    }
}
