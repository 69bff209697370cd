//! Closed formulas: Little's law, the distribution of the concurrency without a ceiling, and the
//! loss and delay formulas of Erlang.

/// The mean concurrency by Little's law: requests per second, and their mean duration in
/// milliseconds.
///
/// ```
/// assert_eq!(hydrant_plan::little(2000.0, 200.0), 400.0);
/// ```
#[must_use]
pub fn little(requests_per_second: f64, mean_ms: f64) -> f64 {
    requests_per_second * mean_ms / 1000.0
}

/// The concurrency that is not exceeded with this probability, if nothing limits it. With random
/// arrivals the concurrency has a Poisson distribution, whatever the distribution of the durations
/// is (M/G/∞).
///
/// ```
/// use hydrant_plan::concurrency_quantile;
///
/// assert_eq!(concurrency_quantile(90.0, 0.99), 113);
/// ```
#[must_use]
pub fn concurrency_quantile(mean: f64, probability: f64) -> u32 {
    if mean <= 0.0 || mean.is_nan() {
        return 0;
    }
    // The terms relative to the one at the mode, so that nothing underflows. The window of 12
    // standard deviations, and some for small means, holds all but 1e-15.
    let mode = mean.floor();
    let width = (12.0 * mean.sqrt() + 40.0).ceil();
    let least = (mode - width).max(0.0);
    let mut term = 1.0;
    let mut below = Vec::new();
    let mut n = mode;
    while n > least {
        term *= n / mean;
        below.push(term);
        n -= 1.0;
    }
    let (mut above, mut n, mut term) = (vec![1.0], mode, 1.0);
    while n < mode + width {
        n += 1.0;
        term *= mean / n;
        above.push(term);
    }
    let total: f64 = below.iter().sum::<f64>() + above.iter().sum::<f64>();
    let (mut sum, mut n) = (0.0, least);
    for term in below.iter().rev().chain(&above) {
        sum += term;
        if sum >= probability * total {
            break;
        }
        n += 1.0;
    }
    n.min(f64::from(u32::MAX)) as u32
}

/// The share of the requests that are refused by `servers` servers without a queue, if refused
/// requests do not come back: Erlang's formula B. `load` is the mean concurrency that is offered
/// ([`little`]). It holds for every distribution of the durations.
///
/// ```
/// // The textbook example: 5 servers, 3 erlangs.
/// assert!((hydrant_plan::erlang_b(5, 3.0) - 0.110).abs() < 0.0005);
/// ```
#[must_use]
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    if load <= 0.0 || load.is_nan() {
        return if servers == 0 { 1.0 } else { 0.0 };
    }
    // B(n) = load B(n-1) / (n + load B(n-1)): all terms are positive and at most 1.
    (1..=servers).fold(1.0, |blocked, n| {
        let offered = load * blocked;
        offered / (f64::from(n) + offered)
    })
}

/// The share of the requests that have to wait for one of `servers` servers with an endless queue,
/// for exponential durations: Erlang's formula C. It is 1 if the load is not below the number of
/// servers.
///
/// ```
/// // The textbook example: 5 servers, 3 erlangs.
/// assert!((hydrant_plan::erlang_c(5, 3.0) - 0.236).abs() < 0.0005);
/// ```
#[must_use]
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let busy = load / f64::from(servers);
    if busy >= 1.0 || busy.is_nan() {
        return 1.0;
    }
    let blocked = erlang_b(servers, load);
    blocked / (1.0 - busy * (1.0 - blocked))
}

/// The fewest servers of which at most this share of the requests is refused by [`erlang_b`];
/// `None` if the share is not above 0 or the load is not a number below a million.
///
/// ```
/// assert_eq!(hydrant_plan::servers_for(90.0, 0.001), Some(117));
/// ```
#[must_use]
pub fn servers_for(load: f64, share: f64) -> Option<u32> {
    if !(share > 0.0 && (0.0..1e6).contains(&load)) {
        return None;
    }
    let (mut blocked, mut servers) = (1.0, 0);
    while blocked > share {
        servers += 1;
        blocked = load * blocked / (f64::from(servers) + load * blocked);
    }
    Some(servers)
}
