//! SIGKILL at any moment: every message ends as delivered or as a dead letter, in the order of its
//! user, and the next run repeats only what the checkpoint does not count.

use std::collections::{BTreeMap, HashSet};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hydrant_testing::http_server::HttpReply;

use crate::support::*;
use crate::target::*;

/// The seed of the random choices; `scripts/faults` sets it.
pub(crate) fn seed() -> u64 {
    let seed = std::env::var("FAULT_SEED");
    seed.map_or(1, |seed| seed.parse().expect("FAULT_SEED is a number"))
}

/// SplitMix64: random numbers that a seed repeats.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below this one.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % end
    }
}

/// Ends a process without notice.
pub(crate) fn kill(id: u32) {
    let _ = Command::new("kill")
        .args(["-KILL", &id.to_string()])
        .status();
}

/// Waits for this; `false` if the process ends before, or after a minute.
fn wait_until(child: &mut Child, mut condition: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !condition() {
        if child.try_wait().unwrap().is_some() || begun.elapsed() > Duration::from_secs(60) {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

const MESSAGES: u64 = 12_000;
const USERS: u64 = 40;
const KILLS: u64 = 7;

fn is_poisoned(number: u64) -> bool {
    number % 97 == 5
}

/// A line that is not a message comes before these.
fn follows_garbage(number: u64) -> bool {
    number % 131 == 7
}

fn garbage(number: u64) -> String {
    format!(r#"{{"type":"event_processing_request","events":{number}}}"#)
}

/// The messages, and the position of each in the file.
fn input() -> (String, Vec<u64>) {
    let (mut text, mut positions, mut position) = (String::new(), Vec::new(), 0);
    for number in 0..MESSAGES {
        if follows_garbage(number) {
            text += &(garbage(number) + "\n");
            position += 1;
        }
        text += &messages([number], USERS);
        positions.push(position);
        position += 1;
    }
    (text, positions)
}

/// An answer to this number of records, which fails in one of the ways that a repetition mends, or
/// accepts them.
pub(crate) fn unreliable_answer(random: &mut Random, records: usize) -> Answer {
    match random.below(20) {
        0 => Answer::Reply(HttpReply::new(503)),
        1 => Answer::Reply(HttpReply::new(429).with_header("Retry-After", "0")),
        2 => Answer::Reply(HttpReply::cut()),
        3 => Answer::AcceptAndReply(HttpReply::cut()),
        4 => {
            let chosen = (0..records).filter(|_| random.below(2) == 0);
            Answer::Partly(chosen.map(|position| (position, 503)).collect())
        }
        _ => Answer::Accept,
    }
}

/// Fails in every way that a repetition mends, and refuses poisoned records.
fn unreliable(seed: u64) -> Target {
    Target::start(move |request, records| {
        let mut random = Random(seed ^ (request.number as u64) << 20);
        // The latency.
        thread::sleep(Duration::from_micros(random.below(6_000)));
        let numbers = records.iter().map(|record| number_of(&record["events"][0]));
        if numbers.into_iter().any(is_poisoned) {
            return Answer::Reply(HttpReply::new(422));
        }
        unreliable_answer(&mut random, records.len())
    })
}

#[test]
fn nothing_is_lost_by_kills_at_random_times() {
    let seed = seed();
    let mut random = Random(seed);
    let target = unreliable(seed);
    let setup = Setup::http(&target.url())
        .with_letters()
        .set("batch_records=3")
        .set("max_in_flight=4")
        .set("retry_attempts=1000")
        .set("errors_pointer=/errors")
        .set("error_status_pointer=/status");
    let (text, positions) = input();
    let file = setup.write("input", text);
    let begun = Instant::now();
    let (mut kills, mut repeated) = (0, 0);
    let mut known = HashSet::new();
    while kills < KILLS {
        let before = target.numbers().len();
        let settled = setup.settled();
        let mut child = setup.starts(&file, &[]);
        // Some runs are killed at once, the others after the checkpoint has moved.
        let waits = random.below(3) > 0;
        let more = random.below(600) as usize;
        let reached = wait_until(&mut child, || {
            (!waits || setup.settled() > settled) && target.numbers().len() >= before + more
        });
        thread::sleep(Duration::from_micros(random.below(5_000)));
        kill(child.id());
        let ended = child.wait().unwrap();
        let accepted = target.numbers();
        for number in &accepted[before..] {
            let position = positions[*number as usize];
            assert!(
                position >= settled,
                "seed {seed}: message {position} was sent again, though {settled} are settled"
            );
            repeated += usize::from(!known.insert(*number));
        }
        if !reached {
            assert!(ended.code().is_some(), "seed {seed}: no progress");
            break;
        }
        kills += 1;
    }
    assert!(kills > 2, "seed {seed}: the input was too short");
    let ran = setup.continues(&file);
    assert!(
        matches!(ran.status, Some(0 | 1)) && ran.report["failure"].is_null(),
        "seed {seed}: {}",
        ran.err
    );
    assert_eq!(setup.settled(), positions.last().unwrap() + 1);

    let accepted = target.distinct();
    let letters = setup.letters();
    let stored: HashSet<_> = setup.letter_numbers().into_iter().flatten().collect();
    let unparsed: HashSet<_> = letters
        .iter()
        .filter_map(|it| it["unparsed"].as_str())
        .collect();
    for number in 0..MESSAGES {
        let delivered = accepted.binary_search(&number).is_ok();
        let expected = (!is_poisoned(number), is_poisoned(number));
        let found = (delivered, stored.contains(&number));
        assert_eq!(
            found, expected,
            "seed {seed}: message {number}, delivered and dead letter"
        );
        assert!(
            !follows_garbage(number) || unparsed.contains(&*garbage(number)),
            "seed {seed}: garbage before {number} is lost"
        );
    }
    // In the order of their first delivery.
    let (mut last, mut first) = (BTreeMap::new(), HashSet::new());
    for accepted in target.accepted() {
        if first.insert(accepted.number) {
            let before = last.insert(accepted.mpid, accepted.number);
            assert!(
                before < Some(accepted.number),
                "seed {seed}: {accepted:?} comes after {before:?}"
            );
        }
    }
    println!(
        "seed {seed}: {kills} kills, {} requests, {repeated} events again after a kill, {:.1} s",
        target.server.requests().len(),
        begun.elapsed().as_secs_f64()
    );
}

/// The checkpoint is written within a second, also if the next message does not come to an end:
/// after a kill, only what was in flight is repeated.
#[test]
fn a_kill_repeats_only_what_was_in_flight() {
    const SETTLED: u64 = 300;
    let open = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&open);
    let target = Target::start(move |_, records| {
        let first = number_of(&records[0]["events"][0]);
        match first < SETTLED || is_open.load(Ordering::SeqCst) {
            true => Answer::Accept,
            false => Answer::AcceptAndReply(HttpReply::never()),
        }
    });
    let setup = Setup::http(&target.url())
        .set("batch_records=1")
        .set("max_in_flight=4");
    // One block of input.
    let file = setup.write("input", messages(0..600, 1_000));
    let mut child = setup.starts(&file, &[]);
    let counted = wait_until(&mut child, || setup.settled() == SETTLED);
    kill(child.id());
    child.wait().unwrap();
    assert!(counted, "the checkpoint counts {}", setup.settled());
    open.store(true, Ordering::SeqCst);
    let before = target.numbers();
    setup.continues(&file).exits(0);
    let after = target.numbers().split_off(before.len());
    let mut again: Vec<_> = after.clone();
    again.sort_unstable();
    assert_eq!(again, (SETTLED..600).collect::<Vec<_>>());
    let repeated = before.iter().filter(|it| after.contains(it)).count();
    assert!(repeated <= 4, "{repeated} were in flight");
}
