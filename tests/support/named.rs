//! Messages for tests from the corpus, the published samples and the generator. A message is
//! printed for each missing source, because a test without input must not look like one that
//! passed.
#![allow(dead_code)] // each test crate uses a part of it

use std::path::{Path, PathBuf};

use hydrant_testing::generate::{Generator, Options};

/// A message and its origin.
#[derive(Clone)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) text: Vec<u8>,
}

/// The published samples, sorted by name. If they are missing, the list is empty and a message is
/// printed.
pub(crate) fn published_samples() -> Vec<Named> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared =
        std::env::var_os("HYDRANT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let folder = shared.join("firehose/examples");
    let samples = json_files(&folder);
    if samples.is_empty() {
        eprintln!(
            "SKIPPED: no published samples in {}; set HYDRANT_SHARED to the folder that has `firehose/examples`",
            folder.display()
        );
    }
    samples
}

/// The files of one folder of the corpus, sorted by name. If there are none, the list is empty and
/// a message is printed.
pub(crate) fn corpus(folder: &str) -> Vec<Named> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(folder);
    let files = json_files(&path);
    if files.is_empty() {
        eprintln!("SKIPPED: no messages in {}", path.display());
    }
    files
}

/// The first messages of a generated stream.
pub(crate) fn generated(options: &Options, count: usize) -> Vec<Named> {
    let mut generator = Generator::new(options.clone());
    (0..count)
        .map(|number| {
            let mut text = Vec::new();
            generator.write_message(&mut text);
            Named {
                name: format!("generated message {number} of {options:?}"),
                text,
            }
        })
        .collect()
}

fn json_files(folder: &Path) -> Vec<Named> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder can be listed").path())
        .collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(Named {
                name: path.display().to_string(),
                text: std::fs::read(&path).expect("a listed file can be read"),
            });
        }
    }
    files
}
