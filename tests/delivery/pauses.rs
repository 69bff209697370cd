//! Accounts to which nothing is sent for some time: what cannot be sent before its deadline fails at
//! once, with the reason, instead of waiting for the deadline.

use std::time::{Duration, Instant};

use hydrant::delivery::{
    AccountState, Fate, OutgoingRecord, Resolved, Scheduler, SchedulerOptions, SubmissionId,
};

use crate::scheduler::{account, per_account, record, send};

const SECOND: Duration = Duration::from_secs(1);

fn resolved(scheduler: &mut Scheduler, submission: SubmissionId) -> Resolved {
    let resolution = scheduler.pop_resolution().expect("it is resolved");
    assert_eq!(resolution.submission, submission);
    resolution.records[0].clone()
}

fn paused(reason: &str) -> String {
    format!("the target asked to wait beyond the deadline: {reason}")
}

/// A scheduler whose account 1 is paused for ten seconds.
fn with_pause(now: Instant) -> Scheduler {
    let mut scheduler = Scheduler::new(per_account(1), SchedulerOptions::default(), 7);
    scheduler.push([record(1, "a")], now + 5 * SECOND, now);
    let (ticket, _) = send(&mut scheduler, now);
    let fate = Fate::retry_after(10 * SECOND, "throttled");
    scheduler.complete(ticket, vec![fate], now);
    scheduler.pop_resolution().unwrap();
    scheduler
}

#[test]
fn what_a_pause_outlasts_fails_at_once() {
    let mut now = Instant::now();
    let mut scheduler = with_pause(now);
    now += SECOND;
    let late = scheduler.push([record(1, "b")], now + 9 * SECOND, now);
    let result = resolved(&mut scheduler, late);
    // The time that is left of the pause.
    assert_eq!(
        result.fate,
        Fate::retry_after(9 * SECOND, paused("throttled"))
    );
    assert_eq!(result.attempts, 0);
    let patient = scheduler.push([record(1, "c")], now + 10 * SECOND, now);
    let other = scheduler.push([record(2, "d")], now + SECOND, now);
    let (ticket, texts) = send(&mut scheduler, now);
    assert_eq!(texts, ["d"]);
    scheduler.complete(ticket, vec![Fate::Delivered], now);
    assert!(resolved(&mut scheduler, other).fate.is_delivered());
    now += 9 * SECOND;
    let (ticket, texts) = send(&mut scheduler, now);
    assert_eq!(texts, ["c"]);
    scheduler.complete(ticket, vec![Fate::Delivered], now);
    assert!(resolved(&mut scheduler, patient).fate.is_delivered());
    scheduler.next(now);
    assert_eq!(scheduler.stats(now).accounts, 0);
}

#[test]
fn what_waits_when_a_pause_begins_fails_at_once() {
    let now = Instant::now();
    let mut scheduler = Scheduler::new(per_account(1), SchedulerOptions::default(), 7);
    let keyed = |text: &str| (record(1, text).0.with_key("k"), 1);
    let sent = scheduler.push([keyed("a")], now + 60 * SECOND, now);
    let (ticket, _) = send(&mut scheduler, now);
    let late = scheduler.push([keyed("b")], now + 5 * SECOND, now);
    let patient = scheduler.push([keyed("c")], now + 60 * SECOND, now);
    let fate = Fate::retry_after(10 * SECOND, "throttled");
    scheduler.complete(ticket, vec![fate], now);
    let result = resolved(&mut scheduler, late);
    assert_eq!(
        result.fate,
        Fate::retry_after(10 * SECOND, paused("throttled"))
    );
    assert_eq!(result.attempts, 0);
    // The others of the key keep their order.
    let now = now + 10 * SECOND;
    for (submission, text) in [(sent, "a"), (patient, "c")] {
        let (ticket, texts) = send(&mut scheduler, now);
        assert_eq!(texts, [text]);
        scheduler.complete(ticket, vec![Fate::Delivered], now);
        assert!(resolved(&mut scheduler, submission).fate.is_delivered());
    }
}

#[test]
fn what_an_open_breaker_outlasts_fails_at_once() {
    let options = SchedulerOptions::default().breaker(1, 20 * SECOND, 20 * SECOND);
    let mut scheduler = Scheduler::new(per_account(1), options, 7);
    let now = Instant::now();
    scheduler.push([record(1, "a")], now + SECOND / 100, now);
    let (ticket, _) = send(&mut scheduler, now);
    let waits = scheduler.push([record(1, "b")], now + 5 * SECOND, now);
    scheduler.complete(ticket, vec![Fate::retry("no route to the host")], now);
    scheduler.pop_resolution().unwrap();
    let reason = "the circuit breaker is open beyond the deadline; the last failure: no route to \
                  the host";
    let expected = Fate::retry(reason);
    assert_eq!(resolved(&mut scheduler, waits).fate, expected);
    let AccountState::Broken { until } = scheduler.account_state(Some(1), now) else {
        panic!("the breaker is open")
    };
    let late = scheduler.push([record(1, "c")], until, now);
    let result = resolved(&mut scheduler, late);
    assert_eq!((result.fate, result.attempts), (expected, 0));
    scheduler.push([record(1, "d")], until + SECOND, now);
    // The probe.
    assert_eq!(send(&mut scheduler, until).1, ["d"]);
}

/// Its source repeats from the first failure on, so nothing after it is sent.
#[test]
fn a_record_that_a_pause_outlasts_breaks_its_lane() {
    let now = Instant::now();
    let mut scheduler = with_pause(now);
    let lane = scheduler.open_lane();
    let push = |scheduler: &mut Scheduler, id, text: &str, patience| {
        let record = OutgoingRecord::new(text).with_account(account(id, "s3cret"));
        scheduler.push_in(lane, [(record, 1)], now + patience * SECOND, now)
    };
    let before = push(&mut scheduler, 2, "before", 60);
    let late = push(&mut scheduler, 1, "late", 5);
    let fate = resolved(&mut scheduler, late).fate;
    assert_eq!(fate, Fate::retry_after(10 * SECOND, paused("throttled")));
    let after = push(&mut scheduler, 2, "after", 60);
    assert!(matches!(
        resolved(&mut scheduler, after).fate,
        Fate::Retry { .. }
    ));
    let (ticket, texts) = send(&mut scheduler, now);
    assert_eq!(texts, ["before"]);
    scheduler.complete(ticket, vec![Fate::Delivered], now);
    assert!(resolved(&mut scheduler, before).fate.is_delivered());
}
