//! Contenders on one input: each is measured by criterion, and then all in turn, round by round, so
//! that other load of the machine affects all of them alike. Ratios are computed from the medians
//! of the rounds.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use criterion::{Criterion, SamplingMode, Throughput};

use super::inputs::Input;
use super::record::Row;

/// The number of rounds.
const ROUNDS: usize = 15;

/// The minimum duration of a turn: a faster contender runs several times. It is long enough to
/// replace what the others left in caches and predictors.
const TURN: Duration = Duration::from_millis(30);

/// One bench program: criterion, and the tables that are printed at the end.
pub struct Bench {
    name: &'static str,
    criterion: Criterion,
    mode: Mode,
    filter: Option<String>,
    rows: Vec<Row>,
    tables: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Measure,
    /// Run everything once: `cargo bench -- --test`, `cargo test --benches`.
    Test,
    /// Only list the names.
    List,
}

impl Bench {
    pub fn new(name: &'static str) -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
        let mode = if has("--list") {
            Mode::List
        } else if has("--test") || !has("--bench") {
            Mode::Test
        } else {
            Mode::Measure
        };
        let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
        Self {
            name,
            criterion: Criterion::default()
                .sample_size(20)
                .warm_up_time(Duration::from_millis(500))
                .measurement_time(Duration::from_secs(2))
                .configure_from_args(),
            mode,
            filter: filter.cloned(),
            rows: Vec::new(),
            tables: String::new(),
        }
    }

    /// Whether to measure, or only to check that everything runs.
    pub fn measures(&self) -> bool {
        self.mode == Mode::Measure
    }

    /// Whether to run anything, or only to list the names.
    pub fn races(&self) -> bool {
        self.mode != Mode::List
    }

    /// One number for measuring, a smaller one for a quick test.
    pub fn size(&self, measured: usize, tested: usize) -> usize {
        if self.measures() { measured } else { tested }
    }

    /// A race over an input. The others are compared with the first contender.
    pub fn race<'c>(&mut self, input: &Input) -> Race<'_, 'c> {
        self.race_on(&input.name, &input.describe(), input.bytes())
    }

    /// A race over something other than an input.
    pub fn race_on<'c>(&mut self, input: &str, described: &str, bytes: usize) -> Race<'_, 'c> {
        Race {
            bench: self,
            input: input.to_owned(),
            described: described.to_owned(),
            bytes,
            contenders: Vec::new(),
            criterion: !super::record::wanted(),
            rounds: (ROUNDS, TURN),
            turn: cpu_turn,
        }
    }

    /// A figure in another unit.
    pub fn note(&mut self, input: &str, what: &str, figure: f64) {
        self.tables += &format!("  {what:<44} {figure:>10.2}\n");
        self.rows.push(Row {
            input: input.to_owned(),
            contender: what.to_owned(),
            mb_per_s: None,
            ratio: figure,
        });
    }

    /// Prints the tables, and records them if requested.
    pub fn finish(self) {
        if self.mode == Mode::List {
            return;
        }
        self.criterion.final_summary();
        println!("{}", self.tables);
        if self.measures() {
            super::record::append(self.name, &self.rows);
        }
    }
}

/// A name, and a function that processes the whole input once.
type Contender<'c> = (String, Box<dyn FnMut() + 'c>);

/// The contenders on one input.
pub struct Race<'b, 'c> {
    bench: &'b mut Bench,
    input: String,
    described: String,
    bytes: usize,
    contenders: Vec<Contender<'c>>,
    /// Whether criterion also measures the contenders.
    criterion: bool,
    turn: fn(&mut dyn FnMut(), u32) -> Duration,
    /// The number of turns, and their duration.
    rounds: (usize, Duration),
}

impl<'c> Race<'_, 'c> {
    /// Adds a contender; `run` processes the whole input once.
    #[must_use]
    pub fn contender(mut self, name: &str, run: impl FnMut() + 'c) -> Self {
        self.contenders.push((name.to_owned(), Box::new(run)));
        self
    }

    /// Measures wall-clock time instead of the processor time of this thread, for contenders that
    /// work on other threads or in other processes.
    #[must_use]
    pub fn on_the_wall(mut self) -> Self {
        self.turn = wall_turn;
        self
    }

    /// Many short turns, for differences between contenders that are smaller than the variation of
    /// the machine's speed.
    #[must_use]
    pub fn often(mut self) -> Self {
        self.rounds = (ROUNDS * 20, TURN / 20);
        self
    }

    /// Skips criterion, as recording does: a record contains the results of the turns.
    #[must_use]
    pub fn only_in_turn(mut self) -> Self {
        self.criterion = false;
        self
    }

    /// Runs the race and returns the medians in the order of the contenders; nothing if it was
    /// filtered out.
    pub fn run(self) -> Vec<Duration> {
        self.rounds().into_iter().map(median).collect()
    }

    /// Runs the race and returns the times of all rounds in the order of the contenders; nothing if
    /// it was filtered out.
    pub fn rounds(mut self) -> Vec<Vec<Duration>> {
        let id = format!("{}/{}", self.bench.name, self.input);
        if self.criterion {
            self.show_criterion(&id);
        }
        let left_out = |filter: &String| !id.contains(filter);
        if self.bench.mode == Mode::List || self.bench.filter.as_ref().is_some_and(left_out) {
            return Vec::new();
        }
        let times = self.times();
        let medians: Vec<Duration> = times.iter().cloned().map(median).collect();
        self.tabulate(&medians);
        times
    }

    fn show_criterion(&mut self, id: &str) {
        let mut group = self.bench.criterion.benchmark_group(id);
        group
            .throughput(Throughput::Bytes(self.bytes as u64))
            .sampling_mode(SamplingMode::Flat);
        for (name, run) in &mut self.contenders {
            group.bench_function(name.as_str(), |bencher| bencher.iter(&mut *run));
        }
        group.finish();
    }

    fn times(&mut self) -> Vec<Vec<Duration>> {
        let measures = self.bench.measures();
        let turn = self.turn;
        let (rounds, length) = if measures { self.rounds } else { (1, TURN) };
        let count = self.contenders.len();
        let repeats: Vec<u32> = self
            .contenders
            .iter_mut()
            .map(|(_, run)| {
                if !measures {
                    return 1;
                }
                let once = turn(run, 1).max(Duration::from_nanos(1));
                length.div_duration_f64(once).ceil() as u32
            })
            .collect();
        let mut times = vec![Vec::with_capacity(rounds); count];
        for round in 0..rounds {
            for place in 0..count {
                let who = (round + place) % count;
                times[who].push(turn(&mut self.contenders[who].1, repeats[who]));
            }
        }
        times
    }

    fn tabulate(&mut self, medians: &[Duration]) {
        let mut table = format!(
            "\n{}: {} ({})\n  {:<44} {:>10} {:>10} {:>8}\n",
            self.bench.name, self.input, self.described, "contender", "MB/s", "us", "ratio"
        );
        for ((name, _), median) in self.contenders.iter().zip(medians) {
            let mb_per_s = self.bytes as f64 / 1e6 / median.as_secs_f64();
            let ratio = median.div_duration_f64(medians[0]);
            let us = median.as_secs_f64() * 1e6;
            table += &format!("  {name:<44} {mb_per_s:>10.1} {us:>10.1} {ratio:>8.2}\n");
            self.bench.rows.push(Row {
                input: self.input.clone(),
                contender: name.clone(),
                mb_per_s: Some(mb_per_s),
                ratio,
            });
        }
        self.bench.tables += &table;
    }
}

/// The processor time of one run out of `repeats`. On a shared machine, the time that a thread
/// waits is longer than the time that it runs, and is not a property of a contender.
fn cpu_turn(run: &mut dyn FnMut(), repeats: u32) -> Duration {
    let start = ThreadTime::now();
    for _ in 0..repeats {
        run();
    }
    start.elapsed() / repeats
}

/// The same by the wall clock.
fn wall_turn(run: &mut dyn FnMut(), repeats: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..repeats {
        run();
    }
    start.elapsed() / repeats
}

/// The median.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
