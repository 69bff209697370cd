//! A [`Decoder`] that decodes the text directly, in one pass. It tries keys in the order in which
//! senders write them, borrows strings as slices of the text, and keeps numbers as text if the
//! model does.

use bumpalo::Bump;

use super::super::keys::KeyHasher;
use super::super::{ParseOptions, Tally, coerce};
use super::cursor::Cursor;
use super::{scan, skip};
use crate::schema::{Coercion, Decimal, Decode, Decoder, Key, Map, Numeric, Uuid};

/// The fast path bails out.
#[derive(Debug)]
pub(super) struct Bail;

/// A cursor over the text, and the state of reading one message.
pub(super) struct FastDecoder<'t, 'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) arena: &'a Bump,
    pub(super) hasher: &'t KeyHasher,
    options: &'t ParseOptions,
    /// The memory that may still be allocated in the arena (see `super::super::memory`).
    memory_left: usize,
    /// The position after the `type` of the next object, if its discriminator has just been read
    /// and is its first field.
    after_type: Option<Cursor<'a>>,
    pub(super) tally: Tally,
}

impl<'t, 'a> FastDecoder<'t, 'a> {
    pub(super) fn new(
        cursor: Cursor<'a>,
        arena: &'a Bump,
        hasher: &'t KeyHasher,
        options: &'t ParseOptions,
    ) -> Self {
        Self {
            cursor,
            arena,
            hasher,
            options,
            memory_left: options.max_memory / 4,
            after_type: None,
            tally: Tally::default(),
        }
    }
}

/// An object has no state of its own: between fields, the position of the cursor determines
/// everything (see `tokens`).
impl<'a> Decoder<'a> for FastDecoder<'_, 'a> {
    type Fault = Bail;
    type Object = ();
    type Place = ();
    const READS_NON_FINITE: bool = false;

    #[inline(always)]
    fn null(&mut self) -> bool {
        self.cursor.accept_null()
    }

    #[inline]
    fn object(&mut self) -> Result<Option<()>, Bail> {
        self.cursor.white_space();
        if !self.cursor.accept_byte(b'{') {
            return if self.cursor.accept("null") {
                Ok(None)
            } else {
                Err(Bail)
            };
        }
        self.cursor.white_space();
        Ok(Some(()))
    }

    #[inline]
    fn tagged_object(&mut self) -> Result<Option<()>, Bail> {
        match self.after_type.take() {
            Some(after) => {
                self.cursor = after;
                self.cursor.next_field().ok_or(Bail)?;
                Ok(Some(()))
            }
            None => self.object(),
        }
    }

    #[inline(always)]
    fn key_is(&mut self, (): &mut (), key: Key) -> bool {
        let before = self.cursor;
        if !self.cursor.accept(key.quoted) {
            return false;
        }
        if !self.cursor.accept_colon() {
            // `next_key` will bail out.
            self.cursor = before;
            return false;
        }
        true
    }

    #[inline]
    fn next_key(&mut self, (): &mut ()) -> Result<Option<&'a str>, Bail> {
        if self.cursor.accept_byte(b'}') {
            return Ok(None);
        }
        let key = self.string()?;
        if !self.cursor.accept_colon() {
            return Err(Bail);
        }
        Ok(Some(key))
    }

    #[inline(always)]
    fn end_value(&mut self, (): &mut ()) -> Result<(), Bail> {
        self.cursor.next_field().ok_or(Bail)
    }

    fn skip(&mut self) -> Result<(), Bail> {
        if let Some(after) = self.after_type.take() {
            self.cursor = after;
            return skip::rest_of_object(&mut self.cursor).ok_or(Bail);
        }
        self.cursor.white_space();
        skip::value(&mut self.cursor).ok_or(Bail)
    }

    #[inline]
    fn discriminator(&mut self) -> Result<&'a str, Bail> {
        self.cursor.white_space();
        let start = self.cursor;
        self.after_type = None;
        if !self.cursor.accept("{\"type\":") {
            let name = self.find_discriminator("type");
            self.cursor = start;
            return name;
        }
        self.cursor.white_space();
        let name = self.string()?;
        self.after_type = Some(self.cursor);
        self.cursor = start;
        Ok(name)
    }

    fn discriminator_named(&mut self, name: &'static str) -> Result<&'a str, Bail> {
        self.cursor.white_space();
        let start = self.cursor;
        self.after_type = None;
        let found = self.find_discriminator(name);
        self.cursor = start;
        found
    }

    #[inline]
    fn is_list(&mut self) -> bool {
        self.cursor.white_space();
        self.cursor.peek() == b'['
    }

    fn raw(&mut self) -> Result<&'a str, Bail> {
        self.cursor.white_space();
        let before = self.cursor;
        skip::value(&mut self.cursor).ok_or(Bail)?;
        Ok(self.cursor.since(&before))
    }

    fn raw_object(
        &mut self,
        _: impl FnMut(&mut Self, &'a str) -> Result<(), Bail>,
    ) -> Result<&'a str, Bail> {
        Err(Bail)
    }

    fn attempt<T: Decode<'a>>(&mut self) -> Result<Option<T>, Bail> {
        T::decode(self)
    }

    fn list<T: Decode<'a>>(&mut self) -> Result<Option<&'a [T]>, Bail> {
        self.read_list()
    }

    fn map_with<V: Decode<'a>>(
        &mut self,
        key_of: fn(&'a str) -> (&'a str, bool),
    ) -> Result<Option<Map<'a, V>>, Bail> {
        self.read_entries(|decoder| {
            let Some(key) = decoder.next_key(&mut ())? else {
                return Ok(None);
            };
            let (key, known) = key_of(key);
            if !known {
                decoder.unknown_value()?;
            }
            // A `null` removes an entry, which only the complete path handles.
            Ok(Some((key, V::decode(decoder)?.ok_or(Bail)?)))
        })
    }

    fn text_map(&mut self) -> Result<Option<Map<'a, &'a str>>, Bail> {
        self.read_entries(|decoder| match decoder.cursor.text_entry() {
            None => decoder.other_text_entry(),
            entry => Ok(entry),
        })
    }

    #[inline(always)]
    fn alloc<T: Copy>(&mut self, value: T) -> Result<&'a mut T, Bail> {
        self.charge(size_of::<T>())?;
        Ok(self.arena.alloc_with(|| value))
    }

    #[inline(always)]
    fn text(&mut self) -> Result<Option<&'a str>, Bail> {
        self.cursor.white_space();
        if self.cursor.peek() == b'"' {
            return self.string().map(Some);
        }
        self.other_text()
    }

    #[inline(always)]
    fn string_only(&mut self) -> Result<Option<&'a str>, Bail> {
        self.cursor.white_space();
        if self.cursor.peek() != b'"' && self.cursor.accept_null() {
            return Ok(None);
        }
        self.string().map(Some)
    }

    fn int32(&mut self) -> Result<Option<i32>, Bail> {
        match self.int64()? {
            Some(value) => i32::try_from(value).map(Some).or(Err(Bail)),
            None => Ok(None),
        }
    }

    #[inline]
    fn int64(&mut self) -> Result<Option<i64>, Bail> {
        let before = self.cursor;
        match self.cursor.integer() {
            None => {
                self.cursor = before;
                self.other_int64()
            }
            value => Ok(value),
        }
    }

    #[inline]
    fn double(&mut self) -> Result<Option<f64>, Bail> {
        let before = self.cursor;
        match self.cursor.short_double() {
            None => {
                self.cursor = before;
                self.other_double()
            }
            value => Ok(value),
        }
    }

    #[inline]
    fn boolean(&mut self) -> Result<Option<bool>, Bail> {
        self.cursor.white_space();
        if self.cursor.accept("true") {
            Ok(Some(true))
        } else if self.cursor.accept("false") {
            Ok(Some(false))
        } else if self.cursor.accept("null") {
            Ok(None)
        } else {
            Err(Bail)
        }
    }

    #[inline]
    fn decimal(&mut self) -> Result<Option<Decimal<'a>>, Bail> {
        if !self.cursor.peek().is_ascii_digit() && self.cursor.accept_null() {
            return Ok(None);
        }
        let (text, exponent) = self.cursor.number().ok_or(Bail)?;
        Decimal::from_json_number(text, exponent)
            .map(Some)
            .ok_or(Bail)
    }

    #[inline]
    fn uuid(&mut self) -> Result<Option<Uuid>, Bail> {
        if self.cursor.accept_null() {
            return Ok(None);
        }
        let [b'"', text @ .., b'"'] = self.cursor.ahead::<38>() else {
            return Err(Bail);
        };
        let uuid = scan::uuid(text).map(Uuid).ok_or(Bail)?;
        // There are no escapes, so this passes exactly the same bytes.
        self.string()?;
        Ok(Some(uuid))
    }

    fn number_or_text<T>(
        &mut self,
        _: &'static str,
        read: impl FnOnce(Numeric<'a>) -> Option<T>,
    ) -> Result<Option<T>, Bail> {
        self.cursor.white_space();
        match self.cursor.peek() {
            b'-' | b'0'..=b'9' => read(Numeric::Number(self.number()?)).map(Some).ok_or(Bail),
            _ => Err(Bail),
        }
    }

    fn place(&self) {}

    /// Long identifiers, which some senders use throughout, are the only coerced values that do not
    /// leave this path.
    fn coerced(&mut self, coercion: Coercion, (): ()) -> Result<(), Bail> {
        if coercion == Coercion::LongIdentifier && !self.options.strict {
            self.tally.count(coercion);
            Ok(())
        } else {
            Err(Bail)
        }
    }

    fn allow_non_finite(&mut self, _: bool) {}

    fn alloc_list<T: Copy>(
        &mut self,
        _: usize,
        _: impl Iterator<Item = T>,
    ) -> Result<&'a [T], Bail> {
        Err(Bail)
    }

    fn unknown_value(&mut self) -> Result<(), Bail> {
        self.tally.unknown_values += 1;
        if self.options.strict {
            Err(Bail)
        } else {
            Ok(())
        }
    }

    fn unknown_member(&mut self) -> Result<(), Bail> {
        Err(Bail)
    }

    fn unknown_discriminator(&self, _: &'static str) -> Bail {
        Bail
    }

    fn is_wanted(&self, position: usize) -> bool {
        self.options.interests.contains(position)
    }

    fn missing(&self, (): &(), _: &'static str) -> Bail {
        Bail
    }

    fn null_element(&self) -> Bail {
        Bail
    }

    fn empty(&self, (): &(), _: &'static str) -> Bail {
        Bail
    }
}

impl<'a> FastDecoder<'_, 'a> {
    /// Counts memory in the arena.
    #[inline(always)]
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), Bail> {
        self.memory_left = self.memory_left.checked_sub(bytes).ok_or(Bail)?;
        Ok(())
    }

    #[inline(always)]
    fn string(&mut self) -> Result<&'a str, Bail> {
        match self.cursor.unescaped_string() {
            None => self.escaped_string(),
            Some(text) => Ok(text),
        }
    }

    #[inline(never)]
    fn escaped_string(&mut self) -> Result<&'a str, Bail> {
        let (text, bytes) = self.cursor.escaped_string(self.arena).ok_or(Bail)?;
        self.charge(bytes)?;
        Ok(text)
    }

    /// The text of a number.
    #[inline]
    fn number(&mut self) -> Result<&'a str, Bail> {
        self.cursor.number().map(|(text, _)| text).ok_or(Bail)
    }

    /// The first discriminator with this name of an object.
    #[inline(never)]
    fn find_discriminator(&mut self, name: &'static str) -> Result<&'a str, Bail> {
        self.object()?.ok_or(Bail)?;
        while let Some(key) = self.next_key(&mut ())? {
            self.cursor.white_space();
            if key == name {
                return self.string();
            }
            skip::look_past(&mut self.cursor).ok_or(Bail)?;
            self.end_value(&mut ())?;
        }
        Err(Bail)
    }

    /// An entry of a map of texts that is not just two unescaped strings.
    #[inline(never)]
    fn other_text_entry(&mut self) -> Result<Option<(&'a str, &'a str)>, Bail> {
        let Some(key) = self.next_key(&mut ())? else {
            return Ok(None);
        };
        // A `null` removes an entry, which only the complete path handles.
        Ok(Some((key, self.text()?.ok_or(Bail)?)))
    }

    /// Text that is not a string.
    #[inline(never)]
    fn other_text(&mut self) -> Result<Option<&'a str>, Bail> {
        match self.cursor.peek() {
            b'n' if self.cursor.accept("null") => Ok(None),
            b't' if self.cursor.accept("true") => Ok(Some("true")),
            b'f' if self.cursor.accept("false") => Ok(Some("false")),
            b'-' | b'0'..=b'9' => self.number().map(Some),
            _ => Err(Bail),
        }
    }

    /// An integer after white space, or `null`.
    #[inline(never)]
    fn other_int64(&mut self) -> Result<Option<i64>, Bail> {
        if self.cursor.accept_null() {
            return Ok(None);
        }
        self.cursor.integer().map(Some).ok_or(Bail)
    }

    /// Any double, also after white space, or `null`.
    #[inline(never)]
    fn other_double(&mut self) -> Result<Option<f64>, Bail> {
        if self.cursor.accept_null() {
            return Ok(None);
        }
        let before = self.cursor;
        if let Some(value) = self.cursor.short_double() {
            return Ok(Some(value));
        }
        self.cursor = before;
        if let Some(value) = self.cursor.double() {
            return Ok(Some(value));
        }
        self.cursor = before;
        coerce::double(self.number()?).map(Some).ok_or(Bail)
    }
}
