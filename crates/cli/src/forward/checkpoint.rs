//! [`Checkpoint`]: how many messages of each file are settled, so that an interrupted run can be
//! continued.
//!
//! The file is replaced as a whole and is durable before it counts, so after a crash it has its
//! former or its new content. A message is counted only when every record of it and of all messages
//! before it is delivered or is a dead letter, so continuing from it loses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hydrant::json::Json;
use hydrant::write::JsonWriter;
use sha2::{Digest, Sha256};

use crate::exit::Failure;
use crate::input::{Place, Source};

/// The beginning of a file that is compared, so that another file under the same name is noticed.
const COMPARED: u64 = 4096;

/// The progress of each file.
pub(super) struct Checkpoint {
    path: PathBuf,
    /// By the names of the sources.
    sources: BTreeMap<Arc<str>, Progress>,
    /// Of files that are not read now.
    others: Vec<Progress>,
    dirty: bool,
}

struct Progress {
    /// The path that identifies the file in later runs.
    file: String,
    settled: u64,
    start: Start,
}

/// The beginning of a file.
#[derive(Clone, PartialEq, Eq)]
struct Start {
    bytes: u64,
    digest: String,
}

impl Checkpoint {
    /// Reads the checkpoint, if there is one, and leaves out what is settled from the sources.
    ///
    /// # Errors
    ///
    /// A checkpoint that cannot be read or written, or of other files than these; sources that are
    /// not different files.
    pub(super) fn open(path: &Path, sources: &mut [Source]) -> Result<Self, Failure> {
        let mut former = read(path).map_err(|error| Failure::Input {
            name: path.display().to_string(),
            error,
        })?;
        let (mut progress, mut names) = (BTreeMap::new(), BTreeSet::new());
        for source in sources {
            let file = match &source.place {
                Place::Path(file) => file,
                Place::Unreadable(_) => continue,
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
            let name = absolute.to_string_lossy().into_owned();
            if !names.insert(name.clone()) {
                return Err(Failure::Usage(format!(
                    "{} is named twice, which --checkpoint cannot distinguish",
                    file.display()
                )));
            }
            let start = match former.remove(&name) {
                Some((settled, start)) => {
                    if Start::of(file, start.bytes).map_err(unreadable)? != start {
                        return Err(Failure::Usage(format!(
                            "{} is not the file that {} is about; remove the checkpoint to forward \
                             all of it",
                            file.display(),
                            path.display()
                        )));
                    }
                    source.skip = settled;
                    start
                }
                None => Start::of(file, COMPARED).map_err(unreadable)?,
            };
            let entry = Progress {
                file: name,
                settled: source.skip,
                start,
            };
            progress.insert(Arc::clone(&source.name), entry);
        }
        let others = former.into_iter();
        let others = others.map(|(file, (settled, start))| Progress {
            file,
            settled,
            start,
        });
        let mut checkpoint = Self {
            path: path.to_owned(),
            sources: progress,
            others: others.collect(),
            dirty: true,
        };
        // One that cannot be written is noticed before anything is forwarded.
        checkpoint.save()?;
        Ok(checkpoint)
    }

    /// The first `settled` messages of a source are settled.
    pub(super) fn advance(&mut self, source: &str, settled: u64) {
        if let Some(progress) = self.sources.get_mut(source)
            && settled > progress.settled
        {
            progress.settled = settled;
            self.dirty = true;
        }
    }

    /// How many messages are settled.
    pub(super) fn settled(&self) -> u64 {
        self.sources.values().map(|progress| progress.settled).sum()
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
            json.int_field("version", 1);
            json.list_field("files", |json| {
                for progress in self.sources.values().chain(&self.others) {
                    json.object_element(|json| {
                        json.text_field("file", &progress.file);
                        json.uint_field("settled_messages", progress.settled);
                        json.uint_field("start_bytes", progress.start.bytes);
                        json.text_field("start_sha256", &progress.start.digest);
                    });
                }
            });
        });
        text.push(b'\n');
        replace(&self.path, &text).map_err(|error| Failure::Output {
            name: self.path.display().to_string(),
            error,
        })?;
        self.dirty = false;
        Ok(())
    }
}

impl Start {
    /// At most this many bytes of a file.
    fn of(path: &Path, bytes: u64) -> io::Result<Self> {
        let mut start = Vec::new();
        File::open(path)?.take(bytes).read_to_end(&mut start)?;
        let digest = Sha256::digest(&start);
        Ok(Self {
            bytes: start.len() as u64,
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

/// The progress in a checkpoint file by the paths of the files; none if there is no such file.
fn read(path: &Path) -> io::Result<BTreeMap<String, (u64, Start)>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    parse(&text).ok_or_else(|| {
        let text = "not a checkpoint of hydrant forward; remove it to begin anew";
        io::Error::new(io::ErrorKind::InvalidData, text)
    })
}

fn parse(text: &[u8]) -> Option<BTreeMap<String, (u64, Start)>> {
    let json = Json::new(std::str::from_utf8(text).ok()?)?;
    let number = |json: Json<'_>, name| u64::try_from(json.get(name)?.integer()?).ok();
    if number(json, "version")? != 1 {
        return None;
    }
    let mut progress = BTreeMap::new();
    for entry in json.get("files")?.elements() {
        let start = Start {
            bytes: number(entry, "start_bytes")?,
            digest: entry.get("start_sha256")?.text()?.into_owned(),
        };
        let file = entry.get("file")?.text()?.into_owned();
        progress.insert(file, (number(entry, "settled_messages")?, start));
    }
    Some(progress)
}

/// Writes a file next to the old one, makes it durable, and puts it in its place.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
