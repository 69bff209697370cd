//! What handlers cost, and from which amount of work on other threads help: measured, because a handler may take ten
//! nanoseconds or ten milliseconds. The only place of the core that looks at a clock. It is one that nothing visible
//! depends on: results are the same on however many threads.

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
pub(super) struct Pace(f64);

impl Pace {
    /// Nothing known yet, or nothing worth mentioning.
    const NONE: Self = Self(0.0);

    fn of(nanos: u64, events: usize) -> Self {
        Self(nanos as f64 / events.max(1) as f64)
    }

    /// The smaller of two. A thread that was interrupted seems slow once, a slow handler seems slow twice.
    pub(super) fn confirmed_by(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// Whether so many events at this pace are worth other threads.
    pub(super) fn pays(self, events: usize) -> bool {
        self.0 * events as f64 >= WORTH_WAKING as f64
    }

    /// How many events last so long, at least one.
    fn events_in(self, nanos: u64) -> usize {
        // Saturates, also where the pace is zero.
        ((nanos as f64 / self.0) as usize).max(1)
    }

    /// How many events other threads should take at a time, if so many are left for so many threads.
    pub(super) fn piece(self, left: usize, threads: usize) -> usize {
        self.events_in(PIECE)
            .min(left.div_ceil(threads.max(1) * 2))
            .max(1)
    }
}

/// What an engine has learned about its handlers. It starts without prejudice: on one thread.
#[derive(Debug, Default)]
pub(super) struct Cost {
    /// The bits of a [`Pace`], for all threads that use the engine. It may be overwritten by one that knows less; nothing
    /// is lost but an estimate.
    pace: AtomicU64,
    /// Batches that are being handled.
    busy: AtomicUsize,
    /// How often sharing is not tried next, because it did not help, and how often not the time before.
    rest: AtomicU64,
    rested: AtomicU64,
}

impl Cost {
    /// The pace so far.
    pub(super) fn pace(&self) -> Pace {
        Pace(f64::from_bits(self.pace.load(Ordering::Relaxed)))
    }

    /// Takes a measurement in. Down at once and up slowly: what was slow once may have been interrupted, what was fast
    /// once can be fast.
    pub(super) fn learn(&self, nanos: u64, events: usize) {
        let (old, new) = (self.pace(), Pace::of(nanos, events));
        let learned = if old == Pace::NONE || new < old {
            new.0
        } else {
            old.0 + (new.0 - old.0) / 4.0
        };
        self.pace.store(learned.to_bits(), Ordering::Relaxed);
    }

    /// How many events to handle before the first look at the clock.
    pub(super) fn first_look(&self) -> usize {
        match self.pace() {
            Pace::NONE => 1,
            pace => pace.events_in(FIRST_LOOK).min(FIRST_EVENTS),
        }
    }

    /// Whether to try other threads. Cores that the machine does not really grant cannot help, and are not asked for a
    /// while.
    pub(super) fn may_share(&self) -> bool {
        let rest = self.rest.load(Ordering::Relaxed);
        self.rest.store(rest.saturating_sub(1), Ordering::Relaxed);
        rest == 0
    }

    /// Notes how long so many events took on several threads that were expected to take this pace on one.
    pub(super) fn shared(&self, pace: Pace, events: usize, nanos: u64) {
        let rest = if Pace::of(nanos, events) < pace {
            0
        } else {
            let rested = self.rested.load(Ordering::Relaxed);
            (rested * 2 + 1).min(LONGEST_REST)
        };
        self.rested.store(rest, Ordering::Relaxed);
        self.rest.store(rest, Ordering::Relaxed);
    }

    /// Notes that a batch is being handled, as long as the guard lives.
    pub(super) fn begin(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self)
    }

    /// How many threads of so many are left for this batch, its own one included: batches that come at the same time
    /// have a thread each already.
    pub(super) fn free(&self, threads: usize) -> usize {
        (threads + 1).saturating_sub(self.busy.load(Ordering::Relaxed))
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

    /// The pace since the last look; `events` have been handled altogether.
    pub(super) fn look(&mut self, events: usize) -> Pace {
        let now = self.nanos();
        let pace = Pace::of(
            now.saturating_sub(self.seen.0),
            events.saturating_sub(self.seen.1),
        );
        self.seen = (now, events);
        pace
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
            assert_eq!(Pace::of(nanos, 1).pays(events), pays, "{nanos} {events}");
        }
    }

    #[test]
    fn one_slow_piece_convinces_nobody() {
        let (slow, fast) = (Pace::of(1_000_000, 1), Pace::of(10, 1));
        assert!(slow.pays(100) && slow.confirmed_by(slow).pays(100));
        assert!(!slow.confirmed_by(fast).pays(100));
        assert!(!slow.confirmed_by(Pace::NONE).pays(100));
    }

    #[test]
    fn pieces_are_short_and_enough_for_all() {
        assert_eq!(Pace::of(2_000, 1).piece(1_000, 2), 10);
        assert_eq!(Pace::of(10, 1).piece(1_000, 2), 250);
        assert_eq!(Pace::of(1_000_000, 1).piece(1_000, 2), 1);
        assert_eq!(Pace::of(10, 1).piece(1, 8), 1);
        assert_eq!(Pace::NONE.piece(0, 0), 1);
    }

    #[test]
    fn learning_goes_down_at_once_and_up_slowly() {
        let cost = Cost::default();
        assert_eq!((cost.pace(), cost.first_look()), (Pace::NONE, 1));
        cost.learn(100_000, 100);
        assert_eq!((cost.pace(), cost.first_look()), (Pace(1_000.0), 10));
        cost.learn(100_000_000, 100);
        assert_eq!(cost.pace(), Pace(250_750.0));
        assert_eq!(cost.first_look(), 1);
        cost.learn(1_000, 100);
        assert_eq!((cost.pace(), cost.first_look()), (Pace(10.0), FIRST_EVENTS));
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
                cost.shared(Pace(1_000.0), 100, 100_000);
            }
        }
        // After 1, 3, 7, ... 255 and then every 255 batches.
        assert_eq!(tries, 10);
        while !cost.may_share() {}
        cost.shared(Pace(1_000.0), 100, 60_000);
        assert!(cost.may_share() && cost.may_share());
    }

    #[test]
    fn a_look_covers_what_happened_since_the_last_one() {
        let mut watch = Watch::start();
        watch.look(10);
        let seen = watch.seen;
        let pace = watch.look(12);
        assert_eq!(watch.seen.1, 12);
        assert_eq!(pace, Pace::of(watch.seen.0 - seen.0, 2));
    }
}
