//! Finds citations of sections, rules, decisions and rows. `docs/protocol/README.md` says how they
//! are written.

use super::prose::{Block, Origin};
use super::specification::{PROTOCOL, Specification, is_decision, is_row};
use super::tokens::{Token, tokens};

/// Outside works whose sections are not resolved, in addition to the series below.
const WORKS: &[&str] = &["Hacker's Delight", "Parsing Gigabytes of JSON per Second"];

/// Series of standards: `RFC 9562`, `FIPS 180-4`, `ISO 4217`.
const SERIES: &[&str] = &["RFC", "FIPS", "ISO"];

/// The section to which a rule without a section number belongs.
const REGISTRATION_RULES: &str = "12";

/// The abbreviations of `outgoing-decisions.md`, declared at its top.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("M", "outgoing-mapping.md"),
    ("J", "outgoing-json.md"),
    ("C", "connections.md"),
    ("P", PROTOCOL),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cited {
    Section {
        document: String,
        number: String,
    },
    Rule {
        document: String,
        section: String,
        rule: u32,
    },
    Decision(String),
    Row(String),
}

impl Cited {
    pub(crate) fn resolves(&self, specification: &Specification) -> bool {
        match self {
            Self::Section { document, number } => specification.has_section(document, number),
            Self::Rule {
                document,
                section,
                rule,
            } => specification.has_rule(document, section, *rule),
            Self::Decision(id) => specification.has_decision(id),
            Self::Row(id) => specification.has_row(id),
        }
    }
}

impl std::fmt::Display for Cited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Section { document, number } => write!(f, "{document} has no section {number}"),
            Self::Rule {
                document,
                section,
                rule,
            } => {
                write!(f, "{document} has no rule {rule} in section {section}")
            }
            Self::Decision(id) => write!(f, "there is no decision {id}"),
            Self::Row(id) => write!(f, "docs/semantics.md has no row {id}"),
        }
    }
}

/// The citations of a block, each with its line.
pub(crate) fn citations(
    path: &str,
    block: &Block,
    specification: &Specification,
) -> Vec<(Cited, usize)> {
    let name = path.strip_prefix("docs/protocol/");
    let mut reader = Reader {
        tokens: tokens(block),
        specification,
        own: name.filter(|name| specification.is_document(name)),
        shorthand: block.origin == Origin::Comment,
        rows: path == "docs/semantics.md" || path.starts_with("tests/semantics/"),
        found: Vec::new(),
    };
    let mut at = 0;
    while at < reader.tokens.len() {
        at = reader.step(at).max(at + 1);
    }
    reader.found
}

struct Reader<'s> {
    tokens: Vec<(Token, usize)>,
    specification: &'s Specification,
    /// The document of `docs/protocol` that contains the text, if any.
    own: Option<&'s str>,
    /// Whether `(5.6)` and a leading `5.6:` are sections, as they are in comments.
    shorthand: bool,
    /// Whether rows are cited without the word.
    rows: bool,
    found: Vec<(Cited, usize)>,
}

/// The work to which a section number belongs.
enum Work {
    Document(String),
    Outside,
}

impl Reader<'_> {
    /// Reads the citation that begins at a token, if there is one, and returns the next token.
    fn step(&mut self, at: usize) -> usize {
        let line = self.tokens[at].1;
        if let Some(number) = self.number(at) {
            if self.shorthand && number.matches('.').count() == 1 && self.is_alone(at) {
                let number = number.to_owned();
                self.section(PROTOCOL, number, line);
            }
            return at + 1;
        }
        let Some(word) = self.word(at).map(str::to_owned) else {
            return at + 1;
        };
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "section" | "sections" => return self.sections(at, at + 1),
            "table" if self.number(at + 1).is_some_and(|n| n.contains('.')) => {
                return self.sections(at, at + 1);
            }
            "see" | "in" if self.own.is_some() => {
                // `see 5.1`, `as in 4.11`; not `in 3.2.0` and not `in 2025`.
                let number = self.number(at + 1).unwrap_or_default();
                if number.matches('.').count() == 1 || (lower == "see" && number.len() < 3) {
                    return self.sections(at, at + 1);
                }
            }
            "protocol" | "specification" => {
                let next = at + 1 + usize::from(self.mark(at + 1) == Some(','));
                if self
                    .number(next)
                    .is_some_and(|n| n.matches('.').count() == 1)
                {
                    return self.sections(next, next);
                }
            }
            "rule" | "rules" => return self.rules(at + 1, true),
            "step" | "steps" => return self.rules(at + 1, false),
            "row" | "rows" => return self.row_list(at + 1),
            _ => {}
        }
        if self.specification.is_document(base(&word)) {
            let next = at + 1 + usize::from(self.mark(at + 1) == Some(','));
            if self
                .number(next)
                .is_some_and(|n| n.matches('.').count() == 1)
            {
                return self.sections(next, next);
            }
        }
        if self.own == Some("outgoing-decisions.md")
            && let Some((_, document)) = ABBREVIATIONS.iter().find(|(short, _)| *short == word)
        {
            let (numbers, next) = self.list(at + 1, true);
            for (number, line) in numbers {
                self.section(document, number, line);
            }
            return next;
        }
        if is_decision(&word) {
            self.found.push((Cited::Decision(word), line));
        } else if self.rows && is_row(&word) {
            self.found.push((Cited::Row(word), line));
        }
        at + 1
    }

    /// Reads the section numbers from `at` on and the rules that follow them. The citation begins
    /// at `word`.
    fn sections(&mut self, word: usize, at: usize) -> usize {
        let many = word == at || self.word(word).is_some_and(|w| w.ends_with("ions"));
        let (numbers, next) = self.list(at, many);
        let Some((last, _)) = numbers.last().cloned() else {
            return word + 1;
        };
        let document = match self.work_before(word).or_else(|| self.work_after(next)) {
            Some(Work::Outside) => return next,
            Some(Work::Document(name)) => name,
            None => self.own.unwrap_or(PROTOCOL).to_owned(),
        };
        for (number, line) in numbers {
            self.section(&document, number, line);
        }
        // `section 12, rules 4 and 7`
        let rules = next + usize::from(self.mark(next) == Some(','));
        if self
            .word(rules)
            .is_some_and(|w| matches!(w, "rule" | "rules" | "step" | "steps"))
        {
            let (numbers, next) = self.list(rules + 1, true);
            self.add_rules(&document, &last, numbers);
            return next;
        }
        next
    }

    /// `rules 4 and 7`, or `rules 4 and 7 of section 12`.
    fn rules(&mut self, at: usize, alone: bool) -> usize {
        let (numbers, next) = self.list(at, true);
        if numbers.is_empty() {
            return at;
        }
        let of = self.word(next).is_some_and(|w| matches!(w, "of" | "in"));
        if of && self.word(next + 1) == Some("section") {
            if let Some(section) = self.number(next + 2).map(str::to_owned) {
                let document = match self.work_after(next + 3) {
                    Some(Work::Outside) => return next + 3,
                    Some(Work::Document(name)) => name,
                    None => self.own.unwrap_or(PROTOCOL).to_owned(),
                };
                self.section(&document, section.clone(), self.tokens[next + 2].1);
                self.add_rules(&document, &section, numbers);
                return next + 3;
            }
        } else if alone {
            self.add_rules(PROTOCOL, REGISTRATION_RULES, numbers);
        }
        next
    }

    fn row_list(&mut self, at: usize) -> usize {
        let mut at = at;
        while let Some(word) = self.word(at) {
            if is_row(word) {
                self.found
                    .push((Cited::Row(word.to_owned()), self.tokens[at].1));
            } else if !matches!(word, "to" | "and" | "or") {
                break;
            }
            at += 1;
            at += usize::from(self.mark(at) == Some(','));
        }
        at
    }

    /// `3`, `3 and 4`, `3, 4 and 5.2`, `5.12 to 5.14`. After the singular, only numbers with points
    /// continue the list: `section 2.6, 3 fields` cites one section.
    fn list(&self, at: usize, many: bool) -> (Vec<(String, usize)>, usize) {
        let mut numbers = Vec::new();
        let mut next = at;
        let mut end = at;
        while let Some(number) = self.number(next) {
            if !numbers.is_empty() && !many && !number.contains('.') {
                break;
            }
            numbers.push((number.to_owned(), self.tokens[next].1));
            end = next + 1;
            next = end;
            // `6-1`, a section of an outside work
            if self.mark(next) == Some('-') && self.number(next + 1).is_some() {
                end = next + 2;
                break;
            }
            next += usize::from(self.mark(next) == Some(','));
            let joined = self
                .word(next)
                .is_some_and(|w| matches!(w, "to" | "and" | "or"));
            next += usize::from(joined);
            if next == end {
                break;
            }
        }
        (numbers, end)
    }

    /// The work whose name ends right before a token: `RFC 9562, section 5.4`,
    /// `outgoing-json.md section 4`.
    fn work_before(&self, at: usize) -> Option<Work> {
        let mut end = at;
        if end > 0 && self.mark(end - 1) == Some(',') {
            end -= 1;
        }
        let last = self.word(end.checked_sub(1)?);
        if let Some(name) = last.filter(|name| name.ends_with(".md")) {
            return Some(Work::Document(base(name).to_owned()));
        }
        let title = WORKS.iter().any(|title| {
            let words: Vec<&str> = title.split(' ').collect();
            end.checked_sub(words.len()).is_some_and(|start| {
                (start..end)
                    .zip(&words)
                    .all(|(at, word)| self.word(at) == Some(word))
            })
        });
        // `180-4` is two numbers and a mark
        let first = (0..end).rev().find(|at| self.word(*at).is_some())?;
        let series = self.word(first).is_some_and(|w| SERIES.contains(&w))
            && first + 1 < end
            && (first + 1..end).all(|at| self.number(at).is_some() || self.mark(at) == Some('-'));
        (title || series).then_some(Work::Outside)
    }

    /// `section 5 of connections.md`, `section 5.4 of RFC 9562`.
    fn work_after(&self, at: usize) -> Option<Work> {
        if !matches!(self.word(at), Some("of" | "in")) {
            return None;
        }
        let at = at + 1 + usize::from(self.word(at + 1) == Some("the"));
        let name = self.word(at)?;
        if name.ends_with(".md") {
            return Some(Work::Document(base(name).to_owned()));
        }
        let title = WORKS.iter().any(|title| {
            let mut words = title.split(' ').enumerate();
            words.all(|(index, word)| self.word(at + index) == Some(word))
        });
        (title || SERIES.contains(&name)).then_some(Work::Outside)
    }

    /// `(5.6)`, or a number with which a comment begins: `5.6`, `5.6. ...`, `5.6, ...`, `5.6: ...`.
    fn is_alone(&self, at: usize) -> bool {
        let next = self.tokens.get(at + 1).map(|(token, _)| token);
        let ends = matches!(next, None | Some(Token::Mark('.' | ',' | ':')));
        match at.checked_sub(1) {
            None => ends,
            Some(before) => self.mark(before) == Some('(') && self.mark(at + 1) == Some(')'),
        }
    }

    /// A section, or the numbered rule of one in documents that cite rules as `1.5`.
    fn section(&mut self, document: &str, number: String, line: usize) {
        let known = self.specification.has_section(document, &number);
        if let (false, Some(_), Some((section, rule))) = (known, self.own, number.split_once('.'))
            && let Ok(rule) = rule.parse::<u32>()
        {
            let rules = vec![(rule.to_string(), line)];
            return self.add_rules(document, section, rules);
        }
        let document = document.to_owned();
        self.found.push((Cited::Section { document, number }, line));
    }

    fn add_rules(&mut self, document: &str, section: &str, rules: Vec<(String, usize)>) {
        for (rule, line) in rules {
            let cited = Cited::Rule {
                document: document.to_owned(),
                section: section.to_owned(),
                rule: rule.parse().unwrap_or(0),
            };
            self.found.push((cited, line));
        }
    }

    fn word(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at) {
            Some((Token::Word(word), _)) => Some(word),
            _ => None,
        }
    }

    fn number(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at) {
            Some((Token::Number(number), _)) => Some(number),
            _ => None,
        }
    }

    fn mark(&self, at: usize) -> Option<char> {
        match self.tokens.get(at) {
            Some((Token::Mark(mark), _)) => Some(*mark),
            _ => None,
        }
    }
}

/// The file name of a path.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
