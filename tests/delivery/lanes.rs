//! Lanes: a source that repeats everything from its first failure on never reorders a key.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use hydrant::delivery::{
    Action, BatchLimits, Fate, LaneId, OutgoingRecord, RetryPolicy, Scheduler, SchedulerOptions,
    SubmissionId, worst,
};
use proptest::prelude::*;

use crate::simulation::Random;

const SECOND: Duration = Duration::from_secs(1);

/// A partition: its records in order, how many of them are settled, and what is on its way.
struct Source {
    keys: Vec<u8>,
    settled: usize,
    lane: LaneId,
    on_the_way: VecDeque<(SubmissionId, Option<Fate>)>,
    failed: bool,
}

struct World {
    scheduler: Scheduler,
    now: Instant,
    random: Random,
    sources: Vec<Source>,
    calls: Vec<(Instant, hydrant::delivery::Ticket, Vec<OutgoingRecord>)>,
    /// First deliveries, by key: the numbers of messages, and of records in them.
    delivered: BTreeMap<Vec<u8>, Vec<(usize, usize)>>,
    /// Whether the target rejects records, which nobody stores.
    rejects: bool,
    resolved: HashMap<SubmissionId, Fate>,
}

impl World {
    fn new(
        limits: BatchLimits,
        attempts: u32,
        rejects: bool,
        seed: u64,
        sources: usize,
        length: usize,
    ) -> Self {
        let options = SchedulerOptions::default()
            .retry(RetryPolicy::default().attempts(attempts))
            .halt_probe(3 * SECOND)
            .call_timeout(2 * SECOND)
            .rejections_end_lanes(rejects);
        let mut scheduler = Scheduler::new(limits, options, seed);
        let mut random = Random(seed);
        let sources = (0..sources).map(|_| Source {
            keys: (0..length).map(|_| random.below(3) as u8).collect(),
            settled: 0,
            lane: scheduler.open_lane(),
            on_the_way: VecDeque::new(),
            failed: false,
        });
        let sources = sources.collect();
        Self {
            scheduler,
            now: Instant::now(),
            random,
            sources,
            calls: Vec::new(),
            delivered: BTreeMap::new(),
            rejects,
            resolved: HashMap::new(),
        }
    }

    /// Submits the next record of a source, or closes its lane as a revocation does.
    fn submit(&mut self) {
        let at = self.random.below(self.sources.len() as u64) as usize;
        let patience = Duration::from_millis(200 + self.random.below(20_000));
        let revoked = self.random.percent(2);
        let source = &mut self.sources[at];
        if revoked {
            self.scheduler.close_lane(source.lane);
            source.failed = true;
            return;
        }
        let next = source.settled + source.on_the_way.len();
        if source.failed || next >= source.keys.len() || source.on_the_way.len() >= 6 {
            return;
        }
        // A message has one to three records, and the same ones if it is submitted again.
        let records = (0..1 + next % 3).map(|part| {
            let record = OutgoingRecord::new(format!("{at} {next} {part}"));
            let key = (source.keys[next] as usize + part / 2) % 3;
            (record.with_key([at as u8, key as u8].as_slice()), 1)
        });
        let deadline = self.now + patience;
        let id = self
            .scheduler
            .push_in(source.lane, records, deadline, self.now);
        source.on_the_way.push_back((id, None));
    }

    /// Ends calls whose time has come, with random fates.
    fn complete(&mut self, healthy: bool) {
        let (now, random) = (self.now, &mut self.random);
        let ended: Vec<_> = self.calls.extract_if(.., |(at, ..)| *at <= now).collect();
        for (_, ticket, records) in ended {
            let fails = !healthy && random.percent(40);
            let halts = !healthy && random.percent(5);
            let after = (!healthy && random.percent(20)).then(|| random.below(8) as u32 * SECOND);
            let mut fates = Vec::new();
            for record in &records {
                let text = String::from_utf8(record.payload.clone()).unwrap();
                let mut numbers = text.split(' ').skip(1).map(|it| it.parse().unwrap());
                let place = (numbers.next().unwrap(), numbers.next().unwrap());
                if self.rejects && !healthy && random.percent(10) {
                    fates.push(Fate::rejected("not wanted"));
                } else if halts {
                    fates.push(Fate::halted("halted"));
                } else if let Some(after) = after {
                    fates.push(Fate::retry_after(after, "paused"));
                } else if fails {
                    fates.push(Fate::retry("failed"));
                } else {
                    let key = record.key.clone().unwrap();
                    let first = self.delivered.entry(key).or_default();
                    if !first.contains(&place) {
                        first.push(place);
                    }
                    fates.push(Fate::Delivered);
                }
            }
            self.scheduler.complete(ticket, fates, now);
        }
    }

    fn drive(&mut self) {
        while let Action::Send {
            ticket, records, ..
        } = self.scheduler.next(self.now)
        {
            let at = self.now + Duration::from_millis(1 + self.random.below(1_500));
            self.calls.push((at, ticket, records.to_vec()));
        }
        while let Some(resolution) = self.scheduler.pop_resolution() {
            let fate = worst(resolution.records.iter().map(|it| &it.fate));
            self.resolved.insert(resolution.submission, fate);
        }
        for source in &mut self.sources {
            for (id, fate) in &mut source.on_the_way {
                *fate = fate.take().or_else(|| self.resolved.remove(id));
            }
            while let Some((_, Some(Fate::Delivered))) = source.on_the_way.front() {
                source.on_the_way.pop_front();
                source.settled += 1;
            }
            source.failed |= matches!(source.on_the_way.front(), Some((_, Some(_))));
            if source.failed && source.on_the_way.iter().all(|(_, fate)| fate.is_some()) {
                self.scheduler.close_lane(source.lane);
                source.on_the_way.clear();
                source.lane = self.scheduler.open_lane();
                source.failed = false;
            }
        }
    }

    fn is_done(&self) -> bool {
        let mut sources = self.sources.iter();
        sources.all(|source| source.settled == source.keys.len())
    }
}

proptest! {
    /// Whatever fails, is paused, is halted, expires or is revoked: in the end everything is delivered,
    /// and the first deliveries of a key are in the order of its source.
    #[test]
    fn first_deliveries_keep_the_order(
        records in 1usize..6,
        in_flight in 1usize..4,
        ordered: bool,
        attempts in 1u32..4,
        rejects: bool,
        seed: u64,
    ) {
        let mut limits = BatchLimits::single(100);
        (limits.records, limits.bytes, limits.in_flight) = (records, 100, in_flight);
        limits.ordered = ordered;
        let mut world = World::new(limits, attempts, rejects, seed, 3, 25);
        let start = world.now;
        while !world.is_done() {
            let healthy = world.now - start > 60 * SECOND;
            for _ in 0..3 {
                world.submit();
            }
            world.complete(healthy);
            world.drive();
            world.now += Duration::from_millis(1 + world.random.below(300));
            prop_assert!(world.now - start < 3_600 * SECOND, "no progress");
        }
        for (key, first) in &world.delivered {
            prop_assert!(first.is_sorted(), "key {key:?}: {first:?}");
        }
        for source in &world.sources {
            world.scheduler.close_lane(source.lane);
        }
    }
}

#[test]
fn a_closed_lane_refuses_and_does_not_repeat() {
    let options = SchedulerOptions::default().retry(RetryPolicy::default().base(Duration::ZERO));
    let mut scheduler = Scheduler::new(BatchLimits::single(100), options, 1);
    let now = Instant::now();
    let lane = scheduler.open_lane();
    let push = |scheduler: &mut Scheduler, payload: &str| {
        let record = OutgoingRecord::new(payload).with_key("k");
        scheduler.push_in(lane, [(record, 1)], now + 60 * SECOND, now)
    };
    let (first, second) = (push(&mut scheduler, "1"), push(&mut scheduler, "2"));
    let Action::Send { ticket, .. } = scheduler.next(now) else {
        panic!("the first record is sent")
    };
    scheduler.close_lane(lane);
    let cancelled = scheduler.pop_resolution().unwrap();
    assert_eq!(cancelled.submission, second);
    assert!(
        scheduler.pop_resolution().is_none(),
        "the first is in flight"
    );
    scheduler.complete(ticket, vec![Fate::retry("no answer")], now);
    let failed = scheduler.pop_resolution().unwrap();
    assert_eq!(failed.submission, first);
    assert_eq!(failed.records[0].fate, Fate::retry("no answer"));
    let late = push(&mut scheduler, "3");
    assert_eq!(scheduler.pop_resolution().unwrap().submission, late);
    assert!(matches!(scheduler.next(now), Action::Idle));
    assert!(scheduler.is_idle());
}

/// A source without dead letters submits a rejected record again.
#[test]
fn a_rejection_ends_a_lane_if_nobody_stores_it() {
    for ends in [false, true] {
        let options = SchedulerOptions::default().rejections_end_lanes(ends);
        let mut limits = BatchLimits::single(100);
        limits.in_flight = 4;
        let mut scheduler = Scheduler::new(limits, options, 1);
        let now = Instant::now();
        let lane = scheduler.open_lane();
        for payload in ["1", "2"] {
            let record = OutgoingRecord::new(payload).with_key("k");
            scheduler.push_in(lane, [(record, 1)], now + 60 * SECOND, now);
        }
        let Action::Send { ticket, .. } = scheduler.next(now) else {
            panic!("the first record is sent")
        };
        scheduler.complete(ticket, vec![Fate::rejected("not wanted")], now);
        let sent = matches!(scheduler.next(now), Action::Send { .. });
        assert_eq!(sent, !ends);
        // A record that is too large is rejected before it is sent.
        let lane = scheduler.open_lane();
        for payload in [[0; 200].as_slice(), &[0]] {
            let record = (OutgoingRecord::new(payload).with_key("l"), payload.len());
            scheduler.push_in(lane, [record], now + 60 * SECOND, now);
        }
        let sent = matches!(scheduler.next(now), Action::Send { .. });
        assert_eq!(sent, !ends);
    }
}
