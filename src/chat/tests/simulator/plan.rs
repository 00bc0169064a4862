//! What a seed means: who there is, what they do, what goes wrong and how often.

use super::super::broker::{PERFECT, PROFILES, Profile, Remembers, Weather};
use super::super::dice::Dice;

/// Something that goes wrong at a moment, not in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A connection breaks; one side may not hear of it.
    Cut,
    /// The broker closes a connection, and the device does not hear of it.
    Deaf,
    /// Nothing moves on a connection for a while.
    Stall,
    /// A device has no network for a while.
    Offline,
    /// A tab crashes between two steps.
    Crash,
    /// A tab crashes between two effects.
    CrashWithin,
    /// A tab is closed in order and opened again.
    Reload,
    /// Another tab takes the profile over, and the one before it does not know it yet.
    SwitchTab,
    /// The broker is killed.
    BrokerCrash(Remembers),
    /// Somebody else connects by the same Client Identifier.
    TakeOver,
    /// Storage is full for a while.
    Full,
    /// Storage cannot be read for a while.
    Unreadable,
    /// Storage comes back without its last commits.
    RollBack,
    /// Storage comes back empty.
    Wipe,
    /// Somebody goes on from a backup with another device, and the old one lives on for a while.
    Replace,
    /// A clock jumps, by up to a day either way.
    Jump,
    /// Somebody publishes what passed once more.
    Replay,
    /// Somebody publishes what passed, altered.
    Corrupt,
    /// Somebody overwrites what is retained, or clears it.
    Overwrite,
    /// Nothing for one person's inbox is passed on for a while.
    Withhold,
    /// Somebody publishes what nobody has said.
    Forge,
    /// A contact tells what their messenger would not: forks, gaps, receipts for what they have not got.
    Lie,
}

/// How often, in 100,000 steps at the most; and whether it is an adversary's doing.
const FAULTS: [(Fault, u64, bool); 24] = [
    (Fault::Cut, 600, false),
    (Fault::Deaf, 300, false),
    (Fault::Stall, 400, false),
    (Fault::Offline, 200, false),
    (Fault::Crash, 400, false),
    (Fault::CrashWithin, 800, false),
    (Fault::Reload, 200, false),
    (Fault::SwitchTab, 200, false),
    (Fault::BrokerCrash(Remembers::Nothing), 150, false),
    (Fault::BrokerCrash(Remembers::Autosave), 200, false),
    (Fault::BrokerCrash(Remembers::Everything), 200, false),
    (Fault::TakeOver, 150, false),
    (Fault::Full, 200, false),
    (Fault::Unreadable, 100, false),
    (Fault::RollBack, 100, false),
    (Fault::Wipe, 20, false),
    (Fault::Replace, 20, false),
    (Fault::Jump, 100, false),
    (Fault::Replay, 600, true),
    (Fault::Corrupt, 300, true),
    (Fault::Overwrite, 100, true),
    (Fault::Withhold, 100, true),
    (Fault::Forge, 400, true),
    (Fault::Lie, 100, true),
];

/// What a seed means.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) people: usize,
    pub(super) acts: usize,
    /// Everybody knows everybody before anything goes wrong.
    pub(super) acquainted: bool,
    pub(super) profile: Profile,
    /// How often each fault is thrown in 100,000 steps.
    pub(super) faults: Vec<(Fault, u64)>,
    pub(super) half_open: u32,
    /// How wrong clocks are from the beginning, in milliseconds.
    pub(super) skews: Vec<i64>,
    /// The broker writes to disk so often, in milliseconds.
    pub(super) autosave: u64,
    /// How long what people do is apart: more of the short, or more of the long.
    pub(super) haste: u64,
    pub(super) adversary: bool,
}

const DAY: u64 = 86_400_000;

impl Plan {
    pub(super) fn of(seed: u64) -> Self {
        let dice = &mut Dice::new(seed, 1);
        let people = [2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6][dice.index(12)];
        let acts = match dice.below(20) {
            0 => dice.between(150, 300),
            1..5 => dice.between(90, 150),
            _ => dice.between(50, 90),
        };
        let calm = dice.permille(50);
        let adversary = dice.permille(300);
        let mut faults = Vec::new();
        for (fault, most, hostile) in FAULTS {
            let on = if hostile { adversary && dice.permille(600) } else { !calm && dice.permille(300) };
            let rate = dice.between(1, most);
            if on {
                faults.push((fault, rate));
            }
        }
        let profile = if dice.permille(150) { PERFECT } else { *dice.pick(&PROFILES).unwrap() };
        // Where filters with a wildcard bring nothing that is retained, two devices that have both taken the place of others never
        // hear of each other: ARCHITECTURE.md has it among the known gaps. Storage that is seen to be older makes such a device.
        let replaces = |fault: &Fault| matches!(fault, Fault::Replace | Fault::RollBack | Fault::Wipe);
        faults.retain(|(fault, _)| profile.retained_by_wildcard || !replaces(fault));
        let skewed = !calm && dice.permille(250);
        let skews = (0..people).map(|_| if skewed { jump(dice) } else { small_skew(dice) }).collect();
        Self {
            people,
            acts: usize::try_from(acts).unwrap(),
            acquainted: dice.permille(800),
            profile,
            faults,
            half_open: if calm || dice.permille(600) { 0 } else { 500 },
            skews,
            autosave: [1_000, 30_000, 1_800_000][dice.index(3)],
            haste: dice.between(30, 80),
            adversary,
        }
    }

    /// What goes wrong at the broker by chance.
    pub(super) fn weather(&self, seed: u64) -> Weather {
        let dice = &mut Dice::new(seed, 2);
        let mut weather = Weather::fair(Dice::new(seed, 3));
        if self.faults.is_empty() {
            return weather;
        }
        let mut rate = |most: u64| {
            let thrown = u32::try_from(dice.between(1, most)).unwrap();
            if dice.permille(300) { thrown } else { 0 }
        };
        weather.loses = rate(300);
        weather.doubles = rate(300);
        weather.shuffles = rate(1_000);
        weather.forgets_retained = rate(300);
        weather.denies_session = rate(500);
        weather.empties_session = rate(500);
        weather.deafens_session = rate(300);
        weather.marks_at_random = rate(1_000);
        weather.spoils = rate(if self.adversary { 100 } else { 1 });
        weather
    }

    /// Whether all clocks are so near each other that all see one order.
    pub(super) fn clocks_agree(&self) -> bool {
        let near = self.skews.iter().all(|skew| skew.unsigned_abs() < 60_000);
        near && !self.faults.iter().any(|(fault, _)| *fault == Fault::Jump)
    }
}

fn small_skew(dice: &mut Dice) -> i64 {
    i64::try_from(dice.below(20_000)).unwrap() - 10_000
}

/// Up to a day either way.
pub(super) fn jump(dice: &mut Dice) -> i64 {
    i64::try_from(dice.below(2 * DAY)).unwrap() - i64::try_from(DAY).unwrap()
}
