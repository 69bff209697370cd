//! [`Reply`], [`Delivery`] and [`End`].

use std::time::Duration;

use serde_json::Value;

/// What an endpoint replies to one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The status over HTTP. For a Lambda function, 200 is a result, and all others are a failed
    /// invocation.
    pub status: u16,
    /// The delay that the endpoint asks for, in `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The response.
    pub body: Vec<u8>,
}

impl Reply {
    /// A response with status 200.
    #[must_use]
    pub fn answer(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            retry_after: None,
            body: body.into(),
        }
    }

    /// A status without a response.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::answer("")
        }
    }

    /// Asks the sender to wait this long, as `Retry-After` does.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    pub(super) fn is_success(&self) -> bool {
        matches!(self.status, 200 | 202)
    }

    pub(super) fn is_retried(&self) -> bool {
        matches!(self.status, 408 | 429 | 500 | 502 | 503 | 504)
    }
}

/// An error is a failed invocation, or the status 500.
impl<B: Into<Vec<u8>>, E> From<Result<B, E>> for Reply {
    fn from(result: Result<B, E>) -> Self {
        result.map_or_else(|_| Self::status(500), Self::answer)
    }
}

/// The result of sending one message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// How it ended.
    pub end: End,
    /// How often the endpoint was called.
    pub attempts: u32,
    /// The time between the attempts.
    pub waited: Duration,
}

/// How the sending of a message ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum End {
    /// With this response.
    Answered(Value),
    /// Without a response, and the sender gave up.
    Lost,
    /// Without a response so far: the sender would go on.
    Repeating,
    /// It was not sent, because the subscription is suspended.
    Withheld,
}

impl Delivery {
    /// The response.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    #[allow(clippy::panic, reason = "a test fails by a panic")]
    pub fn response(&self) -> &Value {
        match &self.end {
            End::Answered(response) => response,
            other => panic!("no response after {} attempts: {other:?}", self.attempts),
        }
    }
}
