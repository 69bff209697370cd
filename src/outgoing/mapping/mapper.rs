//! [`Mapper`] and [`Mapped`]: one request, and what is made of it.

use std::fmt;

use super::device::Environment;
use super::events::Events;
use super::header;
use super::ids::uuid5_of_number;
use super::job::Job;
use super::warnings::{Path, Warning, WarningKind, Warnings};
use crate::message::{EventProcessingRequest, Runtime, RuntimeEnvironment, UnknownRuntime, Uuid};
use crate::outgoing::models::{OutgoingBatch, OutgoingEvent};
use crate::outgoing::settings::{ConnectionSettingError, ConnectionSettings, Exclusions};
use crate::parse::{Arenas, ParseOptions, Scratch, parse_part};

/// Makes outgoing batches of requests, for one connection. It owns the memory of the batches of one
/// request, and reuses it for the next one: after a few requests of similar size, nothing is
/// allocated any more.
pub struct Mapper {
    settings: ConnectionSettings,
    exclusions: Exclusions,
    arenas: Arenas,
    /// For environments of unknown type, which are text.
    scratch: Scratch,
    warnings: Vec<Warning>,
}

impl Mapper {
    /// A mapper with these settings. Those that the connection does not have are ignored.
    ///
    /// # Errors
    ///
    /// Those of [`ConnectionSettings::check`].
    pub fn new(settings: ConnectionSettings) -> Result<Self, ConnectionSettingError> {
        settings.check()?;
        Ok(Self {
            exclusions: settings.exclusions()?,
            settings: settings.effective(),
            arenas: Arenas::default(),
            scratch: Scratch::new(),
            warnings: Vec::new(),
        })
    }

    /// The settings that have an effect.
    #[must_use]
    pub fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// Maps a request. `body` is the text that it was parsed from: if the request has no
    /// identifier, one is made of these bytes (N5).
    ///
    /// A heartbeat and, depending on the settings, a request without events give no batch.
    pub fn map<'m>(
        &'m mut self,
        request: &'m EventProcessingRequest<'m>,
        body: &'m [u8],
    ) -> Mapped<'m> {
        self.warnings.clear();
        let guard = self.arenas.lend();
        let mut job = Job {
            arena: guard.arena(),
            settings: &self.settings,
            warnings: &mut self.warnings,
        };
        let environment = environment(&mut job, &mut self.scratch, request);
        let mut mapped = Mapped {
            batch: None,
            sources: &[],
            one_per_event: !self.settings.send_as_batch,
            key: None,
            warnings: Warnings(&[]),
        };
        if !is_heartbeat(request, environment) {
            mapped.fill(&mut job, request, body, environment, &self.exclusions);
        }
        mapped.warnings = Warnings(job.warnings);
        mapped
    }
}

impl fmt::Debug for Mapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapper")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What a request became: no batch, one, or one for each event. Records are written by
/// [`each_record`](Self::each_record).
#[derive(Clone, Copy, Debug)]
pub struct Mapped<'m> {
    /// The batch with all events.
    pub(super) batch: Option<OutgoingBatch<'m>>,
    /// For each event of the batch, the position of its source in the request.
    pub(super) sources: &'m [u32],
    /// Whether each event has a batch of its own.
    pub(super) one_per_event: bool,
    /// The text of the `mpid`.
    pub(super) key: Option<&'m str>,
    warnings: Warnings<'m>,
}

impl<'m> Mapped<'m> {
    fn fill(
        &mut self,
        job: &mut Job<'m>,
        request: &'m EventProcessingRequest<'m>,
        body: &[u8],
        environment: Option<Environment<'m>>,
        exclusions: &Exclusions,
    ) {
        let settings = job.settings;
        let channel = header::channel(request);
        let push_token = environment
            .filter(|_| settings.include_metadata && !exclusions.push_token())
            .and_then(|environment| environment.push_token());
        let converted = Events::convert(job, request.events, channel, environment, push_token);
        if converted.events.is_empty() && !settings.send_batches_without_events {
            return;
        }
        let mut batch = header::header(job, request, body, environment);
        if settings.include_location_information
            && settings.include_event_batch_location
            && let Some(location) = converted.location
        {
            header::locate(&mut batch, location);
        }
        exclusions.apply(&mut batch);
        batch.events = converted.events;
        self.sources = converted.sources;
        self.key = batch.mpid.map(|mpid| {
            let mut text = itoa::Buffer::new();
            &*job.arena.alloc_str(text.format(mpid))
        });
        self.batch = Some(batch);
    }

    /// What could not be converted.
    #[must_use]
    pub fn warnings(&self) -> Warnings<'m> {
        self.warnings
    }

    /// Whether there is nothing to deliver.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch.is_none()
    }

    /// The batches, before they are split by size: one, or one for each event if `send_as_batch` is
    /// off.
    pub fn batches(&self) -> impl Iterator<Item = OutgoingBatch<'m>> {
        let whole = self.batch.filter(|_| !self.is_split());
        let all = self.batch.filter(|_| self.is_split());
        let parts = all.into_iter().flat_map(|batch| {
            let events = batch.events.chunks(1);
            (1..).zip(events).map(move |(number, events)| {
                let mut part = batch;
                part.events = events;
                if let (Some(id), [event]) = (batch.message_id, events) {
                    part.message_id = Some(own_id(id, event, number));
                }
                part
            })
        });
        whole.into_iter().chain(parts)
    }

    /// Whether each event has a batch of its own; a batch without events stays one.
    pub(super) fn is_split(&self) -> bool {
        self.one_per_event && !self.sources.is_empty()
    }
}

/// The `message_id` of the batch of a single event: that of the event; for a part of an attribute
/// or identity change one that is made of that and of the part's `event_id` (N1). The event without
/// an identifier that comes at place `number` of its batch gets that of the part with this number
/// (N10).
pub(super) fn own_id(batch: Uuid, event: &OutgoingEvent<'_>, number: i64) -> Uuid {
    let Some(common) = event.common() else {
        return uuid5_of_number(batch, number);
    };
    let id: Option<Uuid> = common.message_id.and_then(|id| id.parse().ok());
    match (event, id, common.event_id) {
        (_, None, _) => uuid5_of_number(batch, number),
        (
            OutgoingEvent::UserAttributeChange(_) | OutgoingEvent::UserIdentityChange(_),
            Some(id),
            Some(event_id),
        ) => uuid5_of_number(id, event_id),
        (_, Some(id), _) => id,
    }
}

/// The environment, if the request has one that can be read. One of unknown type is read as if it
/// were `unknown`.
fn environment<'m>(
    job: &mut Job<'m>,
    scratch: &'m mut Scratch,
    request: &EventProcessingRequest<'m>,
) -> Option<Environment<'m>> {
    let environment = request.runtime_environment?;
    let kind = environment.kind();
    let RuntimeEnvironment::Unknown(unknown) = environment else {
        let runtime = environment.known()?;
        return Some(Environment { kind, runtime });
    };
    let options = ParseOptions::new()
        .max_bytes(ParseOptions::MAX_BYTES)
        .max_depth(ParseOptions::MAX_DEPTH);
    let parsed = parse_part::<UnknownRuntime<'m>>(unknown.raw, scratch, &options);
    if parsed.is_none() {
        let path = Path::field("runtime_environment");
        job.warn(WarningKind::UnreadableEnvironment, path);
    }
    let runtime = parsed.map_or(Runtime::EMPTY, |parsed| parsed.0);
    Some(Environment {
        kind,
        runtime: job.arena.alloc(runtime),
    })
}

/// Whether a request only checks the connection (firehose-protocol.md, section 14): identities of
/// users, partners and devices are data, and a consent state without records is not.
fn is_heartbeat(
    request: &EventProcessingRequest<'_>,
    environment: Option<Environment<'_>>,
) -> bool {
    let consents = request.consent_state.as_ref();
    request.events.is_empty()
        && request.system_notifications.is_empty()
        && request.user_attributes.is_empty()
        && request.user_attribute_lists.is_empty()
        && request.user_identities.is_empty()
        && request.partner_identities.is_empty()
        && environment.is_none_or(|environment| environment.runtime.common.identities.is_empty())
        && !consents.is_some_and(super::consent::has_records)
}
