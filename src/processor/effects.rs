//! What handlers change: records, outcomes, the suspension. One for a batch, or one for each part of it that is handled
//! on a thread of its own.

use super::failure::Failure;
use super::outcome::Outcome;
use super::records::Records;
use crate::message::Event;

/// What handlers change.
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

/// What the registration lists. To have no handler for something of that kind is a fault of the module then.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ByName {
    pub(crate) events: bool,
    pub(crate) notifications: bool,
}

impl Effects {
    /// Begins a batch, or the part of one that begins with the event at position `first`.
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

    /// The outcome of the event at this position of the batch, if it is of this part.
    pub(crate) fn event(&mut self, index: usize) -> Option<&mut Outcome> {
        self.events.get_mut(index.checked_sub(self.first)?)
    }

    /// Settles an event, of this part or not. What a part finds settled may have been settled before the part, which
    /// `absorb` does not change.
    pub(crate) fn settle(&mut self, index: usize, outcome: Outcome) {
        let is_part = self.is_part;
        match self.event(index) {
            Some(settled) if !is_part || settled.is_unsettled() => *settled = outcome,
            _ => self.elsewhere.push((index, outcome)),
        }
    }

    /// Gives what is unsettled the result of the message.
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

    /// The part of a batch that begins at position `first`, with the outcomes of its events so far.
    pub(crate) fn part(first: usize, outcomes: &[Outcome], length: usize, by_name: ByName) -> Self {
        let outcomes = outcomes.iter().take(length).map(|outcome| match outcome {
            Outcome::Unsettled => Outcome::Unsettled,
            // Settled already: no handler is called, and `absorb` keeps the outcome.
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

    /// Adds the effects of a part. What it settled in other parts waits for
    /// [`settle_elsewhere`](Self::settle_elsewhere).
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

    /// Settles what parts settled in each other.
    ///
    /// # Errors
    ///
    /// If a failure was settled at a position that the batch does not have: some event failed, so none may be
    /// acknowledged.
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

    /// Forgets everything and keeps the memory.
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

/// The failure of everything that was sent if the outcomes that came back are not as many.
pub(crate) fn one_each(what: &str, sent: usize, outcomes: usize) -> Result<(), Failure> {
    if sent == outcomes {
        return Ok(());
    }
    let reason = format!("{outcomes} outcomes for {sent} {what}");
    Err(Failure::retry().with_reason(reason))
}
