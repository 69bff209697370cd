//! A pipeline: the same threads fill pieces of work, process them and consume the results in the
//! order in which the pieces were filled. A piece stays on the thread that filled it, whose cache
//! contains it. The number of pieces is fixed, and so is the memory.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};

/// Pieces of each thread: one that it processes, and two that wait for earlier ones.
const PIECES: usize = 3;

/// How often a thread polls whether the input is free before it sleeps: some tens of microseconds.
const PATIENCE: usize = 2_000;

/// Runs `fill`, `work` and `consume` over pieces of work, on this many threads, including the
/// calling one.
///
/// `fill` puts the next input into a piece and returns whether there was one. `work` is called by
/// several threads at the same time, each with its own state from `state`. `consume` gets the
/// pieces in the order in which they were filled and may end the run. At any time one thread calls
/// `fill` and one calls `consume`. Pieces and their buffers are reused; there are three for each
/// thread. With one thread, everything runs piece by piece.
///
/// # Panics
///
/// If one of the functions panics: with its payload, after all threads have ended.
pub(super) fn pipeline<T: Send, S>(
    threads: usize,
    mut piece: impl FnMut() -> T,
    mut fill: impl FnMut(&mut T) -> bool + Send,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &mut T) + Sync,
    mut consume: impl FnMut(&mut T) -> ControlFlow<()> + Send,
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
    let mut pieces = |_| (0..PIECES).map(|_| piece()).collect();
    let line = Line {
        input: Mutex::new(Input {
            fill,
            number: 0,
            ended: false,
        }),
        consume: Mutex::new(consume),
        flow: Mutex::new(Flow {
            free: (0..threads).map(&mut pieces).collect(),
            ready: BTreeMap::new(),
            next: 0,
            consuming: false,
            over: false,
            waiting: 0,
            panic: None,
        }),
        freed: Condvar::new(),
    };
    let run = |thread| {
        // The other threads would wait for a piece that never comes. Data that the panic may have
        // left inconsistent is not used again.
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let mut state = state();
            while let Some((number, mut piece)) = line.begin(thread) {
                work(&mut state, &mut piece);
                line.finish(thread, number, piece);
            }
        }));
        if let Err(panic) = ran {
            line.end(Some(panic));
        }
    };
    std::thread::scope(|scope| {
        let run = &run;
        for thread in 1..threads {
            scope.spawn(move || run(thread));
        }
        run(0);
    });
    if let Some(panic) = line.flow().panic.take() {
        resume_unwind(panic);
    }
}

/// The state that the threads share.
struct Line<T, F, C> {
    input: Mutex<Input<F>>,
    /// Locked only by the thread that is `consuming`.
    consume: Mutex<C>,
    flow: Mutex<Flow<T>>,
    /// Signals that a piece is free, or that the run is over.
    freed: Condvar,
}

struct Input<F> {
    fill: F,
    /// The number of the next piece.
    number: u64,
    ended: bool,
}

struct Flow<T> {
    /// The free pieces of each thread; the most recently used one is taken first.
    free: Vec<Vec<T>>,
    /// Processed pieces that wait for their turn, with the threads that own them.
    ready: BTreeMap<u64, (usize, T)>,
    /// The number of the piece whose turn it is.
    next: u64,
    consuming: bool,
    over: bool,
    /// Threads without a free piece.
    waiting: usize,
    panic: Option<Box<dyn Any + Send>>,
}

impl<T, F: FnMut(&mut T) -> bool, C: FnMut(&mut T) -> ControlFlow<()>> Line<T, F, C> {
    /// A filled piece with its number; none at the end of the run.
    fn begin(&self, thread: usize) -> Option<(u64, T)> {
        let mut flow = self.flow();
        let mut piece = loop {
            if flow.over {
                return None;
            }
            if let Some(piece) = flow.free.get_mut(thread).and_then(Vec::pop) {
                break piece;
            }
            flow.waiting += 1;
            flow = self
                .freed
                .wait(flow)
                .unwrap_or_else(PoisonError::into_inner);
            flow.waiting -= 1;
        };
        drop(flow);
        let mut input = self.input()?;
        if input.ended || self.flow().over {
            return None;
        }
        if !(input.fill)(&mut piece) {
            input.ended = true;
            return None;
        }
        let number = input.number;
        input.number += 1;
        Some((number, piece))
    }

    /// The input, when it is this thread's turn; none if filling panicked. Filling from a file is
    /// faster than sleeping and being woken; filling from a slow stream is not.
    fn input(&self) -> Option<MutexGuard<'_, Input<F>>> {
        for _ in 0..PATIENCE {
            match self.input.try_lock() {
                Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
                Err(TryLockError::Poisoned(_)) => return None,
                Ok(input) => return Some(input),
            }
        }
        self.input.lock().ok()
    }

    /// Takes a processed piece, and consumes it and the following pieces that are ready, unless
    /// another thread is consuming.
    fn finish(&self, thread: usize, number: u64, piece: T) {
        let mut flow = self.flow();
        flow.ready.insert(number, (thread, piece));
        if flow.consuming {
            return;
        }
        flow.consuming = true;
        while !flow.over {
            let next = flow.next;
            let Some((owner, mut piece)) = flow.ready.remove(&next) else {
                break;
            };
            flow.next += 1;
            drop(flow);
            let consumed = match self.consume.lock() {
                Ok(mut consume) => consume(&mut piece),
                Err(_) => ControlFlow::Break(()),
            };
            if consumed.is_break() {
                self.end(None);
            }
            flow = self.flow();
            if let Some(free) = flow.free.get_mut(owner) {
                free.push(piece);
            }
            if flow.waiting > 0 {
                self.freed.notify_all();
            }
        }
        flow.consuming = false;
    }

    /// Stops filling and consuming.
    fn end(&self, panic: Option<Box<dyn Any + Send>>) {
        let mut flow = self.flow();
        flow.over = true;
        // The first panic counts.
        flow.panic = flow.panic.take().or(panic);
        self.freed.notify_all();
    }

    /// User code does not run while it is locked, so it is never left inconsistent.
    fn flow(&self) -> MutexGuard<'_, Flow<T>> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod properties;

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

    /// If the pipeline does not end, the test hangs.
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
                let panic = result.unwrap_err();
                let text = panic.downcast_ref::<&str>();
                assert_eq!(
                    text,
                    Some(&"on purpose"),
                    "{threads} threads, place {panicking}"
                );
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

    /// A thread that reads a slow stream must not delay the finished results of others.
    #[test]
    fn what_is_finished_is_consumed_while_another_thread_waits_for_input() {
        let (consumed_in, consumed) = crossbeam::channel::unbounded();
        let mut number = 0;
        pipeline(
            2,
            || 0,
            |piece| {
                // The third piece arrives after the first two have been consumed.
                if number == 2 {
                    let mut seen: Vec<i32> = consumed.iter().take(2).collect();
                    seen.sort_unstable();
                    assert_eq!(seen, [0, 1]);
                }
                *piece = number;
                number += 1;
                number <= 3
            },
            || (),
            |(), _| {},
            |piece| {
                consumed_in.send(*piece).unwrap();
                ControlFlow::Continue(())
            },
        );
    }

    #[test]
    fn no_more_pieces_than_promised_and_all_threads_at_work() {
        use std::sync::Barrier;
        for threads in [1, 2, 5] {
            let (mut made, mut left) = (0, 100);
            let together = Barrier::new(threads);
            let mut sum = 0;
            pipeline(
                threads,
                || made += 1,
                |()| {
                    left -= 1;
                    left >= 0
                },
                || together.wait(),
                |_, ()| {},
                |()| {
                    sum += 1;
                    ControlFlow::Continue(())
                },
            );
            assert_eq!(
                (sum, made),
                (100, if threads == 1 { 1 } else { threads * 3 })
            );
        }
    }
}
