//! The fast path: a [`Source`] that decodes the text itself, in one pass, for what well-behaved senders write. It tries
//! the keys in the order in which they write them, takes strings as slices of the text, and keeps numbers as text where
//! the model does.
//!
//! It never decides an error. At anything unusual it *bails out*, and the complete path (`cursor`, over the tape) does
//! the whole message again. What it returns equals what the complete path returns: tests and a fuzz target hold that.

use std::hash::RandomState;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::keys::GrowingIndex;
use super::skip;
use super::{ParseOptions, Tally};
use crate::message::{Decimal, Instant, Key, Map, Read, Source, Uuid, WireValue};

/// The fast path gives up.
#[derive(Debug)]
pub(super) struct Bail;

/// A place in the text, which is valid UTF-8, and what has been counted on the way.
pub(super) struct Direct<'t, 'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) arena: &'a Bump,
    hasher: &'t RandomState,
    options: &'t ParseOptions,
    pub(super) memory_left: usize,
    pub(super) tally: Tally,
}

/// Where the reading of an object stands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Object {
    /// On the quote of a key.
    AtKey,
    /// After a value.
    AfterValue,
    /// After the closing brace.
    Closed,
    /// Where neither a key nor the end is: nothing can be read any more.
    Broken,
}

impl<'t, 'a> Direct<'t, 'a> {
    pub(super) fn new(
        text: &'a str,
        arena: &'a Bump,
        hasher: &'t RandomState,
        options: &'t ParseOptions,
    ) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            arena,
            hasher,
            options,
            memory_left: options.max_memory,
            tally: Tally::default(),
        }
    }
}

impl<'a> Source<'a> for Direct<'_, 'a> {
    type Fault = Bail;
    type Object = Object;

    #[inline]
    fn null(&mut self) -> bool {
        self.white_space();
        self.peek() == b'n' && self.accept("null")
    }

    #[inline]
    fn object(&mut self) -> Read<Option<Object>, Bail> {
        self.white_space();
        match self.peek() {
            b'{' => {
                self.at += 1;
                self.white_space();
                match self.peek() {
                    b'"' => Ok(Some(Object::AtKey)),
                    b'}' => {
                        self.at += 1;
                        Ok(Some(Object::Closed))
                    }
                    _ => Err(Bail),
                }
            }
            b'n' if self.accept("null") => Ok(None),
            _ => Err(Bail),
        }
    }

    #[inline(always)]
    fn key_is(&mut self, object: &mut Object, key: Key) -> bool {
        if *object == Object::AfterValue {
            self.settle(object);
        }
        let start = self.at;
        if *object != Object::AtKey || !self.accept(key.quoted) {
            return false;
        }
        if !self.colon() {
            // `next_key` will find what is wrong.
            self.at = start;
            return false;
        }
        *object = Object::AfterValue;
        true
    }

    #[inline]
    fn next_key(&mut self, object: &mut Object) -> Read<Option<&'a str>, Bail> {
        if *object == Object::AfterValue {
            self.settle(object);
        }
        match object {
            Object::Closed => return Ok(None),
            Object::AtKey => {}
            Object::AfterValue | Object::Broken => return Err(Bail),
        }
        let key = self.string().ok_or(Bail)?;
        if !self.colon() {
            return Err(Bail);
        }
        *object = Object::AfterValue;
        Ok(Some(key))
    }

    fn skip(&mut self) -> Read<(), Bail> {
        self.white_space();
        self.at = skip::value(self.bytes, self.at).ok_or(Bail)?;
        Ok(())
    }

    #[inline]
    fn discriminator(&mut self) -> Read<&'a str, Bail> {
        self.white_space();
        let start = self.at;
        let name = if self.accept("{\"type\":\"") {
            self.at -= 1;
            self.string().ok_or(Bail)
        } else {
            self.find_discriminator()
        };
        self.at = start;
        name
    }

    fn raw(&mut self) -> Read<&'a str, Bail> {
        Err(Bail)
    }

    fn raw_object(
        &mut self,
        _: impl FnMut(&mut Self, &'a str) -> Read<(), Bail>,
    ) -> Read<&'a str, Bail> {
        Err(Bail)
    }

    fn attempt<T: WireValue<'a>>(&mut self) -> Read<Option<T>, Bail> {
        T::read(self)
    }

    fn list<T: WireValue<'a>>(&mut self) -> Read<Option<&'a [T]>, Bail> {
        self.white_space();
        match self.peek() {
            b'[' => self.at += 1,
            b'n' if self.accept("null") => return Ok(None),
            _ => return Err(Bail),
        }
        self.white_space();
        let mut elements = ArenaVec::new_in(self.arena);
        if self.peek() == b']' {
            self.at += 1;
            return Ok(Some(elements.into_bump_slice()));
        }
        elements.reserve(first_room::<T>());
        loop {
            self.charge(size_of::<T>())?;
            match T::read(self)? {
                Some(element) => elements.push(element),
                None => self.tally.null_elements += 1,
            }
            self.white_space();
            match self.peek() {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(Some(elements.into_bump_slice()));
                }
                _ => return Err(Bail),
            }
        }
    }

    fn map_with<V: WireValue<'a>>(
        &mut self,
        key_of: fn(&'a str) -> &'a str,
    ) -> Read<Option<Map<'a, V>>, Bail> {
        let Some(mut object) = self.object()? else {
            return Ok(None);
        };
        let mut entries: ArenaVec<'a, (&'a str, V)> = ArenaVec::new_in(self.arena);
        let mut index = GrowingIndex::new(self.arena, self.hasher);
        while let Some(key) = self.next_key(&mut object)? {
            let key = key_of(key);
            self.charge(size_of::<(&str, V)>() + 8)?;
            // From the first null on, entries may vanish and come back.
            let value = V::read(self)?.ok_or(Bail)?;
            match index.find_or_insert(key, entries.len(), |at| entries.get(at).map(|e| e.0)) {
                None => {
                    if entries.is_empty() {
                        entries.reserve(first_room::<(&str, V)>());
                    }
                    entries.push((key, value));
                }
                Some(at) => {
                    if let Some(entry) = entries.get_mut(at) {
                        entry.1 = value;
                    }
                }
            }
        }
        Ok(Some(Map::new(entries.into_bump_slice())))
    }

    fn place<T: Copy>(&mut self, value: T) -> &'a mut T {
        self.arena.alloc(value)
    }

    #[inline]
    fn text(&mut self) -> Read<Option<&'a str>, Bail> {
        self.white_space();
        match self.peek() {
            b'"' => Ok(Some(self.string().ok_or(Bail)?)),
            b'n' if self.accept("null") => Ok(None),
            b't' if self.accept("true") => Ok(Some("true")),
            b'f' if self.accept("false") => Ok(Some("false")),
            b'-' | b'0'..=b'9' => self.number().map(Some),
            _ => Err(Bail),
        }
    }

    #[inline]
    fn word(&mut self) -> Read<Option<&'a str>, Bail> {
        self.white_space();
        match self.peek() {
            b'"' => Ok(Some(self.string().ok_or(Bail)?)),
            b'n' if self.accept("null") => Ok(None),
            _ => Err(Bail),
        }
    }

    fn int32(&mut self) -> Read<Option<i32>, Bail> {
        match self.int64()? {
            Some(value) => i32::try_from(value).map(Some).or(Err(Bail)),
            None => Ok(None),
        }
    }

    fn int64(&mut self) -> Read<Option<i64>, Bail> {
        self.white_space();
        if self.peek() == b'n' && self.accept("null") {
            return Ok(None);
        }
        let (value, end) = skip::integer(self.bytes, self.at).ok_or(Bail)?;
        self.at = end;
        Ok(Some(value))
    }

    fn double(&mut self) -> Read<Option<f64>, Bail> {
        self.white_space();
        if self.peek() == b'n' && self.accept("null") {
            return Ok(None);
        }
        if let Some((value, end)) = skip::short_double(self.bytes, self.at) {
            self.at = end;
            return Ok(Some(value));
        }
        let text = self.number()?;
        super::number::double(text).map(Some).ok_or(Bail)
    }

    fn boolean(&mut self) -> Read<Option<bool>, Bail> {
        self.white_space();
        match self.peek() {
            b't' if self.accept("true") => Ok(Some(true)),
            b'f' if self.accept("false") => Ok(Some(false)),
            b'n' if self.accept("null") => Ok(None),
            _ => Err(Bail),
        }
    }

    fn decimal(&mut self) -> Read<Option<Decimal<'a>>, Bail> {
        self.white_space();
        if self.peek() == b'n' && self.accept("null") {
            return Ok(None);
        }
        let text = self.number()?;
        Decimal::from_json_number(text).map(Some).ok_or(Bail)
    }

    fn uuid(&mut self) -> Read<Option<Uuid>, Bail> {
        self.white_space();
        if self.peek() == b'n' && self.accept("null") {
            return Ok(None);
        }
        let text = self
            .bytes
            .get(self.at..)
            .and_then(|rest| rest.first_chunk::<38>());
        let Some([b'"', text @ .., b'"']) = text else {
            return Err(Bail);
        };
        let uuid = Uuid::decode(text).ok_or(Bail)?;
        self.at += 38;
        Ok(Some(uuid))
    }

    fn instant(&mut self) -> Read<Option<Instant>, Bail> {
        self.white_space();
        match self.peek() {
            b'-' | b'0'..=b'9' => {
                let text = self.number()?;
                Instant::from_epoch_text(text).map(Some).ok_or(Bail)
            }
            _ => Err(Bail),
        }
    }

    fn unknown_word(&mut self) -> Read<(), Bail> {
        self.tally.unknown_values += 1;
        if self.options.strict {
            Err(Bail)
        } else {
            Ok(())
        }
    }

    fn unknown_member(&mut self) -> Read<(), Bail> {
        Err(Bail)
    }

    fn wants_event(&self, index: usize) -> bool {
        self.options.interests.contains_index(index)
    }

    fn missing(&self, _: &Object, _: &'static str) -> Bail {
        Bail
    }

    fn null_element(&self) -> Bail {
        Bail
    }

    fn empty(&self) -> Bail {
        Bail
    }
}

impl<'a> Direct<'_, 'a> {
    /// The first `type` of an object that does not begin with it.
    #[inline(never)]
    fn find_discriminator(&mut self) -> Read<&'a str, Bail> {
        let mut object = self.object()?.ok_or(Bail)?;
        while let Some(key) = self.next_key(&mut object)? {
            if key == "type" {
                self.white_space();
                if self.peek() != b'"' {
                    return Err(Bail);
                }
                return self.string().ok_or(Bail);
            }
            self.skip()?;
        }
        Err(Bail)
    }
}

/// How many elements a list makes room for at first: few large ones, more small ones.
const fn first_room<T>() -> usize {
    match size_of::<T>() {
        0..=16 => 16,
        17..=32 => 8,
        _ => 4,
    }
}
