//! `cargo xtask bench`: the app, or its MQTT client alone, beside what limits it and beside its peers. The harness is
//! `benches/` (Node and Playwright); this builds what is measured and starts it.

mod adapter;

use std::{ffi::OsString, path::PathBuf};

use anyhow::Result;
use lexopt::prelude::*;

use crate::{
    ROOT, packages,
    process::{self, command},
    program,
    setup::{self, say},
};

/// Where the page is that is measured.
const DIST: &str = "dist-bench";

/// What is asked for; what follows the name is the harness's business.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bench {
    /// The MQTT client alone.
    mqtt: bool,
    /// Measure what was built last time.
    no_build: bool,
    arguments: Vec<OsString>,
}

impl Bench {
    pub(crate) fn parse(parser: &mut lexopt::Parser) -> Result<Self> {
        let mut bench = Self { mqtt: false, no_build: false, arguments: Vec::new() };
        while let Some(arg) = parser.next()? {
            match arg {
                Value(name) if name == "mqtt" => bench.mqtt = true,
                Long("no-build") => bench.no_build = true,
                Long("quick") => bench.arguments.push("--quick".into()),
                Long(
                    name @ ("rounds" | "inflight" | "window" | "messages" | "echoes" | "samples" | "only"),
                ) => {
                    bench.arguments.push(format!("--{name}").into());
                    let value = parser.value()?;
                    bench.arguments.push(value);
                }
                Short(_) | Long(_) | Value(_) => return Err(arg.unexpected().into()),
            }
        }
        Ok(bench)
    }

    pub(crate) fn run(&self) -> Result<()> {
        setup::for_serving()?;
        let chromium = packages::chromium()?;
        let mosquitto = packages::mosquitto()?;
        let benches = ROOT.join("benches");
        setup::npm_packages(&benches)?;
        let (script, name, built) = if self.mqtt {
            ("mqtt.mjs", "KITH_ADAPTER", self.build(adapter::place(), adapter::build)?)
        } else {
            (
                "app.mjs",
                "KITH_DIST",
                self.build(ROOT.join(".kith").join(DIST), || program::page(DIST).map(drop))?,
            )
        };
        let mut harness = command("node");
        harness
            .arg(benches.join("harness").join(script))
            .args(&self.arguments)
            .env("KITH_CHROMIUM", chromium)
            .env("KITH_MOSQUITTO", mosquitto)
            .env(name, built);
        if !self.mqtt {
            harness.env("KITH_ROBOT", program::build("kith-robot")?);
        }
        say("measuring: nothing else should run on this machine meanwhile");
        process::run(&mut harness)
    }

    fn build(&self, place: PathBuf, build: fn() -> Result<()>) -> Result<PathBuf> {
        if !self.no_build || !place.is_dir() {
            build()?;
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Bench> {
        Bench::parse(&mut lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn what_the_harness_knows_is_handed_on() -> Result<()> {
        let bench = parse(&["mqtt", "--rounds", "3", "--no-build", "--quick"])?;
        assert!(bench.mqtt && bench.no_build);
        assert_eq!(bench.arguments, ["--rounds", "3", "--quick"]);
        assert_eq!(parse(&[])?, Bench { mqtt: false, no_build: false, arguments: Vec::new() });
        assert!(parse(&["chat"]).is_err() && parse(&["--rounds"]).is_err() && parse(&["--fast"]).is_err());
        Ok(())
    }
}
