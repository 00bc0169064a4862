//! The rules of writing: no ratchet moves on but in the save of what it moved for, and nothing leaves before that.

use std::collections::BTreeMap;
use std::time::Duration;

use super::broker::mid;
use super::reloads::between_any_two_steps;
use super::world::{ADA, BOB, World};
use crate::cbor::Reader;
use crate::chat::Command;
use crate::chat::record::{Batch, Table, Write};
use crate::chat::wire::EventBody;
use crate::e2ee::envelope::row_keys;

fn puts(batch: &Batch, table: Table) -> usize {
    batch.iter().filter(|write| matches!(write, Write::Put(record) if record.table == table)).count()
}

/// The rows of a fan-out envelope that are plain Olm messages.
fn rows(payload: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut envelope = Reader::new(payload).ok()?;
    let kind = (envelope.number().ok()?, envelope.number().ok()?);
    let _: ([u8; 16], &[u8]) = (envelope.id().ok()?, envelope.bytes().ok()?);
    let row = |reader: &mut Reader<'_>| {
        let _tag: [u8; 4] = reader.id()?;
        Ok((reader.number()?, reader.bytes()?.to_vec()))
    };
    let rows = envelope.list(|reader| reader.array(row)).ok().filter(|_| kind == (1, 1))?;
    Some(rows.into_iter().filter(|(kind, _)| *kind == 1).map(|(_, row)| row).collect())
}

#[test]
fn a_message_is_sent_by_one_save_with_its_ratchet_in_it() {
    let mut world = World::friends();
    let (before, saves) = (world.broker.log.len(), world.devices[ADA].saves);
    world.queue_text(ADA, BOB, "hello");
    while world.broker.log.len() == before {
        assert!(world.step());
    }
    assert_eq!(world.devices[ADA].saves, saves + 1);
    let batch = world.devices[ADA].batches.last().unwrap();
    for table in [Table::Messages, Table::Outbox, Table::Conversations, Table::Sessions] {
        assert_eq!(puts(batch, table), 1, "{table:?}");
    }
}

#[test]
fn nothing_is_acknowledged_to_the_broker_before_it_is_stored() {
    let mut world = World::friends();
    let message = world.say(ADA, BOB, "before");
    world.pass(Duration::from_secs(60));
    let carol = world.devices.len();
    world.devices.push(super::device::Device::new(carol));
    world.run();
    world.sign_up(carol, "Carol");
    let (edit, bob) = (world.fresh_id(), world.id(BOB));
    let steps: [&dyn Fn(&mut World); 3] = [
        &|world| {
            world.say(ADA, BOB, "hello");
        },
        &|world| world.command(ADA, Command::Edit { id: edit, message, text: "edited".into() }),
        &|world| world.command(carol, Command::AddContact(bob.to_string().into())),
    ];
    for (n, step) in steps.into_iter().enumerate() {
        let held = |world: &World| world.broker.unacknowledged(world.devices[BOB].connection);
        assert_eq!(held(&world), 0, "step {n}");
        world.devices[BOB].disk_full = true;
        step(&mut world);
        world.pass(Duration::from_millis(500));
        assert_ne!(held(&world), 0, "step {n}");
        world.devices[BOB].disk_full = false;
        world.pass(Duration::from_secs(30));
        assert_eq!(held(&world), 0, "step {n}");
    }
    assert_eq!(
        (world.screen(BOB).texts(), world.screen(BOB).requests.len()),
        (vec!["edited".into(), "hello".into()], 1)
    );
}

#[test]
fn what_was_decrypted_is_stored_with_its_ratchet_and_its_number() {
    let mut world = World::friends();
    for n in 0..5 {
        world.say(ADA, BOB, &format!("a{n}"));
        world.say(BOB, ADA, &format!("b{n}"));
    }
    for device in &world.devices {
        let with_messages = device.batches.iter().filter(|batch| puts(batch, Table::Messages) > 0);
        for batch in with_messages {
            assert_eq!((puts(batch, Table::Sessions), puts(batch, Table::Conversations)), (1, 1));
        }
        // A receipt that came: nothing is said to it.
        let is_receipt = |write: &Write| matches!(write, Write::Delete(Table::Outbox, _));
        let receipts: Vec<_> = device.batches.iter().filter(|batch| batch.iter().any(is_receipt)).collect();
        assert_eq!(receipts.len(), 5);
        for batch in receipts {
            assert_eq!((puts(batch, Table::Sessions), puts(batch, Table::Conversations)), (1, 1));
        }
    }
}

#[test]
fn no_message_key_is_used_twice_whatever_is_lost() {
    between_any_two_steps(
        World::friends,
        |world| {
            for n in 0..2 {
                if world.screen(ADA).account.is_some() {
                    world.queue_text(ADA, BOB, &format!("a{n}"));
                    world.input(ADA, crate::chat::Input::Command(Command::Typing));
                }
                if world.screen(BOB).account.is_some() {
                    world.queue_text(BOB, ADA, &format!("b{n}"));
                }
                world.run();
            }
        },
        |world, case| {
            let mut used = BTreeMap::new();
            for held in &world.broker.log {
                for row in rows(&held.payload).unwrap_or_default() {
                    let name = mid(&held.payload).unwrap();
                    let earlier = used.insert(row_keys(&row).expect("an Olm message"), name);
                    assert!(earlier.is_none_or(|earlier| earlier == name), "{case}");
                }
            }
            assert!(used.len() > 4, "{case}");
            let naks = world.broker.sealed.values().filter(|event| matches!(event.body, EventBody::Nak(_)));
            assert_eq!(naks.count(), 0, "{case}");
        },
    );
}
