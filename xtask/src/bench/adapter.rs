//! The wasm module that is the MQTT client alone, built as the release is.

use std::{
    fs,
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

/// Where it lies when it is built.
pub(crate) fn place() -> PathBuf {
    ROOT.join(".kith/bench/adapter")
}

pub(crate) fn build() -> Result<()> {
    say("building the MQTT client as it is released (2 to 4 minutes the first time)");
    let module = compile()?;
    let place = place();
    fs::create_dir_all(&place)?;
    process::run(command("wasm-bindgen").args(["--target", "web", "--out-dir"]).arg(&place).arg(module))?;
    let module = place.join("kith_bench_adapter_bg.wasm");
    // As `data-wasm-opt` in index.html has it for the release.
    process::run(command("wasm-opt").arg("-Oz").arg(&module).arg("--output").arg(&module))
}

fn compile() -> Result<PathBuf> {
    let mut cargo = command("cargo");
    cargo.args([
        "build",
        "--release",
        "--target",
        "wasm32-unknown-unknown",
        "--package",
        "kith-bench-adapter",
    ]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let mut running = Running::start(cargo.stdout(Stdio::piped()))?;
    let stdout = running.child.stdout.take().context("no output")?;
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    let found = lines.find_map(|line| module(&line));
    // To the end: a full pipe would stop cargo.
    lines.for_each(drop);
    found.filter(|path| path.is_file()).context("the bench adapter did not build")
}

/// The path in cargo's line about the module.
fn module(line: &str) -> Option<PathBuf> {
    let (before, _) = line.split_once("kith_bench_adapter.wasm\"")?;
    let (_, path) = before.rsplit_once('"')?;
    Some(PathBuf::from(format!("{path}kith_bench_adapter.wasm").replace("\\\\", "\\")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_names_the_module() {
        let line = r#"{"reason":"compiler-artifact","filenames":["/t/release/kith_bench_adapter.wasm"]}"#;
        assert_eq!(module(line), Some(PathBuf::from("/t/release/kith_bench_adapter.wasm")));
        assert_eq!(module(r#"{"reason":"compiler-artifact","filenames":["/t/release/libkith.rlib"]}"#), None);
    }
}
