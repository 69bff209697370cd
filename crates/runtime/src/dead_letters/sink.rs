//! [`SinkDeadLetters`]: dead letters in any target of records.

use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord, Sink, worst};

use super::{DeadLetterError, DeadLetters};
use crate::Pipeline;

/// Dead letters in any target of records, such as a stream or a queue: the only kind that AWS Lambda
/// permits, whose files are lost.
///
/// ```
/// use std::time::Duration;
/// use hydrant_runtime::{DeadLetters, Pipeline, PipelineOptions, SinkDeadLetters};
/// use hydrant_testing::MemorySink;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let queue = MemorySink::new();
/// let pipeline = Pipeline::new(queue.clone(), PipelineOptions::default());
/// let letters = SinkDeadLetters::new(pipeline, Duration::from_secs(20));
/// letters.put(br#"{"reason":"too large"}"#.to_vec()).await?;
/// assert_eq!(queue.payloads(), [r#"{"reason":"too large"}"#]);
/// # Ok::<(), hydrant_runtime::DeadLetterError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct SinkDeadLetters<S> {
    pipeline: Pipeline<S>,
    patience: Duration,
}

impl<S: Sink + 'static> SinkDeadLetters<S> {
    /// Delivers each letter as one record, for at most this time.
    #[must_use]
    pub fn new(pipeline: Pipeline<S>, patience: Duration) -> Self {
        Self { pipeline, patience }
    }

    /// The pipeline.
    #[must_use]
    pub fn pipeline(&self) -> &Pipeline<S> {
        &self.pipeline
    }

    /// The size of the largest letter that the target accepts, in bytes.
    #[must_use]
    pub fn largest_letter(&self) -> usize {
        let limits = self.pipeline.sink().limits();
        limits.record_bytes.min(limits.bytes)
    }

    fn patience_ends(&self) -> Instant {
        let now = tokio::time::Instant::now();
        now.checked_add(self.patience).unwrap_or(now).into_std()
    }
}

impl<S: Sink + 'static> DeadLetters for SinkDeadLetters<S> {
    async fn put(&self, letter: Vec<u8>) -> Result<(), DeadLetterError> {
        self.put_until(letter, self.patience_ends()).await
    }

    /// A target that is paused or fails beyond the deadline is not waited for.
    async fn put_until(&self, letter: Vec<u8>, deadline: Instant) -> Result<(), DeadLetterError> {
        let deadline = deadline.min(self.patience_ends());
        let record = OutgoingRecord::new(letter);
        let (size, most) = (self.pipeline.sink().size(&record), self.largest_letter());
        if size > most {
            return Err(DeadLetterError::new(format!(
                "the dead letter has {size} bytes, and its target accepts {most}: have the sender \
                 send less with each event, such as fewer attributes"
            )));
        }
        let results = self.pipeline.submit(vec![record], deadline).await.await;
        match worst(results.iter().map(|result| &result.fate)) {
            Fate::Delivered => Ok(()),
            Fate::Retry { reason, .. } | Fate::Halted { reason } => {
                let message = format!("the dead letter is not stored: {reason}");
                Err(DeadLetterError::new(message))
            }
            Fate::Rejected { reason } => {
                let message = format!("the target refused the dead letter: {reason}");
                Err(DeadLetterError::new(message))
            }
            _ => Err(DeadLetterError::new("the dead letter is not stored")),
        }
    }
}
