//! The pipeline passes on every piece once and in order, for any number of threads.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pipeline;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_piece_once_and_in_order(
        threads in 0..6usize,
        inputs in 0..300u64,
        uneven in 1..40u64,
        end in proptest::option::of(0..300u64),
    ) {
        let pieces = AtomicUsize::new(0);
        let workers = Mutex::new(HashSet::new());
        let (mut next, mut consumed) = (0, Vec::new());
        pipeline(
            threads,
            || {
                pieces.fetch_add(1, Ordering::Relaxed);
                (0, 0)
            },
            |piece: &mut (u64, u64)| {
                piece.0 = next;
                next += 1;
                piece.0 < inputs
            },
            || {
                let worker = std::thread::current().id();
                workers.lock().unwrap().insert(worker);
                worker
            },
            |worker, piece| {
                // Each thread has its own state.
                assert_eq!(*worker, std::thread::current().id());
                let rounds = piece.0 % uneven * 50;
                for round in 0..rounds {
                    std::hint::black_box(round);
                }
                piece.1 = piece.0 * 3;
            },
            |piece| {
                consumed.push(*piece);
                match end {
                    Some(end) if end == piece.0 => ControlFlow::Break(()),
                    _ => ControlFlow::Continue(()),
                }
            },
        );
        let expected = match end {
            Some(end) if end < inputs => end + 1,
            _ => inputs,
        };
        let expected: Vec<(u64, u64)> = (0..expected).map(|number| (number, number * 3)).collect();
        prop_assert_eq!(consumed, expected);
        prop_assert!(pieces.into_inner() <= threads.max(1) * 3);
        prop_assert!(workers.into_inner().unwrap().len() <= threads.max(1));
    }
}
