//! What the person wants.

use std::sync::Arc;

use super::super::change::View;
use super::super::command::{Command, Origin};
use super::super::effect::Effect;
use super::super::id::{ConversationId, TabId};
use super::super::stored;
use super::Client;
use super::commits::Then;

impl Client {
    /// Carries out a tab's command; one that has a number, once.
    pub(super) fn handle_asked(&mut self, origin: Origin, command: Command) {
        self.tabs.active = origin.tab;
        if origin.number == 0 {
            return self.handle_command(command);
        }
        if self.ready().is_none() {
            return;
        }
        if self.taken.note(origin) {
            self.handle_command(command);
            self.commits.write(stored::write_taken(&self.taken));
        }
        self.commits.then(Then::Took(origin));
    }

    fn handle_command(&mut self, command: Command) {
        self.screen.hurry();
        if self.ready().is_some() || is_for_anybody(&command) {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::KeepWelcome(welcome) => self.keep_welcome(welcome),
            Command::Start(welcome) => self.start(welcome, None),
            Command::StartFrom { welcome, words } => self.start_from(*welcome, &words),
            Command::OpenInvite(link) => self.open_invite(link.text()),
            Command::UseHere => self.effect(Effect::Claim),
            Command::DismissAlert => self.dismiss_alerts(),
            answer @ (Command::AcceptInvite | Command::DismissInvite) => self.answer_invite(&answer),
            Command::SaveProfile { name, about, status } => self.save_profile(&name, &about, &status),
            Command::SavePrivacy { contacts_only } => self.save_privacy(contacts_only),
            Command::ShowWords(passphrase) => self.ask_for_words(passphrase),
            Command::SavePicture(picture) => self.save_picture(picture),
            Command::SaveServer(server) => self.save_server(&server),
            Command::SavePreferences(preferences) => self.save_preferences(preferences),
            Command::TryNow => self.try_now(),
            Command::Unlock(passphrase) => self.effect(Effect::Unlock(passphrase)),
            Command::ChangePassphrase { current, next } => self.change_passphrase(current, next),
            Command::Lock => self.lock(),
            Command::BeginAnew => self.begin_anew(),
            Command::LookAtStorage { keep } => self.look_at_storage(keep),
            Command::MakeBackup(passphrase) => self.make_backup(passphrase),
            Command::Restore { file, passphrase } => self.open_backup(file, passphrase),
            Command::AddContact(typed) => self.add_contact(typed.text()),
            Command::MakeInvite => self.make_invite(),
            Command::Accept(from) => self.accept(from),
            Command::Decline(from) => self.decline(from),
            Command::AnswerOne { from, key, accept } => self.answer_one(from, key, accept),
            Command::Block(id) => self.block(id),
            Command::Unblock(id) => self.unblock(id),
            Command::Withdraw(id) => self.withdraw(id),
            Command::Remove(id) => self.remove(id),
            Command::Choose { contact, key } => self.choose_one(contact, key),
            Command::AcceptKey(id) => self.accept_new_key(id),
            Command::KeepKey(id) => self.keep_key(id),
            Command::ShowSafety(id) => self.show_safety(id),
            Command::Verify { contact, key } => self.verify(contact, key),
            Command::CompareCode { contact, text } => self.compare_code(contact, &text),
            Command::Scan(of) => self.scan(of),
            Command::CompareEmoji(id) => self.compare_emoji(id),
            Command::SameEmoji(same) => self.same_emoji(same),
            Command::StopComparing => self.stop_comparing(),
            Command::Unverify(id) => self.unverify(id),
            Command::Open(conversation) => self.open_conversation(conversation),
            Command::AtLatest(at_latest) => self.at_latest(at_latest),
            Command::MarkRead(conversation) => self.mark_read(conversation, true),
            Command::Pin { conversation, pinned } => self.pin(conversation, pinned),
            Command::Mute { conversation, until } => self.mute(conversation, until),
            way @ (Command::ShowOlder | Command::ShowNewer) => self.extend(way == Command::ShowOlder),
            Command::ShowLatest => self.show_latest(),
            Command::Send { id, conversation, text } => self.send(id, conversation, &text),
            Command::Edit { id, message, text } => self.change(id, message, Some(text)),
            Command::Delete { id, message } => self.change(id, message, None),
            Command::Retry(id) => self.retry(id),
            Command::AskAgain(conversation) => self.ask_again(conversation),
            Command::Discard(id) => self.discard(id),
            Command::Draft { conversation, text } => self.keep_draft(conversation, text),
            Command::Typing => self.typing(),
        }
    }

    fn open_conversation(&mut self, conversation: Option<ConversationId>) {
        self.commits.gather_later();
        match conversation.filter(|id| self.threads.contains_key(id)) {
            Some(conversation) => self.open(conversation, View::Unread),
            None => self.tabs.active().open(None),
        }
    }

    fn show_latest(&mut self) {
        let open = self.tabs.timeline().map(|timeline| (timeline.conversation, timeline.divider));
        if let Some((conversation, divider)) = open {
            self.open(conversation, View::Latest);
            if let Some(timeline) = self.tabs.timeline() {
                timeline.divider = divider;
            }
        }
    }

    fn at_latest(&mut self, at_latest: bool) {
        // Before the page is there, the screen speaks of the one before.
        let Some(timeline) = self.tabs.timeline().filter(|timeline| timeline.loaded) else { return };
        timeline.at_latest = at_latest;
        let conversation = timeline.conversation;
        if self.tabs.see_latest(conversation) {
            self.mark_read(conversation, false);
        }
    }

    pub(super) fn handle_visible(&mut self, tab: TabId, visible: bool) {
        let tab = self.tabs.at(tab);
        tab.is_visible = visible;
        let open = tab.timeline.as_ref().map(|timeline| timeline.conversation);
        if !visible {
            // From here on the page may be killed without a word.
            return self.commits.gather_later();
        }
        self.wake();
        if let Some(conversation) = open.filter(|open| self.tabs.see_latest(*open)) {
            self.mark_read(conversation, false);
        }
    }

    /// All of a conversation is read. The "New messages" line stays where it is, unless the person sends it away.
    fn mark_read(&mut self, conversation: ConversationId, clear_line: bool) {
        if clear_line {
            self.tabs.of(conversation).for_each(|timeline| timeline.divider = None);
            self.screen.touch(conversation);
        }
        if self.threads.get_mut(&conversation).is_some_and(super::Thread::mark_read) {
            self.commits.touch(conversation);
            self.commits.receipt(conversation);
            self.screen.touch(conversation);
        }
    }

    fn keep_draft(&mut self, conversation: ConversationId, text: Arc<str>) {
        // Of somebody who is gone only the numbers are kept.
        let known = self.people.contains_key(&conversation.0);
        let Some(thread) = self.threads.get_mut(&conversation).filter(|_| known) else { return };
        if thread.draft != text {
            thread.draft = text;
            self.commits.touch_later(conversation, self.now.instant);
            self.screen.touch(conversation);
        }
    }
}

/// Whether a command means something before somebody has begun, too.
const fn is_for_anybody(command: &Command) -> bool {
    matches!(
        command,
        Command::KeepWelcome(_)
            | Command::Start(_)
            | Command::StartFrom { .. }
            | Command::OpenInvite(_)
            | Command::DismissInvite
            | Command::UseHere
            | Command::DismissAlert
            | Command::Unlock(_)
            | Command::BeginAnew
            | Command::Restore { .. }
    )
}
