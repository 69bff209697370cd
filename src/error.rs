//! The error type of the crate: what is wrong, where in the input, what was expected and what was
//! found. It contains the JSON path and never the value of an identity or a setting.

use std::borrow::Cow;
use std::fmt;

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is empty or only white space.
    EmptyInput,
    /// The input, or the memory that it needs, exceeds a limit.
    TooLarge,
    /// The input looks like UTF-16 or UTF-32.
    Encoding,
    /// The input is not UTF-8.
    InvalidUtf8,
    /// The input is not JSON.
    Syntax,
    /// Objects and lists are nested deeper than the limit.
    TooDeep,
    /// There is other text after the message.
    TrailingText,
    /// A value of another JSON type was expected.
    UnexpectedType,
    /// A value of the right JSON type cannot be read as what was expected.
    InvalidValue,
    /// A required field is missing.
    MissingField,
    /// A `null` is where an object must be.
    NullElement,
    /// An unknown value where only known ones are allowed.
    UnknownValue,
    /// A lone surrogate escape, in strict mode.
    LoneSurrogate,
    /// The message is not one that a module receives.
    UnsupportedMessage,
    /// The input is an event of another service, which may contain messages:
    /// [`wrapper`](crate::wrapper) extracts them.
    Wrapped,
}

impl ErrorKind {
    /// The name for machines, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmptyInput => "empty_input",
            Self::TooLarge => "too_large",
            Self::Encoding => "encoding",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::Syntax => "syntax",
            Self::TooDeep => "too_deep",
            Self::TrailingText => "trailing_text",
            Self::UnexpectedType => "unexpected_type",
            Self::InvalidValue => "invalid_value",
            Self::MissingField => "missing_field",
            Self::NullElement => "null_element",
            Self::UnknownValue => "unknown_value",
            Self::LoneSurrogate => "lone_surrogate",
            Self::UnsupportedMessage => "unsupported_message",
            Self::Wrapped => "wrapped",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A position in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// The byte offset, at most the length of the input.
    pub offset: usize,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
}

impl Location {
    /// The line and column of a byte offset.
    pub(crate) fn of(input: &[u8], offset: usize) -> Self {
        let offset = offset.min(input.len());
        let before = input.get(..offset).unwrap_or(input);
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        // Characters are counted at their first bytes, which also works for text that is not UTF-8.
        let in_line = before.get(line_start..).unwrap_or_default();
        let column = 1 + in_line.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        Self {
            offset,
            line,
            column,
        }
    }
}

/// The reason why an input was refused. It takes one machine word.
///
/// Most errors have a position in the input. Errors of the input as a whole have none: it is too
/// large, in another encoding, or a message that a module does not receive.
///
/// ```
/// let error = hydrant::normalize(br#"{"type":"event_processing_request","account":7}"#, &mut Vec::new()).unwrap_err();
/// assert_eq!(error.kind().as_str(), "unexpected_type");
/// assert_eq!(error.path(), "account");
/// assert_eq!(error.location().unwrap().offset, 45);
/// assert_eq!(error.to_string(), "expected an object, found a number at account (line 1, column 46, byte 45)");
/// ```
#[derive(Clone, PartialEq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq)]
pub(crate) struct Inner {
    pub(crate) kind: ErrorKind,
    pub(crate) message: Cow<'static, str>,
    pub(crate) location: Option<Location>,
    /// The line of a stream on which the message begins.
    pub(crate) line: Option<usize>,
    pub(crate) path: String,
    pub(crate) snippet: Option<Snippet>,
}

/// The text around the position, with values masked.
#[derive(Clone, PartialEq)]
pub(crate) struct Snippet {
    /// One line of text.
    pub(crate) text: String,
    /// Characters before the marked ones.
    pub(crate) indent: usize,
    /// How many characters are marked, at least one.
    pub(crate) width: usize,
}

impl Error {
    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self(Box::new(inner))
    }

    /// An error without a position.
    pub(crate) fn plain(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self::from_inner(Inner {
            kind,
            message: message.into(),
            location: None,
            line: None,
            path: String::new(),
            snippet: None,
        })
    }

    /// The error for the same input if it is a wrapper: at its beginning, and without an excerpt,
    /// because anything may be a key in it.
    pub(crate) fn wrapped(mut self, message: String, body: &[u8]) -> Self {
        let begins = |byte: &u8| matches!(byte, b'{' | b'[' | b'"');
        let start = body.iter().position(begins).unwrap_or_default();
        self.0.kind = ErrorKind::Wrapped;
        self.0.message = message.into();
        self.0.location = Some(Location::of(body, start));
        self.0.path.clear();
        self.0.snippet = None;
        self
    }

    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was expected and what was found.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The position: byte offset, line and column; `None` if the error concerns the whole input.
    ///
    /// ```
    /// use hydrant::{ErrorKind, ParseOptions, Scratch, parse};
    ///
    /// let options = ParseOptions::new().max_bytes(10);
    /// let error = parse(br#"{"type":"x"}"#, &mut Scratch::new(), &options).unwrap_err();
    /// assert_eq!((error.kind(), error.location()), (ErrorKind::TooLarge, None));
    /// ```
    #[must_use]
    pub fn location(&self) -> Option<Location> {
        self.0.location
    }

    /// The JSON path from the top of the message: `events[3].products[0].price`. Empty at the top.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The same error, for a message that begins on this line of a stream, counted from 1.
    ///
    /// ```
    /// let error = hydrant::normalize(b"[]", &mut Vec::new()).unwrap_err().on_line(17);
    /// assert_eq!(error.location().unwrap().line, 17);
    /// assert!(error.pretty("stream.ndjson").contains("stream.ndjson:17:1"));
    /// ```
    #[must_use]
    pub fn on_line(mut self, line: usize) -> Self {
        if let Some(location) = &mut self.0.location {
            location.line = location.line.saturating_add(line.saturating_sub(1));
        }
        self.0.line = Some(line);
        self
    }

    /// The same error, for a message that begins in this column of its line, counted from 1 in
    /// characters.
    ///
    /// ```
    /// let error = hydrant::normalize(b"[]", &mut Vec::new()).unwrap_err().on_line(17).on_column(5);
    /// assert!(error.pretty("stream.ndjson").contains("stream.ndjson:17:5"));
    /// ```
    #[must_use]
    pub fn on_column(mut self, column: usize) -> Self {
        let first_line = self.0.line.unwrap_or(1);
        if let Some(location) = &mut self.0.location
            && location.line == first_line
        {
            location.column = location.column.saturating_add(column.saturating_sub(1));
        }
        self
    }

    /// The error for a terminal: several lines, with the name of the input and the text around the
    /// position, in which all other values are masked.
    #[must_use]
    pub fn pretty(&self, name: &str) -> String {
        let mut text = format!("error: {}\n  --> {name}", self.0.message);
        match (self.0.location, self.0.line) {
            (Some(at), _) => {
                let Location {
                    offset,
                    line,
                    column,
                } = at;
                text.push_str(&format!(":{line}:{column} (byte {offset})"));
            }
            (None, Some(line)) => text.push_str(&format!(":{line}")),
            (None, None) => {}
        }
        if !self.0.path.is_empty() {
            text.push_str(&format!("\n   at {}", self.0.path));
        }
        if let (Some(snippet), Some(location)) = (&self.0.snippet, self.0.location) {
            let number = location.line.to_string();
            let gap = " ".repeat(number.len());
            let indent = " ".repeat(snippet.indent);
            let mark = "^".repeat(snippet.width.max(1));
            text.push_str(&format!(
                "\n {gap} |\n {number} | {}\n {gap} | {indent}{mark}",
                snippet.text
            ));
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if !self.0.path.is_empty() {
            write!(f, " at {}", self.0.path)?;
        }
        if let Some(at) = self.0.location {
            write!(
                f,
                " (line {}, column {}, byte {})",
                at.line, at.column, at.offset
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("location", &self.0.location)
            .field("path", &self.0.path)
            .finish()
    }
}

impl std::error::Error for Error {}

/// Appends a key to a JSON path: `.name`, or `["any text"]` if the key is not a plain word. Very
/// long keys are truncated.
pub(crate) fn push_path_key(path: &mut String, key: &str) {
    // The key is truncated first: there may be many paths with the same huge key.
    let end = key.char_indices().nth(100).map_or(key.len(), |(at, _)| at);
    let shown = key.get(..end).unwrap_or(key);
    let plain = !key.is_empty()
        && shown
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let cut = if shown.len() < key.len() { "…" } else { "" };
    if plain {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(shown);
        path.push_str(cut);
        return;
    }
    path.push_str("[\"");
    for character in shown.chars() {
        match character {
            '"' => path.push_str("\\\""),
            '\\' => path.push_str("\\\\"),
            '\n' => path.push_str("\\n"),
            '\r' => path.push_str("\\r"),
            '\t' => path.push_str("\\t"),
            '\u{8}' => path.push_str("\\b"),
            '\u{c}' => path.push_str("\\f"),
            c if c.is_control() => path.push_str(&format!("\\u{:04x}", c as u32)),
            c => path.push(c),
        }
    }
    path.push_str(cut);
    path.push_str("\"]");
}

/// Appends a key to a JSON path without showing it, because it may be a secret.
pub(crate) fn push_path_hidden_key(path: &mut String) {
    path.push_str("[\"…\"]");
}

/// Appends an index of a list to a JSON path.
pub(crate) fn push_path_index(path: &mut String, index: usize) {
    path.push_str(&format!("[{index}]"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let input = "a\nbé😀x".as_bytes();
        assert_eq!(
            Location::of(input, 0),
            Location {
                offset: 0,
                line: 1,
                column: 1
            }
        );
        assert_eq!(
            Location::of(input, 2),
            Location {
                offset: 2,
                line: 2,
                column: 1
            }
        );
        assert_eq!(
            Location::of(input, 9),
            Location {
                offset: 9,
                line: 2,
                column: 4
            }
        );
        assert_eq!(Location::of(input, 99).offset, input.len());
    }

    #[test]
    fn one_word_for_all_threads() {
        fn is_an_error<T: std::error::Error + Clone + Send + Sync + 'static>() {}
        is_an_error::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
