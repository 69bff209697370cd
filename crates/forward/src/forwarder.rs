//! [`Forwarder`]: submits the records of messages and decides which messages are settled.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hydrant::delivery::{DeadLetter, Fate, OutgoingRecord, Resolved, SchedulerStats};
use hydrant::message::Uuid;
use hydrant::outgoing::audience::{SentIdentities as _, SentUpdates};
use hydrant_runtime::{DynSink, Lane, Pipeline, Receipt};

use crate::config::{Config, ConfigError, Reader};
use crate::connection::{ConnectionKind, without_effect};
use crate::dead_letters::{Letters, Limits};
use crate::mapping::{MappedMessage, MappedRecord, Mapping};
use crate::observed::{Observed, Trouble};
use crate::oversize::Oversize;
use crate::parts::{self, Parts};
use crate::sent::Sent;

/// Delivers the records of messages to the target of a configuration, and puts what the target
/// rejects into its dead letters.
///
/// ```text
///  Mapping::map ──► Prepared ──► submit (waits for room) ──► Submission ──► settle ──► Settled
/// ```
///
/// A message is settled when every record of it is delivered or is a dead letter. One that is not
/// must be forwarded again; its records may arrive twice.
pub struct Forwarder {
    pipeline: Pipeline<DynSink>,
    letters: Option<Letters>,
    sent: Option<Sent>,
    config: Config,
    with_account: bool,
    patience: Duration,
    trouble: Trouble,
    reasons: Mutex<Reasons>,
}

/// How many dead letters have each reason.
#[derive(Default)]
struct Reasons(BTreeMap<String, u64>);

impl Reasons {
    /// Distinct reasons that are kept. A target can give each record a reason of its own.
    const MOST: usize = 1_000;

    fn add(&mut self, reason: &str, letters: u64) {
        let is_kept = self.0.len() < Self::MOST || self.0.contains_key(reason);
        let reason = if is_kept { reason } else { "other reasons" };
        *self.0.entry(reason.to_owned()).or_default() += letters;
    }
}

/// The order of a source: see [`Forwarder::submit_in`].
pub type SourceLane = Lane<DynSink>;

/// After which time a source tries a halted connection again.
const HALT_PROBE: Duration = Duration::from_secs(30);

/// After which time a host tries a halted connection again.
const HOST_HALT_PROBE: Duration = Duration::from_secs(1);

/// The records of one message, before they are submitted.
#[derive(Default)]
pub struct Prepared {
    body: Vec<u8>,
    records: Vec<OutgoingRecord>,
    /// For each record, the positions of its events.
    events: Vec<Vec<u32>>,
    /// Records that are not submitted, because they are too large.
    oversize: Vec<TooLarge>,
    event_count: usize,
    message_id: Option<Uuid>,
    updates: SentUpdates,
    /// The size of the records, and the most that they may have.
    bytes: usize,
    most_bytes: Option<usize>,
}

/// A message on its way.
#[must_use = "the message is not settled"]
pub struct Submission {
    receipt: Receipt,
    prepared: Prepared,
    /// The number under which its identities are visible to later messages.
    shown: Option<u64>,
    /// When the host must know what became of it.
    deadline: Option<Instant>,
}

/// A record that is too large, or a message whose records are.
struct TooLarge {
    reason: String,
    /// The positions of its events; none if it is of the whole message.
    events: Vec<u32>,
}

/// A record that was rejected.
struct Rejected<'p> {
    reason: Cow<'static, str>,
    attempts: u32,
    /// The positions of its events; none if it is of the whole message.
    events: &'p [u32],
    /// Whether they are all events of the message, so that one letter can hold them.
    together: bool,
}

/// Dead letters that were stored for one reason.
pub(crate) struct Stored {
    pub(crate) reason: Cow<'static, str>,
    pub(crate) letters: u64,
    /// The positions of their events; none if they are of the whole message.
    pub(crate) events: Vec<usize>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled {
    /// Every record is delivered or is a dead letter.
    Acknowledged {
        /// Records delivered.
        delivered: u64,
        /// Records that are dead letters.
        dead_letters: u64,
    },
    /// Some record is neither, for this reason. The message must be forwarded again.
    Unacknowledged {
        /// Why.
        reason: String,
    },
}

impl Prepared {
    /// Records of at most this size together. A message that makes more of them, which hostile
    /// attributes can cause because each part of a batch repeats them, is treated as one whose record
    /// is too large.
    #[must_use]
    pub fn at_most(bytes: usize) -> Self {
        Self {
            most_bytes: Some(bytes),
            ..Self::default()
        }
    }

    /// Adds a record; for [`Mapping::map`].
    pub fn add(&mut self, record: MappedRecord<'_>) {
        self.bytes += record.payload.len();
        if let Some(most) = self.most_bytes.filter(|most| self.bytes > *most) {
            (self.records, self.events) = (Vec::new(), Vec::new());
            self.oversize = vec![TooLarge {
                reason: format!(
                    "the records of the message have {} bytes or more, and `max_memory` is {most}",
                    self.bytes
                ),
                events: Vec::new(),
            }];
            return;
        }
        if let Some(oversize) = record.oversize {
            let (events, reason) = (record.events, too_large(oversize));
            // The parts of a change are of one event, which one letter holds.
            match self.oversize.last_mut() {
                Some(last) if last.events == events => last.reason = reason,
                _ => self.oversize.push(TooLarge {
                    reason,
                    events: events.to_vec(),
                }),
            }
            return;
        }
        let mut owned = OutgoingRecord::new(record.payload);
        owned.key = record.key.map(<[u8]>::to_vec);
        owned.timestamp_ms = record.timestamp_ms;
        self.records.push(owned);
        self.events.push(record.events.to_vec());
    }

    /// Completes the preparation after the last record.
    pub fn finish(&mut self, mapped: &mut MappedMessage, body: &[u8]) {
        self.body = body.to_vec();
        self.event_count = mapped.events;
        self.message_id = mapped.message_id;
        self.updates = std::mem::take(&mut mapped.updates);
        for record in &mut self.records {
            record.account.clone_from(&mapped.account);
        }
    }

    /// The number of records.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records.len()
    }

    /// Whether there is nothing to deliver and nothing to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.oversize.is_empty() && self.updates.is_empty()
    }
}

impl Forwarder {
    /// Connects to the target and opens the dead letters, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// All settings that are wrong, a folder or store that cannot be opened, and a target for which
    /// this program was built without the feature.
    pub async fn start(config: Config) -> Result<Self, ConfigError> {
        let parts = Parts::read(&config)?;
        Self::start_with(config, parts, Limits::Configured).await
    }

    /// The same for [`redrive`](Self::redrive), which forwards dead letters again: none is deleted
    /// because of its age or the size of all, before or after it is tried.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub async fn for_redrive(config: Config) -> Result<Self, ConfigError> {
        let parts = Parts::read(&config)?;
        Self::start_with(config, parts, Limits::Off).await
    }

    /// The same for a source that forwards a message again until it is acknowledged, such as a
    /// partition: a connection that is halted is tried again every 30 s.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start), and an `identity_store`, which other processes of the source
    /// would not see.
    pub async fn for_source(config: Config) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(&config);
        if reader.text("identity_store").is_some() {
            reader.refuse(
                "`identity_store` is a file of one process, but users move between the processes \
                 that share a topic; remove it",
            );
        }
        reader.finish(())?;
        let mut parts = Parts::read(&config)?;
        parts.pipeline.scheduler.halt_probe = Some(HALT_PROBE);
        Self::start_with(config, parts, Limits::Configured).await
    }

    /// The same for a host that answers the sender when a message is settled, such as AWS Lambda: a
    /// connection that is halted is tried again every second, because nobody can resume it by hand,
    /// and a request does not wait for more records unless `linger` is given.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub async fn for_host(config: Config) -> Result<Self, ConfigError> {
        let mut parts = Parts::read(&config)?;
        parts.pipeline.scheduler.halt_probe = Some(HOST_HALT_PROBE);
        if config.given("linger").is_none() {
            parts.pipeline.scheduler.linger = Duration::ZERO;
        }
        Self::start_with(config, parts, Limits::Configured).await
    }

    async fn start_with(
        config: Config,
        mut parts: Parts,
        limits: Limits,
    ) -> Result<Self, ConfigError> {
        let sent = parts::sent(&config)?;
        // Wrong settings of the records are found before anything is opened.
        Mapping::with_store(&config, sent.clone())?;
        let sink = crate::sink::sink(&config).await?;
        let letters = Letters::open(&config, limits).await?;
        // A source submits what is rejected again, unless it is a dead letter.
        parts.pipeline.scheduler.rejections_end_lanes = letters.is_none();
        let trouble = Trouble::default();
        let sink = DynSink::new(Observed {
            sink,
            trouble: trouble.clone(),
        });
        let pipeline = Pipeline::new(sink, parts.pipeline);
        Ok(Self {
            pipeline,
            letters,
            sent,
            with_account: parts.with_account,
            patience: parts.patience,
            trouble,
            reasons: Mutex::default(),
            config,
        })
    }

    /// What the operator should know at the start: settings without an effect.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        let mut reader = Reader::new(&self.config);
        let kind = ConnectionKind::read(&mut reader);
        kind.map_or_else(Vec::new, |kind| without_effect(kind, &self.config))
    }

    /// The mapping of this configuration, for one thread.
    ///
    /// # Errors
    ///
    /// All settings that are wrong.
    pub fn mapping(&self) -> Result<Mapping, ConfigError> {
        let mut mapping = Mapping::with_store(&self.config, self.sent.clone())?;
        mapping.with_account = self.with_account;
        Ok(mapping)
    }

    pub(crate) fn letters(&self) -> Option<&Letters> {
        self.letters.as_ref()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Whether rejected records are stored.
    #[must_use]
    pub fn has_dead_letters(&self) -> bool {
        self.letters.is_some()
    }

    /// How many dead letters were deleted since the start because of their age, or because their
    /// folder was too large. Report them: their data is lost.
    #[must_use]
    pub fn expired_dead_letters(&self) -> u64 {
        self.letters.as_ref().map_or(0, Letters::expired)
    }

    /// How many of them were deleted because their folder was too large, which the operator has to
    /// prevent.
    #[must_use]
    pub fn evicted_dead_letters(&self) -> u64 {
        self.letters.as_ref().map_or(0, Letters::evicted)
    }

    /// Why dead letters were stored since the start, the most frequent reason first. The reasons
    /// contain no values of messages.
    #[must_use]
    pub fn dead_letter_reasons(&self) -> Vec<(String, u64)> {
        let reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        let reasons = reasons.0.iter();
        let mut reasons: Vec<_> = reasons
            .map(|(reason, letters)| (reason.clone(), *letters))
            .collect();
        // Stable: equal counts stay in the order of the reasons.
        reasons.sort_by_key(|(_, letters)| std::cmp::Reverse(*letters));
        reasons
    }

    fn note_reason(&self, reason: &str, letters: u64) {
        let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        reasons.add(reason, letters);
    }

    /// Submits the records of a message, when there is room for them.
    pub async fn submit(&self, prepared: Prepared) -> Submission {
        self.submit_to(None, prepared, None).await
    }

    /// The same with a deadline: a record that is not delivered then is not sent any more.
    pub(crate) async fn submit_until(
        &self,
        deadline: Option<Instant>,
        prepared: Prepared,
    ) -> Submission {
        self.submit_to(None, prepared, deadline).await
    }

    /// Submits the records of a message of an ordered source: after a message that is not
    /// acknowledged, nothing of the lane is sent, and the source forwards from there again, in
    /// another lane.
    pub async fn submit_in(&self, lane: &SourceLane, prepared: Prepared) -> Submission {
        self.submit_to(Some(lane), prepared, None).await
    }

    /// Opens a lane for [`submit_in`](Self::submit_in).
    #[must_use]
    pub fn lane(&self) -> SourceLane {
        self.pipeline.lane()
    }

    async fn submit_to(
        &self,
        lane: Option<&SourceLane>,
        mut prepared: Prepared,
        deadline: Option<Instant>,
    ) -> Submission {
        let records = std::mem::take(&mut prepared.records);
        let patience = Instant::now() + self.patience;
        let until = deadline.map_or(patience, |deadline| deadline.min(patience));
        let receipt = match lane {
            Some(lane) => lane.submit(records, until).await,
            None => self.pipeline.submit(records, until).await,
        };
        // Not before: nobody would hide them again if this is dropped while it waits for room.
        let shown = self.sent.as_ref().map(|sent| sent.show(&prepared.updates));
        Submission {
            receipt,
            prepared,
            shown,
            deadline,
        }
    }

    /// Waits until every record is delivered or given up, and stores dead letters and identities
    /// sent.
    ///
    /// Settle messages in the order in which they were submitted. If there is a store of identities,
    /// do not settle those after one that is not acknowledged, but forward them again, too: they were
    /// mapped as if it were delivered.
    pub async fn settle(&self, submission: Submission) -> Settled {
        self.settle_into(submission, &mut Vec::new()).await
    }

    /// The same, with the dead letters that were stored.
    pub(crate) async fn settle_into(
        &self,
        submission: Submission,
        stored: &mut Vec<Stored>,
    ) -> Settled {
        let Submission {
            receipt,
            prepared,
            shown,
            deadline,
        } = submission;
        let settled = self.outcome(receipt, &prepared, deadline, stored).await;
        if let (Some(sent), Some(shown)) = (&self.sent, shown) {
            sent.hide(shown, &prepared.updates);
        }
        settled
    }

    async fn outcome(
        &self,
        receipt: Receipt,
        prepared: &Prepared,
        deadline: Option<Instant>,
        stored: &mut Vec<Stored>,
    ) -> Settled {
        let resolved = receipt.await;
        let (mut delivered, mut rejected) = (0, Vec::new());
        for (at, Resolved { fate, attempts, .. }) in resolved.iter().enumerate() {
            match fate {
                Fate::Delivered => delivered += 1,
                Fate::Rejected { reason } => {
                    let events = prepared.events.get(at).map_or(&[][..], Vec::as_slice);
                    rejected.push(Rejected {
                        reason: reason.clone(),
                        attempts: *attempts,
                        events,
                        // The parts of a change have the position of the same event.
                        together: distinct(events).count() >= prepared.event_count,
                    });
                }
                Fate::Retry { reason, .. } | Fate::Halted { reason } => {
                    return Settled::unacknowledged(match attempts {
                        0 => format!("not tried: {reason}"),
                        _ => format!("{reason} (attempts: {attempts})"),
                    });
                }
                _ => return Settled::unacknowledged("the fate of a record is not known"),
            }
        }
        let storing = self.store_rejected(prepared, rejected, deadline, stored);
        if let Err(reason) = storing.await {
            return Settled::unacknowledged(reason);
        }
        let dead_letters = stored.iter().map(|stored| stored.letters).sum();
        if let Some(sent) = &self.sent
            && !prepared.updates.is_empty()
            && let Err(error) = sent.apply(&prepared.updates, now_ms())
        {
            return Settled::unacknowledged(crate::with_causes(&*error));
        }
        Settled::Acknowledged {
            delivered,
            dead_letters,
        }
    }

    /// Stores a message that is not forwarded because it cannot be read. Returns `false` if it is
    /// not stored, because it may hold secret settings in places where they cannot be recognized.
    ///
    /// # Errors
    ///
    /// If there are no dead letters, or if they cannot be written.
    pub async fn store_refused(&self, body: &[u8], reason: &str) -> Result<bool, String> {
        let letters = self.letters.as_ref().ok_or("there are no dead letters")?;
        let letter = DeadLetter::new(body, None, reason, 0, now_ms());
        if letter.withheld_bytes() > 0 {
            return Ok(false);
        }
        letters.put(&letter, None).await?;
        // Each message has an error of its own, with a position.
        self.note_reason("a message that cannot be read", 1);
        Ok(true)
    }

    /// Stores what the target will never accept.
    async fn store_rejected(
        &self,
        prepared: &Prepared,
        mut rejected: Vec<Rejected<'_>>,
        deadline: Option<Instant>,
        stored: &mut Vec<Stored>,
    ) -> Result<(), String> {
        let (body, now_ms) = (&prepared.body, now_ms());
        rejected.extend(prepared.oversize.iter().map(|record| Rejected {
            reason: record.reason.clone().into(),
            attempts: 0,
            events: &record.events,
            together: false,
        }));
        for rejected in rejected {
            let reason = &*rejected.reason;
            let Some(letters) = &self.letters else {
                let setting = crate::dead_letters::setting_to_name();
                return Err(format!(
                    "a record is rejected: {reason}; with `{setting}` such records are stored, and the \
                     rest is forwarded"
                ));
            };
            let letter = |event| DeadLetter::new(body, event, reason, rejected.attempts, now_ms);
            let mut positions: Vec<Option<usize>> = distinct(rejected.events).map(Some).collect();
            // Letters with one event each are smaller, but they repeat the rest of the message.
            let one = rejected.together && (positions.len() < 2 || letters.accepts(&letter(None)));
            if one || positions.is_empty() {
                positions = vec![None];
            }
            let mut letters_of_record = 0;
            for event in positions {
                // One at a time: each holds all of the message but the other events.
                let put = letters.put(&letter(event), deadline).await;
                put.map_err(|error| {
                    format!("a record is rejected: {reason}; cannot store a dead letter in {error}")
                })?;
                letters_of_record += 1;
            }
            self.note_reason(&rejected.reason, letters_of_record);
            stored.push(Stored {
                events: distinct(rejected.events).collect(),
                letters: letters_of_record,
                reason: rejected.reason,
            });
        }
        Ok(())
    }

    /// What was delivered so far, and what is on its way.
    #[must_use]
    pub fn stats(&self) -> SchedulerStats {
        self.pipeline.stats()
    }

    /// Why the latest attempt to deliver failed; `None` if it did not. Report it if nothing is
    /// delivered for long.
    #[must_use]
    pub fn trouble(&self) -> Option<Cow<'static, str>> {
        self.trouble.reason()
    }

    /// Accepts nothing more, and delivers what was submitted for at most this time. If it is called
    /// again, the shorter time counts.
    pub async fn drain(&self, grace: Duration) {
        self.pipeline.close(grace).await;
    }

    /// Ends all connections, after everything is settled: [`settle`](Self::settle) stores dead
    /// letters.
    pub async fn close(&self) {
        self.pipeline.close(Duration::ZERO).await;
    }
}

impl Settled {
    fn unacknowledged(reason: impl Into<String>) -> Self {
        Self::Unacknowledged {
            reason: reason.into(),
        }
    }
}

fn too_large(oversize: Oversize) -> String {
    format!("the record exceeds the limit of the target and cannot be split: {oversize}")
}

/// The time in milliseconds since the epoch.
pub(crate) fn now_ms() -> i64 {
    hydrant::host::system_invocation().now_ms()
}

/// Positions without repetitions; the parts of a change have the same one, one after the other.
fn distinct(positions: &[u32]) -> impl Iterator<Item = usize> {
    let mut last = None;
    let positions = positions
        .iter()
        .filter(move |at| last.replace(**at) != Some(**at));
    positions.map(|at| usize::try_from(*at).unwrap_or(usize::MAX))
}

impl fmt::Debug for Forwarder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forwarder").finish_non_exhaustive()
    }
}
