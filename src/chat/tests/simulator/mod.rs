//! The simulator: people who do what people do, a network and a broker that do what they should not, storage that forgets,
//! and somebody who means harm; all of it by the dice of one seed, so that a seed is a run. In the end everything works
//! again, and what must hold is looked at (`verdict`; on the way `oracle`).
//!
//! Where keys are made of a seed too (`cargo xtask sim`, which replaces getrandom's backend), a run is the same byte for byte
//! each time; in the ordinary tests it is not, and its findings are as good.

mod acts;
mod faults;
mod lies;
mod oracle;
mod packets;
mod plan;
mod tally;
#[cfg(test)]
mod tests;
mod trace;
mod verdict;

use std::collections::BTreeSet;

use super::broker::PERFECT;
use super::dice::Dice;
use super::wires::{Ready, Wires};
use super::world::World;
use crate::chat::Input;
use crate::chat::change::Words;
use faults::Relief;
use oracle::Oracle;
use plan::{Fault, Plan};
pub use tally::Tally;
use trace::Trace;

/// How many things may be handed over in a run: what does not come to rest by then never does.
const MAX_STEPS: u64 = 300_000;

/// How many saves storage forgets at the most.
const MAX_UNDONE: usize = 40;

/// The ways out of trouble that must be taken again and again in many runs, by their names in [`Tally::counts`].
pub const RECOVERIES: [&str; 30] = [
    "change parked",
    "device introduced",
    "dispute seen",
    "fork seen",
    "full storage told",
    "gone on from a backup",
    "half-open connection",
    "keys compared",
    "message encrypted anew",
    "missing told",
    "nak sent",
    "nothing missing told",
    "parked change applied",
    "place looked for",
    "receipt sent",
    "repetition arrived",
    "request accepted",
    "request declined",
    "revoked",
    "rollback noticed",
    "rollback unnoticed",
    "save of an old tab refused",
    "sent with DUP",
    "session lost",
    "session resumed",
    "silence noticed",
    "taken over",
    "told again under another number",
    "unwedged",
    "want sent",
];

/// By which flags this build was asked for.
pub const FLAGS: &str = if cfg!(feature = "model-crypto") { " --model-crypto" } else { "" };

/// What a run has shown.
#[derive(Clone, Debug)]
pub struct Report {
    /// Two runs of a seed have the same.
    pub hash: u64,
    /// What did not hold.
    pub violations: Vec<String>,
    /// Counts.
    pub tally: Tally,
    /// What has happened, if that was asked for.
    pub trace: Vec<String>,
    /// What the seed means.
    pub plan: String,
}

/// Runs a seed; `readable` keeps what has happened as lines.
#[must_use]
pub fn run(seed: u64, readable: bool) -> Report {
    let mut simulation = Simulation::new(seed, readable);
    let plan = format!("{:?}", simulation.plan);
    simulation.begin();
    simulation.live();
    simulation.end();
    let Simulation { world, trace, mut oracle, .. } = simulation;
    let weather = world.broker.weather.iter().flat_map(|weather| &weather.counts);
    for (what, times) in weather {
        oracle.tally.add(&format!("weather: {what}"), *times);
        oracle.tally.faults += times;
    }
    oracle.tally.add("half-open connection", world.wires.as_ref().map_or(0, |wires| wires.unheard));
    oracle.tally.count(&format!("broker: {}", world.broker.profile.name));
    oracle.tally.steps = world.steps as u64;
    oracle.tally.runs = 1;
    Report {
        hash: trace.hash(),
        violations: oracle.violations,
        tally: oracle.tally,
        trace: trace.into_lines(),
        plan,
    }
}

struct Simulation {
    world: World,
    plan: Plan,
    seed: u64,
    /// What people do.
    dice: Dice,
    /// What goes wrong.
    fate: Dice,
    /// What comes first.
    order: Dice,
    trace: Trace,
    oracle: Oracle,
    stalled: BTreeSet<usize>,
    /// The words that people have written down before they lost what was stored, and what their addresses are made of.
    words: Vec<Option<Words>>,
    handles: Vec<String>,
    reliefs: Vec<(u64, Relief)>,
    next_autosave: u64,
    /// All clocks were near each other all the time.
    clocks_agreed: bool,
    said: u64,
    texts: u64,
    steps: u64,
}

impl Simulation {
    fn new(seed: u64, readable: bool) -> Self {
        let plan = Plan::of(seed);
        let clocks_agreed = plan.clocks_agree();
        let mut world = World::empty(seed);
        world.happened = Some(Vec::new());
        Self {
            world,
            plan,
            seed,
            dice: Dice::new(seed, 4),
            fate: Dice::new(seed, 5),
            order: Dice::new(seed, 6),
            trace: Trace::new(readable),
            oracle: Oracle::default(),
            stalled: BTreeSet::new(),
            words: Vec::new(),
            handles: Vec::new(),
            reliefs: Vec::new(),
            next_autosave: 0,
            clocks_agreed,
            said: 0,
            texts: 0,
            steps: 0,
        }
    }

    /// Everybody signs up, and, in most runs, gets to know the others, while all is well.
    fn begin(&mut self) {
        let forgets = self.plan.faults.iter().any(|(fault, _)| *fault == Fault::RollBack);
        for _ in 0..self.plan.people {
            let who = self.world.add_device();
            self.words.push(None);
            self.handles.push(String::new());
            self.world.devices[who].notices = true;
            self.world.devices[who].undoes = if forgets { MAX_UNDONE } else { 0 };
            self.world.devices[who].clock_error = self.plan.skews[who];
            self.settle();
            self.sign_up(who);
            self.settle();
        }
        if self.plan.acquainted {
            for who in 0..self.plan.people {
                for whom in 0..who {
                    self.acquaint(who, whom);
                }
            }
        }
        self.world.broker.weather = Some(self.plan.weather(self.seed));
        self.world.broker.profile = self.plan.profile;
        self.world.wires = Some(Wires::new(Dice::new(self.seed, 7), self.plan.half_open));
    }

    fn live(&mut self) {
        for _ in 0..self.plan.acts {
            let gap = self.gap();
            self.run_until(self.world.now + gap);
            self.act();
        }
        self.run_until(self.world.now + 1_000);
    }

    /// How long it takes until somebody does something: mostly a moment, and now and then days, in which everybody sleeps.
    fn gap(&mut self) -> u64 {
        let haste = self.plan.haste;
        match self.dice.below(100) {
            thrown if thrown < haste => self.dice.below(400),
            thrown if thrown < haste + (100 - haste) * 3 / 4 => self.dice.between(400, 30_000),
            thrown if thrown < 95 => self.dice.between(30_000, 600_000),
            thrown => {
                for who in 0..self.world.devices.len() {
                    self.sleep(who);
                }
                let most = if thrown < 99 { 12 } else { 4 * 24 };
                self.dice.between(1, most) * 3_600_000
            }
        }
    }

    /// Hands things over and lets time pass, until then.
    fn run_until(&mut self, end: u64) {
        while self.world.now < end {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.oracle.accuse("I13", "the world does not come to rest");
                return;
            }
            let ready = self.movable();
            if ready.is_empty() || self.order.permille(100) {
                let wait = if ready.is_empty() { u64::MAX } else { self.order.below(50) };
                self.wait(end.min(self.world.now.saturating_add(wait)));
                continue;
            }
            let next = ready[self.order.index(ready.len())];
            self.world.hand_over(next);
            self.observe();
            self.throw_faults();
        }
    }

    /// Lets everything happen that happens without time passing, in whatever order.
    fn settle(&mut self) {
        loop {
            let ready = self.movable();
            let Some(next) = self.order.pick(&ready).copied() else { return };
            self.world.hand_over(next);
            self.observe();
        }
    }

    fn movable(&self) -> Vec<Ready> {
        let mut ready = self.world.ready();
        if !self.stalled.is_empty() {
            ready.retain(|ready| match ready {
                Ready::Up(connection) | Ready::Down(connection) => {
                    self.world.holder(*connection).is_none_or(|who| !self.stalled.contains(&who))
                }
                Ready::Inbox(_) | Ready::OldTab(_) => true,
            });
        }
        // A sleeper's packets wait before the door.
        ready.retain(|ready| match ready {
            Ready::Down(connection) => {
                self.world.holder(*connection).is_none_or(|who| !self.world.devices[who].asleep)
            }
            Ready::Up(_) | Ready::Inbox(_) | Ready::OldTab(_) => true,
        });
        ready
    }

    /// Lets time pass, until then or until somebody's timer.
    fn wait(&mut self, end: u64) {
        let awake = |who: &usize| !self.world.devices[*who].asleep;
        let devices = (0..self.world.devices.len()).filter(awake);
        let timers = devices.filter_map(|who| self.world.devices[who].client.poll_timeout());
        let reliefs = self.reliefs.iter().map(|(due, _)| *due);
        let next = timers.map(|at| at.0).chain(reliefs).min().unwrap_or(u64::MAX);
        self.world.now = self.world.now.max(next.min(end));
        let now = self.world.now;
        self.world.broker.tick(now);
        if now >= self.next_autosave {
            self.world.broker.autosave();
            self.next_autosave = now + self.plan.autosave;
        }
        self.relieve();
        for who in 0..self.world.devices.len() {
            let device = &self.world.devices[who];
            if !device.asleep && device.client.poll_timeout().is_some_and(|at| at.0 <= now) {
                self.world.input(who, Input::Timeout);
                self.observe();
            }
        }
    }

    /// What has happened is written down and looked at.
    fn observe(&mut self) {
        let happened = self.world.happened.replace(Vec::new()).unwrap_or_default();
        for one in &happened {
            self.trace.note(self.world.now, one, &self.world.broker);
            self.oracle.see(&self.world, one);
        }
        for device in &mut self.world.devices {
            device.batches.clear();
        }
    }

    fn sleep(&mut self, who: usize) {
        if self.world.devices[who].asleep {
            return;
        }
        self.trace.say(self.world.now, format_args!("[{who}] sleeps"));
        if self.dice.permille(300) && self.is_ready(who) {
            self.world.input(who, Input::Leaving);
            self.observe();
        }
        self.world.devices[who].asleep = true;
    }

    /// Some wake with the page as it was, some open it anew.
    fn wake(&mut self, who: usize) {
        self.trace.say(self.world.now, format_args!("[{who}] wakes"));
        self.world.devices[who].asleep = false;
        if self.dice.permille(500) {
            self.world.crash(who, usize::MAX);
        } else {
            self.world.input(who, Input::Returned);
        }
        self.observe();
    }

    fn end(&mut self) {
        self.heal();
        self.world.broker.profile = super::broker::Profile { queue: PERFECT.queue, ..self.plan.profile };
        self.judge();
    }
}
