//! Two whose storage is rolled back again and again, noticed or not, by brokers that lose half of what they take: they go
//! on hearing each other.

use std::time::Duration;

use super::device::Pending;
use super::dice::Dice;
use super::world::{ADA, BOB, World};
use crate::chat::Input;
use crate::chat::memory::Memory;
use crate::chat::wire::EventBody;

/// Somebody finds an older copy of their storage; whether that is noticed is another matter.
fn roll_back(world: &mut World, who: usize, disk: &Memory, noticed: bool) {
    world.devices[who].disk = disk.clone();
    world.reload(who, false);
    if noticed {
        world.devices[who].inputs.push_front(Pending::Input(Input::RolledBack));
    }
}

/// What each of the two shows of what was said at the end.
fn heard(seed: u64, noticed: bool) -> [Vec<String>; 2] {
    let (mut dice, mut world) = (Dice::new(seed, 7), World::friends());
    let mut disks = [ADA, BOB].map(|who| vec![world.devices[who].disk.clone()]);
    for _ in 0..dice.between(6, 14) {
        for n in 0..dice.below(5) {
            let from = dice.index(2);
            world.queue_text(from, 1 - from, &format!("before {n}"));
            if dice.permille(700) {
                world.run();
            }
            let who = dice.index(2);
            disks[who].push(world.devices[who].disk.clone());
        }
        world.broker.faults.lose_every = [0, 0, 2][dice.index(3)];
        let who = dice.index(2);
        let disk = dice.pick(&disks[who]).unwrap().clone();
        roll_back(&mut world, who, &disk, noticed);
        world.pass(Duration::from_millis([0, 50, 1_500, 30_000, 700_000][dice.index(5)]));
    }
    world.run();
    world.meet();
    for n in 0..6 {
        let from = dice.index(2);
        world.say(from, 1 - from, &format!("after {n}"));
    }
    world.heal();
    [ADA, BOB].map(|who| {
        let shown = world.screen(who).texts().into_iter();
        let mut after: Vec<_> = shown.filter(|text| text.starts_with("after")).collect();
        after.sort();
        after
    })
}

#[test]
fn whoever_is_rolled_back_again_and_again_is_heard_afterwards() {
    let said: Vec<_> = (0..6).map(|n| format!("after {n}")).collect();
    for seed in 0..12 {
        for noticed in [true, false] {
            assert_eq!(heard(seed, noticed), [said.clone(), said.clone()], "{seed} {noticed}");
        }
    }
}

#[test]
fn two_who_are_rolled_back_in_turns_lose_nothing_that_was_said_to_them() {
    let mut world = World::friends();
    let (mut said, mut n) = ([Vec::new(), Vec::new()], 0);
    for round in 0..6 {
        let who = [ADA, BOB][round % 2];
        let old = world.devices[who].disk.clone();
        for (from, rolled_back) in [(ADA, false), (BOB, false), (BOB, true), (ADA, true)] {
            if rolled_back && from == BOB {
                roll_back(&mut world, who, &old, true);
                world.meet();
            }
            n += 1;
            world.say(from, 1 - from, &format!("{n}"));
            said[1 - from].push(n);
        }
    }
    world.meet();
    for who in [ADA, BOB] {
        let shown: Vec<u64> = world.screen(who).texts().iter().filter_map(|text| text.parse().ok()).collect();
        assert!(said[who].iter().all(|n| shown.contains(n)), "{who}: {shown:?}");
        assert_eq!(
            shown.len(),
            shown.iter().collect::<std::collections::BTreeSet<_>>().len(),
            "nothing twice"
        );
    }
}

#[test]
fn the_keys_of_a_new_device_are_asked_for_when_it_is_there_and_they_did_not_come() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    let old = world.devices[ADA].disk.clone();
    // The broker retains them, and tells nobody.
    world.broker.faults.lose_every = 1;
    roll_back(&mut world, ADA, &old, true);
    world.pass(Duration::from_secs(10));
    world.broker.faults.lose_every = 0;
    world.look(ADA, BOB);
    world.say(ADA, BOB, "two");
    world.say(BOB, ADA, "three");
    world.pass(Duration::from_secs(6 * 60));
    assert_eq!(world.screen(ADA).texts(), ["one", "two", "three"]);
    assert_eq!(world.screen(BOB).texts().len(), 3);
}

#[test]
fn who_has_lost_a_session_without_noticing_is_understood_before_they_say_anything() {
    let mut world = World::friends();
    world.say(ADA, BOB, "one");
    world.pass(Duration::from_secs(30));
    let old = world.devices[BOB].disk.clone();
    // Another session than those that Bob will know of.
    world.broker.faults.spoils = Some(|body| matches!(body, EventBody::Text(_)));
    world.say(ADA, BOB, "two");
    world.broker.faults.spoils = None;
    world.pass(Duration::from_secs(30));
    roll_back(&mut world, BOB, &old, false);
    world.pass(Duration::from_secs(5));
    world.say(ADA, BOB, "three");
    world.pass(Duration::from_secs(120));
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["one", "two", "three"]);
}

#[test]
fn who_is_there_and_answers_nothing_gets_few_new_sessions_and_can_read_all_of_it() {
    let mut world = World::friends();
    world.say(BOB, ADA, "before");
    world.devices[BOB].asleep = true;
    for n in 0..5 {
        world.queue_text(ADA, BOB, &format!("{n}"));
    }
    world.pass(Duration::from_secs(9 * 60));
    world.devices[BOB].asleep = false;
    world.run();
    world.heal();
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["before", "0", "1", "2", "3", "4"]);
    world.say(BOB, ADA, "after");
    assert_eq!(world.screen(ADA).texts().last().unwrap(), "after");
}
