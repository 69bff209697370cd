//! The typed walk over the tape: a [`Source`] that knows every coercion. With `scratch` and
//! `coerce` the only file that names simd_json.
//!
//! The tape holds strings unescaped and numbers as machine numbers, but neither says where it stands in the text, nor
//! how a number was written. `positions` finds both.

use std::hash::RandomState;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use simd_json::{Node, StaticNode};

use super::super::coerce::{self, Numeric};
use super::super::text::string_end;
use super::super::{Fault, ParseOptions, Problem, Tally};
use super::positions::Positions;
use crate::message::{Decimal, Instant, Key, Map, Read, Source, Uuid, WireValue, key, trim};

/// A place on the tape and what has been counted on the way.
pub(in crate::parse) struct Cursor<'t, 'a> {
    nodes: &'t [Node<'a>],
    at: usize,
    input: &'a [u8],
    positions: Positions<'t>,
    pub(in crate::parse) blanked_numbers: bool,
    pub(in crate::parse) arena: &'a Bump,
    pub(in crate::parse) hasher: &'t RandomState,
    options: &'t ParseOptions,
    memory_left: usize,
    /// The node of the discriminator last asked for.
    discriminator: usize,
    pub(in crate::parse) tally: Tally,
}

/// An object being read: how many entries are left, and where it begins.
pub(in crate::parse) struct Object {
    pub(in crate::parse) left: usize,
    start: usize,
}

impl<'t, 'a> Cursor<'t, 'a> {
    pub(in crate::parse) fn new(
        filled: &'t super::super::scratch::Filled<'a>,
        input: &'a [u8],
        options: &'t ParseOptions,
    ) -> Self {
        Self {
            nodes: filled.nodes(),
            at: 0,
            input,
            positions: Positions::new(filled.structurals),
            blanked_numbers: filled.blanked_numbers,
            arena: filled.arena(),
            hasher: filled.hasher,
            options,
            memory_left: options.max_memory,
            discriminator: 0,
            tally: Tally {
                lone_surrogates: filled.lone_surrogates,
                ..Tally::default()
            },
        }
    }

    /// The byte of a node; for faults, so order does not matter.
    pub(in crate::parse) fn offset_of(&mut self, node: usize) -> usize {
        self.positions.offset_of(node, self.input)
    }

    pub(in crate::parse) fn peek(&self) -> Option<Node<'a>> {
        self.nodes.get(self.at).copied()
    }

    fn fault<T>(&self, problem: Problem) -> Read<T, Fault> {
        Err(Fault {
            node: self.at,
            problem,
        })
    }

    pub(in crate::parse) fn expected<T>(&self, what: &'static str) -> Read<T, Fault> {
        self.fault(Problem::Expected(what))
    }

    pub(in crate::parse) fn invalid<T>(&self, what: &'static str) -> Read<T, Fault> {
        self.fault(Problem::Invalid(what))
    }

    /// Takes the memory of a list from what the message may need.
    pub(in crate::parse) fn charge(&mut self, bytes: usize) -> Read<(), Fault> {
        match self.memory_left.checked_sub(bytes) {
            Some(left) => self.memory_left = left,
            None => return self.fault(Problem::Memory),
        }
        Ok(())
    }

    /// The source text of the number, `true` or `false` at the cursor.
    pub(in crate::parse) fn source_text(&mut self) -> Read<&'a str, Fault> {
        let start = self.positions.offset_of(self.at, self.input);
        Ok(coerce::source_text(
            self.input.get(start..).unwrap_or_default(),
        ))
    }

    /// The discriminator last asked for is none of those that are allowed.
    pub(in crate::parse) fn unknown_discriminator(&self, allowed: &'static str) -> Fault {
        Fault {
            node: self.discriminator,
            problem: Problem::Unknown(allowed),
        }
    }

    /// Consumes the scalar at the cursor with this result.
    pub(in crate::parse) fn take<T>(&mut self, value: Option<T>) -> Read<Option<T>, Fault> {
        self.at += 1;
        Ok(value)
    }
}

impl<'a> Source<'a> for Cursor<'_, 'a> {
    type Fault = Fault;
    type Object = Object;

    fn null(&mut self) -> bool {
        let null = matches!(self.peek(), Some(Node::Static(StaticNode::Null)));
        self.at += usize::from(null);
        null
    }

    fn object(&mut self) -> Read<Option<Object>, Fault> {
        match self.peek() {
            Some(Node::Object { len, .. }) => {
                self.at += 1;
                Ok(Some(Object {
                    left: len,
                    start: self.at - 1,
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

    fn next_key(&mut self, object: &mut Object) -> Read<Option<&'a str>, Fault> {
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

    fn end_value(&mut self, _: &mut Object) -> Read<(), Fault> {
        Ok(())
    }

    fn skip(&mut self) -> Read<(), Fault> {
        self.at += 1 + match self.peek() {
            Some(Node::Object { count, .. } | Node::Array { count, .. }) => count,
            _ => 0,
        };
        Ok(())
    }

    fn discriminator(&mut self) -> Read<&'a str, Fault> {
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
            if key == "type" {
                return match self.peek() {
                    Some(Node::String(name)) => {
                        self.discriminator = self.at;
                        self.at = start;
                        Ok(name)
                    }
                    Some(Node::Static(StaticNode::Null)) => Err(Fault {
                        node: start,
                        problem: Problem::Missing("type"),
                    }),
                    _ => self.expected("a string"),
                };
            }
            self.skip()?;
        }
        Err(Fault {
            node: start,
            problem: Problem::Missing("type"),
        })
    }

    fn tagged_object(&mut self) -> Read<Option<Object>, Fault> {
        let mut object = self.object()?;
        if let Some(object) = &mut object
            && self.key_is(object, key!("type"))
        {
            self.skip()?;
        }
        Ok(object)
    }

    fn raw(&mut self) -> Read<&'a str, Fault> {
        let start = self.positions.offset_of(self.at, self.input);
        let end = match self.peek() {
            Some(Node::Object { count, .. } | Node::Array { count, .. }) => {
                self.positions.end_of_container(count, self.input)
            }
            Some(Node::String(_)) => string_end(self.input, start),
            Some(Node::Static(StaticNode::Null)) => start + 4,
            _ => start + self.source_text()?.len(),
        };
        self.skip()?;
        let raw = self.input.get(start..end).unwrap_or_default();
        Ok(std::str::from_utf8(raw).unwrap_or_default())
    }

    fn raw_object(
        &mut self,
        mut field: impl FnMut(&mut Self, &'a str) -> Read<(), Fault>,
    ) -> Read<&'a str, Fault> {
        let start = self.at;
        // The text is found last, but the count must not go back to the beginning of the message for it.
        self.positions.offset_of(start, self.input);
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

    fn attempt<T: WireValue<'a>>(&mut self) -> Read<Option<T>, Fault> {
        let start = self.at;
        match T::read(self) {
            Ok(value) => Ok(value),
            Err(_) => {
                self.at = start;
                self.skip()?;
                Ok(None)
            }
        }
    }

    fn list<T: WireValue<'a>>(&mut self) -> Read<Option<&'a [T]>, Fault> {
        let len = match self.peek() {
            Some(Node::Array { len, .. }) => len,
            Some(Node::Static(StaticNode::Null)) => return self.take(None),
            _ => return self.expected("a list"),
        };
        self.charge(len.saturating_mul(size_of::<T>()))?;
        self.at += 1;
        let mut elements = ArenaVec::with_capacity_in(len, self.arena);
        for _ in 0..len {
            match T::read(self)? {
                Some(element) => elements.push(element),
                None => self.tally.null_elements += 1,
            }
        }
        Ok(Some(elements.into_bump_slice()))
    }

    fn map_with<V: WireValue<'a>>(
        &mut self,
        key_of: fn(&'a str) -> (&'a str, bool),
    ) -> Read<Option<Map<'a, V>>, Fault> {
        self.read_map(key_of)
    }

    fn place<T: Copy>(&mut self, value: T) -> &'a mut T {
        self.arena.alloc(value)
    }

    fn text(&mut self) -> Read<Option<&'a str>, Fault> {
        match self.peek() {
            Some(Node::String(text)) => self.take(Some(text)),
            Some(Node::Static(StaticNode::Null)) => self.take(None),
            Some(Node::Static(_)) => {
                let text = self.source_text()?;
                self.take(Some(text))
            }
            _ => self.expected("a string"),
        }
    }

    fn word(&mut self) -> Read<Option<&'a str>, Fault> {
        match self.peek() {
            Some(Node::String(text)) => self.take(Some(text)),
            Some(Node::Static(StaticNode::Null)) => self.take(None),
            _ => self.expected("a string"),
        }
    }

    fn int32(&mut self) -> Read<Option<i32>, Fault> {
        const WHAT: &str = "a 32-bit integer";
        let start = self.at;
        let value = match self.integer(WHAT)? {
            Some(value) => i32::try_from(value).map(Some),
            None => Ok(None),
        };
        value.or(Err(Fault {
            node: start,
            problem: Problem::Invalid(WHAT),
        }))
    }

    fn int64(&mut self) -> Read<Option<i64>, Fault> {
        self.integer("a 64-bit integer")
    }

    fn double(&mut self) -> Read<Option<f64>, Fault> {
        const WHAT: &str = "a finite number";
        if let (Some(Node::Static(StaticNode::F64(value))), false) =
            (self.peek(), self.blanked_numbers)
        {
            return self.take(Some(value));
        }
        match self.numeric(WHAT)? {
            None => self.take(None),
            Some(Numeric::Number(text) | Numeric::Text(text)) => match coerce::double(text) {
                Some(value) => self.take(Some(value)),
                None => self.invalid(WHAT),
            },
        }
    }

    fn boolean(&mut self) -> Read<Option<bool>, Fault> {
        const WHAT: &str = "a bool";
        if let Some(Node::Static(StaticNode::Bool(value))) = self.peek() {
            return self.take(Some(value));
        }
        let value = match self.numeric(WHAT)? {
            None => return self.take(None),
            Some(Numeric::Number(text)) => coerce::bool_of_number(text),
            Some(Numeric::Text(text)) => coerce::bool_of_text(text),
        };
        match value {
            Some(value) => self.take(Some(value)),
            None => self.invalid(WHAT),
        }
    }

    fn decimal(&mut self) -> Read<Option<Decimal<'a>>, Fault> {
        const WHAT: &str = "a decimal number";
        self.refuse_null_text(WHAT)?;
        match self.numeric(WHAT)? {
            None => self.take(None),
            Some(Numeric::Number(text) | Numeric::Text(text)) => match Decimal::parse(text) {
                Some(value) => self.take(Some(value)),
                None => self.invalid(WHAT),
            },
        }
    }

    fn uuid(&mut self) -> Read<Option<Uuid>, Fault> {
        const WHAT: &str = "a uuid of 36 characters";
        match self.word()?.map(trim) {
            None | Some("") => Ok(None),
            Some(text) => match Uuid::parse(text) {
                Some(uuid) => Ok(Some(uuid)),
                None => Err(Fault {
                    node: self.at - 1,
                    problem: Problem::Invalid(WHAT),
                }),
            },
        }
    }

    fn instant(&mut self) -> Read<Option<Instant>, Fault> {
        const WHAT: &str = "an RFC 3339 time with an offset, or seconds since the epoch";
        self.refuse_null_text(WHAT)?;
        let value = match self.numeric(WHAT)? {
            None => return self.take(None),
            Some(Numeric::Number(text)) => Instant::from_epoch_text(text),
            Some(Numeric::Text(text)) => {
                Instant::from_epoch_text(text).or_else(|| Instant::from_rfc3339(text))
            }
        };
        match value {
            Some(value) => self.take(Some(value)),
            None => self.invalid(WHAT),
        }
    }

    fn unknown_word(&mut self) -> Read<(), Fault> {
        self.tally.unknown_values += 1;
        if self.options.strict {
            return Err(Fault {
                node: self.at - 1,
                problem: Problem::Unknown("a known value"),
            });
        }
        Ok(())
    }

    fn unknown_member(&mut self) -> Read<(), Fault> {
        self.tally.unknown_members += 1;
        if self.options.strict {
            return Err(self.unknown_discriminator("a known `type`"));
        }
        Ok(())
    }

    fn wants_event(&self, index: usize) -> bool {
        self.options.interests.contains_index(index)
    }

    fn missing(&self, object: &Object, field: &'static str) -> Fault {
        Fault {
            node: object.start,
            problem: Problem::Missing(field),
        }
    }

    fn null_element(&self) -> Fault {
        Fault {
            node: self.at - 1,
            problem: Problem::Null,
        }
    }

    fn place_of_value(&self) -> usize {
        self.at - 1
    }

    fn empty(&self, place: usize) -> Fault {
        Fault {
            node: place,
            problem: Problem::Invalid("a text that is not empty"),
        }
    }
}
