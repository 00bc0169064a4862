//! The embedded broker: building, starting and listening for its first line.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result};

use crate::{
    process::{Running, command},
    program,
};

/// Builds the broker and tells where it is.
pub(crate) fn build() -> Result<PathBuf> {
    program::build("kith-devbroker")
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
