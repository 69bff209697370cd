//! A compact JSON writer that appends to bytes. Every element writes a comma in front of itself, and the bracket that
//! begins an object or list replaces the first one: so no state about "first or not" is kept.

use super::{number, text};
use crate::schema::{Decimal, Encoder, PaddedText, Uuid};

/// Appends compact JSON to a buffer. It does not allocate beyond growing the buffer.
///
/// ```
/// use hydrant::write::JsonWriter;
/// let mut out = Vec::new();
/// JsonWriter::new(&mut out).object(|json| {
///     json.text_field("name", "caf\u{e9} \"q\"");
///     json.int_field("count", 3);
///     json.list_field("tags", |json| {
///         json.text_element("a");
///         json.null_element();
///     });
///     json.object_field("empty", |_| {});
/// });
/// assert_eq!(out, "{\"name\":\"caf\u{e9} \\\"q\\\"\",\"count\":3,\"tags\":[\"a\",null],\"empty\":{}}".as_bytes());
/// ```
#[derive(Debug)]
pub struct JsonWriter<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> JsonWriter<'o> {
    /// Appends to this buffer.
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Writes an object whose fields `fields` writes.
    pub fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        let mark = self.begin();
        fields(self);
        self.end_object(mark);
    }

    /// Writes a field that is an object.
    pub fn object_field(&mut self, key: &str, fields: impl FnOnce(&mut Self)) {
        self.key(key);
        self.object(fields);
    }

    /// Writes a field that is a list, whose elements `elements` writes.
    pub fn list_field(&mut self, key: &str, elements: impl FnOnce(&mut Self)) {
        self.key(key);
        let mark = self.begin();
        elements(self);
        self.end_list(mark);
    }

    /// Writes a text field.
    pub fn text_field(&mut self, key: &str, value: &str) {
        self.key(key);
        self.text(value);
    }

    /// Writes an integer field.
    pub fn int_field(&mut self, key: &str, value: i64) {
        self.key(key);
        self.int(value);
    }

    /// Writes a number field; `null` if the number is not finite.
    pub fn double_field(&mut self, key: &str, value: f64) {
        self.key(key);
        self.double(value);
    }

    /// Writes a bool field.
    pub fn bool_field(&mut self, key: &str, value: bool) {
        self.key(key);
        self.boolean(value);
    }

    /// Writes a uuid field: lower case, with hyphens.
    pub fn uuid_field(&mut self, key: &str, value: Uuid) {
        self.key(key);
        self.uuid(value);
    }

    /// Writes a field that is `null`.
    pub fn null_field(&mut self, key: &str) {
        self.key(key);
        self.null();
    }

    /// Writes a text, quoted and escaped, without a key and without a comma.
    ///
    /// ```
    /// let mut out = b"{\"key\":".to_vec();
    /// hydrant::write::JsonWriter::new(&mut out).text("a \"quote\"");
    /// assert_eq!(out, br#"{"key":"a \"quote\"""#);
    /// ```
    pub fn text(&mut self, value: &str) {
        text::push_quoted(value, self.out);
    }

    /// How many bytes the buffer holds, those that were there before this writer among them: the offset at which the next
    /// byte is written.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// Writes a text element of a list.
    pub fn text_element(&mut self, value: &str) {
        self.element();
        self.text(value);
    }

    /// Writes `null` as an element of a list.
    pub fn null_element(&mut self) {
        self.element();
        self.null();
    }

    /// Writes an object as an element of a list.
    pub fn object_element(&mut self, fields: impl FnOnce(&mut Self)) {
        self.element();
        self.object(fields);
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn end(&mut self, mark: usize, open: u8, close: u8) {
        match self.out.get_mut(mark) {
            Some(comma) => *comma = open,
            None => self.out.push(open),
        }
        self.out.push(close);
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
        self.push("null");
    }

    #[inline]
    fn padded_text(&mut self, text: &'static PaddedText) {
        let end = self.out.len() + usize::from(text.length);
        self.out.extend_from_slice(&text.padded);
        self.out.truncate(end);
    }

    fn text(&mut self, text: &str) {
        self.text(text);
    }

    fn int(&mut self, value: i64) {
        number::push_int(value, self.out);
    }

    fn double(&mut self, value: f64) {
        if number::push_short_double(value, self.out) {
            return;
        }
        if value.is_finite() {
            text::push(zmij::Buffer::new().format_finite(value), self.out);
        } else {
            self.null();
        }
    }

    fn boolean(&mut self, value: bool) {
        self.push(if value { "true" } else { "false" });
    }

    fn decimal(&mut self, value: Decimal<'_>) {
        number::push_decimal(value, self.out);
    }

    fn uuid(&mut self, value: Uuid) {
        number::push_uuid(value, self.out);
    }

    /// Leaves out white space between tokens, so that a line stays a line.
    fn raw(&mut self, json: &str) {
        let mut rest = json.as_bytes();
        while let Some(&byte) = rest.first() {
            let length = match byte {
                b'"' => string_length(rest),
                b' ' | b'\n' | b'\r' | b'\t' => 0,
                _ => 1,
            };
            self.out
                .extend_from_slice(rest.get(..length).unwrap_or(rest));
            rest = rest.get(length.max(1)..).unwrap_or_default();
        }
    }
}

/// The length of the string at the beginning of `json`, with its quotes.
fn string_length(json: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = json.get(at) {
        at += if byte == b'\\' { 2 } else { 1 };
        if byte == b'"' {
            break;
        }
    }
    at.min(json.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_reads_back() {
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
    fn raw_json_loses_white_space_between_tokens_only() {
        let mut out = Vec::new();
        JsonWriter::new(&mut out).raw("{ \"a b\" :\n[ 1.50 , \"\\\" \\\\\" , null ]\t}");
        assert_eq!(out, br#"{"a b":[1.50,"\" \\",null]}"#);
    }

    #[test]
    fn doubles_stay_doubles() {
        for (value, expected) in [(0.0, "0.0"), (47.6062, "47.6062"), (f64::NAN, "null")] {
            let mut out = Vec::new();
            JsonWriter::new(&mut out).double(value);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
