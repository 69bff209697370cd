//! The scheduler: properties under random faults, and single rules.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::{
    AccountState, Action, BatchLimits, Fate, OutgoingRecord, RecordAccount, RetryPolicy, Room,
    Scheduler, SchedulerOptions, Ticket,
};
use proptest::prelude::*;

use crate::simulation::{Faults, Random, Simulation};

const SECOND: Duration = Duration::from_secs(1);

fn limits() -> impl Strategy<Value = BatchLimits> {
    (
        1usize..12,
        1usize..200,
        1usize..5,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(records, bytes, in_flight, per_account, ordered)| {
            let mut limits = BatchLimits::single(50.min(bytes));
            (limits.records, limits.bytes, limits.in_flight) = (records, bytes, in_flight);
            (limits.per_account, limits.ordered) = (per_account, ordered);
            limits
        })
}

fn options() -> impl Strategy<Value = SchedulerOptions> {
    (1u32..8, 0u64..300, 5usize..60, 1u32..6, 1u8..=100).prop_map(
        |(attempts, linger, capacity, failures, percent)| {
            SchedulerOptions::default()
                .retry(
                    RetryPolicy::default()
                        .attempts(attempts)
                        .cap(10 * SECOND)
                        .longest_after(15 * SECOND),
                )
                .linger(Duration::from_millis(linger))
                .call_timeout(2 * SECOND)
                .capacity(capacity, 1 << 20)
                .account_percent(percent)
                .breaker(failures, SECOND, 10 * SECOND)
        },
    )
}

proptest! {
    /// Whatever the target does: the simulation checks order, limits, deadlines and attempts at
    /// every step; in the end everything is resolved, and no memory is kept.
    #[test]
    fn promises_hold_under_faults(
        limits in limits(),
        options in options(),
        percent in 0u64..=100,
        halts: bool,
        accounts in 1u64..5,
        seed: u64,
    ) {
        let recovers = Duration::from_secs(40);
        let faults = Faults { percent, halts, recovers };
        let mut simulation = Simulation::new(limits, options, faults, seed);
        let mut random = Random(seed ^ 1);
        let end = simulation.start + recovers;
        while simulation.now < end {
            for _ in 0..random.below(4) {
                simulation.submit(accounts);
            }
            if random.percent(5) {
                simulation.scheduler.flush();
            }
            if random.percent(3) {
                simulation.scheduler.resume();
            }
            let until = simulation.now + Duration::from_millis(1 + random.below(800));
            while simulation.now < until {
                simulation.step(until);
            }
        }
        simulation.scheduler.resume();
        // No submission has more time than this.
        let last = simulation.now + 121 * SECOND;
        let mut steps = 0;
        while !simulation.scheduler.is_idle() {
            let goes_on = simulation.step(last) || simulation.scheduler.is_idle();
            prop_assert!(goes_on, "it waits for nothing");
            steps += 1;
            prop_assert!(steps < 100_000, "no progress");
        }
        prop_assert_eq!(simulation.open(), 0);
        // A call that began before the recovery may have halted; pauses and open breakers end.
        simulation.scheduler.resume();
        simulation.now += Duration::from_secs(600);
        simulation.work();
        let stats = simulation.scheduler.stats(simulation.now);
        prop_assert_eq!((stats.records, stats.bytes, stats.accounts, stats.submissions), (0, 0, 0, 0));
        let failed = stats.rejected + stats.given_up + stats.halted;
        prop_assert_eq!((stats.delivered, failed), simulation.counts());
        // A healthy target gets everything.
        let before = simulation.delivered();
        let mut submitted = 0;
        while submitted < 5 {
            submitted += usize::from(simulation.submit(accounts));
            while !simulation.scheduler.is_idle() {
                simulation.step(simulation.now + 121 * SECOND);
            }
        }
        prop_assert!(simulation.delivered() > before);
    }
}

pub(crate) fn account(id: i32, secret: &str) -> Arc<RecordAccount> {
    Arc::new(RecordAccount::new(id, [("api_key", secret)]))
}

pub(crate) fn record(id: i32, payload: &str) -> (OutgoingRecord, usize) {
    let record = OutgoingRecord::new(payload).with_account(account(id, "s3cret"));
    (record, payload.len())
}

pub(crate) fn per_account(in_flight: usize) -> BatchLimits {
    let mut limits = BatchLimits::single(100);
    (limits.records, limits.bytes, limits.in_flight) = (10, 1_000, in_flight);
    limits.per_account = true;
    limits
}

pub(crate) fn send(scheduler: &mut Scheduler, now: Instant) -> (Ticket, Vec<String>) {
    match scheduler.next(now) {
        Action::Send {
            ticket, records, ..
        } => {
            let text = |it: &OutgoingRecord| String::from_utf8(it.payload.clone()).unwrap();
            (ticket, records.iter().map(text).collect())
        }
        other => panic!("{other:?}"),
    }
}

/// Fails calls until none is to be made at this time; returns their number.
fn fail_all(scheduler: &mut Scheduler, now: Instant) -> usize {
    let mut calls = 0;
    while let Action::Send { ticket, .. } = scheduler.next(now) {
        scheduler.complete(ticket, Vec::new(), now);
        calls += 1;
    }
    calls
}

#[test]
fn waits_are_within_the_policy_and_spread() {
    let policy = RetryPolicy::default();
    let mut waits = Vec::new();
    for seed in 0..200 {
        let options = SchedulerOptions::default().breaker(u32::MAX, SECOND, SECOND);
        let mut scheduler = Scheduler::new(BatchLimits::single(10), options, seed);
        let mut now = Instant::now();
        scheduler.push([record(1, "a")], now + 600 * SECOND, now);
        for attempt in 1.. {
            let (ticket, _) = send(&mut scheduler, now);
            scheduler.complete(ticket, vec![Fate::retry("busy")], now);
            let Some(at) = wait(&mut scheduler, now) else {
                assert_eq!(attempt, policy.attempts);
                break;
            };
            assert!(at - now <= policy.longest(attempt), "{attempt}");
            if attempt == 4 {
                waits.push((at - now).as_millis());
            }
            now = at;
        }
        let resolution = scheduler.pop_resolution().unwrap();
        assert_eq!(resolution.records[0].attempts, policy.attempts);
        assert_eq!(resolution.records[0].fate, Fate::retry("busy"));
    }
    let mean = waits.iter().sum::<u128>() / 200;
    assert!((300..500).contains(&mean), "of up to 800 ms: {mean}");
}

fn wait(scheduler: &mut Scheduler, now: Instant) -> Option<Instant> {
    match scheduler.next(now) {
        Action::WaitUntil(at) => Some(at),
        Action::Idle => None,
        Action::Send { .. } => Some(now),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_time_that_the_target_names_is_respected_and_limited() {
    let mut scheduler = Scheduler::new(per_account(4), SchedulerOptions::default(), 7);
    let now = Instant::now();
    scheduler.push([record(1, "a")], now + 600 * SECOND, now);
    let (ticket, _) = send(&mut scheduler, now);
    scheduler.push(
        [record(1, "b"), record(2, "other")],
        now + 600 * SECOND,
        now,
    );
    let (other, texts) = send(&mut scheduler, now);
    assert_eq!(texts, ["other"]);
    scheduler.complete(other, vec![Fate::Delivered], now);
    scheduler.complete(ticket, vec![Fate::retry_after(Duration::MAX, "busy")], now);
    // The whole account waits, for at most five minutes.
    let at = now + 300 * SECOND;
    assert_eq!(wait(&mut scheduler, now), Some(at));
    assert_eq!(
        scheduler.account_state(Some(1), now),
        AccountState::Paused { until: at }
    );
    assert_eq!(send(&mut scheduler, at).1, ["a", "b"]);
    assert_eq!(scheduler.account_state(Some(1), at), AccountState::Open);
}

#[test]
fn a_retry_after_the_deadline_is_given_up_at_once() {
    let mut scheduler = Scheduler::new(per_account(1), SchedulerOptions::default(), 7);
    let now = Instant::now();
    scheduler.push([record(1, "a")], now + 5 * SECOND, now);
    let (ticket, _) = send(&mut scheduler, now);
    let fate = Fate::retry_after(6 * SECOND, "busy");
    scheduler.complete(ticket, vec![fate.clone()], now);
    assert_eq!(scheduler.pop_resolution().unwrap().records[0].fate, fate);
}

#[test]
fn a_breaker_opens_probes_with_one_record_and_closes() {
    let mut scheduler = Scheduler::new(per_account(4), SchedulerOptions::default(), 7);
    let mut now = Instant::now();
    let records: Vec<_> = (0..30).map(|n| record(1, &n.to_string())).collect();
    scheduler.push(records, now + 6_000 * SECOND, now);
    let mut calls = 0;
    let until = loop {
        calls += fail_all(&mut scheduler, now);
        match scheduler.account_state(Some(1), now) {
            AccountState::Broken { until } => break until,
            _ => now = wait(&mut scheduler, now).unwrap(),
        }
    };
    assert_eq!(calls, 5);
    assert!(until - now >= SECOND / 2 && until - now <= SECOND);
    // Nothing is sent while it is open.
    while now < until {
        assert!(!matches!(scheduler.next(now), Action::Send { .. }));
        now += SECOND / 100;
    }
    let (probe, texts) = send(&mut scheduler, now);
    assert_eq!(texts.len(), 1);
    assert_eq!(scheduler.account_state(Some(1), now), AccountState::Probing);
    assert!(!matches!(scheduler.next(now), Action::Send { .. }));
    scheduler.complete(probe, vec![Fate::Delivered], now);
    assert_eq!(scheduler.account_state(Some(1), now), AccountState::Open);
    now += 20 * SECOND;
    assert_eq!(send(&mut scheduler, now).1.len(), 10);
}

#[test]
fn a_halted_account_does_not_halt_others_and_new_settings_resume_it() {
    let mut scheduler = Scheduler::new(per_account(4), SchedulerOptions::default(), 7);
    let now = Instant::now();
    let deadline = now + 60 * SECOND;
    let push = |scheduler: &mut Scheduler, id, secret: &str| {
        let record = OutgoingRecord::new("a").with_account(account(id, secret));
        scheduler.push([(record, 1)], deadline, now)
    };
    push(&mut scheduler, 1, "old");
    let (ticket, _) = send(&mut scheduler, now);
    push(&mut scheduler, 1, "old");
    push(&mut scheduler, 2, "other");
    scheduler.complete(ticket, vec![Fate::halted("bad key")], now);
    for _ in 0..2 {
        let halted = scheduler.pop_resolution().unwrap();
        assert_eq!(halted.records[0].fate, Fate::halted("bad key"));
    }
    let (other, _) = send(&mut scheduler, now);
    scheduler.complete(other, vec![Fate::Delivered], now);
    assert!(
        scheduler.pop_resolution().unwrap().records[0]
            .fate
            .is_delivered()
    );
    push(&mut scheduler, 1, "old");
    assert_eq!(
        scheduler.pop_resolution().unwrap().records[0].fate,
        Fate::halted("bad key")
    );
    push(&mut scheduler, 1, "new");
    assert_eq!(scheduler.pop_resolution(), None);
    let (ticket, _) = send(&mut scheduler, now);
    scheduler.complete(ticket, vec![Fate::Delivered], now);
    scheduler.next(now);
    assert_eq!(scheduler.stats(now).accounts, 0);
}

#[test]
fn a_halt_can_end_by_itself() {
    let options = SchedulerOptions::default().halt_probe(60 * SECOND);
    let mut scheduler = Scheduler::new(BatchLimits::single(10), options, 7);
    let mut now = Instant::now();
    for expected in [Fate::halted("denied"), Fate::Delivered] {
        scheduler.push([record(1, "a")], now + 60 * SECOND, now);
        let (ticket, _) = send(&mut scheduler, now);
        scheduler.complete(ticket, vec![expected], now);
        scheduler.push([record(1, "b")], now + 60 * SECOND, now);
        now += 60 * SECOND;
        let halt = scheduler.stats(now).halt;
        assert_eq!(halt, None, "it has ended by itself");
    }
    let fates = std::iter::from_fn(|| scheduler.pop_resolution());
    let fates: Vec<Fate> = fates.map(|it| it.records[0].fate.clone()).collect();
    let denied = Fate::halted("denied");
    assert_eq!(fates, [denied.clone(), denied, Fate::Delivered]);
}

#[test]
fn batches_with_other_settings_are_apart() {
    let mut scheduler = Scheduler::new(per_account(8), SchedulerOptions::default(), 7);
    let now = Instant::now();
    for secret in ["old", "old", "new"] {
        let record = OutgoingRecord::new(secret).with_account(account(1, secret));
        scheduler.push([(record, 1)], now + 60 * SECOND, now);
    }
    assert_eq!(send(&mut scheduler, now).1, ["old", "old"]);
    assert_eq!(send(&mut scheduler, now).1, ["new"]);
}

#[test]
fn one_slow_account_leaves_calls_for_others() {
    let mut scheduler = Scheduler::new(per_account(8), SchedulerOptions::default(), 7);
    let now = Instant::now();
    let records: Vec<_> = (0..100).map(|n| record(1, &n.to_string())).collect();
    scheduler.push(records, now + 60 * SECOND, now);
    let mut slow = 0;
    while let Action::Send { .. } = scheduler.next(now) {
        slow += 1;
    }
    assert_eq!(slow, 2);
    scheduler.push([record(2, "other")], now + 60 * SECOND, now);
    assert_eq!(send(&mut scheduler, now).1, ["other"]);
}

#[test]
fn accounts_share_batches_fairly() {
    let mut limits = per_account(1);
    limits.per_account = false;
    let mut scheduler = Scheduler::new(limits, SchedulerOptions::default(), 7);
    let now = Instant::now();
    let many: Vec<_> = (0..100).map(|_| record(1, "many")).collect();
    scheduler.push(many, now + 60 * SECOND, now);
    scheduler.push((0..5).map(|_| record(2, "few")), now + 60 * SECOND, now);
    let (_, texts) = send(&mut scheduler, now);
    assert_eq!(texts.iter().filter(|it| *it == "few").count(), 5);
    assert_eq!(texts.len(), 10);
}

#[test]
fn room_is_limited_for_all_and_for_one_account() {
    let options = SchedulerOptions::default().capacity(10, 1 << 20);
    let mut scheduler = Scheduler::new(per_account(1), options, 7);
    let now = Instant::now();
    let records = |id: i32, count: usize| -> Vec<OutgoingRecord> {
        (0..count).map(|_| record(id, "a").0).collect()
    };
    let push = |scheduler: &mut Scheduler, id, count| {
        let sized = records(id, count).into_iter().map(|it| (it, 1));
        scheduler.push(sized, now + 60 * SECOND, now)
    };
    assert_eq!(
        scheduler.room(&records(1, 1_000)),
        Room::Yes,
        "nothing else is there"
    );
    push(&mut scheduler, 1, 4);
    assert_eq!(scheduler.room(&records(1, 1)), Room::Yes);
    assert_eq!(scheduler.room(&records(1, 2)), Room::AccountFull);
    assert_eq!(
        scheduler.room(&records(2, 6)),
        Room::Yes,
        "alone in its account"
    );
    push(&mut scheduler, 2, 6);
    assert_eq!(scheduler.room(&records(3, 1)), Room::Full);
    scheduler.give_up("closed");
    scheduler.next(now);
    let stats = scheduler.stats(now);
    assert_eq!(
        (stats.given_up, stats.submissions, stats.records),
        (10, 0, 0)
    );
    assert_eq!((stats.bytes, stats.accounts), (0, 0));
    assert_eq!(wait(&mut scheduler, now), None);
}

#[test]
fn records_over_the_limit_are_rejected_without_an_attempt() {
    let mut scheduler = Scheduler::new(BatchLimits::single(10), SchedulerOptions::default(), 7);
    let now = Instant::now();
    let large = (OutgoingRecord::new("large"), 11);
    scheduler.push([large, record(1, "a")], now + 60 * SECOND, now);
    let (ticket, texts) = send(&mut scheduler, now);
    assert_eq!(texts, ["a"]);
    scheduler.complete(ticket, vec![Fate::Delivered], now);
    let resolution = scheduler.pop_resolution().unwrap();
    let reason = "the record has 11 bytes, and the target accepts 10";
    assert_eq!(resolution.records[0].fate, Fate::rejected(reason));
    assert_eq!(resolution.records[0].attempts, 0);
    // Nothing to deliver.
    scheduler.push([], now + SECOND, now);
    assert!(scheduler.pop_resolution().unwrap().records.is_empty());
}
