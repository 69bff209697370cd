//! Tasks of partitions, without a broker.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use hydrant_runtime::source::Place;
use tokio::sync::oneshot;

use super::*;

/// What a handler was asked, and the outcomes of the records that it has accepted.
#[derive(Default)]
struct Script {
    log: Mutex<Vec<String>>,
    outcomes: Mutex<VecDeque<oneshot::Sender<Outcome>>>,
}

struct ScriptLane(Arc<Script>);

impl Script {
    fn say(&self, text: impl Into<String>) {
        self.log.lock().unwrap().push(text.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }

    /// Decides the first record that is on its way.
    fn decide(&self, outcome: Outcome) {
        let first = self.outcomes.lock().unwrap().pop_front().unwrap();
        let _ = first.send(outcome);
    }

    fn unsettled() -> Outcome {
        let reason = "no".to_owned();
        Outcome::Unsettled { reason }
    }
}

/// A handler is shared.
struct Handle(Arc<Script>);

impl Handler for Handle {
    type Lane = ScriptLane;

    fn open(&self) -> ScriptLane {
        self.0.say("open");
        ScriptLane(Arc::clone(&self.0))
    }
}

impl Lane for ScriptLane {
    async fn accept(&mut self, record: Arc<SourceRecord>) -> Pending {
        let Place::Partition { offset, .. } = record.place else {
            panic!("{record:?}");
        };
        self.0.say(format!("accept {offset}"));
        let (sender, receiver) = oneshot::channel();
        self.0.outcomes.lock().unwrap().push_back(sender);
        Box::pin(async { receiver.await.unwrap_or_else(|_| Script::unsettled()) })
    }

    fn cancel(&mut self) {
        self.0.say("cancel");
        // What was not sent is given up.
        self.0.outcomes.lock().unwrap().truncate(1);
    }
}

struct Running {
    script: Arc<Script>,
    records: mpsc::UnboundedSender<Held>,
    phase: watch::Sender<Phase>,
    notes: Receiver<Note>,
    task: JoinHandle<()>,
}

fn held(offset: i64) -> Held {
    let place = Place::Partition {
        partition: 3,
        offset,
    };
    let record = Arc::new(SourceRecord::new(place, "x"));
    Held {
        offset,
        record,
        settled: false,
    }
}

fn start(offsets: std::ops::Range<i64>) -> Running {
    let script = Arc::<Script>::default();
    let (records, received) = mpsc::unbounded_channel();
    let (phase, watched) = watch::channel(Phase::Run);
    let (sender, notes) = channel();
    for offset in offsets {
        records.send(held(offset)).unwrap();
    }
    let task = PartitionTask {
        handler: Arc::new(Handle(Arc::clone(&script))),
        partition: 3,
        generation: 1,
        records: received,
        phase: watched,
        notes: sender,
        before: None,
    };
    Running {
        script,
        records,
        phase,
        notes,
        task: tokio::spawn(task.run()),
    }
}

impl Running {
    /// Lets the task go on until it waits.
    async fn settle(&self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    fn notes(&self) -> Vec<String> {
        let notes = self.notes.try_iter().map(|note| match note.what {
            What::Settled(offset) => format!("settled {offset}"),
            What::Unsettled { offset, .. } => format!("unsettled {offset}"),
            What::Stop(reason) => format!("stop {reason}"),
            What::Ended { panicked } => format!("ended {panicked}"),
        });
        notes.collect()
    }
}

#[tokio::test]
async fn a_failure_is_handed_over_again_without_what_is_settled() {
    let running = start(5..8);
    running.settle().await;
    let script = &running.script;
    assert_eq!(script.take(), ["open", "accept 5", "accept 6", "accept 7"]);
    script.decide(Outcome::Settled);
    running.settle().await;
    assert_eq!(running.notes(), ["settled 5"]);
    script.decide(Script::unsettled());
    running.settle().await;
    assert_eq!(script.take(), ["cancel"]);
    // What is in flight is waited for.
    assert!(running.notes().is_empty());
    script.decide(Outcome::Settled);
    running.settle().await;
    assert_eq!(running.notes(), ["unsettled 6"]);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    running.settle().await;
    // It was settled, and is not handed over again.
    assert_eq!(script.take(), ["open", "accept 6"]);
    script.decide(Outcome::Settled);
    running.settle().await;
    assert_eq!(running.notes(), ["settled 6", "settled 7"]);
    assert!(!running.task.is_finished());
}

#[tokio::test]
async fn draining_waits_and_takes_nothing_more() {
    let running = start(0..2);
    running.settle().await;
    running.script.decide(Outcome::Settled);
    let later = Instant::now() + Duration::from_secs(60);
    running.phase.send_replace(Phase::Drain(later));
    running.records.send(held(2)).unwrap();
    running.settle().await;
    assert_eq!(running.notes(), ["settled 0"]);
    running.script.decide(Outcome::Settled);
    running.settle().await;
    assert_eq!(running.notes(), ["settled 1", "ended false"]);
    assert_eq!(running.script.take(), ["open", "accept 0", "accept 1"]);
}

#[tokio::test]
async fn cancelling_counts_only_the_settled_prefix() {
    let running = start(0..4);
    running.settle().await;
    running.phase.send_replace(Phase::Cancel);
    running.settle().await;
    // The first is in flight, the others are given up.
    assert!(running.notes().is_empty());
    running.script.decide(Outcome::Settled);
    running.settle().await;
    assert_eq!(running.notes(), ["settled 0", "ended false"]);
    let log = running.script.take();
    assert_eq!(log.last().map(String::as_str), Some("cancel"));
}

#[tokio::test]
async fn a_stop_and_a_panic_are_told() {
    let running = start(0..1);
    running.settle().await;
    let reason = "enough".to_owned();
    running.script.decide(Outcome::Stop { reason });
    running.settle().await;
    assert_eq!(running.notes(), ["stop enough", "ended false"]);
    let running = start(0..1);
    running.settle().await;
    running.task.abort();
    running.settle().await;
    assert_eq!(running.notes(), ["ended true"]);
}
