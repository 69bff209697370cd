//! A module as an AWS Lambda function: one Firehose message per invocation, processed from the raw
//! bytes.
//!
//! ```sh
//! pip install cargo-lambda
//! cargo lambda watch --example embed_lambda --invoke-address 127.0.0.1
//! curl --data-binary @corpus/valid/event-request-busy-hour.json \
//!   http://127.0.0.1:9000/2015-03-31/functions/_/invocations
//! ```
//!
//! It shows:
//!
//! - **The body is moved and not copied.** `lambda_runtime` deserializes the body with serde_json
//!   before it calls a handler, so a [`Layer`] takes the bytes before that and replaces them with
//!   `null`. The engine borrows them from the buffer of the HTTP client, which first joins a body
//!   that arrived in several pieces. A body that is not UTF-8 is therefore refused like any other
//!   invalid body, whereas `lambda_runtime` would end the process.
//! - **Buffers are reused.** The function keeps a `Scratch` and an `Output` between invocations.
//!   Lambda gives an instance one invocation at a time, so a [`Cell`] is sufficient and no lock is
//!   needed.
//! - **Handlers are async.** They borrow the message and its body, also across an `await`.
//! - **The deadline** ends the future of the handlers, which can read it: everything that is
//!   unsettled is then to be retried. An invocation after its deadline is refused.
//! - **A panic** in a handler rejects the event or the batch. If anything else panics,
//!   `lambda_runtime` answers with an error, and the process continues with new buffers.
//!
//! The response, about 150 bytes, is copied twice: into a string, and by `lambda_runtime` into the
//! request that carries it. The text of a failure masks values that are declared secret.

use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use hydrant::host::system_invocation;
use hydrant::message::{Event, EventProcessingRequest, EventType};
use hydrant::{
    AsyncProcessor, Call, Engine, Failure, Output, Registration, ResultExt, Scratch, Verdict,
};
use lambda_runtime::tower::{Layer, Service, service_fn};
use lambda_runtime::{Context, Diagnostic, LambdaEvent, LambdaInvocation, Runtime};
use serde_json::value::RawValue;

/// The size to which an instance shrinks its buffers after an unusually large message.
const KEPT_BYTES: usize = 1 << 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let function = Function::default();
    let handler = service_fn(|event: LambdaEvent<()>| function.answer(event.context));
    Runtime::new(handler)
        .layer(function.body.clone())
        .run()
        .await
}

/// The function, with everything that is kept between invocations.
struct Function {
    engine: Engine<Module>,
    body: Body,
    buffers: Cell<Buffers>,
}

#[derive(Default)]
struct Buffers {
    scratch: Scratch,
    output: Output,
}

impl Default for Function {
    fn default() -> Self {
        Self {
            engine: Engine::new_async(Module),
            body: Body::default(),
            buffers: Cell::default(),
        }
    }
}

impl Function {
    async fn answer(&self, context: Context) -> Result<Box<RawValue>, Diagnostic> {
        let body = self.body.0.take().unwrap_or_default();
        let mut buffers = self.buffers.take();
        let answer = self.process(body, &context, &mut buffers).await;
        buffers.scratch.shrink_to(KEPT_BYTES);
        self.buffers.set(buffers);
        answer
    }

    async fn process(
        &self,
        body: Bytes,
        context: &Context,
        buffers: &mut Buffers,
    ) -> Result<Box<RawValue>, Diagnostic> {
        let deadline = deadline(context);
        if Instant::now() >= deadline {
            return Err(late());
        }
        let invocation = system_invocation().with_deadline(deadline);
        let Buffers { scratch, output } = buffers;
        let handled = self
            .engine
            .process_into_async(&body, scratch, &invocation, output);
        let pending = tokio::time::timeout_at(deadline.into(), handled)
            .await
            .map_err(|_| late())?
            .map_err(|error| failure(error.kind().as_str(), error))?;
        let output = pending.finish();
        match output.verdict() {
            Verdict::Answer => {}
            // The sender repeats the whole message: Firehose has no partial responses.
            Verdict::Retry { .. } => return Err(failure("retry", "to be tried again later")),
            _ => return Err(failure("rejected", reason(output))),
        }
        let answer = String::from_utf8(output.response().to_vec()).map_err(internal)?;
        RawValue::from_string(answer).map_err(internal)
    }
}

/// The reason why a message is not answered.
fn reason(output: &Output) -> String {
    let failure = output.failures().next();
    failure.map_or_else(String::new, |(_, failure)| failure.to_string())
}

/// When the response is due. Lambda sends a time in milliseconds since the epoch, and
/// `cargo lambda watch` a duration in milliseconds, which is less than a day.
fn deadline(context: &Context) -> Instant {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let stated = Duration::from_millis(context.deadline);
    let left = if stated < DAY {
        stated
    } else {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        stated.saturating_sub(now.unwrap_or_default())
    };
    // A time that `Instant` cannot represent is replaced with one day from now.
    let now = Instant::now();
    now.checked_add(left).unwrap_or(now + DAY)
}

fn late() -> Diagnostic {
    failure("deadline_exceeded", "the deadline has passed")
}

fn internal(error: impl Error) -> Diagnostic {
    failure("internal", error)
}

fn failure(error_type: &str, message: impl ToString) -> Diagnostic {
    Diagnostic {
        error_type: error_type.to_owned(),
        error_message: message.to_string(),
    }
}

/// A layer that takes the body of an invocation before `lambda_runtime` deserializes it.
#[derive(Clone, Default)]
struct Body(Rc<Cell<Option<Bytes>>>);

impl<S> Layer<S> for Body {
    type Service = TakeBody<S>;

    fn layer(&self, inner: S) -> TakeBody<S> {
        let body = self.clone();
        TakeBody { inner, body }
    }
}

/// Takes the body of every invocation and leaves `null`, which serde_json deserializes to `()`.
struct TakeBody<S> {
    inner: S,
    body: Body,
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for TakeBody<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> S::Future {
        let body = std::mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
        self.body.0.set(Some(body));
        self.inner.call(invocation)
    }
}

/// The module emits the names of custom events. The account setting `fault` makes it fail in the
/// named way.
pub(crate) struct Module;

impl AsyncProcessor for Module {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Names", "1.0").events([EventType::CustomEvent])
    }

    #[expect(clippy::panic, reason = "shows the outcome of a panic")]
    async fn batch(
        &self,
        call: &mut Call<'_>,
        _: &EventProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        let fault = call.account().account_settings.get("fault").copied();
        match fault {
            Some("panic") => panic!("the setting `fault` requests a panic"),
            Some("retry") => return Err(Failure::retry()),
            _ => {}
        }
        let mut first = true;
        let names = call.events().translate(|event| {
            if std::mem::take(&mut first) && fault == Some("panic in one event") {
                panic!("the setting `fault` requests a panic");
            }
            match event {
                Event::CustomEvent(event) => event.name.or_discard("no name"),
                _ => Err(Failure::discard("not a custom event")),
            }
        });
        // A real module sends one request with the batch here, and settles events by the reply.
        tokio::task::yield_now().await;
        for (_, name) in names {
            call.emit(name.as_bytes());
        }
        Ok(())
    }
}
