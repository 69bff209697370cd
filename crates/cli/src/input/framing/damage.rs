//! What the framer does with text that cannot be a message, and with a message that breaks off: it
//! goes to the next one.

use std::collections::{BTreeMap, VecDeque};

use memchr::memchr;

use super::line::begins_message;
use super::starts::{self, Found, Rule};
use super::{After, Framer, Span, State, Step};

/// The results of unsuccessful scans. Scanning these values again is avoided, because it could take
/// quadratic time.
#[derive(Debug, Default)]
pub(super) struct Broken {
    /// The offsets of values, in ascending order, and where each breaks off.
    pub(super) values: VecDeque<(usize, usize)>,
    /// Where the current value breaks off.
    pub(super) at: usize,
}

/// The most such values that are kept. They only save time.
const MAX_VALUES: usize = 1 << 16;

/// Text up to `to`, in which a scan failed. A value in it that begins in the middle of a line ends
/// where the next message certainly begins, so that it is not scanned together with those after
/// it, which could take quadratic time. At the beginning of a line, all scans agree on what is in
/// a string, and [`Broken`] suffices.
#[derive(Debug, Default)]
pub(super) struct Damage {
    pub(super) to: usize,
    /// The last result of a search, `to` if there was none.
    pub(super) next: usize,
}

impl Damage {
    fn extend(&mut self, to: usize) {
        if to > self.to {
            if self.next == self.to {
                self.next = 0;
            }
            self.to = to;
        }
    }

    /// Where the next message certainly begins after `at`.
    pub(super) fn next_start(&mut self, text: &[u8], at: usize) -> Option<usize> {
        if at >= self.to {
            return None;
        }
        if self.next <= at {
            let next = starts::certain(text, at + 1, self.to).next();
            self.next = next.unwrap_or(self.to);
        }
        (self.next < self.to).then_some(self.next)
    }
}

impl Framer {
    /// The current value breaks off at this offset, and so do the open ones in it that begin before
    /// `before`.
    pub(super) fn remember_broken(
        &mut self,
        at: usize,
        before: usize,
        text: &[u8],
        spans: &mut Vec<Span>,
    ) {
        let open = self.scan.open_candidates();
        let open = open.take_while(|offset| *offset < before);
        let mut found: BTreeMap<usize, usize> = open.map(|offset| (offset, at)).collect();
        let values = &mut self.broken.values;
        while let Some(&(offset, known)) = values.front()
            && offset < at
        {
            found.insert(offset, known);
            values.pop_front();
        }
        for value in found.into_iter().rev() {
            values.push_front(value);
        }
        values.truncate(MAX_VALUES);
        self.break_off(text, at, spans);
    }

    /// The value that begins here breaks off at this offset.
    pub(super) fn break_off(&mut self, text: &[u8], at: usize, spans: &mut Vec<Span>) {
        self.broken.at = at;
        self.damage.extend(at);
        let start = self.damage.next_start(text, self.at);
        // Not up to `at` each time, which may be far away.
        let searched = text.get(self.at..start.map_or(at, |start| start.min(at)));
        let line_end = memchr(b'\n', searched.unwrap_or_default()).map(|end| self.at + end);
        let start = start.filter(|_| line_end.is_none());
        let opens = line_end.is_none() && text.get(at) == Some(&b'{');
        let distance = at - self.at;
        match (start, line_end) {
            (Some(start), _) if start <= at || !opens => {
                self.end_at(start, text, spans);
                self.lose();
            }
            (_, Some(end)) => self.state = State::Broken(end + 1, end + 1),
            _ if opens => self.state = State::Refused(distance, Rule::BreaksOff(distance)),
            _ => self.state = State::Refused(distance, Rule::Certain),
        }
    }

    /// Goes to the end of the line, or to a message before it.
    pub(super) fn refused(
        &mut self,
        text: &[u8],
        ended: bool,
        searched: usize,
        rule: Rule,
        spans: &mut Vec<Span>,
    ) -> Step {
        let limit = self.at.saturating_add(self.keep);
        match starts::search(text, self.at, self.at + searched, ended, rule) {
            Found::Start(end) | Found::LineEnd(end) if end <= limit => {
                self.end_at(end, text, spans);
            }
            Found::Unknown(searched) if searched <= limit => {
                self.state = State::Refused(searched - self.at, rule);
                return Step::Wait;
            }
            _ => {
                self.truncate_at(limit, text, spans);
                let rule = match rule {
                    Rule::BreaksOff(_) => Rule::Certain,
                    rule => rule,
                };
                self.state = State::RefusedLong(rule);
            }
        }
        self.lose();
        Step::Again
    }

    /// Goes to the next line that may begin a message, or to a message that begins in the middle of
    /// a line. `line` is the first candidate, and is searched from `from` on.
    pub(super) fn broken(
        &mut self,
        text: &[u8],
        ended: bool,
        mut line: usize,
        mut from: usize,
        spans: &mut Vec<Span>,
    ) -> Step {
        let limit = self.at.saturating_add(self.keep);
        let (next, state) = loop {
            if line >= limit {
                break (line, State::Seek);
            }
            let begins = match from == line {
                true => begins_message(text, line, ended, self.keep),
                false => Some(false),
            };
            let found = match begins {
                Some(true) => Found::Start(line),
                Some(false) => starts::search(text, line, from, ended, Rule::Certain),
                None => Found::Unknown(line),
            };
            let (Found::Start(end) | Found::LineEnd(end) | Found::Unknown(end)) = found;
            let at = self.broken.at;
            match found {
                _ if (line..end).contains(&at) && text.get(at) == Some(&b'{') => {
                    break (at, State::Between);
                }
                Found::Start(start) => break (start, State::Between),
                Found::LineEnd(end) if end == text.len() => break (end, State::Between),
                Found::LineEnd(end) => (line, from) = (end + 1, end + 1),
                Found::Unknown(searched) if searched >= limit.saturating_add(starts::BEFORE) => {
                    break (searched - starts::BEFORE, State::SeekLine);
                }
                Found::Unknown(searched) => {
                    self.state = State::Broken(line, searched);
                    return Step::Wait;
                }
            }
        };
        self.leave_line();
        self.end_at(next.min(limit), text, spans);
        self.advance(text, next);
        self.state = state;
        self.lose();
        Step::Again
    }

    /// Goes to the next line that may begin a message.
    pub(super) fn seek(&mut self, text: &[u8], ended: bool) -> Step {
        match begins_message(text, self.at, ended, self.keep) {
            Some(true) => self.state = State::Between,
            Some(false) => self.state = State::SeekLine,
            None => return Step::Wait,
        }
        Step::Again
    }

    /// Goes to the next line, or to a message before it.
    pub(super) fn skip(&mut self, text: &[u8], ended: bool, rule: Rule, then: State) -> Step {
        match starts::search(text, self.at, self.at, ended, rule) {
            Found::Start(start) => {
                self.advance(text, start);
                self.fresh_line = false;
                self.state = State::Between;
            }
            Found::LineEnd(end) if end < text.len() => {
                self.leave_line();
                self.advance(text, end + 1);
                self.state = then;
            }
            Found::LineEnd(end) => {
                self.advance(text, end);
                self.state = State::Between;
                return Step::Wait;
            }
            Found::Unknown(searched) => {
                let before = searched.saturating_sub(starts::BEFORE);
                self.advance(text, before.max(self.at));
                return Step::Wait;
            }
        }
        Step::Again
    }

    /// Text may have been lost, and with it the end of an array.
    pub(super) fn lose(&mut self) {
        if let Some(array) = &mut self.array {
            array.unsure = true;
            array.after = After::Element;
        }
    }

    /// Text was lost up to another line: an array after a message on the line ends with it.
    pub(super) fn leave_line(&mut self) {
        if self.object_line {
            self.array = None;
        }
    }
}
