//! A pipeline of three kinds of processes under faults: `hydrant forward` stores messages in a topic,
//! two processes `hydrant consume` deliver them to an API that fails; one of the two is killed again
//! and again, and so is the broker. Nothing is lost, the order of each user holds, and what runs
//! throughout needs no more memory, threads and files in the second half than in the first.
//!
//! `LONG_RUN_EVENTS` is the number of events; `scripts/faults --long-run` sets it.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hydrant_testing::http_server::{HttpRequest, HttpServer};
use serde_json::Value;

use crate::broker::Broker;
use crate::consume::{consuming, create, storing};
use crate::crashes::{Random, seed, unreliable_answer};
use crate::member::*;
use crate::support::*;
use crate::target::*;

const MIB: u64 = 1 << 20;
const USERS: u64 = 1_000;

/// What one process may take: the program itself (20 MiB without optimization), `max_memory` twice,
/// 16 MiB of messages that librdkafka holds, and what the allocators keep.
const MOST: u64 = 160 * MIB;

#[test]
fn nothing_is_lost_and_nothing_grows() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let events = std::env::var("LONG_RUN_EVENTS").map_or(6_000, |it| it.parse().unwrap());
    let kills = (events / 3_000).clamp(2, 40);
    let broker_kills = (events / 6_000).clamp(1, 10);
    create(&broker, "long-run", 4);
    let ledger = Arc::<Mutex<Ledger>>::default();
    let api = api(Arc::clone(&ledger), seed());
    let batch = format!("batch_records={}", (events / 20_000).clamp(3, 100));
    let consuming = consuming(&broker, "long-run", &api.url())
        .set(&batch)
        .set("max_memory=4M");
    let storing = storing(&broker, "long-run")
        .set("max_memory=4M")
        .set("retry_attempts=1000");
    let begun = Instant::now();
    let mut feeder = Feeder::start(&storing, events);
    // What is stored at once, so that messages wait at each kill.
    let part = events / (kills + 2);
    let steady = Member::start(&consuming, "steady", &[]);
    let mut victim = Some(Member::start(&consuming, "victim", &[]));
    let mut random = Random(seed());
    let (mut killed, mut broker_killed) = (0, 0);
    let mut usage = [Usage::default(), Usage::default()];
    let mut progress = (0, Instant::now());
    loop {
        let count = ledger.lock().unwrap().first.len() as u64;
        let half = &mut usage[usize::from(count > events / 2)];
        half.take(steady.id());
        half.take(feeder.child.id());
        if count == events && (killed, broker_killed) == (kills, broker_kills) {
            break;
        }
        if count > progress.0 {
            progress = (count, Instant::now());
        }
        let stuck = progress.1.elapsed() > 90 * SECOND;
        assert!(
            !stuck,
            "{count} of {events}: {}{}",
            steady.log(),
            feeder.log()
        );
        feeder.allow(if killed == kills {
            events
        } else {
            part * (killed + 2)
        });
        if killed < kills && count >= part * (killed + 1) {
            thread::sleep(Duration::from_micros(random.below(300_000)));
            victim.take().unwrap().kill();
            // Some come back at once, some after the group has noticed.
            thread::sleep(Duration::from_millis(random.below(2) * 7_000));
            victim = Some(Member::start(&consuming, "victim", &[]));
            killed += 1;
        }
        if broker_killed < broker_kills
            && count >= events * (broker_killed + 1) / (broker_kills + 2)
        {
            broker.signal("KILL");
            thread::sleep(Duration::from_millis(random.below(2_000)));
            broker.restart();
            broker_killed += 1;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let seconds = begun.elapsed().as_secs_f64();
    feeder.ends();
    for member in [Some(steady), victim].into_iter().flatten() {
        let log = member.log();
        assert_eq!(member.stop().0, Some(130), "{log}");
    }
    let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    let lost = (0..events).filter(|it| !ledger.first.contains(it)).count();
    let (accepted, disordered) = (ledger.accepted, ledger.disordered);
    let repeated = accepted - ledger.first.len() as u64;
    let [before, after] = &usage;
    println!(
        "seed {}: {events} events of {USERS} users in {seconds:.0} s, {killed} kills of a consumer, \
         {broker_killed} of the broker: lost {lost}, out of order {disordered}, repeated {repeated}; \
         peak of the first and second half: {} and {} MiB, {} and {} threads, {} and {} files",
        seed(),
        before.memory / MIB,
        after.memory / MIB,
        before.threads,
        after.threads,
        before.files,
        after.files
    );
    assert_eq!((lost, disordered), (0, 0));
    // A commit is a second old, answers get lost, and nothing is committed while the broker is down.
    assert!(repeated < events, "{repeated} of {events} were repeated");
    let [before, after] = usage;
    assert!(after.memory < MOST && before.memory < MOST);
    assert!(after.memory <= before.memory + before.memory / 4 + 16 * MIB);
    assert!(after.threads <= before.threads + 8);
    assert!(after.files <= before.files + 32);
}

/// What the API has accepted.
#[derive(Default)]
struct Ledger {
    first: HashSet<u64>,
    /// The last first delivery of each user.
    last: BTreeMap<i64, u64>,
    accepted: u64,
    /// First deliveries after a later one of the same user.
    disordered: u64,
}

impl Ledger {
    fn add(&mut self, event: Accepted) {
        self.accepted += 1;
        if self.first.insert(event.number) {
            let before = self.last.insert(event.mpid, event.number);
            self.disordered += u64::from(before > Some(event.number));
        }
    }
}

/// An API that fails in every way that a repetition mends. It stores no requests.
fn api(ledger: Arc<Mutex<Ledger>>, seed: u64) -> HttpServer {
    let answer = move |request: &HttpRequest, records: &[Value]| {
        let mut random = Random(seed ^ (request.number as u64) << 20);
        thread::sleep(Duration::from_micros(random.below(20_000)));
        unreliable_answer(&mut random, records.len())
    };
    let server = HttpServer::start_forgetful(move |request| {
        let (accepted, reply) = reply(request, answer);
        let mut ledger = ledger.lock().unwrap();
        accepted.into_iter().for_each(|event| ledger.add(event));
        reply
    });
    server.unwrap()
}

/// `hydrant forward`, which reads generated messages from its standard input.
struct Feeder {
    child: Child,
    log: PathBuf,
    /// How many messages it may read so far.
    allowed: Arc<AtomicU64>,
}

impl Feeder {
    fn start(setup: &Setup, events: u64) -> Self {
        let log = setup.path("feeder.log");
        let mut command = setup.forward(&[]);
        command.arg("-").stdin(Stdio::piped());
        command.stderr(fs::File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let allowed = Arc::<AtomicU64>::default();
        let limit = Arc::clone(&allowed);
        thread::spawn(move || {
            let mut next = 0;
            while next < events {
                let end = limit.load(Ordering::Relaxed).min(next + 500);
                let text = messages(next..end, USERS);
                // It ends when the process does.
                if stdin.write_all(text.as_bytes()).is_err() {
                    return;
                }
                if end == next {
                    thread::sleep(Duration::from_millis(20));
                }
                next = end;
            }
        });
        Self {
            child,
            log,
            allowed,
        }
    }

    fn allow(&self, messages: u64) {
        self.allowed.store(messages, Ordering::Relaxed);
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn ends(&mut self) {
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.log());
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The most that a process has used.
#[derive(Default)]
struct Usage {
    /// Bytes.
    memory: u64,
    threads: u64,
    files: u64,
}

impl Usage {
    fn take(&mut self, pid: u32) {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.map_or(0, |number| number.parse().unwrap())
        };
        let files = fs::read_dir(format!("/proc/{pid}/fd"));
        self.memory = self.memory.max(number("VmRSS:") * 1024);
        self.threads = self.threads.max(number("Threads:"));
        self.files = self.files.max(files.map_or(0, Iterator::count) as u64);
    }
}
