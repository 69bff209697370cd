//! The module table, the feature rule and the unsafe rule of ARCHITECTURE.md, compared with the sources of the library.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A module, the modules it may use, and the outside crates it may name.
struct Module(
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const MODULES: &[Module] = &[
    Module("error", &[], &[]),
    Module("schema", &[], &["serde", "itoa", "rust_decimal"]),
    Module("input", &["error"], &[]),
    Module("message", &["schema"], &["serde"]),
    Module(
        "parse",
        &["error", "input", "schema"],
        &["simd_json", "simdutf8", "bumpalo", "memchr"],
    ),
    Module("hash", &["message"], &["sha2", "sha1", "md5"]),
    Module("write", &["error", "hash", "message", "schema"], &["zmij"]),
    Module("wrapper", &["error", "parse"], &["memchr"]),
    Module(
        "firehose",
        &["error", "message", "parse", "wrapper", "write"],
        &[],
    ),
    Module("validate", &["error", "message", "parse", "schema"], &[]),
    Module("internals", &["message", "parse"], &[]),
    Module(
        "registration",
        &["message", "validate", "write"],
        &["bumpalo"],
    ),
    Module(
        "processor",
        &["message", "parse", "registration", "write"],
        &[],
    ),
    Module(
        "dispatch",
        &[
            "error",
            "firehose",
            "message",
            "parse",
            "processor",
            "registration",
            "validate",
            "write",
        ],
        &["rayon", "crossbeam_queue"],
    ),
];

/// The module that may use everything.
const TOP: &str = "host";

/// Files in which a feature may be named: where a module is declared, and the macros that add `Serialize` to a declaration.
const FEATURE_FILES: &[&str] = &[
    "src/message/mod.rs",
    "src/schema/mod.rs",
    "src/schema/serialize.rs",
];

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
    "src/parse/fast/cursor.rs",
    "src/parse/fast/cursor/brackets.rs",
    "src/parse/fast/cursor/digits.rs",
    "src/parse/fast/cursor/strings.rs",
    "src/parse/fast/padded.rs",
    "src/parse/fast/scan.rs",
    "src/parse/fast/scan/avx2.rs",
    "src/parse/fast/scan/avx512.rs",
    "src/parse/fast/scan/neon.rs",
    "src/parse/fast/scan/sse2.rs",
];

/// Files that may look at a clock: how long handlers take, which is not visible, and whether the deadline has passed.
const CLOCK_FILES: &[&str] = &["src/dispatch/cost.rs", "src/processor/invocation.rs"];

/// Files that may name simd_json.
const SIMD_JSON_FILES: &[&str] = &[
    "src/parse/tape/buffers.rs",
    "src/parse/tape/numbers.rs",
    "src/parse/tape/decoder.rs",
];

const MAX_LINES: usize = 500;

struct Source {
    name: String,
    module: String,
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
            let module = name
                .split('/')
                .nth(1)
                .unwrap()
                .trim_end_matches(".rs")
                .to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let own_tests = name.ends_with("/tests.rs");
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = if own_tests { "" } else { code };
            let code = code
                .lines()
                .map(|line| line.split("//").next().unwrap())
                .collect::<Vec<_>>()
                .join("\n");
            Source {
                name,
                module,
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

/// The outside crates of the manifest, as they are named in code.
fn crates() -> Vec<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    let (_, rest) = manifest.split_once("\n[dependencies]\n").unwrap();
    let (dependencies, _) = rest.split_once("\n[").unwrap();
    let names = dependencies.lines().filter_map(|line| {
        let name = line.split(['.', '=', ' ']).next()?;
        let is_name = !name.is_empty() && !name.starts_with('#');
        is_name.then(|| match name {
            "md-5" => "md5".to_owned(),
            name => name.replace('-', "_"),
        })
    });
    let names: Vec<String> = names.collect();
    assert!(names.len() > 10, "the dependencies were not found");
    names
}

/// The words that follow `crate::`, also inside `crate::{a, b}`.
fn modules_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            // A macro names its own module.
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
fn modules_use_what_the_table_allows_and_all_of_it() {
    let crates = crates();
    let mut wrong = Vec::new();
    let mut permissions = BTreeSet::new();
    for Module(module, modules, outside) in MODULES {
        let allowed = modules.iter().chain(*outside);
        permissions.extend(allowed.map(|used| format!("{module} uses {used}")));
    }
    let mut unused = permissions.clone();
    for source in sources() {
        let module = source.module.as_str();
        if [TOP, "lib"].contains(&module) {
            continue;
        }
        if !MODULES.iter().any(|known| known.0 == module) {
            wrong.push(format!("{}: the module is not in the table", source.name));
            continue;
        }
        let mut used = modules_used(&source.code);
        for used in &used {
            if used != TOP && !MODULES.iter().any(|known| known.0 == used) {
                let advice = "name the module it is defined in";
                wrong.push(format!("{} uses crate::{used}; {advice}", source.name));
            }
        }
        let named = crates.iter().filter(|name| names(&source.code, name));
        used.extend(named.cloned());
        used.remove(module);
        for used in used {
            let permission = format!("{module} uses {used}");
            unused.remove(&permission);
            if !permissions.contains(&permission) {
                wrong.push(format!("{}: {permission}", source.name));
            }
        }
    }
    for permission in unused {
        wrong.push(format!("not so any more: {permission}"));
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
        // Variables of ours are read by the programs.
        assert!(!source.code.contains("HYDRANT_"), "{}", source.name);
        if source.module == TOP {
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
    for Module(module, modules, crates) in MODULES {
        let row = document
            .lines()
            .find(|line| line.starts_with(&format!("| {module} |")))
            .unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for {module}"));
        for (column, expected) in [(2, modules), (3, crates)] {
            let cell = row.split('|').nth(column).unwrap();
            let written: BTreeSet<String> = cell
                .split(',')
                .map(|word| word.trim().replace("md-5", "md5").replace('-', "_"))
                .filter(|word| !["", "_", "std::arch"].contains(&word.as_str()))
                .map(|word| word.split(' ').next().unwrap().to_owned())
                .collect();
            let expected = expected.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(written, expected, "the row of {module}");
        }
    }
}
