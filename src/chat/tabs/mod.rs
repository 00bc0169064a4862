//! Any number of tabs show one profile. One of them is in charge: its core has the storage and the connection. The others
//! follow: they show what it shows, and what the person wants there goes to it.
//!
//! [`Tabs`] stands between core and screens in every tab, and the screens know nothing of it. It is told what happens and
//! answers with what must be done, like the core itself. A tab that begins to follow is told everything that is shown, and
//! from then on what is different. When another one comes to be in charge, the screens are told what is different by then, and
//! commands that nobody has answered are told again; the core does each once (`Input::Asked`).
//!
//! What has a secret in it, a file or the camera does not leave its tab: that takes charge first.

mod carry;
mod following;
mod kinds;
mod leading;
mod message;
mod shapes;
mod shown;

use std::collections::VecDeque;

use self::carry::Carry;
use self::kinds::{lasts, stays};
use self::message::{Heard, Message, Term, decode};
use self::shown::Shown;
use super::change::{Change, Form, Phase, View};
use super::command::{Command, Origin};
use super::id::{ConversationId, TabId};
use super::input::Input;

/// How many questions whoever is in charge may leave unanswered; one is asked with each [`Tabs::tick`].
const PATIENCE: u8 = 2;

/// What must be done.
#[derive(Debug)]
pub enum Act {
    /// Hand it to the core of this tab.
    Input(Input),
    /// Show it in this tab.
    Show(Change),
    /// Tell the other tabs.
    Post(Vec<u8>),
    /// Say that somebody is in charge ([`Tabs::answer`]), if it is this tab, or is about to be.
    Answer,
    /// Ask for the profile.
    Claim,
    /// Take it from whoever does not answer any more.
    Rob,
    /// Load the page anew, and forget everything.
    Reload,
}

/// Who is in charge.
#[derive(Debug)]
enum Role {
    /// The core of this tab, as far as is known; it has not told everything yet.
    Starting,
    /// The core of this tab. None: it has nothing that other tabs could show.
    Leading(Option<Term>),
    /// Another tab.
    Following {
        /// Which, as far as is known.
        leader: Option<Term>,
        /// It has told everything.
        is_told: bool,
    },
    /// A tab of another build, which this one does not understand.
    Outdated,
}

/// The place of one tab among the tabs.
#[derive(Debug)]
pub struct Tabs {
    id: TabId,
    /// Whether the tabs here have a way to agree on who is in charge.
    can_follow: bool,
    role: Role,
    acts: VecDeque<Act>,
    /// What the screens of this tab show.
    shown: Shown,
    face: Face,
    /// The conversation that they show.
    page: Option<ConversationId>,
    is_visible: bool,
    /// What the core of this tab was told last of that.
    told_visible: Option<bool>,
    /// Who follows, and how many ticks ago each was heard.
    followers: Vec<(TabId, u8)>,
    /// In which tab each form was filled in last.
    askers: Vec<(Form, TabId)>,
    terms: u64,
    /// Questions that were not answered.
    missed: u8,
    /// The number of this tab's last command that must not be lost; and those that are not answered.
    last: u64,
    unanswered: VecDeque<(u64, Vec<u8>)>,
    /// Commands that wait for this tab to be in charge.
    held: Vec<Command>,
    /// What the person looks at and writes, for whoever is in charge next.
    open: Option<ConversationId>,
    at_latest: bool,
    draft: Option<Vec<u8>>,
    /// The page has to come before the rest is told again.
    awaits_page: bool,
}

/// What the screens of this tab show on the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    /// That the page was just loaded.
    Fresh,
    /// The messenger.
    Ready,
    /// That there is nothing to be seen, for what is in the tab in charge.
    Elsewhere,
    /// That there is nothing to be seen, for another reason.
    Other,
}

impl Tabs {
    /// A tab with an id that no other has. `can_follow`: there are locks, and a channel.
    #[must_use]
    pub fn new(id: TabId, can_follow: bool) -> Self {
        Self {
            id,
            can_follow,
            role: Role::Starting,
            acts: VecDeque::new(),
            shown: Shown::default(),
            face: Face::Fresh,
            page: None,
            is_visible: true,
            told_visible: None,
            followers: Vec::new(),
            askers: Vec::new(),
            terms: 0,
            missed: 0,
            last: 0,
            unanswered: VecDeque::new(),
            held: Vec::new(),
            open: None,
            at_latest: false,
            draft: None,
            awaits_page: false,
        }
    }

    /// The next thing to do, in order.
    pub fn poll_act(&mut self) -> Option<Act> {
        self.acts.pop_front()
    }

    /// Whether another tab is in charge.
    #[must_use]
    pub const fn is_following(&self) -> bool {
        matches!(self.role, Role::Following { .. })
    }

    /// The person wants something in this tab.
    pub fn dispatch(&mut self, command: Command) {
        if let Command::Open(conversation) = &command {
            (self.open, self.at_latest) = (*conversation, false);
        }
        if let Command::AtLatest(at_latest) = &command {
            self.at_latest = *at_latest;
        }
        if let Command::Draft { .. } = &command {
            self.draft = Some(carry::bytes_of(&command));
        }
        if let Command::Send { .. } = &command {
            self.draft = None;
        }
        let mut number = 0;
        if lasts(&command) {
            self.last += 1;
            number = self.last;
            self.unanswered.push_back((number, carry::bytes_of(&command)));
        }
        // Those before it have to be told first.
        if number == 0 || !self.awaits_page {
            self.ask(number, command);
        }
        self.await_no_page_that_never_comes();
    }

    /// This tab came into view, or went out of it.
    pub fn look(&mut self, visible: bool) {
        (self.is_visible, self.missed) = (visible, 0);
        match self.role {
            Role::Following { .. } => self.post(&Message::Visible { tab: self.id, visible }),
            Role::Starting | Role::Leading(_) | Role::Outdated => {
                self.told_visible = None;
                self.tell_visible();
            }
        }
    }

    /// This tab is about to go.
    pub fn leave(&mut self) {
        if self.is_following() {
            self.post(&Message::Left(self.id));
        }
    }

    /// This tab is there again after [`Self::leave`].
    pub fn come_back(&mut self) {
        if self.is_following() {
            self.follow();
        }
    }

    /// Whether everything that must not be lost was answered.
    #[cfg(test)]
    pub(in crate::chat) fn is_heard(&self) -> bool {
        self.unanswered.is_empty()
    }

    /// Whether [`Self::tick`] is wanted: there is somebody whose silence would mean something.
    #[must_use]
    pub const fn listens(&self) -> bool {
        match self.role {
            Role::Following { .. } => self.is_visible,
            Role::Leading(_) => !self.followers.is_empty(),
            Role::Starting | Role::Outdated => false,
        }
    }

    /// The core of this tab has the page loaded anew, so that nothing of what was read is left: so must the others.
    pub fn lock(&mut self) {
        self.post(&Message::Reload);
    }

    /// This tab is in charge, or about to be: says so.
    pub fn answer(&mut self) {
        let term = if let Role::Leading(term) = self.role { term } else { None };
        self.post(&Message::Pong(term));
    }

    /// Some time has passed, always the same.
    pub fn tick(&mut self) {
        match self.role {
            Role::Leading(_) => self.tick_leading(),
            Role::Following { leader, .. } => self.tick_following(leader),
            Role::Starting | Role::Outdated => {}
        }
    }

    /// Another tab has said something.
    pub fn hear(&mut self, bytes: &[u8]) {
        match decode(bytes) {
            Heard::Message(message, rest) => self.take(message, rest),
            Heard::Foreign { leads } => self.take_foreign(leads),
        }
    }

    fn take(&mut self, message: Message, rest: &[u8]) {
        match message {
            Message::Lead(term) => self.take_lead(term),
            Message::Hello { tab, visible } => self.take_hello(tab, visible),
            Message::Closed => self.take_closed(),
            Message::Change { term, to } => self.take_change(term, to, rest),
            Message::Command { term, tab, number } => self.take_command(term, Origin { tab, number }, rest),
            Message::Took { term, tab, number } => self.take_took(term, Origin { tab, number }),
            Message::Visible { tab, visible } => self.take_visible(tab, visible),
            Message::Left(tab) => self.take_left(tab),
            Message::Ping(tab) => {
                self.take_ping(tab);
                self.acts.push_back(Act::Answer);
            }
            Message::Pong(term) => self.take_pong(term),
            Message::Reload if self.is_following() => self.acts.push_back(Act::Reload),
            Message::Reload => {}
        }
    }

    /// A tab of another build has said something. One that was just loaded goes on; one that has been there says that it is
    /// outdated.
    fn take_foreign(&mut self, leads: bool) {
        match self.role {
            Role::Leading(term) if !leads => self.post(&Message::Lead(term.unwrap_or_default())),
            Role::Following { .. } if leads && self.face == Face::Fresh => self.acts.push_back(Act::Claim),
            Role::Following { .. } if leads => {
                self.role = Role::Outdated;
                self.close(Phase::Outdated);
            }
            Role::Starting | Role::Leading(_) | Role::Following { .. } | Role::Outdated => {}
        }
    }

    /// A command of this tab, with its number, goes to whoever is in charge; or waits until somebody is.
    fn ask(&mut self, number: u64, command: Command) {
        let waits = number > 0 || stays(&command);
        match self.role {
            Role::Leading(_) => self.carry_out(Origin { tab: self.id, number }, command),
            Role::Following { leader: Some(term), is_told: true } if command.crosses() => {
                self.post_with(&Message::Command { term, tab: self.id, number }, &command);
            }
            Role::Following { .. } if !command.crosses() => {
                if !matches!(command, Command::UseHere) {
                    self.held.push(command);
                }
                self.acts.push_back(Act::Claim);
            }
            Role::Starting | Role::Following { .. } if !waits => self.held.push(command),
            Role::Starting | Role::Following { .. } | Role::Outdated => {}
        }
    }

    /// Somebody is in charge who does not know this tab yet: tells what is open here, and then what was not answered.
    fn introduce(&mut self) {
        self.awaits_page = false;
        if let Some(open) = self.open {
            self.ask(0, Command::Open(Some(open)));
            self.awaits_page = self.shown.has(open);
        }
        if !self.awaits_page {
            self.ask_again();
        }
    }

    /// The conversation was left, or is gone.
    fn await_no_page_that_never_comes(&mut self) {
        if self.awaits_page && !self.open.is_some_and(|open| self.shown.has(open)) {
            self.ask_again();
        }
    }

    fn ask_again(&mut self) {
        self.awaits_page = false;
        if self.open.is_some() {
            self.ask(0, Command::AtLatest(self.at_latest));
        }
        let again = self.draft.iter().map(|draft| (0, draft.clone())).chain(self.unanswered.iter().cloned());
        for (number, command) in again.collect::<Vec<_>>() {
            self.ask(number, Command::take(&mut command.as_slice()));
        }
    }

    /// A command is carried out, and stored.
    fn answered(&mut self, number: u64) {
        while self.unanswered.pop_front_if(|(asked, _)| *asked <= number).is_some() {}
    }

    /// The screens of this tab are told.
    fn show_here(&mut self, mut change: Change) {
        let mut is_awaited = false;
        if let Change::Page(page) = &mut change {
            is_awaited = self.awaits_page && self.open == Some(page.conversation);
            if is_awaited && self.page == self.open {
                page.view = View::Keep;
            }
            self.page = Some(page.conversation);
        }
        self.shown.note(&change);
        self.acts.push_back(Act::Show(change));
        if is_awaited {
            self.ask_again();
        }
        self.await_no_page_that_never_comes();
    }

    /// Everything was told anew: the screens show the messenger, and nothing besides.
    fn show_ready(&mut self) {
        let gone = self.shown.end();
        self.acts.extend(gone.map(Act::Show));
        if self.face != Face::Ready {
            self.face = Face::Ready;
            self.acts.push_back(Act::Show(Change::Phase(Phase::Ready)));
        }
    }

    /// The screens show why there is nothing to be seen, and forget what was.
    fn close(&mut self, phase: Phase) {
        if self.face == Face::Ready {
            self.acts.push_back(Act::Show(Change::Phase(Phase::Starting)));
            (self.shown, self.page) = (Shown::default(), None);
        }
        self.face = if matches!(phase, Phase::Elsewhere) { Face::Elsewhere } else { Face::Other };
        self.acts.push_back(Act::Show(Change::Phase(phase)));
    }

    fn input(&mut self, input: Input) {
        self.acts.push_back(Act::Input(input));
    }

    fn post(&mut self, message: &Message) {
        self.post_with(message, &());
    }

    fn post_with(&mut self, message: &Message, rest: &impl Carry) {
        if self.can_follow {
            let mut bytes = message.encode();
            rest.put(&mut bytes);
            self.acts.push_back(Act::Post(bytes));
        }
    }
}
