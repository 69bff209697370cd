//! [`Comparison`]: whether the messages that are left out are those that a checkpoint counts.

use std::path::Path;
use std::sync::Arc;

use super::checkpoint::Settled;
use crate::input::Chunk;

/// The checksum of the messages of a file: CRC-32 (ISO-HDLC) over the text of each and a separator.
/// It tells files apart and does not protect from forgery.
#[derive(Default)]
pub(super) struct Checksum {
    running: crc32fast::Hasher,
    /// Of everything before each message of the chunk, and after the last one.
    sums: Vec<u32>,
}

/// No byte of a text in UTF-8.
const SEPARATOR: u8 = 0xff;

impl Checksum {
    /// Begins a file.
    pub(super) fn reset(&mut self) {
        self.running.reset();
    }

    /// Adds the messages of a chunk.
    pub(super) fn chunk(&mut self, chunk: &Chunk) {
        let running = &mut self.running;
        self.sums.clear();
        self.sums.push(running.clone().finalize());
        self.sums.extend(chunk.bodies().map(|body| {
            running.update(body);
            running.update(&[SEPARATOR]);
            running.clone().finalize()
        }));
    }

    /// The checksum of the file up to this message of the chunk; 0 if none was computed.
    pub(super) fn before(&self, message: u64) -> u32 {
        let at = usize::try_from(message).unwrap_or(usize::MAX);
        self.sums.get(at).copied().unwrap_or_default()
    }
}

/// Compares files with a checkpoint while they are read.
pub(super) struct Comparison {
    checkpoint: String,
    /// In the order in which they are read.
    files: Vec<Compared>,
    /// The place of the file that is read.
    at: usize,
    /// The first difference.
    difference: Option<String>,
}

struct Compared {
    name: Arc<str>,
    settled: Settled,
    /// How many messages were read.
    read: u64,
    /// Whether nothing is left to compare.
    is_done: bool,
}

impl Comparison {
    pub(super) fn new(checkpoint: &Path, files: impl Iterator<Item = (Arc<str>, Settled)>) -> Self {
        let files = files.map(|(name, settled)| Compared {
            name,
            settled,
            read: 0,
            is_done: settled.messages == 0,
        });
        Self {
            checkpoint: checkpoint.display().to_string(),
            files: files.collect(),
            at: 0,
            difference: None,
        }
    }

    /// Compares a chunk, after this many messages of its file. Returns whether the file may be
    /// forwarded.
    pub(super) fn chunk(&mut self, chunk: &Chunk, before: u64, checksum: &Checksum) -> bool {
        let later = self.files.get(self.at..).unwrap_or_default();
        let Some(distance) = later.iter().position(|file| file.name == chunk.name) else {
            return self.difference.is_none();
        };
        for _ in 0..distance {
            self.end_file();
        }
        let Some(file) = self.files.get_mut(self.at) else {
            return self.difference.is_none();
        };
        file.read = before + chunk.count();
        // That it cannot be read is reported anyway.
        file.is_done |= chunk.error.is_some();
        let Settled { messages, crc32 } = file.settled;
        if !file.is_done && file.read >= messages {
            file.is_done = true;
            if checksum.before(messages - before) != crc32 {
                let what = format!("its first {messages} messages are others");
                self.differs(&what);
            }
        }
        self.difference.is_none()
    }

    /// The first difference, after the last chunk.
    pub(super) fn end(mut self, is_finished: bool) -> Option<String> {
        while is_finished && self.at < self.files.len() {
            self.end_file();
        }
        self.difference
    }

    /// The file has no more messages.
    fn end_file(&mut self) {
        if let Some(file) = self.files.get(self.at).filter(|file| !file.is_done) {
            let (read, settled) = (file.read, file.settled.messages);
            let what = format!("it has only {read} messages, and {settled} are settled");
            self.differs(&what);
        }
        self.at += 1;
    }

    fn differs(&mut self, what: &str) {
        let Some(file) = self.files.get(self.at) else {
            return;
        };
        let text = format!(
            "{} is not the file that {} is about: {what}; remove the checkpoint to forward all of it",
            file.name, self.checkpoint
        );
        self.difference.get_or_insert(text);
    }
}
