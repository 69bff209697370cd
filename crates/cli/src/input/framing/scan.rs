//! Finds the end of one JSON value by its structure: strings, brackets, commas and colons. It does
//! not validate, which the parser does; it only detects bytes that cannot belong to the value, so
//! that a truncated value does not swallow those after it.
//!
//! A scan can pause at any byte and continue when more of the text is available.

use memchr::memchr3;

/// The result of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The value ends before this offset.
    Complete(usize),
    /// The byte at this offset cannot belong to the value: a line end in a string, an object or
    /// list where no value may begin, or a closing bracket of the wrong kind.
    Broken(usize),
    /// The text ends in the value.
    Unfinished,
}

/// An open list or object that may begin a message if the scan was mistaken.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    depth: usize,
    offset: usize,
}

/// The most candidates: more than the levels of any message that the parser accepts. They only save
/// time, so their number may be limited.
const MAX_CANDIDATES: usize = 1 << 16;

/// Bytes of a string that are compared one by one before a vectorized search is worth its start-up
/// cost.
const SHORT: usize = 24;

/// The state of a scan.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    /// The offset of the next byte.
    pub(super) at: usize,
    depth: usize,
    /// One bit per level, set for objects.
    kinds: Vec<u64>,
    in_string: bool,
    /// The last byte was a backslash in a string.
    escaped: bool,
    /// An object or a list may begin.
    value_may_begin: bool,
    /// The last token ends a value.
    value_ended: bool,
    /// A value follows another without a comma or colon, so the scan may be mistaken about what is
    /// in a string.
    pub(super) unsure: bool,
    /// Only white space was found since the line began.
    pub(super) fresh_line: bool,
    /// In a number, a literal or garbage outside of all brackets.
    in_scalar: bool,
    candidates: Vec<Candidate>,
}

impl Scan {
    /// A scan from the first byte of a value.
    pub(super) fn begin(&mut self, at: usize) {
        self.at = at;
        self.depth = 0;
        self.in_string = false;
        self.escaped = false;
        self.value_may_begin = true;
        self.value_ended = false;
        self.unsure = false;
        self.fresh_line = false;
        self.in_scalar = false;
        self.candidates.clear();
    }

    /// Adjusts offsets after the text has moved towards the beginning of its buffer.
    pub(super) fn shift(&mut self, bytes: usize) {
        self.at = self.at.saturating_sub(bytes);
        for candidate in &mut self.candidates {
            candidate.offset = candidate.offset.saturating_sub(bytes);
        }
    }

    /// The offsets of open objects and lists at which a message may begin.
    pub(super) fn open_candidates(&self) -> impl Iterator<Item = usize> {
        self.candidates.iter().map(|candidate| candidate.offset)
    }

    /// Whether it is in a number, a literal or garbage, which may end where the text ends.
    pub(super) fn is_scalar(&self) -> bool {
        self.in_scalar
    }

    /// Continues to the end of `text`.
    pub(super) fn run(&mut self, text: &[u8]) -> Outcome {
        loop {
            if self.in_string {
                match self.string(text) {
                    None if self.depth == 0 => return Outcome::Complete(self.at),
                    None => continue,
                    Some(outcome) => return outcome,
                }
            }
            let Some(&byte) = text.get(self.at) else {
                return Outcome::Unfinished;
            };
            match byte {
                b'"' => {
                    if self.in_scalar {
                        return Outcome::Complete(self.at);
                    }
                    self.in_string = true;
                    self.unsure |= self.value_ended;
                    self.token(false);
                }
                b'{' | b'[' => {
                    if !self.value_may_begin {
                        return Outcome::Broken(self.at);
                    }
                    self.open(byte == b'{');
                }
                b'}' | b']' => {
                    if self.depth == 0 {
                        return Outcome::Complete(self.at);
                    }
                    if self.in_object() != (byte == b'}') {
                        return Outcome::Broken(self.at);
                    }
                    self.close();
                    if self.depth == 0 {
                        return Outcome::Complete(self.at + 1);
                    }
                }
                b',' => {
                    if self.depth == 0 {
                        return Outcome::Complete(self.at);
                    }
                    let in_list = !self.in_object();
                    self.token(in_list);
                }
                b':' => {
                    let in_object = self.in_object();
                    self.token(in_object);
                }
                b' ' | b'\t' | b'\r' | b'\n' => {
                    if self.in_scalar {
                        return Outcome::Complete(self.at);
                    }
                    self.fresh_line |= byte == b'\n';
                }
                _ => {
                    self.unsure |= self.value_ended;
                    self.token(false);
                    self.in_scalar = self.depth == 0;
                }
            }
            self.at += 1;
        }
    }

    /// Records a token that is not white space.
    fn token(&mut self, value_may_begin: bool) {
        self.value_may_begin = value_may_begin;
        self.value_ended = false;
        self.fresh_line = false;
    }

    /// Continues to the end of the string; `None` if it was found.
    fn string(&mut self, text: &[u8]) -> Option<Outcome> {
        loop {
            if self.escaped {
                match text.get(self.at) {
                    None => return Some(Outcome::Unfinished),
                    Some(b'\n') => return Some(Outcome::Broken(self.at)),
                    Some(_) => self.at += 1,
                }
                self.escaped = false;
            }
            let rest = text.get(self.at..).unwrap_or_default();
            let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'\n');
            let near = rest.iter().take(SHORT).position(is_special);
            let found = near.or_else(|| {
                let far = rest.get(SHORT..)?;
                Some(SHORT + memchr3(b'"', b'\\', b'\n', far)?)
            });
            let Some(found) = found else {
                self.at = self.at.max(text.len());
                return Some(Outcome::Unfinished);
            };
            self.at += found;
            match rest.get(found) {
                Some(b'"') => {
                    self.at += 1;
                    self.in_string = false;
                    self.value_ended = true;
                    return None;
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escaped = true;
                }
                _ => return Some(Outcome::Broken(self.at)),
            }
        }
    }

    fn in_object(&self) -> bool {
        let Some(level) = self.depth.checked_sub(1) else {
            return false;
        };
        let word = self.kinds.get(level / 64).copied().unwrap_or_default();
        word >> (level % 64) & 1 == 1
    }

    fn open(&mut self, object: bool) {
        if self.depth > 0 && self.candidates.len() < MAX_CANDIDATES {
            self.candidates.push(Candidate {
                depth: self.depth,
                offset: self.at,
            });
        }
        let (word, bit) = (self.depth / 64, self.depth % 64);
        if self.kinds.len() <= word {
            self.kinds.push(0);
        }
        if let Some(word) = self.kinds.get_mut(word) {
            *word = *word & !(1 << bit) | u64::from(object) << bit;
        }
        self.depth += 1;
        self.token(!object);
    }

    fn close(&mut self) {
        self.depth -= 1;
        while self
            .candidates
            .pop_if(|candidate| candidate.depth >= self.depth)
            .is_some()
        {}
        self.token(false);
        self.value_ended = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> Outcome {
        let mut scan = Scan::default();
        scan.begin(0);
        let whole = scan.run(text.as_bytes());
        // The same, a byte at a time.
        scan.begin(0);
        for end in 0..text.len() {
            match scan.run(&text.as_bytes()[..end]) {
                Outcome::Unfinished => {}
                early => {
                    assert_eq!(early, whole, "{text}");
                    return whole;
                }
            }
        }
        assert_eq!(scan.run(text.as_bytes()), whole, "{text}");
        whole
    }

    #[test]
    fn values_end_where_their_brackets_do() {
        for (text, end) in [
            ("{}", 2),
            ("{} {}", 2),
            ("[]]", 2),
            (r#"{"a":"}","b":[{"c":"\"}"}]}x"#, 27),
            ("{\n \"a\" : [ 1 , { } ] \n}\n", 23),
            (r#""text", 7"#, 6),
            (r#""\\""#, 4),
            ("17, 18", 2),
            ("null]", 4),
            // Errors inside the value are reported by the parser.
            (r#"{"a":oops,}"#, 11),
            (r#"{"a" "b"}"#, 9),
        ] {
            assert_eq!(outcome(text), Outcome::Complete(end), "{text}");
        }
    }

    #[test]
    fn what_cannot_go_on_is_noticed() {
        for (text, at) in [
            ("{\"a\":\"b\n\"}", 7),
            ("{\"a\":\"\\\n\"}", 7),
            ("{\"a\":1\n{", 7),
            ("{\"a\":[{}\n{", 9),
            ("{\"a\":1,\n{", 8),
            ("{{", 1),
            ("{\"a\":[}", 6),
            ("[1}", 2),
        ] {
            assert_eq!(outcome(text), Outcome::Broken(at), "{text}");
        }
        for text in ["{", "{\"a", "[1,", "[{}", "\"a", "17", "{\"a\\"] {
            assert_eq!(outcome(text), Outcome::Unfinished, "{text}");
        }
    }

    #[test]
    fn depth_is_not_limited() {
        let text = "[".repeat(100_000) + &"]".repeat(100_000);
        let mut scan = Scan::default();
        scan.begin(0);
        assert_eq!(scan.run(text.as_bytes()), Outcome::Complete(200_000));
    }
}
