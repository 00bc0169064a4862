//! This person: beginning, profile, broker, invites.

use std::sync::Arc;

use super::super::account::{Invite, Preferences, Server, Welcome};
use super::super::address::{self, Address};
use super::super::change::{Change, Form, InviteAsked, Phase, Rejection};
use super::super::command::Command;
use super::super::contact::{Profile, Relation};
use super::super::effect::Effect;
use super::super::id::{ConversationId, Ticket, UserId};
use super::super::input::{PhoneError, PictureError};
use super::super::invite;
use super::super::keys::Keys;
use super::super::outgoing::Outgoing;
use super::super::retained::Info;
use super::super::secret::TypedWords;
use super::super::server;
use super::super::stored::{self, Me};
use super::super::text::{MAX_ABOUT, MAX_NAME, MAX_STATUS, clean_line};
use super::super::topics::Root;
use super::super::wire::EventBody;
use super::commits::Then;
use super::link::Goodbye;
use super::sending::author;
use super::{Client, Stage};
use crate::e2ee::seed::Seed;

/// What a phone number is being read for.
#[derive(Debug)]
pub(super) enum PhoneFor {
    Start(Box<Welcome>, Option<Seed>),
    Contact(Arc<str>),
}

impl Client {
    /// Keeps what the welcome screen's fields hold.
    pub(super) fn keep_welcome(&mut self, welcome: Welcome) {
        if let Stage::Welcome(kept) = &mut self.stage {
            // The screen shows the invite, and what was lost: it makes neither.
            let (invite, erased) = (kept.invite.take(), kept.erased);
            **kept = Welcome { invite, erased, ..welcome };
            self.commits.write(stored::write_welcome(kept));
        }
    }

    /// Begins with the key of earlier, if the words are in order.
    pub(super) fn start_from(&mut self, welcome: Welcome, words: &TypedWords) {
        match Seed::parse(words.as_str()) {
            Ok(seed) => self.start(welcome, Some(seed)),
            Err(error) => self.show(Change::Rejected(Form::Welcome, Rejection::Words(error))),
        }
    }

    /// Begins, if what was typed is in order; without a seed as somebody new.
    pub(super) fn start(&mut self, welcome: Welcome, seed: Option<Seed>) {
        if !matches!(self.stage, Stage::Welcome(_)) {
            return;
        }
        let outcome = match welcome.handle.trim() {
            "" => Ok(Some(None)),
            handle => match address::parse(handle) {
                Ok(Address::Email(email)) => Ok(Some(Some((UserId::of_email(&email), email)))),
                Ok(Address::Phone(number)) => {
                    self.parse_phone(&number, PhoneFor::Start(Box::new(welcome.clone()), seed.clone()));
                    Ok(None)
                }
                Ok(Address::Id(_) | Address::Invite(_)) => Err(Rejection::NotAnAddress),
                Err(rejection) => Err(rejection),
            },
        };
        match outcome {
            Ok(Some(handle)) => self.start_as(&welcome, seed, handle),
            Ok(None) => {}
            Err(rejection) => self.show(Change::Rejected(Form::Welcome, rejection)),
        }
    }

    fn start_as(&mut self, welcome: &Welcome, seed: Option<Seed>, handle: Option<(UserId, Arc<str>)>) {
        match self.new_me(welcome, seed, handle) {
            Ok((me, keys)) => {
                self.commits.write(me.write());
                self.commits.write(stored::delete_welcome());
                self.commits.write(stored::write_followed(None));
                self.commits.then(Then::Begin);
                self.invite.clone_from(&welcome.invite);
                self.beginning = Some(Box::new((me, keys)));
            }
            Err(rejection) => self.show(Change::Rejected(Form::Welcome, rejection)),
        }
    }

    /// Whoever gives neither number nor address is called by their key.
    fn new_me(
        &mut self,
        welcome: &Welcome,
        seed: Option<Seed>,
        handle: Option<(UserId, Arc<str>)>,
    ) -> Result<(Me, Keys), Rejection> {
        let name = checked_name(&welcome.name)?;
        let server = welcome.invite.as_ref().map_or_else(|| welcome.server.clone(), Invite::server);
        let server = server::check(&server, &self.defaults)?;
        let keys = match seed {
            Some(seed) => self.keys_from(seed),
            None => self.new_keys(),
        };
        let (id, handle) = handle.map_or((keys.user_id(), None), |(id, handle)| (id, Some(handle)));
        let me = Me {
            id,
            device: keys.device_id(),
            client_id: self.entropy.client_id(),
            handle,
            info: Info { profile: Profile { name, ..Profile::default() }, rev: self.now.timestamp.0.max(1) },
            counter: 0,
            server,
            preferences: Preferences::default(),
            contacts_only: false,
        };
        Ok((me, keys))
    }

    fn parse_phone(&mut self, number: &Arc<str>, purpose: PhoneFor) {
        let ticket = self.ticket();
        self.phones.insert(ticket, purpose);
        self.effect(Effect::ParsePhone(ticket, number.clone(), self.defaults.region.clone()));
    }

    pub(super) fn handle_phone(&mut self, ticket: Ticket, number: Result<Arc<str>, PhoneError>) {
        match (self.phones.remove(&ticket), number) {
            (Some(PhoneFor::Start(welcome, seed)), Ok(number)) if matches!(self.stage, Stage::Welcome(_)) => {
                self.start_as(&welcome, seed, Some((UserId::of_phone(&number), number)));
            }
            (Some(PhoneFor::Contact(typed)), Ok(number)) => {
                let to = UserId::of_phone(&number);
                let outcome = self.ask(to, &typed);
                self.asked(Form::Contact, to, outcome);
            }
            (Some(PhoneFor::Start(..)), Err(error)) => {
                self.show(Change::Rejected(Form::Welcome, Rejection::Phone(error)));
            }
            (Some(PhoneFor::Contact(_)), Err(error)) => {
                self.show(Change::Rejected(Form::Contact, Rejection::Phone(error)));
            }
            (Some(PhoneFor::Start(..)), Ok(_)) | (None, _) => {}
        }
    }

    /// Somebody was named by what they typed.
    pub(super) fn add_contact(&mut self, text: &Arc<str>) {
        let to = match address::parse(text) {
            Ok(Address::Id(id)) => (id, "".into()),
            Ok(Address::Email(email)) => (UserId::of_email(&email), email),
            Ok(Address::Phone(number)) => {
                return self.parse_phone(&number.clone(), PhoneFor::Contact(number));
            }
            Ok(Address::Invite(invite)) if self.moves(&invite) => {
                let rejection = Rejection::OtherServer(invite.broker);
                return self.show(Change::Rejected(Form::Contact, rejection));
            }
            Ok(Address::Invite(invite)) => {
                self.prepare_for(&invite);
                (invite.from, invite.name)
            }
            Err(rejection) => return self.show(Change::Rejected(Form::Contact, rejection)),
        };
        let outcome = self.ask(to.0, &to.1);
        self.asked(Form::Contact, to.0, outcome);
    }

    pub(super) fn open_invite(&mut self, link: &str) {
        let Some(invite) = invite::decode(link) else {
            return self.show(Change::Rejected(Form::Invite, Rejection::Invite));
        };
        match &self.stage {
            Stage::Welcome(_) => self.welcome_with(Some(invite)),
            Stage::Ready(_) => self.ask_about(invite),
            Stage::Starting | Stage::Idle => self.invite = Some(invite),
        }
    }

    /// The welcome screen with an invite, or without one; also after a reload.
    pub(super) fn welcome_with(&mut self, invite: Option<Invite>) {
        let Stage::Welcome(welcome) = &mut self.stage else { return };
        let secrets = invite.as_ref().and_then(|invite| invite.secrets.as_deref());
        self.commits.write(stored::write_followed(secrets));
        welcome.invite = invite;
        self.commits.write(stored::write_welcome(welcome));
        let welcome = welcome.clone();
        self.show(Change::Phase(Phase::Welcome(welcome)));
    }

    fn moves(&self, invite: &Invite) -> bool {
        let here = self.ready().map(|ready| (&ready.me.server.address, &ready.me.server.root));
        here != Some((&invite.broker, &invite.root))
    }

    /// Shows an invite, for the person to decide; not where there is nothing to decide.
    pub(super) fn ask_about(&mut self, invite: Invite) {
        let moves = self.moves(&invite);
        if self.ready().is_some_and(|ready| ready.me.id == invite.from) {
            return self.show(Change::Rejected(Form::Invite, Rejection::Oneself));
        }
        let new_key = self.new_key_in(&invite).is_some();
        match self.people.get(&invite.from).map(|person| person.relation) {
            Some(Relation::Friend) if !moves && !new_key => {
                return self.show(Change::Opened(ConversationId(invite.from)));
            }
            Some(Relation::Blocked) => {
                return self.show(Change::Rejected(Form::Invite, Rejection::Blocked));
            }
            Some(Relation::Friend | Relation::Requested | Relation::Declined) | None => {}
        }
        self.invite = Some(invite.clone());
        self.show(Change::Invite(Some(InviteAsked { invite, moves, new_key })));
    }

    pub(super) fn answer_invite(&mut self, answer: &Command) {
        if matches!(self.stage, Stage::Welcome(_)) {
            // There, "Start" is the yes.
            return self.welcome_with(None);
        }
        self.show(Change::Invite(None));
        let Some(invite) = self.invite.take().filter(|_| *answer == Command::AcceptInvite) else { return };
        if self.moves(&invite)
            && let Err(rejection) = self.move_to(&invite.server())
        {
            return self.show(Change::Rejected(Form::Invite, rejection));
        }
        self.follow_invite(&invite);
    }

    /// Asks the inviter for contact and opens the conversation with them.
    pub(super) fn follow_invite(&mut self, invite: &Invite) {
        self.prepare_for(invite);
        let outcome = self.ask(invite.from, &invite.name);
        self.asked(Form::Invite, invite.from, outcome);
    }

    pub(super) fn save_profile(&mut self, name: &str, about: &str, status: &str) {
        let name = match checked_name(name) {
            Ok(name) => name,
            Err(rejection) => return self.show(Change::Rejected(Form::Profile, rejection)),
        };
        for (text, limit) in [(about, MAX_ABOUT), (status, MAX_STATUS)] {
            if text.chars().count() > limit {
                return self.show(Change::Rejected(Form::Profile, Rejection::TooLong(limit)));
            }
        }
        let (about, status) = (clean_line(about, MAX_ABOUT), clean_line(status, MAX_STATUS));
        self.change_profile(|profile| {
            let picture = profile.picture.take();
            *profile = Profile { name, about, status, picture };
        });
        self.commits.then(Then::Done(Form::Profile));
    }

    fn change_profile(&mut self, change: impl FnOnce(&mut Profile)) {
        if let Some(ready) = self.ready_mut() {
            change(&mut ready.me.info.profile);
            self.tell_profile();
        }
    }

    /// Chooses who is told the profile. What the broker had of it is overwritten.
    pub(super) fn save_privacy(&mut self, contacts_only: bool) {
        if let Some(ready) = self.ready_mut() {
            ready.me.contacts_only = contacts_only;
            self.tell_profile();
        }
    }

    /// The profile, or who is told it, has changed.
    fn tell_profile(&mut self) {
        let now = self.now.timestamp;
        let Some(ready) = self.ready_mut() else { return };
        ready.me.info.rev = (ready.me.info.rev + 1).max(now.0);
        let write = ready.me.write();
        self.commits.write(write);
        self.show_account();
        self.commits.then(Then::Info);
        let friends = self.people.values().filter(|person| person.relation == Relation::Friend);
        for friend in friends.map(|person| person.id).collect::<Vec<_>>() {
            self.confide_profile(friend);
        }
    }

    /// Tells a contact the profile, where nobody else is told it. One waits for each at the most: the last. One that may
    /// have left keeps its number to itself, for a receipt of it says nothing of the last.
    pub(super) fn confide_profile(&mut self, to: UserId) {
        let id = self.entropy.message_id();
        let Some(me) = self.ready().map(|ready| &ready.me).filter(|me| me.contacts_only) else { return };
        let body = EventBody::Profile(Arc::new(me.info.clone()));
        let replaced = self.outbox.replace_profile(to, &body);
        let hlc = self.now.timestamp.0 << 16;
        let Some(thread) = self.threads.get_mut(&ConversationId(to)) else { return };
        if let Some((key, author)) = replaced.zip(author(&self.stage)) {
            for (key, outgoing) in self.outbox.chain_anew(thread, key, author) {
                self.commits.write(stored::write_outgoing(key, &outgoing));
            }
            return self.commits.touch(ConversationId(to));
        }
        let seq = thread.take_seq();
        let (sent, failed, origin, prev) = Default::default();
        self.post(Outgoing { to, id, seq, hlc, dep: None, body, sent, failed, origin, prev });
        let older = self.outbox.take_older_profiles(to, id);
        self.drop_outgoing(older);
    }

    pub(super) fn save_picture(&mut self, picture: Option<Arc<[u8]>>) {
        if let Some(bytes) = picture {
            let ticket = self.ticket();
            return self.effect(Effect::EncodePicture(ticket, bytes));
        }
        self.change_profile(|profile| profile.picture = None);
        self.commits.then(Then::Done(Form::Picture));
    }

    pub(super) fn handle_picture(&mut self, _: Ticket, picture: Result<Arc<[u8]>, PictureError>) {
        match picture.and_then(|bytes| {
            let small = super::super::picture::is_picture(&bytes);
            if small { Ok(bytes) } else { Err(PictureError::TooLarge) }
        }) {
            Ok(bytes) => {
                self.change_profile(|profile| profile.picture = Some(bytes));
                self.commits.then(Then::Done(Form::Picture));
            }
            Err(error) => self.show(Change::Rejected(Form::Picture, Rejection::Picture(error))),
        }
    }

    pub(super) fn save_server(&mut self, server: &Server) {
        match self.move_to(server) {
            Ok(()) => self.commits.then(Then::Done(Form::Connection)),
            Err(rejection) => self.show(Change::Rejected(Form::Connection, rejection)),
        }
    }

    /// Goes over to another broker, or to the same one in another way.
    fn move_to(&mut self, server: &Server) -> Result<(), Rejection> {
        let server = server::check(server, &self.defaults)?;
        let root = Root::parse(&server.root).map_err(|_| Rejection::Root)?;
        self.part(Goodbye::Offline);
        if let Some(ready) = self.ready_mut() {
            ready.me.server = server;
            ready.root = root;
            let write = ready.me.write();
            self.commits.write(write);
        }
        self.show_account();
        self.connect();
        Ok(())
    }

    pub(super) fn save_preferences(&mut self, preferences: Preferences) {
        let Some(ready) = self.ready_mut() else { return };
        ready.me.preferences = preferences;
        let write = ready.me.write();
        self.commits.write(write);
        self.effect(Effect::Theme(preferences.theme));
        self.show_account();
    }

    /// The account is stored: go to work.
    pub(super) fn begin(&mut self) {
        let Some((me, keys)) = self.beginning.take().map(|begun| *begun) else { return };
        let invite = self.invite.take();
        self.enter(me, keys);
        if let Some(invite) = invite {
            self.follow_invite(&invite);
        }
    }
}

fn checked_name(name: &str) -> Result<Arc<str>, Rejection> {
    let clean = clean_line(name, MAX_NAME);
    if clean.is_empty() {
        return Err(Rejection::NameMissing);
    }
    // Only a name that was cut is told about: what cannot be seen goes without a word.
    if clean_line(name, MAX_NAME + 1).chars().count() > MAX_NAME {
        return Err(Rejection::TooLong(MAX_NAME));
    }
    Ok(clean)
}
