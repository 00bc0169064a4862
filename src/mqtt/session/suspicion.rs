//! What repeated closes mean: a publish that the broker cannot take (R15), or another client with our name (R13).

use super::super::Token;

/// After this many the case is clear.
const CLOSES: u8 = 3;

/// What a close was the last piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Accident,
    Poison(Token),
    TakenOver,
}

/// The evidence so far.
#[derive(Debug, Default)]
pub(super) struct Suspicion {
    short_lives: u8,
    head: Option<Token>,
    head_closes: u8,
    reconnected_for: Option<Token>,
    late_for: Option<Token>,
}

impl Suspicion {
    /// A live connection was closed by the broker, with `head` unacknowledged, soon after CONNACK or not.
    pub(super) fn closed(&mut self, head: Option<Token>, soon: bool) -> Verdict {
        if head.is_none() || head != self.head {
            self.head_closes = 0;
        }
        self.head = head;
        self.short_lives = if soon { self.short_lives + 1 } else { 0 };
        if let Some(token) = head {
            self.head_closes += 1;
            // Both may be true. Stopping would leave the publish where it is and say something wrong about it.
            if self.head_closes == CLOSES {
                self.head = None;
                self.head_closes = 0;
                self.short_lives = 0;
                return Verdict::Poison(token);
            }
        }
        if self.short_lives >= CLOSES {
            self.short_lives = 0;
            return Verdict::TakenOver;
        }
        Verdict::Accident
    }

    /// No connection came about: it is the network, not a rival.
    pub(super) fn failed(&mut self) {
        self.short_lives = 0;
    }

    pub(super) fn completed(&mut self, token: Token) {
        if self.head == Some(token) {
            self.head = None;
            self.head_closes = 0;
        }
    }

    /// Whether publishes leave one by one, so that the third close convicts the right one.
    pub(super) fn isolates(&self) -> bool {
        self.head_closes + 1 == CLOSES
    }

    /// Whether a reconnect for the sake of this publish is still worth trying.
    pub(super) fn may_reconnect_for(&self, token: Token) -> bool {
        self.reconnected_for != Some(token)
    }

    pub(super) fn reconnected_for(&mut self, token: Token) {
        self.reconnected_for = Some(token);
    }

    /// Whether a late timer is forgiven for this publish: once.
    pub(super) fn forgives(&mut self, token: Token) -> bool {
        let first = self.late_for != Some(token);
        self.late_for = Some(token);
        first
    }
}
