//! Splits files into blocks of text: the lines of a comment or of a paragraph are joined, so that a
//! citation can be wrapped.

/// Where the text of a block comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A paragraph, list item, table row or heading of Markdown.
    Markdown,
    /// A line inside a fence of Markdown.
    Fence,
    /// Adjacent comment lines of a source file.
    Comment,
    /// A line of a source file that holds more than a comment.
    Code,
}

/// A block of text that is searched for citations.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) origin: Origin,
    pub(crate) text: String,
    /// The start of each source line in `text`: (offset, line number).
    starts: Vec<(usize, usize)>,
}

impl Block {
    pub(crate) fn new(origin: Origin, line: usize, text: &str) -> Self {
        Self {
            origin,
            text: text.to_owned(),
            starts: vec![(0, line)],
        }
    }

    fn join(&mut self, line: usize, text: &str) {
        self.text.push('\n');
        self.starts.push((self.text.len(), line));
        self.text.push_str(text);
    }

    /// The source line of an offset in `text`.
    pub(crate) fn line(&self, offset: usize) -> usize {
        let after = self.starts.partition_point(|(start, _)| *start <= offset);
        self.starts[after.saturating_sub(1)].1
    }
}

/// The blocks of a file, whose kind follows from its name.
pub(crate) fn blocks(path: &str, text: &str) -> Vec<Block> {
    if path.ends_with(".md") {
        markdown(text)
    } else if path.ends_with(".rs") || path.ends_with(".java") {
        source(text, |line| {
            let comment = line.strip_prefix("//")?;
            Some(comment.trim_start_matches(['/', '!']))
        })
    } else {
        source(text, |line| line.strip_prefix('#'))
    }
}

/// Adjacent comment lines are one block, and so is every other line.
fn source(text: &str, comment: impl Fn(&str) -> Option<&str>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        match comment(line).map(str::trim) {
            Some("") | None if line.is_empty() || comment(line).is_some() => open = false,
            Some(words) => {
                match blocks.last_mut().filter(|_| open) {
                    Some(block) => block.join(index + 1, words),
                    None => blocks.push(Block::new(Origin::Comment, index + 1, words)),
                }
                open = true;
            }
            None => {
                blocks.push(Block::new(Origin::Code, index + 1, line));
                open = false;
            }
        }
    }
    blocks
}

fn markdown(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut open, mut fenced) = (false, false);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("```") {
            (open, fenced) = (false, !fenced);
        } else if fenced {
            blocks.push(Block::new(Origin::Fence, index + 1, line));
        } else if line.is_empty() {
            open = false;
        } else {
            let begins = line.starts_with(['|', '#', '>']) || is_item(line);
            match blocks.last_mut().filter(|_| open && !begins) {
                Some(block) => block.join(index + 1, line),
                None => blocks.push(Block::new(Origin::Markdown, index + 1, line)),
            }
            open = !line.starts_with(['|', '#']);
        }
    }
    blocks
}

/// `- item` or `3. item`.
fn is_item(line: &str) -> bool {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || (digits.len() < line.len() && digits.starts_with(". "))
}

#[test]
fn a_comment_that_wraps_is_one_block() {
    let found = blocks(
        "a.rs",
        "//! See section\n//! 2.6.\n//!\n//! More.\nlet a = 1; // b\n",
    );
    let texts: Vec<&str> = found.iter().map(|b| b.text.as_str()).collect();
    assert_eq!(texts, ["See section\n2.6.", "More.", "let a = 1; // b"]);
    assert_eq!((found[0].line(0), found[0].line(12)), (1, 2));
}

#[test]
fn rows_and_items_are_blocks_of_their_own() {
    let found = blocks(
        "a.md",
        "# H\none\ntwo\n\n- a\n  b\n- c\n| x |\n| y |\n```\nf\n```\n",
    );
    let texts: Vec<&str> = found.iter().map(|b| b.text.as_str()).collect();
    assert_eq!(
        texts,
        ["# H", "one\ntwo", "- a\nb", "- c", "| x |", "| y |", "f"]
    );
}
