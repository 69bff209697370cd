//! Delivers the records and the dead letters of a message before it is answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::{DeadLetter, OutgoingRecord, RecordAccount, SchedulerOptions, Sink};
use hydrant::engine::Subject;
use hydrant::message::Message;
use hydrant::{Failure, Outcome, Output, ParseOptions, Pending, parse};

use super::buffers::Pool;
use super::targets::{LetterTarget, Letters, Targets};
use crate::{DynSink, Pipeline, PipelineOptions, SinkDeadLetters};

/// The longest time that a letter waits for its target. The deadline of the message is earlier.
const PATIENCE: Duration = Duration::from_secs(900);

/// How long after a halt the target is tried again: nobody can resume it by hand.
const HALT_PROBE: Duration = Duration::from_secs(1);

/// The targets of a host, connected.
pub(super) struct Delivery {
    records: Option<Pipeline<DynSink>>,
    options: ParseOptions,
    letters: Option<Box<dyn Letters>>,
    letter_pipeline: Option<Pipeline<DynSink>>,
}

impl Delivery {
    /// Starts the pipelines on the current tokio runtime.
    pub(super) fn start(targets: Targets, options: ParseOptions) -> Self {
        let mut delivery = Self {
            records: targets.records.map(pipeline),
            options,
            letters: None,
            letter_pipeline: None,
        };
        match targets.letters {
            Some(LetterTarget::Store(letters)) => delivery.letters = Some(letters),
            Some(LetterTarget::Sink(sink)) => {
                let pipeline = pipeline(sink);
                delivery.letter_pipeline = Some(pipeline.clone());
                delivery.letters = Some(Box::new(SinkDeadLetters::new(pipeline, PATIENCE)));
            }
            None => {}
        }
        delivery
    }

    /// Delivers the records, and settles the events that they are from. What is not delivered at
    /// the deadline is to be retried.
    pub(super) async fn records(
        &self,
        body: &[u8],
        pending: &mut Pending<'_, &mut Output>,
        pool: &Pool,
        deadline: Instant,
    ) {
        let output = pending.output();
        if output.records().is_empty() {
            return;
        }
        let Some(pipeline) = &self.records else {
            // Records are data. Without a target they would be lost if the message was answered.
            let reason = "the module emits records, but the host has no sink for them";
            let failure = || Outcome::from(Failure::retry().with_reason(reason));
            let outcomes: Vec<Outcome> = output.records().iter().map(|_| failure()).collect();
            pending.settle_records(outcomes);
            return;
        };
        let account = self.account(body, output.account_id(), pool);
        let timestamp_ms = output.timestamp_ms();
        let records = output.records().iter().map(|record| {
            let mut outgoing = OutgoingRecord::new(record.payload);
            outgoing.key = record.key.map(<[u8]>::to_vec);
            outgoing.timestamp_ms = timestamp_ms;
            outgoing.account = account.clone();
            outgoing
        });
        let resolved = pipeline.submit(records.collect(), deadline).await.await;
        pending.settle_records(resolved.into_iter().map(|resolved| resolved.fate));
    }

    /// The account of a message that the engine has accepted, with its settings, which sinks may
    /// need. The buffers of the message are in use, so that this takes others.
    fn account(&self, body: &[u8], id: Option<i32>, pool: &Pool) -> Option<Arc<RecordAccount>> {
        let mut buffers = pool.take();
        let parsed = parse(body, &mut buffers.scratch, &self.options).ok();
        let account = parsed.and_then(|parsed| match parsed.message {
            Message::EventProcessingRequest(request) => request.account,
            Message::AudienceSubscriptionRequest(request) => request.account,
            Message::AudienceMembershipChangeRequest(request) => request.account,
            Message::DsrProcessingRequest(request) => request.account,
            _ => None,
        });
        let account = account.map(|account| {
            let settings = account.account_settings.iter();
            let settings = settings.map(|(name, value)| (*name, *value));
            RecordAccount::new(account.account_id, settings)
        });
        pool.put(buffers);
        let without = |id| RecordAccount::new(id, std::iter::empty::<(String, String)>());
        account.or_else(|| id.map(without)).map(Arc::new)
    }

    /// Stores the dead letters of a message.
    ///
    /// # Errors
    ///
    /// If it is not certain that all are stored, with the reason: the message must not be answered.
    pub(super) async fn letters(
        &self,
        body: &[u8],
        output: &Output,
        now_ms: i64,
        deadline: Instant,
    ) -> Result<(), String> {
        let Some(letters) = &self.letters else {
            return Err("the host has no destination of dead letters".to_owned());
        };
        for (subject, failure) in output.dead_letters() {
            let event = match subject {
                Subject::Event(event) => Some(event),
                _ => None,
            };
            let letter = DeadLetter::new(body, event, failure.to_string(), 1, now_ms);
            if letter.withheld_bytes() > 0 {
                return Err("a dead letter could hold secret settings of the message".to_owned());
            }
            let mut line = Vec::new();
            letter.write(&mut line);
            let put = letters.put_boxed(line, deadline).await;
            put.map_err(|error| format!("{failure}; the destination of dead letters: {error}"))?;
        }
        Ok(())
    }

    pub(super) async fn close(&self, grace: Duration) {
        for pipeline in [&self.records, &self.letter_pipeline].into_iter().flatten() {
            pipeline.close(grace).await;
        }
    }
}

fn pipeline<S: Sink + 'static>(sink: S) -> Pipeline<S> {
    let scheduler = SchedulerOptions::default().halt_probe(HALT_PROBE);
    Pipeline::new(sink, PipelineOptions::default().scheduler(scheduler))
}
