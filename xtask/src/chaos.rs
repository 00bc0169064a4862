//! `cargo xtask chaos`: two people in real browsers talk over a real mosquitto while brokers, wires and browsers die. The
//! harness is `tests/e2e/chaos/`; a short run of it is one of the end-to-end tests.

use std::ffi::OsString;

use anyhow::Result;
use lexopt::prelude::*;

use crate::{
    ROOT, packages,
    process::{self, command},
    program, setup,
    test::DIST,
};

/// What is asked for: all of it is the harness's business.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chaos {
    arguments: Vec<OsString>,
}

impl Chaos {
    pub(crate) fn parse(parser: &mut lexopt::Parser) -> Result<Self> {
        let mut chaos = Self::default();
        while let Some(arg) = parser.next()? {
            match arg {
                Long(name @ ("broker-kills" | "page-kills" | "seed" | "persistence")) => {
                    chaos.arguments.push(format!("--{name}").into());
                    let value = parser.value()?;
                    chaos.arguments.push(value);
                }
                Short(_) | Long(_) | Value(_) => return Err(arg.unexpected().into()),
            }
        }
        Ok(chaos)
    }

    pub(crate) fn run(&self) -> Result<()> {
        setup::for_serving()?;
        let (chromium, mosquitto) = (packages::chromium()?, packages::mosquitto()?);
        let dir = ROOT.join("tests/e2e");
        setup::npm_packages(&dir)?;
        let dist = program::page(DIST)?;
        let mut harness = command("node");
        harness
            .arg("chaos/main.mjs")
            .args(&self.arguments)
            .current_dir(dir)
            .env("KITH_CHROMIUM", chromium)
            .env("KITH_MOSQUITTO", mosquitto)
            .env("KITH_DIST", dist);
        process::run(&mut harness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_harness_knows_is_handed_on() -> Result<()> {
        let parse = |arguments: &[&str]| Chaos::parse(&mut lexopt::Parser::from_args(arguments));
        assert_eq!(parse(&["--seed", "7"])?.arguments, ["--seed", "7"]);
        assert_eq!(parse(&[])?, Chaos::default());
        assert!(parse(&["--kills", "7"]).is_err() && parse(&["200"]).is_err() && parse(&["--seed"]).is_err());
        Ok(())
    }
}
