//! What goes wrong at moments, and what is put right after a while.

use std::collections::BTreeSet;

use super::super::broker::{Held, Remembers};
use super::super::effects::passphrase;
use super::super::wires::Ready;
use super::plan::{Fault, jump};
use super::{MAX_UNDONE, Simulation};
use crate::chat::change::Phase;
use crate::chat::id::{MessageId, TabId, UserId};
use crate::chat::record::{Query, Table};
use crate::chat::{Command, Input};

/// How many faults a run has at the most, for each thing that somebody does.
const FAULTS_FOR_AN_ACT: u64 = 4;

/// What ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relief {
    /// A connection moves again.
    Flow(usize),
    /// A device has a network again.
    Network(usize),
    /// A device's storage has room again.
    Room(usize),
    /// A device's storage can be read again.
    Reading(usize),
    /// What is for an inbox is passed on again.
    Pass,
    /// The rival goes on.
    Rival { who: usize, left: u32 },
}

impl Simulation {
    /// Throws the dice for each fault, once for each step. What a reconnect brings is so many steps that faults could bring
    /// faults without end: so there is an end to them.
    pub(super) fn throw_faults(&mut self) {
        if self.oracle.tally.faults > FAULTS_FOR_AN_ACT * self.plan.acts as u64 {
            return;
        }
        let mut thrown = self.fate.below(100_000);
        for at in 0..self.plan.faults.len() {
            let (fault, often) = self.plan.faults[at];
            if thrown < often {
                let who = self.fate.index(self.world.devices.len());
                return self.strike(fault, who);
            }
            thrown -= often;
        }
    }

    fn strike(&mut self, fault: Fault, who: usize) {
        if self.world.devices[who].asleep {
            return;
        }
        self.trace.say(self.world.now, format_args!("*** {fault:?} at {who}"));
        self.oracle.tally.faults += 1;
        self.oracle.tally.count(&format!("fault: {fault:?}"));
        let now = self.world.now;
        match fault {
            Fault::Cut => self.world.break_connection(who),
            Fault::Deaf => {
                if let Some(connection) = self.world.devices[who].connection {
                    self.world.broker.close(connection);
                    self.world.broker.out.forget(connection);
                }
            }
            Fault::Stall => {
                self.stalled.insert(who);
                let span = self.fate.between(100, 60_000);
                self.reliefs.push((now + span, Relief::Flow(who)));
            }
            Fault::Offline => {
                self.world.devices[who].no_network = true;
                self.world.break_connection(who);
                let span = self.fate.between(1_000, 600_000);
                self.reliefs.push((now + span, Relief::Network(who)));
            }
            Fault::Crash => {
                let landed = self.fate.index(4);
                self.world.crash(who, landed);
            }
            Fault::CrashWithin => self.world.crash_in = Some((self.fate.index(30), self.fate.index(4))),
            Fault::Reload => {
                self.world.input(who, Input::Leaving);
                self.world.crash(who, usize::MAX);
            }
            Fault::SwitchTab => {
                let landed = self.fate.index(4);
                self.world.switch_tab(who, landed);
            }
            Fault::Lie => self.lie(who),
            Fault::BrokerCrash(remembers) => self.crash_broker(remembers),
            Fault::TakeOver => self.reliefs.push((now, Relief::Rival { who, left: 3 })),
            Fault::Full => {
                self.world.devices[who].disk_full = true;
                let span = self.fate.between(1_000, 300_000);
                self.reliefs.push((now + span, Relief::Room(who)));
            }
            Fault::Unreadable => {
                self.world.devices[who].disk_unreadable = true;
                let span = self.fate.between(100, 30_000);
                self.reliefs.push((now + span, Relief::Reading(who)));
            }
            Fault::Replace => self.replace(who),
            Fault::RollBack => {
                let saves = 1 + self.fate.index(MAX_UNDONE);
                self.forget(who, Some(saves));
            }
            Fault::Wipe => self.forget(who, None),
            Fault::Jump => self.world.devices[who].clock_error = jump(&mut self.fate),
            Fault::Replay | Fault::Corrupt | Fault::Overwrite | Fault::Forge => self.attack(fault),
            Fault::Withhold => {
                self.world.broker.faults.loses_topic = Some("/Inbox/m");
                self.reliefs.push((now + self.fate.between(100, 120_000), Relief::Pass));
            }
        }
        self.observe();
    }

    fn crash_broker(&mut self, remembers: Remembers) {
        self.world.broker.crash(remembers);
        if self.plan.half_open > 0 && self.fate.permille(300) {
            // Nobody hears of it.
            self.world.broker.out.clear();
        }
    }

    /// Storage comes back without its last commits, or empty; and the tab, of course, begins again.
    fn forget(&mut self, who: usize, saves: Option<usize>) {
        let before = self.stored_messages(who);
        if self.is_ready(who) && saves.is_none() {
            // They have their words written down somewhere.
            self.command(who, Command::ShowWords(None));
            self.words[who] = self.world.screen(who).words.clone();
        }
        let device = &mut self.world.devices[who];
        // What is on its way is lost with the tab.
        device.inputs.clear();
        match saves {
            Some(saves) => device.roll_back(saves),
            None => device.wipe(),
        }
        self.oracle.tally.count(if device.is_rolled_back() {
            "rollback noticed"
        } else {
            "rollback unnoticed"
        });
        self.world.crash(who, 0);
        let after = self.stored_messages(who);
        self.oracle.see_forgotten(who, &before.difference(&after).copied().collect());
    }

    /// A backup is made, and a new device goes on from it. What the old one knows besides is its own.
    fn replace(&mut self, who: usize) {
        if !self.is_ready(who) || self.world.devices.len() >= self.plan.people + 2 {
            return;
        }
        self.command(who, Command::MakeBackup(passphrase("correct horse")));
        while self.world.devices[who].files.is_empty() && !self.world.devices[who].inputs.is_empty() {
            self.world.hand_over(Ready::Inbox(who));
            self.observe();
        }
        let Some((_, file)) = self.world.devices[who].files.pop() else { return };
        let new = self.world.add_device();
        self.world.devices[new].notices = true;
        self.world.devices[new].undoes = self.world.devices[who].undoes;
        self.handles.push(self.handles[who].clone());
        self.words.push(None);
        self.world.devices[new].clock_error = self.world.devices[who].clock_error;
        while !matches!(self.world.screen(new).phase, Some(Phase::Welcome(_))) {
            self.world.hand_over(Ready::Inbox(new));
            self.observe();
        }
        self.oracle.see_forgotten(new, &BTreeSet::new());
        self.command(new, Command::Restore { file, passphrase: passphrase("correct horse") });
    }

    pub(super) fn stored_messages(&self, who: usize) -> BTreeSet<MessageId> {
        let records = self.world.devices[who].disk.load(&Query::Tables(vec![Table::Messages]));
        let id = |key: &[u8]| MessageId(key[key.len() - 16..].try_into().unwrap());
        records.iter().map(|record| id(&record.key)).collect()
    }

    /// Somebody on the broker who has seen all that ever passed.
    fn attack(&mut self, fault: Fault) {
        let log = &self.world.broker.log;
        let Some(held) = self.fate.pick(log).cloned() else { return };
        let mut payload = held.payload;
        let mut topic = held.topic;
        let mut retain = held.retain;
        match fault {
            Fault::Corrupt if !payload.is_empty() => {
                let at = self.fate.index(payload.len());
                payload[at] ^= 1 << self.fate.below(8);
            }
            Fault::Overwrite => {
                let topics: Vec<_> = self.world.broker.retained.keys().cloned().collect();
                let Some(chosen) = self.fate.pick(&topics).cloned() else { return };
                (topic, retain) = (chosen, true);
                if self.fate.permille(300) {
                    payload.clear();
                }
            }
            Fault::Forge => {
                // In the place where another of its kind belongs.
                let Some(other) = self.fate.pick(&self.world.broker.log) else { return };
                topic.clone_from(&other.topic);
                if self.fate.permille(500) {
                    payload = (0..self.fate.index(300)).map(|_| self.fate.below(256) as u8).collect();
                }
            }
            _ => {}
        }
        self.trace.say(self.world.now, format_args!("    publishes {} bytes to {topic}", payload.len()));
        self.world.broker.publish(Held { topic, payload, qos: 1, retain });
    }

    /// What was to end by now has ended.
    pub(super) fn relieve(&mut self) {
        let now = self.world.now;
        while let Some(at) = self.reliefs.iter().position(|(due, _)| *due <= now) {
            let (_, relief) = self.reliefs.remove(at);
            match relief {
                Relief::Flow(who) => drop(self.stalled.remove(&who)),
                Relief::Network(who) => {
                    self.world.devices[who].no_network = false;
                    if !self.world.devices[who].asleep && self.fate.permille(500) {
                        self.world.input(who, Input::Online(true));
                    }
                }
                Relief::Room(who) => self.world.devices[who].disk_full = false,
                Relief::Reading(who) => self.world.devices[who].disk_unreadable = false,
                Relief::Pass => self.world.broker.faults.loses_topic = None,
                Relief::Rival { who, left } => self.rival(who, left),
            }
            self.observe();
        }
    }

    /// Another device with the same Client Identifier comes, takes what waits, and goes.
    fn rival(&mut self, who: usize, left: u32) {
        if let Some(connection) = self.world.devices[who].connection {
            self.world.broker.usurp(connection);
        }
        if left > 1 {
            let next = self.world.now + self.fate.between(500, 4_000);
            self.reliefs.push((next, Relief::Rival { who, left: left - 1 }));
        }
    }

    /// Everything works again, and everybody is there.
    pub(super) fn heal(&mut self) {
        self.trace.say(self.world.now, format_args!("*** heals"));
        self.plan.faults.clear();
        self.reliefs.clear();
        self.stalled.clear();
        self.world.crash_in = None;
        self.world.broker.faults = super::super::broker::Faults::default();
        if let Some(weather) = &mut self.world.broker.weather {
            weather.clear_up();
        }
        if let Some(wires) = &mut self.world.wires {
            wires.half_open = 0;
        }
        for who in 0..self.world.devices.len() {
            let device = &mut self.world.devices[who];
            (device.disk_full, device.disk_unreadable, device.no_network) = (false, false, false);
            if device.asleep {
                self.wake(who);
            }
            self.world.input(who, Input::Visible(TabId::default(), true));
            self.world.input(who, Input::Online(true));
            self.observe();
        }
    }

    /// Who somebody is, in whatever phase.
    pub(super) fn people(&self) -> Vec<(usize, UserId)> {
        (0..self.world.devices.len()).filter_map(|who| Some((who, self.id(who)?))).collect()
    }
}
