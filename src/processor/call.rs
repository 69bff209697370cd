//! [`Call`]: what a handler reads (the batch, the account, the deadline) and changes (records, outcomes, the
//! suspension).

use std::time::Instant;

use super::effects::{Effects, one_each};
use super::events::Events;
use super::failure::Failure;
use super::invocation::Invocation;
use super::outcome::Outcome;
use super::output::Output;
use crate::message::{Account, EventProcessingRequest};
use crate::registration::{SettingError, Settings};
use crate::write::{Append, JsonWriter};

/// One message of the sender and what its handlers may do about it. It lives as long as the message.
///
/// The lookups on the message are methods of the models: `call.batch().email()`, `call.account().setting("x")`. A unit
/// test makes a call with [`of_batch`](Self::of_batch) or [`of_account`](Self::of_account):
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
/// let Message::EventProcessingRequest(batch) = parse(body, &mut scratch, &ParseOptions::new())?.message else {
///     panic!("it is a batch");
/// };
/// let (invocation, mut output) = (Invocation::new(0, Uuid([7; 16])), Output::new());
/// let mut call = Call::of_batch(batch, &invocation, &mut output);
/// // Models are made by `Default` and assignment.
/// let mut event = CustomEvent::default();
/// event.name = Some("hello");
/// custom_event(&mut call, &event).unwrap();
/// assert_eq!(output.records().iter().next().unwrap().payload, b"ada@example.com hello");
/// # Ok::<(), hydrant::Error>(())
/// ```
///
/// Such a call knows nothing of a registration: events whose type is not registered are there, too.
pub struct Call<'c> {
    invocation: &'c Invocation,
    account: &'c Account<'c>,
    batch: &'c EventProcessingRequest<'c>,
    index: usize,
    effects: &'c mut Effects,
}

impl<'c> Call<'c> {
    /// A call about a batch. Records and outcomes in `output` are cleared, and handlers write to it.
    pub fn of_batch(
        batch: &'c EventProcessingRequest<'c>,
        invocation: &'c Invocation,
        output: &'c mut Output,
    ) -> Self {
        let effects = &mut output.effects;
        effects.clear();
        effects.begin(batch.system_notifications.len(), 0, batch.events);
        Self::part_of_batch(batch, invocation, effects)
    }

    /// A call about another message of this account. Records and outcomes in `output` are cleared, and handlers write to
    /// it.
    pub fn of_account(
        account: Option<&'c Account<'c>>,
        invocation: &'c Invocation,
        output: &'c mut Output,
    ) -> Self {
        let effects = &mut output.effects;
        effects.clear();
        Self {
            invocation,
            account: account.unwrap_or(&Account::EMPTY),
            batch: &EventProcessingRequest::EMPTY,
            index: 0,
            effects,
        }
    }

    pub(crate) fn part_of_batch(
        batch: &'c EventProcessingRequest<'c>,
        invocation: &'c Invocation,
        effects: &'c mut Effects,
    ) -> Self {
        Self {
            invocation,
            account: batch.account.as_ref().unwrap_or(&Account::EMPTY),
            batch,
            index: 0,
            effects,
        }
    }

    /// The batch. In calls about other messages it is empty.
    pub fn batch(&self) -> &'c EventProcessingRequest<'c> {
        self.batch
    }

    /// The customer account. It is empty if the message has none.
    pub fn account(&self) -> &'c Account<'c> {
        self.account
    }

    /// The customer's settings.
    ///
    /// # Errors
    ///
    /// One error that names every setting that is missing or wrong. `?` passes it on as a permanent fault of this
    /// customer's configuration.
    pub fn settings<T: Settings<'c>>(&self) -> Result<T, SettingError> {
        self.account.settings()
    }

    /// What the host knows about this call.
    pub fn invocation(&self) -> &'c Invocation {
        self.invocation
    }

    /// When the answer is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.invocation.deadline()
    }

    /// The OAuth access token of the customer that came with the call.
    pub fn access_token(&self) -> Option<&'c str> {
        self.invocation.access_token()
    }

    /// In a handler of an event its position among the events, in one of a notification its position among the
    /// notifications, otherwise zero.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The events of the batch in their order, without those that are skipped or settled.
    pub fn events(&mut self) -> Events<'_, 'c> {
        Events::new(self)
    }

    /// The same in the order of their timestamps. Events without a timestamp come first; those with the same timestamp
    /// keep their order.
    pub fn by_time(&mut self) -> Events<'_, 'c> {
        Events::by_time(self)
    }

    /// Settles an event of the batch by its position: its outcome no longer depends on what
    /// [`batch`](crate::AsyncProcessor::batch) returns, and no handler is started for it. If its own handler returns
    /// something worse, that counts.
    ///
    /// A failure at a position that the batch does not have makes the whole message fail with *retry*, because it is
    /// unknown which event failed.
    pub fn settle(&mut self, event: usize, outcome: impl Into<Outcome>) {
        self.effects.settle(event, outcome.into());
    }

    /// Settles events by their positions, for example by the errors in a reply.
    pub fn settle_each<O: Into<Outcome>>(
        &mut self,
        outcomes: impl IntoIterator<Item = (usize, O)>,
    ) {
        for (event, outcome) in outcomes {
            self.settle(event, outcome);
        }
    }

    /// Settles the events that were sent together, as [`translate`](super::Events::translate) gives them: one outcome per
    /// event, in the same order, for example the statuses of a reply.
    ///
    /// If there are more outcomes than events, or fewer, nobody knows which belong together: then the message and all of
    /// them are to be tried again.
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
                // There may be none.
                self.settle(usize::MAX, failure);
            }
        }
    }

    /// What became of the events so far, in order. While several threads of an unordered engine share a batch, handlers
    /// see those of their part of it only.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.effects.events
    }

    /// Asks the sender to stop this subscription until a user resumes it: for permanent errors only, such as a revoked
    /// key.
    ///
    /// Only answers to batches and to membership changes contain the request. If the message is finished without such
    /// an answer, the answer to the next heartbeat of the account does. If its future or its
    /// [`Pending`](crate::Pending) is dropped, the request is lost.
    pub fn suspend_subscription(&mut self) {
        self.effects.suspend = true;
    }

    /// Emits a record. Records of a handler are kept only if it returns `Ok`; those that a custom
    /// [`batch`](crate::AsyncProcessor::batch) emits are kept whatever it returns.
    pub fn emit(&mut self, payload: &[u8]) {
        self.effects.records.push(None, payload);
    }

    /// Emits a record with a key, for example the partition key of a topic.
    pub fn emit_keyed(&mut self, key: &[u8], payload: &[u8]) {
        self.effects.records.push(Some(key), payload);
    }

    /// Emits a record whose payload is one JSON object with the fields that `fields` writes.
    pub fn emit_json(&mut self, fields: impl FnOnce(&mut JsonWriter<'_>)) {
        self.effects.records.push_json(None, fields);
    }

    /// Emits a record with a key, whose payload is one JSON object with the fields that `fields` writes.
    pub fn emit_json_keyed(&mut self, key: &[u8], fields: impl FnOnce(&mut JsonWriter<'_>)) {
        self.effects.records.push_json(Some(key), fields);
    }

    /// Emits a record with a key, if there is one, whose payload `write` appends.
    pub fn emit_with(&mut self, key: Option<&[u8]>, write: impl FnOnce(&mut Append<'_>)) {
        self.effects.records.push_with(key, write);
    }

    pub(crate) fn effects(&mut self) -> &mut Effects {
        self.effects
    }

    /// The handler of this event runs next, and records belong to the event.
    pub(crate) fn set_event(&mut self, index: usize) {
        self.index = index;
        self.effects.records.set_event(Some(index));
    }

    /// The handler of this notification runs next, or one of the whole batch (zero): records belong to no event.
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

    /// The module has no handler for the event at hand.
    #[inline]
    pub(crate) fn unhandled_event(&self) -> Result<(), Failure> {
        unhandled(self.effects.by_name.events)
    }

    /// The module has no handler for the notification at hand.
    pub(crate) fn unhandled_notification(&self) -> Result<(), Failure> {
        unhandled(self.effects.by_name.notifications)
    }

    /// Fails after the deadline, when no handler may be started.
    pub(crate) fn in_time(&self) -> Result<(), Failure> {
        if self.invocation.is_late() {
            return Err(Failure::late());
        }
        Ok(())
    }
}

/// What the module asked for by name is not acknowledged if it has no handler for it.
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
