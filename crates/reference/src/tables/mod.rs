//! The field tables of the protocol as data, row by row in the order and the words of the
//! specification.
//!
//! `messages`, `events`, `models`, `runtime` and `registration` contain the tables, `enums` section
//! 8. They can be compared with `docs/protocol/firehose-protocol.md` row by row. There is no code
//! here: `decode` interprets the rows.
#![allow(
    missing_docs,
    reason = "the tables and their fields have the names of the protocol"
)]

pub mod enums;
pub mod events;
pub mod messages;
pub mod models;
pub mod registration;
pub mod runtime;

use Kind as K;
use WhenAbsent as D;
use Written as W;

/// The table of one model.
#[derive(Debug)]
pub struct Model {
    /// Its name in the specification.
    pub name: &'static str,
    /// The common rows, if any, then its own.
    pub rows: &'static [&'static [Field]],
    /// Section 15: lists of earlier protocols that are read into the list `audiences`, and the
    /// `action` of each.
    pub former_lists: &'static [(&'static str, &'static str)],
}

impl Model {
    /// All rows, in written order.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.rows.iter().flat_map(|rows| rows.iter())
    }
}

/// One row of a table.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub default: WhenAbsent,
    pub written: Written,
    pub presence: Presence,
}

/// Column "Type".
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    /// The value of a map of texts, where objects and lists are kept as their JSON text.
    TextOrJson,
    Uuid,
    Int32,
    Int64,
    Double,
    /// A double of a [`Self::Location`], which may be not finite: read as null.
    DoubleOrNone,
    /// 64 bits; the Java SDK has 32.
    LongId,
    Decimal,
    Bool,
    Instant,
    Enum(&'static Enumeration),
    Object(&'static Model),
    /// A location, which is absent if it lacks a coordinate or one of its doubles is not finite.
    Location(&'static Model),
    /// A polymorphic value, whose `type` names its model.
    OneOf(&'static Family),
    List(&'static Kind),
    /// A map with text keys.
    Map(&'static Kind),
    /// The map of `subject_identities`, whose keys are enumeration values.
    MapOf(&'static Enumeration, &'static Kind),
    /// Any JSON, kept without being read.
    Opaque,
}

/// Column "Default when absent".
#[derive(Debug, Clone, Copy)]
pub enum WhenAbsent {
    Absent,
    /// 0 of an integer.
    Zero,
    /// 0.0 of a double.
    ZeroPointZero,
    /// The location to which the field belongs is absent.
    NoLocation,
    False,
    True,
    Hours24,
    /// A text that also replaces an empty one.
    DataSaleOptOut,
}

/// Column "Written".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Always,
    WhenNotEmpty,
    WhenSet,
    OnlyWhenTrue,
    /// Read, not part of the model's wire form.
    Never,
}

/// What section 2.3 enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Free,
    Enforced,
    EnforcedNotEmpty,
}

/// An enumeration of section 8.
#[derive(Debug)]
pub struct Enumeration {
    pub name: &'static str,
    pub values: &'static [&'static str],
    /// Other spellings that are read: (spelling, value).
    pub aliases: &'static [(&'static str, &'static str)],
}

/// A polymorphic family of section 2.2.
#[derive(Debug)]
pub struct Family {
    pub name: &'static str,
    pub members: &'static [(&'static str, &'static Model)],
    /// Whether an element of unknown type is kept as raw text; otherwise it is refused.
    pub keeps_unknown: bool,
    /// Whether a null in a list of such elements is refused; otherwise it is dropped.
    pub refuses_null: bool,
}

const fn row(name: &'static str, kind: Kind, default: WhenAbsent, written: Written) -> Field {
    Field {
        name,
        kind,
        default,
        written,
        presence: Presence::Free,
    }
}

const fn enforced(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        default: D::Absent,
        written: W::WhenSet,
        presence: Presence::Enforced,
    }
}

const fn enforced_not_empty(name: &'static str, kind: Kind) -> Field {
    Field {
        presence: Presence::EnforcedNotEmpty,
        ..enforced(name, kind)
    }
}

const fn model(name: &'static str, rows: &'static [&'static [Field]]) -> Model {
    Model {
        name,
        rows,
        former_lists: &[],
    }
}

/// `map<string,string>`.
const TEXTS_BY_KEY: Kind = K::Map(&K::TextOrJson);
