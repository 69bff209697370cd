//! [`Invocation`]: what the host knows about a call.

use std::fmt;
use std::time::Instant;

use crate::message::Uuid;

/// What the host knows about a call: the engine has no clock, no randomness and no connection of its own.
///
/// ```
/// use std::time::{Duration, Instant};
/// use hydrant::{Invocation, message::Uuid};
///
/// let invocation = Invocation::new(1_714_592_744_066, Uuid([7; 16]))
///     .with_deadline(Instant::now() + Duration::from_secs(10))
///     .with_access_token("from the Authorization header");
/// assert!(!format!("{invocation:?}").contains("Authorization"));
/// ```
#[derive(Clone)]
pub struct Invocation {
    now_ms: i64,
    fresh_id: Uuid,
    deadline: Option<Instant>,
    access_token: Option<String>,
}

impl Invocation {
    /// A call at this time, in milliseconds since the Unix epoch, without deadline and access token. The time is the
    /// timestamp of the response; `fresh_id` is its identifier if the request has none.
    pub const fn new(now_ms: i64, fresh_id: Uuid) -> Self {
        Self {
            now_ms,
            fresh_id,
            deadline: None,
            access_token: None,
        }
    }

    /// Sets when the answer is due. The engine starts no handler after that: what is left is to be tried again.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the OAuth access token of the customer that came with the call (protocol, section 7.7).
    #[must_use]
    pub fn with_access_token(mut self, token: impl Into<String>) -> Self {
        self.access_token = Some(token.into());
        self
    }

    /// The time of the call, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// The identifier of the response if the request has none.
    pub fn fresh_id(&self) -> Uuid {
        self.fresh_id
    }

    /// When the answer is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The OAuth access token of the customer.
    pub fn access_token(&self) -> Option<&str> {
        self.access_token.as_deref()
    }

    /// Whether the deadline has passed. Without a deadline the clock is not read.
    pub(crate) fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// The token is not shown.
impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("now_ms", &self.now_ms)
            .field("fresh_id", &self.fresh_id)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
