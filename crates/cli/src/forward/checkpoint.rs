//! [`Checkpoint`]: how many messages of each file are settled, so that an interrupted run can be
//! continued.
//!
//! The file is replaced as a whole and is durable before it counts, so after a crash it has its
//! former or its new content. A message is counted only when every record of it and of all messages
//! before it is delivered or is a dead letter, so continuing from it loses nothing.
//!
//! A file is recognized by its path and by the checksum of its settled messages, which
//! [`Comparison`](super::compare::Comparison) compares while they are left out.

mod locked;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use hydrant::json::Json;
use hydrant::write::JsonWriter;

use super::compare::Comparison;
use crate::exit::Failure;
use crate::input::{Place, Source};
use locked::Locked;

/// The progress of each file.
pub(super) struct Checkpoint {
    locked: Locked,
    /// By the names of the sources.
    sources: BTreeMap<Arc<str>, Progress>,
    /// Of files that are not read now.
    others: Vec<Progress>,
    dirty: bool,
}

struct Progress {
    /// The path that identifies the file in later runs.
    file: String,
    settled: Settled,
}

/// The first messages of a file.
#[derive(Clone, Copy, Default)]
pub(super) struct Settled {
    pub(super) messages: u64,
    /// As [`Checksum`](super::compare::Checksum) computes it.
    pub(super) crc32: u32,
}

impl Checkpoint {
    /// Reads the checkpoint, if there is one, and leaves out what is settled from the sources.
    ///
    /// # Errors
    ///
    /// A checkpoint that cannot be read or written, or that another process has; sources that are
    /// not different files.
    pub(super) fn open(path: &Path, sources: &mut [Source]) -> Result<Self, Failure> {
        let mut names = Vec::new();
        let mut distinct = BTreeSet::new();
        for source in sources.iter() {
            let name = identity(source)?;
            if let Some(name) = &name
                && !distinct.insert(name.clone())
            {
                return Err(Failure::Usage(format!(
                    "{} is named twice, which --checkpoint cannot distinguish",
                    source.name
                )));
            }
            names.push(name);
        }
        let (locked, text) = Locked::open(path)?;
        let mut former = match text.is_empty() {
            // It was created a moment ago, or by a process that was killed in the next one.
            true => BTreeMap::new(),
            false => parse(&text).ok_or_else(|| {
                let text = "not a checkpoint of hydrant forward; remove it to begin anew";
                Failure::Input {
                    name: path.display().to_string(),
                    error: io::Error::new(io::ErrorKind::InvalidData, text),
                }
            })?,
        };
        let mut progress = BTreeMap::new();
        for (source, name) in sources.iter_mut().zip(names) {
            if let Some(file) = name {
                let settled = former.remove(&file).unwrap_or_default();
                source.skip = settled.messages;
                progress.insert(Arc::clone(&source.name), Progress { file, settled });
            }
        }
        let others = former.into_iter();
        let others = others.map(|(file, settled)| Progress { file, settled });
        let mut checkpoint = Self {
            locked,
            sources: progress,
            others: others.collect(),
            dirty: true,
        };
        // One that cannot be written is noticed before anything is forwarded.
        checkpoint.save()?;
        Ok(checkpoint)
    }

    /// Compares what is left out of these sources.
    pub(super) fn comparison(&self, sources: &[Source]) -> Comparison {
        let settled = sources.iter().map(|source| {
            let progress = self.sources.get(&source.name);
            let settled = progress.map_or_else(Settled::default, |progress| progress.settled);
            (Arc::clone(&source.name), settled)
        });
        Comparison::new(self.locked.path(), settled)
    }

    /// The first messages of a source are settled.
    pub(super) fn advance(&mut self, source: &str, settled: Settled) {
        if let Some(progress) = self.sources.get_mut(source)
            && settled.messages > progress.settled.messages
        {
            progress.settled = settled;
            self.dirty = true;
        }
    }

    /// How many messages are settled.
    pub(super) fn settled(&self) -> u64 {
        let sources = self.sources.values();
        sources.map(|progress| progress.settled.messages).sum()
    }

    /// Makes the progress durable, if there is any.
    ///
    /// # Errors
    ///
    /// Those of the file system; the former checkpoint then stays.
    pub(super) fn save(&mut self) -> Result<(), Failure> {
        if !self.dirty {
            return Ok(());
        }
        let mut text = Vec::new();
        JsonWriter::new(&mut text).object(|json| {
            json.int_field("version", VERSION);
            json.list_field("files", |json| {
                for Progress { file, settled } in self.sources.values().chain(&self.others) {
                    json.object_element(|json| {
                        json.text_field("file", file);
                        json.uint_field("settled_messages", settled.messages);
                        json.text_field("settled_crc32", &format!("{:08x}", settled.crc32));
                    });
                }
            });
        });
        text.push(b'\n');
        self.locked.replace(&text)?;
        self.dirty = false;
        Ok(())
    }
}

/// The version of the format.
const VERSION: i64 = 2;

/// The path that identifies a source in later runs; `None` if the source cannot be read, which is
/// reported later.
fn identity(source: &Source) -> Result<Option<String>, Failure> {
    let file = match &source.place {
        Place::Path(file) => file,
        Place::Unreadable(_) => return Ok(None),
        Place::Stdin | Place::Held(_) => {
            return Err(Failure::Usage(
                "--checkpoint counts messages of files; standard input cannot be read again"
                    .to_owned(),
            ));
        }
    };
    let unreadable = |error| Failure::Input {
        name: file.display().to_string(),
        error,
    };
    // Another stream may come out of the same pipe.
    if !fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err(Failure::Usage(format!(
            "--checkpoint counts messages of files; {} cannot be read again",
            file.display()
        )));
    }
    let absolute = fs::canonicalize(file).map_err(unreadable)?;
    Ok(Some(absolute.to_string_lossy().into_owned()))
}

/// The progress by the paths of the files; `None` if the text is not a checkpoint.
fn parse(text: &[u8]) -> Option<BTreeMap<String, Settled>> {
    let json = Json::new(std::str::from_utf8(text).ok()?)?;
    if json.get("version")?.integer()? != VERSION {
        return None;
    }
    let mut progress = BTreeMap::new();
    for entry in json.get("files")?.elements() {
        let messages = u64::try_from(entry.get("settled_messages")?.integer()?).ok()?;
        let crc32 = entry.get("settled_crc32")?.text()?;
        let crc32 = u32::from_str_radix(&crc32, 16).ok()?;
        let file = entry.get("file")?.text()?.into_owned();
        progress.insert(file, Settled { messages, crc32 });
    }
    Some(progress)
}
