//! Who is there, from signed statements that may come late, twice, or from a broker that fires wills it should not.

use super::contact::Presence;
use crate::e2ee::certificate::DeviceCertificate;
use crate::e2ee::document::{Document, DocumentError, Kind};
use crate::e2ee::place::Owner;
use crate::e2ee::presence::Presence as Statement;
use crate::time::Timestamp;

/// What is known of one person's connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// What they have said last.
    pub(crate) statement: Statement,
    /// The broker has told it since our own connection stands.
    heard: bool,
    pub(crate) last_seen: Option<Timestamp>,
}

impl Sighting {
    pub(crate) fn stored(statement: Statement, last_seen: Option<Timestamp>) -> Self {
        Self { statement, heard: false, last_seen }
    }

    /// Takes a statement in; false where it tells nothing new, or is not theirs. One about an earlier connection than
    /// the newest one known (a will that fires late, a copy of yesterday's) changes nothing.
    pub(crate) fn hear(
        &mut self,
        document: &Document,
        owner: &Owner<'_>,
        certificate: &DeviceCertificate,
        retained: bool,
        now: Timestamp,
    ) -> bool {
        let online = document.kind() == Kind::Online;
        match self.statement.apply(document, owner, certificate, !retained, now) {
            Ok(()) => {}
            // After a reconnect the broker says again what still holds.
            Err(DocumentError::Known) if online && !self.heard && self.statement.is_online(now) => {}
            Err(_) => return false,
        }
        self.heard = true;
        // A will was signed when its connection began: heard live, it fired just now.
        let at = if online || !retained { now } else { document.iat().min(now) };
        self.last_seen = self.last_seen.max(Some(at));
        true
    }

    pub(crate) fn presence(&self, now: Timestamp) -> Presence {
        match self.last_seen {
            Some(_) if self.heard && self.statement.is_online(now) => Presence::Online,
            None if !self.heard => Presence::Unknown,
            seen => Presence::Offline(seen),
        }
    }

    /// When they are no longer online unless they say so again.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.statement.until().filter(|_| self.heard)
    }

    /// They have not said it again in time; true where that is news.
    pub(crate) fn expire(&mut self, now: Timestamp) -> bool {
        let over = self.until().is_some_and(|until| until <= now);
        self.heard &= !over;
        over
    }

    /// After our own connection was lost nothing is known to be still true: wait for retained statements.
    pub(crate) fn forget(&mut self) {
        self.heard = false;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::chat::id::UserId;
    use crate::chat::keys::Keys;
    use crate::e2ee::presence::{offline, online};
    use crate::e2ee::seed::Seed;

    const NOW: Timestamp = Timestamp(1_795_176_000_000);
    const ID: UserId = UserId([7; 16]);

    struct Somebody {
        keys: Keys,
        sighting: Sighting,
    }

    impl Somebody {
        fn new() -> Self {
            let keys = Keys::generate(Seed::from_bytes([7; 32]), NOW);
            Self { keys, sighting: Sighting::default() }
        }

        /// Says something of the connection that bears this number.
        fn say(&mut self, is_online: bool, connection: u8, rev: u64, retained: bool) -> bool {
            self.say_at(NOW - Duration::from_secs(9), is_online, connection, rev, retained)
        }

        /// As their own clock has it.
        fn say_at(
            &mut self,
            at: Timestamp,
            is_online: bool,
            connection: u8,
            rev: u64,
            retained: bool,
        ) -> bool {
            let owner = self.keys.owner("kith", ID);
            let issue = if is_online { online } else { offline };
            let document = issue(&self.keys.device, &[connection; 8], &owner, rev, at);
            self.sighting.hear(&document, &owner, &self.keys.certificate(), retained, NOW)
        }

        fn presence(&self) -> Presence {
            self.sighting.presence(NOW)
        }
    }

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const LIFETIME: Duration = Duration::from_secs(10 * 60);

    #[test]
    fn what_is_said_this_moment_holds_for_its_time_whatever_the_clocks_say() {
        for said in [NOW - DAY, NOW - LIFETIME, NOW, NOW + DAY] {
            let mut them = Somebody::new();
            assert!(them.say_at(said, true, 5, 5, false));
            assert_eq!((them.presence(), them.sighting.until()), (Presence::Online, Some(NOW + LIFETIME)));
            assert!(them.sighting.expire(NOW + LIFETIME));
            assert_eq!(them.sighting.presence(NOW + LIFETIME), Presence::Offline(Some(NOW)));
            assert!(!them.say_at(said, true, 4, 4, false), "what is older does not come back");
        }
    }

    #[test]
    fn what_the_broker_has_kept_holds_until_its_end_and_no_longer_than_its_time() {
        for (said, until) in [
            (NOW - DAY, None),
            (NOW - LIFETIME, None),
            (NOW - LIFETIME / 2, Some(NOW + LIFETIME / 2)),
            (NOW + DAY, Some(NOW + LIFETIME)),
        ] {
            let mut them = Somebody::new();
            assert_eq!(them.say_at(said, true, 5, 5, true), until.is_some());
            assert_eq!(them.sighting.until(), until);
        }
    }

    #[test]
    fn a_will_of_the_newest_connection_means_offline() {
        let mut them = Somebody::new();
        assert_eq!(them.presence(), Presence::Unknown);
        assert!(them.say(true, 5, 5, true));
        assert_eq!(them.presence(), Presence::Online);
        assert!(them.say(false, 5, 5, false));
        assert_eq!(them.presence(), Presence::Offline(Some(NOW)));
        assert!(!them.say(false, 5, 5, false), "the will after the goodbye tells nothing new");
        assert!(!them.say(true, 5, 5, false), "a copy brings nobody back");
        assert_eq!(them.presence(), Presence::Offline(Some(NOW)));
    }

    #[test]
    fn a_will_of_an_earlier_connection_changes_nothing() {
        let mut them = Somebody::new();
        assert!(them.say(true, 5, 5, false) && them.say(true, 6, 6, false));
        assert!(!them.say(false, 5, 5, false));
        assert_eq!(them.presence(), Presence::Online);
    }

    #[test]
    fn a_will_is_understood_after_its_connection_has_said_more() {
        let mut them = Somebody::new();
        assert!(them.say(true, 5, 5, false) && them.say(true, 5, 9, false));
        assert!(them.say(false, 5, 5, false));
        assert_eq!(them.presence(), Presence::Offline(Some(NOW)));
        assert!(them.say(true, 5, 10, false), "it had fired too early");
        assert_eq!(them.presence(), Presence::Online);
    }

    #[test]
    fn a_retained_goodbye_tells_when_it_was_said() {
        let mut them = Somebody::new();
        assert!(them.say(false, 5, 5, true));
        assert_eq!(them.presence(), Presence::Offline(Some(NOW - Duration::from_secs(9))));
    }

    #[test]
    fn what_was_said_holds_after_a_reconnect_only_if_it_is_said_again() {
        let mut them = Somebody::new();
        assert!(them.say(true, 5, 5, false));
        them.sighting.forget();
        assert_eq!(them.presence(), Presence::Offline(Some(NOW)));
        assert!(them.say(true, 5, 5, true));
        assert_eq!(them.presence(), Presence::Online);
    }

    #[test]
    fn who_does_not_say_it_again_is_gone() {
        let mut them = Somebody::new();
        them.say(true, 5, 5, false);
        let until = them.sighting.until().unwrap();
        assert!(!them.sighting.expire(until - Duration::from_millis(1)));
        assert!(them.sighting.expire(until));
        assert_eq!((them.sighting.until(), them.presence()), (None, Presence::Offline(Some(NOW))));
    }
}
