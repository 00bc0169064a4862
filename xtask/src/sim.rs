//! `cargo xtask sim`: the simulator (`src/chat/tests/simulator`), run by `tools/sim`. Both are built as they are nowhere else:
//! optimised, with the simulator in the library, and with dice of a seed below everything that asks for random bytes.

use std::{ffi::OsString, path::PathBuf};

use anyhow::Result;
use lexopt::prelude::*;

use crate::{
    ROOT,
    process::{self, command},
};

/// The simulator in, and the system's generator out.
const FLAGS: &str = "--cfg sim --cfg getrandom_backend=\"custom\"";

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sim {
    /// Cheap stand-ins in the place of ciphers and signatures.
    model_crypto: bool,
    /// What the simulator's own program understands.
    passed_on: Vec<OsString>,
}

impl Sim {
    pub(crate) fn parse(parser: &mut lexopt::Parser) -> Result<Self> {
        let mut sim = Self::default();
        while let Some(arg) = parser.next()? {
            match arg {
                Long("model-crypto") => sim.model_crypto = true,
                Long(name @ ("trace" | "mutate" | "once" | "thorough")) => {
                    sim.passed_on.push(format!("--{name}").into());
                }
                Long(name @ ("seeds" | "from" | "threads")) => {
                    let name = format!("--{name}").into();
                    let number: u64 = parser.value()?.parse()?;
                    sim.passed_on.extend([name, number.to_string().into()]);
                }
                Short(_) | Long(_) | Value(_) => return Err(arg.unexpected().into()),
            }
        }
        Ok(sim)
    }

    /// What `cargo xtask test` runs, one after the other.
    pub(crate) fn tests() -> [Self; 3] {
        let passed_on = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        [
            Self { model_crypto: false, passed_on: passed_on(&["--seeds", "500", "--thorough"]) },
            Self { model_crypto: true, passed_on: passed_on(&["--seeds", "1500", "--thorough"]) },
            Self { model_crypto: true, passed_on: passed_on(&["--mutate"]) },
        ]
    }

    /// Builds and runs; what is worth repeating goes into the summary.
    pub(crate) fn run(&self, summary: &mut Vec<String>) -> Result<()> {
        let mut cargo = command("cargo");
        cargo.args(["run", "--quiet", "--profile", "sim", "--package", "kith-sim", "--target-dir"]);
        cargo.arg(target()).env("RUSTFLAGS", FLAGS);
        if self.model_crypto {
            cargo.args(["--features", "model-crypto"]);
        }
        cargo.arg("--").args(&self.passed_on);
        let (outcome, lines) = process::run_keeping(&mut cargo, says_last);
        summary.push(process::written(&cargo));
        summary.extend(lines.into_iter().map(|line| format!("    {line}")));
        outcome
    }
}

/// Where it is built: other flags would build everything else anew.
fn target() -> PathBuf {
    let usual = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| ROOT.join("target"), PathBuf::from);
    usual.join("sim")
}

/// How many, how fast, and what was wrong.
fn says_last(line: &str) -> bool {
    let figures = [" seeds, each ", " messages written, ", " seeds failed"];
    figures.iter().any(|part| line.contains(part))
        || line.starts_with("without ")
        || line.contains("FAILED")
        || line.starts_with("    I")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Sim> {
        Sim::parse(&mut lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn what_the_program_understands_is_passed_on() -> Result<()> {
        assert_eq!(parse(&[])?, Sim::default());
        let sim = parse(&["--seeds", "7", "--model-crypto", "--from=3", "--trace"])?;
        assert!(sim.model_crypto);
        assert_eq!(sim.passed_on, ["--seeds", "7", "--from", "3", "--trace"]);
        assert!(parse(&["--seeds", "many"]).is_err());
        assert!(parse(&["--sedes", "7"]).is_err());
        Ok(())
    }

    #[test]
    fn figures_and_failures_are_repeated() {
        assert!(says_last("1000 seeds, each twice, in 100 s: 10.0 seeds a second on 2 threads"));
        assert!(says_last("seed 7 FAILED: cargo xtask sim --from 7 --trace"));
        assert!(says_last("without Dedupe: noticed in 11 seeds, by seed 9: I2: twice"));
        assert!(!says_last("         39  receipt sent"));
    }
}
