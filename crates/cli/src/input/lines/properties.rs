//! Streams are cut at the ends of their lines, however they arrive.

use std::io::{self, Read};

use super::{Block, LineReader};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Delivers the stream in pieces of given sizes, round and round.
struct Pieces<'a> {
    rest: &'a [u8],
    sizes: &'a [usize],
    next: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.next % self.sizes.len()];
        self.next += 1;
        let count = size.min(space.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(count);
        space[..count].copy_from_slice(now);
        self.rest = later;
        // Ends are real ones: an empty piece would be taken for one.
        assert!(count > 0 || later.is_empty() || space.is_empty());
        Ok(count)
    }
}

fn lines_of(mut reader: LineReader<impl Read>) -> Vec<(u64, Vec<u8>)> {
    let (mut block, mut lines) = (Block::default(), Vec::new());
    while reader.read_block(&mut block).unwrap() {
        assert!(!block.is_empty());
        lines.extend(block.lines().map(|(number, line)| (number, line.to_vec())));
    }
    lines
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

const ENDS: &[&[u8]] = &[b"\n", b"\r\n", b"\r", b" ", b"\t", b"\n\n"];

/// Text with many line ends, carriage returns and blanks.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        select(ENDS).prop_map(<[u8]>::to_vec),
        vec(select(&b"ab{}\"\xff"[..]), 1..30),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn lines_are_those_of_the_text(
        text in texts(),
        sizes in vec(1..40usize, 1..8),
        block_bytes in 1..50usize,
        max in 1..60usize,
    ) {
        let stream = Pieces { rest: &text, sizes: &sizes, next: 0 };
        let read = lines_of(LineReader::new(stream, max).block_bytes(block_bytes));
        let mut read = read.into_iter().peekable();
        for (line, number) in text.split(|byte| *byte == b'\n').zip(1u64..) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let got = read.next_if(|(at, _)| *at == number).map(|(_, line)| line);
            match got {
                // A blank line is nothing, unless it is so long that nobody looked at all of it.
                None => prop_assert!(is_blank(line), "line {} is lost", number),
                Some(got) if got == line => prop_assert!(!is_blank(line)),
                // Of a longer one only this much is sure: it is still too long.
                Some(got) => {
                    prop_assert!(line.len() > max && got.len() > max, "line {}: {:?}", number, got);
                    prop_assert!(got.len() <= line.len());
                    prop_assert_eq!(&got[..max], &line[..max]);
                }
            }
        }
        prop_assert_eq!(read.next(), None);
    }
}
