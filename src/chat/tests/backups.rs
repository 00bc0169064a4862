//! Going on from a backup as a new device: nothing is lost that was in it, and nobody sees anything twice.

use std::sync::Arc;
use std::time::Duration;

use super::effects::passphrase;
use super::world::{ADA, BOB, World};
use crate::chat::change::{Connection, Form, Phase, Rejection, Trouble};
use crate::chat::contact::{Keys, Presence, Relation};
use crate::chat::message::Delivery;
use crate::chat::{Command, Input};
use crate::e2ee::trust::{Standing, Trust};
use crate::e2ee::vault::BackupError;
use crate::time::Timestamp;

/// The device that goes on from Ada's backup.
const NEW: usize = 2;

const HOUR: i64 = 3_600_000;

impl World {
    /// Ada and Bob are friends, and there is a device that nobody has used yet.
    fn with_a_new_device() -> Self {
        let mut world = Self::friends();
        world.devices.push(super::device::Device::new(NEW));
        world.run();
        world
    }

    /// Ada's device is switched off.
    fn leave(&mut self, who: usize) {
        self.input(who, Input::Leaving);
        self.run();
    }

    fn restore(&mut self, who: usize, file: &Arc<[u8]>) {
        self.command(who, Command::Restore { file: file.clone(), passphrase: passphrase("correct horse") });
        assert_eq!(self.screen(who).phase, Some(Phase::Ready), "{:?}", self.screen(who).rejected);
        self.pass(Duration::from_secs(5));
        self.look(who, BOB);
    }

    /// What was said: without the line that says where a device went on from a backup.
    fn texts_of(&self, who: usize) -> Vec<String> {
        self.screen(who).texts().into_iter().filter(|text| text != "(went on)").collect()
    }
}

#[test]
fn a_restored_device_talks_on_and_nobody_has_to_do_anything() {
    let mut world = World::with_a_new_device();
    world.say(ADA, BOB, "one");
    world.say(BOB, ADA, "two");
    let file = world.back_up(ADA);
    assert_eq!(&*world.devices[ADA].files[0].0, "kith-backup-2026-11-20.kith");
    let made = world.screen(ADA).backed_up;
    assert_eq!(made, Some(world.time(ADA)));
    world.leave(ADA);
    world.restore(NEW, &file);
    assert_eq!(world.screen(NEW).backed_up, made);
    assert_eq!(world.id(NEW), world.id(ADA));
    assert_eq!(world.texts_of(NEW), ["one", "two"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read], "it is known how far it had come");
    assert_eq!(world.relation(NEW, BOB), Relation::Friend);
    assert_eq!(world.presence(BOB, ADA), Presence::Online, "by the new device, as soon as it is known");
    world.say(BOB, NEW, "three");
    world.say(NEW, BOB, "four");
    assert_eq!(world.texts_of(NEW), ["one", "two", "three", "four"]);
    assert_eq!(world.texts_of(BOB), ["one", "two", "three", "four"]);
    assert_eq!(world.screen(BOB).deliveries(), [Delivery::Read; 2]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read; 2]);
    let known = Keys::Known { trust: Trust::FirstUse, standing: Standing::Open };
    assert_eq!(world.contact(BOB, ADA).keys, known);
    assert!(!world.texts_of(BOB).contains(&"(key changed)".into()));
}

#[test]
fn who_has_read_what_the_new_device_wrote_has_read_what_the_old_one_did() {
    let mut world = World::with_a_new_device();
    world.command(BOB, Command::Open(None));
    world.say(ADA, BOB, "one");
    let file = world.back_up(ADA);
    world.leave(ADA);
    world.restore(NEW, &file);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Delivered]);
    world.queue_text(NEW, BOB, "two");
    world.run();
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Delivered; 2]);
    world.look(BOB, NEW);
    world.pass(Duration::from_secs(5));
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read; 2]);
}

#[test]
fn the_old_device_is_written_to_no_more() {
    let mut world = World::with_a_new_device();
    let file = world.back_up(ADA);
    world.leave(ADA);
    world.restore(NEW, &file);
    let id = world.id(NEW);
    let rows = |world: &World, text: &str| {
        let inbox = format!("kith/{id}/Inbox/m");
        let to_ada = world.broker.log.iter().rev().filter(|held| held.topic == inbox);
        let of = |held: &&super::broker::Held| {
            let event = world.broker.read(held);
            event.is_some_and(|e| e.body == crate::chat::wire::EventBody::Text(text.into()))
        };
        let payload = &to_ada.clone().find(of).unwrap().payload;
        let mut envelope = crate::cbor::Reader::new(payload).unwrap();
        let _: (u64, u64) = (envelope.number().unwrap(), envelope.number().unwrap());
        let _: ([u8; 16], &[u8]) = (envelope.id().unwrap(), envelope.bytes().unwrap());
        envelope.list(|reader| reader.array(|row| row.id::<4>())).unwrap().len()
    };
    world.say(BOB, NEW, "for one");
    assert_eq!(rows(&world, "for one"), 1);
}

#[test]
fn what_was_sent_after_the_backup_stands_beside_what_the_new_device_sends() {
    let mut world = World::with_a_new_device();
    world.say(ADA, BOB, "before");
    let file = world.back_up(ADA);
    world.say(ADA, BOB, "after");
    world.say(BOB, ADA, "to the old one");
    world.leave(ADA);
    world.restore(NEW, &file);
    assert_eq!(world.texts_of(NEW), ["before"]);
    // Its number is that of "after", given by another device.
    world.say(NEW, BOB, "new");
    world.say(BOB, NEW, "to the new one");
    assert_eq!(world.texts_of(BOB), ["before", "after", "to the old one", "new", "to the new one"]);
    assert_eq!(world.texts_of(NEW), ["before", "new", "to the new one"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read; 2]);
}

#[test]
fn what_came_without_its_receipt_is_not_shown_twice_to_whom_it_came() {
    let mut world = World::with_a_new_device();
    // Bob's clock is slow: what comes again would stand at another place than before.
    world.devices[BOB].clock_error = -HOUR;
    world.say(ADA, BOB, "first");
    // He stores it when the backup is made and the old device gone.
    world.devices[BOB].disk_full = true;
    world.say(ADA, BOB, "hello");
    let file = world.back_up(ADA);
    world.leave(ADA);
    world.devices[BOB].disk_full = false;
    world.pass(Duration::from_secs(30));
    assert_eq!(world.texts_of(BOB), ["first", "hello"]);
    world.restore(NEW, &file);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read, Delivery::Failed]);
    world.pass(Duration::from_secs(3_600));
    let id = world.screen(NEW).rows[1].message.id;
    world.command(NEW, Command::Retry(id));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.texts_of(BOB), ["first", "hello"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read; 2]);
    world.say(NEW, BOB, "next");
    assert_eq!(world.texts_of(BOB), ["first", "hello", "next"]);
}

#[test]
fn what_was_not_sent_shows_as_not_sent_and_a_retry_brings_it_once() {
    let mut world = World::with_a_new_device();
    world.say(ADA, BOB, "sent");
    world.pull_network();
    let unsent = world.say(ADA, BOB, "helo");
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message: unsent, text: "hello".into() });
    let file = world.back_up(ADA);
    world.network_down = false;
    world.input(BOB, Input::Online(true));
    world.pass(Duration::from_secs(120));
    world.leave(ADA);
    // The old device has sent it after all, before it was switched off.
    assert_eq!(world.texts_of(BOB), ["sent", "hello"]);
    world.restore(NEW, &file);
    assert_eq!(world.texts_of(NEW), ["sent", "hello"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read, Delivery::Failed]);
    world.command(NEW, Command::Retry(unsent));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.texts_of(BOB), ["sent", "hello"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read; 2]);
}

#[test]
fn what_never_left_reaches_them_by_the_new_device() {
    let mut world = World::with_a_new_device();
    world.pull_network();
    let unsent = world.say(ADA, BOB, "hello");
    let file = world.back_up(ADA);
    world.leave(ADA);
    world.network_down = false;
    world.input(BOB, Input::Online(true));
    world.pass(Duration::from_secs(120));
    world.restore(NEW, &file);
    assert!(world.texts_of(BOB).is_empty(), "nothing leaves by itself");
    world.command(NEW, Command::Retry(unsent));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.texts_of(BOB), ["hello"]);
    let edit = world.fresh_id();
    world.command(NEW, Command::Edit { id: edit, message: unsent, text: "hello, Bob".into() });
    world.pass(Duration::from_secs(5));
    assert_eq!(world.texts_of(BOB), ["hello, Bob"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read]);
}

#[test]
fn what_the_old_device_sent_late_is_not_shown_beside_what_the_new_one_sent_in_its_place() {
    let mut world = World::with_a_new_device();
    world.devices[BOB].clock_error = -HOUR;
    world.pull_network();
    let unsent = world.say(ADA, BOB, "hello");
    let file = world.back_up(ADA);
    world.network_down = false;
    world.input(ADA, Input::Online(true));
    // The broker has taken it from the old device, and Bob comes for it later.
    world.pass(Duration::from_secs(120));
    world.leave(ADA);
    world.restore(NEW, &file);
    world.command(NEW, Command::Retry(unsent));
    world.pass(Duration::from_secs(60));
    world.input(BOB, Input::Online(true));
    world.pass(Duration::from_secs(600));
    assert_eq!(world.texts_of(BOB), ["hello"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read]);
}

#[test]
fn what_they_send_again_though_it_is_in_the_backup_is_not_shown_twice_here() {
    let mut world = World::with_a_new_device();
    world.devices[ADA].clock_error = -HOUR;
    world.devices[NEW].clock_error = -HOUR;
    world.say(BOB, ADA, "first");
    // Ada stores it, and what she says about it is lost.
    let sent = world.broker.log.len();
    world.queue_text(BOB, ADA, "hello");
    while world.broker.log.len() == sent {
        assert!(world.step());
    }
    world.broker.faults.loses_topic = Some("Inbox/m");
    world.run();
    assert_eq!(world.texts_of(ADA), ["first", "hello"]);
    assert_eq!(world.screen(BOB).deliveries(), [Delivery::Read, Delivery::Sent]);
    let file = world.back_up(ADA);
    world.leave(ADA);
    world.broker.faults.loses_topic = None;
    world.restore(NEW, &file);
    world.pass(Duration::from_secs(600));
    assert_eq!(world.texts_of(NEW), ["first", "hello"]);
    assert_eq!(world.screen(BOB).deliveries(), [Delivery::Read; 2], "the new device tells what it has");
}

#[test]
fn what_the_old_device_has_sent_can_be_changed_by_the_new_one() {
    let mut world = World::with_a_new_device();
    let first = world.say(ADA, BOB, "helo");
    let second = world.say(ADA, BOB, "bye");
    let file = world.back_up(ADA);
    world.leave(ADA);
    world.restore(NEW, &file);
    world.say(NEW, BOB, "new");
    let [edit, deletion] = [world.fresh_id(), world.fresh_id()];
    world.command(NEW, Command::Edit { id: edit, message: first, text: "hello".into() });
    world.command(NEW, Command::Delete { id: deletion, message: second });
    world.pass(Duration::from_secs(5));
    assert_eq!(world.texts_of(BOB), ["hello", "(deleted)", "new"]);
    assert_eq!(world.screen(NEW).deliveries(), [Delivery::Read; 3]);
}

#[test]
fn the_old_device_notices_that_it_was_replaced_and_stops_and_keeps_what_it_has() {
    let mut world = World::with_a_new_device();
    world.say(ADA, BOB, "one");
    let file = world.back_up(ADA);
    world.say(BOB, ADA, "two");
    // It is still running.
    world.restore(NEW, &file);
    let stopped = Some(Connection::Stopped(Trouble::Revoked));
    assert_eq!(world.screen(ADA).connection, stopped);
    assert!(world.devices[ADA].connection.is_none());
    assert_eq!(world.texts_of(ADA), ["one", "two"]);
    world.command(ADA, Command::TryNow);
    world.say(ADA, BOB, "three");
    assert_eq!(world.screen(ADA).rejected.last(), Some(&(Form::Composer, Rejection::Revoked)));
    let attempts = world.attempts(ADA);
    world.reload(ADA, true);
    world.heal();
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).connection, stopped);
    assert_eq!(world.attempts(ADA), attempts);
    assert_eq!(world.texts_of(ADA), ["one", "two"]);
    // What it has can be taken along, too.
    assert_ne!(*world.back_up(ADA), *file);
    world.say(BOB, NEW, "four");
    assert_eq!(world.texts_of(NEW), ["one", "four"]);
}

#[test]
fn an_old_device_that_comes_back_later_hears_of_it_though_it_speaks_first() {
    let mut world = World::with_a_new_device();
    let file = world.back_up(ADA);
    world.leave(ADA);
    world.restore(NEW, &file);
    world.say(BOB, NEW, "hello");
    // The broker forgets, and the old device publishes its certificate anew.
    world.leave(NEW);
    world.broker.restart(false);
    world.input(ADA, Input::Returned);
    world.run();
    assert!(world.screen(ADA).is_connected());
    world.input(NEW, Input::Returned);
    world.heal();
    assert_eq!(world.screen(ADA).connection, Some(Connection::Stopped(Trouble::Revoked)));
    assert!(world.screen(NEW).is_connected());
    world.say(BOB, NEW, "again");
    assert_eq!(world.texts_of(NEW), ["hello", "again"]);
}

#[test]
fn a_revocation_that_somebody_has_overwritten_is_put_right() {
    let mut world = World::with_a_new_device();
    let file = world.back_up(ADA);
    world.leave(ADA);
    let is_certificate =
        |topic: &String| topic.contains(&format!("/{}/k/", world.id(ADA))) && topic.contains("/d/");
    let topic = world.broker.retained.keys().find(|topic| is_certificate(topic) && !topic.ends_with("/b"));
    let topic = topic.unwrap().clone();
    let certificate = world.broker.retained[&topic].clone();
    world.restore(NEW, &file);
    let revocation = world.broker.retained[&topic].clone();
    assert_ne!(revocation, certificate);
    world.broker.publish(certificate);
    world.pass(Duration::from_secs(30));
    assert_eq!(world.broker.retained[&topic].payload.len(), revocation.payload.len());
    world.broker.publish(super::broker::Held { payload: Vec::new(), ..revocation.clone() });
    world.pass(Duration::from_secs(60));
    assert_eq!(world.broker.retained[&topic].payload.len(), revocation.payload.len());
}

#[test]
fn a_backup_of_a_restored_device_is_restored_once_more() {
    let mut world = World::with_a_new_device();
    world.pull_network();
    let unsent = world.say(ADA, BOB, "hello");
    let first = world.back_up(ADA);
    world.network_down = false;
    world.heal();
    assert_eq!(world.texts_of(BOB), ["hello"]);
    world.leave(ADA);
    world.restore(NEW, &first);
    let second = world.back_up(NEW);
    world.leave(NEW);
    world.devices.push(super::device::Device::new(NEW + 1));
    world.run();
    world.restore(NEW + 1, &second);
    world.command(NEW + 1, Command::Retry(unsent));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.texts_of(BOB), ["hello"], "it is known as the first device's");
    world.input(NEW, Input::Returned);
    world.input(ADA, Input::Returned);
    world.heal();
    for old in [ADA, NEW] {
        assert_eq!(world.screen(old).connection, Some(Connection::Stopped(Trouble::Revoked)));
    }
}

#[test]
fn a_backup_takes_the_place_of_what_a_forgotten_passphrase_keeps_closed() {
    let mut world = World::with_a_new_device();
    world.say(ADA, BOB, "one");
    let file = world.back_up(ADA);
    let next = Some(passphrase("battery staple"));
    world.command(ADA, Command::ChangePassphrase { current: None, next });
    world.command(ADA, Command::Lock);
    let disk = world.devices[ADA].disk.clone();
    world.command(ADA, Command::Restore { file: file.clone(), passphrase: passphrase("wrong horse") });
    let wrong = (Form::Restore, Rejection::Backup(BackupError::Passphrase));
    assert_eq!(world.screen(ADA).rejected.last(), Some(&wrong));
    assert_eq!(format!("{:?}", world.devices[ADA].disk), format!("{disk:?}"), "nothing was touched");
    world.restore(ADA, &file);
    assert_eq!(world.texts_of(ADA), ["one"]);
    world.say(BOB, ADA, "two");
    assert_eq!(world.texts_of(ADA), ["one", "two"]);
}

#[test]
fn a_full_disk_keeps_a_backup_waiting_and_loses_none_of_it() {
    let mut world = World::with_a_new_device();
    world.say(ADA, BOB, "one");
    let file = world.back_up(ADA);
    world.leave(ADA);
    world.devices[NEW].disk_full = true;
    world.command(NEW, Command::Restore { file, passphrase: passphrase("correct horse") });
    assert!(matches!(world.screen(NEW).phase, Some(Phase::Welcome(_))));
    world.heal();
    world.look(NEW, BOB);
    assert_eq!(world.texts_of(NEW), ["one"]);
}

#[test]
fn a_reload_in_the_middle_leaves_all_of_a_backup_or_nothing() {
    for lands in [true, false] {
        let mut world = World::with_a_new_device();
        world.say(ADA, BOB, "one");
        let file = world.back_up(ADA);
        world.leave(ADA);
        let restore = Command::Restore { file: file.clone(), passphrase: passphrase("correct horse") };
        world.input(NEW, Input::Command(restore));
        let saves = world.devices[NEW].saves;
        while world.devices[NEW].saves == saves {
            assert!(world.step());
        }
        world.reload(NEW, lands);
        world.run();
        if lands {
            assert_eq!(world.screen(NEW).phase, Some(Phase::Ready));
        } else {
            assert!(matches!(world.screen(NEW).phase, Some(Phase::Welcome(_))));
            world.restore(NEW, &file);
        }
        world.look(NEW, BOB);
        assert_eq!(world.texts_of(NEW), ["one"]);
    }
}

#[test]
fn a_backup_is_not_restored_over_somebody() {
    let mut world = World::friends();
    let file = world.back_up(ADA);
    world.command(BOB, Command::Restore { file, passphrase: passphrase("correct horse") });
    assert_ne!(world.id(BOB), world.id(ADA));
    assert_eq!(world.screen(BOB).phase, Some(Phase::Ready));
}

#[test]
fn what_is_no_backup_is_refused_and_changes_nothing() {
    let mut world = World::new(1);
    let saves = world.devices[ADA].saves;
    for (file, error) in [
        (&b""[..], BackupError::Malformed),
        (b"kithbak", BackupError::Malformed),
        (&[b'x'; 200], BackupError::Malformed),
    ] {
        let restore = Command::Restore { file: file.into(), passphrase: passphrase("correct horse") };
        world.command(ADA, restore);
        assert_eq!(world.screen(ADA).rejected.last(), Some(&(Form::Restore, Rejection::Backup(error))));
    }
    assert_eq!(world.devices[ADA].saves, saves);
    let short = Command::MakeBackup(passphrase("short"));
    world.sign_up(ADA, "Ada");
    world.command(ADA, short);
    assert_eq!(world.screen(ADA).rejected.last(), Some(&(Form::Backup, Rejection::ShortPassphrase)));
    assert!(world.devices[ADA].files.is_empty());
    assert_eq!(world.screen(ADA).backed_up, None::<Timestamp>);
}

#[test]
fn a_line_says_where_a_device_went_on_from_a_backup() {
    let mut world = World::with_a_new_device();
    world.say(ADA, BOB, "one");
    world.say(BOB, ADA, "two");
    let file = world.back_up(ADA);
    world.pass(Duration::from_secs(60));
    world.say(ADA, BOB, "lost");
    world.leave(ADA);
    world.say(BOB, ADA, "on its way");
    world.restore(NEW, &file);
    world.say(NEW, BOB, "four");
    for _ in 0..2 {
        let said = ["one", "two", "(went on)", "on its way", "four"];
        assert_eq!(world.screen(NEW).texts(), said, "behind what was in the backup, and before all else");
        world.reload(NEW, true);
        world.run();
        world.look(NEW, BOB);
    }
    assert_eq!(world.texts_of(BOB), ["one", "two", "lost", "on its way", "four"]);
    assert!(!world.screen(BOB).texts().contains(&"(went on)".into()), "it is nobody else's");
}
