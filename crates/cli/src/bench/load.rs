//! The load of `bench`: threads that process messages one after the other, and what they measure in
//! bounded memory.

use std::io;
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use hdrhistogram::Histogram;

use super::driver::Driver;
use super::messages::Messages;
use crate::interrupt::Stop;
use crate::terminal;
use hydrant::engine::{FailureKind, OutcomeCounts};
use hydrant::host::{Module, system_invocation};
use hydrant::{Engine, Output, Scratch, Verdict};

/// When a load ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    After(Duration),
    Messages(u64),
}

impl End {
    /// The end of the warm-up: a tenth.
    fn warm_up(self) -> Self {
        match self {
            Self::After(time) => Self::After(time / 10),
            Self::Messages(count) => Self::Messages(count / 10),
        }
    }
}

/// How messages were answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answers {
    pub(super) answered: u64,
    /// To be answered as soon as what was rejected is stored.
    pub(super) dead_letter: u64,
    pub(super) retry: u64,
    pub(super) rejected: u64,
    /// Refused by the engine: no handler has run.
    pub(super) refused: u64,
}

impl Answers {
    pub(super) fn total(&self) -> u64 {
        self.answered + self.dead_letter + self.unanswered()
    }

    pub(super) fn unanswered(&self) -> u64 {
        self.retry + self.rejected + self.refused
    }

    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Answer => self.answered += 1,
            Verdict::DeadLetter => self.dead_letter += 1,
            Verdict::Retry { .. } => self.retry += 1,
            _ => self.rejected += 1,
        }
    }

    fn merge(&mut self, other: Self) {
        self.answered += other.answered;
        self.dead_letter += other.dead_letter;
        self.retry += other.retry;
        self.rejected += other.rejected;
        self.refused += other.refused;
    }
}

/// What one thread, or all of them, measured.
pub(super) struct Tally {
    /// Service times in nanoseconds.
    pub(super) times: Histogram<u64>,
    pub(super) answers: Answers,
    pub(super) outcomes: OutcomeCounts,
    pub(super) events: u64,
    pub(super) bytes: u64,
    /// What the first failure says. By the contract of `Failure` and `Error` that is no data of a
    /// message.
    pub(super) failure: Option<String>,
}

impl Tally {
    fn new() -> io::Result<Self> {
        // Up to an hour, in steps of a thousandth: about 300 KiB.
        const LONGEST_NS: u64 = 3_600_000_000_000;
        let times = Histogram::new_with_bounds(1, LONGEST_NS, 3).map_err(io::Error::other)?;
        Ok(Self {
            times,
            answers: Answers::default(),
            outcomes: OutcomeCounts::default(),
            events: 0,
            bytes: 0,
            failure: None,
        })
    }

    fn merge(&mut self, other: Self) -> io::Result<()> {
        self.times.add(&other.times).map_err(io::Error::other)?;
        self.answers.merge(other.answers);
        self.outcomes.merge(&other.outcomes);
        self.events += other.events;
        self.bytes += other.bytes;
        self.failure = self.failure.take().or(other.failure);
        Ok(())
    }
}

/// The measurements of a load.
pub(super) struct Measured {
    pub(super) tally: Tally,
    pub(super) elapsed: Duration,
    /// Time on processors, of all threads of the process.
    pub(super) cpu: Option<Duration>,
    /// Panics of handlers, each of which is an outcome, too.
    pub(super) panics: u64,
}

/// Processes messages in turn on this many threads, first a tenth to warm up.
pub(super) fn run<P: Module<Kind>, Kind>(
    engine: &Engine<P>,
    messages: &Messages,
    concurrency: usize,
    end: End,
    stop: &Stop,
) -> io::Result<Measured> {
    let panics = Panics::count();
    // On a thread of its own: the caller may be inside of a runtime.
    let result = thread::scope(|scope| {
        let bench = || {
            let driver = Driver::of::<P, Kind>()?;
            let load = |end| {
                let share = Share {
                    engine,
                    messages,
                    stop,
                    next: AtomicU64::new(0),
                    end,
                    began: Instant::now(),
                };
                share.on_threads(&driver, concurrency)
            };
            load(end.warm_up())?;
            let panicked = panics.so_far();
            let cpu = ProcessTime::try_now().ok();
            let began = Instant::now();
            let tally = load(end)?;
            Ok(Measured {
                tally,
                elapsed: began.elapsed(),
                cpu: cpu.and_then(|cpu| cpu.try_elapsed().ok()),
                panics: panics.so_far() - panicked,
            })
        };
        joined(scope.spawn(bench).join())
    });
    drop(panics);
    result
}

/// What the threads of a load share.
struct Share<'l, P> {
    engine: &'l Engine<P>,
    messages: &'l Messages,
    stop: &'l Stop,
    /// The number of the next message.
    next: AtomicU64,
    end: End,
    began: Instant,
}

impl<P> Share<'_, P> {
    fn on_threads<Kind>(&self, driver: &Driver, threads: usize) -> io::Result<Tally>
    where
        P: Module<Kind>,
    {
        let alone = || {
            let tally = Tally::new()?;
            let waits = || io::Error::other("a synchronous handler waits");
            driver.run(self.work::<Kind>(tally)).ok_or_else(waits)
        };
        if threads == 1 {
            return alone();
        }
        thread::scope(|scope| {
            let threads: Vec<_> = (0..threads)
                .map(|_| thread::Builder::new().spawn_scoped(scope, alone))
                .collect();
            let mut sum = Tally::new()?;
            for thread in threads {
                sum.merge(joined(thread?.join())?)?;
            }
            Ok(sum)
        })
    }

    /// Processes messages until the end.
    async fn work<Kind>(&self, mut tally: Tally) -> Tally
    where
        P: Module<Kind>,
    {
        let (mut scratch, mut output) = (Scratch::new(), Output::new());
        let count = self.messages.all.len() as u64;
        while !self.stop.raised() {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let began = Instant::now();
            let is_over = match self.end {
                End::Messages(all) => number >= all,
                // At least one, so that there is something to report.
                End::After(time) => number > 0 && began.duration_since(self.began) >= time,
            };
            let at = usize::try_from(number % count).unwrap_or_default();
            let Some(message) = self.messages.all.get(at).filter(|_| !is_over) else {
                break;
            };
            // What a host does: it makes the invocation, and sends the response.
            let invocation = system_invocation();
            let processed = P::process(
                self.engine,
                &message.text,
                &mut scratch,
                &invocation,
                &mut output,
            )
            .await
            .map(|pending| {
                pending.finish();
            });
            let elapsed = began.elapsed();
            let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
            tally.times.saturating_record(nanos);
            tally.events += message.events;
            tally.bytes += message.text.len() as u64;
            match processed {
                Ok(()) => {
                    tally.answers.add(output.verdict());
                    tally.outcomes.merge(&output.outcome_counts());
                    if tally.failure.is_none() {
                        let failures = output.failures().map(|(_, failure)| failure);
                        let mut failures =
                            failures.filter(|failure| failure.kind() != FailureKind::Discard);
                        tally.failure = failures.next().map(ToString::to_string);
                    }
                }
                Err(error) => {
                    tally.answers.refused += 1;
                    tally.failure.get_or_insert_with(|| error.to_string());
                }
            }
        }
        tally
    }
}

/// The result of a thread. Handlers cannot make it panic, because the engine contains their panics.
fn joined<T>(result: thread::Result<io::Result<T>>) -> io::Result<T> {
    result.unwrap_or_else(|_| Err(io::Error::other("a thread of the bench panicked")))
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>;

/// Counts panics instead of printing them, except for where the first one is: there may be millions,
/// and their texts may contain personal data.
struct Panics {
    count: Arc<AtomicU64>,
    before: Option<Hook>,
}

impl Panics {
    fn count() -> Self {
        let before = panic::take_hook();
        let count = Arc::<AtomicU64>::default();
        let counter = Arc::clone(&count);
        panic::set_hook(Box::new(move |info| {
            if counter.fetch_add(1, Ordering::Relaxed) == 0 {
                let place = info.location().map(ToString::to_string);
                let place = place.unwrap_or_else(|| "an unknown place".to_owned());
                terminal::complain(&format!(
                    "warning: a handler panicked at {place}; further panics are only counted"
                ));
            }
        }));
        Self {
            count,
            before: Some(before),
        }
    }

    fn so_far(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            panic::set_hook(before);
        }
    }
}
