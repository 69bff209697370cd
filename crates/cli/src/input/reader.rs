//! Sources to chunks, the pieces of input that go round in the pipeline: a block of lines or a whole file each, in
//! buffers that are used again.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use super::{Form, Opener, Place, Source, Stream};
use crate::input::{Block, LineReader};

/// A piece of input.
pub(crate) struct Chunk {
    /// Name of the source, for people.
    pub(crate) name: Arc<str>,
    content: Content,
    block: Block,
    whole: Vec<u8>,
    /// Why there is nothing in it, if reading failed.
    pub(crate) error: Option<io::Error>,
}

/// Which of the buffers counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Nothing,
    Block,
    Whole,
}

/// One message, as it was read.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    /// Name of the source, for people.
    pub(crate) source: &'a str,
    /// The line of the stream, counted from 1, if it is one.
    pub(crate) line: Option<u64>,
    pub(crate) body: &'a [u8],
}

impl Chunk {
    pub(crate) fn new() -> Self {
        Self {
            name: "".into(),
            content: Content::Nothing,
            block: Block::default(),
            whole: Vec::new(),
            error: None,
        }
    }

    /// The messages. Blank lines are none.
    pub(crate) fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        let source = &*self.name;
        let whole = (self.content == Content::Whole).then_some((None, &*self.whole));
        let lines = (self.content == Content::Block).then(|| self.block.lines());
        let lines = lines.into_iter().flatten();
        whole
            .into_iter()
            .chain(lines.map(|(line, body)| (Some(line), body)))
            .map(move |(line, body)| Message { source, line, body })
    }

    /// All of it as it was read.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self.content {
            Content::Nothing => &[],
            Content::Block => self.block.bytes(),
            Content::Whole => &self.whole,
        }
    }
}

/// Fills chunks, one after the other.
pub(crate) struct Reader {
    opener: Opener,
    sources: VecDeque<Source>,
    repeat: u32,
    /// How often the first source is still to be read.
    left: u32,
    max_bytes: usize,
    current: Option<(Arc<str>, LineReader<Stream>)>,
}

/// What one step of reading came to.
enum Step {
    Filled,
    Again,
    End,
}

impl Reader {
    /// Reads the sources once. What is longer than `max_bytes` is cut one byte behind, which makes it too long for the
    /// parser.
    pub(crate) fn new(opener: Opener, sources: Vec<Source>, max_bytes: usize) -> Self {
        Self {
            opener,
            sources: sources.into(),
            repeat: 1,
            left: 1,
            max_bytes,
            current: None,
        }
    }

    /// Reads every source that often, one time after the other.
    pub(crate) fn repeat(mut self, times: u32) -> Self {
        self.repeat = times;
        self.left = times;
        self
    }

    /// Treats every source as lines, whatever its name says.
    pub(crate) fn lines_only(mut self) -> Self {
        for source in &mut self.sources {
            source.form = Form::Lines;
        }
        self
    }

    /// Puts the next piece into the chunk; false if there is none or the stop is raised.
    pub(crate) fn fill(&mut self, chunk: &mut Chunk) -> bool {
        chunk.content = Content::Nothing;
        chunk.error = None;
        loop {
            match self.step(chunk) {
                Ok(Step::Again) => continue,
                Ok(Step::End) => return false,
                Ok(Step::Filled) => {}
                Err(error) => {
                    chunk.content = Content::Nothing;
                    chunk.error = Some(error);
                    self.current = None;
                }
            }
            // What a stopped stream delivered last may be half a line.
            return !self.opener.stop.raised();
        }
    }

    fn step(&mut self, chunk: &mut Chunk) -> io::Result<Step> {
        if let Some((name, lines)) = &mut self.current {
            chunk.name = Arc::clone(name);
            if lines.read_block(&mut chunk.block)? {
                chunk.content = Content::Block;
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
        let mut stream = self.opener.open(&source.place)?;
        if self.repeat > 1 && matches!(source.place, Place::Stdin) {
            let mut all = Vec::new();
            stream.read_to_end(&mut all)?;
            source.place = Place::Held(all.into());
            stream = self.opener.open(&source.place)?;
        }
        if source.form == Form::Lines {
            let lines = LineReader::new(stream, self.max_bytes);
            self.current = Some((Arc::clone(&source.name), lines));
            return Ok(Step::Again);
        }
        chunk.whole.clear();
        let limit = self.max_bytes as u64 + 1;
        stream.take(limit).read_to_end(&mut chunk.whole)?;
        chunk.content = Content::Whole;
        Ok(Step::Filled)
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
                let line = message.line.map_or("-".to_owned(), |line| line.to_string());
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
        let once = ["a.json:- {\n}\n", "b.jsonl:1 1", "b.jsonl:3 2", "NotFound"];
        let mut reader = Reader::new(opener.clone(), sources(&names), 1 << 20);
        assert_eq!(read(&mut reader), once);
        let mut reader = Reader::new(opener.clone(), sources(&names[..1]), 1 << 20).repeat(2);
        let twice = [once[0], once[0], once[1], once[2], once[1], once[2]];
        assert_eq!(read(&mut reader), twice);
        let mut reader = Reader::new(opener, sources(&names[..1]), 1 << 20).lines_only();
        assert_eq!(
            read(&mut reader)[..2],
            ["a.json:1 {".to_owned(), "a.json:2 }".to_owned()]
        );
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
