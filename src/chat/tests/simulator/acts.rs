//! What people do, by what they see.

use super::Simulation;
use super::oracle::CANARY;
use crate::chat::account::{Server, Welcome};
use crate::chat::change::Phase;
use crate::chat::contact::Relation;
use crate::chat::id::{ConversationId, MessageId, TabId, UserId};
use crate::chat::message::Body;
use crate::chat::secret::TypedWords;
use crate::chat::{Command, Input};

const NAMES: [&str; 6] = ["Ada", "Bob", "Carol", "Dave", "Erin", "Frank"];

impl Simulation {
    pub(super) fn command(&mut self, who: usize, command: Command) {
        self.trace.say(self.world.now, format_args!("[{who}] does {command:?}"));
        self.world.input(who, Input::Command(command));
        self.observe();
    }

    /// Whether somebody sits before this device and sees the messenger.
    pub(super) fn is_ready(&self, who: usize) -> bool {
        let device = &self.world.devices[who];
        !device.asleep && device.screen.phase == Some(Phase::Ready) && device.screen.account.is_some()
    }

    pub(super) fn id(&self, who: usize) -> Option<UserId> {
        self.world.screen(who).account.as_ref().map(|account| account.id)
    }

    pub(super) fn sign_up(&mut self, who: usize) {
        let name = NAMES[who % NAMES.len()].into();
        let words = self.words[who].take().filter(|_| self.dice.permille(700));
        if words.is_none() {
            // Some have an address that is made of an e-mail address, some one that is made of their key.
            let life = self.world.devices[who].lives;
            let email = format!("person{who}.{life}@example.org");
            self.handles[who] = if who % 2 == 1 { email } else { String::new() };
        }
        let handle = self.handles[who].as_str().into();
        let welcome = Welcome { name, handle, server: Server::default(), ..Welcome::default() };
        self.command(
            who,
            match words {
                Some(words) => Command::StartFrom {
                    welcome: Box::new(welcome),
                    words: TypedWords::new(words.0.join(" ")),
                },
                None => Command::Start(welcome),
            },
        );
    }

    /// Asks for contact, and the other says yes as soon as they see it.
    pub(super) fn acquaint(&mut self, who: usize, whom: usize) {
        let (Some(asker), Some(asked)) = (self.id(who), self.id(whom)) else { return };
        self.command(who, Command::AddContact(asked.to_string().into()));
        self.settle();
        self.command(whom, Command::Accept(asker));
        self.settle();
    }

    /// One person does one thing.
    pub(super) fn act(&mut self) {
        let who = self.dice.index(self.world.devices.len());
        if self.world.devices[who].asleep {
            return self.wake(who);
        }
        match self.world.screen(who).phase {
            Some(Phase::Welcome(_)) => return self.sign_up(who),
            Some(Phase::Unusable(_)) => return self.world.crash(who, 0),
            Some(Phase::Ready) => {}
            _ => return,
        }
        if !self.is_ready(who) {
            return;
        }
        match self.dice.below(100) {
            0..46 => self.say(who),
            46..54 => self.change(who),
            54..64 => self.look(who),
            64..68 => self.command(who, Command::Typing),
            68..73 => self.add_contact(who),
            73..81 => self.answer(who),
            81..83 => self.part(who),
            83..86 => self.profile(who),
            86..88 => self.hide(who),
            88..92 => self.draft(who),
            92..94 => self.sleep(who),
            94..97 => self.burst(who),
            _ => self.small_things(who),
        }
    }

    /// Somebody who can be written to.
    fn somebody(&mut self, who: usize) -> Option<UserId> {
        let contacts = &self.world.screen(who).contacts;
        let known = |relation| matches!(relation, Relation::Friend | Relation::Requested);
        let ids: Vec<_> = contacts.values().filter(|c| known(c.relation)).map(|c| c.id).collect();
        self.dice.pick(&ids).copied()
    }

    pub(super) fn say(&mut self, who: usize) {
        if let Some(to) = self.somebody(who) {
            self.say_to(who, to);
        }
    }

    pub(super) fn say_to(&mut self, who: usize, to: UserId) -> MessageId {
        self.said += 1;
        let id = MessageId((u128::from(self.said) << 8 | who as u128).to_be_bytes());
        let text = self.text();
        let conversation = ConversationId(to);
        self.command(who, Command::Send { id, conversation, text: text.into() });
        id
    }

    pub(super) fn text(&mut self) -> String {
        self.texts += 1;
        let much =
            if self.dice.permille(30) { "lorem ipsum ".repeat(self.dice.index(200)) } else { String::new() };
        format!("{CANARY} {} {}", self.texts, much.trim()).trim().to_owned()
    }

    /// Two people meet, and compare what their screens show.
    fn compare(&mut self, who: usize, with: UserId) {
        self.command(who, Command::ShowSafety(with));
        let shown = self.world.screen(who).safety.clone();
        if let Some(key) = shown.filter(|shown| shown.contact == with).map(|shown| shown.key) {
            self.command(who, Command::Verify { contact: with, key });
        }
    }

    /// Several messages one after the other.
    fn burst(&mut self, who: usize) {
        let Some(to) = self.somebody(who) else { return };
        for _ in 0..self.dice.between(3, 15) {
            if self.is_ready(who) {
                self.say_to(who, to);
            }
        }
    }

    /// Changes or takes back an own message in the open window.
    fn change(&mut self, who: usize) {
        let rows = &self.world.screen(who).rows;
        let own =
            |row: &&crate::chat::message::Row| row.is_own() && matches!(row.message.body, Body::Text(_));
        let own: Vec<_> = rows.iter().filter(own).map(|row| row.message.id).collect();
        let Some(message) = self.dice.pick(&own).copied() else { return };
        self.said += 1;
        let id = MessageId((u128::from(self.said) << 8 | 0xF0 | who as u128).to_be_bytes());
        if self.dice.permille(700) {
            let text = self.text();
            self.command(who, Command::Edit { id, message, text: text.into() });
        } else {
            self.command(who, Command::Delete { id, message });
        }
    }

    fn look(&mut self, who: usize) {
        let conversations: Vec<_> = self.world.screen(who).conversations.keys().copied().collect();
        let conversation = self.dice.pick(&conversations).copied().filter(|_| self.dice.permille(850));
        self.command(who, Command::Open(conversation));
        if conversation.is_some() && self.dice.permille(800) && self.is_ready(who) {
            self.command(who, Command::AtLatest(true));
        }
    }

    fn add_contact(&mut self, who: usize) {
        let all: Vec<_> = (0..self.world.devices.len()).filter(|whom| *whom != who).collect();
        let Some(whom) = self.dice.pick(&all).copied() else { return };
        if let Some(id) = self.id(whom) {
            self.command(who, Command::AddContact(id.to_string().into()));
        }
    }

    fn answer(&mut self, who: usize) {
        let requests: Vec<_> = self.world.screen(who).requests.keys().copied().collect();
        let Some(from) = self.dice.pick(&requests).copied() else { return };
        let command = match self.dice.below(10) {
            0 => Command::Decline(from),
            1 => Command::Block(from),
            _ => Command::Accept(from),
        };
        self.command(who, command);
    }

    /// Blocks, unblocks, removes, withdraws.
    fn part(&mut self, who: usize) {
        let contacts: Vec<_> =
            self.world.screen(who).contacts.values().map(|contact| (contact.id, contact.relation)).collect();
        let Some((whom, relation)) = self.dice.pick(&contacts).copied() else { return };
        let command = match (relation, self.dice.below(3)) {
            (Relation::Blocked, _) => Command::Unblock(whom),
            (Relation::Requested | Relation::Declined, _) => Command::Withdraw(whom),
            (Relation::Friend, 0) => Command::Remove(whom),
            (Relation::Friend, _) => Command::Block(whom),
        };
        self.command(who, command);
    }

    fn profile(&mut self, who: usize) {
        if self.dice.permille(200) {
            let contacts_only = self.dice.permille(500);
            return self.command(who, Command::SavePrivacy { contacts_only });
        }
        let name = format!("{} {}", NAMES[who % NAMES.len()], self.dice.below(100)).into();
        self.command(who, Command::SaveProfile { name, about: "".into(), status: "".into() });
    }

    fn hide(&mut self, who: usize) {
        let visible = self.dice.permille(500);
        self.world.input(who, Input::Visible(TabId::default(), visible));
        self.observe();
    }

    fn draft(&mut self, who: usize) {
        let Some(to) = self.somebody(who) else { return };
        let text = if self.dice.permille(500) { self.text() } else { String::new() };
        self.command(who, Command::Draft { conversation: ConversationId(to), text: text.into() });
    }

    fn small_things(&mut self, who: usize) {
        let Some(to) = self.somebody(who) else { return };
        let conversation = ConversationId(to);
        let command = match self.dice.below(21) / 4 {
            5 => return self.compare(who, to),
            0 => Command::MarkRead(conversation),
            1 => Command::Pin { conversation, pinned: self.dice.permille(500) },
            2 => Command::ShowOlder,
            3 => Command::AskAgain(conversation),
            _ => Command::TryNow,
        };
        self.command(who, command);
    }
}
