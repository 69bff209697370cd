//! The files of the repository, and the paths and links that refer to them.

use super::prose::{Block, Origin};
use std::collections::BTreeSet;
use std::path::Path;

/// Folders whose files are not searched for citations: build output, data and records. Paths into
/// them can be cited.
const NOT_READ: &[&str] = &["target", "corpus", "record", "artifacts", "coverage"];

/// Folders that git ignores: build output, and what npm and the tests of the console write.
const NOT_OURS: &[&str] = &["target", ".git", "node_modules", "test-results"];

/// The first folders of paths in the repository.
const ROOTS: &[&str] = &[
    "benches", "corpus", "crates", "docs", "examples", "fuzz", "scripts", "spec", "src", "target",
    "tests",
];

/// Paths that can be cited although they need not exist, each with the reason.
const PRODUCED: &[&str] = &[
    "target",         // build output, ignored by git
    "fuzz/artifacts", // inputs that made a fuzz target fail, ignored by git
    "fuzz/corpus",    // inputs that the fuzzer found, ignored by git
    "fuzz/coverage",  // reports of the fuzzer, ignored by git
];

/// The repository: every file and folder by its path from the root.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    paths: BTreeSet<String>,
    /// The files that are searched for citations.
    pub(crate) texts: Vec<String>,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        tree.walk(root, "", true);
        tree.texts.sort();
        tree
    }

    fn walk(&mut self, folder: &Path, prefix: &str, read: bool) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = format!("{prefix}{name}");
            if entry.file_type().unwrap().is_dir() {
                if NOT_OURS.contains(&name.as_str()) {
                    continue;
                }
                let read = read && !NOT_READ.contains(&name.as_str());
                self.walk(&entry.path(), &format!("{path}/"), read);
            } else if is_text(&path) && (read || path.ends_with(".md")) {
                self.texts.push(path.clone());
            }
            self.paths.insert(path);
        }
    }

    /// Whether there is such a file or folder, relative to the folder of `file` or to one above it.
    fn has(&self, file: &str, path: &str) -> bool {
        let mut folder = file;
        loop {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            if self.paths.contains(&resolve(folder, path)) {
                return true;
            }
            if folder.is_empty() {
                return false;
            }
        }
    }

    /// Whether a path of the repository ends in this one.
    fn has_suffix(&self, path: &str) -> bool {
        let suffix = format!("/{path}");
        self.paths.contains(path) || self.paths.iter().any(|known| known.ends_with(&suffix))
    }
}

fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
    matches!(kind, "rs" | "md" | "toml" | "java")
        || (kind.is_empty() && (path.starts_with("scripts/") || path == "test"))
}

/// Resolves a path relative to a folder, and removes `.` and `..`.
fn resolve(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The paths that a block names, each with its line.
pub(crate) fn paths(block: &Block) -> Vec<(String, usize)> {
    let (text, start) = match block.origin {
        Origin::Code => match block.text.find("// ") {
            Some(at) => (&block.text[at..], at),
            None => return Vec::new(),
        },
        _ => (block.text.as_str(), 0),
    };
    let is_path = |c: char| c.is_alphanumeric() || "_./-*<>{},:$@%~".contains(c);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = text[at..].find(is_path) {
        let begin = at + begin;
        let end = begin
            + text[begin..]
                .find(|c| !is_path(c))
                .unwrap_or(text.len() - begin);
        // A URL, an expression or a list is not a path, and trailing punctuation is not part of
        // one.
        let path = text[begin..end].trim_end_matches(['.', ',', ':', '-', '>']);
        let path = path.strip_prefix("./").unwrap_or(path);
        let listed = path.contains([',', ':', '$', '@', '%', '~']) || path.starts_with('/');
        if !listed && looks_like_path(path) {
            found.push((path.to_owned(), block.line(start + begin)));
        }
        at = end;
    }
    found
}

fn looks_like_path(path: &str) -> bool {
    let first = path.trim_start_matches("../").split('/').next();
    let rooted = path.contains('/') && first.is_some_and(|first| ROOTS.contains(&first));
    let named = [".md", ".rs"]
        .iter()
        .any(|end| path.len() > end.len() && path.ends_with(end));
    rooted || (named && !path.starts_with(['.', '*', '<']))
}

/// Whether a path exists. Of a pattern, the folders before the first wildcard must exist.
pub(crate) fn path_exists(tree: &Tree, file: &str, path: &str) -> bool {
    let fixed: Vec<&str> = path
        .split('/')
        .take_while(|part| !part.contains(['*', '<', '>', '{', '}']))
        .collect();
    let fixed = fixed.join("/");
    let fixed = fixed.trim_end_matches('/');
    let produced = |known: &str| fixed == known || fixed.starts_with(&format!("{known}/"));
    let rooted = ROOTS.contains(&fixed.split('/').next().unwrap_or_default());
    fixed.is_empty()
        || tree.has(file, fixed)
        || PRODUCED.iter().any(|known| produced(known))
        || (!rooted && tree.has_suffix(fixed))
}

/// The address of the files of this repository, for documents that are also shown elsewhere.
const REPOSITORY: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main");

/// A link to a file of this repository: relative, or, with `/` at the beginning, from the root.
fn local(target: &str) -> Option<&str> {
    match target.strip_prefix(REPOSITORY) {
        None if target.contains("://") || target.starts_with("mailto:") => None,
        None => Some(target),
        Some(path) => Some(path),
    }
}

/// The links of a block of Markdown to files of this repository, each with its line: in the text,
/// `[text](target)`, and definitions, `[label]: target`.
pub(crate) fn links(block: &Block) -> Vec<(String, usize)> {
    if block.origin != Origin::Markdown {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = block.text[at..].find("](") {
        let begin = at + begin + 2;
        let end = block.text[begin..]
            .find(')')
            .map_or(block.text.len(), |end| begin + end);
        if let Some(target) = local(block.text[begin..end].trim()) {
            found.push((target.to_owned(), block.line(begin)));
        }
        at = end;
    }
    let mut start = 0;
    for line in block.text.split_inclusive('\n') {
        let definition = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]: "));
        let target = definition.and_then(|(_, target)| target.split_whitespace().next());
        if let Some(target) = target.and_then(local) {
            found.push((target.to_owned(), block.line(start)));
        }
        start += line.len();
    }
    found
}

/// Whether the file of a link exists and contains the heading or anchor.
pub(crate) fn link_resolves(tree: &Tree, file: &str, target: &str, root: &Path) -> bool {
    let (path, anchor) = match target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (target, None),
    };
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = match path.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None if path.is_empty() => file.to_owned(),
        None => resolve(folder, path),
    };
    let Some(anchor) = anchor else {
        return tree.paths.contains(&path);
    };
    let Ok(text) = std::fs::read_to_string(root.join(path)) else {
        return false;
    };
    let heading =
        |line: &str| line.starts_with('#') && slug(line.trim_start_matches('#')) == anchor;
    text.contains(&format!("id=\"{anchor}\"")) || text.lines().any(heading)
}

/// The anchor of a heading.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

#[test]
fn paths_are_found_and_patterns_cut() {
    let block = |text| Block::new(Origin::Comment, 7, text);
    let found = |text| {
        paths(&block(text))
            .into_iter()
            .map(|(path, _)| path)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found("`src/lib.rs`, lanes.rs and/or docs/a.md."),
        ["src/lib.rs", "lanes.rs", "docs/a.md"]
    );
    assert_eq!(found("https://a.b/src/c.rs $x/src/d.rs /src/e.rs"), [""; 0]);
    let code = Block::new(Origin::Code, 7, "open(\"src/a.rs\"); // src/b.rs");
    assert_eq!(paths(&code), [("src/b.rs".to_owned(), 7)]);

    let mut tree = Tree::default();
    tree.paths.extend(
        [
            "src/a/b.rs",
            "src/a",
            "src",
            "docs/c.md",
            "crates/x/src/d.rs",
        ]
        .map(str::to_owned),
    );
    let exists = |path| path_exists(&tree, "crates/x/README.md", path);
    for path in [
        "src/a/b.rs",
        "src/a/",
        "src/a/*.rs",
        "a/b.rs",
        "b.rs",
        "c.md",
        "src/d.rs",
        "target/x",
    ] {
        assert!(exists(path), "{path}");
    }
    for path in [
        "src/b.rs",
        "src/z/*.rs",
        "docs/d.md",
        "e.md",
        "spec/c.md",
        "corpus/x",
    ] {
        assert!(!exists(path), "{path}");
    }
}

#[test]
fn links_and_anchors_are_resolved() {
    let block = Block::new(
        Origin::Markdown,
        1,
        "[a](b.md#c) [d](https://e) ![f](g.svg)\n[h]: i.md\n[j]: https://k \"l\"",
    );
    let targets: Vec<String> = links(&block)
        .into_iter()
        .map(|(target, _)| target)
        .collect();
    assert_eq!(targets, ["b.md#c", "g.svg", "i.md"]);
    let here = format!("[a]: {REPOSITORY}/docs/semantics.md#t22");
    let here = links(&Block::new(Origin::Markdown, 1, &here));
    assert_eq!(here, [("/docs/semantics.md#t22".to_owned(), 1)]);
    assert_eq!(slug(" F: text and `framing`"), "f-text-and-framing");

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tree = Tree::read(root);
    let resolves = |target| link_resolves(&tree, "docs/semantics.md", target, root);
    assert!(resolves("/docs/semantics.md#t22") && !resolves("/semantics.md"));
    assert!(resolves("protocol/README.md") && resolves("#w-writing") && resolves("#t22"));
    assert!(!resolves("README.md") && !resolves("#nothing") && !resolves("../README.md#nothing"));
}
