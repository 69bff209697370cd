//! Finds the positions of fields and objects in the text of a message.
//!
//! Mutations change text, so they need positions and not values. The scanner assumes that the text
//! is JSON, which is true for generated messages, but it terminates without a panic on any input.

use std::ops::Range;

/// A field of some object.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The key without its quotes.
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    /// The object that contains it: an index of [`Places::objects`].
    pub(super) object: usize,
    /// The number of objects and arrays that contain it: 1 for the fields of the message.
    pub(super) depth: usize,
}

/// All fields and objects of a text, in the order in which they start.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) fields: Vec<Field>,
    /// From `{` to `}`, inclusive.
    pub(super) objects: Vec<Range<usize>>,
    open: Vec<Open>,
}

#[derive(Debug, Clone)]
struct Open {
    /// `None` for an array.
    object: Option<usize>,
    /// The field of the object whose value is next or is being read.
    field: Option<usize>,
}

impl Places {
    /// Scans `text` and replaces the results of the last scan.
    pub(super) fn scan(&mut self, text: &[u8]) {
        self.fields.clear();
        self.objects.clear();
        self.open.clear();
        let mut key_next = false;
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'"' => {
                    at = string_end(text, start);
                    if key_next {
                        self.key(start + 1..at - 1);
                        key_next = false;
                    } else {
                        self.value(start..at);
                    }
                }
                b'{' | b'[' => {
                    self.value(start..start);
                    let object = (*byte == b'{').then_some(self.objects.len());
                    self.objects.extend(object.map(|_| start..start));
                    self.open.push(Open {
                        object,
                        field: None,
                    });
                    key_next = object.is_some();
                }
                b'}' | b']' => {
                    if let Some(Open {
                        object: Some(object),
                        ..
                    }) = self.open.pop()
                    {
                        self.objects
                            .get_mut(object)
                            .into_iter()
                            .for_each(|place| place.end = at);
                    }
                    self.end_value(at);
                    key_next = false;
                }
                b',' => {
                    key_next = matches!(
                        self.open.last(),
                        Some(Open {
                            object: Some(_),
                            ..
                        })
                    )
                }
                b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => {
                    let rest = text.get(at..).unwrap_or_default();
                    let ends = |byte: &u8| {
                        matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
                    };
                    at += rest.iter().position(ends).unwrap_or(rest.len());
                    self.value(start..at);
                }
            }
        }
        self.fields.retain(|field| !field.value.is_empty());
    }

    fn key(&mut self, key: Range<usize>) {
        let depth = self.open.len();
        let Some(open) = self.open.last_mut() else {
            return;
        };
        open.field = Some(self.fields.len());
        self.fields.push(Field {
            key,
            value: 0..0,
            object: open.object.unwrap_or_default(),
            depth,
        });
    }

    fn current(&mut self) -> Option<&mut Field> {
        let field = self.open.last()?.field?;
        self.fields.get_mut(field)
    }

    fn value(&mut self, value: Range<usize>) {
        self.current()
            .into_iter()
            .for_each(|field| field.value = value.clone());
    }

    fn end_value(&mut self, end: usize) {
        self.current()
            .into_iter()
            .for_each(|field| field.value.end = end);
    }
}

/// The position after the closing quote of the string that starts at `start`.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => return at,
            b'\\' => at += 1,
            _ => {}
        }
    }
    text.len().max(start + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_field() {
        let text = br#"{ "a" : 1, "b":[{"c":"x\"}"},null,[true]], "d":{} ,"e":{"f":-1.5e3}}"#;
        let mut places = Places::default();
        places.scan(text);
        let show = |range: &Range<usize>| String::from_utf8(text[range.clone()].to_vec()).unwrap();
        let fields: Vec<_> = places
            .fields
            .iter()
            .map(|field| {
                (
                    show(&field.key),
                    show(&field.value),
                    field.object,
                    field.depth,
                )
            })
            .collect();
        let expected = [
            ("a", "1", 0, 1),
            ("b", r#"[{"c":"x\"}"},null,[true]]"#, 0, 1),
            ("c", r#""x\"}""#, 1, 3),
            ("d", "{}", 0, 1),
            ("e", r#"{"f":-1.5e3}"#, 0, 1),
            ("f", "-1.5e3", 3, 2),
        ];
        assert_eq!(
            fields,
            expected.map(|(key, value, object, depth)| (key.into(), value.into(), object, depth))
        );
        assert_eq!(show(&places.objects[1]), r#"{"c":"x\"}"}"#);
        assert_eq!(places.objects[0], 0..text.len());
    }

    #[test]
    fn survives_input_that_is_not_json() {
        let mut places = Places::default();
        for text in [
            "", "\"", "\"a", "{\"a", "{\"a\":", "}{", "]]]", "{\"a\\", ":,:", "{{{[[[",
        ] {
            places.scan(text.as_bytes());
        }
    }
}
