//! Compares the module table, the feature rule and the unsafe rule of ARCHITECTURE.md with the
//! sources of the library.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A row of the module table.
struct Module {
    name: String,
    /// The modules it may use; for the last row all above it.
    modules: BTreeSet<String>,
    /// The outside crates it may name, as the code names them, and `std::arch`.
    crates: BTreeSet<String>,
}

/// The module that may use everything, and is the last row.
const TOP: &str = "host";

/// Files that may name a feature: those that declare a module or re-export a macro with a feature,
/// and the macros that add `Serialize` to a declaration.
const FEATURE_FILES: &[&str] = &[
    "src/hash/mod.rs",
    "src/message/mod.rs",
    "src/outgoing/models/mod.rs",
    "src/registration/mod.rs",
    "src/schema/mod.rs",
    "src/schema/serialize.rs",
];

/// Files that may contain `unsafe` code: the instruction sets of `hash`; the cursor, the padded
/// text and the kernels of the fast path; allocators and system calls of tests and benches.
const UNSAFE_FILES: &[&str] = &[
    "benches/support/peak.rs",
    "src/hash/arm/mod.rs",
    "src/hash/arm/neon.rs",
    "src/hash/arm/sha.rs",
    "src/hash/arm/text.rs",
    "src/hash/x86/avx2.rs",
    "src/hash/x86/avx512.rs",
    "src/hash/x86/mod.rs",
    "src/hash/x86/sha.rs",
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
    "tests/alloc.rs",
    "tests/hash.rs",
    "tests/memory.rs",
];

/// Files without `unsafe` code that establish an invariant which the unsafe code relies on: a
/// change of them is read as carefully.
const INVARIANT_FILES: &[&str] = &["src/parse/fast/scan/portable.rs", "src/parse/text.rs"];

/// Files that may look at a clock: how long handlers take, which is not visible, and whether the
/// deadline has passed.
const CLOCK_FILES: &[&str] = &["src/dispatch/cost.rs", "src/processor/invocation.rs"];

/// Files that may name simd_json.
const SIMD_JSON_FILES: &[&str] = &[
    "src/parse/tape/buffers.rs",
    "src/parse/tape/numbers.rs",
    "src/parse/tape/decoder.rs",
    "src/parse/tape/notes.rs",
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

/// The outside crates of the manifest, as they are named in code, and whether a feature adds them:
/// those of every section that ends in `dependencies`, but for tests and build scripts.
fn crates() -> BTreeMap<String, bool> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    let mut crates = BTreeMap::new();
    let mut section = "";
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
            assert!(
                !section.starts_with("dependencies."),
                "one line for each dependency, not [{section}]"
            );
        }
        let own = section == "dependencies"
            || section.starts_with("target.") && section.ends_with(".dependencies");
        let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
        if own && !name.is_empty() && !name.starts_with(['#', '[']) {
            crates.insert(in_code(name), line.contains("optional = true"));
        }
    }
    assert!(crates.len() > 10, "the dependencies were not found");
    crates
}

/// The name of a package, as code names it.
fn in_code(package: &str) -> String {
    match package {
        "md-5" => "md5".to_owned(),
        name => name.replace('-', "_"),
    }
}

/// The module table of ARCHITECTURE.md.
fn table() -> Vec<Module> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (_, section) = document
        .split_once("\n## Modules of the library\n")
        .unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1);
    let mut table: Vec<Module> = Vec::new();
    let optional = crates();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, modules, crates] = cells.as_slice() else {
            panic!("the table has three columns: {row}");
        };
        let list = |cell: &str| -> Vec<String> {
            let words = cell.split(',').map(|word| word.trim().to_owned());
            words.filter(|word| word != "-").collect()
        };
        let modules: BTreeSet<String> = if *name == TOP {
            assert_eq!(*modules, "everything above");
            table.iter().map(|row| row.name.clone()).collect()
        } else {
            list(modules).into_iter().collect()
        };
        // So nothing is circular.
        for module in &modules {
            let above = table.iter().any(|row| row.name == *module);
            assert!(above, "{name} may use {module}, which has no row above it");
        }
        let crates = list(crates).into_iter().map(|word| {
            let feature = word.ends_with(" (feature)");
            let package = word.trim_end_matches(" (feature)");
            if package == "std::arch" {
                return word;
            }
            let named = in_code(package);
            let expected = optional.get(&named);
            assert_eq!(
                expected,
                Some(&feature),
                "{name}: {word}, against Cargo.toml"
            );
            named
        });
        table.push(Module {
            name: (*name).to_owned(),
            modules,
            crates: crates.collect(),
        });
    }
    assert_eq!(table.last().map(|row| row.name.as_str()), Some(TOP));
    table
}

/// The words that follow `crate::`, also inside `crate::{a, b}`.
fn modules_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            // `$crate::` in a macro is not a use by this module.
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

/// Whether a path of `super` leaves the module that the file belongs to.
fn leaves_by_super(source: &Source) -> bool {
    // The levels below the root; a module's own file, with or without a folder, is on the first.
    let path = source.name.trim_end_matches(".rs").trim_end_matches("/mod");
    let level = path.matches('/').count();
    source.code.contains(&"super::".repeat(level))
}

#[test]
fn modules_use_what_the_table_allows_and_all_of_it() {
    let (table, crates) = (table(), crates());
    let mut wrong = Vec::new();
    let mut permissions = BTreeSet::new();
    for Module {
        name,
        modules,
        crates,
    } in &table
    {
        let allowed = modules.iter().chain(crates);
        permissions.extend(allowed.map(|used| format!("{name} uses {used}")));
    }
    let mut unused = permissions.clone();
    let mut without_file: BTreeSet<&str> = table.iter().map(|row| row.name.as_str()).collect();
    for source in sources() {
        let module = source.module.as_str();
        without_file.remove(module);
        if module == "lib" {
            continue;
        }
        if !table.iter().any(|known| known.name == module) {
            wrong.push(format!("{}: the module is not in the table", source.name));
            continue;
        }
        if leaves_by_super(&source) {
            wrong.push(format!("{}: name other modules by `crate::`", source.name));
        }
        let mut used = modules_used(&source.code);
        for used in &used {
            if !table.iter().any(|known| known.name == *used) {
                let advice = "name the module it is defined in";
                wrong.push(format!("{} uses crate::{used}; {advice}", source.name));
            }
        }
        used.extend(
            crates
                .keys()
                .filter(|name| names(&source.code, name))
                .cloned(),
        );
        if source.code.contains("std::arch") {
            used.insert("std::arch".to_owned());
        }
        used.remove(module);
        for used in used {
            let permission = format!("{module} uses {used}");
            unused.remove(&permission);
            if !permissions.contains(&permission) {
                wrong.push(format!("{}: {permission}", source.name));
            }
        }
    }
    // What may use everything need not.
    unused.retain(|permission| !permission.starts_with(&format!("{TOP} ")));
    for permission in unused {
        wrong.push(format!("not so any more: {permission}"));
    }
    for module in without_file {
        wrong.push(format!("the table has {module}, src/ has not"));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_dependency_is_named_by_a_module() {
    let table = table();
    for name in crates().keys() {
        let named = table.iter().any(|row| row.crates.contains(name));
        assert!(
            named,
            "Cargo.toml has {name}, which no row of the table has"
        );
    }
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
fn the_library_uses_no_io_no_clock_and_no_environment() {
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
        // Only the program reads `HYDRANT_` variables.
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

/// The lints `undocumented_unsafe_blocks` and `multiple_unsafe_ops_per_block` hold the arguments.
#[test]
fn unsafe_is_fenced() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "examples", "benches", "crates", "fuzz"] {
        collect(&root.join(folder), &mut files);
    }
    let this = root.join(file!());
    let (mut lifting, mut stating) = (BTreeSet::new(), BTreeSet::new());
    for path in files.into_iter().filter(|path| *path != this) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().to_string_lossy();
        let name = name.replace('\\', "/");
        let lifts = ["allow", "expect"].iter().any(|word| {
            let start = format!("[{word}(");
            let attributes = text.split(start.as_str()).skip(1);
            let mut lists = attributes.filter_map(|rest| rest.split(")]").next());
            lists.any(|list| list.contains("unsafe_code"))
        });
        // A file that is compiled by itself needs no attribute.
        let code = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        let forms = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"];
        let has = code
            .into_iter()
            .any(|line| forms.iter().any(|form| line.contains(form)));
        let lifts = lifts || has;
        if text.contains("//! # Invariants\n") {
            stating.insert(name.clone());
        }
        if lifts {
            lifting.insert(name);
        }
    }
    let listed = |files: &[&str]| -> BTreeSet<String> {
        files.iter().map(|name| (*name).to_owned()).collect()
    };
    assert_eq!(lifting, listed(UNSAFE_FILES));
    // A file that states invariants is on one of the lists, and one that has only them states them.
    let safe: BTreeSet<String> = stating.difference(&lifting).cloned().collect();
    assert_eq!(safe, listed(INVARIANT_FILES));
    // The fast path has its invariants in these.
    for name in ["bitmap.rs", "cursor.rs", "padded.rs", "scan.rs"] {
        assert!(
            stating.contains(&format!("src/parse/fast/{name}")),
            "{name}"
        );
    }
}

/// `tests/miri` builds the library with the versions that the library names.
#[test]
fn miri_builds_with_the_dependencies_of_the_library() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let (library, miri) = (read("Cargo.toml"), read("tests/miri/Cargo.toml"));
    let of_workspace = versions(&library, "workspace.dependencies");
    let expected: BTreeMap<String, String> = versions(&library, "dependencies")
        .into_iter()
        .filter(|(name, _)| !crates()[&in_code(name)])
        .map(|(name, version)| {
            let version = if version.is_empty() {
                of_workspace[&name].clone()
            } else {
                version
            };
            (name, version)
        })
        .collect();
    assert_eq!(versions(&miri, "dependencies"), expected);
}

/// The packages of a section of a manifest with the versions it names; empty where it names none.
fn versions(manifest: &str, section: &str) -> BTreeMap<String, String> {
    let header = format!("\n[{section}]\n");
    let (_, lines) = manifest.split_once(header.as_str()).unwrap();
    lines
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let name = line.split(['.', ' ']).next().unwrap();
            let inherited = line.contains("workspace = true");
            let quoted = line.split('"').nth(1).filter(|_| !inherited);
            (name.to_owned(), quoted.unwrap_or_default().to_owned())
        })
        .collect()
}

/// Workspaces of their own inherit no lints.
#[test]
fn every_manifest_denies_unsafe_code_without_an_argument() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for manifest in [
        "Cargo.toml",
        "fuzz/Cargo.toml",
        "benches/instructions/Cargo.toml",
    ] {
        let text = std::fs::read_to_string(root.join(manifest)).unwrap();
        for lint in [
            "unsafe_code",
            "undocumented_unsafe_blocks",
            "multiple_unsafe_ops_per_block",
        ] {
            let line = format!("\n{lint} = \"deny\"\n");
            assert!(text.contains(&line), "{manifest}: {lint}");
        }
    }
    for manifest in [
        "benches",
        "crates/cli",
        "crates/derive",
        "crates/dsr",
        "crates/identities",
        "crates/lambda",
        "crates/lambda-forward",
        "crates/plan",
        "crates/reference",
        "crates/runtime",
        "crates/testing",
    ] {
        let text = std::fs::read_to_string(root.join(manifest).join("Cargo.toml")).unwrap();
        assert!(text.contains("\n[lints]\nworkspace = true\n"), "{manifest}");
    }
}

#[test]
fn files_have_module_docs_and_stay_small() {
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
