//! [`Consumer`]: maps the messages of a source, and submits and settles their records.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hydrant::ParseOptions;
use hydrant_forward::{
    Deduplication, Forwarder, Fresh, MapError, Mapping, Prepared, Settled, SourceLane,
};
use hydrant_runtime::source::{Handler, Lane, Outcome, Pending, SourceEvent, SourceRecord};

use super::events::Events;
use crate::forward::report::{Read, Totals};
use crate::forward::settle::Counts;
use crate::remarks::SHOWN;
use crate::terminal;

/// Delivers the messages of a source.
pub(super) struct Consumer {
    shared: Arc<Shared>,
    events: Events,
}

/// What the messages on their way need.
pub(super) struct Shared {
    pub(super) forwarder: Arc<Forwarder>,
    pub(super) options: ParseOptions,
    pub(super) deduplication: Option<Deduplication>,
    /// Whether to leave out messages that are neither forwarded nor stored.
    pub(super) keep_going: bool,
    pub(super) sums: Arc<Sums>,
    /// Those that map nothing now. Each has buffers of its own, so that messages are mapped at the
    /// same time.
    pub(super) mappings: Mutex<Vec<Mapping>>,
}

/// What was settled.
#[derive(Default)]
pub(super) struct Sums {
    state: Mutex<Sum>,
    /// Messages that were refused and complained about.
    complaints: AtomicU64,
}

#[derive(Default)]
pub(super) struct Sum {
    pub(super) read: Read,
    pub(super) totals: Totals,
    pub(super) counts: Counts,
}

impl Sums {
    pub(super) fn state(&self) -> MutexGuard<'_, Sum> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Delivers messages in order.
pub(super) struct Ordered {
    shared: Arc<Shared>,
    lane: SourceLane,
}

impl Consumer {
    pub(super) fn new(shared: Shared, quiet: bool) -> Self {
        Self {
            shared: Arc::new(shared),
            events: Events::new(quiet),
        }
    }
}

impl Handler for Consumer {
    type Lane = Ordered;

    fn open(&self) -> Ordered {
        Ordered {
            shared: Arc::clone(&self.shared),
            lane: self.shared.forwarder.lane(),
        }
    }

    fn report(&self, event: SourceEvent) {
        self.events.report(event);
    }
}

impl Lane for Ordered {
    async fn accept(&mut self, record: Arc<SourceRecord>) -> Pending {
        let shared = Arc::clone(&self.shared);
        let Some(mut mapping) = shared.mapping() else {
            let reason = "the settings of the records are missing".to_owned();
            return Box::pin(async { Outcome::Stop { reason } });
        };
        let mut fresh = shared.deduplication.as_ref().map(Deduplication::fresh);
        let mut prepared = Prepared::default();
        let mapped = mapping.map(
            &record.payload,
            &shared.options,
            |id| fresh.as_mut().is_none_or(|fresh| fresh.is_new(id)),
            |made| prepared.add(made),
        );
        shared.mappings().push(mapping);
        let mut mapped = match mapped {
            Ok(mapped) => mapped,
            Err(MapError::Refused(error)) => {
                return Box::pin(async move { shared.refuse(&record, &error).await });
            }
            Err(error) => {
                let reason = error.to_string();
                return Box::pin(async { Outcome::Unsettled { reason } });
            }
        };
        prepared.finish(&mut mapped, &record.payload);
        let mut totals = Totals::default();
        let is_settled = prepared.is_empty() && mapped.event_ids.is_empty();
        totals.add(&mapped, prepared.records(), is_settled);
        let bytes = record.payload.len() as u64;
        if is_settled {
            return Box::pin(async move { shared.settled(None, &totals, fresh, bytes) });
        }
        let submission = shared.forwarder.submit_in(&self.lane, prepared).await;
        Box::pin(async move {
            let settled = shared.forwarder.settle(submission).await;
            match settled {
                Settled::Unacknowledged { reason } => Outcome::Unsettled { reason },
                settled => shared.settled(Some(settled), &totals, fresh, bytes),
            }
        })
    }

    fn cancel(&mut self) {
        self.lane.close();
    }
}

impl Shared {
    fn mappings(&self) -> MutexGuard<'_, Vec<Mapping>> {
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mapping(&self) -> Option<Mapping> {
        let free = self.mappings().pop();
        free.or_else(|| self.forwarder.mapping().ok())
    }

    /// Counts a message that is settled; without a submission, it has no records.
    fn settled(
        &self,
        settled: Option<Settled>,
        totals: &Totals,
        fresh: Option<Fresh>,
        bytes: u64,
    ) -> Outcome {
        let mut sum = self.sums.state();
        if let Some(Settled::Acknowledged {
            delivered,
            dead_letters,
            ..
        }) = settled
        {
            sum.counts.acknowledged += 1;
            sum.counts.delivered += delivered;
            sum.counts.dead_letters += dead_letters;
        } else if settled.is_some() {
            let reason = "the message is not settled".to_owned();
            return Outcome::Unsettled { reason };
        }
        sum.read.messages += 1;
        sum.read.bytes += bytes;
        sum.totals.merge(totals);
        drop(sum);
        if let Some(fresh) = fresh {
            fresh.settled();
        }
        Outcome::Settled
    }

    /// Stores a message that cannot be read as a dead letter.
    async fn refuse(&self, record: &SourceRecord, error: &hydrant::Error) -> Outcome {
        let place = &record.place;
        let mut stored = false;
        if self.forwarder.has_dead_letters() {
            let reason = error.to_string();
            let letter = self.forwarder.store_refused(&record.payload, &reason);
            stored = match letter.await {
                Ok(stored) => stored,
                Err(failure) => {
                    let reason = format!("cannot store a dead letter: {failure}");
                    return Outcome::Unsettled { reason };
                }
            };
            if !stored && !self.keep_going {
                let reason = format!(
                    "{place}: a message that cannot be read is not stored as a dead letter, because \
                     it could hold secret settings; --keep-going leaves it out: {error}"
                );
                return Outcome::Stop { reason };
            }
        } else if !self.keep_going {
            let reason = format!(
                "{place}: {error}\n  = with `dead_letters` such messages are stored, --keep-going \
                 leaves them out"
            );
            return Outcome::Stop { reason };
        }
        if self.sums.complaints.fetch_add(1, Ordering::Relaxed) < SHOWN {
            terminal::complain(&format!("error: {place}: {error}"));
        }
        let mut sum = self.sums.state();
        sum.read.messages += 1;
        sum.read.refused += 1;
        sum.read.bytes += record.payload.len() as u64;
        sum.totals.refused_letters += u64::from(stored);
        Outcome::Settled
    }
}
