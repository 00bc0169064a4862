//! Who is there, from statements that may come late, twice, or from a broker that fires wills it should not.

use super::contact::Presence;
use super::retained::Beacon;
use crate::time::Timestamp;

/// What is known of one person's connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// The newest connection that is known, by its counter and nonce.
    newest: Option<(u64, u64)>,
    online: bool,
    pub(crate) last_seen: Option<Timestamp>,
}

impl Sighting {
    pub(crate) fn seen_at(last_seen: Option<Timestamp>) -> Self {
        Self { last_seen, ..Self::default() }
    }

    /// Takes a statement in; false where it tells nothing new. A statement about an earlier connection than the
    /// newest one known (a will that fires late) changes nothing, and neither does a goodbye for a connection that
    /// was never announced while another is up.
    pub(crate) fn hear(&mut self, beacon: &Beacon, retained: bool, now: Timestamp) -> bool {
        let before = *self;
        if let Some((counter, nonce)) = self.newest {
            // The nonce names the connection: its will is believed even if its counter was raised since.
            let stale = beacon.nonce != nonce && beacon.counter <= counter;
            let repeated_will = beacon.counter == counter && beacon.online && !self.online && retained;
            if stale || repeated_will {
                return false;
            }
        }
        if !beacon.online && self.online && self.newest.is_none_or(|(_, nonce)| nonce != beacon.nonce) {
            return false;
        }
        let counter =
            self.newest.filter(|(_, nonce)| *nonce == beacon.nonce).map_or(0, |(counter, _)| counter);
        self.newest = Some((beacon.counter.max(counter), beacon.nonce));
        // A will was written when its connection began: heard live, it fired just now.
        let at = if beacon.online || !retained { now } else { beacon.at.min(now) };
        if self.online || beacon.online || retained {
            self.last_seen = self.last_seen.max(Some(at));
        }
        self.online = beacon.online;
        *self != before
    }

    pub(crate) fn presence(&self) -> Presence {
        match (self.online, self.newest, self.last_seen) {
            (true, ..) => Presence::Online,
            (false, None, None) => Presence::Unknown,
            (false, _, seen) => Presence::Offline(seen),
        }
    }

    /// After our own connection was lost nothing is known to be still true: wait for retained statements.
    pub(crate) fn forget(&mut self) {
        self.online = false;
        self.newest = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn beacon(online: bool, counter: u64) -> Beacon {
        Beacon { online, counter, nonce: counter * 7, at: Timestamp(900_000 + counter) }
    }

    fn after(beacons: &[(Beacon, bool)]) -> Presence {
        let mut sighting = Sighting::default();
        for (beacon, retained) in beacons {
            sighting.hear(beacon, *retained, NOW);
        }
        sighting.presence()
    }

    #[test]
    fn a_will_of_the_newest_connection_means_offline() {
        let heard = after(&[(beacon(true, 5), true), (beacon(false, 5), false)]);
        assert_eq!(heard, Presence::Offline(Some(NOW)));
    }

    #[test]
    fn a_will_of_an_earlier_connection_changes_nothing() {
        let heard = after(&[(beacon(true, 5), false), (beacon(true, 6), false), (beacon(false, 5), false)]);
        assert_eq!(heard, Presence::Online);
    }

    #[test]
    fn a_will_fired_after_a_clean_goodbye_is_the_same_statement() {
        let goodbye = Beacon { at: Timestamp(999_000), ..beacon(false, 5) };
        let mut sighting = Sighting::default();
        sighting.hear(&beacon(true, 5), false, NOW);
        assert!(sighting.hear(&goodbye, false, NOW));
        assert!(!sighting.hear(&beacon(false, 5), false, NOW), "the will tells nothing new");
    }

    #[test]
    fn a_goodbye_with_a_forged_nonce_is_ignored() {
        let forged = Beacon { nonce: 1, ..beacon(false, 5) };
        assert_eq!(after(&[(beacon(true, 5), false), (forged, false)]), Presence::Online);
        let unheard_of = beacon(false, 9);
        assert_eq!(after(&[(beacon(true, 5), false), (unheard_of, false)]), Presence::Online);
    }

    #[test]
    fn a_will_is_understood_after_its_connection_has_raised_its_counter() {
        let raised = Beacon { nonce: 35, ..beacon(true, 9) };
        assert_eq!(beacon(false, 5).nonce, 35);
        let heard = after(&[(beacon(true, 5), false), (raised, false), (beacon(false, 5), false)]);
        assert_eq!(heard, Presence::Offline(Some(NOW)));
    }

    #[test]
    fn a_retained_goodbye_tells_when_it_was_said() {
        assert_eq!(after(&[(beacon(false, 5), true)]), Presence::Offline(Some(Timestamp(900_005))));
    }

    #[test]
    fn a_clock_that_is_ahead_was_not_seen_in_the_future() {
        let ahead = Beacon { at: Timestamp(u64::MAX), ..beacon(false, 5) };
        assert_eq!(after(&[(ahead, true)]), Presence::Offline(Some(NOW)));
    }
}
