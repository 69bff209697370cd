//! The seam between the nouns and their text: what a value must be able to do to be read from a [`Source`] and written
//! to a [`Sink`]. Nothing here knows JSON, the tape or the arena: those live behind the two traits, in `parse` and
//! `write`.

use super::{Decimal, Instant, Map, Uuid};

/// The result of reading from a source.
pub(crate) type Read<T, F> = Result<T, F>;

/// The key of a field: as text, and in quotes.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) quoted: &'static str,
}

/// Makes a [`Key`] of a literal.
macro_rules! key {
    ($name:literal) => {
        $crate::message::Key {
            name: $name,
            quoted: concat!("\"", $name, "\""),
        }
    };
}
pub(crate) use key;

/// A word of a table in quotes, with more quotes behind it: copied whole and cut, which takes no decision.
pub(crate) struct Word {
    pub(crate) padded: [u8; Word::ROOM],
    pub(crate) length: u8,
}

impl Word {
    const ROOM: usize = 40;

    /// The word. What does not fit or would have to be escaped does not compile.
    #[allow(
        clippy::indexing_slicing,
        clippy::allow_attributes,
        reason = "evaluated at compile time"
    )]
    pub(crate) const fn new(word: &'static str) -> Self {
        assert!(word.len() + 2 <= Self::ROOM);
        let mut padded = [b'"'; Self::ROOM];
        let mut at = 0;
        while at < word.len() {
            let byte = word.as_bytes()[at];
            assert!(byte >= b' ' && byte != b'"' && byte != b'\\');
            padded[at + 1] = byte;
            at += 1;
        }
        Self {
            padded,
            length: word.len() as u8 + 2,
        }
    }
}

/// Where typed values are read from, one value after the other. `None` always means "absent" (missing, `null`, or what
/// the coercion rules treat alike); the model then keeps its default.
pub(crate) trait Source<'a>: Sized {
    /// Why reading failed; where is the source's own business.
    type Fault;
    /// The state of an object that is being read.
    type Object;

    /// Consumes the next value if it is `null`.
    fn null(&mut self) -> bool;
    /// Enters an object; `None` for `null`.
    fn object(&mut self) -> Read<Option<Self::Object>, Self::Fault>;
    /// Consumes the next key if it is exactly `key`: the guess that the sender writes fields in table order.
    fn key_is(&mut self, object: &mut Self::Object, key: Key) -> bool;
    /// The next key, whatever it is; `None` at the end of the object, which is consumed then.
    fn next_key(&mut self, object: &mut Self::Object) -> Read<Option<&'a str>, Self::Fault>;
    /// Ends the value of a field, which was read or skipped.
    fn end_value(&mut self, object: &mut Self::Object) -> Read<(), Self::Fault>;
    /// Skips the next value.
    fn skip(&mut self) -> Read<(), Self::Fault>;
    /// The `type` of the object that comes next, which is not consumed; the first one counts.
    fn discriminator(&mut self) -> Read<&'a str, Self::Fault>;
    /// Enters the object whose discriminator was asked for last, past the discriminator if it comes first.
    fn tagged_object(&mut self) -> Read<Option<Self::Object>, Self::Fault>;
    /// The source text of the next value, which is consumed.
    fn raw(&mut self) -> Read<&'a str, Self::Fault>;
    /// Hands every key of the object that comes next to `field`, which reads or skips its value, and returns the source
    /// text of the whole object.
    fn raw_object(
        &mut self,
        field: impl FnMut(&mut Self, &'a str) -> Read<(), Self::Fault>,
    ) -> Read<&'a str, Self::Fault>;
    /// Reads the next value, or skips it if it cannot be read: for what is only a courtesy.
    fn attempt<T: WireValue<'a>>(&mut self) -> Read<Option<T>, Self::Fault>;

    /// A list; elements that are absent are dropped.
    fn list<T: WireValue<'a>>(&mut self) -> Read<Option<&'a [T]>, Self::Fault>;
    /// An object as a map from text; absent values are dropped, the last of equal keys counts.
    fn map<V: WireValue<'a>>(&mut self) -> Read<Option<Map<'a, V>>, Self::Fault> {
        self.map_with(|key| (key, true))
    }
    /// The same for texts, of which most maps are.
    fn text_map(&mut self) -> Read<Option<Map<'a, &'a str>>, Self::Fault> {
        self.map()
    }
    /// A map whose keys are replaced before they are compared. Keys that are not known, by the second part of what `key`
    /// returns, are told to `unknown_word`.
    fn map_with<V: WireValue<'a>>(
        &mut self,
        key: fn(&'a str) -> (&'a str, bool),
    ) -> Read<Option<Map<'a, V>>, Self::Fault>;
    /// Moves a value to where it lives as long as the message.
    fn place<T: Copy>(&mut self, value: T) -> &'a mut T;

    /// Text; numbers and bools as their source text.
    fn text(&mut self) -> Read<Option<&'a str>, Self::Fault>;
    /// The text of an enumeration value: a string and nothing else.
    fn word(&mut self) -> Read<Option<&'a str>, Self::Fault>;
    /// A 32-bit signed integer.
    fn int32(&mut self) -> Read<Option<i32>, Self::Fault>;
    /// A 64-bit signed integer.
    fn int64(&mut self) -> Read<Option<i64>, Self::Fault>;
    /// A finite double.
    fn double(&mut self) -> Read<Option<f64>, Self::Fault>;
    /// A bool.
    fn boolean(&mut self) -> Read<Option<bool>, Self::Fault>;
    /// An exact decimal.
    fn decimal(&mut self) -> Read<Option<Decimal<'a>>, Self::Fault>;
    /// A uuid.
    fn uuid(&mut self) -> Read<Option<Uuid>, Self::Fault>;
    /// A point in time.
    fn instant(&mut self) -> Read<Option<Instant>, Self::Fault>;

    /// An enumeration value that is not in the table was kept; an error in strict mode.
    fn unknown_word(&mut self) -> Read<(), Self::Fault>;
    /// A family member (event, environment, notification, setting, authentication) that is not in the table is about
    /// to be kept; an error in strict mode.
    fn unknown_member(&mut self) -> Read<(), Self::Fault>;
    /// Whether events of this type, by its position in the table, are wanted.
    fn wants_event(&self, index: usize) -> bool;
    /// The object just read lacks a field that must be there.
    fn missing(&self, object: &Self::Object, field: &'static str) -> Self::Fault;
    /// The value just consumed is `null` where an object must be.
    fn null_element(&self) -> Self::Fault;
    /// The value of this field of the object just read must not be empty.
    fn empty(&self, object: &Self::Object, field: &'static str) -> Self::Fault;
}

/// Where fields are written to. Objects and lists nest; the sink sets commas.
pub(crate) trait Sink {
    /// Marks where an object or list begins.
    type Mark: Copy;

    /// Begins an object.
    fn begin(&mut self) -> Self::Mark;
    /// Ends an object.
    fn end_object(&mut self, mark: Self::Mark);
    /// Ends a list.
    fn end_list(&mut self, mark: Self::Mark);
    /// A key from a table, given as `,"key":`.
    fn static_key(&mut self, quoted: &'static str);
    /// A key of a map.
    fn key(&mut self, key: &str);
    /// Announces a list element.
    fn element(&mut self);
    /// `null`.
    fn null(&mut self);
    /// A word of a table.
    fn word(&mut self, word: &'static Word);
    /// Text, to be quoted and escaped.
    fn text(&mut self, text: &str);
    /// An integer.
    fn int(&mut self, value: i64);
    /// A double.
    fn double(&mut self, value: f64);
    /// A bool.
    fn boolean(&mut self, value: bool);
    /// A decimal, digits exact.
    fn decimal(&mut self, value: Decimal<'_>);
    /// A uuid.
    fn uuid(&mut self, value: Uuid);
    /// A point in time.
    fn instant(&mut self, value: Instant);
    /// Source text of a value that was not understood.
    fn raw(&mut self, json: &str);
}

/// A value of a field, list or map.
pub(crate) trait WireValue<'a>: Copy + 'a {
    /// Reads the next value; `None` if it is absent.
    fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault>;
    /// Reads the next value to where `put` puts it, which is not called if the value is absent. Large values are put
    /// there first and read in their place. Whether there is a value.
    #[inline]
    fn read_placed<'p, S: Source<'a>>(
        source: &mut S,
        put: impl FnOnce(Self) -> Option<&'p mut Self>,
    ) -> Read<bool, S::Fault>
    where
        'a: 'p,
    {
        let Some(value) = Self::read(source)? else {
            return Ok(false);
        };
        put(value);
        Ok(true)
    }
    /// Reads a map of such values.
    #[inline]
    fn read_map<S: Source<'a>>(source: &mut S) -> Read<Option<Map<'a, Self>>, S::Fault> {
        source.map()
    }
    /// Whether a field that is written "when set" or "when not empty" leaves this value out.
    fn is_absent(&self) -> bool {
        false
    }
    /// Writes the value.
    fn write<W: Sink>(&self, sink: &mut W);
}

macro_rules! scalar {
    ($($type:ty, $read:ident, |$value:ident, $sink:ident| $write:expr;)*) => {$(
        impl<'a> WireValue<'a> for $type {
            #[inline]
            fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
                source.$read()
            }
            fn write<W: Sink>(&self, $sink: &mut W) {
                let $value = *self;
                $write
            }
        }
    )*};
}

scalar! {
    i32, int32, |value, sink| sink.int(i64::from(value));
    i64, int64, |value, sink| sink.int(value);
    f64, double, |value, sink| sink.double(value);
    bool, boolean, |value, sink| sink.boolean(value);
    Decimal<'a>, decimal, |value, sink| sink.decimal(value);
    Uuid, uuid, |value, sink| sink.uuid(value);
    Instant, instant, |value, sink| sink.instant(value);
}

impl<'a> WireValue<'a> for &'a str {
    #[inline]
    fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
        source.text()
    }
    #[inline]
    fn read_map<S: Source<'a>>(source: &mut S) -> Read<Option<Map<'a, Self>>, S::Fault> {
        source.text_map()
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
    fn write<W: Sink>(&self, sink: &mut W) {
        sink.text(self);
    }
}

/// An optional value. As a list element it keeps `null` in its place.
impl<'a, T: WireValue<'a>> WireValue<'a> for Option<T> {
    #[inline]
    fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
        Ok(Some(T::read(source)?))
    }
    #[inline]
    fn read_placed<'p, S: Source<'a>>(
        source: &mut S,
        put: impl FnOnce(Self) -> Option<&'p mut Self>,
    ) -> Read<bool, S::Fault>
    where
        'a: 'p,
    {
        let Some(option) = put(None) else {
            return Ok(false);
        };
        T::read_placed(source, |value| Some(option.insert(value)))?;
        Ok(true)
    }
    fn is_absent(&self) -> bool {
        self.as_ref().is_none_or(T::is_absent)
    }
    fn write<W: Sink>(&self, sink: &mut W) {
        match self {
            Some(value) => value.write(sink),
            None => sink.null(),
        }
    }
}

impl<'a, T: WireValue<'a>> WireValue<'a> for &'a [T] {
    #[inline]
    fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
        source.list()
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
    fn write<W: Sink>(&self, sink: &mut W) {
        let mark = sink.begin();
        for value in *self {
            sink.element();
            value.write(sink);
        }
        sink.end_list(mark);
    }
}

impl<'a, V: WireValue<'a>> WireValue<'a> for Map<'a, V> {
    #[inline]
    fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
        V::read_map(source)
    }
    /// Entries that are themselves empty do not count (section 2.1, rule 3).
    fn is_absent(&self) -> bool {
        self.iter().all(|(_, value)| value.is_absent())
    }
    fn write<W: Sink>(&self, sink: &mut W) {
        let mark = sink.begin();
        for (key, value) in self {
            if !value.is_absent() {
                sink.key(key);
                value.write(sink);
            }
        }
        sink.end_object(mark);
    }
}

/// Reads the value of a field; what is absent becomes the default.
#[inline]
pub(crate) fn read_field<'a, S: Source<'a>, T: WireValue<'a>>(
    source: &mut S,
    object: &mut S::Object,
    field: &mut T,
    default: T,
) -> Read<(), S::Fault> {
    let place = &mut *field;
    let present = T::read_placed(source, move |value| {
        *place = value;
        Some(place)
    })?;
    if !present {
        *field = default;
    }
    source.end_value(object)
}

/// Stands in `Debug` output for a value that must not be printed.
pub(crate) struct Redacted;

impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// White space as the reference trims it: everything up to and including U+0020.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}
