//! Every citation in the repository resolves: sections, rules and decisions of `docs/protocol`,
//! rows of `docs/semantics.md`, paths of files, and links. `docs/protocol/README.md` says how to
//! cite.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod citations;
mod examples;
mod files;
mod prose;
mod specification;
mod tokens;

use citations::{Cited, citations};
use files::{Tree, link_resolves, links, path_exists, paths};
use prose::blocks;
use specification::Specification;
use std::collections::BTreeMap;
use std::path::Path;

/// Minimum numbers of citations, so that the test cannot pass by finding nothing. They are about
/// two thirds of the numbers when the test was written.
const FEWEST: &[(&str, usize)] = &[
    ("section", 250),
    ("rule", 30),
    ("decision", 25),
    ("row", 100),
    ("path", 150),
    ("link", 25),
];

/// This test contains citations that do not resolve, and is left out.
const OWN_FOLDER: &str = "tests/citations/";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let text = std::fs::read_to_string(root().join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn specification(tree: &Tree) -> Specification {
    let mut specification = Specification::default();
    for path in &tree.texts {
        match path.strip_prefix("docs/protocol/") {
            Some("README.md") | None => {}
            Some(name) => specification.add_document(name, &read(path)),
        }
    }
    specification.add_rows(&read("docs/semantics.md"));
    let (sections, decisions, rows) = specification.sizes();
    assert!(
        sections >= 170 && decisions >= 102 && rows >= 109,
        "it was not read whole"
    );
    specification
}

#[test]
fn every_citation_resolves() {
    let tree = Tree::read(root());
    let specification = specification(&tree);
    let mut unresolved = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &tree.texts {
        if file.starts_with(OWN_FOLDER) {
            continue;
        }
        let defines = file.starts_with("docs/protocol/");
        for block in blocks(file, &read(file)) {
            for (cited, line) in citations(file, &block, &specification) {
                if !cited.resolves(&specification) {
                    unresolved.push(format!("{file}:{line}: {cited}"));
                }
                let kind = match cited {
                    Cited::Section { .. } => "section",
                    Cited::Rule { .. } => "rule",
                    // The document that declares decisions does not cite them.
                    Cited::Decision(_) if defines => continue,
                    Cited::Decision(_) => "decision",
                    Cited::Row(_) => "row",
                };
                *counts.entry(kind).or_default() += 1;
            }
            for (path, line) in paths(&block) {
                if !path_exists(&tree, file, &path) {
                    unresolved.push(format!("{file}:{line}: there is no {path}"));
                }
                *counts.entry("path").or_default() += 1;
            }
            for (target, line) in links(&block).into_iter().filter(|_| file.ends_with(".md")) {
                if !link_resolves(&tree, file, &target, root()) {
                    unresolved.push(format!("{file}:{line}: a link to {target}"));
                }
                *counts.entry("link").or_default() += 1;
            }
        }
    }
    assert!(
        unresolved.is_empty(),
        "unresolved:\n{}",
        unresolved.join("\n")
    );
    for (kind, fewest) in FEWEST {
        let found = counts.get(kind).copied().unwrap_or_default();
        assert!(
            found >= *fewest,
            "found {found} of kind {kind}, of at least {fewest}"
        );
    }
}
