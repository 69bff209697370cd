//! [`Function`]: handles invocations. It is kept as long as the environment exists.

use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt as _;
use hydrant::engine::FailureKind;
use hydrant::host::Module;
use hydrant::{Engine, ErrorKind, Invocation, Output, Scratch, Verdict};
use lambda_runtime::{Context, Diagnostic};
use serde_json::value::RawValue;

use crate::answer::Ended;
use crate::buffers::{Buffers, Pool};
use crate::deadline::deadline;
use crate::delivery::Delivery;
use crate::http;
use crate::telemetry::{Handled, Telemetry};

/// The answer to the runtime API.
pub(crate) type Answer = Result<Box<RawValue>, Diagnostic>;

/// What a function keeps between invocations.
pub(crate) struct Function<P, K> {
    pub(crate) engine: Engine<P>,
    pub(crate) buffers: Pool,
    pub(crate) delivery: Delivery,
    pub(crate) margin: Duration,
    pub(crate) telemetry: Telemetry,
    pub(crate) kind: PhantomData<fn() -> K>,
}

/// One invocation.
pub(crate) struct Call {
    /// The identifier that Lambda gave to the invocation.
    pub(crate) request_id: String,
    /// When the answer is due, less the margin.
    pub(crate) deadline: Instant,
    pub(crate) started: Instant,
}

impl Call {
    pub(crate) fn new(context: Context, margin: Duration) -> Self {
        Self {
            deadline: deadline(context.deadline, margin),
            started: Instant::now(),
            request_id: context.request_id,
        }
    }

    /// The same invocation for its next message, whose time begins now.
    pub(crate) fn again(&self) -> Self {
        Self {
            request_id: self.request_id.clone(),
            deadline: self.deadline,
            started: Instant::now(),
        }
    }
}

impl<P: Module<K> + 'static, K: 'static> Function<P, K> {
    /// Handles an invocation with one message or one HTTP request.
    pub(crate) async fn invoke(&self, body: Bytes, context: Context) -> Answer {
        let call = Call::new(context, self.margin);
        let answer = AssertUnwindSafe(self.answer(&body, &call)).catch_unwind();
        answer.await.unwrap_or_else(|_| {
            self.telemetry.panicked(&call);
            Err(Ended::Panicked.diagnostic())
        })
    }

    async fn answer(&self, body: &[u8], call: &Call) -> Answer {
        let mut buffers = self.buffers.take();
        let mut ended = self.process(body, None, call, &mut buffers).await;
        let mut text = body.into();
        // The parser has refused an HTTP request, so that this costs messages nothing.
        let wrapped = matches!(&ended, Ended::Refused(error) if error.kind() == ErrorKind::Wrapped);
        let request = wrapped.then(|| http::Request::of(body)).flatten();
        if let Some(request) = &request {
            ended = match request.body() {
                Ok(message) => {
                    text = message;
                    let token = request.access_token();
                    self.process(&text, token, call, &mut buffers).await
                }
                Err(error) => Ended::Refused(error),
            };
        }
        let source = if request.is_some() { "http" } else { "invoke" };
        self.observe(&text, source, call, &ended, &mut buffers);
        let response = buffers.output.response();
        let answer = match (&request, &ended) {
            (Some(_), _) => http::response(&ended, response).map_err(|error| internal(&error)),
            (None, Ended::Answered) => raw(response),
            (None, _) => Err(ended.diagnostic()),
        };
        self.buffers.put(buffers);
        answer
    }

    /// Processes one message, and delivers its records and dead letters. The response is in the
    /// output.
    pub(crate) async fn process(
        &self,
        body: &[u8],
        access_token: Option<String>,
        call: &Call,
        buffers: &mut Buffers,
    ) -> Ended {
        let Buffers { scratch, output } = buffers;
        output.clear();
        let deadline = call.deadline;
        if Instant::now() >= deadline {
            return Ended::Late;
        }
        let mut invocation = hydrant::host::system_invocation().with_deadline(deadline);
        if let Some(token) = access_token {
            invocation = invocation.with_access_token(token);
        }
        self.handle(body, &invocation, deadline, scratch, output)
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
        let mut pending = match tokio::time::timeout_at(deadline.into(), handled).await {
            Ok(Ok(pending)) => pending,
            Ok(Err(error)) => return Ended::Refused(error),
            // The future was dropped, and the verdict of its output is *retry*.
            Err(_) => return Ended::Late,
        };
        self.delivery.records(body, &mut pending, deadline).await;
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

    /// Writes the log lines and the metrics of a message.
    pub(crate) fn observe(
        &self,
        body: &[u8],
        source: &'static str,
        call: &Call,
        ended: &Ended,
        buffers: &mut Buffers,
    ) {
        let Buffers { scratch, output } = buffers;
        let handled = Handled {
            source,
            bytes: body.len(),
            call,
            ended,
            output,
        };
        self.telemetry.message(&handled, body, scratch);
    }
}

/// The first failure of this kind. Its text contains no data of events.
fn reason(output: &Output, kind: impl Fn(FailureKind) -> bool) -> String {
    let mut failures = output.failures();
    let failure = failures.find(|(_, failure)| kind(failure.kind()));
    failure.map_or_else(String::new, |(_, failure)| failure.to_string())
}

/// The response of the module. Its writer makes only UTF-8.
fn raw(response: &[u8]) -> Answer {
    let text = String::from_utf8(response.to_vec()).map_err(|error| internal(&error))?;
    RawValue::from_string(text).map_err(|error| internal(&error))
}

pub(crate) fn internal(error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic {
        error_type: "internal".to_owned(),
        error_message: error.to_string(),
    }
}
