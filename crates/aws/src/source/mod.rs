//! [`SqsSource`]: processes the messages of a queue, and deletes only what its handler has settled.
//!
//! ```text
//!  queue ──► receive ──► a task per message group ──► Lane::accept ──► Pending ──► Outcome
//!    ▲                   (standard queue: per message)                               │
//!    ├── hide longer, while it is on its way                                         │
//!    ├── delete ◄─────────────────────────────── settled ◄───────────────────────────┤
//!    └── hide no longer ◄─── not settled, and what comes after it in its group ◄─────┘
//! ```

mod config;
mod engine;
mod group;
mod health;
mod held;
mod requests;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use hydrant_runtime::source::{Handler, SourceError};

pub use config::SqsSourceConfig;

use crate::config::ConfigError;
use crate::sqs::SqsQueue;
use engine::Engine;

/// Processes the messages of a queue. Several processes share it.
///
/// - A message is deleted when it is settled ([`Outcome::Settled`](hydrant_runtime::source::Outcome)).
///   Until then it is hidden from others, and the time for which it is hidden is extended; after a
///   crash, it is processed again when that time has passed.
/// - A message that is not settled becomes visible again after a while, and so do the messages of its
///   group after it, immediately; the queue hands them over again, to any process. A redrive policy of
///   the queue counts that.
/// - In a FIFO queue, the messages of a group are processed in order: the queue hands over nothing of
///   a group while one of its messages is hidden. A standard queue has no order.
/// - Memory is limited: while the window is full, nothing is received.
///
/// It needs the actions `sqs:ReceiveMessage`, `sqs:DeleteMessage` and `sqs:ChangeMessageVisibility`.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use hydrant_aws::{SqsConfig, SqsSource, SqsSourceConfig};
/// # use hydrant_runtime::source::Handler;
/// # async fn run(handler: impl Handler) -> Result<(), Box<dyn std::error::Error>> {
/// let queue = SqsConfig::new("https://sqs.eu-west-1.amazonaws.com/123456789012/messages.fifo");
/// let source = SqsSource::connect(SqsSourceConfig::new(queue)).await?;
/// let stop = async { /* for example a signal */ };
/// source.run(Arc::new(handler), stop).await?;
/// # Ok(())
/// # }
/// ```
pub struct SqsSource {
    queue: SqsQueue,
    config: SqsSourceConfig,
}

impl SqsSource {
    /// A source with this configuration. It reads the environment and the profiles of AWS, and sends
    /// nothing.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub async fn connect(config: SqsSourceConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let queue = SqsQueue::connect(&config.queue).await?;
        Ok(Self { queue, config })
    }

    /// Processes messages until `stop` is ready. Then it settles what is on its way, within the grace
    /// of the configuration, and makes the rest visible to others. It needs a runtime of tokio with
    /// timers, on which the tasks of the groups run.
    ///
    /// If the future is dropped, what is on its way is cancelled, and becomes visible to others when
    /// the visibility time-out has passed.
    ///
    /// # Errors
    ///
    /// What somebody must mend, a handler that asks to stop, and a panic of the handler. Everything
    /// that passes, such as an outage of the service, is waited for.
    pub async fn run<H: Handler>(
        self,
        handler: Arc<H>,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), SourceError> {
        Engine::new(self.queue, self.config, handler)
            .run(stop)
            .await
    }
}

impl fmt::Debug for SqsSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsSource")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
