//! Separates the messages of a stream: one per line, spread over several lines, in JSON arrays, or
//! concatenated without separators.
//!
//! ```text
//!  {..}⏎{..}⏎          a line that has the shape of a message is one, without a look inside
//!  {⏎  ..⏎}⏎  {..}{..}  anything else is scanned for its structure (`scan`)
//!  [{..},⏎{..}]         the elements of an array are messages
//!  oops⏎                what cannot be a message is refused, up to the end of its line or to
//!  {..} oops {..}       where the next message begins (`starts`)
//! ```
//!
//! A line is taken without a scan only if a scan would separate the text in the same way, unless
//! the parser refuses the line; then [`split`] scans it. So the result depends only on the text and
//! not on how it is divided into reads.
//!
//! A truncated message ends where the next message certainly begins, or at the end of its line. If
//! the truncation is found on a later line, it ends before the next line that begins with `{` or
//! `[`, or that has the shape of a message, or where a message certainly begins in the middle of a
//! line. The messages around it are not lost.

mod damage;
mod line;
mod scan;
mod starts;

use memchr::{memchr, memchr_iter, memrchr};

use damage::{Broken, Damage};
use line::{BYTE_ORDER_MARK, byte_order_mark, is_other_encoding, next_message, trim_end};
use scan::{Outcome, Scan};
use starts::Rule;

/// The position of a message in its block and in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The line on which it begins, counted from 1.
    pub(crate) line: u64,
    /// The column in which it begins, counted from 1 in characters.
    pub(crate) column: u64,
    pub(crate) kind: SpanKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanKind {
    /// A line that has the shape of a message. It was not scanned.
    Line,
    /// Scanned: one message, or text that cannot be one.
    Scanned,
    /// Represents the opening bracket of an array that is not closed.
    OpenArray,
}

/// Separates the messages of a text that arrives in pieces.
#[derive(Debug)]
pub(crate) struct Framer {
    /// Bytes of a message that are kept. A longer one is truncated to one byte more than the limit,
    /// so that the parser refuses it.
    keep: usize,
    /// Scan every line.
    scan_all: bool,
    state: State,
    /// The end of the separated text: at most the beginning of the current message, unless its
    /// beginning was passed on.
    at: usize,
    line: u64,
    /// Characters of the line before `column_from`.
    columns: u64,
    column_from: usize,
    /// Only white space was found so far on this line.
    fresh_line: bool,
    /// The line begins with an object that is not in an array.
    object_line: bool,
    array: Option<Array>,
    scan: Scan,
    /// The current value ends before this offset, or it is truncated.
    fence: usize,
    broken: Broken,
    damage: Damage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the beginning of the stream.
    Start,
    Between,
    /// In a value.
    Inside,
    /// In a value that is too long and was passed on.
    InsideLong,
    /// In text that cannot be a message. In this many of its first bytes, no message begins and no
    /// line ends.
    Refused(usize, Rule),
    /// The same, after its beginning was passed on.
    RefusedLong(Rule),
    /// In a truncated message. The offsets are those of a line that may begin another message, or
    /// contain its beginning, and of the part of the line that has not been searched.
    Broken(usize, usize),
    /// After the beginning of a truncated message that was passed on, before a line that may begin
    /// another message.
    Seek,
    /// The same, in the middle of a line.
    SeekLine,
    /// In a text of another encoding.
    Ignored,
}

/// An array whose elements are messages.
#[derive(Clone, Copy, Debug)]
struct Array {
    line: u64,
    column: u64,
    after: After,
    /// Part of it was refused, so its end may have been lost.
    unsure: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Bracket,
    Element,
    Comma,
}

/// The next action.
#[derive(PartialEq, Eq)]
enum Step {
    Again,
    /// More of the text is needed.
    Wait,
}

impl Framer {
    /// For messages of at most `max_bytes` bytes.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            keep: max_bytes.saturating_add(1),
            scan_all: false,
            state: State::Start,
            at: 0,
            line: 1,
            columns: 0,
            column_from: 0,
            fresh_line: true,
            object_line: false,
            array: None,
            scan: Scan::default(),
            fence: usize::MAX,
            broken: Broken::default(),
            damage: Damage::default(),
        }
    }

    /// Scans all lines, too. The messages are the same.
    pub(crate) fn scan_all(&mut self) {
        self.scan_all = true;
    }

    /// Finds messages in `text`, at most `most` of them; false if more text is needed to find
    /// others. `ended`: nothing follows. The next call gets the text from
    /// [`separated`](Self::separated) on, and what follows it.
    pub(crate) fn frame(
        &mut self,
        text: &[u8],
        ended: bool,
        most: usize,
        spans: &mut Vec<Span>,
    ) -> bool {
        while spans.len() < most {
            let step = match self.state {
                State::Start => self.start(text, ended, spans),
                State::Between => self.between(text, ended, spans),
                State::Inside => self.inside(text, ended, spans),
                State::InsideLong => self.inside_long(text, ended),
                State::Refused(searched, rule) => self.refused(text, ended, searched, rule, spans),
                State::RefusedLong(rule) => self.skip(text, ended, rule, State::Between),
                State::Broken(line, from) => self.broken(text, ended, line, from, spans),
                State::Seek => self.seek(text, ended),
                State::SeekLine => self.skip(text, ended, Rule::Certain, State::Seek),
                State::Ignored => {
                    self.at = text.len();
                    Step::Wait
                }
            };
            if step == Step::Wait {
                return false;
            }
        }
        true
    }

    /// How many bytes of the text are no longer needed.
    pub(crate) fn separated(&self) -> usize {
        self.at
    }

    /// Drops the separated bytes, which the next text does not contain.
    pub(crate) fn shift(&mut self, text: &[u8]) {
        let bytes = self.at;
        self.count_columns(text, bytes);
        self.column_from = 0;
        self.at = 0;
        self.scan.shift(bytes);
        if let State::Broken(line, from) = &mut self.state {
            *line = line.saturating_sub(bytes);
            *from = from.saturating_sub(bytes);
        }
        let broken = &mut self.broken;
        broken.values.retain(|(offset, _)| *offset >= bytes);
        for (offset, at) in &mut broken.values {
            *offset -= bytes;
            *at -= bytes;
        }
        broken.at = broken.at.saturating_sub(bytes);
        let damage = &mut self.damage;
        for offset in [&mut damage.to, &mut damage.next, &mut self.fence] {
            *offset = offset.saturating_sub(bytes);
        }
    }

    fn start(&mut self, text: &[u8], ended: bool, spans: &mut Vec<Span>) -> Step {
        match is_other_encoding(text, ended) {
            None => return Step::Wait,
            Some(false) => self.state = State::Between,
            Some(true) => {
                // Enough bytes to recognize the encoding; the others would be refused for the same
                // reason.
                let end = text.len().min(4).min(self.keep);
                self.push(end, SpanKind::Scanned, text, spans);
                self.state = State::Ignored;
            }
        }
        Step::Again
    }

    fn between(&mut self, text: &[u8], ended: bool, spans: &mut Vec<Span>) -> Step {
        let Some(&byte) = text.get(self.at) else {
            if ended {
                self.end_array(spans);
            }
            return Step::Wait;
        };
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => {
                // An array after a message on the same line ends there if the line could be taken
                // without a scan.
                let ends = |array: Array| array.after == After::Element;
                if self.object_line && self.array.is_some_and(ends) {
                    match next_message(text, self.at, ended, self.keep) {
                        None => return Step::Wait,
                        Some(true) => self.end_array(spans),
                        Some(false) => {}
                    }
                }
                self.advance(text, self.at + 1);
            }
            0xef => match byte_order_mark(text, self.at, ended) {
                None => return Step::Wait,
                Some(false) => self.refuse(),
                Some(true) => {
                    self.count_columns(text, self.at);
                    self.at += BYTE_ORDER_MARK.len();
                    self.column_from = self.at;
                }
            },
            _ if self.array.is_some() => self.in_array(byte, text, spans),
            b'{' => {
                let is_first = self.fresh_line;
                self.object_line |= is_first;
                if !is_first || self.scan_all || !self.take_line(text, ended, spans) {
                    self.begin_value(text, spans);
                }
            }
            b'[' => {
                self.array = Some(Array {
                    line: self.line,
                    column: self.column(text),
                    after: After::Bracket,
                    unsure: false,
                });
                self.at += 1;
                self.fresh_line = false;
            }
            _ => self.refuse(),
        }
        Step::Again
    }

    /// What begins here cannot be a message.
    fn refuse(&mut self) {
        let rule = match self.fresh_line {
            true => Rule::Certain,
            false => Rule::Any,
        };
        self.state = State::Refused(1, rule);
    }

    /// Takes the line as one message if a scan could not give another result.
    fn take_line(&mut self, text: &[u8], ended: bool, spans: &mut Vec<Span>) -> bool {
        let rest = text.get(self.at..).unwrap_or_default();
        let Some(length) = memchr(b'\n', rest).or(ended.then_some(rest.len())) else {
            return false;
        };
        let line = trim_end(rest.get(..length).unwrap_or_default());
        if line.last() != Some(&b'}') || line.len() >= self.keep {
            return false;
        }
        // After a closing brace, a message can only continue with a comma or a bracket.
        let end = self.at + length;
        if next_message(text, end, ended, self.keep) != Some(true) {
            return false;
        }
        self.push(self.at + line.len(), SpanKind::Line, text, spans);
        self.at = end;
        self.fresh_line = false;
        true
    }

    /// Handles a byte that is not white space, in an array.
    fn in_array(&mut self, byte: u8, text: &[u8], spans: &mut Vec<Span>) {
        let Some(mut array) = self.array else { return };
        match byte {
            b']' | b',' => {
                let wanted = match byte {
                    b']' => array.after != After::Comma,
                    _ => array.after == After::Element,
                };
                if !wanted && !array.unsure {
                    // The parser reports what is expected in its place.
                    self.push(self.at + 1, SpanKind::Scanned, text, spans);
                }
                self.at += 1;
                self.fresh_line = false;
                array.after = After::Comma;
                self.array = (byte == b',').then_some(array);
            }
            // A new array: the end of this one was lost.
            b'[' if array.unsure && self.column(text) == 1 => self.array = None,
            b'{' => self.begin_value(text, spans),
            // The end of a line may replace the comma.
            _ if array.after == After::Element && !self.fresh_line && !array.unsure => {
                self.refuse();
            }
            // After a fault, text and strings may be mistaken for each other.
            b'[' | b'"' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' if !array.unsure => {
                self.begin_value(text, spans);
            }
            _ => self.refuse(),
        }
    }

    /// Begins a value here.
    fn begin_value(&mut self, text: &[u8], spans: &mut Vec<Span>) {
        let broken = &mut self.broken;
        while broken
            .values
            .front()
            .is_some_and(|(value, _)| *value < self.at)
        {
            broken.values.pop_front();
        }
        if let Some(&(value, at)) = broken.values.front()
            && value == self.at
        {
            self.break_off(text, at, spans);
        } else {
            let fence = match self.fresh_line {
                true => None,
                false => self.damage.next_start(text, self.at),
            };
            self.fence = fence.unwrap_or(usize::MAX);
            self.scan.begin(self.at);
            self.state = State::Inside;
        }
    }

    fn inside(&mut self, text: &[u8], ended: bool, spans: &mut Vec<Span>) -> Step {
        let limit = self.at.saturating_add(self.keep);
        let kept = text.get(..limit.min(self.fence)).unwrap_or(text);
        match self.scan.run(kept) {
            Outcome::Complete(end)
                if self.scan.unsure && starts::certain(text, self.at + 1, end).next().is_some() =>
            {
                self.remember_broken(end, end, text, spans);
            }
            Outcome::Complete(end) => self.end_at(end, text, spans),
            // The beginning of a message may extend over the end of the line.
            Outcome::Broken(at)
                if text.get(at) == Some(&b'\n')
                    && !ended
                    && text.len() < at.saturating_add(starts::LONGEST) =>
            {
                return Step::Wait;
            }
            Outcome::Broken(at) => self.remember_broken(at, at, text, spans),
            // The values in this one may be whole.
            Outcome::Unfinished if kept.len() == self.fence => {
                self.break_off(text, self.fence, spans);
            }
            Outcome::Unfinished if kept.len() == limit => {
                if !ended && text.len() < limit.saturating_add(starts::LONGEST) {
                    return Step::Wait;
                }
                if let Some(last) = starts::certain(text, self.at + 1, limit).last() {
                    // Those from the last one on may end after the limit.
                    self.remember_broken(limit, last, text, spans);
                } else {
                    self.truncate_at(limit, text, spans);
                    self.state = State::InsideLong;
                }
            }
            Outcome::Unfinished if !ended => return Step::Wait,
            Outcome::Unfinished if self.scan.is_scalar() => self.end_at(text.len(), text, spans),
            Outcome::Unfinished => self.remember_broken(text.len(), text.len(), text, spans),
        }
        Step::Again
    }

    fn inside_long(&mut self, text: &[u8], ended: bool) -> Step {
        match self.scan.run(text) {
            Outcome::Complete(end) => {
                self.advance(text, end);
                self.state = State::Between;
                Step::Again
            }
            Outcome::Broken(at) => {
                // The beginning of the line may have been dropped, but it is recorded whether it
                // was blank.
                let is_fresh = self.scan.fresh_line;
                let begins = match text.get(at) {
                    Some(b'{') => true,
                    Some(b'[') => is_fresh,
                    _ => false,
                };
                self.advance(text, at);
                self.fresh_line = begins && is_fresh;
                self.lose();
                self.state = match begins {
                    true => State::Between,
                    false => State::SeekLine,
                };
                Step::Again
            }
            Outcome::Unfinished => {
                self.advance(text, text.len());
                if ended {
                    self.lose();
                    self.state = State::Between;
                }
                Step::Wait
            }
        }
    }

    /// Passes on the message between these offsets.
    fn end_at(&mut self, end: usize, text: &[u8], spans: &mut Vec<Span>) {
        self.push(end, SpanKind::Scanned, text, spans);
        self.advance(text, end);
        self.state = State::Between;
        if let Some(array) = &mut self.array {
            array.after = After::Element;
        }
    }

    /// Passes on the beginning of a text that is too long. The parser refuses it because of its
    /// length, which includes white space at its end, except after what may be a whole line.
    fn truncate_at(&mut self, limit: usize, text: &[u8], spans: &mut Vec<Span>) {
        let value = trim_end(text.get(self.at..limit).unwrap_or_default());
        let is_line = value.last() == Some(&b'}') && memchr(b'\n', value).is_none();
        self.end_at(limit, text, spans);
        if let Some(span) = spans.last_mut()
            && !is_line
        {
            span.end = span.start + self.keep;
        }
    }

    /// The array ends without its bracket.
    fn end_array(&mut self, spans: &mut Vec<Span>) {
        if let Some(array) = self.array.take()
            && !array.unsure
        {
            spans.push(Span {
                start: self.at,
                end: self.at,
                line: array.line,
                column: array.column,
                kind: SpanKind::OpenArray,
            });
        }
    }

    fn push(&mut self, end: usize, kind: SpanKind, text: &[u8], spans: &mut Vec<Span>) {
        let value = trim_end(text.get(self.at..end).unwrap_or_default());
        spans.push(Span {
            start: self.at,
            end: self.at + value.len(),
            line: self.line,
            column: self.column(text),
            kind,
        });
    }

    /// Advances over text that is not white space, and counts lines.
    fn advance(&mut self, text: &[u8], to: usize) {
        let passed = text.get(self.at..to).unwrap_or_default();
        if let Some(last) = memrchr(b'\n', passed) {
            let lines = memchr_iter(b'\n', passed).count();
            self.line += lines as u64;
            self.columns = 0;
            self.column_from = self.at + last + 1;
            self.object_line = false;
        }
        self.fresh_line = match passed.last() {
            Some(last) => *last == b'\n',
            None => self.fresh_line,
        };
        self.at = to;
    }

    /// The column of the current position.
    fn column(&mut self, text: &[u8]) -> u64 {
        self.count_columns(text, self.at);
        self.columns + 1
    }

    fn count_columns(&mut self, text: &[u8], to: usize) {
        let characters = text.get(self.column_from..to).unwrap_or_default();
        // A character is counted at its first byte.
        let count = characters
            .iter()
            .filter(|byte| **byte & 0xc0 != 0x80)
            .count();
        self.columns += count as u64;
        self.column_from = to.max(self.column_from);
    }
}

/// Separates the messages of a complete text: a line that was taken without a scan and refused by
/// the parser, or the text in a wrapper. It holds a limited number of them at a time.
#[derive(Debug)]
pub(crate) struct Split<'t> {
    text: &'t [u8],
    framer: Framer,
    found: Vec<Span>,
    /// The next one of them.
    next: usize,
    /// There may be more in the text.
    more: bool,
}

/// How many messages [`Split`] holds at a time.
const SPLIT: usize = 256;

pub(crate) fn split(text: &[u8], max_bytes: usize) -> Split<'_> {
    let mut framer = Framer::new(max_bytes);
    framer.scan_all();
    framer.state = State::Between;
    Split {
        text,
        framer,
        found: Vec::new(),
        next: 0,
        more: true,
    }
}

impl Iterator for Split<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        while self.next >= self.found.len() && self.more {
            self.next = 0;
            self.found.clear();
            self.more = self.framer.frame(self.text, true, SPLIT, &mut self.found);
        }
        let span = self.found.get(self.next).copied();
        self.next += 1;
        span
    }
}
