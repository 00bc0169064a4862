//! The passphrase: what keeps a device's storage closed.

use super::effects::passphrase;
use super::world::{ADA, BOB, World};
use crate::chat::change::{Form, Phase, Rejection};
use crate::chat::input::StorageError;
use crate::chat::secret::{PassphraseError, Protection};
use crate::chat::{Command, Input};

impl World {
    /// Somebody with such a device is there.
    fn locked() -> Self {
        let mut world = Self::friends();
        world.say(BOB, ADA, "hello");
        let next = Some(passphrase("correct horse"));
        world.command(ADA, Command::ChangePassphrase { current: None, next });
        world
    }
}

#[test]
fn a_locked_app_shows_nothing_and_sends_nothing_before_the_passphrase_is_right() {
    let mut world = World::locked();
    assert_eq!(world.screen(ADA).protection, Some(Protection::Passphrase));
    world.command(ADA, Command::Lock);
    assert_eq!(world.screen(ADA).phase, Some(Phase::Locked));
    assert!(world.devices[ADA].connection.is_none(), "it has left");
    let attempts = world.attempts(ADA);
    world.command(ADA, Command::Unlock(passphrase("correct house")));
    let wrong = (Form::Unlock, Rejection::WrongPassphrase);
    assert_eq!(world.screen(ADA).rejected.last(), Some(&wrong));
    assert_eq!(world.screen(ADA).phase, Some(Phase::Locked));
    assert!(world.screen(ADA).conversations.is_empty());
    assert_eq!(world.attempts(ADA), attempts);
    world.command(ADA, Command::Unlock(passphrase("correct horse")));
    assert_eq!(world.screen(ADA).phase, Some(Phase::Ready));
    world.look(ADA, BOB);
    assert_eq!(world.screen(ADA).texts(), ["hello"]);
}

#[test]
fn what_was_written_just_before_locking_is_kept_and_sent() {
    let mut world = World::locked();
    world.queue_text(ADA, BOB, "on my way");
    world.command(ADA, Command::Lock);
    world.command(ADA, Command::Unlock(passphrase("correct horse")));
    world.heal();
    assert_eq!(world.screen(BOB).texts(), ["hello", "on my way"]);
}

#[test]
fn a_passphrase_is_changed_and_removed_by_who_knows_it() {
    let mut world = World::locked();
    let change = |current: &str, next: Option<&str>| Command::ChangePassphrase {
        current: Some(passphrase(current)),
        next: next.map(passphrase),
    };
    for (command, rejection) in [
        (change("correct house", None), Rejection::WrongPassphrase),
        (change("correct horse", Some("short")), Rejection::ShortPassphrase),
    ] {
        world.command(ADA, command);
        assert_eq!(world.screen(ADA).rejected.last(), Some(&(Form::Passphrase, rejection)));
        assert_eq!(world.devices[ADA].passphrase, Some(passphrase("correct horse")));
    }
    world.command(ADA, change("correct horse", Some("battery staple")));
    assert_eq!(world.devices[ADA].passphrase, Some(passphrase("battery staple")));
    world.command(ADA, change("battery staple", None));
    assert_eq!(world.screen(ADA).protection, Some(Protection::Browser));
    world.command(ADA, Command::Lock);
    assert_eq!(world.screen(ADA).phase, Some(Phase::Ready), "there is nothing to lock with");
}

#[test]
fn who_has_forgotten_the_passphrase_begins_anew_with_nothing() {
    let mut world = World::locked();
    world.command(ADA, Command::Lock);
    world.command(ADA, Command::BeginAnew);
    assert!(matches!(world.screen(ADA).phase, Some(Phase::Welcome(_))));
    assert!(world.screen(ADA).conversations.is_empty());
    world.sign_up(ADA, "Ada");
    assert_eq!(world.screen(ADA).phase, Some(Phase::Ready));
    assert!(world.screen(ADA).contacts.is_empty());
}

#[test]
fn a_key_that_is_lost_is_told_and_nothing_is_touched() {
    let mut world = World::locked();
    world.command(ADA, Command::Lock);
    let saves = world.devices[ADA].saves;
    let lost = StorageError::KeyLost;
    world.input(ADA, Input::NotUnlocked(PassphraseError::Storage(lost)));
    world.run();
    assert_eq!(world.screen(ADA).phase, Some(Phase::Unusable(lost)));
    assert_eq!(world.devices[ADA].saves, saves);
}

#[test]
fn the_recovery_words_take_the_passphrase_where_one_is_set() {
    let mut world = World::new(1);
    world.sign_up(ADA, "Ada");
    world.command(ADA, Command::ShowWords(None));
    let words = world.screen(ADA).words.clone().expect("nothing is set");
    let next = Some(passphrase("correct horse"));
    world.command(ADA, Command::ChangePassphrase { current: None, next: next.clone() });
    for reload in [false, true] {
        if reload {
            world.reload(ADA, true);
            world.run();
            world.command(ADA, Command::Unlock(passphrase("correct horse")));
        }
        world.devices[ADA].screen.words = None;
        for wrong in [None, Some(passphrase("battery staple"))] {
            world.devices[ADA].screen.rejected.clear();
            world.command(ADA, Command::ShowWords(wrong));
            assert_eq!(world.screen(ADA).words, None);
            assert_eq!(world.screen(ADA).rejected, [(Form::Words, Rejection::WrongPassphrase)]);
        }
        world.command(ADA, Command::ShowWords(next.clone()));
        assert_eq!(world.screen(ADA).words, Some(words.clone()));
    }
}
