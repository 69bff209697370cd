//! Streams for tests that arrive in pieces.

use std::io::{self, Read};

/// Delivers a few bytes at a time.
pub(crate) struct Trickle<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl Read for Trickle<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(space.len()).min(self.0.len());
        let (head, tail) = self.0.split_at(count);
        space[..count].copy_from_slice(head);
        self.0 = tail;
        Ok(count)
    }
}

/// Fails every other time.
pub(crate) struct Hiccups<R>(pub(crate) R, pub(crate) bool);

impl<R: Read> Read for Hiccups<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.0.read(space)
    }
}

/// Delivers the stream in pieces of the given sizes, in rotation.
pub(crate) struct Pieces<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) sizes: &'a [usize],
    pub(crate) next: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.next % self.sizes.len()];
        self.next += 1;
        let count = size.min(space.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(count);
        space[..count].copy_from_slice(now);
        self.rest = later;
        // An empty piece would be taken for the end of the stream.
        assert!(count > 0 || later.is_empty() || space.is_empty());
        Ok(count)
    }
}
