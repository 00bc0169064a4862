//! Whether what is stored is in good hands: how much room there is, and whether the browser will keep it.

use std::time::Duration;

use super::super::change::{Alert, Change};
use super::super::contact::Relation;
use super::super::effect::Effect;
use super::super::stored;
use super::super::survey::{Health, Space, Survey};
use super::Client;
use crate::time::Instant;

/// How often the browser is asked how things stand, when nothing is wrong; and while there is no room.
const INTERVAL: Duration = Duration::from_secs(10 * 60);
const IMPATIENT: Duration = Duration::from_secs(30);

/// What is known of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Keeping {
    survey: Survey,
    /// The browser was asked to keep what is stored.
    asked: bool,
    /// When it is asked how things stand.
    due: Option<Instant>,
}

impl Keeping {
    /// What was asked in an earlier life counts.
    pub(super) fn was_asked(&mut self, asked: bool) {
        self.asked = asked;
    }

    /// Something could not be saved before room was made for it.
    pub(super) fn note_tight(&mut self) {
        self.survey.full = true;
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// Whether what was kept free for this is being used up.
    pub(super) fn is_full(&self) -> bool {
        self.survey.full
    }

    fn is_low(&self) -> bool {
        self.survey.space.is_some_and(Space::is_low)
    }
}

impl Client {
    /// Asks how things stand, soon.
    pub(super) fn survey_storage(&mut self) {
        self.keeping.due = Some(self.now.instant);
    }

    /// The person looks at it, or wants it kept.
    pub(super) fn look_at_storage(&mut self, keep: bool) {
        if keep { self.keep_storage() } else { self.survey_storage() }
    }

    /// Asks what is due to be asked. What there is to lose when the first contact is made is worth keeping: that is when
    /// the browser is asked to keep it, once, for some browsers ask the person then.
    pub(super) fn look_after_storage(&mut self) {
        let now = self.now.instant;
        if self.ready().is_none() {
            return;
        }
        if self.keeping.due.is_some_and(|due| due <= now) {
            self.keeping.due = None;
            self.effect(Effect::Survey);
        }
        let could = self.keeping.survey.persistent == Some(false) && !self.keeping.asked;
        if could && self.people.values().any(|person| person.relation == Relation::Friend) {
            self.keep_storage();
        }
    }

    /// Asks the browser to keep what is stored.
    fn keep_storage(&mut self) {
        self.keeping.asked = true;
        self.commits.write(stored::write_keeping_asked());
        self.effect(Effect::Persist);
    }

    pub(super) fn handle_surveyed(&mut self, survey: Survey) {
        let now = self.now.instant;
        let before = self.keeping;
        self.keeping.survey = survey;
        self.keeping.due = Some(now + if survey.full { IMPATIENT } else { INTERVAL });
        let low = self.keeping.is_low();
        self.alert(|alerts| {
            if survey.full != before.is_full() {
                alerts.saving = survey.full.then_some(Alert::StorageFull);
            }
            // What the person has dismissed stays so until there was more room meanwhile.
            if low != before.is_low() {
                alerts.low = low.then_some(Alert::StorageLow);
            }
        });
        self.show_health();
    }

    pub(super) fn show_health(&mut self) {
        let survey = self.keeping.survey;
        let declined = self.keeping.asked && survey.persistent == Some(false);
        self.show(Change::Health(Health { survey, declined }));
    }
}
