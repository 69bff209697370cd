//! [`Service`]: a running module, without its listeners.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hydrant_runtime::Ended;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::authorization::Oauth;
use crate::body::Reserved;
use crate::continued::Continued;
use crate::exchange::{Exchange, Observer, Source};
use crate::kinds::{Endpoint, Kinds};
use crate::limits::Limits;
use crate::log;
use crate::metrics::Metrics;
use crate::refusal::Refusal;
use crate::running::Run;
use crate::tokens::Tokens;

/// A running module, without its listeners: [`router`](Self::router) mounts it in a program that has
/// its own, and [`Server`](crate::Server) has listeners. Clones are handles of the same service.
#[derive(Clone)]
pub struct Service {
    pub(crate) shared: Arc<Shared>,
    pub(crate) module: Arc<dyn Run>,
}

/// A message for [`Service::process`].
#[must_use]
pub struct Incoming {
    pub(crate) body: Bytes,
    pub(crate) path: String,
    pub(crate) source: Source,
    pub(crate) access_token: Option<String>,
    /// The types that the endpoint permits, and those that the authorization permits.
    pub(crate) endpoint: Kinds,
    pub(crate) authorized: Kinds,
    /// Its share of the memory for bodies.
    pub(crate) _reserved: Option<Reserved>,
}

/// What the parts of a service share.
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    pub(crate) endpoints: Vec<(String, Endpoint)>,
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) observers: Vec<Box<dyn Observer>>,
    pub(crate) metrics: Metrics,
    pub(crate) tokens: Tokens,
    pub(crate) oauth: Oauth,
    pub(crate) sequence: AtomicU64,
    /// Bytes of messages that are received or processed: those with a valid token, and the others.
    pub(crate) buffered: AtomicUsize,
    pub(crate) unauthorized: AtomicUsize,
    /// Messages that wait for a slot.
    pub(crate) waiting: AtomicUsize,
    pub(crate) draining: AtomicBool,
    pub(crate) closed: AtomicBool,
}

impl Shared {
    /// Tells all observers. A panic of one is ignored.
    pub(crate) fn tell(&self, tell: impl Fn(&dyn Observer)) {
        for observer in &self.observers {
            let tell = std::panic::AssertUnwindSafe(|| tell(&**observer));
            let _ = std::panic::catch_unwind(tell);
        }
    }

    /// Counts and reports a request that is not processed.
    pub(crate) fn refused(&self, refusal: Refusal) {
        self.metrics.refused(refusal);
        log::refused(refusal);
    }
}

/// The result of a message.
pub(crate) struct Processed {
    pub(crate) ended: Ended,
    pub(crate) status: u16,
    pub(crate) response: Bytes,
    pub(crate) retry_after: Option<u64>,
    pub(crate) exchange: Option<Arc<Exchange>>,
}

impl Incoming {
    /// A message of a console, to the path `/`.
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            path: "/".to_owned(),
            source: Source::Console,
            access_token: None,
            endpoint: Kinds::ALL,
            authorized: Kinds::ALL,
            _reserved: None,
        }
    }

    /// Sets the source.
    pub fn source(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    /// Sets the path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets the OAuth access token of the customer.
    pub fn access_token(mut self, token: impl Into<String>) -> Self {
        self.access_token = Some(token.into());
        self
    }
}

impl Service {
    /// Processes a message as if it were a request with a valid token, and tells the observers. It
    /// waits for a slot.
    pub async fn process(&self, incoming: Incoming) -> Arc<Exchange> {
        let slot = Arc::clone(&self.shared.slots).acquire_owned().await.ok();
        let module = Arc::clone(&self.module);
        let processed = Continued::new(module.run(incoming, slot, true)).await;
        let exchange = processed.ok().and_then(|processed| processed.exchange);
        exchange.unwrap_or_default()
    }

    /// Processes a message of the network.
    pub(crate) async fn answer(
        &self,
        incoming: Incoming,
        slot: OwnedSemaphorePermit,
    ) -> Result<Processed, Refusal> {
        let module = Arc::clone(&self.module);
        let observed = !self.shared.observers.is_empty();
        Continued::new(module.run(incoming, Some(slot), observed)).await
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Whether requests need a token. Without tokens, everybody may send messages.
    #[must_use]
    pub fn has_tokens(&self) -> bool {
        self.shared.tokens.are_configured()
    }

    /// Whether the service accepts messages: it is not shutting down.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.shared.draining.load(Ordering::Relaxed)
    }

    /// The number of messages that are being processed.
    #[must_use]
    pub fn in_progress(&self) -> usize {
        let free = self.shared.slots.available_permits();
        self.shared.limits.concurrency.saturating_sub(free)
    }

    /// The metrics in the text format of OpenMetrics, which Prometheus reads.
    #[must_use]
    pub fn metrics(&self) -> String {
        let lost = self.shared.observers.iter().map(|it| it.lost()).sum();
        self.shared.metrics.text(lost)
    }

    /// Refuses new messages, waits at most this time until those that are being processed are
    /// answered, and ends the connections of the targets. [`Listening::serve`](crate::Listening::serve) does
    /// it. Returns whether everything ended in time.
    pub async fn close(&self, grace: Duration) -> bool {
        let deadline = Instant::now() + grace;
        self.shared.draining.store(true, Ordering::Relaxed);
        self.shared.closed.store(true, Ordering::Relaxed);
        let all = u32::try_from(self.shared.limits.concurrency).unwrap_or(u32::MAX);
        let idle = self.shared.slots.acquire_many(all);
        let ended = tokio::time::timeout_at(deadline.into(), idle).await;
        let left = deadline.saturating_duration_since(Instant::now());
        self.module.close(left).await;
        log::rest();
        ended.is_ok()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}

/// Shows sizes: the body holds personal data.
impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("body_bytes", &self.body.len())
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
