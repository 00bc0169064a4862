//! Joins the style sheets: one file per screen to work on, one request for the page. Trunk calls this before each
//! build.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::ROOT;

/// Where the joined sheet lies, as `index.html` names it.
const JOINED: &str = ".kith/style.css";

/// Writes the joined sheet, unless it is there already: Trunk need not see a change where there is none.
pub(crate) fn join() -> Result<()> {
    let sheet = inline(&ROOT.join("style"), "main.css")?;
    let target = ROOT.join(JOINED);
    if fs::read_to_string(&target).is_ok_and(|before| before == sheet) {
        return Ok(());
    }
    fs::create_dir_all(ROOT.join(".kith"))?;
    fs::write(&target, sheet).with_context(|| format!("{} cannot be written", target.display()))
}

/// A sheet with those that it imports in place of its `@import` lines.
fn inline(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    let sheet = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut joined = String::with_capacity(sheet.len());
    for line in sheet.lines() {
        match imported(line) {
            Some(other) => joined.push_str(&inline(folder, other)?),
            None => joined.push_str(line),
        }
        joined.push('\n');
    }
    Ok(joined)
}

fn imported(line: &str) -> Option<&str> {
    line.trim().strip_prefix("@import \"")?.strip_suffix("\";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_import_lines_are_replaced() {
        assert_eq!(imported("  @import \"tokens.css\";"), Some("tokens.css"));
        for line in ["@layer base;", "/* @import \"a.css\"; */", "@import url(a.css);", ""] {
            assert_eq!(imported(line), None, "{line}");
        }
    }

    #[test]
    fn the_sheets_of_the_app_are_joined_in_order() -> Result<()> {
        let joined = inline(&ROOT.join("style"), "main.css")?;
        assert!(!joined.contains("@import"), "nothing is left to import");
        let (layers, tokens) = (joined.find("@layer tokens"), joined.find(":root"));
        assert!(layers.is_some() && layers < tokens, "the order of the layers comes first");
        Ok(())
    }
}
