//! A compact JSON writer that appends to a byte buffer. Every element writes a comma before itself,
//! and the opening bracket of an object or list replaces the first comma, so that the writer does
//! not track which element is the first.

use std::fmt;

use super::{number, text};
use crate::schema::{Decimal, Encoder, PaddedText, Uuid};

/// Appends compact JSON to a buffer: one value, or an object or list whose members a closure
/// writes. It cannot access the previous content of the buffer, and allocates only to grow it.
///
/// Methods named after a type write a value, those that end in `_field` a field of an object, and
/// those that end in `_element` an element of a list. The output is valid JSON if fields are
/// written only in objects, elements only in lists, and one value elsewhere.
///
/// ```
/// use hydrant::write::JsonWriter;
///
/// let mut out = Vec::new();
/// JsonWriter::new(&mut out).object(|json| {
///     json.text_field("name", "caf\u{e9} \"q\"");
///     json.int_field("count", -3);
///     json.list_field("tags", |json| {
///         json.text_element("a");
///         json.null_element();
///     });
///     json.object_field("empty", |_| {});
/// });
/// let expected = r#"{"name":"café \"q\"","count":-3,"tags":["a",null],"empty":{}}"#;
/// assert_eq!(out, expected.as_bytes());
/// ```
pub struct JsonWriter<'o> {
    out: &'o mut Vec<u8>,
}

/// Defines the three methods of each scalar type.
macro_rules! scalars {
    ($(
        $(#[$meta:meta])*
        $value:ident $field:ident $element:ident ($( $argument:ident: $type:ty )?)
            |$json:ident| $write:expr;
    )*) => {
        impl JsonWriter<'_> {
            $(
                $(#[$meta])*
                pub fn $value(&mut self $(, $argument: $type)?) {
                    let $json = self;
                    $write;
                }

                #[doc = concat!(
                    "Writes a field as [`", stringify!($value), "`](Self::", stringify!($value),
                    ") writes a value."
                )]
                pub fn $field(&mut self, key: &str $(, $argument: $type)?) {
                    text::push_key(key, self.out);
                    self.$value($($argument)?);
                }

                #[doc = concat!(
                    "Writes an element as [`", stringify!($value), "`](Self::", stringify!($value),
                    ") writes a value."
                )]
                pub fn $element(&mut self $(, $argument: $type)?) {
                    self.out.push(b',');
                    self.$value($($argument)?);
                }
            )*
        }
    };
}

scalars! {
    /// Writes a text, quoted and escaped.
    ///
    /// ```
    /// let mut out = Vec::new();
    /// hydrant::write::JsonWriter::new(&mut out).text("a \"quote\"");
    /// assert_eq!(out, br#""a \"quote\"""#);
    /// ```
    text text_field text_element (value: &str) |json| text::push_quoted(value, json.out);
    /// Writes a signed integer.
    int int_field int_element (value: i64) |json| number::push_int(value, json.out);
    /// Writes an unsigned integer.
    uint uint_field uint_element (value: u64) |json| number::push_unsigned(value, json.out);
    /// Writes a double as the shortest text that parses to the same double; `null` if it is not
    /// finite.
    double double_field double_element (value: f64) |json| push_double(value, json.out);
    /// Writes a bool.
    bool bool_field bool_element (value: bool)
        |json| json.push(if value { "true" } else { "false" });
    /// Writes a UUID as text: lower case, with hyphens.
    uuid uuid_field uuid_element (value: Uuid) |json| number::push_uuid(value, json.out);
    /// Writes a decimal as a number with all its digits.
    decimal decimal_field decimal_element (value: Decimal<'_>)
        |json| number::push_decimal(value, json.out);
    /// Writes `null`.
    null null_field null_element () |json| json.push("null");
    /// Writes a value that is already JSON. White space between its tokens is removed, so that the
    /// output contains no line breaks.
    ///
    /// `json` must be one valid JSON value. This is not checked, except for an assertion in debug
    /// builds that it is not empty and that its brackets and quotes are closed.
    ///
    /// ```
    /// let mut out = Vec::new();
    /// hydrant::write::JsonWriter::new(&mut out).object(|json| json.raw_field("extra", "[1, 2]"));
    /// assert_eq!(out, br#"{"extra":[1,2]}"#);
    /// ```
    raw raw_field raw_element (value: &str) |json| {
        debug_assert!(is_closed(value), "not one JSON value");
        push_raw(value, json.out)
    };
}

impl<'o> JsonWriter<'o> {
    /// Creates a writer that appends to this buffer.
    #[inline]
    #[must_use]
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Writes an object whose fields `fields` writes.
    #[inline]
    pub fn object(&mut self, fields: impl FnOnce(&mut JsonWriter<'_>)) {
        let mark = self.begin();
        fields(&mut JsonWriter::new(self.out));
        self.end_object(mark);
    }

    /// Writes a field that is an object.
    #[inline]
    pub fn object_field(&mut self, key: &str, fields: impl FnOnce(&mut JsonWriter<'_>)) {
        self.key(key);
        self.object(fields);
    }

    /// Writes an element that is an object.
    #[inline]
    pub fn object_element(&mut self, fields: impl FnOnce(&mut JsonWriter<'_>)) {
        self.element();
        self.object(fields);
    }

    /// Writes a list whose elements `elements` writes.
    ///
    /// ```
    /// let mut out = Vec::new();
    /// hydrant::write::JsonWriter::new(&mut out).list(|json| {
    ///     json.uint_element(1);
    ///     json.list_element(|json| json.bool_element(true));
    ///     json.object_element(|json| json.null_field("a"));
    /// });
    /// assert_eq!(out, br#"[1,[true],{"a":null}]"#);
    /// ```
    #[inline]
    pub fn list(&mut self, elements: impl FnOnce(&mut JsonWriter<'_>)) {
        let mark = self.begin();
        elements(&mut JsonWriter::new(self.out));
        self.end_list(mark);
    }

    /// Writes a field that is a list.
    #[inline]
    pub fn list_field(&mut self, key: &str, elements: impl FnOnce(&mut JsonWriter<'_>)) {
        self.key(key);
        self.list(elements);
    }

    /// Writes an element that is a list.
    #[inline]
    pub fn list_element(&mut self, elements: impl FnOnce(&mut JsonWriter<'_>)) {
        self.element();
        self.list(elements);
    }

    /// The offset in the buffer at which the next byte is written.
    #[must_use]
    pub fn position(&self) -> usize {
        self.out.len()
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Replaces the comma of the first element or field with the opening bracket.
    fn end(&mut self, mark: usize, open: u8, close: u8) {
        match self.out.get_mut(mark) {
            Some(comma) => *comma = open,
            None => self.out.push(open),
        }
        self.out.push(close);
    }
}

/// Does not show the buffer, which may hold personal data.
impl fmt::Debug for JsonWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonWriter").finish_non_exhaustive()
    }
}

impl Encoder for JsonWriter<'_> {
    type Mark = usize;

    fn begin(&mut self) -> usize {
        self.out.len()
    }

    fn end_object(&mut self, mark: usize) {
        self.end(mark, b'{', b'}');
    }

    fn end_list(&mut self, mark: usize) {
        self.end(mark, b'[', b']');
    }

    fn static_key(&mut self, quoted: &'static str) {
        self.push(quoted);
    }

    fn key(&mut self, key: &str) {
        text::push_key(key, self.out);
    }

    fn element(&mut self) {
        self.out.push(b',');
    }

    fn null(&mut self) {
        JsonWriter::null(self);
    }

    #[inline]
    fn padded_text(&mut self, text: &'static PaddedText) {
        let end = self.out.len() + usize::from(text.length);
        self.out.extend_from_slice(&text.padded);
        self.out.truncate(end);
    }

    fn text(&mut self, text: &str) {
        JsonWriter::text(self, text);
    }

    fn int(&mut self, value: i64) {
        JsonWriter::int(self, value);
    }

    fn double(&mut self, value: f64) {
        JsonWriter::double(self, value);
    }

    fn boolean(&mut self, value: bool) {
        JsonWriter::bool(self, value);
    }

    fn decimal(&mut self, value: Decimal<'_>) {
        JsonWriter::decimal(self, value);
    }

    fn uuid(&mut self, value: Uuid) {
        JsonWriter::uuid(self, value);
    }

    fn raw(&mut self, json: &str) {
        push_raw(json, self.out);
    }
}

fn push_double(value: f64, out: &mut Vec<u8>) {
    if number::push_short_double(value, out) {
        return;
    }
    if value.is_finite() {
        text::push(zmij::Buffer::new().format_finite(value), out);
    } else {
        out.extend_from_slice(b"null");
    }
}

/// Removes white space between tokens, so that the output contains no line breaks.
fn push_raw(json: &str, out: &mut Vec<u8>) {
    let mut rest = json.as_bytes();
    while let Some(&byte) = rest.first() {
        let length = match byte {
            b'"' => string_end(rest).unwrap_or(rest.len()),
            b' ' | b'\n' | b'\r' | b'\t' => 0,
            _ => 1,
        };
        out.extend_from_slice(rest.get(..length).unwrap_or(rest));
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
}

/// Whether a text may be one JSON value: it is not empty, its quotes and brackets are closed, and
/// there is no comma or colon outside of brackets.
fn is_closed(json: &str) -> bool {
    let mut depth = 0usize;
    let mut rest = json.trim().as_bytes();
    let empty = rest.is_empty();
    while let Some(&byte) = rest.first() {
        let mut length = 1;
        match byte {
            b'"' => match string_end(rest) {
                Some(end) => length = end,
                None => return false,
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return false,
            b'}' | b']' => depth -= 1,
            b',' | b':' if depth == 0 => return false,
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    !empty && depth == 0
}

/// The end of the string at the beginning of `json`, after its closing quote.
fn string_end(json: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match json.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_survives_a_round_trip() {
        let text: String = (0..=0x7f)
            .map(char::from)
            .chain("é\u{2028}😀".chars())
            .collect();
        let mut out = Vec::new();
        JsonWriter::new(&mut out).text(&text);
        let written = String::from_utf8(out).unwrap();
        assert!(written.starts_with(r#""\u0000\u0001"#) && written.contains(r"\u001F"));
        assert!(written.bytes().all(|byte| byte >= b' '));
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }

    #[test]
    fn raw_json_loses_only_white_space_between_tokens() {
        let mut out = Vec::new();
        JsonWriter::new(&mut out).raw("{ \"a b\" :\n[ 1.50 , \"\\\" \\\\\" , null ]\t}");
        assert_eq!(out, br#"{"a b":[1.50,"\" \\",null]}"#);
    }

    #[test]
    fn raw_json_that_is_not_closed_is_detected() {
        for json in [
            "1",
            " [1, \"]\"]",
            "{\"a\":[{}]}",
            "\"\"",
            "\"a\\\"\"",
            "null",
        ] {
            assert!(is_closed(json), "{json}");
        }
        for json in [
            "", " ", "[", "]", "{}}", "\"", "\"a", "\"a\\\"", "1,2", "\"a\":1",
        ] {
            assert!(!is_closed(json), "{json}");
        }
    }

    #[test]
    fn previous_content_is_kept() {
        for write in [
            |json: &mut JsonWriter<'_>| json.object(|_| {}),
            |json: &mut JsonWriter<'_>| json.list(|json| json.text("no element")),
            |json: &mut JsonWriter<'_>| {
                json.object(|json| *json = JsonWriter::new(Box::leak(Box::default())))
            },
        ] {
            let mut out = b"before".to_vec();
            write(&mut JsonWriter::new(&mut out));
            assert!(out.starts_with(b"before") && out.len() >= 8);
        }
    }

    #[test]
    fn doubles_are_written_as_doubles() {
        for (value, expected) in [(0.0, "0.0"), (47.6062, "47.6062"), (f64::NAN, "null")] {
            let mut out = Vec::new();
            JsonWriter::new(&mut out).double(value);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
