//! Hostile messages: input that a parser must survive, refuse, or read as unusual but valid.
//!
//! A valid message is written first and then mutated: up to three mutations of its structure, which
//! leave it valid JSON (`unknown.rs`, `types.rs`, `size.rs`), and at most one of its bytes, which
//! usually does not (`bytes.rs`). About a third of the messages are not mutated. This module does
//! not define how a parser must handle each message.

mod bytes;
mod names;
mod scan;
mod size;
mod types;
mod unknown;

use std::ops::Range;

use scan::{Field, Places};

use super::Options;
use super::json::{Layout, Writer};
use super::random::{Random, mix};
use super::requests::Source;

/// A mutation of a message. Returns false if the message has no place for it.
type Mutation = fn(&mut Case<'_>) -> bool;

/// Mutations that leave the text one JSON value.
const STRUCTURE: [&[Mutation]; 3] = [unknown::MUTATIONS, types::MUTATIONS, size::MUTATIONS];

/// Buffers that are reused from message to message.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    text: Vec<u8>,
    places: Places,
}

/// A message that is mutated.
struct Case<'a> {
    text: &'a mut Vec<u8>,
    places: &'a mut Places,
    random: Random,
}

/// Appends one message, on one line.
pub(super) fn message(
    out: &mut Vec<u8>,
    scratch: &mut Scratch,
    layout: &mut Layout,
    options: &Options,
    source: &mut Source<'_>,
) {
    // Uses a copy, so that the message has the same values as in an ordinary stream.
    let mut random = Random::new(mix(source.random.clone().bits()));
    layout.shuffle = options.shuffle || random.chance(20);
    layout.pretty = random.chance(8);
    scratch.text.clear();
    super::message(&mut Writer::new(&mut scratch.text, layout), options, source);

    let mut case = Case {
        text: &mut scratch.text,
        places: &mut scratch.places,
        random,
    };
    case.mutate();
    case.finish();
    out.extend_from_slice(case.text);
}

/// Applies one to three mutations of the structure, which leave the message JSON.
pub(super) fn mutate(text: &mut Vec<u8>, seed: u64) {
    let mut case = Case {
        text,
        places: &mut Places::default(),
        random: Random::new(mix(seed)),
    };
    let structure = case.random.between(1, 3);
    case.mutate_structure(structure);
    case.finish();
}

impl Case<'_> {
    fn mutate(&mut self) {
        let (structure, bytes) = match self.random.below(100) {
            0..=32 => (0, 0),
            33..=69 => (self.random.between(1, 3), 0),
            70..=84 => (0, 1),
            _ => (self.random.between(1, 2), 1),
        };
        self.mutate_structure(structure);
        for _ in 0..bytes {
            self.apply(bytes::MUTATIONS);
        }
    }

    fn mutate_structure(&mut self, count: u64) {
        for _ in 0..count {
            let family: &[Mutation] = STRUCTURE
                .get(weighted_family(&mut self.random))
                .copied()
                .unwrap_or_default();
            self.apply(family);
        }
    }

    /// Applies one mutation of the family, or adds an unknown field if the message has no place for
    /// it.
    fn apply(&mut self, family: &[Mutation]) {
        let at = self.random.below(family.len() as u32) as usize;
        let done = family
            .get(at)
            .is_some_and(|mutation| self.apply_one(*mutation));
        if !done {
            self.apply_one(unknown::unknown_field);
        }
    }

    fn apply_one(&mut self, mutation: Mutation) -> bool {
        self.places.scan(self.text);
        mutation(self)
    }

    /// Makes the message one line that is not empty.
    fn finish(&mut self) {
        for byte in self.text.iter_mut().filter(|byte| **byte == b'\n') {
            *byte = b' ';
        }
        if self.text.iter().all(u8::is_ascii_whitespace) {
            self.text.push(b'{');
        }
    }

    fn key(&self, field: &Field) -> &[u8] {
        self.text.get(field.key.clone()).unwrap_or_default()
    }

    fn value(&self, field: &Field) -> &[u8] {
        self.text.get(field.value.clone()).unwrap_or_default()
    }

    /// A random field among those whose key and value `wanted` accepts.
    fn field(&mut self, wanted: impl Fn(&[u8], &[u8]) -> bool) -> Option<Field> {
        let draw = self.random.below(u32::MAX) as usize;
        let matches = |field: &&Field| wanted(self.key(field), self.value(field));
        let count = self.places.fields.iter().filter(matches).count();
        self.places
            .fields
            .iter()
            .filter(matches)
            .nth(draw % count.max(1))
            .cloned()
    }

    /// The object that contains a field.
    fn parent(&self, field: &Field) -> Option<Range<usize>> {
        self.places
            .objects
            .get(field.object)
            .filter(|place| !place.is_empty())
            .cloned()
    }

    /// A random object.
    fn object(&mut self) -> Option<Range<usize>> {
        let at = self.random.below(self.places.objects.len() as u32) as usize;
        self.places
            .objects
            .get(at)
            .filter(|place| !place.is_empty())
            .cloned()
    }

    fn replace(&mut self, range: Range<usize>, with: &[u8]) {
        if range.start <= range.end && range.end <= self.text.len() {
            self.text.splice(range, with.iter().copied());
        }
    }

    fn replace_value(&mut self, field: &Field, with: &[u8]) -> bool {
        self.replace(field.value.clone(), with);
        true
    }

    /// Inserts text at the start or at the end of a string value.
    fn insert_into(&mut self, string: &Field, text: &[u8]) -> bool {
        let at = if self.random.chance(50) {
            string.value.start + 1
        } else {
            string.value.end - 1
        };
        self.replace(at..at, text);
        true
    }

    /// Inserts an element at the start of a list.
    fn add_element(&mut self, list: &Field, element: &[u8]) -> bool {
        let rest = self.value(list).get(1..).unwrap_or_default();
        let empty = rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b']');
        let text = [element, if empty { b"" } else { b"," }].concat();
        let at = list.value.start + 1;
        self.replace(at..at, &text);
        true
    }

    /// Adds `"key":value` to an object, as its first or its last field.
    fn add_field(&mut self, object: Range<usize>, key: &str, value: &[u8], first: bool) -> bool {
        let inside = self
            .text
            .get(object.start + 1..object.end - 1)
            .unwrap_or_default();
        let empty = inside.iter().all(u8::is_ascii_whitespace);
        let mut field = Vec::with_capacity(key.len() + value.len() + 4);
        if !empty && !first {
            field.push(b',');
        }
        field.push(b'"');
        field.extend_from_slice(key.as_bytes());
        field.extend_from_slice(b"\":");
        field.extend_from_slice(value);
        if !empty && first {
            field.push(b',');
        }
        let at = if first {
            object.start + 1
        } else {
            object.end - 1
        };
        self.replace(at..at, &field);
        true
    }

    /// Removes a field and one comma.
    fn remove_field(&mut self, field: &Field) -> bool {
        let (mut start, mut end) = (field.key.start - 1, field.value.end);
        let after = self.text.get(end..).unwrap_or_default();
        let skipped = after
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        if after.get(skipped) == Some(&b',') {
            end += skipped + 1;
        } else {
            let before = self.text.get(..start).unwrap_or_default();
            let blank = before
                .iter()
                .rev()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            if before.iter().rev().nth(blank) == Some(&b',') {
                start -= blank + 1;
            }
        }
        self.replace(start..end, b"");
        true
    }
}

/// Mutations of size are rare, because each takes as long as a hundred messages.
fn weighted_family(random: &mut Random) -> usize {
    match random.below(20) {
        0..=7 => 0,
        8..=18 => 1,
        _ => 2,
    }
}

const fn is_string(value: &[u8]) -> bool {
    matches!(value, [b'"', .., b'"'])
}

const fn is_number(value: &[u8]) -> bool {
    matches!(value, [b'-' | b'0'..=b'9', ..])
}

const fn is_bool(value: &[u8]) -> bool {
    matches!(value, b"true" | b"false")
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    fn is_json(text: &[u8]) -> bool {
        serde_json::from_slice::<IgnoredAny>(text).is_ok()
    }

    /// Applies `mutation` to `count` ordinary messages, and returns each before and after.
    fn mutated(mutation: Mutation, count: u64) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut layout = Layout::new(false, false, false);
        let options = Options::default().events(0..=8);
        let mut places = Places::default();
        (0..count)
            .map(|number| {
                let mut random = Random::new(mix(number));
                let mut text = Vec::new();
                let mut source = Source {
                    random: &mut random,
                    stream: 1,
                    now: super::super::EPOCH_MS,
                };
                super::super::message(
                    &mut Writer::new(&mut text, &mut layout),
                    &options,
                    &mut source,
                );
                let before = text.clone();
                let mut case = Case {
                    text: &mut text,
                    places: &mut places,
                    random,
                };
                case.apply_one(mutation);
                case.finish();
                (before, text)
            })
            .collect()
    }

    #[test]
    fn every_mutation_finds_a_place() {
        for (family, mutations) in STRUCTURE.iter().chain([&bytes::MUTATIONS]).enumerate() {
            for (at, mutation) in mutations.iter().enumerate() {
                let texts = mutated(*mutation, 60);
                assert!(
                    texts.iter().any(|(before, after)| before != after),
                    "family {family}, mutation {at}"
                );
                assert!(
                    texts
                        .iter()
                        .all(|(_, after)| !after.contains(&b'\n') && !after.is_empty())
                );
            }
        }
    }

    #[test]
    fn structural_mutations_leave_json() {
        for (family, mutations) in STRUCTURE.iter().enumerate() {
            for (at, mutation) in mutations.iter().enumerate() {
                for (before, after) in mutated(*mutation, 40) {
                    let before = String::from_utf8_lossy(&before);
                    assert!(
                        is_json(&after),
                        "family {family}, mutation {at}: {before}\n{}",
                        String::from_utf8_lossy(&after)
                    );
                }
            }
        }
    }

    #[test]
    fn most_byte_mutations_leave_invalid_json() {
        let (mut broken, mut all) = (0, 0);
        for mutation in bytes::MUTATIONS {
            for (_, after) in mutated(*mutation, 50) {
                all += 1;
                broken += usize::from(std::str::from_utf8(&after).is_err() || !is_json(&after));
            }
        }
        assert!(broken * 10 > all * 7 && broken < all, "{broken} of {all}");
    }
}
