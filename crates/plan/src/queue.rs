//! Waiting times of an HTTP host by formulas: exponential service times (M/M/c) and constant ones
//! (M/D/c). Both need random arrivals and a queue without end.

use crate::erlang::{erlang_c, little};

/// Waiting times for one of `c` workers with exponential service times.
///
/// ```
/// use hydrant_plan::ExponentialQueue;
///
/// // 10 workers, 80 requests per second of 100 ms.
/// let queue = ExponentialQueue::new(10, 80.0, 100.0).unwrap();
/// assert!((queue.waiting_share() - 0.409).abs() < 0.001);
/// assert!((queue.mean_wait_ms() - 20.5).abs() < 0.1);
/// let median = 0.5;
/// assert_eq!(queue.wait_quantile_ms(median), 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentialQueue {
    waiting: f64,
    /// The mean wait of those that wait.
    waiting_ms: f64,
}

impl ExponentialQueue {
    /// The queue in front of this many workers; `None` if it would grow without end.
    #[must_use]
    pub fn new(workers: u32, requests_per_second: f64, service_ms: f64) -> Option<Self> {
        let load = little(requests_per_second, service_ms);
        let spare = f64::from(workers) - load;
        (spare > 0.0 && load >= 0.0).then(|| Self {
            waiting: erlang_c(workers, load),
            waiting_ms: service_ms / spare,
        })
    }

    /// The share of the requests that wait.
    #[must_use]
    pub fn waiting_share(&self) -> f64 {
        self.waiting
    }

    /// The mean wait in milliseconds, of all requests.
    #[must_use]
    pub fn mean_wait_ms(&self) -> f64 {
        self.waiting * self.waiting_ms
    }

    /// The share of the requests that wait longer than this.
    #[must_use]
    pub fn longer_than(&self, wait_ms: f64) -> f64 {
        self.waiting * (-wait_ms / self.waiting_ms).exp()
    }

    /// The wait in milliseconds that this share of the requests does not exceed.
    #[must_use]
    pub fn wait_quantile_ms(&self, share: f64) -> f64 {
        let longer = 1.0 - share;
        if longer >= self.waiting {
            return 0.0;
        }
        self.waiting_ms * (self.waiting / longer).ln()
    }
}

/// Waiting times for one of `c` workers with constant service times, by the formula of Franx (A
/// simple solution for the M/D/c waiting time distribution, Operations Research Letters 29, 2001).
///
/// ```
/// use hydrant_plan::ConstantQueue;
///
/// // One worker: the mean wait is load x service / (2 (1 - load)).
/// let queue = ConstantQueue::new(1, 8.0, 100.0).unwrap();
/// assert!((queue.mean_wait_ms() - 200.0).abs() < 0.01);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ConstantQueue {
    workers: usize,
    /// Requests per service time.
    load: f64,
    service_ms: f64,
    /// The probability of at most so many requests in the host.
    at_most: Vec<f64>,
}

/// The most workers for which [`ConstantQueue`] is computed: the time grows with their square.
const MOST_WORKERS: u32 = 500;

impl ConstantQueue {
    /// The queue in front of this many workers; `None` if it would grow without end, and where the
    /// computation would take too long: for more than 500 workers, and if the share of the time in
    /// which a worker is idle is below 2 % or below 5 % by the square root of the workers.
    #[must_use]
    pub fn new(workers: u32, requests_per_second: f64, service_ms: f64) -> Option<Self> {
        let load = little(requests_per_second, service_ms);
        let busy = load / f64::from(workers);
        let idle = f64::max(0.02, 0.05 / f64::from(workers).sqrt());
        if !(1..=MOST_WORKERS).contains(&workers) || !(0.0..=1.0 - idle).contains(&busy) {
            return None;
        }
        let workers = workers as usize;
        Some(Self {
            workers,
            load,
            service_ms,
            at_most: stationary(workers, load),
        })
    }

    /// The share of the requests that wait.
    #[must_use]
    pub fn waiting_share(&self) -> f64 {
        let free = self
            .workers
            .checked_sub(1)
            .and_then(|n| self.at_most.get(n));
        1.0 - free.copied().unwrap_or(1.0)
    }

    /// The mean wait in milliseconds, of all requests: the mean length of the queue by the arrival
    /// rate.
    #[must_use]
    pub fn mean_wait_ms(&self) -> f64 {
        let queue: f64 = self
            .at_most
            .iter()
            .skip(self.workers)
            .map(|at_most| 1.0 - at_most)
            .sum();
        if self.load > 0.0 {
            queue / self.load * self.service_ms
        } else {
            0.0
        }
    }

    /// The share of the requests that wait longer than this.
    #[must_use]
    pub fn longer_than(&self, wait_ms: f64) -> f64 {
        let periods = (wait_ms / self.service_ms).max(0.0).floor() + 1.0;
        let mean = self.load * (periods - wait_ms.max(0.0) / self.service_ms);
        let terms = periods as usize * self.workers;
        let probabilities = poisson(mean, terms);
        let at_most = |n: usize| self.at_most.get(n).copied().unwrap_or(1.0);
        let probabilities = probabilities.iter().enumerate().take(terms);
        // At most m in the queue is at most c + m in the host.
        let shorter: f64 = probabilities
            .map(|(j, probability)| probability * at_most(self.workers + terms - 1 - j))
            .sum();
        (1.0 - shorter).clamp(0.0, 1.0)
    }

    /// The wait in milliseconds that this share of the requests does not exceed.
    #[must_use]
    pub fn wait_quantile_ms(&self, share: f64) -> f64 {
        let longer = 1.0 - share;
        if longer >= self.waiting_share() {
            return 0.0;
        }
        let (mut least, mut most) = (0.0, self.service_ms);
        while self.longer_than(most) > longer && most < 1e6 * self.service_ms {
            (least, most) = (most, 2.0 * most);
        }
        for _ in 0..50 {
            let middle = f64::midpoint(least, most);
            match self.longer_than(middle) > longer {
                true => least = middle,
                false => most = middle,
            }
        }
        most
    }
}

/// The stationary distribution of the number of requests in the host, summed up. Those in service
/// now have left a service time later, and those who arrived meanwhile are there (Crommelin 1932):
/// this step is repeated until nothing changes.
fn stationary(workers: usize, load: f64) -> Vec<f64> {
    let busy = load / workers as f64;
    // The queue decays as for exponential service times, or faster.
    let decay = if busy > 0.0 {
        -busy.ln()
    } else {
        f64::INFINITY
    };
    let most = workers + (40.0 / decay).ceil() as usize + 10;
    let arrivals = poisson(load, most);
    let mut now = arrivals.clone();
    now.resize(most + 1, 0.0);
    let mut next = vec![0.0; now.len()];
    for _ in 0..1_000_000 {
        next.fill(0.0);
        let (served, queue) = now.split_at((workers + 1).min(now.len()));
        let empty: f64 = served.iter().sum();
        let left = std::iter::once(empty).chain(queue.iter().copied());
        for (start, probability) in left.enumerate().filter(|(_, p)| *p > 1e-18) {
            let places = next.iter_mut().skip(start);
            for (place, arrival) in places.zip(&arrivals) {
                *place += probability * arrival;
            }
        }
        let total: f64 = next.iter().sum();
        next.iter_mut()
            .for_each(|probability| *probability /= total);
        let change: f64 = now.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
        std::mem::swap(&mut now, &mut next);
        if change < 1e-11 {
            break;
        }
    }
    let mut sum = 0.0;
    now.iter()
        .map(|probability| {
            sum += probability;
            f64::min(sum, 1.0)
        })
        .collect()
}

/// The probabilities of 0, 1, ... `most` arrivals with this mean, up to the last that is above
/// 1e-18. They are computed from the most probable number, so that nothing underflows.
fn poisson(mean: f64, most: usize) -> Vec<f64> {
    let mode = mean.floor() as usize;
    let end = most.max(mode);
    let mut terms = vec![0.0; end + 1];
    let (mut up, mut down) = (1.0, 1.0);
    for (n, term) in terms.iter_mut().enumerate().skip(mode) {
        if n > mode {
            up *= mean / n as f64;
        }
        *term = up;
    }
    for (n, term) in terms.iter_mut().enumerate().take(mode).rev() {
        down *= (n + 1) as f64 / mean;
        *term = down;
    }
    // What is above `most` belongs to the total, too.
    let (mut rest, mut n) = (0.0, end);
    while up > 1e-18 {
        n += 1;
        up *= mean / n as f64;
        rest += up;
    }
    let total = terms.iter().sum::<f64>() + rest;
    terms.truncate(most + 1);
    terms.iter_mut().for_each(|term| *term /= total);
    while terms.len() > 1 && terms.last().is_some_and(|term| *term < 1e-18) {
        terms.pop();
    }
    terms
}
