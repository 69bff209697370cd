//! [`Call`]: the context of a handler. It gives access to the batch, the account and the deadline,
//! and collects records, outcomes and the suspension.

use std::time::{Duration, Instant};

use super::effects::{Effects, one_each};
use super::events::Events;
use super::failure::Failure;
use super::invocation::Invocation;
use super::outcome::Outcome;
use super::output::Output;
use crate::message::{Account, EventProcessingRequest};
use crate::registration::{SettingError, Settings};
use crate::write::{Append, JsonWriter};

/// The context that the handlers of one message get: the message, and methods to emit records and
/// to settle events. It borrows from the message.
///
/// Lookups in the message are methods of the models: `call.batch().email()`,
/// `call.account().setting("x")`. In a unit test, create a call with [`of_batch`](Self::of_batch)
/// or [`of_account`](Self::of_account):
///
/// ```
/// use hydrant::message::{CustomEvent, Message, Uuid};
/// use hydrant::{Call, Failure, Invocation, Output, ParseOptions, Scratch, parse};
///
/// fn custom_event(call: &mut Call<'_>, event: &CustomEvent<'_>) -> Result<(), Failure> {
///     let user = call.batch().email().and_then(|email| email.raw()).unwrap_or("?");
///     call.emit(format!("{user} {}", event.name.unwrap_or("?")).as_bytes());
///     Ok(())
/// }
///
/// let body = br#"{"type":"event_processing_request",
///     "user_identities":[{"type":"email","encoding":"raw","value":"ada@example.com"}]}"#;
/// let mut scratch = Scratch::new();
/// let parsed = parse(body, &mut scratch, &ParseOptions::new())?;
/// let Message::EventProcessingRequest(batch) = parsed.message else {
///     panic!("not a batch");
/// };
/// let (invocation, mut output) = (Invocation::new(0, Uuid([7; 16])), Output::new());
/// let mut call = Call::of_batch(batch, &invocation, &mut output);
/// // Models are created by `Default` and assignment.
/// let mut event = CustomEvent::default();
/// event.name = Some("hello");
/// custom_event(&mut call, &event).unwrap();
/// assert_eq!(output.records().iter().next().unwrap().payload, b"ada@example.com hello");
/// # Ok::<(), hydrant::Error>(())
/// ```
///
/// A call that is created in this way has no registration: it includes events of types that the
/// module does not register.
pub struct Call<'c> {
    invocation: &'c Invocation,
    body: &'c [u8],
    account: &'c Account<'c>,
    batch: &'c EventProcessingRequest<'c>,
    index: usize,
    effects: &'c mut Effects,
}

/// What the host received and supplied.
#[derive(Clone, Copy)]
pub(crate) struct Received<'c> {
    pub(crate) body: &'c [u8],
    pub(crate) invocation: &'c Invocation,
}

impl<'c> Received<'c> {
    fn without_body(invocation: &'c Invocation) -> Self {
        Self {
            body: &[],
            invocation,
        }
    }
}

impl<'c> Call<'c> {
    /// Creates a call for a batch. It clears the records and outcomes in `output`, to which
    /// handlers then write.
    pub fn of_batch(
        batch: &'c EventProcessingRequest<'c>,
        invocation: &'c Invocation,
        output: &'c mut Output,
    ) -> Self {
        let effects = &mut output.effects;
        effects.clear();
        effects.begin(batch.system_notifications.len(), 0, batch.events);
        Self::part_of_batch(batch, Received::without_body(invocation), effects)
    }

    /// Creates a call for another message of this account. It clears the records and outcomes in
    /// `output`, to which handlers then write.
    pub fn of_account(
        account: Option<&'c Account<'c>>,
        invocation: &'c Invocation,
        output: &'c mut Output,
    ) -> Self {
        Self::of_message(account, Received::without_body(invocation), output)
    }

    pub(crate) fn of_message(
        account: Option<&'c Account<'c>>,
        received: Received<'c>,
        output: &'c mut Output,
    ) -> Self {
        let effects = &mut output.effects;
        effects.clear();
        Self {
            invocation: received.invocation,
            body: received.body,
            account: account.unwrap_or(&Account::EMPTY),
            batch: &EventProcessingRequest::EMPTY,
            index: 0,
            effects,
        }
    }

    pub(crate) fn part_of_batch(
        batch: &'c EventProcessingRequest<'c>,
        received: Received<'c>,
        effects: &'c mut Effects,
    ) -> Self {
        Self {
            invocation: received.invocation,
            body: received.body,
            account: batch.account.as_ref().unwrap_or(&Account::EMPTY),
            batch,
            index: 0,
            effects,
        }
    }

    /// The batch. It is empty if the message is not a batch.
    pub fn batch(&self) -> &'c EventProcessingRequest<'c> {
        self.batch
    }

    /// The customer account. It is empty if the message has none.
    pub fn account(&self) -> &'c Account<'c> {
        self.account
    }

    /// Reads the customer's settings.
    ///
    /// # Errors
    ///
    /// One error that names all settings that are missing or invalid. `?` converts it into a
    /// [`Failure`] that reports a permanent fault in this customer's configuration.
    pub fn settings<T: Settings<'c>>(&self) -> Result<T, SettingError> {
        self.account.settings()
    }

    /// The message as it was received, for example to store it. It contains identities and
    /// settings. It is empty in a call that is created for a unit test.
    pub fn body(&self) -> &'c [u8] {
        self.body
    }

    /// The time, the deadline and the access token that the host supplied.
    pub fn invocation(&self) -> &'c Invocation {
        self.invocation
    }

    /// When the response is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.invocation.deadline()
    }

    /// The time left until the response is due: zero if it is overdue, `None` without a deadline.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.invocation.remaining()
    }

    /// The timeout for a request of the module: the time [left](Self::remaining), but at most
    /// `most`.
    ///
    /// ```
    /// # use hydrant::Call;
    /// # fn send(_: std::time::Duration) {}
    /// # fn batch(call: &mut Call<'_>) {
    /// send(call.timeout(std::time::Duration::from_secs(5)));
    /// # }
    /// ```
    #[must_use]
    pub fn timeout(&self, most: Duration) -> Duration {
        self.remaining()
            .map_or(most, |remaining| remaining.min(most))
    }

    /// The OAuth access token of the customer that was sent with the message.
    pub fn access_token(&self) -> Option<&'c str> {
        self.invocation.access_token()
    }

    /// The position of the event that is handled among the events, or of the notification that is
    /// handled among the notifications; zero in other handlers.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The events of the batch in order, without those that are skipped or settled.
    pub fn events(&mut self) -> Events<'_, 'c> {
        Events::new(self)
    }

    /// The same events sorted by timestamp. The sort is stable, and events without a timestamp come
    /// first.
    pub fn by_time(&mut self) -> Events<'_, 'c> {
        Events::by_time(self)
    }

    /// Settles an event by its position in the batch: its outcome no longer depends on the result
    /// of [`batch`](crate::AsyncProcessor::batch), and no handler is started for it. If its own
    /// handler is running and returns a worse outcome, that one applies.
    ///
    /// A failure for a position outside the batch makes the whole message fail with *retry*,
    /// because it is unknown which event failed.
    pub fn settle(&mut self, event: usize, outcome: impl Into<Outcome>) {
        self.effects.settle(event, outcome.into());
    }

    /// Settles events by their positions, for example with the errors in a reply of the target
    /// system.
    pub fn settle_each<O: Into<Outcome>>(
        &mut self,
        outcomes: impl IntoIterator<Item = (usize, O)>,
    ) {
        for (event, outcome) in outcomes {
            self.settle(event, outcome);
        }
    }

    /// Settles the events in `sent`, the result of [`translate`](super::Events::translate), with
    /// one outcome per event in the same order, for example the statuses in a reply of the target
    /// system.
    ///
    /// If there are more or fewer outcomes than events, they cannot be matched: the message and all
    /// events in `sent` are then to be retried.
    ///
    /// ```
    /// # use hydrant::{Call, Failure};
    /// # fn send(_: &[(usize, String)]) -> Vec<u16> { Vec::new() }
    /// # fn batch(call: &mut Call<'_>) {
    /// let sent = call.by_time().translate(|event| Ok(event.kind().to_string()));
    /// let statuses = send(&sent);
    /// call.settle_sent(&sent, statuses.into_iter().map(|status| match status {
    ///     200 => Ok(()),
    ///     429 => Err(Failure::retry()),
    ///     _ => Err(Failure::discard("refused")),
    /// }));
    /// # }
    /// ```
    pub fn settle_sent<T, O: Into<Outcome>>(
        &mut self,
        sent: &[(usize, T)],
        outcomes: impl IntoIterator<Item = O>,
    ) {
        let outcomes: Vec<Outcome> = outcomes.into_iter().map(Into::into).collect();
        let events = sent.iter().map(|(event, _)| *event);
        match one_each("events", sent.len(), outcomes.len()) {
            Ok(()) => self.settle_each(events.zip(outcomes)),
            Err(failure) => {
                self.settle_each(events.map(|event| (event, failure.clone())));
                // A failure outside the batch fails the message, also if `sent` is empty.
                self.settle(usize::MAX, failure);
            }
        }
    }

    /// The outcomes of the events so far, in order. While an unordered engine handles a batch on
    /// several threads, handlers see only the outcomes of their part of the batch.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.effects.events
    }

    /// Asks the sender to suspend this subscription until a user resumes it. Use it only for
    /// permanent errors, such as a revoked key.
    ///
    /// Only responses to batches and to membership changes can carry the request. If the message is
    /// finished without such a response, the response to the next heartbeat of the account carries
    /// it. If its future or its [`Pending`](crate::Pending) is dropped, the request is lost.
    pub fn suspend_subscription(&mut self) {
        self.effects.suspend = true;
    }

    /// Emits a record. The records of a handler are kept only if it returns `Ok`; those of a custom
    /// [`batch`](crate::AsyncProcessor::batch) are always kept.
    pub fn emit(&mut self, payload: &[u8]) {
        self.effects.records.push(None, payload);
    }

    /// Emits a record with a key, for example the partition key of a topic.
    pub fn emit_keyed(&mut self, key: &[u8], payload: &[u8]) {
        self.effects.records.push(Some(key), payload);
    }

    /// Emits a record whose payload is a JSON object with the fields that `fields` writes.
    pub fn emit_json(&mut self, fields: impl FnOnce(&mut JsonWriter<'_>)) {
        self.effects.records.push_json(None, fields);
    }

    /// Emits a record with a key, whose payload is a JSON object with the fields that `fields`
    /// writes.
    pub fn emit_json_keyed(&mut self, key: &[u8], fields: impl FnOnce(&mut JsonWriter<'_>)) {
        self.effects.records.push_json(Some(key), fields);
    }

    /// Emits a record with an optional key, whose payload `write` appends.
    pub fn emit_with(&mut self, key: Option<&[u8]>, write: impl FnOnce(&mut Append<'_>)) {
        self.effects.records.push_with(key, write);
    }

    pub(crate) fn effects(&mut self) -> &mut Effects {
        self.effects
    }

    /// Sets the event whose handler runs next. Records then belong to it.
    pub(crate) fn set_event(&mut self, index: usize) {
        self.index = index;
        self.effects.records.set_event(Some(index));
    }

    /// Sets the notification whose handler runs next, or zero for a handler of the whole batch.
    /// Records then belong to no event.
    pub(crate) fn set_notification(&mut self, index: usize) {
        self.index = index;
        self.effects.records.set_event(None);
    }

    /// The number of records so far, for [`keep_if`](Self::keep_if).
    #[inline]
    pub(crate) fn mark(&self) -> usize {
        self.effects.records.mark()
    }

    /// Removes the records after the mark if their handler failed.
    #[inline]
    pub(crate) fn keep_if(&mut self, mark: usize, handled: &Result<(), Failure>) {
        if handled.is_err() {
            self.effects.records.rewind(mark);
        }
    }

    /// The result if the module has no handler for the current event.
    #[inline]
    pub(crate) fn unhandled_event(&self) -> Result<(), Failure> {
        unhandled(self.effects.by_name.events)
    }

    /// The result if the module has no handler for the current notification.
    pub(crate) fn unhandled_notification(&self) -> Result<(), Failure> {
        unhandled(self.effects.by_name.notifications)
    }

    /// Fails if the deadline has passed and so no handler may be started.
    pub(crate) fn in_time(&self) -> Result<(), Failure> {
        if self.invocation.is_late() {
            return Err(Failure::late());
        }
        Ok(())
    }
}

/// An event or notification whose type the registration lists must not be acknowledged if the
/// module has no handler for it.
#[inline]
fn unhandled(by_name: bool) -> Result<(), Failure> {
    if by_name {
        return Err(Failure::unhandled());
    }
    Ok(())
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("account_id", &self.account.account_id)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
