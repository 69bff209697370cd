//! The corpus and the published samples for tests: files, messages, expected refusals.
#![allow(dead_code)] // each test crate uses a part of it

pub(crate) mod damage;
pub(crate) mod hidden;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// A file of the corpus.
#[derive(Debug)]
pub(crate) struct File {
    /// The name without folder, as `heartbeat-empty-events.json`.
    pub(crate) name: String,
    /// The content.
    pub(crate) bytes: Vec<u8>,
}

impl File {
    /// The messages of the file: the whole content, or the lines of a stream that are not blank.
    pub(crate) fn messages(&self) -> Vec<&[u8]> {
        if !self.name.ends_with(".ndjson") {
            return vec![&self.bytes];
        }
        let lines = self.bytes.split(|&byte| byte == b'\n');
        lines.filter(|line| !line.trim_ascii().is_empty()).collect()
    }
}

/// A line of an `expected.tsv`.
#[derive(Debug)]
pub(crate) struct Expected {
    /// The file, in the same folder.
    pub(crate) name: String,
    /// The path at which it is refused; `None` if it is refused as a whole.
    pub(crate) path: Option<String>,
}

/// The folder of the corpus.
pub(crate) fn corpus_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The `.json` and `.ndjson` files of a folder of the corpus, by name.
pub(crate) fn files(folder: &str) -> Vec<File> {
    let folder = corpus_root().join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<File> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| {
            let extension = entry.path().extension().map(|e| e.to_os_string());
            extension.is_some_and(|extension| extension == "json" || extension == "ndjson")
        })
        .map(|entry| File {
            name: entry.file_name().into_string().unwrap(),
            bytes: fs::read(entry.path()).unwrap(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!files.is_empty(), "{} holds no messages", folder.display());
    files
}

/// The refusals listed in the `expected.tsv` of a folder of the corpus.
pub(crate) fn expected(folder: &str) -> Vec<Expected> {
    let text = fs::read_to_string(corpus_root().join(folder).join("expected.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), 3, "three columns in {line:?}");
        let path = (columns[1] != "-").then(|| columns[1].to_owned());
        Expected {
            name: columns[0].to_owned(),
            path,
        }
    })
    .collect()
}

/// The published samples with their names: `firehose/examples` below `HYDRANT_SHARED` or
/// `../shared`.
///
/// They are not part of this repository. Without them the list is empty, and a message is printed
/// to standard error.
pub(crate) fn samples() -> Vec<(String, Vec<u8>)> {
    let root = env::var("HYDRANT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let folder = format!("{root}/firehose/examples");
    let Ok(entries) = fs::read_dir(&folder) else {
        // Not `eprintln!`: the output of a passing test is captured, and this must be seen.
        let skipped = "SKIPPED: no samples in";
        let advice = "set HYDRANT_SHARED to the folder that holds `firehose/examples`";
        #[allow(clippy::explicit_write)]
        writeln!(io::stderr(), "{skipped} {folder}; {advice}").unwrap();
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect()
}
