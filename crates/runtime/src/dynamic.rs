//! [`DynSink`]: a sink that is chosen at run time.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};

/// A sink that is chosen at run time, behind a pointer. Each call allocates its future.
///
/// ```
/// use hydrant_runtime::{DynSink, Pipeline, PipelineOptions};
/// use hydrant_testing::MemorySink;
///
/// fn chosen(kind: &str) -> Option<DynSink> {
///     match kind {
///         "memory" => Some(DynSink::new(MemorySink::new())),
///         _ => None,
///     }
/// }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let pipeline = Pipeline::new(chosen("memory").unwrap(), PipelineOptions::default());
/// # drop(pipeline);
/// # });
/// ```
pub struct DynSink(Box<dyn Erased>);

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`Sink`] with boxed futures.
trait Erased: Send + Sync {
    fn limits(&self) -> BatchLimits;
    fn size(&self, record: &OutgoingRecord) -> usize;
    fn deliver<'a>(
        &'a self,
        records: &'a [OutgoingRecord],
        deadline: Instant,
    ) -> Boxed<'a, Vec<Fate>>;
    fn check(&self, deadline: Instant) -> Boxed<'_, Result<(), Fate>>;
    fn close(&self) -> Boxed<'_, ()>;
}

impl<S: Sink> Erased for S {
    fn limits(&self) -> BatchLimits {
        Sink::limits(self)
    }

    fn size(&self, record: &OutgoingRecord) -> usize {
        Sink::size(self, record)
    }

    fn deliver<'a>(
        &'a self,
        records: &'a [OutgoingRecord],
        deadline: Instant,
    ) -> Boxed<'a, Vec<Fate>> {
        Box::pin(Sink::deliver(self, records, deadline))
    }

    fn check(&self, deadline: Instant) -> Boxed<'_, Result<(), Fate>> {
        Box::pin(Sink::check(self, deadline))
    }

    fn close(&self) -> Boxed<'_, ()> {
        Box::pin(Sink::close(self))
    }
}

impl DynSink {
    /// Erases the type of a sink.
    pub fn new(sink: impl Sink + 'static) -> Self {
        Self(Box::new(sink))
    }
}

impl Sink for DynSink {
    fn limits(&self) -> BatchLimits {
        self.0.limits()
    }

    fn size(&self, record: &OutgoingRecord) -> usize {
        self.0.size(record)
    }

    async fn deliver(&self, records: &[OutgoingRecord], deadline: Instant) -> Vec<Fate> {
        self.0.deliver(records, deadline).await
    }

    async fn check(&self, deadline: Instant) -> Result<(), Fate> {
        self.0.check(deadline).await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

impl fmt::Debug for DynSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynSink").finish_non_exhaustive()
    }
}
