//! A [`Decoder`] over the tape, with every coercion.
//!
//! The tape contains strings unescaped and numbers as machine numbers, but neither their positions
//! nor the notation of numbers. `positions` finds both in the text.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use simd_json::{Node, StaticNode};

use super::super::failed::Problem;
use super::super::keys::KeyHasher;
use super::super::text::{number_or_bool, string_end};
use super::super::{ParseOptions, Tally};
use super::buffers::Filled;
use super::notes::{CoercedNodes, UnknownKeys};
use super::positions::Positions;
use crate::schema::{Coercion, Decimal, Decode, Decoder, Key, Map, ModelInfo, Numeric, Uuid, key};

/// Why the typed walk stopped, and at which node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) node: usize,
    pub(super) problem: Problem,
}

/// A position on the tape, and the state of reading one message.
pub(super) struct TapeDecoder<'t, 'a> {
    pub(super) nodes: &'t [Node<'a>],
    at: usize,
    pub(super) text: &'a [u8],
    pub(super) positions: Positions<'t>,
    pub(super) blanked_numbers: bool,
    /// The offsets of the lone surrogate escapes.
    pub(super) lone_surrogates: &'t [usize],
    pub(super) arena: &'a Bump,
    pub(super) hasher: &'t KeyHasher,
    pub(super) options: &'t ParseOptions,
    memory_left: usize,
    /// The node of the discriminator read last.
    discriminator: usize,
    pub(super) tally: Tally,
    /// Whether doubles that are not finite are accepted.
    pub(super) non_finite: bool,
    /// The keys that are not fields of their model, if they are collected.
    pub(super) unknown_keys: Option<UnknownKeys<'a>>,
    /// The coerced values and their nodes, if they are collected.
    pub(super) coercions: Option<CoercedNodes>,
}

/// An object that is being read.
pub(super) struct Object {
    /// The entries that are left.
    pub(super) left: usize,
    /// The node of the object.
    node: usize,
    /// Whether it is a member of a family, which its `type` names.
    pub(super) tagged: bool,
}

impl<'t, 'a> TapeDecoder<'t, 'a> {
    pub(super) fn new(
        filled: &'t Filled<'a>,
        text: &'a [u8],
        arena: &'a Bump,
        hasher: &'t KeyHasher,
        options: &'t ParseOptions,
    ) -> Self {
        Self {
            nodes: filled.nodes(),
            at: 0,
            text,
            positions: Positions::new(filled.structurals()),
            blanked_numbers: filled.blanked_numbers(),
            lone_surrogates: filled.lone_surrogates(),
            arena,
            hasher,
            options,
            memory_left: options.max_memory,
            discriminator: 0,
            tally: Tally {
                lone_surrogates: filled.lone_surrogates().len(),
                ..Tally::default()
            },
            non_finite: false,
            unknown_keys: None,
            coercions: None,
        }
    }

    /// The offset of any node in the text.
    pub(super) fn offset_of(&mut self, node: usize) -> usize {
        self.positions.offset_of(node, self.text)
    }

    /// The current node's position on the tape.
    pub(super) fn node(&self) -> usize {
        self.at
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.peek(), Some(Node::Static(StaticNode::Null)))
    }

    pub(super) fn peek(&self) -> Option<Node<'a>> {
        self.nodes.get(self.at).copied()
    }

    fn fault<T>(&self, problem: Problem) -> Result<T, Fault> {
        Err(Fault {
            node: self.at,
            problem,
        })
    }

    pub(super) fn expected<T>(&self, what: &'static str) -> Result<T, Fault> {
        self.fault(Problem::Expected(what))
    }

    pub(super) fn invalid<T>(&self, what: &'static str) -> Result<T, Fault> {
        self.fault(Problem::Invalid(what))
    }

    /// Charges memory in the arena against the limit of the message, before it is allocated.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        match self.memory_left.checked_sub(bytes) {
            Some(left) => self.memory_left = left,
            None => return self.fault(Problem::Memory),
        }
        Ok(())
    }

    /// The source text of the number, `true` or `false` at the current node.
    pub(super) fn source_text(&mut self) -> &'a str {
        let start = self.positions.offset_of(self.at, self.text);
        number_or_bool(self.text.get(start..).unwrap_or_default())
    }

    /// Consumes the scalar at the current node, with this result.
    pub(super) fn take<T>(&mut self, value: Option<T>) -> Result<Option<T>, Fault> {
        self.at += 1;
        Ok(value)
    }
}

impl<'a> Decoder<'a> for TapeDecoder<'_, 'a> {
    type Fault = Fault;
    type Object = Object;
    type Place = usize;
    const READS_NON_FINITE: bool = true;

    fn null(&mut self) -> bool {
        let null = self.is_null();
        self.at += usize::from(null);
        null
    }

    fn object(&mut self) -> Result<Option<Object>, Fault> {
        match self.peek() {
            Some(Node::Object { len, .. }) => {
                let node = self.at;
                self.at += 1;
                Ok(Some(Object {
                    left: len,
                    node,
                    tagged: false,
                }))
            }
            Some(Node::Static(StaticNode::Null)) => self.take(None),
            _ => self.expected("an object"),
        }
    }

    #[inline]
    fn key_is(&mut self, object: &mut Object, key: Key) -> bool {
        if object.left == 0 {
            return false;
        }
        match self.nodes.get(self.at) {
            Some(Node::String(text)) if *text == key.name => {
                self.at += 1;
                object.left -= 1;
                true
            }
            _ => false,
        }
    }

    fn next_key(&mut self, object: &mut Object) -> Result<Option<&'a str>, Fault> {
        if object.left == 0 {
            return Ok(None);
        }
        match self.peek() {
            Some(Node::String(key)) => {
                self.at += 1;
                object.left -= 1;
                Ok(Some(key))
            }
            _ => self.expected("a key"),
        }
    }

    fn end_value(&mut self, _: &mut Object) -> Result<(), Fault> {
        Ok(())
    }

    fn skip(&mut self) -> Result<(), Fault> {
        self.at += self.peek().map_or(1, size_of_value);
        Ok(())
    }

    fn unknown_field(&mut self, object: &Object, model: &'static ModelInfo) {
        self.note_unknown_field(object, model);
    }

    fn discriminator(&mut self) -> Result<&'a str, Fault> {
        self.discriminator_named("type")
    }

    fn discriminator_named(&mut self, name: &'static str) -> Result<&'a str, Fault> {
        let start = self.at;
        let Some(Node::Object { len, .. }) = self.peek() else {
            return self.expected("an object");
        };
        self.at += 1;
        for _ in 0..len {
            let Some(Node::String(key)) = self.peek() else {
                break;
            };
            self.at += 1;
            if key == name {
                return match self.peek() {
                    Some(Node::String(value)) => {
                        self.discriminator = self.at;
                        self.at = start;
                        Ok(value)
                    }
                    Some(Node::Static(StaticNode::Null)) => Err(Fault {
                        node: start,
                        problem: Problem::Missing(name),
                    }),
                    _ => self.expected("a string"),
                };
            }
            self.skip()?;
        }
        Err(Fault {
            node: start,
            problem: Problem::Missing(name),
        })
    }

    fn is_list(&mut self) -> bool {
        matches!(self.peek(), Some(Node::Array { .. }))
    }

    fn tagged_object(&mut self) -> Result<Option<Object>, Fault> {
        let mut object = self.object()?;
        if let Some(object) = &mut object {
            object.tagged = true;
            if self.key_is(object, key!("type")) {
                self.skip()?;
            }
        }
        Ok(object)
    }

    fn raw(&mut self) -> Result<&'a str, Fault> {
        let start = self.positions.offset_of(self.at, self.text);
        let end = match self.peek() {
            Some(Node::Object { count, .. } | Node::Array { count, .. }) => {
                self.positions.end_of_container(count, self.text)
            }
            Some(Node::String(_)) => string_end(self.text, start),
            Some(Node::Static(StaticNode::Null)) => start + 4,
            _ => start + self.source_text().len(),
        };
        self.skip()?;
        let raw = self.text.get(start..end).unwrap_or_default();
        Ok(std::str::from_utf8(raw).unwrap_or_default())
    }

    fn raw_object(
        &mut self,
        mut field: impl FnMut(&mut Self, &'a str) -> Result<(), Fault>,
    ) -> Result<&'a str, Fault> {
        let start = self.at;
        // The source text is found last; the position of its beginning is kept, so that finding it
        // does not start from the beginning of the message again.
        self.positions.offset_of(start, self.text);
        let positions = self.positions;
        if let Some(mut object) = self.object()? {
            while let Some(key) = self.next_key(&mut object)? {
                field(self, key)?;
            }
        }
        self.positions = positions;
        self.at = start;
        self.raw()
    }

    fn attempt<T: Decode<'a>>(&mut self) -> Result<Option<T>, Fault> {
        let start = self.at;
        match T::decode(self) {
            Ok(value) => Ok(value),
            Err(_) => {
                self.at = start;
                self.skip()?;
                Ok(None)
            }
        }
    }

    fn list<T: Decode<'a>>(&mut self) -> Result<Option<&'a [T]>, Fault> {
        let (len, brackets) = match self.peek() {
            Some(Node::Array { len, .. }) => (len, 1),
            Some(Node::Static(StaticNode::Null)) => return self.take(None),
            Some(Node::String(_) | Node::Static(_)) if T::MAY_BE_SINGLE => {
                self.coerced(Coercion::SingleText, self.at)?;
                (1, 0)
            }
            _ => return self.expected("a list"),
        };
        self.charge(len.saturating_mul(size_of::<T>()))?;
        self.at += brackets;
        self.read_elements(len)
    }

    fn map_with<V: Decode<'a>>(
        &mut self,
        key_of: fn(&'a str) -> (&'a str, bool),
    ) -> Result<Option<Map<'a, V>>, Fault> {
        self.read_map(key_of, V::decode)
    }

    fn text_map(&mut self) -> Result<Option<Map<'a, &'a str>>, Fault> {
        self.read_map(|key| (key, true), Self::text_or_json)
    }

    fn alloc<T: Copy>(&mut self, value: T) -> Result<&'a mut T, Fault> {
        self.charge(size_of::<T>())?;
        Ok(self.arena.alloc(value))
    }

    fn text(&mut self) -> Result<Option<&'a str>, Fault> {
        match self.peek() {
            Some(Node::String(text)) => self.take(Some(text)),
            Some(Node::Static(StaticNode::Null)) => self.take(None),
            Some(Node::Static(_)) => {
                let text = self.source_text();
                self.take(Some(text))
            }
            _ => self.expected("a string"),
        }
    }

    fn string_only(&mut self) -> Result<Option<&'a str>, Fault> {
        match self.peek() {
            Some(Node::String(text)) => self.take(Some(text)),
            Some(Node::Static(StaticNode::Null)) => self.take(None),
            _ => self.expected("a string"),
        }
    }

    fn int32(&mut self) -> Result<Option<i32>, Fault> {
        self.read_int32()
    }

    fn int64(&mut self) -> Result<Option<i64>, Fault> {
        self.read_int64()
    }

    fn double(&mut self) -> Result<Option<f64>, Fault> {
        self.read_double()
    }

    fn boolean(&mut self) -> Result<Option<bool>, Fault> {
        self.read_bool()
    }

    fn decimal(&mut self) -> Result<Option<Decimal<'a>>, Fault> {
        self.read_decimal()
    }

    fn uuid(&mut self) -> Result<Option<Uuid>, Fault> {
        self.read_uuid()
    }

    fn number_or_text<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(Numeric<'a>) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        self.read_number_or_text(expected, read)
    }

    fn place(&self) -> usize {
        self.at
    }

    fn coerced(&mut self, coercion: Coercion, place: usize) -> Result<(), Fault> {
        self.note_coercion(coercion, place)
    }

    fn allow_non_finite(&mut self, allowed: bool) {
        self.non_finite = allowed;
    }

    fn alloc_list<T: Copy>(
        &mut self,
        count: usize,
        elements: impl Iterator<Item = T>,
    ) -> Result<&'a [T], Fault> {
        self.charge(count.saturating_mul(size_of::<T>()))?;
        let mut list = ArenaVec::with_capacity_in(count, self.arena);
        list.extend(elements);
        Ok(list.into_bump_slice())
    }

    fn unknown_value(&mut self) -> Result<(), Fault> {
        self.tally.unknown_values += 1;
        if self.options.strict {
            return Err(Fault {
                node: self.at - 1,
                problem: Problem::Unknown("a known value"),
            });
        }
        Ok(())
    }

    fn unknown_member(&mut self) -> Result<(), Fault> {
        self.tally.unknown_members += 1;
        if self.options.strict {
            return Err(self.unknown_discriminator("a known `type`"));
        }
        Ok(())
    }

    fn unknown_discriminator(&self, allowed: &'static str) -> Fault {
        Fault {
            node: self.discriminator,
            problem: Problem::Unknown(allowed),
        }
    }

    fn is_wanted(&self, position: usize) -> bool {
        self.options.interests.contains(position)
    }

    fn missing(&self, object: &Object, field: &'static str) -> Fault {
        Fault {
            node: object.node,
            problem: Problem::Missing(field),
        }
    }

    fn null_element(&self) -> Fault {
        Fault {
            node: self.at - 1,
            problem: Problem::Null,
        }
    }

    fn empty(&self, object: &Object, field: &'static str) -> Fault {
        Fault {
            node: self.last_value(object, field).unwrap_or(object.node),
            problem: Problem::Invalid("a text that is not empty"),
        }
    }
}

impl TapeDecoder<'_, '_> {
    /// The node of the last value with this key in an object, which is the one that counts. For
    /// faults, because it searches the object again.
    fn last_value(&self, object: &Object, key: &str) -> Option<usize> {
        let Some(Node::Object { len, .. }) = self.nodes.get(object.node) else {
            return None;
        };
        let mut at = object.node + 1;
        let mut last = None;
        for _ in 0..*len {
            let value = at + 1;
            if matches!(self.nodes.get(at), Some(Node::String(name)) if *name == key) {
                last = Some(value);
            }
            at = value + size_of_value(*self.nodes.get(value)?);
        }
        last
    }
}

/// The number of nodes of a value.
fn size_of_value(node: Node<'_>) -> usize {
    match node {
        Node::Object { count, .. } | Node::Array { count, .. } => count + 1,
        _ => 1,
    }
}
