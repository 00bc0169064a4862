//! The kept corpus, what becomes of it byte by byte, and the bombs: through the entry points of the fuzz targets, with
//! the compiler that everybody has.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{TARGETS, bombs};
use crate::paper::vectors;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(name)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|_| panic!("no folder {}", folder.display()));
    let stem = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    entries.map(|entry| stem(entry.unwrap().path())).collect()
}

/// The kept inputs of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = folder("corpus").join(target);
    names(&folder).iter().map(|name| fs::read(folder.join(name)).unwrap()).collect()
}

#[test]
fn each_target_has_a_program_and_a_corpus() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&folder("fuzz_targets")), targets);
    assert_eq!(names(&folder("corpus")), targets);
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    for name in &targets {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let program = fs::read_to_string(folder(&format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("kith::fuzz::run(\"{name}\", bytes)")), "{name}");
        assert!(corpus(name).len() > 2, "{name}");
    }
}

/// Which vectors of PROTOCOL.md each target reads.
const VECTORS: [(&str, &str, &[&str]); 7] = [
    ("fan_out", "### Vectors", &["fan-out envelope"]),
    ("request", "### Vectors", &["sealed request"]),
    (
        "document",
        "### Vectors",
        &[
            "profile",
            "claim",
            "certificate",
            "revocation",
            "bundle",
            "online",
            "offline",
            "negative acknowledgement",
        ],
    ),
    (
        "event",
        "## Test vectors",
        &[
            "text",
            "receipt",
            "typing",
            "edit",
            "delete",
            "request",
            "accept",
            "decline",
            "nak",
            "want",
            "missing",
            "doubt",
            "devices",
            "want of a device that goes on from another",
        ],
    ),
    ("retained", "## Test vectors", &["info", "info with everything"]),
    ("invite", "## Test vectors", &["invite", "personal invite"]),
    ("backup", "### Vectors", &["backup file", "wrapped store key"]),
];

#[test]
fn the_vectors_of_the_paper_are_in_the_corpus() {
    for (target, chapter, names) in VECTORS {
        let written = vectors(chapter);
        for name in names {
            let hex = data_encoding::HEXLOWER.decode(written[name].as_bytes());
            let bytes = hex.unwrap_or_else(|_| written[name].clone().into_bytes());
            let path = folder("corpus").join(target).join(name.replace(' ', "-"));
            assert!(fs::read(&path).ok() == Some(bytes), "{} is not PROTOCOL.md's {name}", path.display());
        }
    }
}

#[test]
fn the_kept_corpus_passes() {
    for (name, target) in TARGETS {
        corpus(name).iter().for_each(|bytes| target(bytes));
    }
}

#[test]
fn whatever_becomes_of_the_corpus_passes() {
    for (name, target) in TARGETS {
        for honest in corpus(name) {
            // Long ones in steps: what is checked stands at their beginning.
            let step = 1 + honest.len() / 256;
            for at in (0..honest.len()).step_by(step) {
                target(&honest[..at]);
                for bit in [0x01, 0x80] {
                    let mut broken = honest.clone();
                    broken[at] ^= bit;
                    target(&broken);
                }
                target(&[&honest[..at], &honest[..]].concat());
            }
        }
    }
}

/// Nothing is set aside for what was only announced: memory is in proportion to what came.
#[test]
fn a_bomb_costs_no_more_memory_than_it_weighs() {
    for (name, target) in TARGETS {
        let mut slowest = Duration::ZERO;
        let honest = corpus(name).into_iter().max_by_key(Vec::len).unwrap();
        // What a target sets up for itself, it has set up.
        target(&honest);
        let bombs = bombs::all(&honest);
        assert!(bombs.len() >= 500, "{name}: {}", bombs.len());
        for (number, bomb) in bombs.iter().enumerate() {
            let start = Instant::now();
            let memory = allocation_counter::measure(|| target(bomb));
            let limit = 256 * 1024 + 64 * bomb.len() as u64;
            assert!(memory.bytes_max <= limit, "{name}, bomb {number}: {memory:?} for {} bytes", bomb.len());
            slowest = slowest.max(start.elapsed());
        }
        println!("{name}: {} bombs, the slowest took {slowest:?}", bombs.len());
    }
}
