//! [`Mapping`]: the records of one message, for one connection.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use hydrant::delivery::RecordAccount;
use hydrant::message::{
    Account, AudienceMembershipChangeRequest, AudienceSubscriptionRequest, Event,
    EventProcessingRequest, Message, Uuid,
};
use hydrant::outgoing::Mapper;
use hydrant::outgoing::audience::{AudienceError, AudienceMapper, AudienceOutput, SentUpdates};
use hydrant::{Error, ParseOptions, Scratch, parse};

use crate::config::{Config, ConfigError, Reader};
use crate::connection::{ConnectionKind, RecordSettings};
use crate::deduplication::scoped;
use crate::oversize::{Limit, Oversize};
use crate::raw::RawRecord;
use crate::sent::Sent;

/// Makes the records of messages, for one connection. It owns buffers, so each thread needs its own.
///
/// ```
/// use hydrant::ParseOptions;
/// use hydrant_forward::Mapping;
/// use hydrant_forward::config::Config;
///
/// let mut config = Config::new();
/// config.set("connection=kafka")?;
/// let mut mapping = Mapping::new(&config)?;
/// let body = br#"{"type":"event_processing_request","mpid":"-42","events":[{"type":"session_start"}]}"#;
/// let mut keys = Vec::new();
/// mapping.map(body, &ParseOptions::new(), |_| true, |record| {
///     keys.push(String::from_utf8_lossy(record.key.unwrap_or_default()).into_owned());
/// })?;
/// assert_eq!(keys, ["-42"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Mapping {
    records: Records,
    scratch: Scratch,
    /// Whether the records carry the settings of the account.
    pub(crate) with_account: bool,
}

/// The length of the least `mpid` in decimal.
const LONGEST_KEY: usize = 20;

enum Records {
    Events {
        mapper: Box<Mapper>,
        buffer: Vec<u8>,
        limit: Limit,
    },
    Audience {
        mapper: Audience,
        output: Box<AudienceOutput>,
    },
    /// The messages themselves.
    Raw { limit: Limit },
}

enum Audience {
    Stateless(Box<AudienceMapper>),
    Stateful(Box<AudienceMapper<Sent>>),
}

impl Audience {
    fn map(
        &self,
        request: &AudienceMembershipChangeRequest<'_>,
        output: &mut AudienceOutput,
    ) -> Result<(), AudienceError> {
        match self {
            Self::Stateless(mapper) => mapper.map(request, output),
            Self::Stateful(mapper) => mapper.map(request, output),
        }
    }

    fn map_subscription(
        &self,
        request: &AudienceSubscriptionRequest<'_>,
        output: &mut AudienceOutput,
    ) {
        match self {
            Self::Stateless(mapper) => mapper.map_subscription(request, output),
            Self::Stateful(mapper) => mapper.map_subscription(request, output),
        }
    }
}

/// A record of a message. `Debug` shows sizes only.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct MappedRecord<'r> {
    /// The `mpid`, if the user has one.
    pub key: Option<&'r [u8]>,
    /// The time of the message in milliseconds since the epoch.
    pub timestamp_ms: Option<i64>,
    /// The record as JSON.
    pub payload: &'r [u8],
    /// The positions of its events in the message; empty for records without events.
    pub events: &'r [u32],
    /// What it exceeds, if it is too large for the target and cannot be split: it has one event or
    /// none.
    pub oversize: Option<Oversize>,
}

impl fmt::Debug for MappedRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedRecord")
            .field("payload_bytes", &self.payload.len())
            .field("events", &self.events)
            .field("oversize", &self.oversize)
            .finish_non_exhaustive()
    }
}

/// What became of a message.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct MappedMessage {
    /// Whether the connection forwards messages of this type.
    pub is_forwarded: bool,
    /// Its identifier.
    pub message_id: Option<Uuid>,
    /// The number of its events.
    pub events: usize,
    /// What distinguishes its events from those of other messages: the identifier, which is that of
    /// the account and the event together. With those that were left out.
    pub event_ids: Vec<Uuid>,
    /// Events that were left out as repeated.
    pub repeated: usize,
    /// The positions of the other events that are in no record, and why.
    pub left_out: Vec<(usize, &'static str)>,
    /// What could not be converted, by kind.
    pub warnings: Vec<(&'static str, u64)>,
    /// The customer account.
    pub account: Option<Arc<RecordAccount>>,
    pub(crate) updates: SentUpdates,
}

impl Mapping {
    /// A mapping without a store of the identities sent.
    ///
    /// # Errors
    ///
    /// All settings that are wrong.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        Self::with_store(config, None)
    }

    pub(crate) fn with_store(config: &Config, sent: Option<Sent>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(config);
        let kind = ConnectionKind::read(&mut reader);
        let of_setting = |most, setting| Limit {
            most,
            setting: Some(setting),
        };
        let of_target = |most| Limit {
            most,
            setting: None,
        };
        let limit = match kind {
            // The key is part of the record.
            Some(ConnectionKind::Kafka) => {
                let setting = "max_record_bytes";
                of_setting(reader.size(setting).saturating_sub(LONGEST_KEY), setting)
            }
            Some(ConnectionKind::Http) => {
                // The brackets of an array, or the line end.
                let around = match reader.choice("body") {
                    Some("single") => 0,
                    Some("ndjson") => 1,
                    _ => 2,
                };
                let setting = "batch_bytes";
                of_setting(reader.size(setting).saturating_sub(around), setting)
            }
            // A message of Amazon SQS has at most 1 MiB.
            Some(ConnectionKind::Sqs) => of_target(1 << 20),
            // Amazon Data Firehose accepts 1,000 KiB before Base64 (connections.md section 7).
            _ => of_target(1_000 * 1024 - reader.text("record_delimiter").map_or(0, str::len)),
        };
        let raw = reader.choice("records") == Some("raw");
        match (kind, raw) {
            (Some(ConnectionKind::Audience | ConnectionKind::Http), true) => reader
                .refuse("`records` can be raw only for the connections kafka, kinesis and sqs"),
            (Some(ConnectionKind::Sqs), false) => reader.refuse(
                "the connection `sqs` stores whole messages, for `hydrant consume`: set `records` to \
                 raw",
            ),
            _ => {}
        }
        let Some(kind) = reader.finish(kind)? else {
            return Err(ConfigError::new("there is no connection"));
        };
        if raw {
            return Ok(Self {
                records: Records::Raw { limit },
                scratch: Scratch::new(),
                with_account: false,
            });
        }
        let records = match RecordSettings::new(kind, config)? {
            RecordSettings::Events(settings) => Records::Events {
                mapper: Box::new(
                    Mapper::new(*settings).map_err(|error| ConfigError::new(error.to_string()))?,
                ),
                buffer: Vec::new(),
                limit,
            },
            RecordSettings::Audience(settings) => {
                let mapper = match sent {
                    Some(sent) => {
                        Audience::Stateful(Box::new(AudienceMapper::with_store(*settings, sent)))
                    }
                    None => Audience::Stateless(Box::new(
                        AudienceMapper::new(*settings)
                            .map_err(|error| ConfigError::new(error.to_string()))?,
                    )),
                };
                Records::Audience {
                    mapper,
                    output: Box::new(AudienceOutput::new()),
                }
            }
        };
        Ok(Self {
            records,
            scratch: Scratch::new(),
            with_account: false,
        })
    }

    /// What the operator should know at the start.
    #[must_use]
    pub fn notice(&self) -> Option<&'static str> {
        match &self.records {
            Records::Audience {
                mapper: Audience::Stateless(mapper),
                ..
            } => mapper.notice(),
            _ => None,
        }
    }

    /// Whether the records are the messages themselves, with the settings of accounts, which are
    /// secret.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.raw_limit().is_some()
    }

    /// The limit of the target, if the records are the messages themselves.
    pub(crate) fn raw_limit(&self) -> Option<usize> {
        match self.records {
            Records::Raw { limit } => Some(limit.most),
            _ => None,
        }
    }

    /// Passes the records of a message to `each`, in order. Events for whose identifier (one of
    /// [`MappedMessage::event_ids`]) `wanted` is false are left out, as repeated.
    ///
    /// # Errors
    ///
    /// Those of parsing, and those of the store of the identities sent.
    pub fn map(
        &mut self,
        body: &[u8],
        options: &ParseOptions,
        wanted: impl FnMut(Uuid) -> bool,
        each: impl FnMut(MappedRecord<'_>),
    ) -> Result<MappedMessage, MapError> {
        let parsed = parse(body, &mut self.scratch, options).map_err(MapError::Refused)?;
        let with_account = self.with_account;
        self.records
            .map(body, parsed.message, with_account, wanted, each)
    }

    /// The same for a message that is parsed. `body` is the text of it.
    pub(crate) fn map_message(
        &mut self,
        body: &[u8],
        message: Message<'_>,
        wanted: impl FnMut(Uuid) -> bool,
        each: impl FnMut(MappedRecord<'_>),
    ) -> Result<MappedMessage, MapError> {
        self.records
            .map(body, message, self.with_account, wanted, each)
    }
}

impl Records {
    fn map(
        &mut self,
        body: &[u8],
        message: Message<'_>,
        with_account: bool,
        mut wanted: impl FnMut(Uuid) -> bool,
        mut each: impl FnMut(MappedRecord<'_>),
    ) -> Result<MappedMessage, MapError> {
        let mut mapped = MappedMessage::default();
        match (self, message) {
            (Self::Raw { limit }, message) => {
                let Some(raw) = RawRecord::of(&message) else {
                    return Ok(mapped);
                };
                mapped.is_forwarded = true;
                each(MappedRecord {
                    key: raw.key.map(str::as_bytes),
                    timestamp_ms: raw.timestamp_ms,
                    payload: body,
                    events: &[],
                    oversize: limit.exceeded_by(raw.size(body)),
                });
            }
            (
                Self::Events {
                    mapper,
                    buffer,
                    limit,
                },
                Message::EventProcessingRequest(request),
            ) => {
                mapped.is_forwarded = true;
                mapped.message_id = request.common.id;
                if with_account {
                    mapped.account = request.account.as_ref().map(account);
                }
                let account_id = request.account.map_or(0, |account| account.account_id);
                let kept = Kept::new(request.events, |id| wanted(scoped(id, account_id)));
                mapped.events = request.events.len();
                let ids = request.events.iter().filter_map(identifier);
                mapped.event_ids = ids.map(|id| scoped(id, account_id)).collect();
                mapped.repeated = request.events.len() - kept.events(request).len();
                if mapped.repeated > 0 && mapped.repeated == request.events.len() {
                    return Ok(mapped);
                }
                let mut request = *request;
                request.events = kept.events(&request);
                let batches = mapper.map(&request, body);
                let mut next = 0;
                let mut absent = Vec::new();
                batches.each_record(limit.most, buffer, |record| {
                    // The positions ascend, also from one record to the next.
                    for at in record.events {
                        absent.extend(next..*at);
                        next = next.max(at.saturating_add(1));
                    }
                    each(MappedRecord {
                        key: record.key.map(str::as_bytes),
                        timestamp_ms: record.timestamp_ms,
                        payload: record.payload,
                        events: &kept.positions(record.events),
                        oversize: limit
                            .exceeded_by(record.payload.len())
                            .filter(|_| record.is_oversize),
                    });
                });
                for warning in batches.warnings().iter() {
                    count(&mut mapped.warnings, warning.kind().as_str(), 1);
                }
                let all = u32::try_from(request.events.len()).unwrap_or(u32::MAX);
                absent.extend(next..all);
                mapped.left_out = left_out(request.events, &absent, &kept);
            }
            (
                Self::Audience { mapper, output },
                Message::AudienceMembershipChangeRequest(request),
            ) => {
                mapped.is_forwarded = true;
                mapped.message_id = request.common.id;
                let made = mapper.map(request, output);
                made.map_err(|error| MapError::Store(crate::with_causes(&error)))?;
                finish(output, &mut mapped, each);
            }
            (Self::Audience { mapper, output }, Message::AudienceSubscriptionRequest(request)) => {
                mapped.is_forwarded = true;
                mapped.message_id = request.common.id;
                mapper.map_subscription(request, output);
                finish(output, &mut mapped, each);
            }
            (_, _) => {}
        }
        Ok(mapped)
    }
}

/// The positions in the message of kept events that are in no record, and why.
fn left_out(events: &[Event<'_>], absent: &[u32], kept: &Kept<'_>) -> Vec<(usize, &'static str)> {
    let index = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    let positions = kept.positions(absent);
    let pairs = absent.iter().zip(positions.iter());
    let reasons = pairs.map(|(at, position)| {
        let reason = match events.get(index(*at)) {
            Some(Event::Unknown(_) | Event::Skipped(_)) => "not forwarded: unknown event type",
            _ => "not forwarded: its type is switched off, or it is incomplete",
        };
        (index(*position), reason)
    });
    reasons.collect()
}

/// The identifier of an event. Zero is a placeholder, which different events have.
fn identifier(event: &Event<'_>) -> Option<Uuid> {
    event.id().filter(|id| *id != Uuid([0; 16]))
}

/// Passes on the records of a mapped audience message.
fn finish(
    output: &AudienceOutput,
    mapped: &mut MappedMessage,
    mut each: impl FnMut(MappedRecord<'_>),
) {
    for record in output.records() {
        each(MappedRecord {
            key: record.key,
            timestamp_ms: record.timestamp_ms,
            payload: record.payload,
            events: &[],
            oversize: None,
        });
    }
    for (warning, times) in output.warnings().iter() {
        count(&mut mapped.warnings, warning.as_str(), times);
    }
    mapped.updates = output.updates().clone();
}

/// The events that are not repeated.
struct Kept<'a> {
    /// Empty if all are kept.
    events: Vec<Event<'a>>,
    positions: Vec<u32>,
    all: bool,
}

impl<'a> Kept<'a> {
    fn new(events: &[Event<'a>], mut wanted: impl FnMut(Uuid) -> bool) -> Self {
        let mut kept = Self {
            events: Vec::new(),
            positions: Vec::new(),
            all: true,
        };
        for (position, event) in (0u32..).zip(events) {
            let is_wanted = identifier(event).is_none_or(&mut wanted);
            if kept.all && !is_wanted {
                kept.all = false;
                let before = usize::try_from(position).unwrap_or(usize::MAX);
                kept.events.extend(events.iter().take(before));
                kept.positions.extend(0..position);
            } else if !kept.all && is_wanted {
                kept.events.push(*event);
                kept.positions.push(position);
            }
        }
        kept
    }

    /// These events of the request.
    fn events<'k>(&'k self, request: &EventProcessingRequest<'k>) -> &'k [Event<'k>]
    where
        'a: 'k,
    {
        match self.all {
            true => request.events,
            false => &self.events,
        }
    }

    /// The positions in the message of events at these positions of those that are kept.
    fn positions<'p>(&self, kept: &'p [u32]) -> Cow<'p, [u32]> {
        if self.all {
            return Cow::Borrowed(kept);
        }
        let original = |at: &u32| self.positions.get(usize::try_from(*at).ok()?).copied();
        kept.iter().filter_map(original).collect()
    }
}

/// Adds to the count of a kind.
fn count(counts: &mut Vec<(&'static str, u64)>, kind: &'static str, more: u64) {
    match counts.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, count)) => *count += more,
        None => counts.push((kind, more)),
    }
}

/// The account of a message, with its settings.
fn account(account: &Account<'_>) -> Arc<RecordAccount> {
    let settings = account.account_settings.iter();
    let settings = settings.map(|(name, value)| (*name, *value));
    Arc::new(RecordAccount::new(account.account_id, settings))
}

/// Why a message has no records.
#[derive(Debug)]
#[non_exhaustive]
pub enum MapError {
    /// It is not a message.
    Refused(Error),
    /// The store of the identities sent failed, or the records take too much memory.
    Store(String),
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MapError {}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping").finish_non_exhaustive()
    }
}
