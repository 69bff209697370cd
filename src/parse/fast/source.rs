//! The fast path: a [`Source`] that decodes the text itself, in one pass, for what well-behaved senders write. It tries
//! the keys in the order in which they write them, takes strings as slices of the text, and keeps numbers as text where
//! the model does.
//!
//! It never decides an error. At anything unusual it *bails out*, and the complete path (`cursor`, over the tape) does
//! the whole message again. What it returns equals what the complete path returns: tests and a fuzz target hold that.

use std::hash::RandomState;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::super::keys::GrowingIndex;
use super::super::{ParseOptions, Tally};
use super::cursor::Reader;
use super::skip;
use crate::message::{Decimal, Instant, Key, Map, Read, Source, Uuid, WireValue};

/// The fast path gives up.
#[derive(Debug)]
pub(in crate::parse) struct Bail;

/// A place in the text, and what has been counted on the way.
pub(in crate::parse) struct Direct<'t, 'a> {
    pub(in crate::parse) reader: Reader<'a>,
    pub(in crate::parse) arena: &'a Bump,
    hasher: &'t RandomState,
    options: &'t ParseOptions,
    memory_left: usize,
    /// After the `type` of the object that comes next, if the discriminator was just asked for and comes first.
    tagged: Option<Reader<'a>>,
    pub(in crate::parse) tally: Tally,
}

impl<'t, 'a> Direct<'t, 'a> {
    pub(in crate::parse) fn new(
        reader: Reader<'a>,
        arena: &'a Bump,
        hasher: &'t RandomState,
        options: &'t ParseOptions,
    ) -> Self {
        Self {
            reader,
            arena,
            hasher,
            options,
            memory_left: options.max_memory,
            tagged: None,
            tally: Tally::default(),
        }
    }
}

/// Between the fields of an object the reader stands on the quote of a key or on the closing brace, which is all there is
/// to know about it.
impl<'a> Source<'a> for Direct<'_, 'a> {
    type Fault = Bail;
    type Object = ();

    #[inline(always)]
    fn null(&mut self) -> bool {
        self.accept_null()
    }

    #[inline]
    fn object(&mut self) -> Read<Option<()>, Bail> {
        self.reader.white_space();
        if !self.reader.accept_byte(b'{') {
            return if self.reader.accept("null") {
                Ok(None)
            } else {
                Err(Bail)
            };
        }
        self.reader.white_space();
        Ok(Some(()))
    }

    #[inline]
    fn tagged_object(&mut self) -> Read<Option<()>, Bail> {
        match self.tagged.take() {
            Some(after) => {
                self.reader = after;
                self.find_key()?;
                Ok(Some(()))
            }
            None => self.object(),
        }
    }

    #[inline(always)]
    fn key_is(&mut self, (): &mut (), key: Key) -> bool {
        let before = self.reader;
        if !self.reader.accept(key.quoted) {
            return false;
        }
        if !self.colon() {
            // `next_key` will find what is wrong.
            self.reader = before;
            return false;
        }
        true
    }

    #[inline]
    fn next_key(&mut self, (): &mut ()) -> Read<Option<&'a str>, Bail> {
        if self.reader.accept_byte(b'}') {
            return Ok(None);
        }
        let key = self.string().ok_or(Bail)?;
        if !self.colon() {
            return Err(Bail);
        }
        Ok(Some(key))
    }

    #[inline(always)]
    fn end_value(&mut self, (): &mut ()) -> Read<(), Bail> {
        self.find_key()
    }

    fn skip(&mut self) -> Read<(), Bail> {
        if let Some(after) = self.tagged.take() {
            self.reader = after;
            return skip::rest_of_object(&mut self.reader).ok_or(Bail);
        }
        self.reader.white_space();
        skip::value(&mut self.reader).ok_or(Bail)
    }

    #[inline]
    fn discriminator(&mut self) -> Read<&'a str, Bail> {
        self.reader.white_space();
        let start = self.reader;
        self.tagged = None;
        if !self.reader.accept("{\"type\":") {
            let name = self.find_discriminator();
            self.reader = start;
            return name;
        }
        let name = self.string().ok_or(Bail)?;
        self.tagged = Some(self.reader);
        self.reader = start;
        Ok(name)
    }

    fn raw(&mut self) -> Read<&'a str, Bail> {
        self.reader.white_space();
        let before = self.reader;
        skip::value(&mut self.reader).ok_or(Bail)?;
        Ok(self.reader.since(&before))
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
        self.reader.white_space();
        if !self.reader.accept_byte(b'[') {
            return if self.reader.accept("null") {
                Ok(None)
            } else {
                Err(Bail)
            };
        }
        self.reader.white_space();
        if self.reader.accept_byte(b']') {
            return Ok(Some(&[]));
        }
        let mut elements = self.room()?;
        let mut nulls = 0;
        loop {
            self.make_room(&mut elements)?;
            if !T::read_placed(self, |element| pushed(&mut elements, element))? {
                nulls += 1;
            }
            if self.reader.accept_byte(b',') {
                continue;
            }
            self.reader.white_space();
            if self.reader.accept_byte(b']') {
                self.charge(elements.len() + nulls, size_of::<T>())?;
                self.tally.null_elements += nulls;
                return Ok(Some(elements.into_bump_slice()));
            }
            if !self.reader.accept_byte(b',') {
                return Err(Bail);
            }
        }
    }

    fn map_with<V: WireValue<'a>>(
        &mut self,
        key_of: fn(&'a str) -> (&'a str, bool),
    ) -> Read<Option<Map<'a, V>>, Bail> {
        self.entries(|source| {
            let Some(key) = source.next_key(&mut ())? else {
                return Ok(None);
            };
            let (key, known) = key_of(key);
            if !known {
                source.unknown_word()?;
            }
            // From the first null on, entries may vanish and come back.
            Ok(Some((key, V::read(source)?.ok_or(Bail)?)))
        })
    }

    fn text_map(&mut self) -> Read<Option<Map<'a, &'a str>>, Bail> {
        self.entries(|source| match source.reader.text_entry() {
            None => source.other_entry(),
            entry => Ok(entry),
        })
    }

    #[inline(always)]
    fn place<T: Copy>(&mut self, value: T) -> &'a mut T {
        self.arena.alloc_with(|| value)
    }

    #[inline(always)]
    fn text(&mut self) -> Read<Option<&'a str>, Bail> {
        self.reader.white_space();
        if self.reader.peek() == b'"' {
            return Ok(Some(self.string().ok_or(Bail)?));
        }
        self.other_text()
    }

    #[inline(always)]
    fn word(&mut self) -> Read<Option<&'a str>, Bail> {
        self.reader.white_space();
        if self.reader.peek() != b'"' && self.accept_null() {
            return Ok(None);
        }
        self.string().map(Some).ok_or(Bail)
    }

    fn int32(&mut self) -> Read<Option<i32>, Bail> {
        match self.int64()? {
            Some(value) => i32::try_from(value).map(Some).or(Err(Bail)),
            None => Ok(None),
        }
    }

    #[inline]
    fn int64(&mut self) -> Read<Option<i64>, Bail> {
        let before = self.reader;
        match skip::integer(&mut self.reader) {
            None => {
                self.reader = before;
                self.other_int64()
            }
            value => Ok(value),
        }
    }

    #[inline]
    fn double(&mut self) -> Read<Option<f64>, Bail> {
        let before = self.reader;
        match skip::short_double(&mut self.reader) {
            None => {
                self.reader = before;
                self.other_double()
            }
            value => Ok(value),
        }
    }

    #[inline]
    fn boolean(&mut self) -> Read<Option<bool>, Bail> {
        self.reader.white_space();
        if self.reader.accept("true") {
            Ok(Some(true))
        } else if self.reader.accept("false") {
            Ok(Some(false))
        } else if self.reader.accept("null") {
            Ok(None)
        } else {
            Err(Bail)
        }
    }

    #[inline]
    fn decimal(&mut self) -> Read<Option<Decimal<'a>>, Bail> {
        if !self.reader.peek().is_ascii_digit() && self.accept_null() {
            return Ok(None);
        }
        let (text, exponent) = skip::number(&mut self.reader).ok_or(Bail)?;
        Decimal::from_json_number(text, exponent)
            .map(Some)
            .ok_or(Bail)
    }

    #[inline]
    fn uuid(&mut self) -> Read<Option<Uuid>, Bail> {
        if self.accept_null() {
            return Ok(None);
        }
        let [b'"', text @ .., b'"'] = self.reader.ahead::<38>() else {
            return Err(Bail);
        };
        let uuid = super::scan::uuid(text).map(Uuid).ok_or(Bail)?;
        // Plain, so this is a step over the very same bytes.
        self.string().ok_or(Bail)?;
        Ok(Some(uuid))
    }

    fn instant(&mut self) -> Read<Option<Instant>, Bail> {
        self.reader.white_space();
        match self.reader.peek() {
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

    fn missing(&self, (): &(), _: &'static str) -> Bail {
        Bail
    }

    fn null_element(&self) -> Bail {
        Bail
    }

    fn empty(&self, _: usize) -> Bail {
        Bail
    }
}

impl<'a> Direct<'_, 'a> {
    /// The first `type` of an object that does not begin with it.
    #[inline(never)]
    fn find_discriminator(&mut self) -> Read<&'a str, Bail> {
        self.object()?.ok_or(Bail)?;
        while let Some(key) = self.next_key(&mut ())? {
            if key == "type" {
                self.reader.white_space();
                return self.string().ok_or(Bail);
            }
            self.reader.white_space();
            skip::pass(&mut self.reader).ok_or(Bail)?;
            self.find_key()?;
        }
        Err(Bail)
    }

    /// An object of entries that `next` reads one by one.
    #[inline(always)]
    fn entries<V: WireValue<'a>>(
        &mut self,
        mut next: impl FnMut(&mut Self) -> Read<Option<(&'a str, V)>, Bail>,
    ) -> Read<Option<Map<'a, V>>, Bail> {
        if self.object()?.is_none() {
            return Ok(None);
        }
        if self.reader.accept_byte(b'}') {
            return Ok(Some(Map::new(&[])));
        }
        let mut entries: ArenaVec<'a, (&'a str, V)> = self.room()?;
        let mut index = GrowingIndex::new(self.arena, self.hasher);
        let mut again = 0;
        while let Some((key, value)) = next(self)? {
            let before = if index.is_new(key, entries.len()) {
                None
            } else {
                index.find_or_insert(key, &entries)
            };
            match before.and_then(|at| entries.get_mut(at)) {
                None => {
                    self.make_room(&mut entries)?;
                    entries.push((key, value));
                }
                Some(entry) => {
                    again += 1;
                    entry.1 = value;
                }
            }
            self.find_key()?;
        }
        self.charge(entries.len() + again, size_of::<(&str, V)>() + 8)?;
        Ok(Some(Map::new(entries.into_bump_slice())))
    }

    /// An entry of a map of texts that is not just two strings.
    #[inline(never)]
    fn other_entry(&mut self) -> Read<Option<(&'a str, &'a str)>, Bail> {
        let Some(key) = self.next_key(&mut ())? else {
            return Ok(None);
        };
        // From the first null on, entries may vanish and come back.
        Ok(Some((key, self.text()?.ok_or(Bail)?)))
    }

    /// An integer that is not just some digits.
    #[inline(never)]
    fn other_int64(&mut self) -> Read<Option<i64>, Bail> {
        if self.accept_null() {
            return Ok(None);
        }
        skip::integer(&mut self.reader).map(Some).ok_or(Bail)
    }

    /// A double that is not just some digits, a point, and some more.
    #[inline(never)]
    fn other_double(&mut self) -> Read<Option<f64>, Bail> {
        if self.accept_null() {
            return Ok(None);
        }
        let before = self.reader;
        if let Some(value) = skip::double(&mut self.reader) {
            return Ok(Some(value));
        }
        self.reader = before;
        let text = self.number()?;
        super::super::coerce::double(text).map(Some).ok_or(Bail)
    }

    /// Takes the memory of a list from what the message may need.
    #[inline]
    fn charge(&mut self, count: usize, size: usize) -> Read<(), Bail> {
        let bytes = count.saturating_mul(size);
        self.memory_left = self.memory_left.checked_sub(bytes).ok_or(Bail)?;
        Ok(())
    }

    /// Room for the first elements of a list, as long as the message may need that much.
    #[inline(always)]
    fn room<T>(&self) -> Read<ArenaVec<'a, T>, Bail> {
        let count = first_room::<T>();
        if count * size_of::<T>() > self.memory_left {
            return Err(Bail);
        }
        Ok(ArenaVec::with_capacity_in(count, self.arena))
    }

    /// Makes room for one more element, under the same condition.
    #[inline(always)]
    fn make_room<T>(&self, elements: &mut ArenaVec<'a, T>) -> Read<(), Bail> {
        if elements.len() < elements.capacity() {
            return Ok(());
        }
        self.grow(elements)
    }

    #[inline(never)]
    fn grow<T>(&self, elements: &mut ArenaVec<'a, T>) -> Read<(), Bail> {
        let more = elements.len();
        if (elements.len() + more).saturating_mul(size_of::<T>()) > self.memory_left {
            return Err(Bail);
        }
        elements.reserve_exact(more);
        Ok(())
    }
}

/// Pushes an element and returns it in its place.
#[inline(always)]
fn pushed<'v, T>(elements: &'v mut ArenaVec<'_, T>, element: T) -> Option<&'v mut T> {
    elements.push(element);
    elements.last_mut()
}

/// How many elements a list makes room for at first: few large ones, more small ones.
const fn first_room<T>() -> usize {
    match size_of::<T>() {
        0..=16 => 16,
        17..=32 => 8,
        _ => 4,
    }
}
