//! Sends requests at their times, with a limit on how many are on their way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use hydrant::delivery::RetryPolicy;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::http::{Client, End};
use crate::send::{fraction, wait};

/// A request to be sent.
pub(super) struct Request {
    /// The time since the first one, in the recording.
    pub(super) after: Duration,
    pub(super) is_registration: bool,
    pub(super) body: Vec<u8>,
}

/// When requests are due.
#[derive(Clone, Copy, Debug)]
pub(super) enum Schedule {
    /// At the times of the recording, divided by this.
    Speed(f64),
    /// So many per second.
    Rate(f64),
}

impl Schedule {
    /// The time from the beginning to a request.
    fn due(self, number: usize, after: Duration) -> Duration {
        let seconds = match self {
            Self::Speed(speed) => after.as_secs_f64() / speed,
            Self::Rate(rate) => number as f64 / rate,
        };
        // A time that is too large is never reached.
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(u64::from(u32::MAX)))
    }
}

pub(super) struct Load {
    pub(super) client: Client,
    pub(super) schedule: Schedule,
    pub(super) concurrency: usize,
    pub(super) retry: RetryPolicy,
}

/// The results.
pub(super) struct Measured {
    /// From the time at which a request was due to its last answer, in microseconds.
    pub(super) latency: Histogram<u64>,
    /// Of single attempts, in microseconds.
    pub(super) service: Histogram<u64>,
    /// The last ends of requests, as text.
    pub(super) ends: BTreeMap<String, u64>,
    pub(super) answered: u64,
    pub(super) attempts: u64,
    /// How often a reply was 429.
    pub(super) throttled: u64,
    pub(super) elapsed: Duration,
}

impl Measured {
    fn new() -> Result<Self, String> {
        // Up to an hour, in steps of a thousandth.
        let histogram = || {
            Histogram::new_with_bounds(1, 3_600_000_000, 3)
                .map_err(|_| "the histogram of latencies cannot be created".to_owned())
        };
        Ok(Self {
            latency: histogram()?,
            service: histogram()?,
            ends: BTreeMap::new(),
            answered: 0,
            attempts: 0,
            throttled: 0,
            elapsed: Duration::ZERO,
        })
    }
}

/// What the tasks share.
struct Shared {
    client: Client,
    retry: RetryPolicy,
    measured: Mutex<Measured>,
    /// Until when nothing is sent, because the module is overloaded.
    paused: watch::Sender<Option<Instant>>,
}

impl Load {
    /// Sends all requests, or those before the stop.
    pub(super) async fn run(
        self,
        requests: Vec<Request>,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<Measured, String> {
        let shared = Arc::new(Shared {
            client: self.client,
            retry: self.retry,
            measured: Mutex::new(Measured::new()?),
            paused: watch::Sender::new(None),
        });
        let slots = Arc::new(Semaphore::new(self.concurrency));
        let began = Instant::now();
        let mut tasks = JoinSet::new();
        let all = async {
            for (number, request) in requests.into_iter().enumerate() {
                let due = began + self.schedule.due(number, request.after);
                sleep_until(due).await;
                shared.wait_until_resumed().await;
                let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                    break;
                };
                let shared = Arc::clone(&shared);
                tasks.spawn(async move {
                    shared.send(request, due).await;
                    drop(slot);
                });
                while tasks.try_join_next().is_some() {}
            }
            while tasks.join_next().await.is_some() {}
        };
        tokio::select! {
            () = all => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
        tasks.shutdown().await;
        let mut measured = shared
            .measured
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut result = Measured::new()?;
        std::mem::swap(&mut *measured, &mut result);
        result.elapsed = began.elapsed();
        Ok(result)
    }
}

impl Shared {
    async fn send(&self, request: Request, due: Instant) {
        let mut failed = 0;
        loop {
            let body = request.body.clone();
            let attempt = self.client.attempt(body, request.is_registration).await;
            failed += 1;
            let is_throttled = attempt.end == End::Status(429);
            {
                let mut measured = self.measured();
                measured.attempts += 1;
                measured.throttled += u64::from(is_throttled);
                measured.service.saturating_record(micros(attempt.latency));
            }
            let is_repeated = super::is_repeated(attempt.end.status().into());
            if attempt.end.is_success() || !is_repeated || failed >= self.retry.attempts {
                let mut measured = self.measured();
                let latency = micros(due.elapsed());
                measured.latency.saturating_record(latency);
                measured.answered += u64::from(attempt.end.is_success());
                *measured.ends.entry(attempt.end.to_string()).or_default() += 1;
                return;
            }
            let again = Instant::now() + wait(&self.retry, failed, attempt.retry_after, fraction());
            if is_throttled {
                self.pause(again);
            }
            sleep_until(again).await;
            self.wait_until_resumed().await;
        }
    }

    /// Nothing is sent before this time.
    fn pause(&self, until: Instant) {
        self.paused
            .send_modify(|paused| *paused = (*paused).max(Some(until)));
    }

    async fn wait_until_resumed(&self) {
        loop {
            let until = *self.paused.borrow();
            match until {
                Some(until) if until > Instant::now() => sleep_until(until).await,
                _ => return,
            }
        }
    }

    fn measured(&self) -> std::sync::MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_at_their_times() {
        let second = Duration::from_secs(1);
        assert_eq!(Schedule::Speed(1.0).due(5, second), second);
        assert_eq!(Schedule::Speed(4.0).due(5, second), second / 4);
        assert_eq!(Schedule::Rate(10.0).due(5, second), second / 2);
        assert!(Schedule::Speed(1e-300).due(1, second) > second * 1_000_000);
    }
}
