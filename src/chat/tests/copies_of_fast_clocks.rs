//! Copies that come while storage is asked where the first of them belongs.

use super::broker::{Faults, Held};
use super::hostile::event;
use super::world::{ADA, BOB, World};
use crate::chat::wire::{Event, EventBody};

/// What is not the newest is looked for at its place; and where a clock is far ahead its place is as late as it comes.
#[test]
fn copies_from_a_clock_far_ahead_that_come_at_once_are_shown_once() {
    let mut world = World::friends();
    world.devices[BOB].clock_error = 36_000_000;
    world.broker.faults = Faults { loses_topic: Some("/Inbox/m"), ..Faults::default() };
    world.say(BOB, ADA, "from a morning that is not here yet");
    world.broker.faults = Faults::default();
    world.devices[BOB].clock_error = 0;
    let (ada, bob, device) = (world.id(ADA), world.id(BOB), world.device_id(ADA));
    let ahead = (world.time(ADA).0 + 7_200_000) << 16;
    let said = event(ada, bob, 1, EventBody::Text("hello".into()));
    let said = Event { device, hlc: ahead, deps: Vec::new(), ..said };
    for _ in 0..3 {
        let payload = world.seal(ADA, BOB, &said);
        world.broker.publish(Held { topic: format!("kith/{bob}/Inbox/m"), payload, qos: 1, retain: false });
    }
    while world.step() {
        world.now += 1;
    }
    assert_eq!(world.screen(BOB).texts(), ["hello", "from a morning that is not here yet"]);
}

/// The first copy belongs before what is the newest, and storage does not say what stands there; the second comes so late that
/// it is the newest itself.
#[test]
fn a_copy_that_was_placed_while_the_first_was_looked_for_is_the_only_one() {
    let mut world = World::friends();
    world.devices[BOB].clock_error = 301_000;
    world.broker.faults = Faults { loses_topic: Some("/Inbox/m"), ..Faults::default() };
    world.say(BOB, ADA, "a little ahead");
    world.broker.faults = Faults::default();
    world.devices[BOB].clock_error = 0;
    let (ada, bob, device) = (world.id(ADA), world.id(BOB), world.device_id(ADA));
    let ahead = (world.time(ADA).0 + 7_200_000) << 16;
    // Its device has numbered it anew, or has not.
    for (seq, again, origin) in [(1, 1, None), (2, 3, Some((device, 2)))] {
        let text = format!("hello {seq}");
        let said = event(ada, bob, seq, EventBody::Text(text.as_str().into()));
        let said = Event { device, hlc: ahead, deps: Vec::new(), ..said };
        world.devices[BOB].disk_unreadable = true;
        world.tell(ADA, BOB, &said);
        world.now += 5_000;
        world.tell(ADA, BOB, &Event { seq: again, origin, ..said });
        world.devices[BOB].disk_unreadable = false;
        world.look(BOB, ADA);
        let shown = world.screen(BOB).texts().into_iter().filter(|shown| *shown == text).count();
        assert_eq!(shown, 1, "{text}");
    }
}
