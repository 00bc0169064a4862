//! Room, and whether it is kept.

use std::time::Duration;

use super::world::{ADA, BOB, World};
use crate::chat::change::Alert;
use crate::chat::contact::Relation;
use crate::chat::input::StorageError;
use crate::chat::message::Delivery;
use crate::chat::survey::{Space, Survey};
use crate::chat::{Command, Input};

const PLENTY: Option<Space> = Some(Space { used: 10, granted: 100 });

impl World {
    fn with_room(people: usize, persistent: Option<bool>) -> Self {
        let mut world = Self::new(people);
        for device in &mut world.devices {
            device.room.survey = Some(Survey { persistent, space: PLENTY, full: false });
        }
        world
    }

    fn befriend(&mut self) {
        self.sign_up(ADA, "Ada");
        self.sign_up(BOB, "Bob");
        self.pass(Duration::from_secs(700));
        let bob = self.id(BOB);
        self.command(ADA, Command::AddContact(bob.to_string().into()));
        assert_eq!(self.asked(), [0, 0], "not before there is something to lose");
        self.command(BOB, Command::Accept(self.id(ADA)));
        assert_eq!(self.relation(ADA, BOB), Relation::Friend);
    }

    /// How often each was asked to keep what is stored.
    fn asked(&self) -> Vec<usize> {
        self.devices.iter().map(|device| device.room.asked).collect()
    }

    fn used(&mut self, who: usize, used: u64) {
        let space = Some(Space { used, granted: 100 });
        self.devices[who].room.survey = Some(Survey { persistent: None, space, full: false });
        self.pass(Duration::from_secs(700));
    }
}

#[test]
fn the_browser_is_asked_to_keep_the_data_when_the_first_contact_is_made_and_once() {
    for keeps in [true, false] {
        let mut world = World::with_room(2, Some(false));
        world.devices[ADA].room.keeps_when_asked = keeps;
        world.befriend();
        assert_eq!(world.asked(), [1, 1]);
        let health = world.screen(ADA).health.unwrap();
        assert_eq!((health.survey.persistent, health.declined), (Some(keeps), !keeps));
        world.say(ADA, BOB, "hello");
        world.pass(Duration::from_secs(3_600));
        world.reload(ADA, true);
        world.pass(Duration::from_secs(3_600));
        assert_eq!(world.asked(), [1, 1], "the answer is remembered");
        assert_eq!(world.screen(ADA).health.unwrap().declined, !keeps);
        world.command(ADA, Command::LookAtStorage { keep: true });
        assert_eq!(world.asked(), [2, 1], "unless the person wants it");
    }
}

#[test]
fn a_browser_that_keeps_the_data_anyway_or_knows_no_such_thing_is_not_asked() {
    for persistent in [Some(true), None] {
        let mut world = World::with_room(2, persistent);
        world.befriend();
        world.pass(Duration::from_secs(3_600));
        assert_eq!(world.asked(), [0, 0]);
        assert!(!world.screen(ADA).health.unwrap().declined);
    }
}

#[test]
fn little_room_is_told_of_once_until_there_was_more() {
    let mut world = World::with_room(1, None);
    world.sign_up(ADA, "Ada");
    world.used(ADA, 79);
    assert_eq!(world.screen(ADA).alert, None);
    world.used(ADA, 80);
    assert_eq!(world.screen(ADA).alert, Some(Alert::StorageLow));
    world.command(ADA, Command::DismissAlert);
    world.used(ADA, 95);
    assert_eq!(world.screen(ADA).alert, None);
    world.used(ADA, 50);
    world.used(ADA, 90);
    assert_eq!(world.screen(ADA).alert, Some(Alert::StorageLow));
    world.used(ADA, 50);
    assert_eq!(world.screen(ADA).alert, None);
}

#[test]
fn the_browser_is_asked_now_and_then_and_when_the_person_looks() {
    let mut world = World::with_room(1, None);
    world.sign_up(ADA, "Ada");
    let surveys = world.devices[ADA].room.surveys;
    assert_eq!(surveys, 1, "at the start");
    world.pass(Duration::from_secs(3_600));
    let surveys = world.devices[ADA].room.surveys - surveys;
    assert!((5..=7).contains(&surveys), "{surveys}");
    let before = world.devices[ADA].room.surveys;
    world.command(ADA, Command::LookAtStorage { keep: false });
    assert_eq!(world.devices[ADA].room.surveys, before + 1);
}

#[test]
fn when_room_is_made_for_it_what_failed_is_saved_at_once_and_the_person_knows() {
    let mut world = World::friends();
    let (now, full) = (world.now, Survey { persistent: None, space: PLENTY, full: true });
    world.devices[ADA].room.survey = Some(full);
    world.devices[ADA].reserve = true;
    world.say(ADA, BOB, "hello");
    assert_eq!(world.now, now, "nobody waits");
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).alert, Some(Alert::StorageFull));
    world.say(ADA, BOB, "again");
    assert_eq!(world.screen(ADA).alert, Some(Alert::StorageFull), "a save that works says nothing of that");
    world.devices[ADA].room.survey = Some(Survey { full: false, ..full });
    world.pass(Duration::from_secs(60));
    assert_eq!(world.screen(ADA).alert, None);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read, Delivery::Read]);
}

#[test]
fn when_that_is_used_up_too_nothing_is_taken_in_and_nothing_lost() {
    let mut world = World::friends();
    world.devices[ADA].room.survey = Some(Survey { persistent: None, space: PLENTY, full: true });
    world.devices[ADA].disk_full = true;
    world.say(BOB, ADA, "hello");
    world.pass(Duration::from_secs(60));
    assert_eq!(world.screen(ADA).alert, Some(Alert::StorageFull));
    assert_eq!(world.screen(BOB).deliveries(), [Delivery::Sent]);
    world.devices[ADA].disk_full = false;
    world.devices[ADA].room.survey = Some(Survey { persistent: None, space: PLENTY, full: false });
    world.pass(Duration::from_secs(60));
    assert_eq!(world.screen(ADA).alert, None);
    assert_eq!(world.screen(ADA).texts(), ["hello"]);
    assert_eq!(world.screen(BOB).deliveries(), [Delivery::Read]);
}

#[test]
fn a_browser_that_says_nothing_of_its_room_is_believed_when_it_stores_again() {
    let mut world = World::friends();
    world.input(ADA, Input::SaveFailed(crate::chat::id::Ticket(0), StorageError::Full));
    assert_eq!(world.screen(ADA).alert, None, "nobody has asked for that");
    world.devices[ADA].disk_full = true;
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(ADA).alert, Some(Alert::StorageFull));
    world.devices[ADA].disk_full = false;
    world.pass(Duration::from_secs(10));
    assert_eq!(world.screen(ADA).alert, None);
}
