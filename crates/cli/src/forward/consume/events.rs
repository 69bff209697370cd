//! [`Events`]: what happens to a source, on standard error.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hydrant_runtime::source::SourceEvent;

use crate::terminal;

/// How often a message is named that is not settled: while the target is down, that is every one of
/// them.
const NAMED_EVERY: Duration = Duration::from_secs(5);

pub(super) struct Events {
    quiet: bool,
    unsettled: Mutex<Unsettled>,
}

/// When a message was named, and how many were not since.
#[derive(Default)]
struct Unsettled {
    named: Option<Instant>,
    others: u64,
}

impl Events {
    pub(super) fn new(quiet: bool) -> Self {
        Self {
            quiet,
            unsettled: Mutex::default(),
        }
    }

    pub(super) fn report(&self, event: SourceEvent) {
        if let Some(text) = self.text(event, Instant::now()) {
            terminal::complain(&text);
        }
    }

    fn text(&self, event: SourceEvent, now: Instant) -> Option<String> {
        let list = |partitions: Vec<i32>| {
            let numbers = partitions.iter().map(ToString::to_string);
            numbers.collect::<Vec<_>>().join(", ")
        };
        Some(match event {
            SourceEvent::Assigned { partitions } if !self.quiet => {
                format!(
                    "note: this process has got the partitions {}",
                    list(partitions)
                )
            }
            SourceEvent::Released { partitions } if !self.quiet => {
                format!("note: the partitions {} go to others", list(partitions))
            }
            SourceEvent::Assigned { .. } | SourceEvent::Released { .. } => return None,
            SourceEvent::Lost { partitions } => format!(
                "warning: the group has excluded this process from the partitions {}; what was on \
                 its way is delivered twice",
                list(partitions)
            ),
            SourceEvent::Expired { place } => format!(
                "warning: {place}: the queue gives it to others, because it could not be told in time \
                 that it is on its way; it is delivered twice"
            ),
            SourceEvent::Unsettled {
                place,
                reason,
                wait,
            } => {
                let others = self.others(now)?;
                let others = match others {
                    0 => String::new(),
                    others => format!(", others since the last such warning: {others}"),
                };
                let wait = wait.as_secs_f64().ceil();
                format!("warning: {place}: {reason}; tried again in {wait:.0} s{others}")
            }
            SourceEvent::Abandoned { partition } => format!(
                "warning: records of partition {partition} were on their way for too long; they may \
                 arrive after those of the next owner"
            ),
            SourceEvent::CommitFailed { reason } => {
                format!("warning: the progress is not committed, tried again: {reason}")
            }
            SourceEvent::Trouble { reason } => format!("warning: {reason}; tried again"),
            _ => return None,
        })
    }

    /// How many messages were not named before this one; `None` if it is not, either.
    fn others(&self, now: Instant) -> Option<u64> {
        let mut unsettled = self
            .unsettled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if unsettled.named.is_some_and(|at| now - at < NAMED_EVERY) {
            unsettled.others += 1;
            return None;
        }
        unsettled.named = Some(now);
        Some(std::mem::take(&mut unsettled.others))
    }
}

#[cfg(test)]
mod tests {
    use hydrant_runtime::source::Place;

    use super::*;

    #[test]
    fn few_messages_are_named_and_all_are_counted() {
        let (events, begin) = (Events::new(false), Instant::now());
        let mut texts = Vec::new();
        for tenth in 0..101 {
            let event = SourceEvent::Unsettled {
                place: Place::Message {
                    id: tenth.to_string().into(),
                },
                reason: "503".to_owned(),
                wait: Duration::from_millis(1500),
            };
            texts.extend(events.text(event, begin + Duration::from_millis(100) * tenth));
        }
        let named = |number: u32| format!("warning: message {number}: 503; tried again in 2 s");
        let others = ", others since the last such warning: 49";
        let expected = [named(0), named(50) + others, named(100) + others];
        assert_eq!(texts, expected);
    }
}
