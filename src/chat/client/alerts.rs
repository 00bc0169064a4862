//! What the person must know, by its cause: what is over takes nothing else away.

use super::super::change::{Alert, Change};
use super::Client;

/// What is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alerts {
    pub(super) saving: Option<Alert>,
    pub(super) loading: Option<Alert>,
    /// The broker refuses a subscription without which nothing arrives.
    pub(super) deaf: Option<Alert>,
    /// Storage is denied.
    pub(super) denied: Option<Alert>,
    /// Little room is left.
    pub(super) low: Option<Alert>,
    /// Storage was rolled back.
    pub(super) rolled_back: Option<Alert>,
    /// Another key claims this person's address.
    pub(super) claimed: Option<Alert>,
}

impl Alerts {
    pub(super) fn gravest(&self) -> Option<Alert> {
        self.saving
            .or(self.loading)
            .or(self.deaf)
            .or(self.denied)
            .or(self.low)
            .or(self.rolled_back)
            .or(self.claimed)
    }
}

impl Client {
    /// Changes what is wrong, and tells it where that is something else than before.
    pub(super) fn alert(&mut self, change: impl FnOnce(&mut Alerts)) {
        let before = self.alerts.gravest();
        change(&mut self.alerts);
        let now = self.alerts.gravest();
        if now != before {
            self.show(Change::Alert(now));
        }
    }

    /// The person knows.
    pub(super) fn dismiss_alerts(&mut self) {
        if self.alerts.gravest() == Some(Alert::Claimed) {
            self.rest_claims();
        }
        self.alert(|alerts| *alerts = Alerts::default());
    }
}
