//! The format of `inspect`: a title, sections, fields, tables. All text of the message passes
//! through this module, which escapes control characters and truncates long text. So do the values
//! of settings and identities, which it masks.

use std::fmt::{Display, Write};

use crate::output::{Output, Unwritable};
use crate::terminal::harmless;
use hydrant::message::{IdentityEncoding, Map, MessageCommon, Timestamp};

/// Replaces a value that is not shown.
const REDACTED: &str = "[redacted]";

/// The most characters of a value that are shown.
const LONGEST: usize = 100;

/// Width of the column of field names.
const NAMES: usize = 29;

/// Bytes that are written at a time.
const BLOCK: usize = 64 << 10;

/// Output under construction. It is written in pieces, because that of a large message is long.
pub(super) struct View<'o> {
    text: String,
    output: Option<&'o mut Output>,
    written: Result<(), Unwritable>,
    colours: bool,
    show_identities: bool,
}

impl<'o> View<'o> {
    pub(super) fn new(colours: bool, show_identities: bool) -> Self {
        Self {
            text: String::new(),
            output: None,
            written: Ok(()),
            colours,
            show_identities,
        }
    }

    /// The destination.
    pub(super) fn to(mut self, output: &'o mut Output) -> Self {
        self.output = Some(output);
        self
    }

    pub(super) fn finish(mut self) -> Result<(), Unwritable> {
        self.flush(0);
        self.written
    }

    /// Writes the buffered text if it has more than this many bytes.
    fn flush(&mut self, bytes: usize) {
        if self.text.len() <= bytes {
            return;
        }
        if let Some(output) = &mut self.output {
            if self.written.is_ok() {
                self.written = output.write(self.text.as_bytes());
            }
            self.text.clear();
        }
    }

    /// The type of the message and the fields that all messages have.
    pub(super) fn title(&mut self, kind: &str, common: &MessageCommon<'_>) {
        self.heading(kind);
        self.optional("id", common.id);
        self.optional("time", common.timestamp_ms.map(time));
        self.optional("firehose version", common.firehose_version);
    }

    /// The name of what is shown.
    pub(super) fn name(&mut self, name: &str) {
        self.heading(name);
    }

    /// Begins a section.
    pub(super) fn section(&mut self, name: &str) {
        self.text.push('\n');
        self.heading(name);
    }

    fn heading(&mut self, text: &str) {
        let text = harmless(text);
        self.text.push_str(&match self.colours {
            true => format!("\u{1b}[1m{text}\u{1b}[0m\n"),
            false => format!("{text}\n"),
        });
    }

    /// A name and a value on one line.
    pub(super) fn field(&mut self, name: &str, value: impl Display) {
        let (name, value) = (harmless(name), shown(&value.to_string()));
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "  {name:NAMES$} {value}");
        self.flush(BLOCK);
    }

    /// The same, if there is a value.
    pub(super) fn optional(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    /// Settings by name; their values are never shown.
    pub(super) fn settings(&mut self, name: &str, settings: &Map<'_, &str>) {
        for (at, (setting, _)) in settings.iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            self.field(name, format_args!("{} = {REDACTED}", shown(setting)));
        }
    }

    /// User attributes, which may be as personal as identities.
    pub(super) fn attributes<T: Display>(&mut self, attributes: impl Iterator<Item = (String, T)>) {
        for (name, value) in attributes {
            if self.show_identities {
                self.field(&name, value);
            } else {
                self.field(&name, REDACTED);
            }
        }
    }

    /// The value of an identity, or its mask.
    pub(super) fn identity(&self, value: &str) -> String {
        if self.show_identities {
            shown(value)
        } else {
            REDACTED.to_owned()
        }
    }

    /// The type or encoding of an identity. A value that is not `known` may be the identity in the
    /// wrong place.
    pub(super) fn identity_word(&self, word: &str, known: bool) -> String {
        if known {
            shown(word)
        } else {
            self.identity(word)
        }
    }

    /// An identity on one line.
    pub(super) fn identity_field(
        &mut self,
        identity_type: &str,
        encoding: IdentityEncoding<'_>,
        value: &str,
    ) {
        let value = self.identity(value);
        let encoding = self.identity_word(encoding.as_str(), encoding.is_known());
        self.field(identity_type, format_args!("{encoding}  {value}"));
    }

    /// Rows below a header. Cells are written unchanged: the caller applies [`shown`]. The rows are
    /// produced twice, once for the widths of the columns, because a large message has very many.
    pub(super) fn table(
        &mut self,
        header: &[&str],
        rows: impl Iterator<Item = Vec<String>> + Clone,
    ) {
        let width = |text: &str| text.chars().count();
        let mut widths: Vec<usize> = header.iter().map(|name| width(name)).collect();
        for row in rows.clone() {
            for (widest, cell) in widths.iter_mut().zip(&row) {
                *widest = width(cell).max(*widest);
            }
        }
        let header = header.iter().map(|name| (*name).to_owned()).collect();
        for row in std::iter::once(header).chain(rows) {
            self.text.push(' ');
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(self.text, " {cell:width$} ");
            }
            self.text.truncate(self.text.trim_end_matches(' ').len());
            self.text.push('\n');
            self.flush(BLOCK);
        }
    }
}

/// Text of the message, escaped and truncated.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let kept = text.get(..end).unwrap_or_default();
            format!("{}… ({} bytes)", harmless(kept), text.len())
        }
        None => harmless(text).into_owned(),
    }
}

/// Milliseconds since the epoch as RFC 3339.
pub(super) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Words separated by commas; if there are many, only the first.
pub(super) fn list<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    // Room for the number of the others.
    const ENOUGH: usize = LONGEST - 25;
    let mut text = String::new();
    let mut words = words.into_iter();
    for word in words.by_ref() {
        if !text.is_empty() {
            text.push_str(", ");
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "{word}");
        if text.len() > ENOUGH {
            break;
        }
    }
    match words.count() {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shown("short"), "short");
        let long = shown(&"é".repeat(200));
        assert!(
            long.starts_with('é') && long.ends_with("… (400 bytes)"),
            "{long}"
        );
    }

    #[test]
    fn long_lists_are_cut_between_words() {
        assert_eq!(list(["a", "b"]), "a, b");
        assert_eq!(
            list(["abcd"; 1000]),
            format!("{}, abcd and 987 more", ["abcd"; 12].join(", "))
        );
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut view = View::new(false, false);
        let rows = [["1", "", "x"], ["22", "wider", "é"]];
        view.table(
            &["#", "b", "c"],
            rows.iter().map(|row| row.map(str::to_owned).to_vec()),
        );
        assert_eq!(
            view.text,
            "  #   b      c\n  1          x\n  22  wider  é\n"
        );
    }

    #[test]
    fn values_of_identities_and_settings_are_hidden() {
        for show in [false, true] {
            let mut view = View::new(false, show);
            view.identity_field("email", IdentityEncoding::Raw, "jane@example.com");
            view.attributes([("$City".to_owned(), "jane's town")].into_iter());
            view.settings("settings", &Map::new(&[("api_key", "jane's key")]));
            let text = view.text;
            assert_eq!(
                text.matches("jane").count(),
                if show { 2 } else { 0 },
                "{text}"
            );
        }
    }
}
