//! [`Function`]: handles invocations. It is kept as long as the environment exists.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt as _;
use hydrant::ErrorKind;
use hydrant::host::Module;
use hydrant_runtime::{Buffers, Ended, Processing};
use lambda_runtime::{Context, Diagnostic};
use serde_json::value::RawValue;

use crate::deadline::deadline;
use crate::http;
use crate::telemetry::{Handled, Telemetry};

/// The answer to the runtime API.
pub(crate) type Answer = Result<Box<RawValue>, Diagnostic>;

/// What a function keeps between invocations.
pub(crate) struct Function<P, K> {
    pub(crate) processing: Processing<P, K>,
    pub(crate) margin: Duration,
    pub(crate) telemetry: Telemetry,
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
            let ended = Ended::Panicked;
            match http::Request::of(&body) {
                Some(_) => http::response(&ended, b"").map_err(|error| internal(&error)),
                None => Err(diagnostic(&ended)),
            }
        })
    }

    async fn answer(&self, body: &[u8], call: &Call) -> Answer {
        let mut buffers = self.processing.take_buffers();
        let mut ended = self.process(body, None, call, &mut buffers).await;
        let mut text = body.into();
        // The parser has refused an HTTP request, so that this costs messages nothing. One whose
        // deadline has passed was not parsed, and its sender needs a status, too.
        let wrapped = matches!(&ended, Ended::Refused(error) if error.kind() == ErrorKind::Wrapped);
        let unknown = wrapped || matches!(ended, Ended::Late);
        let request = unknown.then(|| http::Request::of(body)).flatten();
        if let Some(request) = request.as_ref().filter(|_| wrapped) {
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
            (None, _) => Err(diagnostic(&ended)),
        };
        self.processing.put_buffers(buffers);
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
        let mut invocation = hydrant::host::system_invocation().with_deadline(call.deadline);
        if let Some(token) = access_token {
            invocation = invocation.with_access_token(token);
        }
        self.processing
            .process(body, &invocation, call.deadline, buffers)
            .await
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
        let Buffers {
            scratch, output, ..
        } = buffers;
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

/// The error of a function that is invoked directly, which lets the sender repeat the message.
pub(crate) fn diagnostic(ended: &Ended) -> Diagnostic {
    Diagnostic {
        error_type: ended.as_str().to_owned(),
        error_message: ended.message(),
    }
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
