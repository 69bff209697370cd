//! Streams of messages, one a line (NDJSON), cut into blocks of whole lines: the unit of work of the pipeline. Memory is
//! one block at a time and as much more as the longest line needs, up to the limit on the size of a message.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

/// Whole lines of a stream, in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// What was read, and behind it space that has been written to before: it need not be cleared for the next read.
    buffer: Vec<u8>,
    length: usize,
    first_line: u64,
    /// Where its lines end, found once: they are counted before the block is handed on, and cut by whoever gets it.
    ends: Vec<usize>,
}

impl Block {
    /// The lines that are not blank, without their ends, each with its number counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut start = 0;
        let mut number = self.first_line;
        let bytes = self.bytes();
        let ends = self.ends.iter().copied().chain([bytes.len()]);
        ends.filter_map(move |end| {
            let line = bytes.get(start..end).unwrap_or_default();
            let this = number;
            start = end + 1;
            number += 1;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let blank = line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
            (!blank).then_some((this, line))
        })
    }

    /// All of it as it was read: blank lines and line ends included.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.from(0)
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// What was read from there on.
    fn from(&self, start: usize) -> &[u8] {
        self.buffer.get(start..self.length).unwrap_or_default()
    }

    /// Space behind what was read.
    fn space(&mut self, bytes: usize) -> &mut [u8] {
        let end = self.length + bytes;
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        self.buffer.get_mut(self.length..end).unwrap_or_default()
    }

    fn find_ends(&mut self) {
        let bytes = self.buffer.get(..self.length).unwrap_or_default();
        self.ends.extend(memchr_iter(b'\n', bytes));
    }

    fn append(&mut self, bytes: &[u8]) {
        self.space(bytes.len()).copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// Takes so many bytes out.
    fn remove(&mut self, start: usize, bytes: usize) {
        let end = (start + bytes).min(self.length);
        self.buffer.copy_within(end..self.length, start);
        self.length -= end - start;
    }
}

/// Cuts a stream into blocks of whole lines.
#[derive(Debug)]
pub(crate) struct LineReader<R> {
    stream: R,
    /// The beginning of a line whose end has not been read yet.
    carry: Vec<u8>,
    block_bytes: usize,
    max_line: usize,
    next_line: u64,
    /// The line at hand is too long: what is still to come of it is thrown away.
    cutting: bool,
    ended: bool,
}

/// The usual size of a block: enough to make handing it to another thread cheap.
const BLOCK_BYTES: usize = 256 << 10;

impl<R: Read> LineReader<R> {
    /// Reads lines of at most `max_line` bytes. A longer one is cut there, so that memory stays bounded; the cut line
    /// is over the limit on the size of a message, which refuses it.
    pub(crate) fn new(stream: R, max_line: usize) -> Self {
        Self {
            stream,
            carry: Vec::new(),
            block_bytes: BLOCK_BYTES,
            max_line: max_line.saturating_add(1),
            next_line: 1,
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

    /// Fills `block` with the next lines; false at the end of the stream. What one read of the stream delivers is
    /// handed on as soon as it holds a whole line, so that a slow stream is not held back.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub(crate) fn read_block(&mut self, block: &mut Block) -> io::Result<bool> {
        block.length = 0;
        block.ends.clear();
        block.append(&self.carry);
        self.carry.clear();
        block.first_line = self.next_line;
        if let Err(error) = self.fill(block) {
            // Whoever tries again goes on where the stream stopped.
            self.carry.extend_from_slice(block.bytes());
            block.length = 0;
            return Err(error);
        }
        block.find_ends();
        self.next_line += block.ends.len() as u64;
        Ok(!block.is_empty())
    }

    /// Reads on until there is a whole line.
    fn fill(&mut self, block: &mut Block) -> io::Result<()> {
        while !self.ended {
            let start = block.length;
            let space = block.space(self.block_bytes);
            let room = space.len();
            // A stream that claims to have read more than there is room for must not be believed.
            let count = read_some(&mut self.stream, space)?.min(room);
            block.length += count;
            self.ended = count == 0;
            if self.cutting {
                let end = memchr(b'\n', block.from(start));
                self.cutting = end.is_none();
                block.remove(start, end.unwrap_or(count));
            }
            // The part before these bytes has no line end, and is searched only once.
            let fresh = block.from(start);
            if let Some(last) = memrchr(b'\n', fresh) {
                let rest = fresh.get(last + 1..).unwrap_or_default();
                self.carry.extend_from_slice(rest);
                block.length = start + last + 1;
                break;
            }
            if block.length > self.max_line {
                // The last byte that is kept is replaced: what is kept is then over the limit and not blank, whatever
                // it was.
                block.length = self.max_line;
                if let Some(last) = self
                    .max_line
                    .checked_sub(1)
                    .and_then(|last| block.buffer.get_mut(last))
                {
                    *last = b'?';
                }
                self.cutting = true;
            }
        }
        Ok(())
    }
}

/// One read that an interrupting signal does not end.
fn read_some(stream: &mut impl Read, space: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(space) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    /// Delivers a few bytes at a time.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(space.len()).min(self.0.len());
            let (head, tail) = self.0.split_at(count);
            space[..count].copy_from_slice(head);
            self.0 = tail;
            Ok(count)
        }
    }

    fn all_lines(stream: impl Read, block: usize, max: usize) -> Vec<(u64, Vec<u8>)> {
        let mut reader = LineReader::new(stream, max).block_bytes(block);
        let mut lines = Vec::new();
        let mut block = Block::default();
        while reader.read_block(&mut block).unwrap() {
            lines.extend(block.lines().map(|(number, line)| (number, line.to_vec())));
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
        let expected: Vec<(u64, Vec<u8>)> = text
            .split(|&byte| byte == b'\n')
            .zip(1..)
            .map(|(line, number)| (number, line.strip_suffix(b"\r").unwrap_or(line).to_vec()))
            .filter(|(_, line)| !line.trim_ascii().is_empty())
            .collect();
        for step in [1, 2, 3, 7, 64, 1000, 100_000] {
            for block in [1, 16, 100, 4096] {
                assert_eq!(
                    all_lines(Trickle(&text, step), block, 1 << 20),
                    expected,
                    "{step} {block}"
                );
            }
        }
    }

    #[test]
    fn overlong_lines_are_cut_but_numbered() {
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
            let numbers: Vec<u64> = lines.iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, [1, 2, 3, 4, 5, 6], "{step}");
            assert!(lines[1].1.len() > 100 && lines[4].1.len() > 100);
            assert_eq!(lines[2].1, b"after");
            assert_eq!(lines[3].1, b"and");
            assert_eq!(lines[5].1, b"last");
        }
    }

    #[test]
    fn what_is_cut_never_looks_like_a_whole_or_a_blank_line() {
        for text in [
            [&[b' '; 20][..], b"x"].concat(),
            b"aaaaa\rbbbbbbbbb\r".to_vec(),
        ] {
            let lines = all_lines(Trickle(&text, 1), 1, 5);
            assert_eq!(lines.len(), 1);
            assert!(lines[0].1.len() > 5);
        }
    }

    #[test]
    fn a_stream_that_fails_for_a_moment_loses_nothing() {
        struct Hiccups<'a>(Trickle<'a>, bool);
        impl Read for Hiccups<'_> {
            fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
                self.1 = !self.1;
                if self.1 {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                self.0.read(space)
            }
        }
        let text = b"first\nsecond\ntoo long by far\nlast";
        let mut reader = LineReader::new(Hiccups(Trickle(text, 4), false), 8).block_bytes(4);
        let (mut block, mut lines) = (Block::default(), Vec::new());
        loop {
            match reader.read_block(&mut block) {
                Ok(true) => {
                    lines.extend(block.lines().map(|(number, line)| (number, line.to_vec())))
                }
                Ok(false) => break,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[1], (2, b"second".to_vec()));
        assert!(lines[2].1.len() > 8);
        assert_eq!(lines[3], (4, b"last".to_vec()));
    }
}
