//! Values that are not declared as models: maps that keep empty texts, attribute values, and values
//! that senders write in two forms (O7 in `docs/protocol/outgoing-json.md`).

use std::fmt;
use std::ops::Deref;

use crate::message::Map;
use crate::schema::{Decode, Decoder, Describe, Encode, Encoder, Kind, MapInfo};

/// A map of texts in which an empty text is a value: other maps leave it out when they are written.
///
/// ```
/// use hydrant::message::Map;
/// use hydrant::outgoing::TextMap;
///
/// let attributes = TextMap(Map::new(&[("coupon", "")]));
/// assert_eq!(attributes.get("coupon"), Some(&""));
/// ```
#[derive(Clone, Copy, PartialEq, Default)]
pub struct TextMap<'a>(pub Map<'a, &'a str>);

impl TextMap<'_> {
    /// The map without entries.
    pub const EMPTY: Self = Self(Map::EMPTY);
}

impl<'a> Deref for TextMap<'a> {
    type Target = Map<'a, &'a str>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for TextMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'a> Decode<'a> for TextMap<'a> {
    #[inline]
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        Ok(decoder.text_map()?.map(Self))
    }
}

impl Encode for TextMap<'_> {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        let mark = encoder.begin();
        for (key, value) in &self.0 {
            encoder.key(key);
            encoder.text(value);
        }
        encoder.end_object(mark);
    }
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl Describe for TextMap<'_> {
    const KIND: Kind = Kind::Map(&MapInfo {
        keys: None,
        values: Kind::Text,
    });
}

/// The value of a user attribute: a text or a list of texts.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum AttributeValue<'a> {
    /// One text, which may be empty.
    Text(&'a str),
    /// A list. `null` elements are not written, and neither is a list without texts.
    List(&'a [Option<&'a str>]),
}

impl<'a> Decode<'a> for AttributeValue<'a> {
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        if decoder.is_list() {
            return Ok(decoder.list()?.map(Self::List));
        }
        Ok(decoder.text()?.map(Self::Text))
    }
}

impl Encode for AttributeValue<'_> {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        match self {
            Self::Text(text) => encoder.text(text),
            Self::List(elements) => {
                let mark = encoder.begin();
                for text in elements.iter().flatten() {
                    encoder.element();
                    encoder.text(text);
                }
                encoder.end_list(mark);
            }
        }
    }
    fn is_absent(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::List(elements) => elements.iter().all(Option::is_none),
        }
    }
}

/// There is no type for "a text or a list of texts".
impl Describe for AttributeValue<'_> {
    const KIND: Kind = Kind::Json;
}

/// Whether the GPS of a device was on. Read from a bool or a text, written as a bool if it is known
/// (O7).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum GpsState {
    /// On.
    On,
    /// Off.
    Off,
    /// Not known to the sender.
    Unspecified,
}

impl<'a> Decode<'a> for GpsState {
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        // Bools are read as their text.
        Ok(match decoder.text()? {
            Some(text) if text.eq_ignore_ascii_case("true") => Some(Self::On),
            Some(text) if text.eq_ignore_ascii_case("false") => Some(Self::Off),
            Some("") | None => None,
            Some("unknown") => Some(Self::Unspecified),
            Some(_) => {
                decoder.unknown_value()?;
                Some(Self::Unspecified)
            }
        })
    }
}

impl Encode for GpsState {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        match self {
            Self::On => encoder.boolean(true),
            Self::Off => encoder.boolean(false),
            Self::Unspecified => encoder.text("unknown"),
        }
    }
}

/// A bool, as it is written.
impl Describe for GpsState {
    const KIND: Kind = Kind::Bool;
}
