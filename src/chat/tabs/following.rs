//! Another tab is in charge: what it tells, and how to notice that it is there no more.

use super::message::{Message, Term};
use super::{ASIDE, Act, Face, PATIENCE, Role, Tabs};
use crate::chat::change::{Change, Phase};
use crate::chat::command::Origin;
use crate::chat::id::TabId;

impl Tabs {
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
            self.role = ASIDE;
            self.hello();
        }
    }

    pub(super) fn take_lead(&mut self, term: Term) {
        if self.is_following() {
            self.role = Role::Following { leader: Some(term), is_told: false };
            self.missed = 0;
            self.hello();
        }
    }

    pub(super) fn take_snapshot(&mut self, term: Term, to: TabId, changes: Vec<Change>) {
        let Role::Following { leader, .. } = self.role else { return };
        if to != self.id || leader.is_some_and(|leader| leader != term) {
            return;
        }
        self.role = Role::Following { leader: Some(term), is_told: true };
        self.missed = 0;
        self.show_all(changes.into_iter().collect());
        self.show_ready();
        self.introduce();
    }

    pub(super) fn take_closed(&mut self) {
        if self.is_following() {
            self.role = ASIDE;
            self.missed = 0;
            if self.face != Face::Other {
                self.close(Phase::Elsewhere);
            }
        }
    }

    pub(super) fn take_change(&mut self, term: Term, to: Option<TabId>, change: Change) {
        if self.follows(term) && to.is_none_or(|to| to == self.id) {
            self.show_here(change);
        }
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
