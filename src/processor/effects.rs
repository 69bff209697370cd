//! [`Effects`]: the records, the outcomes and the suspension that handlers produce. There is one
//! value per batch, and one for each part of a batch that is split among threads.

use super::failure::Failure;
use super::outcome::Outcome;
use super::records::Records;
use crate::message::Event;

/// The records, the outcomes and the suspension of a batch or of a part of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    pub(crate) records: Records,
    pub(crate) notifications: Vec<Outcome>,
    /// The position in the batch of the first event of this part.
    pub(crate) first: usize,
    /// The outcomes of the events of this part.
    pub(crate) events: Vec<Outcome>,
    /// Outcomes that were settled for events outside this part.
    pub(crate) elsewhere: Vec<(usize, Outcome)>,
    pub(crate) suspend: bool,
    pub(crate) by_name: ByName,
    is_part: bool,
}

/// Whether the registration lists event types and notification types. If it does, an event or a
/// notification without a handler is a fault of the module.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ByName {
    pub(crate) events: bool,
    pub(crate) notifications: bool,
}

impl Effects {
    /// Begins a batch, or the part of a batch that starts with the event at position `first`.
    pub(crate) fn begin(&mut self, notifications: usize, first: usize, events: &[Event<'_>]) {
        self.first = first;
        self.notifications
            .resize_with(notifications, Outcome::default);
        let outcomes = events.iter().map(|event| match event {
            Event::Skipped(_) => Outcome::Skipped,
            _ => Outcome::Unsettled,
        });
        self.events.extend(outcomes);
    }

    /// The outcome of the event at this position of the batch, if it belongs to this part.
    pub(crate) fn event(&mut self, index: usize) -> Option<&mut Outcome> {
        self.events.get_mut(index.checked_sub(self.first)?)
    }

    /// Settles an event, which may belong to another part. If the event of a part is settled
    /// already, the outcome goes into `elsewhere`, because [`absorb`](Self::absorb) does not change
    /// outcomes that were settled before the part began.
    pub(crate) fn settle(&mut self, index: usize, outcome: Outcome) {
        let is_part = self.is_part;
        match self.event(index) {
            Some(settled) if !is_part || settled.is_unsettled() => *settled = outcome,
            _ => self.elsewhere.push((index, outcome)),
        }
    }

    /// Settles everything that is unsettled with the result of the message.
    pub(crate) fn end(&mut self, ended: &Result<(), Failure>) {
        let end = match ended {
            Ok(()) => Outcome::Done,
            Err(failure) => Outcome::Failed(failure.clone()),
        };
        let outcomes = self.notifications.iter_mut().chain(&mut self.events);
        for outcome in outcomes.filter(|outcome| outcome.is_unsettled()) {
            *outcome = end.clone();
        }
    }

    /// Creates the effects of the part of a batch that starts at position `first`, with the
    /// outcomes of its events so far.
    pub(crate) fn part(first: usize, outcomes: &[Outcome], length: usize, by_name: ByName) -> Self {
        let outcomes = outcomes.iter().take(length).map(|outcome| match outcome {
            Outcome::Unsettled => Outcome::Unsettled,
            // The event is settled: no handler is called, and `absorb` keeps the outcome.
            _ => Outcome::Skipped,
        });
        Self {
            first,
            events: outcomes.collect(),
            by_name,
            is_part: true,
            ..Self::default()
        }
    }

    /// Adds the effects of a part, except the outcomes that it settled in other parts, which
    /// [`settle_elsewhere`](Self::settle_elsewhere) applies.
    pub(crate) fn absorb(&mut self, part: Self) {
        self.records.append(&part.records);
        let own = self.events.get_mut(part.first..).unwrap_or_default();
        for (own, outcome) in own.iter_mut().zip(part.events) {
            if own.is_unsettled() {
                *own = outcome;
            }
        }
        self.elsewhere.extend(part.elsewhere);
        self.suspend |= part.suspend;
    }

    /// Applies the outcomes that parts settled in other parts.
    ///
    /// # Errors
    ///
    /// If a failure was settled for a position outside the batch: it is unknown which event failed,
    /// so none may be acknowledged.
    pub(crate) fn settle_elsewhere(&mut self) -> Result<(), Failure> {
        let mut ended = Ok(());
        for (index, outcome) in std::mem::take(&mut self.elsewhere) {
            if let Some(settled) = self.event(index) {
                *settled = outcome;
            } else if !matches!(outcome, Outcome::Done | Outcome::Skipped) {
                let events = self.events.len();
                ended = Err(Failure::retry().with_reason(format!(
                    "a failure was settled for event {index} of {events}"
                )));
            }
        }
        ended
    }

    /// Removes everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.notifications.clear();
        self.first = 0;
        self.events.clear();
        self.elsewhere.clear();
        self.suspend = false;
        self.by_name = ByName::default();
    }
}

/// Fails if the number of outcomes is not the number of things sent, so that they cannot be
/// matched.
pub(crate) fn one_each(what: &str, sent: usize, outcomes: usize) -> Result<(), Failure> {
    if sent == outcomes {
        return Ok(());
    }
    let reason = format!("{outcomes} outcomes for {sent} {what}");
    Err(Failure::retry().with_reason(reason))
}
