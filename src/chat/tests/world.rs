//! The world: people with their devices, a broker, a clock. Nothing happens by itself: each step hands one thing over
//! that is on its way, and a device can be reloaded between any two of them.

use std::time::Duration;

use bytes::Bytes;

use super::broker::{Broker, Held};
use super::device::{Device, Pending};
use super::old_tabs::OldTab;
use super::screen::Screen;
use super::wires::{BROKEN, Ready, Wires};
use crate::chat::account::{Server, Welcome};
use crate::chat::contact::{Contact, Presence, Relation};
use crate::chat::conversation::Conversation;
use crate::chat::id::{ConversationId, DeviceId, MessageId, UserId};
use crate::chat::input::StorageError;
use crate::chat::receipt::SeqSet;
use crate::chat::record::Batch;
use crate::chat::wire::{Event, EventBody};
use crate::chat::{Command, Effect, Input};
use crate::time::{Instant, Now, Timestamp};

pub(super) const ADA: usize = 0;
pub(super) const BOB: usize = 1;

/// 2026-11-20, 12:00 UTC.
const START: u64 = 1_795_176_000_000;

/// Everything there is.
pub(super) struct World {
    pub(super) now: u64,
    pub(super) broker: Broker,
    /// Nobody reaches the broker.
    pub(super) network_down: bool,
    /// What the browser finds where it looks whether anything answers, and how often it looked.
    pub(super) web_answers: bool,
    pub(super) probes: usize,
    pub(super) devices: Vec<Device>,
    /// How many things were handed over.
    pub(super) steps: usize,
    /// Reload this device before this step, and whether its unfinished save reaches the disk all the same.
    pub(super) reload_at: Option<(usize, usize, bool)>,
    /// Where packets take their time; none: they are there as soon as they have left.
    pub(super) wires: Option<Wires>,
    /// After so many more effects the device that causes them crashes, and so many of its saves are on disk: what it still
    /// wanted does not happen.
    pub(super) crash_in: Option<(usize, usize)>,
    /// What has happened, where somebody writes it down.
    pub(super) happened: Option<Vec<Happened>>,
    /// Tabs that do not know yet that they are not the newest.
    pub(super) old_tabs: Vec<OldTab>,
    /// What the clients' randomness comes from, besides who they are.
    pub(super) seed: u64,
    pub(super) connections: usize,
    messages: u128,
}

/// One thing that has happened at a device.
#[derive(Debug)]
pub(super) enum Happened {
    Input(usize, Input),
    Effect(usize, Effect),
    /// At a tab of the device's whose place another has taken.
    OldTab(usize, Effect),
    /// A save is on disk; its answer may never be heard.
    Landed(usize, Batch),
    /// The client is gone, and there is another.
    Crashed(usize),
}

impl World {
    pub(super) fn new(people: usize) -> Self {
        let mut world = Self::empty(0);
        for _ in 0..people {
            world.add_device();
        }
        world.run();
        world
    }

    /// Nobody is there yet.
    pub(super) fn empty(seed: u64) -> Self {
        Self {
            now: 1_000,
            broker: Broker::default(),
            network_down: false,
            web_answers: false,
            probes: 0,
            devices: Vec::new(),
            steps: 0,
            reload_at: None,
            wires: None,
            crash_in: None,
            happened: None,
            old_tabs: Vec::new(),
            seed,
            connections: 0,
            messages: 0,
        }
    }

    /// A device that nobody has used yet.
    pub(super) fn add_device(&mut self) -> usize {
        let who = self.devices.len();
        self.devices.push(Device::seeded(who, self.seed));
        who
    }

    /// Ada and Bob, signed up, connected, friends, with each other's conversation open.
    pub(super) fn friends() -> Self {
        let mut world = Self::new(2);
        world.sign_up(ADA, "Ada");
        world.sign_up(BOB, "Bob");
        let bob = world.id(BOB);
        world.command(ADA, Command::AddContact(bob.to_string().into()));
        world.command(BOB, Command::Accept(world.id(ADA)));
        world.look(ADA, BOB);
        world.look(BOB, ADA);
        world
    }

    pub(super) fn sign_up(&mut self, who: usize, name: &str) {
        let server = Server::default();
        let welcome = Welcome { name: name.into(), server, ..Welcome::default() };
        self.command(who, Command::Start(welcome));
    }

    pub(super) fn id(&self, who: usize) -> UserId {
        self.devices[who].screen.account.as_ref().expect("signed up").id
    }

    pub(super) fn screen(&self, who: usize) -> &Screen {
        &self.devices[who].screen
    }

    /// What `who` knows of `whom`.
    pub(super) fn contact(&self, who: usize, whom: usize) -> &Contact {
        &self.screen(who).contacts[&self.id(whom)]
    }

    pub(super) fn presence(&self, who: usize, whom: usize) -> Presence {
        self.contact(who, whom).presence
    }

    /// Where the only device that is there under somebody's address says that it is.
    pub(super) fn presence_topic(&self, whose: usize) -> String {
        let place = format!("kith/users/{}/isConnected/", self.id(whose));
        let mut topics = self.broker.retained.keys().filter(|topic| topic.starts_with(&place));
        topics.next().expect("it is there").clone()
    }

    pub(super) fn relation(&self, who: usize, whom: usize) -> Relation {
        self.contact(who, whom).relation
    }

    pub(super) fn conversation(&self, who: usize, whom: usize) -> &Conversation {
        &self.screen(who).conversations[&ConversationId(self.id(whom))]
    }

    /// Opens the conversation with `whom` at its newest message.
    pub(super) fn look(&mut self, who: usize, whom: usize) {
        let conversation = ConversationId(self.id(whom));
        self.command(who, Command::Open(Some(conversation)));
        self.command(who, Command::AtLatest(true));
    }

    pub(super) fn say(&mut self, who: usize, to: usize, text: &str) -> MessageId {
        let id = self.queue_text(who, to, text);
        self.run();
        id
    }

    /// Presses Send, and nothing else happens yet.
    pub(super) fn queue_text(&mut self, who: usize, to: usize, text: &str) -> MessageId {
        self.messages += 1;
        let id = MessageId((self.messages << 8 | who as u128).to_be_bytes());
        let conversation = ConversationId(self.id(to));
        self.input(who, Input::Command(Command::Send { id, conversation, text: text.into() }));
        id
    }

    /// What was told of the events of each of somebody's devices, in order.
    pub(super) fn receipts_to(&self, whom: usize) -> Vec<(DeviceId, SeqSet)> {
        let inbox = format!("kith/{}/Inbox/m", self.id(whom));
        let told = self.broker.log.iter().filter(|held| held.topic == inbox);
        told.filter_map(|held| match &self.broker.read(held)?.body {
            EventBody::Receipt(receipt) => Some((receipt.device, receipt.stored.clone())),
            _ => None,
        })
        .collect()
    }

    /// How often somebody tried to connect so far.
    pub(super) fn attempts(&self, who: usize) -> usize {
        self.devices[who].attempts
    }

    /// How many connections were made so far.
    pub(super) fn connections(&self) -> usize {
        self.connections
    }

    /// Somebody publishes something at QoS 1.
    pub(super) fn publish(&mut self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.broker.publish(Held { topic: topic.into(), payload: payload.into(), qos: 1, retain: false });
        self.run();
    }

    pub(super) fn fresh_id(&mut self) -> MessageId {
        self.messages += 1;
        MessageId((self.messages << 8 | 0xFF).to_be_bytes())
    }

    /// A person does something, and everything that follows happens.
    pub(super) fn command(&mut self, who: usize, command: Command) {
        self.input(who, Input::Command(command));
        self.run();
    }

    /// Hands one input over.
    pub(super) fn input(&mut self, who: usize, input: Input) {
        let now = self.clock(who);
        self.note(|| Happened::Input(who, input.clone()));
        self.devices[who].client.handle(input, now);
        self.note_sealed(who);
        while let Some(effect) = self.devices[who].client.poll_effect() {
            if let Some((_, landed)) = self.crash_in.take_if(|(left, _)| *left == 0) {
                return self.crash(who, landed);
            }
            self.crash_in = self.crash_in.map(|(left, landed)| (left - 1, landed));
            self.note(|| Happened::Effect(who, effect.clone()));
            self.perform(who, effect);
        }
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> Happened) {
        if let Some(happened) = &mut self.happened {
            happened.push(what());
        }
    }

    fn note_sealed(&mut self, who: usize) {
        self.broker.sealed.extend(self.devices[who].client.sealed.drain(..));
    }

    /// Encrypts as `who` does, by the sessions of their own client: whatever it is.
    pub(super) fn seal(&mut self, who: usize, to: usize, event: &Event) -> Vec<u8> {
        let to = self.id(to);
        let envelope = self.devices[who].client.seal(to, event).expect("they are friends");
        self.note_sealed(who);
        envelope
    }

    /// As [`Self::tell`], without anything that follows, and where they can be reached.
    pub(super) fn tell_behind(&mut self, who: usize, to: UserId, event: &Event) {
        let envelope = self.devices[who].client.seal(to, event);
        self.note_sealed(who);
        if let Some(payload) = envelope {
            let topic = format!("kith/{to}/Inbox/m");
            self.broker.publish(Held { topic, payload, qos: 1, retain: false });
        }
    }

    /// `who` tells something that their client would not.
    pub(super) fn tell(&mut self, who: usize, to: usize, event: &Event) {
        let payload = self.seal(who, to, event);
        let topic = format!("kith/{}/Inbox/m", self.id(to));
        self.publish(&topic, payload);
    }

    pub(super) fn clock(&self, who: usize) -> Now {
        let timestamp = (START + self.now).saturating_add_signed(self.devices[who].clock_error);
        Now { instant: Instant(self.now), timestamp: Timestamp(timestamp) }
    }

    /// What this person's clock says.
    pub(super) fn time(&self, who: usize) -> Timestamp {
        self.clock(who).timestamp
    }

    /// The network breaks this device's connection; the device notices.
    pub(super) fn break_connection(&mut self, who: usize) {
        if self.devices[who].connection.is_some() {
            self.cut(who);
            self.input(who, Input::Closed(BROKEN));
        }
    }

    pub(super) fn pull_network(&mut self) {
        self.network_down = true;
        for who in 0..self.devices.len() {
            self.break_connection(who);
        }
    }

    /// The tab is gone in the middle of whatever it did, and opened again. Of a save that was on its way either all
    /// or nothing is on disk.
    pub(super) fn reload(&mut self, who: usize, save_lands: bool) {
        self.crash(who, if save_lands { usize::MAX } else { 0 });
    }

    /// As [`Self::reload`]; of the saves on their way the first so many are on disk.
    pub(super) fn crash(&mut self, who: usize, landed: usize) {
        self.cut(who);
        let pending = std::mem::take(&mut self.devices[who].inputs);
        let saves = pending.into_iter().filter_map(Pending::into_batch);
        for batch in saves.take(landed) {
            self.land(who, &batch);
        }
        self.note(|| Happened::Crashed(who));
        let seed = self.seed;
        drop(self.devices[who].start_again(who, seed));
    }

    /// A save reaches the disk.
    pub(super) fn land(&mut self, who: usize, batch: &Batch) {
        self.devices[who].commit(batch);
        self.note(|| Happened::Landed(who, batch.clone()));
    }

    /// What can be handed over.
    pub(super) fn ready(&self) -> Vec<Ready> {
        let mut ready: Vec<_> = self.broker.out.connections().into_iter().map(Ready::Down).collect();
        let awake = |who: &usize| !self.devices[*who].inputs.is_empty() && !self.devices[*who].asleep;
        ready.extend((0..self.devices.len()).filter(awake).map(Ready::Inbox));
        ready.extend(self.wires.iter().flat_map(Wires::ready));
        ready.extend((0..self.old_tabs.len()).map(Ready::OldTab));
        ready
    }

    /// Who has this connection.
    pub(super) fn holder(&self, connection: usize) -> Option<usize> {
        (0..self.devices.len()).find(|who| self.devices[*who].connection == Some(connection))
    }

    /// Hands one thing over.
    pub(super) fn hand_over(&mut self, what: Ready) {
        self.steps += 1;
        match what {
            Ready::Down(connection) => {
                let packet = self.broker.out.take(connection).flatten();
                if let Some(tab) = self.old_tab(connection) {
                    return self.deliver_to_old_tab(tab, packet);
                }
                let Some(who) = self.holder(connection) else { return };
                match packet {
                    Some(packet) => self.input(who, Input::Received(Bytes::from(packet))),
                    None => {
                        self.devices[who].connection = None;
                        self.input(who, Input::Closed(BROKEN));
                    }
                }
            }
            Ready::Inbox(who) => {
                let Some(pending) = self.devices[who].inputs.pop_front() else { return };
                let input = match pending {
                    Pending::Input(input) => input,
                    Pending::Save(ticket, _) if std::mem::take(&mut self.devices[who].reserve) => {
                        self.devices[who].disk_full = false;
                        Input::SaveFailed(ticket, StorageError::Tight)
                    }
                    Pending::Save(ticket, _) if self.devices[who].disk_full => {
                        Input::SaveFailed(ticket, StorageError::Full)
                    }
                    Pending::Save(ticket, batch) => {
                        self.land(who, &batch);
                        Input::Saved(ticket)
                    }
                };
                self.input(who, input);
            }
            Ready::Up(connection) => self.arrive(connection),
            Ready::OldTab(at) => self.step_old_tab(at),
        }
    }

    /// Hands over the next thing that is on its way; false when there is none.
    pub(super) fn step(&mut self) -> bool {
        if let Some((_, who, lands)) = self.reload_at.take_if(|(at, ..)| *at == self.steps) {
            self.reload(who, lands);
        }
        let next = self.ready().first().copied();
        match next {
            Some(next) => self.hand_over(next),
            // A step that finds nothing is one, too: a reload may come before it.
            None => self.steps += 1,
        }
        next.is_some()
    }

    /// Lets everything happen that happens without time passing.
    pub(super) fn run(&mut self) {
        for _ in 0..1_000_000 {
            if !self.step() {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    /// Lets time pass, with all timers.
    pub(super) fn pass(&mut self, span: Duration) {
        let end = self.now + u64::try_from(span.as_millis()).unwrap();
        loop {
            self.run();
            let next = self.devices.iter().filter_map(|device| device.client.poll_timeout()).min();
            match next.filter(|next| next.0 <= end) {
                Some(next) => self.now = self.now.max(next.0),
                None => break,
            }
            for who in 0..self.devices.len() {
                let due = |at: Instant| at.0 <= self.now;
                if self.devices[who].client.poll_timeout().is_some_and(due) {
                    self.input(who, Input::Timeout);
                }
            }
        }
        self.now = end;
    }

    /// Everything works again, for long enough.
    pub(super) fn heal(&mut self) {
        self.network_down = false;
        self.broker.faults = super::broker::Faults::default();
        for device in &mut self.devices {
            (device.disk_full, device.disk_unreadable) = (false, false);
        }
        self.run();
        for who in 0..self.devices.len() {
            self.input(who, Input::Online(true));
        }
        self.pass(Duration::from_secs(600));
    }
}
