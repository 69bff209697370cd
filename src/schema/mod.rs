//! The declaration of models. One line of a `model!` contains a field's name on the wire, type,
//! default, writing rule, presence, secrecy and first version; it generates the reader, the writer,
//! a redacting `Debug`, `Serialize` and the description ([`FieldInfo`]). `family!` declares the
//! model of each `type`, `wire_enum!` the texts of an enumeration.
//!
//! The readers and writers are generic: values implement `Decode` and `Encode`; `parse` and `write`
//! implement `Decoder` and `Encoder`, which are JSON syntax. The peculiarities of the Firehose
//! dialect are in [`message`](crate::message).
//!
//! The descriptions are public, because the codec is not their only user: error texts mask fields
//! that are declared secret, `validate` finds fields that are missing or misspelt, the tests
//! compare them with the specification and with the published schemas, and
//! [`FamilyInfo::json_schema`] generates a JSON Schema.
//!
//! ```
//! use hydrant::message::CustomEvent;
//! use hydrant::schema::{Kind, Presence};
//!
//! let name = CustomEvent::FIELDS.iter().find(|field| field.name == "name").unwrap();
//! assert!(matches!(name.kind, Kind::Text));
//! assert_eq!((name.presence, name.secret, name.since), (Presence::Required, false, "1.0.0"));
//! ```

mod codec;
pub(crate) mod decimal;
pub(crate) mod family;
mod info;
mod json_schema;
pub(crate) mod map;
pub(crate) mod model;
mod place;
#[cfg(feature = "rust_decimal")]
pub(crate) mod rust_decimal;
pub(crate) mod serialize;
pub(crate) mod unknown;
pub(crate) mod uuid;
mod values;
mod wire_enum;

pub use info::{
    EnumInfo, FamilyInfo, FieldInfo, Kind, MapInfo, MemberInfo, ModelInfo, Presence, Written,
};

pub(crate) use codec::{
    Coercion, Decode, Decoder, Describe, Encode, Encoder, Key, MemberSet, Numeric, PaddedText,
    Redacted, decode_field, key, trim,
};
pub(crate) use decimal::Decimal;
pub(crate) use family::family;
pub(crate) use map::Map;
pub(crate) use model::{Required, Reset, model, position};
pub(crate) use place::{KeyOrigin, Place};
pub(crate) use unknown::{Unknown, UnknownMember, UnknownText};
pub(crate) use uuid::Uuid;
pub(crate) use wire_enum::wire_enum;
