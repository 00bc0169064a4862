//! The embedded broker: building, starting and listening for its first line.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result};

use crate::process::{Running, command};

/// Builds the broker and tells where it is.
pub(crate) fn build() -> Result<PathBuf> {
    let mut cargo = command("cargo");
    cargo.args(["build", "--package", "kith-devbroker", "--message-format", "json-render-diagnostics"]);
    let mut running = Running::start(cargo.stdout(Stdio::piped()))?;
    let stdout = running.child.stdout.take().context("no output")?;
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    let found = lines.find_map(|line| executable(&line));
    // To the end: a full pipe would stop cargo.
    lines.for_each(drop);
    found.filter(|path| path.is_file()).context("the embedded broker did not build")
}

/// The path in cargo's line about the broker's executable.
fn executable(line: &str) -> Option<PathBuf> {
    let (_, rest) = line.split_once("\"executable\":\"")?;
    let (path, _) = rest.split_once('"')?;
    Some(PathBuf::from(path.replace("\\\\", "\\")))
}

pub(crate) struct Broker {
    pub(crate) running: Running,
    pub(crate) url: String,
}

/// Starts it and waits until it listens. It ends with this process, however that ends.
pub(crate) fn start(
    program: &Path,
    listen: &str,
    store: Option<&Path>,
    origins: &[String],
) -> Result<Broker> {
    let mut broker = command(&program.to_string_lossy());
    broker.args(["--watch-stdin", "--listen", listen]);
    if let Some(store) = store {
        broker.arg("--store").arg(store);
    }
    for origin in origins {
        broker.args(["--origin", origin]);
    }
    let mut running = Running::start(broker.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
    let stdout = running.child.stdout.take().context("no output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let url = line.trim().strip_prefix("listening ").context("the embedded broker did not start")?;
    Ok(Broker { running, url: url.to_owned() })
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
