//! The one state machine: the whole messenger without a browser. Feed it with [`Client::handle`], drain
//! [`Client::poll_effect`] to the end each time, call again with [`Input::Timeout`] when [`Client::poll_timeout`] says.
//!
//! Its parts are implementations of [`Client`] by source of the input: `command` and `account`, `people`, `requests`,
//! `rivals`, `removal`, `sending` (what the person wants), `packet`, `inbox`, `places` and `receipts` (what the broker
//! brings), `stored` (what storage answers), `link` (the connection) and `own` (this person's retained documents), `screen`
//! (what the screens are told).
//!
//! **Invariant:** what is acknowledged, to the broker or to a peer, is durably stored; what is sent to a peer was
//! durably stored before. Both hold because everything that leaves waits in a [`commits::Step`] for its `Saved`.

mod account;
mod again;
mod ages;
mod alerts;
mod backup;
mod command;
mod commits;
mod compare;
mod devices;
mod first;
mod gaps;
mod heal;
mod health;
mod inbox;
mod invites;
mod keys;
mod latest;
mod link;
mod list;
mod own;
mod packet;
mod pages;
mod passphrase;
mod people;
mod places;
mod probe;
mod receipts;
mod removal;
mod requests;
mod rivals;
mod rollback;
mod screen;
mod sealing;
mod sending;
mod silence;
mod stored;
mod tabs;
mod trust;
mod unreadable;
mod waking;

use std::collections::VecDeque;

use litemap::LiteMap;

use super::account::{Defaults, Invite, Welcome};
use super::arrivals::Arrivals;
use super::backup::Backup;
use super::change::{Change, Phase};
use super::command::Origin;
use super::effect::Effect;
use super::entropy::Entropy;
use super::id::{ConversationId, Ticket, UserId};
use super::input::Input;
use super::keyring::Keyring;
use super::keys::Keys;
use super::outbox::Outbox;
use super::parked::Parked;
use super::presence::Sighting;
use super::secret::{Passphrase, Protection};
use super::stored::{Asked, Me, Person, SessionsOf};
use super::taken::Taken;
use super::thread::Thread;
use super::topics::Root;
use super::wire::Receipt;
use crate::e2ee::invite::Secrets;
use crate::e2ee::pairwise::Peer;
use crate::time::{Calendar, Instant, Now, Timestamp};
use alerts::Alerts;
use commits::Commits;
use compare::Comparison;
use link::Link;
use screen::Screen;
use stored::Loading;

/// The messenger's state machine.
#[derive(Debug)]
pub struct Client {
    entropy: Entropy,
    calendar: Calendar,
    defaults: Defaults,
    now: Now,
    stage: Stage,
    effects: VecDeque<Effect>,
    alerts: Alerts,
    tickets: u64,
    commits: Commits,
    loading: LiteMap<Ticket, Loading>,
    phones: LiteMap<Ticket, account::PhoneFor>,
    link: Link,
    screen: Screen,
    people: LiteMap<UserId, Person>,
    sightings: LiteMap<UserId, Sighting>,
    asked: LiteMap<UserId, Asked>,
    intake: requests::Intake,
    /// The keys behind each address that this person deals with.
    keyrings: LiteMap<UserId, Keyring>,
    /// The sessions with each of their devices.
    sessions: LiteMap<SessionsOf, Peer>,
    trials: sealing::Trials,
    /// The envelopes that came last, whatever became of them.
    mids: unreadable::Mids,
    /// Invites that were made here, and the secrets of those that were followed.
    invites: Vec<crate::e2ee::invite::Invite>,
    joining: LiteMap<UserId, Secrets>,
    /// Keys that may be chosen, once all who claim an address have had time to come.
    choosing: LiteMap<UserId, Instant>,
    /// Whom the person has asked last, and when.
    asking: Option<(UserId, Instant)>,
    threads: LiteMap<ConversationId, Thread>,
    outbox: Outbox,
    parked: Parked,
    arrivals: Arrivals,
    gaps: gaps::Gaps,
    silences: silence::Silences,
    /// Receipts that travel with events, by their place in the outbox.
    carried: LiteMap<u64, (ConversationId, Receipt)>,
    answered: again::Answered,
    doubts: devices::Doubts,
    tabs: tabs::Tabs,
    /// What the tabs have asked for, as far as it is carried out.
    taken: Taken,
    typing: LiteMap<ConversationId, Instant>,
    typed_at: Option<(ConversationId, Instant)>,
    invite: Option<Invite>,
    comparison: Option<Comparison>,
    /// Whose code is being looked for with the camera.
    scanning: Option<(Ticket, UserId)>,
    /// Who this person is going to be, until that is stored.
    beginning: Option<Box<(Me, Keys)>>,
    /// What keeps storage, as the browser says; and whether a passphrase keeps it closed to us.
    protection: Option<Protection>,
    shut: bool,
    /// Storage is older than what was written there last, or gone.
    rolled_back: bool,
    /// When the last backup was made.
    backed_up: Option<Timestamp>,
    /// When the person has seen last that their address is claimed by another key.
    claims_seen: Option<Timestamp>,
    keeping: health::Keeping,
    /// The backup file that is being made or opened, and what was found in one that is to be gone on from.
    backing_up: Option<Passphrase>,
    opening: Option<Ticket>,
    found: Option<Box<Backup>>,
    /// What was encrypted, by mid.
    #[cfg(any(test, sim))]
    pub(in crate::chat) sealed: Vec<([u8; 16], super::wire::Event)>,
}

/// How far the client has come.
#[derive(Debug)]
enum Stage {
    /// Waits for the profile and its records.
    Starting,
    /// Nobody has begun here.
    Welcome(Box<Welcome>),
    /// At work.
    Ready(Box<Ready>),
    /// Another tab has the profile, or storage cannot be used: nothing is written or sent.
    Idle,
}

/// What exists once somebody has begun.
#[derive(Debug)]
struct Ready {
    me: Me,
    root: Root,
    keys: Keys,
}

impl Client {
    /// A client that waits for [`Input::Claimed`]. The seed must come from a cryptographically secure source.
    #[must_use]
    pub fn new(seed: [u8; 32], defaults: Defaults, calendar: Calendar) -> Self {
        let mut client = Self {
            entropy: Entropy::new(seed),
            calendar,
            defaults,
            now: Now::default(),
            stage: Stage::Starting,
            effects: VecDeque::new(),
            alerts: Alerts::default(),
            tickets: 0,
            commits: Commits::default(),
            loading: LiteMap::new(),
            phones: LiteMap::new(),
            link: Link::default(),
            screen: Screen::default(),
            people: LiteMap::new(),
            sightings: LiteMap::new(),
            asked: LiteMap::new(),
            intake: requests::Intake::default(),
            keyrings: LiteMap::new(),
            sessions: LiteMap::new(),
            trials: sealing::Trials::default(),
            mids: unreadable::Mids::default(),
            invites: Vec::new(),
            joining: LiteMap::new(),
            choosing: LiteMap::new(),
            asking: None,
            threads: LiteMap::new(),
            outbox: Outbox::default(),
            parked: Parked::default(),
            arrivals: Arrivals::default(),
            gaps: LiteMap::new(),
            silences: silence::Silences::default(),
            carried: LiteMap::new(),
            answered: again::Answered::default(),
            doubts: devices::Doubts::default(),
            tabs: tabs::Tabs::default(),
            taken: Taken::default(),
            typing: LiteMap::new(),
            typed_at: None,
            invite: None,
            comparison: None,
            scanning: None,
            beginning: None,
            protection: None,
            shut: false,
            claims_seen: None,
            rolled_back: false,
            backed_up: None,
            keeping: health::Keeping::default(),
            backing_up: None,
            opening: None,
            found: None,
            #[cfg(any(test, sim))]
            sealed: Vec::new(),
        };
        client.show(Change::Phase(Phase::Starting));
        client
    }

    /// Takes in what happened. Drain [`Self::poll_effect`] before the next call.
    pub fn handle(&mut self, input: Input, now: Now) {
        self.now = now;
        let urgent = matches!(input, Input::Command(_) | Input::Asked(..));
        match input {
            Input::Command(command) => self.handle_asked(Origin::default(), command),
            Input::Asked(origin, command) => self.handle_asked(origin, command),
            Input::Opened => self.handle_opened(),
            Input::Received(bytes) => self.handle_received(&bytes),
            Input::Closed(closed) => self.handle_closed(&closed),
            Input::Congested(congested) => self.handle_congested(congested),
            Input::Saved(ticket) => self.handle_saved(ticket),
            Input::SaveFailed(ticket, error) => self.handle_save_failed(ticket, error),
            Input::Loaded(ticket, records) => self.handle_loaded(ticket, &records),
            Input::LoadFailed(ticket, error) => self.handle_load_failed(ticket, error),
            Input::Claimed { volatile } => self.handle_claimed(volatile),
            Input::Surveyed(survey) => self.handle_surveyed(survey),
            Input::RolledBack => self.handle_rolled_back(),
            Input::Protected(protection) => self.handle_protected(protection),
            Input::Locked => self.handle_idle(Phase::Locked),
            Input::NotUnlocked(error) => self.handle_not_unlocked(error),
            Input::PassphraseChecked(checked) => self.handle_passphrase_checked(checked),
            Input::PassphraseChanged(changed) => self.handle_passphrase_changed(changed),
            Input::BackupMade(ticket, made) => self.handle_backup_made(ticket, made),
            Input::BackupOpened(ticket, opened) => self.handle_backup_opened(ticket, opened),
            Input::Yielded => self.handle_idle(Phase::Elsewhere),
            Input::Unusable(error) => self.handle_idle(Phase::Unusable(error)),
            Input::Online(online) => self.handle_online(online),
            Input::Visible(tab, visible) => self.handle_visible(tab, visible),
            Input::Joined(tab) => self.handle_joined(tab),
            Input::Left(tab) => self.tabs.remove(tab),
            Input::Leaving => self.handle_leaving(),
            Input::Returned => self.handle_returned(),
            Input::Probed(ticket, answers) => self.handle_probed(ticket, answers),
            Input::Phone(ticket, number) => self.handle_phone(ticket, number),
            Input::Code(ticket, text) => self.handle_code(ticket, &text),
            Input::NoCamera(ticket, error) => self.handle_no_camera(ticket, error),
            Input::Picture(ticket, picture) => self.handle_picture(ticket, picture),
            Input::Timeout => self.handle_timeout(),
        }
        self.settle(urgent);
    }

    /// The next thing to do, in order; none when all is done.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call [`Self::handle`] with [`Input::Timeout`], if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let typing = self.typing.values().min().copied();
        let storage = self.commits.deadline();
        let choosing = self.choosing.values().min().copied();
        let comparison = self.comparison.as_ref().map(|comparison| comparison.until);
        let people = [typing, choosing, comparison, self.presence_deadline(), self.unreadable_deadline()];
        let (outbox, screen) = (self.outbox_deadline(), self.screen.deadline());
        [
            self.link_deadline(),
            storage,
            self.keeping.deadline(),
            outbox,
            screen,
            self.mute_deadline(),
            self.gap_deadline(),
            self.doubts_deadline(),
            self.silence_deadline(),
        ]
        .into_iter()
        .chain(people)
        .flatten()
        .min()
    }

    fn handle_timeout(&mut self) {
        let now = self.now.instant;
        self.commits.handle_timeout(now);
        self.handle_link_timeout();
        self.end_mutes();
        let over: Vec<_> =
            self.typing.iter().filter(|(_, until)| **until <= now).map(|(id, _)| *id).collect();
        for conversation in over {
            self.typing.remove(&conversation);
            self.screen.touch(conversation);
        }
        self.choose_obvious();
        self.end_comparison();
        self.expire_presences();
        self.show_unreadable();
        self.handle_gaps();
        self.handle_doubts();
        self.handle_silences();
    }

    /// Brings everything to rest after an input: what the session has to say, what can be sent, what is to be stored,
    /// what the screens have to know. What a person has just done is stored without waiting for other saves.
    fn settle(&mut self, urgent: bool) {
        self.drain_session();
        self.send_due();
        self.drain_session();
        self.look_after_storage();
        self.issue_save(urgent);
        self.drain_transmits();
        self.refresh_screen();
    }

    fn ready(&self) -> Option<&Ready> {
        match &self.stage {
            Stage::Ready(ready) => Some(ready),
            Stage::Starting | Stage::Welcome(_) | Stage::Idle => None,
        }
    }

    fn ready_mut(&mut self) -> Option<&mut Ready> {
        ready_mut(&mut self.stage)
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    fn show(&mut self, change: Change) {
        self.effect(match self.tabs.told {
            Some(tab) => Effect::ShowIn(tab, change),
            None => Effect::Show(change),
        });
    }

    /// The profile is another tab's, or unusable: forget everything, for it may change behind our back.
    fn handle_idle(&mut self, phase: Phase) {
        self.part(link::Goodbye::Silent);
        self.save_at_once();
        self.dismiss_alerts();
        let fresh = Self::new([0; 32], self.defaults.clone(), self.calendar);
        let entropy = self.entropy.clone();
        let effects = std::mem::take(&mut self.effects);
        let (tickets, now, protection) = (self.tickets, self.now, self.protection);
        let mut tabs = std::mem::take(&mut self.tabs);
        tabs.close_all();
        // Nobody has answered it yet, and it is no longer in the address.
        let invite = self.invite.take();
        let shut = phase == Phase::Locked;
        *self = Self { entropy, effects, tickets, now, tabs, invite, protection, shut, ..fresh };
        self.stage = Stage::Idle;
        self.show(Change::Phase(phase));
    }
}

/// As [`Client::ready_mut`], where other parts of the client are in use.
fn ready_mut(stage: &mut Stage) -> Option<&mut Ready> {
    match stage {
        Stage::Ready(ready) => Some(ready),
        Stage::Starting | Stage::Welcome(_) | Stage::Idle => None,
    }
}
