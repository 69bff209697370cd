//! [`Settler`]: waits for the fate of messages in the order in which they were read, and moves the
//! checkpoint.

use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hydrant::message::Uuid;
use hydrant_forward::{Deduplication, Forwarder, Settled, Submission};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::checkpoint::{Checkpoint, Settled as Progress};
use crate::interrupt::Stop;

/// What the reading thread passes on, in the order of the input.
pub(super) enum Entry {
    /// A message.
    Message(Box<Waiting>),
    /// Everything before this place was passed on.
    Mark(Mark),
}

/// A message that is not settled.
pub(super) struct Waiting {
    pub(super) submission: Submission,
    /// The identifiers of its events.
    pub(super) events: Vec<Uuid>,
    /// Its place: everything before it was passed on.
    pub(super) mark: Mark,
    /// Its share of the memory for messages that wait.
    pub(super) _memory: OwnedSemaphorePermit,
}

/// A place in a source.
pub(super) struct Mark {
    pub(super) source: Arc<str>,
    /// The messages before it.
    pub(super) before: Progress,
}

/// How often the checkpoint is written.
const SAVED_EVERY: Duration = Duration::from_secs(1);

/// Counts of settled messages.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) acknowledged: u64,
    pub(super) delivered: u64,
    pub(super) dead_letters: u64,
    /// Messages that were on their way and are not settled.
    pub(super) unsettled: u64,
}

pub(super) struct Settler {
    pub(super) forwarder: Arc<Forwarder>,
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) deduplication: Option<Deduplication>,
    pub(super) stop: Arc<Stop>,
    /// Why a message was not settled, after which nothing counts as settled any more.
    pub(super) failure: Arc<OnceLock<String>>,
    pub(super) counts: Arc<Mutex<Counts>>,
}

impl Settler {
    /// Settles everything that arrives.
    pub(super) async fn run(mut self, mut entries: Receiver<Entry>) {
        let mut saving = interval(SAVED_EVERY);
        saving.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let entry = tokio::select! {
                entry = entries.recv() => entry,
                _ = saving.tick() => {
                    self.save();
                    continue;
                }
            };
            match entry {
                // They are forwarded again with the message that failed, and were mapped as if it
                // were delivered: their identities must not be stored.
                Some(Entry::Message(_)) if self.failure.get().is_some() => {
                    self.counts().unsettled += 1;
                }
                Some(Entry::Message(waiting)) => {
                    let Waiting {
                        submission,
                        events,
                        mark,
                        _memory,
                    } = *waiting;
                    self.advance(&mark);
                    let settled = self.settle(submission, &mut saving).await;
                    self.count(settled, &events);
                }
                Some(Entry::Mark(mark)) => self.advance(&mark),
                None => break,
            }
        }
        self.save();
    }

    /// Waits for the fate of a message. Meanwhile the checkpoint is written, because it may take
    /// long.
    async fn settle(&mut self, submission: Submission, saving: &mut Interval) -> Settled {
        let forwarder = Arc::clone(&self.forwarder);
        let mut settling = pin!(forwarder.settle(submission));
        loop {
            tokio::select! {
                settled = &mut settling => return settled,
                _ = saving.tick() => self.save(),
            }
        }
    }

    fn count(&self, settled: Settled, events: &[Uuid]) {
        match settled {
            Settled::Acknowledged {
                delivered,
                dead_letters,
                ..
            } => {
                let mut counts = self.counts();
                counts.acknowledged += 1;
                counts.delivered += delivered;
                counts.dead_letters += dead_letters;
                drop(counts);
                if let Some(deduplication) = &self.deduplication {
                    deduplication.settled(events);
                }
            }
            settled => {
                self.counts().unsettled += 1;
                self.fail(match settled {
                    Settled::Unacknowledged { reason, .. } => reason,
                    _ => "the message is not settled".to_owned(),
                });
            }
        }
    }

    /// Everything before this place is settled, unless something was not.
    fn advance(&mut self, mark: &Mark) {
        if self.failure.get().is_none()
            && let Some(checkpoint) = &mut self.checkpoint
        {
            checkpoint.advance(&mark.source, mark.before);
        }
    }

    fn save(&mut self) {
        let Some(checkpoint) = &mut self.checkpoint else {
            return;
        };
        // It waits for the disk.
        if let Err(failure) = tokio::task::block_in_place(|| checkpoint.save()) {
            self.fail(failure.to_string());
        }
    }

    /// The first failure counts. Reading stops.
    fn fail(&self, reason: String) {
        let _ = self.failure.set(reason);
        self.stop.raise();
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
