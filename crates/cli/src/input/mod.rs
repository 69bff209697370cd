//! Input of the commands: the files, and the messages in them, in blocks for the pipeline.

mod block;
mod decode;
mod framing;
mod lines;
mod messages;
mod pump;
mod reader;
mod sources;
#[cfg(test)]
mod trickle;

pub(super) use reader::{Chunk, Message, Reader};
pub(super) use sources::{Named, Place, Source, sources};

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::interrupt::Stop;
use super::terminal;
use decode::{Compression, decode};
use pump::Pump;

/// Any opened source.
pub(super) type Stream = Box<dyn Read + Send>;

/// The common part of opened sources.
#[derive(Clone)]
pub(super) struct Opener {
    pub(super) stop: Arc<Stop>,
    /// Bytes read so far, before decompression.
    pub(super) read: Arc<AtomicU64>,
}

impl Opener {
    pub(super) fn new(stop: &Arc<Stop>) -> Self {
        Self {
            stop: Arc::clone(stop),
            read: Arc::default(),
        }
    }

    /// Opens a source for reading, decompressed.
    pub(super) fn open(&self, place: &Place) -> io::Result<Stream> {
        let (stream, compression): (Stream, _) = match place {
            Place::Stdin => {
                if was_closed(0) {
                    return Err(io::Error::other("standard input is closed"));
                }
                if io::stdin().is_terminal() {
                    terminal::complain("reading from the terminal; Ctrl-D ends it");
                }
                let open = || Ok(io::stdin());
                (Box::new(Pump::start(open, Arc::clone(&self.stop))?), None)
            }
            Place::Path(path) => (self.open_path(path)?, compression_of(path)),
            Place::Held(bytes) => return Ok(Box::new(io::Cursor::new(Arc::clone(bytes)))),
            Place::Unreadable(error) => {
                return Err(io::Error::new(error.kind(), error.to_string()));
            }
        };
        let counted = Counted {
            stream,
            read: Arc::clone(&self.read),
        };
        decode(Box::new(counted), compression)
    }

    fn open_path(&self, path: &Path) -> io::Result<Stream> {
        if fs::metadata(path)?.is_file() {
            return Ok(Box::new(File::open(path)?));
        }
        let path = path.to_owned();
        let open = move || File::open(path);
        Ok(Box::new(Pump::start(open, Arc::clone(&self.stop))?))
    }
}

/// Whether the process was started without standard input (0) or standard output (1). The standard
/// library then opens the null device in its place, for reading and writing; a redirection opens it
/// for one of them. False where that cannot be found out.
pub(crate) fn was_closed(descriptor: u32) -> bool {
    const ACCESS: u32 = 0o3;
    const READ_WRITE: u32 = 0o2;
    let is_null = fs::read_link(format!("/proc/self/fd/{descriptor}"))
        .is_ok_and(|path| path == Path::new("/dev/null"));
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{descriptor}")).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    is_null && flags.is_some_and(|flags| flags & ACCESS == READ_WRITE)
}

fn compression_of(path: &Path) -> Option<Compression> {
    Compression::of_extension(path.extension()?.to_str()?)
}

/// Counts the bytes that are read.
struct Counted {
    stream: Stream,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(space)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
