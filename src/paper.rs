//! PROTOCOL.md, whose test vectors the tests compare with the code.
#![cfg(any(test, fuzzing))]
#![allow(clippy::expect_used)]

use std::collections::BTreeMap;

pub(crate) const PROTOCOL: &str = include_str!("../PROTOCOL.md");

/// The code blocks below a `#### name` in the chapter with this heading, each as one line.
pub(crate) fn vectors(heading: &str) -> BTreeMap<&'static str, String> {
    let (_, chapter) = PROTOCOL.split_once(&format!("\n{heading}\n")).expect("the chapter is there");
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    let vector = |part: &'static str| {
        let (name, rest) = part.split_once('\n')?;
        let (_, block) = rest.split_once("```text\n")?;
        let (block, _) = block.split_once("\n```")?;
        // Long hexadecimal digits stand on several lines.
        Some((name, block.replace('\n', "")))
    };
    chapter.split("\n#### ").skip(1).map(|part| vector(part).expect("a name and a block")).collect()
}
