//! Another tab is in charge: what it tells, and how to notice that it is there no more.

use super::carry::Carry;
use super::message::{Message, Term};
use super::{Act, Face, PATIENCE, Role, Tabs};
use crate::chat::change::{Change, Phase};
use crate::chat::command::Origin;
use crate::chat::id::TabId;

impl Tabs {
    /// Another tab is in charge, and will tell everything.
    pub(super) fn step_aside(&mut self, leader: Option<Term>) {
        self.role = Role::Following { leader, is_told: false };
        self.missed = 0;
        self.shown.begin();
        self.hello();
    }

    pub(super) fn hello(&mut self) {
        self.post(&Message::Hello { tab: self.id, visible: self.is_visible });
    }

    /// Asks whether anybody is in charge; takes charge when nobody answers.
    pub(super) fn tick_following(&mut self, leader: Option<Term>) {
        self.missed += 1;
        if self.missed > PATIENCE {
            self.missed = 0;
            self.acts.push_back(Act::Rob);
            // One is enough.
            return self.answer();
        }
        self.post(&Message::Ping(self.id));
        if leader.is_none() {
            self.hello();
        }
    }

    pub(super) fn take_pong(&mut self, term: Option<Term>) {
        self.missed = 0;
        let Role::Following { leader: Some(leader), .. } = self.role else { return };
        if term.is_some_and(|term| term != leader) {
            self.step_aside(None);
        }
    }

    pub(super) fn take_lead(&mut self, term: Term) {
        if self.is_following() {
            self.step_aside(Some(term));
        }
    }

    pub(super) fn take_closed(&mut self) {
        if self.is_following() {
            self.role = Role::Following { leader: None, is_told: false };
            self.missed = 0;
            if self.face != Face::Elsewhere {
                self.close(Phase::Elsewhere);
            }
        }
    }

    pub(super) fn take_change(&mut self, term: Term, to: Option<TabId>, mut rest: &[u8]) {
        let Role::Following { leader, is_told } = self.role else { return };
        // Whoever tells this tab everything is who is in charge, where nobody else has said so.
        let is_theirs = leader == Some(term) || leader.is_none() && to == Some(self.id);
        if !is_theirs || to.is_some_and(|to| to != self.id) {
            return;
        }
        self.role = Role::Following { leader: Some(term), is_told };
        let change = Change::take(&mut rest);
        if !matches!(change, Change::Phase(_)) {
            self.show_here(change);
        } else if !is_told {
            self.be_told(term);
        }
    }

    /// That was all.
    fn be_told(&mut self, term: Term) {
        self.role = Role::Following { leader: Some(term), is_told: true };
        self.missed = 0;
        self.show_ready();
        self.introduce();
        self.release();
    }

    pub(super) fn take_took(&mut self, term: Term, origin: Origin) {
        if self.follows(term) && origin.tab == self.id {
            self.answered(origin.number);
        }
    }

    /// Whether this is who is in charge, and has told everything.
    fn follows(&self, term: Term) -> bool {
        matches!(self.role, Role::Following { leader: Some(leader), is_told: true } if leader == term)
    }
}
