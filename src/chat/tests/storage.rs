//! Storage that fails, for a while or for good.

use super::world::{ADA, BOB, World};
use crate::chat::change::{Alert, Phase};
use crate::chat::contact::Relation;
use crate::chat::input::StorageError;
use crate::chat::message::Delivery;
use crate::chat::{Command, Input};

#[test]
fn a_full_disk_takes_nothing_in_and_loses_nothing() {
    let mut world = World::friends();
    world.devices[BOB].disk_full = true;
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(BOB).alert, Some(Alert::StorageFull));
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Sent], "no receipt for what is not stored");
    assert!(world.screen(BOB).rows.is_empty());
    world.heal();
    assert_eq!(world.screen(BOB).alert, None);
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Read]);
}

#[test]
fn who_begins_with_a_full_disk_is_told_and_begins_when_there_is_room() {
    let mut world = World::new(1);
    world.devices[ADA].disk_full = true;
    world.sign_up(ADA, "Ada");
    assert!(matches!(world.screen(ADA).phase, Some(Phase::Welcome(_))));
    assert_eq!(world.screen(ADA).alert, Some(Alert::StorageFull));
    world.heal();
    assert_eq!(world.screen(ADA).phase, Some(Phase::Ready));
    assert_eq!(world.screen(ADA).alert, None);
}

#[test]
fn what_cannot_be_stored_yet_is_shown_all_the_same() {
    let mut world = World::friends();
    world.devices[ADA].disk_full = true;
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(ADA).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).deliveries(), [Delivery::Queued]);
    assert!(world.screen(BOB).texts().is_empty(), "nothing leaves before it is stored");
    world.heal();
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(ADA).texts(), ["hello"]);
}

#[test]
fn what_could_not_be_saved_before_another_tab_took_over_is_no_alarm() {
    let mut world = World::friends();
    world.queue_text(ADA, BOB, "hello");
    world.input(ADA, Input::Yielded);
    world.devices[ADA].disk_full = true;
    world.run();
    assert_eq!(world.screen(ADA).phase, Some(Phase::Elsewhere));
    assert_eq!(world.screen(ADA).alert, None);
}

#[test]
fn a_reload_with_a_full_disk_loses_nothing() {
    let mut world = World::friends();
    world.devices[BOB].disk_full = true;
    world.say(ADA, BOB, "hello");
    world.devices[BOB].disk_full = false;
    world.reload(BOB, false);
    world.heal();
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
}

#[test]
fn that_saving_works_again_does_not_hide_that_storage_is_denied() {
    let mut world = World::friends();
    world.input(ADA, Input::Yielded);
    world.run();
    world.input(ADA, Input::Claimed { volatile: true });
    world.run();
    assert_eq!(world.screen(ADA).alert, Some(Alert::Volatile));
    world.devices[ADA].disk_full = true;
    world.say(ADA, BOB, "hello");
    assert_eq!(world.screen(ADA).alert, Some(Alert::StorageFull));
    world.heal();
    assert_eq!(world.screen(ADA).alert, Some(Alert::Volatile));
    world.command(ADA, Command::DismissAlert);
    assert_eq!(world.screen(ADA).alert, None);
    world.devices[ADA].disk_full = true;
    world.say(ADA, BOB, "again");
    world.heal();
    assert_eq!(world.screen(ADA).alert, None, "what was dismissed does not come back");
}

#[test]
fn a_request_leaves_the_screen_when_its_answer_is_stored() {
    for answer in [Command::Accept, Command::Decline, Command::Block] {
        let mut world = World::new(2);
        world.sign_up(ADA, "Ada");
        world.sign_up(BOB, "Bob");
        let (ada, bob) = (world.id(ADA), world.id(BOB));
        world.command(ADA, Command::AddContact(bob.to_string().into()));
        world.devices[BOB].disk_full = true;
        world.command(BOB, answer(ada));
        assert_eq!(world.screen(BOB).requests.len(), 1, "{:?}", answer(ada));
        assert_eq!(world.relation(ADA, BOB), Relation::Requested);
        world.heal();
        assert!(world.screen(BOB).requests.is_empty(), "{:?}", answer(ada));
    }
}

#[test]
fn a_conversation_that_cannot_be_read_says_so_and_opens_later() {
    let mut world = World::friends();
    world.say(ADA, BOB, "hello");
    world.command(BOB, Command::Open(None));
    world.devices[BOB].disk_unreadable = true;
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).alert, Some(Alert::StorageFailed));
    assert_eq!(world.screen(BOB).texts(), Vec::<String>::new());
    world.devices[BOB].disk_unreadable = false;
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
    assert_eq!(world.screen(BOB).alert, None, "reading works again");
}

#[test]
fn a_page_that_cannot_be_read_can_be_asked_for_again() {
    let mut world = World::friends();
    for n in 0..120 {
        world.queue_text(ADA, BOB, &format!("message {n}"));
        world.now += 1;
    }
    world.run();
    world.command(BOB, Command::Open(None));
    world.look(BOB, ADA);
    let shown = world.screen(BOB).rows.len();
    world.devices[BOB].disk_unreadable = true;
    world.command(BOB, Command::ShowOlder);
    assert_eq!(world.screen(BOB).alert, Some(Alert::StorageFailed));
    assert_eq!((world.screen(BOB).rows.len(), world.screen(BOB).edges), (shown, (true, false)));
    world.devices[BOB].disk_unreadable = false;
    world.command(BOB, Command::ShowOlder);
    assert!(world.screen(BOB).rows.len() > shown);
}

#[test]
fn a_change_whose_message_cannot_be_read_is_not_lost() {
    let mut world = World::friends();
    let message = world.say(ADA, BOB, "helo");
    world.devices[BOB].disk_unreadable = true;
    let told = world.receipts_to(ADA).len();
    let id = world.fresh_id();
    world.command(ADA, Command::Edit { id, message, text: "hello".into() });
    assert_eq!(world.screen(BOB).alert, Some(Alert::StorageFailed));
    assert_eq!(world.screen(BOB).texts(), ["helo"]);
    assert_eq!(world.receipts_to(ADA).len(), told, "not a word of what is not taken in");
    world.heal();
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
}

#[test]
fn a_profile_that_cannot_be_read_is_not_taken_for_a_new_one() {
    let mut world = World::friends();
    world.say(ADA, BOB, "hello");
    world.devices[BOB].disk_unreadable = true;
    world.reload(BOB, true);
    world.run();
    assert_eq!(world.screen(BOB).phase, Some(Phase::Unusable(StorageError::Failed)));
    world.devices[BOB].disk_unreadable = false;
    world.reload(BOB, true);
    world.heal();
    world.look(BOB, ADA);
    assert_eq!(world.screen(BOB).texts(), ["hello"]);
}
