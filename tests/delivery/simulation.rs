//! A clock, a target with faults, and a check of every promise of the scheduler after every step.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::{
    AccountState, Action, BatchLimits, Fate, OutgoingRecord, RecordAccount, Resolved, Room,
    Scheduler, SchedulerOptions, SubmissionId, Ticket,
};

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n.max(1)
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// How the target behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    /// The percentage of calls with faults.
    pub(crate) percent: u64,
    /// Whether it may halt.
    pub(crate) halts: bool,
    /// After this time it does not fail any more.
    pub(crate) recovers: Duration,
}

struct Call {
    ticket: Ticket,
    records: Arc<Vec<OutgoingRecord>>,
    fates: Vec<Fate>,
}

/// A record, as the simulation knows it: its payload is its number.
struct Known {
    submission: usize,
    pushed: Instant,
    account: i32,
    key: Option<u8>,
    attempts: u32,
    /// What the last attempt ended with, and when another one is permitted.
    last: Option<Fate>,
    not_before: Instant,
    resolved: Option<Resolved>,
    in_flight: bool,
    /// Whether it may have been given up when its last attempt ended, because the next one could
    /// not be before its deadline, or because nothing of its account is sent before that.
    may_be_given_up: bool,
    /// A later record of its key was sent since then, so that it must have been.
    given_up: bool,
    too_large: bool,
}

pub(crate) struct Simulation {
    pub(crate) scheduler: Scheduler,
    pub(crate) limits: BatchLimits,
    pub(crate) options: SchedulerOptions,
    pub(crate) now: Instant,
    pub(crate) start: Instant,
    faults: Faults,
    random: Random,
    known: Vec<Known>,
    /// Until when the target wants nothing of an account.
    paused: HashMap<i32, Instant>,
    /// The reasons of all failures.
    reasons: HashSet<String>,
    submissions: Vec<(Instant, Vec<usize>)>,
    ids: HashMap<SubmissionId, usize>,
    calls: BTreeMap<(Instant, u64), Call>,
    calls_made: u64,
    pub(crate) halted: bool,
}

impl Simulation {
    pub(crate) fn new(
        limits: BatchLimits,
        options: SchedulerOptions,
        faults: Faults,
        seed: u64,
    ) -> Self {
        let start = Instant::now();
        Self {
            scheduler: Scheduler::new(limits, options.clone(), seed),
            limits,
            options,
            now: start,
            start,
            faults,
            random: Random(seed),
            known: Vec::new(),
            paused: HashMap::new(),
            reasons: HashSet::new(),
            submissions: Vec::new(),
            ids: HashMap::new(),
            calls: BTreeMap::new(),
            calls_made: 0,
            halted: false,
        }
    }

    /// Submits random records, if there is room.
    pub(crate) fn submit(&mut self, accounts: u64) -> bool {
        let count = 1 + self.random.below(6) as usize;
        let patience = Duration::from_millis(100 + self.random.below(120_000));
        let (first, deadline) = (self.known.len(), self.now + patience);
        let mut records = Vec::new();
        let mut known = Vec::new();
        for number in first..first + count {
            let account = self.random.below(accounts) as i32;
            let key = self.random.percent(70).then(|| self.random.below(3) as u8);
            let settings = [("api_key", "s3cret")];
            let mut record = OutgoingRecord::new(number.to_string())
                .with_account(Arc::new(RecordAccount::new(account, settings)));
            record.key = key.map(|key| vec![key]);
            known.push(Known {
                submission: self.submissions.len(),
                pushed: self.now,
                account,
                key,
                attempts: 0,
                last: None,
                not_before: self.now,
                resolved: None,
                in_flight: false,
                may_be_given_up: false,
                given_up: false,
                too_large: false,
            });
            records.push(record);
        }
        if self.scheduler.room(&records) != Room::Yes {
            return false;
        }
        self.known.extend(known);
        let sized: Vec<_> = records
            .into_iter()
            .map(|record| {
                let too_large = self.random.percent(2);
                self.known[number(&record)].too_large = too_large;
                let size = if too_large {
                    self.limits.record_bytes + 1
                } else {
                    1 + self.random.below(self.limits.record_bytes as u64) as usize
                };
                (record, size)
            })
            .collect();
        self.submissions
            .push((deadline, (first..first + count).collect()));
        self.give_up_late();
        let id = self.scheduler.push(sized, deadline, self.now);
        self.ids.insert(id, self.submissions.len() - 1);
        self.collect();
        true
    }

    /// Does everything that there is to do now, and returns when there is more.
    pub(crate) fn work(&mut self) -> Option<Instant> {
        loop {
            let action = self.scheduler.next(self.now);
            self.collect();
            match action {
                Action::Send {
                    ticket,
                    records,
                    deadline,
                } => self.call(ticket, records, deadline),
                Action::WaitUntil(at) => {
                    assert!(at > self.now, "it waits for the past");
                    return Some(at);
                }
                _ => return None,
            }
        }
    }

    /// Moves the clock to the next thing that happens, at most to `limit`; `false` if nothing does.
    pub(crate) fn step(&mut self, limit: Instant) -> bool {
        let wanted = self.work();
        let reply = self.calls.first_key_value().map(|((at, _), _)| *at);
        let Some(next) = wanted.into_iter().chain(reply).min() else {
            self.now = limit;
            return false;
        };
        self.now = self.now.max(next.min(limit));
        while let Some(entry) = self.calls.first_entry()
            && entry.key().0 <= self.now
        {
            let call = entry.remove();
            self.reply(call);
        }
        next <= limit
    }

    fn call(&mut self, ticket: Ticket, records: Arc<Vec<OutgoingRecord>>, deadline: Instant) {
        assert!(self.calls.len() < self.limits.in_flight, "too many calls");
        assert!(!records.is_empty() && records.len() <= self.limits.records);
        assert!(deadline <= self.now + self.options.call_timeout && deadline > self.now);
        let mut accounts = HashSet::new();
        let mut keys = HashSet::new();
        for record in records.iter() {
            let number = number(record);
            accounts.insert(self.known[number].account);
            self.may_be_sent(number, &mut keys);
            let known = &mut self.known[number];
            known.in_flight = true;
            known.attempts += 1;
            assert!(known.attempts <= self.options.retry.attempts);
            assert!(known.resolved.is_none(), "it is resolved and sent again");
        }
        assert!(!self.limits.per_account || accounts.len() == 1);
        let fates = self.fates(records.len());
        // A call that takes longer than its deadline is abandoned.
        let slowest = if self.is_healthy() { 50 } else { 3_000 };
        let time = Duration::from_millis(1 + self.random.below(slowest));
        let (at, fates) = match self.now + time {
            at if at > deadline => (deadline, Vec::new()),
            at => (at, fates),
        };
        self.calls_made += 1;
        let call = Call {
            ticket,
            records,
            fates,
        };
        self.calls.insert((at, self.calls_made), call);
    }

    /// Checks the order of keys and the time of retries.
    fn may_be_sent(&mut self, number: usize, keys: &mut HashSet<(i32, u8)>) {
        let (earlier, record) = self.known.split_at_mut(number);
        let record = &record[0];
        assert!(
            record.not_before <= self.now,
            "before the time that the target named"
        );
        assert!(!record.in_flight, "it is in flight");
        assert!(!record.given_up, "it was given up");
        let Some(key) = record.key else { return };
        let is_first = keys.insert((record.account, key));
        assert!(is_first || self.limits.ordered, "two of one key in a call");
        for earlier in earlier {
            if (earlier.account, earlier.key) != (record.account, record.key) {
                continue;
            }
            // In an ordered sink the earlier ones are in the same call.
            if self.limits.ordered && !is_first && earlier.in_flight {
                continue;
            }
            assert!(!earlier.in_flight, "it overtakes one in flight");
            // The scheduler reports a record with the others of its submission.
            let ended = matches!(
                earlier.last,
                Some(Fate::Delivered | Fate::Rejected { .. } | Fate::Halted { .. })
            );
            let ended = ended || earlier.attempts >= self.options.retry.attempts;
            if !ended && earlier.resolved.is_none() {
                let refused = earlier.attempts == 0 && earlier.too_large;
                assert!(
                    refused || earlier.may_be_given_up || self.halted,
                    "it overtakes"
                );
                earlier.given_up = true;
            }
        }
    }

    fn is_healthy(&self) -> bool {
        self.now - self.start >= self.faults.recovers
    }

    fn fates(&mut self, count: usize) -> Vec<Fate> {
        if self.is_healthy() || !self.random.percent(self.faults.percent) {
            return vec![Fate::Delivered; count];
        }
        let after = Duration::from_millis(self.random.below(20_000));
        match self.random.below(8) {
            0 => Vec::new(),
            1 => vec![Fate::Delivered; count + 1],
            2 => vec![Fate::retry_after(after, "throttled"); count],
            3 if self.faults.halts && self.random.percent(20) => {
                let mut fates = vec![Fate::Delivered; count];
                fates[self.random.below(count as u64) as usize] = Fate::halted("no such stream");
                fates
            }
            4 if self.limits.ordered => {
                // All from one on.
                let first = self.random.below(count as u64) as usize;
                let fate = |at| {
                    if at < first {
                        Fate::Delivered
                    } else {
                        Fate::retry("later")
                    }
                };
                (0..count).map(fate).collect()
            }
            4 | 5 if !self.limits.ordered => (0..count)
                .map(|_| match self.random.below(4) {
                    0 => Fate::rejected("refused"),
                    1 => Fate::retry("later"),
                    _ => Fate::Delivered,
                })
                .collect(),
            6 => vec![Fate::rejected("refused"); count],
            _ => vec![Fate::retry("unavailable"); count],
        }
    }

    fn reply(&mut self, call: Call) {
        let Call {
            ticket,
            records,
            fates,
        } = call;
        let patience = self.patience();
        for (position, record) in records.iter().enumerate() {
            let longest = self.options.retry.longest_after;
            let known = &mut self.known[number(record)];
            known.in_flight = false;
            let fate = match fates.len() == records.len() {
                true => fates[position].clone(),
                false => Fate::retry("the call ended without a result for each record"),
            };
            if let Fate::Retry {
                after: Some(after), ..
            } = &fate
            {
                let until = self.now + (*after).min(longest);
                known.not_before = until;
                let paused = self.paused.entry(known.account).or_insert(until);
                *paused = until.max(*paused);
            }
            if let Fate::Retry { reason, .. } = &fate {
                self.reasons.insert(reason.to_string());
            }
            if let Fate::Halted { .. } = &fate {
                self.halted = true;
            }
            let deadline = self.submissions[known.submission].0;
            known.may_be_given_up = deadline <= self.now + patience;
            known.last = Some(fate);
        }
        drop(records);
        self.scheduler.complete(ticket, fates, self.now);
        self.give_up_late();
        self.collect();
    }

    /// Until when nothing of an account is sent.
    fn closed_until(&self, account: i32) -> Option<Instant> {
        let paused = self.paused.get(&account).copied();
        let broken = match self.scheduler.account_state(Some(account), self.now) {
            AccountState::Broken { until } => Some(until),
            _ => None,
        };
        paused.max(broken).filter(|until| self.now < *until)
    }

    /// Whether nothing of a record's account is sent before its deadline.
    fn is_late(&self, known: &Known) -> bool {
        let deadline = self.submissions[known.submission].0;
        let closed = self.closed_until(known.account);
        closed.is_some_and(|until| deadline <= until)
    }

    fn give_up_late(&mut self) {
        for number in 0..self.known.len() {
            let known = &self.known[number];
            if known.resolved.is_none() && !known.in_flight && self.is_late(known) {
                self.known[number].may_be_given_up = true;
            }
        }
    }

    /// Nothing waits for a deadline before which nothing can be sent.
    fn nothing_waits_in_vain(&self) {
        for submission in self.ids.values() {
            let (_, records) = &self.submissions[*submission];
            let mut records = records.iter().map(|number| &self.known[*number]);
            assert!(
                records.any(|known| known.in_flight || !self.is_late(known)),
                "a submission waits for its deadline in vain"
            );
        }
    }

    /// Checks results and bounds.
    fn collect(&mut self) {
        while let Some(resolution) = self.scheduler.pop_resolution() {
            let submission = self
                .ids
                .remove(&resolution.submission)
                .expect("resolved once");
            let (deadline, records) = self.submissions[submission].clone();
            assert!(self.now <= deadline, "after the deadline");
            assert_eq!(resolution.records.len(), records.len());
            for (number, result) in records.into_iter().zip(resolution.records) {
                self.check(number, &result, deadline);
                self.known[number].resolved = Some(result);
            }
        }
        self.nothing_waits_in_vain();
        let stats = self.scheduler.stats(self.now);
        // One submission may exceed the capacity if it is alone.
        assert!(stats.records <= self.options.capacity_records.max(6));
        assert!(stats.in_flight <= self.limits.in_flight);
        assert_eq!(stats.submissions, self.ids.len());
    }

    /// The longest time between two attempts.
    fn patience(&self) -> Duration {
        let retry = &self.options.retry;
        retry
            .cap
            .max(retry.longest_after)
            .max(self.options.breaker_cap)
    }

    fn check(&self, number: usize, result: &Resolved, deadline: Instant) {
        let known = &self.known[number];
        match &result.fate {
            Fate::Delivered => assert_eq!(known.last, Some(Fate::Delivered)),
            Fate::Rejected { .. } => {
                assert!(result.attempts == 0 || matches!(known.last, Some(Fate::Rejected { .. })));
            }
            Fate::Halted { .. } => assert!(self.halted),
            Fate::Retry { reason, .. } => {
                // Why nothing was sent.
                let is_known = |known: &String| reason.ends_with(known.as_str());
                let explained = self.reasons.iter().any(is_known);
                assert!(explained || deadline <= self.now, "no reason: {reason}");
                let attempts_used = known.attempts >= self.options.retry.attempts;
                let too_late = known.may_be_given_up || deadline <= self.now;
                assert!(attempts_used || too_late, "given up too early");
                // Pauses, breakers and retries of a target that has recovered end within this time.
                let served = self.start + self.faults.recovers + Duration::from_secs(45);
                let served = served.max(known.pushed + Duration::from_secs(10));
                let in_time = deadline < served || !reason.starts_with("the deadline passed");
                assert!(in_time, "it was never sent");
            }
            other => panic!("{other:?}"),
        }
        assert!(result.attempts <= known.attempts);
    }

    /// The number of records without a result.
    pub(crate) fn open(&self) -> usize {
        self.known
            .iter()
            .filter(|known| known.resolved.is_none())
            .count()
    }

    /// The number of records that arrived, also after their deadline, and of those without success.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let arrived = |known: &&Known| known.last == Some(Fate::Delivered);
        let failed = |known: &&Known| {
            let result = known.resolved.as_ref();
            result.is_some_and(|result| !result.fate.is_delivered())
        };
        let count = |is: &dyn Fn(&&Known) -> bool| self.known.iter().filter(is).count() as u64;
        (count(&arrived), count(&failed))
    }

    /// The number of delivered records.
    pub(crate) fn delivered(&self) -> usize {
        let results = self
            .known
            .iter()
            .filter_map(|known| known.resolved.as_ref());
        results.filter(|result| result.fate.is_delivered()).count()
    }
}

fn number(record: &OutgoingRecord) -> usize {
    std::str::from_utf8(&record.payload)
        .unwrap()
        .parse()
        .unwrap()
}
