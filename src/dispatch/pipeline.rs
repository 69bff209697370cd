//! Streams: pieces of work go round between a reader, workers and a consumer, and come out in the order they went in.
//! The number of pieces is fixed, so memory is too.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crossbeam::channel::bounded;

/// Runs `fill`, `work` and `consume` over pieces of work, on `threads` workers.
///
/// `fill` puts the next input into a piece and says whether there was one; it runs on a thread of its own. `work` runs on
/// the workers, each with a state of its own from `state`. `consume` gets the pieces in the order they were filled, on
/// the calling thread, and may end the run. Pieces are used again after that, so their buffers are too; there are three
/// for each worker. With one thread everything runs on the calling thread, piece by piece.
///
/// ```
/// use std::ops::ControlFlow;
/// let mut numbers = 1..=1000u64;
/// let mut squares = Vec::new();
/// hydrant::pipeline(
///     2,
///     || (0, 0),
///     |piece: &mut (u64, u64)| numbers.next().map(|number| piece.0 = number).is_some(),
///     || (),
///     |(), piece| piece.1 = piece.0 * piece.0,
///     |piece| {
///         squares.push(piece.1);
///         ControlFlow::Continue(())
///     },
/// );
/// assert_eq!(squares.len(), 1000);
/// assert!(squares.is_sorted());
/// ```
pub fn pipeline<T: Send, S>(
    threads: usize,
    mut piece: impl FnMut() -> T,
    mut fill: impl FnMut(&mut T) -> bool + Send,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &mut T) + Sync,
    mut consume: impl FnMut(&mut T) -> ControlFlow<()>,
) {
    if threads < 2 {
        let (mut piece, mut state) = (piece(), state());
        while fill(&mut piece) {
            work(&mut state, &mut piece);
            if consume(&mut piece).is_break() {
                return;
            }
        }
        return;
    }
    let pieces = threads * 3;
    let (free_in, free_out) = bounded::<T>(pieces);
    let (todo_in, todo_out) = bounded::<(u64, T)>(pieces);
    let (done_in, done_out) = bounded::<(u64, std::thread::Result<T>)>(pieces);
    for _ in 0..pieces {
        // There is room for all of them.
        let _ = free_in.send(piece());
    }
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // Ends when the input does, or when nobody wants pieces any more.
            for (number, mut piece) in (0..).zip(free_out) {
                if !fill(&mut piece) || todo_in.send((number, piece)).is_err() {
                    return;
                }
            }
        });
        for _ in 0..threads {
            let (todo, done, state, work) = (todo_out.clone(), done_in.clone(), &state, &work);
            scope.spawn(move || {
                let mut state = state();
                for (number, mut piece) in todo {
                    // A panic travels in the place of its piece: the others would wait for it for ever. The state it
                    // may have left half-done is not used again.
                    let worked = catch_unwind(AssertUnwindSafe(|| work(&mut state, &mut piece)));
                    let failed = worked.is_err();
                    if done.send((number, worked.map(|()| piece))).is_err() || failed {
                        return;
                    }
                }
            });
        }
        // What this thread holds must go when it ends, for the others to notice.
        drop((todo_out, done_in));
        let free_in = free_in;
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (number, piece) in done_out {
            early.insert(number, piece.unwrap_or_else(|panic| resume_unwind(panic)));
            while let Some(mut piece) = early.remove(&next) {
                next += 1;
                if consume(&mut piece).is_break() {
                    return;
                }
                // The reader may have ended.
                let _ = free_in.send(piece);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_depend_on_threads() {
        for threads in [1, 2, 3, 8] {
            let mut input = 0..500u32;
            let mut out = Vec::new();
            pipeline(
                threads,
                || (0u32, String::new()),
                |piece| input.next().map(|next| piece.0 = next).is_some(),
                || 0u32,
                |seen, piece| {
                    *seen += 1;
                    // Uneven work, so that pieces overtake each other.
                    let rounds = (piece.0 % 13) * 500;
                    piece.1 = (0..rounds)
                        .fold(piece.0, |a, b| a.rotate_left(3) ^ b)
                        .to_string();
                },
                |piece| {
                    out.push(piece.0);
                    ControlFlow::Continue(())
                },
            );
            assert_eq!(out, (0..500).collect::<Vec<_>>());
        }
    }

    /// A pipeline that does not end would make this test hang.
    #[test]
    fn a_panic_ends_everything() {
        for threads in [1, 2, 4] {
            for panicking in 0..4 {
                let panic_at = |place: u64, number: u64| {
                    if place == panicking && number == 50 {
                        resume_unwind(Box::new("on purpose"));
                    }
                };
                let (mut input, mut consumed) = (0.., 0);
                let result = catch_unwind(AssertUnwindSafe(|| {
                    pipeline(
                        threads,
                        || 0u64,
                        |piece| {
                            *piece = input.next().unwrap();
                            panic_at(0, *piece);
                            *piece < 1000
                        },
                        || panic_at(1, 50),
                        |(), piece| panic_at(2, *piece),
                        |piece| {
                            panic_at(3, *piece);
                            consumed += 1;
                            ControlFlow::Continue(())
                        },
                    );
                }));
                assert!(result.is_err(), "{threads} threads, place {panicking}");
                assert!(consumed <= 50);
            }
        }
    }

    #[test]
    fn the_consumer_may_end_an_endless_stream() {
        for threads in [1, 4] {
            let mut count = 0;
            pipeline(
                threads,
                || (),
                |()| true,
                || (),
                |(), ()| {},
                |()| {
                    count += 1;
                    if count == 100 {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                },
            );
            assert_eq!(count, 100);
        }
    }
}
