//! The module table, the feature rule and the unsafe rule of ARCHITECTURE.md, held against the sources.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A room, the rooms it may use, and the outside crates it may name.
struct Room(
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const ROOMS: &[Room] = &[
    Room("error", &[], &[]),
    Room("input", &["error"], &["memchr"]),
    Room("message", &[], &["serde", "itoa", "rust_decimal"]),
    Room(
        "parse",
        &["error", "input", "message"],
        &["simd_json", "simdutf8", "bumpalo", "memchr"],
    ),
    Room("hash", &["error"], &["sha2", "sha1", "md5"]),
    Room("write", &["error", "message"], &["serde", "zmij"]),
    Room("normalize", &["error", "parse", "write"], &[]),
    Room("validate", &["error", "message"], &[]),
    Room("processor", &["error", "message", "hash", "write"], &[]),
    Room(
        "dispatch",
        &["error", "input", "message", "parse", "processor", "write"],
        &["rayon", "crossbeam"],
    ),
    Room("generate", &[], &[]),
];

/// The room that may use everything.
const TOP: &str = "host";

/// Files in which a feature may be named: the manifest aside, one line per feature and place.
const FEATURE_FILES: &[&str] = &["src/host/mod.rs", "src/message/mod.rs", "src/main.rs"];

/// Files that may hold `unsafe` code: the instruction sets of `hash`; the cursor, the padded text and the kernels of the
/// fast path.
const UNSAFE_FILES: &[&str] = &[
    "src/hash/arm/mod.rs",
    "src/hash/arm/neon.rs",
    "src/hash/arm/sha.rs",
    "src/hash/arm/text.rs",
    "src/hash/x86/avx2.rs",
    "src/hash/x86/avx512.rs",
    "src/hash/x86/mod.rs",
    "src/hash/x86/sha.rs",
    "src/hash/x86/sse41.rs",
    "src/hash/x86/text.rs",
    "src/parse/fast/bitmap.rs",
    "src/parse/fast/cursor/brackets.rs",
    "src/parse/fast/cursor/digits.rs",
    "src/parse/fast/cursor/mod.rs",
    "src/parse/fast/cursor/strings.rs",
    "src/parse/fast/padded.rs",
    "src/parse/fast/scan/avx2.rs",
    "src/parse/fast/scan/avx512.rs",
    "src/parse/fast/scan/mod.rs",
    "src/parse/fast/scan/neon.rs",
    "src/parse/fast/scan/sse2.rs",
];

/// Files that may look at a clock, for nothing that is visible: how long handlers take.
const CLOCK_FILES: &[&str] = &["src/dispatch/cost.rs"];

/// Files that may name simd_json.
const SIMD_JSON_FILES: &[&str] = &[
    "src/parse/tape/buffers.rs",
    "src/parse/tape/numbers.rs",
    "src/parse/tape/source.rs",
];

/// Every outside crate of the manifest, as it is named in code.
const CRATES: &[&str] = &[
    "simd_json",
    "bumpalo",
    "serde",
    "rayon",
    "crossbeam",
    "memchr",
    "itoa",
    "zmij",
    "md5",
    "sha1",
    "sha2",
    "clap",
    "clap_complete",
    "clap_mangen",
    "comfy_table",
    "ctrlc",
    "flate2",
    "indicatif",
    "ruzstd",
    "mimalloc",
    "rust_decimal",
];

const MAX_LINES: usize = 500;

struct Source {
    name: String,
    room: String,
    text: String,
    /// Without comments and without the unit tests at the end.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 20, "the sources were not found");
    files
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            let room = name
                .split('/')
                .nth(1)
                .unwrap()
                .trim_end_matches(".rs")
                .to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = code
                .lines()
                .map(|line| line.split("//").next().unwrap())
                .collect::<Vec<_>>()
                .join("\n");
            Source {
                name,
                room,
                text,
                code,
            }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The words that follow `crate::`, also inside `crate::{a, b}`.
fn rooms_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            // A macro names its own room.
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let list = rest.strip_prefix('{').map_or_else(
            || vec![rest],
            |list| {
                list[..list.find("};").unwrap_or(list.len())]
                    .split(',')
                    .collect()
            },
        );
        for item in list {
            let word: String = item
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            used.insert(word);
        }
    }
    used
}

fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + word.len()..];
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '"' || c == '.')
            && (after.starts_with("::") || after.starts_with(" as "))
    })
}

#[test]
fn rooms_use_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for source in sources() {
        // The generator's own tests fill a folder and use serde_json.
        let tests = source.name.contains("/conformance/");
        if tests || [TOP, "lib", "main"].contains(&source.room.as_str()) {
            continue;
        }
        let Some(Room(_, rooms, crates)) = ROOMS.iter().find(|room| room.0 == source.room) else {
            wrong.push(format!("{}: the room is not in the table", source.name));
            continue;
        };
        for used in rooms_used(&source.code) {
            let known = ROOMS.iter().any(|room| room.0 == used) || used == TOP;
            if known && used != source.room && !rooms.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", source.name));
            } else if !known {
                wrong.push(format!(
                    "{} uses crate::{used}; name the room it lives in",
                    source.name
                ));
            }
        }
        for outside in CRATES {
            if names(&source.code, outside) && !crates.contains(outside) {
                wrong.push(format!("{} names the crate {outside}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_front_end_is_named_in_three_files() {
    let found: Vec<String> = sources()
        .into_iter()
        .filter(|s| names(&s.code, "simd_json"))
        .map(|s| s.name)
        .collect();
    assert_eq!(
        found.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        SIMD_JSON_FILES.iter().copied().collect()
    );
}

#[test]
fn core_has_no_io_no_clock_no_environment() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "SystemTime",
        "Instant::now",
        "println!",
        "eprintln!",
        "stdout",
        "stdin",
        "stderr",
    ];
    for source in sources() {
        if [TOP, "main"].contains(&source.room.as_str()) {
            continue;
        }
        for word in forbidden {
            let allowed = word == "Instant::now" && CLOCK_FILES.contains(&source.name.as_str());
            assert!(
                allowed || !source.code.contains(word),
                "{} has {word}",
                source.name
            );
        }
    }
}

#[test]
fn features_only_add() {
    for source in sources() {
        let uses = source.code.contains("feature = \"") || source.code.contains("cfg!(feature");
        assert!(
            !uses || FEATURE_FILES.contains(&source.name.as_str()),
            "{} depends on a feature",
            source.name
        );
        assert!(
            !source.code.contains("not(feature"),
            "{}: a feature takes something away",
            source.name
        );
    }
}

#[test]
fn unsafe_is_fenced() {
    for source in sources() {
        let lifts = source.text.contains("allow(unsafe_code)");
        assert_eq!(
            lifts,
            UNSAFE_FILES.contains(&source.name.as_str()),
            "{}",
            source.name
        );
        if lifts {
            let blocks =
                source.code.matches("unsafe {").count() + source.code.matches("unsafe fn").count();
            let arguments =
                source.text.matches("SAFETY:").count() + source.text.matches("# Safety").count();
            assert!(
                arguments >= blocks,
                "{}: {blocks} blocks, {arguments} arguments",
                source.name
            );
        }
    }
}

#[test]
fn files_say_what_they_are_and_stay_small() {
    for source in sources() {
        assert!(
            source.text.starts_with("//!"),
            "{} does not say what it holds",
            source.name
        );
        let lines = source.text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", source.name);
    }
}

#[test]
fn the_table_is_the_one_in_the_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let document = std::fs::read_to_string(path).unwrap();
    for Room(room, rooms, _) in ROOMS {
        let row = document
            .lines()
            .find(|line| line.starts_with(&format!("| {room} |")))
            .unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for {room}"));
        let cell = row.split('|').nth(2).unwrap();
        let written: BTreeSet<&str> = cell
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty() && *word != "-")
            .collect();
        assert_eq!(
            written,
            rooms.iter().copied().collect(),
            "the row of {room}"
        );
    }
}
