//! Measures the run time of handlers, to decide when a batch is split among threads: a handler may
//! take ten nanoseconds or ten milliseconds. This reads the clock, but the result of a batch does
//! not depend on it: it is the same with any number of threads.
//!
//! Unordered dispatch may never be slower than 0.97 of serial (`benches/dispatch.rs`), whatever the
//! handlers cost and however many cores a shared machine grants. The constants are the costs of
//! waking and waiting, and how long not to try again where splitting did not help.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

/// Minimum duration of the remaining work, in nanoseconds, for which other threads are woken. A
/// sleeping thread starts after 32 to 58 µs, while the calling thread continues; splitting the rest
/// and waiting for the last chunk takes another 10 to 40 µs.
const WORTH_WAKING: u64 = 150_000;

/// Target duration of the work before the clock is first read, in nanoseconds.
const FIRST_LAP: u64 = 10_000;

/// Maximum number of events before the clock is first read, however cheap earlier ones were.
const FIRST_EVENTS: usize = 64;

/// Target duration of a chunk, in nanoseconds: long compared with the cost of taking one, short
/// compared with the time to wait for the last one.
const CHUNK: u64 = 20_000;

/// Upper bound of the exponential back-off: the number of batches that are worth splitting but are
/// left unsplit before splitting is tried again.
const MAX_BACKOFF: u64 = 255;

/// Nanoseconds of work per event.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct PerEvent(f64);

impl PerEvent {
    /// Unknown, or too small to measure.
    const NONE: Self = Self(0.0);

    fn of(nanos: u64, events: usize) -> Self {
        Self(nanos as f64 / events.max(1) as f64)
    }

    /// The smaller of two measurements. An interrupted thread looks slow once, a slow handler
    /// twice.
    pub(super) fn confirmed_by(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// Whether splitting this number of events among threads is worth its cost.
    pub(super) fn pays(self, events: usize) -> bool {
        self.0 * events as f64 >= WORTH_WAKING as f64
    }

    /// The number of events that take this time, at least one.
    fn events_in(self, nanos: u64) -> usize {
        // The cast saturates, also if the cost is zero.
        ((nanos as f64 / self.0) as usize).max(1)
    }

    /// The number of events in a chunk if `left` events are split among `threads` threads.
    pub(super) fn chunk(self, left: usize, threads: usize) -> usize {
        self.events_in(CHUNK)
            .min(left.div_ceil(threads.max(1) * 2))
            .max(1)
    }
}

/// The measurements of one engine. Without any it uses one thread.
#[derive(Debug, Default)]
pub(super) struct Cost {
    /// The bits of a [`PerEvent`]. Concurrent updates may overwrite each other, because it is only
    /// an estimate.
    per_event: AtomicU64,
    /// The number of batches in progress.
    busy: AtomicUsize,
    /// The number of threads of the pool that are in use.
    helping: AtomicUsize,
    /// The number of batches to leave unsplit before splitting is tried again.
    skips_left: AtomicU64,
    /// The value from which `skips_left` started; about doubled each time splitting does not help.
    backoff: AtomicU64,
}

impl Cost {
    /// The current estimate.
    pub(super) fn per_event(&self) -> PerEvent {
        PerEvent(f64::from_bits(self.per_event.load(Ordering::Relaxed)))
    }

    /// Adds a measurement. The estimate falls at once and rises slowly, because a thread that was
    /// slow once may have been interrupted.
    pub(super) fn learn(&self, nanos: u64, events: usize) {
        let (old, new) = (self.per_event(), PerEvent::of(nanos, events));
        let learned = if old == PerEvent::NONE || new < old {
            new.0
        } else {
            old.0 + (new.0 - old.0) / 4.0
        };
        self.per_event.store(learned.to_bits(), Ordering::Relaxed);
    }

    /// The number of events to handle before the clock is first read.
    pub(super) fn first_lap(&self) -> usize {
        match self.per_event() {
            PerEvent::NONE => 1,
            per_event => per_event.events_in(FIRST_LAP).min(FIRST_EVENTS),
        }
    }

    /// Whether to split this batch. If other threads did not help, for example because the machine
    /// grants fewer cores than it shows, splitting backs off exponentially.
    pub(super) fn may_share(&self) -> bool {
        let left = self.skips_left.load(Ordering::Relaxed);
        let next = left.saturating_sub(1);
        self.skips_left.store(next, Ordering::Relaxed);
        left == 0
    }

    /// Records the time that events took on several threads, and compares it with `per_event`,
    /// their expected cost on one.
    pub(super) fn shared(&self, per_event: PerEvent, events: usize, nanos: u64) {
        let backoff = if PerEvent::of(nanos, events) < per_event {
            0
        } else {
            let before = self.backoff.load(Ordering::Relaxed);
            (before * 2 + 1).min(MAX_BACKOFF)
        };
        self.backoff.store(backoff, Ordering::Relaxed);
        self.skips_left.store(backoff, Ordering::Relaxed);
    }

    /// Counts a batch as in progress until the guard is dropped.
    pub(super) fn begin(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self)
    }

    /// How many of these threads may handle this batch, including the calling one: every other
    /// batch in progress occupies one.
    pub(super) fn free(&self, threads: usize) -> usize {
        let threads = threads.saturating_add(1);
        threads.saturating_sub(self.busy.load(Ordering::Relaxed))
    }

    /// Reserves up to `wanted` idle threads of a pool of `pool` threads until the guard is dropped.
    /// Only idle threads are reserved, so no batch waits for the work of another.
    pub(super) fn take_helpers(&self, wanted: usize, pool: usize) -> Helpers<'_> {
        let take = |helping: usize| Some(helping + wanted.min(pool.saturating_sub(helping)));
        let helping = &self.helping;
        let before = helping.fetch_update(Ordering::AcqRel, Ordering::Acquire, take);
        let before = before.unwrap_or(pool);
        Helpers(self, wanted.min(pool.saturating_sub(before)))
    }
}

/// Guard of threads of the pool that are reserved for a batch.
pub(super) struct Helpers<'c>(&'c Cost, usize);

impl Helpers<'_> {
    pub(super) fn count(&self) -> usize {
        self.1
    }
}

impl Drop for Helpers<'_> {
    fn drop(&mut self) {
        self.0.helping.fetch_sub(self.1, Ordering::AcqRel);
    }
}

/// Guard of a batch in progress.
pub(super) struct Busy<'c>(&'c Cost);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A stopwatch with laps.
pub(super) struct Watch {
    began: Instant,
    /// Nanoseconds and events at the end of the last lap.
    seen: (u64, usize),
}

impl Watch {
    pub(super) fn start() -> Self {
        Self {
            began: Instant::now(),
            seen: (0, 0),
        }
    }

    /// Nanoseconds since the start.
    pub(super) fn nanos(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Ends a lap and returns its cost per event. `events` is the number of events since the start.
    pub(super) fn lap(&mut self, events: usize) -> PerEvent {
        let now = self.nanos();
        let per_event = PerEvent::of(
            now.saturating_sub(self.seen.0),
            events.saturating_sub(self.seen.1),
        );
        self.seen = (now, events);
        per_event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting_pays_above_a_fixed_amount_of_work() {
        for (nanos, events, pays) in [
            (2_000, 1_000, true),
            (2_000, 75, true),
            (2_000, 74, false),
            (10, 14_999, false),
            (10, 15_000, true),
            (1_000_000, 1, true),
            (0, usize::MAX, false),
        ] {
            assert_eq!(
                PerEvent::of(nanos, 1).pays(events),
                pays,
                "{nanos} {events}"
            );
        }
    }

    #[test]
    fn one_slow_measurement_is_not_enough() {
        let (slow, fast) = (PerEvent::of(1_000_000, 1), PerEvent::of(10, 1));
        assert!(slow.pays(100) && slow.confirmed_by(slow).pays(100));
        assert!(!slow.confirmed_by(fast).pays(100));
        assert!(!slow.confirmed_by(PerEvent::NONE).pays(100));
    }

    #[test]
    fn chunks_are_short_and_there_is_one_for_each_thread() {
        assert_eq!(PerEvent::of(2_000, 1).chunk(1_000, 2), 10);
        assert_eq!(PerEvent::of(10, 1).chunk(1_000, 2), 250);
        assert_eq!(PerEvent::of(1_000_000, 1).chunk(1_000, 2), 1);
        assert_eq!(PerEvent::of(10, 1).chunk(1, 8), 1);
        assert_eq!(PerEvent::NONE.chunk(0, 0), 1);
    }

    #[test]
    fn the_estimate_falls_at_once_and_rises_slowly() {
        let cost = Cost::default();
        assert_eq!((cost.per_event(), cost.first_lap()), (PerEvent::NONE, 1));
        cost.learn(100_000, 100);
        assert_eq!(
            (cost.per_event(), cost.first_lap()),
            (PerEvent(1_000.0), 10)
        );
        cost.learn(100_000_000, 100);
        assert_eq!(cost.per_event(), PerEvent(250_750.0));
        assert_eq!(cost.first_lap(), 1);
        cost.learn(1_000, 100);
        assert_eq!(
            (cost.per_event(), cost.first_lap()),
            (PerEvent(10.0), FIRST_EVENTS)
        );
    }

    #[test]
    fn other_batches_occupy_threads() {
        let cost = Cost::default();
        let one = cost.begin();
        assert_eq!(cost.free(4), 4);
        let two = [cost.begin(), cost.begin()];
        assert_eq!((cost.free(4), cost.free(2)), (2, 0));
        drop((one, two));
        let _one = cost.begin();
        assert_eq!(cost.free(1), 1);
    }

    #[test]
    fn splitting_backs_off_if_it_does_not_help() {
        let cost = Cost::default();
        let mut tries = 0;
        for _ in 0..1_000 {
            if cost.may_share() {
                tries += 1;
                cost.shared(PerEvent(1_000.0), 100, 100_000);
            }
        }
        // After 1, 3, 7, ... 255 batches and then after every 255.
        assert_eq!(tries, 10);
        while !cost.may_share() {}
        cost.shared(PerEvent(1_000.0), 100, 60_000);
        assert!(cost.may_share() && cost.may_share());
    }

    #[test]
    fn a_lap_begins_at_the_end_of_the_last_one() {
        let mut watch = Watch::start();
        watch.lap(10);
        let seen = watch.seen;
        let per_event = watch.lap(12);
        assert_eq!(watch.seen.1, 12);
        assert_eq!(per_event, PerEvent::of(watch.seen.0 - seen.0, 2));
    }
}
