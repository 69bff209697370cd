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
pub(super) use sources::{Place, Source, sources};

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
