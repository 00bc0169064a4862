//! Much that waits: written while nobody could be reached, and told when they can be.

use std::collections::BTreeMap;
use std::time::Duration;

use super::texts;
use super::world::{ADA, BOB, World};
use crate::chat::message::Delivery;
use crate::chat::record::{Query, Table};
use crate::chat::wire::{Event, EventBody};
use crate::chat::{Command, Input};

/// What Ada has sent of texts, in the order of sending.
fn sent(world: &World) -> Vec<Event> {
    let ada = world.id(ADA);
    let events = world.broker.log.iter().filter_map(|held| world.broker.read(held));
    events.filter(|event| event.from == ada && matches!(event.body, EventBody::Text(_))).cloned().collect()
}

fn waiting(world: &World) -> usize {
    world.devices[ADA].disk.load(&Query::Tables(vec![Table::Outbox])).len()
}

/// Ada writes this many without a network, and her page is loaded anew.
fn written_offline(count: usize) -> World {
    let mut world = World::friends();
    world.pull_network();
    for text in texts(count) {
        world.queue_text(ADA, BOB, &text);
        world.now += 1;
    }
    world.run();
    world.reload(ADA, true);
    world.run();
    world
}

#[test]
fn five_thousand_messages_written_offline_go_out_once_and_in_order_after_a_reload() {
    let mut world = written_offline(5_000);
    assert_eq!(waiting(&world), 5_000);
    world.network_down = false;
    world.input(BOB, Input::Online(true));
    world.pass(Duration::from_secs(5));
    world.input(ADA, Input::Online(true));
    world.pass(Duration::from_secs(20));
    assert_eq!(waiting(&world), 0, "every one is acknowledged by Bob");
    let sent = sent(&world);
    assert_eq!(sent.len(), 5_000, "once");
    assert!(sent.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq), "in order");
    let stored = world.devices[BOB].disk.load(&Query::Tables(vec![Table::Messages]));
    assert_eq!(stored.len(), 5_000);
    world.command(BOB, Command::Open(None));
    world.look(BOB, ADA);
    let last = world.screen(BOB).texts();
    assert_eq!(last, texts(5_000)[5_000 - last.len()..]);
    world.look(ADA, BOB);
    let deliveries = world.screen(ADA).deliveries();
    assert!(deliveries.iter().all(|delivery| *delivery >= Delivery::Delivered));
}

#[test]
fn no_more_than_a_thousand_are_on_their_way_to_one_person_without_a_receipt() {
    let mut world = written_offline(1_500);
    // Bob is not there, and the broker keeps for him what comes.
    world.input(BOB, Input::Leaving);
    world.network_down = false;
    world.input(ADA, Input::Online(true));
    world.pass(Duration::from_secs(10 * 60));
    let mut copies = BTreeMap::<u64, usize>::new();
    sent(&world).iter().for_each(|event| *copies.entry(event.seq).or_default() += 1);
    assert_eq!(copies.len(), 1_000);
    assert_eq!(copies.keys().copied().max(), Some(1_000));
    // The others leave as soon as those have come.
    world.input(BOB, Input::Returned);
    world.pass(Duration::from_secs(60));
    assert_eq!(waiting(&world), 0);
    let stored = world.devices[BOB].disk.load(&Query::Tables(vec![Table::Messages]));
    assert_eq!(stored.len(), 1_500);
}
