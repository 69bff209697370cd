//! [`Receipt`]: the future result of a submission.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hydrant::delivery::{Fate, Resolved};
use tokio::sync::oneshot;

use super::CLOSED;

/// The future result of a submission: one [`Resolved`] for each record, in order. Pass the fates to
/// [`worst`](hydrant::delivery::worst) to decide whether the message is acknowledged.
#[must_use = "the fate of the records is unknown until it is awaited"]
#[derive(Debug)]
pub struct Receipt {
    count: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting(oneshot::Receiver<Vec<Resolved>>),
    Known(Option<Vec<Resolved>>),
}

impl Receipt {
    pub(super) fn new(count: usize) -> (oneshot::Sender<Vec<Resolved>>, Self) {
        let (sender, receiver) = oneshot::channel();
        let state = State::Waiting(receiver);
        (sender, Self { count, state })
    }

    /// Every record is to be retried, without an attempt.
    pub(super) fn retry(count: usize, reason: &'static str) -> Self {
        let state = State::Known(Some(retries(count, reason)));
        Self { count, state }
    }
}

fn retries(count: usize, reason: &'static str) -> Vec<Resolved> {
    vec![Resolved::new(Fate::retry(reason), 0); count]
}

impl Future for Receipt {
    type Output = Vec<Resolved>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<Resolved>> {
        let count = self.count;
        match &mut self.state {
            // Without a sender the pipeline ended before the records were resolved, for example
            // because its runtime was shut down.
            State::Waiting(receiver) => Pin::new(receiver)
                .poll(context)
                .map(|result| result.unwrap_or_else(|_| retries(count, CLOSED))),
            State::Known(results) => {
                Poll::Ready(results.take().unwrap_or_else(|| retries(count, CLOSED)))
            }
        }
    }
}
