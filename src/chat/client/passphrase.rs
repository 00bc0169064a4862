//! The passphrase that keeps storage closed: asked for, changed, and the way out for who has forgotten it. What becomes
//! of it is the browser's: here nothing is compared, and nothing kept.

use super::super::change::{Change, Form, Phase, Rejection};
use super::super::effect::Effect;
use super::super::input::StorageError;
use super::super::secret::{Passphrase, PassphraseError, Protection};
use super::Client;
use super::link::Goodbye;

impl Client {
    pub(super) fn handle_protected(&mut self, protection: Protection) {
        self.protection = Some(protection);
        self.show(Change::Protection(protection));
    }

    pub(super) fn handle_not_unlocked(&mut self, error: PassphraseError) {
        match error {
            // No passphrase would open it.
            PassphraseError::Storage(error @ StorageError::KeyLost) => {
                self.handle_idle(Phase::Unusable(error));
            }
            PassphraseError::Wrong | PassphraseError::Storage(_) => {
                self.show(Change::Rejected(Form::Unlock, rejection(error)));
            }
        }
    }

    pub(super) fn change_passphrase(&mut self, current: Option<Passphrase>, next: Option<Passphrase>) {
        if next.as_ref().is_some_and(|next| !next.is_long_enough()) {
            return self.show(Change::Rejected(Form::Passphrase, Rejection::ShortPassphrase));
        }
        self.effect(Effect::ChangePassphrase { current, next });
    }

    pub(super) fn handle_passphrase_changed(&mut self, changed: Result<Protection, PassphraseError>) {
        match changed {
            Ok(protection) => {
                self.handle_protected(protection);
                self.show(Change::Done(Form::Passphrase));
            }
            Err(error) => self.show(Change::Rejected(Form::Passphrase, rejection(error))),
        }
    }

    /// The words make whoever has them this person: they take the passphrase, where one is set.
    pub(super) fn ask_for_words(&mut self, passphrase: Option<Passphrase>) {
        match passphrase {
            _ if self.protection != Some(Protection::Passphrase) => self.show_words(),
            Some(passphrase) => self.effect(Effect::CheckPassphrase(passphrase)),
            None => self.handle_passphrase_checked(Err(PassphraseError::Wrong)),
        }
    }

    pub(super) fn handle_passphrase_checked(&mut self, checked: Result<(), PassphraseError>) {
        match checked {
            Ok(()) => self.show_words(),
            Err(error) => self.show(Change::Rejected(Form::Words, rejection(error))),
        }
    }

    /// The person goes away from the screen.
    pub(super) fn lock(&mut self) {
        if self.protection != Some(Protection::Passphrase) {
            return;
        }
        self.part(Goodbye::Offline);
        self.handle_idle(Phase::Starting);
        self.effect(Effect::Lock);
    }

    /// The person has said yes to losing all that is here.
    pub(super) fn begin_anew(&mut self) {
        self.part(Goodbye::Offline);
        self.handle_idle(Phase::Starting);
        self.effect(Effect::Erase);
    }
}

fn rejection(error: PassphraseError) -> Rejection {
    match error {
        PassphraseError::Wrong => Rejection::WrongPassphrase,
        PassphraseError::Storage(error) => Rejection::NotStored(error),
    }
}
