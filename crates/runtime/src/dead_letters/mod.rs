//! Where dead letters are stored.

mod error;
mod file;
mod segment;
mod sink;

use std::future::Future;
use std::time::Instant;

pub use error::DeadLetterError;
pub use file::{Erased, FileDeadLetters, FileOptions, FileStats};
pub use segment::LetterId;
pub use sink::SinkDeadLetters;

/// A destination of dead letters.
///
/// A message whose events are stored as dead letters is acknowledged, so that `put` must not return
/// before a letter is stored durably.
pub trait DeadLetters: Send + Sync {
    /// Stores a letter, which is one line of JSON without a line end, as
    /// [`DeadLetter::write`](hydrant::delivery::DeadLetter::write) writes it.
    ///
    /// # Errors
    ///
    /// If it is not certain that the letter is stored. The message must not be acknowledged then.
    fn put(&self, letter: Vec<u8>) -> impl Future<Output = Result<(), DeadLetterError>> + Send;

    /// The same with a deadline, such as that of an invocation: after it, the letter counts as not
    /// stored, but may be. It needs a tokio runtime with timers.
    ///
    /// # Errors
    ///
    /// Those of [`put`](Self::put), and if the deadline passes.
    fn put_until(
        &self,
        letter: Vec<u8>,
        deadline: Instant,
    ) -> impl Future<Output = Result<(), DeadLetterError>> + Send {
        async move {
            let put = tokio::time::timeout_at(deadline.into(), self.put(letter)).await;
            put.unwrap_or_else(|_| {
                Err(DeadLetterError::new(
                    "the deadline passed before the dead letter was stored",
                ))
            })
        }
    }
}
