//! The codec. Values implement [`Decode`] and [`Encode`]; JSON syntax is behind [`Decoder`] and
//! [`Encoder`]: `parse` implements the first for the padded text and for the tape, `write` the
//! second for bytes. The peculiarities of a protocol, such as its notation of points in time, are
//! in the implementations for its values.

use std::fmt;

use super::{Decimal, Kind, Map, ModelInfo, Uuid};

/// The key of a field: as text, and in quotes.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) quoted: &'static str,
}

/// Makes a [`Key`] from a literal.
macro_rules! key {
    ($name:literal) => {
        $crate::schema::Key {
            name: $name,
            quoted: concat!("\"", $name, "\""),
        }
    };
}
pub(crate) use key;

/// An enumeration value as a JSON string, padded to a fixed size, so that writing it is a copy of
/// constant size and a truncation, without a branch on its length.
pub(crate) struct PaddedText {
    pub(crate) padded: [u8; PaddedText::SIZE],
    pub(crate) length: u8,
}

impl PaddedText {
    const SIZE: usize = 40;

    /// The text in quotes. A text that is too long or would have to be escaped does not compile.
    #[allow(
        clippy::indexing_slicing,
        clippy::allow_attributes,
        reason = "evaluated at compile time"
    )]
    pub(crate) const fn new(text: &'static str) -> Self {
        assert!(text.len() + 2 <= Self::SIZE);
        let mut padded = [b'"'; Self::SIZE];
        let mut at = 0;
        while at < text.len() {
            let byte = text.as_bytes()[at];
            assert!(byte >= b' ' && byte != b'"' && byte != b'\\');
            padded[at + 1] = byte;
            at += 1;
        }
        Self {
            padded,
            length: text.len() as u8 + 2,
        }
    }
}

/// A number, and the JSON type in which it was sent.
#[derive(Clone, Copy)]
pub(crate) enum Numeric<'a> {
    /// As a JSON number.
    Number(&'a str),
    /// In a string, with the white space around it removed; never empty and never `null`.
    Text(&'a str),
}

/// The members of a family that are decoded, by their position in its declaration. The others are
/// skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MemberSet(u32);

impl MemberSet {
    /// Every member.
    pub(crate) const ALL: Self = Self(u32::MAX);
    /// No member.
    pub(crate) const NONE: Self = Self(0);

    /// This set and the member at this position; positions are below 32.
    pub(crate) const fn with(self, position: usize) -> Self {
        Self(self.0 | 1 << (position & 31))
    }

    /// This set without the member at this position.
    pub(crate) const fn without(self, position: usize) -> Self {
        Self(self.0 & !(1 << (position & 31)))
    }

    /// Whether the member at this position is in the set.
    #[inline]
    pub(crate) const fn contains(self, position: usize) -> bool {
        self.0 & (1 << (position & 31)) != 0
    }
}

/// A value that is read although it does not have the form that the protocol declares, because
/// refusing it would refuse the whole message. Each is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coercion {
    /// An object or a list as a value of a map of texts, kept as its JSON text.
    JsonText,
    /// An identifier of 64 bits; those of the reference have 32.
    LongIdentifier,
    /// The text `null` for a number, a bool, a time or a uuid, read as absent.
    NullText,
    /// `null` in a list: dropped, or kept where the elements are texts.
    NullElement,
    /// A text, number or bool for a list of texts, read as its only element.
    SingleText,
    /// A number with a fraction for an integer, truncated.
    Truncated,
    /// A lone surrogate escape, read as U+FFFD.
    LoneSurrogate,
    /// A leap second or the end of a day, read as a time that exists.
    AdjustedTime,
    /// A location that is not complete or not finite, read as absent.
    NoLocation,
    /// A list under the name that it had in an earlier version of the protocol.
    FormerList,
}

/// A source of typed values, which are read one after the other. `None` always means "absent"
/// (missing, `null`, or a value that the coercion rules treat as absent); the model then keeps its
/// default.
pub(crate) trait Decoder<'a>: Sized {
    /// Why reading failed; only the decoder knows the position.
    type Fault;
    /// The state of reading an object.
    type Object;
    /// The position of a value.
    type Place: Copy;
    /// Whether [`allow_non_finite`](Self::allow_non_finite) has an effect.
    const READS_NON_FINITE: bool;

    /// Consumes the next value if it is `null`.
    fn null(&mut self) -> bool;
    /// Enters an object; `None` for `null`.
    fn object(&mut self) -> Result<Option<Self::Object>, Self::Fault>;
    /// Consumes the next key if it is exactly `key`: senders usually write fields in declaration
    /// order.
    fn key_is(&mut self, object: &mut Self::Object, key: Key) -> bool;
    /// The next key, whatever it is; `None` at the end of the object, which is consumed then.
    fn next_key(&mut self, object: &mut Self::Object) -> Result<Option<&'a str>, Self::Fault>;
    /// Ends the value of a field, which was read or skipped.
    fn end_value(&mut self, object: &mut Self::Object) -> Result<(), Self::Fault>;
    /// Skips the next value.
    fn skip(&mut self) -> Result<(), Self::Fault>;
    /// The key just read is not a field of this model; its value is skipped next.
    #[inline(always)]
    fn unknown_field(&mut self, object: &Self::Object, model: &'static ModelInfo) {
        let _ = (object, model);
    }
    /// The `type` of the object that comes next, which is not consumed; the first one counts.
    fn discriminator(&mut self) -> Result<&'a str, Self::Fault>;
    /// The same for a discriminator with this name.
    fn discriminator_named(&mut self, name: &'static str) -> Result<&'a str, Self::Fault>;
    /// Whether the next value is a list.
    fn is_list(&mut self) -> bool;
    /// Enters the object whose discriminator was read last, after the discriminator if that comes
    /// first.
    fn tagged_object(&mut self) -> Result<Option<Self::Object>, Self::Fault>;
    /// The source text of the next value, which is consumed.
    fn raw(&mut self) -> Result<&'a str, Self::Fault>;
    /// Passes every key of the next object to `field`, which reads or skips its value, and returns
    /// the source text of the whole object.
    fn raw_object(
        &mut self,
        field: impl FnMut(&mut Self, &'a str) -> Result<(), Self::Fault>,
    ) -> Result<&'a str, Self::Fault>;
    /// Reads the next value, or skips it if it cannot be read.
    fn attempt<T: Decode<'a>>(&mut self) -> Result<Option<T>, Self::Fault>;

    /// A list; absent elements are dropped.
    fn list<T: Decode<'a>>(&mut self) -> Result<Option<&'a [T]>, Self::Fault>;
    /// An object as a map from text; absent values are dropped, the last of equal keys counts.
    fn map<V: Decode<'a>>(&mut self) -> Result<Option<Map<'a, V>>, Self::Fault> {
        self.map_with(|key| (key, true))
    }
    /// The same for texts, which are the values of most maps; objects and lists are kept as their
    /// JSON text, without the white space between tokens.
    fn text_map(&mut self) -> Result<Option<Map<'a, &'a str>>, Self::Fault>;
    /// A map whose keys are replaced before they are compared. `key` also returns whether the key
    /// is known; unknown ones are reported to `unknown_value`.
    fn map_with<V: Decode<'a>>(
        &mut self,
        key: fn(&'a str) -> (&'a str, bool),
    ) -> Result<Option<Map<'a, V>>, Self::Fault>;
    /// Moves a value to the arena of the message, unless that takes more memory than is allowed.
    fn alloc<T: Copy>(&mut self, value: T) -> Result<&'a mut T, Self::Fault>;

    /// Text; numbers and bools as their source text.
    fn text(&mut self) -> Result<Option<&'a str>, Self::Fault>;
    /// A string; no other type is coerced.
    fn string_only(&mut self) -> Result<Option<&'a str>, Self::Fault>;
    /// A 32-bit signed integer.
    fn int32(&mut self) -> Result<Option<i32>, Self::Fault>;
    /// A 64-bit signed integer.
    fn int64(&mut self) -> Result<Option<i64>, Self::Fault>;
    /// A finite double.
    fn double(&mut self) -> Result<Option<f64>, Self::Fault>;
    /// A bool.
    fn boolean(&mut self) -> Result<Option<bool>, Self::Fault>;
    /// An exact decimal.
    fn decimal(&mut self) -> Result<Option<Decimal<'a>>, Self::Fault>;
    /// A uuid.
    fn uuid(&mut self) -> Result<Option<Uuid>, Self::Fault>;
    /// A value that a protocol writes as a number or as a string: `read` converts either, and
    /// `expected` describes the value for the error if `read` returns `None`.
    fn number_or_text<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(Numeric<'a>) -> Option<T>,
    ) -> Result<Option<T>, Self::Fault>;

    /// The position of the next value.
    fn place(&self) -> Self::Place;
    /// The value at this position was coerced; an error in strict mode if the reference refuses it.
    fn coerced(&mut self, coercion: Coercion, place: Self::Place) -> Result<(), Self::Fault>;
    /// Whether doubles beyond the range and texts for values that are not finite are accepted from
    /// here on, so that the caller can drop them. Initially they are refused.
    fn allow_non_finite(&mut self, allowed: bool);
    /// A list of `count` elements in the arena of the message.
    fn alloc_list<T: Copy>(
        &mut self,
        count: usize,
        elements: impl Iterator<Item = T>,
    ) -> Result<&'a [T], Self::Fault>;

    /// An enumeration value that is not declared was kept; an error in strict mode.
    fn unknown_value(&mut self) -> Result<(), Self::Fault>;
    /// A member of a family (event, environment, notification, setting, authentication) that is not
    /// declared is about to be kept; an error in strict mode.
    fn unknown_member(&mut self) -> Result<(), Self::Fault>;
    /// The discriminator read last is not one of the allowed ones.
    fn unknown_discriminator(&self, allowed: &'static str) -> Self::Fault;
    /// Whether the member of the skippable family at this position of its declaration is decoded.
    fn is_wanted(&self, position: usize) -> bool;
    /// The object just read lacks an enforced field.
    fn missing(&self, object: &Self::Object, field: &'static str) -> Self::Fault;
    /// The text of this field of the object just read must not be empty.
    fn empty(&self, object: &Self::Object, field: &'static str) -> Self::Fault;
    /// The value just consumed is `null` where an object must be.
    fn null_element(&self) -> Self::Fault;
}

/// A destination of fields. Objects and lists nest; the encoder writes the commas.
pub(crate) trait Encoder {
    /// The beginning of an object or list.
    type Mark: Copy;

    /// Begins an object or list.
    fn begin(&mut self) -> Self::Mark;
    /// Ends an object.
    fn end_object(&mut self, mark: Self::Mark);
    /// Ends a list.
    fn end_list(&mut self, mark: Self::Mark);
    /// A key that needs no escapes, given as `,"key":`.
    fn static_key(&mut self, quoted: &'static str);
    /// A key of a map.
    fn key(&mut self, key: &str);
    /// Announces a list element.
    fn element(&mut self);
    /// `null`.
    fn null(&mut self);
    /// An enumeration value.
    fn padded_text(&mut self, text: &'static PaddedText);
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
    /// JSON text: a number in the notation of a protocol, or an unknown value.
    fn raw(&mut self, json: &str);
}

/// A value of a field, list or map that can be read.
pub(crate) trait Decode<'a>: Copy + 'a {
    /// Reads the next value; `None` if it is absent.
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault>;
    /// Reads the next value and stores it with `put`, which is not called if the value is absent.
    /// Large values are stored first and filled in place, so that they are not moved. Returns
    /// whether there is a value.
    #[inline]
    fn decode_in_place<'p, D: Decoder<'a>>(
        decoder: &mut D,
        put: impl FnOnce(Self) -> Option<&'p mut Self>,
    ) -> Result<bool, D::Fault>
    where
        'a: 'p,
    {
        let Some(value) = Self::decode(decoder)? else {
            return Ok(false);
        };
        put(value);
        Ok(true)
    }
    /// Whether one such value may be sent for a list of them.
    const MAY_BE_SINGLE: bool = false;
    /// Reads the next value as an element of a list. The result is false for `null`, also if `put`
    /// was called for it.
    #[inline(always)]
    fn decode_element<'p, D: Decoder<'a>>(
        decoder: &mut D,
        put: impl FnOnce(Self) -> Option<&'p mut Self>,
    ) -> Result<bool, D::Fault>
    where
        'a: 'p,
    {
        Self::decode_in_place(decoder, put)
    }
    /// Reads a map of such values.
    #[inline]
    fn decode_map<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Map<'a, Self>>, D::Fault> {
        decoder.map()
    }
}

/// A value of a field, list or map that can be written.
pub(crate) trait Encode {
    /// Writes the value.
    fn encode<E: Encoder>(&self, encoder: &mut E);
    /// Whether a field that is written "when set" or "when not empty" leaves this value out.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A value whose type has a description.
pub(crate) trait Describe {
    /// The type.
    const KIND: Kind;
    /// The type as that of a list's elements.
    const ELEMENT: Kind = Self::KIND;
    /// Shows a value that is declared secret in `Debug`: not at all, unless it is an object, which
    /// masks its own secrets.
    fn fmt_secret(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
    /// Whether this is the integer zero, the value of an absent number.
    fn is_zero(&self) -> bool {
        false
    }
}

/// Reads the value of a field; an absent one becomes the default. Returns whether it is present.
#[inline]
pub(crate) fn decode_field<'a, D: Decoder<'a>, T: Decode<'a>>(
    decoder: &mut D,
    object: &mut D::Object,
    field: &mut T,
    default: T,
) -> Result<bool, D::Fault> {
    let place = &mut *field;
    let present = T::decode_in_place(decoder, move |value| {
        *place = value;
        Some(place)
    })?;
    if !present {
        *field = default;
    }
    decoder.end_value(object)?;
    Ok(present)
}

/// Shows a secret value in `Debug` output.
pub(crate) struct Redacted<'v, T>(pub(crate) &'v T);

impl<T: Describe> fmt::Debug for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_secret(f)
    }
}

/// White space as the reference trims it: every character up to and including U+0020.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}
