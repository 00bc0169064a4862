//! In charge: what the core of this tab shows, and what the others are told of it.

use std::mem;

use super::carry::Carry;
use super::message::{Message, Term};
use super::shown::Shown;
use super::{ASIDE, Act, Face, PATIENCE, Role, Tabs};
use crate::chat::change::{Change, Phase};
use crate::chat::command::{Command, Origin};
use crate::chat::id::TabId;
use crate::chat::input::Input;

impl Tabs {
    /// Carries out `Effect::Show`.
    pub fn show(&mut self, change: Change) {
        let change = match change {
            Change::Phase(phase) => return self.enter(phase),
            change => change,
        };
        match &mut self.role {
            Role::Starting(next) => {
                if next.fold(&change) {
                    return;
                }
            }
            Role::Leading(Some(term)) => {
                let term = *term;
                let is_answer = matches!(change, Change::Done(_) | Change::Rejected(..));
                if !is_answer && change.crosses() {
                    self.tell(term, None, &change);
                }
            }
            // What an idle core still says, another one says better.
            Role::Following { .. } => return,
            Role::Leading(None) | Role::Outdated => {}
        }
        self.show_here(change);
    }

    /// Carries out `Effect::ShowIn`.
    pub fn show_in(&mut self, tab: TabId, change: Change) {
        match self.role {
            Role::Leading(Some(term)) if tab != self.id => self.tell(term, Some(tab), &change),
            Role::Starting(_) | Role::Leading(_) | Role::Outdated => self.show_here(change),
            Role::Following { .. } => {}
        }
    }

    /// Carries out `Effect::Took`.
    pub fn took(&mut self, origin: Origin) {
        if origin.tab == self.id {
            self.answered(origin.number);
        } else if let Role::Leading(Some(term)) = self.role {
            self.post(&Message::Took { term, tab: origin.tab, number: origin.number });
        }
    }

    fn tell(&mut self, term: Term, to: Option<TabId>, change: &Change) {
        if !self.followers.is_empty() {
            self.post(&Message::Change { term, to, change: change.clone() });
        }
    }

    fn enter(&mut self, phase: Phase) {
        match phase {
            Phase::Starting => {
                self.role = Role::Starting(Shown::default());
                self.followers.clear();
                if self.face != Face::Ready {
                    self.acts.push_back(Act::Show(Change::Phase(Phase::Starting)));
                }
            }
            Phase::Elsewhere if self.can_follow => self.follow(),
            Phase::Ready => self.lead(),
            Phase::Welcome(_) | Phase::Locked | Phase::Elsewhere | Phase::Unusable(_) | Phase::Outdated => {
                self.keep_closed(phase);
            }
        }
    }

    fn lead(&mut self) {
        self.terms += 1;
        let term = Term([self.id.0, self.terms]);
        if let Role::Starting(next) = mem::replace(&mut self.role, Role::Leading(Some(term))) {
            self.show_all(next);
        }
        self.show_ready();
        self.post(&Message::Lead(term));
        self.tell_visible();
        self.introduce();
        self.release();
    }

    /// There is nothing that other tabs could show.
    fn keep_closed(&mut self, phase: Phase) {
        let next = match mem::replace(&mut self.role, Role::Leading(None)) {
            Role::Starting(next) => next,
            Role::Leading(_) | Role::Following { .. } | Role::Outdated => Shown::default(),
        };
        if let Phase::Welcome(_) = phase {
            // Somebody begins anew.
            self.unanswered.clear();
            (self.open, self.draft) = (None, None);
        }
        let changes = next.changes();
        self.close(phase);
        changes.into_iter().for_each(|change| self.show_here(change));
        self.post(&Message::Closed);
        self.release();
    }

    /// What had to wait for this tab to be in charge.
    fn release(&mut self) {
        for command in mem::take(&mut self.held) {
            self.ask(0, command);
        }
    }

    pub(super) fn follow(&mut self) {
        self.role = ASIDE;
        self.missed = 0;
        self.followers.clear();
        self.hello();
        if !self.held.is_empty() {
            self.acts.push_back(Act::Claim);
        }
    }

    pub(super) fn tell_visible(&mut self) {
        if self.told_visible.replace(self.is_visible) != Some(self.is_visible) {
            self.input(Input::Visible(self.id, self.is_visible));
        }
    }

    pub(super) fn take_hello(&mut self, tab: TabId, visible: bool) {
        match self.role {
            Role::Leading(Some(term)) => {
                self.take_left(tab);
                self.followers.push((tab, 0));
                self.input(Input::Visible(tab, visible));
                self.post(&Message::Snapshot { term, to: tab, changes: self.shown.changes() });
            }
            Role::Leading(None) => self.post(&Message::Closed),
            Role::Starting(_) | Role::Following { .. } | Role::Outdated => {}
        }
    }

    pub(super) fn take_command(&mut self, term: Term, origin: Origin, command: Command) {
        if matches!(self.role, Role::Leading(Some(own)) if own == term) {
            self.input(Input::Asked(origin, command));
        }
    }

    pub(super) fn take_visible(&mut self, tab: TabId, visible: bool) {
        if self.followers.iter().any(|(follower, _)| *follower == tab) {
            self.input(Input::Visible(tab, visible));
        }
    }

    pub(super) fn take_left(&mut self, tab: TabId) {
        let before = self.followers.len();
        self.followers.retain(|(follower, _)| *follower != tab);
        if self.followers.len() < before {
            self.input(Input::Left(tab));
        }
    }

    /// A tab that is in view asks all the time.
    pub(super) fn take_ping(&mut self, tab: TabId) {
        let Some((_, silent)) = self.followers.iter_mut().find(|(follower, _)| *follower == tab) else {
            return;
        };
        if mem::take(silent) > PATIENCE {
            self.input(Input::Visible(tab, true));
        }
    }

    /// What a tab shows that says nothing any more, nobody sees.
    pub(super) fn tick_leading(&mut self) {
        for at in 0..self.followers.len() {
            let (tab, silent) = &mut self.followers[at];
            let tab = *tab;
            *silent = silent.saturating_add(1);
            if *silent == PATIENCE + 1 {
                self.input(Input::Visible(tab, false));
            }
        }
    }
}
