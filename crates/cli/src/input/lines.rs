//! Divides streams of lines into blocks of whole lines. It holds one block at a time, plus what the
//! longest line needs, up to a limit.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

use super::block::{BLOCK_BYTES, Block, read_some};

/// Divides a stream into blocks of whole lines.
#[derive(Debug)]
pub(crate) struct LineReader<R> {
    stream: R,
    /// The beginning of a line whose end has not been read yet.
    carry: Vec<u8>,
    block_bytes: usize,
    max_line: usize,
    /// The current line is too long: the rest of it is discarded.
    cutting: bool,
    ended: bool,
}

impl<R: Read> LineReader<R> {
    /// Reads lines of at most `max_line` bytes. A longer one is truncated, so that memory is
    /// bounded; the truncated line exceeds the limit on the size of a message and is refused.
    pub(crate) fn new(stream: R, max_line: usize) -> Self {
        Self {
            stream,
            carry: Vec::new(),
            block_bytes: BLOCK_BYTES,
            max_line: max_line.saturating_add(1),
            cutting: false,
            ended: false,
        }
    }

    /// The same with blocks of about this many bytes.
    #[cfg(test)]
    pub(crate) fn block_bytes(mut self, bytes: usize) -> Self {
        self.block_bytes = bytes.max(1);
        self
    }

    /// Fills `block` with the next lines; false at the end of the stream. The result of one read is
    /// passed on as soon as it contains a whole line, so that a slow stream is not delayed.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub(crate) fn read_block(&mut self, block: &mut Block) -> io::Result<bool> {
        block.clear();
        block.append(&self.carry);
        self.carry.clear();
        if let Err(error) = self.fill(block) {
            // A caller that tries again continues where the stream stopped.
            self.carry.extend_from_slice(block.bytes());
            block.clear();
            return Err(error);
        }
        Ok(!block.bytes().is_empty())
    }

    /// Continues to read until there is a whole line.
    fn fill(&mut self, block: &mut Block) -> io::Result<()> {
        while !self.ended {
            let start = block.bytes().len();
            let count = read_some(&mut self.stream, block.space(self.block_bytes))?;
            block.grow(count);
            self.ended = count == 0;
            if self.cutting {
                let end = memchr(b'\n', from(block, start));
                self.cutting = end.is_none();
                block.remove(start, end.unwrap_or(count));
            }
            // The part before these bytes contains no line end, so it is searched only once.
            let fresh = from(block, start);
            if let Some(last) = memrchr(b'\n', fresh) {
                let rest = fresh.get(last + 1..).unwrap_or_default();
                self.carry.extend_from_slice(rest);
                block.truncate(start + last + 1);
                break;
            }
            if block.bytes().len() > self.max_line {
                // The last byte is replaced, so that the truncated line exceeds the limit and is
                // not blank, whatever it was.
                block.truncate(self.max_line);
                block.replace(self.max_line.saturating_sub(1), b'?');
                self.cutting = true;
            }
        }
        Ok(())
    }
}

/// The bytes read from there on.
fn from(block: &Block, start: usize) -> &[u8] {
    block.bytes().get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::input::trickle::{Hiccups, Trickle};

    /// All lines without their ends.
    fn all_lines(stream: impl Read, block: usize, max: usize) -> Vec<Vec<u8>> {
        let mut reader = LineReader::new(stream, max).block_bytes(block);
        let mut lines = Vec::new();
        let mut block = Block::default();
        while reader.read_block(&mut block).unwrap() {
            let whole = block.bytes().split_inclusive(|byte| *byte == b'\n');
            lines.extend(whole.map(|line| line.strip_suffix(b"\n").unwrap_or(line).to_vec()));
        }
        lines
    }

    #[test]
    fn lines_do_not_depend_on_how_the_stream_arrives() {
        let text: Vec<u8> = (0..200)
            .flat_map(|i| match i % 7 {
                0 => b"\n".to_vec(),
                1 => b"  \r\n".to_vec(),
                _ => format!("{{\"n\":{i},\"pad\":\"{}\"}}\r\n", "x".repeat(i % 50)).into_bytes(),
            })
            .chain(*b"{\"last\":true}")
            .collect();
        let expected: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
        for step in [1, 2, 3, 7, 64, 1000, 100_000] {
            for block in [1, 16, 100, 4096] {
                let lines = all_lines(Trickle(&text, step), block, 1 << 20);
                assert_eq!(lines, expected, "{step} {block}");
            }
        }
    }

    #[test]
    fn overlong_lines_are_cut() {
        let long = vec![b'x'; 50_000];
        let text = [
            &b"short\n"[..],
            &long,
            b"\nafter\nand\n",
            &long,
            b"\r\nlast",
        ]
        .concat();
        for step in [10, 64, 100_000] {
            let lines = all_lines(Trickle(&text, step), 64, 100);
            assert_eq!(lines.len(), 6, "{step}");
            assert!(lines[1].len() > 100 && lines[4].len() > 100);
            assert_eq!(lines[2], b"after");
            assert_eq!(lines[3], b"and");
            assert_eq!(lines[5], b"last");
        }
    }

    #[test]
    fn a_stream_that_fails_for_a_moment_loses_nothing() {
        let text = b"first\nsecond\ntoo long by far\nlast";
        let mut reader = LineReader::new(Hiccups(Trickle(text, 4), false), 8).block_bytes(4);
        let (mut block, mut lines) = (Block::default(), Vec::new());
        loop {
            match reader.read_block(&mut block) {
                Ok(true) => lines.extend(block.bytes().to_vec()),
                Ok(false) => break,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        assert!(lines.starts_with(b"first\nsecond\ntoo long"));
        assert!(lines.ends_with(b"?\nlast"));
    }
}
