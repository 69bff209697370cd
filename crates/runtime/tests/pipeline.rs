//! The pipeline over a sink with faults, on a clock that the tests control.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::{
    AccountState, BatchLimits, Fate, OutgoingRecord, RecordAccount, Resolved, RetryPolicy,
    SchedulerOptions, Sink, worst,
};
use hydrant_runtime::{DynSink, Pipeline, PipelineOptions};
use hydrant_testing::{Fault, MemorySink};

const SECOND: Duration = Duration::from_secs(1);

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

fn after(seconds: u64) -> Instant {
    now() + Duration::from_secs(seconds)
}

fn options(scheduler: SchedulerOptions) -> PipelineOptions {
    PipelineOptions::default().scheduler(scheduler).seed(7)
}

fn record(account: i32, key: &str, payload: impl std::fmt::Display) -> OutgoingRecord {
    OutgoingRecord::new(payload.to_string())
        .with_key(key)
        .with_account(Arc::new(RecordAccount::new(account, [("key", "s3cret")])))
}

fn fates(results: &[Resolved]) -> Vec<&Fate> {
    results.iter().map(|it| &it.fate).collect()
}

#[tokio::test(start_paused = true)]
async fn a_failed_record_is_sent_again_alone() {
    let fault = Fault::from(Fate::retry("throttled")).only([1]);
    let sink = MemorySink::new().fail(1..=2, fault);
    let pipeline = Pipeline::new(sink.clone(), options(SchedulerOptions::default()));
    let records = ["a", "b", "c"].map(OutgoingRecord::new).to_vec();
    let results = pipeline.submit(records, after(60)).await.await;
    assert!(results.iter().all(|it| it.fate.is_delivered()));
    let attempts: Vec<u32> = results.iter().map(|it| it.attempts).collect();
    assert_eq!(attempts, [1, 2, 1]);
    assert_eq!(sink.payloads(), ["a", "c", "b"]);
    let stats = pipeline.stats();
    assert_eq!(
        (stats.delivered, stats.retried, stats.delivered_bytes),
        (3, 1, 3)
    );
    assert_eq!((stats.records, stats.bytes, stats.accounts), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn panics_hangs_and_wrong_counts_are_retried() {
    let sink = MemorySink::new()
        .fail(1..=1, Fault::panic())
        .fail(2..=2, Fault::hang())
        .fail(3..=3, Fault::wrong_count());
    let pipeline = Pipeline::new(sink.clone(), options(SchedulerOptions::default()));
    let began = now();
    let results = pipeline
        .submit(vec![OutgoingRecord::new("a")], after(120))
        .await
        .await;
    assert_eq!(
        (&results[0].fate, results[0].attempts),
        (&Fate::Delivered, 4)
    );
    assert_eq!(sink.payloads(), ["a"; 4]);
    assert_eq!(pipeline.stats().failed_calls, 3);
    // The call that hangs is abandoned after its 30 seconds.
    assert!(now() - began >= 30 * SECOND && now() - began < 40 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_submission_although_its_call_goes_on() {
    let sink = MemorySink::new().fail(.., Fault::hang());
    let pipeline = Pipeline::new(sink.clone(), options(SchedulerOptions::default()));
    let deadline = after(5);
    let results = pipeline
        .submit(vec![OutgoingRecord::new("a")], deadline)
        .await
        .await;
    assert_eq!(now(), deadline);
    assert!(matches!(results[0].fate, Fate::Retry { .. }) && results[0].attempts == 1);
    assert_eq!(pipeline.stats().in_flight, 1);
    tokio::time::sleep(2 * SECOND).await;
    let stats = pipeline.stats();
    assert_eq!((stats.in_flight, stats.records, stats.bytes), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn submit_waits_for_room_and_others_pass_a_full_account() {
    let mut limits = BatchLimits::single(1 << 10);
    limits.per_account = true;
    limits.in_flight = 4;
    let sink = MemorySink::new()
        .with_limits(limits)
        .sleeping(tokio::time::sleep)
        .fail(.., Fault::slow(SECOND));
    let scheduler = SchedulerOptions::default().capacity(4, 1 << 20);
    let pipeline = Pipeline::new(sink.clone(), options(scheduler));
    let began = now();
    let mut receipts = Vec::new();
    for number in 0..2 {
        receipts.push(
            pipeline
                .submit(vec![record(1, "k", number)], after(60))
                .await,
        );
    }
    // Half of the capacity is for one account.
    let third = tokio::spawn({
        let pipeline = pipeline.clone();
        async move {
            let receipt = pipeline.submit(vec![record(1, "k", 2)], after(60)).await;
            receipt.await
        }
    });
    tokio::task::yield_now().await;
    assert_eq!(pipeline.stats().records, 2, "the third waits");
    let other = pipeline
        .submit(vec![record(2, "k", "other")], after(60))
        .await;
    assert_eq!(now(), began);
    other.await;
    assert_eq!(now() - began, SECOND);
    third.await.unwrap();
    assert_eq!(now() - began, 3 * SECOND);
    for receipt in receipts {
        assert!(worst(fates(&receipt.await)).is_delivered());
    }
    let mut payloads = sink.payloads();
    payloads.retain(|it| it != "other");
    assert_eq!(payloads, ["0", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn without_room_before_the_deadline_a_submission_is_retried() {
    let sink = MemorySink::new().fail(.., Fault::hang());
    let scheduler = SchedulerOptions::default().capacity(1, 1 << 20);
    let pipeline = Pipeline::new(sink.clone(), options(scheduler));
    let first = pipeline
        .submit(vec![OutgoingRecord::new("a")], after(60))
        .await;
    // A cancelled submission leaves nothing behind.
    let cancelled = pipeline.submit(vec![OutgoingRecord::new("b")], after(60));
    assert!(tokio::time::timeout(SECOND, cancelled).await.is_err());
    let second = pipeline
        .submit(vec![OutgoingRecord::new("c")], after(5))
        .await;
    let results = second.await;
    assert!(matches!(results[0].fate, Fate::Retry { .. }) && results[0].attempts == 0);
    sink.recover();
    first.await;
    pipeline.close(60 * SECOND).await;
    assert!(sink.is_closed() && !sink.payloads().contains(&"b".to_owned()));
}

/// What ends at its deadline leaves room, without any call that ends.
#[tokio::test(start_paused = true)]
async fn a_deadline_leaves_room_for_those_who_wait() {
    let sink = MemorySink::new().fail(1..=1, Fault::hang());
    let scheduler = SchedulerOptions::default()
        .capacity(2, 1 << 20)
        .account_percent(100);
    let pipeline = Pipeline::new(sink.clone(), options(scheduler));
    let began = now();
    let mut receipts = Vec::new();
    for (number, seconds) in [(0, 9), (1, 1)] {
        let records = vec![record(1, "k", number)];
        receipts.push(pipeline.submit(records, after(seconds)).await);
    }
    let records = vec![record(1, "other", 2)];
    let waited = pipeline.submit(records, after(5)).await;
    assert_eq!(now() - began, SECOND);
    drop(waited);
}

/// Its records are not sent, so those after it must not be.
#[tokio::test(start_paused = true)]
async fn a_submission_without_room_ends_its_lane() {
    let sink = MemorySink::new()
        .sleeping(tokio::time::sleep)
        .fail(1..=1, Fault::slow(5 * SECOND));
    let scheduler = SchedulerOptions::default().capacity(1, 1 << 20);
    let pipeline = Pipeline::new(sink.clone(), options(scheduler));
    let lane = pipeline.lane();
    let other = pipeline
        .submit(vec![record(1, "other", 0)], after(60))
        .await;
    let without_room = lane.submit(vec![record(1, "k", 1)], after(2)).await;
    assert!(matches!(without_room.await[0].fate, Fate::Retry { .. }));
    let next = lane.submit(vec![record(1, "k", 2)], after(60)).await;
    assert!(matches!(next.await[0].fate, Fate::Retry { .. }));
    other.await;
    assert_eq!(sink.payloads(), ["0"]);
}

/// Batches need not be full when time runs out.
#[tokio::test(start_paused = true)]
async fn a_linger_ends_before_the_deadline() {
    let sink = MemorySink::new();
    let scheduler = SchedulerOptions::default().linger(300 * SECOND);
    let pipeline = Pipeline::new(sink.clone(), options(scheduler));
    let receipt = pipeline.submit(vec![record(1, "k", 0)], after(10)).await;
    assert!(receipt.await[0].fate.is_delivered());
}

#[tokio::test(start_paused = true)]
async fn a_linger_fills_batches_and_flush_ends_it() {
    let sink = MemorySink::new();
    let scheduler = SchedulerOptions::default().linger(10 * SECOND);
    let pipeline = Pipeline::new(sink.clone(), options(scheduler));
    let began = now();
    let mut receipts = Vec::new();
    for number in 0..10 {
        receipts.push(
            pipeline
                .submit(vec![record(1, &number.to_string(), number)], after(60))
                .await,
        );
    }
    tokio::time::sleep(SECOND).await;
    assert_eq!(sink.deliveries(), 0);
    pipeline.flush().await;
    assert_eq!((sink.deliveries(), now() - began), (1, SECOND));
    pipeline
        .submit(vec![OutgoingRecord::new("x")], after(60))
        .await
        .await;
    assert_eq!(now() - began, 11 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_halt_refuses_everything_until_it_is_resumed() {
    let sink = MemorySink::new().fail(1..=1, Fault::from(Fate::halted("no such stream")));
    let pipeline = Pipeline::new(sink.clone(), options(SchedulerOptions::default()));
    let one = || vec![record(1, "k", "a"), record(2, "k", "b")];
    let results = pipeline.submit(one(), after(60)).await.await;
    assert_eq!(worst(fates(&results)), Fate::halted("no such stream"));
    let results = pipeline.submit(one(), after(60)).await.await;
    assert_eq!(fates(&results), [&Fate::halted("no such stream"); 2]);
    assert_eq!(sink.deliveries(), 1);
    assert_eq!(pipeline.stats().halt.as_deref(), Some("no such stream"));
    pipeline.resume();
    let results = pipeline.submit(one(), after(60)).await.await;
    assert!(worst(fates(&results)).is_delivered());
}

#[tokio::test(start_paused = true)]
async fn a_failing_account_is_broken_and_does_not_delay_others() {
    let mut limits = BatchLimits::single(1 << 10);
    limits.per_account = true;
    limits.in_flight = 8;
    struct OneFails(MemorySink);
    impl Sink for OneFails {
        fn limits(&self) -> BatchLimits {
            self.0.limits()
        }
        async fn deliver(&self, records: &[OutgoingRecord], deadline: Instant) -> Vec<Fate> {
            match records[0].account.as_ref().unwrap().id() {
                1 => std::future::pending().await,
                _ => Sink::deliver(&self.0, records, deadline).await,
            }
        }
        async fn check(&self, _: Instant) -> Result<(), Fate> {
            Ok(())
        }
        async fn close(&self) {}
    }
    let sink = DynSink::new(OneFails(MemorySink::new().with_limits(limits)));
    let pipeline = Pipeline::new(sink, options(SchedulerOptions::default()));
    let mut bad = Vec::new();
    for number in 0..100 {
        bad.push(
            pipeline
                .submit(vec![record(1, &number.to_string(), number)], after(600))
                .await,
        );
    }
    let began = now();
    for number in 0..200 {
        let submitted = pipeline
            .submit(vec![record(2, "k", number)], after(600))
            .await;
        assert!(worst(fates(&submitted.await)).is_delivered());
        tokio::time::sleep(SECOND).await;
    }
    assert_eq!(now() - began, 200 * SECOND, "no delivery waits");
    let state = pipeline.account_state(Some(1));
    assert!(
        matches!(state, AccountState::Broken { .. } | AccountState::Probing),
        "{state:?}"
    );
    assert_eq!(pipeline.stats().open_breakers, 1);
}

#[tokio::test(start_paused = true)]
async fn closing_delivers_gives_up_and_refuses() {
    let sink = MemorySink::new().fail(2.., Fault::hang());
    let pipeline = Pipeline::new(sink.clone(), options(SchedulerOptions::default()));
    let first = pipeline
        .submit(vec![OutgoingRecord::new("a")], after(600))
        .await;
    first.await;
    let second = pipeline
        .submit(vec![OutgoingRecord::new("b")], after(600))
        .await;
    let began = now();
    tokio::join!(pipeline.close(5 * SECOND), pipeline.close(50 * SECOND));
    assert_eq!(now() - began, 5 * SECOND);
    assert!(matches!(second.await[0].fate, Fate::Retry { .. }));
    let third = pipeline
        .submit(vec![OutgoingRecord::new("c")], after(600))
        .await;
    assert!(matches!(third.await[0].fate, Fate::Retry { .. }));
    assert!(sink.is_closed());
    pipeline.flush().await;
    pipeline.close(Duration::MAX).await;
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_handle_delivers_what_was_submitted() {
    let sink = MemorySink::new().fail(1..=3, Fault::from(Fate::retry("busy")));
    let pipeline = Pipeline::new(sink.clone(), options(SchedulerOptions::default()));
    let receipt = pipeline
        .submit(vec![OutgoingRecord::new("a")], after(600))
        .await;
    drop((pipeline.clone(), pipeline));
    assert!(receipt.await[0].fate.is_delivered());
    tokio::time::sleep(SECOND).await;
    assert!(sink.is_closed());
}

#[test]
fn a_runtime_that_ends_resolves_receipts() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
    };
    let sink = MemorySink::new().fail(.., Fault::hang());
    let first = runtime();
    let (pipeline, receipt) = first.block_on(async {
        let pipeline = Pipeline::new(sink, PipelineOptions::default());
        let receipt = pipeline
            .submit(vec![OutgoingRecord::new("a")], after(60))
            .await;
        (pipeline, receipt)
    });
    drop(first);
    runtime().block_on(async {
        assert!(matches!(receipt.await[0].fate, Fate::Retry { .. }));
        pipeline.flush().await;
        pipeline.close(SECOND).await;
        let late = pipeline
            .submit(vec![OutgoingRecord::new("b")], after(60))
            .await;
        assert!(matches!(late.await[0].fate, Fate::Retry { .. }));
    });
}

/// Everything that is delivered is stored, in order of keys, under random faults of every kind.
#[tokio::test(start_paused = true)]
async fn nothing_is_lost_in_chaos() {
    for seed in 0..20 {
        let mut limits = BatchLimits::single(1 << 10);
        (limits.records, limits.bytes) = (20, 1 << 14);
        (limits.in_flight, limits.per_account) = (4, seed % 2 == 0);
        let sink = MemorySink::new()
            .with_limits(limits)
            .sleeping(tokio::time::sleep)
            .chaos(seed, 40);
        let scheduler = SchedulerOptions::default()
            .retry(RetryPolicy::default().attempts(u32::MAX))
            .capacity(200, 1 << 20);
        let pipeline = Pipeline::new(sink.clone(), options(scheduler));
        let mut tasks = tokio::task::JoinSet::new();
        for account in 0..4 {
            let pipeline = pipeline.clone();
            tasks.spawn(async move {
                let mut receipts = Vec::new();
                for batch in 0..30 {
                    let records: Vec<_> = (0..5)
                        .map(|n| {
                            let key = format!("{account}-{}", n % 3);
                            record(account, &key, format!("{key} {:04}", batch * 5 + n))
                        })
                        .collect();
                    let sent: Vec<_> = records.iter().map(|it| it.payload.clone()).collect();
                    receipts.push((sent, pipeline.submit(records, after(7_200)).await));
                }
                let mut delivered = Vec::new();
                for (sent, receipt) in receipts {
                    for (payload, result) in sent.into_iter().zip(receipt.await) {
                        match result.fate {
                            Fate::Delivered => delivered.push(String::from_utf8(payload).unwrap()),
                            Fate::Rejected { .. } => {}
                            other => panic!("seed {seed}: {other:?}"),
                        }
                    }
                }
                delivered
            });
        }
        let mut delivered = BTreeSet::new();
        while let Some(ended) = tasks.join_next().await {
            delivered.extend(ended.unwrap());
        }
        pipeline.close(60 * SECOND).await;
        let stored = sink.payloads();
        let all: BTreeSet<String> = stored.iter().cloned().collect();
        assert!(delivered.is_subset(&all), "seed {seed}");
        // The last copy of a record is stored before the first of the next one with its key.
        let mut last: BTreeMap<&str, &str> = BTreeMap::new();
        for payload in &stored {
            let (key, number) = payload.split_once(' ').unwrap();
            let before = last.insert(key, number).unwrap_or("");
            assert!(before <= number, "seed {seed}: {key} {before} {number}");
        }
        assert!(sink.most_in_flight() <= 4);
    }
}
