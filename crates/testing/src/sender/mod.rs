//! [`Sender`] behaves as mParticle, the sender of messages, does: it repeats what is not answered,
//! stores the settings of subscriptions, stops when it is asked to, and checks the responses.
//!
//! ```
//! use hydrant::{Call, Failure, Processor, Registration};
//! use hydrant::engine::SubscriptionReply;
//! use hydrant::message::{AudienceMembershipChangeRequest, AudienceSubscriptionRequest};
//! use hydrant::registration::Text;
//! use hydrant_testing::Harness;
//! use hydrant_testing::build::*;
//! use hydrant_testing::sender::Sender;
//!
//! struct Acme;
//! impl Processor for Acme {
//!     type Batch = ();
//!     fn registration(&self) -> Registration {
//!         let list = Text::new("list_id", "List").invisible();
//!         Registration::new("Acme", "1.0").audiences(|it| it.subscription_setting(list))
//!     }
//!     fn audience_subscription(&self, _: &mut Call<'_>, _: &AudienceSubscriptionRequest<'_>) -> Result<SubscriptionReply, Failure> {
//!         Ok([("list_id", "4711")].into())
//!     }
//!     fn audience_membership_change(&self, call: &mut Call<'_>, request: &AudienceMembershipChangeRequest<'_>) -> Result<(), Failure> {
//!         let audience = &request.user_profiles[0].audiences[0];
//!         let list = audience.audience_subscription_settings.get("list_id").copied();
//!         call.emit(list.unwrap_or("no list").as_bytes());
//!         Ok(())
//!     }
//! }
//!
//! let harness = Harness::new(Acme);
//! let mut sender = Sender::lambda();
//! sender.send(RegistrationRequest::new(), |body| harness.answer(body)).response();
//! sender.send(Subscription::of(17), |body| harness.answer(body)).response();
//! let change = MembershipChange::new().profile(Profile::new().joined(17));
//! sender.send(change, |body| {
//!     harness.process(body).assert_records(["4711"]);
//!     harness.answer(body)
//! });
//! sender.assert_clean();
//! ```

mod reply;
mod response;
mod subscriptions;

pub use reply::{Delivery, End, Reply};

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use subscriptions::Subscriptions;

/// The first delay between two attempts. Each other is twice as long as the one before it.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(64);
/// The attempts after which a sender to Lambda, which never gives up, returns to the test.
const PATIENCE: u32 = 20;

/// The sender, as far as a module can see it (`docs/protocol/lambda-and-http.md`, section 5).
///
/// It waits on a clock of its own, so that a test takes no time.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The largest number of attempts for a message.
    attempts: u32,
    /// Whether a message is lost after the last attempt or with a status that is not retried.
    gives_up: bool,
    lost_replies: u32,
    shows_responses: bool,
    clock: Duration,
    subscriptions: Subscriptions,
    /// Accounts and whether their audiences are suspended, instead of their events.
    suspended: BTreeSet<(i64, bool)>,
    lost: Vec<Vec<u8>>,
    repeated: Vec<Vec<u8>>,
    problems: Vec<String>,
}

impl Sender {
    /// Calls a Lambda function: every failed invocation is repeated, with back-off and without end.
    /// After 20 attempts [`send`](Self::send) returns.
    #[must_use]
    pub fn lambda() -> Self {
        Self {
            attempts: PATIENCE,
            gives_up: false,
            lost_replies: 0,
            shows_responses: true,
            clock: Duration::ZERO,
            subscriptions: Subscriptions::default(),
            suspended: BTreeSet::new(),
            lost: Vec::new(),
            repeated: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Calls an HTTP endpoint: the statuses 408, 429, 500, 502, 503 and 504 are repeated up to
    /// `retries` times with back-off, and with any other error the message is lost.
    #[must_use]
    pub fn http(retries: u32) -> Self {
        Self {
            attempts: retries.saturating_add(1),
            gives_up: true,
            ..Self::lambda()
        }
    }

    /// Loses the first `count` replies that answer a message, so that the module gets it again after
    /// it has processed it.
    #[must_use]
    pub fn losing_replies(mut self, count: u32) -> Self {
        self.lost_replies = count;
        self
    }

    /// Sets the largest number of attempts for a message. A sender to Lambda, which never gives up,
    /// returns after them.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Leaves responses out of [`problems`](Self::problems), because they may have settings.
    #[must_use]
    pub fn hiding_responses(mut self) -> Self {
        self.shows_responses = false;
        self
    }

    /// Sends a message to `endpoint`, which is called once for each attempt with the same bytes: a
    /// closure with [`Harness::answer`](crate::Harness::answer), or any that returns the response
    /// or an error.
    ///
    /// Requests for audiences get the settings that are stored with the subscription.
    pub fn send<R: Into<Reply>>(
        &mut self,
        message: impl Into<Vec<u8>>,
        mut endpoint: impl FnMut(&[u8]) -> R,
    ) -> Delivery {
        let mut sending = self.begin(message.into());
        loop {
            if let Some(end) = sending.end.take() {
                return self.finish(sending, end);
            }
            let reply = endpoint(&sending.body).into();
            self.replied(&mut sending, &reply);
        }
    }

    /// Sends a message to an async endpoint.
    pub async fn send_async<R: Into<Reply>>(
        &mut self,
        message: impl Into<Vec<u8>>,
        mut endpoint: impl AsyncFnMut(&[u8]) -> R,
    ) -> Delivery {
        let mut sending = self.begin(message.into());
        loop {
            if let Some(end) = sending.end.take() {
                return self.finish(sending, end);
            }
            let reply = endpoint(&sending.body).await.into();
            self.replied(&mut sending, &reply);
        }
    }

    /// A user resumes the suspended subscriptions of an account.
    pub fn resume(&mut self, account: i32) {
        self.suspended
            .retain(|(suspended, _)| *suspended != i64::from(account));
    }

    /// The time that the sender has waited between attempts.
    #[must_use]
    pub fn clock(&self) -> Duration {
        self.clock
    }

    /// The messages that are lost.
    #[must_use]
    pub fn lost(&self) -> &[Vec<u8>] {
        &self.lost
    }

    /// The messages that were sent more than once.
    #[must_use]
    pub fn repeated(&self) -> &[Vec<u8>] {
        &self.repeated
    }

    /// What is wrong with responses.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// No message is lost, and every response is right.
    ///
    /// # Panics
    ///
    /// Otherwise, with a list.
    #[track_caller]
    #[allow(clippy::panic, reason = "a test fails by a panic")]
    pub fn assert_clean(&self) {
        let lost = self
            .lost
            .iter()
            .map(|body| format!("lost: {}", String::from_utf8_lossy(body)));
        let found: Vec<String> = self.problems.iter().cloned().chain(lost).collect();
        if !found.is_empty() {
            panic!("the sender found problems\n  {}", found.join("\n  "));
        }
    }

    fn begin(&self, body: Vec<u8>) -> Sending {
        let request = serde_json::from_slice::<Value>(&body).ok();
        let mut sending = Sending {
            account: response::account(request.as_ref()),
            request,
            body,
            attempts: 0,
            lost_replies: 0,
            waited: Duration::ZERO,
            end: None,
        };
        if let Some(filled) = sending
            .request
            .as_ref()
            .and_then(|it| self.subscriptions.fill(it))
        {
            sending.body = crate::build::ordered(&filled).into_bytes();
            sending.request = Some(filled);
        }
        if self
            .suspended
            .contains(&(sending.account, sending.is_of_audience()))
        {
            sending.end = Some(End::Withheld);
        }
        sending
    }

    fn replied(&mut self, sending: &mut Sending, reply: &Reply) {
        sending.attempts += 1;
        let is_lost = reply.is_success() && sending.lost_replies < self.lost_replies;
        if is_lost {
            sending.lost_replies += 1;
        } else if reply.is_success() {
            match response::check(sending.request.as_ref(), &reply.body) {
                Ok(response) => {
                    self.answered(sending, &response);
                    sending.end = Some(End::Answered(response));
                    return;
                }
                // What the sender does is not documented. It cannot use the response, so it is
                // taken for a failure.
                Err(mut problem) => {
                    if self.shows_responses {
                        problem = format!("{problem}: {}", String::from_utf8_lossy(&reply.body));
                    }
                    self.problems.push(problem);
                }
            }
        }
        let is_repeated = !self.gives_up || is_lost || reply.is_success() || reply.is_retried();
        if is_repeated && sending.attempts < self.attempts {
            let doubled = 1 << (sending.attempts - 1).min(6);
            let delay = (FIRST_DELAY * doubled).min(LONGEST_DELAY);
            sending.waited += delay.max(reply.retry_after.unwrap_or_default());
        } else {
            sending.end = Some(if self.gives_up {
                End::Lost
            } else {
                End::Repeating
            });
        }
    }

    /// Does what a response asks for.
    fn answered(&mut self, sending: &Sending, response: &Value) {
        if response.get("suspend_subscription") == Some(&Value::Bool(true)) {
            self.suspended
                .insert((sending.account, sending.is_of_audience()));
        }
        if let Some(request) = &sending.request {
            let problems = self.subscriptions.answered(request, response);
            self.problems.extend(problems);
        }
    }

    fn finish(&mut self, sending: Sending, end: End) -> Delivery {
        self.clock += sending.waited;
        if end == End::Lost {
            self.lost.push(sending.body.clone());
        }
        if sending.attempts > 1 {
            self.repeated.push(sending.body);
        }
        Delivery {
            end,
            attempts: sending.attempts,
            waited: sending.waited,
        }
    }
}

/// A message that is being sent.
struct Sending {
    body: Vec<u8>,
    /// The message, if it is JSON.
    request: Option<Value>,
    account: i64,
    attempts: u32,
    lost_replies: u32,
    waited: Duration,
    end: Option<End>,
}

impl Sending {
    fn is_of_audience(&self) -> bool {
        let name = self
            .request
            .as_ref()
            .and_then(|request| request.get("type")?.as_str());
        name.is_some_and(|name| name.starts_with("audience_"))
    }
}
