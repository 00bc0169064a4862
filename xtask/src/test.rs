//! `cargo xtask test`: every test there is, each by its own runner. CI runs this and nothing else.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::{
    ROOT, broker,
    fuzz::{self, Fuzz},
    packages,
    process::{self, command},
    program,
    setup::{self, say},
    sim::Sim,
};

/// Where the tests that run in the browser find a broker: known before they are compiled.
const TEST_BROKER: &str = "127.0.0.1:9883";
const WASM: &str = "wasm32-unknown-unknown";
/// Where the page is that is tested.
pub(crate) const DIST: &str = "dist-e2e";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Lint,
    Unit,
    Browser,
    EndToEnd,
    Fuzz,
    Sim,
}

impl Part {
    const ALL: [Self; 6] = [Self::Lint, Self::Unit, Self::Sim, Self::Browser, Self::EndToEnd, Self::Fuzz];

    /// The parts that are named; all of them if none is.
    pub(crate) fn parse(parser: &mut lexopt::Parser) -> Result<Vec<Self>> {
        let mut parts = Vec::new();
        while let Some(arg) = parser.next()? {
            match arg {
                Value(name) => parts.push(Self::named(&name.string()?)?),
                Short(_) | Long(_) => return Err(arg.unexpected().into()),
            }
        }
        Ok(if parts.is_empty() { Self::ALL.to_vec() } else { parts })
    }

    fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|part| part.name() == name);
        found
            .with_context(|| format!("there is no test part {name:?}: lint, unit, browser, e2e, fuzz or sim"))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Unit => "unit",
            Self::Browser => "browser",
            Self::EndToEnd => "e2e",
            Self::Fuzz => "fuzz",
            Self::Sim => "sim",
        }
    }

    fn run(self, summary: &mut Vec<String>) -> Result<()> {
        match self {
            Self::Lint => lint(summary),
            Self::Unit => unit(summary),
            Self::Browser => browser(summary),
            Self::EndToEnd => end_to_end(summary),
            Self::Fuzz => fuzz(summary),
            Self::Sim => simulate(summary),
        }
    }
}

/// Runs every part, even after a failure, and ends with what each runner said last.
pub(crate) fn run(parts: &[Part]) -> Result<()> {
    let mut report = Vec::new();
    let mut failed = Vec::new();
    for part in parts {
        say(&format!("test {}", part.name()));
        let (mut summary, start) = (Vec::new(), Instant::now());
        let outcome = part.run(&mut summary);
        if process::stopping() {
            bail!("stopped");
        }
        if let Err(error) = outcome {
            eprintln!("xtask: {error:#}");
            summary.push(format!("FAILED: {error:#}"));
            failed.push(part.name());
        }
        report.push((part.name(), summary, start.elapsed()));
    }
    print_report(&report);
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

fn print_report(report: &[(&str, Vec<String>, Duration)]) {
    println!();
    for (name, summary, time) in report {
        println!("{name} ({} s)", time.as_secs());
        for line in summary {
            println!("    {line}");
        }
    }
}

fn lint(summary: &mut Vec<String>) -> Result<()> {
    setup::wasm_target()?;
    let commands = [
        "fmt --all --check",
        "clippy --workspace --all-targets -- --deny warnings",
        "clippy --package kith --package kith-phone --package kith-scan --package kith-bench-adapter --target wasm32-unknown-unknown -- --deny warnings",
        "clippy --test browser --target wasm32-unknown-unknown -- --deny warnings",
        "test --test tidy --test named",
    ];
    // All of them, whatever the first one says.
    let run = |line: &str| keep(command("cargo").args(line.split(' ')), cargo_says_last, summary);
    commands.into_iter().map(run).fold(Ok(()), Result::and)
}

fn unit(summary: &mut Vec<String>) -> Result<()> {
    keep(command("cargo").args(["test", "--workspace"]), cargo_says_last, summary)
}

fn browser(summary: &mut Vec<String>) -> Result<()> {
    setup::wasm_target()?;
    setup::wasm_bindgen()?;
    packages::chromium()?;
    let driver = packages::chromedriver()?;
    let program = broker::build()?;
    // Another checkout may be testing at this moment; another port only costs compiling the tests again.
    let broker = broker::start(&program, TEST_BROKER, None, &[])
        .or_else(|_| broker::start(&program, "127.0.0.1:0", None, &[]))?;
    let mut tests = command("cargo");
    tests
        .args(["test", "--package", "kith", "--target", WASM, "--test", "browser"])
        .env("CHROMEDRIVER", driver)
        // Seconds: a slow machine is no failure.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180")
        .env("KITH_TEST_BROKER", &broker.url);
    keep(&mut tests, cargo_says_last, summary)
}

fn end_to_end(summary: &mut Vec<String>) -> Result<()> {
    let dir = ROOT.join("tests/e2e");
    setup::for_serving()?;
    let (chromium, driver) = (packages::chromium()?, packages::chromedriver()?);
    let mosquitto = packages::mosquitto()?;
    let (nginx, caddy) = (packages::nginx()?, packages::caddy()?);
    setup::npm_packages(&dir)?;
    let (broker, robot) = (broker::build()?, program::build("kith-robot")?);
    let dist = program::page(DIST)?;
    let mut tests = command("npx");
    tests
        .args(["--no-install", "playwright", "test"])
        .current_dir(dir)
        .env("KITH_CHROMIUM", chromium)
        .env("KITH_CHROMEDRIVER", driver)
        .env("KITH_MOSQUITTO", mosquitto)
        .env("KITH_NGINX", nginx)
        .env("KITH_CADDY", caddy)
        .env("KITH_DEVBROKER", broker)
        .env("KITH_ROBOT", robot)
        .env("KITH_DIST", dist);
    keep(&mut tests, playwright_says_last, summary)
}

/// Each target for 30 seconds where that can be done; its corpus alone, as ordinary tests, where it cannot.
fn fuzz(summary: &mut Vec<String>) -> Result<()> {
    if let Some(why) = fuzz::missing() {
        summary.push(format!("SKIPPED: {why}. The kept corpus runs all the same:"));
        let mut corpus = command("cargo");
        return keep(corpus.args(["test", "--lib", "fuzz::tests"]), cargo_says_last, summary);
    }
    Fuzz::default().run(summary)
}

/// Seeds with real and with model crypto, and whether what is switched off is noticed.
fn simulate(summary: &mut Vec<String>) -> Result<()> {
    Sim::tests().iter().map(|sim| sim.run(summary)).fold(Ok(()), Result::and)
}

/// Runs a runner and adds to the summary what it says last.
fn keep(command: &mut Command, says_last: fn(&str) -> bool, summary: &mut Vec<String>) -> Result<()> {
    let (outcome, lines) = process::run_keeping(command, says_last);
    summary.push(process::written(command));
    // Test binaries without a test say nothing worth repeating.
    let worth = lines.into_iter().filter(|line| !line.contains(" 0 passed; 0 failed"));
    summary.extend(worth.map(|line| format!("    {line}")));
    outcome
}

fn cargo_says_last(line: &str) -> bool {
    line.starts_with("test result:")
        || line.trim_start().starts_with("Finished `") && !line.contains("`test`")
}

fn playwright_says_last(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let count = words.next().is_some_and(|word| word.parse::<u32>().is_ok());
    let verdicts = ["passed", "failed", "flaky", "skipped", "interrupted"];
    count && words.next().is_some_and(|word| verdicts.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_names() -> Result<()> {
        for part in Part::ALL {
            assert_eq!(Part::named(part.name())?, part);
        }
        assert!(Part::named("everything").is_err());
        assert_eq!(Part::parse(&mut lexopt::Parser::from_args([""; 0]))?, Part::ALL);
        Ok(())
    }

    #[test]
    fn the_closing_lines_are_recognised() {
        assert!(cargo_says_last("test result: ok. 3 passed; 0 failed; 0 ignored"));
        assert!(cargo_says_last("    Finished `dev` profile [unoptimized] target(s) in 1s"));
        assert!(!cargo_says_last("test result_is_kept ... ok"));
        assert!(playwright_says_last("  12 passed (34.5s)"));
        assert!(playwright_says_last("  1 failed"));
        assert!(!playwright_says_last("  ok 1 passed"));
        assert!(!playwright_says_last("Running 12 tests using 1 worker"));
    }
}
