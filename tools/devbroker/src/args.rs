//! What the command line asks for.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result};
use lexopt::prelude::*;

use crate::origin::Origins;

const HELP: &str = "\
kith-devbroker: an MQTT broker for developing and testing Kith

  --listen ADDRESS:PORT   where to listen (127.0.0.1:9001; port 0 takes a free one)
  --store DIR             keep sessions, queues and retained messages there (else in memory)
  --origin URL            a web origin that may connect, e.g. http://127.0.0.1:8080 (repeatable; `:*` stands
                          for any port; without any: every origin on this machine)
  --watch-stdin           stop when standard input ends

Prints `listening ws://ADDRESS:PORT/mqtt` when ready.";

pub(crate) struct Args {
    pub(crate) listen: SocketAddr,
    pub(crate) store: Option<PathBuf>,
    pub(crate) origins: Origins,
    pub(crate) watch_stdin: bool,
}

impl Args {
    /// `None`: only the help was asked for.
    pub(crate) fn parse() -> Result<Option<Self>> {
        let mut listen = SocketAddr::from(([127, 0, 0, 1], 9001));
        let mut store = None;
        let mut origins = Vec::new();
        let mut watch_stdin = false;
        let mut parser = lexopt::Parser::from_env();
        while let Some(arg) = parser.next()? {
            match arg {
                Long("listen") => {
                    listen = parser.value()?.parse().context("--listen wants ADDRESS:PORT")?;
                }
                Long("store") => store = Some(PathBuf::from(parser.value()?)),
                Long("origin") => origins.push(parser.value()?.string()?),
                Long("watch-stdin") => watch_stdin = true,
                Long("help") | Short('h') => {
                    println!("{HELP}");
                    return Ok(None);
                }
                Short(_) | Long(_) | Value(_) => return Err(arg.unexpected().into()),
            }
        }
        let origins = Origins::new(origins);
        Ok(Some(Self { listen, store, origins, watch_stdin }))
    }
}
