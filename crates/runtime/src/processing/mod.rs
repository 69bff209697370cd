//! [`Processing`]: one message from its bytes to the answer, for any host.

mod buffers;
mod delivery;
mod ended;
mod targets;

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use hydrant::engine::FailureKind;
use hydrant::host::Module;
use hydrant::{Engine, Invocation, Output, Scratch, Verdict};

pub use buffers::Buffers;
use buffers::Pool;
use delivery::Delivery;
pub use ended::Ended;
pub use targets::Targets;

/// An engine with the buffers and the targets of its host. It handles a message, delivers its
/// records, stores its dead letters, and says how the sender is to be answered.
///
/// ```
/// use std::time::{Duration, Instant};
/// use hydrant::{AsyncProcessor, Engine, Registration};
/// use hydrant_runtime::{Ended, Processing, Targets};
///
/// struct Acme;
///
/// impl AsyncProcessor for Acme {
///     type Batch = ();
///     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let processing = Processing::start(Engine::new_async(Acme), Targets::new(), 1 << 20);
/// let mut buffers = processing.take_buffers();
/// let body = br#"{"type":"module_registration_request"}"#;
/// let invocation = hydrant::host::system_invocation();
/// let deadline = Instant::now() + Duration::from_secs(10);
/// let ended = processing.process(body, &invocation, deadline, &mut buffers).await;
/// assert!(ended.is_answered());
/// assert!(buffers.output.response().starts_with(b"{"));
/// processing.put_buffers(buffers);
/// # });
/// ```
pub struct Processing<P, K> {
    engine: Engine<P>,
    delivery: Delivery,
    pool: Pool,
    kind: PhantomData<fn() -> K>,
}

impl<P: Module<K>, K> Processing<P, K> {
    /// Starts delivery on the current tokio runtime. Buffers are kept for messages of up to
    /// `kept_bytes`; those of longer ones are freed, so that one large message does not occupy memory
    /// for good.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, if there are targets.
    pub fn start(engine: Engine<P>, targets: Targets, kept_bytes: usize) -> Self {
        let engine = match targets.stores_letters() {
            true => engine.with_reject_policy(hydrant::engine::RejectPolicy::DeadLetter),
            false => engine,
        };
        Self {
            delivery: Delivery::start(targets, engine.options().clone()),
            engine,
            pool: Pool::new(kept_bytes),
            kind: PhantomData,
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine<P> {
        &self.engine
    }

    /// Takes buffers that are not in use, or creates them.
    #[must_use]
    pub fn take_buffers(&self) -> Buffers {
        self.pool.take()
    }

    /// Keeps buffers for the next message. Those that are not put back are lost, which is what a
    /// panic does.
    pub fn put_buffers(&self, buffers: Buffers) {
        self.pool.put(buffers);
    }

    /// Handles a message, and delivers its records and dead letters. The response is in the output
    /// of the buffers. `invocation` should have the same deadline, so that the engine starts no
    /// handler after it.
    ///
    /// If the future is dropped, nothing is answered, and the sender repeats the message.
    pub async fn process(
        &self,
        body: &[u8],
        invocation: &Invocation,
        deadline: Instant,
        buffers: &mut Buffers,
    ) -> Ended {
        let Buffers { scratch, output } = buffers;
        output.clear();
        if Instant::now() >= deadline {
            return Ended::Late;
        }
        self.handle(body, invocation, deadline, scratch, output)
            .await
    }

    async fn handle(
        &self,
        body: &[u8],
        invocation: &Invocation,
        deadline: Instant,
        scratch: &mut Scratch,
        output: &mut Output,
    ) -> Ended {
        let handled = P::process(&self.engine, body, scratch, invocation, output);
        let mut pending = match until(deadline, handled).await {
            Some(Ok(pending)) => pending,
            Some(Err(error)) => return Ended::Refused(error),
            // The future was dropped, and the verdict of its output is *retry*.
            None => return Ended::Late,
        };
        self.delivery
            .records(body, &mut pending, &self.pool, deadline)
            .await;
        let output = pending.finish();
        match output.verdict() {
            Verdict::Answer => Ended::Answered,
            Verdict::DeadLetter => {
                let now_ms = invocation.now_ms();
                let stored = self.delivery.letters(body, output, now_ms, deadline).await;
                stored.map_or_else(Ended::retry, |()| Ended::Answered)
            }
            Verdict::Retry { after } => Ended::Retry {
                after,
                reason: reason(output, |kind| matches!(kind, FailureKind::Retry { .. })),
            },
            _ => Ended::Rejected {
                reason: reason(output, |kind| kind == FailureKind::Reject),
            },
        }
    }

    /// Ends the connections of the targets: delivers what was submitted for at most this time. Every
    /// record of an answered message is already delivered.
    pub async fn close(&self, grace: Duration) {
        self.delivery.close(grace).await;
    }
}

/// The output of a future, unless the deadline passes before. Handlers that do not wait need no
/// timer, which threads would share.
async fn until<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let once = poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
    match once.await {
        Poll::Ready(output) => Some(output),
        Poll::Pending => tokio::time::timeout_at(deadline.into(), future).await.ok(),
    }
}

/// The first failure of this kind. Its text contains no data of events.
fn reason(output: &Output, kind: impl Fn(FailureKind) -> bool) -> String {
    let mut failures = output.failures();
    let failure = failures.find(|(_, failure)| kind(failure.kind()));
    failure.map_or_else(String::new, |(_, failure)| failure.to_string())
}

impl<P, K> fmt::Debug for Processing<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processing").finish_non_exhaustive()
    }
}
