//! Tests which packages a user of the library compiles, and which files the package contains.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Prefixes of the names of packages that the library must not depend on, because only the program,
/// hosts, tests and benches use them.
const NOT_BELOW: [&str; 7] = [
    "clap",
    "criterion",
    "tokio",
    "lambda",
    "proptest",
    "hydrant-",
    "serde_json",
];

/// Runs cargo offline in the root of the repository, and returns its output.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .arg("--offline")
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// The number in "at most N packages" of CONTRIBUTING.md.
fn stated() -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let text = std::fs::read_to_string(path).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = words.windows(4).find_map(|words| match words {
        ["at", "most", number, "packages" | "packages,"] => number.parse().ok(),
        _ => None,
    });
    number.expect("CONTRIBUTING.md says `at most N packages`")
}

/// The packages that a user of the library with these features compiles, including the library.
fn compiled(features: &str) -> BTreeSet<String> {
    compiled_for("hydrant", features)
}

/// The packages that a user of a package with these features compiles, including itself.
fn compiled_for(package: &str, features: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--package",
        package,
        "--edges",
        "normal,build",
        "--no-default-features",
        "--features",
        features,
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--no-dedupe",
    ]);
    let lines = tree.lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn features_add_the_packages_that_are_stated() {
    let without = compiled("");
    let added = |feature: &str| -> Vec<String> {
        let with = compiled(feature);
        let names = with.difference(&without);
        let names = names.filter_map(|package| package.split(' ').next());
        names.map(str::to_owned).collect()
    };
    assert_eq!(added("serde"), ["serde", "serde_core"]);
    let derive = [
        "hydrant-derive",
        "proc-macro2",
        "quote",
        "syn",
        "unicode-ident",
    ];
    assert_eq!(added("derive"), derive);
}

/// The generator does not use the library, so that they cannot share a bug, and the program uses
/// only the generator.
#[test]
fn the_generator_needs_no_other_package() {
    let alone = compiled_for("hydrant-testing", "");
    assert_eq!(alone.len(), 1, "{alone:?}");
    let program = compiled_for("hydrant-cli", "");
    let kit = |package: &&String| package.starts_with("serde_json");
    assert_eq!(program.iter().find(kit), None);
}

#[test]
fn a_user_of_the_library_compiles_no_more_than_is_stated() {
    let packages = compiled("");
    assert!(packages.iter().any(|line| line.starts_with("hydrant v")));
    let unexpected: Vec<_> = packages
        .iter()
        .filter(|package| NOT_BELOW.iter().any(|name| package.starts_with(name)))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    let stated = stated();
    assert!(
        packages.len() <= stated,
        "{} packages, CONTRIBUTING.md says at most {stated}: {packages:#?}",
        packages.len()
    );
}

/// A development dependency with a version would have to be published before the library.
#[test]
fn the_packages_of_the_tests_have_no_version() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    let (_, section) = manifest.split_once("\n[dev-dependencies]\n").unwrap();
    // Those for all processors, and those for some.
    let (section, _) = section.split_once("\n[lints]").unwrap();
    let own: Vec<&str> = section
        .lines()
        .filter(|line| line.starts_with("hydrant-"))
        .collect();
    assert_eq!(own.len(), 3);
    for line in own {
        assert!(
            !line.contains("version") && !line.contains("workspace"),
            "{line}"
        );
    }
}

/// The files of a package that is published.
fn packaged(package: &str) -> BTreeSet<String> {
    let listed = cargo(&["package", "--package", package, "--list", "--allow-dirty"]);
    listed.lines().map(|line| line.replace('\\', "/")).collect()
}

/// The files and folders at the top of a package, without those that Cargo generates.
fn top(files: &BTreeSet<String>) -> BTreeSet<&str> {
    let generated = [".cargo_vcs_info.json", "Cargo.toml.orig", "Cargo.lock"];
    files
        .iter()
        .map(|file| file.split('/').next().unwrap())
        .filter(|name| !generated.contains(name))
        .collect()
}

#[test]
fn the_other_packages_contain_their_source_readme_and_licences() {
    let expected = [
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "src",
    ];
    for package in [
        "hydrant-aws",
        "hydrant-cli",
        "hydrant-derive",
        "hydrant-dsr",
        "hydrant-forward",
        "hydrant-http",
        "hydrant-identities",
        "hydrant-kafka",
        "hydrant-lambda",
        "hydrant-lambda-forward",
        "hydrant-plan",
        "hydrant-runtime",
        "hydrant-server",
        "hydrant-testing",
    ] {
        let files = packaged(package);
        let mut expected = BTreeSet::from(expected);
        if package == "hydrant-lambda-forward" {
            expected.insert("deploy");
        }
        assert_eq!(top(&files), expected, "{package}");
    }
}

#[test]
fn the_package_contains_the_library_and_its_documents() {
    let files = packaged("hydrant");
    for file in [
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "docs/embedding.md",
        "docs/guide/getting-started.md",
        "docs/semantics.md",
        "examples/embed_stdin.rs",
        "src/lib.rs",
    ] {
        assert!(files.contains(file), "{file} is missing");
    }
    let expected = BTreeSet::from([
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "docs",
        "examples",
        "src",
    ]);
    assert_eq!(top(&files), expected);
}
