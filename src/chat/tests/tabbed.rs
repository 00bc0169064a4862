//! Ada's browser: the tabs of her profile, the lock that one of them holds, and the channel between them.

use std::collections::VecDeque;

use super::super::screen::Screen;
use super::device::Pending;
use super::world::{ADA, BOB, World};
use crate::chat::Input;
use crate::chat::change::{Change, Phase};
use crate::chat::command::Command;
use crate::chat::id::{ConversationId, MessageId, TabId};
use crate::chat::tabs::{Act, Tabs};

/// How often a tab beats before it takes charge.
const BEATS: usize = 3;

/// One tab.
pub(super) struct Page {
    pub(super) tabs: Tabs,
    pub(super) screen: Screen,
    /// How often the screens were told that the app starts.
    pub(super) starts: usize,
    pub(super) phases: Vec<Phase>,
    /// The browser lets it run.
    awake: bool,
    open: bool,
    heard: VecDeque<Vec<u8>>,
}

/// All of them. The core of whichever has the lock is the client of Ada's device.
pub(super) struct Browser {
    pub(super) world: World,
    pub(super) pages: Vec<Page>,
    pub(super) leader: Option<usize>,
    /// Of the saves that are on their way when a tab in charge ends, so many are on disk.
    pub(super) landed: usize,
    /// Whom Ada and Bob talk to.
    pub(super) bob: ConversationId,
    ada: ConversationId,
    sent: u128,
}

impl Browser {
    /// Ada and Bob are friends, and so many tabs of Ada's show their conversation.
    pub(super) fn with_tabs(count: usize) -> Self {
        let mut world = World::friends();
        world.devices[ADA].shown.clear();
        let [ada, bob] = [ADA, BOB].map(|who| ConversationId(world.id(who)));
        let mut browser = Self { world, pages: Vec::new(), leader: None, landed: 0, bob, ada, sent: 0 };
        for _ in 0..count {
            browser.open_tab();
        }
        browser
    }

    pub(super) fn open_tab(&mut self) -> usize {
        let at = self.load_tab();
        self.run();
        self.look(at);
        at
    }

    /// A tab is loaded, and nothing else happens yet.
    pub(super) fn load_tab(&mut self) -> usize {
        self.pages.push(Page {
            tabs: Tabs::new(TabId(self.pages.len() as u64 + 1), true),
            screen: Screen::default(),
            starts: 0,
            phases: Vec::new(),
            awake: true,
            open: true,
            heard: VecDeque::new(),
        });
        let at = self.pages.len() - 1;
        self.pages[at].tabs.show(Change::Phase(Phase::Starting));
        if self.leader.is_none() {
            self.grant(at);
        } else {
            self.pages[at].tabs.show(Change::Phase(Phase::Elsewhere));
        }
        at
    }

    /// The person goes to the conversation with Bob, as the address says.
    pub(super) fn look(&mut self, at: usize) {
        self.dispatch(at, Command::Open(Some(self.bob)));
        self.run();
        self.dispatch(at, Command::AtLatest(true));
        self.run();
    }

    pub(super) fn dispatch(&mut self, at: usize, command: Command) {
        self.pages[at].tabs.dispatch(command);
        self.act();
    }

    /// Ada presses Send in this tab, and nothing else happens yet.
    pub(super) fn send(&mut self, at: usize, text: &str) {
        let command = self.writes(self.bob, text);
        self.dispatch(at, command);
    }

    /// So does Bob.
    pub(super) fn answer(&mut self, text: &str) {
        let command = self.writes(self.ada, text);
        self.world.input(BOB, Input::Command(command));
    }

    fn writes(&mut self, conversation: ConversationId, text: &str) -> Command {
        self.sent += 1;
        let id = MessageId((1 << 64 | self.sent).to_be_bytes());
        Command::Send { id, conversation, text: text.into() }
    }

    /// How often anybody has pressed Send.
    pub(super) fn sent(&self) -> u128 {
        self.sent
    }

    /// The tab is closed, or crashes.
    pub(super) fn close(&mut self, at: usize) {
        self.pages[at].open = false;
        if self.leader == Some(at) {
            self.hand_on();
        } else {
            // It says so; where it crashes it does not.
            self.pages[at].tabs.leave();
            self.act();
        }
    }

    /// Whoever waits for the lock gets it.
    fn hand_on(&mut self) {
        self.leader = None;
        if let Some(next) = (0..self.pages.len()).find(|at| self.pages[*at].open && self.pages[*at].awake) {
            self.grant(next);
        }
    }

    /// The browser stops a tab, with the lock in its hands.
    pub(super) fn freeze(&mut self, at: usize) {
        self.pages[at].awake = false;
    }

    /// It lets the tab run again: what it missed comes now, and it learns that the lock is gone.
    pub(super) fn thaw(&mut self, at: usize) {
        self.pages[at].awake = true;
        while self.hear(at) {}
        match self.leader {
            None => self.grant(at),
            Some(leader) if leader == at => {}
            Some(_) => self.pages[at].tabs.show(Change::Phase(Phase::Elsewhere)),
        }
        self.act();
    }

    /// So much time passes that a tab takes charge where nobody answers.
    pub(super) fn beat(&mut self) {
        for _ in 0..BEATS {
            for at in self.running() {
                self.pages[at].tabs.tick();
                self.act();
            }
            self.run();
        }
    }

    fn running(&self) -> Vec<usize> {
        (0..self.pages.len()).filter(|at| self.pages[*at].open && self.pages[*at].awake).collect()
    }

    pub(super) fn is_open(&self, at: usize) -> bool {
        self.pages[at].open
    }

    pub(super) fn is_awake(&self, at: usize) -> bool {
        self.pages[at].awake
    }

    /// A tab has the lock: its core takes up what is on disk.
    fn grant(&mut self, at: usize) {
        self.world.crash(ADA, self.landed);
        self.world.devices[ADA].shown.clear();
        self.world.devices[ADA].took.clear();
        self.leader = Some(at);
        // The core of a new life, in the tab that it belongs to.
        self.pages[at].tabs.show(Change::Phase(Phase::Starting));
    }

    /// Another tab wants the lock.
    fn give_to(&mut self, at: usize, asks: bool) {
        match self.leader {
            Some(leader) if leader == at => return,
            Some(leader) if asks && self.pages[leader].awake => {
                self.world.devices[ADA].asleep = false;
                self.world.devices[ADA].inputs.push_back(Pending::Input(Input::Yielded));
                self.world.run();
                self.collect();
            }
            // It hears of it in the same moment.
            Some(leader) if self.pages[leader].awake => {
                self.pages[leader].tabs.show(Change::Phase(Phase::Elsewhere));
            }
            Some(_) | None => {}
        }
        self.grant(at);
    }

    /// What the core in charge has shown goes to its tab.
    fn collect(&mut self) {
        let Some(leader) = self.leader.filter(|leader| self.pages[*leader].awake) else { return };
        let tabs = &mut self.pages[leader].tabs;
        for (tab, change) in self.world.devices[ADA].shown.drain(..) {
            match tab {
                None => tabs.show(change),
                Some(tab) => tabs.show_in(tab, change),
            }
        }
        self.world.devices[ADA].took.drain(..).for_each(|origin| tabs.took(origin));
        self.act();
    }

    /// Each tab does what there is to do.
    fn act(&mut self) {
        for at in 0..self.pages.len() {
            while let Some(act) = self.pages[at].tabs.poll_act() {
                self.perform(at, act);
            }
        }
    }

    fn perform(&mut self, at: usize, act: Act) {
        match act {
            Act::Input(input) => {
                if self.leader == Some(at) && self.pages[at].awake {
                    self.world.input(ADA, input);
                }
            }
            Act::Show(change) => self.pages[at].show(change),
            Act::Post(message) => {
                let others = self.pages.iter_mut().enumerate().filter(|(other, _)| *other != at);
                others.for_each(|(_, page)| page.heard.push_back(message.clone()));
            }
            Act::Answer if self.leader == Some(at) => self.pages[at].tabs.answer(),
            Act::Answer => {}
            Act::Claim => self.give_to(at, true),
            Act::Rob => self.give_to(at, false),
            Act::Reload => self.pages[at].open = false,
        }
    }

    fn hear(&mut self, at: usize) -> bool {
        let Some(message) = self.pages[at].heard.pop_front() else { return false };
        self.pages[at].tabs.hear(&message);
        self.act();
        true
    }

    /// One thing that is on its way comes.
    pub(super) fn step(&mut self) -> bool {
        self.collect();
        let heard = self.running().into_iter().any(|at| self.hear(at));
        let sleeps = self.leader.is_some_and(|leader| !self.pages[leader].awake);
        self.world.devices[ADA].asleep = sleeps || self.leader.is_none();
        let stepped = self.world.step();
        self.collect();
        heard || stepped
    }

    pub(super) fn run(&mut self) {
        while self.step() {}
    }
}

impl Page {
    fn show(&mut self, change: Change) {
        if let Change::Phase(phase) = &change {
            self.starts += usize::from(*phase == Phase::Starting);
            self.phases.push(phase.clone());
        }
        self.screen.apply(change);
    }
}

/// What two tabs show that look at the same.
pub(super) fn assert_alike(one: &Screen, other: &Screen) {
    assert_eq!(one.texts(), other.texts());
    assert_eq!(one.deliveries(), other.deliveries());
    assert_eq!(one.phase, other.phase);
    assert_eq!(one.account, other.account);
    assert_eq!(one.connection, other.connection);
    assert_eq!(one.contacts, other.contacts);
    assert_eq!(one.requests, other.requests);
    assert_eq!(one.conversations, other.conversations);
    assert_eq!((one.alert, one.protection, one.backed_up), (other.alert, other.protection, other.backed_up));
}
