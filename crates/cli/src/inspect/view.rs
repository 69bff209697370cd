//! The look of `inspect`: a title, sections, fields, tables. All text of the message goes through here, so that none of
//! it plays tricks on the terminal and none of it is endless, and all values of settings and identities do, too.

use std::fmt::{Display, Write};

use comfy_table::{Table, presets};

use crate::terminal::harmless;
use hydrant::message::{IdentityEncoding, Map, MessageCommon, Timestamp};

/// Stands for a value that is not shown.
const REDACTED: &str = "[redacted]";

/// Characters of one value that are shown.
const LONGEST: usize = 100;

/// Width of the column of names.
const NAMES: usize = 29;

/// A text in the making.
pub(super) struct View {
    text: String,
    colours: bool,
    show_identities: bool,
}

impl View {
    pub(super) fn new(colours: bool, show_identities: bool) -> Self {
        Self {
            text: String::new(),
            colours,
            show_identities,
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// The type of the message and what all messages have.
    pub(super) fn title(&mut self, kind: &str, common: &MessageCommon<'_>) {
        self.heading(kind);
        self.optional("id", common.id);
        self.optional("time", common.timestamp_ms.map(time));
        self.optional("firehose version", common.firehose_version);
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

    /// A name and a value on a line.
    pub(super) fn field(&mut self, name: &str, value: impl Display) {
        let (name, value) = (harmless(name), shown(&value.to_string()));
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "  {name:NAMES$} {value}");
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

    /// User attributes, which may say as much about a person as identities.
    pub(super) fn attributes<T: Display>(&mut self, attributes: impl Iterator<Item = (String, T)>) {
        for (name, value) in attributes {
            if self.show_identities {
                self.field(&name, value);
            } else {
                self.field(&name, REDACTED);
            }
        }
    }

    /// The value of an identity, as far as it may be shown.
    pub(super) fn identity(&self, value: &str) -> String {
        if self.show_identities {
            shown(value)
        } else {
            REDACTED.to_owned()
        }
    }

    /// The type or encoding of an identity. What is not `known` may be the identity in the wrong place.
    pub(super) fn identity_word(&self, word: &str, known: bool) -> String {
        if known {
            shown(word)
        } else {
            self.identity(word)
        }
    }

    /// An identity on a line.
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

    /// Rows below a header. Cells are shown as they are: whoever makes them calls [`shown`].
    pub(super) fn table(&mut self, header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(header.iter().copied());
        table.add_rows(rows);
        for line in table.trim_fmt().lines() {
            let _ = writeln!(self.text, " {line}");
        }
    }

    /// A line at the end.
    pub(super) fn note(&mut self, text: &str) {
        let _ = writeln!(self.text, "\n{text}");
    }
}

/// Text of the message, harmless and not too long.
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

/// Words with commas between.
pub(super) fn list<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    words.join(", ")
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
    fn values_of_identities_and_settings_are_hidden() {
        for show in [false, true] {
            let mut view = View::new(false, show);
            view.identity_field("email", IdentityEncoding::Raw, "jane@example.com");
            view.attributes([("$City".to_owned(), "jane's town")].into_iter());
            view.settings("settings", &Map::new(&[("api_key", "jane's key")]));
            let text = view.finish();
            assert_eq!(
                text.matches("jane").count(),
                if show { 2 } else { 0 },
                "{text}"
            );
        }
    }
}
