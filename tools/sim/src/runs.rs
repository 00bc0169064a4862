//! Many runs, on all cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use kith::chat::guards::Guard;
use kith::chat::simulator::{self, Tally};
use lexopt::prelude::*;

use crate::once::{apart, twice};

/// After so many seeds that fail no more are begun.
const ENOUGH: usize = 20;

/// Within so many seeds a guard that is off is noticed.
const SEEDS_FOR_A_GUARD: u64 = 2_000;

/// The seeds that have once found something: they are run each time that many are.
const KNOWN: &str = include_str!("../seeds.txt");

/// The seeds whose fault is known and not mended yet: where many are run they are told, and what else is found counts.
const OPEN: &str = include_str!("../open.txt");

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Runs {
    from: u64,
    seeds: u64,
    threads: usize,
    /// Show what happens.
    trace: bool,
    /// Switch guards off.
    mutate: bool,
    /// Run each seed once: that a second run does the same is not asked.
    once: bool,
    /// Each way to recover must be taken, and the known seeds are run as well.
    thorough: bool,
}

/// The seeds of a list: the first word of each line.
fn listed(list: &str) -> impl Iterator<Item = u64> {
    list.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok())
}

/// The seeds that have failed, and what was wrong with them.
type Failures = Vec<(u64, Vec<String>)>;

/// What all threads tell.
#[derive(Default)]
struct Shared {
    tally: Mutex<Tally>,
    failures: Mutex<Failures>,
    failed: AtomicUsize,
    next: AtomicU64,
    /// Seconds, and which seed took them.
    slowest: Mutex<(f64, u64)>,
}

impl Runs {
    pub(crate) fn parse(parser: &mut lexopt::Parser) -> Result<Self> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (trace, mutate, once, thorough) = Default::default();
        let mut runs = Self { from: 0, seeds: 100, threads, trace, mutate, once, thorough };
        while let Some(arg) = parser.next()? {
            match arg {
                Long("from") => runs.from = parser.value()?.parse()?,
                Long("seeds") => runs.seeds = parser.value()?.parse()?,
                Long("threads") => runs.threads = parser.value()?.parse()?,
                Long("trace") => runs.trace = true,
                Long("mutate") => runs.mutate = true,
                Long("once") => runs.once = true,
                Long("thorough") => runs.thorough = true,
                Short(_) | Long(_) | Value(_) => return Err(arg.unexpected().into()),
            }
        }
        Ok(runs)
    }

    /// Whether all is as it must be.
    pub(crate) fn run(&self) -> Result<bool> {
        match (self.trace, self.mutate) {
            (true, _) => self.show(),
            (_, true) => self.switch_off(),
            _ => self.all(),
        }
    }

    /// The seeds, in the order in which they are run.
    fn seeds(&self) -> Vec<u64> {
        listed(KNOWN).filter(|_| self.thorough).chain(self.from..self.from + self.seeds).collect()
    }

    fn all(&self) -> Result<bool> {
        let start = Instant::now();
        let (tally, failures, slowest) = self.work_off(&self.seeds(), None, ENOUGH)?;
        self.print(&tally, &failures, start.elapsed().as_secs_f64());
        println!("the slowest is seed {}: {:.1} s", slowest.1, slowest.0);
        let missing: Vec<_> = simulator::RECOVERIES
            .iter()
            .filter(|name| self.thorough && !tally.counts.contains_key(**name))
            .collect();
        for name in &missing {
            println!("FAILED: in {} seeds there was never: {name}", tally.runs);
        }
        let open = |seed: &u64| self.thorough && listed(OPEN).any(|open| open == *seed);
        let (open, new): (Vec<_>, Vec<_>) = failures.iter().map(|(seed, _)| *seed).partition(open);
        if !open.is_empty() {
            println!("not mended yet, as tools/sim/open.txt says: {open:?}");
        }
        Ok(new.is_empty() && missing.is_empty())
    }

    /// Runs seeds on all cores, until so many have failed.
    fn work_off(
        &self,
        seeds: &[u64],
        guard: Option<Guard>,
        enough: usize,
    ) -> Result<(Tally, Failures, (f64, u64))> {
        let shared = Shared::default();
        let work = || {
            while let Some(seed) = seeds.get(shared.next.fetch_add(1, Ordering::Relaxed) as usize) {
                if shared.failed.load(Ordering::Relaxed) >= enough {
                    return;
                }
                let start = Instant::now();
                let is_once = self.once || guard.is_some();
                let (report, wrong) = if is_once { apart(*seed, false, guard).found() } else { twice(*seed) };
                if let Ok(mut slowest) = shared.slowest.lock()
                    && slowest.0 < start.elapsed().as_secs_f64()
                {
                    *slowest = (start.elapsed().as_secs_f64(), *seed);
                }
                if let (Some(report), Ok(mut tally)) = (report, shared.tally.lock()) {
                    tally.join(&report.tally);
                }
                if !wrong.is_empty() {
                    if guard.is_none() {
                        eprintln!("seed {seed}: {}", wrong.join("; "));
                    }
                    shared.failed.fetch_add(1, Ordering::Relaxed);
                    if let Ok(mut failures) = shared.failures.lock() {
                        failures.push((*seed, wrong));
                    }
                }
            }
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow!("a worker panicked")))
        })?;
        let tally = shared.tally.into_inner().map_err(|_| anyhow!("a worker panicked"))?;
        let mut failures = shared.failures.into_inner().map_err(|_| anyhow!("a worker panicked"))?;
        failures.sort();
        let slowest = shared.slowest.into_inner().map_err(|_| anyhow!("a worker panicked"))?;
        Ok((tally, failures, slowest))
    }

    fn print(&self, tally: &Tally, failures: &[(u64, Vec<String>)], seconds: f64) {
        println!(
            "{} seeds, each {}, in {seconds:.0} s: {:.1} seeds a second on {} threads",
            tally.runs,
            if self.once { "once" } else { "twice" },
            tally.runs as f64 / seconds,
            self.threads
        );
        println!(
            "{} messages written, {} looked for at the other side; {} faults; {} packets; {} steps",
            tally.messages, tally.checked, tally.faults, tally.packets, tally.steps
        );
        for (what, times) in &tally.counts {
            println!("    {times:>9}  {what}");
        }
        for (seed, wrong) in failures {
            println!("seed {seed} FAILED: cargo xtask sim --from {seed} --trace{}", simulator::FLAGS);
            for line in wrong.iter().take(5) {
                println!("    {line}");
            }
        }
        println!("{} of {} seeds failed", failures.len(), tally.runs);
    }

    /// One seed, with all that happens in it.
    fn show(&self) -> Result<bool> {
        let report = apart(self.from, true, None).0.map_err(|error| anyhow!(error))?;
        for line in &report.trace {
            println!("{line}");
        }
        println!("{}", report.plan);
        println!("hash {:016x}", report.hash);
        for line in &report.violations {
            println!("VIOLATION {line}");
        }
        Ok(report.violations.is_empty())
    }

    /// Switches each guard off: some seed must notice.
    fn switch_off(&self) -> Result<bool> {
        let seeds: Vec<_> = (self.from..self.from + SEEDS_FOR_A_GUARD).collect();
        let mut all = true;
        for guard in Guard::ALL {
            let (tally, failures, _) = self.work_off(&seeds, Some(guard), 1)?;
            let noticed = failures.first().and_then(|(seed, wrong)| Some((seed, wrong.first()?)));
            match noticed {
                Some((seed, wrong)) => {
                    println!("without {guard:?}: noticed in {} seeds, by seed {seed}: {wrong}", tally.runs);
                }
                None => println!("without {guard:?}: FAILED: not noticed in {} seeds", tally.runs),
            }
            all &= noticed.is_some();
        }
        Ok(all)
    }
}
