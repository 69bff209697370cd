//! [`Harness`]: passes messages to the handlers of a module.

use std::fmt;
use std::time::{Duration, Instant};

use hydrant::message::{Message, Uuid};
use hydrant::{
    AsyncProcessor, Call, Engine, Error, Invocation, Output, ParseOptions, Pending, Processor,
    Scratch, Verdict, parse,
};

use crate::build::NOW_MS;
use crate::run::Run;
use crate::sender::Reply;
use crate::sink::MemorySink;

/// The identifier of responses to requests without one.
const FRESH_ID: Uuid = Uuid([0xab; 16]);

/// Passes messages to a module: to its [`Engine`], or to a single handler.
///
/// It takes builders of [`build`](crate::build), JSON text and bytes. Create it from a module, or
/// from an `Engine` with other options by `Harness::from(engine)`. The engine gets the same time
/// and identifier with each message, so that results are reproducible.
///
/// ```
/// use hydrant::message::{Event, ScreenViewEvent};
/// use hydrant::{Call, Failure, Processor, Registration};
/// use hydrant_testing::Harness;
/// use hydrant_testing::build::{Batch, DataSubjectRequest, screen_view};
///
/// struct Acme;
/// impl Processor for Acme {
///     type Batch = ();
///     fn registration(&self) -> Registration {
///         Registration::new("Acme", "1.0")
///     }
///     fn screen_view(&self, call: &mut Call<'_>, (): &mut (), event: &ScreenViewEvent<'_>) -> Result<(), Failure> {
///         call.emit(event.screen_name.unwrap_or_default().as_bytes());
///         Ok(())
///     }
/// }
///
/// // The whole engine.
/// let harness = Harness::new(Acme).access_token("from OAuth");
/// harness.process(Batch::new().event(screen_view("home"))).assert_records(["home"]);
/// harness.process(DataSubjectRequest::new()).assert_outcome("rejected").assert_not_answered();
///
/// // A single handler.
/// let (handled, run) = harness.call(Batch::new().event(screen_view("home")), |acme, call, _| {
///     let Event::ScreenView(event) = call.batch().events[0] else { panic!() };
///     acme.screen_view(call, &mut (), event)
/// });
/// handled.unwrap();
/// run.assert_records(["home"]);
/// ```
#[must_use]
pub struct Harness<P> {
    engine: Engine<P>,
    now_ms: i64,
    access_token: Option<String>,
    time_left: Option<Duration>,
    sink: Option<MemorySink>,
}

impl<P> From<Engine<P>> for Harness<P> {
    fn from(engine: Engine<P>) -> Self {
        Self {
            engine,
            now_ms: NOW_MS,
            access_token: None,
            time_left: None,
            sink: None,
        }
    }
}

impl<P: Processor> Harness<P> {
    /// Creates a harness for a module with synchronous handlers.
    pub fn new(module: P) -> Self {
        Engine::new(module).into()
    }

    /// Processes a message.
    pub fn process(&self, message: impl Into<Vec<u8>>) -> Run {
        let body = message.into();
        self.finish(self.engine.process(&body, &self.invocation()))
    }

    /// Processes a message and replies as a host does, for the
    /// [`Sender`](crate::sender::Sender).
    pub fn answer(&self, body: &[u8]) -> Reply {
        reply(&self.process(body))
    }

    /// Processes the message once for each seed, with the mutations of
    /// [`mutate`](crate::generate::mutate).
    ///
    /// # Panics
    ///
    /// If a handler panics. The text shows the seed and the mutated message.
    #[track_caller]
    pub fn survives(&self, message: impl Into<Vec<u8>>, seeds: impl IntoIterator<Item = u64>) {
        let body = message.into();
        for seed in seeds {
            let mutated = crate::generate::mutate(&body, seed);
            no_panic(&self.process(mutated.as_slice()), seed, &mutated);
        }
    }
}

impl<P: AsyncProcessor> Harness<P> {
    /// Creates a harness for a module with async handlers.
    pub fn new_async(module: P) -> Self {
        Engine::new_async(module).into()
    }

    /// Processes a message. Without a runtime, pass the future to
    /// [`block_on`](crate::block_on).
    ///
    /// ```
    /// use hydrant::{AsyncProcessor, Call, Failure, Registration};
    /// use hydrant::message::EventProcessingRequest;
    /// use hydrant_testing::{Harness, block_on, build::Batch};
    ///
    /// struct Acme;
    /// impl AsyncProcessor for Acme {
    ///     type Batch = ();
    ///     fn registration(&self) -> Registration {
    ///         Registration::new("Acme", "1.0")
    ///     }
    ///     async fn batch(&self, _: &mut Call<'_>, _: &EventProcessingRequest<'_>) -> Result<(), Failure> {
    ///         Err(Failure::retry())
    ///     }
    /// }
    ///
    /// let harness = Harness::new_async(Acme);
    /// block_on(harness.process_async(Batch::new().email("ada@example.com"))).assert_outcome("retry");
    /// ```
    pub async fn process_async(&self, message: impl Into<Vec<u8>>) -> Run {
        let body = message.into();
        self.finish(self.engine.process_async(&body, &self.invocation()).await)
    }

    /// Processes a message and replies as a host does, for the
    /// [`Sender`](crate::sender::Sender).
    pub async fn answer_async(&self, body: &[u8]) -> Reply {
        reply(&self.process_async(body).await)
    }

    /// Processes the message once for each seed, as [`survives`](Self::survives) does.
    ///
    /// # Panics
    ///
    /// If a handler panics. The text shows the seed and the mutated message.
    pub async fn survives_async(
        &self,
        message: impl Into<Vec<u8>>,
        seeds: impl IntoIterator<Item = u64>,
    ) {
        let body = message.into();
        for seed in seeds {
            let mutated = crate::generate::mutate(&body, seed);
            no_panic(
                &self.process_async(mutated.as_slice()).await,
                seed,
                &mutated,
            );
        }
    }
}

impl<P> Harness<P> {
    /// Sets the time of the messages that follow, in milliseconds since the Unix epoch. The default
    /// is [`NOW_MS`].
    pub fn at(mut self, now_ms: i64) -> Self {
        self.now_ms = now_ms;
        self
    }

    /// Sets the OAuth access token of the customer.
    pub fn access_token(mut self, token: &str) -> Self {
        self.access_token = Some(token.to_owned());
        self
    }

    /// Sets the time until the deadline of each message. With zero it has passed, and no handler is
    /// called. The default is no deadline.
    pub fn time_left(mut self, time: Duration) -> Self {
        self.time_left = Some(time);
        self
    }

    /// Delivers the records of each message to a sink, and settles its events with the results, as
    /// a host does. Otherwise records are not delivered.
    pub fn deliver_to(mut self, sink: &MemorySink) -> Self {
        self.sink = Some(sink.clone());
        self
    }

    /// The engine.
    pub fn engine(&self) -> &Engine<P> {
        &self.engine
    }

    /// Parses a message and calls `handler` with the module, a [`Call`] and the message, without
    /// the engine: nothing is settled that the handler does not settle, and there is no response.
    /// The first result is that of `handler`.
    ///
    /// # Panics
    ///
    /// If the message is refused.
    #[track_caller]
    #[allow(clippy::panic, reason = "a test with a wrong message fails")]
    pub fn call<R>(
        &self,
        message: impl Into<Vec<u8>>,
        handler: impl for<'c> FnOnce(&P, &mut Call<'c>, &Message<'c>) -> R,
    ) -> (R, Run) {
        let (body, mut scratch) = (message.into(), Scratch::new());
        let parsed = match parse(&body, &mut scratch, &ParseOptions::new()) {
            Ok(parsed) => parsed,
            Err(error) => panic!("the message is refused: {error}"),
        };
        let (invocation, mut output) = (self.invocation(), Output::new());
        let account = match parsed.message {
            Message::EventProcessingRequest(batch) => {
                let mut call = Call::of_batch(batch, &invocation, &mut output);
                let result = handler(self.engine.processor(), &mut call, &parsed.message);
                return (result, Run::from(Ok(output)));
            }
            Message::AudienceSubscriptionRequest(request) => request.account.as_ref(),
            Message::AudienceMembershipChangeRequest(request) => request.account.as_ref(),
            Message::DsrProcessingRequest(request) => request.account.as_ref(),
            _ => None,
        };
        let mut call = Call::of_account(account, &invocation, &mut output);
        let result = handler(self.engine.processor(), &mut call, &parsed.message);
        (result, Run::from(Ok(output)))
    }

    fn invocation(&self) -> Invocation {
        let mut invocation = Invocation::new(self.now_ms, FRESH_ID);
        if let Some(time) = self.time_left {
            invocation = invocation.with_deadline(Instant::now() + time);
        }
        if let Some(token) = &self.access_token {
            invocation = invocation.with_access_token(token);
        }
        invocation
    }

    fn finish(&self, processed: Result<Pending<'_>, Error>) -> Run {
        Run::from(processed.map(|mut pending| {
            if let Some(sink) = &self.sink {
                let records = pending.output().records();
                if !records.is_empty() {
                    let results = sink.deliver(records);
                    pending.settle_records(results);
                }
            }
            pending.finish()
        }))
    }
}

impl<P> fmt::Debug for Harness<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Harness")
            .field("now_ms", &self.now_ms)
            .field("time_left", &self.time_left)
            .field("sink", &self.sink)
            .finish_non_exhaustive()
    }
}

/// The reply of a host: see `docs/embedding.md` of hydrant.
fn reply(run: &Run) -> Reply {
    let output = match run.result() {
        Ok(output) => output,
        Err(_) => return Reply::status(400),
    };
    match output.verdict() {
        Verdict::Answer | Verdict::DeadLetter => Reply::answer(output.response()),
        Verdict::Retry { after } => Reply {
            retry_after: after,
            ..Reply::status(503)
        },
        _ => Reply::status(500),
    }
}

#[track_caller]
#[allow(clippy::panic, reason = "a test fails by a panic")]
fn no_panic(run: &Run, seed: u64, message: &[u8]) {
    if run.has_panic() {
        let message = String::from_utf8_lossy(message);
        panic!(
            "a handler panicked with seed {seed}\nmessage: {message}\n{}",
            run.snapshot()
        );
    }
}
