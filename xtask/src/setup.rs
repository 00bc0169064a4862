//! What must be installed, and installing it: nothing twice, nothing without saying so.
//!
//! What is missing altogether goes where it usually goes. Where another version is there already it stays, and
//! ours goes into `.kith/tools`, for this checkout alone.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{
    ROOT,
    process::{self, command},
    version::{self, Version},
};

const WASM: &str = "wasm32-unknown-unknown";
const TRUNK: Version = Version(0, 21, 14);
/// The first of the line that is not known to work.
const TRUNK_BEFORE: Version = Version(0, 22, 0);
const CARGO_FUZZ: &str = "0.13.2";
const BINARYEN: &str = "132";
/// The first wasm-opt that knows what today's compiler writes.
const WASM_OPT: Version = Version(119, 0, 0);

/// What `trunk serve` and `trunk build` need.
pub(crate) fn for_serving() -> Result<()> {
    wasm_target()?;
    wasm_bindgen()?;
    trunk()?;
    wasm_opt()
}

/// What compiling for the browser needs.
pub(crate) fn wasm_target() -> Result<()> {
    let sysroot = process::output(command("rustc").args(["--print", "sysroot"]))
        .context("rustc is missing: install Rust from https://rustup.rs")?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    if process::find("rustup").is_none() {
        bail!(
            "Rust's {WASM} target is missing and there is no rustup: install it the way you installed Rust"
        );
    }
    say(&format!("adding Rust's {WASM} target (some seconds)"));
    process::run(command("rustup").args(["target", "add", WASM]))
}

/// The command line of wasm-bindgen: exactly the version of the library, or the two do not understand each other.
pub(crate) fn wasm_bindgen() -> Result<()> {
    let lock = fs::read_to_string(ROOT.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let wanted = version::locked(&lock, "wasm-bindgen")?;
    let runner = process::find("wasm-bindgen-test-runner");
    let found = runner.and_then(|_| installed("wasm-bindgen"));
    if found == Some(wanted.parse()?) {
        return Ok(());
    }
    // Not --locked: its lock file names a version that the registry may lack.
    cargo_install("wasm-bindgen-cli", wanted, "4 to 7", found, &[])
}

/// What fuzz targets are built and run with.
pub(crate) fn cargo_fuzz() -> Result<()> {
    if process::output(command("cargo").args(["fuzz", "--version"])).is_some() {
        return Ok(());
    }
    cargo_install("cargo-fuzz", CARGO_FUZZ, "1 to 3", None, &["--locked"])
}

fn trunk() -> Result<()> {
    let found = installed("trunk");
    if found.is_some_and(|found| found >= TRUNK && found < TRUNK_BEFORE) {
        return Ok(());
    }
    cargo_install("trunk", &TRUNK.to_string(), "6 to 14", found, &["--locked"])
}

fn wasm_opt() -> Result<()> {
    if installed("wasm-opt").is_some_and(|found| found >= WASM_OPT) {
        return Ok(());
    }
    let package = format!("binaryen@{BINARYEN}");
    say(&format!("installing wasm-opt (npm package {package}, some seconds) in .kith/tools"));
    node()?;
    process::run(
        command("npm")
            .args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
            .arg(process::tools().join("npm"))
            .arg(package),
    )
}

/// Node.js with npm.
pub(crate) fn node() -> Result<()> {
    if process::find("node").is_some() && process::find("npm").is_some() {
        return Ok(());
    }
    bail!("Node.js with npm is missing: install it from https://nodejs.org or with your package manager")
}

/// The packages of a directory with a `package-lock.json`, when they are not those of the lock file already.
pub(crate) fn npm_packages(dir: &Path) -> Result<()> {
    node()?;
    let time = |file: &str| fs::metadata(dir.join(file)).and_then(|meta| meta.modified()).ok();
    let (wanted, done) = (time("package-lock.json"), time("node_modules/.package-lock.json"));
    if done.is_some() && done >= wanted {
        return Ok(());
    }
    let name = dir.strip_prefix(&*ROOT).unwrap_or(dir).display();
    say(&format!("installing the packages of {name} (some seconds)"));
    process::run(
        command("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(dir),
    )
}

fn installed(program: &str) -> Option<Version> {
    process::find(program)?;
    version::in_line(&process::output(command(program).arg("--version"))?)
}

fn cargo_install(
    package: &str,
    wanted: &str,
    minutes: &str,
    found: Option<Version>,
    options: &[&str],
) -> Result<()> {
    let place = if found.is_some() { "in .kith/tools" } else { "with cargo" };
    say(&format!(
        "installing {package} {wanted} {place}: it is compiled once, {minutes} minutes on two cores"
    ));
    let mut install = command("cargo");
    install.args(["install", package, "--version", wanted, "--force"]).args(options);
    if found.is_some() {
        install.arg("--root").arg(process::tools());
    }
    process::run(&mut install)
}

/// A line about what xtask is doing, which stands out from what the tools print.
pub(crate) fn say(what: &str) {
    println!("xtask: {what}");
}
