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
    suspect: Option<Token>,
    suspect_closes: u8,
    /// Whether this connection brought a publish forward.
    progress: bool,
    reconnected_for: Option<Token>,
    late_for: Option<Token>,
}

impl Suspicion {
    /// A live connection was closed by the broker with `suspect` unanswered, soon after CONNACK or not.
    pub(super) fn closed(&mut self, suspect: Option<Token>, soon: bool) -> Verdict {
        let progress = std::mem::take(&mut self.progress);
        if suspect.is_none() || suspect != self.suspect {
            self.suspect_closes = 0;
        }
        self.suspect = suspect;
        if let Some(token) = suspect {
            self.suspect_closes += 1;
            if self.suspect_closes == CLOSES {
                self.suspect = None;
                self.suspect_closes = 0;
                self.short_lives = 0;
                return Verdict::Poison(token);
            }
        }
        if !soon {
            self.short_lives = 0;
        } else if suspect.is_none() || progress {
            // Otherwise the publish may be the reason: that is the other verdict's case.
            self.short_lives += 1;
        }
        if self.short_lives == CLOSES {
            self.short_lives = 0;
            return Verdict::TakenOver;
        }
        Verdict::Accident
    }

    /// No connection came about: it is the network, not a rival.
    pub(super) fn failed(&mut self) {
        self.short_lives = 0;
    }

    /// The broker has answered a publish.
    pub(super) fn answered(&mut self, token: Token) {
        self.progress = true;
        if self.suspect == Some(token) {
            self.suspect = None;
            self.suspect_closes = 0;
        }
    }

    /// Whether publishes leave one by one, so that the third close convicts the right one.
    pub(super) fn isolates(&self) -> bool {
        self.suspect_closes + 1 == CLOSES
    }

    /// Whether a reconnect for the sake of this publish is still worth trying.
    pub(super) fn may_reconnect_for(&self, token: Token) -> bool {
        self.reconnected_for != Some(token)
    }

    /// A broker that neither takes the suspect nor closes must not hold up the rest for ever.
    pub(super) fn reconnected_for(&mut self, token: Token) {
        self.reconnected_for = Some(token);
        self.suspect = None;
        self.suspect_closes = 0;
    }

    /// Whether a late timer is forgiven for this publish: once.
    pub(super) fn forgives(&mut self, token: Token) -> bool {
        let first = self.late_for != Some(token);
        self.late_for = Some(token);
        first
    }
}
