//! Turns names on the command line into sources: files, the files of folders, standard input.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::decode::Compression;

/// A source of messages.
pub(crate) struct Source {
    /// The name for messages to the user.
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    /// Bytes on disk, if known.
    pub(crate) size: Option<u64>,
    /// What it is a part of, if that has to hold a message: files and folders, but not streams,
    /// which may be empty.
    pub(crate) named: Option<Arc<Named>>,
    /// How many of its first messages are left out, because an earlier run has handled them.
    pub(crate) skip: u64,
}

/// A file or folder on the command line.
#[derive(Debug)]
pub(crate) struct Named {
    /// For people.
    pub(crate) name: String,
    /// The files of a folder that are not read because of their names.
    pub(crate) skipped: usize,
    /// Whether it holds a message, or it was said already that it cannot be read.
    accounted: AtomicBool,
}

impl Named {
    fn new(path: &Path, skipped: usize) -> Arc<Self> {
        Arc::new(Self {
            name: path.to_string_lossy().into_owned(),
            skipped,
            accounted: AtomicBool::new(false),
        })
    }

    pub(crate) fn account(&self) {
        self.accounted.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_accounted(&self) -> bool {
        self.accounted.load(Ordering::Relaxed)
    }
}

pub(crate) enum Place {
    Stdin,
    Path(PathBuf),
    /// The content of standard input, to be read several times.
    Held(Arc<[u8]>),
    /// Its metadata could not be read. Reading it fails in the same way when its turn comes.
    Unreadable(io::Error),
}

/// The sources of these names. A folder gives its files, and no names give standard input.
pub(crate) fn sources(names: &[PathBuf]) -> Vec<Source> {
    let mut found = Vec::new();
    if names.is_empty() {
        found.push(stdin());
    }
    for name in names {
        if name.as_os_str() == "-" {
            found.push(stdin());
        } else if name.is_dir() {
            let first = found.len();
            let named = Named::new(name, folder(name, &mut found));
            for source in found.iter_mut().skip(first) {
                source.named = Some(Arc::clone(&named));
            }
        } else {
            let mut source = file(name.clone());
            source.named = source.size.is_some().then(|| Named::new(name, 0));
            found.push(source);
        }
    }
    found
}

fn stdin() -> Source {
    Source {
        name: "<stdin>".into(),
        place: Place::Stdin,
        size: None,
        named: None,
        skip: 0,
    }
}

fn file(path: PathBuf) -> Source {
    let name = path.to_string_lossy().into();
    match fs::metadata(&path) {
        Ok(metadata) => Source {
            name,
            size: metadata.is_file().then_some(metadata.len()),
            place: Place::Path(path),
            named: None,
            skip: 0,
        },
        Err(error) => Source {
            name,
            place: Place::Unreadable(error),
            size: None,
            named: None,
            skip: 0,
        },
    }
}

const NO_MATCH: &str = "no file directly in the folder is named *.json, *.ndjson or *.jsonl, or these with .gz or .zst";

/// Finds the files of a folder whose extensions are those of messages, in the order of their
/// names. Subfolders are ignored. If there are such files, the result is the number of the other
/// files that are not hidden.
fn folder(path: &Path, found: &mut Vec<Source>) -> usize {
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    match entries {
        Ok(entries) => {
            let paths = entries.iter().map(fs::DirEntry::path);
            let files = paths.filter(|path| !path.is_dir());
            let (mut paths, mut others): (Vec<_>, Vec<_>) =
                files.partition(|path| promises_messages(path));
            others.retain(|path| !is_hidden(path));
            paths.sort();
            if paths.is_empty() {
                found.push(Source {
                    name: path.to_string_lossy().into(),
                    place: Place::Unreadable(io::Error::new(io::ErrorKind::NotFound, NO_MATCH)),
                    size: None,
                    named: None,
                    skip: 0,
                });
                return 0;
            }
            found.extend(paths.into_iter().map(file));
            others.len()
        }
        Err(error) => {
            found.push(Source {
                name: path.to_string_lossy().into(),
                place: Place::Unreadable(error),
                size: None,
                named: None,
                skip: 0,
            });
            0
        }
    }
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether the extension, before that of a compression, is one of messages.
fn promises_messages(path: &Path) -> bool {
    let extension = |name: &Path| Some(name.extension()?.to_str()?.to_ascii_lowercase());
    let name = match extension(path) {
        Some(last) if Compression::of_extension(&last).is_some() => path.with_extension(""),
        _ => path.to_owned(),
    };
    matches!(
        extension(&name).as_deref(),
        Some("json" | "ndjson" | "jsonl")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_messages() {
        for (name, promises) in [
            ("a.json", true),
            ("folder.ndjson/b.json.gz", true),
            ("c.ndjson", true),
            ("d.jsonl.zst", true),
            ("D.JSONL.GZ", true),
            ("e.Json", true),
            ("e.gz", false),
            ("json", false),
            (".json", false),
            ("f.txt", false),
            ("g.json.gz.zst", false),
        ] {
            assert_eq!(promises_messages(Path::new(name)), promises, "{name}");
        }
    }

    #[test]
    fn folders_stand_for_their_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.json",
            "a.ndjson.gz",
            "c.jsonl",
            "README.md",
            "d.json.bak",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("e.json")).unwrap();
        let missing = folder.path().join("missing.json");
        let found = sources(&[folder.path().to_owned(), missing, "-".into()]);
        let names: Vec<&str> = found
            .iter()
            .map(|source| source.name.rsplit('/').next().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "a.ndjson.gz",
                "b.json",
                "c.jsonl",
                "missing.json",
                "<stdin>"
            ]
        );
        assert!(matches!(found[3].place, Place::Unreadable(_)));
        assert!(matches!(sources(&[])[0].place, Place::Stdin));
    }
}
