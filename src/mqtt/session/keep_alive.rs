//! Two clocks: what was sent last decides when to ping, what was heard last decides whether the link is dead.

use std::time::Duration;

use crate::time::Instant;

/// How long a PINGREQ may go unanswered once the link is in doubt.
const PROBE: Duration = Duration::from_secs(5);
/// The same when the page has just woken up and a person is looking.
const WAKE_PROBE: Duration = Duration::from_secs(4);
/// A timer later than this says nothing about the link: the page was throttled or frozen, and what the broker
/// answered may still be queued behind the timer.
const LATE: Duration = Duration::from_secs(2);
/// How often in a row a late timer is forgiven.
const LATE_PROBES: u8 = 2;

/// What has to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Quiet,
    Ping,
    Dead,
}

/// The clocks of one connection.
#[derive(Debug)]
pub(super) struct KeepAlive {
    interval: Duration,
    last_tx: Instant,
    last_rx: Instant,
    probe: Option<Probe>,
}

/// A PINGREQ that decides about the link.
#[derive(Debug)]
struct Probe {
    deadline: Instant,
    late: u8,
}

impl KeepAlive {
    pub(super) fn new(seconds: u16, now: Instant) -> Self {
        Self { interval: Duration::from_secs(seconds.into()), last_tx: now, last_rx: now, probe: None }
    }

    pub(super) fn sent(&mut self, now: Instant) {
        self.last_tx = now;
    }

    /// Any byte is life, even part of a packet.
    pub(super) fn received(&mut self, now: Instant) {
        self.last_rx = now;
        self.probe = None;
    }

    /// Somebody looks, or the network is back: an answer is due within four seconds. Whether to send PINGREQ for it.
    pub(super) fn wake(&mut self, now: Instant) -> bool {
        let deadline = now + WAKE_PROBE;
        if let Some(probe) = &mut self.probe
            && probe.deadline > now
        {
            probe.deadline = probe.deadline.min(deadline);
            return false;
        }
        self.probe = Some(Probe { deadline, late: 0 });
        self.last_tx = now;
        true
    }

    pub(super) fn deadline(&self) -> Instant {
        let doubt = self.probe.as_ref().map_or_else(|| self.doubt(), |p| p.deadline);
        doubt.min(self.next_ping())
    }

    pub(super) fn check(&mut self, now: Instant) -> Verdict {
        let verdict = match self.probe.take() {
            Some(probe) if now >= probe.deadline => self.judge(&probe, now),
            None if now >= self.doubt() => {
                let silent = self.last_rx + self.interval * 3 / 2 + Duration::from_millis(1);
                let deadline = silent.max(now + PROBE);
                self.probe = Some(Probe { deadline, late: 0 });
                Verdict::Ping
            }
            running => {
                self.probe = running;
                if now >= self.next_ping() { Verdict::Ping } else { Verdict::Quiet }
            }
        };
        if verdict == Verdict::Ping {
            self.last_tx = now;
        }
        verdict
    }

    /// A probe was not answered: the link is dead, unless it is only the timer that is late.
    fn judge(&mut self, probe: &Probe, now: Instant) -> Verdict {
        if now.since(probe.deadline) <= LATE || probe.late == LATE_PROBES {
            return Verdict::Dead;
        }
        self.probe = Some(Probe { deadline: now + PROBE, late: probe.late + 1 });
        Verdict::Ping
    }

    fn next_ping(&self) -> Instant {
        self.last_tx + self.interval * 4 / 5
    }

    /// When silence becomes suspicious: one probe before 1.5 intervals are over, but not before one is.
    fn doubt(&self) -> Instant {
        self.last_rx + self.interval.max((self.interval * 3 / 2).saturating_sub(PROBE))
    }
}
