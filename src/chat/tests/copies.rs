//! One backup file, gone on from twice: of several devices of one person only the newest goes on.

use std::sync::Arc;
use std::time::Duration;

use super::device::Device;
use super::effects::passphrase;
use super::world::{ADA, BOB, World};
use crate::chat::change::{Connection, Phase, Trouble};
use crate::chat::contact::Presence;
use crate::chat::id::UserId;
use crate::chat::keys::{Keys, Paper};
use crate::chat::message::Delivery;
use crate::chat::{Command, Input};
use crate::e2ee::seed::Seed;
use crate::time::Timestamp;

/// The devices that go on from Ada's backup, one after the other.
const FIRST: usize = 2;
const SECOND: usize = 3;

const STOPPED: Option<Connection> = Some(Connection::Stopped(Trouble::Revoked));

impl World {
    /// Ada and Bob have talked, and Ada's device is gone but for a backup.
    fn with_a_file() -> (Self, Arc<[u8]>) {
        let mut world = Self::friends();
        world.say(ADA, BOB, "one");
        world.say(BOB, ADA, "two");
        let file = world.back_up(ADA);
        world.input(ADA, Input::Leaving);
        world.devices.extend([FIRST, SECOND].map(Device::new));
        world.run();
        (world, file)
    }

    fn go_on(&mut self, who: usize, file: &Arc<[u8]>) {
        self.command(who, Command::Restore { file: file.clone(), passphrase: passphrase("correct horse") });
        assert_eq!(self.screen(who).phase, Some(Phase::Ready), "{:?}", self.screen(who).rejected);
        self.pass(Duration::from_secs(30));
        self.look(who, BOB);
    }

    /// Bob and the second device hear each other, once.
    fn assert_second_goes_on(&mut self) {
        assert_eq!(self.screen(FIRST).connection, STOPPED);
        assert!(self.screen(SECOND).is_connected());
        assert_eq!(self.presence(BOB, ADA), Presence::Online);
        self.say(BOB, SECOND, "five");
        self.say(SECOND, BOB, "six");
        self.pass(Duration::from_secs(600));
        assert_eq!(self.screen(FIRST).connection, STOPPED);
        assert!(self.screen(SECOND).is_connected());
        let said = self.screen(SECOND).texts();
        assert_eq!(said[said.len() - 2..], ["five", "six"]);
        let said = self.screen(BOB).texts();
        assert_eq!(said[said.len() - 2..], ["five", "six"]);
        assert!(self.screen(BOB).deliveries().iter().all(|delivery| *delivery == Delivery::Read));
        assert!(self.screen(SECOND).deliveries().iter().all(|delivery| *delivery == Delivery::Read));
    }
}

#[test]
fn of_two_devices_that_go_on_from_one_file_the_older_stops_and_nothing_is_lost_or_doubled() {
    let (mut world, file) = World::with_a_file();
    world.go_on(FIRST, &file);
    world.say(BOB, FIRST, "three");
    world.say(FIRST, BOB, "four");
    world.go_on(SECOND, &file);
    world.assert_second_goes_on();
    assert_eq!(world.screen(SECOND).texts(), ["one", "two", "(went on)", "five", "six"]);
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "three", "four", "five", "six"]);
    assert_eq!(
        world.screen(FIRST).texts(),
        ["one", "two", "(went on)", "three", "four"],
        "it keeps what it has"
    );
    for who in [FIRST, SECOND] {
        world.reload(who, true);
    }
    world.heal();
    world.look(SECOND, BOB);
    world.assert_second_goes_on();
}

#[test]
fn an_older_device_that_comes_back_late_stops_though_its_documents_are_newer() {
    let (mut world, file) = World::with_a_file();
    world.go_on(FIRST, &file);
    for who in [FIRST, BOB] {
        world.input(who, Input::Leaving);
    }
    // So long that its documents are due.
    world.pass(Duration::from_secs(16 * 24 * 3_600));
    world.go_on(SECOND, &file);
    world.input(SECOND, Input::Leaving);
    world.run();
    // The broker forgets, and the older one speaks first.
    world.broker.restart(false);
    world.pass(Duration::from_secs(60));
    world.input(FIRST, Input::Returned);
    world.pass(Duration::from_secs(5));
    assert!(world.screen(FIRST).is_connected());
    for who in [SECOND, BOB] {
        world.input(who, Input::Returned);
    }
    world.heal();
    world.assert_second_goes_on();
}

#[test]
fn no_two_devices_replace_each_other_however_often_they_renew_their_documents() {
    let (id, root) = (UserId([0xAA; 16]), "kith");
    let stand_in = |at: u64| Keys::stand_in(Seed::from_bytes([0x0A; 32]), Vec::new(), Timestamp(at));
    let [mut older, mut newer] = [1_000, 2_000].map(stand_in);
    for now in [3_000, 5_000_000_000].map(Timestamp) {
        // The older one signs first with a clock that is late, then after the other.
        older.renew(root, id, if now.0 == 3_000 { Timestamp(1_500) } else { now + Duration::from_secs(60) });
        newer.renew(root, id, now);
        let replaced = |by: &Keys, whose: &Keys| {
            let certificate = whose.paper(Paper::Certificate).unwrap();
            by.has_replaced(
                certificate,
                whose.device_id(),
                &by.owner(root, id),
                now + Duration::from_secs(120),
            )
        };
        assert_eq!(replaced(&newer, &older), now.0 == 3_000);
        assert!(!replaced(&older, &newer));
        assert!(!replaced(&newer, &newer));
    }
}

#[test]
fn a_broker_without_wildcards_lets_both_go_on_as_before() {
    let (mut world, file) = World::with_a_file();
    world.broker.faults.denies = Some(|filter| filter.ends_with("/d/+"));
    world.go_on(FIRST, &file);
    world.go_on(SECOND, &file);
    assert!(world.screen(FIRST).is_connected());
    assert!(world.screen(SECOND).is_connected());
    world.say(BOB, SECOND, "three");
    assert_eq!(world.screen(FIRST).texts(), ["one", "two", "(went on)", "three"]);
    assert_eq!(world.screen(SECOND).texts(), ["one", "two", "(went on)", "three"]);
}
