//! Storage that is not what was written last: an older copy lies there, or nothing at all.

use std::time::Duration;

use super::device::Pending;
use super::effects::passphrase;
use super::hostile::event;
use super::words::{start_from, words};
use super::world::{ADA, BOB, World};
use crate::chat::account::Welcome;
use crate::chat::change::{Alert, Connection, Phase, Trouble};
use crate::chat::contact::Relation;
use crate::chat::id::{DeviceId, MessageId};
use crate::chat::memory::Memory;
use crate::chat::message::Delivery;
use crate::chat::receipt::SeqSet;
use crate::chat::record::{Query, Table};
use crate::chat::secret::TypedWords;
use crate::chat::stored::{read_account, read_backed_up};
use crate::chat::wire::EventBody;
use crate::chat::{Command, Input};
use crate::e2ee::document::Document;
use crate::e2ee::succession::Succession;

impl World {
    /// Ada's page is closed, and an older copy of her storage is put in its place; the browser tells so.
    pub(super) fn roll_back(&mut self, who: usize, old: &Memory) {
        self.devices[who].disk = old.clone();
        self.reload_rolled_back(who, false);
    }

    /// Her page is loaded anew, and her storage is still an older one.
    fn reload_rolled_back(&mut self, who: usize, save_lands: bool) {
        self.reload(who, save_lands);
        self.devices[who].inputs.push_front(Pending::Input(Input::RolledBack));
    }

    /// Time passes, and the two look at each other's conversation.
    pub(super) fn meet(&mut self) {
        self.heal();
        self.look(ADA, BOB);
        self.look(BOB, ADA);
        self.pass(Duration::from_secs(5));
    }

    pub(super) fn device_id(&self, who: usize) -> DeviceId {
        let records = self.devices[who].disk.load(&Query::Tables(vec![Table::Account]));
        read_account(&records).unwrap().0.unwrap().device
    }

    /// How often somebody has asked for what is missing.
    fn wants(&self, who: usize) -> usize {
        let id = self.id(who);
        let said = self.broker.sealed.values().filter(|event| event.from == id);
        said.filter(|event| matches!(event.body, EventBody::Want(..))).count()
    }

    fn edit(&mut self, who: usize, message: MessageId, text: &str) {
        let id = self.fresh_id();
        self.command(who, Command::Edit { id, message, text: text.into() });
    }
}

#[test]
fn a_rolled_back_device_goes_on_as_a_new_one_and_both_are_understood() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.say(BOB, ADA, "two");
    let (old, before) = (world.devices[ADA].disk.clone(), world.device_id(ADA));
    world.say(ADA, BOB, "forgotten");
    world.roll_back(ADA, &old);
    world.meet();
    assert_eq!(world.screen(ADA).phase, Some(Phase::Ready));
    assert_eq!(world.screen(ADA).alert, Some(Alert::RolledBack));
    assert_ne!(world.device_id(ADA), before);
    assert_eq!(world.relation(ADA, BOB), Relation::Friend);
    world.say(BOB, ADA, "three");
    world.say(ADA, BOB, "four");
    assert_eq!(world.screen(ADA).texts(), ["one", "two", "three", "four"]);
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "forgotten", "three", "four"]);
    assert!(world.screen(ADA).deliveries().iter().all(|delivery| *delivery == Delivery::Read));
    assert!(world.screen(BOB).deliveries().iter().all(|delivery| *delivery == Delivery::Read));
    world.command(ADA, Command::DismissAlert);
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.screen(ADA).alert, None);
}

#[test]
fn nothing_is_left_of_the_sessions_that_were_rolled_back() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.pull_network();
    let old = world.devices[ADA].disk.clone();
    world.roll_back(ADA, &old);
    world.run();
    assert!(world.devices[ADA].disk.load(&Query::Tables(vec![Table::Sessions])).is_empty());
    world.meet();
    world.say(BOB, ADA, "two");
    assert_eq!(world.screen(ADA).texts(), ["one", "two"]);
}

#[test]
fn what_has_no_receipt_in_the_older_copy_goes_out_again_and_is_shown_once() {
    let mut world = World::friends();
    // Bob's clock is slow: what comes again would stand at another place than before.
    world.devices[BOB].clock_error = -3_600_000;
    world.say(ADA, BOB, "first");
    world.pull_network();
    world.say(ADA, BOB, "hello");
    let unsent = world.say(ADA, BOB, "helo again");
    world.edit(ADA, unsent, "hello again");
    let old = world.devices[ADA].disk.clone();
    world.heal();
    assert_eq!(world.screen(BOB).texts(), ["first", "hello", "hello again"]);
    world.roll_back(ADA, &old);
    world.meet();
    assert_eq!(world.screen(ADA).texts(), ["first", "hello", "hello again"]);
    assert_eq!(world.screen(BOB).texts(), ["first", "hello", "hello again"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read; 3]);
}

#[test]
fn what_never_left_goes_out_by_itself() {
    let mut world = World::friends();
    world.pull_network();
    let unsent = world.say(ADA, BOB, "helo");
    world.edit(ADA, unsent, "hello");
    let old = world.devices[ADA].disk.clone();
    world.roll_back(ADA, &old);
    world.meet();
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
    world.edit(ADA, unsent, "hello, Bob");
    world.pass(Duration::from_secs(5));
    assert_eq!(world.screen(BOB).texts(), ["hello, Bob"]);
}

#[test]
fn what_was_on_its_way_to_a_rolled_back_device_is_not_shown_twice_and_not_lost() {
    let mut world = World::friends();
    world.say(BOB, ADA, "one");
    let old = world.devices[ADA].disk.clone();
    world.input(ADA, Input::Leaving);
    world.run();
    // The broker keeps it for the device that there was.
    world.say(BOB, ADA, "two");
    world.roll_back(ADA, &old);
    world.meet();
    assert_eq!(world.screen(ADA).texts(), ["one", "two"]);
    assert_eq!(world.screen(BOB).deliveries(), [Delivery::Read; 2]);
}

#[test]
fn a_profile_that_waits_for_a_contact_is_told_by_the_new_device() {
    let mut world = World::friends();
    world.command(ADA, Command::SavePrivacy { contacts_only: true });
    world.heal();
    world.pull_network();
    let save = Command::SaveProfile { name: "Ada L.".into(), about: "".into(), status: "".into() };
    world.command(ADA, save);
    let old = world.devices[ADA].disk.clone();
    world.roll_back(ADA, &old);
    world.meet();
    assert_eq!(&*world.contact(BOB, ADA).profile.name, "Ada L.");
    assert_eq!(world.devices[ADA].disk.load(&Query::Tables(vec![Table::Outbox])), []);
}

#[test]
fn a_reload_before_a_rolled_back_device_is_a_new_one_begins_again() {
    for lands in [false, true] {
        let mut world = World::friends();
        world.say(ADA, BOB, "one");
        let (old, before) = (world.devices[ADA].disk.clone(), world.device_id(ADA));
        world.say(ADA, BOB, "forgotten");
        world.roll_back(ADA, &old);
        let saves = world.devices[ADA].saves;
        while world.devices[ADA].saves == saves {
            assert!(world.step());
        }
        // The browser tells it until something is saved: that is the new device, all of it.
        if lands {
            world.reload(ADA, true);
        } else {
            world.reload_rolled_back(ADA, false);
        }
        let after = world.device_id(ADA);
        assert_eq!(after != before, lands);
        world.meet();
        assert_ne!(world.device_id(ADA), before);
        assert_eq!(world.device_id(ADA) == after, lands);
        world.say(BOB, ADA, "two");
        world.say(ADA, BOB, "three");
        assert_eq!(world.screen(ADA).texts(), ["one", "two", "three"]);
        assert_eq!(world.screen(BOB).texts(), ["one", "forgotten", "two", "three"]);
    }
}

#[test]
fn a_device_that_is_rolled_back_twice_is_understood() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    let old = world.devices[ADA].disk.clone();
    for n in 0..2 {
        world.roll_back(ADA, &old);
        world.meet();
        world.say(ADA, BOB, &format!("forgotten {n}"));
    }
    world.say(BOB, ADA, "two");
    assert_eq!(world.screen(ADA).texts(), ["one", "forgotten 1", "two"]);
    assert_eq!(world.screen(BOB).texts(), ["one", "forgotten 0", "forgotten 1", "two"]);
}

#[test]
fn a_device_that_was_replaced_stays_so_when_it_is_rolled_back() {
    let mut world = World::friends();
    let file = world.back_up(ADA);
    world.devices.push(super::device::Device::new(2));
    world.run();
    world.command(2, Command::Restore { file, passphrase: passphrase("correct horse") });
    world.pass(Duration::from_secs(5));
    let stopped = Some(Connection::Stopped(Trouble::Revoked));
    assert_eq!(world.screen(ADA).connection, stopped);
    let old = world.devices[ADA].disk.clone();
    world.roll_back(ADA, &old);
    world.heal();
    assert_eq!(world.screen(ADA).connection, stopped);
    assert!(world.screen(2).is_connected());
}

#[test]
fn a_backup_is_remembered_and_a_rolled_back_device_can_be_backed_up() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.back_up(ADA);
    let old = world.devices[ADA].disk.clone();
    let made = world.screen(ADA).backed_up;
    assert!(made.is_some());
    world.roll_back(ADA, &old);
    world.meet();
    assert_eq!(world.screen(ADA).backed_up, made);
    let records = world.devices[ADA].disk.load(&Query::Tables(vec![Table::Account]));
    assert_eq!(read_backed_up(&records), made);
    let file = world.back_up(ADA);
    world.input(ADA, Input::Leaving);
    world.devices.push(super::device::Device::new(2));
    world.run();
    world.command(2, Command::Restore { file, passphrase: passphrase("correct horse") });
    world.pass(Duration::from_secs(5));
    world.look(2, BOB);
    world.say(BOB, 2, "two");
    assert_eq!(world.screen(2).texts(), ["one", "(went on)", "two"]);
}

/// What the first screen shows.
fn welcome(world: &World) -> &Welcome {
    match &world.screen(ADA).phase {
        Some(Phase::Welcome(welcome)) => welcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn storage_that_is_gone_is_told_on_the_first_screen_until_somebody_begins() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.command(ADA, Command::ShowWords(None));
    let words = world.screen(ADA).words.clone().unwrap().0.join(" ");
    let id = world.id(ADA);
    world.roll_back(ADA, &Memory::default());
    world.run();
    assert!(welcome(&world).erased);
    assert_eq!(world.screen(ADA).alert, None, "the screen says it itself");
    world.command(ADA, Command::KeepWelcome(Welcome { name: "A".into(), ..Welcome::default() }));
    world.reload(ADA, true);
    world.run();
    assert!(welcome(&world).erased);
    assert_eq!(&*welcome(&world).name, "A");
    let begin = Welcome { name: "Ada".into(), ..Welcome::default() };
    world.command(ADA, Command::StartFrom { welcome: Box::new(begin), words: TypedWords::new(words) });
    world.heal();
    assert_eq!(world.id(ADA), id);
    world.reload(ADA, true);
    world.run();
    assert_eq!(world.screen(ADA).phase, Some(Phase::Ready));
    assert_eq!(world.screen(ADA).alert, None);
}

#[test]
fn who_begins_for_the_first_time_is_told_of_no_loss() {
    let mut world = World::new(1);
    assert!(!welcome(&world).erased);
    world
        .command(ADA, Command::KeepWelcome(Welcome { name: "A".into(), erased: true, ..Welcome::default() }));
    world.reload(ADA, true);
    world.run();
    assert!(!welcome(&world).erased, "the screen does not make it so");
}

#[test]
fn what_a_rolled_back_device_had_received_since_is_told_to_it_at_once() {
    let mut world = World::friends();
    world.say(BOB, ADA, "one");
    let old = world.devices[ADA].disk.clone();
    let second = world.say(BOB, ADA, "two");
    world.say(BOB, ADA, "three");
    world.edit(BOB, second, "two, changed");
    world.pass(Duration::from_secs(30));
    world.roll_back(ADA, &old);
    world.pass(Duration::from_secs(1));
    // Bob has said nothing more.
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), ["one", "two, changed", "three"]);
    assert!(!world.conversation(ADA, BOB).waiting);
    let waiting = world.devices[BOB].disk.load(&Query::Tables(vec![Table::Outbox]));
    assert!(waiting.is_empty(), "nothing is sent for ever");
    world.pass(Duration::from_secs(600));
    assert_eq!(world.wants(ADA), 1, "there is nothing more to ask for");
    world.reload(ADA, true);
    world.meet();
    assert_eq!((world.wants(ADA), world.screen(ADA).texts().len()), (1, 3));
}

#[test]
fn what_was_said_to_a_rolled_back_device_that_had_heard_nothing_is_told_to_it() {
    let mut world = World::friends();
    let old = world.devices[ADA].disk.clone();
    world.say(BOB, ADA, "one");
    world.roll_back(ADA, &old);
    world.pass(Duration::from_secs(1));
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), ["one"]);
}

#[test]
fn a_rolled_back_device_that_has_lost_nothing_asks_once() {
    let mut world = World::friends();
    world.say(BOB, ADA, "one");
    world.pass(Duration::from_secs(30));
    let old = world.devices[ADA].disk.clone();
    world.roll_back(ADA, &old);
    world.meet();
    world.pass(Duration::from_secs(24 * 60 * 60));
    assert_eq!(world.wants(ADA), 1);
    assert_eq!(world.screen(ADA).texts(), ["one"]);
}

#[test]
fn a_rolled_back_device_asks_until_it_is_answered() {
    let mut world = World::friends();
    world.say(BOB, ADA, "one");
    let old = world.devices[ADA].disk.clone();
    world.say(BOB, ADA, "two");
    world.input(BOB, Input::Leaving);
    world.run();
    world.roll_back(ADA, &old);
    world.run();
    world.reload(ADA, true);
    world.pass(Duration::from_secs(60));
    world.input(BOB, Input::Returned);
    world.pass(Duration::from_secs(10));
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), ["one", "two"]);
}

#[test]
fn whoever_begins_with_the_words_goes_on_from_no_device() {
    const THIEF: usize = 2;
    let mut world = World::friends();
    world.say(BOB, ADA, "for Ada's device");
    let (words, old) = (words(&mut world, ADA), world.device_id(ADA));
    let certificate = world.broker.retained.values().find(|held| held.topic.ends_with(&format!("/d/{old}")));
    let certificate = Document::decode(&certificate.unwrap().payload).unwrap();
    world.input(ADA, Input::Leaving);
    world.add_device();
    world.run();
    world.command(THIEF, start_from("", &words));
    let bob = world.id(BOB);
    world.command(THIEF, Command::AddContact(bob.to_string().into()));
    world.pass(Duration::from_secs(30));
    let wanted = SeqSet::from_runs([(1, 1_000)]);
    let proof = Succession { certificate, signature: [9; 64] };
    let want = EventBody::Want(world.device_id(BOB), wanted, Some(proof.into()));
    let want = event(world.id(THIEF), bob, 0, want);
    world.tell(THIEF, BOB, &want);
    world.pass(Duration::from_secs(30));
    world.look(THIEF, BOB);
    assert!(world.screen(THIEF).texts().is_empty());
}
