//! Reads sources into chunks, the pieces of input that circulate in the pipeline, in reused
//! buffers.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use super::block::Block;
use super::framing::{Span, SpanKind, split};
use super::lines::LineReader;
use super::messages::MessageReader;
use super::{Named, Opener, Place, Source, Stream};

/// A piece of input.
pub(crate) struct Chunk {
    /// Name of the source, for messages to the user.
    pub(crate) name: Arc<str>,
    /// What has to hold a message.
    pub(crate) named: Option<Arc<Named>>,
    block: Block,
    /// How many of its messages are left out, because an earlier run has handled them.
    skipped: usize,
    /// Why it is empty, if reading failed.
    pub(crate) error: Option<io::Error>,
}

/// One message, as it was read.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    /// Name of the source, for messages to the user.
    pub(crate) source: &'a str,
    /// The line of the source on which it begins, counted from 1.
    pub(crate) line: u64,
    /// The column in which it begins, counted from 1 in characters.
    pub(crate) column: u64,
    pub(crate) body: &'a [u8],
    /// How many messages of its chunk come before it; those of one line or wrapper have the same
    /// number.
    pub(crate) before: usize,
    /// Whether messages are taken out of it if it is a wrapper.
    pub(crate) unwrap: bool,
    /// It is a line that has the shape of a message, and may contain several.
    is_line: bool,
}

impl<'a> Message<'a> {
    /// The messages in a text of this wrapper. There is at least one, which is refused if the text
    /// is blank.
    pub(crate) fn all_in(
        self,
        source: &'a str,
        text: &'a [u8],
        max_bytes: usize,
    ) -> impl Iterator<Item = Self> {
        let message = move |line, column, body| Message {
            source,
            line,
            column,
            body,
            before: self.before,
            unwrap: true,
            is_line: false,
        };
        let mut spans = split(text, max_bytes).peekable();
        let blank = spans.peek().is_none().then(|| message(1, 1, b""));
        let messages = spans.map(move |span| message(span.line, span.column, span.body(text)));
        messages.chain(blank)
    }

    /// The messages on the line, if the line is not one message.
    pub(crate) fn split(self, max_bytes: usize) -> Option<impl Iterator<Item = Self>> {
        if !self.is_line {
            return None;
        }
        let mut spans = split(self.body, max_bytes).peekable();
        let is_whole = |span: &Span| span.body(self.body).len() == self.body.len();
        if spans.peek().is_some_and(is_whole) {
            return None;
        }
        Some(spans.map(move |span| Message {
            column: self.column + span.column - 1,
            body: span.body(self.body),
            is_line: false,
            ..self
        }))
    }
}

impl Chunk {
    pub(crate) fn new() -> Self {
        Self {
            name: "".into(),
            named: None,
            block: Block::default(),
            skipped: 0,
            error: None,
        }
    }

    /// The number of messages, with those that are left out.
    pub(crate) fn count(&self) -> u64 {
        self.block.spans().len() as u64
    }

    /// The texts of all messages, also of those that are left out.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = &[u8]> {
        self.block.messages().map(|(_, body)| body)
    }

    /// The messages. White space between messages is not one.
    pub(crate) fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        let source = &*self.name;
        let messages = self.block.messages().enumerate().skip(self.skipped);
        messages.map(move |(before, (span, body))| Message {
            source,
            line: span.line,
            column: span.column,
            body,
            before,
            unwrap: false,
            is_line: span.kind == SpanKind::Line,
        })
    }

    /// The lines, if the chunk has lines.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.block.bytes()
    }

    /// How many bytes were read for it.
    pub(crate) fn read(&self) -> u64 {
        self.block.read()
    }
}

/// Fills chunks, one after the other.
pub(crate) struct Reader {
    opener: Opener,
    sources: VecDeque<Source>,
    repeat: u32,
    /// How often the first source will be read again.
    left: u32,
    max_bytes: usize,
    lines_only: bool,
    current: Option<Current>,
}

/// The source that is being read.
struct Current {
    name: Arc<str>,
    named: Option<Arc<Named>>,
    blocks: Blocks,
    /// How many of the next messages are left out.
    skip: u64,
}

/// Divides the current source into blocks.
enum Blocks {
    Messages(Box<MessageReader<Stream>>),
    Lines(LineReader<Stream>),
}

impl Blocks {
    fn read_block(&mut self, block: &mut Block) -> io::Result<bool> {
        match self {
            Self::Messages(reader) => reader.read_block(block),
            Self::Lines(reader) => reader.read_block(block),
        }
    }
}

/// The result of one step of reading.
enum Step {
    Filled,
    Again,
    End,
}

impl Reader {
    /// Reads the sources once. A message longer than `max_bytes` is truncated to one byte more, so
    /// that the parser refuses it.
    pub(crate) fn new(opener: Opener, sources: Vec<Source>, max_bytes: usize) -> Self {
        Self {
            opener,
            sources: sources.into(),
            repeat: 1,
            left: 1,
            max_bytes,
            lines_only: false,
            current: None,
        }
    }

    /// Reads every source this many times in a row.
    pub(crate) fn repeat(mut self, times: u32) -> Self {
        self.repeat = times;
        self.left = times;
        self
    }

    /// Reads lines, which need not be messages.
    pub(crate) fn lines_only(mut self) -> Self {
        self.lines_only = true;
        self
    }

    /// The files and folders that have to hold a message.
    pub(crate) fn named(&self) -> Vec<Arc<Named>> {
        let named = self.sources.iter();
        let mut named: Vec<_> = named.filter_map(|source| source.named.clone()).collect();
        named.dedup_by(|one, other| Arc::ptr_eq(one, other));
        named
    }

    /// Puts the next piece into the chunk; false if there is none or the stop is raised.
    pub(crate) fn fill(&mut self, chunk: &mut Chunk) -> bool {
        chunk.block.clear();
        chunk.skipped = 0;
        chunk.error = None;
        loop {
            match self.step(chunk) {
                Ok(Step::Again) => continue,
                Ok(Step::End) => return false,
                Ok(Step::Filled) => {}
                Err(error) => {
                    chunk.block.clear();
                    chunk.error = Some(error);
                    self.current = None;
                }
            }
            // The last piece of a stopped stream may be an incomplete message.
            return !self.opener.stop.raised();
        }
    }

    fn step(&mut self, chunk: &mut Chunk) -> io::Result<Step> {
        if let Some(current) = &mut self.current {
            chunk.name = Arc::clone(&current.name);
            chunk.named.clone_from(&current.named);
            if current.blocks.read_block(&mut chunk.block)? {
                let skipped = chunk.count().min(current.skip);
                current.skip -= skipped;
                chunk.skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
                return Ok(Step::Filled);
            }
            self.current = None;
        }
        if self.left == 0 {
            self.sources.pop_front();
            self.left = self.repeat;
        }
        let Some(source) = self.sources.front_mut() else {
            return Ok(Step::End);
        };
        self.left = self.left.saturating_sub(1);
        chunk.name = Arc::clone(&source.name);
        chunk.named.clone_from(&source.named);
        let mut stream = self.opener.open(&source.place)?;
        if self.repeat > 1 && matches!(source.place, Place::Stdin) {
            let mut all = Vec::new();
            stream.read_to_end(&mut all)?;
            source.place = Place::Held(all.into());
            stream = self.opener.open(&source.place)?;
        }
        let blocks = match self.lines_only {
            true => Blocks::Lines(LineReader::new(stream, self.max_bytes)),
            false => Blocks::Messages(Box::new(MessageReader::new(stream, self.max_bytes))),
        };
        self.current = Some(Current {
            name: Arc::clone(&source.name),
            named: source.named.clone(),
            blocks,
            skip: source.skip,
        });
        Ok(Step::Again)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::sources;
    use super::*;
    use crate::interrupt::Stop;

    fn read(reader: &mut Reader) -> Vec<String> {
        let mut chunk = Chunk::new();
        let mut found = Vec::new();
        while reader.fill(&mut chunk) {
            for message in chunk.messages() {
                let name = message.source.rsplit('/').next().unwrap();
                let line = message.line;
                let body = String::from_utf8_lossy(message.body);
                found.push(format!("{name}:{line} {body}"));
            }
            if let Some(error) = &chunk.error {
                found.push(format!("{:?}", error.kind()));
                assert!(chunk.bytes().is_empty());
            }
        }
        found
    }

    #[test]
    fn files_streams_and_failures_come_in_order_and_as_often_as_asked() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json"), "{\n}\n").unwrap();
        fs::write(folder.path().join("b.jsonl"), "1\n\n2").unwrap();
        fs::write(folder.path().join("c.ndjson"), "").unwrap();
        let names = [folder.path().to_owned(), folder.path().join("d.json")];
        let opener = Opener::new(&Stop::new());
        let once = ["a.json:1 {\n}", "b.jsonl:1 1", "b.jsonl:3 2", "NotFound"];
        let mut reader = Reader::new(opener.clone(), sources(&names), 1 << 20);
        assert_eq!(read(&mut reader), once);
        let mut reader = Reader::new(opener.clone(), sources(&names[..1]), 1 << 20).repeat(2);
        let twice = [once[0], once[0], once[1], once[2], once[1], once[2]];
        assert_eq!(read(&mut reader), twice);
        let mut reader = Reader::new(opener, sources(&names[..1]), 1 << 20).lines_only();
        let mut chunk = Chunk::new();
        assert!(reader.fill(&mut chunk));
        assert_eq!(chunk.bytes(), b"{\n}\n");
    }

    #[test]
    fn a_raised_stop_ends_the_input() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json"), "{}").unwrap();
        let stop = Stop::new();
        let opener = Opener::new(&stop);
        let mut reader = Reader::new(opener, sources(&[folder.path().to_owned()]), 100);
        stop.raise();
        assert!(!reader.fill(&mut Chunk::new()));
    }
}
