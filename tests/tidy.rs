//! The rules of ARCHITECTURE.md that a text search can check: who may know whom, what the core may not name,
//! how long a file and a function may be. Comments and string literals do not count.
#![expect(clippy::panic, clippy::expect_used, reason = "tests")]

use std::{fs, path::Path};

const LAYERS: [&str; 7] = ["time", "cbor", "mqtt", "e2ee", "chat", "browser", "ui"];
const CORE: [&str; 4] = ["cbor", "mqtt", "e2ee", "chat"];
const WEB: [&str; 5] = ["web_sys", "js_sys", "wasm_bindgen", "gloo", "leptos"];
const IMPURE: [&str; 8] =
    ["async", "Instant::now", "SystemTime", "rand::", "Rc", "RefCell", "Arc<Mutex", "mpsc"];
const SECRETS: [&str; 7] = ["vodozemac", "hpke", "chacha20poly1305", "argon2", "hkdf", "hmac", "bip39"];
const DEVICES: [&str; 5] = ["WebSocket", "RtcPeerConnection", "Notification", "Storage", "spawn_local"];

/// What makes markup or code of text, in Rust and in JavaScript, and the attribute that the page's policy forbids.
const MARKUP: [&str; 17] = [
    "inner_html",
    "set_inner_html",
    "set_outer_html",
    "insert_adjacent_html",
    "create_contextual_fragment",
    "set_srcdoc",
    "HtmlDocument",
    "DomParser",
    "new_no_args",
    "new_with_args",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write*",
    "new Function",
    "eval",
    "style=",
];

/// What crosses the walls: a new variant must break the build wherever one is told from another.
const CLOSED: [&str; 6] = ["Command", "Input", "Effect", "Change", "Event", "EventBody"];
/// Where what travels or lies in storage has its shape; all other types are free of it.
const SHAPES: [&str; 5] = ["/wire.rs", "/retained.rs", "/json.rs", "/config.rs", "/stored/"];

/// Which other layers a layer may name.
fn may_know(layer: &str) -> &'static [&'static str] {
    match layer {
        "time" | "cbor" => &[],
        "mqtt" => &["time"],
        "e2ee" => &["time", "cbor"],
        "chat" => &["time", "cbor", "mqtt", "e2ee"],
        _ => &["time", "mqtt", "e2ee", "chat"],
    }
}

/// What is wrong with a file; `path` is relative to the repository.
fn violations(path: &str, text: &str) -> Vec<String> {
    let code = strip(text);
    let layer = path.strip_prefix("src/").map_or("", |rest| rest.split(['/', '.']).next().unwrap_or(""));
    let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
    let mut found = Vec::new();
    let mut forbid = |words: &[&str], why: &str| {
        for word in words.iter().filter(|word| names(&code, word)) {
            found.push(format!("{path}: {word}: {why}"));
        }
    };
    if LAYERS.contains(&layer) {
        for other in LAYERS.iter().filter(|other| **other != layer && !may_know(layer).contains(other)) {
            forbid(&[&format!("crate::{other}"), &format!("{other}::")], "imports go down only");
        }
    }
    if CORE.contains(&layer) {
        forbid(&WEB, "the core knows no browser");
        forbid(if is_test { &[] } else { &IMPURE }, "the core has no I/O, clock or dice of its own");
    }
    if path.starts_with("src/") && layer != "e2ee" {
        forbid(&SECRETS, "keys and ciphers are the matter of e2ee");
    }
    if path.starts_with("src/") && path != "src/e2ee/rng.rs" {
        forbid(&["getrandom"], "random bytes come from one place");
    }
    match layer {
        "ui" => forbid(&[&DEVICES[..], &["Idb*"]].concat(), "the screens use no device of the browser"),
        "browser" => forbid(&["leptos"], "the adapters draw nothing"),
        _ => {}
    }
    if !layer.is_empty() && !SHAPES.iter().any(|place| path.contains(place)) {
        forbid(&["Serialize", "Deserialize"], "only what travels or is stored has a format");
    }
    if !is_test && (!layer.is_empty() || path.ends_with(".js")) {
        forbid(&MARKUP, "text is never markup or code");
    }
    if !layer.is_empty() && !is_test {
        let open = matches(&code).filter(|arms| is_open(arms)).count();
        found.extend((0..open).map(|_| format!("{path}: `_ =>` on one of our own enums")));
    }
    let lines = text.lines().count();
    if lines > 500 {
        found.push(format!("{path}: {lines} lines, at most 500"));
    }
    let limit = if CORE.contains(&layer) { 60 } else { 100 };
    let long = functions(&code).into_iter().filter(|(_, lines)| *lines > limit && !is_test);
    found.extend(long.map(|(name, lines)| format!("{path}: fn {name}: {lines} lines, at most {limit}")));
    found
}

/// Whether the word stands in the code by itself; `Idb*` is any word that begins so.
fn names(code: &str, word: &str) -> bool {
    let part_of_word = |char: char| char.is_alphanumeric() || char == '_';
    let (word, prefix) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
    code.match_indices(word).any(|(at, _)| {
        let open_end = prefix || !word.ends_with(part_of_word);
        !code[..at].ends_with(part_of_word)
            && (open_end || !code[at + word.len()..].starts_with(part_of_word))
    })
}

/// The code without comments, strings and characters; the lines stay where they are.
fn strip(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = literal(rest, code.ends_with(|char: char| char.is_alphanumeric() || char == '_'));
        let taken = if length == 0 { first.len_utf8() } else { length };
        if length == 0 {
            code.push(first);
        } else {
            code.extend(rest[..taken].chars().filter(|char| *char == '\n'));
        }
        rest = &rest[taken..];
    }
    code
}

/// The length of the comment, string or character at the start; 0 if there is none.
fn literal(rest: &str, in_word: bool) -> usize {
    let until =
        |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    let raw = rest.trim_start_matches('b').strip_prefix('r').map_or("", |rest| rest.trim_start_matches('#'));
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return until(2, "*/");
    }
    if raw.starts_with('"') && !in_word {
        let start = rest.len() - raw.len();
        return until(start + 1, &format!("\"{}", "#".repeat(rest[..start].matches('#').count())));
    }
    let mut chars = rest.char_indices().skip(1);
    match rest.as_bytes()[0] {
        b'"' => loop {
            match chars.next() {
                Some((_, '\\')) => drop(chars.next()),
                Some((at, '"')) => break at + 1,
                Some(_) => {}
                None => break rest.len(),
            }
        },
        b'\'' if rest.starts_with("'\\") => until(3, "'"),
        b'\'' if chars.nth(1).is_some_and(|(_, char)| char == '\'') => until(1, "'").max(3),
        _ => 0,
    }
}

/// Whether these patterns tell variants of an enum of ours apart, and yet have one for all others.
fn is_open(patterns: &[&str]) -> bool {
    let closed = |pattern: &str| CLOSED.iter().any(|name| names(pattern, &format!("{name}::")));
    let rest = |pattern: &str| {
        let plain = pattern.split(" if ").next().unwrap_or("");
        !plain.is_empty() && plain.chars().all(|char| "_, ()".contains(char) || char.is_whitespace())
    };
    patterns.iter().any(|pattern| closed(pattern)) && patterns.iter().any(|pattern| rest(pattern))
}

/// The patterns of each `match`.
fn matches(code: &str) -> impl Iterator<Item = Vec<&str>> {
    let starts = code
        .match_indices("match ")
        .filter(|(at, _)| !code[..*at].ends_with(|char: char| char.is_alphanumeric() || char == '_'));
    starts.filter_map(|(at, _)| {
        let block = body(&code[at..])?;
        let arms = &block[block.find('{')? + 1..block.len() - 1];
        Some(patterns(arms))
    })
}

/// What stands before each `=>` of a match's arms.
fn patterns(mut arms: &str) -> Vec<&str> {
    let mut found = Vec::new();
    while let Some(arrow) = outside(arms, |rest| rest.starts_with("=>")) {
        found.push(arms[..arrow].trim_start_matches(',').trim());
        let value = arms[arrow + 2..].trim_start();
        let end = match body(value) {
            Some(block) if value.starts_with('{') => block.len(),
            _ => outside(value, |rest| rest.starts_with(',')).unwrap_or(value.len()),
        };
        arms = &value[end..];
    }
    found
}

/// The first place outside of all brackets where something is so.
fn outside(code: &str, is_so: impl Fn(&str) -> bool) -> Option<usize> {
    let mut depth = 0;
    code.char_indices()
        .find(|(at, char)| {
            match char {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => return depth == 0 && is_so(&code[*at..]),
            }
            false
        })
        .map(|(at, _)| at)
}

/// Each function with a body: its name and its lines.
fn functions(code: &str) -> Vec<(&str, usize)> {
    let starts = code
        .match_indices("fn ")
        .filter(|(at, _)| !code[..*at].ends_with(|char: char| char.is_alphanumeric()));
    starts
        .filter_map(|(at, _)| body(&code[at..]).map(|body| (name(&code[at + 3..]), body.lines().count())))
        .collect()
}

fn name(code: &str) -> &str {
    code.split(|char: char| !char.is_alphanumeric() && char != '_').next().unwrap_or("")
}

/// From `fn` to the brace that closes its body.
fn body(code: &str) -> Option<&str> {
    let (mut parens, mut braces) = (0, 0);
    for (at, char) in code.char_indices() {
        match char {
            '(' | '[' => parens += 1,
            ')' | ']' => parens -= 1,
            '{' => braces += 1,
            '}' if braces == 1 => return Some(&code[..=at]),
            '}' => braces -= 1,
            ';' if parens == 0 && braces == 0 => return None,
            _ => {}
        }
    }
    None
}

fn check_dir(dir: &Path, root: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).expect("a readable directory").flatten() {
        let path = entry.path();
        let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() && !shown.contains("node_modules") {
            check_dir(&path, root, found);
        } else if [".rs", ".js", ".css"].iter().any(|kind| shown.ends_with(kind)) {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let lines = text.lines().count();
            if lines > 400 {
                println!("{shown}: {lines} lines; over 400 is a sign to split it");
            }
            found.extend(violations(&shown, &text));
        }
    }
}

#[test]
fn the_house_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for dir in ["src", "phone", "scan", "worker", "page", "public", "xtask", "tools", "tests", "style"] {
        check_dir(&root.join(dir), root, &mut found);
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn each_rule_can_fail() {
    let long = |lines: usize| format!("fn long(a: [u8; 2]) {{\n{}}}\n", "    step();\n".repeat(lines - 2));
    for (path, text) in [
        ("src/mqtt/mod.rs", "use crate::chat::Client;"),
        ("src/mqtt/mod.rs", "use crate::{\n    e2ee::Device,\n};"),
        ("src/chat/mod.rs", "use crate::ui;"),
        ("src/browser/a.rs", "crate::ui::State"),
        ("src/ui/a.rs", "use super::super::browser::Driver;"),
        ("src/time.rs", "use crate::mqtt;"),
        ("src/cbor.rs", "use crate::chat::wire;"),
        ("src/mqtt/a.rs", "use crate::cbor::Reader;"),
        ("src/ui/a.rs", "use crate::cbor::Reader;"),
        ("src/chat/a/b.rs", "let now = js_sys::Date::now();"),
        ("src/e2ee/a.rs", "async fn a() {}"),
        ("src/chat/a.rs", "let s = \"\\\"\"; let a: Rc<u8>;"),
        ("src/chat/a.rs", "let c = '\"'; let n = rand::random();"),
        ("src/mqtt/a.rs", "let s = r#\"\"a\"#; std::time::Instant::now()"),
        ("src/chat/a.rs", "use vodozemac::olm::Session;"),
        ("src/browser/a.rs", "chacha20poly1305::Key"),
        ("src/e2ee/seal.rs", "getrandom::fill(&mut bytes)"),
        ("src/ui/a.rs", "let s: IdbDatabase;"),
        ("src/ui/a.rs", "spawn_local(a)"),
        ("src/browser/a.rs", "use leptos::prelude::*;"),
        ("src/browser/a.rs", "\n".repeat(501).as_str()),
        ("style/a.css", "\n".repeat(501).as_str()),
        ("src/chat/a.rs", long(61).as_str()),
        ("src/ui/a.rs", long(101).as_str()),
        ("src/chat/a.rs", "match input { Input::Opened => {} _ => a() }"),
        (
            "src/ui/a.rs",
            "match change {\n    Change::Phase(Phase::Ready) | Change::Done(_) => f(a, b),\n    _ => {}\n}",
        ),
        ("src/browser/a.rs", "match (effect, a) { (Effect::Close, [b, ..]) => { c(); }\n (_, _) => {} }"),
        ("src/mqtt/a.rs", "match a { b => match c { Event::Open => 1, _ if d => 2 } }"),
        ("src/chat/a.rs", "#[derive(Debug, Serialize)]\nstruct Contact;"),
        ("src/ui/a.rs", "use serde::Deserialize;"),
        ("src/ui/a.rs", "view! { <p inner_html=text /> }"),
        ("src/ui/a.rs", "view! { <p style=\"color: red\"></p> }"),
        ("src/browser/a.rs", "element.set_inner_html(text);"),
        ("src/browser/a.rs", "let f = Function::new_no_args(text);"),
        ("src/browser/a.rs", "js_sys::eval(text)"),
        ("page/start.js", "document.body.innerHTML = text;"),
        ("page/start.js", "document.writeln(text);"),
        ("public/tick.js", "new Function(text)();"),
    ] {
        assert!(!violations(path, text).is_empty(), "{path}: {text}");
    }
}

#[test]
fn what_is_allowed_passes() {
    let long = format!("fn long() {{\n{}}}\nfn a();\n", "    '{';\n".repeat(58));
    for (path, text) in [
        ("src/chat/mod.rs", "use crate::{cbor::Reader, e2ee::Device, mqtt::Session, time::Instant};"),
        ("src/ui/a.rs", "use crate::chat::Change; // WebSocket\n/* Storage */ \"spawn_local\"; StorageUsage"),
        ("src/chat/a.rs", "use rand_chacha::ChaCha20Rng; fn a<'a>(b: &'a str) {} /// async\n"),
        ("src/chat/tests/world.rs", "use std::{cell::RefCell, rc::Rc};"),
        ("src/lib.rs", "browser::start(ui::mount());"),
        ("src/ui/a.rs", "view! { <p style:--list=width></p> } // innerHTML"),
        ("page/start.js", "// no eval\ndocument.body.append(text);"),
        ("src/e2ee/rng.rs", "getrandom::fill(&mut bytes)"),
        ("src/e2ee/seal.rs", "use vodozemac::Curve25519PublicKey;"),
        ("src/mqtt/a.rs", long.as_str()),
        ("src/chat/a.rs", "match kind { 1 => Event::Open, 2 => { Event::Stopped }\n _ => Event::Open }"),
        ("src/chat/a.rs", "match (a, body) { (A, EventBody::Text(_)) => {} (_, EventBody::Typing) => {} }"),
        ("src/chat/tests/world.rs", "match effect { Effect::Close => {} _ => {} }"),
        ("src/chat/retained.rs", "use serde::Serialize;"),
        ("src/chat/stored/people.rs", "use serde::Serialize;"),
    ] {
        if let Some(found) = violations(path, text).first() {
            panic!("{found}");
        }
    }
}
