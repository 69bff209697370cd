//! The formulas against published tables, and against sums that are computed here in another way.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use hydrant_plan::{
    ConstantQueue, ExponentialQueue, concurrency_quantile, erlang_b, erlang_c, servers_for,
};

/// The terms load^n / n! by e^load, from logarithms.
fn terms(load: f64) -> impl Iterator<Item = f64> {
    let mut log_factorial = 0.0;
    (0_u32..).map(move |n| {
        if n > 0 {
            log_factorial += f64::from(n).ln();
        }
        (f64::from(n) * load.ln() - load - log_factorial).exp()
    })
}

fn assert_near(actual: f64, expected: f64, relative: f64, what: &str) {
    let difference = (actual - expected).abs();
    assert!(
        difference <= relative * expected.abs(),
        "{what}: {actual}, expected {expected}"
    );
}

/// Servers, and the erlangs that they carry at 1 % and at 0.1 % loss: the table that textbooks of
/// teletraffic print.
const ERLANG_B_TABLE: [(u32, f64, f64); 6] = [
    (1, 0.0101, 0.0010),
    (5, 1.361, 0.762),
    (10, 4.461, 3.092),
    (20, 12.03, 9.412),
    (50, 37.90, 32.51),
    (100, 84.06, 75.24),
];

#[test]
fn erlang_b_agrees_with_the_published_table() {
    for (servers, at_1_percent, at_01_percent) in ERLANG_B_TABLE {
        for (load, loss) in [(at_1_percent, 0.01), (at_01_percent, 0.001)] {
            // The loads are rounded to four digits.
            assert_near(
                erlang_b(servers, load),
                loss,
                0.01,
                &format!("{servers} {load}"),
            );
        }
    }
}

#[test]
fn erlang_b_and_c_agree_with_their_sums() {
    for servers in [1, 2, 7, 30, 100, 400] {
        for busy in [0.01, 0.3, 0.7, 0.95, 0.999, 1.3] {
            let load = busy * f64::from(servers);
            let all: Vec<f64> = terms(load).take(servers as usize + 1).collect();
            let sum: f64 = all.iter().sum();
            let last = all[servers as usize];
            let what = format!("{servers} servers, {load} erlangs");
            assert_near(erlang_b(servers, load), last / sum, 1e-9, &what);
            let waiting = if busy < 1.0 {
                let queued = last / (1.0 - busy);
                queued / (sum - last + queued)
            } else {
                1.0
            };
            assert_near(erlang_c(servers, load), waiting, 1e-9, &what);
        }
    }
}

#[test]
fn extremes_have_an_answer() {
    assert_eq!(erlang_b(0, 5.0), 1.0);
    assert_eq!(erlang_b(10, 0.0), 0.0);
    assert_eq!(erlang_c(10, 0.0), 0.0);
    assert_eq!(erlang_c(0, 1.0), 1.0);
    // A recursion over n! would overflow.
    assert_near(
        erlang_b(100_000, 100_000.0),
        0.002_516,
        0.01,
        "100,000 servers",
    );
    assert_eq!(servers_for(90.0, 0.0), None);
    assert_eq!(servers_for(f64::NAN, 0.1), None);
    assert_eq!(concurrency_quantile(0.0, 0.99), 0);
}

#[test]
fn the_fewest_servers_are_the_fewest() {
    for (load, share) in [(3.0, 0.01), (90.0, 0.001), (1000.0, 1e-6)] {
        let servers = servers_for(load, share).unwrap();
        assert!(erlang_b(servers, load) <= share);
        assert!(erlang_b(servers - 1, load) > share);
    }
}

#[test]
fn the_quantiles_of_the_concurrency_are_those_of_poisson() {
    for mean in [0.2, 3.0, 90.0, 600.0] {
        for share in [0.5, 0.95, 0.99, 0.999] {
            let mut sum = 0.0;
            let expected = terms(mean).position(|term| {
                sum += term;
                sum >= share
            });
            let actual = concurrency_quantile(mean, share) as usize;
            assert_eq!(Some(actual), expected, "{mean} {share}");
        }
    }
    // By the normal distribution, with the correction for discrete values.
    let quantile = f64::from(concurrency_quantile(10_000.0, 0.99));
    assert!(
        (quantile - (10_000.0 + 2.326 * 100.0)).abs() < 3.0,
        "{quantile}"
    );
}

#[test]
fn exponential_waits_agree_with_the_single_server() {
    // M/M/1: P(W > t) = load e^(-(1 - load) t / service).
    let queue = ExponentialQueue::new(1, 8.0, 100.0).unwrap();
    assert_near(queue.waiting_share(), 0.8, 1e-12, "waiting");
    assert_near(queue.mean_wait_ms(), 400.0, 1e-12, "mean");
    assert_near(
        queue.longer_than(250.0),
        0.8 * (-0.5_f64).exp(),
        1e-12,
        "tail",
    );
    let p99 = queue.wait_quantile_ms(0.99);
    assert_near(queue.longer_than(p99), 0.01, 1e-9, "quantile");
    assert_eq!(ExponentialQueue::new(8, 80.0, 100.0), None);
    assert_eq!(ExponentialQueue::new(8, f64::NAN, 100.0), None);
}

#[test]
fn constant_waits_agree_with_the_single_server() {
    // Erlang 1909: P(W <= t) = (1 - load) sum over k <= t of (k - t)^k load^k e^(load (t - k)) / k!,
    // in service times.
    for load in [0.3, 0.6, 0.8] {
        let queue = ConstantQueue::new(1, load * 10.0, 100.0).unwrap();
        let mean = load * 100.0 / (2.0 * (1.0 - load));
        assert_near(queue.waiting_share(), load, 1e-8, "waiting");
        assert_near(queue.mean_wait_ms(), mean, 1e-7, "mean");
        for t in [0.0, 0.4, 1.0, 2.5, 5.2] {
            let mut sum = 0.0;
            let mut factorial = 1.0;
            for k in 0..=(t as i32) {
                if k > 0 {
                    factorial *= f64::from(k);
                }
                let x = load * (f64::from(k) - t);
                sum += x.powi(k) * (-x).exp() / factorial;
            }
            let longer = 1.0 - (1.0 - load) * sum;
            let actual = queue.longer_than(t * 100.0);
            assert!(
                (actual - longer).abs() < 1e-7,
                "{load} {t}: {actual}, expected {longer}"
            );
        }
    }
}

#[test]
fn constant_waits_agree_with_cosmetatos() {
    // G. P. Cosmetatos, Approximate explicit formulae for the average queueing time in the processes
    // M/D/r and D/M/r, INFOR 13 (1975); it is good to a few per cent.
    for workers in [2_u32, 5, 10, 25, 50] {
        for busy in [0.8, 0.9] {
            let c = f64::from(workers);
            let rate = busy * c * 10.0;
            let exponential = ExponentialQueue::new(workers, rate, 100.0).unwrap();
            let correction = (1.0 - busy) * (c - 1.0) * ((4.0 + 5.0 * c).sqrt() - 2.0);
            let expected =
                0.5 * exponential.mean_wait_ms() * (1.0 + correction / (16.0 * busy * c));
            let queue = ConstantQueue::new(workers, rate, 100.0).unwrap();
            let what = format!("{workers} workers, {busy}");
            assert_near(queue.mean_wait_ms(), expected, 0.03, &what);
            // The two ways to the share that waits.
            let waiting = queue.waiting_share();
            assert!((waiting - queue.longer_than(0.0)).abs() < 1e-7, "{what}");
            let p99 = queue.wait_quantile_ms(0.99);
            assert!(queue.longer_than(p99) <= 0.010_001, "{what}");
        }
    }
}
