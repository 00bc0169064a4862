//! The tests that papers name exist: a table of threats is worth no more than that.
#![allow(clippy::expect_used)]

use std::{collections::BTreeSet, fs, path::Path};

/// The threats that this stage answers.
const ROWS: [&str; 33] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "14", "15", "20", "21", "22", "23", "26",
    "30", "31", "32", "33", "34", "36", "37", "38", "40", "41", "50", "51", "52", "53",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a readable file")
}

/// The names of all tests in Rust below a folder.
fn tests_below(dir: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            tests_below(&path, names);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            names.extend(tests_in(&fs::read_to_string(&path).expect("UTF-8")));
        }
    }
}

/// What stands between `#[test]`, or another kind of it, and the parameters.
fn tests_in(code: &str) -> Vec<String> {
    let after = ["#[test]", "#[wasm_bindgen_test]"].into_iter().flat_map(|mark| code.split(mark).skip(1));
    let name = |rest: &str| Some(rest.split_once("fn ")?.1.split_once(['(', '<'])?.0.to_owned());
    after.filter_map(name).collect()
}

fn all_tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for dir in ["src", "tests", "tools", "xtask"] {
        tests_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut names);
    }
    names
}

/// What stands between backticks, and the file that is named behind it in parentheses.
fn named(text: &str) -> Vec<(&str, Option<&str>)> {
    let parts: Vec<_> = text.split('`').collect();
    let quoted = |at: usize| Some((*parts.get(at)?, parts.get(at + 1).copied().unwrap_or_default()));
    let all = (1..parts.len()).step_by(2).filter_map(|at| {
        let (name, between) = quoted(at)?;
        let file = quoted(at + 2).filter(|_| between == " (").map(|(file, _)| file);
        Some((name, file))
    });
    all.filter(|(name, _)| !name.ends_with(".mjs") && !name.ends_with(".rs")).collect()
}

/// What is wrong with a row of the table.
fn wrong(row: &str, tests: &BTreeSet<String>) -> Option<String> {
    let [_, number, _, does, named_tests, _] = row.split('|').collect::<Vec<_>>()[..] else {
        return Some(format!("{row}: four columns"));
    };
    let exists = |(name, file): &(&str, Option<&str>)| match file {
        Some(file) if file.ends_with(".mjs") => read(file).contains(&format!("\"{name}\"")),
        Some(_) | None => tests.contains(*name),
    };
    let named_tests = named(named_tests);
    if named_tests.is_empty() && !does.contains("waived") {
        return Some(format!("{number}: no test, and not waived"));
    }
    named_tests
        .iter()
        .find(|test| !exists(test))
        .map(|(name, _)| format!("{number}: there is no test {name}"))
}

#[test]
fn each_threat_has_the_tests_that_are_named() {
    let (table, tests) = (read("tests/threats.md"), all_tests());
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let numbers: Vec<_> = rows.iter().map(|row| row[2..].split(' ').next().unwrap_or_default()).collect();
    assert_eq!(numbers, ROWS);
    let wrong: Vec<_> = rows.iter().filter_map(|row| wrong(row, &tests)).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn each_invariant_has_the_tests_that_are_named() {
    let (page, tests) = (read("ARCHITECTURE.md"), all_tests());
    let invariants =
        page.split("\n**Invariant: ").skip(1).map(|rest| rest.split("\n\n").next().unwrap_or(""));
    let names = invariants.flat_map(named).map(|(name, _)| name);
    // Names of tests are sentences; what else stands between backticks is a word or two.
    let missing: Vec<_> =
        names.filter(|name| name.matches('_').count() > 2 && !tests.contains(*name)).collect();
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn what_is_missing_is_told() {
    let tests = BTreeSet::from(["there".to_owned()]);
    let wrong = |row| wrong(row, &tests);
    assert_eq!(wrong("| 1 | a | b | `there` |"), None);
    assert_eq!(wrong("| 1 | a | waived: b | |"), None);
    for row in [
        "| 1 | a | b | |",
        "| 1 | a | b | `there`, `gone` |",
        "| 1 | a | b | `there` (`tests/e2e/specs/hostile.spec.mjs`) |",
        "| 1 | a | b |",
    ] {
        assert!(wrong(row).is_some(), "{row}");
    }
    assert_eq!(
        tests_in("#[test]\nfn a() {}\n#[wasm_bindgen_test]\nasync fn b<T>() {}\nfn c() {}"),
        ["a", "b"]
    );
}
