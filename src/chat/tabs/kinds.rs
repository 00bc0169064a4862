//! What kinds of commands there are, and whose answers are whose.

use crate::chat::change::{Change, Form};
use crate::chat::command::Command;

/// Whether a command must not be lost. The others are worth something at once or not at all, or are told again anyway.
pub(super) const fn lasts(command: &Command) -> bool {
    matches!(
        command,
        Command::AcceptKey(_)
            | Command::KeepKey(_)
            | Command::Verify { .. }
            | Command::Unverify(_)
            | Command::Choose { .. }
            | Command::Accept(_)
            | Command::Decline(_)
            | Command::AnswerOne { .. }
            | Command::Block(_)
            | Command::Unblock(_)
            | Command::Withdraw(_)
            | Command::Remove(_)
            | Command::Pin { .. }
            | Command::Mute { .. }
            | Command::Send { .. }
            | Command::Edit { .. }
            | Command::Delete { .. }
            | Command::Retry(_)
            | Command::Discard(_)
            | Command::SaveProfile { .. }
            | Command::SavePrivacy { .. }
            | Command::SaveServer(_)
            | Command::SavePreferences(_)
    )
}

/// Whether whoever is in charge next is told by [`super::Tabs::introduce`].
pub(super) const fn stays(command: &Command) -> bool {
    matches!(command, Command::Open(_) | Command::AtLatest(_) | Command::Draft { .. })
}

/// The forms whose answers go to the tab that this comes from.
pub(super) const fn asked(command: &Command) -> &'static [Form] {
    if let Command::SaveProfile { .. } = command {
        &[Form::Profile]
    } else if let Command::SavePicture(_) = command {
        &[Form::Picture]
    } else if let Command::SaveServer(_) = command {
        &[Form::Connection]
    } else if let Command::AddContact(_) = command {
        &[Form::Contact]
    } else if let Command::OpenInvite(_) | Command::AcceptInvite = command {
        // They may lead to a conversation, as adding a contact may.
        &[Form::Invite, Form::Contact]
    } else {
        &[]
    }
}

/// Which form a change is an answer to.
pub(super) const fn answered(change: &Change) -> Option<Form> {
    if let Change::Done(form) | Change::Rejected(form, _) = change {
        Some(*form)
    } else if let Change::Opened(_) = change {
        Some(Form::Contact)
    } else if let Change::Invite(_) = change {
        Some(Form::Invite)
    } else {
        None
    }
}
