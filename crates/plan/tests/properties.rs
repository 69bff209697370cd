//! Properties of formulas, simulations and forecasts for any input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use hydrant_plan::{
    ConstantQueue, Durations, EventCounts, ExponentialQueue, HostPlan, Lambda, LambdaPlan,
    Percentiles, Sender, ServiceTime, Steady, Workers, Workload, concurrency_quantile, erlang_b,
    erlang_c,
};
use proptest::prelude::*;

fn assert_share(share: f64, what: &str) {
    assert!((0.0..=1.0).contains(&share), "{what} is {share}");
}

fn assert_ordered(times: Option<Percentiles>) {
    let Some(times) = times else { return };
    let ordered = 0.0 <= times.p50 && times.p50 <= times.p95 && times.p95 <= times.p99;
    assert!(ordered && times.p99.is_finite(), "{times:?}");
}

fn assert_sound(steady: &Steady, ceiling: u32) {
    assert_share(steady.refused_first, "first attempts");
    assert_share(steady.refused_attempts, "attempts");
    assert_share(steady.given_up, "given up");
    assert_share(steady.cold_starts, "cold starts");
    let by = steady.refused_by;
    let sum = by.concurrency + by.request_rate + by.scaling;
    assert!((sum - steady.refused_first).abs() < 1e-9, "{by:?}");
    assert!(steady.refusals_per_second.is_finite() && steady.refusals_per_second >= 0.0);
    let in_use = steady.in_use;
    assert!(
        in_use.mean >= 0.0 && in_use.mean <= f64::from(ceiling),
        "{in_use:?}"
    );
    assert!(
        in_use.p95 <= in_use.p99 && in_use.p99 <= ceiling,
        "{in_use:?}"
    );
    assert_ordered(steady.duration_ms);
    assert_ordered(steady.answered_ms);
}

proptest! {
    #[test]
    fn formulas_are_monotonic_shares(
        servers in 1..500_u32, load in 0.0..1000.0_f64, more in 0.0..10.0_f64,
    ) {
        for formula in [erlang_b, erlang_c] {
            let share = formula(servers, load);
            assert_share(share, "share");
            prop_assert!(formula(servers, load + more) >= share - 1e-12);
            prop_assert!(formula(servers + 1, load) <= share + 1e-12);
        }
        prop_assert!(erlang_b(servers, load) <= erlang_c(servers, load) + 1e-12);
        let quantile = concurrency_quantile(load, 0.99);
        prop_assert!(concurrency_quantile(load + more, 0.99) >= quantile);
        prop_assert!(concurrency_quantile(load, 0.999) >= quantile);
    }

    #[test]
    fn waits_are_monotonic(
        workers in 1..60_u32, busy in 0.0..0.9_f64, service in 1.0..500.0_f64, t in 0.0..3.0_f64,
    ) {
        let rate = busy * f64::from(workers) * 1000.0 / service;
        let exponential = ExponentialQueue::new(workers, rate, service).unwrap();
        let constant = ConstantQueue::new(workers, rate, service).unwrap();
        let wait = t * service;
        for (now, later) in [
            (exponential.longer_than(wait), exponential.longer_than(wait + 0.5 * service)),
            (constant.longer_than(wait), constant.longer_than(wait + 0.5 * service)),
        ] {
            assert_share(now, "longer");
            prop_assert!(later <= now + 1e-9);
        }
        // Constant service times are the best case.
        prop_assert!(constant.mean_wait_ms() <= exponential.mean_wait_ms() + 1e-9);
        prop_assert!(constant.wait_quantile_ms(0.99) <= exponential.wait_quantile_ms(0.99) + 1e-6);
    }
}

/// Any function: its ceiling, the share of it that is needed, the mean and variation of the service
/// time, and the attempts of the sender.
fn function() -> impl Strategy<Value = (u32, f64, f64, f64, u32)> {
    (
        1..300_u32,
        0.05..1.5_f64,
        20.0..2000.0_f64,
        0.0..2.0_f64,
        1..12_u32,
    )
}

proptest! {
    // A case takes a good part of a second.
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn simulations_are_sound_and_monotonic((ceiling, busy, mean_ms, cv, attempts) in function()) {
        let rate = busy * f64::from(ceiling) * 1000.0 / mean_ms;
        let lambda = Lambda::new(ceiling).unwrap();
        let lambda = lambda.requests_per_environment(1e6).unwrap();
        let service = |mean_ms| ServiceTime::new(Durations::new(mean_ms, cv).unwrap());
        let sender = Sender::default().attempts(attempts).unwrap();
        let run = |lambda: &Lambda, rate, mean_ms| {
            let steady = lambda.steady(rate, &service(mean_ms), &sender, 3);
            assert_sound(&steady, lambda.ceiling());
            steady.refused_first
        };
        let refused = run(&lambda, rate, mean_ms);
        // The noise of two runs; near the ceiling repetitions make it large.
        let least = 0.8 * refused - 0.02;
        prop_assert!(run(&lambda, 1.1 * rate, mean_ms) >= least);
        prop_assert!(run(&lambda, rate, 1.1 * mean_ms) >= least);
        let more = Lambda::new(ceiling + ceiling / 10 + 1).unwrap();
        let more = more.requests_per_environment(1e6).unwrap();
        prop_assert!(run(&more, rate, mean_ms) <= 1.2 * refused + 0.02);
        // Repetitions never refuse less.
        let alone = lambda.steady(rate, &service(mean_ms), &Sender::WITHOUT_REPEATS, 3);
        prop_assert!(alone.refused_first <= 1.2 * refused + 0.02);
        prop_assert_eq!(alone.refused_attempts, alone.refused_first);
        prop_assert_eq!(alone.given_up, alone.refused_first);
    }

    #[test]
    fn forecasts_are_sound(
        (ceiling, busy, mean_ms, cv, attempts) in function(),
        peak in 1.0..4.0_f64,
        events in proptest::collection::vec(0..200_u32, 1..20),
        memory in 128..10_240_u32,
    ) {
        prop_assume!(events.iter().any(|count| *count > 0));
        let rate = busy * f64::from(ceiling) * 1000.0 / mean_ms / peak;
        let service = ServiceTime::new(Durations::new(mean_ms, cv).unwrap())
            .per_event(0.05, EventCounts::measured(events).unwrap())
            .unwrap();
        let workload = Workload::new(rate, service).unwrap().peak(peak, 20.0).unwrap();
        let plan = LambdaPlan::new(workload.clone(), Lambda::new(ceiling).unwrap())
            .sender(Sender::default().attempts(attempts).unwrap())
            .memory_mb(memory)
            .unwrap();
        let forecast = plan.forecast();
        assert_share(forecast.erlang_b, "Erlang B");
        assert_sound(&forecast.alone, ceiling);
        assert_sound(&forecast.repeated, ceiling);
        prop_assert!(forecast.headroom <= 1.0);
        if let Some(burst) = forecast.burst {
            assert_sound(&burst.steady, ceiling);
            prop_assert!(burst.drained_seconds >= 0.0 && burst.drained_seconds.is_finite());
        }
        for pair in forecast.sizes.windows(2) {
            prop_assert!(pair[0].memory_mb < pair[1].memory_mb);
            prop_assert!(pair[0].mean_ms >= pair[1].mean_ms);
            prop_assert!(pair[0].reserved_concurrency >= pair[1].reserved_concurrency);
            prop_assert!(pair[0].cost_per_million_events > 0.0);
        }
        if let Some(size) = forecast.recommended {
            prop_assert!(size.reaches_goal() && size.memory_mb >= 256);
        }
        let host = HostPlan::new(workload, Workers::new(ceiling).unwrap()).forecast();
        prop_assert_eq!(host.concurrency.p99, concurrency_quantile(host.concurrency.mean, 0.99));
        if let Some(waiting) = host.waiting {
            assert_share(waiting.waiting_share, "waiting");
            assert_ordered(Some(waiting.wait_ms));
            assert_ordered(Some(waiting.latency_ms));
        }
    }
}

#[test]
fn impossible_numbers_are_refused_with_a_reason() {
    let service = || ServiceTime::new(Durations::new(100.0, 0.5).unwrap());
    let reasons = [
        Durations::new(f64::NAN, 0.0).unwrap_err(),
        Durations::new(1e9, 0.0).unwrap_err(),
        Durations::new(10.0, -0.1).unwrap_err(),
        Durations::measured(vec![]).unwrap_err(),
        Durations::measured(vec![1.0, f64::INFINITY]).unwrap_err(),
        EventCounts::constant(0.0).unwrap_err(),
        EventCounts::measured(vec![0, 0]).unwrap_err(),
        Lambda::new(0).unwrap_err(),
        Lambda::new(10).unwrap().warm(11).unwrap_err(),
        Lambda::new(10).unwrap().cold_start_ms(-1.0).unwrap_err(),
        Sender::default().attempts(0).unwrap_err(),
        Sender::default().back_off_ms(200.0, 100.0).unwrap_err(),
        Workers::new(0).unwrap_err(),
        Workload::new(0.0, service()).unwrap_err(),
        Workload::new(1e6, service()).unwrap_err(),
        Workload::new(10.0, ServiceTime::new(Durations::ZERO)).unwrap_err(),
        Workload::new(10.0, service())
            .unwrap()
            .peak(0.5, 60.0)
            .unwrap_err(),
        Workload::new(90_000.0, service())
            .unwrap()
            .peak(2.0, 60.0)
            .unwrap_err(),
    ];
    for reason in reasons.map(|reason| reason.to_string()) {
        assert!(reason.len() > 20 && !reason.ends_with('.'), "{reason}");
    }
}
