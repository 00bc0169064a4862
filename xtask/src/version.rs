//! Versions: what a tool says it is, and what `Cargo.lock` wants.

use std::{fmt, str::FromStr};

use anyhow::{Context, Error, Result};

/// Up to three numbers; what is missing counts as nought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let numbers = text
            .trim_start_matches('v')
            .split(['.', '-', '+'])
            .take(3)
            .map(|part| part.parse().with_context(|| format!("{text:?} is no version")))
            .collect::<Result<Vec<u32>>>()?;
        let number = |place: usize| numbers.get(place).copied().unwrap_or(0);
        Ok(Self(number(0), number(1), number(2)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The first word of a `--version` line that is a version: `wasm-opt version 132 (version_132)`.
pub(crate) fn in_line(line: &str) -> Option<Version> {
    line.split_whitespace().find_map(|word| word.parse().ok())
}

/// The version of a package in the text of `Cargo.lock`.
pub(crate) fn locked<'a>(lock: &'a str, package: &str) -> Result<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines
        .find(|line| *line == name)
        .and_then(|_| lines.next())
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .with_context(|| format!("Cargo.lock does not name {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_says_its_version() {
        assert_eq!(in_line("trunk 0.21.14"), Some(Version(0, 21, 14)));
        assert_eq!(in_line("wasm-bindgen 0.2.130 (abc)"), Some(Version(0, 2, 130)));
        assert_eq!(in_line("wasm-opt version 132 (version_132)"), Some(Version(132, 0, 0)));
        assert_eq!(in_line("v20.20.2"), Some(Version(20, 20, 2)));
        assert_eq!(in_line("command not found"), None);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(Version(0, 21, 14) > Version(0, 21, 9));
        assert!(Version(132, 0, 0) > Version(108, 0, 0));
    }

    #[test]
    fn the_lock_file_names_the_version() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked(lock, "wasm-bindgen").ok(), Some("0.2.130"));
        assert!(locked(lock, "wasm").is_err());
    }
}
