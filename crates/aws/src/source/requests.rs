//! [`Requests`]: the requests of a source, in batches, a few at a time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::Fate;
use tokio::task::JoinSet;

use super::held::{Held, Messages, State};
use crate::sqs::{MOST_MESSAGES, ReceivedMessage, SqsQueue};

/// How long the queue waits for messages. It also delays the end of a source, which waits for what is
/// received: a request that is given up could hide messages.
const LONG_POLL: Duration = Duration::from_secs(5);

/// How long a request may take beyond that.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The greatest number of requests of a kind at the same time.
const PARALLEL: usize = 4;

/// An action of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Receive,
    Delete,
    Hide,
}

impl Action {
    /// The name in policies.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "sqs:ReceiveMessage",
            Self::Delete => "sqs:DeleteMessage",
            Self::Hide => "sqs:ChangeMessageVisibility",
        }
    }
}

/// The answer to a request.
pub(super) enum Done {
    Received(Result<Vec<ReceivedMessage>, Fate>),
    /// The fate of each message.
    Deleted(Vec<(u64, Fate)>),
    /// The same, for a request that began at this time.
    Extended(Instant, Vec<(u64, Fate)>),
    /// Whether it has succeeded does not matter: the visibility time-out does the same.
    Returned(Vec<(u64, Fate)>),
}

pub(super) struct Requests {
    queue: Arc<SqsQueue>,
    running: JoinSet<Done>,
    receiving: usize,
    deleting: usize,
    hiding: usize,
    /// How many requests to receive there are at the same time.
    receivers: usize,
    pub(super) deletes: VecDeque<u64>,
    pub(super) extends: VecDeque<u64>,
    pub(super) returns: VecDeque<u64>,
    /// When the next request may receive, and delete, after one that failed.
    pub(super) receive_at: Instant,
    pub(super) delete_at: Instant,
}

impl Requests {
    pub(super) fn new(queue: SqsQueue) -> Self {
        let now = Instant::now();
        Self {
            queue: Arc::new(queue),
            running: JoinSet::new(),
            receiving: 0,
            deleting: 0,
            hiding: 0,
            receivers: 1,
            deletes: VecDeque::new(),
            extends: VecDeque::new(),
            returns: VecDeque::new(),
            receive_at: now,
            delete_at: now,
        }
    }

    /// The next answer; `None` if there are no requests.
    pub(super) async fn next(&mut self) -> Option<Done> {
        let done = match self.running.join_next().await? {
            Ok(done) => done,
            // A request does not panic; the counts are only limits.
            Err(_) => return None,
        };
        match &done {
            Done::Received(result) => {
                self.receiving -= 1;
                self.receivers = match result {
                    // One after the other, the answers of a FIFO queue arrive in order.
                    Ok(messages) if !messages.is_empty() && !self.queue.is_fifo() => {
                        (self.receivers + 1).min(PARALLEL)
                    }
                    _ => 1,
                };
            }
            Done::Deleted(_) => self.deleting -= 1,
            Done::Extended(..) | Done::Returned(_) => self.hiding -= 1,
        }
        Some(done)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Receives messages, which are then hidden for this time.
    pub(super) fn receive(&mut self, hidden: Duration) {
        let now = Instant::now();
        while self.receiving < self.receivers && self.receive_at <= now {
            self.receiving += 1;
            let queue = Arc::clone(&self.queue);
            self.running.spawn(async move {
                let deadline = now + LONG_POLL + TIMEOUT;
                let received = queue.receive_for(MOST_MESSAGES, LONG_POLL, Some(hidden), deadline);
                Done::Received(received.await)
            });
        }
    }

    /// Deletes what is to be deleted.
    pub(super) fn delete(&mut self, messages: &Messages) {
        let now = Instant::now();
        while self.deleting < PARALLEL && self.delete_at <= now {
            let batch = batch(&mut self.deletes, |number| {
                let held = messages.get(number)?;
                (held.state == State::Settled).then(|| held.receipt.clone())
            });
            let Some((numbers, receipts)) = batch else {
                return;
            };
            self.deleting += 1;
            let queue = Arc::clone(&self.queue);
            self.running.spawn(async move {
                let receipts = receipts.iter().map(String::as_str);
                let fates = queue.delete(receipts, now + TIMEOUT).await;
                Done::Deleted(numbers.into_iter().zip(fates).collect())
            });
        }
    }

    /// Extends the time for which messages are hidden, to this time.
    pub(super) fn extend(&mut self, messages: &Messages, hidden: Duration) {
        while self.hiding < PARALLEL {
            let returns = &mut self.returns;
            let batch = batch(&mut self.extends, |number| {
                let held = messages.get(number)?;
                if let State::Returning(_) = held.state {
                    returns.push_back(number);
                    return None;
                }
                Some((held.receipt.clone(), hidden))
            });
            let Some((numbers, entries)) = batch else {
                return;
            };
            let begun = Instant::now();
            self.hide(numbers, entries, move |fates| Done::Extended(begun, fates));
        }
    }

    /// Makes messages visible that are not settled. If nothing is to be received any more, it waits
    /// until nothing is, so that they do not come back.
    pub(super) fn give_back(&mut self, messages: &Messages, receives: bool) {
        while self.hiding < PARALLEL && (receives || self.receiving == 0) {
            let batch = batch(&mut self.returns, |number| match messages.get(number)? {
                Held {
                    state: State::Returning(wait),
                    receipt,
                    ..
                } => Some((receipt.clone(), *wait)),
                _ => None,
            });
            let Some((numbers, entries)) = batch else {
                return;
            };
            self.hide(numbers, entries, Done::Returned);
        }
    }

    fn hide(
        &mut self,
        numbers: Vec<u64>,
        entries: Vec<(String, Duration)>,
        done: impl FnOnce(Vec<(u64, Fate)>) -> Done + Send + 'static,
    ) {
        self.hiding += 1;
        let queue = Arc::clone(&self.queue);
        self.running.spawn(async move {
            let fates = queue.hide(entries, Instant::now() + TIMEOUT).await;
            done(numbers.into_iter().zip(fates).collect())
        });
    }
}

/// The next messages for a request and its entries; `None` if there are none.
fn batch<T>(
    waiting: &mut VecDeque<u64>,
    mut entry: impl FnMut(u64) -> Option<T>,
) -> Option<(Vec<u64>, Vec<T>)> {
    let (mut numbers, mut entries) = (Vec::new(), Vec::new());
    while entries.len() < MOST_MESSAGES
        && let Some(number) = waiting.pop_front()
    {
        if let Some(entry) = entry(number) {
            numbers.push(number);
            entries.push(entry);
        }
    }
    (!entries.is_empty()).then_some((numbers, entries))
}
