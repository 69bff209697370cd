//! A piece of a stream in one buffer, which is used again.

use std::io::{self, Read};

use super::framing::{Span, SpanKind};

/// The usual size of a block: enough to make handing it to another thread cheap.
pub(super) const BLOCK_BYTES: usize = 256 << 10;

/// A piece of a stream, and the messages in it.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// What was read, and after it space that has been written to before: it need not be cleared for the next read.
    buffer: Vec<u8>,
    length: usize,
    /// Bytes that were read and are not in the buffer any more.
    discarded: u64,
    spans: Vec<Span>,
}

impl Block {
    /// The messages, each with its place in the stream.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (&Span, &[u8])> {
        let bytes = self.bytes();
        self.spans.iter().map(|span| (span, span.body(bytes)))
    }

    /// All of it as it was read.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// How many bytes of the stream it stands for.
    pub(crate) fn read(&self) -> u64 {
        self.length as u64 + self.discarded
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The text, and the messages that are found in it.
    pub(super) fn parts(&mut self) -> (&[u8], &mut Vec<Span>) {
        let text = self.buffer.get(..self.length).unwrap_or_default();
        (text, &mut self.spans)
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
        self.discarded = 0;
        self.spans.clear();
    }

    /// Space after what was read.
    pub(super) fn space(&mut self, bytes: usize) -> &mut [u8] {
        let end = self.length + bytes;
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        self.buffer.get_mut(self.length..end).unwrap_or_default()
    }

    /// So much of the space was filled.
    pub(super) fn grow(&mut self, bytes: usize) {
        // A stream that claims to have read more than there is room for must not be believed.
        self.length = (self.length + bytes).min(self.buffer.len());
    }

    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.space(bytes.len()).copy_from_slice(bytes);
        self.grow(bytes.len());
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Takes so many bytes out at the beginning. They must not be part of a message.
    pub(super) fn discard(&mut self, bytes: usize) {
        self.remove(0, bytes);
        self.discarded += bytes as u64;
    }

    /// Takes so many bytes out.
    pub(super) fn remove(&mut self, start: usize, bytes: usize) {
        let end = (start + bytes).min(self.length);
        self.buffer.copy_within(end..self.length, start);
        self.length -= end - start;
    }

    /// Writes over one byte.
    pub(super) fn replace(&mut self, at: usize, byte: u8) {
        if let Some(old) = self.buffer.get_mut(at) {
            *old = byte;
        }
    }
}

impl Span {
    /// What is handed to the parser.
    pub(crate) fn body<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        match self.kind {
            SpanKind::OpenArray => b"[",
            SpanKind::Line | SpanKind::Scanned => {
                bytes.get(self.start..self.end).unwrap_or_default()
            }
        }
    }
}

/// One read that an interrupting signal does not end.
pub(super) fn read_some(stream: &mut impl Read, space: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(space) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
