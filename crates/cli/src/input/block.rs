//! A piece of a stream in a reusable buffer.

use std::io::{self, Read};

use super::framing::{Span, SpanKind};

/// The usual size of a block: large enough that passing it to another thread is cheap.
pub(super) const BLOCK_BYTES: usize = 256 << 10;

/// A piece of a stream, and the messages in it.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// The bytes read, and after them space that was initialized earlier and need not be cleared
    /// again.
    buffer: Vec<u8>,
    length: usize,
    /// Bytes that were read and have been removed from the buffer.
    discarded: u64,
    spans: Vec<Span>,
}

impl Block {
    /// The messages, each with its place in the stream.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (&Span, &[u8])> {
        let bytes = self.bytes();
        self.spans.iter().map(|span| (span, span.body(bytes)))
    }

    /// All bytes as they were read.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// The number of bytes of the stream that it covers.
    pub(crate) fn read(&self) -> u64 {
        self.length as u64 + self.discarded
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The text, and the messages in it.
    pub(super) fn parts(&mut self) -> (&[u8], &mut Vec<Span>) {
        let text = self.buffer.get(..self.length).unwrap_or_default();
        (text, &mut self.spans)
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
        self.discarded = 0;
        self.spans.clear();
    }

    /// The space after the bytes that were read.
    pub(super) fn space(&mut self, bytes: usize) -> &mut [u8] {
        let end = self.length + bytes;
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        self.buffer.get_mut(self.length..end).unwrap_or_default()
    }

    /// Marks so many bytes of the space as filled.
    pub(super) fn grow(&mut self, bytes: usize) {
        // A reader that reports more bytes than there is room for must not be trusted.
        self.length = (self.length + bytes).min(self.buffer.len());
    }

    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.space(bytes.len()).copy_from_slice(bytes);
        self.grow(bytes.len());
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Removes so many bytes at the beginning. They must not be part of a message.
    pub(super) fn discard(&mut self, bytes: usize) {
        self.remove(0, bytes);
        self.discarded += bytes as u64;
    }

    /// Removes so many bytes.
    pub(super) fn remove(&mut self, start: usize, bytes: usize) {
        let end = (start + bytes).min(self.length);
        self.buffer.copy_within(end..self.length, start);
        self.length -= end - start;
    }

    /// Overwrites one byte.
    pub(super) fn replace(&mut self, at: usize, byte: u8) {
        if let Some(old) = self.buffer.get_mut(at) {
            *old = byte;
        }
    }
}

impl Span {
    /// The text that the parser gets.
    pub(crate) fn body<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        match self.kind {
            SpanKind::OpenArray => b"[",
            SpanKind::Line | SpanKind::Scanned => {
                bytes.get(self.start..self.end).unwrap_or_default()
            }
        }
    }
}

/// One read, repeated if a signal interrupts it.
pub(super) fn read_some(stream: &mut impl Read, space: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(space) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
