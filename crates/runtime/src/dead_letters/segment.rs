//! One file of dead letters: its lines, appending, blanking and recovery after a crash.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use hydrant::delivery::DeadLetter;

/// Names a letter of a [`FileDeadLetters`](super::FileDeadLetters). Later letters have greater ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetterId {
    pub(super) segment: u64,
    pub(super) offset: u64,
}

/// A file of dead letters, one on each line. The letters of blank lines were removed: they are
/// overwritten in place, so that the positions of the others do not change.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    /// The length up to which lines are durable.
    pub(super) bytes: u64,
    /// The number of lines that are not blank.
    pub(super) letters: usize,
    /// Lines that are not letters.
    pub(super) damaged: usize,
    /// The times of the first and the last letter, in milliseconds since the epoch.
    pub(super) oldest_ms: Option<i64>,
    pub(super) newest_ms: Option<i64>,
}

impl Segment {
    /// A new file, which only its owner can read.
    pub(super) fn create(path: PathBuf) -> io::Result<(Self, File)> {
        let file = private().append(true).create_new(true).open(&path)?;
        sync_folder(&path)?;
        let segment = Self {
            path,
            bytes: 0,
            letters: 0,
            damaged: 0,
            oldest_ms: None,
            newest_ms: None,
        };
        Ok((segment, file))
    }

    /// Reads a file that a process may have left at any moment. An incomplete last line was never
    /// acknowledged and is cut off; a line that begins with a blank was being removed, and its rest
    /// becomes blank, too.
    pub(super) fn recover(path: PathBuf) -> io::Result<Self> {
        let mut segment = Self {
            path,
            bytes: 0,
            letters: 0,
            damaged: 0,
            oldest_ms: None,
            newest_ms: None,
        };
        let mut half_blank = Vec::new();
        let mut reader = BufReader::new(File::open(&segment.path)?);
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)? as u64;
            let Some(text) = line.strip_suffix(b"\n") else {
                if length > 0 {
                    let file = private().write(true).open(&segment.path)?;
                    file.set_len(segment.bytes)?;
                    file.sync_data()?;
                }
                break;
            };
            match text.first() {
                Some(b' ') if text.iter().any(|byte| *byte != b' ') => {
                    half_blank.push((segment.bytes, text.len()));
                }
                None | Some(b' ') => {}
                Some(_) => {
                    segment.letters += 1;
                    match DeadLetter::read(text) {
                        Ok(letter) => segment.note(letter.timestamp_ms),
                        Err(_) => segment.damaged += 1,
                    }
                }
            }
            segment.bytes += length;
        }
        if !half_blank.is_empty() {
            let mut file = private().write(true).open(&segment.path)?;
            overwrite(&mut file, &half_blank)?;
        }
        Ok(segment)
    }

    pub(super) fn note(&mut self, timestamp_ms: i64) {
        self.oldest_ms = Some(
            self.oldest_ms
                .map_or(timestamp_ms, |it| it.min(timestamp_ms)),
        );
        self.newest_ms = Some(
            self.newest_ms
                .map_or(timestamp_ms, |it| it.max(timestamp_ms)),
        );
    }

    /// Up to `limit` letters from this offset on, with their offsets.
    pub(super) fn read(&self, from: u64, limit: usize) -> io::Result<Vec<(u64, Vec<u8>)>> {
        let mut letters = Vec::new();
        if from >= self.bytes {
            return Ok(letters);
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut reader = BufReader::new(file.take(self.bytes - from));
        let (mut offset, mut line) = (from, Vec::new());
        while letters.len() < limit {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)? as u64;
            let Some(text) = line.strip_suffix(b"\n") else {
                break;
            };
            if text.first().is_some_and(|byte| *byte != b' ') {
                letters.push((offset, text.to_vec()));
            }
            offset += length;
        }
        Ok(letters)
    }

    /// Overwrites the letters at these offsets durably, and returns how many there were. The first
    /// byte goes first: it says that the rest is to be overwritten.
    pub(super) fn blank(&mut self, offsets: &[u64]) -> io::Result<usize> {
        let mut found = Vec::new();
        for offset in offsets {
            let letter = self.read(*offset, 1)?.pop();
            if let Some((at, text)) = letter.filter(|(at, _)| at == offset) {
                let is_damaged = DeadLetter::read(&text).is_err();
                found.push((at, text.len(), is_damaged));
            }
        }
        if found.is_empty() {
            return Ok(0);
        }
        let mut file = private().write(true).open(&self.path)?;
        let first: Vec<_> = found.iter().map(|(at, ..)| (*at, 1)).collect();
        overwrite(&mut file, &first)?;
        let whole: Vec<_> = found.iter().map(|(at, length, _)| (*at, *length)).collect();
        overwrite(&mut file, &whole)?;
        self.letters = self.letters.saturating_sub(found.len());
        let damaged = found.iter().filter(|(.., is_damaged)| *is_damaged).count();
        self.damaged = self.damaged.saturating_sub(damaged);
        Ok(found.len())
    }

    /// Deletes the file.
    pub(super) fn delete(&self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        sync_folder(&self.path)
    }
}

/// Writes blanks to these ranges, durably.
fn overwrite(file: &mut File, ranges: &[(u64, usize)]) -> io::Result<()> {
    for (offset, length) in ranges {
        file.seek(SeekFrom::Start(*offset))?;
        file.write_all(&vec![b' '; *length])?;
    }
    file.sync_data()
}

/// Makes a new or deleted name in a folder durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Options for files that only the owner can read.
pub(super) fn private() -> OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
