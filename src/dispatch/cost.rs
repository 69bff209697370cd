//! Measures what handlers cost, to decide when other threads help: a handler may take ten nanoseconds or ten
//! milliseconds. This reads the clock, but results do not depend on it: they are the same with any number of threads.
//!
//! Unordered dispatch may never be slower than 0.97 of serial (`benches/dispatch.rs`), whatever handlers cost and however many
//! cores a shared machine grants. The constants are what waking and waiting cost, and how long not to try again where it did
//! not help; none is to go without a record of that bench on a quiet machine.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

/// Work that is left must last this long, in nanoseconds, for other threads to be woken. A sleeping one comes after
/// 32 to 58 µs, during which the calling thread goes on; sharing what is left and waiting for the last piece takes
/// 10 to 40 µs more.
const WORTH_WAKING: u64 = 150_000;

/// How long the work between two looks at the clock should last at first, in nanoseconds.
const FIRST_LOOK: u64 = 10_000;

/// Events before the first look at most, however cheap they were so far.
const FIRST_EVENTS: usize = 64;

/// How long a piece of shared work should last, in nanoseconds: long beside taking it, short beside waiting for it.
const PIECE: u64 = 20_000;

/// How many batches that are worth sharing go by at most before it is tried again.
const LONGEST_REST: u64 = 255;

/// Nanoseconds of work per event.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct PerEvent(f64);

impl PerEvent {
    /// Nothing known yet, or nothing worth mentioning.
    const NONE: Self = Self(0.0);

    fn of(nanos: u64, events: usize) -> Self {
        Self(nanos as f64 / events.max(1) as f64)
    }

    /// The smaller of two. A thread that was interrupted seems slow once, a slow handler seems slow twice.
    pub(super) fn confirmed_by(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// Whether so many events at this cost are worth other threads.
    pub(super) fn pays(self, events: usize) -> bool {
        self.0 * events as f64 >= WORTH_WAKING as f64
    }

    /// How many events last so long, at least one.
    fn events_in(self, nanos: u64) -> usize {
        // Saturates, also where the cost is zero.
        ((nanos as f64 / self.0) as usize).max(1)
    }

    /// How many events other threads should take at a time, if so many are left for so many threads.
    pub(super) fn piece(self, left: usize, threads: usize) -> usize {
        self.events_in(PIECE)
            .min(left.div_ceil(threads.max(1) * 2))
            .max(1)
    }
}

/// What an engine has measured of its handlers. Without measurements it uses one thread.
#[derive(Debug, Default)]
pub(super) struct Cost {
    /// The bits of a [`PerEvent`], for all threads that use the engine. Concurrent updates may overwrite each other,
    /// because it is only an estimate.
    per_event: AtomicU64,
    /// Batches that are being handled.
    busy: AtomicUsize,
    /// Threads of the pool that are taken.
    helping: AtomicUsize,
    /// How many more times sharing is skipped, because it did not help.
    rest: AtomicU64,
    /// How many times it was skipped after the last time that it did not help; each time it is about doubled.
    rested: AtomicU64,
}

impl Cost {
    /// The cost per event so far.
    pub(super) fn per_event(&self) -> PerEvent {
        PerEvent(f64::from_bits(self.per_event.load(Ordering::Relaxed)))
    }

    /// Adds a measurement. The estimate falls at once and rises slowly, because a thread that was slow once may have
    /// been interrupted.
    pub(super) fn learn(&self, nanos: u64, events: usize) {
        let (old, new) = (self.per_event(), PerEvent::of(nanos, events));
        let learned = if old == PerEvent::NONE || new < old {
            new.0
        } else {
            old.0 + (new.0 - old.0) / 4.0
        };
        self.per_event.store(learned.to_bits(), Ordering::Relaxed);
    }

    /// How many events to handle before the first look at the clock.
    pub(super) fn first_look(&self) -> usize {
        match self.per_event() {
            PerEvent::NONE => 1,
            per_event => per_event.events_in(FIRST_LOOK).min(FIRST_EVENTS),
        }
    }

    /// Whether to try other threads. If they did not help, for example because the machine grants fewer cores than it
    /// shows, they are not tried for a while.
    pub(super) fn may_share(&self) -> bool {
        let rest = self.rest.load(Ordering::Relaxed);
        self.rest.store(rest.saturating_sub(1), Ordering::Relaxed);
        rest == 0
    }

    /// Records the time that events took on several threads, to be compared with their expected cost on one.
    pub(super) fn shared(&self, per_event: PerEvent, events: usize, nanos: u64) {
        let rest = if PerEvent::of(nanos, events) < per_event {
            0
        } else {
            let rested = self.rested.load(Ordering::Relaxed);
            (rested * 2 + 1).min(LONGEST_REST)
        };
        self.rested.store(rest, Ordering::Relaxed);
        self.rest.store(rest, Ordering::Relaxed);
    }

    /// Counts a batch as being handled, until the guard is dropped.
    pub(super) fn begin(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self)
    }

    /// How many of these threads may handle this batch, including the calling one: every other batch that is being
    /// handled occupies one.
    pub(super) fn free(&self, threads: usize) -> usize {
        let threads = threads.saturating_add(1);
        threads.saturating_sub(self.busy.load(Ordering::Relaxed))
    }

    /// Takes up to so many threads of a pool with so many, until the guard is dropped. They are free, so that no batch
    /// waits for the work of another.
    pub(super) fn take_helpers(&self, wanted: usize, pool: usize) -> Helpers<'_> {
        let take = |helping: usize| Some(helping + wanted.min(pool.saturating_sub(helping)));
        let helping = &self.helping;
        let before = helping.fetch_update(Ordering::AcqRel, Ordering::Acquire, take);
        let before = before.unwrap_or(pool);
        Helpers(self, wanted.min(pool.saturating_sub(before)))
    }
}

/// Threads of the pool that help with a batch.
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

/// A batch that is being handled.
pub(super) struct Busy<'c>(&'c Cost);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Measures work, piece by piece.
pub(super) struct Watch {
    began: Instant,
    /// Nanoseconds and events up to the last look.
    seen: (u64, usize),
}

impl Watch {
    pub(super) fn start() -> Self {
        Self {
            began: Instant::now(),
            seen: (0, 0),
        }
    }

    /// Nanoseconds so far.
    pub(super) fn nanos(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// The cost per event since the last look; `events` have been handled altogether.
    pub(super) fn look(&mut self, events: usize) -> PerEvent {
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
    fn work_pays_from_a_fixed_amount_on() {
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
    fn one_slow_piece_convinces_nobody() {
        let (slow, fast) = (PerEvent::of(1_000_000, 1), PerEvent::of(10, 1));
        assert!(slow.pays(100) && slow.confirmed_by(slow).pays(100));
        assert!(!slow.confirmed_by(fast).pays(100));
        assert!(!slow.confirmed_by(PerEvent::NONE).pays(100));
    }

    #[test]
    fn pieces_are_short_and_enough_for_all() {
        assert_eq!(PerEvent::of(2_000, 1).piece(1_000, 2), 10);
        assert_eq!(PerEvent::of(10, 1).piece(1_000, 2), 250);
        assert_eq!(PerEvent::of(1_000_000, 1).piece(1_000, 2), 1);
        assert_eq!(PerEvent::of(10, 1).piece(1, 8), 1);
        assert_eq!(PerEvent::NONE.piece(0, 0), 1);
    }

    #[test]
    fn learning_goes_down_at_once_and_up_slowly() {
        let cost = Cost::default();
        assert_eq!((cost.per_event(), cost.first_look()), (PerEvent::NONE, 1));
        cost.learn(100_000, 100);
        assert_eq!(
            (cost.per_event(), cost.first_look()),
            (PerEvent(1_000.0), 10)
        );
        cost.learn(100_000_000, 100);
        assert_eq!(cost.per_event(), PerEvent(250_750.0));
        assert_eq!(cost.first_look(), 1);
        cost.learn(1_000, 100);
        assert_eq!(
            (cost.per_event(), cost.first_look()),
            (PerEvent(10.0), FIRST_EVENTS)
        );
    }

    #[test]
    fn other_batches_take_threads_away() {
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
    fn cores_that_do_not_help_are_asked_less_and_less() {
        let cost = Cost::default();
        let mut tries = 0;
        for _ in 0..1_000 {
            if cost.may_share() {
                tries += 1;
                cost.shared(PerEvent(1_000.0), 100, 100_000);
            }
        }
        // After 1, 3, 7, ... 255 and then every 255 batches.
        assert_eq!(tries, 10);
        while !cost.may_share() {}
        cost.shared(PerEvent(1_000.0), 100, 60_000);
        assert!(cost.may_share() && cost.may_share());
    }

    #[test]
    fn a_look_covers_what_happened_since_the_last_one() {
        let mut watch = Watch::start();
        watch.look(10);
        let seen = watch.seen;
        let per_event = watch.look(12);
        assert_eq!(watch.seen.1, 12);
        assert_eq!(per_event, PerEvent::of(watch.seen.0 - seen.0, 2));
    }
}
