//! [`Invocation`]: what the host supplies with each message.

use std::fmt;
use std::time::{Duration, Instant};

use crate::message::Uuid;

/// What the host supplies with each message: the time, a new identifier, and optionally a deadline
/// and an access token. The engine does not get them itself.
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
    /// Creates an invocation without deadline and access token. `now_ms`, the time in milliseconds
    /// since the Unix epoch, becomes the timestamp of the response; `fresh_id` becomes its
    /// identifier if the request has none.
    pub const fn new(now_ms: i64, fresh_id: Uuid) -> Self {
        Self {
            now_ms,
            fresh_id,
            deadline: None,
            access_token: None,
        }
    }

    /// Sets when the response is due. The engine starts no handler after that: everything that is
    /// unsettled is then to be retried.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the OAuth access token of the customer that was sent with the message (protocol,
    /// section 7.7).
    #[must_use]
    pub fn with_access_token(mut self, token: impl Into<String>) -> Self {
        self.access_token = Some(token.into());
        self
    }

    /// The time at which the message was received, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// The identifier of the response if the request has none.
    pub fn fresh_id(&self) -> Uuid {
        self.fresh_id
    }

    /// When the response is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The time left until the response is due: zero if it is overdue, `None` without a deadline.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// The OAuth access token of the customer.
    pub fn access_token(&self) -> Option<&str> {
        self.access_token.as_deref()
    }

    /// Whether the deadline has passed. Without a deadline the clock is not read.
    pub(crate) fn is_late(&self) -> bool {
        self.is_late_at(self.clock())
    }

    /// The time, if there is a deadline.
    pub(crate) fn clock(&self) -> Option<Instant> {
        self.deadline.map(|_| Instant::now())
    }

    /// Whether the deadline has passed at this time of the [`clock`](Self::clock).
    pub(crate) fn is_late_at(&self, now: Option<Instant>) -> bool {
        self.deadline.is_some_and(|deadline| now >= Some(deadline))
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
