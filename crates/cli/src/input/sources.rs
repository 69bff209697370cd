//! Names on the command line to sources: files, the files of folders, standard input; and the form that a name tells.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode::Compression;

/// Something to read messages from.
pub(crate) struct Source {
    /// For people.
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    pub(crate) form: Form,
    /// Bytes on the disk, if that is known.
    pub(crate) size: Option<u64>,
}

pub(crate) enum Place {
    Stdin,
    Path(PathBuf),
    /// What came from standard input, to be read several times.
    Held(Arc<[u8]>),
    /// It was looked at, and that failed. Reading it fails in the same way, when its turn comes.
    Unreadable(io::Error),
}

/// How messages lie in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The whole is one message, over as many lines as it likes.
    Whole,
    /// One message a line.
    Lines,
}

/// The sources behind the names; folders stand for their files. No name stands for standard input.
pub(crate) fn sources(names: &[PathBuf]) -> Vec<Source> {
    let mut found = Vec::new();
    if names.is_empty() {
        found.push(stdin());
    }
    for name in names {
        if name.as_os_str() == "-" {
            found.push(stdin());
        } else if name.is_dir() {
            folder(name, &mut found);
        } else {
            found.push(file(name.clone(), form_of(name).unwrap_or(Form::Lines)));
        }
    }
    found
}

fn stdin() -> Source {
    Source {
        name: "<stdin>".into(),
        place: Place::Stdin,
        form: Form::Lines,
        size: None,
    }
}

fn file(path: PathBuf, form: Form) -> Source {
    let name = path.to_string_lossy().into();
    match fs::metadata(&path) {
        Ok(metadata) => Source {
            name,
            size: metadata.is_file().then_some(metadata.len()),
            place: Place::Path(path),
            form,
        },
        Err(error) => Source {
            name,
            place: Place::Unreadable(error),
            form,
            size: None,
        },
    }
}

const NO_MATCH: &str = "no file directly in the folder is named *.json, *.ndjson or *.jsonl, or these with .gz or .zst";

/// The files of a folder whose names promise messages, in the order of their names. Folders inside are left alone.
fn folder(path: &Path, found: &mut Vec<Source>) {
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    match entries {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
            paths.retain(|path| form_of(path).is_some() && !path.is_dir());
            paths.sort();
            if paths.is_empty() {
                found.push(Source {
                    name: path.to_string_lossy().into(),
                    place: Place::Unreadable(io::Error::new(io::ErrorKind::NotFound, NO_MATCH)),
                    form: Form::Lines,
                    size: None,
                });
            }
            found.extend(paths.into_iter().filter_map(|path| {
                let form = form_of(&path)?;
                Some(file(path, form))
            }));
        }
        Err(error) => found.push(Source {
            name: path.to_string_lossy().into(),
            place: Place::Unreadable(error),
            form: Form::Lines,
            size: None,
        }),
    }
}

/// What the extension says, behind that of a compression.
fn form_of(path: &Path) -> Option<Form> {
    let mut name = Path::new(path.file_name()?);
    if Compression::of_extension(name.extension()?.to_str()?).is_some() {
        name = Path::new(name.file_stem()?);
    }
    let extension = name.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "json" => Some(Form::Whole),
        "ndjson" | "jsonl" => Some(Form::Lines),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_form() {
        for (name, form) in [
            ("a.json", Some(Form::Whole)),
            ("folder.ndjson/b.json.gz", Some(Form::Whole)),
            ("c.ndjson", Some(Form::Lines)),
            ("d.jsonl.zst", Some(Form::Lines)),
            ("D.JSONL.GZ", Some(Form::Lines)),
            ("e.Json", Some(Form::Whole)),
            ("e.gz", None),
            ("json", None),
            (".json", None),
            ("f.txt", None),
            ("g.json.gz.zst", None),
        ] {
            assert_eq!(form_of(Path::new(name)), form, "{name}");
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
