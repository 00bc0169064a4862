//! In charge: what the core of this tab shows, and what the others are told of it.

use std::mem;

use super::carry::Carry;
use super::kinds::{answered, asked};
use super::message::{Message, Term};
use super::{Act, Face, PATIENCE, Role, Tabs};
use crate::chat::change::{Change, Phase};
use crate::chat::command::{Command, Origin};
use crate::chat::id::TabId;
use crate::chat::input::Input;

impl Tabs {
    /// Carries out `Effect::Show`.
    pub fn show(&mut self, change: Change) {
        if let Change::Phase(phase) = change {
            return self.enter(phase);
        }
        match self.role {
            Role::Leading(Some(term)) => {
                if let Some(form) = answered(&change) {
                    let asker = self.askers.iter().find(|(asked, _)| *asked == form);
                    return self.show_in(asker.map_or(self.id, |(_, tab)| *tab), change);
                }
                if change.crosses() {
                    self.tell(term, None, &change);
                }
            }
            // What an idle core still says, another one says better.
            Role::Following { .. } => return,
            Role::Starting | Role::Leading(None) | Role::Outdated => {}
        }
        self.show_here(change);
    }

    /// Carries out `Effect::ShowIn`.
    pub fn show_in(&mut self, tab: TabId, change: Change) {
        match self.role {
            Role::Leading(Some(term)) if tab != self.id => self.tell(term, Some(tab), &change),
            Role::Starting | Role::Leading(_) | Role::Outdated => self.show_here(change),
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
            self.post_with(&Message::Change { term, to }, change);
        }
    }

    fn enter(&mut self, phase: Phase) {
        match phase {
            Phase::Starting => {
                self.role = Role::Starting;
                self.shown.begin();
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
        self.role = Role::Leading(Some(term));
        self.show_ready();
        self.post(&Message::Lead(term));
        self.tell_visible();
        self.introduce();
        self.release();
    }

    /// There is nothing that other tabs could show.
    fn keep_closed(&mut self, phase: Phase) {
        self.role = Role::Leading(None);
        if let Phase::Welcome(_) = phase {
            // Somebody begins anew.
            self.unanswered.clear();
            (self.open, self.draft) = (None, None);
        }
        self.close(phase);
        self.post(&Message::Closed);
        self.release();
    }

    /// What had to wait until somebody is in charge.
    pub(super) fn release(&mut self) {
        for command in mem::take(&mut self.held) {
            self.ask(0, command);
        }
    }

    pub(super) fn follow(&mut self) {
        self.step_aside(None);
        self.followers.clear();
        if self.held.iter().any(|command| !command.crosses()) {
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
            Role::Leading(Some(_)) => {
                self.take_left(tab);
                self.followers.push((tab, 0));
                self.input(Input::Visible(tab, visible));
                self.input(Input::Joined(tab));
            }
            Role::Leading(None) => self.post(&Message::Closed),
            Role::Starting | Role::Following { .. } | Role::Outdated => {}
        }
    }

    /// Has the core carry out a command.
    pub(super) fn carry_out(&mut self, origin: Origin, command: Command) {
        for form in asked(&command) {
            self.askers.retain(|(other, _)| other != form);
            self.askers.push((*form, origin.tab));
        }
        self.input(Input::Asked(origin, command));
    }

    pub(super) fn take_command(&mut self, term: Term, origin: Origin, mut rest: &[u8]) {
        if let Role::Leading(Some(own)) = self.role
            && own == term
        {
            self.carry_out(origin, Command::take(&mut rest));
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
