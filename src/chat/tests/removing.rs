//! Contacts that are removed with all that was said.

use std::time::Duration;

use super::device::Device;
use super::effects::passphrase;
use super::world::{ADA, BOB, World};
use crate::chat::change::Phase;
use crate::chat::contact::Relation;
use crate::chat::id::ConversationId;
use crate::chat::record::{Query, Table};
use crate::chat::{Command, Input};

/// Two friends who have talked.
fn talked(messages: usize) -> World {
    let mut world = World::friends();
    for text in super::texts(messages) {
        world.say(ADA, BOB, &text);
    }
    world.say(BOB, ADA, "an answer");
    world
}

fn stored(world: &World, table: Table) -> usize {
    world.devices[ADA].disk.load(&Query::Tables(vec![table])).len()
}

#[test]
fn who_is_removed_goes_with_all_that_was_said() {
    let mut world = talked(3);
    let bob = world.id(BOB);
    world.pull_network();
    world.say(ADA, BOB, "this one waits");
    let conversation = ConversationId(bob);
    world.command(ADA, Command::Draft { conversation, text: "and this is a draft".into() });
    world.command(ADA, Command::Remove(bob));
    for reload in [false, true] {
        assert!(world.screen(ADA).contacts.is_empty(), "reload: {reload}");
        assert!(world.screen(ADA).conversations.is_empty(), "reload: {reload}");
        for table in [Table::Messages, Table::Outbox, Table::Contacts, Table::Keyrings, Table::Sessions] {
            assert_eq!(stored(&world, table), 0, "{table:?}, reload: {reload}");
        }
        world.reload(ADA, true);
        world.run();
    }
    world.heal();
    assert_eq!(world.relation(BOB, ADA), Relation::Friend, "the other is told nothing");
    assert!(!world.screen(BOB).texts().contains(&"this one waits".to_owned()));
}

#[test]
fn who_is_blocked_goes_with_all_that_was_said_and_stays_blocked() {
    let mut world = talked(3);
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::Block(bob));
    world.command(ADA, Command::Remove(bob));
    world.say(BOB, ADA, "do you hear me?");
    for reload in [false, true] {
        world.pass(Duration::from_secs(60));
        assert_eq!(world.relation(ADA, BOB), Relation::Blocked, "reload: {reload}");
        assert!(world.screen(ADA).conversations.is_empty(), "reload: {reload}");
        for table in [Table::Messages, Table::Outbox] {
            assert_eq!(stored(&world, table), 0, "{table:?}, reload: {reload}");
        }
        world.reload(ADA, true);
        world.run();
    }
    world.command(ADA, Command::Unblock(bob));
    assert!(world.screen(ADA).contacts.is_empty(), "they are nobody any more");
    assert!(world.screen(ADA).conversations.is_empty());
    world.command(ADA, Command::AddContact(bob.to_string().into()));
    world.pass(Duration::from_secs(60));
    world.look(ADA, BOB);
    world.say(ADA, BOB, "hello again");
    world.pass(Duration::from_secs(600));
    assert_eq!(world.screen(ADA).texts(), ["do you hear me?", "hello again"]);
    assert_eq!(world.screen(BOB).texts().last().map(String::as_str), Some("hello again"), "{ada}");
}

#[test]
fn who_was_asked_in_vain_and_blocked_goes_with_what_was_written_and_stays_blocked() {
    let mut world = World::new(2);
    world.sign_up(ADA, "Ada");
    world.sign_up(BOB, "Bob");
    let bob = world.id(BOB);
    world.command(ADA, Command::AddContact(bob.to_string().into()));
    world.look(ADA, BOB);
    world.say(ADA, BOB, "this waits for your answer");
    world.command(ADA, Command::Block(bob));
    world.command(ADA, Command::Remove(bob));
    assert_eq!(world.relation(ADA, BOB), Relation::Blocked);
    assert!(world.screen(ADA).conversations.is_empty());
    assert_eq!((stored(&world, Table::Messages), stored(&world, Table::Outbox)), (0, 0));
    world.command(ADA, Command::Unblock(bob));
    assert!(world.screen(ADA).contacts.is_empty() && world.screen(ADA).conversations.is_empty());
}

#[test]
fn a_long_history_goes_as_a_whole() {
    let mut world = talked(700);
    assert!(stored(&world, Table::Messages) > 700);
    world.command(ADA, Command::Remove(world.id(BOB)));
    assert_eq!(stored(&world, Table::Messages), 0);
}

#[test]
fn after_a_removal_nothing_comes_from_them_and_no_receipt_leaves() {
    let mut world = talked(1);
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::Remove(bob));
    let before = world.receipts_to(BOB).len();
    world.say(BOB, ADA, "are you there?");
    world.pass(Duration::from_secs(60));
    assert_eq!(stored(&world, Table::Messages), 0);
    assert_eq!(world.receipts_to(BOB).len(), before);
    assert!(world.screen(ADA).conversations.is_empty() && world.screen(ADA).contacts.is_empty());
    assert_eq!(world.screen(BOB).requests.len(), 0, "{ada}");
}

#[test]
fn what_comes_while_a_conversation_is_being_removed_goes_with_it() {
    let mut world = talked(700);
    let bob = world.id(BOB);
    world.queue_text(BOB, ADA, "one more");
    world.input(ADA, Input::Command(Command::Remove(bob)));
    world.run();
    world.pass(Duration::from_secs(60));
    assert_eq!(stored(&world, Table::Messages), 0);
    assert!(world.screen(ADA).conversations.is_empty());
}

#[test]
fn who_was_removed_can_be_asked_again_and_both_hear_each_other() {
    for reload in [false, true] {
        let mut world = talked(3);
        let (ada, bob) = (world.id(ADA), world.id(BOB));
        world.command(ADA, Command::Remove(bob));
        world.say(BOB, ADA, "written meanwhile");
        if reload {
            world.reload(ADA, true);
            world.run();
        }
        world.command(ADA, Command::AddContact(bob.to_string().into()));
        world.pass(Duration::from_secs(60));
        assert_eq!(world.relation(ADA, BOB), Relation::Friend, "for Bob they have always been");
        world.look(ADA, BOB);
        world.say(ADA, BOB, "hello again");
        world.say(BOB, ADA, "welcome back");
        world.pass(Duration::from_secs(600));
        let texts = world.screen(ADA).texts();
        assert_eq!(texts, ["written meanwhile", "hello again", "welcome back"], "reload: {reload}");
        let texts = world.screen(BOB).texts();
        assert_eq!(texts[texts.len() - 2..], ["hello again", "welcome back"], "{ada}, reload: {reload}");
    }
}

#[test]
fn a_removal_survives_a_reload_before_any_of_its_steps() {
    for lands in [false, true] {
        for step in 0..12 {
            let mut world = talked(3);
            world.reload_at = Some((world.steps + step, ADA, lands));
            world.command(ADA, Command::Remove(world.id(BOB)));
            // Either nothing has happened, or all of it.
            let left = stored(&world, Table::Messages);
            let known = world.screen(ADA).contacts.len();
            assert!((left, known) == (0, 0) || (left >= 4 && known == 1), "{left} of {known}, step {step}");
        }
    }
}

#[test]
fn after_a_removal_no_number_is_used_twice_even_where_a_request_is_withdrawn() {
    let mut world = talked(3);
    let (ada, bob) = (world.id(ADA), world.id(BOB));
    world.command(ADA, Command::Remove(bob));
    world.command(BOB, Command::Remove(ada));
    for text in ["taken back", "kept"] {
        world.command(ADA, Command::AddContact(bob.to_string().into()));
        world.look(ADA, BOB);
        world.say(ADA, BOB, text);
        if text == "taken back" {
            world.command(ADA, Command::Remove(bob));
        }
    }
    world.command(BOB, Command::Accept(ada));
    world.look(BOB, ADA);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.screen(BOB).texts(), ["kept"]);
}

#[test]
fn whoever_has_removed_somebody_can_go_on_from_a_backup_and_no_number_is_used_twice() {
    let mut world = talked(3);
    let bob = world.id(BOB);
    world.command(ADA, Command::Remove(bob));
    let conversation = ConversationId(bob);
    // The composer may say so late.
    world.command(ADA, Command::Draft { conversation, text: "and this is a draft".into() });
    let mut device = ADA;
    // The second is a backup of a device that has gone on from the first.
    for new in [2, 3] {
        let file = world.back_up(device);
        world.input(device, Input::Leaving);
        world.devices.push(Device::new(new));
        world.run();
        world.command(new, Command::Restore { file, passphrase: passphrase("correct horse") });
        assert_eq!(world.screen(new).phase, Some(Phase::Ready), "{:?}", world.screen(new).rejected);
        device = new;
    }
    world.command(device, Command::AddContact(bob.to_string().into()));
    world.pass(Duration::from_secs(60));
    world.look(device, BOB);
    world.say(device, BOB, "hello again");
    world.say(BOB, device, "welcome back");
    world.pass(Duration::from_secs(600));
    assert_eq!(world.screen(device).texts(), ["hello again", "welcome back"]);
    assert_eq!(world.screen(BOB).texts().len(), 6);
}
