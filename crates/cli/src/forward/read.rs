//! [`Forward`]: maps messages and submits their records, in the order in which they are read.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::checkpoint::Settled;
use super::compare::{Checksum, Comparison};
use super::report::Totals;
use super::settle::{Entry, Mark, Waiting};
use crate::input::{Chunk, Message};
use crate::interrupt::Stop;
use crate::stream::{Command, Product};
use hydrant::{Error, ParseOptions};
use hydrant_forward::{Deduplication, Forwarder, MapError, Mapping, Prepared};

/// Passes messages on to the settlement.
pub(super) struct Forward {
    pub(super) forwarder: Arc<Forwarder>,
    pub(super) options: ParseOptions,
    pub(super) runtime: Handle,
    pub(super) deduplication: Option<Deduplication>,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) entries: mpsc::Sender<Entry>,
    pub(super) memory: Memory,
    pub(super) mapping: Mutex<Option<Mapping>>,
    pub(super) stop: Arc<Stop>,
    pub(super) failure: Arc<OnceLock<String>>,
    /// Why a message that cannot be read is not stored. Unlike after a failure, what was read before
    /// it counts.
    pub(super) unstored: Arc<OnceLock<String>>,
    /// Whether to continue after messages that are neither forwarded nor stored.
    pub(super) keep_going: bool,
    /// If there is a checkpoint.
    pub(super) comparison: Option<Mutex<Comparison>>,
}

/// The memory for messages that wait for their settlement. Their records are counted by themselves,
/// but a message waits longer than its records, for those before it.
pub(super) struct Memory {
    units: Arc<Semaphore>,
    all: u32,
}

impl Memory {
    /// The number of bytes per permit.
    const UNIT: usize = 1 << 10;

    pub(super) fn new(bytes: usize) -> Self {
        let all = u32::try_from(bytes / Self::UNIT).unwrap_or(u32::MAX).max(1);
        let units = usize::try_from(all).unwrap_or(usize::MAX);
        Self {
            units: Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))),
            all,
        }
    }

    /// Waits for the share of a message. One that is larger than all waits until it is alone.
    async fn share(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let share = u32::try_from(bytes / Self::UNIT + 1).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.units).acquire_many_owned(share.min(self.all));
        // The semaphore is never closed.
        permit.await.ok()
    }
}

/// The state of the reading thread.
pub(super) struct Reading {
    mapping: Option<Mapping>,
    source: Arc<str>,
    /// The messages of the source in the chunks before.
    messages: u64,
    checksum: Checksum,
    stopped: watch::Receiver<bool>,
    /// The place of the latest message in its chunk, or of the first that was not passed on.
    at: u64,
    /// Whether something was not passed on. Nothing after it is.
    broken: bool,
    /// Whether its place was passed on.
    ended: bool,
}

impl Reading {
    /// The place after so many messages of the chunk.
    fn mark(&self, messages: u64) -> Mark {
        Mark {
            source: Arc::clone(&self.source),
            before: Settled {
                messages: self.messages + messages,
                crc32: self.checksum.before(messages),
            },
        }
    }
}

impl Forward {
    /// Waits for a future, unless the stop is raised.
    fn wait<T>(&self, reading: &mut Reading, future: impl Future<Output = T>) -> Option<T> {
        let done = self.runtime.block_on(async {
            tokio::select! {
                biased;
                Ok(_) = reading.stopped.wait_for(|stopped| *stopped) => None,
                done = future => Some(done),
            }
        });
        reading.broken |= done.is_none();
        done
    }

    /// Nothing counts as settled any more, and the run stops. The first failure counts.
    fn fail(&self, reason: String) {
        let _ = self.failure.set(reason);
        self.stop.raise();
    }

    fn pass_on(&self, reading: &mut Reading, entry: Entry) {
        // What was submitted before the stop counts.
        match self.entries.try_send(entry) {
            Ok(()) => {}
            Err(TrySendError::Full(entry)) => {
                if let Some(Err(_)) = self.wait(reading, self.entries.send(entry)) {
                    reading.broken = true;
                }
            }
            Err(TrySendError::Closed(_)) => reading.broken = true,
        }
    }
}

impl Command for Forward {
    type State = Reading;
    type Tally = Totals;

    fn state(&self) -> Reading {
        let mapping = self.mapping.lock();
        Reading {
            mapping: mapping.ok().and_then(|mut mapping| mapping.take()),
            source: "".into(),
            messages: 0,
            checksum: Checksum::default(),
            stopped: self.stopped.clone(),
            at: 0,
            broken: false,
            ended: false,
        }
    }

    fn message(
        &self,
        reading: &mut Reading,
        message: &Message<'_>,
        product: &mut Product<Totals>,
    ) -> Result<(), Error> {
        if reading.broken {
            return Ok(());
        }
        reading.at = message.before as u64;
        let Some(mut mapping) = reading.mapping.take() else {
            reading.broken = true;
            self.fail("the settings of the records are missing".to_owned());
            return Ok(());
        };
        let mut prepared = Prepared::default();
        let wanted = |id| {
            let deduplication = self.deduplication.as_ref();
            deduplication.is_none_or(|known| known.is_new(id))
        };
        let mapped = mapping.map(message.body, &self.options, wanted, |record| {
            prepared.add(record);
        });
        reading.mapping = Some(mapping);
        let mut mapped = match mapped {
            Ok(mapped) => mapped,
            Err(MapError::Refused(error)) => return Err(error),
            Err(error) => {
                // It is not passed on, so nothing after it may count as settled.
                reading.broken = true;
                let Message { source, line, .. } = message;
                self.fail(format!("{source}:{line}: {error}"));
                return Ok(());
            }
        };
        prepared.finish(&mut mapped, message.body);
        let is_settled = prepared.is_empty() && mapped.event_ids.is_empty();
        product.tally.add(&mapped, prepared.records(), is_settled);
        if is_settled {
            return Ok(());
        }
        let memory = self.memory.share(message.body.len());
        let Some(Some(memory)) = self.wait(reading, memory) else {
            return Ok(());
        };
        let submit = self.forwarder.submit(prepared);
        if let Some(submission) = self.wait(reading, submit) {
            let waiting = Waiting {
                submission,
                events: mapped.event_ids,
                mark: reading.mark(reading.at),
                _memory: memory,
            };
            self.pass_on(reading, Entry::Message(Box::new(waiting)));
        }
        Ok(())
    }

    /// A message that cannot be read is a dead letter, if there are dead letters. If it is not stored,
    /// the run ends there, and what was read before it counts.
    fn refused(
        &self,
        reading: &mut Reading,
        message: &Message<'_>,
        error: Error,
        product: &mut Product<Totals>,
    ) {
        if reading.broken {
            return;
        }
        reading.at = message.before as u64;
        if self.forwarder.has_dead_letters() {
            let reason = error.to_string();
            let stored = self.forwarder.store_refused(message.body, &reason);
            let unstored = match self.runtime.block_on(stored) {
                Ok(true) => {
                    product.tally.refused_letters += 1;
                    None
                }
                Ok(false) if self.keep_going => None,
                Ok(false) => Some(
                    "a message that cannot be read is not stored as a dead letter, because it could \
                     hold secret settings; --keep-going leaves it out"
                        .to_owned(),
                ),
                Err(failure) => Some(format!("cannot store a dead letter: {failure}")),
            };
            if let Some(unstored) = unstored {
                let Message { source, line, .. } = message;
                let _ = self.unstored.set(format!("{source}:{line}: {unstored}"));
                product.halt();
            }
        }
        product.report(message, error);
    }

    fn begin_chunk(&self, reading: &mut Reading, chunk: &Chunk, product: &mut Product<Totals>) {
        if reading.source != chunk.name {
            reading.source = Arc::clone(&chunk.name);
            reading.messages = 0;
            reading.checksum.reset();
        }
        reading.at = 0;
        let Some(comparison) = &self.comparison else {
            return;
        };
        reading.checksum.chunk(chunk);
        let mut comparison = comparison.lock().unwrap_or_else(PoisonError::into_inner);
        if !comparison.chunk(chunk, reading.messages, &reading.checksum) {
            // What was read of other files before counts.
            product.halt();
        }
    }

    fn end_chunk(&self, reading: &mut Reading, chunk: &Chunk, product: &mut Product<Totals>) {
        let is_whole = !reading.broken && !product.is_halted();
        if !reading.ended {
            let mark = reading.mark(if is_whole { chunk.count() } else { reading.at });
            self.pass_on(reading, Entry::Mark(mark));
        }
        reading.ended |= !is_whole;
        reading.messages += chunk.count();
    }
}
