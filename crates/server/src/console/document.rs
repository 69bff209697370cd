//! A JSON text for the page, with what is known about it.

use hydrant::message::Message;
use hydrant::validate::{self, Finding, Level};
use hydrant::write::JsonWriter;
use hydrant::{Error, ErrorKind, ParseOptions, Scratch, parse};

use super::redact::{Restored, Shown};
use super::{declared, tree};
use crate::place::{Place, is_harmless, mentions_settings};

/// The most findings that are written.
const MOST_FINDINGS: usize = 500;

/// A text, and what is to be shown of it.
pub(super) struct Document<'t> {
    pub(super) text: &'t [u8],
    pub(super) root: Place,
    pub(super) revealed: bool,
    /// For a text that somebody edits: the one with its hidden values, which is checked instead.
    pub(super) restored: Option<&'t Restored>,
    /// The error with which it was refused.
    pub(super) error: Option<&'t Error>,
    pub(super) findings: Vec<Finding>,
    /// The canonical text, for the typed view.
    pub(super) canonical: Option<String>,
}

impl<'t> Document<'t> {
    /// A text of which only the place is known.
    pub(super) fn new(text: &'t [u8], root: Place, revealed: bool) -> Self {
        Self {
            text,
            root,
            revealed,
            restored: None,
            error: None,
            findings: Vec::new(),
            canonical: None,
        }
    }

    /// A text that was read as a message.
    pub(super) fn of(text: &'t [u8], read: &'t Result<Read, Error>, revealed: bool) -> Self {
        let mut document = Self::new(text, Place::MESSAGE, revealed);
        match read {
            Ok(read) => {
                document.findings.clone_from(&read.findings);
                document.canonical = Some(read.canonical.clone());
            }
            Err(error) => document.error = Some(error),
        }
        document
    }

    pub(super) fn write(&self, json: &mut JsonWriter<'_>) {
        json.object(|json| self.write_fields(json));
    }

    pub(super) fn write_fields(&self, json: &mut JsonWriter<'_>) {
        let location = self.error.and_then(Error::location);
        let offset = location.map(|at| match self.restored {
            Some(restored) => restored.edited(at.offset),
            None => at.offset,
        });
        let shown = Shown::new(self.text, self.root, self.revealed, offset);
        json.text_field("text", &shown.text);
        json.uint_field("bytes", self.text.len() as u64);
        json.uint_field("cut", shown.cut as u64);
        json.uint_field("hidden", shown.hidden as u64);
        json.uint_field("secret", shown.secret as u64);
        match &self.canonical {
            Some(text) => json.raw_field("tree", &self.tree(text)),
            None => json.null_field("tree"),
        }
        match self.error {
            Some(error) => {
                json.object_field("error", |json| self.write_error(json, error, shown.index));
            }
            None => json.null_field("error"),
        }
        json.list_field("findings", |json| {
            for finding in self.findings.iter().take(MOST_FINDINGS) {
                json.object_element(|json| write_finding(json, finding, self.revealed));
            }
        });
    }

    fn tree(&self, canonical: &str) -> String {
        let mut out = Vec::new();
        let mut json = JsonWriter::new(&mut out);
        tree::write(&mut json, canonical, self.root, self.revealed);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn write_error(&self, json: &mut JsonWriter<'_>, error: &Error, index: Option<usize>) {
        json.text_field("kind", error.kind().as_str());
        json.text_field("message", error.message());
        json.text_field("path", error.path());
        let ends = error.message().ends_with("found the end of the input");
        json.bool_field("cut_off", error.kind() == ErrorKind::Syntax && ends);
        let location = error.location();
        for (name, number) in [
            ("line", location.map(|at| at.line)),
            ("column", location.map(|at| at.column)),
            ("byte", location.map(|at| at.offset)),
            ("index", index),
        ] {
            match number {
                Some(number) => json.uint_field(name, number as u64),
                None => json.null_field(name),
            }
        }
        let text = match self.restored {
            Some(restored) => &restored.text,
            None => self.text,
        };
        let mut out = Vec::new();
        let mut declared = JsonWriter::new(&mut out);
        match std::str::from_utf8(text) {
            Ok(text) if is_about_a_value(error.kind()) => {
                declared::write(&mut declared, text, error.path());
            }
            _ => declared.null(),
        }
        json.raw_field("declared", &String::from_utf8_lossy(&out));
    }
}

/// Whether an error is about what is declared at its path.
fn is_about_a_value(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedType
            | ErrorKind::InvalidValue
            | ErrorKind::MissingField
            | ErrorKind::NullElement
            | ErrorKind::UnknownValue
    )
}

fn write_finding(json: &mut JsonWriter<'_>, finding: &Finding, revealed: bool) {
    json.text_field("level", finding.level.as_str());
    json.text_field("rule", finding.rule);
    json.text_field("path", &path(finding, revealed));
    json.text_field("message", &message(finding, revealed));
}

/// The message of a finding without the values that it quotes, which may be anything where another
/// text should be.
pub(super) fn message(finding: &Finding, revealed: bool) -> String {
    let (mut out, mut rest) = (String::new(), &*finding.message);
    while let Some((before, quoted)) = rest.split_once('"') {
        let mut escaped = false;
        let end = quoted.find(|it: char| {
            let ends = it == '"' && !escaped;
            escaped = it == '\\' && !escaped;
            ends
        });
        let (value, after) = quoted.split_at(end.unwrap_or(quoted.len()));
        out.push_str(before);
        out.push('"');
        out.push_str(if may_show(value, revealed) {
            value
        } else {
            "…"
        });
        out.push('"');
        rest = after.get(1..).unwrap_or_default();
    }
    out + rest
}

/// The path of a finding without keys that may be values.
pub(super) fn path(finding: &Finding, revealed: bool) -> String {
    let keys = finding.path.split('.').map(|key| {
        let name = key.split('[').next().unwrap_or(key);
        let shown = name.is_empty() || may_show(name, revealed);
        if shown { key } else { "…" }
    });
    keys.collect::<Vec<_>>().join(".")
}

pub(super) fn may_show(text: &str, revealed: bool) -> bool {
    is_harmless(text) || revealed && !mentions_settings(text)
}

/// What reading a message gives.
pub(super) struct Read {
    pub(super) canonical: String,
    /// Errors first.
    pub(super) findings: Vec<Finding>,
}

/// Reads a message, with everything that may be wrong with it.
pub(super) fn read(body: &[u8], max_bytes: usize) -> Result<Read, Error> {
    let options = ParseOptions::new().max_bytes(max_bytes);
    let mut scratch = Scratch::new();
    let parsed = parse(body, &mut scratch, &options)?;
    let mut findings = validate::findings(&parsed.message);
    let mut out = Vec::new();
    hydrant::write::message(&parsed.message, &mut out);
    findings.extend(validate::unknown_fields(body, &mut scratch, &options)?);
    findings.extend(validate::coercions(body, &mut scratch, &options)?);
    findings.sort_by_key(|finding| finding.level < Level::Error);
    Ok(Read {
        canonical: String::from_utf8_lossy(&out).into_owned(),
        findings,
    })
}

/// The type of a text that was refused, if it names one that the protocol has.
pub(super) fn type_of(body: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(body).ok()?;
    let named = hydrant::json::Json::new(text)?
        .get(Message::INFO.tag)?
        .text()?;
    let mut members = Message::INFO.members.iter();
    members
        .find(|member| member.tag == named)
        .map(|member| member.tag)
}
