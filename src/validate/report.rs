//! The position of the walk and its findings so far. A path becomes text only for a finding; the
//! texts contain no personal data.

use super::nearest::nearest;
use super::rules::{
    ATTRIBUTE_LIST, ATTRIBUTE_TEXT, AUDIENCE_ID, AUDIENCE_LIST, LOCATION_FINITE, LONE_SURROGATE,
    MORE, NULL_ELEMENT, NULL_TEXT, REAL_TIME, REQUIRED_FIELD, TIMESTAMP, UNKNOWN_FIELD,
    UNKNOWN_MEMBER, UNKNOWN_VALUE, WHOLE_NUMBER,
};
use super::{Finding, Level};
use crate::error::{push_path_hidden_key, push_path_index, push_path_key};
use crate::message::IdentityEncoding;
use crate::parse::{Coercions, UnknownFields};
use crate::schema::{Coercion, FamilyInfo, Required};
use std::fmt::Write as _;

/// The most findings that are listed; others are counted, because a message of 16 MiB has room for
/// millions.
pub(crate) const MAX_LISTED: usize = 10_000;

/// A position in the message: a chain of steps on the stack.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Top,
    Key(&'p str),
    /// A key that is not shown, because it may be a secret.
    HiddenKey,
    Index(usize),
}

impl<'p> Place<'p> {
    /// The message itself.
    pub(crate) const TOP: Self = Place {
        parent: None,
        step: Step::Top,
    };

    /// A field or the value of a key at this position.
    pub(crate) fn key(&'p self, key: &'p str) -> Self {
        Place {
            parent: Some(self),
            step: Step::Key(key),
        }
    }

    /// The value of a key at this position that may be a secret.
    pub(crate) fn hidden_key(&'p self) -> Self {
        Place {
            parent: Some(self),
            step: Step::HiddenKey,
        }
    }

    /// An element at this position.
    pub(crate) fn index(&'p self, index: usize) -> Self {
        Place {
            parent: Some(self),
            step: Step::Index(index),
        }
    }

    fn path(&self) -> String {
        let mut path = self.parent.map(Place::path).unwrap_or_default();
        match self.step {
            Step::Top => {}
            Step::Key(key) => push_path_key(&mut path, key),
            Step::HiddenKey => push_path_hidden_key(&mut path),
            Step::Index(index) => push_path_index(&mut path, index),
        }
        path
    }
}

/// The findings of a walk.
#[derive(Default)]
pub(crate) struct Report {
    listed: Vec<Finding>,
    unlisted: usize,
    unlisted_error: bool,
}

impl Report {
    /// The findings, in the order of the walk.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        if self.unlisted > 0 {
            let level = if self.unlisted_error {
                Level::Error
            } else {
                Level::Warning
            };
            let message = format!("{} more findings are not listed", self.unlisted);
            self.listed
                .push(Finding::new(level, MORE, String::new(), message));
        }
        self.listed
    }

    pub(crate) fn warn(&mut self, at: &Place<'_>, rule: &'static str, message: impl Into<String>) {
        self.add(at, rule, Level::Warning, message);
    }

    pub(crate) fn error(&mut self, at: &Place<'_>, rule: &'static str, message: impl Into<String>) {
        self.add(at, rule, Level::Error, message);
    }

    fn add(
        &mut self,
        at: &Place<'_>,
        rule: &'static str,
        level: Level,
        message: impl Into<String>,
    ) {
        // Paths are built only for the findings that are listed.
        let path = if self.listed.len() < MAX_LISTED {
            at.path()
        } else {
            String::new()
        };
        self.add_at(path, rule, level, message);
    }

    fn add_at(
        &mut self,
        path: String,
        rule: &'static str,
        level: Level,
        message: impl Into<String>,
    ) {
        if self.listed.len() < MAX_LISTED {
            self.listed.push(Finding::new(level, rule, path, message));
        } else {
            self.unlisted += 1;
            self.unlisted_error |= level == Level::Error;
        }
    }

    /// The fields of a model that the protocol declares as required. An absent number reads as zero
    /// (section 2.3).
    pub(crate) fn required(&mut self, at: &Place<'_>, model: &impl Required) {
        model.each_missing(&mut |field, zero| {
            let message = if zero {
                format!("field `{field}` is missing or 0")
            } else {
                format!("missing field `{field}`")
            };
            self.warn(at, REQUIRED_FIELD, message);
        });
    }

    /// An unknown enumeration value. `shown` is its text, unless it is part of an identity.
    pub(crate) fn unknown_value(&mut self, at: &Place<'_>, shown: Option<&str>) {
        let message = match shown {
            Some(text) => format!("unknown value {}", quoted(text)),
            None => "unknown value".to_owned(),
        };
        self.warn(at, UNKNOWN_VALUE, message);
    }

    /// An encoding of an identity. It is not shown: it may be the identity itself.
    pub(crate) fn unknown_encoding(&mut self, at: &Place<'_>) {
        let known = IdentityEncoding::ALL.iter().map(IdentityEncoding::as_str);
        let known = known.collect::<Vec<_>>().join(", ");
        self.warn(
            at,
            UNKNOWN_VALUE,
            format!("unknown value; expected one of {known}"),
        );
    }

    /// Fields that the models of their objects do not have. The name of a field below a secret
    /// field is not shown, because it may be a value in the wrong place.
    pub(crate) fn unknown_fields(&mut self, found: UnknownFields<'_>) {
        for field in found.listed {
            let known = field.model.fields().map(|field| field.name);
            let shown = if field.secret {
                String::new()
            } else {
                format!(" {}", quoted(field.name))
            };
            let message = if known.clone().any(|known| known == field.name) {
                format!("field{shown} is skipped: objects of this `type` do not have it")
            } else {
                match nearest(field.name, known.chain(field.tagged.then_some("type"))) {
                    Some(known) => format!("unknown field{shown} is skipped; is it `{known}`?"),
                    None => format!("unknown field{shown} is skipped"),
                }
            };
            self.add_at(field.path, UNKNOWN_FIELD, Level::Warning, message);
        }
        self.unlisted += found.more;
    }

    /// Coerced values. None is shown: many are personal data.
    pub(crate) fn coercions(&mut self, found: Coercions) {
        for (path, coercion) in found.listed {
            let (rule, message) = match coercion {
                Coercion::JsonText => (
                    ATTRIBUTE_TEXT,
                    "an object or list for a text; its JSON text is kept",
                ),
                Coercion::NullText => (NULL_TEXT, "the text \"null\" is read as absent"),
                Coercion::AdjustedTime => (
                    REAL_TIME,
                    "this time does not exist; the nearest one is read",
                ),
                Coercion::NoLocation => (
                    LOCATION_FINITE,
                    "a value is absent or not finite; the location is read as absent",
                ),
                Coercion::NullElement => (
                    NULL_ELEMENT,
                    "null in a list, which is kept in a list of texts and dropped in others",
                ),
                Coercion::SingleText => (
                    ATTRIBUTE_LIST,
                    "a single value for a list; it is read as the only element",
                ),
                Coercion::Truncated => (WHOLE_NUMBER, "the fraction of this number is dropped"),
                Coercion::LoneSurrogate => (
                    LONE_SURROGATE,
                    "an escaped surrogate without its pair is read as U+FFFD",
                ),
                Coercion::LongIdentifier => (
                    AUDIENCE_ID,
                    "an identifier of more than 32 bits, which the Java SDK refuses",
                ),
                Coercion::FormerList => (
                    AUDIENCE_LIST,
                    "a list of protocols before 2.0; it is read into `audiences`",
                ),
            };
            self.add_at(path, rule, Level::Warning, message);
        }
        self.unlisted += found.more;
    }

    /// An unknown member of this family.
    pub(crate) fn unknown_member(&mut self, at: &Place<'_>, family: &FamilyInfo, type_name: &str) {
        let known = family.members.iter().map(|member| member.tag);
        let mut message = format!("unknown type {}", quoted(type_name));
        if let Some(known) = nearest(type_name, known) {
            // Writing to a string does not fail.
            let _ = write!(message, "; is it `{known}`?");
        }
        self.warn(at, UNKNOWN_MEMBER, message);
    }

    /// A time in milliseconds, if present.
    pub(crate) fn time(&mut self, at: &Place<'_>, millis: Option<i64>) {
        match millis {
            Some(seconds) if SENSIBLE.contains(&seconds) => {
                let message = "looks like seconds, where milliseconds are expected";
                self.warn(at, TIMESTAMP, message);
            }
            Some(millis) => self.seconds(at, millis.div_euclid(1000)),
            None => {}
        }
    }

    /// A time in seconds.
    pub(crate) fn seconds(&mut self, at: &Place<'_>, seconds: i64) {
        if !SENSIBLE.contains(&seconds) {
            self.warn(at, TIMESTAMP, "a time before the year 2000 or after 2099");
        }
    }
}

/// From 2000-01-01 to 2100-01-01, in seconds since the epoch.
const SENSIBLE: std::ops::Range<i64> = 946_684_800..4_102_444_800;

/// A text from the message in quotes, escaped for one line and truncated.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("{cut:?}")
}

/// Enumeration fields of a model: reports those whose value is unknown.
macro_rules! known {
    ($report:expr, $at:expr, $model:expr; $($field:ident),*) => {
        $( if let Some(value) = &$model.$field && !value.is_known() {
            $report.unknown_value(&$at.key(stringify!($field)), Some(value.as_str()));
        } )*
    };
}

/// Lists of enumeration values: reports the unknown ones.
macro_rules! all_known {
    ($report:expr, $at:expr, $model:expr; $($field:ident),*) => {
        $( for (index, value) in $model.$field.iter().enumerate() {
            if !value.is_known() {
                $report.unknown_value(
                    &$at.key(stringify!($field)).index(index),
                    Some(value.as_str()),
                );
            }
        } )*
    };
}

pub(crate) use {all_known, known};
