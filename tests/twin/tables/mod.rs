//! The field tables of the protocol as data, row by row in the order and the words of the specification.
//!
//! `messages`, `events`, `models`, `runtime` and `registration` hold the tables, `enums` section 8. They exist so
//! that a reader can lay them beside `docs/protocol/firehose-protocol.md`. No code here: the rows are interpreted by
//! `decode`.

pub(crate) mod enums;
pub(crate) mod events;
pub(crate) mod messages;
pub(crate) mod models;
pub(crate) mod registration;
pub(crate) mod runtime;

use Kind as K;
use WhenAbsent as D;
use Written as W;

/// The table of one model.
#[derive(Debug)]
pub(crate) struct Model {
    /// Its name in the specification.
    pub(crate) name: &'static str,
    /// The common rows, if any, then its own.
    pub(crate) rows: &'static [&'static [Field]],
}

impl Model {
    /// All rows, in written order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.rows.iter().flat_map(|rows| rows.iter())
    }
}

/// One row of a table.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) default: WhenAbsent,
    pub(crate) written: Written,
    pub(crate) presence: Presence,
}

/// Column "Type".
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Uuid,
    Int32,
    Int64,
    Double,
    Decimal,
    Bool,
    Instant,
    Enum(&'static Enumeration),
    Object(&'static Model),
    /// A polymorphic value, told apart by its `type`.
    OneOf(&'static Family),
    List(&'static Kind),
    /// A map with text keys.
    Map(&'static Kind),
    /// The map of `subject_identities`, whose keys are enumeration values.
    MapOf(&'static Enumeration, &'static Kind),
    /// Any JSON, kept but never looked into.
    Opaque,
}

/// Column "Default when absent".
#[derive(Debug, Clone, Copy)]
pub(crate) enum WhenAbsent {
    Absent,
    /// 0 of an integer.
    Zero,
    /// 0.0 of a double.
    ZeroPointZero,
    False,
    True,
    Hours24,
    /// A text that stands in for an empty one too.
    DataSaleOptOut,
}

/// Column "Written".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Always,
    WhenNotEmpty,
    WhenSet,
    OnlyWhenTrue,
    /// Read, not part of the model's wire form.
    Never,
}

/// What section 2.3 enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Free,
    Enforced,
    EnforcedNotEmpty,
}

/// An enumeration of section 8.
#[derive(Debug)]
pub(crate) struct Enumeration {
    pub(crate) name: &'static str,
    pub(crate) values: &'static [&'static str],
    /// Other spellings that are read: (spelling, value).
    pub(crate) aliases: &'static [(&'static str, &'static str)],
}

/// A polymorphic family of section 2.2.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) members: &'static [(&'static str, &'static Model)],
    /// Whether an element of unknown type is kept as raw text; if not, it is refused.
    pub(crate) keeps_unknown: bool,
    /// Whether a null in a list of such elements is refused; if not, it is dropped.
    pub(crate) refuses_null: bool,
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
    Model { name, rows }
}

/// `map<string,string>`.
const TEXTS_BY_KEY: Kind = K::Map(&K::Text);
