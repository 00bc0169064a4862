//! `cargo xtask`: the developer's tool. `serve` runs Kith with a broker of its own, `test` runs every test.

mod bench;
mod broker;
mod chaos;
mod config;
mod fuzz;
mod options;
mod packages;
mod process;
mod program;
mod seal;
mod serve;
mod setup;
mod sim;
mod style;
mod test;
mod version;

use std::{ffi::OsString, path::PathBuf, process::ExitCode, sync::LazyLock};

use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask <command>

  serve             build Kith, serve it with a broker of its own, rebuild on change
    --port PORT     the page's port (8080)
    --broker URL    use this broker (ws://… or wss://…) instead of the embedded one
    --broker-port PORT
                    the embedded broker's port (the page's + 1000)
    --release       an optimised build
    --open          open the page in the browser
    --lan[=ADDRESS] let other devices on this network in
  test [unit|browser|e2e|lint|fuzz|sim]…
                    run the tests; without a name, all of them
  fuzz [TARGET]…    random bytes for what reads bytes from outside; without a name, for all of it
    --seconds N     how long for each (600)
    --seed N        where its dice begin (0: somewhere else each time)
  chaos             kill brokers, wires and browsers while two people talk
    --broker-kills N, --page-kills N
                    how many of each (200)
    --persistence P only with a broker that stores \"at once\", \"half-hourly\" or \"none\"
    --seed N        another order of things (1)
  sim               simulate people, networks, brokers and disks that fail, each run by one seed, and each seed twice
    --seeds N       how many (100); --from N the first (0); --threads N at a time (all cores)
    --trace         show what happens, in the first alone
    --model-crypto  with cheap stand-ins for ciphers and signatures
    --thorough      with the seeds that once found something, and each way out of trouble must be taken
    --mutate        switch single guards off, one after the other: each must be noticed
  bench [mqtt]      measure the release (or its MQTT client alone) beside its limits and peers
    --rounds N      how often each is measured, in turns (5); --quick is for trying out
    --only PARTS    of download,first,latency,burst
    --no-build      measure what was built last time
    --inflight N    the broker's window (20); --window N the MQTT client's (100)
    --messages N, --samples N, --echoes N
                    how many of each
  setup             install what `serve` needs and stop
  style             join the style sheets; Trunk does this before each build
  seal              write the hashes of its files into the built page; Trunk does this after each build";

/// The repository. Cargo names it when it runs xtask, so a binary shared by two checkouts serves the right one.
static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or(manifest.clone(), PathBuf::from)
});

fn main() -> ExitCode {
    let outcome = process::stop_on_interrupt().and_then(|()| dispatch());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if process::stopping() => {
            eprintln!("xtask: stopped by a signal");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if wants_help(&arguments) {
        println!("{HELP}");
        return Ok(());
    }
    let mut parser = lexopt::Parser::from_args(arguments);
    let command = match parser.next()? {
        Some(Value(command)) => command.string()?,
        Some(other) => return Err(other.unexpected().into()),
        None => return Ok(()),
    };
    match command.as_str() {
        "serve" => serve::run(&options::Options::parse(&mut parser)?),
        "test" => test::run(&test::Part::parse(&mut parser)?),
        "fuzz" => fuzz::Fuzz::parse(&mut parser)?.run(&mut Vec::new()),
        "chaos" => chaos::Chaos::parse(&mut parser)?.run(),
        "sim" => sim::Sim::parse(&mut parser)?.run(&mut Vec::new()),
        "bench" => bench::Bench::parse(&mut parser)?.run(),
        "setup" => nothing_more(&mut parser).and_then(|()| setup::for_serving()),
        "style" => nothing_more(&mut parser).and_then(|()| style::join()),
        "seal" => nothing_more(&mut parser).and_then(|()| seal::seal()),
        unknown => bail!("there is no `cargo xtask {unknown}`\n\n{HELP}"),
    }
}

/// Whoever asks for help wants nothing to happen, wherever the question stands.
fn wants_help(arguments: &[OsString]) -> bool {
    let asks = |argument: &OsString| argument == "--help" || argument == "-h";
    arguments.is_empty() || arguments.iter().any(asks) || arguments[0] == "help"
}

fn nothing_more(parser: &mut lexopt::Parser) -> Result<()> {
    match parser.next()? {
        Some(argument) => Err(argument.unexpected().into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_help_gets_it_and_nothing_else_happens() {
        let asks = |arguments: &[&str]| wants_help(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        for command in ["serve", "setup", "test", "bench", "style"] {
            assert!(asks(&[command, "--help"]) && asks(&[command, "-h"]), "{command}");
        }
        assert!(asks(&[]) && asks(&["help"]) && asks(&["-h"]) && asks(&["serve", "--port", "1", "--help"]));
        assert!(!asks(&["serve", "--port", "9180"]) && !asks(&["test", "help"]));
    }

    #[test]
    fn what_a_command_does_not_know_is_refused() {
        assert!(nothing_more(&mut lexopt::Parser::from_args(["--now"])).is_err());
        assert!(nothing_more(&mut lexopt::Parser::from_args::<[&str; 0]>([])).is_ok());
    }
}
