//! Programs that come from the system's package manager: the browser, its driver, mosquitto, web servers.

use std::{path::PathBuf, process::Command};

use anyhow::{Result, bail};

use crate::{
    process::{self, command},
    setup::say,
};

/// A program, the names it goes by, and its package with each package manager.
struct Program {
    what: &'static str,
    names: &'static [&'static str],
    apt: &'static str,
    dnf: &'static str,
    pacman: &'static str,
    brew: &'static str,
}

const CHROMIUM: Program = Program {
    what: "Chromium",
    names: &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    apt: "chromium fonts-liberation",
    dnf: "chromium",
    pacman: "chromium",
    brew: "google-chrome",
};

const CHROMEDRIVER: Program = Program {
    what: "ChromeDriver",
    names: &["chromedriver"],
    apt: "chromium-driver",
    dnf: "chromedriver",
    pacman: "chromium",
    brew: "chromedriver",
};

const MOSQUITTO: Program = Program {
    what: "mosquitto",
    names: &["mosquitto"],
    apt: "mosquitto",
    dnf: "mosquitto",
    pacman: "mosquitto",
    brew: "mosquitto",
};

const NGINX: Program = Program {
    what: "nginx",
    names: &["nginx"],
    apt: "nginx-light",
    dnf: "nginx",
    pacman: "nginx",
    brew: "nginx",
};

const CADDY: Program =
    Program { what: "Caddy", names: &["caddy"], apt: "caddy", dnf: "caddy", pacman: "caddy", brew: "caddy" };

/// Where the browser is; installed if need be.
pub(crate) fn chromium() -> Result<PathBuf> {
    present("KITH_CHROMIUM", &CHROMIUM)
}

/// Where the browser's driver is; installed if need be.
pub(crate) fn chromedriver() -> Result<PathBuf> {
    present("CHROMEDRIVER", &CHROMEDRIVER)
}

/// Where mosquitto is; installed if need be.
pub(crate) fn mosquitto() -> Result<PathBuf> {
    present("KITH_MOSQUITTO", &MOSQUITTO)
}

/// Where nginx is; installed if need be.
pub(crate) fn nginx() -> Result<PathBuf> {
    present("KITH_NGINX", &NGINX)
}

/// Where Caddy is; installed if need be.
pub(crate) fn caddy() -> Result<PathBuf> {
    present("KITH_CADDY", &CADDY)
}

fn present(variable: &str, program: &Program) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable).map(PathBuf::from) {
        return Ok(path);
    }
    if let Some(path) = locate(program) {
        return Ok(path);
    }
    install(program)?;
    match locate(program) {
        Some(path) => Ok(path),
        None => bail!("{} is still not to be found; say where it is in {variable}", program.what),
    }
}

fn locate(program: &Program) -> Option<PathBuf> {
    let outside_path = [
        "/usr/sbin/mosquitto",
        "/usr/sbin/nginx",
        "/usr/local/sbin/mosquitto",
        "/opt/homebrew/sbin/mosquitto",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];
    let belongs = |path: &&str| {
        let (_, name) = path.rsplit_once('/').unwrap_or_default();
        let name = name.to_lowercase().replace(' ', "-");
        program.names.contains(&name.as_str())
    };
    let elsewhere = outside_path.iter().filter(|path| belongs(path)).map(PathBuf::from);
    let on_path = program.names.iter().filter_map(|name| process::find(name));
    on_path.chain(elsewhere.filter(|path| path.is_file())).next()
}

fn install(program: &Program) -> Result<()> {
    let Some(mut commands) = installation(program) else {
        bail!("{} is missing, and xtask knows no package manager here: please install it", program.what);
    };
    let written: Vec<String> = commands.iter().map(process::written).collect();
    let is_brew = written.iter().any(|line| line.starts_with("brew"));
    if !is_brew && !is_root() {
        bail!("{} is missing. Install it with:\n\n    sudo {}\n", program.what, written.join(" && sudo "));
    }
    say(&format!("installing {}: {} (up to a few minutes)", program.what, written.join(" && ")));
    commands.iter_mut().try_for_each(process::run)
}

/// The commands that install it, with the package manager that is here.
fn installation(program: &Program) -> Option<Vec<Command>> {
    let with = |name: &str, arguments: &[&str]| {
        let mut command = command(name);
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let there = |name| process::find(name).is_some();
    if there("apt-get") {
        let mut install = with("apt-get", &["install", "-y", "-qq", "--no-install-recommends"]);
        install.args(program.apt.split(' '));
        return Some(vec![with("apt-get", &["update", "-qq"]), install]);
    }
    if there("dnf") {
        return Some(vec![with("dnf", &["install", "-y", program.dnf])]);
    }
    if there("pacman") {
        return Some(vec![with("pacman", &["-S", "--noconfirm", "--needed", program.pacman])]);
    }
    there("brew").then(|| vec![with("brew", &["install", program.brew])])
}

fn is_root() -> bool {
    process::output(command("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_is_found_and_nonsense_is_not() {
        let named = |names| Program { names, ..MOSQUITTO };
        assert!(locate(&named(&["no-such-thing", "cargo"])).is_some());
        assert_eq!(locate(&named(&["no-such-thing"])), None);
    }
}
