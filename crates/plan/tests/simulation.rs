//! The simulations against formulas.
//!
//! A mean of several runs with different seeds must be within four of its standard errors of the
//! formula, and the standard error small enough for that to mean something.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use hydrant_plan::{
    ConstantQueue, Durations, EventCounts, ExponentialQueue, Lambda, Sender, ServiceTime, Steady,
    Workers, erlang_b, erlang_c,
};

const RUNS: u64 = 5;

/// Runs a simulation with several seeds.
fn runs<T>(run: impl Fn(u64) -> T) -> Vec<T> {
    (1..=RUNS).map(run).collect()
}

/// Asserts that the mean of a value of the runs is `expected`, and that its standard error is at
/// most `error` of it.
fn assert_mean<T>(what: &str, expected: f64, error: f64, runs: &[T], value: impl Fn(&T) -> f64) {
    let values: Vec<f64> = runs.iter().map(value).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let standard_error = (squares / (count - 1.0) / count).sqrt();
    assert!(
        standard_error <= error * expected,
        "{what}: the standard error of {mean} is {standard_error}"
    );
    // The estimate of the standard error is itself uncertain.
    let tolerance = 4.0 * standard_error.max(error * expected / 4.0);
    assert!(
        (mean - expected).abs() <= tolerance,
        "{what}: {values:?}, expected {expected}"
    );
}

fn service(mean_ms: f64, cv: f64) -> ServiceTime {
    ServiceTime::new(Durations::new(mean_ms, cv).unwrap())
}

fn alone(ceiling: u32, rate: f64, service: &ServiceTime, seed: u64) -> Steady {
    let lambda = Lambda::new(ceiling).unwrap();
    lambda.steady(rate, service, &Sender::WITHOUT_REPEATS, seed)
}

#[test]
fn without_repetitions_it_is_erlang_b_for_every_distribution() {
    let measured = Durations::measured(vec![20.0, 20.0, 20.0, 740.0]).unwrap();
    let events = EventCounts::measured(vec![1, 1, 2, 96]).unwrap();
    let mixed = service(50.0, 0.5)
        .per_event(4.0, events)
        .unwrap()
        .downstream(Durations::new(50.0, 2.0).unwrap());
    assert_eq!(mixed.mean_ms(), 200.0);
    for (what, service) in [
        ("constant", service(200.0, 0.0)),
        ("gamma", service(200.0, 0.5)),
        ("exponential", service(200.0, 1.0)),
        ("gamma with a long tail", service(200.0, 2.0)),
        ("measured", ServiceTime::new(measured)),
        ("mixed", mixed),
    ] {
        let runs = runs(|seed| alone(100, 450.0, &service, seed));
        assert_mean(what, erlang_b(100, 90.0), 0.02, &runs, |run| {
            run.refused_first
        });
    }
    let service = service(200.0, 1.0);
    for (ceiling, rate) in [(1, 5.0), (10, 40.0), (40, 220.0), (1000, 4900.0)] {
        let what = format!("{ceiling} executions, {rate} per second");
        let load = rate * 0.2;
        let blocked = erlang_b(ceiling, load);
        let runs = runs(|seed| alone(ceiling, rate, &service, seed));
        assert_mean(&what, blocked, 0.03, &runs, |run| run.refused_first);
        // Little's law for the accepted calls.
        let carried = load * (1.0 - blocked);
        assert_mean(&what, carried, 0.005, &runs, |run| run.in_use.mean);
    }
}

/// The two limits between which the back-off of a sender is.
#[test]
fn repetitions_refuse_several_times_as_many_and_between_two_limits() {
    let (lambda, service) = (Lambda::new(100).unwrap(), service(200.0, 1.0));
    let run = |sender: &Sender, seed| lambda.steady(450.0, &service, sender, seed);
    // Repetitions after a minute meet a system that has forgotten them: they are further random
    // arrivals, and the load is the one of which Erlang's formula lets 90 pass.
    let late = Sender::default().attempts(100).unwrap();
    let late = late.back_off_ms(60_000.0, 60_000.0).unwrap();
    let mut load = 90.0;
    for _ in 0..200 {
        load = 90.0 / (1.0 - erlang_b(100, load));
    }
    let independent = erlang_b(100, load);
    let late = runs(|seed| run(&late, seed));
    assert_mean("late", independent, 0.03, &late, |run| run.refused_first);
    // Repetitions after a moment are nearly a queue, without the order of arrival.
    let soon = Sender::default().attempts(100).unwrap();
    let soon = soon.back_off_ms(2.0, 500.0).unwrap();
    let queue = erlang_c(100, 90.0);
    let refused = run(&soon, 1).refused_first;
    assert!(
        refused < queue && refused > 0.6 * queue,
        "{refused} {queue}"
    );
    // The default is between them.
    let usual = run(&Sender::default(), 1);
    let alone = erlang_b(100, 90.0);
    assert!(usual.refused_first > 2.5 * alone, "{}", usual.refused_first);
    assert!(usual.refused_first > independent && usual.refused_first < queue);
    assert!(usual.refused_attempts > usual.refused_first);
    // All are served in the end.
    assert!(usual.given_up < 1e-4);
    assert!((usual.in_use.mean - 90.0).abs() < 0.5);
}

#[test]
fn more_than_ten_requests_per_environment_are_refused() {
    let service = service(10.0, 0.5);
    let steady = alone(100, 2000.0, &service, 1);
    assert_eq!(steady.refused_by.concurrency, 0.0);
    assert!((steady.refused_by.request_rate - 0.5).abs() < 0.003);
    assert_eq!(alone(100, 900.0, &service, 1).refused_first, 0.0);
    let lambda = Lambda::new(100)
        .unwrap()
        .requests_per_environment(30.0)
        .unwrap();
    let steady = lambda.steady(2000.0, &service, &Sender::WITHOUT_REPEATS, 1);
    assert_eq!(steady.refused_first, 0.0);
}

/// From 10 executions to 3,000: 1,000 environments at once, then 100 per second.
#[test]
fn environments_start_at_the_documented_rate() {
    let service = service(1000.0, 0.0);
    let lambda = Lambda::new(5000).unwrap().warm(10).unwrap();
    let burst = lambda.burst((5.0, 3000.0), 10.0, &service, &Sender::default(), 1);
    assert_eq!(burst.cause.concurrency, 0.0);
    assert!(burst.cause.scaling > 0.3, "{burst:?}");
    // The last ones start after the burst.
    let most = 1000.0 + 100.0 * (10.0 + burst.drained_seconds);
    let started = burst.cold_starts as f64;
    assert!(started <= most && started > 1900.0, "{burst:?}");
    let waited = burst.backlog > 1000 && burst.drained_seconds > 1.0;
    assert!(waited, "{burst:?}");
    // With environments that are warm, nothing of that happens.
    let warm = lambda.warm(4000).unwrap();
    let burst = warm.burst((5.0, 3000.0), 10.0, &service, &Sender::default(), 1);
    assert_eq!(
        (burst.cold_starts, burst.backlog, burst.drained_seconds),
        (0, 0, 0.0)
    );
}

#[test]
fn calls_that_start_an_environment_take_longer() {
    let service = service(50.0, 0.0);
    // One request every 100 s, and environments end after 10 s.
    let lambda = Lambda::new(10).unwrap().keep_warm_seconds(10.0).unwrap();
    let lambda = lambda.cold_start_ms(250.0).unwrap();
    let steady = lambda.steady(0.01, &service, &Sender::default(), 1);
    // Unless another request comes in 10 s: 1 - e^-0.1.
    assert!(
        (steady.cold_starts - (-0.1_f64).exp()).abs() < 0.003,
        "{steady:?}"
    );
    let duration = steady.duration_ms.unwrap();
    assert_eq!((duration.p50, duration.p99), (300.0, 300.0));
    let busy = lambda.steady(100.0, &service, &Sender::default(), 1);
    assert!(busy.cold_starts < 0.001);
    assert_eq!(busy.duration_ms.unwrap().p99, 50.0);
}

/// After a backlog of B requests at the spare rate S, recovery takes B / S, if nothing is given up
/// and the delays are short (lambda-and-http.md section 6).
#[test]
fn a_burst_drains_at_the_spare_rate() {
    let (lambda, service) = (Lambda::new(100).unwrap(), service(200.0, 1.0));
    let sender = Sender::default().back_off_ms(100.0, 400.0).unwrap();
    let sender = sender.attempts(100).unwrap();
    let burst = lambda.burst((250.0, 600.0), 10.0, &service, &sender, 1);
    // 600 - 500 for 10 s.
    assert!(
        (f64::from(burst.backlog) - 1000.0).abs() < 250.0,
        "{burst:?}"
    );
    let recovery = f64::from(burst.backlog) / (500.0 - 250.0);
    // The last requests have some bad luck.
    let drained = burst.drained_seconds;
    assert!(
        drained > recovery && drained < 2.0 * recovery,
        "{drained} {recovery}"
    );
    assert_eq!(burst.steady.given_up, 0.0);
}

#[test]
fn waiting_for_workers_is_mmc_and_mdc() {
    for (workers, rate) in [(1, 7.0), (4, 32.0), (20, 180.0), (100, 900.0)] {
        let host = Workers::new(workers).unwrap();
        let exponential = ExponentialQueue::new(workers, rate, 100.0).unwrap();
        let constant = ConstantQueue::new(workers, rate, 100.0).unwrap();
        for (cv, waiting, mean, p99) in [
            (
                1.0,
                exponential.waiting_share(),
                exponential.mean_wait_ms(),
                exponential.wait_quantile_ms(0.99),
            ),
            (
                0.0,
                constant.waiting_share(),
                constant.mean_wait_ms(),
                constant.wait_quantile_ms(0.99),
            ),
        ] {
            let what = format!("{workers} workers, {rate} per second, cv {cv}");
            let service = service(100.0, cv);
            let runs = runs(|seed| host.steady(rate, &service, seed).unwrap());
            assert_mean(&what, waiting, 0.02, &runs, |run| run.waiting_share);
            assert_mean(&what, mean, 0.04, &runs, |run| run.mean_wait_ms);
            assert_mean(&what, p99, 0.04, &runs, |run| run.wait_ms.p99);
        }
    }
    let host = Workers::new(10).unwrap();
    assert_eq!(host.steady(100.0, &service(100.0, 1.0), 1), None);
}

#[test]
fn a_host_drains_at_the_spare_rate() {
    let host = Workers::new(10).unwrap();
    let service = service(100.0, 0.0);
    let burst = host.burst((50.0, 150.0), 10.0, &service, 1).unwrap();
    // 150 - 100 for 10 s, and as much to spare as it takes.
    assert!(
        (f64::from(burst.backlog) - 500.0).abs() < 150.0,
        "{burst:?}"
    );
    let recovery = f64::from(burst.backlog) / 50.0;
    assert!(
        (burst.drained_seconds / recovery - 1.0).abs() < 0.3,
        "{burst:?}"
    );
    assert_eq!(host.burst((100.0, 150.0), 10.0, &service, 1), None);
    let calm = host.burst((10.0, 20.0), 10.0, &service, 1).unwrap();
    assert_eq!((calm.backlog, calm.drained_seconds), (0, 0.0));
}

#[test]
fn the_same_seed_gives_the_same_results() {
    let (lambda, service) = (Lambda::new(50).unwrap(), service(100.0, 0.7));
    let run = |seed| lambda.steady(480.0, &service, &Sender::default(), seed);
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).refused_first, run(8).refused_first);
}
