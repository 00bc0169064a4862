//! `cargo xtask fuzz`: random bytes for whatever reads bytes from outside (`tests/fuzz`, by cargo-fuzz). It wants a nightly
//! compiler, so `cargo xtask test` runs it only where there is one; the corpus runs with the ordinary tests in any case.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::{
    ROOT,
    process::{self, command},
    setup::{self, say},
};

/// What one input may use, in MiB and seconds: a target that needs more has found something.
const LIMITS: [&str; 3] = ["-malloc_limit_mb=64", "-rss_limit_mb=1024", "-timeout=10"];

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fuzz {
    /// All of them if it is empty.
    targets: Vec<String>,
    seconds: u32,
    /// Where its dice begin: 0 is another place each time.
    seed: u32,
}

impl Default for Fuzz {
    /// What `cargo xtask test` runs: the same inputs each time, so that a change is judged by what it changes.
    fn default() -> Self {
        Self { targets: Vec::new(), seconds: 30, seed: 1 }
    }
}

impl Fuzz {
    pub(crate) fn parse(parser: &mut lexopt::Parser) -> Result<Self> {
        let mut fuzz = Self { targets: Vec::new(), seconds: 600, seed: 0 };
        while let Some(arg) = parser.next()? {
            match arg {
                Value(target) => fuzz.targets.push(target.string()?),
                Long("seconds") => fuzz.seconds = parser.value()?.parse()?,
                Long("seed") => fuzz.seed = parser.value()?.parse()?,
                Short(_) | Long(_) => return Err(arg.unexpected().into()),
            }
        }
        Ok(fuzz)
    }

    /// Runs the targets one after the other; a line about each goes into the summary.
    pub(crate) fn run(&self, summary: &mut Vec<String>) -> Result<()> {
        if let Some(why) = missing() {
            bail!("{why}");
        }
        setup::cargo_fuzz()?;
        let known = targets()?;
        if let Some(unknown) = self.targets.iter().find(|name| !known.contains(name)) {
            bail!("there is no fuzz target {unknown:?}: {}", known.join(", "));
        }
        let wanted = if self.targets.is_empty() { &known } else { &self.targets };
        for target in wanted {
            say(&format!("fuzzing {target} for {} s", self.seconds));
            self.fuzz(target, summary)?;
        }
        Ok(())
    }

    fn fuzz(&self, target: &str, summary: &mut Vec<String>) -> Result<()> {
        // What is found goes into the first folder, so the kept corpus stays small.
        let (found, kept) = (scratch().join("found").join(target), folder().join("corpus").join(target));
        fs::create_dir_all(&found)?;
        let mut fuzz = command("rustup");
        fuzz.args(["run", "nightly", "cargo", "fuzz", "run", "--fuzz-dir"]).arg(folder());
        fuzz.arg("--target-dir").arg(scratch().join("target")).arg(target).arg(found).arg(kept);
        fuzz.arg("--").args(LIMITS);
        fuzz.args([format!("-max_total_time={}", self.seconds), format!("-seed={}", self.seed)]);
        fuzz.args(["-max_len=65536", "-print_final_stats=1", "-verbosity=0"]);
        let (outcome, lines) = process::run_keeping(&mut fuzz, says_last);
        let numbers: Vec<_> = lines.iter().filter_map(|line| line.split_whitespace().nth(1)).collect();
        let [runs, per_second, slowest, memory] = numbers.as_slice() else {
            return outcome.and_then(|()| bail!("{target}: the fuzzer told nothing of its runs"));
        };
        summary.push(format!(
            "{target}: {runs} runs, {per_second} in a second, the slowest {slowest} s, {memory} MiB at most"
        ));
        outcome
    }
}

/// Why there can be no fuzzing here: a compiler is the person's to choose, xtask installs none.
pub(crate) fn missing() -> Option<&'static str> {
    let toolchains = process::output(command("rustup").args(["toolchain", "list"])).unwrap_or_default();
    let nightly = toolchains.lines().any(|line| line.starts_with("nightly"));
    (!nightly).then_some("fuzzing wants a nightly compiler: rustup toolchain install nightly")
}

fn folder() -> PathBuf {
    ROOT.join("tests/fuzz")
}

fn scratch() -> PathBuf {
    ROOT.join(".kith/fuzz")
}

/// The names of all targets.
fn targets() -> Result<Vec<String>> {
    let folder = folder().join("corpus");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// libFuzzer's figures: runs, runs in a second, the slowest in seconds, memory in MiB.
fn says_last(line: &str) -> bool {
    ["number_of_executed_units:", "average_exec_per_sec:", "slowest_unit_time_sec:", "peak_rss_mb:"]
        .iter()
        .any(|name| line.starts_with(&format!("stat::{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Fuzz> {
        Fuzz::parse(&mut lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn targets_and_seconds_are_understood() -> Result<()> {
        assert_eq!(parse(&[])?, Fuzz { targets: Vec::new(), seconds: 600, seed: 0 });
        let two = vec!["mqtt".to_owned(), "event".to_owned()];
        assert_eq!(
            parse(&["mqtt", "event", "--seconds", "9", "--seed", "7"])?,
            Fuzz { targets: two, seconds: 9, seed: 7 }
        );
        assert!(parse(&["--minutes", "1"]).is_err());
        assert!(targets()?.contains(&"mqtt".to_owned()));
        Ok(())
    }

    #[test]
    fn the_figures_are_recognised() {
        assert!(says_last("stat::number_of_executed_units: 4194304"));
        assert!(says_last("stat::slowest_unit_time_sec:    0"));
        assert!(!says_last("stat::new_units_added:          12"));
        assert!(!says_last("#2 INITED cov: 12"));
    }
}
