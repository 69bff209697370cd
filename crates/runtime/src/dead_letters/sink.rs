//! [`SinkDeadLetters`]: dead letters in any target of records.

use std::time::Duration;

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
}

impl<S: Sink + 'static> DeadLetters for SinkDeadLetters<S> {
    async fn put(&self, letter: Vec<u8>) -> Result<(), DeadLetterError> {
        let now = tokio::time::Instant::now();
        let deadline = now.checked_add(self.patience).unwrap_or(now).into_std();
        let record = OutgoingRecord::new(letter);
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
