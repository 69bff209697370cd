//! What the mapping could not convert: counted, with the paths in the Firehose message
//! (outgoing-mapping.md, section 1, rule 8). A path is a few words until it is displayed.

use std::fmt;

/// Why a value or an event is not in the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// An event whose type is not known, or that was skipped by the parser: dropped (N2).
    UnknownEvent,
    /// An event that lacks what makes it one, such as a known action: dropped (N9).
    IncompleteEvent,
    /// A notification whose type is not known: dropped (N2).
    UnknownNotification,
    /// The message has no time: left out (N5).
    MissingTimestamp,
    /// An identity whose type is not known: dropped.
    UnknownIdentityType,
    /// A hashed device or partner identity: dropped, because its field has no place for the
    /// encoding (N3).
    HashedIdentity,
    /// A value whose form does not fit its field, such as an advertising id that is not a uuid:
    /// left out.
    InvalidValue,
    /// A value of an enumeration that is not known: left out.
    UnknownValue,
    /// The runtime environment has an unknown type, and cannot be read as if it were `unknown`.
    UnreadableEnvironment,
}

impl WarningKind {
    /// The name for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownEvent => "unknown_event",
            Self::IncompleteEvent => "incomplete_event",
            Self::UnknownNotification => "unknown_notification",
            Self::MissingTimestamp => "missing_timestamp",
            Self::UnknownIdentityType => "unknown_identity_type",
            Self::HashedIdentity => "hashed_identity",
            Self::InvalidValue => "invalid_value",
            Self::UnknownValue => "unknown_value",
            Self::UnreadableEnvironment => "unreadable_environment",
        }
    }
}

/// A value or an event that is not in the batch. `Display` shows its path in the message, which
/// contains no values.
///
/// ```
/// # use hydrant::message::Message;
/// # use hydrant::outgoing::{ConnectionSettings, Mapper, WarningKind};
/// # use hydrant::{ParseOptions, Scratch, parse};
/// # let body = br#"{"type":"event_processing_request","timestamp_ms":1,"mpid":"7","events":[
/// #   {"type":"screen_view"},{"type":"hologram"}]}"#;
/// # let mut scratch = Scratch::new();
/// # let message = parse(body, &mut scratch, &ParseOptions::new())?.message;
/// # let Message::EventProcessingRequest(request) = message else { panic!() };
/// # let mut mapper = Mapper::new(ConnectionSettings::default())?;
/// // The second event of this request has an unknown type.
/// let mapped = mapper.map(request, body);
/// let warning = mapped.warnings().iter().next().unwrap();
/// assert_eq!(warning.kind(), WarningKind::UnknownEvent);
/// assert_eq!(warning.to_string(), "events[1]");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    kind: WarningKind,
    path: Path,
}

/// A path of at most two indexed lists and a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Path {
    outer: &'static str,
    outer_at: Option<u32>,
    inner: &'static str,
    inner_at: Option<u32>,
}

impl Path {
    pub(super) fn field(name: &'static str) -> Self {
        Self {
            outer: name,
            ..Self::default()
        }
    }

    pub(super) fn event(at: usize) -> Self {
        Self::field("events").at(at)
    }

    pub(super) fn at(self, at: usize) -> Self {
        let at = u32::try_from(at).ok();
        match self.inner {
            "" => Self {
                outer_at: at,
                ..self
            },
            _ => Self {
                inner_at: at,
                ..self
            },
        }
    }

    pub(super) fn key(self, name: &'static str) -> Self {
        Self {
            inner: name,
            ..self
        }
    }
}

impl Warning {
    pub(super) fn new(kind: WarningKind, path: Path) -> Self {
        Self { kind, path }
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> WarningKind {
        self.kind
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Path {
            outer,
            outer_at,
            inner,
            inner_at,
        } = self.path;
        f.write_str(outer)?;
        if let Some(at) = outer_at {
            write!(f, "[{at}]")?;
        }
        if !inner.is_empty() {
            write!(f, ".{inner}")?;
        }
        match inner_at {
            Some(at) => write!(f, "[{at}]"),
            None => Ok(()),
        }
    }
}

/// The warnings of one request.
#[derive(Clone, Copy, Debug)]
pub struct Warnings<'m>(pub(super) &'m [Warning]);

impl<'m> Warnings<'m> {
    /// Their number.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of those of one kind.
    #[must_use]
    pub fn count(&self, kind: WarningKind) -> usize {
        self.iter().filter(|warning| warning.kind == kind).count()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'m, Warning> {
        self.0.iter()
    }
}

impl<'m> IntoIterator for Warnings<'m> {
    type Item = &'m Warning;
    type IntoIter = std::slice::Iter<'m, Warning>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
