//! [`KafkaSource`]: the public entry to a member of a consumer group.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use hydrant_runtime::source::{Handler, SourceError};
use rdkafka::config::{ClientConfig, FromClientConfigAndContext};
use rdkafka::consumer::{BaseConsumer, Consumer};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::config::KafkaSourceConfig;
use super::context::Context;
use super::member::Member;
use crate::config::ConfigError;

/// A member of a consumer group. The partitions of the topic are shared by all members, and each
/// partition is processed in order by one of them.
///
/// - The offset of a record is committed when it and all records before it are settled
///   ([`Outcome::Settled`](hydrant_runtime::source::Outcome)). After a crash, what was not committed is processed
///   again by another member.
/// - A record that is not settled is handed over again, with those after it in its partition that
///   are not settled either; other partitions go on.
/// - When a partition moves to another member, what is on its way is settled or cancelled, and the
///   progress is committed, before the other member begins: it does not overtake anything.
/// - Memory is limited: a partition whose window is full is paused, and the member goes on polling,
///   so it is not excluded from the group however long its handler waits.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use hydrant_kafka::{KafkaAccess, KafkaSource, KafkaSourceConfig};
/// # use hydrant_runtime::source::Handler;
/// # async fn run(handler: impl Handler) -> Result<(), Box<dyn std::error::Error>> {
/// let access = KafkaAccess::new("b-1.example.com:9094").with_login("hydrant", "secret");
/// let source = KafkaSource::new(KafkaSourceConfig::new(access, "raw-messages", "hydrant"))?;
/// let stop = async { /* for example a signal */ };
/// source.run(Arc::new(handler), stop).await?;
/// # Ok(())
/// # }
/// ```
pub struct KafkaSource {
    config: KafkaSourceConfig,
    client: ClientConfig,
}

/// How the thread is told to end.
pub(super) const RUN: u8 = 0;
/// Settles what is on its way.
pub(super) const STOP: u8 = 1;
/// Nobody waits any more.
pub(super) const ABANDON: u8 = 2;

/// Abandons the source if the future is dropped.
struct Abandon(Arc<AtomicU8>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.store(ABANDON, Ordering::SeqCst);
    }
}

impl KafkaSource {
    /// A source that has no connection yet.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn new(config: KafkaSourceConfig) -> Result<Self, ConfigError> {
        let client = config.client_config()?;
        Ok(Self { config, client })
    }

    /// Joins the group and processes records until `stop` is ready. Then it settles what is on its
    /// way, within the grace of the configuration, commits, and leaves the group. It needs a runtime
    /// of tokio with timers, on which the tasks of the partitions run.
    ///
    /// If the future is dropped, what is on its way is cancelled, and the progress is committed in
    /// the background.
    ///
    /// # Errors
    ///
    /// What somebody must mend, a handler that asks to stop, and a panic of the handler. Everything
    /// that passes, such as an outage of the brokers, is waited for.
    pub async fn run<H: Handler>(
        self,
        handler: Arc<H>,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), SourceError> {
        let Self { config, client } = self;
        let topic = config.topic.clone();
        let signal = Arc::new(AtomicU8::new(RUN));
        let abandon = Abandon(Arc::clone(&signal));
        let (sender, mut ended) = oneshot::channel();
        let (runtime, told) = (Handle::current(), Arc::clone(&signal));
        let body = move || {
            let result = consumer(&client, &topic)
                .and_then(|consumer| Member::new(consumer, config, handler, runtime, told).run());
            let _ = sender.send(result);
        };
        let thread = std::thread::Builder::new().name("kafka-source".to_owned());
        let spawned = thread.spawn(body);
        spawned.map_err(|error| SourceError::halted(format!("cannot start a thread: {error}")))?;
        let mut stop = pin!(stop);
        let result = tokio::select! {
            result = &mut ended => result,
            () = &mut stop => {
                signal.store(STOP, Ordering::SeqCst);
                ended.await
            }
        };
        drop(abandon);
        result.unwrap_or(Err(SourceError::Panicked))
    }
}

fn consumer(client: &ClientConfig, topic: &str) -> Result<BaseConsumer<Context>, SourceError> {
    let consumer = BaseConsumer::from_config_and_context(client, Context::default());
    // The error of the library could quote a property.
    let consumer = consumer.map_err(|_| {
        SourceError::halted("cannot create a client of Kafka; check the trusted certificates")
    })?;
    match consumer.subscribe(&[topic]) {
        Ok(()) => Ok(consumer),
        Err(error) => Err(SourceError::halted(format!(
            "cannot subscribe to the topic {topic}: {error}"
        ))),
    }
}

impl fmt::Debug for KafkaSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = &self.config;
        f.debug_struct("KafkaSource")
            .field("config", config)
            .finish()
    }
}
