//! [`assert_sink`]: what every implementation of [`Sink`] does when its target fails.

use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord, Sink};

/// A target for the tests of a sink, such as a server on this machine, which fails on demand.
pub trait Target {
    /// Lets the next request end in this way; `false` if this target cannot.
    fn fail_next(&self, fault: TargetFault) -> bool;

    /// The payloads that are stored, in order, as the sink was given them.
    fn payloads(&self) -> Vec<Vec<u8>>;
}

/// How a request to a target ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetFault {
    /// It is refused, because there were too many.
    Throttled,
    /// It is refused, because there were too many, and the target says to wait for 7 seconds.
    ThrottledFor7s,
    /// The target cannot be used now.
    Unavailable,
    /// The connection ends without a reply, and nothing is stored.
    Disconnected,
    /// The reply is not one.
    Garbage,
    /// There is no reply in time, and the records are stored.
    Silence,
    /// The content of the records is refused.
    Refused,
    /// The credentials are refused.
    Unauthorized,
}

impl TargetFault {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Throttled,
        Self::ThrottledFor7s,
        Self::Unavailable,
        Self::Disconnected,
        Self::Garbage,
        Self::Silence,
        Self::Refused,
        Self::Unauthorized,
    ];

    /// Whether a sink may return this fate.
    fn permits(self, fate: &Fate) -> bool {
        match (self, fate) {
            (Self::ThrottledFor7s, Fate::Retry { after, .. }) => {
                *after == Some(Duration::from_secs(7))
            }
            (Self::Refused, Fate::Rejected { .. }) => true,
            (Self::Unauthorized, Fate::Halted { .. }) => true,
            (Self::Refused | Self::Unauthorized | Self::ThrottledFor7s, _) => false,
            (_, fate) => matches!(fate, Fate::Retry { .. }),
        }
    }
}

/// Delivers records to a sink while its target fails in every way that it can, and after each, when
/// it works again. Returns the faults that the target had, so that a test can say which it expects.
///
/// `record` makes a record with a number; its payload must contain a text that occurs nowhere else.
///
/// # Panics
///
/// If the number of fates is wrong, if a fate is not that of the fault, if a call lasts longer than
/// its deadline, if a reason contains a payload, or if a record that is delivered is not stored.
///
/// ```
/// use hydrant_testing::{Fault, MemorySink, Target, TargetFault, assert_sink, block_on};
/// use hydrant::delivery::{Fate, OutgoingRecord};
///
/// /// A server that is asked by the sink; here both are the same.
/// struct Memory(MemorySink);
/// impl Target for Memory {
///     fn fail_next(&self, fault: TargetFault) -> bool {
///         let fate = match fault {
///             TargetFault::Unavailable => Fate::retry("unavailable"),
///             TargetFault::Refused => Fate::rejected("refused"),
///             _ => return false,
///         };
///         let next = self.0.deliveries() + 1;
///         _ = self.0.clone().fail(next..=next, Fault::from(fate));
///         true
///     }
///     fn payloads(&self) -> Vec<Vec<u8>> {
///         self.0.records().into_iter().map(|record| record.payload).collect()
///     }
/// }
///
/// let sink = MemorySink::new();
/// let record = |number| OutgoingRecord::new(format!(r#"{{"name":"event-{number}"}}"#));
/// let faults = block_on(assert_sink(&sink, &Memory(sink.clone()), record));
/// assert_eq!(faults, [TargetFault::Unavailable, TargetFault::Refused]);
/// ```
pub async fn assert_sink<S: Sink, T: Target>(
    sink: &S,
    target: &T,
    record: impl Fn(usize) -> OutgoingRecord,
) -> Vec<TargetFault> {
    let mut suite = Suite {
        sink,
        target,
        record,
        next: 0,
    };
    assert!(
        suite.deliver_records(Vec::new()).await.is_empty(),
        "no records have no fates"
    );
    suite.succeed(sink.limits().records.min(100)).await;
    let check = sink.check(Instant::now() + PATIENCE).await;
    assert_eq!(check, Ok(()), "the check of a target that works");
    let mut had = Vec::new();
    for fault in TargetFault::ALL {
        if !target.fail_next(fault) {
            continue;
        }
        had.push(fault);
        suite.fail(fault).await;
        suite.succeed(3).await;
    }
    had
}

/// The time for a call.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How much longer a call may last on a machine that is busy.
const TOLERANCE: Duration = Duration::from_millis(1_000);

struct Suite<'s, S, T, F> {
    sink: &'s S,
    target: &'s T,
    record: F,
    next: usize,
}

impl<S: Sink, T: Target, F: Fn(usize) -> OutgoingRecord> Suite<'_, S, T, F> {
    fn records(&mut self, count: usize) -> Vec<OutgoingRecord> {
        let limits = self.sink.limits();
        let first = self.next;
        self.next += count;
        let (mut size, mut records) = (0, Vec::new());
        for number in first..first + count.min(limits.records) {
            let record = (self.record)(number);
            size += self.sink.size(&record);
            if size <= limits.bytes {
                records.push(record);
            }
        }
        records
    }

    async fn deliver_records(&self, records: Vec<OutgoingRecord>) -> Vec<Fate> {
        let began = Instant::now();
        let fates = self.sink.deliver(&records, began + PATIENCE).await;
        let lasted = began.elapsed();
        assert!(
            lasted < PATIENCE + TOLERANCE,
            "the call lasted {lasted:?}, longer than its deadline"
        );
        assert_eq!(fates.len(), records.len(), "one fate per record");
        for fate in &fates {
            let text = format!("{fate:?}");
            for record in &records {
                let payload = String::from_utf8_lossy(&record.payload);
                assert!(
                    !text.contains(payload.as_ref()),
                    "a reason contains a payload: {text}"
                );
            }
        }
        fates
    }

    async fn fail(&mut self, fault: TargetFault) {
        let records = self.records(3);
        for fate in self.deliver_records(records).await {
            assert!(fault.permits(&fate), "{fault:?} became {fate:?}");
        }
    }

    async fn succeed(&mut self, count: usize) {
        let records = self.records(count);
        let payloads: Vec<Vec<u8>> = records.iter().map(|it| it.payload.clone()).collect();
        for fate in self.deliver_records(records).await {
            assert_eq!(fate, Fate::Delivered, "the target works");
        }
        let stored = self.target.payloads();
        let stored: Vec<&Vec<u8>> = stored
            .iter()
            .filter(|payload| payloads.contains(payload))
            .collect();
        let expected: Vec<&Vec<u8>> = payloads.iter().collect();
        assert!(
            stored == expected,
            "{} records were delivered, and {} of them are stored, or in another order",
            expected.len(),
            stored.len()
        );
    }
}
