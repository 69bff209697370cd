//! The pages of `docs/guide`: the table for users of the Java SDK is complete and names what
//! exists, and links work in the book and in rustdoc.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The public methods of `MessageProcessor` of the Java SDK 3.2.0.
const JAVA_METHODS: [&str; 25] = [
    "processMessage",
    "processRegistrationRequest",
    "processEventProcessingRequest",
    "processGDPRConsentStateNotification",
    "processCCPAConsentStateNotification",
    "processAttributionEvent",
    "processImpressionEvent",
    "processPromotionActionEvent",
    "processProductActionEvent",
    "processPushMessageReceiptEvent",
    "processPushMessageOpenEvent",
    "processApplicationStateTransitionEvent",
    "processPushSubscriptionEvent",
    "processUserIdentityChangeEvent",
    "processUserAttributeChangeEvent",
    "processSessionStartEvent",
    "processSessionEndEvent",
    "processCustomEvent",
    "processErrorEvent",
    "processScreenViewEvent",
    "processPrivacySettingChangeEvent",
    "processDsrProcessingRequest",
    "processAudienceMembershipChangeRequest",
    "processAudienceSubscriptionRequest",
    "setLogger",
];

/// Words in the tables that are not names of the library.
const OTHER_WORDS: [&str; 2] = ["required", "settings!"];

fn read(path: &str) -> String {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The pages by their names, without the table of contents.
fn pages() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide");
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let pages = names.filter_map(|name| Some(name.strip_suffix(".md")?.to_owned()));
    let pages = pages.filter(|page| page != "SUMMARY");
    pages
        .map(|page| {
            let text = read(&format!("docs/guide/{page}.md"));
            (page, text)
        })
        .collect()
}

/// The lines of a page outside of its code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The items of the public API, as paths without type parameters: `hydrant::Engine::process`.
fn api() -> BTreeSet<String> {
    let mut items = BTreeSet::new();
    for line in read("tests/public-api.txt").lines() {
        let public = line.starts_with("pub ") || line.starts_with("#[non_exhaustive] pub ");
        let Some(at) = line.find("hydrant::").filter(|_| public) else {
            continue;
        };
        let (mut path, mut depth) = (String::new(), 0);
        for c in line[at..].chars() {
            match c {
                '<' => depth += 1,
                '>' => depth -= 1,
                _ if depth > 0 => {}
                '(' | ' ' => break,
                c => path.push(c),
            }
        }
        items.insert(path.trim_end_matches(':').to_owned());
    }
    assert!(items.len() > 1000, "the public API was not read");
    items
}

/// The rows of the tables in a section of the page for users of the Java SDK, as two cells.
fn rows(heading: &str) -> Vec<(String, String)> {
    let text = read("docs/guide/porting.md");
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let (java, rust) = row.trim_matches('|').split_once(" | ").unwrap();
        (java.trim().to_owned(), rust.trim().to_owned())
    })
    .collect()
}

/// The words in code of a cell, without arguments.
fn names(cell: &str) -> Vec<&str> {
    let words = cell.split('`').skip(1).step_by(2);
    let words = words.map(|word| word.split('(').next().unwrap());
    words.filter(|word| !OTHER_WORDS.contains(word)).collect()
}

#[test]
fn every_method_of_the_java_sdk_has_one_that_exists() {
    let (rows, api) = (rows("Methods of `MessageProcessor`"), api());
    let methods: Vec<&str> = rows.iter().flat_map(|(java, _)| names(java)).collect();
    assert_eq!(methods.len(), JAVA_METHODS.len());
    assert_eq!(BTreeSet::from_iter(methods), BTreeSet::from(JAVA_METHODS));
    let mut named = BTreeSet::new();
    for (java, rust) in &rows {
        assert!(!names(rust).is_empty(), "{java}");
        for name in names(rust) {
            let paths = match name.contains("::") {
                true => vec![format!("hydrant::{name}")],
                false => ["Processor", "AsyncProcessor"]
                    .map(|implemented| format!("hydrant::{implemented}::{name}"))
                    .into(),
            };
            for path in paths {
                assert!(api.contains(&path), "{java}: there is no {path}");
            }
            named.insert(name);
        }
    }
    // And the other way round.
    let without = [
        "Batch",
        "interests",
        "unknown_event",
        "unknown_notification",
    ];
    for path in &api {
        if let Some(method) = path.strip_prefix("hydrant::Processor::") {
            let known = named.contains(method) || without.contains(&method);
            assert!(known, "the page does not name {method}");
        }
    }
}

#[test]
fn the_other_tables_name_what_exists() {
    let api = api();
    let mut found = 0;
    for (java, rust) in [rows("Classes"), rows("Registration")].concat() {
        for name in names(&rust) {
            let end = format!("::{name}");
            assert!(
                api.iter().any(|path| path.ends_with(&end)),
                "{java}: there is no {name}"
            );
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}

#[test]
fn the_book_and_the_library_have_every_page() {
    let (summary, library) = (read("docs/guide/SUMMARY.md"), read("src/lib.rs"));
    let pages = pages();
    assert_eq!(pages.len(), 13);
    for (page, text) in &pages {
        let title = text.lines().next().unwrap().trim_start_matches("# ");
        let entry = format!("- [{title}]({page}.md)\n");
        assert!(summary.contains(&entry), "{page}");
        let module = page.replace('-', "_");
        let definition = format!("[{page}]: crate::guide::{module}\\n");
        assert!(library.contains(&definition), "{page}");
        assert!(
            library.contains(&format!("{module} \"{page}.md\";")),
            "{page}"
        );
    }
}

/// A link to another page has the name of the page as its label, because the library defines these
/// labels; `tests/citations` checks that the targets exist.
#[test]
fn links_work_in_the_book_and_in_rustdoc() {
    let pages = pages();
    for (page, text) in &pages {
        let mut definitions = BTreeMap::new();
        for line in prose(text) {
            let inline = line.match_indices("](").map(|(at, _)| &line[at + 2..]);
            for target in inline {
                let target = target.split(')').next().unwrap();
                assert!(target.starts_with('#'), "{page}: define the link {target}");
            }
            let definition = line.strip_prefix('[').and_then(|it| it.split_once("]: "));
            definitions.extend(definition);
        }
        for (label, target) in &definitions {
            let target = target.split('#').next().unwrap();
            let to_page = pages.contains_key(*label);
            let expected = match to_page {
                true => target == format!("{label}.md"),
                false => target.starts_with("https://"),
            };
            assert!(expected, "{page}: [{label}]: {target}");
        }
        let mut used = BTreeSet::new();
        for line in prose(text) {
            let labels = line.match_indices("][").map(|(at, _)| &line[at + 2..]);
            used.extend(labels.map(|rest| rest.split(']').next().unwrap()));
            // `[label]` alone is a link, too.
            for label in definitions.keys() {
                if line.contains(&format!("[{label}]")) && !line.starts_with('[') {
                    used.insert(label);
                }
            }
        }
        let defined: BTreeSet<&str> = definitions.keys().copied().collect();
        assert_eq!(used, defined, "{page}");
    }
}

#[test]
fn every_example_is_compiled() {
    for (page, text) in pages() {
        let fences = text.lines().filter_map(|line| line.strip_prefix("```"));
        let mut examples = 0;
        for fence in fences.step_by(2) {
            assert!(
                ["rust", "rust,no_run", "sh", "text", "toml", "properties"].contains(&fence),
                "{page}: {fence}"
            );
            examples += usize::from(fence.starts_with("rust"));
        }
        // These need no code.
        assert!(
            examples > 0
                || [
                    "capacity",
                    "console",
                    "forwarding",
                    "http",
                    "kafka",
                    "sending"
                ]
                .contains(&page.as_str()),
            "{page}"
        );
    }
}
