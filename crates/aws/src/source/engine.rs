//! [`Engine`]: receives messages, starts a task for each group, and decides what becomes of each
//! message.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::Fate;
use hydrant_runtime::source::{Handler, SourceError, SourceEvent, wait_after};
use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::config::SqsSourceConfig;
use super::group::{Failure, Numbered, process};
use super::health::{Health, Trouble};
use super::held::{Messages, State};
use super::requests::{Action, Done, Requests};
use crate::sqs::{ReceivedMessage, SqsQueue};

/// How often times are looked at.
const TICK: Duration = Duration::from_millis(100);

/// The greatest number of messages that are not settled.
const MOST_HELD: usize = 10_000;

/// The wait after a request that failed; for receiving it grows.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Engine<H> {
    config: SqsSourceConfig,
    handler: Arc<H>,
    messages: Messages,
    requests: Requests,
    tasks: JoinSet<Option<Failure>>,
    running: HashMap<Id, Task>,
    /// Messages of groups that have a task. The queue hands over such messages only if it gave those
    /// before to others.
    waiting: HashMap<Vec<u8>, VecDeque<Vec<Numbered>>>,
    settled: (mpsc::UnboundedSender<u64>, mpsc::UnboundedReceiver<u64>),
    health: Health,
    /// Failures to receive in a row.
    failures: u32,
    stopping: Option<Stopping>,
    error: Option<SourceError>,
}

/// A task.
struct Task {
    numbers: Vec<u64>,
    /// The group of a FIFO queue.
    group: Option<Vec<u8>>,
    cancel: watch::Sender<bool>,
}

#[derive(Clone, Copy)]
struct Stopping {
    /// When what is on its way is cancelled.
    cancel_at: Instant,
    /// When it is waited for no longer.
    until: Instant,
}

impl<H: Handler> Engine<H> {
    pub(super) fn new(queue: SqsQueue, config: SqsSourceConfig, handler: Arc<H>) -> Self {
        Self {
            config,
            handler,
            messages: Messages::default(),
            requests: Requests::new(queue),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            waiting: HashMap::new(),
            settled: mpsc::unbounded_channel(),
            health: Health::default(),
            failures: 0,
            stopping: None,
            error: None,
        }
    }

    pub(super) async fn run(
        mut self,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), SourceError> {
        let mut stop = pin!(stop);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.request();
            if self.is_done() {
                return self.error.map_or(Ok(()), Err);
            }
            tokio::select! {
                biased;
                () = &mut stop, if self.stopping.is_none() => self.stop(),
                Some(number) = self.settled.1.recv() => {
                    self.settle(number);
                    // One request deletes several.
                    self.settle_all();
                }
                Some(ended) = self.tasks.join_next_with_id() => self.ended(ended),
                Some(done) = self.requests.next() => self.done(done),
                _ = ticks.tick() => self.tick(),
            }
        }
    }

    /// Begins the requests that are needed now.
    fn request(&mut self) {
        let receives = self.stopping.is_none();
        let room = self.messages.memory < self.config.window_bytes;
        if receives && room && self.messages.len() < MOST_HELD {
            self.requests.receive(self.config.visibility_timeout);
        }
        self.requests.delete(&self.messages);
        let hidden = self.config.visibility_timeout;
        self.requests.extend(&self.messages, hidden);
        self.requests.give_back(&self.messages, receives);
    }

    fn is_done(&self) -> bool {
        let idle = self.messages.len() == 0 && self.tasks.is_empty() && self.requests.is_empty();
        self.stopping
            .is_some_and(|stopping| idle || stopping.until <= Instant::now())
    }

    /// Begins the end of the source.
    fn stop(&mut self) {
        let cancel_at = Instant::now() + self.config.grace;
        self.stopping.get_or_insert(Stopping {
            cancel_at,
            until: cancel_at + self.config.release_timeout,
        });
    }

    /// The source ends; the first reason counts.
    fn fail(&mut self, error: SourceError) {
        self.error.get_or_insert(error);
        self.stop();
    }

    fn tick(&mut self) {
        let now = Instant::now();
        let mut expired = Vec::new();
        for (number, held) in self.messages.iter_mut() {
            if !matches!(held.state, State::Working | State::Settled) {
                continue;
            }
            if held.until <= now {
                expired.push((number, held.state));
                held.state = State::Expired;
                let place = held.place();
                self.handler.report(SourceEvent::Expired { place });
            } else if held.extend_at.is_some_and(|at| at <= now) {
                held.extend_at = None;
                self.requests.extends.push_back(number);
            }
        }
        for (number, state) in expired {
            let mut tasks = self.running.values();
            match tasks.find(|task| task.numbers.contains(&number)) {
                Some(task) if state == State::Working => {
                    task.cancel.send_replace(true);
                }
                _ => self.messages.remove(number),
            }
        }
        if self.stopping.is_some_and(|it| it.cancel_at <= now) {
            for task in self.running.values() {
                task.cancel.send_replace(true);
            }
        }
    }

    fn done(&mut self, done: Done) {
        let now = Instant::now();
        match done {
            Done::Received(Ok(messages)) => {
                self.failures = 0;
                self.health.works(Action::Receive);
                self.received(messages);
            }
            Done::Received(Err(fate)) => {
                self.failures += 1;
                self.requests.receive_at = now + wait_after(self.failures);
                self.refused(Action::Receive, fate);
            }
            Done::Deleted(fates) => {
                for (number, fate) in fates {
                    self.deleted(number, fate);
                }
            }
            Done::Extended(begun, fates) => {
                for (number, fate) in fates {
                    let hidden = self.config.visibility_timeout;
                    if let Some(held) = self.messages.get_mut(number) {
                        match fate {
                            Fate::Delivered => held.hidden(begun, hidden),
                            _ => held.extend_at = Some(now + PAUSE),
                        }
                        if let State::Returning(_) = held.state {
                            self.requests.returns.push_back(number);
                        }
                    }
                    self.result(Action::Hide, fate);
                }
            }
            Done::Returned(fates) => {
                for (number, fate) in fates {
                    self.messages.remove(number);
                    self.result(Action::Hide, fate);
                }
            }
        }
    }

    /// Starts tasks for what was received: one for each group, or for each message of a standard
    /// queue.
    fn received(&mut self, messages: Vec<ReceivedMessage>) {
        let (now, hidden) = (Instant::now(), self.config.visibility_timeout);
        let is_fifo = self.config.queue.is_fifo();
        let mut batches: Vec<(Option<Vec<u8>>, Vec<Numbered>)> = Vec::new();
        for message in messages {
            let Some((number, record)) = self.messages.receive(message, now, hidden) else {
                continue;
            };
            let group = record.key.clone().filter(|_| is_fifo);
            let mut known = batches.iter_mut();
            match known.find(|(known, _)| group.is_some() && *known == group) {
                Some((_, batch)) => batch.push((number, record)),
                None => batches.push((group, vec![(number, record)])),
            }
        }
        for (group, batch) in batches {
            if self.stopping.is_some() {
                self.give_back(batch.iter().map(|(number, _)| *number), None);
                continue;
            }
            if let Some(group) = &group {
                if let Some(waiting) = self.waiting.get_mut(group) {
                    waiting.push_back(batch);
                    continue;
                }
                self.waiting.insert(group.clone(), VecDeque::new());
            }
            self.start(group, batch);
        }
    }

    fn start(&mut self, group: Option<Vec<u8>>, mut batch: Vec<Numbered>) {
        batch.retain(|(number, _)| {
            // It may have expired while it waited.
            let held = self.messages.get(*number);
            held.is_some_and(|held| held.state == State::Working)
        });
        let numbers = batch.iter().map(|(number, _)| *number).collect();
        let (cancel, cancelled) = watch::channel(false);
        let settled = self.settled.0.clone();
        let task = process(Arc::clone(&self.handler), batch, cancelled, settled);
        let task = self.tasks.spawn(task);
        let started = Task {
            numbers,
            group,
            cancel,
        };
        self.running.insert(task.id(), started);
    }

    /// A message is settled.
    fn settle(&mut self, number: u64) {
        if let Some(held) = self.messages.get_mut(number) {
            // If it has expired, deleting it may prevent that it is processed again.
            held.state = State::Settled;
            self.requests.deletes.push_back(number);
        }
    }

    fn settle_all(&mut self) {
        while let Ok(number) = self.settled.1.try_recv() {
            self.settle(number);
        }
    }

    fn ended(&mut self, ended: Result<(Id, Option<Failure>), JoinError>) {
        self.settle_all();
        let (id, failure) = ended.unwrap_or_else(|error| {
            self.fail(SourceError::Panicked);
            (error.id(), None)
        });
        let Some(task) = self.running.remove(&id) else {
            return;
        };
        let mut first = None;
        if let Some(failure) = failure
            && let Some(held) = self.messages.get(failure.number)
        {
            let (place, reason) = (held.place(), failure.reason);
            match failure.stop {
                true => self.fail(SourceError::Stopped { reason }),
                false => {
                    // In the unit of the service.
                    let wait = wait_after(held.receives).as_secs_f64().ceil();
                    let wait = Duration::from_secs_f64(wait);
                    first = Some((failure.number, wait));
                    self.handler.report(SourceEvent::Unsettled {
                        place,
                        reason,
                        wait,
                    });
                }
            }
        }
        let unsettled = task.numbers.iter().copied().filter(|number| {
            let held = self.messages.get(*number);
            held.is_some_and(|held| held.state != State::Settled)
        });
        let unsettled: Vec<u64> = unsettled.collect();
        let broken = !unsettled.is_empty() || self.stopping.is_some();
        self.give_back(unsettled, first);
        let Some(group) = task.group else {
            return;
        };
        let next = self.waiting.get_mut(&group).and_then(VecDeque::pop_front);
        match next {
            Some(batch) if !broken => return self.start(Some(group), batch),
            Some(batch) => self.give_back(batch.into_iter().map(|(number, _)| number), None),
            None => {}
        }
        for batch in self.waiting.remove(&group).unwrap_or_default() {
            self.give_back(batch.into_iter().map(|(number, _)| number), None);
        }
    }

    /// Makes messages visible to others, one of them after a while.
    fn give_back(
        &mut self,
        numbers: impl IntoIterator<Item = u64>,
        after: Option<(u64, Duration)>,
    ) {
        for number in numbers {
            let Some(held) = self.messages.get_mut(number) else {
                continue;
            };
            if held.state == State::Expired {
                self.messages.remove(number);
                continue;
            }
            let wait = after.filter(|(of, _)| *of == number);
            held.state = State::Returning(wait.map_or(Duration::ZERO, |(_, wait)| wait));
            // An extension that arrives later would hide it again.
            if held.extend_at.is_some() {
                self.requests.returns.push_back(number);
            }
        }
    }

    fn deleted(&mut self, number: u64, fate: Fate) {
        let again = match fate {
            Fate::Delivered | Fate::Rejected { .. } => false,
            Fate::Halted { .. } => self.stopping.is_none(),
            _ => true,
        };
        if again {
            self.requests.delete_at = Instant::now() + PAUSE;
            self.requests.deletes.push_back(number);
        } else {
            self.messages.remove(number);
        }
        self.result(Action::Delete, fate);
    }

    fn result(&mut self, action: Action, fate: Fate) {
        match fate {
            Fate::Delivered => self.health.works(action),
            fate => self.refused(action, fate),
        }
    }

    fn refused(&mut self, action: Action, fate: Fate) {
        match self.health.refused(action, fate, Instant::now()) {
            Some(Trouble::Lasting(reason)) => self.fail(SourceError::halted(reason)),
            Some(Trouble::Passing(reason)) => self.handler.report(SourceEvent::Trouble { reason }),
            None => {}
        }
    }
}
