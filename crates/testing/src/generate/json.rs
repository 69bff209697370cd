//! A small JSON writer that appends to a `Vec<u8>`: compact, pretty-printed as by Jackson, or with
//! fields in shuffled order.
//!
//! The generator has its own writer for speed: it needs no model, no `core::fmt` and no allocation
//! per field. The writer does not check that keys and values alternate, and only the methods whose
//! names start with `text` escape.

use super::random::Random;

/// The layout of messages, and buffers for shuffling that are reused for each message.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) pretty: bool,
    pub(super) shuffle: bool,
    pub(super) escapes: bool,
    /// Decides order and escapes. It is not the stream that decides values, so that values do not
    /// depend on the layout.
    pub(super) quirks: Random,
    /// The start of each field of the open objects, outermost object first.
    starts: Vec<usize>,
    /// For each open object, the number of `starts` before its own.
    frames: Vec<usize>,
    order: Vec<usize>,
    moved: Vec<u8>,
}

impl Layout {
    pub(super) fn new(pretty: bool, shuffle: bool, escapes: bool) -> Self {
        Self {
            pretty,
            shuffle,
            escapes,
            quirks: Random::new(0),
            starts: Vec::new(),
            frames: Vec::new(),
            order: Vec::new(),
            moved: Vec::new(),
        }
    }
}

/// Appends one JSON value to a buffer.
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) layout: &'a mut Layout,
    comma: bool,
    /// Neither pretty-printed nor shuffled: the fast path.
    plain: bool,
    /// The number of open objects. Arrays do not indent.
    depth: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, layout: &'a mut Layout) -> Self {
        layout.starts.clear();
        layout.frames.clear();
        let plain = !layout.pretty && !layout.shuffle;
        Self {
            out,
            layout,
            comma: false,
            plain,
            depth: 0,
        }
    }

    #[inline]
    pub(super) fn begin_object(&mut self) {
        self.out.push(b'{');
        self.comma = false;
        self.depth += 1;
        if !self.plain {
            self.layout.frames.push(self.layout.starts.len());
        }
    }

    #[inline]
    pub(super) fn end_object(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if !self.plain {
            self.finish_object();
        }
        self.out.push(b'}');
        self.comma = true;
    }

    #[inline]
    pub(super) fn begin_array(&mut self) {
        self.out.push(b'[');
        self.comma = false;
    }

    #[inline]
    pub(super) fn end_array(&mut self) {
        if self.layout.pretty {
            self.out.push(b' ');
        }
        self.out.push(b']');
        self.comma = true;
    }

    /// Writes the key of the next value, which must not need escapes.
    #[inline]
    pub(super) fn key(&mut self, key: &str) {
        if self.plain {
            if self.comma {
                self.out.extend_from_slice(b",\"");
            } else {
                self.out.push(b'"');
            }
            self.out.extend_from_slice(key.as_bytes());
            self.out.extend_from_slice(b"\":");
        } else {
            self.styled_key(|writer| writer.part(key));
        }
        self.comma = true;
    }

    /// Writes the key of the next value, escaped where needed.
    pub(super) fn text_key(&mut self, key: &str) {
        self.styled_key(|writer| writer.text_part(key));
        self.comma = true;
    }

    /// Must be called before every element of an array.
    #[inline]
    pub(super) fn element(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        if self.layout.pretty {
            self.out.push(b' ');
        }
        self.comma = true;
    }

    /// `"key":"clean"`.
    #[inline]
    pub(super) fn string_field(&mut self, key: &str, clean: &str) {
        self.key(key);
        self.string(clean);
    }

    /// `"key":"text"`, escaped where needed.
    #[inline]
    pub(super) fn text_field(&mut self, key: &str, text: &str) {
        self.key(key);
        self.text(text);
    }

    /// `"key":value`.
    #[inline]
    pub(super) fn unsigned_field(&mut self, key: &str, value: u64) {
        self.key(key);
        self.unsigned(value);
    }

    /// `"key":value`.
    #[inline]
    pub(super) fn bool_field(&mut self, key: &str, value: bool) {
        self.key(key);
        self.bool(value);
    }

    /// `"key":"uuid"` with a new UUID.
    #[inline]
    pub(super) fn uuid_field(&mut self, key: &str, random: &mut Random) {
        self.key(key);
        self.uuid(random);
    }

    #[inline(never)]
    fn styled_key(&mut self, key: impl FnOnce(&mut Self)) {
        if self.comma {
            self.out.push(b',');
        }
        self.break_line();
        if !self.plain {
            self.layout.starts.push(self.out.len());
        }
        self.open();
        key(self);
        self.out
            .extend_from_slice(if self.layout.pretty { b"\" : " } else { b"\":" });
    }

    fn break_line(&mut self) {
        if self.layout.pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    #[inline(never)]
    fn finish_object(&mut self) {
        let base = self.layout.frames.pop().unwrap_or(0);
        if self.layout.shuffle {
            self.depth += 1;
            self.shuffle_fields(base);
            self.depth -= 1;
        }
        let has_fields = self.layout.starts.len() > base;
        self.layout.starts.truncate(base);
        if has_fields {
            self.break_line();
        } else if self.layout.pretty {
            self.out.push(b' ');
        }
    }

    /// Reorders the fields of the innermost object.
    fn shuffle_fields(&mut self, base: usize) {
        let starts = self.layout.starts.get(base..).unwrap_or_default();
        let count = starts.len();
        let Some(&first) = starts.first() else { return };
        self.layout.moved.clear();
        self.layout
            .moved
            .extend_from_slice(self.out.get(first..).unwrap_or_default());
        self.out.truncate(first);

        self.layout.order.clear();
        self.layout.order.extend(0..count);
        for last in (1..count).rev() {
            let other = self.layout.quirks.below(last as u32 + 1) as usize;
            self.layout.order.swap(last, other);
        }
        let separator = if self.layout.pretty {
            2 + 2 * self.depth
        } else {
            1
        };
        for place in 0..count {
            if place > 0 {
                self.out.push(b',');
                self.break_line();
            }
            let field = self.layout.order.get(place).copied().unwrap_or_default();
            let start = |at: usize| self.layout.starts.get(base + at).map(|start| start - first);
            let from = start(field).unwrap_or_default();
            let to = start(field + 1).map_or(self.layout.moved.len(), |next| next - separator);
            self.out
                .extend_from_slice(self.layout.moved.get(from..to).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(layout: &mut Layout, values: impl FnOnce(&mut Writer<'_>)) -> String {
        let mut out = Vec::new();
        values(&mut Writer::new(&mut out, layout));
        String::from_utf8(out).unwrap()
    }

    fn sample(writer: &mut Writer<'_>) {
        writer.begin_object();
        writer.string_field("a", "x");
        writer.key("empty");
        writer.begin_object();
        writer.end_object();
        writer.key("list");
        writer.begin_array();
        for number in [1, 2] {
            writer.element();
            writer.begin_object();
            writer.unsigned_field("n", number);
            writer.bool_field("b", true);
            writer.end_object();
        }
        writer.element();
        writer.string("s");
        writer.end_array();
        writer.key("none");
        writer.begin_array();
        writer.end_array();
        writer.end_object();
    }

    #[test]
    fn compact() {
        let text = write(&mut Layout::new(false, false, false), sample);
        assert_eq!(
            text,
            r#"{"a":"x","empty":{},"list":[{"n":1,"b":true},{"n":2,"b":true},"s"],"none":[]}"#
        );
    }

    #[test]
    fn pretty_as_in_the_published_samples() {
        let text = write(&mut Layout::new(true, false, false), sample);
        let expected = "{\n  \"a\" : \"x\",\n  \"empty\" : { },\n  \"list\" : [ {\n    \"n\" : 1,\n    \"b\" : true\n  }, \
                        {\n    \"n\" : 2,\n    \"b\" : true\n  }, \"s\" ],\n  \"none\" : [ ]\n}";
        assert_eq!(text, expected);
    }

    #[test]
    fn shuffled_fields_keep_their_values() {
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let plain = write(&mut Layout::new(false, false, false), sample);
        for pretty in [false, true] {
            let mut layout = Layout::new(pretty, true, false);
            let straight = write(&mut Layout::new(pretty, false, false), sample);
            let texts: Vec<String> = (0..50).map(|_| write(&mut layout, sample)).collect();
            assert!(
                texts
                    .iter()
                    .all(|text| value(text) == value(&plain) && text.len() == straight.len())
            );
            assert!(texts.iter().any(|text| *text != straight));
        }
    }
}
