//! The codec traits for scalars, strings, `Option`, lists and maps.

use std::fmt;

use super::{
    Decimal, Decode, Decoder, Describe, Encode, Encoder, Kind, Map, MapInfo, Redacted, Uuid,
};

macro_rules! scalar {
    ($($type:ty, $kind:ident $(zero $zero:literal)?, $read:ident, |$value:ident, $encoder:ident| $write:expr;)*) => {$(
        impl<'a> Decode<'a> for $type {
            #[inline]
            fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
                decoder.$read()
            }
        }
        impl<'a> Encode for $type {
            fn encode<E: Encoder>(&self, $encoder: &mut E) {
                let $value = *self;
                $write
            }
        }
        impl<'a> Describe for $type {
            const KIND: Kind = Kind::$kind;
            $( fn is_zero(&self) -> bool {
                *self == $zero
            } )?
        }
    )*};
}

scalar! {
    i32, Int32 zero 0, int32, |value, encoder| encoder.int(i64::from(value));
    i64, Int64 zero 0, int64, |value, encoder| encoder.int(value);
    f64, Double, double, |value, encoder| encoder.double(value);
    bool, Bool, boolean, |value, encoder| encoder.boolean(value);
    Decimal<'a>, Decimal, decimal, |value, encoder| encoder.decimal(value);
    Uuid, Uuid, uuid, |value, encoder| encoder.uuid(value);
}

impl<'a> Decode<'a> for &'a str {
    const MAY_BE_SINGLE: bool = true;
    #[inline]
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        decoder.text()
    }
    #[inline]
    fn decode_map<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Map<'a, Self>>, D::Fault> {
        decoder.text_map()
    }
}

impl Encode for &str {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        encoder.text(self);
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Describe for &str {
    const KIND: Kind = Kind::Text;
}

/// An optional value. As a list element it keeps `null` at its position.
impl<'a, T: Decode<'a>> Decode<'a> for Option<T> {
    const MAY_BE_SINGLE: bool = T::MAY_BE_SINGLE;
    #[inline]
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        Ok(Some(T::decode(decoder)?))
    }
    #[inline]
    fn decode_in_place<'p, D: Decoder<'a>>(
        decoder: &mut D,
        put: impl FnOnce(Self) -> Option<&'p mut Self>,
    ) -> Result<bool, D::Fault>
    where
        'a: 'p,
    {
        let Some(option) = put(None) else {
            return Ok(false);
        };
        T::decode_in_place(decoder, |value| Some(option.insert(value)))?;
        Ok(true)
    }
    #[inline(always)]
    fn decode_element<'p, D: Decoder<'a>>(
        decoder: &mut D,
        put: impl FnOnce(Self) -> Option<&'p mut Self>,
    ) -> Result<bool, D::Fault>
    where
        'a: 'p,
    {
        let Some(option) = put(None) else {
            return Ok(false);
        };
        T::decode_in_place(decoder, |value| Some(option.insert(value)))
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        match self {
            Some(value) => value.encode(encoder),
            None => encoder.null(),
        }
    }
    fn is_absent(&self) -> bool {
        self.as_ref().is_none_or(T::is_absent)
    }
}

impl<T: Describe> Describe for Option<T> {
    const KIND: Kind = T::KIND;
    const ELEMENT: Kind = Kind::Nullable(&T::KIND);
    fn fmt_secret(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(value) => f.debug_tuple("Some").field(&Redacted(value)).finish(),
            None => f.write_str("None"),
        }
    }
}

/// A model in the arena, so that one that is rarely present costs the model around it a pointer.
impl<'a, T: Decode<'a>> Decode<'a> for &'a T {
    #[inline]
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        match T::decode(decoder)? {
            Some(value) => Ok(Some(decoder.alloc(value)?)),
            None => Ok(None),
        }
    }
}

impl<T: Encode> Encode for &T {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        T::encode(self, encoder);
    }
    fn is_absent(&self) -> bool {
        T::is_absent(self)
    }
}

impl<T: Describe> Describe for &T {
    const KIND: Kind = T::KIND;
    fn fmt_secret(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt_secret(self, f)
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for &'a [T] {
    #[inline]
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        decoder.list()
    }
}

impl<T: Encode> Encode for &[T] {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        let mark = encoder.begin();
        for value in *self {
            encoder.element();
            value.encode(encoder);
        }
        encoder.end_list(mark);
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Describe> Describe for &[T] {
    const KIND: Kind = Kind::List(&T::ELEMENT);
    fn fmt_secret(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Redacted)).finish()
    }
}

impl<'a, V: Decode<'a>> Decode<'a> for Map<'a, V> {
    #[inline]
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        V::decode_map(decoder)
    }
}

impl<V: Encode> Encode for Map<'_, V> {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        let mark = encoder.begin();
        for (key, value) in self {
            if !value.is_absent() {
                encoder.key(key);
                value.encode(encoder);
            }
        }
        encoder.end_object(mark);
    }
    /// Entries that are themselves empty do not count (section 2.1, rule 3).
    fn is_absent(&self) -> bool {
        self.iter().all(|(_, value)| value.is_absent())
    }
}

impl<V: Describe> Describe for Map<'_, V> {
    const KIND: Kind = Kind::Map(&MapInfo {
        keys: None,
        values: V::KIND,
    });
}
