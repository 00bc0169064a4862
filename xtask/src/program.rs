//! The page, and the programs of this workspace, that tests and benches start.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::Stdio,
};

use anyhow::{Context, Result};

use crate::{
    ROOT,
    process::{self, Running, command},
    setup::say,
};

/// Builds the program of a package and tells where it is.
pub(crate) fn build(package: &str) -> Result<PathBuf> {
    let mut cargo = command("cargo");
    cargo.args(["build", "--package", package, "--message-format", "json-render-diagnostics"]);
    let mut running = Running::start(cargo.stdout(Stdio::piped()))?;
    let stdout = running.child.stdout.take().context("no output")?;
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    let found = lines.find_map(|line| executable(&line));
    // To the end: a full pipe would stop cargo.
    lines.for_each(drop);
    found.filter(|path| path.is_file()).with_context(|| format!("{package} did not build"))
}

/// The path in cargo's line about the executable.
fn executable(line: &str) -> Option<PathBuf> {
    let (_, rest) = line.split_once("\"executable\":\"")?;
    let (path, _) = rest.split_once('"')?;
    Some(PathBuf::from(path.replace("\\\\", "\\")))
}

/// Builds the page as it is released; gives its folder.
pub(crate) fn page(folder: &str) -> Result<PathBuf> {
    say("building the page as it is released (2 to 4 minutes the first time)");
    let dist = ROOT.join(".kith").join(folder);
    process::run(command("trunk").args(["build", "--release", "--dist"]).arg(&dist))?;
    Ok(dist)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_names_the_executable() {
        let line = r#"{"reason":"compiler-artifact","executable":"/t/debug/kith-devbroker","fresh":true}"#;
        assert_eq!(executable(line), Some(PathBuf::from("/t/debug/kith-devbroker")));
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
    }
}
