//! Sends messages as the platform does: repeats what is to be repeated, with back-off.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use hydrant::delivery::RetryPolicy;
use hydrant_testing::sender::{End, Reply, Sender};
use serde_json::Value;
use tokio::time::sleep;

use super::reason::reason;
use crate::http::{self, Attempt, Client};

/// A sender over a network. The kit's [`Sender`] decides what is repeated, keeps the settings of
/// subscriptions, stops at suspensions and checks responses.
pub(super) struct Sending {
    client: Client,
    retry: RetryPolicy,
    sender: Sender,
}

/// What became of a message.
pub(super) struct Sent {
    /// Its type; empty if it has none.
    pub(super) kind: String,
    pub(super) id: Option<String>,
    pub(super) events: u64,
    /// The types of its events, each once.
    pub(super) event_types: Vec<String>,
    pub(super) outcome: Outcome,
    pub(super) attempts: Vec<Tried>,
    /// The response.
    pub(super) response: Option<Value>,
    /// What is wrong with responses.
    pub(super) problems: Vec<String>,
}

/// One attempt.
pub(super) struct Tried {
    pub(super) end: http::End,
    /// The time before it since the one before.
    pub(super) waited: Duration,
    pub(super) latency: Duration,
    /// Why it failed, as the answer says.
    pub(super) reason: Option<String>,
    /// The time that the answer asked to wait.
    pub(super) retry_after: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    /// The platform would give up, or has given up.
    Lost,
    /// The platform would repeat it without end.
    Repeating,
    /// Not sent: the module has suspended the subscription.
    Withheld,
}

impl Outcome {
    pub(super) const ALL: [Self; 4] = [Self::Answered, Self::Lost, Self::Repeating, Self::Withheld];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Lost => "lost",
            Self::Repeating => "not answered",
            Self::Withheld => "withheld",
        }
    }

    /// Its name in JSON.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Repeating => "not_answered",
            other => other.as_str(),
        }
    }
}

impl Sending {
    pub(super) fn new(client: Client, is_lambda: bool, retry: RetryPolicy) -> Self {
        let sender = match is_lambda {
            true => Sender::lambda(),
            false => Sender::http(0),
        };
        Self {
            client,
            retry,
            sender: sender.with_attempts(retry.attempts).hiding_responses(),
        }
    }

    /// Sends a message until it is answered, or the platform gives up.
    pub(super) async fn send(&mut self, message: Vec<u8>) -> Sent {
        let parsed = serde_json::from_slice::<Value>(&message).unwrap_or_default();
        let text = |name: &str| Some(parsed.get(name)?.as_str()?.to_owned());
        let kind = text("type").unwrap_or_default();
        let is_registration = kind == "module_registration_request";
        let events = parsed.get("events").and_then(Value::as_array);
        let mut event_types: Vec<String> = Vec::new();
        for event in events.into_iter().flatten() {
            let event_type = event.get("type").and_then(Value::as_str);
            let event_type = event_type.unwrap_or("no type");
            if event_types.iter().all(|known| known != event_type) {
                event_types.push(event_type.to_owned());
            }
        }
        let known = self.sender.problems().len();
        let (client, retry) = (&self.client, &self.retry);
        let mut attempts: Vec<Tried> = Vec::new();
        let mut asked = None;
        let endpoint = async |body: &[u8]| {
            let failed = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
            let waited = match failed {
                0 => Duration::ZERO,
                _ => wait(retry, failed, asked, fraction()),
            };
            sleep(waited).await;
            let attempt = client.attempt(body.to_vec(), is_registration).await;
            asked = attempt.retry_after;
            let reply = reply(&attempt);
            let is_failed = !attempt.end.is_success();
            let reason = is_failed.then(|| reason(&attempt.body, body, client.token()));
            attempts.push(Tried {
                end: attempt.end,
                waited,
                latency: attempt.latency,
                reason: reason.flatten(),
                retry_after: attempt.retry_after,
            });
            reply
        };
        let delivery = self.sender.send_async(message, endpoint).await;
        let (outcome, response) = match delivery.end {
            End::Answered(response) => (Outcome::Answered, Some(response)),
            End::Lost => (Outcome::Lost, None),
            End::Withheld => (Outcome::Withheld, None),
            _ => (Outcome::Repeating, None),
        };
        let mut problems = self.sender.problems().to_vec().split_off(known);
        problems.dedup();
        Sent {
            kind,
            id: text("id"),
            events: events.map_or(0, |events| events.len() as u64),
            event_types,
            outcome,
            attempts,
            response,
            problems,
        }
    }
}

/// What the attempt is for the sender of the kit.
fn reply(attempt: &Attempt) -> Reply {
    match attempt.end.is_success() {
        true => Reply::answer(attempt.body.clone()),
        false => Reply::status(attempt.end.status()),
    }
}

/// The time before the next attempt: half of the longest and a part of the other half, so that
/// senders do not come at the same time, or what the module asked for.
pub(crate) fn wait(
    retry: &RetryPolicy,
    failed: u32,
    asked: Option<Duration>,
    part: f64,
) -> Duration {
    let longest = retry.longest(failed);
    let own = longest / 2 + (longest / 2).mul_f64(part.clamp(0.0, 1.0));
    own.max(asked.unwrap_or_default().min(retry.longest_after))
}

/// A random number between 0 and 1.
pub(crate) fn fraction() -> f64 {
    // The keys of each state are random.
    let bits = RandomState::new().build_hasher().finish();
    bits as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_never_shorter_than_what_was_asked_for() {
        let retry = RetryPolicy::default().base(Duration::from_millis(100));
        let ms = Duration::from_millis;
        assert_eq!(wait(&retry, 1, None, 0.0), ms(50));
        assert_eq!(wait(&retry, 1, None, 1.0), ms(100));
        assert_eq!(wait(&retry, 4, None, 0.5), ms(600));
        assert_eq!(wait(&retry, 1, Some(ms(2000)), 1.0), ms(2000));
        assert_eq!(wait(&retry, 1, Some(ms(10)), 0.0), ms(50));
        let endless = wait(&retry, 1, Some(Duration::MAX), 0.0);
        assert_eq!(endless, retry.longest_after);
        let retry = super::super::retry(5);
        assert_eq!(wait(&retry, 1, Some(Duration::MAX), 0.0), ms(60_000));
        for _ in 0..100 {
            assert!((0.0..=1.0).contains(&fraction()));
        }
    }
}
